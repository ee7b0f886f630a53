"""New articles that fit an approved group. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mapping.choices.groups import GroupChoice
from mapping.grouping.candidates import Candidate, Pool
from mapping.grouping.clusters import Detector, Fit, Key, Raw
from mapping.grouping.dictionary import recognise
from mapping.naming import folded


@dataclass(frozen=True, slots=True)
class Joining:
    """What an approved group gains."""

    anchor: str
    members: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Open:
    """An approved group, ready to be compared with articles."""

    anchor: str
    fit: Fit
    learnt: tuple[tuple[int, Mapping[str, str]], ...]
    """For each axis: which of the texts it is, and how these became values."""


def joinings(
    pool: Pool, detectors: Sequence[Detector], approved: Mapping[str, GroupChoice], taken: Collection[str]
) -> list[Joining]:
    """What each approved group gains from the articles that are in none, by anchor."""
    opened = _opened(pool, detectors, approved)
    if not opened:
        return []
    found: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for one in pool.without(taken):
        place = _place(pool, detectors, opened, one)
        if place is not None:
            found[place[0]][one.reference] = place[1]
    return [Joining(anchor, dict(sorted(found[anchor].items()))) for anchor in sorted(found)]


def _opened(
    pool: Pool, detectors: Sequence[Detector], approved: Mapping[str, GroupChoice]
) -> dict[tuple[str, Key], list[_Open]]:
    named = {detector.name: detector for detector in detectors}
    candidates = {one.reference: one for one in pool.all}
    opened: dict[tuple[str, Key], list[_Open]] = defaultdict(list)
    for anchor in sorted(approved):
        group = approved[anchor]
        detector = named.get("design" if group.rule == "source" else group.rule)
        fit = detector.fit(pool, group.pattern) if detector and group.pattern else None
        learnt = _learnt(fit, group, candidates) if fit else None
        if detector and fit and learnt:
            opened[detector.name, fit.key].append(_Open(anchor, fit, learnt))
    return opened


def _place(
    pool: Pool,
    detectors: Sequence[Detector],
    opened: Mapping[tuple[str, Key], Sequence[_Open]],
    candidate: Candidate,
) -> tuple[str, tuple[str, ...]] | None:
    """The first group that the article fits, and its values there."""
    for detector in detectors:
        for key in detector.keys(pool, candidate):
            for group in opened.get((detector.name, key), ()):
                raw = group.fit.read(candidate)
                if raw is not None and len(raw) and all(folded(raw[place]) for place, _known in group.learnt):
                    return group.anchor, tuple(_value(raw[place], known) for place, known in group.learnt)
    return None


def _learnt(
    fit: Fit, group: GroupChoice, candidates: Mapping[str, Candidate]
) -> tuple[tuple[int, Mapping[str, str]], ...] | None:
    """How a person's axes come from the texts that the rule reads; None when they do not."""
    read = {
        reference: raw
        for reference in group.members
        if reference in candidates and (raw := fit.read(candidates[reference])) is not None
    }
    if not read:
        return None
    amount = len(next(iter(read.values())))
    found: list[tuple[int, Mapping[str, str]]] = []
    for axis in range(len(group.axes)):
        values = {reference: group.members[reference][axis] for reference in read}
        free = [place for place in range(amount) if place not in {taken for taken, _known in found}]
        best = max(free, key=lambda place: (_agreement(read, values, place), -place), default=None)
        if best is None or not _agreement(read, values, best):
            return None
        found.append((best, _spellings(read, values, best)))
    return tuple(found)


def _agreement(read: Mapping[str, Raw], values: Mapping[str, str], place: int) -> int:
    """How well a text tells the value: 0 when one text stands for several values, or one value for several texts."""
    pairs = {(folded(read[reference][place]), folded(value)) for reference, value in values.items()}
    texts, labels = {text for text, _label in pairs}, {label for _text, label in pairs}
    return len(texts) if len(pairs) == len(texts) == len(labels) else 0


def _spellings(read: Mapping[str, Raw], values: Mapping[str, str], place: int) -> dict[str, str]:
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for reference, value in values.items():
        seen[folded(read[reference][place])][value] += 1
    return {text: min(found, key=lambda one: (-found[one], one)) for text, found in seen.items()}


def _value(text: str, known: Mapping[str, str]) -> str:
    if (spelt := known.get(folded(text))) is not None:
        return spelt
    found = recognise(text)
    return found.label if found else text
