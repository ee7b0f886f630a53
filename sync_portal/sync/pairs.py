"""A product's features in the shop: pairs of a feature and a value. Those that people added there are kept.

Here a value's local key names its feature, so that a list of values is enough. The association is written whole:
what it holds of features that are not ours goes back as it is, and is never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mapping.state import Ref
from sync_portal.sync import forms
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import Form, Kind
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import Task

FEATURES, VALUES = "product_features", "product_feature_values"
Pair = tuple[int, int]


def told(resolver: Resolver, pair: Pair) -> Ref:
    """The value behind the ids; one that is nobody's we know becomes "#<feature>:<value>"."""
    return resolver.local(VALUES, pair[1]) or Ref(VALUES, f"#{pair[0]}:{pair[1]}")


def ours(resolver: Resolver, kind: Kind, name: str, found: ShopValue) -> ShopValue:
    """What the shop holds in a field, as far as it is ours to compare: of pairs those of our features."""
    if kind.fields[name].form is not Form.PAIRS or not isinstance(found, list):
        return found
    features = resolver.taken(FEATURES)
    return [pair for pair in _pairs(found) if pair[0] in features]


def with_others(resolver: Resolver, kind: Kind, tasks: Sequence[Task]) -> list[Mapping[str, ShopValue]]:
    """What is to be sent to change these, with the pairs that are not ours as the shop holds them now."""
    names = {name for task in tasks for name in task.encoded if kind.fields[name].form is Form.PAIRS}
    if not names:
        return [task.encoded for task in tasks]
    ids = [task.shop_id for task in tasks if task.shop_id is not None and names & task.encoded.keys()]
    rows = resolver.webservice.read(kind.resource, display=forms.display_of(kind, names), filters={"id": ids})
    held = {row.id: row for row in rows}
    features = resolver.taken(FEATURES)

    def whole(task: Task) -> Mapping[str, ShopValue]:
        row = held.get(task.shop_id)
        if row is None:
            return task.encoded
        merged = dict(task.encoded)
        for name in names & task.encoded.keys():
            others = [pair for pair in _pairs(forms.held_value(kind, name, row)) if pair[0] not in features]
            merged[name] = [*others, *_pairs(task.encoded[name])]
        return merged

    return [whole(task) for task in tasks]


def _pairs(value: ShopValue) -> list[Pair]:
    return [(item[0], item[1]) for item in value if isinstance(item, tuple)]
