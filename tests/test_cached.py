"""Values that are computed once, by any number of threads, in processes that fork."""

from __future__ import annotations

import threading

from glassnet.support.cached import cached_property


class Slow:
    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    @cached_property
    def value(self) -> int:
        self.begun.set()
        assert self.may_end.wait(30)
        return 7


def test_one_thread_waits_for_no_other() -> None:
    slow, other = Slow(), Slow()
    thread = threading.Thread(target=lambda: slow.value)
    thread.start()
    assert slow.begun.wait(30)
    other.may_end.set()
    assert other.value == 7  # under a lock of the class this would wait for the first
    slow.may_end.set()
    thread.join()
    assert vars(slow)["value"] == 7


def test_it_is_computed_once_and_found_on_the_class() -> None:
    slow = Slow()
    slow.may_end.set()
    assert slow.value == slow.value == 7
    slow.__dict__["value"] = 8
    assert slow.value == 8
    assert isinstance(Slow.value, cached_property)
