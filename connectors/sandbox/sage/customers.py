"""Customers, suppliers, delivery places and contacts, read from `data/customers.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from .assortment import Article
from .parameters import CONTROL_ACCOUNT
from .rows import BUILT_AT, Row

CUSTOMERS_FILE = Path(__file__).with_name("data") / "customers.csv"

WEB_CUSTOMER = "CLIENTWEB"
"""The generic account that private buyers' orders are booked on."""

GENERAL_DISCOUNT = {"NAUTIC": Decimal(3)}
"""`CT_Taux01`, in %."""

SECOND_PLACES = {
    "DUMAS": ("Dépôt des Sables-d'Olonne", "ZA Les Plesses, 14 rue de l'Écluse", "85180", "Les Sables-d'Olonne"),
    "NAUTIC": ("Boutique du port", "2 quai de la Douane", "29200", "Brest"),
    "MAIRIE": ("Ateliers municipaux", "Rue des Œillets", "17220", "Saint-Médard-d'Aunis"),
}

SUPPLIERS = (("FKERGUELEN", "Kerguelen Pro"), ("FARMOR", "Armor Textile"), ("FTHIERS", "Coutellerie Thiers"))


def load_customers() -> list[dict[str, str]]:
    """The lines of the file, by column."""
    with CUSTOMERS_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def account_rows(customers: list[dict[str, str]]) -> Iterator[Row]:
    """F_COMPTET: the customers, then the suppliers, who share the table."""
    for customer in customers:
        yield _customer_row(customer)
    for number, name in SUPPLIERS:
        yield {
            "CT_Num": number,
            "CT_Intitule": name,
            "CT_Type": 1,
            "CG_NumPrinc": "4010000",
            "CT_NumPayeur": number,
            "CT_DateCreate": BUILT_AT.replace(year=2016, hour=0),
        }


def control_account_rows(customers: list[dict[str, str]]) -> Iterator[Row]:
    """F_COMPTETG."""
    for customer in customers:
        yield {"CT_Num": customer["num"], "CG_Num": CONTROL_ACCOUNT}
    for number, _ in SUPPLIERS:
        yield {"CT_Num": number, "CG_Num": "4010000"}


def place_rows(customers: list[dict[str, str]]) -> Iterator[Row]:
    """F_LIVRAISON: the principal place of every customer, and a second one for some."""
    number = 0
    for customer in customers:
        number += 1
        yield {
            **_place(number, customer, principal=True),
            "LI_Intitule": customer["name"][:35],
            "LI_Adresse": customer["street"],
            "LI_Complement": customer["extra"],
            "LI_CodePostal": customer["postcode"],
            "LI_Ville": customer["city"],
        }
        if place := SECOND_PLACES.get(customer["num"]):
            number += 1
            title, street, postcode, city = place
            yield {
                **_place(number, customer, principal=False),
                "LI_Intitule": title,
                "LI_Adresse": street,
                "LI_CodePostal": postcode,
                "LI_Ville": city,
            }


def contact_rows(customers: list[dict[str, str]]) -> Iterator[Row]:
    """F_CONTACTT: the person behind each e-mail address, where the account names one."""
    number = 0
    for customer in customers:
        title, _, name = customer["contact"].partition(" ")
        if title not in {"M.", "Mme", "Mevr."}:
            continue
        number += 1
        first_name, _, last_name = name.partition(" ")
        yield {
            "CT_Num": customer["num"],
            "CT_No": number,
            "CT_Nom": last_name,
            "CT_Prenom": first_name,
            "CT_Civilite": 0 if title == "M." else 1,
            "N_Service": 1,
            "CT_Fonction": "Responsable des achats",
            "CT_EMail": customer["email"],
            "CT_Telephone": customer["phone"],
        }


def supplier_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTFOURNISS: the main supplier of the articles whose brand is one."""
    numbers = {name: number for number, name in SUPPLIERS}
    for article in articles:
        if article.brand in numbers:
            yield {
                "AR_Ref": article.reference,
                "CT_Num": numbers[article.brand],
                "AF_RefFourniss": f"F{article.rank:05d}",
                "AF_PrixAch": article.buy,
                "AF_Principal": 1,
                "AF_DelaiAppro": 10,
                "AF_Unite": 1,
            }


def _customer_row(customer: dict[str, str]) -> Row:
    number = customer["num"]
    return {
        "CT_Num": number,
        "CT_Intitule": customer["name"],
        "CT_Type": 0,
        "CG_NumPrinc": CONTROL_ACCOUNT,
        "CT_NumPayeur": number,
        "CT_Qualite": customer["quality"],
        "CT_Classement": customer["name"][:17],
        "CT_Contact": customer["contact"],
        "CT_Adresse": customer["street"],
        "CT_Complement": customer["extra"],
        "CT_CodePostal": customer["postcode"],
        "CT_Ville": customer["city"],
        "CT_Pays": customer["country"],
        "CT_EMail": customer["email"],
        "CT_Telephone": customer["phone"],
        "CT_Siret": customer["siret"],
        "CT_Identifiant": customer["vat"],
        "CT_Commentaire": customer["comment"],
        "N_CatTarif": int(customer["tariff"]),
        "N_CatCompta": int(customer["accounting"]),
        "N_Period": 1,
        "N_Expedition": 1,
        "N_Condition": 1,
        "N_Risque": 1,
        "N_Devise": 0,
        "CT_Taux01": GENERAL_DISCOUNT.get(number, Decimal(0)),
        "CT_Facture": 1,
        "CT_Lettrage": 1,
        "CT_Saut": 1,
        "CT_Sommeil": int(customer["asleep"]),
        "CO_No": int(customer["rep"]),
        "DE_No": 0,
        "MR_No": 0,
        "CT_DateCreate": BUILT_AT.replace(year=2019, hour=0),
    }


def _place(number: int, customer: dict[str, str], *, principal: bool) -> dict[str, object]:
    return {
        "LI_No": number,
        "CT_Num": customer["num"],
        "LI_Principal": int(principal),
        "LI_Contact": customer["contact"],
        "LI_Pays": customer["country"],
        "LI_EMail": customer["email"],
        "LI_Telephone": customer["phone"],
        "N_Expedition": 1,
        "N_Condition": 1,
    }
