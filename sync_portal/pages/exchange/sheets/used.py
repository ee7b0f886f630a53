"""The options and values that the combinations use, with how many of them."""

from __future__ import annotations

from collections import Counter

from connectors.models import Client
from mapping.models import Combination
from mapping.naming import folded


def used_options(client: Client) -> dict[str, tuple[str, int]]:
    """Key -> (label, combinations), by key."""
    labels: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for option, _label, key, _value_key in _used(client):
        labels.setdefault(key, option)
        counts[key] += 1
    return {key: (labels[key], counts[key]) for key in sorted(labels)}


def used_values(client: Client) -> dict[str, tuple[str, str, int]]:
    """Key -> (option, label, combinations), by key."""
    labels: dict[str, tuple[str, str]] = {}
    counts: Counter[str] = Counter()
    for option, label, _key, value_key in _used(client):
        labels.setdefault(value_key, (option, label))
        counts[value_key] += 1
    return {key: (*labels[key], counts[key]) for key in sorted(labels)}


def _used(client: Client) -> list[tuple[str, str, str, str]]:
    rows = Combination.objects.filter(product__client=client).values_list("values", flat=True)
    return [
        (option, label, f"OPT:{folded(option)}", f"VAL:{folded(option)}|{folded(label)}")
        for values in rows.iterator()
        for option, label in values
    ]
