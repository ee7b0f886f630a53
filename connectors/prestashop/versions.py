"""What differs between PrestaShop 1.6, 1.7, 8 and 9, and what one shop can do.

Verbs, resources and fields are found by asking (``GET /api/`` and ``?schema=synopsis``), never from the version
number. Only what no question can tell stands here as a table, each line with its recorded reason.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.prestashop.xml import Entity, MultiLang, Schema, Text

# Fields that a write must not carry.
NEVER_WRITTEN: dict[str, frozenset[str]] = {
    # The first two are refused (93). The position reorders the category, and 1.7/8 answer 500 (134) to the blank or
    # 0 that they themselves show for a product outside its default category.
    "products": frozenset({"manufacturer_name", "quantity", "position_in_category"}),
    "categories": frozenset({"level_depth", "nb_products_recursive"}),  # refused (93)
    "manufacturers": frozenset({"link_rewrite"}),  # read-only by the synopsis of every version
}
# The customer's secret fields must go back as read on 1.6-8 (a PUT without secure_key blanks it, and orders use it,
# although the synopsis calls it read-only); 9 refuses both with code 93.
_SECRET_FROM_9 = frozenset({"secure_key", "last_passwd_gen"})

# Fields that a PATCH must not carry, though a PUT must carry them as read.
NEVER_PATCHED: dict[str, frozenset[str]] = {
    # id_shop moves the row to another shop (0: to none at all, it disappears); depends_on_stock=1 answers 500 (133).
    "stock_availables": frozenset({"id_shop", "id_shop_group", "depends_on_stock"}),
    # A new passwd would be hashed again; an empty one becomes the hash of an empty password.
    "customers": frozenset({"passwd", "secure_key", "last_passwd_gen"}),
    # They say where the file lies and what it is: anything but what was read breaks the download.
    "attachments": frozenset({"file", "file_size", "mime"}),
}

# Associations that have no setter, or a destructive one.
NEVER_ASSOCIATED: dict[str, frozenset[str]] = {
    # `combinations` deletes every combination that it does not name, with its stock; the others have no setter.
    "products": frozenset({"combinations", "stock_availables", "images", "product_option_values"}),
    "categories": frozenset({"categories", "products"}),
    "orders": frozenset({"order_rows"}),
}

# Bytes; 1.6 and 1.7 have it fixed in their code (3000 KB), 8 has the setting PS_LIMIT_UPLOAD_IMAGE_VALUE, 2 MB when
# fresh.
_FIXED_IMAGE_BYTES = 3_000_000
_DEFAULT_IMAGE_BYTES = 2_000_000
_DEFAULT_ATTACHMENT_BYTES = 8 * 1024 * 1024
_BEFORE_WEBP = frozenset({"JPEG", "PNG", "GIF"})


@dataclass(frozen=True)
class Limits:
    """Limits of one shop that its schemas do not tell. Bytes and characters."""

    image_bytes: int = _DEFAULT_IMAGE_BYTES
    image_types: frozenset[str] = _BEFORE_WEBP
    """Pillow's names of the accepted formats."""
    short_description: int = 800
    attachment_bytes: int = _DEFAULT_ATTACHMENT_BYTES


@dataclass
class ShopCapabilities:
    """What this shop and this key can do. `schema` asks the shop the first time and remembers."""

    version: str
    """As the shop says it (``PSWS-Version``), e.g. ``8.2.1``; blank when it does not."""
    rights: Mapping[str, frozenset[str]]
    """Resource -> the verbs that the key may use."""
    has_patch: bool
    """False on 1.6 and 1.7: every update is then read, merge, PUT."""
    languages: tuple[int, ...] = ()
    language_codes: Mapping[str, int] = field(default_factory=dict)
    """ISO code -> id, of the same languages; empty where the key may not read them."""
    default_language: int = 1
    timezone: str = "Europe/Paris"
    """PrestaShop's dates are local times of this zone, with nothing in them that says so."""
    limits: Limits = field(default_factory=Limits)
    clock_shift: timedelta = timedelta()
    load_schema: Callable[[str], Schema | None] = field(default=lambda resource: None, repr=False)
    _schemas: dict[str, Schema | None] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def major(self) -> tuple[int, int]:
        """``(1, 6)``, ``(1, 7)``, ``(8, 2)``; ``(8, 0)`` when the shop does not say, PATCH or no PATCH deciding for
        1.7.
        """
        numbers = [int(part) for part in self.version.split(".")[:2] if part.isdecimal()]
        if len(numbers) == 2:
            return numbers[0], numbers[1]
        return (8, 0) if self.has_patch else (1, 7)

    @property
    def resources(self) -> frozenset[str]:
        return frozenset(self.rights)

    def may(self, resource: str, verb: str) -> bool:
        """May the key use this verb (``get``, ``post``, ``patch`` ...) on this resource?"""
        return verb.lower() in self.rights.get(resource, frozenset())

    def schema(self, resource: str) -> Schema | None:
        """The shop's own field list of a resource; None when it shows none (images, or no right to read)."""
        with self._lock:
            if resource not in self._schemas:
                self._schemas[resource] = self.load_schema(resource)
            return self._schemas[resource]

    def fields(self, resource: str) -> frozenset[str]:
        """Names of the fields that this version knows; empty when the shop does not tell."""
        schema = self.schema(resource)
        return frozenset(schema.fields) if schema else frozenset()

    def knows(self, resource: str, name: str) -> bool:
        """Does this version have the field or association ``name``? True when the shop does not tell."""
        schema = self.schema(resource)
        return schema is None or name in schema.fields or name in schema.associations

    def never_written(self, resource: str) -> frozenset[str]:
        """Fields that no PUT or POST may carry on this version."""
        never = NEVER_WRITTEN.get(resource, frozenset())
        return never | _SECRET_FROM_9 if resource == "customers" and self.major >= (9, 0) else never

    @property
    def puts_orders_safely(self) -> bool:
        """1.6 adds a history row at every PUT of an order, even an unchanged one."""
        return self.major > (1, 6)


