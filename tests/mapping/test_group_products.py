"""Separate articles sold as one product."""

from __future__ import annotations

from mapping.choices import Choices, GroupChoice
from mapping.derive import derive
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, causes, company


def test_a_member_of_a_group_has_no_page_of_its_own() -> None:
    choices = Choices(
        [
            (
                "group",
                "POLO-M",
                GroupChoice(master="POLO-M", axes=("Taille",), members={"POLO-M": ("M",), "POLO-L": ("L",)}),
            )
        ]
    )
    records = company(article("POLO-M"), article("POLO-L"))
    products = {one.key: one for one in derive(records, load_rules({}), today=TODAY, choices=choices).products}
    assert products["POLO-L"].readiness == "out"
    assert products["POLO-L"].redirect_to == "POLO-M"
    assert causes(products["POLO-L"]) == ["catalogue.grouped"]
    assert products["POLO-M"].members == ("POLO-L", "POLO-M")
