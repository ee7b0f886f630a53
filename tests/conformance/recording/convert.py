"""Recorded transcripts -> the exam's compact data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.sandbox.shop.schema import Kind, Resource, load
from tests.conformance.bodies import summary
from tests.conformance.recording.given import Needs
from tests.conformance.recording.shorten import completed, ranged, shortened
from tests.conformance.recording.standins import StandIns
from tests.conformance.recording.story import Entity, Key, Story, entities
from tests.conformance.recording.transcripts import Exchange, read, upload

KEYS = {"1": "all", "2": "catalogue_reader", "3": "inactive", "4": "none", "5": "no_patch"}
"""Last digit of the recorded shops' keys -> what the exam calls them."""
KEPT_AT_ZERO = frozenset({"active", "id_shop", "low_stock_threshold", "default_on", "id_default_group"})
"""Fields that an unknown entity is given another value of."""


def convert(source: Path, target: Path) -> int:
    """Write one JSON file per transcript of `source` (a version's folder) into `target`; how many exchanges."""
    resources = load(source.name)
    transcripts = {path.stem: read(path) for path in sorted(source.glob("transcripts/*.txt"))}
    in_time = sorted(
        (exchange.at, name, number) for name, found in transcripts.items() for number, exchange in enumerate(found)
    )
    stand_ins = StandIns()
    everything = [transcripts[name][number] for _, name, number in in_time]
    stand_ins.keep_searched(everything)
    stand_ins.learn_answer(*(path.read_text(encoding="utf-8") for path in sorted(source.glob("examples/*.full3.xml"))))
    stand_ins.learn(everything)
    needs = _needs(source, resources, transcripts, [(name, number) for _, name, number in in_time])
    target.mkdir(parents=True, exist_ok=True)
    for name, found in transcripts.items():
        content = {
            "languages": _languages(found),
            "given": [
                _given(resources[key[0]], key, entity, stand_ins)
                for key, entity in sorted(needs[name].items(), key=_order)
            ],
            "exchanges": _once_per_second([_exchange(exchange, stand_ins) for exchange in found]),
        }
        (target / f"{name}.json").write_text(written(content), encoding="utf-8")
    return sum(map(len, transcripts.values()))


def _order(entry: tuple[Key, Entity]) -> tuple[str, int]:
    return entry[0][0], int(entry[0][1])


def _needs(
    source: Path,
    resources: Mapping[str, Resource],
    transcripts: Mapping[str, list[Exchange]],
    in_time: list[tuple[str, int]],
) -> dict[str, dict[Key, Entity]]:
    installed: dict[Key, Entity] = {}
    for example in sorted(source.glob("examples/*.full3.xml")):
        installed |= entities(example.read_text(encoding="utf-8"), resources)
    stories: dict[str, Story] = {}
    found: dict[str, dict[Key, Entity]] = {}
    for name, number in in_time:
        story = stories.setdefault(transcripts[name][number].host, Story(resources, installed))
        if name not in found:
            found[name] = Needs(resources, story.start(), installed).read(transcripts[name])
        story.seen(transcripts[name][number])
    return found


def _languages(exchanges: list[Exchange]) -> int:
    """How many languages the shop had at the start."""
    for exchange in exchanges:
        if exchange.name == "languages" and exchange.method == "POST":
            return 1
        if '<language id="2"' in exchange.answer:
            return 2
    return 1


def _given(resource: Resource, key: Key, entity: Entity, stand_ins: StandIns) -> dict[str, Any]:
    shown: dict[str, Any] = {"resource": key[0], "id": key[1]}
    texts = {known.name for known in resource.fields if known.kind is Kind.TEXT}
    dates = {"date_add", "date_upd"} if key[0] != "orders" else set()
    values = {
        name: value
        for name, value in entity.values.items()
        if name not in dates
        and (
            not _is_blank(value)
            or name in KEPT_AT_ZERO
            or name in texts & {"reference", "name"}
            or (value and name in texts)
        )
    }
    if values:
        shown["values"] = stand_ins.in_answer(values)
    if lists := {name: items for name, items in entity.lists.items() if items}:
        shown["lists"] = lists
    return shown


def _is_blank(value: object) -> bool:
    return (
        value == ""
        or (isinstance(value, str) and not value.strip("0-: ."))
        or (isinstance(value, dict) and not any(value.values()))
    )


def _exchange(exchange: Exchange, stand_ins: StandIns) -> dict[str, Any]:
    request: dict[str, Any] = {"method": exchange.method, "path": ranged(_path(exchange.path))}
    key = _key(exchange.key)
    if key != "all":
        request["key"] = key
    if exchange.headers:
        request["headers"] = exchange.headers
    if exchange.headers.get("Content-Type", "").startswith("multipart"):
        request["parts"] = upload(exchange)
    elif exchange.cut and (whole := completed(exchange)):
        request |= {"completed": True, "body": stand_ins.in_request(whole)}
    elif exchange.cut:
        request["cut"] = exchange.cut
    elif exchange.body:
        request["body"] = stand_ins.in_request(shortened(exchange.body))
    answer = summary(exchange.status, exchange.content_type, exchange.answer.encode())
    shown: dict[str, Any] = {"title": exchange.title} if exchange.title else {}
    return shown | {"at": exchange.at, "request": request, "answer": stand_ins.in_answer(answer)}


def _once_per_second(exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`at` only where the clock moved on."""
    clock = 0
    for exchange in exchanges:
        clock, moment = exchange["at"], clock
        if clock == moment:
            del exchange["at"]
    return exchanges


def _path(path: str) -> str:
    for digit, name in KEYS.items():
        path = path.replace(f"ws_key=BANCDETESTLOCALKEY0000000000000{digit}", f"ws_key={{{name}}}")
    return path


def _key(key: str | None) -> str | None:
    if key and key.startswith("BANCDETEST"):
        return KEYS.get(key[-1], key)
    return key


def written(content: Mapping[str, Any]) -> str:
    """JSON that can be read and compared: one line per given entity, request and answer."""
    languages = content["languages"]
    given = ",\n".join(f"  {_dump(entry)}" for entry in content["given"])
    exchanges = ",\n".join(_written_exchange(entry) for entry in content["exchanges"])
    return f'{{"languages": {languages}, "given": [\n{given}\n],\n"exchanges": [\n{exchanges}\n]}}\n'


def _written_exchange(entry: Mapping[str, Any]) -> str:
    head = {name: value for name, value in entry.items() if name not in {"request", "answer"}}
    start = f"{_dump(head)[:-1]}, " if head else "{"
    return f'  {start}\n   "request": {_dump(entry["request"])},\n   "answer": {_dump(entry["answer"])}}}'


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
