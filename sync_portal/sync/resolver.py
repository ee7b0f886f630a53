"""Local keys to shop ids and back, for one shop during one run.

Bindings answer for what we made or adopted; what every shop has by itself (home category, taxes, countries,
languages) is read from the shop at the first need, so that a run that writes nothing asks nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from connectors.errors import RejectedRecordError, RetryableError
from connectors.models import ShopConnection
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from mapping.models import Binding
from mapping.rules import load_rules
from mapping.state import Ref
from sync_portal.sync import decisions
from sync_portal.sync.bindings import Bindings
from sync_portal.sync.plan import Bound, OwnerOf, owned_by_rules

CONFIGURATION = {
    ("categories", "@home"): "PS_HOME_CATEGORY",
    ("groups", "@visitor"): "PS_UNIDENTIFIED_GROUP",
    ("groups", "@guest"): "PS_GUEST_GROUP",
    ("groups", "@customer"): "PS_CUSTOMER_GROUP",
}


class Resolver:
    """Turns references into ids; holds the bindings that were asked for in memory."""

    def __init__(self, shop: ShopConnection, webservice: Webservice) -> None:
        self.shop = shop
        self.webservice = webservice
        self.bindings = Bindings(shop)

    @cached_property
    def owner_of(self) -> OwnerOf:
        """Who owns a field in this shop: as a person decided, else as its rules say."""
        return decisions.owner_of(self.shop, owned_by_rules(load_rules(self.shop.rules).owners))

    def bound_of(self, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Bound]:
        """The bindings of these (kind, key) as the plan compares them; what has none is left out."""
        self.bindings.preload(places)
        return {place: _bound(row) for place in places if (row := self.bindings.get(place)) is not None}

    def local(self, kind: str, shop_id: int) -> Ref | None:
        """The local thing behind a shop id, when it is one of ours."""
        key = self.bindings.key_of(kind, shop_id)
        return None if key is None else Ref(kind, key)

    def taken(self, kind: str) -> set[int]:
        """Shop ids of this kind that a local key holds already."""
        return self.bindings.taken(kind)

    def id_of(self, ref: Ref) -> int:
        """The shop id behind a reference.

        Raises:
            RejectedRecordError: the shop has no such tax or country.
            RetryableError: it is a resource of ours that is not in the shop yet.
        """
        binding = self.bindings.get((ref.kind, ref.key))
        if binding is not None and binding.remote_id:
            return binding.remote_id
        if ref.key.startswith("#") and ref.key[1:].isdigit():  # the shop's own, see `local.held_as`
            return int(ref.key[1:])
        if (ref.kind, ref.key) in CONFIGURATION:
            return int(self.configuration[CONFIGURATION[ref.kind, ref.key]])
        if ref.kind == "taxes":
            return self._tax(ref.key)
        if ref.kind == "countries":
            return self._country(ref.key)
        if ref.kind == "languages":
            return self._language(ref.key)
        raise RetryableError("shop.missing_reference", {"kind": ref.kind, "key": ref.key})

    def _tax(self, rate: str) -> int:
        found = self.taxes.get(Decimal(rate))
        if found is None:
            raise RejectedRecordError("shop.no_tax_rule", {"rate": rate})
        return found

    def _country(self, iso: str) -> int:
        found = self.countries.get(iso)
        if found is None:
            raise RejectedRecordError(
                "shop.invalid_value", {"field": "country", "value": iso, "message": "unknown country"}
            )
        return found

    def _language(self, iso: str) -> int:
        found = self.languages.get(iso)
        if found is None:
            raise RejectedRecordError(
                "shop.invalid_value", {"field": "language", "value": iso, "message": "unknown language"}
            )
        return found

    @cached_property
    def languages(self) -> Mapping[str, int]:
        """ISO code -> id of the shop's languages."""
        return self.webservice.capabilities().language_codes or {
            _text(row, "iso_code"): _id(row) for row in self.webservice.read("languages", display=["id", "iso_code"])
        }

    @cached_property
    def configuration(self) -> Mapping[str, str]:
        """The few settings of the shop that references need."""
        wanted = [*CONFIGURATION.values(), "PS_COUNTRY_DEFAULT"]
        rows = self.webservice.read("configurations", display=["id", "name", "value"], filters={"name": wanted})
        return {_text(row, "name"): _text(row, "value") for row in rows}

    @cached_property
    def countries(self) -> Mapping[str, int]:
        """ISO code -> id."""
        return {
            _text(row, "iso_code"): _id(row) for row in self.webservice.read("countries", display=["id", "iso_code"])
        }

    @cached_property
    def taxes(self) -> Mapping[Decimal, int]:
        """VAT rate in the shop's own country -> tax rules group: the lowest id of those that are active and hold
        that rate.
        """
        rates = {_id(row): Decimal(_text(row, "rate")) for row in self.webservice.read("taxes", display=["id", "rate"])}
        groups = self.webservice.read("tax_rule_groups", display=["id", "active"])
        active = {_id(row) for row in groups if _text(row, "active") == "1"}
        rules = self.webservice.read(
            "tax_rules",
            display=["id", "id_tax_rules_group", "id_country", "id_tax"],
            filters={"id_country": self.configuration["PS_COUNTRY_DEFAULT"]},
        )
        found: dict[Decimal, int] = {}
        for rule in rules:
            group, rate = int(_text(rule, "id_tax_rules_group")), rates.get(int(_text(rule, "id_tax")))
            if rate is not None and group in active:
                found[rate] = min(group, found.get(rate, group))
        return found


def _bound(row: Binding) -> Bound:
    return Bound(row.remote_id, row.confirmed, row.parked, row.parked_cause, row.parked_facts, row.undone, row.adopted)


def _id(entity: Entity) -> int:
    return int(_text(entity, "id"))


def _text(entity: Entity, name: str) -> str:
    value = entity.fields.get(name, "")
    return value if isinstance(value, str) else next(iter(value.values()), "")
