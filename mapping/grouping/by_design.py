"""Designations that share all words but colours, sizes ..., and fields that differ. Pure.

Pattern: family|shared words|readings, each "words:Couleur" (the designation) or a source ("free:Coloris").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from connectors.sage.records.base import join_key
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Cluster, Fit, Key, Raw, parts
from mapping.grouping.dictionary import axis_called, recognise
from mapping.naming import folded

WORDS = "words:"
MOST_AXES = 4
_LEAST_LETTERS = 3
_MOSTLY = 0.6
"""Share of the articles that have a value, or of the values that the dictionary knows."""
_JOINT = "&"


class ByDesign:
    """The portal's own rules "design" and, when only a field tells the articles apart, "source"."""

    name = "design"

    def keys(self, pool: Pool, candidate: Candidate) -> list[Key]:
        base = pool.reading(candidate).base
        telling = any(len(word) >= _LEAST_LETTERS and word.isalpha() for word in base)
        return [(candidate.family, base)] if telling else []

    def clusters(self, pool: Pool, taken: Collection[str]) -> Iterator[Cluster]:
        found: dict[Key, list[Candidate]] = defaultdict(list)
        for one in pool.without(taken):
            for key in self.keys(pool, one):
                found[key].append(one)
        for members in found.values():
            if len(members) > 1 and (cluster := _cluster(pool, members)):
                yield cluster

    def fit(self, pool: Pool, pattern: str) -> Fit | None:
        found = parts(pattern, 3)
        if found is None:
            return None
        family, base, readings = found
        return Fit((family, tuple(base.split())), partial(raw_of, pool, readings.split(_JOINT)))


def raw_of(pool: Pool, readings: Sequence[str], candidate: Candidate) -> Raw:
    """What these readings say of the article."""
    said = pool.reading(candidate).values
    return tuple(
        said.get(reading.removeprefix(WORDS), "") if reading.startswith(WORDS) else candidate.values.get(reading, "")
        for reading in readings
    )


def differing(pool: Pool, members: Sequence[Candidate]) -> tuple[list[str], list[Candidate]]:
    """The readings that tell these articles apart, and the articles that have a value for each of them."""
    readings = _differing_words(pool, members)
    whole = [one for one in members if all(raw_of(pool, readings, one))]
    while len(readings) < MOST_AXES:
        source = _best_source(pool, readings, whole)
        if source is None:
            break
        readings.append(source)
    return readings, whole


def _differing_words(pool: Pool, members: Sequence[Candidate]) -> list[str]:
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for one in members:
        for axis, label in pool.reading(one).values.items():
            values[axis][label] += 1
    most = _MOSTLY * len(members)
    return [f"{WORDS}{axis}" for axis, found in sorted(values.items()) if len(found) > 1 and found.total() >= most]


def _best_source(pool: Pool, readings: Sequence[str], members: Sequence[Candidate]) -> str | None:
    """A field that separates articles which the readings so far do not; None when they do, or none does."""
    cells: dict[Raw, list[Candidate]] = defaultdict(list)
    for one in members:
        cells[raw_of(pool, readings, one)].append(one)
    doubled = {raw: found for raw, found in cells.items() if len(found) > 1}
    if not doubled:
        return None
    sources = set(members[0].values).intersection(*(one.values for one in members))
    axes = {reading.removeprefix(WORDS) for reading in readings}
    ranked = [(_told(doubled, source), source) for source in sources if axis_of_source(source, ()) not in axes]
    usable = [
        (separated, named, known, source)
        for (separated, known, named), source in ranked
        if separated and (named or known >= _MOSTLY)
    ]
    return max(usable)[-1] if usable else None


def _told(doubled: Mapping[Raw, Sequence[Candidate]], source: str) -> tuple[int, float, int]:
    """(how many articles it separates, share of its values that the dictionary knows, is it called like an axis)."""
    separated = sum(len({folded(one.values[source]) for one in found}) - 1 for found in doubled.values())
    values = {one.values[source] for found in doubled.values() for one in found}
    known = sum(recognise(value) is not None for value in values) / len(values)
    return separated, known, int(axis_called(source.partition(":")[2]) is not None)


def axis_of_source(source: str, values: Collection[str]) -> str:
    """The axis that a field is: by its name, by what its values are, else the field's own label."""
    label = source.partition(":")[2] or source
    kinds = Counter(known.axis for value in values if (known := recognise(value)))
    return axis_called(label) or (min(kinds, key=lambda one: (-kinds[one], one)) if kinds else label)


def _cluster(pool: Pool, members: Sequence[Candidate]) -> Cluster | None:
    readings, whole = differing(pool, members)
    if not readings or len(whole) < 2:
        return None
    raws = {one.reference: raw_of(pool, readings, one) for one in whole}
    in_words = any(reading.startswith(WORDS) for reading in readings)
    axes = [
        reading.removeprefix(WORDS)
        if reading.startswith(WORDS)
        else axis_of_source(reading, {raw[place] for raw in raws.values()})
        for place, reading in enumerate(readings)
    ]
    base = " ".join(pool.reading(whole[0]).base)
    return Cluster(
        rule=ByDesign.name if in_words else "source",
        common=base,
        reason="shared_design",
        members=tuple(whole),
        raws=raws,
        axes=tuple(axes),
        pattern=partial(_pattern, whole[0].family, base, tuple(readings)),
    )


def _pattern(family: str, base: str, readings: tuple[str, ...], kept: tuple[int, ...]) -> str:
    return join_key((family, base, _JOINT.join(readings[axis] for axis in kept)))
