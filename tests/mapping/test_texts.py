from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.prestashop.rules import accepts
from connectors.sage.records import ArticleText, GlossaryText, Record
from mapping.catalogue import CatalogueProduct, ProductText
from mapping.choices import Choices, TextChoice, WordChoice
from mapping.choices.base import ChoiceValue
from mapping.derive import derive
from mapping.rules import load_rules
from tests.mapping.builders import TODAY, article, company

CARE, SIZE = "Lavage à 30 °C & doux.\r\n\r\nNe pas sécher.", "Taille petit."


def glossary(number: int, label: str, text: str, **fields: Any) -> GlossaryText:
    return GlossaryText(number=number, label=label, text=text, **fields)


def uses(number: int, position: int = 0, *, reference: str = "POLO") -> ArticleText:
    return ArticleText(article=reference, text=number, position=position or number)


GLOSSARY: tuple[Record, ...] = (
    glossary(1, "Entretien textile", CARE, text_language1="Wash at 30 °C."),
    glossary(2, "Taille", SIZE),
    uses(2, 1),
    uses(1, 2),
)


def made(*records: Record, choices: Choices | None = None, today: date = TODAY, **rules: Any) -> CatalogueProduct:
    (product,) = derive(company(*records), load_rules(rules), today=today, choices=choices).products
    return product


def texts(product: CatalogueProduct) -> dict[str, dict[str, str]]:
    return {field: {language: one.text for language, one in found.items()} for field, found in product.texts.items()}


def ruled(**fields: Any) -> dict[str, Any]:
    """field=["template", …] in French, or {"fr": […], "en": (["…"], 1)}."""
    found: dict[str, Any] = {}
    for field, templates in fields.items():
        by_language = templates if isinstance(templates, Mapping) else {"fr": templates}
        found[field] = {
            language: {"templates": said[0], "language": said[1]} if isinstance(said, tuple) else {"templates": said}
            for language, said in by_language.items()
        }
    return found


def written(*entries: tuple[str, str, str], key: str = "POLO") -> Choices:
    return Choices([("text", f"{key}|{field}|{language}", TextChoice(text=text)) for field, language, text in entries])


def dictionary(**words: ChoiceValue) -> Choices:
    return Choices([("word", text, word) for text, word in words.items()])


# --- where texts come from -----------------------------------------------------------------------------------------


def test_without_rules_the_name_is_sages_designation_and_the_description_all_glossary_texts() -> None:
    product = made(article(), *GLOSSARY)
    assert product.texts == {
        "name": {"fr": ProductText("Polo d'accueil", "AR_Design « Polo d'accueil »")},
        "description": {
            "fr": ProductText(
                "<p>Taille petit.</p><p>Lavage à 30 °C &amp; doux.</p><p>Ne pas sécher.</p>",
                "glossaire « Taille », « Entretien textile »",
            )
        },
    }
    assert (product.name, product.explanations["name"]) == ("Polo d'accueil", "AR_Design « Polo d'accueil »")


def test_a_field_without_any_text_is_left_out() -> None:
    assert set(made(article()).texts) == {"name"}


@pytest.mark.parametrize(
    ("templates", "text"),
    [
        pytest.param(
            ["{glossary:Notice}", "{glossary:Taille}"], "<p>Taille petit.</p>", id="the first that says something"
        ),
        pytest.param(
            ["{glossary:entretien*}"], "<p>Lavage à 30 °C &amp; doux.</p><p>Ne pas sécher.</p>", id="by its title"
        ),
        pytest.param(
            ["{glossary:Taille} {glossary:Entretien|first_sentence}"],
            "<p>Taille petit. Lavage à 30 °C &amp; doux.</p>",
            id="several",
        ),
    ],
)
def test_a_rule_says_where_the_description_comes_from(templates: list[str], text: str) -> None:
    assert texts(made(article(), *GLOSSARY, texts=ruled(description=templates)))["description"] == {"fr": text}


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        pytest.param(date(2026, 11, 30), [], id="the day before"),
        pytest.param(date(2026, 12, 1), ["<p>Soldes</p>"], id="the first day"),
        pytest.param(date(2026, 12, 24), ["<p>Soldes</p>"], id="the last day"),
        pytest.param(date(2026, 12, 25), [], id="the day after"),
    ],
)
def test_a_glossary_text_is_shown_in_its_period_only(today: date, shown: list[str]) -> None:
    sales = glossary(3, "Soldes", "Soldes", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 24))
    product = made(article(), sales, uses(3), today=today)
    assert [one.text for one in product.texts.get("description", {}).values()] == shown


def test_a_template_is_quoted_with_the_values_behind_it() -> None:
    product = made(article(), texts=ruled(meta_title=["{design|upper} - {stat1}"]))
    assert product.texts["meta_title"]["fr"] == ProductText(
        "POLO D'ACCUEIL -",
        "AR_Design « Polo d'accueil », AR_Stat01 «  » ; modèle « {design|upper} - {stat1} »",
    )


# --- languages -----------------------------------------------------------------------------------------------------


def test_a_language_without_a_rule_shows_the_main_ones_text() -> None:
    product = made(article(), *GLOSSARY, languages=["fr", "en"], texts=ruled(tags=["polo, coton"]) if False else {})
    assert product.texts["name"]["en"] == ProductText("Polo d'accueil", "comme en fr")
    assert texts(product)["description"]["en"] == texts(product)["description"]["fr"]


