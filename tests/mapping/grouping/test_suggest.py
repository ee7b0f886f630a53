"""Which articles the portal proposes as one product."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sage.records import Article
from mapping.choices.groups import GroupChoice
from mapping.grouping.candidates import candidates
from mapping.grouping.suggest import joining_now, suggest
from mapping.grouping.suggestion import Suggestion
from mapping.grouping.words import PROBLEMS, REASONS
from mapping.rules import GroupingRules
from mapping.source import SageData
from tests.mapping.builders import article, d


def proposed(*articles: Article, approved: Mapping[str, GroupChoice] | None = None, **rules: Any) -> list[Suggestion]:
    known = GroupingRules.model_validate(rules)
    return suggest(candidates(SageData({}), known, articles), known, approved or {})


def groups(found: list[Suggestion]) -> list[tuple[tuple[str, ...], dict[str, tuple[str, ...]]]]:
    return [(one.axes, dict(one.members)) for one in found]


def designed(*lines: str, **fields: Any) -> list[Article]:
    """One article of each "REF: designation"."""
    parts = [one.split(": ", 1) for one in lines]
    return [article(reference, label=label, **fields) for reference, label in parts]


FOUND = {
    "separators name colours and sizes": (
        designed("POLO-BLEU-M: Polo bleu M", "POLO-BLEU-L: Polo bleu L", "POLO-ROUGE-M: Polo rouge M"),
        ("Couleur", "Taille"),
        {"POLO-BLEU-M": ("Bleu", "M"), "POLO-BLEU-L": ("Bleu", "L"), "POLO-ROUGE-M": ("Rouge", "M")},
    ),
    "only two, that differ by both": (
        designed("POLO-ECRU-M: Polo écru M", "POLO-ROUGE-L: Polo rouge L"),
        ("Couleur", "Taille"),
        {"POLO-ECRU-M": ("Écru", "M"), "POLO-ROUGE-L": ("Rouge", "L")},
    ),
    "only two, with a code in front of the colour": (
        designed("POLO-01-ECRU: Polo écru M", "POLO-02-ROUGE: Polo rouge L"),
        ("Taille", "Couleur"),
        {"POLO-01-ECRU": ("M", "Écru"), "POLO-02-ROUGE": ("L", "Rouge")},
    ),
    "a constant part is no axis": (
        designed("POLO-H-BLEU: Polo homme bleu", "POLO-H-VERT: Polo homme vert"),
        ("Couleur",),
        {"POLO-H-BLEU": ("Bleu",), "POLO-H-VERT": ("Vert",)},
    ),
    "abbreviations are read in the designation": (
        designed("PULL.BL.XL: Pull bleu XL", "PULL.VE.XL: Pull vert XL"),
        ("Couleur",),
        {"PULL.BL.XL": ("Bleu",), "PULL.VE.XL": ("Vert",)},
    ),
    "numbers that the designation calls sizes": (
        designed("BOT38: Botte pointure 38", "BOT39: Botte pointure 39"),
        ("Pointure",),
        {"BOT38": ("38",), "BOT39": ("39",)},
    ),
    "numbers that can only be sizes of shoes": (
        designed("BOT38: Botte de pluie", "BOT39: Botte de pluie"),
        ("Pointure",),
        {"BOT38": ("38",), "BOT39": ("39",)},
    ),
    "sizes without a separator": (
        designed("TEE1M: Tee-shirt coton", "TEE1XL: Tee-shirt coton"),
        ("Taille",),
        {"TEE1M": ("M",), "TEE1XL": ("XL",)},
    ),
    "volumes in designations": (
        designed("H1: Huile d'olive 50 cl", "H2: Huile d'olive 1 L", "H3: Huile d'olive 5 L"),
        ("Contenance",),
        {"H1": ("50 cl",), "H2": ("1 L",), "H3": ("5 L",)},
    ),
    "colours in designations": (
        designed("A1: Mug rouge", "B7: Mug bleu marine"),
        ("Couleur",),
        {"B7": ("Bleu marine",), "A1": ("Rouge",)},
    ),
    "English words": (
        designed("A1: Leather belt black", "B7: Leather belt brown"),
        ("Couleur",),
        {"A1": ("Black",), "B7": ("Brown",)},
    ),
    "values that nobody knows, when all the rest is the same": (
        designed("SAVON-VERVEINE: Savon verveine surgras", "SAVON-MIEL: Savon miel surgras"),
        ("Modèle",),
        {"SAVON-MIEL": ("Miel",), "SAVON-VERVEINE": ("Verveine",)},
    ),
    "a free field that differs": (
        [
            article("T1", label="Tablier de chef", free_fields={"Coloris": "Rouge", "N° de lot": "L1"}),
            article("U2", label="Tablier de chef", free_fields={"Coloris": "Vert", "N° de lot": "L2"}),
        ],
        ("Couleur",),
        {"T1": ("Rouge",), "U2": ("Vert",)},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("articles", "axes", "members"), FOUND.values(), ids=FOUND)
def test_articles_that_are_one_product_are_found(
    articles: list[Article], axes: tuple[str, ...], members: dict[str, tuple[str, ...]]
) -> None:
    assert groups(proposed(*articles)) == [(axes, members)]


LEFT_ALONE = {
    "running numbers": designed("ART-1: Divers", "ART-2: Divers", "ART-3: Divers"),
    "leading zeros": designed("VIS001: Vis à bois", "VIS002: Vis à bois"),
    "different things of one kind": designed("COUT-CHEF20: Couteau de chef 20 cm", "COUT-OFF9: Couteau d'office 9 cm"),
    "formats of different papers": designed("CARNET-A5: Carnet cousu A5", "RAMETTE-A4: Ramette A4"),
    "one word in common": designed("STYLO-BILLE: Stylo bille bleu", "STYLO-PLUME: Stylo-plume en acier"),
    "a colour alone": designed("A1: Rouge", "B2: Bleu"),
    "kits": designed("KIT-M: Kit M", "KIT-L: Kit L", nomenclature=2),
    "resources": designed("SALLE-M: Salle M", "SALLE-L: Salle L", kind=2),
    "services": designed("PORT-M: Port M", "PORT-L: Port L", stock_tracking=0),
    "articles that are not sold": designed("OLD-M: Vieux polo M", "OLD-L: Vieux polo L", published=False),
    "the same text with nothing to tell them apart": designed("A1: Lot de vis", "B2: Lot de vis"),
}  # fmt: skip


@pytest.mark.parametrize("articles", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_articles_that_are_no_product_are_left_alone(articles: list[Article]) -> None:
    assert proposed(*articles) == []


POLOS = designed("POLO-BLEU-M: Polo bleu M", "POLO-BLEU-L: Polo bleu L", "POLO-ROUGE-M: Polo rouge M")


def test_a_proposal_says_why_and_what_is_wrong() -> None:
    (found,) = proposed(*POLOS)
    assert {one.code for one in found.reasons} == {"shared_beginning", "shared_design", "known_values"} | {
        "same_family",
        "same_price",
        "nearly_complete_grid",
    }
    assert [(one.code, one.facts) for one in found.problems] == [("holes", {"count": "1", "values": "Rouge · L"})]
    assert {one.code for one in (*found.reasons, *found.problems)} <= {*REASONS, *PROBLEMS}


def test_different_families_and_prices_lower_the_score() -> None:
    (plain,) = proposed(*POLOS)
    other = article("POLO-ROUGE-M", label="Polo rouge M", family_code="SOLDES", sale_price=d(90))
    (apart,) = proposed(*POLOS[:2], other)
    assert apart.score < plain.score
    assert {one.code for one in apart.problems} == {"families_differ", "prices_differ", "holes"}


def test_doubled_cells_are_told() -> None:
    doubled = designed(*(f"P{one}: Polo rayé {size}" for one, size in enumerate(["S", "M", "L", "XL", "L"])))
    (found,) = proposed(*doubled)
    assert [(one.code, one.facts) for one in found.problems] == [("doubled", {"articles": "P2, P4", "values": "L"})]


def test_a_sleeping_double_gives_way_and_a_sleeping_member_is_told() -> None:
    asleep = [*designed("POLO-BLEU_M: Polo bleu M", "POLO-VERT-M: Polo vert M", asleep=True)]
    (found,) = proposed(*POLOS, *asleep)
    assert "POLO-BLEU_M" not in found.members
    assert "unpublished_members" in {one.code for one in found.problems}


def test_a_stranger_among_known_values_is_left_out() -> None:
    (found,) = proposed(*POLOS, article("POLO-LONG-M", label="Polo à manches longues M"))
    assert "POLO-LONG-M" not in found.members


def test_articles_with_gammes_may_be_members() -> None:
    (found,) = proposed(*POLOS[:2], article("POLO-VERT-M", label="Polo vert M", gamme1=2, kind=1))
    assert "own_gammes" in {one.code for one in found.reasons}


MASTERS = {
    "first_reference": "P-BLEU",
    "published_first": "P-JAUNE",
    "cheapest": "P-VERT",
    "most_stock": "P-ROUGE",
}


@pytest.mark.parametrize(("rule", "master"), MASTERS.items())
def test_the_master_is_chosen_by_the_rule(rule: str, master: str) -> None:
    articles = [
        article("P-ROUGE", label="Polo rouge"),
        article("P-BLEU", label="Polo bleu", published=False, sale_price=d(1)),
        article("P-VERT", label="Polo vert", sale_price=d(18)),
        article("P-JAUNE", label="Polo jaune"),
    ]
    known = GroupingRules.model_validate({"master": rule})
    stock = {"P-JAUNE": d(2), "P-ROUGE": d(5), "P-BLEU": d(50)}
    (found,) = suggest(candidates(SageData({}), known, reversed(articles), stock=stock), known, {})
    assert found.master == master


BASE = {"name": "Modèles", "by": "reference", "pattern": r"(?P<base>[A-Z]+)(?P<Finition>\d)(?P<Taille>[SML])"}


def test_a_rule_of_the_client_reads_axes_in_the_reference() -> None:
    articles = designed("AB1S: Robe du soir", "AB1M: Robe longue", "AB2S: Jupe", "CD1S: Robe")
    (found,) = proposed(*articles, rules=[BASE])
    assert (found.rule, found.axes) == ("Modèles", ("Finition", "Taille"))
    assert dict(found.members) == {"AB1S": ("1", "S"), "AB1M": ("1", "M"), "AB2S": ("2", "S")}
    assert found.reasons[0].code == "rule"


def test_a_rule_of_the_client_by_a_common_field() -> None:
    rule = {"name": "Modèle", "by": "source", "source": "free:Modèle", "axes": {"Couleur": "stat3", "Taille": "design"}}
    articles = [
        article(ref, label=f"{label} {size}", free_fields={"Modèle": "K7"}, statistics=("", "", colour, "", ""))
        for ref, label, size, colour in (("A", "Veste", "M", "Rouge"), ("B", "Blouson", "L", "Rouge"))
    ]
    (found,) = proposed(*articles, article("C", label="Veste M"), rules=[rule])
    assert (found.axes, dict(found.members)) == (("Taille",), {"A": ("M",), "B": ("L",)})


def test_a_rule_of_the_client_by_design_finds_its_axes_itself() -> None:
    rule = {"name": "Même nom", "by": "design", "family_only": False}
    articles = [*designed("A: Seau 5 L"), *designed("B: Seau 10 L", family_code="JARDIN")]
    (found,) = proposed(*articles, rules=[rule])
    assert (found.rule, found.axes, found.members) == ("Même nom", ("Contenance",), {"A": ("5 L",), "B": ("10 L",)})


def chosen(found: Suggestion, **fields: Any) -> dict[str, GroupChoice]:
    given = {"master": found.master, "axes": found.axes, "members": dict(found.members)}
    return {found.master: GroupChoice(**given | {"rule": found.rule, "pattern": found.pattern} | fields)}


NEWCOMERS = {
    "reference": (POLOS, designed("POLO-VERT-L: Polo vert L"), ("Vert", "L")),
    "number": (designed("BOT38: Botte", "BOT39: Botte"), designed("BOT41: Botte"), ("41",)),
    "design": (designed("A1: Mug rouge", "B7: Mug bleu"), designed("Z: Mug noir"), ("Noir",)),
    "source": (
        FOUND["a free field that differs"][0],
        [article("V3", label="Tablier de chef", free_fields={"Coloris": "Ardoise"})],
        ("Ardoise",),
    ),
}


@pytest.mark.parametrize(("old", "new", "values"), NEWCOMERS.values(), ids=NEWCOMERS)
def test_a_new_article_fits_the_approved_group(old: list[Article], new: list[Article], values: tuple[str, ...]) -> None:
    (first,) = proposed(*old)
    approved = chosen(first)
    (found,) = proposed(*old, *new, approved=approved)
    assert (found.joins, found.members) == (first.master, {new[0].reference: values})
    known = GroupingRules()
    assert [one.members for one in joining_now(candidates(SageData({}), known, [*old, *new]), known, approved)] == [
        found.members
    ]


def test_axes_that_a_person_turned_round_and_renamed_are_understood() -> None:
    (first,) = proposed(*POLOS)
    turned = {reference: (size, colour.upper()) for reference, (colour, size) in first.members.items()}
    approved = chosen(first, axes=("Grandeur", "Teinte"), members=turned)
    (found,) = proposed(*POLOS, *designed("POLO-BLEU-S: Polo bleu S"), approved=approved)
    assert found.members == {"POLO-BLEU-S": ("S", "BLEU")}


def test_a_locked_group_and_a_full_cell_take_nobody_by_themselves() -> None:
    (first,) = proposed(*POLOS)
    known = GroupingRules()
    articles = [*POLOS, *designed("POLO-VERT-L: Polo vert L")]
    locked = chosen(first, locked=True)
    assert joining_now(candidates(SageData({}), known, articles), known, locked) == []
    assert [one.code for one in proposed(*articles, approved=locked)[0].problems] == ["no_locked_joins"]
    full = chosen(first, members={**first.members, "X": ("vert", "l")})
    assert joining_now(candidates(SageData({}), known, articles), known, full) == []


def test_members_of_a_group_are_not_proposed_again() -> None:
    (first,) = proposed(*POLOS)
    assert proposed(*POLOS, approved=chosen(first)) == []


WORDS = ["POLO", "BLEU", "ROUGE", "M", "L", "38", "40", "SAC", "A"]
references = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("-".join)


@given(st.lists(references, unique=True, max_size=14), st.integers())
def test_the_order_of_the_articles_changes_nothing(names: list[str], seed: int) -> None:
    articles = [article(name, label=f"Article {name.replace('-', ' ').lower()}") for name in names]
    shuffled = random.Random(seed).sample(articles, len(articles))
    once, again = proposed(*articles), proposed(*shuffled)
    assert once == again
    assert [list(one.members) for one in once] == [list(one.members) for one in again]
    members = [reference for one in once for reference in one.members]
    assert len(members) == len(set(members))
