"""The shop's odd filter language, made safe. Pure.

The shop reads ``filter[x]=P[V]S`` as operator, value, operator: an unknown operator (as in the value ``A[1]``) makes
the filter vanish and returns every row; ``|`` makes a list and a comma between digits an interval; and its
comparison ignores case, accents and trailing blanks. So a value is always wrapped, one that the language cannot
carry is asked for by the part before the odd character, and whatever comes back is compared exactly here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote

from connectors.prestashop.xml import Entity

FilterValue = str | Sequence[str | int]

# nginx allows 8 kB of URL by default (500 ids pass, 1000 answer 414); two lists may meet in one URL.
_LIST_ROOM = 3000
_SAFE_PREFIX = re.compile(r"[^\[\]|,%_\\<>!]*")
_INTERVAL = re.compile(r"[\d.:\- ]*,[\d.:\- ,]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class After(str):
    """A filter value meaning "strictly greater than": of a date (shop's local time, with ``date=True``) or an id."""

    __slots__ = ()


def combinations(filters: Mapping[str, FilterValue], *, most: int) -> Iterator[dict[str, str]]:
    """The queries, one after the other, whose answers together hold everything the filters ask for.

    >>> list(combinations({"reference": ["A", "B"], "active": "1"}, most=500))
    [{'filter[reference]': '[A|B]', 'filter[active]': '[1]'}]

    A list is cut so that the URL stays short and holds at most `most` values. An empty list gives no query at all.
    """
    choices = [[(f"filter[{name}]", part) for part in _expressions(value, most)] for name, value in filters.items()]
    for chosen in itertools.product(*choices):
        # "" stands for "cannot be asked": everything is read and compared here.
        yield {name: expression for name, expression in chosen if expression}


def matches(entity: Entity, filters: Mapping[str, FilterValue]) -> bool:
    """Does the entity hold exactly the values asked for? A field that the answer does not show is taken as right."""
    return all(_field_matches(entity, name, value) for name, value in filters.items())


def _expressions(value: FilterValue, most: int) -> list[str]:
    if isinstance(value, After):
        return [f">[{value}]"]
    if isinstance(value, str):
        return [_single(value)]
    texts = list(dict.fromkeys(str(item) for item in value))
    plain = [text for text in texts if _is_plain(text)]
    return [f"[{'|'.join(part)}]" for part in _parts(plain, most)] + [
        _single(text) for text in texts if text not in plain
    ]


def _single(text: str) -> str:
    if _is_plain(text):
        return f"[{text}]"
    match = _SAFE_PREFIX.match(text)
    prefix = match.group() if match else ""
    return f"[{prefix}]%" if prefix.strip() else ""


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and not set("[]|") & set(text) and not _INTERVAL.fullmatch(text)


def _parts(texts: list[str], most: int) -> Iterator[list[str]]:
    part: list[str] = []
    room = _LIST_ROOM
    for text in texts:
        length = len(quote(text)) + 3
        if part and (length > room or len(part) >= most):
            yield part
            part, room = [], _LIST_ROOM
        part.append(text)
        room -= length
    if part:
        yield part


def _field_matches(entity: Entity, name: str, asked: FilterValue) -> bool:
    stored = entity.fields.get(name)
    if stored is None or isinstance(asked, After):
        return True
    values = [stored] if isinstance(stored, str) else list(stored.values())
    wanted = [asked] if isinstance(asked, str) else [str(item) for item in asked]
    return any(same_text(value, text) for value in values for text in wanted)


def same_text(one: str, other: str) -> bool:
    """Equal as text, or the same number: the shop writes a price of 10 as ``10.000000``."""
    if one == other:
        return True
    return bool(_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other)) and Decimal(one) == Decimal(other)
