"""A training of the page can be stepped, gone back in and changed: any step again, exactly."""

import json
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.browser.page.v8 import CLIENT, call

PLAN = """
const made = page.made({ hidden: "4.tanh.d0.2,3.relu", samples: 60, ...data });
const { train } = made.samples.parts;
const plan = { spec: made.spec, state: null, train: { X: train.X, y: train.y }, batch: made.choices.batch, grid: null, columns: made.columns };
const session = new page.Session(plan);
const now = (one) => ({ step: one.step, epoch: one.epoch, parameters: Array.from(one.network.vector), history: one.history.rows.map((row) => row.loss) });
"""


def test_back_gives_every_step_again_exactly_and_forth_too() -> None:
    body = f"""{PLAN}
    const seen = [now(session)];
    for (let i = 0; i < 333; i += 1) {{ session.advance(); seen.push(now(session)); }}
    const failed = [];
    for (const step of [332, 331, 100, 101, 333, 0, 7, 250, 64]) {{
      session.go(step);
      if (told(now(session)) !== told(seen[step])) failed.push(step);
    }}
    return {{ failed, snapshots: session.snapshots.length, last: seen[333].epoch }};
    """
    found = call(body, {})
    assert found["failed"] == []
    assert found["snapshots"] <= 48 and found["last"] == 66


def test_changes_on_the_way_are_made_again_where_they_were_made() -> None:
    body = f"""{PLAN}
    const seen = [];
    const until = (step) => {{ while (session.step < step) session.advance(); seen[step] = now(session); }};
    until(20);
    session.change({{ kind: "parameter", layer: 0, name: "weights", index: 1, value: 0.25 }});
    session.change({{ kind: "frozen", layer: 0, name: "weights", index: 1, frozen: true }});
    until(30);
    session.change({{ kind: "optimizer", optimizer: {{ name: "sgd", learning_rate: 0.5 }} }});
    until(45);
    const failed = [];
    for (const step of [30, 45, 25, 45]) {{ session.go(step); if (seen[step] && told(now(session)) !== told(seen[step])) failed.push(step); }}
    session.go(25);
    const frozen = session.network.parameters[0].values[1];
    session.go(45);
    return {{ failed, frozen, after: session.network.parameters[0].values[1] }};
    """
    assert call(body, {}) == {"failed": [], "frozen": 0.25, "after": 0.25}


def test_of_very_many_epochs_the_first_the_last_the_best_and_evenly_some_others_are_kept() -> None:
    body = """
    const history = new page.History(100, 20), loss = (epoch) => 1 / epoch + (epoch > 777 ? 1 : 0), rows = [];
    let most = 0, sent = 0, shown = [];
    for (let epoch = 1; epoch <= 5000; epoch += 1) {
      history.push({ epoch, loss: loss(epoch) });
      history.hold(loss(epoch));
      most = Math.max(most, history.rows.length);
      if (epoch % 700 === 3) { shown = page.joined(shown, history.since(sent)); sent = epoch; }
    }
    const epochs = history.rows.map(({ epoch }) => epoch), withBest = history.withBest.map(({ epoch }) => epoch), shownEpochs = shown.map(({ epoch }) => epoch);
    history.backTo(1234);
    const back = [history.last.epoch, history.best.epoch];
    history.backTo(700);
    return { epochs, withBest, most, stride: history.stride, shownEpochs, back, before: [history.last.epoch, history.best.epoch] };
    """
    found = call(body)
    stride, epochs = found["stride"], found["epochs"]
    assert 25 < len(epochs) <= found["most"] <= 101 and stride == 64
    assert epochs == [*range(1, 21), *range(64, 5000, 64), 5000]
    assert found["withBest"] == sorted([*epochs, 777])
    assert found["shownEpochs"] == sorted(set(found["shownEpochs"])) and found["shownEpochs"][-1] == 4903
    assert found["back"] == [1216, 777] and found["before"] == [640, 640]


