"""The client's own rules of grouping. Pure. Pattern: family (or "*")|what is common|readings of rules without axes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from functools import partial

from connectors.sage.records.base import join_key
from mapping.grouping.by_design import WORDS, axis_of_source, differing, raw_of
from mapping.grouping.candidates import DESIGN, Candidate, Pool
from mapping.grouping.clusters import ANY_FAMILY, Cluster, Fit, Key, Raw, parts
from mapping.naming import folded
from mapping.rules import GroupingRule

BASE = "base"
_JOINT = "&"
_REASONS = {"reference": "shared_beginning", "design": "shared_design", "source": "shared_source"}


class ByRule:
    """One rule of the client, under its own name."""

    def __init__(self, rule: GroupingRule) -> None:
        self._rule = rule
        self.name = rule.name
        self._pattern = re.compile(rule.pattern) if rule.by == "reference" else None
        groups = self._pattern.groupindex if self._pattern else {}
        named = [name for name in sorted(groups, key=lambda one: groups[one]) if name != BASE]
        self._axes = rule.axes or {name: name for name in named}

    def keys(self, pool: Pool, candidate: Candidate) -> list[Key]:
        key = self._key(pool, candidate)
        return [key] if key[1] else []

    def _key(self, pool: Pool, candidate: Candidate) -> tuple[str, str]:
        """(family, what is common); "" for an article that the rule does not speak of."""
        return candidate.family if self._rule.family_only else ANY_FAMILY, self._common(pool, candidate)

    def clusters(self, pool: Pool, taken: Collection[str]) -> Iterator[Cluster]:
        found: dict[Key, list[Candidate]] = defaultdict(list)
        for one in pool.without(taken):
            for key in self.keys(pool, one):
                found[key].append(one)
        for members in found.values():
            if len(members) > 1 and (cluster := self._cluster(pool, members)):
                yield cluster

    def fit(self, pool: Pool, pattern: str) -> Fit | None:
        found = parts(pattern, 3)
        if found is None:
            return None
        family, common, readings = found
        read = partial(raw_of, pool, readings.split(_JOINT)) if readings else partial(self._raw, pool)
        return Fit((family, common), read)

    def _common(self, pool: Pool, candidate: Candidate) -> str:
        match self._rule.by:
            case "reference":
                found = self._pattern.fullmatch(candidate.reference) if self._pattern else None
                return folded(found[BASE] or "") if found else ""
            case "design":
                return " ".join(pool.reading(candidate).base)
            case "source":
                return folded(candidate.values.get(self._rule.source, ""))

    def _raw(self, pool: Pool, candidate: Candidate) -> Raw:
        found = self._pattern.fullmatch(candidate.reference) if self._pattern else None
        groups = found.groupdict("") if found else {}
        said = pool.reading(candidate).values
        return tuple(
            groups[place]
            if place in groups
            else said.get(axis, "")
            if place == DESIGN
            else candidate.values.get(place, "")
            for axis, place in self._axes.items()
        )

    def _cluster(self, pool: Pool, members: list[Candidate]) -> Cluster | None:
        family, common = self._key(pool, members[0])
        readings: list[str] = []
        axes = tuple(self._axes)
        if axes:
            raws = {one.reference: self._raw(pool, one) for one in members}
        else:
            readings, members = differing(pool, members)
            raws = {one.reference: raw_of(pool, readings, one) for one in members}
            axes = tuple(_axis(reading, {one.values.get(reading, "") for one in members}) for reading in readings)
        if not axes or len(members) < 2:
            return None
        return Cluster(
            rule=self.name,
            common=common,
            reason=_REASONS[self._rule.by],
            members=tuple(members),
            raws=raws,
            axes=axes,
            pattern=partial(_pattern, family, common, tuple(readings)),
            by_client=True,
            source=self._rule.source,
        )


def _axis(reading: str, values: Collection[str]) -> str:
    return reading.removeprefix(WORDS) if reading.startswith(WORDS) else axis_of_source(reading, values)


def _pattern(family: str, common: str, readings: tuple[str, ...], kept: tuple[int, ...]) -> str:
    return join_key((family, common, _JOINT.join(readings[axis] for axis in kept) if readings else ""))
