"""One request to the webservice, read the way PrestaShop reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from werkzeug.datastructures import FileStorage

from connectors.sandbox.shop.misbehaviour import Misbehaviour

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")


@dataclass
class Upload:
    """A file of a multipart body."""

    name: str
    content: bytes


@dataclass
class Call:
    """Method, path under /api, parameters and body. `base` is the shop's address without a final slash."""

    method: str
    segments: list[str]
    parameters: dict[str, str]
    body: bytes
    base: str
    headers: Mapping[str, str]
    """Names as sent; `header()` finds one whatever its case."""
    uploads: dict[str, Upload] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    wrongs: list[Misbehaviour] = field(default_factory=list)
    shops: list[int] = field(default_factory=lambda: [1])
    """The shops this request is about."""
    entities: int = 0
    """How many entities were saved or deleted so far, whatever the answer will be."""

    @property
    def resource(self) -> str:
        return self.segments[0] if self.segments else ""

    @property
    def wants_json(self) -> bool:
        """Only the exact word JSON counts; anything else is XML."""
        asked = [self.parameters.get("output_format"), self.parameters.get("io_format")]
        asked += [self.header("Output-Format"), self.header("Io-Format")]
        return "JSON" in asked

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers.items() if known.lower() == name.lower()), None)

    def wrong(self, kind: str) -> Misbehaviour | None:
        """The misbehaviour of this kind that this request was chosen for."""
        return next((rule for rule in self.wrongs if rule.kind == kind), None)


def parameters(query: str) -> dict[str, str]:
    """A query string as PHP reads it: the last of several values wins."""
    return dict(parse_qsl(query, keep_blank_values=True))


def segments(path: str) -> list[str]:
    """`/api//products/1/` -> `["products", "1"]`."""
    return [part for part in path.removeprefix("/api").split("/") if part]


def upload(stored: FileStorage) -> Upload:
    return Upload(stored.filename or "", stored.read())


def virtual_prices(asked: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """`price[p][group]=3` -> `{"p": {"group": "3"}}`."""
    found: dict[str, dict[str, str]] = {}
    for name, value in asked.items():
        if match := re.fullmatch(r"price\[(\w+)\]\[(\w+)\]", name):
            found.setdefault(match.group(1), {})[match.group(2)] = value
    return found
