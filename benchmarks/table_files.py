"""Reading a table of a million rows and making features of it, beside Polars and scikit-learn; and memory of training.

    python benchmarks/table_files.py [rows]

The table has 15 columns of numbers and 15 of categories (4 to 18 of them). Each measurement is a process of its own.
The first reads with Polars and transforms with scikit-learn's RobustScaler and OneHotEncoder, the second reads and
transforms with `gn.tables`; the third runs `glassnet train` for two epochs and reports the most memory that it held.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

COLUMNS, FEWEST_LEVELS = 15, 4


def write(path: Path, n_rows: int) -> None:
    """A table whose target follows from some of its columns."""
    draw = np.random.default_rng(0)
    table = {f"n{k}": draw.normal(size=n_rows).round(4) for k in range(COLUMNS)}
    for k in range(COLUMNS):
        levels = np.array([f"level_{place}" for place in range(FEWEST_LEVELS + k)])
        table[f"c{k}"] = levels[draw.integers(0, len(levels), n_rows)]
    value = 2 * table["n0"] + table["n1"] ** 2 + (table["c3"] == "level_1") + draw.normal(size=n_rows)
    table["y"] = np.where(value > 1.5, "yes", "no")
    pl.DataFrame(table).write_csv(path)


def by_scikit_learn(path: str) -> float:
    """Seconds of reading and transforming."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OneHotEncoder, RobustScaler

    began = time.perf_counter()
    frame = pl.read_csv(path)
    steps = ColumnTransformer(
        [
            ("numbers", RobustScaler(), [f"n{k}" for k in range(COLUMNS)]),
            (
                "categories",
                OneHotEncoder(sparse_output=False, dtype=np.float32),
                [f"c{k}" for k in range(COLUMNS)],
            ),
        ]
    )
    steps.fit_transform(frame)
    return time.perf_counter() - began


def by_glassnet(path: str) -> float:
    """Seconds of the same."""
    import glassnet as gn

    began = time.perf_counter()
    file = gn.tables.files.read(path)
    table = gn.tables.Table.of(file.rows.drop("y"))
    gn.tables.Preprocessing.fit(table).transform(table, np.float32)
    return time.perf_counter() - began


def trained(path: str) -> float:
    """Seconds of a short training."""
    from typer.testing import CliRunner

    from glassnet.cli.app import app

    began = time.perf_counter()
    folder = str(Path(path).parent / "run")
    options = [
        "--target",
        "y",
        "--epochs",
        "2",
        "--batch-size",
        "2048",
        "--hidden",
        "64,64",
        "--quiet",
        "--output",
        folder,
    ]
    result = CliRunner().invoke(app, ["train", path, *options])
    assert result.exit_code == 0, result.output
    return time.perf_counter() - began


WORKS = {"scikit-learn": by_scikit_learn, "glassnet": by_glassnet, "training": trained}


def main() -> None:
    """Measure all, or, with the name of a work and a path, one."""
    if len(sys.argv) == 3:
        seconds = WORKS[sys.argv[1]](sys.argv[2])
        print(f"{seconds:.1f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
        return
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, n_rows)
        print(f"{n_rows:,} rows, {2 * COLUMNS} columns, {path.stat().st_size / 1e6:.0f} MB")
        for name in WORKS:
            done = subprocess.run(
                [sys.executable, __file__, name, str(path)], capture_output=True, text=True, check=True
            )
            print(f"{name:>12}: {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
