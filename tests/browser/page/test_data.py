"""The page's data are Python's: the same points, the same parts; and what files of a reader become."""

import json
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser.page import tables
from glassnet.errors import DataError
from tests.browser.page.v8 import call

DRAWN: dict[str, Any] = {
    "xor": gn.datasets.xor(), "circles": gn.datasets.circles(31, 0.1, seed=3), "moons": gn.datasets.moons(31, 0.1, seed=3),
    "blobs": gn.datasets.blobs(31, 4, 0.1, seed=3), "spiral": gn.datasets.spiral(7, 4, 0.1, seed=3),
    "sine": gn.datasets.sine(31, 0.1, seed=3),
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_data_are_those_of_python_for_the_same_arguments(name: str) -> None:
    found = call("return page.DRAWN[data].make({ samples: 31, noise: 0.1, seed: 3, classes: 4 })", name)
    dataset = DRAWN[name]
    np.testing.assert_allclose(np.reshape(found["X"], dataset.X.shape), dataset.X, rtol=0, atol=1e-13)
    y = found["labels"] if dataset.task == "classification" else found["values"]
    np.testing.assert_allclose(y, dataset.y.ravel(), rtol=0, atol=1e-13)
    assert found["classNames"] == list(dataset.target_names or ())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.9])
def test_parts_are_those_that_train_test_split_takes(share: float) -> None:
    train, held = call("return page.split([...Array(41).keys()], data, 5)", share)
    if share == 0:
        assert (train, held) == (list(range(41)), [])
    else:
        wanted = gn.train_test_split(np.arange(41)[:, None], np.arange(41), test_size=share, seed=5)
        assert (train, held) == (wanted[2].tolist(), wanted[3].tolist())


def samples(text: str, target: int, name: str = "my.csv") -> Any:
    return call(f"return page.samplesOf(page.tableOf(data, {json.dumps(name)}), {target})", text)


def test_a_csv_with_names_becomes_samples_and_says_what_it_took() -> None:
    found = samples("width;height;kind\n1,5;2;a\n2,5;3;b\n3;4;a\n4;5;b\n", 2)
    assert found["X"] == [1.5, 2, 2.5, 3, 3, 4, 4, 5]
    assert (found["labels"], found["classNames"], found["featureNames"]) == (
        [0, 1, 0, 1],
        ["a", "b"],
        ["width", "height"],
    )
    assert found["said"] == ["4 samples of 2 inputs; target: kind, 2 classes"]


def test_numbers_that_are_not_whole_are_values_and_few_whole_ones_classes() -> None:
    rows = "\n".join(f"{i},{i / 2},{i % 3}" for i in range(9))
    assert samples(rows, 1)["task"] == "regression"
    assert samples(rows, 2)["classNames"] == ["0", "1", "2"]


def test_text_in_inputs_gaps_and_short_rows_are_left_out_and_told() -> None:
    found = samples("a,b,c,y\n" + "1,2,x,0\n2,,x,1\n3,4,x,1\n4,5\n5,6,x,0\n6,7,x,?\n8,9,x,1\n", 3)
    assert found["X"] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert found["said"][1:] == [
        "1 row with another number of cells than 4 were left out", "columns that hold text or nothing were left out: c",
        "2 rows with gaps were left out",
    ]  # fmt: skip


def test_quotes_hold_delimiters_line_ends_and_quotes() -> None:
    found = samples('"a,b","say ""y"""\n1,"p\nq"\n2,r\n3,r\n4,"p\nq"\n', 1)
    assert found["featureNames"] == ["a,b"] and found["classNames"] == ["p\nq", "r"]


def test_100_000_rows_become_a_part_of_them_that_is_told() -> None:
    found = samples("a,y\n" + "1.5,0\n2.5,1\n" * 50_000, 1)
    assert found["n"] == 20_000
    assert "of 100000 rows every 5. was taken, 20000 at the most" in found["said"]


def test_one_number_that_is_none_costs_its_row_and_one_too_large_its_column() -> None:
    rows = "\n".join(
        f"{i},{'inf' if i == 3 else 'NaN' if i == 5 else i % 4},{10**i}e60,7,{i % 2}" for i in range(9)
    )
    found = samples(f"a,b,c,d,y\n{rows}\n", 4)
    assert found["n"] == 7 and found["featureNames"] == ["a", "b", "c", "d"]
    assert found["said"][1:] == ["2 rows with gaps were left out", "columns that are the same in every row tell nothing: d"]  # fmt: skip
    found = samples(f"a,b,c,d,y\n{rows}\n".replace("e60", "e99"), 4)
    assert "columns with numbers beyond ±1e100 were left out: c" in found["said"]
    assert found["featureNames"] == ["a", "b", "d"]


