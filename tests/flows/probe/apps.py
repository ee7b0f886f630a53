"""Registers the flows `note-01` to `note-20`, which take a moment, or longer while they are held, and `wait`, which
takes until it is let go.

Notes are lines of JSON in PROBE_FOLDER/notes: {"run", "machine", "what": "began" | "ended"}. Each is one `write` at the
file's end, so that those of many processes do not mix.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings

if TYPE_CHECKING:
    from sync_portal.sync.context import RunContext

MOMENT = 0.1
SHORT = tuple(f"note-{number:02}" for number in range(1, 21))
LONG = "wait"
HELD = "held"


class ProbeConfig(AppConfig):
    name = "tests.flows.probe"

    def ready(self) -> None:
        from sync_portal.sync.flows import Flow, register

        for name in (*SHORT, LONG):
            register(Flow(name=name, label=name, icon="note", run=carry))


def folder() -> Path:
    return Path(os.environ["PROBE_FOLDER"])


def carry(context: RunContext) -> None:
    note(context, "began")
    if context.run.flow == LONG:
        while not (folder() / "go").exists():
            stand_still(context)
    else:
        time.sleep(MOMENT)
        while (folder() / HELD).exists():
            stand_still(context)
    context.hold()  # as every flow does before what it cannot take back
    note(context, "ended")


def stand_still(context: RunContext) -> None:
    context.beat()
    time.sleep(0.05)


@contextmanager
def held() -> Iterator[None]:
    """While this lasts, no short run ends: whoever asks for many is not overtaken by those who carry them."""
    (folder() / HELD).touch()
    yield
    (folder() / HELD).unlink()


def note(context: RunContext, what: str) -> None:
    line = json.dumps({"run": context.run.pk, "machine": settings.MACHINE_NAME, "what": what}) + "\n"
    file = os.open(folder() / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def notes() -> list[dict[str, Any]]:
    """All of them, in the order in which they were written."""
    try:
        return [json.loads(line) for line in (folder() / "notes").read_text().splitlines()]
    except FileNotFoundError:
        return []
