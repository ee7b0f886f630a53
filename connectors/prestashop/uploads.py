"""A product's images in the shop."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from pathlib import PurePath

from connectors.errors import ConnectorError, RejectedRecordError
from connectors.prestashop.asking import Asker
from connectors.prestashop.reading import Reader
from connectors.prestashop.statuses import answer_lost, not_xml
from connectors.prestashop.transport import Upload
from connectors.prestashop.writing import Writer
from connectors.prestashop.xml import Entity

_RESOURCE = "images"
# The answer holds the whole image again in base64; its id stands in the first lines.
_BEGINNING = 4096
_ID = re.compile(rb"<id>\s*(?:<!\[CDATA\[)?\s*(\d+)")
# The code of a file that could not be read as a picture: 1.7 and 8 keep its row, 1.6 keeps none.
_NO_PICTURE = "76"
# By extension only: a part's Content-Type does not matter, a name without extension is refused (76).
_EXTENSIONS = {".gif", ".jpg", ".jpeg", ".jpe", ".png", ".webp"}


class ProductImages:
    """Upload, replace, delete and list. The first image of a product becomes its cover: send the cover first."""

    def __init__(self, asker: Asker, reader: Reader, writer: Writer) -> None:
        self._asker = asker
        self._reader = reader
        self._writer = writer

    def ids(self, product_id: int) -> list[int]:
        """Ids of the product's images; none for an unknown product.

        Asked of the product: the image list of a product without images answers 404, and on 1.6 an empty 500.
        """
        shown = ["id", "images[id]"]
        for product in self._reader.read("products", display=shown, filters={"id": [product_id]}):
            rows = (product.associations or {}).get("images", [])
            return [int(row["id"]) for row in rows if row.get("id", "").isdecimal()]
        return []

    def upload(self, product_id: int, filename: str, data: bytes, *, existing: Collection[int] | None = None) -> int:
        """Add an image and return its id. A lost answer is looked up, and a failed upload leaves no row behind.

        `existing` are the ids that the product has now, when the caller knows them: it saves asking.
        Raises RejectedRecordError ``shop.image_refused`` (facts message) among the errors of any write.
        """
        before = set(self.ids(product_id) if existing is None else existing)
        try:
            answer, asked = self._asker.ask(
                "POST",
                _RESOURCE,
                f"/products/{product_id}",
                upload=Upload("image", _checked_name(filename), data),
                entities=1,
                keep=_BEGINNING,
            )
        except ConnectorError as error:
            return self._after_failure(product_id, before, error)
        match = _ID.search(answer.body)
        if match is None or "xml" not in answer.content_type:
            facts: dict[str, object] = {"resource": _RESOURCE, "verb": asked.verb, "status": answer.status}
            return self._after_failure(product_id, before, not_xml(answer, facts))
        return int(match.group(1))

    def replace(self, product_id: int, image_id: int, filename: str, data: bytes) -> None:
        """Put another file in the place of an image: its id, position and cover stay.

        A true PUT is refused, PHP does not parse its multipart body.
        """
        self._asker.ask(
            "POST",
            _RESOURCE,
            f"/products/{product_id}/{image_id}",
            query={"ps_method": "PUT"},
            upload=Upload("image", _checked_name(filename), data),
            entities=1,
            keep=_BEGINNING,
        )

    def delete(self, product_id: int, image_id: int) -> None:
        """Delete an image; one that is already gone is no error.

        The shop does not choose another cover: the product would show none, and after a change of
        ``id_default_image`` no image could be added any more (empty 500, or 76 before 8). So a remaining one becomes
        the default image first.
        """
        ids = self.ids(product_id)
        if image_id not in ids:
            return
        remaining = [other for other in ids if other != image_id]
        shown = ["id", "id_default_image"]
        for product in self._reader.read("products", display=shown, filters={"id": [product_id]}):
            if remaining and product.text("id_default_image") == str(image_id):
                self._move_cover(product_id, remaining[0])
        self._delete(product_id, image_id)

    def _move_cover(self, product_id: int, image_id: int) -> None:
        change = Entity({"id": str(product_id), "id_default_image": str(image_id)})
        outcome = self._writer.update("products", [change])[0]
        if outcome.error is not None:
            raise outcome.error

    def _delete(self, product_id: int, image_id: int) -> None:
        self._asker.ask("DELETE", _RESOURCE, f"/products/{product_id}/{image_id}")

    def _after_failure(self, product_id: int, before: set[int], error: ConnectorError) -> int:
        """What the shop did: after a lost answer a new image is ours; after an error it is a row without a file."""
        if error.cause == "shop.quiet_hours":
            raise error
        if answer_lost(error):
            time.sleep(self._asker.transport.settings.settle)
            new = [image_id for image_id in self.ids(product_id) if image_id not in before]
            if new:
                return new[0]
            raise error
        new = [image_id for image_id in self.ids(product_id) if image_id not in before]
        for image_id in self._left_behind(product_id, new, error):
            self._delete(product_id, image_id)
        if error.facts.get("code") in ("65", "66", "72", "76"):
            raise RejectedRecordError("shop.image_refused", {**error.facts, "product": product_id}) from None
        raise error

    def _left_behind(self, product_id: int, new: list[int], error: ConnectorError) -> list[int]:
        """Which of the new images are what the failed upload left: somebody may have added one at the same moment."""
        if error.facts.get("code") == _NO_PICTURE:
            return [image_id for image_id in new if not self._is_picture(product_id, image_id)]
        return new if len(new) == 1 else []

    def _is_picture(self, product_id: int, image_id: int) -> bool:
        try:
            answer, _asked = self._asker.ask("GET", _RESOURCE, f"/products/{product_id}/{image_id}", keep=_BEGINNING)
        except RejectedRecordError as error:
            return error.cause == "shop.not_xml"  # a page of the host's says nothing: taken for one, and left
        return answer.content_type.startswith("image/")


def _checked_name(filename: str) -> str:
    name = PurePath(filename)
    if name.suffix.lower() not in _EXTENSIONS:
        raise RejectedRecordError("shop.image_refused", {"file": name.name, "message": "no known image extension"})
    # The shop keeps nothing of the name but its extension; anything else in it can only break the header.
    return f"image{name.suffix.lower()}"
