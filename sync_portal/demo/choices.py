"""What the people of the demonstration's company chose about its catalogue: features, colours."""

from __future__ import annotations

from collections.abc import Mapping

from mapping.choices import ChoiceValue, FeatureChoice, OptionChoice, ValueChoice

COLOURS: Mapping[str, str] = {
    "blanc": "#ffffff",
    "bleu ciel": "#87ceeb",
    "bleu nuit": "#191970",
    "bleu pétrole": "#1d4851",
    "gris chiné": "#9a9a9a",
    "marine": "#000080",
    "noir": "#000000",
    "noir mat": "#1c1c1c",
    "rouge brique": "#b22222",
    "rouge cerise": "#bb0b0b",
    "terracotta": "#e2725b",
    "vert sapin": "#095228",
}

CHOICES: Mapping[tuple[str, str], ChoiceValue | None] = {
    ("feature", "free:Matière"): FeatureChoice(position=0),
    ("feature", "free:Pays d'origine"): FeatureChoice(name={"fr": "Fabriqué en"}, type="list", position=1),
    ("feature", "free:Hauteur (cm)"): FeatureChoice(name={"fr": "Hauteur"}, type="number", unit="cm", position=2),
    ("feature", "free:Lavage à 30°"): FeatureChoice(type="list", position=3),
    # Of use to the warehouse only.
    ("feature", "free:N° de lot"): FeatureChoice(published=False),
    ("feature", "free:Date d'arrivage"): FeatureChoice(published=False),
    ("option", "OPT:couleur"): OptionChoice(display="color"),
    **{("value", f"VAL:couleur|{name}"): ValueChoice(colour=code) for name, code in COLOURS.items()},
}
"""By (kind, key); "Coloris" is left for a visitor to map."""
