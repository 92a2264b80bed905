"""The command as a process of its own: in a terminal, in a pipe, interrupted."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.cli import main
from glassnet.cli.app import app

COMMAND = [sys.executable, "-W", "error", "-m", "glassnet"]
HEAVY = {"numba", "numpy", "scipy", "sklearn", "torch", "matplotlib", "pandas"}


def piped(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=os.environ | environment, capture_output=True, check=False
    )


class Terminal:
    """A process whose input and output are a terminal of this width."""

    def __init__(self, folder: Path, columns: int, *arguments: str) -> None:
        self.leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        environment["TERM"] = "xterm"
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], cwd=folder, env=environment,
            stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        self.shown = ""

    def read_until(self, pattern: str) -> None:
        """Read until the pattern appears, or the process ends."""
        while not re.search(pattern, self.shown):
            try:
                read = os.read(self.leader, 65536)
            except OSError:  # how Linux says that nobody writes any more
                return
            if not read:
                return
            self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", read.decode())

    def end(self) -> int:
        """Read the rest; the exit code."""
        self.read_until(r"(?!)")
        os.close(self.leader)
        return self.process.wait()


# ---- the entry point


def test_the_command_is_installed() -> None:
    (script,) = entry_points(group="console_scripts", name="glassnet")
    assert script.load() is main


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    process = piped(tmp_path, "--version")
    assert (process.returncode, process.stdout.decode()) == (0, f"glassnet {gn.__version__}\n")


def test_help_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['glassnet', 'train', '--help']\n"
        "from glassnet.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    loaded = set(process.stderr.split())
    assert "typer" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("part", ["", "train", "predict", "evaluate", "summary"])
def test_every_part_of_the_command_shows_examples(tmp_path: Path, part: str) -> None:
    process = piped(tmp_path, *part.split(), "--help")
    assert process.returncode == 0
    assert f"\n   glassnet {part}" in process.stdout.decode().partition("Examples:")[2]


def test_without_arguments_it_shows_its_help(tmp_path: Path) -> None:
    assert piped(tmp_path).stdout == piped(tmp_path, "--help").stdout


# ---- pipes


def test_piped_output_holds_no_control_characters_and_no_bar(tmp_path: Path) -> None:
    process = piped(tmp_path, "train", "xor", "--epochs", "20")
    assert (process.returncode, process.stderr) == (0, b"")
    shown = process.stdout.decode()
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert "━" not in shown
    assert shown.splitlines()[0] == "xor: 2 features, 2 classes, 4 training samples"


def test_an_encoding_without_special_characters_is_enough(tmp_path: Path) -> None:
    process = piped(tmp_path, "train", "sine", "--epochs", "1", PYTHONIOENCODING="ascii")
    assert (process.returncode, process.stderr) == (0, b"")
    assert b"\nR? " in process.stdout


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    gn.Network([gn.Dense(2, "softmax")], input_shape=3).save(tmp_path / "model.safetensors")
    np.savez(tmp_path / "data.npz", X=np.zeros((20_000, 3)))
    with subprocess.Popen(
        [*COMMAND, "predict", "model.safetensors", "data.npz"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"class,probability_0,probability_1\n"
        process.stdout.close()
        assert process.stderr.read() == b""


# ---- terminals


@pytest.mark.parametrize(
    ("source", "columns", "line"),
    [
        ("iris", 100, r"━+ epoch 30/30 loss [\d.]+  validation accuracy \d+\.\d % \d+:\d\d"),
        ("xor", 40, r"epoch 30/30 loss [\d.]+"),
    ],
)
def test_a_terminal_shows_a_live_line_that_fits(tmp_path: Path, source: str, columns: int, line: str) -> None:
    terminal = Terminal(tmp_path, columns, "train", source, "--epochs", "30", "--engine", "numpy")
    assert terminal.end() == 0
    assert re.search(line, terminal.shown)
    bars = [part for part in re.split(r"[\r\n]+", terminal.shown) if part.lstrip("━╸╺ ").startswith("epoch")]
    assert max(map(len, bars)) <= columns


def test_a_quiet_training_is_quiet_in_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, "train", "xor", "--epochs", "3", "--quiet")
    assert terminal.end() == 0
    assert terminal.shown == ""


@pytest.mark.parametrize(
    ("number", "reason", "code"), [(signal.SIGINT, "Ctrl-C", 130), (signal.SIGTERM, "SIGTERM", 143)]
)
def test_a_signal_ends_training_and_saves_what_was_learned(
    tmp_path: Path, number: signal.Signals, reason: str, code: int
) -> None:
    terminal = Terminal(tmp_path, 100, "train", "digits", "--epochs", "1000000", "--engine", "numpy")
    terminal.read_until(r"epoch [1-9]\d*/")
    terminal.process.send_signal(number)
    assert terminal.end() == code
    (stopped,) = re.findall(rf"stopped by {reason} after ([\d,]+) of 1,000,000 epochs", terminal.shown)
    history = (tmp_path / "runs/digits/history.csv").read_text().splitlines()
    assert len(history) == 1 + int(stopped.replace(",", ""))
    network = gn.load(tmp_path / "runs/digits/model.safetensors")
    assert network.evaluate(*gn.datasets.digits())["accuracy"] > 0.5
    assert (tmp_path / "runs/digits/learning_curve.png").exists()


def test_ctrl_c_before_training_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(source: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("glassnet.cli.train.read", interrupted)
    result = CliRunner().invoke(app, ["train", "digits"])
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "glassnet: stopped by Ctrl-C\n"
    assert list(tmp_path.iterdir()) == []
