"""The shop's own validation rules, by the names its schemas give them (``format="isReference"``). Pure.

A name that is not here is left to the shop. Patterns: PrestaShop's ``Validate`` class, 1.6 to 9, checked against the
recorded refusals.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import ean, luhn

Rule = Callable[[str], bool]


def _pattern(expression: str) -> Rule:
    compiled = re.compile(expression)
    return lambda value: compiled.fullmatch(value) is not None


def _without(characters: str) -> Rule:
    return _pattern(f"[^{re.escape(characters)}]*")


def _between(lowest: int, highest: int) -> Rule:
    whole = re.compile(r"-?\d{1,12}")
    return lambda value: whole.fullmatch(value) is not None and lowest <= int(value) <= highest


def _is_email(value: str) -> bool:
    return re.fullmatch(r"[^@\s<>(),;:\\\"\[\]]+@[^@\s.]+(\.[^@\s.]+)+", value) is not None


def _is_clean_html(value: str) -> bool:
    refused = r"<\s*script|<[^>]*\son\w+\s*=|(?i:javascript)\s*:|<\s*/?\s*(iframe|form|input|embed|object)\b"
    return re.search(refused, value, re.IGNORECASE) is None


_BEFORE_2038 = 4_294_967_295
_UNSIGNED = _between(0, _BEFORE_2038)

RULES: dict[str, Rule] = {
    "isGenericName": _without("<>={}"),
    "isCatalogName": _without("<>;=#{}"),
    "isName": _pattern(r"[^0-9!<>,;?=+()@#\"°{}_$%:¤|]*"),
    # A dot may only end a word: "J. Dupont" passes, "www.spam" does not.
    "isCustomerName": _pattern(r"(?:[^0-9!<>,;?=+()/\\@#\"°*`{}_^$%:¤\[\]|.。]|[.。](?:\s|$))*"),
    "isReference": _without("<>;={}"),
    "isEan13": _pattern(r"\d{0,13}"),
    "isUpc": _pattern(r"\d{0,12}"),
    "isIsbn": _pattern(r"[\d-]{0,32}"),
    "isPrice": _pattern(r"\d{1,10}(\.\d{1,9})?"),
    "isNegativePrice": _pattern(r"-?\d{1,10}(\.\d{1,9})?"),
    "isFloat": _pattern(r"-?\d+(\.\d+)?"),
    "isUnsignedFloat": _pattern(r"\d+(\.\d+)?"),
    "isPercentage": _pattern(r"\d{1,2}(\.\d+)?|100(\.0+)?"),
    "isInt": _between(-2_147_483_648, 2_147_483_647),
    "isUnsignedInt": _UNSIGNED,
    "isUnsignedId": _UNSIGNED,
    "isPositiveInt": _UNSIGNED,
    "isBool": _pattern(r"[01]"),
    "isLinkRewrite": _pattern(r"[_a-zA-Z0-9-]+"),
    "isEmail": _is_email,
    "isPhoneNumber": _pattern(r"[+0-9. ()/-]*"),
    "isPostCode": _pattern(r"[a-zA-Z 0-9-]*"),
    "isAddress": _without("!<>?=+@{}_$%"),
    "isCityName": _without('!<>;?=+@#"°{}_$%'),
    "isMessage": _without("<>{}"),
    "isCleanHtml": _is_clean_html,
    "isApe": _pattern(r"\d{3,4}[a-zA-Z]"),
    "isSiret": lambda value: re.fullmatch(r"\d{14}", value) is not None and luhn.is_valid(value),
    "isDate": _pattern(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?"),
    "isDateFormat": _pattern(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?"),
    "isReductionType": _pattern(r"amount|percentage"),
    "isProductVisibility": _pattern(r"both|catalog|search|none"),
}
RULES["IsGenericName"] = RULES["isGenericName"]


def accepts(rule: str, value: str) -> bool:
    """Does the shop's rule accept the value? True for a rule that is not known here."""
    check = RULES.get(rule)
    return check is None or check(value)


def is_gtin(value: str) -> bool:
    """9 checks ean13 as a GTIN: 8, 12, 13 or 14 digits with the right check digit."""
    return len(value) in (8, 12, 13, 14) and ean.is_valid(value)
