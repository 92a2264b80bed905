"""Parameters at which a program is compared: some that show slips, and others that have to confirm the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassnet.checking.program.bench import Bench
from glassnet.checking.program.limits import CALL_SECONDS, FAILURES, limited
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.judging import Judged, judge, measured
from glassnet.support.arrays import as_array

# Of the draws that are tried, for the one comparison and for the other.
SEEDS, OTHER_SEEDS = (5, 6, 7, 8, 9, 10), (15, 16, 17, 18, 19, 20)


def computes_in_single(bench: Bench, forward: Forward) -> bool:
    """Whether the output is in single precision, or a coarser one."""
    _, result = forward.run(bench)
    return as_array(forward.raw_output(bench, result)).dtype.itemsize < 8


# In so many samples each output has to be seen: of one alone any error is in proportion to the right one.
FEWEST_SEEN = 2


def settle(bench: Bench, forward: Forward, seeds: Sequence[int]) -> None:
    """Give the parameters numbers at which slips can be seen: none all zero, no unit saturated, no kink exactly met.

    Of a rectified output that is 0 no error is seen.
    """
    saved = bench.save()
    for seed in seeds:
        bench.put_back(saved)
        _spread(bench, forward, seed)
        settled = bench.save()
        output = forward.run(bench)[0]
        bench.put_back(settled)
        if ((output != 0).sum(axis=0) >= min(FEWEST_SEEN, len(output))).all():
            return


def _spread(bench: Bench, forward: Forward, seed: int) -> None:
    random = np.random.default_rng(seed)
    x = np.asarray(forward.case.X, np.float64)
    size = max(float(np.sqrt(np.mean(x**2))), 1.0)
    for i, leaf in enumerate(forward.parameters):
        values = bench.values(leaf)
        widest = max(values.shape, default=1)
        reach = float(np.sqrt(np.mean(values**2) * widest))
        reach *= size if i == 0 else 1.0
        shrink = min(1.0, 1.5 / reach) if reach > 0 and values.ndim == 2 else 1.0
        spread = min(0.3, 1 / float(np.sqrt(widest))) / (size if i == 0 else 1.0)
        bench.write(leaf, shrink * values + spread * random.normal(size=values.shape))


def elsewhere(bench: Bench, judged: Judged) -> Judged | None:
    """The same reading with other parameters; None where it cannot be run with them, or takes too long."""
    saved = bench.save()
    bench.put_back(judged.forward.state)
    try:
        with limited(CALL_SECONDS):
            forward = replace(judged.forward)
            settle(bench, forward, OTHER_SEEDS)
            forward.state = bench.save()
            is_single = computes_in_single(bench, forward)
            bench.put_back(forward.state)
            wanted = measured(bench, forward, judged.objective, is_single)
            reading = replace(judged.reading, pool=judged.reading.again())
            bench.put_back(forward.state)
            return judge(bench, forward, reading, judged.objective, wanted, is_single)
    except FAILURES:
        return None
    finally:
        bench.put_back(saved)
