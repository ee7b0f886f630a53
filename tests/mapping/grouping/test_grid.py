"""A group as a grid of its axes' values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mapping.grouping.grid import grid_of

POLOS = {"P-B-M": ("Bleu", "M"), "P-B-L": ("Bleu", "L"), "P-R-M": ("Rouge", "M")}


def test_what_no_member_has_is_a_hole() -> None:
    grid = grid_of(("Couleur", "Taille"), POLOS)
    assert grid.values == (("Bleu", "Rouge"), ("M", "L"))
    assert grid.cells == {("Bleu", "M"): ("P-B-M",), ("Bleu", "L"): ("P-B-L",), ("Rouge", "M"): ("P-R-M",)}
    assert grid.holes == (("Rouge", "L"),)
    assert (grid.size, grid.missing, grid.complete) == (4, 1, False)


def test_two_members_with_the_same_values_are_a_doubled_cell() -> None:
    grid = grid_of(("Couleur", "Taille"), POLOS | {"P-X": ("bleu", " M")})
    assert grid.doubled == {("Bleu", "M"): ("P-B-M", "P-X")}


def test_a_member_without_a_value_is_in_no_cell() -> None:
    grid = grid_of(("Couleur", "Taille"), POLOS | {"P-X": ("Vert", "")})
    assert grid.incomplete == ("P-X",)
    assert grid.values[0] == ("Bleu", "Rouge")


def test_every_pair_once_is_complete() -> None:
    assert grid_of(("Taille",), {"A": ("M",), "B": ("L",)}).complete


def test_nothing_is_an_empty_grid() -> None:
    grid = grid_of(("Taille",), {})
    assert (grid.size, grid.holes, grid.cells) == (0, (), {})


def test_holes_are_listed_up_to_a_limit_and_all_counted() -> None:
    grid = grid_of(("A", "B"), {str(one): (f"a{one}", f"b{one}") for one in range(50)})
    assert (grid.missing, len(grid.holes)) == (2450, 200)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.tuples(*[st.sampled_from("ab c")] * 2), max_size=12))
def test_every_member_is_in_one_cell_or_incomplete(members: dict[str, tuple[str, str]]) -> None:
    grid = grid_of(("A", "B"), members)
    placed = [one for found in grid.cells.values() for one in found]
    assert sorted([*placed, *grid.incomplete]) == sorted(members)
    assert len(grid.holes) == grid.missing
