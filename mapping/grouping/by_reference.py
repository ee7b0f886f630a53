"""References with separators: POLO-BLEU-M, GANT/CUIR/9. Pure.

The beginning is the product, each further part an axis. Pattern: family (or "*")|"POLO-*-*", constants kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import partial

from connectors.sage.records.base import join_key
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import ANY_FAMILY, Cluster, Fit, Key, Raw, parts

STAR = "*"
MOST_AXES = 3
_SEPARATOR = re.compile(r"([-/._ ]+)")
_LEAST_BASE = 2

Parts = tuple[str, ...]
"""Part, separator, part, separator, part: parts stand at even places."""


class ByReference:
    """The portal's own rule "reference"."""

    name = "reference"

    def keys(self, pool: Pool, candidate: Candidate) -> list[Key]:
        found = parts_of(candidate.reference)
        return [_key(found, axes) for axes in _amounts(found)]

    def clusters(self, pool: Pool, taken: Collection[str], *, axes: int, by_family: bool) -> Iterator[Cluster]:
        """Those with so many parts after the beginning, all families together or each apart."""
        found: dict[Key, list[Candidate]] = defaultdict(list)
        for one in pool.without(taken):
            reference = parts_of(one.reference)
            if axes in _amounts(reference):
                found[_key(reference, axes), one.family if by_family else ANY_FAMILY].append(one)
        for members in found.values():
            if len(members) > 1:
                yield _cluster(members, axes)

    def fit(self, pool: Pool, pattern: str) -> Fit | None:
        found = parts(pattern, 2)
        if found is None:
            return None
        family, text = found
        wanted = parts_of(text)
        stars = [place for place, part in enumerate(wanted) if part == STAR]
        if not stars:
            return None
        axes = (len(wanted) - stars[0] + 1) // 2
        return Fit(_key(wanted, axes), partial(_fitting, family=family, wanted=wanted))


def parts_of(reference: str) -> Parts:
    """The reference taken apart, in capitals; the separators are kept."""
    return tuple(_SEPARATOR.split(reference.upper()))


def _fitting(candidate: Candidate, *, family: str, wanted: Parts) -> Raw | None:
    found = parts_of(candidate.reference)
    if family not in {ANY_FAMILY, candidate.family} or len(found) != len(wanted):
        return None
    pairs = list(zip(wanted, found, strict=True))
    if any(part not in {STAR, own} for part, own in pairs):
        return None
    return tuple(own for part, own in pairs if part == STAR)


def _amounts(found: Parts) -> list[int]:
    """How many axes a reference may have: something must be left in front, and nothing be empty."""
    if not all(found):
        return []
    return [axes for axes in range(1, MOST_AXES + 1) if len("".join(found[: -2 * axes])) >= _LEAST_BASE]


def _key(found: Parts, axes: int) -> Key:
    start = len(found) - 2 * axes
    return found[:start], found[start::2]


def _cluster(members: list[Candidate], axes: int) -> Cluster:
    places = range(-2 * axes + 1, 0, 2)
    raws = {one.reference: tuple(parts_of(one.reference)[place] for place in places) for one in members}
    first = parts_of(members[0].reference)
    families = {one.family for one in members}
    family = members[0].family if len(families) == 1 else ANY_FAMILY
    return Cluster(
        rule=ByReference.name,
        common="".join(first[: -2 * axes]),
        reason="shared_beginning",
        members=tuple(members),
        raws=raws,
        axes=("",) * axes,
        pattern=partial(_pattern, family, first, tuple(places)),
    )


def _pattern(family: str, first: Parts, places: tuple[int, ...], kept: tuple[int, ...]) -> str:
    shown = list(first)
    for axis in kept:
        shown[places[axis]] = STAR
    return join_key((family, "".join(shown)))
