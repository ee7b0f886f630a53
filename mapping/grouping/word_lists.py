"""Words that name a variant: colours, sizes, materials, units. Pure data, French and English, without accents.

A line is a value as people read it, then further spellings of it. Feminine and plural forms are found by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

COLOURS = """
Blanc, blanche, blc; Noir, nr; Rouge, rge; Bleu, blu; Vert, vrt; Jaune; Gris; Rose; Violet, violette; Orange; Marron;
Brun; Beige; Marine, mar; Anthracite, anthra; Bordeaux, bdx; Écru; Kaki; Turquoise; Ivoire; Crème; Taupe; Camel;
Fuchsia; Lilas; Mauve; Prune; Corail; Saumon; Moutarde; Ocre; Sable; Argent; Argenté; Doré; Cuivré; Bronze; Aubergine;
Lavande; Menthe; Indigo; Cyan; Magenta; Pourpre; Parme; Grenat; Cognac; Havane; Chocolat; Châtaigne; Naturel, nat;
Transparent; Translucide; Multicolore; Pétrole; Émeraude; Rouille; Terracotta; Champagne; Chiné; Denim; Fluo; Lin
naturel; White; Black; Red; Blue; Green; Yellow; Grey, gray; Pink; Purple; Brown; Navy; Burgundy; Khaki; Silver; Gold;
Ivory; Cream; Charcoal; Teal; Olive; Coral; Natural; Clear
"""
_SHADES = """
clair claire fonce foncee chine chinee ciel marine nuit roi royal bouteille sapin anis perle cerise pastel fluo vif mat
brillant canard petrole electrique pale sombre acier olive menthe poudre brique light dark navy sky
"""
SHADES = frozenset(_SHADES.split())
"""Words that go on with a colour: "bleu marine", "gris chiné"."""
MATERIALS = """
Cuir; Nitrile; Latex; Coton; Lin; Laine; Soie; Polyester; Polyamide; Nylon; Velours; Feutre; Toile; Inox; Acier;
Aluminium, alu; Laiton; Cuivre; Fonte; Zinc; Bois; Chêne; Hêtre; Noyer; Frêne; Pin; Bambou; Verre; Cristal;
Porcelaine; Céramique; Grès; Faïence; Plastique; Pvc; Caoutchouc; Silicone; Liège; Carton; Papier; Kraft; Marbre;
Granit; Leather; Cotton; Linen; Wool; Silk; Steel; Brass; Copper; Wood; Oak; Beech; Walnut; Bamboo; Glass; Plastic;
Rubber
"""
SIZES = ("XXXS", "XXS", "XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL", "6XL")
"""In this order."""
SAME_SIZES = {"2XS": "XXS", "2XL": "XXL", "XXXL": "3XL", "XXXXL": "4XL", "XXXXXL": "5XL", "3XS": "XXXS"}
ONE_SIZE = ("Taille unique", "tu", "unique", "onesize")
KINDS_OF_PEOPLE = (
    "Homme, hommes, h; Femme, femmes, f; Enfant, enfants; Mixte, unisexe; Junior; Bébé; Men; Women; Kids; Unisex"
)
UNITS: Mapping[str, Mapping[str, float]] = {
    "Contenance": {"ml": 1, "cl": 10, "dl": 100, "l": 1000, "litre": 1000, "litres": 1000},
    "Poids": {"mg": 0.001, "g": 1, "gr": 1, "kg": 1000},
    "Longueur": {"mm": 1, "cm": 10, "m": 1000, "metre": 1000, "metres": 1000},
    "Puissance": {"w": 1, "watts": 1, "kw": 1000},
    "Tension": {"v": 1, "volts": 1},
    "Capacité": {"mo": 1, "mb": 1, "go": 1000, "gb": 1000, "to": 1_000_000, "tb": 1_000_000},
}
"""Axis -> unit -> how many of the smallest one it is."""
SHOE_WORDS = ("chauss", "botte", "bottine", "sabot", "basket", "sandal", "mule", "tong", "mocassin", "shoe", "boot")
GLOVE_WORDS = ("gant", "moufle", "glove")
AXES = {
    "Couleur": ("couleur", "couleurs", "coloris", "teinte", "colour", "color"),
    "Taille": ("taille", "tailles", "size"),
    "Pointure": ("pointure", "pointures", "shoe size"),
    "Matière": ("matiere", "matieres", "materiau", "material", "tissu"),
    "Contenance": ("contenance", "volume", "litrage"),
    "Poids": ("poids", "grammage", "weight"),
    "Longueur": ("longueur", "length"),
    "Dimensions": ("dimension", "dimensions", "format"),
    "Genre": ("genre", "sexe", "gender"),
    "Parfum": ("parfum", "gout", "saveur", "arome", "flavour", "flavor"),
    "Modèle": ("modele", "model", "version", "variante", "declinaison", "finition"),
    "Puissance": ("puissance", "power"),
    "Capacité": ("capacite", "capacity"),
}
"""Axis -> what free fields and statistics that hold it are called."""
_EMPTY_WORDS = """
a au aux avec d de des du en et l la le les n ou par pour sans sur un une the of and with for in s
couleur coloris taille pointure size colour color
"""
EMPTY_WORDS = frozenset(_EMPTY_WORDS.split())
"""Words that tell nothing about what an article is."""
