"""The report of a table: one page without any network, that tells what was measured, and shows names as they are."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import glassnet as gn
from tests.access import grave_findings
from tests.cli.table.conftest import QUICK, called
from tests.cli.table.homes import homes, write

SECTIONS = (
    "data",
    "network",
    "learning",
    "diagnosis",
    "quality",
    "importance",
    "dependence",
    "worst",
    "differences",
    "next",
)


def section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}">')[2].partition("</section>")[0]


@pytest.mark.parametrize("target", ["price", "kind"])
def test_every_section_is_there_and_nothing_is_loaded(trained: dict[str, Path], target: str) -> None:
    page = (trained[target] / "report.html").read_text()
    assert re.findall(r'<section id="(\w+)">', page) == list(SECTIONS)
    assert (
        not re.search(r'(src|srcset|href)="(?!#|data:)', page)
        and "http" not in page
        and "<script" not in page
    )


@pytest.mark.browser
def test_the_page_can_be_used_by_everyone(browser: Any, trained: dict[str, Path]) -> None:
    tab = browser.new_page(viewport={"width": 390, "height": 900}, color_scheme="dark")
    tab.goto((trained["kind"] / "report.html").as_uri())
    assert grave_findings(tab) == []
    tab.close()


def test_the_diagnosis_is_that_of_the_command(trained: dict[str, Path]) -> None:
    page = (trained["kind"] / "report.html").read_text()
    part = page.partition('<section id="diagnosis">')[2].partition("</section>")[0]
    said = called("diagnose", str(trained["kind"]), str(trained["table"]), "--json").stdout
    codes = [finding["code"] for finding in json.loads(said)["findings"]]
    assert re.findall(r'<span class="severity">\w+</span> (\w+)', part) == codes
    assert codes or "None of the rules of gn.diagnose found anything" in part


def test_it_tells_what_became_of_each_column(trained: dict[str, Path]) -> None:
    data = section((trained["price"] / "report.html").read_text(), "data")
    rows = dict(re.findall(r'<th scope="row"[^>]*>(\w+)</th>.*?<td[^>]*>([^<]*)</td></tr>', data))
    assert (
        rows["price"] == "target"
        and rows["kind"] == "left out, as asked for"
        and rows["size"] == "2 features"
    )
    assert rows["home_id"].startswith("left out: it is an identifier") and rows["town"] == "3 features"
    assert "8, of which 4 are read" in data


def test_the_scores_are_those_that_were_promised(trained: dict[str, Path]) -> None:
    promised = gn.tables.load(trained["price"] / "model.safetensors").description["promised"]["scores"]
    quality = section((trained["price"] / "report.html").read_text(), "quality")
    assert f"<td>{promised['root_mean_squared_error']:.4g}</td>" in quality
    assert f"{promised['r2']:.4g}" in (trained["price"] / "report.html").read_text().partition("</h1>")[0]


def test_what_matters_stands_first_and_worst_rows_are_those_of_the_file(trained: dict[str, Path]) -> None:
    page = (trained["price"] / "report.html").read_text()
    assert re.findall(r'<th scope="row">(\w+)</th>', section(page, "importance"))[0] == "size"
    worst = section(page, "worst")
    row, true = re.findall(r'<th scope="row">row (\d+)</th><td>([\d.]+)</td>', worst)[0]
    price = pl.read_csv(trained["table"])["price"][int(row) - 1]
    assert float(true) == pytest.approx(price, rel=1e-3)
    assert "integrated gradients; their sum is checked" in worst


def test_names_are_shown_and_never_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    hostile = "<script>alert(1)</script>"
    frame = homes(n=120).rename({"size": hostile}).with_columns(
        kind=pl.col("kind").replace({"small": "<img src=x>"}), town=pl.col("town").replace({"Bonn": "\x1b[31m&"})
    )  # fmt: skip
    said = called("train", write(frame), "--target", "kind", "--drop", "price", *QUICK)
    page = Path("runs/homes/report.html").read_text()
    assert "<script>" not in page and "<img src=x>" not in page and "\x1b" not in page + said.stdout
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_pictures_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    called("train", write(homes(n=150)), "--target", "kind", "--drop", "price", *QUICK)
    page = Path("runs/homes/report.html").read_text()
    alternatives = re.findall(r'alt="([^"]+)"', page)
    for told in (
        "confusion matrix of 3 classes",
        "rate of hits",
        "precision over recall",
        "share of right answers",
        "mean probability of ",
    ):
        assert any(one.startswith(told) for one in alternatives), told
    assert len(page) < 1_500_000


def test_parts_that_differ_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    frame = homes(n=400).with_columns(sold=pl.Series(np.arange(400)))
    frame = frame.with_columns(
        size=pl.when(pl.col("sold") > 300).then(pl.col("size") * 3).otherwise(pl.col("size"))
    )
    called("train", write(frame), "--target", "price", "--time", "sold", "--drop", "home_id", *QUICK)
    told = section(Path("runs/homes/report.html").read_text(), "differences")
    assert '<th scope="row">size</th>' in told and "mean " in told
