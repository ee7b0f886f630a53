"""Sage customers as accounts of the shop. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from connectors.sage.records import Contact, Customer
from mapping.apart import is_a_records_own, taken_apart
from mapping.catalogue import CatalogueAddress, CatalogueCustomer, Problem
from mapping.naming import cut, folded_blanks, person_name, without_accents
from mapping.rules import ShopRules
from mapping.source import SageData

_EMAIL = re.compile(r"[^@\s<>(),;:\"]+@[^@\s<>(),;:\"]+\.[A-Za-z]{2,}")
_SEPARATORS = re.compile(r"[;,\s]+")
_FORBIDDEN_IN_TEXT = re.compile(r"[<>={}]")
_FORBIDDEN_IN_ADDRESS = re.compile(r"[!<>?=+@{}_$%]")
_FORBIDDEN_IN_CITY = re.compile(r"[!<>;?=+@#\"°{}_$%]")
_FORBIDDEN_IN_POSTCODE = re.compile(r"[^a-zA-Z 0-9-]")
_FORBIDDEN_IN_PHONE = re.compile(r"[^+0-9. ()/-]")
COMPANY_LENGTH, ADDRESS_LENGTH, CITY_LENGTH, POSTCODE_LENGTH, PHONE_LENGTH = 64, 128, 64, 12, 32
"""The narrowest of the versions."""
NO_FIRST_NAME = "Société"
"""The shop requires a first name; a company has none."""
NO_LAST_NAME = "Client"
TITLES = frozenset(
    {"m", "mr", "mme", "mlle", "mrs", "ms", "dr", "me", "monsieur", "madame", "mademoiselle", "mevr", "dhr"}
)
COUNTRY_OF_NO_COUNTRY = "FR"


Failed = Mapping[str, Exception]
"""Number of a customer that could not be derived -> why."""


def customers(data: SageData, rules: ShopRules, groups: frozenset[str]) -> tuple[tuple[CatalogueCustomer, ...], Failed]:
    """All customers of Sage but the generic account, with the reason why some are not published; and those that could
    not be derived.

    ``groups``: keys of the published groups.

    Raises:
        Exception: a mistake that every customer has.
    """
    if rules.customers.publish == "none":
        return (), {}
    awake = [customer for customer in data.customers.values() if not customer.asleep]
    emails = Counter(email.lower() for customer in awake if (email := first_email(customer)))
    generic = rules.orders.generic_account
    wanted = [customer for number, customer in sorted(data.customers.items()) if number != generic]
    found, failed = taken_apart(
        wanted, lambda some: [_customer(data, one, groups, emails) for one in some], is_a_records_own
    )
    return tuple(one for part in found for one in part), {customer.number: error for customer, error in failed}


def first_email(customer: Customer) -> str:
    """CT_EMail may hold several addresses: the first valid one, "" when there is none."""
    return next((text for text in _SEPARATORS.split(customer.email) if _EMAIL.fullmatch(text)), "")


def _customer(data: SageData, customer: Customer, groups: frozenset[str], emails: Counter[str]) -> CatalogueCustomer:
    email = first_email(customer)
    contact, source = _contact(data, customer)
    firstname, lastname = _names(customer, contact)
    company_words = f"CT_Intitule « {customer.name} »"
    address = _address(data, customer)
    group = str(customer.tariff_category)
    return CatalogueCustomer(
        key=customer.number,
        company=_cleaned(_FORBIDDEN_IN_TEXT, customer.name, COMPANY_LENGTH),
        email=email,
        firstname=firstname,
        lastname=lastname,
        siret=customer.siret.replace(" ", ""),
        group_key=group if group in groups else "",
        sleeping=customer.asleep,
        address=address,
        problems=tuple(_problems(customer, email, emails)),
        address_problems=tuple(_address_problems(customer, address)),
        explanations={
            "email": f"CT_EMail « {customer.email} »",
            "company": company_words,
            "name": f"{source} « {' '.join(contact)} »" if contact else f"aucun contact : {company_words}",
            "group": f"catégorie tarifaire N_CatTarif = {customer.tariff_category}",
            "country": f"CT_Pays « {customer.country} »",
        },
    )


def _contact(data: SageData, customer: Customer) -> tuple[tuple[str, ...], str]:
    """(first name, last name) of the person there, and the column behind them; () when Sage names nobody."""
    words = [word for word in folded_blanks(customer.contact).split(" ") if word]
    if words and words[0].rstrip(".").casefold() in TITLES:
        words = words[1:]
    if len(words) > 1:
        return (words[0], " ".join(words[1:])), "CT_Contact"
    for contact in data.contacts.get(customer.number, []):
        if contact.last_name:
            return _contact_names(contact), "F_CONTACTT"
    return tuple(words), "CT_Contact"


def _contact_names(contact: Contact) -> tuple[str, ...]:
    return (contact.first_name, contact.last_name) if contact.first_name else (contact.last_name,)


def _names(customer: Customer, contact: tuple[str, ...]) -> tuple[str, str]:
    """First and last name that the shop accepts."""
    if len(contact) > 1:
        firstname, lastname = person_name(contact[0]), person_name(contact[1])
    else:
        firstname, lastname = "", person_name(contact[0] if contact else customer.name)
    return firstname or NO_FIRST_NAME, lastname or NO_LAST_NAME


def _address(data: SageData, customer: Customer) -> CatalogueAddress:
    second_line = customer.address_complement if customer.address else ""
    return CatalogueAddress(
        address1=_cleaned(_FORBIDDEN_IN_ADDRESS, customer.address or customer.address_complement, ADDRESS_LENGTH),
        address2=_cleaned(_FORBIDDEN_IN_ADDRESS, second_line, ADDRESS_LENGTH),
        postcode=_cleaned(_FORBIDDEN_IN_POSTCODE, customer.postcode, POSTCODE_LENGTH),
        city=_cleaned(_FORBIDDEN_IN_CITY, customer.city, CITY_LENGTH),
        country=country_code(data, customer.country),
        phone=_cleaned(_FORBIDDEN_IN_PHONE, customer.phone, PHONE_LENGTH),
    )


def country_code(data: SageData, label: str) -> str:
    """ISO code of a country written freely, through F_PAYS; France when nothing is written, "" when it is not known."""
    if not label.strip():
        return COUNTRY_OF_NO_COUNTRY
    wanted = without_accents(label)
    for country in data.countries:
        if wanted in {without_accents(country.label), country.iso_code.lower()} and country.iso_code:
            return country.iso_code.upper()
    return "FR" if wanted == "france" else ""


def _problems(customer: Customer, email: str, emails: Counter[str]) -> Iterator[Problem]:
    facts = {"customer": customer.number, "name": customer.name}
    if customer.asleep:
        yield Problem("customers.asleep", facts)
    if not email:
        yield Problem("customers.no_email", {**facts, "email": customer.email})
    elif emails[email.lower()] > 1:
        yield Problem("customers.email_doubled", {**facts, "email": email})


def _address_problems(customer: Customer, address: CatalogueAddress) -> Iterator[Problem]:
    facts = {"customer": customer.number, "name": customer.name}
    if not address.country:
        yield Problem("customers.unknown_country", {**facts, "country": customer.country})
    elif not address.address1 or not address.city:
        yield Problem("customers.address_incomplete", facts)


def _cleaned(forbidden: re.Pattern[str], text: str, length: int) -> str:
    return cut(folded_blanks(forbidden.sub(" ", text)), length)
