from __future__ import annotations

from typing import Any

import pytest

from connectors.sage.records import Contact, Country, Record
from mapping.catalogue import CatalogueCustomer
from tests.mapping.builders import customer, derived

COUNTRIES = (Country(label="Belgique", iso_code="BE"), Country(label="Réunion (La)", iso_code="RE"))


def account(*records: Record, number: str = "DUPONT", **fields: Any) -> CatalogueCustomer:
    catalogue = derived(customer(number, **fields), *COUNTRIES, *records, customers={"publish": "with_email"})
    return next(one for one in catalogue.customers if one.key == number)


def test_nobody_is_published_unless_the_rules_say_so() -> None:
    assert derived(customer()).customers == ()


def test_the_generic_account_is_not_a_customer_of_the_shop() -> None:
    rules: dict[str, Any] = {"customers": {"publish": "with_email"}, "orders": {"generic_account": "WEB"}}
    assert [one.key for one in derived(customer("WEB"), customer("DUPONT"), **rules).customers] == ["DUPONT"]


@pytest.mark.parametrize(
    ("fields", "email", "causes"),
    [
        pytest.param({}, "dupont@example.com", [], id="one address"),
        pytest.param({"email": "n/a; Vente@Dupont.fr, x@y.fr"}, "Vente@Dupont.fr", [], id="the first valid of several"),
        pytest.param({"email": "standard"}, "", ["customers.no_email"], id="no address"),
        pytest.param({"email": ""}, "", ["customers.no_email"], id="empty"),
        pytest.param({"asleep": True}, "dupont@example.com", ["customers.asleep"], id="asleep"),
    ],
)
def test_an_account_needs_an_email(fields: dict[str, Any], email: str, causes: list[str]) -> None:
    found = account(**fields)
    assert (found.email, [one.cause for one in found.problems], found.published) == (email, causes, not causes)


def test_an_email_that_two_customers_share_opens_no_account() -> None:
    found = account(customer("MARTIN", email="DUPONT@example.com"))
    assert [one.cause for one in found.problems] == ["customers.email_doubled"]


def test_a_sleeping_customer_does_not_keep_its_email_from_the_one_that_is_awake() -> None:
    assert account(customer("ANCIEN", email="dupont@example.com", asleep=True)).published


@pytest.mark.parametrize(
    ("fields", "contacts", "expected"),
    [
        pytest.param({"contact": "Jeanne Le Goff"}, [], ("Jeanne", "Le Goff"), id="contact"),
        pytest.param({"contact": "Mme Irène Le Goff"}, [], ("Irène", "Le Goff"), id="a title is no first name"),
        pytest.param(
            {"contact": "M. Kerbrat"},
            [Contact(customer="DUPONT", number=1, first_name="Loïc", last_name="Kerbrat")],
            ("Loïc", "Kerbrat"),
            id="F_CONTACTT when the contact is one word",
        ),
        pytest.param({"contact": "M. Kerbrat"}, [], ("Société", "Kerbrat"), id="one word alone"),
        pytest.param({"contact": "", "name": "SARL L&M (Lyon) 3"}, [], ("Société", "SARL L&M Lyon"), id="company"),
        pytest.param({"contact": "", "name": "3 x 3 = 9"}, [], ("Société", "x"), id="hardly a letter"),
        pytest.param({"contact": "", "name": "42"}, [], ("Société", "Client"), id="nothing that is a name"),
    ],
)
def test_names_are_found_and_made_acceptable(
    fields: dict[str, Any], contacts: list[Record], expected: tuple[str, str]
) -> None:
    found = account(*contacts, **fields)
    assert (found.firstname, found.lastname) == expected


@pytest.mark.parametrize(
    ("country", "code", "causes"),
    [
        pytest.param("", "FR", [], id="nothing is France"),
        pytest.param("FRANCE", "FR", [], id="France without a row"),
        pytest.param("belgique", "BE", [], id="whatever the case"),
        pytest.param("Reunion (La)", "RE", [], id="whatever the accents"),
        pytest.param("be", "BE", [], id="a code"),
        pytest.param("Atlantide", "", ["customers.unknown_country"], id="unknown"),
    ],
)
def test_a_country_written_freely_becomes_its_code(country: str, code: str, causes: list[str]) -> None:
    found = account(country=country)
    assert (found.address.country, [one.cause for one in found.address_problems]) == (code, causes)
    assert found.published, "the account stands without its address"


def test_an_address_is_cleaned_for_the_shop() -> None:
    found = account(address="12 <rue> du Port #3", city="La Rochelle;", postcode="F-17000*", phone="05.46/00 x12")
    assert found.address.address1 == "12 rue du Port #3"
    assert (found.address.city, found.address.postcode, found.address.phone) == (
        "La Rochelle",
        "F-17000",
        "05.46/00 12",
    )


def test_the_second_line_serves_when_there_is_no_first() -> None:
    found = account(address="", address_complement="Quai 3")
    assert (found.address.address1, found.address.address2) == ("Quai 3", "")


def test_an_address_without_a_street_or_a_city_is_held() -> None:
    assert [one.cause for one in account(city="").address_problems] == ["customers.address_incomplete"]


@pytest.mark.parametrize(("category", "group"), [(2, "2"), (1, ""), (7, "")])
def test_the_group_is_the_tariff_category_when_it_is_published(category: int, group: str) -> None:
    assert account(tariff_category=category).group_key == group
