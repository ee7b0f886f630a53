from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.prestashop.rules import accepts
from mapping.html_text import canonical, clean_html, cut_html, is_markup, paragraphs, plain, shown_length


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("<p>Bon</p>", "<p>Bon</p>", id="as it is"),
        pytest.param(
            '<p style="color:red" class="x" onclick="y()">a</p>', "<p>a</p>", id="styles, classes and handlers go"
        ),
        pytest.param("<script>x</script><iframe src=x></iframe>a", "a", id="scripts and frames go"),
        pytest.param('<a href="javascript:x">a</a>', "<a>a</a>", id="a link that runs"),
        pytest.param(
            '<a href="https://x.fr/?a=1&b=2" target="_blank">a</a>',
            '<a href="https://x.fr/?a=1&amp;b=2" target="_blank">a</a>',
            id="a link",
        ),
        pytest.param("a<br>b<hr>", "a<br />b<hr />", id="single tags as the shop keeps them"),
        pytest.param(
            "30&nbsp;°C &amp; l&#39;été &eacute;", "30\u00a0°C &amp; l'été é", id="entities as the shop keeps them"
        ),
        pytest.param("<b>a", "<b>a</b>", id="closed"),
        pytest.param("a < b", "a &lt; b", id="a sign that is none"),
        pytest.param("<!-- x -->a", "a", id="comments go"),
        pytest.param('<form><input name="x">a</form>', "a", id="forms go"),
    ],
)
def test_what_a_person_writes_is_made_safe(written: str, kept: str) -> None:
    assert clean_html(written) == kept


@given(st.text(alphabet=st.sampled_from("<>/abp =\"'&;:scriptonclick\n\u00a0é"), max_size=80))
def test_cleaned_html_is_accepted_by_the_shop_and_stays_as_it_is(text: str) -> None:
    once = clean_html(text)
    assert clean_html(once) == once
    assert canonical(once) == once
    if "<" in once:
        assert accepts("isCleanHtml", once.split(">", 1)[0] + ">")


@given(st.text(max_size=80))
def test_plain_text_as_html_says_the_same(text: str) -> None:
    words = plain(paragraphs(text)).split()
    assert words == text.replace("\r", " ").split() or "\r" in text


@pytest.mark.parametrize(
    ("html", "length", "kept"),
    [
        pytest.param("<p>Un polo</p>", 7, "<p>Un polo</p>", id="fits: tags are not counted"),
        pytest.param("<p><b>Un</b> polo bleu</p>", 9, "<p>Un polo</p>", id="cut on a word"),
        pytest.param("<p>Un</p><p>polo bleu</p>", 9, "<p>Un</p><p>polo</p>", id="paragraphs stay"),
        pytest.param("<p>a &amp; b &amp; c</p>", 9, "<p>a &amp; b</p>", id="entities count as they are written"),
    ],
)
def test_a_short_description_is_cut_as_the_shop_counts(html: str, length: int, kept: str) -> None:
    assert cut_html(html, length) == kept


@given(st.text(min_size=1, max_size=60), st.integers(min_value=1, max_value=40))
def test_a_cut_text_is_never_too_long(text: str, length: int) -> None:
    assert shown_length(cut_html(paragraphs(text), length)) <= length


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Un <b>polo</b>", True),
        ("caf&eacute;", True),
        ("5 < 6 et 7 > 3", False),
        ("Dupont & fils", False),
        ("", False),
    ],
)
def test_markup_is_told_from_plain_text(text: str, markup: bool) -> None:
    assert is_markup(text) is markup