def test_a_target_that_is_not_there_any_more_and_signs_that_are_no_utf_8_are_told() -> None:
    found = samples("a,gr\ufffd\ufffde,y\n" + "\n".join(f"{i},{i % 3},{i % 2}" for i in range(6)), 7)
    assert "there is no column 7, counted from 0; the target is the last one" in found["said"]
    assert "some signs are no UTF-8 and stand as \ufffd; save the file as UTF-8" in found["said"]


def test_features_have_the_names_of_the_columns_that_they_are_made_of() -> None:
    body = """
    const source = page.samplesOf(page.tableOf(data, "my.csv"), 2), choices = { ...page.usual(), data: "own", features: "x1,x2²,x1x2,sin x2" };
    const drawn = page.made({ features: "x1,x2²,x1x2,sin x2" });
    return [page.prepare(source, choices, page.headOf(choices, source)).names, drawn.samples.names];
    """
    own, drawn = call(body, "length,width,y\n" + "\n".join(f"{i},{i % 3},{i % 2}" for i in range(8)))
    assert own == ["length", "width²", "length·width", "sin width"]
    assert drawn == ["x1", "x2²", "x1x2", "sin x2"]


def test_names_that_every_object_has_are_names_of_columns_and_classes() -> None:
    names = ["__proto__", "constructor", 'say ""y""', "toString"]
    rows = "\n".join(f"{i},{i % 3},{i % 5},{['__proto__', 'constructor'][i % 2]}" for i in range(8))
    found = samples(",".join(f'"{name}"' for name in names) + "\n" + rows, 3)
    assert found["featureNames"] == ["__proto__", "constructor", 'say "y"']
    assert found["classNames"] == ["__proto__", "constructor"] and found["labels"] == [0, 1] * 4


NO_TABLES = [
    ("", "my.csv is empty; a table has a row for each sample"),
    ("\n \n", "my.csv is empty; a table has a row for each sample"),
    ("a\n1\n2\n", "my.csv has one column; it needs one or more of inputs, and one of targets"),
    ("a;b\n", "my.csv has names of columns and no row below them"),
    ("a,b\n\0,1", "my.csv is no text: it holds zero bytes; save the table as CSV"),
    (",".join(["1"] * 1001), "my.csv has 1001 columns; this page takes up to 1000"),
]


@pytest.mark.parametrize(("text", "message"), NO_TABLES)
def test_what_is_no_table_is_told_in_the_same_words_by_the_page_and_by_python(
    text: str, message: str
) -> None:
    body = "try { page.tableOf(data, 'my.csv'); } catch (error) { return error.message; }"
    assert call(body, text) == message
    with pytest.raises(DataError) as refused:
        tables.refuse_no_table(text, "my.csv")
    assert str(refused.value) == message


