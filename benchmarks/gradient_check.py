"""How often check_backward names the right slip at the right layers, with fresh random networks in every run.

The learners are those of the tests: three hands that share no code with the checker, on networks of depth 1 to 4, in
float32 and float64, with and without biases, of losses in all their forms: half the square, sums for means. A slip
counts as right if code and layers are, and the form of the loss is noted where it is not the network's; slips that give
the same numbers on the data are counted as wrong if another one is named, and shown in a column of their own.

Run from the repository's folder: python -m benchmarks.gradient_check [--of-each 40] [--pairs 1000] [--seed N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

import glassnet as gn
from tests.checking import cases, figures
from tests.checking.figures import Outcome

RESULTS = Path(__file__).with_name("results")
N_CORRECT, N_OTHERS = 1000, 300


def share_right(outcomes: list[Outcome]) -> str:
    """How many are right, as a share and in numbers."""
    n, total = sum(outcome.right for outcome in outcomes), len(outcomes)
    return f"{100 * n / total:.1f} % ({n} of {total})"


def share_untrue(outcomes: list[Outcome]) -> str:
    """How often a slip is named that the learner did not make."""
    n, total = sum(outcome.untrue for outcome in outcomes), len(outcomes)
    return f"{100 * n / total:.1f} % ({n} of {total})"


def by_code(outcomes: list[Outcome]) -> list[str]:
    """A row for each slip, those named worst first."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[next(iter(outcome.bugs))].append(outcome)
    rows = []
    for code, own in sorted(
        found.items(), key=lambda item: (statistics.mean(o.right for o in item[1]), item[0])
    ):
        right = sum(outcome.right for outcome in own)
        listed = sum(outcome.listed and not outcome.right for outcome in own)
        rows.append(f"| `{code}` | {right} of {len(own)} | {listed} | {len(own) - right - listed} |")
    head = (
        "| slip | named with its layers | another named, this one listed as giving the same numbers | wrong |"
    )
    return [head, "|---|---|---|---|", *rows]


def seconds_of_a_check() -> tuple[float, float]:
    """The time of a check of 64-32-10 with 32 samples: right gradients, and gradients that no slip explains."""
    random = np.random.default_rng(0)
    net = gn.Network([gn.Dense(32, "relu"), gn.Dense(10, "softmax")], seed=0, input_shape=64)
    X, Y = random.random((32, 64)), np.eye(10)[random.integers(0, 10, 32)]
    net.backward(gn.losses.get("cce").gradient(Y, net.forward(X)))
    return (
        _seconds(lambda: gn.check_backward(net, X, Y, net.gradients, loss="cce")),
        _seconds(lambda: gn.check_backward(net, X, Y, random.normal(size=net.gradients.shape), loss="cce")),
    )


def _seconds(check: object) -> float:
    start = time.perf_counter()
    check()  # type: ignore[operator]
    return time.perf_counter() - start


def report(seed: int, of_each: int, n_pairs: int) -> str:
    """All figures as Markdown."""
    (of_singles, of_forms, of_no_biases, of_pairs, of_triples, of_correct, of_others) = map(
        np.random.default_rng, np.random.SeedSequence(seed).spawn(7)
    )
    few = max(1, of_each // 5)
    singles = list(figures.singles(of_singles, of_each))
    forms = {form: list(figures.singles(of_forms, few, form)) for form in cases.FORMS if form != "as it is"}
    without = list(figures.singles(of_no_biases, few, with_biases=False))
    pairs = [figures.several(of_pairs, 2) for _ in range(n_pairs)]
    triples = [figures.several(of_triples, 3) for _ in range(n_pairs // 5)]
    mismatches = [text for ok, text in (figures.correct(of_correct) for _ in range(N_CORRECT)) if not ok]
    named = [
        name for name, found in (figures.other_mistake(of_others) for _ in range(N_OTHERS)) if found.slips
    ]
    fast, slow = seconds_of_a_check()
    lines = [
        "# The gradient check on random networks", "",
        f"Seed {seed}; glassnet {gn.__version__}, NumPy {np.__version__}. Random networks of depth 1 to 4 with "
        f"{len(cases.HIDDEN)} activations and {len(cases.ENDS)} outputs with their losses, float32 and float64.", "",
        "| figure | required | measured |", "|---|---|---|",
        f"| single slips named with their layers | at least 97 % | {share_right(singles)} |",
        *(
            f"| the same, the learner's loss {form} | at least 90 % | {share_right(outcomes)} |"
            for form, outcomes in forms.items()
        ),
        f"| the same, without biases | at least 90 % | {share_right(without)} |",
        f"| pairs of slips, both named with their layers | at least 92 % | {share_right(pairs)} |",
        f"| three slips at once, all named with their layers | | {share_right(triples)} |",
        f"| of three slips, one named that is not among them | at most 5 % | {share_untrue(triples)} |",
        f"| correct implementations reported as wrong | 0 | {len(mismatches)} of {N_CORRECT} |",
        f"| mistakes of no catalogue that were given a name | 0 | {len(named)} of {N_OTHERS} |",
        f"| seconds of a check of 64-32-10 with 32 samples, right and not to be explained | less than 2 | "
        f"{fast:.2f} and {slow:.2f} |",
        "", "## Single slips", "", *by_code(singles),
    ]  # fmt: skip
    for title, outcomes in (("Single slips", singles), *forms.items(), ("Without biases", without)):
        missed = [o for o in outcomes if not o.right and not o.listed]
        if missed:
            lines += ["", f"## {title}: named wrongly or not at all", "", *(f"- {o}" for o in missed)]
    if mismatches:
        lines += [
            "",
            "## Correct implementations reported as wrong",
            "",
            *(f"```\n{text}\n```" for text in mismatches),
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--of-each", type=int, default=40, help="networks for each slip")
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="by default a fresh one")
    arguments = parser.parse_args()
    seed = int(np.random.SeedSequence().generate_state(1)[0]) if arguments.seed is None else arguments.seed
    text = report(seed, arguments.of_each, arguments.pairs)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "gradient_check.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
