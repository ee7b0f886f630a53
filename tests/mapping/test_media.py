"""One product's photos once their content is known: each picture once."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.catalogue import CatalogueImage
from mapping.media import HashedImage, KnownFile, settled


def seen(name: str, content: str, **fields: Any) -> HashedImage:
    image = CatalogueImage(
        product_key="POLO", key=f"POLO|{name}", source_path=name, legend="", content_hash=content, **fields
    )
    return HashedImage(image, KnownFile(name, 1, 1, content))


def told(found: list[HashedImage]) -> list[tuple[str, int]]:
    return [(one.image.source_path, one.image.position) for one in found]


@pytest.mark.parametrize(
    ("shown", "left_out", "expected"),
    [
        pytest.param(["a1", "b2"], [], [("a", 1), ("b", 2)], id="all different"),
        pytest.param(["a1", "b1", "c2"], [], [("a", 1), ("c", 2), ("b", 0)], id="a double is left out"),
        pytest.param(["a1", "b1"], ["c3"], [("a", 1), ("c", 2), ("b", 0)], id="its place goes to the next"),
        pytest.param(["a1", "b2"], ["c3"], [("a", 1), ("b", 2), ("c", 0)], id="the limit stays"),
        pytest.param(["a-", "b-"], [], [("a", 1), ("b", 2)], id="unknown contents are not the same"),
    ],
)
def test_each_picture_once(shown: list[str], left_out: list[str], expected: list[tuple[str, int]]) -> None:
    def made(names: list[str], first: int) -> list[HashedImage]:
        return [
            seen(name[0], name[1].strip("-"), position=place if first else 0)
            for place, name in enumerate(names, start=first)
        ]

    assert told(settled(made(shown, 1), made(left_out, 0))) == expected


def test_a_picture_that_is_hidden_is_hidden_wherever_else_it_comes_from() -> None:
    found = settled([seen("a", "1", position=1), seen("b", "2", position=2)], [seen("c", "1", position=0, hidden=True)])
    assert told(found) == [("b", 1), ("a", 0), ("c", 0)]
    assert [one.image.hidden for one in found] == [False, True, True]


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (("A",), ("B",), ("A", "B")),
        (("A",), ("A", "B"), ("A", "B")),
        ((), ("B",), ()),
        (("A",), (), ()),
    ],
)
def test_a_picture_that_members_share_shows_the_combinations_of_them_all(
    first: tuple[str, ...], second: tuple[str, ...], together: tuple[str, ...]
) -> None:
    both = [
        seen("a", "1", position=1, combination_keys=first),
        seen("b", "1", position=2, combination_keys=second),
    ]
    assert settled(both, [])[0].image.combination_keys == together
