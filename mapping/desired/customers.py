"""Customers and their billing address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stdnum.fr import siret

from mapping.catalogue import Catalogue, CatalogueCustomer, Problem
from mapping.desired.common import CUSTOMERS_GROUP, held
from mapping.rules import ShopRules
from mapping.state import Desired, Ref, Value

ALIAS = "Facturation"


def desired_customers(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    """Those with an e-mail of their own. One that fell asleep is closed, or left as it is, as the shop's rules say; an
    e-mail that two share holds both.
    """
    for customer in catalogue.customers:
        causes = {problem.cause: problem for problem in customer.problems}
        if "customers.asleep" in causes:
            if rules.customers.when_asleep == "deactivate":
                yield _closed(customer.key, customer.company, "CT_Sommeil = 1 : en sommeil dans Sage")
        elif "customers.no_email" not in causes:
            yield _account(customer, causes.get("customers.email_doubled"))


def desired_addresses(catalogue: Catalogue, rules: ShopRules) -> Iterator[Desired]:
    for customer in catalogue.customers:
        if customer.published:
            yield _address(customer)


def closed_customers(labels: Iterable[tuple[str, str]], rules: ShopRules) -> Iterator[Desired]:
    """Those that Sage no longer has, (number, company), where the portal made or adopted their account: it can no
    longer sign in, and is opened again when Sage has them again. Orders hang on it, so it is never deleted.
    """
    if rules.customers.publish == "none" or rules.customers.when_deleted == "keep":
        return
    for key, company in labels:
        if key != rules.orders.generic_account:
            yield _closed(key, company, f"le client {key} n'existe plus dans Sage")


def _closed(key: str, company: str, why: str) -> Desired:
    return Desired(
        kind="customers",
        key=key,
        label=f"{key} · {company}" if company else key,
        fields={"active": "0"},
        reasons={"active": why},
        update_only=True,
    )


def _account(customer: CatalogueCustomer, problem: Problem | None) -> Desired:
    group = Ref("groups", customer.group_key) if customer.group_key else CUSTOMERS_GROUP
    said = customer.explanations
    fields: dict[str, Value] = {
        "email": customer.email,
        "firstname": customer.firstname,
        "lastname": customer.lastname,
        "company": customer.company,
        "group": group,
        # The default group must be among them; the shop's own group keeps the rights that a new one lacks.
        "groups": [CUSTOMERS_GROUP, *([group] if group != CUSTOMERS_GROUP else [])],
        "active": "1",
    }
    reasons = {
        "email": said["email"],
        "firstname": said["name"],
        "lastname": said["name"],
        "company": said["company"],
        "group": said["group"],
        "groups": said["group"],
        "active": "CT_Sommeil = 0",
    }
    if siret.is_valid(customer.siret):
        fields["siret"], reasons["siret"] = customer.siret, f"CT_Siret « {customer.siret} »"
    return Desired(
        kind="customers",
        key=customer.key,
        label=f"{customer.key} · {customer.company}",
        fields=fields,
        reasons=reasons,
        held=held(problem) if problem else None,
    )


def _address(customer: CatalogueCustomer) -> Desired:
    address, said = customer.address, customer.explanations
    return Desired(
        kind="addresses",
        key=f"{customer.key}|main",
        label=f"{customer.company} · {address.city}",
        fields={
            "customer": Ref("customers", customer.key),
            "alias": ALIAS,
            "company": customer.company,
            "firstname": customer.firstname,
            "lastname": customer.lastname,
            "address1": address.address1,
            "address2": address.address2,
            "postcode": address.postcode,
            "city": address.city,
            "country": Ref("countries", address.country) if address.country else None,
            "phone": address.phone,
        },
        reasons={
            "customer": f"client {customer.key}",
            "alias": "adresse de facturation de la fiche client",
            "company": said["company"],
            "firstname": said["name"],
            "lastname": said["name"],
            "address1": "CT_Adresse",
            "address2": "CT_Complement",
            "postcode": "CT_CodePostal",
            "city": "CT_Ville",
            "country": said["country"],
            "phone": "CT_Telephone",
        },
        held=held(customer.address_problems[0]) if customer.address_problems else None,
    )
