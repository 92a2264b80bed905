"""The worker that trains, on a clock that the test turns: what it is asked meanwhile, and what it answers."""

import json

from tests.browser.page.v8 import CLIENT, call

XOR = json.loads((CLIENT / "lessons" / "1-dead-seed.json").read_text(encoding="utf-8"))["steps"][0]


def test_a_run_ends_at_the_very_epoch_and_loss_that_are_asked_for() -> None:
    body = """
    const one = page.workerOf({ data: "xor", batch: 0, validation: 0, hidden: "3.tanh", optimizer: "sgd", rate: 0.5 });
    const ran = (ends) => { one.send({ do: "run", speed: "full", ends }); one.wait(1e6); const { epoch, running, rows } = one.last("frame"); return { epoch, running, loss: rows.at(-1).loss, before: rows.at(-2)?.loss }; };
    return [ran([{ epoch: 37 }]), ran([{ epoch: 41 }, { epoch: 39 }]), ran([{ loss: 0.5 }])];
    """
    first, second, third = call(body)
    assert first["epoch"] == 37 and not first["running"]
    assert second["epoch"] == 39
    assert third["loss"] <= 0.5 < third["before"] and not third["running"]


def test_what_a_lesson_says_of_the_epoch_that_it_waits_for_is_what_the_rules_find_there() -> None:
    """Around epoch 2 000 units of its dead start wake for an epoch now and then: what is found depends on the epoch."""
    body = """
    const one = page.workerOf({ ...data.state, state: { parameters: Float64Array.from(data.parameters) } });
    one.send({ do: "run", speed: "full", ends: page.endsFor(data.wait) });
    one.wait(1e9, 1e6);
    const texts = () => page.told(one.last("diagnosis").found, page.catalogue.diagnosis, (layer) => layer + 1).map(({ text }) => text);
    const there = { epoch: one.last("frame").epoch, texts: texts() };
    one.send({ do: "go", step: 2018 });
    one.wait(1);
    return { there, later: texts() };
    """
    found = call(body, XOR)
    assert found["there"]["epoch"] == XOR["wait"]["stuck_above"]["epoch"] == 2000
    assert found["there"]["texts"][0].startswith(
        "samples 00, 01 and 10 are all zero in every hidden unit of layer 1"
    )
    assert found["later"] == []


def test_a_diagnosis_that_waits_for_its_turn_comes_at_once_when_the_training_rests() -> None:
    """However long the last one took: while it runs the next is put off for twelve times that."""
    body = """
    const one = page.workerOf({ hidden: "3.tanh" }, { cost: data });
    one.wait(1);
    one.cost = 0.01;
    one.send({ do: "run", speed: "full", ends: [] });
    one.wait(100);
    const before = one.heard.filter(({ say }) => say === "diagnosis").length;
    one.send({ do: "pause" });
    one.wait(1);
    return [before, one.heard.filter(({ say }) => say === "diagnosis").length, one.timers.length];
    """
    for milliseconds in (0.01, 5000):
        before, after, waiting = call(body, milliseconds)
        assert (before, after) == (1, 2)
        assert waiting <= 1  # at most the turn that finds nothing to do


def test_a_run_that_begins_anew_takes_one_turn_at_a_time() -> None:
    body = """
    const one = page.workerOf({ hidden: "3.tanh" });
    for (let i = 0; i < 5; i += 1) { one.send({ do: "run", speed: "full", ends: [] }); one.send({ do: "pause" }); }
    one.send({ do: "run", speed: "full", ends: [] });
    const { length } = one.timers;
    one.send({ do: "pause" });
    one.wait(1);
    return length;
    """
    assert call(body) == 2  # a turn and a diagnosis


def test_a_diagnosis_that_fails_is_told_once_and_the_training_goes_on() -> None:
    body = """
    const one = page.workerOf({ hidden: "3.tanh" }, { cost: 0.3 }), kept = page.RULES.not_finite;
    page.RULES.not_finite = () => { throw new Error("no numbers here"); };
    one.send({ do: "run", speed: "full", ends: [] });
    one.wait(3000);
    page.RULES.not_finite = kept;
    const { running } = one.last("frame");
    one.send({ do: "pause" });
    one.wait(1);
    return { told: one.heard.filter(({ say }) => say === "undiagnosed").map(({ message }) => message), stopped: one.last("stopped") ?? null, running };
    """
    assert call(body) == {"told": ["no numbers here"], "stopped": None, "running": True}


