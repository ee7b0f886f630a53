"""Asks a real shop the exam's questions and writes down what it answers, in the form of the exam's data."""

from __future__ import annotations

from pathlib import Path

from tests.conformance.live import Live, speaks_one_language
from tests.conformance.recording.convert import written
from tests.conformance.scenarios import load, names


def record(source: Path, target: Path, *, url: str, key: str) -> int:
    """Replay the scenarios of `source` (one version's exam data) on the shop; how many exchanges were written.

    Only harmless exchanges are sent (see `live.py`), on objects of the exam's own, which are removed afterwards.
    """
    live = Live(url, key)
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    for name in filter(lambda name: speaks_one_language(source.name, name), names(source.name)):
        entries = [
            {
                "title": sent.exchange.title,
                "at": sent.exchange.at,
                "request": sent.exchange.request,
                "answer": sent.answer,
            }
            for sent in live.take(load(source.name, name))
        ]
        if entries:
            content = {"languages": 1, "given": [], "exchanges": entries}
            (target / f"{name}.json").write_text(written(content), encoding="utf-8")
        count += len(entries)
    return count
