"""The catalogue check on the sandbox company: what is found, and that nothing is written anywhere."""

from __future__ import annotations

import pytest

from mapping.models import GroupSuggestion, QualityFinding
from tests.flows.portal import World, writes

pytestmark = pytest.mark.flow


def found(world: World) -> dict[str, set[str]]:
    """Topic -> the articles that it was met on."""
    topics: dict[str, set[str]] = {}
    for topic, article in QualityFinding.objects.filter(client=world.client).values_list("topic", "article"):
        topics.setdefault(topic, set()).add(article)
    return topics


def test_the_base_is_looked_at_before_anything_was_published(world: World) -> None:
    run = world.run("quality")
    assert (run.state, run.cause, run.detail) == ("succeeded", "", "")
    assert writes(run) == {}
    assert sum(run.requests.values()) == 0, "the shop is not even asked"
    assert found(world), "a real base has something to mend"


def test_a_second_check_finds_the_same(world: World) -> None:
    world.run("quality")
    first = found(world)
    world.run("quality")
    assert found(world) == first


def test_what_was_mended_in_sage_is_found_no_more(world: World) -> None:
    world.run("quality")
    reference = sorted(found(world)["ean_missing"])[0]
    world.company.update("F_ARTICLE", "AR_Ref", reference, AR_CodeBarre="4006381333931")
    world.run("quality")
    assert reference not in found(world).get("ean_missing", set())


def test_groups_are_proposed_and_their_articles_named(world: World) -> None:
    world.run("quality")
    proposed = GroupSuggestion.objects.filter(client=world.client)
    members = {member for one in proposed for member in one.members}
    assert found(world).get("looks_like_variants", set()) == members
