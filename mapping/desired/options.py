"""Options (gammes) and their values."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue, CatalogueOption, CatalogueValue
from mapping.desired.common import by_language
from mapping.naming import cut, folded
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value
from mapping.vocabulary import PACKAGING_OPTION

PUBLIC_NAME_LENGTH = 64
_BY_PERSON = "choisi par une personne"


def desired_options(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    for option in catalogue.options:
        yield _option(option, rules)


def desired_values(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """In the order in which the shop shows them. A colour is given where the option shows colours, or once chosen."""
    options = {option.key: option for option in catalogue.options}
    for value in catalogue.values:
        yield _value(value, options[value.option_key], rules)


def _option(option: CatalogueOption, rules: ShopRules) -> Desired:
    name = by_language(option.name, option.names, rules)
    reason = f"gamme « {option.name} » (P_GAMME.G_Intitule), orthographe la plus fréquente"
    fields: dict[str, Value] = {
        "name": name,
        "public_name": {language: cut(text, PUBLIC_NAME_LENGTH) for language, text in name.items()},
        "group_type": option.display,
        # The shop sets it by the group type; sent as well, so that a shop that does not is right too.
        "is_color_group": "1" if option.display == "color" else "0",
    }
    shown = _BY_PERSON if option.display != "select" else "toujours une liste déroulante, sauf choix d'une personne"
    reasons = {
        "name": _BY_PERSON if option.names else reason,
        "public_name": _BY_PERSON if option.names else reason,
        "group_type": shown,
        "is_color_group": shown,
    }
    if option.position is not None:
        fields["position"], reasons["position"] = str(option.position), _BY_PERSON
    return Desired(kind="product_options", key=option.key, label=option.name, fields=fields, reasons=reasons)


def _value(value: CatalogueValue, option: CatalogueOption, rules: ShopRules) -> Desired:
    packaging = option.key == f"OPT:{folded(PACKAGING_OPTION)}"
    column = "F_CONDITION.EC_Enumere" if packaging else "F_ARTGAMME.EG_Enumere"
    spelling = f"énuméré « {value.name} » ({column}), orthographe la plus fréquente"
    fields: dict[str, Value] = {
        "option": Ref("product_options", value.option_key),
        "name": by_language(value.name, value.names, rules),
    }
    reasons = {"option": f"gamme « {option.name} »", "name": _BY_PERSON if value.names else spelling}
    if value.colour or option.display == "color":
        fields["color"], reasons["color"] = value.colour, _BY_PERSON if value.colour else "aucune couleur choisie"
    if value.position is not None:
        fields["position"] = str(value.position)
        place = (
            "unités qu'il contient (F_CONDITION.EC_Quantite)"
            if packaging
            else "rang dans la liste de la gamme (F_ENUMGAMME)"
        )
        reasons["position"] = f"{place}, sauf choix d'une personne"
    return Desired(
        kind="product_option_values",
        key=value.key,
        label=f"{option.name} : {value.name}",
        fields=fields,
        reasons=reasons,
    )
