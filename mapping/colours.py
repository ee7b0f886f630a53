"""A colour code for the name of a colour, proposed to people: "Bleu nuit" -> "#191970". Pure.

A small dictionary of the words that French and English catalogues use. Modifiers ("clair", "foncé") lighten or darken
the colour that they follow. What is not known gets no proposal: a wrong colour is worse than none.
"""

from __future__ import annotations

import re

from mapping.naming import without_accents

COLOURS = {
    "anthracite": "#383e42",
    "argent": "#c0c0c0",
    "aubergine": "#580f41",
    "beige": "#f5f5dc",
    "black": "#000000",
    "blanc": "#ffffff",
    "bleu": "#0000ff",
    "bleu ciel": "#87ceeb",
    "bleu marine": "#000080",
    "bleu nuit": "#191970",
    "bleu petrole": "#1d4851",
    "bleu roi": "#4169e1",
    "bleu turquoise": "#40e0d0",
    "blue": "#0000ff",
    "bordeaux": "#6d071a",
    "brown": "#8b4513",
    "bronze": "#cd7f32",
    "brique": "#b22222",
    "camel": "#c19a6b",
    "caramel": "#c68e17",
    "cerise": "#de3163",
    "chocolat": "#5a3a22",
    "corail": "#ff7f50",
    "creme": "#fffdd0",
    "cuivre": "#b87333",
    "ecru": "#f3ead3",
    "fuchsia": "#fd3f92",
    "gold": "#d4af37",
    "green": "#008000",
    "grey": "#808080",
    "gris": "#808080",
    "gris anthracite": "#383e42",
    "gris chine": "#9a9a9a",
    "gris souris": "#9e9e9e",
    "indigo": "#4b0082",
    "ivoire": "#fffff0",
    "jaune": "#ffd700",
    "kaki": "#78866b",
    "lavande": "#b57edc",
    "lilas": "#c8a2c8",
    "magenta": "#ff00ff",
    "marine": "#000080",
    "marron": "#6b4423",
    "mauve": "#d473d4",
    "moutarde": "#c7a317",
    "navy": "#000080",
    "noir": "#000000",
    "ocre": "#cc7722",
    "olive": "#808000",
    "or": "#d4af37",
    "orange": "#ff8c00",
    "petrole": "#1d4851",
    "pink": "#ffc0cb",
    "pourpre": "#800080",
    "prune": "#701c45",
    "purple": "#800080",
    "red": "#ff0000",
    "rose": "#ffc0cb",
    "rouge": "#ff0000",
    "rouge brique": "#b22222",
    "rouge cerise": "#bb0b0b",
    "rouille": "#98401c",
    "sable": "#e0cda9",
    "sapin": "#095228",
    "saumon": "#fa8072",
    "taupe": "#463f32",
    "terracotta": "#e2725b",
    "turquoise": "#40e0d0",
    "vert": "#008000",
    "vert anis": "#9fe855",
    "vert bouteille": "#096a09",
    "vert olive": "#708d23",
    "vert sapin": "#095228",
    "violet": "#8000ff",
    "white": "#ffffff",
    "yellow": "#ffd700",
}
"""Name without accents -> code."""
_LIGHTER, _DARKER = frozenset({"clair", "claire", "pale", "pastel", "light"}), frozenset({"fonce", "foncee", "dark"})
_FEMININE = {
    "blanche": "blanc",
    "noire": "noir",
    "grise": "gris",
    "verte": "vert",
    "bleue": "bleu",
    "violette": "violet",
}
_SILENT = frozenset({"mat", "mate", "brillant", "brillante", "satine", "satinee", "metallise", "vif", "vive", "fluo"})
_SHARE = 0.35
"""How far a modifier moves a colour towards white or black."""


def proposed(name: str) -> str:
    """The code of the colour that this is the name of, "" when it is none that is known."""
    words = [_FEMININE.get(word, word) for word in re.findall(r"[a-z]+", without_accents(name))]
    plain = [word for word in words if word not in _LIGHTER | _DARKER | _SILENT]
    code = COLOURS.get(" ".join(plain), "")
    if not code:
        return ""
    if _LIGHTER & set(words):
        return _moved(code, 255)
    return _moved(code, 0) if _DARKER & set(words) else code


def _moved(code: str, towards: int) -> str:
    parts = (int(code[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (towards - part) * _SHARE):02x}" for part in parts)
