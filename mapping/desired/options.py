"""Options (gammes) and their values."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.catalogue import Catalogue
from mapping.desired.common import in_every_language
from mapping.rules import ShopRules
from mapping.state import Desired, Ref


def desired_options(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    for option in catalogue.options:
        name = in_every_language(option.name, rules)
        reason = f"gamme « {option.name} » (P_GAMME.G_Intitule), orthographe la plus fréquente"
        yield Desired(
            kind="product_options",
            key=option.key,
            label=option.name,
            fields={"name": name, "public_name": name, "group_type": "select"},
            reasons={"name": reason, "public_name": reason, "group_type": "toujours une liste déroulante"},
        )


def desired_values(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    options = {option.key: option.name for option in catalogue.options}
    for value in catalogue.values:
        option = options[value.option_key]
        yield Desired(
            kind="product_option_values",
            key=value.key,
            label=f"{option} : {value.name}",
            fields={
                "option": Ref("product_options", value.option_key),
                "name": in_every_language(value.name, rules),
            },
            reasons={
                "option": f"gamme « {option} »",
                "name": f"énuméré « {value.name} » (F_ARTGAMME.EG_Enumere), orthographe la plus fréquente",
            },
        )
