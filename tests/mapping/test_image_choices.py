"""What people say of photos wins over every source."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.catalogue import CatalogueImage
from mapping.choices import IMAGE, UPLOAD, Choices, ImageChoice, UploadChoice
from mapping.image_choices import Photos, arranged


def image(name: str, **fields: Any) -> CatalogueImage:
    return CatalogueImage(product_key="POLO", key=f"POLO|{name}", source_path=name, legend="Polo", position=0, **fields)


def choices(said: dict[str, ImageChoice], brought: dict[str, UploadChoice] | None = None) -> Choices:
    rows: list[Any] = [(IMAGE.name, IMAGE.make_key("POLO", name), choice) for name, choice in said.items()]
    rows += [(UPLOAD.name, UPLOAD.make_key("POLO", name), choice) for name, choice in (brought or {}).items()]
    rows.append((UPLOAD.name, UPLOAD.make_key("OTHER", "ff"), UploadChoice(name="other.jpg", size=1)))
    return Choices(rows)


def names(photos: Photos) -> tuple[str, str]:
    return "".join(one.source_path for one in photos.shown), "".join(one.source_path for one in photos.left_out)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({}, ("abc", ""), id="nothing said: the order of the sources"),
        pytest.param({"c": {"position": 1}}, ("cab", ""), id="the last one first"),
        pytest.param({"a": {"position": 3}}, ("bca", ""), id="the first one last"),
        pytest.param({"a": {"position": 9}}, ("bca", ""), id="beyond the end is the end"),
        pytest.param({"a": {"position": 2}, "c": {"position": 1}}, ("cab", ""), id="two have a place"),
        pytest.param({"a": {"position": 1}, "b": {"position": 1}}, ("bac", ""), id="one place for two"),
        pytest.param({"b": {"hidden": True}}, ("ac", "b"), id="hidden"),
        pytest.param({"a": {"hidden": True, "position": 1}}, ("bc", "a"), id="hidden keeps no place"),
    ],
)
def test_photos_stand_where_people_put_them(said: dict[str, dict[str, Any]], expected: tuple[str, str]) -> None:
    chosen = choices({name: ImageChoice(**fields) for name, fields in said.items()})
    found = arranged(chosen, "POLO", [image("a"), image("b"), image("c")], limit=10, legend="Polo")
    assert names(found) == expected
    assert [one.position for one in found.shown] == list(range(1, len(found.shown) + 1))
    assert {one.position for one in found.left_out} <= {0}


def test_what_people_bring_comes_behind_in_the_order_in_which_it_came() -> None:
    brought = {"02": UploadChoice(name="y", size=1, position=1), "01": UploadChoice(name="z", size=1, position=2)}
    found = arranged(choices({}, brought), "POLO", [image("a")], limit=10, legend="Polo d'accueil")
    assert names(found) == ("ayz", "")
    last = found.shown[2]
    assert (last.key, last.uploaded, last.legend) == ("POLO|sha256:01", True, "Polo d'accueil")


def test_an_uploaded_photo_can_be_put_first_and_hidden_like_any_other() -> None:
    brought = {"01": UploadChoice(name="y", size=1), "02": UploadChoice(name="z", size=1, position=2)}
    said = {"sha256:02": ImageChoice(position=1), "sha256:01": ImageChoice(hidden=True)}
    assert names(arranged(choices(said, brought), "POLO", [image("a")], limit=10, legend="")) == ("za", "y")


def test_those_beyond_the_limit_are_known_and_left_out() -> None:
    found = arranged(
        choices({"c": ImageChoice(position=1)}), "POLO", [image("a"), image("b"), image("c")], limit=2, legend=""
    )
    assert names(found) == ("ca", "b")
    assert not found.left_out[0].hidden


def test_legends_and_combinations_of_people_win_and_empty_ones_do_not_count() -> None:
    said = {
        "a": ImageChoice(legend={"fr": "Vue de face", "en": ""}, combinations=("POLO|1|0",)),
        "b": ImageChoice(combinations=()),
    }
    found = arranged(
        choices(said),
        "POLO",
        [image(name, combination_keys=("POLO|2|0",)) for name in "abc"],
        limit=10,
        legend="",
    )
    assert [(one.legends, one.combination_keys) for one in found.shown] == [
        ({"fr": "Vue de face"}, ("POLO|1|0",)),
        ({}, ()),
        ({}, ("POLO|2|0",)),
    ]


PLACES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(ImageChoice, hidden=st.booleans(), position=st.none() | st.integers(1, 9)),
)


@given(said=PLACES, limit=st.integers(1, 8))
def test_no_photo_is_lost_or_doubled_whatever_is_said(said: dict[str, ImageChoice], limit: int) -> None:
    found = arranged(choices(said), "POLO", [image(name) for name in "abcdef"], limit=limit, legend="")
    shown, out = names(found)
    assert sorted(shown + out) == list("abcdef")
    assert len(shown) <= limit
    assert {name for name, choice in said.items() if choice.hidden} <= set(out)


@given(order=st.permutations("abcdef"))
def test_an_order_given_whole_is_that_order(order: list[str]) -> None:
    said = {name: ImageChoice(position=place) for place, name in enumerate(order, start=1)}
    assert names(arranged(choices(said), "POLO", [image(name) for name in "abcdef"], limit=9, legend=""))[0] == "".join(
        order
    )
