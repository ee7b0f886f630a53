from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.rules import load_rules
from mapping.templating import parse
from mapping.transforms import PLAIN

VALUES = {
    "design": "POLO D'ACCUEIL ÉTÉ",
    "stat1": "Armor Lux",
    "stat2": "",
    "free:Matière": "coton & lin",
    "free:N° de [lot]": "7",
    "glossary:*": "Lavage à 30 °C. Ne pas sécher.\n\nRepassage doux.",
}


def filled(template: str) -> str:
    return parse(template).fill(lambda source: VALUES.get(source, ""))


def as_html(template: str) -> str:
    return parse(template).fill_html(lambda source: VALUES.get(source, ""))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        pytest.param("{design}", "POLO D'ACCUEIL ÉTÉ", id="a value as it is"),
        pytest.param("{ design | lower }", "polo d'accueil été", id="blanks around names do not count"),
        pytest.param("{design|capitalize} {stat1}", "Polo d'accueil été Armor Lux", id="two values"),
        pytest.param("{design|title}", "Polo D'accueil Été", id="a capital for every word"),
        pytest.param("{stat1|upper|cut:5}", "ARMOR", id="one transform after the other"),
        pytest.param("{design|no_accents|slug}", "polo-d-accueil-ete", id="an address"),
        pytest.param("{glossary:*|first_sentence}", "Lavage à 30 °C.", id="the first sentence"),
        pytest.param("{stat1|replace: :-}", "Armor-Lux", id="replaced"),
        pytest.param("{stat1|replace:Lux:}", "Armor ", id="removed"),
        pytest.param("{stat2}", "", id="no value"),
        pytest.param("Marque {stat2}", "", id="literal text alone says nothing"),
        pytest.param("{stat2}, {stat1}", ", Armor Lux", id="one value is enough"),
        pytest.param("{stat1}[ en {free:Matière}]", "Armor Lux en coton & lin", id="a part with its value"),
        pytest.param("{stat1}[ en {stat2}]", "Armor Lux", id="a part without its value is left out"),
        pytest.param("[{stat2}][ {stat1}]", " Armor Lux", id="a value within a part is enough"),
        pytest.param(r"\{{stat1}\} \[{stat1}\]\n.", "{Armor Lux} [Armor Lux]\n.", id="backslashes"),
        pytest.param("{free:N° de [lot]}", "7", id="a label with brackets"),
    ],
)
def test_a_template_says(template: str, text: str) -> None:
    assert filled(template) == text


@pytest.mark.parametrize(
    ("template", "html"),
    [
        pytest.param("{free:Matière}", "<p>coton &amp; lin</p>", id="plain text is escaped"),
        pytest.param(
            "{glossary:*}",
            "<p>Lavage à 30 °C. Ne pas sécher.</p><p>Repassage doux.</p>",
            id="blank lines part paragraphs",
        ),
        pytest.param("{stat1}\n{free:Matière}", "<p>Armor Lux<br />coton &amp; lin</p>", id="line ends are kept"),
        pytest.param(
            "<b>Matière :</b> {free:Matière}",
            "<b>Matière :</b> coton &amp; lin",
            id="the template's own markup is kept",
        ),
        pytest.param(
            "<h3>Entretien</h3>{glossary:*|paragraphs}",
            "<h3>Entretien</h3><p>Lavage à 30 °C. Ne pas sécher.</p><p>Repassage doux.</p>",
            id="paragraphs within markup",
        ),
        pytest.param("<b>{stat2}</b>", "", id="no value, no markup"),
        pytest.param('<p onclick="x">{stat1}</p><script>y</script>', "<p>Armor Lux</p>", id="what is not safe goes"),
    ],
)
def test_a_template_says_in_html(template: str, html: str) -> None:
    assert as_html(template) == html


def test_html_that_sage_holds_is_taken_as_such_only_where_the_rule_says_so() -> None:
    read = {"free:Notice": "<p onclick='x'>Bon</p>"}.get
    assert parse("{free:Notice|html}").fill_html(lambda source: read(source, "")) == "<p>Bon</p>"
    assert (
        parse("{free:Notice}").fill_html(lambda source: read(source, "")) == "<p>&lt;p onclick='x'&gt;Bon&lt;/p&gt;</p>"
    )


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        pytest.param("{designe}", "'designe' is no source of an article", id="a source misspelt"),
        pytest.param("{free:}", "'free:' is no source", id="a free field without a label"),
        pytest.param(
            "{design|capitalise}", "'capitalise' is no transform; known: capitalize", id="a transform misspelt"
        ),
        pytest.param("{design|cut}", "cut:: a number of characters is needed", id="cut to what"),
        pytest.param("{design|cut:x}", "cut:x: a number of characters", id="cut to no number"),
        pytest.param("{design|upper:2}", "'upper' takes nothing after a colon, not '2'", id="too much"),
        pytest.param("{design|replace:/}", "replace:/: what and by what", id="replaced by what"),
        pytest.param("{glossary:*|paragraphs|cut:9}", "that one comes last", id="HTML is not cut"),
        pytest.param("{design", '"{design" without "}"', id="not closed"),
        pytest.param("design}", '"}" without "{"', id="not opened"),
        pytest.param("[{design}", '"[" without "]"', id="a part not closed"),
        pytest.param("{design}]", '"]" without "["', id="a part not opened"),
        pytest.param("[a [{design}]]", "an optional part within another", id="nested"),
        pytest.param("{design}\\", "a backslash at the end", id="nothing after the backslash"),
        pytest.param("Polo", "names no source", id="the same for all"),
        pytest.param("", "the template is empty", id="empty"),
    ],
)
def test_a_faulty_template_is_refused_with_its_place(template: str, fault: str) -> None:
    with pytest.raises(ValueError, match=re.escape(fault)) as refused:
        load_rules({"texts": {"name": {"fr": {"templates": ["{design}", template]}}}})
    assert str(refused.value).startswith(f"texts.name.fr.templates.1: {template!r}: ")


def test_a_field_and_a_language_misspelt_are_refused() -> None:
    with pytest.raises(ValueError, match=r"texts\.title"):
        load_rules({"texts": {"title": {"fr": {"templates": ["{design}"]}}}})
    with pytest.raises(ValueError, match="templates"):
        load_rules({"texts": {"name": {"fr": {"templates": []}}}})


@given(st.text(max_size=60), st.sampled_from(sorted(PLAIN)))
def test_no_text_breaks_a_transform(text: str, name: str) -> None:
    assert isinstance(parse(f"{{design|{name}}}").fill(lambda _source: text), str)
