"""A PrestaShop webservice, 1.6 to 9, as the rest of the portal sees it.

>>> with Webservice(ShopSettings(url="https://shop.example", key="...")) as shop:
...     for product in shop.read("products", display=["id", "reference"]):
...         print(product.id, product.text("reference"))
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from connectors.errors import ConnectorError
from connectors.prestashop import overview, words
from connectors.prestashop.asking import Asker
from connectors.prestashop.attachments import Attachments
from connectors.prestashop.filters import After, FilterValue
from connectors.prestashop.items import Outcome
from connectors.prestashop.overview import Named
from connectors.prestashop.reading import Display, Reader
from connectors.prestashop.settings import RequestCounters, RequestRecord, ShopSettings
from connectors.prestashop.transport import Transport
from connectors.prestashop.uploads import ProductImages
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.writing import Find, Writer
from connectors.prestashop.xml import Entity

__all__ = ["After", "Outcome", "RequestCounters", "RequestRecord", "ShopSettings", "Webservice"]


class Webservice:
    """One shop. Thread-safe. Every method but the writes' raises a ConnectorError; `create`, `update` and `delete`
    put it in the outcomes, because what was done before it must not be forgotten.

    `on_request` is told of every request, one call at a time, from the thread that sent it. `before_write` is called
    right before each request that writes, in the thread that sends it: what it raises keeps the request from leaving.
    """

    def __init__(
        self,
        settings: ShopSettings,
        *,
        on_request: Callable[[RequestRecord], None] | None = None,
        before_write: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self._transport = Transport(settings, on_request)
        self._asker = Asker(self._transport, before_write=before_write)
        self._reader = Reader(self._asker)
        self._writer = Writer(self._asker, self._reader)
        self._getting_ready: threading.Thread | None = None
        self._images = ProductImages(self._asker, self._reader, self._writer)
        self.attachments = Attachments(self._asker, self._reader, self._writer)
        """Documents of products: upload, replace, rename, link; see `Attachments`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._getting_ready is not None:
            self._getting_ready.join(timeout=1)  # a shop that hangs is no reason to wait: nobody needs the answer now
        self._transport.close()

    def get_ready(self) -> None:
        """Begin to ask what this shop can do, because it will be needed; whoever asks meanwhile waits for the answer.

        A failure is not told here: whoever needs the answer asks again, and is told.
        """
        if self._getting_ready is None:
            self._getting_ready = threading.Thread(target=self._ask_ahead, name="getting-ready", daemon=True)
            self._getting_ready.start()

    def _ask_ahead(self) -> None:
        with suppress(ConnectorError):
            self.capabilities()

    @property
    def counters(self) -> RequestCounters:
        """Requests by verb and resource, writes and seconds since the start."""
        return self._transport.counters

    @property
    def version(self) -> str:
        """The shop's PrestaShop version, e.g. ``8.2.1``; asks the shop once."""
        return self.capabilities().version

    @property
    def clock_shift(self) -> timedelta:
        """How far the shop's clock is ahead of ours, to the second; zero before the first answer."""
        return self._asker.clock_shift

    def root(self) -> dict[str, frozenset[str]]:
        """Resource -> the verbs that the key may use: ``get``, ``post``, ``put``, ``patch``, ``delete``, ``head``."""
        return self._reader.root()

    def capabilities(self) -> ShopCapabilities:
        """What this shop and this key can do; asked once, schemas when first needed."""
        return self._reader.capabilities()

    def lists(self) -> Mapping[str, list[Named]]:
        """Languages, currencies, shops, groups, tax rules, carriers, order states: see `overview.lists`."""
        return overview.lists(self._reader)

    def payment_modules(self) -> dict[str, str]:
        """Payment module -> the name customers see, from the latest orders."""
        return overview.payment_modules(self._reader)

    def describe(self) -> list[words.Told]:
        """What this shop can do, cannot, holds, and which rights the key lacks, as codes and facts: see `words`."""
        known = self.capabilities()
        modules = self.payment_modules() if known.may("orders", "get") else None
        return words.describe_shop(known, self.lists(), modules)

    def local_time(self, moment: datetime) -> datetime:
        """The shop's wall clock, in which it writes its dates, at an aware moment."""
        return self._reader.local_time(moment)

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
        """The entities that hold exactly the filters' values: see `Reader.read`. Use `After` for "greater than"."""
        return self._reader.read(
            resource,
            display=display,
            filters=filters,
            sort=sort,
            date=date,
            page=page,
            limit=limit,
            language=language,
        )

    def changed_since(
        self, resource: str, since: datetime, *, display: Display, overlap: timedelta = timedelta(minutes=2)
    ) -> Iterator[Entity]:
        """Entities whose ``date_upd`` moved since an aware moment, each once, a little more than asked."""
        return self._reader.changed_since(resource, since, display=display, overlap=overlap)

    def get(self, resource: str, entity_id: int) -> Entity | None:
        """One entity in full, with every language; None when there is no such id."""
        return self._reader.get(resource, entity_id)

    def create(self, resource: str, entities: Sequence[Entity], *, find: Find | None) -> list[Outcome]:
        """POST the entities, one outcome each, in order: see `Writer.create`."""
        return self._writer.create(resource, entities, find=find)

    def update(self, resource: str, entities: Sequence[Entity]) -> list[Outcome]:
        """Change the given fields only, one outcome each, in order: see `Writer.update`."""
        return self._writer.update(resource, entities)

    def delete(self, resource: str, ids: Sequence[int]) -> list[Outcome]:
        """Delete by id; what is already gone is no error."""
        return self._writer.delete(resource, ids)

    def image_ids(self, product_id: int) -> list[int]:
        """Ids of the product's images."""
        return self._images.ids(product_id)

    def upload_image(
        self, product_id: int, filename: str, data: bytes, *, existing: Collection[int] | None = None
    ) -> int:
        """Add an image (cover first) and return its id; `images.prepare` makes the file acceptable beforehand."""
        return self._images.upload(product_id, filename, data, existing=existing)

    def replace_image(self, product_id: int, image_id: int, filename: str, data: bytes) -> None:
        """Put another file in the place of an image."""
        self._images.replace(product_id, image_id, filename, data)

    def delete_image(self, product_id: int, image_id: int) -> None:
        """Delete an image; the cover never gets lost."""
        self._images.delete(product_id, image_id)
