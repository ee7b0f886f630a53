"""The lines of a pack between local terms and the shop's, and what earlier versions call otherwise."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.versions import ShopCapabilities
from mapping.desired.links import PACK_ITEM
from mapping.state import Ref, Value
from sync_portal.sync import bundles
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.spelling import spelt

IDS = {("products", "MUG|1"): 7, ("combinations", "MUG|1|pack|3"): 21}
ITEM = Ref(PACK_ITEM, "MUG\\|1|MUG\\|1\\|pack\\|3|2")


def test_a_line_is_told_in_ids_and_back() -> None:
    line = bundles.ids_of(ITEM, lambda ref: IDS[ref.kind, ref.key])
    assert line == (7, 21, 2)
    known = {(kind, shop_id): Ref(kind, key) for (kind, key), shop_id in IDS.items()}
    assert bundles.told(lambda kind, shop_id: known.get((kind, shop_id)), line) == ITEM
    assert bundles.told(lambda _kind, _id: None, line) == Ref(PACK_ITEM, "#7|#21|2")


def test_a_line_is_written_with_the_name_that_the_shop_reads() -> None:
    written = bundles.to_item((7, 21, 2))
    assert written["product_attribute_id"] == "21"
    assert bundles.from_item(written) == (7, 21, 2)


@pytest.mark.parametrize(
    ("sent", "found", "expected"),
    [
        pytest.param([(1, 0, 2), (2, 5, 1)], [(2, 5, 1), (1, 0, 2)], True, id="in another order"),
        pytest.param([(1, 0, 2)], [(1, 9, 2)], True, id="none named: the default one"),
        pytest.param([(1, 8, 2)], [(1, 9, 2)], False, id="another combination"),
        pytest.param([(1, 0, 2)], [(1, 0, 3)], False, id="another quantity"),
        pytest.param([(1, 0, 2)], [], False, id="nothing"),
        pytest.param([], [(1, 0, 2)], False, id="more than sent"),
        pytest.param([(1, 0, 2), (1, 9, 2)], [(1, 9, 2), (1, 4, 2)], True, id="the named one is found first"),
    ],
)
def test_what_the_shop_holds_is_compared_line_by_line(sent: Any, found: Any, expected: bool) -> None:
    assert bundles.same(sent, found) is expected


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(1, 9)), max_size=6))
def test_a_pack_is_always_the_same_as_itself(lines: list[bundles.Line]) -> None:
    assert bundles.same(lines, [bundles.from_item(bundles.to_item(one)) for one in reversed(lines)])


class Old:
    """Version 1.6 as far as spelling asks."""

    def knows(self, _resource: str, name: str) -> bool:
        return name not in {"id_type_redirected", "product_type", "state"}


@pytest.mark.parametrize(
    ("fields", "encoded", "expected"),
    [
        pytest.param(
            {"redirect_type": "301-product", "redirect_to": Ref("products", "MUG")},
            {"redirect_type": "301-product", "redirect_to": "7"},
            {"redirect_type": "301", "redirect_product": "7"},
            id="to a product",
        ),
        pytest.param(
            {"redirect_type": "301-category", "redirect_to": Ref("categories", "CAT:1")},
            {"redirect_type": "301-category", "redirect_to": "9"},
            {"redirect_type": "404", "redirect_product": "0"},
            id="to a category, which 1.6 does not know",
        ),
        pytest.param(
            {"redirect_to": None},
            {"redirect_to": "0", "active": "1"},
            {"redirect_product": "0", "active": "1"},
            id="back",
        ),
        pytest.param(
            {"state": "1"}, {"state": "1", "product_type": "pack", "active": "1"}, {"active": "1"}, id="unknown"
        ),
    ],
)
def test_earlier_versions_are_told_in_their_own_words(
    fields: dict[str, Value], encoded: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert spelt(KINDS["products"], fields, encoded, cast(ShopCapabilities, Old())) == expected
