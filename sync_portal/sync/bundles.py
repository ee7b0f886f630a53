"""The content of a pack in the shop: a product, one of its combinations, how many.

Here one line is a `Ref` of the kind "pack_items", whose key says all three. The shop shows the combination as
``id_product_attribute`` and reads it, when it is written, only as ``product_attribute_id``; a product with
combinations of which none is named counts as its default one. (1.6 always takes the default one.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mapping.choices.base import join_key, split
from mapping.desired.links import PACK_ITEM
from mapping.state import Ref

Line = tuple[int, int, int]
"""(id of the product, id of the combination or 0, quantity)."""


def ids_of(item: Ref, id_of: Callable[[Ref], int]) -> Line:
    """Raises what `id_of` raises."""
    product, combination, quantity = split(item.key)
    chosen = id_of(Ref("combinations", combination)) if combination else 0
    return id_of(Ref("products", product)), chosen, int(quantity)


def told(local: Callable[[str, int], Ref | None], line: Line) -> Ref:
    """The line behind the ids, by what is known locally of each; what is nobody's we know becomes "#<id>"."""
    product = local("products", line[0]) or Ref("products", f"#{line[0]}")
    chosen = local("combinations", line[1])
    combination = chosen.key if chosen else f"#{line[1]}" if line[1] else ""
    return Ref(PACK_ITEM, join_key((product.key, combination, line[2])))


def ids_in(line: Line) -> list[tuple[str, int]]:
    """(kind, id) of what `told` asks for."""
    return [("products", line[0]), ("combinations", line[1])]


def to_item(line: Line) -> dict[str, str]:
    """As it is written."""
    product, combination, quantity = map(str, line)
    return {
        "id": product,
        "id_product_attribute": combination,
        "product_attribute_id": combination,
        "quantity": quantity,
    }


def from_item(item: Mapping[str, str]) -> Line:
    """As it is read."""
    return int(item["id"]), int(item.get("id_product_attribute") or 0), int(item.get("quantity") or 0)


def same(sent: list[Line], found: list[Line]) -> bool:
    """Whether the shop holds what was sent; where no combination was named, it may show the default one."""
    left = sorted(found)
    for product, combination, quantity in sorted(sent, key=lambda line: (-line[1], line)):
        fitting = (
            one
            for one in left
            if (one[0], one[2]) == (product, quantity) and (one[1] == combination or not combination)
        )
        match = next(fitting, None)
        if match is None:
            return False
        left.remove(match)
    return not left
