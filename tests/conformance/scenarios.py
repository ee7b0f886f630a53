"""The exam's data: what has to be there, what is sent, what was answered."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image

DATA = Path(__file__).parent / "data"
KEYS = {
    name: f"EXAMKEY{number:025}"
    for number, name in enumerate(("all", "catalogue_reader", "inactive", "none", "no_patch"), start=1)
}
VERSIONS = ("8.2.1", "1.7.8.11", "1.6.1.24")


@dataclass(frozen=True)
class Exchange:
    """One recorded request and its answer, as the data files hold them."""

    number: int
    title: str
    at: int
    request: dict[str, Any]
    answer: dict[str, Any]

    @property
    def method(self) -> str:
        return str(self.request["method"])

    @property
    def path(self) -> str:
        """Path and query; `{1..4}` stands for a list of ids."""
        return re.sub(
            r"\{(\d+)\.\.(\d+)\}", lambda m: "%7C".join(map(str, range(int(m[1]), int(m[2]) + 1))), self.request["path"]
        )

    @property
    def body(self) -> str:
        """The body; `{9000032 bytes}` stands for a comment of that size."""
        body = str(self.request.get("body", ""))
        size = re.fullmatch(r"\{(\d+) bytes\}", body)
        return f"<prestashop><!--{'x' * (int(size[1]) - 32)}--></prestashop>" if size else body

    @property
    def resource(self) -> str:
        return self.path.partition("?")[0].removeprefix("/api").strip("/").partition("/")[0]

    @property
    def ordered(self) -> bool:
        """Whether the order of the answer's entities means anything: a list without `sort` has none."""
        return self.method != "GET" or "sort" in self.path or self.answer.get("type") != "text/xml"

    def __str__(self) -> str:
        return f"{self.number} {self.method} {self.path[:80]} ({self.title})"


@dataclass(frozen=True)
class Scenario:
    """One transcript."""

    version: str
    name: str
    given: list[dict[str, Any]] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    languages: int = 1
    """How many languages the shop had at the start."""

    @property
    def given_keys(self) -> frozenset[tuple[str, str]]:
        found = {(entry["resource"], entry["id"]) for entry in self.given}
        for entry in self.given:
            for image in entry.get("lists", {}).get("images", []):
                found.add(("images", image["id"]))
        return frozenset(found)


@lru_cache(maxsize=300)
def load(version: str, name: str) -> Scenario:
    content = json.loads((DATA / version / f"{name}.json").read_text(encoding="utf-8"))
    exchanges, clock = [], 0
    for number, entry in enumerate(content["exchanges"], start=1):
        clock = entry.get("at", clock)
        exchanges.append(Exchange(number, entry.get("title", ""), clock, entry["request"], entry["answer"]))
    return Scenario(version, name, content["given"], exchanges, content["languages"])


def names(version: str) -> list[str]:
    """The transcripts of a version, in the order of their numbers."""
    found = [path.stem for path in (DATA / version).glob("*.json")]
    return sorted(found, key=lambda name: (int(name.partition("-")[0]), name))


@lru_cache(maxsize=64)
def file_content(kind: str, size: int) -> bytes:
    """A file like the recorded one: a picture of that kind, or text; padded to its size when that is big."""
    if not kind:
        return b"no picture" * max(1, size // 20)
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, kind)
    padding = max(0, size - file.tell()) if size > 1_000_000 else 0
    return file.getvalue() + b"\0" * padding
