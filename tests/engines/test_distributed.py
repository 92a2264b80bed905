"""Several processes train one network as one process does; none of them is left behind."""

from __future__ import annotations

import csv
import fcntl
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from glassnet.cli.app import app
from glassnet.engines.torch import processes
from glassnet.engines.torch.processes import Group
from glassnet.errors import ArgumentError
from tests.engines import together

ROOT = Path(__file__).parents[2]
SIZE = 3
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1"}

Found = list[dict[str, Any]]


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where three processes have written what they did; at the end the last one has killed itself."""
    if worker_id == "master":
        return train_together(tmp_path_factory.mktemp("together"))
    folder = tmp_path_factory.getbasetemp().parent / "together"  # one for all workers of pytest
    with folder.with_name("together.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            train_together(tmp_path_factory.mktemp("together")).rename(folder)
    return folder


def train_together(folder: Path) -> Path:
    common = ENVIRONMENT | {"WORLD_SIZE": str(SIZE), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.engines.together", str(folder)],
            cwd=ROOT, env=common | {"RANK": str(rank)}, stderr=subprocess.PIPE, text=True,
        )
        for rank in range(SIZE)
    ]  # fmt: skip
    complaints = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, -signal.SIGKILL], "".join(complaints)
    return folder


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    return [json.loads((folder / f"rank{rank}.json").read_text()) for rank in range(SIZE)]


# ---- the same as one process


@pytest.mark.parametrize("name", together.TRAININGS)
def test_together_they_learn_what_one_learns(found: Found, name: str) -> None:
    alone = together.TRAININGS[name]()
    for outcomes in found:
        several = outcomes["trainings"][name]
        assert several["stopped_by"] == alone["stopped_by"]
        tolerance = 1e-5 if name == "float32" else 1e-10
        for part in ("parameters", "running"):
            np.testing.assert_allclose(several[part], alone[part], rtol=tolerance, atol=tolerance)
        assert several["columns"].keys() == alone["columns"].keys()
        for column, values in alone["columns"].items():
            np.testing.assert_allclose(several["columns"][column], values, rtol=tolerance)


@pytest.mark.parametrize("name", together.TRAININGS)
def test_all_of_them_hold_the_same_to_the_last_bit(found: Found, name: str) -> None:
    first, *others = (outcomes["trainings"][name] for outcomes in found)
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    ("widths", "sent"),
    [
        ((300, 300, 300), [2, 1, 0]),  # 90 000 parameters each: one piece a layer
        ((300, 300, 4), [1, 0]),  # the last layer is small and goes with the one below
        ((4, 4, 4), [0]),
    ],
)
def test_gradients_of_upper_layers_are_sent_before_those_below_are_there(
    widths: tuple[int, ...], sent: list[int]
) -> None:
    """What is sent, as the lowest layer whose gradients are there by then."""
    import torch

    from glassnet.engines.torch.distributed import Sums

    sizes = [300, *widths]
    shapes = list(itertools.pairwise(sizes))
    flat = torch.randn(sum(n * m for n, m in shapes))
    message, starts = torch.zeros(len(flat) + 1), [0, *itertools.accumulate(n * m for n, m in shapes)]
    leaves = [
        flat[at : at + n * m].view(n, m).requires_grad_() for at, (n, m) in zip(starts, shapes, strict=False)
    ]
    found: list[int] = []

    class Neighbours:
        """Double what is sent, when it is waited for."""

        def begin_adding(self, tensor: torch.Tensor) -> Any:
            missing = [k for k in range(3) if not message[starts[k] : starts[k + 1]].any()]
            found.append(max(missing, default=-1) + 1)
            return lambda: tensor.mul_(2)

    sums = Sums(message, [[leaf] for leaf in leaves], Neighbours())  # type: ignore[arg-type]
    x = torch.randn(2, 300)
    for leaf in leaves:
        x = torch.tanh(x @ leaf / 17)
    message[-1] = x.detach().sum()
    sums.begin()
    gradients = torch.autograd.grad(x.sum(), leaves)
    sums.wait()
    assert found == sent
    expected = torch.cat([*(gradient.reshape(-1) for gradient in gradients), x.detach().sum()[None]])
    assert torch.equal(message, 2 * expected)


# ---- none is left behind

SAME = "each must be given the same network, data and seed, since fit itself deals out every batch"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("auto", "torch, 5 epochs, stopped by nothing"),
        ("other data", f"ArgumentError: process 2 of 3 was given another X than the first; {SAME}"),
        ("other targets", f"ArgumentError: process 2 of 3 was given another y than the first; {SAME}"),
        ("other seed", f"ArgumentError: process 2 of 3 was given another seed than the first; {SAME}"),
        ("no seed", f"ArgumentError: process 2 of 3 was given another seed than the first; {SAME}"),
        ("other seed of fit", f"ArgumentError: process 2 of 3 was given another seed than the first; {SAME}"),
        ("other epochs and rate", "ArgumentError: process 2 of 3 was given another optimizer, another number of "
                                  f"epochs than the first; {SAME}"),
        ("other state", f"ArgumentError: process 2 of 3 was given another state of training than the first; {SAME}"),
        ("embedding loss", "EngineError: triplet_hard compares the samples of a batch with each other, and these lie "
                           "in 3 processes; train this network in one"),
        ("one stops", "torch, 3 epochs, stopped by enough"),
        ("ctrl-c on one", "torch, 3 epochs, stopped by Ctrl-C"),
        ("writes", "torch, 5 epochs, stopped by nothing"),
    ],
)  # fmt: skip
def test_what_happens_to_one_happens_to_all(found: Found, event: str, message: str) -> None:
    assert [outcomes["events"][event] for outcomes in found] == [message] * SIZE


def test_a_loss_that_is_not_finite_ends_all_of_them(found: Found) -> None:
    first, *others = (outcomes["events"]["diverges"] for outcomes in found)
    assert first.startswith("DivergenceError: training stopped: in epoch ")
    assert others == [first] * 2


def test_other_engines_train_in_one_process(found: Found) -> None:
    assert [outcomes["events"]["numpy"] for outcomes in found] == [
        f"EngineError: engine='numpy' trains in one process, and this is process {number} of 3; use engine='torch', "
        "or start one only"
        for number in (1, 2, 3)
    ]


def test_one_of_them_writes_files(folder: Path, found: Found) -> None:
    written = {path.name for path in folder.iterdir() if not path.name.startswith("rank")}
    assert written == {"0.csv", "0.safetensors"}
    assert len((folder / "0.csv").read_text().splitlines()) == 6


# ---- a process dies


def test_a_process_that_dies_ends_the_others_with_a_clear_message(folder: Path, found: Found) -> None:
    for number in (1, 2):
        told = (folder / f"rank{number - 1}.death").read_text()
        assert told.startswith(
            f"EngineError: process {number} of 3 has lost the others: one of them has ended, and "
        )


LEAVE = """
import atexit
from pathlib import Path

