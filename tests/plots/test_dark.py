"""Pictures for dark pages: the same colours by name, everything readable, and what was more is still more."""

from __future__ import annotations

import io
import re

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import glassnet as gn
from glassnet.plots.drawing import canvas, dark
from glassnet.support.looks import colours, stylesheet
from tests.plots.test_curves_and_confusion import contrast

NAMES = ["paper", "ink", "line", "plus", "minus", *(f"class-{number}" for number in range(10) if number != 6)]


def turned(*shades: str) -> list[tuple[float, ...]]:
    given = np.array([[round(255 * part) for part in to_rgb(shade)] for shade in shades])
    return [tuple(row / 255) for row in dark.in_dark(given)]


@pytest.mark.parametrize("name", NAMES)
def test_a_colour_of_the_light_theme_becomes_that_of_the_dark_one(name: str) -> None:
    (found,) = turned(colours("light")[name])
    np.testing.assert_allclose(found, to_rgb(colours("dark")[name]), atol=1 / 255)


def test_both_rules_for_the_dark_theme_say_the_same() -> None:
    following, chosen = re.findall(r":root\S*\s*\{\s*color-scheme: dark;([^{}]*)\}", stylesheet())
    assert following.split() == chosen.split()
    assert colours("light").keys() == colours("dark").keys()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_of_a_theme_can_be_read_on_its_grounds(theme: str) -> None:
    of = {name: to_rgb(colour) for name, colour in colours(theme).items()}  # type: ignore[arg-type]
    for ground in ("paper", "raised", "faint"):
        for text in ("ink", "soft", "accent", "error", "warning", "note"):
            assert contrast(of[ground], of[text]) >= 4.5, (ground, text)
    assert contrast(of["accent"], of["on-accent"]) >= 4.5
    assert contrast(of["on"], of["on-ink"]) >= 4.5


def test_curves_classes_and_greys_stand_out_from_the_dark_ground() -> None:
    (ground,) = turned("white")
    for shade in turned(*canvas.CLASSES, "0.2", "0.4", "black"):
        assert contrast(ground, shade) >= 3.0


@pytest.mark.parametrize("name", ["tints", "cividis", "Greys", *(f"class {number}" for number in range(10))])
def test_more_is_lighter_on_a_dark_page_where_it_is_darker_on_a_light_one(name: str) -> None:
    amounts = np.linspace(0, 1, 33)
    if name.startswith("class"):
        end = np.array(to_rgb(canvas.CLASSES[int(name.split()[1])]))
        shades = 1 - amounts[:, None] * (1 - end)
    else:
        ramp = canvas.tints(1.0) if name == "tints" else matplotlib.colormaps[name]
        shades = ramp(amounts)[:, :3]
    light, on_dark = (dark._lab(colours)[:, 0] for colours in (shades, dark.in_dark(255 * shades) / 255))
    direction = np.sign(light[-1] - light[0])
    assert (np.sign(np.diff(light)) == direction).all()
    turned_back = np.maximum.accumulate(-direction * on_dark) + direction * on_dark
    assert turned_back.max() < 0.025  # less than can be seen
    assert abs(on_dark[-1] - on_dark[0]) > 0.35


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
def test_numbers_of_a_confusion_matrix_can_be_read_on_a_dark_page(share: float) -> None:
    n = round(100 * share)
    ax = gn.plots.confusion_matrix([0] * 100 + [1], [0] * n + [1] * (101 - n))
    cell, number = turned(ax.images[0].get_cmap()(n / 100)[:3], str(ax.texts[0].get_color()))
    assert contrast(cell, number) > 4.5


def test_a_picture_has_the_dark_ground_where_it_was_white_or_empty() -> None:
    picture = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    picture.paste((0, 114, 178, 255), (10, 10, 20, 20))
    file = io.BytesIO()
    picture.save(file, "png")
    with Image.open(io.BytesIO(dark.picture_in_dark(file.getvalue()))) as made:
        assert made.size == (40, 30)
        shades = made.convert("RGB")
        assert shades.getpixel((0, 0)) == (0x13, 0x18, 0x24)
        np.testing.assert_allclose(shades.getpixel((15, 15)), (0x56, 0xB4, 0xE9), atol=3)
