from __future__ import annotations

from string import Formatter

import pytest

from connectors.prestashop.overview import LISTS, RIGHTS, Named
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.words import FLOWS, WORDS, describe_shop, sentence

EVERY_VERB = frozenset({"get", "put", "post", "patch", "delete"})
EVERYTHING = {resource: EVERY_VERB for flow in RIGHTS.values() for resource in flow} | {"attachments": EVERY_VERB}
FULL_LISTS = {resource: [Named(1, f"first of {resource}")] for resource in LISTS}


def shop(version: str, rights: dict[str, frozenset[str]] = EVERYTHING) -> ShopCapabilities:
    return ShopCapabilities(version=version, rights=rights, has_patch=version.startswith(("8", "9")))


def codes(told: list[tuple[str, dict[str, str]]]) -> list[str]:
    return [code for code, _facts in told]


def test_each_word_says_the_same_facts_in_both_languages() -> None:
    for code, (french, english) in WORDS.items():
        facts = [{name for _text, name, _spec, _how in Formatter().parse(text) if name} for text in (french, english)]
        assert facts[0] == facts[1], code


def test_each_flow_and_each_list_has_its_words() -> None:
    assert set(FLOWS) == set(RIGHTS)
    assert set(LISTS) <= set(WORDS)


@pytest.mark.parametrize("version", ["1.6.1.24", "1.7.8.11", "8.2.1", "9.0.3", ""])
def test_everything_told_can_be_said_in_both_languages(version: str) -> None:
    poor = {"languages": frozenset({"get"})}
    for known in (shop(version), shop(version, poor)):
        for modules in ({"ps_wirepayment": "Virement"}, {}, None):
            for code, facts in describe_shop(known, FULL_LISTS if known.may("groups", "get") else {}, modules):
                assert "{" not in sentence(code, facts, "fr") + sentence(code, facts, "en")


@pytest.mark.parametrize(
    ("version", "said", "unsaid"),
    [
        ("1.6.1.24", {"no_patch", "no_emoji", "siret_checked", "same_email", "orders_left_alone"}, {"patch"}),
        ("1.7.8.11", {"no_patch", "new_category"}, {"no_emoji", "patch"}),
        ("8.2.1", {"patch", "new_group"}, {"no_patch", "new_category", "no_emoji"}),
    ],
)
def test_each_version_tells_what_it_cannot_do(version: str, said: set[str], unsaid: set[str]) -> None:
    told = set(codes(describe_shop(shop(version), FULL_LISTS, {})))
    assert said <= told
    assert not unsaid & told


def test_a_key_that_may_do_everything_lacks_nothing() -> None:
    told = describe_shop(shop("8.2.1"), FULL_LISTS, {})
    assert codes(told).count("flow_ready") == len(RIGHTS)
    assert "rights_missing" not in codes(told)


def test_what_a_flow_lacks_is_named_by_resource_and_verb() -> None:
    rights = EVERYTHING | {"stock_availables": frozenset({"get"})}
    missing = [
        facts for code, facts in describe_shop(shop("8.2.1", rights), FULL_LISTS, {}) if code == "rights_missing"
    ]
    assert missing == [{"flow": "stock", "rights": "stock_availables PATCH"}]
    assert sentence("rights_missing", missing[0], "fr") == (
        "Stock : il manque à la clé stock_availables PATCH. Cochez-les dans la boutique."
    )


def test_what_the_key_may_not_read_is_told_apart_from_what_is_not_there() -> None:
    lists = {**FULL_LISTS, "carriers": []}
    del lists["groups"]
    told = describe_shop(shop("8.2.1"), lists, None)
    assert ("list_empty", {"resource": "carriers"}) in told
    assert ("list_unreadable", {"resource": "groups"}) in told
    assert ("list_unreadable", {"resource": "orders"}) in told


def test_what_is_switched_off_is_not_shown_and_a_long_list_is_cut() -> None:
    carriers = [Named(1, "old", active=False)] + [Named(n, f"c{n}") for n in range(2, 50)]
    told = dict(describe_shop(shop("8.2.1"), {**FULL_LISTS, "carriers": carriers}, {}))
    assert told["carriers"]["names"].startswith("c2 (2), c3 (3)")
    assert told["carriers"]["names"].endswith("… (48)")
