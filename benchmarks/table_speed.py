"""What tables cost beside scikit-learn: one row through a whole model, and a million rows through the preprocessing.

Run: python benchmarks/table_speed.py one-row FOLDER-OF-CSV-FILES
     python benchmarks/table_speed.py million-rows [ROWS]

One row: a data frame of one row, as `frame.iloc[[k]]` gives it, through glassnet's model (a scale and three layers of
256, as the preset "tabular" has them) and through a pipeline of scikit-learn (median or most frequent where an entry is
missing, StandardScaler, OneHotEncoder, an MLP of its default size): the smallest and the middle of many calls, in
turns.

A million rows: 15 columns of numbers and 15 of categories (2, 5, 12, 40 and 300 levels) in a CSV file, each way in a
process of its own: Polars reads; then scikit-learn's ColumnTransformer (median, StandardScaler; OneHotEncoder, sparse)
transforms, once fitted; or glassnet decides, fits and makes float32 features, its categories of more than 8 levels as
integers for an embedding.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

TABLES = {
    "adult": "income",
    "housing": "median_house_value",
    "titanic": "survived",
    "concrete": "strength",
}
ROUNDS, ROWS = 60, 1000
LEVELS = (2, 5, 12, 40, 300)


# ---- one row


def glassnet_model(frame: Any, y: Any) -> Callable[[Any], Any]:
    import glassnet as gn

    preprocessing, target = gn.tables.Preprocessing.fit(frame), gn.tables.target_of(y)
    hidden = [gn.Dense(256, "selu") for _ in range(3)]
    last = gn.Dense(target.n_outputs, "softmax" if target.classifies else "linear")
    network = gn.Network([gn.Scale(), *hidden, last], seed=0, input_shape=preprocessing.n_features)
    return gn.tables.TableModel(preprocessing, [network], target).predict


def sklearn_pipeline(frame: Any, y: Any) -> Callable[[Any], Any]:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = list(frame.select_dtypes("number").columns)
    text = [name for name in frame if name not in numbers]
    parts = [("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers)]
    if text:
        encoder = make_pipeline(
            SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
        )
        parts.append(("text", encoder, text))
    network = MLPRegressor(max_iter=2) if y.dtype.kind == "f" else MLPClassifier(max_iter=2)
    return make_pipeline(ColumnTransformer(parts), network).fit(frame, y).predict


def one_row(folder: Path) -> None:
    import pandas as pd

    print(
        "| table | glassnet, µs: least, middle | of a dict | scikit-learn, µs: least, middle | ratio of the least |"
    )
    print("|---|---|---|---|---|")
    for name, column in TABLES.items():
        whole = pd.read_csv(folder / f"{name}.csv.gz")
        frame = whole.sample(min(ROWS, len(whole)), random_state=0)
        y = frame.pop(column)
        frame = frame.astype({text: object for text in frame.select_dtypes(exclude="number")})
        row = frame.iloc[[3]]
        held = row.to_dict("records")[0]
        ours, theirs = glassnet_model(frame, y), sklearn_pipeline(frame, y)
        ways: list[tuple[Callable[[Any], Any], Any]] = [(ours, row), (ours, held), (theirs, row)]
        seconds: list[list[float]] = [[] for _ in ways]
        for _ in range(ROUNDS):
            for (predict, given), found in zip(ways, seconds, strict=True):
                for _ in range(5):
                    start = time.perf_counter()
                    predict(given)
                    found.append(time.perf_counter() - start)
        (least, middle), (of_dict, _), (sk_least, sk_middle) = (
            (min(found) * 1e6, float(np.median(found)) * 1e6) for found in seconds
        )
        print(
            f"| {name} | {least:.0f}, {middle:.0f} | {of_dict:.0f} | {sk_least:.0f}, {sk_middle:.0f} | "
            f"{sk_least / least:.0f} |"
        )


# ---- a million rows


def write_table(path: Path, n_rows: int) -> None:
    import polars as pl

    draw = np.random.default_rng(0)
    columns: dict[str, Any] = {}
    for place in range(15):
        x = draw.normal(size=n_rows) * 10.0 ** (place % 4)
        x[draw.random(n_rows) < 0.05] = np.nan
        columns[f"number_{place}"] = pl.Series(x).fill_nan(None)
        n_levels = LEVELS[place % len(LEVELS)]
        levels = np.array([f"level {level}" for level in range(n_levels)])
        columns[f"text_{place}"] = pl.Series(levels[draw.integers(0, n_levels, n_rows)])
    pl.DataFrame(columns).write_csv(path)


def read(path: Path) -> Any:
    import polars as pl

    return pl.read_csv(path)


def by_polars(path: Path) -> dict[str, float]:
    return measured(lambda: read(path))


def by_sklearn(path: Path) -> dict[str, float]:
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = read(path)
    numbers, text = ([name for name in frame.columns if name.startswith(kind)] for kind in ("number", "text"))
    transformer = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("text", OneHotEncoder(handle_unknown="ignore"), text),
        ]
    )
    transformer.fit(frame)
    return measured(lambda: transformer.transform(frame))


def by_glassnet(path: Path) -> dict[str, float]:
    import glassnet as gn

    settings = gn.tables.TableSettings(one_hot_most=8)

    def whole() -> Any:
        table = gn.tables.Table.of(read(path))
        return gn.tables.Preprocessing.fit(table, settings).transform(table, "float32")

    return measured(whole)


def measured(work: Callable[[], Any]) -> dict[str, float]:
    wall, processor = time.perf_counter(), time.process_time()
    kept = work()
    found = {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}
    del kept
    return found


WAYS = {
    "Polars reads the file": by_polars,
    "scikit-learn transforms the frame, once fitted": by_sklearn,
    "glassnet reads, decides, fits and makes features": by_glassnet,
}


def million_rows(n_rows: int) -> None:
    print("| way | seconds | seconds of the processor | most memory of the process, GB |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path, n_rows)
        for name in WAYS:
            command = [sys.executable, __file__, "one-way", name, str(path)]
            print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def one_way(name: str, path: Path) -> None:
    found = WAYS[name](path)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"| {name} | {found['wall']:.1f} | {found['processor']:.1f} | {most:.2f} |")


def main() -> None:
    warnings.simplefilter("ignore")
    match sys.argv[1:]:
        case ["one-row", folder]:
            one_row(Path(folder))
        case ["million-rows", *rows]:
            million_rows(int(rows[0]) if rows else 1_000_000)
        case ["one-way", name, path]:
            one_way(name, Path(path))
        case _:
            print(__doc__)


if __name__ == "__main__":
    main()
