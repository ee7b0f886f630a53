"""Open and answered decisions, ready to show: two records side by side, or three values of one field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from connectors.models import Client, ShopConnection
from mapping.models import Category, Combination, CustomerGroup, Product, ProductImage, ShopCustomer
from sync_portal.pages.differences import names_in, product_key, readable_label, unnamed_prices
from sync_portal.pages.labels import answer_label, field_label, same_label
from sync_portal.pages.names import Names
from sync_portal.pages.sentences import person
from sync_portal.pages.shop_prices import amount_words, said_of_price
from sync_portal.pages.values import value_text
from sync_portal.sync.answers import answers_to
from sync_portal.sync.kinds import KINDS, Form
from sync_portal.sync.models import Answer, Decision, DecisionKind
from sync_portal.sync.orphan_answers import still_missing


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a candidate; `differs` from Sage's."""

    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One resource of the shop that may be the one in question."""

    shop_id: int
    score: int
    reasons: list[str]
    cells: list[Cell]
    url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One button."""

    answer: str
    label: str
    key: str
    """The letter of the keyboard that presses it: A for the first, N for a new one, I to ignore."""


@dataclass(frozen=True, slots=True)
class Question:
    """One decision with everything its card shows."""

    decision: Decision
    choices: list[Choice]
    product_id: int | None
    photo_id: int | None
    sage: list[tuple[str, str]] = field(default_factory=list)
    """Adoption: (field label, value in Sage), in the order of the candidates' cells."""
    candidates: list[Candidate] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)
    """Changed, conflict: "sent", "shop" and "sage" as text."""
    missing: list[tuple[str, str]] = field(default_factory=list)
    """Orphan of a product: (key, words) of the combinations that it may be. Which product one is, is searched for."""
    says: list[tuple[str, str]] = field(default_factory=list)
    """Orphan that is a price: (field label, value) of what limits or changes something."""

    amount: str = ""
    """Orphan that is a price: what it makes a buyer pay, in words."""
    price: str = ""
    """Of a specific price whose label is its key: for whom and from which quantity it is."""

    @property
    def label(self) -> str:
        if self.amount:
            return " · ".join(text for text in (self.decision.facts.get("product"), self.amount) if text)
        label = readable_label(self.decision.kind, self.decision.key, self.decision.label)
        return f"{label} · {self.price}" if self.price else label

    @property
    def field_label(self) -> str:
        return field_label(self.decision.field) if self.decision.field else ""

    @property
    def other_choices(self) -> list[Choice]:
        """The answers that stand below the candidates: each candidate has its own button."""
        return [choice for choice in self.choices if choice.answer != Answer.ADOPT]

    @property
    def shop_url(self) -> str:
        """Where buyers see the product that is in question."""
        number = str(self.decision.facts.get("id", ""))
        return shop_address(self.decision.shop, self.decision.kind, int(number)) if number.isdigit() else ""

    @property
    def who(self) -> str:
        """Who answered; empty while it is open, or when that account is gone."""
        return person(self.decision.decided_by) if self.decision.decided_by else ""

    @property
    def said(self) -> str:
        """The answer given, in words; empty while it is open."""
        return answer_label(self.decision.question, self.decision.answer) if self.decision.answer else ""


def questions(client: Client, decisions: Iterable[Decision]) -> list[Question]:
    """The cards of one page: what they refer to is looked up for all of them together."""
    page = list(decisions)
    told = [*(decision.facts for decision in page), *(decision.facts.get("held", {}) for decision in page)]
    names = names_in(client, told)
    known = _local_records(client, page)
    products = dict(_products(client, page))
    photos = _photos(products.values())
    prices = unnamed_prices(client, page)
    reductions = _kinds_of_reduction(page)
    cards = []
    for decision in page:
        product = products.get(product_key(decision.kind, decision.key))
        photo = photos.get(product) if product else None
        card = Question(decision, _choices(decision), product, photo)
        if decision.question == DecisionKind.ADOPTION:
            card = _with_candidates(card, known.get((decision.kind, decision.key), {}))
        elif decision.question == DecisionKind.ORPHAN:
            missing = [] if decision.answer else _missing(decision)
            held = decision.facts.get("held", {})
            card = replace(card, missing=missing, says=said_of_price(held, names), amount=amount_words(held))
        elif decision.question != DecisionKind.MISSING:
            beside = reductions.get((decision.shop_id, decision.key), {})
            card = Question(decision, card.choices, product, photo, values=_values(decision, names, beside))
        cards.append(replace(card, price=prices.get(decision.key, "")))
    return cards


def _values(decision: Decision, names: Names, beside: Mapping[str, Any]) -> dict[str, str]:
    """The three values in words; `beside` are those of the kind of reduction, where that is in question too."""
    return {
        name: value_text(
            decision.field, decision.facts.get(name), names, {"reduction_type": beside[name]} if name in beside else {}
        )
        for name in _VALUES
    }


