"""Files of learners: run in a process of their own, whatever they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Report
from glassnet.checking.program.data import Samples
from glassnet.checking.program.files import CheckError, check_file, plain, report_from
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking import scripts
from glassnet.errors import ArgumentError
from tests.checking.program.scripts import (
    BATCHES,
    BESIDE,
    COLUMNS,
    FUNCTIONS,
    LOOP,
    MAIN,
    NETWORK,
    ONE_COLUMN,
    ONE_FEATURE,
    OWN_WEIGHTS,
    PARTS,
    WRONG,
)

SOURCES = {"network": NETWORK, "functions": FUNCTIONS, "parts": PARTS, "main": MAIN}


def check(folder: Path, text: str, **options: object) -> Report:
    file = folder / "mine.py"
    file.write_text(text)
    return check_file(file, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SOURCES)
def test_right_files_are_right(tmp_path: Path, name: str) -> None:
    report = check(tmp_path, SOURCES[name])
    assert report.ok is True, str(report)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("network", " * (1 - self.A1**2)", ""),
        ("functions", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2)"),
        ("functions", " * (Z1 > 0)", " * (A1 < 1)"),
        ("parts", "x.T @ dout", "2 * x.T @ dout"),
        ("parts", "(x > 0) * 1.0", "(x > 0) * x"),
        ("parts", "learning_rate * error.sum(axis=0)", "learning_rate * error.mean(axis=0)"),
        ("main", " * (1 - hidden**2)", ""),
    ],
)
def test_wrong_files_are_wrong(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    assert right in SOURCES[name]
    assert check(tmp_path, SOURCES[name].replace(right, wrong)).ok is False


def test_parts_that_are_right_do_not_clear_a_program_that_was_not_found(tmp_path: Path) -> None:
    whole = "\n\ndef train(network, session):\n    return network.run(session)\n"
    report = check(tmp_path, PARTS + whole)
    assert report.ok is None and report.notes[0].startswith("right: Dense")
    assert report.not_checked[0].startswith("its functions")


def test_a_fault_of_the_check_of_a_file_with_its_modules_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beside_mine.py").write_text("HALF = 0.5\n\n\ndef scaled(x):\n    return HALF * x\n")
    (tmp_path / "mine.py").write_text("from beside_mine import scaled\n" + PARTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    whole_of = scripts.whole_of

    def failing(names: dict[str, object], samples: Samples | None, wish: Wish) -> object:
        if "HALF" in names:
            raise TypeError("a fault of the check itself")
        return whole_of(names, samples, wish)

    monkeypatch.setattr(scripts, "whole_of", failing)
    report = scripts.check_script(tmp_path / "mine.py", None, Wish())
    assert report.ok is None and report.notes[0].startswith("right: Dense")
    said = "its functions together with those of its modules: TypeError: a fault of the check itself"
    assert said in report.not_checked


def test_a_loop_that_stands_in_no_function_is_not_called_right(tmp_path: Path) -> None:
    loop = "W = np.ones((3, 1))\nfor _ in range(3):\n    W -= 0.1 * W\n"
    report = check(tmp_path, PARTS + loop)
    assert report.ok is None and report.slips == ()
    assert "which stands in no function" in report.not_checked[-1]


LOOPS = {
    "in the module": LOOP,
    "with weights of its own": OWN_WEIGHTS,
    "batches": BATCHES,
    "columns": COLUMNS,
}


@pytest.mark.parametrize("where", LOOPS)
def test_a_right_training_loop_is_right_wherever_it_stands(tmp_path: Path, where: str) -> None:
    report = check(tmp_path, LOOPS[where])
    assert report.ok, str(report)
    assert report.notes[0].startswith("taken for the forward pass: the training loop in line")


@pytest.mark.parametrize(
    ("where", "right", "wrong"),
    [
        ("in the module", " * nonlin(l1, deriv=True)", ""),
        ("in the module", "l0.T.dot(l1_delta)", "l0.T.dot(-l1_delta)"),
        ("batches", "(1 - h**2)", "(1 - h)"),
        ("columns", " * (A1 > 0)", ""),
        ("with weights of its own", "(1 - a1**2)", "(1 - a1)"),
        ("with weights of its own", "b1 += -0.01 * delta2.sum(axis=0)", "b1 += -0.02 * delta2.sum(axis=0)"),
    ],
)
def test_a_wrong_training_loop_is_wrong(tmp_path: Path, where: str, right: str, wrong: str) -> None:
    assert right in LOOPS[where]
    report = check(tmp_path, LOOPS[where].replace(right, wrong).replace("60_000_000", "600"))
    assert report.ok is False, str(report)


@pytest.mark.parametrize(
    ("text", "form"), [(ONE_COLUMN, "one sample at a time"), (ONE_FEATURE, "4 samples in rows")]
)
def test_one_column_is_one_sample_and_one_feature_in_rows_are_many(
    tmp_path: Path, text: str, form: str
) -> None:
    report = check(tmp_path, text)
    assert report.ok and f"({form})" in report.notes[0]


def test_whatever_stands_beside_a_network_gets_the_check_that_fits(tmp_path: Path) -> None:
    report = check(tmp_path, NETWORK + BESIDE)
    parts = "Adam, SGD, SquaredLoss, LeakyReLU, update_parameters, "
    parts += "cross_entropy_loss and cross_entropy_loss_derivative, swish, softmax"
    assert report.ok is True and f"right: {parts}" in report.notes, str(report)
    assert any("by itself: The gradient is that with respect to the logits" in note for note in report.notes)


def test_a_part_that_is_imported_is_checked_where_it_stands(tmp_path: Path) -> None:
    part = "def cube(z):\n    return z**3\n\n\ndef cube_derivative(z):\n    return 2 * z**2\n"
    (tmp_path / "elsewhere.py").write_text(part)
    assert check(tmp_path, f"{NETWORK}\nfrom elsewhere import *\n").ok is True
    assert check(tmp_path, f"{NETWORK}\n{part}").ok is False


@pytest.mark.parametrize(
    ("right", "wrong", "code", "of"),
    [
        ("m, v = self.m[key] / (1 - self.beta1**self.t)", "m, v = self.m[key]", "bias_correction_of_m_missing", "Adam"),
        ("self.momentum * self.v.get(key, 0) -", "self.lr * self.v.get(key, 0) -", "rate_as_momentum", "SGD"),
        ("return 2 * (y_pred - y_true) / y_true.size", "return 2 * (y_true - y_pred) / y_true.size", "sign_flipped",
         "SquaredLoss"),
        ("return s + z * s * (1 - s) if", "return s + s * (1 - s) if", None, "swish"),
        ("np.where(z > 0, 1.0, 0.01)", "np.where(z > 0, 1.0, 0.0)", "leaky_slope_forgotten", "LeakyReLU"),
    ],
)  # fmt: skip
def test_a_wrong_part_beside_a_right_network_is_named(
    tmp_path: Path, right: str, wrong: str, code: str | None, of: str
) -> None:
    assert right in BESIDE
    report = check(tmp_path, NETWORK + BESIDE.replace(right, wrong))
    assert report.ok is False and report.notes[0].startswith("taken for the forward pass: forward")
    if code is None:
        assert report.slips == () and report.evidence[0].name.startswith(of)
    else:
        assert [(slip.code, slip.message.partition(":")[0]) for slip in report.slips] == [(code, of)]


@pytest.mark.parametrize(
    ("name", "step", "why"),
    [
        (
            "Rprop",
            "params - self.lr * grads",
            "its rule, rprop, is none of those that check_optimizer knows",
        ),
        (
            "Optimizer",
            "params - self.lr * np.sin(grads)",
            "its name says no rule, and its steps are those of none",
        ),
        ("AdaGrad", "params - self.lr * np.sin(grads)", "its steps are those of no rule that is known"),
        ("RMSProp", "self.session.run(params, grads)", "the optimizer could not be stepped"),
    ],
)
def test_an_optimizer_that_cannot_be_judged_is_said_and_not_accused(
    tmp_path: Path, name: str, step: str, why: str
) -> None:
    text = f"\n\nclass {name}:\n    lr = 0.1\n    def update(self, params, grads):\n        return {step}\n"
    report = check(tmp_path, NETWORK + text)
    assert report.ok is None and report.slips == ()
    assert report.not_checked[0].startswith(f"{name}: {why}"), str(report)


def test_a_function_that_the_right_network_uses_is_right_as_it_is_used(tmp_path: Path) -> None:
    used = "\n\ndef tanh(z):\n    return np.tanh(z)\n\n\ndef tanh_derivative(a):\n    return 1 - a**2\n"
    text = NETWORK.replace("(1 - self.A1**2)", "tanh_derivative(self.A1)") + used
    report = check(tmp_path, text)
    assert report.ok is True and not any("tanh" in note for note in report.notes)
    unused = check(tmp_path, NETWORK + used.replace("1 - a**2", "1 - a"))
    assert unused.ok is False and unused.evidence[0].name.startswith("tanh and tanh_derivative: ")
    assert check(tmp_path, text.replace("1 - a**2", "1 - a")).ok is False


def test_what_was_not_looked_at_because_the_time_was_up_is_said(tmp_path: Path) -> None:
    slow = NETWORK.replace("self.A1 = np", "time.sleep(0.1); self.A1 = np")
    slow = slow.replace("import numpy", "import time, numpy").replace('{"W1": X.T @ dZ1, ', "{")
    report = check(tmp_path, slow, seconds=10)
    late = [what for what in report.not_checked if "the time was up" in what]
    assert report.ok is None and late
    assert all("seconds= (--seconds of the command) gives more" in what for what in late)


def test_a_slip_in_a_file_is_named_with_its_layer(tmp_path: Path) -> None:
    report = check(tmp_path, WRONG, X=np.random.default_rng(0).normal(size=(5, 2)), y=[0, 1, 1, 0, 1])
    assert [(slip.code, slip.layers) for slip in report.slips] == [("activation_derivative_missing", (0,))]


def test_gn_check_takes_the_path_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(NETWORK)
    assert gn.check(file).ok is True
    assert gn.check(str(file), loss="mse").ok is False


def test_lines_that_fail_are_left_out_and_said(tmp_path: Path) -> None:
    notes = check(tmp_path, FUNCTIONS).notes
    assert "line 3 failed: No module named 'nowhere_to_be_found'" in notes
    assert any(note.startswith("line 5 failed: FileNotFoundError") for note in notes)


@pytest.mark.parametrize(
    "rude",
    [
        "raise RuntimeError('no')",
        "import sys; sys.exit(3)",
        "answer = input('go on?')",
        "for i in range(3000): print('x' * 10000)",
        "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()",
        "import threading, time; threading.Thread(target=time.sleep, args=(100,)).start()",
        "import os, time\nif os.fork() == 0: time.sleep(100)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])",
        "open('left.txt', 'w').write('here')",
    ],
)
def test_whatever_else_a_file_does_the_check_goes_on(tmp_path: Path, rude: str) -> None:
    began = time.monotonic()
    assert check(tmp_path, f"{NETWORK}\n{rude}\n").ok is True
    assert time.monotonic() - began < 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.py"]


def test_a_loop_without_end_is_cut_off(tmp_path: Path) -> None:
    report = check(tmp_path, f"{NETWORK}\nwhile True: pass\n")
    assert report.ok is True
    assert any("takes longer than 5 s and was cut off" in note for note in report.notes)


def test_a_file_that_cannot_be_cut_off_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    rude = (
        "import os, signal, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
        "time.sleep(1000)\n"
    )
    with pytest.raises(CheckError, match=r"mine.py did not come to an end within 4 s"):
        check(tmp_path, rude, seconds=4)
    child = int((tmp_path / "child").read_text())
    for _ in range(100):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.05)
    else:
        pytest.fail("a process that the file started is still there")


def test_a_check_that_is_killed_leaves_nothing_running(tmp_path: Path) -> None:
    beats = tmp_path / "beats"
    file = tmp_path / "mine.py"
    file.write_text(
        "import time\nwhile True:\n    try:\n"
        f"        open({str(beats)!r}, 'a').write('.')\n        time.sleep(0.05)\n"
        "    except BaseException:\n        pass\n"
    )
    command = f"import glassnet as gn; gn.check({str(file)!r})"
    checker = subprocess.Popen([sys.executable, "-c", command])
    until = time.monotonic() + 30
    while not beats.exists():
        assert checker.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    checker.kill()
    checker.wait()
    counted = -1
    while counted != (counted := beats.stat().st_size):
        assert time.monotonic() < until
        time.sleep(1)


@pytest.mark.parametrize(
    ("rude", "why"), [("os._exit(7)", "exit code 7"), ("os.kill(os.getpid(), 9)", "signal 9")]
)
def test_a_file_that_ends_its_process_is_said(tmp_path: Path, rude: str, why: str) -> None:
    with pytest.raises(CheckError, match=rf"the process that ran mine.py ended without a result \({why}\)"):
        check(tmp_path, f"import os\n{NETWORK}\n{rude}\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def f(:", "no Python that runs: invalid syntax"),
        ("", "the module has none"),
        ("x = 3", "the module has none"),
        ("def g(): return 3", "no network, layer, activation or loss was found"),
    ],
)
def test_what_is_no_program_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ArgumentError, match=why):
        check(tmp_path, text)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none.py", tmp_path, tmp_path / "data.npz"):
        with pytest.raises(ArgumentError, match="check needs the path of a Python file"):
            check_file(path)


def test_a_report_goes_through_json_unchanged(tmp_path: Path) -> None:
    report = check(tmp_path, WRONG)
    assert report_from(plain(report)) == report


def test_nothing_of_the_file_is_loaded_here(tmp_path: Path) -> None:
    before = set(sys.modules), Path.cwd(), dict(os.environ)
    check(tmp_path, NETWORK)
    assert (set(sys.modules) - before[0], Path.cwd(), dict(os.environ)) == (set(), *before[1:])


def test_an_overflow_far_out_is_said_and_makes_no_program_wrong(tmp_path: Path) -> None:
    pair = "import numpy as np\ndef act(x):\n    return 1 / (1 + np.exp(-x))\n\n"
    pair += "def act_derivative(x):\n    return np.exp(-x) / (1 + np.exp(-x)) ** 2\n"
    report = check(tmp_path, pair)
    assert report.ok and report.slips == ()
    assert any("right apart from numbers far out: df gives nan at z = -750" in note for note in report.notes)
    assert check(tmp_path, pair.replace("** 2", "** 3")).ok is False


def test_a_likelihood_that_is_climbed_is_no_slip(tmp_path: Path) -> None:
    text = """
import numpy as np
random = np.random.default_rng(0)
X, T = random.normal(size=(30, 2)), np.eye(3)[random.integers(0, 3, 30)]
W, b = random.normal(size=(2, 3)), np.zeros(3)
for epoch in range(300):
    e = np.exp(X @ W + b)
    output = e / e.sum(axis=1, keepdims=True)
    cost = np.sum(T * np.log(output))
    W += 0.01 * X.T @ (T - output)
    b += 0.01 * (T - output).sum(axis=0)
"""
    assert check(tmp_path, text).ok
    assert check(tmp_path, text.replace("b += 0.01", "b += 0.02")).ok is False
