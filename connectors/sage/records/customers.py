"""Customers, their places and people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from connectors.sage.records.base import FreeValue, Record, column, free_fields, record


@record("number")
class Customer(Record):
    """F_COMPTET, customers only (CT_Type 0)."""

    number: str = column("CT_Num")
    stored_number: str = column("CT_Num", verbatim=True)
    name: str = column("CT_Intitule")
    sort_name: str = column("CT_Classement")
    title: str = column("CT_Qualite")
    contact: str = column("CT_Contact")
    address: str = column("CT_Adresse")
    address_complement: str = column("CT_Complement")
    postcode: str = column("CT_CodePostal")
    city: str = column("CT_Ville")
    region: str = column("CT_CodeRegion")
    country: str = column("CT_Pays")
    """Free text, usually a country's label."""
    phone: str = column("CT_Telephone")
    fax: str = column("CT_Telecopie")
    email: str = column("CT_EMail")
    """Not unique, and may hold several addresses."""
    website: str = column("CT_Site")
    siret: str = column("CT_Siret")
    ape: str = column("CT_Ape")
    vat_number: str = column("CT_Identifiant")
    main_account: str = column("CG_NumPrinc")
    payer: str = column("CT_NumPayeur")
    buying_group: str = column("CT_NumCentrale")
    tariff_category: int = column("N_CatTarif")
    accounting_category: int = column("N_CatCompta")
    period: int = column("N_Period")
    carrier: int = column("N_Expedition")
    delivery_condition: int = column("N_Condition")
    currency: int = column("N_Devise")
    risk: int = column("N_Risque")
    salesperson: int = column("CO_No")
    depot: int = column("DE_No")
    general_discount: Decimal = column("CT_Taux01")
    cash_discount: Decimal = column("CT_Taux02")
    credit_limit: Decimal = column("CT_Encours")
    credit_control: int = column("CT_ControlEnc")
    """0 automatic, 1 by risk code, 2 blocked."""
    language: int = column("CT_Langue")
    language_code: str = column("CT_LangueISO2")
    asleep: bool = column("CT_Sommeil")
    prospect: bool = column("CT_Prospect")
    short_name: str = column("CT_Raccourci")
    comment: str = column("CT_Commentaire")
    statistics: tuple[str, ...] = column(*(f"CT_Statistique{position:02}" for position in range(1, 11)))
    created_on: date | None = column("CT_DateCreate")
    free_fields: Mapping[str, FreeValue] = free_fields()


@record("number")
class DeliveryPlace(Record):
    """F_LIVRAISON."""

    number: int = column("LI_No")
    customer: str = column("CT_Num")
    label: str = column("LI_Intitule")
    address: str = column("LI_Adresse")
    address_complement: str = column("LI_Complement")
    postcode: str = column("LI_CodePostal")
    city: str = column("LI_Ville")
    region: str = column("LI_CodeRegion")
    country: str = column("LI_Pays")
    contact: str = column("LI_Contact")
    phone: str = column("LI_Telephone")
    fax: str = column("LI_Telecopie")
    email: str = column("LI_EMail")
    carrier: int = column("N_Expedition")
    delivery_condition: int = column("N_Condition")
    main: bool = column("LI_Principal")


@record("customer", "number")
class Contact(Record):
    """F_CONTACTT: a person at a customer or supplier; no postal address."""

    customer: str = column("CT_Num")
    number: int = column("CT_No")
    last_name: str = column("CT_Nom")
    first_name: str = column("CT_Prenom")
    title: int = column("CT_Civilite")
    """0 Monsieur, 1 Madame, 2 Mademoiselle."""
    position: str = column("CT_Fonction")
    phone: str = column("CT_Telephone")
    mobile: str = column("CT_TelPortable")
    fax: str = column("CT_Telecopie")
    email: str = column("CT_EMail")
    kind: int = column("N_Contact")
    service: int = column("N_Service")


@record("number")
class Salesperson(Record):
    """F_COLLABORATEUR."""

    number: int = column("CO_No")
    last_name: str = column("CO_Nom")
    first_name: str = column("CO_Prenom")
    position: str = column("CO_Fonction")
    email: str = column("CO_EMail")
    phone: str = column("CO_Telephone")
    sells: bool = column("CO_Vendeur")


@record("label")
class Country(Record):
    """F_PAYS: gives the ISO code of the free-text country of an address."""

    label: str = column("PA_Intitule")
    code: str = column("PA_Code")
    iso_code: str = column("PA_CodeISO2")
    sepa: bool = column("PA_SEPA")