def left_behind():
    names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
    print([name for name in names if "gloo" in name])

atexit.register(left_behind)  # the first one is called last
from glassnet.engines.torch import processes
print(processes.current().gather(processes.current().rank))
import torch._dynamo  # PyTorch does so itself, at a time of its own choice
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system does not name its threads")
def test_a_process_that_leaves_has_ended_what_it_started() -> None:
    """Threads of gloo that outlive Python's end abort the process, now and then, when they let go of a tensor."""
    common = ENVIRONMENT | {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    leaving = [
        subprocess.Popen(
            [sys.executable, "-c", LEAVE],
            cwd=ROOT, env=common | {"RANK": str(rank)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for rank in range(2)
    ]  # fmt: skip
    for process in leaving:
        output, complaints = process.communicate()
        assert (process.returncode, output) == (0, "[0, 1]\n[]\n"), complaints


TRAIN = [
    "train", "wine", "--hidden", "8", "--activation", "tanh", "--optimizer", "sgd",
    "--epochs", "100", "--batch-size", "48", "--seed", "1",
]  # fmt: skip


def workers(launcher: int) -> dict[int, psutil.Process]:
    """The processes that torchrun has started, by rank."""
    children = psutil.Process(launcher).children()
    return {int(child.environ()["RANK"]): child for child in children if "RANK" in child.environ()}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_command_goes_on_from_its_last_checkpoint_when_a_process_has_died(tmp_path: Path) -> None:
    several, alone = tmp_path / "several", tmp_path / "alone"
    torchrun = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        "--max-restarts=1",
    ]
    launcher = subprocess.Popen(
        [*torchrun, "-m", "glassnet", *TRAIN, "--output", str(several)],
        cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while launcher.poll() is None and not (several / "checkpoint.safetensors").exists():
        time.sleep(0.01)
    workers(launcher.pid)[1].kill()
    output, complaints = launcher.communicate()
    assert launcher.returncode == 0, complaints
    assert output.count("wine: 13 features") == 2, "it was started twice, and one process showed it"
    assert output.count("saved in") == 1

    assert CliRunner().invoke(app, [*TRAIN, "--engine", "torch", "--output", str(alone)]).exit_code == 0
    once, twice = rows(alone / "history.csv"), rows(several / "history.csv")
    assert [row["epoch"] for row in twice] == [row["epoch"] for row in once]
    for column in ("loss", "validation_loss"):
        np.testing.assert_allclose(
            [float(row[column]) for row in twice], [float(row[column]) for row in once], rtol=1e-5
        )


# ---- the group itself


@given(n=st.integers(0, 300), size=st.integers(1, 9))
def test_parts_cover_a_batch_and_differ_by_one_at_most(n: int, size: int) -> None:
    parts = [range(n)[Group(rank, size).part(n)] for rank in range(size)]
    assert [row for part in parts for row in part] == list(range(n))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_alone_nothing_is_waited_for() -> None:
    group = Group()
    assert (group.leads, group.is_several, group.gather(3), group.once(lambda: 4)) == (True, False, [3], 4)


def test_torchrun_says_who_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "RANK": 5,
        "WORLD_SIZE": 8,
        "LOCAL_RANK": 1,
        "LOCAL_WORLD_SIZE": 4,
        "TORCHELASTIC_RESTART_COUNT": 2,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    assert processes.current.__wrapped__() == Group(rank=5, size=8, local_rank=1, local_size=4, restarts=2)


def test_several_processes_need_a_place_to_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ArgumentError) as caught:
        processes._connected.__wrapped__()
    assert str(caught.value).endswith(
        "says that several processes train together, but RANK, MASTER_ADDR, MASTER_PORT are not set; start them with "
        "torchrun, or unset WORLD_SIZE"
    )
