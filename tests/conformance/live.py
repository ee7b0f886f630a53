"""The same exam on a shop that is served somewhere: a real one, or the sandbox in another process.

Only what is harmless is sent: creations of the exam's own objects (under a prefix, removed afterwards), changes and
reads of those, schemas and refused requests. Everything else is skipped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.conformance import claims
from tests.conformance.bodies import summary
from tests.conformance.compare import Comparison
from tests.conformance.ids import TARGETS, Ids
from tests.conformance.sandbox import form
from tests.conformance.scenarios import VERSIONS, Exchange, Scenario, load, names

PREFIX = "SPX-"
OWN = (
    *("products", "combinations", "specific_prices", "product_option_values", "product_options"),
    *("product_feature_values", "product_features", "manufacturers", "suppliers", "categories"),
    *("addresses", "customers"),
)
"""What the exam creates, in the order in which it is removed again."""
HOME = "2"
LONGEST_PREFIXED = 28
"""A reference that tests the limit (32 on 1.6) is sent as it is."""
TIMEOUT = 60
Own = Set[tuple[str, str]]


@dataclass
class Sent:
    """One exchange of the live exam."""

    exchange: Exchange
    answer: dict[str, Any]
    differences: list[str]


@dataclass
class Live:
    """A shop under examination. Raises requests' exceptions when it cannot be reached."""

    url: str
    key: str
    made: list[tuple[str, str]] = field(default_factory=list)
    own: set[tuple[str, str]] = field(default_factory=set)
    """(resource, recorded id) of what the exam made in the scenario at hand."""
    skipped: int = 0

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.auth = (self.key, "")
        self.url = self.url.rstrip("/")

    def version(self) -> str:
        """The recorded version whose manner this shop has."""
        found = self.session.get(f"{self.url}/api/", timeout=TIMEOUT).headers.get("PSWS-Version", "")
        old = {"1.6": "1.6.1.24", "1.7": "1.7.8.11"}
        return old.get(found[:3], VERSIONS[0])

    def take(self, scenario: Scenario) -> Iterator[Sent]:
        """Replay what may be replayed of a scenario, then remove what it made."""
        ids = Ids()
        self.own.clear()
        left_out = claims.unclaimed(scenario.version, scenario.name)
        try:
            for exchange in scenario.exchanges:
                if exchange.number in left_out or not is_harmless(exchange, self.own):
                    self._skip(exchange)
                    continue
                yield self._one(scenario, exchange, ids)
        finally:
            self.remove()

    def _skip(self, exchange: Exchange) -> None:
        """What was skipped may have changed one of the exam's products: that one is left alone from now on."""
        self.skipped += 1
        for number in re.findall(r"<id_product>(\d+)", exchange.body):
            self.own.discard(("products", number))

    def _one(self, scenario: Scenario, exchange: Exchange, ids: Ids) -> Sent:
        body = prefixed(ids.in_body(exchange.resource, exchange.body))
        got = self._send(exchange, ids.in_path(exchange.path), body)
        self._remember(exchange, got, ids)
        comparison = Comparison(ids, frozenset(), resource=exchange.resource, ordered=exchange.ordered)
        return Sent(exchange, got, comparison.answers(exchange.answer, got))

    def _send(self, exchange: Exchange, path: str, body: str) -> dict[str, Any]:
        headers = dict(exchange.request.get("headers", {}))
        files: dict[str, Any] | None = None
        if "parts" in exchange.request:
            headers.pop("Content-Type", None)
            files = {
                name: value if isinstance(value, str) else (value[1], value[0])
                for name, value in form(exchange.request["parts"]).items()
            }
        answer = self.session.request(
            exchange.method,
            self.url + path,
            data=None if files else body.encode() or None,
            files=files,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        content = answer.content.replace(PREFIX.encode(), b"").replace(PREFIX.lower().encode(), b"")
        return summary(answer.status_code, answer.headers.get("Content-Type", ""), content)

    def _remember(self, exchange: Exchange, got: dict[str, Any], ids: Ids) -> None:
        """Pair the ids of what was created with the recorded ones; from now on they are the exam's own."""
        if exchange.method == "DELETE":
            self.own -= {(exchange.resource, number) for number in re.findall(r"\d+", exchange.path)}
        if exchange.method != "POST" or "ps_method" in exchange.path:
            return
        recorded, here = created(exchange.answer.get("body")), created(got.get("body"))
        if exchange.resource in OWN:
            self.made += [(exchange.resource, str(entity["id"])) for entity in here]
        for one, other in zip(recorded, here, strict=False):
            ids.known[exchange.resource, str(one["id"])] = str(other["id"])
            self.own.add((exchange.resource, str(one["id"])))
            for row, row_here in zip(stock_rows(one), stock_rows(other), strict=False):
                ids.known["stock_availables", row] = row_here
                self.own.add(("stock_availables", row))

    def remove(self) -> None:
        """Delete everything the exam made, what half-finished batches left included."""
        for resource, name in (("products", "reference"), ("customers", "email")):
            found = self.session.get(
                f"{self.url}/api/{resource}?filter[{name}]=[{PREFIX}]%25&display=[id]", timeout=TIMEOUT
            )
            self.made += [(resource, number) for number in re.findall(r"<id><!\[CDATA\[(\d+)", found.text)]
        for resource, number in sorted(set(self.made), key=lambda entry: OWN.index(entry[0])):
            self.session.delete(f"{self.url}/api/{resource}/{number}", timeout=TIMEOUT)
        self.made.clear()


def created(body: Any) -> list[dict[str, Any]]:
    """The entities of an answer, XML or JSON, that have a number."""
    contents = list(body.values()) if isinstance(body, dict) else [node[1] for node in body or []]
    return [content for content in contents if isinstance(content, dict) and str(content.get("id", "")).isdigit()]


def stock_rows(entity: dict[str, Any]) -> list[str]:
    """Numbers of the stock rows that came with an entity."""
    lists = entity.get("associations")
    rows = lists.get("stock_availables") if isinstance(lists, dict) else None
    return [str(row[1]["id"]) for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def prefixed(body: str) -> str:
    """References and e-mail addresses marked as the exam's."""
    body = re.sub(rf"(<reference>)(?=[^<]{{1,{LONGEST_PREFIXED}}}<)", rf"\1{PREFIX}", body)
    return re.sub(r"(<email>)(?=[^<])", rf"\1{PREFIX.lower()}", body)


def is_harmless(exchange: Exchange, own: Own) -> bool:
    """Whether a request only touches what the exam made, or nothing."""
    if exchange.request.get("key", "all") != "all" or "Host" in exchange.request.get("headers", {}):
        return False
    if "<position_in_category>" in exchange.body:
        return False  # a rank among the shop's own products
    if "{" in exchange.path or "id_shop" in exchange.path or "group_shop" in exchange.path:
        return False
    if exchange.method == "GET":
        return "schema=" in exchange.path or _names_own(exchange, own)
    if exchange.resource not in {*OWN, "stock_availables", "images"}:
        return False
    if exchange.method == "POST" and exchange.resource in OWN and "ps_method" not in exchange.path:
        return _may_create(exchange, own)
    return _names_own(exchange, own) and _body_is_own(exchange, own)


def _names_own(exchange: Exchange, own: Own) -> bool:
    """The path names an id, or ids, and all of them are the exam's."""
    path = exchange.path
    numbers = re.findall(r"/(\d+)", path) or re.findall(r"[?&]id=(?:%5B|\[)?([\d,]+)", path)
    found = [number for part in numbers for number in part.split(",")]
    owner = "products" if exchange.resource == "images" else exchange.resource
    return bool(found) and all((owner, number) in own or ("images", number) in own for number in found)


def _body_is_own(exchange: Exchange, own: Own) -> bool:
    entities = re.findall(r"<id>(\d+)", exchange.body.partition("<associations>")[0])
    return all((exchange.resource, number) in own for number in entities) and _targets_are_own(exchange, own)


def _targets_are_own(exchange: Exchange, own: Own) -> bool:
    for name, target in TARGETS.items():
        for number in re.findall(rf"<{name}>(\d+)", exchange.body):
            is_home = target == "categories" and number == HOME
            if number != "0" and not is_home and (target, number) not in own:
                return False
    return _lists_are_own(exchange, own)


def _lists_are_own(exchange: Exchange, own: Own) -> bool:
    _, _, lists = exchange.body.partition("<associations>")
    everything = {number for _, number in own}
    return all(number == HOME or number in everything for number in re.findall(r"<id>(\d+)", lists))


def _may_create(exchange: Exchange, own: Own) -> bool:
    """One entity, or several that all pass: a batch that fails half-way is only traced for products."""
    several = exchange.body.count(f"<{exchange.resource.rstrip('s')}>") > 1
    fails = exchange.answer["status"] >= 400
    return not (several and fails and exchange.resource != "products") and _targets_are_own(exchange, own)


def speaks_one_language(version: str, name: str) -> bool:
    """Scenarios that add a language to the shop are not for a shop that is in use."""
    scenario = load(version, name)
    return scenario.languages == 1 and all(one.resource != "languages" for one in scenario.exchanges)


def examine(live: Live) -> list[Sent]:
    """The whole exam, transcript after transcript, in the manner of the shop's version."""
    version = live.version()
    return [
        sent for name in names(version) if speaks_one_language(version, name) for sent in live.take(load(version, name))
    ]
