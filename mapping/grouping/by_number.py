"""References that end in a size: CHSEC40, TSHIRTXL. Pure. Pattern: family|words of the designation|"CHSEC#"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import partial

from connectors.sage.records.base import join_key
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Cluster, Fit, Key, Raw, parts

_ENDING = re.compile(r"(.*[^\W\d_].*?)(\d{1,3}|(?<=[^\WSMLX_])(?:X{0,3}S|M|X{0,3}L|[2-6]XL))")
_LEAST_BASE = 2


class ByNumber:
    """The portal's own rule "number"."""

    name = "number"

    def keys(self, pool: Pool, candidate: Candidate) -> list[Key]:
        beginning, _ending = beginning_of(candidate.reference)
        return [(candidate.family, pool.reading(candidate).base, beginning)] if beginning else []

    def clusters(self, pool: Pool, taken: Collection[str]) -> Iterator[Cluster]:
        found: dict[Key, list[Candidate]] = defaultdict(list)
        for one in pool.without(taken):
            for key in self.keys(pool, one):
                found[key].append(one)
        for members in found.values():
            if len(members) > 1:
                yield _cluster(pool, members)

    def fit(self, pool: Pool, pattern: str) -> Fit | None:
        found = parts(pattern, 3)
        if found is None:
            return None
        family, base, text = found
        return Fit((family, tuple(base.split()), text.removesuffix("#")), _raw)


def beginning_of(reference: str) -> tuple[str, str]:
    """("CHSEC", "40"); two empty texts when the reference does not end in a size."""
    found = _ENDING.fullmatch(reference.upper())
    if found is None or len(found[1]) < _LEAST_BASE or found[2].startswith("0"):
        return "", ""
    return found[1], found[2]


def _raw(candidate: Candidate) -> Raw:
    return (beginning_of(candidate.reference)[1],)


def _cluster(pool: Pool, members: list[Candidate]) -> Cluster:
    beginning = beginning_of(members[0].reference)[0]
    base = " ".join(pool.reading(members[0]).base)
    return Cluster(
        rule=ByNumber.name,
        common=beginning,
        reason="shared_beginning",
        members=tuple(members),
        raws={one.reference: _raw(one) for one in members},
        axes=("",),
        pattern=partial(_pattern, members[0].family, base, beginning),
    )


def _pattern(family: str, base: str, beginning: str, kept: tuple[int, ...]) -> str:
    return join_key((family, base, f"{beginning}#"))
