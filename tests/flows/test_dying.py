"""The SIGKILL of the flow tests is one: it spares no thread of the worker, and what ended before it did not die."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from connectors.prestashop.transport import Transport
from tests.flows import dying
from tests.flows.dying import Killed, Killer, deadly, die_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What reached the shop, which answers at once."""
    reached: list[str] = []
    monkeypatch.setattr(Transport, "request", lambda _self, name: reached.append(name))
    return reached


def send(name: str) -> None:
    Transport.request(object.__new__(Transport), name)


def store() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_a_strike_in_a_helping_thread_ends_the_run_before_it_sends_or_stores_anything_more(sent: list[str]) -> None:
    done: list[str] = []

    def work() -> None:
        helper = threading.Thread(target=send, args=("asked ahead",))
        helper.start()
        helper.join()
        done.append("helped")
        store()
        done.append("stored")

    killer = Killer("answer", 1)
    with pytest.raises(Killed), deadly(killer):
        work()
    assert (killer.dead, done, sent) == (True, ["helped"], ["asked ahead"])


def test_a_strike_in_the_run_ends_its_helping_threads_before_it_is_over(sent: list[str]) -> None:
    begun, struck = threading.Event(), threading.Event()

    def help_out() -> None:
        send("one")
        begun.set()
        struck.wait()
        send("two")

    def work() -> None:
        helper.start()
        begun.wait()
        try:
            store()
        finally:
            struck.set()

    helper = threading.Thread(target=help_out)
    with pytest.raises(Killed), deadly(Killer("look", 1)):
        work()
    assert not helper.is_alive()
    assert sent == ["one"]


def test_a_run_that_was_over_when_the_strike_came_did_not_die(monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[threading.Thread] = []

    def carry(_run: Any) -> str:
        helper = threading.Thread(target=send, args=("too late to matter",))
        late.append(helper)
        helper.start()
        return "succeeded"

    monkeypatch.setattr(dying, "carry", carry)
    killer = Killer("request", 1)
    run: Any = None
    assert not die_in(run, killer)
    assert killer.dead
    assert not late[0].is_alive()


def test_what_else_breaks_in_a_thread_is_told_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[type[BaseException]] = []
    hook: Callable[[threading.ExceptHookArgs], None] = lambda args: told.append(args.exc_type)  # noqa: E731
    monkeypatch.setattr(threading, "excepthook", hook)

    def fail() -> None:
        send("one")
        raise ValueError

    with deadly(Killer("request")):
        threading.Thread(target=fail).start()
    assert told == [ValueError]