def test_another_learning_rate_or_optimizer_is_what_the_next_step_is_made_with() -> None:
    """Beside an engine that begins there with the same state and that optimizer."""
    body = f"""{PLAN}
    const found = [], told = () => Array.from(session.network.vector);
    for (const [optimizer, isSame] of [[{{ name: "adam", learning_rate: 0.2 }}, true], [{{ name: "adam", learning_rate: 0 }}, true], [{{ name: "sgd", learning_rate: 0.5 }}, false]]) {{
      session.go(30);
      const {{ optimizer: memory, ...state }} = session.training.state(), before = told();
      session.change({{ kind: "optimizer", optimizer }});
      const other = page.create({{ ...made.spec, optimizer }}), beside = other.training(train.X, train.y, {{ batch_size: made.choices.batch }});
      beside.restore(isSame ? {{ optimizer: memory, ...state }} : state);
      session.advance();
      beside.step();
      found.push({{ step: session.step, epoch: session.epoch, same: told().every((value, k) => value === other.vector[k]), moved: told().some((value, k) => value !== before[k]), rate: session.network.spec.optimizer.learning_rate.learning_rate ?? session.network.spec.optimizer.learning_rate }});
    }}
    return found;
    """
    found = call(body, {"hidden": "4.tanh"})
    assert [(one["step"], one["same"], one["moved"]) for one in found] == [(31, True, True), (31, True, False), (31, True, True)]  # fmt: skip
    assert [one["rate"] for one in found] == [0.2, 0, 0.5]


def test_a_change_after_going_back_takes_the_place_of_what_came_later() -> None:
    body = f"""{PLAN}
    session.go(40);
    session.go(10);
    session.change({{ kind: "parameter", layer: 0, name: "bias", index: 0, value: 2 }});
    session.go(40);
    const first = now(session);
    session.go(0);
    session.go(40);
    return told(now(session)) === told(first) && session.changes.length === 1;
    """
    assert call(body, {}) is True


CHOICES: dict[str, dict[str, Any]] = {
    "usual": {}, "adamw, penalties": {"optimizer": "adamw", "decay": 0.01, "l1": 1e-4, "l2": 1e-3, "hidden": "5.relu"},
    "spiral, momentum": {"data": "spiral", "optimizer": "sgd", "momentum": 0.9, "rate": 0.05, "noise": 0.2, "standardize": True},
    "full batch": {"batch": 0, "data": "xor", "validation": 0},
    "sine, cosine decay": {"data": "sine", "schedule": "cosine_decay", "span": 20},
    "fields of loss and optimizer": {"loss_with": "label_smoothing:0.1,pos_weight:2", "optimizer_with": "clip_norm:0.5,beta1:0.8,amsgrad:1"},
    "norm, dropout, residual": {"hidden": "6.tanh.bn.d0.1,6.relu.res"},
}  # fmt: skip
PROGRAM = f"""{PLAN}
for (let epoch = 0; epoch < 7; epoch += 1) session.advanceEpoch();
const state = {{ ...made, frame: {{ epoch: 7 }}, table: null }};
let text;
try {{ text = page[WRITER](state); }} catch (error) {{ text = error.message; }}
return {{ text, losses: session.history.rows.map((row) => row.loss) }};
"""