def test_a_language_with_a_rule_is_fed_by_sages_translations() -> None:
    rules = ruled(name={"en": (["{design}"], 1)}, description={"en": (["{glossary:Entretien}"], 1)})
    product = made(article(label_language1="Reception polo"), *GLOSSARY, languages=["fr", "en"], texts=rules)
    assert product.texts["name"]["en"] == ProductText("Reception polo", "AR_Langue1 « Reception polo »")
    assert texts(product)["description"]["en"] == "<p>Wash at 30 °C.</p>"
    assert product.name == "Polo d'accueil"


def test_a_translation_that_is_missing_gives_way_to_the_main_language() -> None:
    rules = ruled(name={"en": ["{language1}"]})
    assert texts(made(article(), languages=["fr", "en"], texts=rules))["name"]["en"] == "Polo d'accueil"


# --- people --------------------------------------------------------------------------------------------------------


def test_a_persons_text_wins_and_what_sage_says_is_kept_beside_it() -> None:
    product = made(
        article(), *GLOSSARY, choices=written(("name", "fr", "Polo chic"), ("description", "fr", "a & b\n\nc"))
    )
    assert product.name == "Polo chic"
    assert product.texts["name"]["fr"] == ProductText(
        "Polo chic", "texte écrit par une personne", by_person=True, from_sage="Polo d'accueil"
    )
    assert texts(product)["description"] == {"fr": "<p>a &amp; b</p><p>c</p>"}


def test_a_persons_text_in_one_language_leaves_the_rules_of_the_others() -> None:
    rules = ruled(name={"en": ["{language1}"]})
    product = made(
        article(label_language1="Polo shirt"),
        choices=written(("name", "fr", "Polo chic")),
        languages=["fr", "en", "de"],
        texts=rules,
    )
    assert texts(product)["name"] == {"fr": "Polo chic", "en": "Polo shirt", "de": "Polo chic"}
    assert not product.texts["name"]["de"].by_person


@pytest.mark.parametrize(
    ("field", "said", "shown"),
    [
        pytest.param("description", "<p onclick='x'>Bon</p><script>y</script>", "<p>Bon</p>", id="HTML is made safe"),
        pytest.param("name", "Polo <XL> ; #1", "Polo XL , n°1", id="a name the shop takes"),
        pytest.param("meta_title", "Polo <XL>", "Polo XL", id="a title the shop takes"),
        pytest.param("link_rewrite", "Polo d'Été !", "polo-d-ete", id="an address"),
        pytest.param("tags", "polo, Polo,été", "polo, été", id="tags"),
        pytest.param("description", "", "", id="emptied on purpose"),
        pytest.param("name", "  ", "Polo d'accueil", id="a product always has a name"),
    ],
)
def test_a_persons_text_is_made_acceptable(field: str, said: str, shown: str) -> None:
    assert texts(made(article(), choices=written((field, "fr", said))))[field] == {"fr": shown}


def test_a_text_of_another_product_is_not_taken() -> None:
    assert made(article(), choices=written(("name", "fr", "Autre"), key="AUTRE")).name == "Polo d'accueil"


# --- the dictionary ------------------------------------------------------------------------------------------------


def test_the_dictionary_changes_what_is_derived_and_not_what_a_person_wrote() -> None:
    words = dictionary(accueil=WordChoice(to="réception"), sécher=WordChoice(to="tordre"))
    product = made(
        article(),
        *GLOSSARY,
        choices=words.joined(written(("meta_title", "fr", "Polo accueil"))),
        texts=ruled(meta_description=["{design|upper}"]),
    )
    assert texts(product) == {
        "name": {"fr": "Polo d'réception"},
        "description": {"fr": "<p>Taille petit.</p><p>Lavage à 30 °C &amp; doux.</p><p>Ne pas tordre.</p>"},
        "meta_title": {"fr": "Polo accueil"},
        "meta_description": {"fr": "POLO D'réception"},
    }


# --- what the shop takes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "length"),
    [("name", 128), ("meta_title", 128), ("meta_description", 255), ("description_short", 400)],
)
def test_a_text_that_is_too_long_is_cut_and_says_so(field: str, length: int) -> None:
    rules = {"texts": ruled(**{field: ["{design}"]}), "short_description_length": 400}
    found = made(article(label="mot " * 200), **rules).texts[field]["fr"]
    shown = found.text.removeprefix("<p>").removesuffix("</p>")
    assert length - 4 <= len(shown) <= length
    assert found.why.endswith(f" ; coupé à {length} caractères")


@settings(max_examples=60)
@given(st.text(max_size=200), st.text(max_size=300))
def test_whatever_sage_holds_the_shop_takes_it(label: str, text: str) -> None:
    fields = ("meta_title", "meta_description", "link_rewrite", "tags")
    rules = ruled(**{field: ["{design}"] for field in fields}, description_short=["{glossary:*}"])
    product = made(article(label=label), glossary(1, "T", text), uses(1), texts=rules)
    formats = {"name": "isCatalogName", "link_rewrite": "isLinkRewrite"}
    for field, found in texts(product).items():
        if field not in {"description", "description_short"}:
            assert accepts(formats.get(field, "isGenericName"), found["fr"]), field
        assert found["fr"].strip()


def test_a_grouped_product_is_told_by_its_master_and_its_people_write_under_its_own_key() -> None:
    group = {"master": "B", "axes": ("Taille",), "members": {"A": ("S",), "B": ("M",)}}
    from mapping.choices import GroupChoice

    choices = Choices([("group", "A", GroupChoice.model_validate(group))]).joined(
        written(("meta_title", "fr", "Du groupe"), key="A")
    )
    records = (article("A", label="Polo S"), article("B", label="Polo M"))
    products = derive(company(*records), load_rules({}), today=TODAY, choices=choices).products
    (anchor,) = (one for one in products if one.key == "A")
    assert (anchor.name, texts(anchor)["meta_title"]) == ("Polo M", {"fr": "Du groupe"})
