"""From the texts that differ to axes with a name and values as people read them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Cluster, Raw
from mapping.grouping.dictionary import OTHER, Known, numbers_axis, recognise
from mapping.naming import folded, without_accents

MOSTLY = 0.6
"""Share of an axis' values that must be known for the axis to be."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a group."""

    name: str
    labels: Mapping[str, str]
    """Text as found -> as people read it."""
    known: int
    """How many of its values the dictionary knows."""


def axes_of(pool: Pool, cluster: Cluster) -> tuple[tuple[int, ...], list[Axis]]:
    """The numbers of the texts that differ, and their axes, each with a name of its own."""
    kept = tuple(
        place
        for place in range(len(cluster.axes))
        if len({folded(raw[place]) for raw in cluster.raws.values()} - {""}) > 1
    )
    said = _said_by_designs(pool, cluster, kept)
    named = [_axis(pool, cluster, place, said.get(place)) for place in kept]
    seen: Counter[str] = Counter()
    found = []
    for axis in named:
        seen[axis.name] += 1
        suffix = f" {seen[axis.name]}" if seen[axis.name] > 1 else ""
        found.append(Axis(f"{axis.name}{suffix}", axis.labels, axis.known))
    return kept, found


def same_words(pool: Pool, cluster: Cluster) -> bool:
    """Do the designations say the same, but for values (of the same axes) and for the texts found in the references?"""
    return len({_other_words(pool, one, cluster.raws[one.reference]) for one in cluster.members}) == 1 and all(
        pool.reading(one).values.keys() == pool.reading(cluster.members[0]).values.keys() for one in cluster.members
    )


def shared_words(pool: Pool, members: Sequence[Candidate]) -> float:
    """Share of the designations' words that all have, 0 to 1."""
    bases = [frozenset(pool.reading(one).base) for one in members]
    every = frozenset.union(*bases)
    return len(frozenset.intersection(*bases)) / len(every) if every else 0.0


def main_words(pool: Pool, cluster: Cluster) -> frozenset[str]:
    """The words of the most frequent kind of designation."""
    kinds = Counter(_other_words(pool, one, cluster.raws[one.reference]) for one in cluster.members)
    return min(kinds, key=lambda one: (-kinds[one], sorted(one)))


def stranger(pool: Pool, cluster: Cluster, candidate: Candidate, axes: Sequence[tuple[int, Axis]]) -> bool:
    """Has it a value that nobody knows on an axis of known ones, and a designation unlike the others'?"""
    raw = cluster.raws[candidate.reference]
    odd = any(
        axis.known and recognise(raw[place]) is None and not raw[place].isdigit() and axis.known < len(axis.labels)
        for place, axis in axes
    )
    return odd and _other_words(pool, candidate, raw) != main_words(pool, cluster)


def _other_words(pool: Pool, candidate: Candidate, raw: Raw) -> frozenset[str]:
    """The words of the designation that are no values and do not stand in the reference either."""
    own = [_plainly(text) for text in raw if len(text) > 1]
    words = pool.reading(candidate).base
    return frozenset(word for word in words if not any(word == text or _stem(word, text) for text in own))


_plainly = lru_cache(maxsize=20_000)(without_accents)


def _stem(word: str, text: str) -> bool:
    return len(text) > 2 and (word.startswith(text) or (len(word) > 2 and text.startswith(word)))


def _axis(pool: Pool, cluster: Cluster, place: int, said: Axis | None) -> Axis:
    texts = _texts(cluster, place)
    given = cluster.axes[place]
    found = said or _known(texts) or _numbers(pool, cluster, texts)
    if found is None:
        found = Axis(OTHER, {text: _plain(text) for text in texts}, 0)
    if not given:
        return found
    labels = found.labels if cluster.rule != "source" else {text: text for text in texts}
    return Axis(_named(given), labels, found.known)


def _named(given: str) -> str:
    return given[:1].upper() + given[1:]


def _texts(cluster: Cluster, place: int) -> list[str]:
    return sorted({raw[place] for raw in cluster.raws.values() if folded(raw[place])})


def _said_by_designs(pool: Pool, cluster: Cluster, places: Sequence[int]) -> dict[int, Axis]:
    """Place -> the axis whose values the designations name one to one: "POLO-ECRU" and "polo écru".

    Of two members every axis goes with every place: the one that is spelt alike is taken first, then one that no other
    place has.
    """
    same = same_words(pool, cluster)
    fitting = sorted(
        (
            (not alike, place, axis)
            for place in places
            for axis, alike in _one_to_one(pool, cluster, place)
            if same or alike
        ),
        key=lambda one: (one[0], one[1], one[2].name),
    )
    found: dict[int, Axis] = {}
    for again in (False, True):
        for _unlike, place, axis in fitting:
            if place not in found and (again or all(axis.name != other.name for other in found.values())):
                found[place] = axis
    return found


def _one_to_one(pool: Pool, cluster: Cluster, place: int) -> Iterator[tuple[Axis, bool]]:
    """The axes of the designations that have one value for each text of this place; and are they spelt alike?"""
    for axis in sorted(pool.reading(cluster.members[0]).values):
        labels: dict[str, str] = {}
        for one in cluster.members:
            text = cluster.raws[one.reference][place]
            label = pool.reading(one).values.get(axis, "")
            if not label or labels.setdefault(text, label) != label:
                break
        else:
            if len(set(labels.values())) == len(_texts(cluster, place)) == len(labels):
                yield Axis(axis, labels, len(labels)), all(_alike(text, label) for text, label in labels.items())


def _alike(text: str, label: str) -> bool:
    text, label = without_accents(text), without_accents(label)
    known = recognise(text)
    return text == label or (len(text) > 2 and label.startswith(text)) or (known is not None and known.label == label)


def _known(texts: Sequence[str]) -> Axis | None:
    found = {text: known for text in texts if (known := recognise(text))}
    kinds = Counter(known.axis for known in found.values())
    if not kinds:
        return None
    axis = min(kinds, key=lambda one: (-kinds[one], one))
    if kinds[axis] < MOSTLY * len(texts):
        return None
    return Axis(axis, {text: _label(text, found.get(text)) for text in texts}, kinds[axis])


def _numbers(pool: Pool, cluster: Cluster, texts: Sequence[str]) -> Axis | None:
    words = frozenset(word for one in cluster.members for word in pool.reading(one).base)
    axis = numbers_axis(frozenset(texts), words)
    return Axis(axis, {text: text for text in texts}, len(texts)) if axis else None


def _label(text: str, known: Known | None) -> str:
    return known.label if known else _plain(text)


def _plain(text: str) -> str:
    """A word in capitals as people write it; a code stays."""
    return text.capitalize() if len(text) > 3 and text.isalpha() and text.isupper() else text