def test_a_frame_that_was_made_before_the_last_order_is_known_to_be_late() -> None:
    body = """
    globalThis.URL = { createObjectURL: () => "" };
    globalThis.Blob = class {};
    globalThis.Worker = class { postMessage(message) { (this.posted ??= []).push(message); } };
    const heard = [], remote = new page.Remote("", (message) => { heard.push(remote.isLate(message)); remote.seen(); });
    remote.begin({});
    remote.send({ do: "run" });
    const { worker } = remote, frame = (order) => worker.onmessage({ data: { say: "frame", id: 1, order } });
    frame(1);
    frame(2);
    remote.send({ do: "pause" });
    frame(2);
    frame(3);
    return { heard, orders: worker.posted.map(({ order }) => order) };
    """
    found = call(body)
    assert found["heard"] == [True, False, True, False]
    assert found["orders"] == [1, 2, 2, 2, 3, 3, 3]


def test_the_state_is_shown_when_all_have_been_called_and_not_before() -> None:
    body = """
    const frames = [], idle = [];
    globalThis.requestAnimationFrame = (call) => frames.push(call);
    const store = new page.Store({ a: 0 });
    store.onIdle = () => idle.push(store.get("a"));
    let now = 0;
    performance.now = () => now;
    for (let i = 0; i < 3; i += 1) store.on(["a"], () => { now += 10; }); // longer than the turn of a frame
    store.set({ a: 1 });
    const before = store.isIdle, after = [];
    while (frames.length > 0) { frames.shift()(); after.push(idle.length); }
    return { before, after, idle, is: store.isIdle };
    """
    assert call(body) == {"before": False, "after": [0, 0, 1], "idle": [1], "is": True}


def test_a_frame_waits_until_the_one_before_is_drawn_and_the_worker_hears_when_all_are() -> None:
    body = """
    const one = page.workerOf({ hidden: "3.tanh" }), rounds = [], shown = [];
    let seen = 0;
    globalThis.requestAnimationFrame = (call) => rounds.push(call);
    const model = new page.Model(page.usual()), { source, head, samples, spec } = page.made({ hidden: "3.tanh" });
    model.remote = { id: 1, isLate: () => false, begin() {}, seen() { seen += 1; } };
    model.store.on(["frame"], ({ frame }) => shown.push(frame?.step ?? null));
    model.restart(); // before anything has begun
    const drawn = () => { while (rounds.length > 0) rounds.shift()(); };
    model.start({ source, head, samples, spec, state: null });
    drawn();
    const frameOf = (act) => { one.send(act); return { ...one.last("frame") }; };
    const [first, second, third] = ["step", "step", "step"].map((act) => frameOf({ do: act }));
    const tell = [];
    model.heard(first);
    model.heard(second);
    tell.push([model.get("frame").step, seen]);
    drawn();
    tell.push([model.get("frame").step, seen]);
    model.heard({ ...third, id: 0 });
    drawn();
    model.heard(third);
    model.heard({ ...third, id: 0 });
    drawn();
    tell.push([model.get("frame").step, seen]);
    return { tell, shown };
    """
    found = call(body)
    assert found["tell"] == [[1, 0], [2, 1], [3, 2]]
    assert found["shown"] == [None, 1, 2, 3]


def test_who_shows_the_state_is_called_where_another_fails_and_not_where_it_was_taken_back() -> None:
    body = """
    const frames = [], failed = [];
    globalThis.requestAnimationFrame = (call) => frames.push(call);
    globalThis.reportError = (error) => failed.push(error.message);
    const store = new page.Store({ a: 0 }), seen = [];
    let drop = null;
    store.on(["a"], ({ a }) => { if (a === 1) throw new Error("first"); });
    store.on(["a"], ({ a }) => { seen.push(a); drop?.(); });
    store.set({ a: 1 });
    drop = store.later(() => seen.push("taken back"));
    while (frames.length > 0) frames.shift()();
    return { seen, failed };
    """
    assert call(body) == {"seen": [0, 1], "failed": ["first"]}