def _kinds_of_reduction(page: Sequence[Decision]) -> dict[tuple[int, str], Mapping[str, Any]]:
    """(shop id, key) -> "sent", "shop" and "sage" of what these reductions are of: percent or euros."""
    asked = [decision for decision in page if decision.field == "reduction"]
    if not asked:
        return {}
    keys = {decision.key for decision in asked}
    kinds = Decision.objects.filter(
        shop__in={decision.shop_id for decision in asked}, kind="specific_prices", key__in=keys, field="reduction_type"
    )
    return {(kind.shop_id, kind.key): kind.facts for kind in kinds.order_by("pk")}


def _missing(decision: Decision) -> list[tuple[str, str]]:
    """The combinations that the shop does not have yet; a product's are few."""
    if decision.kind != "combinations":
        return []
    return [(row.key, row.label or row.reference) for row in still_missing(decision)[:MANY]]


MANY = 200
_VALUES = ("sent", "shop", "sage")
_KEYS = {Answer.CREATE: "n", Answer.IGNORE: "i"}


def _choices(decision: Decision) -> list[Choice]:
    answers = answers_to(decision)
    keys = {answers[0]: "a"} | {answer: "p" for answer in answers if answer == Answer.PUT_BACK}
    return [
        Choice(answer, answer_label(decision.question, answer), keys.get(answer) or _KEYS.get(Answer(answer), ""))
        for answer in answers
    ]


def _with_candidates(card: Question, local: Mapping[str, str]) -> Question:
    decision = card.decision
    raw = decision.facts.get("candidates", [])
    names = [name for name in _shown(decision.kind, raw) if any(one["shown"].get(name) for one in raw)]
    return Question(
        decision,
        card.choices,
        card.product_id,
        card.photo_id,
        sage=[(field_label(name), local.get(name, "")) for name in names],
        candidates=[
            Candidate(
                shop_id=int(one["id"]),
                score=int(one.get("score", 0)),
                reasons=[same_label(decision.kind, reason) for reason in one.get("reasons", [])],
                cells=[_cell(name, one["shown"], local) for name in names],
                url=shop_address(decision.shop, decision.kind, int(one["id"])),
            )
            for one in raw
        ],
    )


def _cell(name: str, shown: Mapping[str, Any], local: Mapping[str, str]) -> Cell:
    text = value_text(name, shown.get(name, ""), {})
    return Cell(text, bool(local.get(name)) and local[name].strip() != text.strip())


def _shown(kind: str, candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields that say something to a person: ids of the shop are equal anyway, they were compared."""
    names = dict.fromkeys(name for one in candidates for name in one.get("shown", {}))
    fields = KINDS[kind].fields if kind in KINDS else {}
    return [name for name in names if name not in fields or fields[name].form not in {Form.REF, Form.REFS}]


def shop_address(shop: ShopConnection, kind: str, shop_id: int) -> str:
    """Where a buyer sees a product; empty for what has no page of its own."""
    if kind != "products":
        return ""
    query = urlencode({"controller": "product", "id_product": shop_id})
    return f"{shop.url.rstrip('/')}/index.php?{query}"


def _products(client: Client, page: Sequence[Decision]) -> Iterable[tuple[str, int]]:
    keys = {product_key(decision.kind, decision.key) for decision in page} - {""}
    return Product.objects.filter(client=client, key__in=keys).values_list("key", "pk") if keys else ()


def _photos(products: Iterable[int]) -> dict[int, int]:
    """Product -> its first photo that can be shown."""
    shown = ProductImage.objects.filter(product__in=list(products), position__gt=0).exclude(file="")
    images = shown.order_by("-position")
    return dict(images.values_list("product_id", "pk"))


_MODELS: dict[str, tuple[type[Any], str]] = {
    "categories": (Category, "client"),
    "combinations": (Combination, "product__client"),
    "customers": (ShopCustomer, "client"),
    "groups": (CustomerGroup, "client"),
    "products": (Product, "client"),
}


def _local_records(client: Client, page: Sequence[Decision]) -> dict[tuple[str, str], dict[str, str]]:
    """(kind, key) -> our field -> what Sage says, for what is to be recognised in the shop."""
    keys: dict[str, set[str]] = defaultdict(set)
    for decision in page:
        if decision.question == DecisionKind.ADOPTION:
            keys[decision.kind].add(decision.key)
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind in keys.keys() & _MODELS.keys():
        model, owner = _MODELS[kind]
        for row in model.objects.filter(**{owner: client, "key__in": keys[kind]}):
            found[kind, row.key] = {
                name: str(getattr(row, name)) for name in ("reference", "ean13", "name", "email") if hasattr(row, name)
            }
    return found