def limits_of(has_patch: bool, settings: Mapping[str, str]) -> Limits:
    """Limits from the shop's ``configurations`` (name -> value; what is missing takes the value of a fresh shop)."""
    short = settings.get("PS_PRODUCT_SHORT_DESC_LIMIT", "")
    short_limit = int(short) if short.isdecimal() and int(short) > 0 else 800
    attachment = _megabytes(settings.get("PS_ATTACHMENT_MAXIMUM_SIZE", "")) * 1024 * 1024 or _DEFAULT_ATTACHMENT_BYTES
    if not has_patch:
        return Limits(_FIXED_IMAGE_BYTES, _BEFORE_WEBP, short_limit, attachment)
    image = _megabytes(settings.get("PS_LIMIT_UPLOAD_IMAGE_VALUE", "")) * 1_000_000 or _DEFAULT_IMAGE_BYTES
    return Limits(image, _BEFORE_WEBP | {"WEBP"}, short_limit, attachment)


def _megabytes(text: str) -> int:
    whole = text.partition(".")[0]
    return int(whole) if whole.isdecimal() else 0


def for_create(resource: str, entity: Entity, capabilities: ShopCapabilities) -> Entity:
    """The entity as a POST may carry it: no id (91), nothing read-only, every language for a plain text.

    1.6 refuses a plain text in a multi-language field (84); the others put it in every language, so that is done
    here.
    """
    dropped = capabilities.never_written(resource) | {"id"}
    fields = {
        name: _all_languages(resource, name, value, capabilities)
        for name, value in entity.fields.items()
        if name not in dropped
    }
    return Entity(fields, _settable(resource, entity, capabilities))


def for_patch(resource: str, entity: Entity, capabilities: ShopCapabilities) -> Entity:
    """The entity as a PATCH may carry it."""
    dropped = capabilities.never_written(resource) | NEVER_PATCHED.get(resource, frozenset())
    fields = {
        name: _all_languages(resource, name, value, capabilities)
        for name, value in entity.fields.items()
        if name not in dropped
    }
    return Entity(fields, _settable(resource, entity, capabilities))


def for_put(resource: str, wanted: Entity, stored: Entity, capabilities: ShopCapabilities) -> Entity:
    """The stored entity with the wanted fields in it: a PUT blanks every field that it does not carry.

    Associations are carried only where they change: kept when left out, and on 1.6 the mere presence of `categories`
    rewrites the product's positions.
    """
    changes = for_patch(resource, wanted, capabilities)
    merged = {**stored.fields, **merge_languages(changes, stored).fields}
    dropped = capabilities.never_written(resource)
    fields = {name: value for name, value in merged.items() if name not in dropped}
    associations = {
        name: rows
        for name, rows in (changes.associations or {}).items()
        if _row_set(rows) != _row_set((stored.associations or {}).get(name, []), like=rows)
    }
    return Entity(fields, associations or None)


def merge_languages(wanted: Entity, stored: Entity) -> Entity:
    """Complete each multi-language field with the stored languages: a language left out of a PUT or PATCH is
    blanked.
    """
    fields: dict[str, Text | MultiLang] = {}
    for name, value in wanted.fields.items():
        known = stored.fields.get(name)
        fields[name] = {**known, **value} if isinstance(value, dict) and isinstance(known, dict) else value
    return Entity(fields, wanted.associations)


def lacks_languages(entity: Entity, languages: Collection[int]) -> bool:
    """Does a multi-language field of the entity leave out a language that the shop has?"""
    return any(isinstance(value, dict) and not set(languages) <= set(value) for value in entity.fields.values())


def _all_languages(
    resource: str, name: str, value: Text | MultiLang, capabilities: ShopCapabilities
) -> Text | MultiLang:
    schema = capabilities.schema(resource)
    spec = schema.fields.get(name) if schema else None
    if spec is None or not spec.multilang or not isinstance(value, str):
        return value
    return dict.fromkeys(capabilities.languages or (capabilities.default_language,), value)


def _settable(resource: str, entity: Entity, capabilities: ShopCapabilities) -> dict[str, list[dict[str, str]]] | None:
    """The associations a write may carry. One that the version lacks is refused (86) after the entity was saved, and
    on 1.7 and 8 it leaves a category's tree broken; so it never leaves here."""
    if entity.associations is None:
        return None
    never = NEVER_ASSOCIATED.get(resource, frozenset())
    schema = capabilities.schema(resource)
    return {
        name: rows
        for name, rows in entity.associations.items()
        if name not in never and (schema is None or name in schema.associations)
    }


def _row_set(
    rows: list[dict[str, str]], like: list[dict[str, str]] | None = None
) -> frozenset[tuple[tuple[str, str], ...]]:
    names = {name for row in (like if like is not None else rows) for name in row}
    return frozenset(
        tuple(sorted((name, text) for name, text in row.items() if not names or name in names)) for row in rows
    )
