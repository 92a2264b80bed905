"""The page in a browser: what a reader does with it, by mouse and by keyboard, on wide and narrow screens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.browser.page.conftest import wait as after

pytestmark = pytest.mark.browser
Open = Callable[..., Any]


def state(tab: Any, path: str) -> Any:
    return json.loads(tab.evaluate(f"JSON.stringify(glassnet.store.state.{path}) ?? 'null'"))


def step_to(tab: Any, step: int) -> None:
    tab.evaluate(f"glassnet.go({step})")
    after(tab, f"s.frame.step === {step}")


def parameters(tab: Any) -> np.ndarray[Any, Any]:
    return np.array(tab.evaluate("Array.from(glassnet.mirror.network.vector)"))


def test_it_trains_in_the_browser_as_python_does(open_page: Open) -> None:
    tab = open_page("data=moons&noise=0.1&hidden=5.tanh,4.relu&seed=3&rate=0.02")
    for epoch in range(1, 6):
        tab.click("button.epoch")
        after(tab, f"s.frame.epoch === {epoch}")
    X, y = gn.datasets.moons(200, 0.1, seed=0)
    X, _, y, _ = gn.train_test_split(X, y, test_size=0.3, seed=0)
    net = gn.Network(
        [gn.Dense(5, "tanh"), gn.Dense(4, "relu"), gn.Dense(1, "sigmoid")], seed=3, dtype="float64"
    )
    history = net.fit(
        X, y.reshape(-1, 1), loss="bce", optimizer=gn.Adam(0.02), epochs=5, batch_size=10, engine="numpy", progress=False
    )  # fmt: skip
    np.testing.assert_allclose([row["loss"] for row in state(tab, "history")], history["loss"], rtol=1e-12)
    np.testing.assert_allclose(
        parameters(tab), net.parameters, rtol=0, atol=1e-12 * np.abs(net.parameters).max()
    )
    tab.wait_for_selector(".figure:has-text('epoch') output:text-is('5')")


def test_play_pause_step_and_back(open_page: Open) -> None:
    tab = open_page()
    first = parameters(tab)
    tab.click("button.play")
    after(tab, "s.frame.epoch > 3")
    tab.click("button.play")
    after(tab, "!s.running && !s.frame.running")
    here = state(tab, "frame.step")
    kept = parameters(tab)
    tab.click("button.step")
    after(tab, f"s.frame.step === {here + 1}")
    assert not np.array_equal(parameters(tab), kept)
    tab.click("button.back")
    after(tab, f"s.frame.step === {here}")
    np.testing.assert_array_equal(parameters(tab), kept)
    tab.click("button.restart")
    after(tab, "s.frame.step === 0")
    np.testing.assert_array_equal(parameters(tab), first)
    assert state(tab, "history") == []


def test_it_runs_until_an_epoch_or_a_loss(open_page: Open) -> None:
    tab = open_page()
    for wanted, condition in (
        ("12", "s.frame.epoch === 12"),
        ("loss 0.1", "s.history.at(-1).loss <= 0.1 && s.history.at(-2).loss > 0.1"),
    ):
        tab.fill("[aria-label='run until']", wanted)
        tab.press("[aria-label='run until']", "Tab")
        tab.click("button.play")
        after(tab, f"!s.running && {condition}")
    tab.click("button.play")
    tab.wait_for_selector(".said >> text=the training has reached a loss of 0.1, until which it was to run")
    assert not state(tab, "running")


def test_pointing_at_a_weight_shows_its_formula_and_a_click_edits_it(open_page: Open) -> None:
    tab = open_page()
    tab.click(".unit[data-column='2'][data-unit='1']")
    tab.wait_for_selector(".formula-panel h2:has-text('layer 2, unit 1')")
    assert tab.locator(".formula-panel math").count() > 8
    tab.click(".formula-panel table >> text=unit 2")
    tab.wait_for_selector("h2:has-text('weight from unit 2 of layer 1 to unit 1 of the layer 2')")
    tab.fill("[aria-label='new value']", "0.625")
    tab.press("[aria-label='new value']", "Enter")
    after(tab, "glassnet.mirror.network.parameters[2].values[2 * 2 + 1] === 0.625")
    tab.check("text=freeze")
    step_to(tab, 20)
    assert tab.evaluate("glassnet.mirror.network.parameters[2].values[5]") == 0.625
    tab.click("text=check its gradient")
    assert "by backpropagation" in tab.inner_text(".editor output")
    tab.fill(".field:has-text('learning rate') input", "0")
    tab.press(".field:has-text('learning rate') input", "Tab")
    kept = parameters(tab)
    tab.click("button.step")
    after(tab, "s.frame.step === 21")
    np.testing.assert_array_equal(parameters(tab), kept)  # with the rate that was chosen
    tab.fill("[aria-label='new value']", "much")
    tab.click(".editor >> text=set >> nth=1")
    assert (
        tab.evaluate("document.querySelector('[aria-label=\"new value\"]').validationMessage")
        == "a number is wanted, such as 0.5"
    )


def test_lines_and_biases_of_the_drawing(open_page: Open) -> None:
    tab = open_page()
    biases = tab.locator(".unit .bias").all_inner_texts()
    assert len(biases) == 7 and biases[-1] == "b 0"
    tab.click("button.epoch")
    after(tab, "s.frame.epoch === 1")
    after(tab, "[...document.querySelectorAll('.unit .bias')].at(-1).textContent !== 'b 0'")
    for _ in range(50):  # a finding above the drawing may move it
        x, y = tab.evaluate(
            "(() => { const v = glassnet.view, box = v.inner.getBoundingClientRect(), l = v.layout, a = l.columns[1], b = l.columns[2];"
            "const left = a.x + l.size / 2, right = b.x - l.size / 2;  // near its end, where no other line crosses it\n"
            "return [box.left + left + 0.8 * (right - left), box.top + a.places[0].y + 0.8 * (b.places[1].y - a.places[0].y)]; })()"
        )
        tab.mouse.move(x - 1, y)
        tab.mouse.move(x, y)
        if tab.locator(".tip").is_visible():
            break
        tab.wait_for_timeout(50)
    assert tab.inner_text(".tip").startswith("w = ")
    assert state(tab, "pointed") == {"kind": "weight", "column": 1, "unit": 1, "input": 0}
    tab.hover(".unit[data-column='1'][data-unit='3']")
    tab.wait_for_selector(".output h2 >> text=Output of layer 1, unit 3")


def test_a_csv_file_of_the_reader_is_learned_and_never_in_the_address(
    open_page: Open, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    random = np.random.default_rng(0)
    rows = [f"{a},{b},{c},{'yes' if a > b else 'no'}" for a, b, c in random.normal(size=(80, 3)).round(3)]
    path.write_text("a,b,c,answer\n" + "\n".join(rows))
    tab = open_page()
    tab.set_input_files("input[aria-label='a CSV file']", path)
    after(tab, "s.source.name === 'mine.csv' && s.frame !== null")
    assert tab.inner_text(".told").startswith("80 samples of 3 inputs; target: answer, 2 classes")
    assert "mine" not in tab.url and "data=own" in tab.url
    tab.select_option("[aria-label='column up']", label="c")
    after(tab, "s.axes[1] === 2 && s.frame !== null")
    tab.click("button.epoch")
    tab.select_option("[aria-label='what the picture shows']", "components")
    after(tab, "s.axes === 'components' && s.frame.epoch === 1")  # the training goes on
    tab.wait_for_selector(".axes >> text=% of the variance")
    tab.select_option(".field:has-text('target column') select", label="c")
    after(tab, "s.source.task === 'regression' && s.frame !== null")
    tab.reload()
    tab.wait_for_selector("text=drop it here again")


def test_a_hostile_file_is_text(open_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.csv"
    name = "<img src=x onerror=window.hit=1>"
    path.write_text(
        f'"{name}","<script>window.hit=1</script>",y\n'
        + "\n".join(f"{i},{i % 5},<b>{i % 2}</b>" for i in range(12))
    )
    tab = open_page()
    tab.set_input_files("input[aria-label='a CSV file']", path)
    after(tab, "s.source.name.startsWith('<img') && s.frame !== null")
    for name_of_tab in ("walk", "weights", "confusion", "code", "files"):
        tab.click(f"#tab-{name_of_tab}")
    tab.click(".unit[data-column='1'][data-unit='0']")
    tab.wait_for_selector(f".formula-panel table >> text={name}")
    assert tab.evaluate("window.hit === undefined && document.querySelector('main img') === null")


def test_what_is_no_table_and_no_model_is_told(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("a\n1\n")
    (tmp_path / "m.safetensors").write_bytes(b"<script>alert(1)</script>")
    tab = open_page()
    tab.set_input_files("input[aria-label='a CSV file']", tmp_path / "one.csv")
    tab.wait_for_selector(".said >> text=one.csv has one column")
    (tmp_path / "two.csv").write_text("a,b\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    tab.set_input_files("input[aria-label='a CSV file']", tmp_path / "two.csv")
    after(tab, "s.source.name.startsWith('two') && s.frame !== null")
    assert tab.locator(".said >> text=one.csv").count() == 0
    tab.set_input_files("input[aria-label='a model file']", tmp_path / "m.safetensors")
    tab.wait_for_selector(".said >> text=m.safetensors:")


def test_points_are_added_moved_and_removed_by_mouse_and_by_keyboard(open_page: Open) -> None:
    tab = open_page("data=points&validation=0")
    box = tab.locator("canvas.answers").bounding_box()
    before = len(state(tab, "points"))
    tab.click(".swatch >> text=2")
    tab.mouse.click(box["x"] + 20, box["y"] + 20)
    after(tab, f"s.points.length === {before + 1} && s.source.classNames.length === 3 && s.frame !== null")
    assert state(tab, "points")[-1]["label"] == 2
    place = [
        tab.evaluate(f"(() => {{ const {{ network, points }} = glassnet.store.state, [a, b] = network.rectangle.{axis}, p = points.at(-1).{axis};"
                     f"return {'(p - a)' if axis == 'x' else '(b - p)'} / (b - a); }})()")
        for axis in "xy"
    ]  # fmt: skip
    tab.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 150, box["y"] + 150, steps=3)
    tab.mouse.up()
    after(tab, "Math.abs(s.points.at(-1).x) < 1 && s.frame !== null")
    assert len(state(tab, "points")) == before + 1

    step = state(tab, "frame")["step"]
    tab.focus("canvas.answers")
    for key in ("1", *6 * ["ArrowLeft"], "ArrowUp", "Space"):
        tab.keyboard.press(key)
    after(tab, f"s.points.length === {before + 2} && s.frame !== null")
    added = state(tab, "points")[-1]
    assert (
        added["label"] == 1
        and added["x"] < 0 < added["y"]
        and tab.locator(".under-cursor .cursor").first.is_visible()
    )
    told = tab.locator(".under-cursor [role=status]").first
    assert told.inner_text().startswith("point of class 1 added at −")
    for key in ("Enter", "ArrowRight", "ArrowRight", "Enter"):
        tab.keyboard.press(key)
    after(tab, f"s.points.at(-1).x > {added['x']} && s.frame !== null")
    assert told.inner_text() == "point put down"
    tab.keyboard.press("Delete")
    after(tab, f"s.points.length === {before + 1} && s.frame !== null")
    assert told.inner_text() == "point removed" and state(tab, "frame")["step"] == step


def test_an_address_that_cannot_be_taken_gives_a_page_that_works_and_says_so(open_page: Open) -> None:
    tab = open_page("data=__proto__&hidden=4.nosuch")
    assert tab.locator(".said li").count() == 2
    tab.wait_for_selector(".said >> text=in the address data is __proto__; it must be one of circles")
    for address, text in (
        ("data=own&loss=constructor&seed=1", "in the address loss is constructor; it must be one of auto"),
        ("validation=0.9&test=0.8&seed=2", "4 of 200 samples are left to train on"),
    ):
        tab.evaluate(f"location.hash = '{address}'")
        tab.wait_for_selector(f".said >> text={text}")
        after(tab, f"s.network.spec.seed === {address[-1]} && s.frame !== null")
        tab.click("button.epoch")
        after(tab, "s.frame.epoch === 1")


def test_an_address_that_asks_for_layers_of_a_file_says_so_and_goes_on(open_page: Open) -> None:
    tab = open_page("hidden=own")
    tab.wait_for_selector(".said >> text=the address asks for the layers of a file")
    assert state(tab, "choices.hidden") == "4.tanh,2.tanh"


def test_the_address_holds_the_state_and_gives_it_again(open_page: Open) -> None:
    tab = open_page()
    tab.select_option(".field:has-text('data') >> nth=0 >> select", "moons")
    tab.select_option(".field:has-text('optimizer') select", "sgd")
    tab.click("[aria-label='one unit more in layer 1']")
    after(tab, "s.choices.hidden === '5.tanh,2.tanh' && s.frame !== null")
    assert tab.url.endswith("#data=moons&hidden=5.tanh,2.tanh&optimizer=sgd")
    tab.reload()
    after(tab, "s.frame !== null")
    assert state(tab, "choices.optimizer") == "sgd" and state(tab, "source.name") == "moons"


def test_a_model_is_downloaded_read_by_python_and_opened_again(open_page: Open, tmp_path: Path) -> None:
    tab = open_page("hidden=5.relu")
    step_to(tab, 28)
    tab.click("#tab-files")
    with tab.expect_download() as event:
        tab.click("text=download the model")
    path = tmp_path / "model.safetensors"
    event.value.save_as(path)
    net = gn.load(path)
    np.testing.assert_array_equal(net.parameters, parameters(tab))
    other = open_page()
    other.set_input_files("input[aria-label='a model file']", path)
    after(other, "s.file === 'model.safetensors' && s.frame !== null")
    np.testing.assert_array_equal(parameters(other), net.parameters)
    assert state(other, "choices.hidden") == "5.relu" and state(other, "frame.step") == 28
    for page in (tab, other):
        page.click("button.step")
        after(page, "s.frame.step === 29")
    np.testing.assert_array_equal(parameters(other), parameters(tab))
    with tab.expect_download() as event:
        tab.click("text=network as SVG")
    event.value.save_as(tmp_path / "n.svg")
    assert (tmp_path / "n.svg").read_text().count("<line") == 15


def test_a_diverging_training_stops_and_marks_the_layer(open_page: Open) -> None:
    tab = open_page("data=sine&hidden=8.relu,8.relu&optimizer=sgd&rate=1000&batch=0")
    tab.click("button.play")
    tab.wait_for_selector(".banner .finding.error >> nth=0")
    after(tab, "s.stopped !== null && !s.running")
    assert np.isfinite(parameters(tab)).all()
    tab.click(".banner >> text=a tenth of the learning rate")
    after(tab, "s.choices.rate === 100")


def test_every_panel_opens_and_shows_something(open_page: Open) -> None:
    tab = open_page("data=spiral&noise=0.2&hidden=6.relu,6.tanh")
    tab.click("button.epoch")
    after(tab, "s.frame.epoch === 1")
    tab.click("#tab-walk")
    for title in (
        "Forward: layer 1",
        "Forward: layer 2",
        "Forward: the output layer",
        "Loss",
        "Backward: the output layer",
    ):
        tab.wait_for_selector(f"#panel-walk h2:has-text('{title}')")
        tab.click("#panel-walk >> text=next")
    tab.click("#tab-weights")
    tab.wait_for_selector("#panel-weights svg >> nth=8")
    tab.click("#tab-confusion")
    tab.wait_for_selector("#panel-confusion .note >> text=right")
    tab.click("#tab-runs")
    tab.click("text=keep this run")
    tab.wait_for_selector("#panel-runs tbody tr >> nth=1")
    tab.click("#tab-surface")
    tab.click("text=compute the surface")
    tab.wait_for_selector("#panel-surface .note >> text=Blue is low")
    tab.click("#tab-code")
    for language, word in (
        ("numpy", "np.random.SeedSequence"),
        ("torch", "nn.Sequential"),
        ("notebook", "nbformat"),
        ("glassnet", "gn.Network"),
    ):
        tab.select_option("[aria-label='language']", language)
        tab.wait_for_selector(f"#panel-code pre >> text={word}")


def test_digits_are_drawn_on_a_pad(open_page: Open) -> None:
    tab = open_page("data=digits&hidden=8.relu&batch=32&rate=0.005")
    box = tab.locator("canvas.pad").bounding_box()
    tab.mouse.move(box["x"] + 80, box["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 80, box["y"] + 140, steps=6)
    tab.mouse.up()
    after(tab, "s.drawnDigit !== null")
    assert tab.inner_text(".drawing-pad .note").endswith("%")
    tab.click(".drawing-pad >> text=clear")
    after(tab, "s.drawnDigit === null")

    tab.focus("canvas.pad")
    for key in ("ArrowUp", "Space", "ArrowDown", "ArrowDown", "Shift+ArrowLeft", "Space"):
        tab.keyboard.press(key)
    after(tab, "s.drawnDigit !== null")
    told = tab.locator(".drawing-pad [role=status]")
    assert told.inner_text() == "pen up at row 18, column 15"
    for key in ("Delete", "ArrowUp", "Delete", "ArrowUp", "Delete", "ArrowUp", "Delete"):
        tab.keyboard.press(key)
    after(tab, "s.drawnDigit === null")
    assert not state(tab, "running") and state(tab, "frame")["step"] == 0


# Units that lie below what stands above their column, which would be hidden by it.
HEADS_OVER_UNITS = """[...document.querySelectorAll(".head")].flatMap((head) => {
  const end = head.getBoundingClientRect().bottom, column = head.dataset.column;
  return [...document.querySelectorAll(`.unit[data-column="${column}"]`)].filter((unit) => unit.getBoundingClientRect().top < end).map(() => column);
})"""


def test_six_layers_of_32_units_fit_on_a_screen(open_page: Open) -> None:
    tab = open_page(f"hidden={','.join(['32.tanh'] * 6)}")
    after(tab, "document.querySelectorAll('.unit').length === 2 + 6 * 32 + 1")
    assert tab.evaluate("glassnet.view.root.scrollWidth - glassnet.view.root.clientWidth") == 0
    assert tab.evaluate(HEADS_OVER_UNITS) == []
    tab.hover(".unit[data-column='3'][data-unit='30']")
    assert (
        tab.locator(".bias:visible").count() == 2
    )  # of the output, always, and of the unit that is pointed at


def test_a_network_of_every_layer_is_drawn_explained_and_edited(open_page: Open, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    X = np.column_stack([random.normal(size=(80, 2)), random.integers(0, 3, 80)])
    inside = [gn.LayerNorm(), gn.Dense(5, "relu"), gn.Dense(4), gn.BatchNorm()]
    net = gn.Network(
        [gn.Embedding({2: 3}, 2), gn.Dense(4, "tanh"), gn.Residual(inside), gn.PReLU(), gn.Dense(1, "sigmoid")],
        seed=1, input_shape=3, dtype="float64",
    )  # fmt: skip
    net.fit(X, (X[:, [0]] > 0) * 1.0, loss="bce", epochs=2, progress=False, engine="numpy")
    gn.play(net, X, (X[:, 0] > 0).astype(int), output=tmp_path / "p.html")
    tab = open_page(url=(tmp_path / "p.html").as_uri())
    after(tab, "s.file === 'network' && s.frame !== null && s.network.columns.length === 5")
    np.testing.assert_array_equal(parameters(tab), net.parameters)
    after(tab, "document.querySelectorAll('.head').length === 6")
    assert tab.locator(".head .title").all_inner_texts() == [
        "3 inputs", "4 numbers", "4 units", "5 units", "4 units", "output",
    ]  # fmt: skip
    tab.click(".unit[data-column='4'][data-unit='2']")
    tab.wait_for_selector(".formula-panel h2:has-text('layer 4, unit 2')")
    assert tab.locator(".formula-panel .forward .sub").all_inner_texts() == [
        "weights",
        "batch norm",
        "residual, sum",
        "PReLU",
    ]
    tab.click(".formula-panel table >> text=w of PReLU")
    tab.wait_for_selector("h2:has-text('w of PReLU, unit 2 of the layer 4')")
    tab.fill("[aria-label='new value']", "0.75")
    tab.press("[aria-label='new value']", "Enter")
    after(tab, "glassnet.mirror.network.parameters.find(({ layer }) => layer === 3).values[2] === 0.75")
    tab.click("text=check its gradient")
    assert "by backpropagation" in tab.inner_text(".editor output")
    tab.click("text=choose layers here")
    after(tab, "s.network.columns.length === 2 && s.frame !== null")


def follow(tab: Any, act: Callable[[], None]) -> None:
    act()
    tab.click(".lesson >> text=/go on|end the lesson/")


def train_until_done(tab: Any) -> None:
    tab.click("button.play")
    after(tab, "s.lesson.done")
    if state(tab, "running"):
        tab.click("button.play")


def test_each_lesson_is_followed_to_its_end(open_page: Open) -> None:
    tab = open_page()
    unit = ".unit[data-column='1'][data-unit='0']"
    tab.click("#tab-lessons")
    tab.click(".card:has-text('XOR') >> text=begin")
    tab.click("#tab-code")
    tab.wait_for_selector("text=These first weights were given, not drawn")
    tab.click("#tab-lessons")
    follow(tab, lambda: train_until_done(tab))
    assert state(tab, "frame.epoch") == 2000 and not state(tab, "running")
    tab.wait_for_selector(
        ".banner >> text=samples 00, 01 and 10 are all zero in every hidden unit of layer 1"
    )
    follow(tab, lambda: tab.click(unit))
    follow(tab, lambda: train_until_done(tab))
    follow(tab, lambda: train_until_done(tab))
    after(tab, "s.lesson === null")
    tab.click("#tab-lessons")
    tab.click(".card:has-text('learning rate') >> text=begin")
    follow(tab, lambda: train_until_done(tab))
    follow(tab, lambda: (tab.click(unit), tab.click(".formula-panel table >> text=x1")))
    follow(tab, lambda: train_until_done(tab))
    tab.fill(".field:has-text('learning rate') input", "0.3")
    tab.press(".field:has-text('learning rate') input", "Tab")
    tab.click("button.restart")
    follow(tab, lambda: train_until_done(tab))
    after(tab, "s.lesson === null")
    tab.click("#tab-lessons")
    tab.click(".card:has-text('digit') >> text=begin")
    after(tab, "s.source.name === 'digits' && s.frame !== null")
    assert not state(tab, "lesson.done")  # what was trained before is not what the lesson waits for
    follow(tab, lambda: train_until_done(tab))
    follow(tab, lambda: tab.click(unit))
    follow(tab, lambda: tab.click("#tab-formula"))
    box = tab.locator("canvas.pad").bounding_box()
    follow(tab, lambda: tab.mouse.click(box["x"] + 80, box["y"] + 80))
    after(tab, "s.lesson === null")


def test_while_it_plays_everything_that_is_told_is_of_one_sample_and_one_step(open_page: Open) -> None:
    tab = open_page("data=digits&hidden=6.relu")
    tab.click("button.play")
    seen = tab.evaluate(
        """() => new Promise((done) => {
      const seen = [], text = (name) => document.querySelector(name).textContent, number = (pattern, name) => Number(pattern.exec(text(name))?.[1]);
      const tick = () => {
        const { store } = glassnet, { frame } = store.state;
        if (store.isIdle && frame.isTold && seen.at(-1)?.step !== frame.step + 1) seen.push({
          step: frame.step + 1, formula: number(/step (\\d+)/, ".formula-panel .note"),
          samples: [glassnet.sample, frame.next[0], number(/here sample (\\d+)/, ".formula-panel .note"), number(/^sample (\\d+)/, ".answer .note"), number(/sample (\\d+) of/, ".answer .stepper"), Number(document.querySelector(".finding select").value)],
        });
        if (seen.length < 4) requestAnimationFrame(tick); else done(seen);
      };
      tick();
    })"""
    )
    for told in seen:
        assert told["formula"] == told["step"] and len(set(told["samples"])) == 1, told
    assert len({told["step"] for told in seen}) == 4


def test_everything_can_be_reached_by_keyboard_alone(open_page: Open) -> None:
    tab = open_page()
    tab.keyboard.press("ArrowRight")
    after(tab, "s.frame.step === 1")
    tab.keyboard.press("ArrowLeft")
    after(tab, "s.frame.step === 0")
    tab.keyboard.press("ArrowDown")
    after(tab, "s.frame.epoch === 1")
    tab.keyboard.press("Space")
    after(tab, "s.frame.epoch > 2")
    tab.keyboard.press("Space")
    after(tab, "!s.running")
    tab.keyboard.press("Home")
    after(tab, "s.frame.step === 0")
    for _ in range(120):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.matches('.unit:not(.input)')"):
            break
    assert state(tab, "pointed")["kind"] == "unit"
    tab.keyboard.press("Enter")
    assert state(tab, "selection")["kind"] == "unit"
    tab.focus("#tab-formula")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.id") == "tab-walk" and state(tab, "tab") == "walk"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["hidden=6.tanh.bn.res.d0.2,6.relu.ln.d0.1", "data=digits&hidden=16.relu&batch=32"]
)
def test_a_screen_of_390_pixels_is_enough(open_page: Open, address: str, theme: str) -> None:
    tab = open_page(address, width=390, theme=theme)
    tab.click("button.epoch")
    after(tab, "s.frame.epoch === 1")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.evaluate("document.documentElement.dataset.theme") == theme
    assert tab.evaluate(HEADS_OVER_UNITS) == []
    tab.click("#tab-confusion")
    for name in (".tabs", "#panel-confusion .scroll"):
        assert tab.evaluate(f"(() => {{ const e = document.querySelector('{name}'); return e.scrollWidth - e.clientWidth; }})()") <= 0  # fmt: skip


NARROWER = """[...document.querySelectorAll("select:not([aria-label^='column'], [aria-label^='activation'])")].filter((field) => field.checkVisibility()).filter((field) => {
  const brush = document.createElement("canvas").getContext("2d"), style = getComputedStyle(field);
  brush.font = style.font;
  return brush.measureText(field.selectedOptions[0]?.textContent ?? "").width + parseFloat(style.paddingLeft) + 18 > field.clientWidth;
}).map((field) => `${field.getAttribute("aria-label")}: ${field.selectedOptions[0].textContent}`)"""


def test_what_is_chosen_can_be_read_whole_and_names_of_inputs_are_not_cut_off_by_the_edge(
    open_page: Open,
) -> None:
    tab = open_page("data=iris&hidden=6.tanh.bn.d0.2")
    assert tab.evaluate(NARROWER) == []
    tab.set_viewport_size({"width": 390, "height": 900})
    after(tab, "s.width < 391 && document.querySelector('.unit .name').getBoundingClientRect().left >= 0")
    assert tab.evaluate("glassnet.view.root.scrollWidth - glassnet.view.root.clientWidth") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read_and_controls_have_names(open_page: Open, theme: str) -> None:
    tab = open_page("data=spiral", theme=theme)
    found = tab.evaluate(
        """() => {
        const rgb = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)|transparent/.test(c)) return rgb(c); } return [255, 255, 255]; };
        const faint = [], nameless = [];
        for (const e of document.querySelectorAll("body *")) {
          if (e.closest("canvas, svg, script, option, [disabled]") || !e.checkVisibility()) continue;
          if ([...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) {
            const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(e.outerHTML.slice(0, 80));
          }
        }
        for (const e of document.querySelectorAll("button, input, select")) {
          if (!(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length || e.closest("label"))) nameless.push(e.outerHTML.slice(0, 80));
        }
        const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
        return { faint, nameless, twice: ids.filter((id, i) => ids.indexOf(id) !== i) };
      }"""
    )
    assert found == {"faint": [], "nameless": [], "twice": []}


def test_a_served_page_saves_models_and_gives_its_network_back(open_page: Open, tmp_path: Path) -> None:
    X = np.random.default_rng(1).normal(size=(60, 3))
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1)], seed=2, input_shape=3, dtype="float64")
    net.fit(X, X.sum(axis=1, keepdims=True), loss="mse", optimizer=gn.SGD(0.01), progress=False)
    with gn.play(net, X, X.sum(axis=1), browser=False, folder=tmp_path) as opened:
        tab = open_page(url=opened.address)
        after(tab, "s.file === 'network' && s.frame !== null")
        np.testing.assert_array_equal(parameters(tab), net.parameters)
        tab.click("button.epoch")
        after(tab, "s.frame.step > s.frame.first")
        tab.click("#tab-files")
        tab.fill("[aria-label='name of the file']", "trained.safetensors")
        tab.click("text=save >> nth=-1")
        tab.wait_for_selector("text=saved as trained.safetensors")
        np.testing.assert_array_equal(gn.load(tmp_path / "trained.safetensors").parameters, parameters(tab))
        np.testing.assert_array_equal(opened.network.parameters, parameters(tab))
    tab.wait_for_selector("text=the program that opened this page has ended; the page itself goes on")
    step = state(tab, "frame.step")
    tab.click("button.step")
    after(tab, f"s.frame.step === {step + 1}")


def test_a_model_of_the_command_opens_on_the_samples_that_it_was_trained_on(
    open_page: Open, tmp_path: Path
) -> None:
    X, y = gn.datasets.iris()
    experiment = gn.recipes.prepare(
        gn.recipes.read("iris"), gn.recipes.choose(gn.recipes.read("iris"), epochs=3), seed=0
    )
    experiment.fit(progress=False, engine="numpy")
    path = tmp_path / "iris.safetensors"
    net = experiment.model.scaling_inside().network
    net.save(path)
    gn.play(str(path), output=tmp_path / "page.html")
    tab = open_page(url=(tmp_path / "page.html").as_uri())
    after(tab, "s.file === 'iris.safetensors' && s.frame !== null")
    loss = tab.evaluate(
        "glassnet.mirror.network.loss(glassnet.store.state.source.X, glassnet.store.state.source.labels)"
    )
    assert loss == pytest.approx(net.evaluate(X, y)["loss"], rel=1e-6)
    assert tab.inner_text(".said") == ""
