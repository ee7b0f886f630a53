"""Replaces the demonstration shop's prose by short stand-ins, the same one wherever the same text comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

from tests.conformance.recording.transcripts import Exchange

LONGEST_KEPT = 22
START_KEPT = 8
EITHER = re.compile(r"<!\[CDATA\[(.*?)\]\]>|>([^<>]+)<", re.DOTALL)
PASSWORD = re.compile(r"\$2y\$10\$[./A-Za-z0-9]{53}")
ANY_PASSWORD = "$2y$10$" + "." * 53
NOT_PROSE = re.compile(
    r"^([A-Z][A-Z0-9_]+|[a-z]+(?:_[a-z]+)+|[\d.,:/ -]*|[0-9a-fA-F$./]{32,}|\$2y\$.*|[A-Za-z0-9+/=]{200,}|\S*@\S*|https?://\S*)$"
)


class StandIns:
    """Texts that a shop answered before anybody had sent them: its own demonstration content.

    A stand-in keeps the first letters (filters look for them) and, for a link_rewrite, its alphabet.
    """

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._kept: set[str] = set()
        self._searched: set[str] = set()

    def keep_searched(self, exchanges: Sequence[Exchange]) -> None:
        """Let the texts that filters look for be found in the stand-ins too."""
        for exchange in exchanges:
            filters = (value for name, value in exchange.query.items() if name.startswith("filter["))
            self._searched.update(text for value in filters if len(text := value.strip("[]%!<>")) > 5)

    def learn(self, exchanges: Sequence[Exchange]) -> None:
        """Read the exchanges in the order of time."""
        for exchange in exchanges:
            self._kept.update(_texts(exchange.body))
            if exchange.method == "GET":
                self.learn_answer(exchange.answer)

    def learn_answer(self, *answers: str) -> None:
        for answer in answers:
            for text in _texts(answer):
                self._add(text)

    def _add(self, text: str) -> None:
        if (
            len(text) <= LONGEST_KEPT
            or text in self._kept
            or text in self._searched
            or text in self.known
            or NOT_PROSE.match(text)
        ):
            return
        number = len(self.known) + 1
        plain = re.sub(r"<[^>]*>", "", text)
        if re.fullmatch(r"[a-z0-9-]+", text):
            self.known[text] = f"{text[:START_KEPT].strip('-')}-{number}"
        else:
            searched = next((word for word in sorted(self._searched) if word in text), "")
            letters = searched or re.sub(r"[^\w &]", "", plain)
            self.known[text] = f"{letters[: len(searched) or START_KEPT].strip()} {number}"

    def in_request(self, body: str) -> str:
        """A body or URL with the known prose replaced."""
        return PASSWORD.sub(ANY_PASSWORD, EITHER.sub(self._one, body))

    def _one(self, found: re.Match[str]) -> str:
        if found[1] is not None:
            return f"<![CDATA[{self.known.get(found[1], found[1])}]]>"
        return f">{self.known.get(unescape(found[2]), found[2])}<"

    def in_answer(self, content: Any) -> Any:
        """A parsed body with the known prose replaced."""
        if isinstance(content, str):
            return self.known.get(content, PASSWORD.sub(ANY_PASSWORD, content))
        if isinstance(content, dict):
            return {name: self.in_answer(value) for name, value in content.items()}
        return [self.in_answer(value) for value in content] if isinstance(content, list) else content


def _texts(body: str) -> list[str]:
    try:
        return _strings(json.loads(body))
    except ValueError:
        return [cdata or unescape(plain) for cdata, plain in EITHER.findall(body)]


def _strings(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    inside = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [text for value in inside for text in _strings(value)]
