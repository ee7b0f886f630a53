"""Reading a shop: what it can do, its lists page by page, one entity."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError
from connectors.prestashop.asking import Asker
from connectors.prestashop.filters import After, FilterValue, combinations, matches
from connectors.prestashop.statuses import not_xml
from connectors.prestashop.versions import ShopCapabilities, limits_of
from connectors.prestashop.xml import Entity, NotXml, Schema, parse_root, parse_schema

Display = Sequence[str] | Literal["full"]

_SETTINGS = (
    "PS_LANG_DEFAULT",
    "PS_TIMEZONE",
    "PS_LIMIT_UPLOAD_IMAGE_VALUE",
    "PS_PRODUCT_SHORT_DESC_LIMIT",
    "PS_ATTACHMENT_MAXIMUM_SIZE",
)


@dataclass(frozen=True)
class _Query:
    resource: str
    display: str
    asked: Mapping[str, str]
    sort: str
    extra: Mapping[str, str]


class Reader:
    """The read side of a shop; `capabilities` is asked for once and remembered."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        asker.local_time = self.local_time
        self._capabilities: ShopCapabilities | None = None
        self._lock = threading.Lock()

    def root(self) -> dict[str, frozenset[str]]:
        """Resource -> the verbs that the key may use."""
        return _allowed(self._root())

    def capabilities(self) -> ShopCapabilities:
        with self._lock:
            if self._capabilities is None:
                self._capabilities = self._ask_capabilities()
            return self._capabilities

    def read(
        self,
        resource: str,
        *,
        display: Display,
        filters: Mapping[str, FilterValue] | None = None,
        sort: str = "id_ASC",
        date: bool = False,
        page: int = 500,
        limit: int | None = None,
        language: int | None = None,
    ) -> Iterator[Entity]:
        """The entities that hold exactly the filters' values, page by page in the order of `sort`.

        Constant memory: one page at a time. Where a list filter had to be cut in several queries, `sort` holds
        inside each. Fields that this version lacks are left out of `display`; filtering on one raises
        RejectedRecordError.
        """
        filters = self._of_this_shop(resource, filters or {})
        self._check_filters(resource, filters)
        extra: dict[str, str] = {"date": "1"} if date else {}
        if language is not None:
            extra["language"] = str(language)
        shown = self._display(resource, display, filters)
        left = limit
        for asked in combinations(filters, most=page):
            query = _Query(resource, shown, asked, sort, extra)
            for entity in self._pages(query, page=page, by_id=sort == "id_ASC" and "id" not in filters):
                if not matches(entity, filters) or _is_detached(resource, entity, filters):
                    continue
                if left is not None:
                    if left <= 0:
                        return
                    left -= 1
                yield entity

    def get(self, resource: str, entity_id: int) -> Entity | None:
        """One entity in full, with every language; None when there is no such id.

        By the list form: 1.6 answers an empty node to a single resource as soon as `display` is given.
        """
        found = self.read(resource, display="full", filters={"id": [entity_id]}, limit=1)
        return next(iter(found), None)

    def changed_since(
        self, resource: str, since: datetime, *, display: Display, overlap: timedelta = timedelta(minutes=2)
    ) -> Iterator[Entity]:
        """Entities whose ``date_upd`` moved since an aware moment, each once; a little more than asked, never less.

        The shop compares its own local time, strictly and by the second, and its clock may be off: hence the overlap.
        An order's tracking number or payment, and a product's stock, prices or combinations, do not move
        ``date_upd``.
        """
        filters = {"date_upd": After(f"{self.local_time(since - overlap):%Y-%m-%d %H:%M:%S}")}
        seen: set[int | None] = set()
        for entity in self.read(resource, display=display, filters=filters, date=True):
            if entity.id not in seen:
                seen.add(entity.id)
                yield entity

    def local_time(self, moment: datetime) -> datetime:
        """The shop's wall clock at an aware moment: its time zone, and the error of its clock."""
        return (moment.astimezone(UTC) + self._asker.clock_shift).astimezone(_zone(self.capabilities().timezone))

    def _pages(self, query: _Query, *, page: int, by_id: bool) -> Iterator[Entity]:
        """All entities of a query. By id, each page starts after the last id: what is deleted meanwhile shifts
        nothing.
        """
        last, offset = 0, 0
        while True:
            asked = dict(query.asked)
            if by_id and last:
                asked["filter[id]"] = f">[{last}]"
            window = f"{page}" if by_id else f"{offset},{page}"
            parameters = {"display": query.display, **asked, "sort": f"[{query.sort}]", "limit": window, **query.extra}
            try:
                entities = self._asker.read(query.resource, query=parameters)
            except RejectedRecordError as error:
                if error.cause != "shop.answer_too_big" or page == 1:
                    raise
                page = max(1, page // 2)
                continue
            yield from entities
            if len(entities) < page:
                return
            last, offset = entities[-1].id or 0, offset + len(entities)

    def _of_this_shop(self, resource: str, filters: Mapping[str, FilterValue]) -> Mapping[str, FilterValue]:
        """In a multishop ``id_shop`` in the URL does not choose the stock rows: those of every shop are listed. A shop
        has rows of its own, or (id_shop 0) those of its group.
        """
        shop_id = self._asker.transport.settings.shop_id
        if resource != "stock_availables" or shop_id is None or "id_shop" in filters:
            return filters
        return {**filters, "id_shop": [shop_id, 0]}

    def _display(self, resource: str, display: Display, filters: Mapping[str, FilterValue]) -> str:
        if isinstance(display, str):
            return "full"
        # The id for paging and pairing, the filtered fields because the shop's own comparison is too generous.
        group = ["id_shop_group"] if resource == "stock_availables" and "id_shop" in filters else []
        names = list(dict.fromkeys(["id", *display, *filters, *group]))
        known = self.capabilities()
        return "[" + ",".join(name for name in names if known.knows(resource, name.partition("[")[0])) + "]"

    def _check_filters(self, resource: str, filters: Mapping[str, FilterValue]) -> None:
        for name in filters:
            # Leaving the filter out would return every row.
            if name != "id" and not self.capabilities().knows(resource, name):
                message = "this version of PrestaShop has no such field"
                facts = {"resource": resource, "field": name, "message": message}
                raise RejectedRecordError("shop.refused", facts)

    def _root(self) -> dict[str, dict[str, bool]]:
        url = self._asker.transport.settings.api_url
        try:
            answer, _ = self._asker.ask("GET", "")
            return parse_root(answer.body)
        except NotXml:
            refusal: ConnectorError = not_xml(answer, {"url": url, "status": answer.status})
        except RejectedRecordError as error:
            refusal = error
        # Nothing of a record is wrong: the address is not that of a webservice (a home page, a 404 of the web server).
        raise ConfigurationError("shop.no_webservice", {**refusal.facts, "url": url})

    def _schema(self, resource: str) -> Schema | None:
        # Images are files, not records: the shop has no field list of them.
        if resource == "images" or not self._capabilities or not self._capabilities.may(resource, "get"):
            return None
        answer, _ = self._asker.ask("GET", resource, query={"schema": "synopsis"})
        try:
            return parse_schema(answer.body)
        except NotXml:
            return None

    def _ask_capabilities(self) -> ShopCapabilities:
        root = self._root()
        known = ShopCapabilities(
            version=self._asker.version,
            rights=_allowed(root),
            has_patch=any("patch" in verbs for verbs in root.values()),
            load_schema=self._schema,
            clock_shift=self._asker.clock_shift,
        )
        if known.may("languages", "get"):
            # The languages not in use too: a PUT blanks them all the same.
            rows = self._small_list("languages", "[id,iso_code]")
            known.language_codes = {code: row.id for row in rows if row.id and (code := row.text("iso_code"))}
            known.languages = tuple(sorted(row.id for row in rows if row.id))
        settings = self._settings() if known.may("configurations", "get") else {}
        known.limits = limits_of(known.has_patch, settings)
        known.timezone = settings.get("PS_TIMEZONE") or known.timezone
        default = settings.get("PS_LANG_DEFAULT", "")
        known.default_language = int(default) if default.isdecimal() else min(known.languages, default=1)
        return known

    def _small_list(self, resource: str, display: str) -> list[Entity]:
        return self._asker.read(resource, query={"display": display, "sort": "[id_ASC]", "limit": "1000"})

    def _settings(self) -> dict[str, str]:
        query = {"filter[name]": f"[{'|'.join(_SETTINGS)}]", "display": "[id,name,value]", "sort": "[id_ASC]"}
        entities = self._asker.read("configurations", query={**query, "limit": "100"})
        return {entity.text("name"): entity.text("value") for entity in entities}


def _is_detached(resource: str, entity: Entity, filters: Mapping[str, FilterValue]) -> bool:
    """A stock row of no shop and no group: what a PUT without ``id_shop`` leaves behind, still listed on 8."""
    asked = resource == "stock_availables" and "id_shop" in filters
    return asked and entity.text("id_shop") == entity.text("id_shop_group") == "0"


def _allowed(root: Mapping[str, Mapping[str, bool]]) -> dict[str, frozenset[str]]:
    return {resource: frozenset(verb for verb, may in verbs.items() if may) for resource, verbs in root.items()}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError("shop.unknown_time_zone", {"zone": name}) from None