def run(text: str, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], list[list[float]]]:
    """The names of a program that was run, and the numbers that it printed."""
    names: dict[str, Any] = {}
    capsys.readouterr()
    exec(compile(text, "program", "exec"), names)
    return names, [[float(word) for word in line.split()] for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("name", CHOICES)
def test_the_program_of_glassnet_trains_as_the_page_does(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = call(PROGRAM.replace("WRITER", "'glassnetCode'"), {"samples": 60} | CHOICES[name])
    names, printed = run(found["text"], capsys)
    np.testing.assert_allclose(names["history"]["loss"], found["losses"], rtol=1e-9)
    assert printed == [[names["history"]["loss"][-1]]]


def test_a_hostile_name_of_a_file_or_a_column_stays_a_text_in_programs() -> None:
    body = """
    const table = page.tableOf(data.text, data.name);
    const source = page.samplesOf(table, 1), made = page.made({ data: "own" }, source);
    return page.glassnetCode({ ...made, table, frame: null });
    """
    text = call(body, {"text": '"x""+os.system(1)#",y\n1,0\n2,1\n3,0\n4,1', "name": 'a"\nimport os # .csv'})
    assert compile(text, "program", "exec")
    assert 'open("a\\"\\u000aimport os # .csv"' in text and "\nimport os" not in text


def test_the_program_reads_a_file_of_the_reader_as_the_page_did(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"t{i};{i / 7:.3f};{'?' if i % 9 == 4 else i % 5};{'yes' if i % 3 else 'no'}".replace(".", ",")
        for i in range(40)
    ]
    text = "id;size;kind;answer\n" + "\n".join([*rows[:20], "short;row", *rows[20:]])
    (tmp_path / "my.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    body = """
    const table = page.tableOf(data, "my.csv"), source = page.samplesOf(table, 3);
    const made = page.made({ data: "own", standardize: true }, source), { train } = made.samples.parts;
    const session = new page.Session({ spec: made.spec, state: null, train, batch: 10, grid: null, columns: made.columns });
    for (let epoch = 0; epoch < 3; epoch += 1) session.advanceEpoch();
    return { text: page.glassnetCode({ ...made, frame: { epoch: 3 }, table }), losses: session.history.rows.map((row) => row.loss), n: source.n };
    """
    found = call(body, text)
    names, _ = run(found["text"], capsys)
    assert len(names["table"]) == found["n"] == 36
    np.testing.assert_allclose(names["history"]["loss"], found["losses"], rtol=1e-9)


def test_the_notebook_holds_the_program_in_cells() -> None:
    found = json.loads(call(PROGRAM.replace("WRITER", "'notebook'"), {})["text"])
    source = "".join("".join(cell["source"]) + "\n" for cell in found["cells"] if cell["cell_type"] == "code")
    assert found["nbformat"] == 4 and "net = gn.Network(" in source and compile(source, "notebook", "exec")


LESSONS = sorted((CLIENT / "lessons").glob("*.json"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_are_plain_data_whose_states_and_conditions_the_page_knows(path: Any) -> None:
    lesson = json.loads(path.read_text(encoding="utf-8"))
    assert set(lesson) == {"name", "title", "about", "steps"}
    for step in lesson["steps"]:
        assert set(step) <= {"title", "text", "state", "parameters", "view", "wait"}
        body = """
        const state = { frame: null, choices: page.usual(), selection: null, stopped: null, drawnDigit: null, findings: [], tab: "code" };
        const unknown = Object.entries(data.state ?? {}).filter(([key, value]) => page.readAddress(`#${key}=${value}`).said.length > 0);
        return { unknown, met: data.wait ? page.isMet(data.wait, state) : false };
        """
        assert call(body, step) == {"unknown": [], "met": False}


def test_the_start_of_the_first_lesson_is_that_of_the_course_and_stays_where_the_lesson_says() -> None:
    step = json.loads(LESSONS[0].read_text(encoding="utf-8"))["steps"][0]
    random = np.random.RandomState(42)
    first, second = 0.01 * random.randn(2, 4), 0.01 * random.randn(1, 4)
    assert step["parameters"] == pytest.approx([*first.ravel(), *[0] * 4, *second.ravel(), 0], rel=1e-15)
    net = gn.Network([gn.Dense(4, "relu"), gn.Dense(1, "sigmoid")], seed=42, input_shape=2, dtype="float64")
    net.layers[0].weights, net.layers[1].weights = first, second.T
    X, y = gn.datasets.xor()
    history = net.fit(X, y, loss="bce", optimizer=gn.SGD(0.1), epochs=2000, engine="numpy", progress=False)
    assert history["loss"][-1] > step["wait"]["stuck_above"]["loss"]
    np.testing.assert_allclose(net.predict(X)[:3, 0], 0.666, atol=2e-3)
