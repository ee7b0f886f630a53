"""Reads recorded transcripts: `>>> METHOD URL`, `> headers`, body, `<<< STATUS`, `< headers`, body, a line of `=`."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SEPARATOR = re.compile(r"\n={80}\n")
EXCHANGE = re.compile(
    r"^>>> (?P<method>\S+) (?P<url>\S+)\n(?P<sent>(?:> [^\n]*\n)*)\n?(?P<body>.*?)"
    r"\n?^<<< (?P<status>\d+)[^\n]*\n(?P<got>(?:< [^\n]*\n)*)\n?(?P<answer>.*)",
    re.DOTALL | re.MULTILINE,
)
HEADER = re.compile(r"^[<>] ([\w-]+): (.*)$", re.MULTILINE)
CUT = re.compile(r"\n\[\.\.\. (\d+) chars in all\]\s*$")
BINARY = re.compile(r"^\[(\d+) bytes[^\]]*\]")
PART = re.compile(
    r'name="(?P<name>\w+)"(?:; filename="(?P<file>[^"]*)")?.*?\n\n(?P<content>.*?)(?=\n--\w{32}|\Z)', re.DOTALL
)
MAGIC = {"JFIF": "JPEG", "PNG": "PNG", "GIF8": "GIF", "WEBP": "WEBP", "BM": "BMP"}


@dataclass
class Exchange:
    """One recorded request with its answer."""

    title: str
    method: str
    path: str
    """Path and query, from `/api` on."""
    key: str | None
    headers: dict[str, str]
    body: str
    cut: int
    """Length of the whole body when the recording kept only its beginning, else 0."""
    status: int
    content_type: str
    at: int
    answer: str
    host: str = ""

    @property
    def name(self) -> str:
        """The resource asked for."""
        return self.path.partition("?")[0].removeprefix("/api").strip("/").partition("/")[0]

    @property
    def id(self) -> str:
        """The id in the path, blank when there is none."""
        parts = [part for part in self.path.partition("?")[0].split("/") if part]
        return parts[2] if len(parts) > 2 else ""

    @property
    def query(self) -> dict[str, str]:
        return {
            name: values[-1] for name, values in parse_qs(urlsplit(self.path).query, keep_blank_values=True).items()
        }

    @property
    def works(self) -> bool:
        """A success: 1.6 also answers 200 with an HTML page to some failures."""
        return 200 <= self.status < 300 and self.content_type != "text/html"


def read(path: Path) -> list[Exchange]:
    """The exchanges of one transcript, in the order sent."""
    found = []
    clock = 0
    for block in SEPARATOR.split(path.read_text(encoding="utf-8", errors="replace")):
        match = EXCHANGE.search(block)
        if match is None:
            continue
        exchange = _exchange(block, match)
        clock = exchange.at = exchange.at or clock
        found.append(exchange)
    return found


def _exchange(block: str, match: re.Match[str]) -> Exchange:
    sent, got = dict(HEADER.findall(match["sent"])), dict(HEADER.findall(match["got"]))
    parts = urlsplit(match["url"])
    title = re.search(r"^# (.*)$", block[: match.start()], re.MULTILINE)
    body, cut = match["body"].removesuffix("\n"), 0
    if shortened := CUT.search(body):
        body, cut = body[: shortened.start()], int(shortened.group(1))
    multipart = "multipart" in sent.get("Content-Type", "")
    if (binary := BINARY.match(body)) and not multipart:
        body = body[binary.end() :].lstrip()
        cut = int(binary.group(1)) if body.startswith("<") else 0
    kept = {name: sent[name] for name in ("Io-Format", "Output-Format", "Local-Content-Sha1", "Host") if name in sent}
    if "Content-Type" in sent:
        kept["Content-Type"] = sent["Content-Type"].partition(";")[0]
    return Exchange(
        title=title.group(1) if title else "",
        method=match["method"],
        path=parts.path + (f"?{parts.query}" if parts.query else ""),
        key=_key(sent.get("Authorization")),
        headers=kept,
        body=body,
        cut=cut,
        status=int(match["status"]),
        content_type=got.get("Content-Type", "").partition(";")[0],
        at=int(got.get("Access-Time", "0")),
        answer=match["answer"].rstrip("\n"),
        host=parts.netloc,
    )


def _key(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    return b64decode(authorization.removeprefix("Basic ")).decode().rpartition(":")[0]


def upload(exchange: Exchange) -> list[dict[str, object]]:
    """The parts of a multipart body: name, file name, kind of picture (blank: none) and size of the whole body.

    The recordings left the binary content out: the exam makes a picture of that kind.
    """
    size = BINARY.match(exchange.body)
    found: list[dict[str, object]] = []
    for part in PART.finditer(exchange.body):
        entry: dict[str, object] = {"name": part["name"]}
        if part["file"] is None:
            entry["text"] = part["content"].strip()
        else:
            entry["file"] = part["file"]
            start = part["content"][:40]
            entry["kind"] = next((kind for magic, kind in MAGIC.items() if magic in start), "")
            entry["size"] = int(size.group(1)) if size else len(part["content"])
        found.append(entry)
    return found
