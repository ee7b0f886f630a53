"""What a word says."""

from __future__ import annotations

import pytest

from mapping.grouping.dictionary import Known, numbers_axis, rank, read, recognise

RECOGNISED = {
    "BLEU": Known("Couleur", "Bleu"),
    "ecru": Known("Couleur", "Écru"),
    "Vertes": Known("Couleur", "Vert"),
    "bleu marine": Known("Couleur", "Bleu marine"),
    "2XL": Known("Taille", "XXL"),
    "T8": Known("Taille", "8"),
    "500ML": Known("Contenance", "500 ml"),
    "1.5 l": Known("Contenance", "1,5 L"),
    "nitrile": Known("Matière", "Nitrile"),
    "H": Known("Genre", "Homme"),
    "TU": Known("Taille", "Taille unique"),
    "8": None,
    "Ouessant": None,
    "": None,
}


@pytest.mark.parametrize(("text", "known"), RECOGNISED.items())
def test_a_text_is_recognised(text: str, known: Known | None) -> None:
    assert recognise(text) == known


READ = {
    "Parka « Brume » - kaki - taille XL": (("parka", "brume"), {"Couleur": "Kaki", "Taille": "XL"}),
    "Gants cuir T10": (("gants",), {"Matière": "Cuir", "Taille": "10"}),
    "Polo noir/blanc S/M": (("polo",), {"Couleur": "Noir/Blanc", "Taille": "S/M"}),
    "Planche 40×28 cm": (("planche",), {"Dimensions": "40 × 28 cm"}),
    "Botte pointure 42,5": (("botte",), {"Pointure": "42,5"}),
    "Huile de l'île 0,75l": (("huile", "ile"), {"Contenance": "0,75 L"}),
    "": ((), {}),
}


@pytest.mark.parametrize(("text", "parts"), READ.items())
def test_a_designation_is_taken_apart(text: str, parts: tuple[tuple[str, ...], dict[str, str]]) -> None:
    found = read(text)
    assert (found.base, dict(found.values)) == parts


NUMBERS = {
    ("38", "39", "bottes"): "Pointure",
    ("8", "9", "gants"): "Taille",
    ("38", "40", "robe"): "Taille",
    ("1", "2", "robe"): None,
}


@pytest.mark.parametrize(("case", "axis"), NUMBERS.items())
def test_bare_numbers_are_sizes_when_they_can_be_nothing_else(case: tuple[str, str, str], axis: str | None) -> None:
    first, second, word = case
    expected = axis
    assert numbers_axis(frozenset({first, second}), frozenset({word})) == expected


def test_sizes_and_amounts_are_in_their_natural_order() -> None:
    sizes = ["XXS", "S", "M", "XL", "2XL", "3XL"]
    amounts = ["8", "9", "10"]
    volumes = ["50 cl", "750 ml", "1,5 L"]
    for ordered in (sizes, amounts, volumes):
        assert sorted(sorted(ordered), key=rank) == ordered
