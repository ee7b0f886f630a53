"""Customer accounts and delivery places, found or created inside the order's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.errors import RejectedRecordError
from connectors.sage import values
from connectors.sage.numbering import successor
from connectors.sage.orders import CustomerAccount, DeliveryAddress
from connectors.sage.writing import Writer

_CUSTOMER = (
    "CT_Num",
    "CT_Type",
    "CT_NumPayeur",
    "CT_NumCentrale",
    "CG_NumPrinc",
    "N_CatTarif",
    "N_CatCompta",
    "N_Period",
    "N_Expedition",
    "N_Condition",
    "N_Devise",
    "CT_Facture",
    "CT_BLFact",
    "CT_Langue",
    "CT_Taux02",
    "CT_Sommeil",
    "CT_ControlEnc",
    "CO_No",
)
_PLACE = (
    "LI_No",
    "LI_Intitule",
    "LI_Adresse",
    "LI_Complement",
    "LI_CodePostal",
    "LI_Ville",
    "LI_CodeRegion",
    "LI_Pays",
    "LI_Contact",
    "LI_Telephone",
    "LI_EMail",
    "LI_Principal",
)
# What makes two places the same one: everything but the number, and the label (made unique per customer).
_IDENTITY = _PLACE[2:-1]

# Neutral values that existing programs give to a new account (facts: inserts, customer).
_ZERO = (
    *("CT_Type", "CT_BLFact", "CT_ValidEch", "CT_Sommeil", "CT_ControlEnc", "CT_NotRappel", "CT_Surveillance"),
    *("CT_PrioriteLivr", "CT_LivrPartielle", "CT_NotPenal", "CT_FactureElec", "N_Analytique", "MR_No", "EB_No"),
    *("CT_Taux01", "CT_Taux02", "CT_Taux03", "CT_Taux04", "BT_Num", "CAL_No", "CT_Prospect"),
)

BLOCKED = 2
"""CT_ControlEnc: the account is blocked."""


def customer(writer: Writer, wanted: str | CustomerAccount) -> dict[str, Any]:
    """The account's row of F_COMPTET, created first when it is a new one.

    :raises RejectedRecordError: ``sage.unknown_customer``, ``sage.customer_blocked`` (asleep or blocked).
    """
    return account_row(writer, wanted if isinstance(wanted, str) else _create(writer, wanted), open_only=True)


def account_row(writer: Writer, number: str, *, open_only: bool = False) -> dict[str, Any]:
    """The account's row; ``open_only``: one that takes orders.

    :raises RejectedRecordError: ``sage.unknown_customer``, ``sage.customer_blocked``.
    """
    rows = writer.select("F_COMPTET", _CUSTOMER, {"CT_Num": number})
    if not rows or values.integer(rows[0]["CT_Type"]) != 0:
        raise RejectedRecordError("sage.unknown_customer", {"number": number})
    found = rows[0]
    asleep = values.flag(found.get("CT_Sommeil")) or values.integer(found.get("CT_ControlEnc")) == BLOCKED
    if open_only and asleep:
        raise RejectedRecordError("sage.customer_blocked", {"number": number})
    return found


def delivery_place(writer: Writer, account: dict[str, Any], wanted: DeliveryAddress | None) -> int:
    """The number of the place: the main one, an identical one, or a new one. 0 when the customer has none to offer."""
    places = writer.select("F_LIVRAISON", _PLACE, {"CT_Num": account["CT_Num"]}, locked=True)
    if wanted is None:
        places.sort(key=lambda place: (not values.flag(place["LI_Principal"]), place["LI_No"]))
        return values.integer(places[0]["LI_No"]) if places else 0
    row = _place_row(writer, wanted)
    for place in places:
        if all(
            values.text(place.get(column)) == values.text(row.get(column)) for column in _IDENTITY if column in place
        ):
            return values.integer(place["LI_No"])
    return _create_place(writer, account, wanted, row, places)


def place_row(writer: Writer, account: Mapping[str, Any], wanted: DeliveryAddress) -> dict[str, object]:
    """The place as a row of F_LIVRAISON, unnumbered, under the label asked for."""
    label = writer.fit("F_LIVRAISON", "LI_Intitule", wanted.label or account["CT_Num"])
    return _place_row(writer, wanted) | _place_settings(account, wanted, label)


def _place_settings(account: Mapping[str, Any], wanted: DeliveryAddress, label: str) -> dict[str, object]:
    return {
        "CT_Num": account["CT_Num"],
        "LI_Intitule": label,
        "LI_Telecopie": "",
        "N_Expedition": wanted.carrier or _rank(account, "N_Expedition"),
        "N_Condition": wanted.delivery_condition or _rank(account, "N_Condition"),
    }


def _create_place(
    writer: Writer,
    account: dict[str, Any],
    wanted: DeliveryAddress,
    row: dict[str, object],
    places: list[dict[str, Any]],
) -> int:
    used = {values.text(place["LI_Intitule"]).casefold() for place in places}
    number = writer.next_number("F_LIVRAISON", "LI_No")
    label = _unique_label(writer, wanted.label or account["CT_Num"], used)
    row = row | _place_settings(account, wanted, label) | {"LI_No": number, "LI_Principal": 0 if places else 1}
    writer.insert("F_LIVRAISON", row)
    if writer.direct:
        return number
    created = writer.select("F_LIVRAISON", ["LI_No"], {"CT_Num": account["CT_Num"], "LI_Intitule": label})
    return values.integer(created[0]["LI_No"])


def _place_row(writer: Writer, wanted: DeliveryAddress) -> dict[str, object]:
    address, complement = writer.spread("F_LIVRAISON", ["LI_Adresse", "LI_Complement"], wanted.address)
    return {
        "LI_Adresse": address,
        "LI_Complement": complement,
        "LI_CodePostal": writer.fit("F_LIVRAISON", "LI_CodePostal", wanted.postcode),
        "LI_Ville": writer.fit("F_LIVRAISON", "LI_Ville", wanted.city),
        "LI_CodeRegion": writer.fit("F_LIVRAISON", "LI_CodeRegion", wanted.region),
        "LI_Pays": writer.fit("F_LIVRAISON", "LI_Pays", wanted.country),
        "LI_Contact": writer.fit("F_LIVRAISON", "LI_Contact", wanted.contact),
        "LI_Telephone": writer.fit("F_LIVRAISON", "LI_Telephone", wanted.phone),
        "LI_EMail": writer.fit("F_LIVRAISON", "LI_EMail", wanted.email),
    }


def _unique_label(writer: Writer, wanted: str, used: set[str]) -> str:
    """Users find a place by its label: two alike for one customer would be mixed up."""
    label = writer.fit("F_LIVRAISON", "LI_Intitule", wanted)
    width = writer.capabilities.length("F_LIVRAISON", "LI_Intitule") or 35
    candidate, rank = label, 1
    while candidate.casefold() in used:
        rank += 1
        ending = f" {rank}"
        candidate = label[: width - len(ending)] + ending
    return candidate


def new_account(writer: Writer, wanted: CustomerAccount, *, own_number: str = "") -> dict[str, object]:
    """The row of F_COMPTET of a new account; ``own_number`` ends its number instead of the next free one.

    :raises RejectedRecordError: ``sage.customer_exists``: the number is taken.
    """
    if own_number and not wanted.number:
        wanted = replace(wanted, number=wanted.number_prefix + own_number.zfill(wanted.number_digits))
    account = writer.key("F_COMPTET", "CG_NumPrinc", wanted.main_account)
    return _text_columns(writer, wanted) | _settings(writer, wanted, _free_number(writer, wanted), account)


def _create(writer: Writer, wanted: CustomerAccount) -> str:
    if not writer.direct and (left := _left_by_an_attempt(writer, wanted)):
        return left
    row = new_account(writer, wanted)
    number, account = str(row["CT_Num"]), row["CG_NumPrinc"]
    writer.insert("F_COMPTET", row)
    if writer.direct:
        writer.insert("F_COMPTETG", {"CT_Num": number, "CG_Num": account})
    return number


def _left_by_an_attempt(writer: Writer, wanted: CustomerAccount) -> str:
    """Sage's driver knows no transaction: an attempt that was cut leaves an account, alike in all and without document.

    Opening another one for the same buyer would leave the first for ever.
    """
    texts = _text_columns(writer, wanted)
    where = {column: texts[column] for column in ("CT_Intitule", "CT_EMail", "CT_CodePostal")}
    for row in writer.select("F_COMPTET", ("CT_Num", *texts), where):
        number = values.text(row["CT_Num"])
        ours = number == wanted.number.upper() if wanted.number else number.startswith(wanted.number_prefix.upper())
        alike = all(values.text(row[column]) == texts[column] for column in texts if column in row)
        if ours and alike and not writer.select("F_DOCENTETE", ["DO_Piece"], {"DO_Tiers": number}):
            return number
    return ""


def _text_columns(writer: Writer, wanted: CustomerAccount) -> dict[str, object]:
    address, complement = writer.spread("F_COMPTET", ["CT_Adresse", "CT_Complement"], wanted.address)
    texts: dict[str, object] = {"CT_Adresse": address, "CT_Complement": complement}
    for column, text in (
        ("CT_Intitule", wanted.name),
        ("CT_Qualite", wanted.title),
        ("CT_Contact", wanted.contact),
        ("CT_CodePostal", wanted.postcode),
        ("CT_Ville", wanted.city),
        ("CT_CodeRegion", wanted.region),
        ("CT_Pays", wanted.country),
        ("CT_Telephone", wanted.phone),
        ("CT_EMail", wanted.email),
        ("CT_Siret", wanted.siret),
        ("CT_Ape", wanted.ape),
        ("CT_Identifiant", wanted.vat_number),
    ):
        texts[column] = writer.fit("F_COMPTET", column, text)
    for position, text in enumerate(wanted.statistics, start=1):
        texts[f"CT_Statistique{position:02}"] = writer.fit("F_COMPTET", f"CT_Statistique{position:02}", text)
    # The sorting name is a shortened copy by nature: cutting it loses nothing.
    noted = len(writer.notes)
    texts["CT_Classement"] = writer.fit("F_COMPTET", "CT_Classement", wanted.sort_name or wanted.name)
    if not wanted.sort_name:
        del writer.notes[noted:]
    return texts


def _settings(writer: Writer, wanted: CustomerAccount, number: str, account: str) -> dict[str, object]:
    zero = dict.fromkeys(_ZERO, 0)
    one = dict.fromkeys(("CT_Facture", "CT_Saut", "CT_Lettrage", "CT_AnnulationCR"), 1)
    days = {f"CT_{use}Day{day:02}": int(day <= 5) for use in ("Order", "Delivery") for day in range(1, 8)}
    empty = dict.fromkeys(("CT_Telecopie", "CT_Site", "CT_Raccourci", "CT_Commentaire"), "")
    return {
        **zero,
        **one,
        **days,
        **empty,
        "CT_Num": number,
        "CT_NumPayeur": number,
        "CG_NumPrinc": account,
        "N_CatTarif": wanted.tariff_category,
        "N_CatCompta": wanted.accounting_category,
        "N_Period": wanted.period,
        "N_Expedition": wanted.carrier,
        "N_Condition": wanted.delivery_condition,
        "N_Risque": wanted.risk,
        "N_Devise": wanted.currency,
        "CT_Langue": wanted.language,
        "CO_No": wanted.salesperson,
        "DE_No": wanted.depot,
        "CT_DateCreate": writer.day("F_COMPTET", "CT_DateCreate", writer.now.date()),
    }


def _free_number(writer: Writer, wanted: CustomerAccount) -> str:
    """:raises RejectedRecordError: ``sage.customer_exists``: the number asked for is taken."""
    if wanted.number:
        number = writer.key("F_COMPTET", "CT_Num", wanted.number.upper())
        if writer.select("F_COMPTET", ["CT_Num"], {"CT_Num": number}, locked=True):
            raise RejectedRecordError("sage.customer_exists", {"number": number})
        return number
    prefix, digits = wanted.number_prefix.upper(), wanted.number_digits
    rank = writer.highest_number("F_COMPTET", "CT_Num", prefix, digits) + 1
    number = writer.key("F_COMPTET", "CT_Num", f"{prefix}{rank:0{digits}}")
    while writer.select("F_COMPTET", ["CT_Num"], {"CT_Num": number}, locked=True):
        number = writer.key("F_COMPTET", "CT_Num", successor(number))
    return number


def _rank(account: Mapping[str, Any], column: str) -> int:
    """A 1-based rank: 0 would be refused by Sage's driver."""
    return values.integer(account.get(column)) or 1
