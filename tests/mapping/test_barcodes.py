from __future__ import annotations

import pytest

from mapping.barcodes import doubled_eans, valid_ean


@pytest.mark.parametrize(
    ("barcode", "digits"),
    [
        pytest.param("3017620422003", "3017620422003", id="EAN-13"),
        pytest.param("3017620422004", "", id="wrong check digit"),
        pytest.param("96385074", "96385074", id="EAN-8"),
        pytest.param("036000291452", "036000291452", id="UPC-12"),
        pytest.param("30 17620-422003", "3017620422003", id="blanks and dashes"),
        pytest.param("00012345600012", "", id="GTIN-14 is too long for the shop"),
        pytest.param("REF-123", "", id="free text"),
        pytest.param("", "", id="empty"),
    ],
)
def test_only_a_real_ean_is_sent(barcode: str, digits: str) -> None:
    assert valid_ean(barcode) == digits


def test_the_same_code_twice_is_found_whatever_its_spelling() -> None:
    found = doubled_eans(["036000291452", "0036000291452", "3017620422003", "N/A", "N/A", ""])
    assert found == frozenset({"0036000291452"})
