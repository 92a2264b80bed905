"""Measure methods on tables, and compare them.

python -m benchmarks.tables run --methods tabular,sklearn-mlp --splits 10 [--sets adult,wine] [--folder others]
python -m benchmarks.tables run --methods tabular,sklearn-mlp --sets generated --splits 2 --output generated.json
python -m benchmarks.tables compare tabular sklearn-mlp,boosting,realmlp-s

Seconds are of one process and one thread, training and prediction together, preprocessing too; of a method's first
split, what is loaded and compiled is left out by a small fit before it.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.tables import results as kept
from benchmarks.tables.generated import GENERATED, GeneratedSet
from benchmarks.tables.methods import METHODS, Method
from benchmarks.tables.results import Measured, Results
from benchmarks.tables.sets import SETS, Split, TableSet, others

# What small tables are learned by may be another recipe: rows that warm up for tables up to this size, and beyond.
SMALL, WARM = 800, (120, 1000)
RESULTS = Path(__file__).parents[1] / "results" / "tables.json"


def measured(method: Method, split: Split, seed: int) -> Measured:
    """Score and seconds of a method on one split."""
    began = time.process_time()
    predicted = method(split, seed)
    seconds = time.process_time() - began
    if split.is_of_classes:
        return {
            "metric": "accuracy",
            "score": float(np.mean(predicted == split.y_test)),
            "cpu_seconds": seconds,
        }
    score = float(np.sqrt(np.mean((predicted - split.y_test) ** 2)))
    return {"metric": "rmse", "score": score, "cpu_seconds": seconds}


def run(arguments: argparse.Namespace) -> None:
    """Measure what is not in the file yet, and write it after every split."""
    tables = chosen_sets(arguments)
    for name in arguments.methods.split(","):
        warmed: set[tuple[bool, int]] = set()
        for table in tables:
            for seed in range(arguments.splits):
                if not arguments.again and str(seed) in kept.read(arguments.output).get(table.name, {}).get(
                    name, {}
                ):
                    continue
                split = table.split(seed)
                n_rows = WARM[len(split.y_train) > SMALL]
                if (split.is_of_classes, n_rows) not in warmed:
                    METHODS[name](few_rows(split, n_rows), seed)
                    warmed.add((split.is_of_classes, n_rows))
                found = measured(METHODS[name], split, seed)
                results = kept.read(arguments.output)
                results.setdefault(table.name, {}).setdefault(name, {})[str(seed)] = found
                kept.write(arguments.output, results)
                print(
                    f"{table.name:14} {name:14} {seed:2d}  {found['score']:.4f}  {found['cpu_seconds']:.2f} s",
                    flush=True,
                )


def few_rows(split: Split, n_rows: int) -> Split:
    """A fit of these loads and compiles what a method needs for tables of this size."""
    keep = np.arange(min(n_rows, len(split.y_train)))
    return Split(
        split.X_train.iloc[keep], split.y_train[keep], split.X_test, split.y_test, split.is_of_classes
    )


def chosen_sets(arguments: argparse.Namespace) -> list[TableSet | GeneratedSet]:
    """The named sets, or all but those that are generated; "generated" names these."""
    known = SETS | (others(arguments.folder) if arguments.folder else {})
    names = [*GENERATED] if arguments.sets == "generated" else [*filter(None, arguments.sets.split(","))]
    return [(known | GENERATED)[name] for name in names or known]


def compare(arguments: argparse.Namespace) -> None:
    """A table of mean scores, and of differences in standard errors."""
    results = kept.read(arguments.output)
    for other in arguments.others.split(","):
        print("\n".join(comparison(results, arguments.method, other)), end="\n\n")


def comparison(results: Results, method: str, other: str) -> list[str]:
    """Lines of Markdown: a row for each set that both were measured on, and the sums."""
    head = f"| set | splits | {method} | {other} | difference / standard error | CPU seconds |"
    lines, errors, wins, shares = [head, "|---|---|---|---|---|---|"], [], [], []
    for table in results:
        differences = kept.differences(results, table, method, other)
        if not differences:
            continue
        score, seconds = kept.means(results, table, method, other)
        score_other, seconds_other = kept.means(results, table, other, method)
        errors.append(kept.standard_errors(differences))
        wins.append(kept.verdict(differences))
        shares.append(seconds / seconds_other)
        lines.append(
            f"| {table} | {len(differences)} | {score:.4f} | {score_other:.4f} | {errors[-1]:+.2f} | "
            f"{seconds:.2f} / {seconds_other:.2f} |"
        )
    if errors:
        lines.append(
            f"\nBetter on {sum(wins):g} of {len(wins)} sets; mean of difference / standard error "
            f"{statistics.fmean(errors):+.2f}, least {min(errors):+.2f}; share of the CPU time "
            f"{statistics.fmean(shares):.2f} on average, {max(shares):.2f} at most."
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables")
    commands = parser.add_subparsers(required=True)
    running, comparing = commands.add_parser("run"), commands.add_parser("compare")
    running.set_defaults(act=run)
    running.add_argument("--methods", required=True)
    running.add_argument("--sets", default="")
    running.add_argument("--splits", type=int, default=10)
    running.add_argument("--folder", type=Path, default=None, help="tables beside those that are known")
    running.add_argument("--again", action="store_true", help="measure once more what the file holds")
    comparing.set_defaults(act=compare)
    comparing.add_argument("method")
    comparing.add_argument("others")
    for command in (running, comparing):
        command.add_argument("--output", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    with threadpool_limits(1):
        arguments.act(arguments)


if __name__ == "__main__":
    main()
