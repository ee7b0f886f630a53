"""Shortens request bodies without changing what they say."""

from __future__ import annotations

import re

from lxml import etree

from tests.conformance.bodies import parsed
from tests.conformance.recording.transcripts import Exchange

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
LINK = re.compile(r' (?:xlink:href|xmlns:xlink|nodeType|api|notFilterable|virtualEntity)="[^"]*"')
"""Attributes of a GET answer that was sent back: the shop does not read them."""
PLAIN_CDATA = re.compile(r"<!\[CDATA\[([^<>&\]]*)\]\]>")


def shortened(body: str) -> str:
    """The same XML without links, indentation and needless CDATA; anything but plain XML is left alone."""
    if not body.startswith((PROLOG, "<prestashop")) or parsed(body.encode()) is None:
        return body
    shorter = PLAIN_CDATA.sub(r"\1", LINK.sub("", body.removeprefix(PROLOG)))
    shorter = re.sub(r">\s+<", "><", shorter.strip())
    return shorter if parsed(shorter.encode()) is not None else body


def ranged(path: str) -> str:
    """`1%7C2%7C3%7C4` as `{1..4}`: hundreds of ids in one URL."""

    def short(match: re.Match[str]) -> str:
        numbers = [int(number) for number in match[0].split("%7C")]
        return f"{{{numbers[0]}..{numbers[-1]}}}" if numbers == list(range(numbers[0], numbers[-1] + 1)) else match[0]

    return re.sub(r"\d+(?:%7C\d+){3,}", short, path)


def completed(exchange: Exchange) -> str:
    """A body whose end the recording left out, finished with the answer: it echoes what was sent.

    Blank when that cannot be: a refusal says nothing of the fields after the cut.
    """
    if exchange.body.startswith("<prestashop><!--x"):
        return f"{{{exchange.cut} bytes}}"
    root = parsed(exchange.answer.encode())
    if root is None or exchange.method not in {"PUT", "PATCH"} or not exchange.works:
        return ""
    start = exchange.body.rpartition("</")[0].rpartition(">")[0]
    sent = etree.fromstring(f"{start}>".encode(), etree.XMLParser(recover=True, resolve_entities=False))
    for entity in root:
        same = sent.find(f"{entity.tag}[id='{entity.findtext('id')}']")
        if same is None:
            same = etree.SubElement(sent, entity.tag)
        for lists in same.findall("associations"):
            same.remove(lists)  # the cut may lie inside
        _complete(same, entity)
    return shortened(etree.tostring(sent, encoding="unicode"))


def _complete(sent: etree._Element, answered: etree._Element) -> None:
    """Append what the answer shows after the last field that was kept."""
    known = {child.tag for child in sent}
    order = [child.tag for child in answered]
    start = max((order.index(tag) for tag in known if tag in order), default=-1)
    for child in list(answered)[start + 1 :]:
        if child.get("notFilterable") is None and child.tag not in READ_ONLY:
            sent.append(child)


READ_ONLY = frozenset({"manufacturer_name", "position_in_category", "level_depth", "nb_products_recursive"})