def test_a_table_of_too_few_rows_is_refused_by_python_and_one_of_enough_is_not() -> None:
    for rows, message in (
        (1, "my.csv has 1 row; at least 4 are needed"),
        (3, "my.csv has 3 rows; at least 4 are"),
    ):
        with pytest.raises(DataError, match=message):
            tables.refuse_no_table("a,b\n" + "1,2\n" * rows, "my.csv")
        with pytest.raises(DataError, match=message):
            tables.refuse_no_table("1;2\n" * rows, "my.csv")
    tables.refuse_no_table("a,b\n" + "1,2\n" * 4, "my.csv")
    with pytest.raises(DataError, match="my.csv is no table of comma-separated values: field larger than"):
        tables.refuse_no_table(f'"{"x" * 200_000}",b\n' + "1,2\n" * 4, "my.csv")


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("", 0, "my.csv is empty; a table has a row for each sample"),
        ("a\n1\n2\n", 0, "my.csv has one column; it needs one or more of inputs, and one of targets"),
        (",".join(["1"] * 1001), 0, "my.csv has 1001 columns; this page takes up to 1000"),
        ("x,y\na,1\nb,2\n", 1, "my.csv has no column of numbers beside the target y"),
        ("x,y\n1,1\n2,\n3,0\n4,1\n", 1, "my.csv has 3 rows without gaps; at least 4 are needed to train on and to check"),
        ("x,y\n1e200,1\n2,2\n3,0\n4,1\n", 1, "my.csv has no column of numbers beside the target y, but for those with numbers beyond ±1e100"),
        ("x,y\n1,1.5\n2,2e200\n3,0\n4,1\n", 1, "the target y holds numbers beyond ±1e100, which cannot be squared; choose another column "
         "as the target, or another unit"),
        ("x,y\n1,a\n2,a\n3,a\n4,a\n", 1, "the target y is a in every row; there is nothing to learn"),
        ("a,b\n\0,1", 0, "my.csv is no text: it holds zero bytes; save the table as CSV"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_samples_is_refused_in_words(text: str, target: int, message: str) -> None:
    body = f"try {{ page.samplesOf(page.tableOf(data, 'my.csv'), {target}); }} catch (error) {{ return error.message; }}"
    assert call(body, text) == message


def test_the_address_holds_what_differs_from_the_usual_and_gives_it_again() -> None:
    body = """
    const choices = { ...page.usual(), data: "moons", noise: 0.05, hidden: "8.relu.d0.2.bn,3.tanh.res", features: "x1,x1x2", discrete: true, rate: 0.5 };
    const text = page.writeAddress(choices);
    return { text, same: told(page.readAddress("#" + text).choices) === told(choices), usual: page.writeAddress(page.usual()) };
    """
    found = call(body)
    assert found["same"] and found["usual"] == ""
    assert (
        found["text"]
        == "data=moons&noise=0.05&features=x1,x1x2&hidden=8.relu.d0.2.bn,3.tanh.res&rate=0.5&discrete=1"
    )


def test_losses_that_are_offered_suit_the_data() -> None:
    names = call(
        "return ['circles', 'spiral', 'sine'].map((name) => page.lossesFor(page.made({ data: name }).source))"
    )
    assert "hinge" in names[0] and "hinge" not in names[1] and "binary_cross_entropy" not in names[2]
    assert {"huber", "quantiles", "gaussian_nll"} <= set(names[2]) and "quantiles" not in names[0]
    assert "triplet_hard" in names[0] and "triplet_hard" not in names[2]


def test_every_loss_that_is_offered_trains_a_step() -> None:
    body = """
    const failed = [];
    for (const data of ["circles", "spiral", "sine"]) {
      for (const loss of page.lossesFor(page.made({ data }).source)) {
        try {
          const { trace } = page.stepOf({ data, loss, samples: 20 }, 2);
          if (!Number.isFinite(trace.value)) failed.push([data, loss, trace.value]);
        } catch (error) { failed.push([data, loss, error.message]); }
      }
    }
    return failed;
    """
    assert call(body) == []


def test_a_drawn_digit_is_moved_to_the_middle_and_made_as_coarse_as_the_data() -> None:
    body = """
    const ink = new Float64Array(32 * 32);
    for (let y = 2; y < 10; y += 1) for (let x = 1; x < 9; x += 1) ink[y * 32 + x] = 1;
    return [page.gathered(ink, 32, [8, 8]), page.gathered(new Float64Array(32 * 32), 32, [8, 8])];
    """
    drawn, empty = (np.reshape(image, (8, 8)) for image in call(body))
    assert drawn[3:5, 3:5].tolist() == [[1, 1], [1, 1]] and drawn.sum() == 4
    assert empty.sum() == 0


def test_cells_of_a_history_that_a_spreadsheet_would_carry_out_begin_with_an_apostrophe() -> None:
    body = "return [page.cell('=1+1'), page.cell(-0.5), page.cell('a,b'), page.cell(null), page.csvOf(['x'], [['@a'], [1]])]"
    assert call(body) == ["'=1+1", "-0.5", '"a,b"', "", "x\r\n'@a\r\n1\r\n"]


def test_the_boundary_of_two_classes_lies_where_their_shares_are_equal() -> None:
    body = """
    const n = 12, field = Float64Array.from({ length: n * n }, (_, i) => (i % n - 5.5) ** 2 + (Math.floor(i / n) - 5.5) ** 2 - 16);
    return [page.zeroLines(field, n), page.zeroLines(field.map(() => 1), n)];
    """
    lines, none = call(body)
    radii = np.hypot(np.array(lines)[:, ::2] - 5.5, np.array(lines)[:, 1::2] - 5.5)
    np.testing.assert_allclose(radii, 4, atol=0.07)
    lengths = np.hypot(*(np.array(lines)[:, 2:] - np.array(lines)[:, :2]).T)
    assert lengths.sum() == pytest.approx(2 * np.pi * 4, rel=0.02) and none == []


@pytest.mark.parametrize("name", ["wine", "breast_cancer"])
def test_principal_components_are_those_of_scikit_learn(name: str) -> None:
    from sklearn.decomposition import PCA

    X = gn.datasets.get(name).X
    found = call(
        "const { vectors, shares } = page.components({ X: Float64Array.from(data.flat()), width: data[0].length, n: data.length }); return [vectors, shares];",
        X.tolist(),
    )
    fitted = PCA(2).fit((X - X.mean(axis=0)) / X.std(axis=0))
    largest = np.abs(fitted.components_).argmax(axis=1)
    signs = np.sign(fitted.components_[[0, 1], largest])[:, None]
    np.testing.assert_allclose(found[0], fitted.components_ * signs, atol=1e-6)
    np.testing.assert_allclose(found[1], fitted.explained_variance_ratio_, rtol=1e-6)
