"""A product's documents in the shop: data sheets, manuals. From 1.7.8 on; earlier versions have no such resource."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import PureWindowsPath

from connectors.errors import ConnectorError, RejectedRecordError
from connectors.prestashop.asking import Asker
from connectors.prestashop.cleaning import clean_name
from connectors.prestashop.reading import Reader
from connectors.prestashop.statuses import answer_lost, written_entities
from connectors.prestashop.transport import Upload
from connectors.prestashop.writing import Writer
from connectors.prestashop.xml import Entity

_RESOURCE = "attachments"
_NAME_LENGTH = 32  # of the visible name before 9, when the schema does not say


class Attachments:
    """Upload, replace, rename, link and download. Every method but `ids` and `available` raises RejectedRecordError
    ``shop.refused`` on a shop that has no attachments. Delete with ``Webservice.delete("attachments", ids)``.
    """

    def __init__(self, asker: Asker, reader: Reader, writer: Writer) -> None:
        self._asker = asker
        self._reader = reader
        self._writer = writer

    @property
    def available(self) -> bool:
        """Does this version have them, and may the key use them?"""
        return _RESOURCE in self._reader.capabilities().resources

    def ids(self, product_id: int) -> list[int]:
        """Ids of the product's attachments; none for an unknown product or a version without attachments."""
        if not self.available:
            return []
        for product in self._reader.read("products", display=["id", "attachments[id]"], filters={"id": [product_id]}):
            rows = (product.associations or {}).get(_RESOURCE, [])
            return [int(row["id"]) for row in rows if row.get("id", "").isdecimal()]
        return []

    def alike(self, filename: str, size: int) -> set[int]:
        """Ids of the attachments with this file name and size: one of them may be an upload whose answer was lost."""
        return self._alike(_checked_name(filename), size)

    def upload(self, filename: str, data: bytes, *, name: str = "") -> int:
        """Add a file and return the attachment's id; link it afterwards. `name` is what customers see.

        A lost answer is looked up by file name and size before the failure is told, so that a second try makes no
        double.
        """
        file_name = _checked_name(filename)
        self._check(data, file_name)
        before = self._alike(file_name, len(data))
        upload = Upload("file", file_name, data, {"name": self._shown_name(name or file_name)})
        try:
            # Never ``POST /attachments`` with XML: it answers 200 and creates nothing.
            answer, asked = self._asker.ask("POST", _RESOURCE, "/file", upload=upload, entities=1)
        except ConnectorError as error:
            if not answer_lost(error):
                raise
            time.sleep(self._asker.transport.settings.settle)
            new = self._alike(file_name, len(data)) - before
            if not new:
                raise
            return min(new)
        return written_entities(answer, asked)[0].id or 0

    def replace(self, attachment_id: int, data: bytes) -> None:
        """Put another content in the place of an attachment; its names and links stay.

        A raw body: a multipart one would be stored whole, envelope included, and answered 200. The shop then gives
        the download a file name of its own making, so the one it had is put back.
        """
        stored = self._stored(attachment_id)
        self._check(data, stored.text("file_name"))
        self._asker.ask("PUT", _RESOURCE, f"/file/{attachment_id}", body=data, entities=1)
        self._change(attachment_id, {"file_name": stored.text("file_name")})

    def rename(self, attachment_id: int, name: str) -> None:
        """Change the name that customers see, in every language."""
        self._check_available()
        self._change(attachment_id, {"name": self._shown_name(name)})

    def link(self, product_id: int, attachment_ids: Sequence[int]) -> None:
        """Make these the product's attachments, all others are unlinked (not deleted)."""
        self._check_available()
        rows = [{"id": str(attachment_id)} for attachment_id in attachment_ids]
        self._write("products", Entity({"id": str(product_id)}, {_RESOURCE: rows}))

    def download(self, attachment_id: int) -> bytes:
        """The content. Raises RejectedRecordError ``shop.unknown_id``."""
        self._check_available()
        answer, _asked = self._asker.ask("GET", _RESOURCE, f"/file/{attachment_id}")
        return answer.body

    def _change(self, attachment_id: int, fields: dict[str, str]) -> None:
        self._write(_RESOURCE, Entity({"id": str(attachment_id), **fields}))

    def _write(self, resource: str, change: Entity) -> None:
        outcome = self._writer.update(resource, [change])[0]
        if outcome.error is not None:
            raise outcome.error

    def _stored(self, attachment_id: int) -> Entity:
        self._check_available()
        stored = self._reader.get(_RESOURCE, attachment_id)
        if stored is None:
            raise RejectedRecordError("shop.unknown_id", {"resource": _RESOURCE, "id": attachment_id})
        return stored

    def _alike(self, file_name: str, size: int) -> set[int]:
        shown, filters = ["id", "file_name", "file_size"], {"file_name": file_name}
        found = self._reader.read(_RESOURCE, display=shown, filters=filters)
        return {entity.id for entity in found if entity.id and entity.text("file_size") == str(size)}

    def _shown_name(self, name: str) -> str:
        schema = self._reader.capabilities().schema(_RESOURCE)
        length = schema.fields["name"].max_size if schema and "name" in schema.fields else None
        return clean_name(name, length=length or _NAME_LENGTH)

    def _check(self, data: bytes, file_name: str) -> None:
        self._check_available()
        limit = self._reader.capabilities().limits.attachment_bytes
        if not data or len(data) > limit:
            message = "the file is empty" if not data else f"larger than the shop's limit of {limit} bytes"
            raise RejectedRecordError("shop.refused", {"resource": _RESOURCE, "file": file_name, "message": message})

    def _check_available(self) -> None:
        if not self.available:
            # Sent all the same, the association would be refused after the product was saved.
            message = "this version of PrestaShop has no attachments, or the key may not use them"
            raise RejectedRecordError("shop.refused", {"resource": _RESOURCE, "message": message})


def _checked_name(filename: str) -> str:
    """The file's own name: customers download it under this one. Sage's are Windows paths."""
    name = re.sub(r"[\x00-\x1f<>={}\"]", "", PureWindowsPath(filename).name).strip()
    if not name:
        raise RejectedRecordError("shop.refused", {"resource": _RESOURCE, "message": "the file has no name"})
    suffix = PureWindowsPath(name).suffix
    return name if len(name) <= 128 else name[: 128 - len(suffix)] + suffix
