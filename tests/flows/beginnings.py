"""Where a test begins: a world that was published once in a session and is copied whenever it is needed again.

Publishing six articles takes half a second, the whole company some three; most tests are about what comes afterwards.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from connectors.models import Client
from connectors.sandbox.shop.server import RunningShop
from sync_portal import clientfiles

OURS = {"connectors", "mapping", "sync_portal", "sync", "orders", "pages"}
FOLDERS = ("images", "attachments")


@dataclass(frozen=True)
class Beginning:
    """What a published world holds: the portal's rows, and the shop in a folder."""

    rows: Sequence[tuple[type[Model], Sequence[Model]]]
    shop: Path


@dataclass
class Beginnings:
    """The worlds that were published in this session, by what they were before and the flows that were run."""

    folder: Path
    kept: dict[Hashable, Beginning] = field(default_factory=dict)

    def begin(
        self, client: Client, company: Path, running: RunningShop, publish: Callable[..., None], *flows: str
    ) -> None:
        """Publish a world to whose shop nothing was written yet, or put one that began alike in its place.

        Alike: the content of Sage, the client's settings, the shop's version and the portal's rows are the same. What a
        test patches is not seen: patch afterwards, or publish.
        """
        assert running.shop.journal.since().writes == 0, "the shop was written to already"
        assert not client.memberships.exists(), "users are not kept: give them their roles afterwards"
        before = (_told(client, company, running), flows)
        if before in self.kept:
            _bring_back(self.kept[before], client, running)
        else:
            publish(*flows)
            self.kept[before] = _keep(running, self.folder / f"begun-{len(self.kept)}")


def _told(client: Client, company: Path, running: RunningShop) -> Hashable:
    settings = clientfiles.export(client, with_secrets=True)
    settings = settings.replace(running.url, "SHOP").replace(str(company.parent), "FOLDER")
    rows = frozenset((model.__name__, len(rows)) for model, rows in our_rows())
    return settings, rows, running.shop.version, sha256(company.read_bytes()).digest()


def _keep(running: RunningShop, folder: Path) -> Beginning:
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.sqlite3")) as target:
        running.shop.database.connection.backup(target)
    for name in FOLDERS:
        shutil.copytree(running.shop.folder / name, folder / name)
    return Beginning(list(our_rows()), folder)


def _bring_back(beginning: Beginning, client: Client, running: RunningShop) -> None:
    sage, shop = client.sage, client.shops.get()
    with transaction.atomic():
        client.delete()
        for model, rows in beginning.rows:
            _insert(model, rows)
        _count_on([model for model, _rows in beginning.rows])
        found = Client.objects.get(slug=client.slug)
        found.shops.update(url=shop.url, known_at=shop.url)
        type(sage).objects.filter(client=found).update(path=sage.path)
    with closing(sqlite3.connect(beginning.shop / "shop.sqlite3")) as source:
        source.backup(running.shop.database.connection)
    for name in FOLDERS:
        shutil.copytree(beginning.shop / name, running.shop.folder / name, dirs_exist_ok=True)


def our_rows() -> Iterator[tuple[type[Model], list[Model]]]:
    """Every model of the portal that has rows, with them."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS and (rows := list(model._base_manager.all())):
            yield model, rows


def _insert(model: type[Model], rows: Sequence[Model]) -> None:
    """As they were, times and ids included; `bulk_create` would set what is set by itself anew."""
    fields = model._meta.concrete_fields
    size = connection.ops.bulk_batch_size(fields, rows)
    for start in range(0, len(rows), size):
        model._base_manager.all()._insert(rows[start : start + size], fields=fields, raw=True)


def _count_on(models: list[type[Model]]) -> None:
    """PostgreSQL's sequences know nothing of ids that were given."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
