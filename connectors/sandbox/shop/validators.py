"""PrestaShop's field checks (`Validate::isXxx` and lengths) and the words in which it refuses a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from connectors.sandbox.shop.errors import WebserviceError
from connectors.sandbox.shop.schema import Field, Resource

PATTERNS = {
    "isUnsignedId": r"\d{1,10}",
    "isNullOrUnsignedId": r"\d{1,10}",
    "isUnsignedInt": r"\d{1,10}",
    "isPositiveInt": r"\d{1,10}",
    "isInt": r"-?\d{1,10}",
    "isBool": r"[01]",
    "isPrice": r"\d{1,10}(\.\d{1,9})?",
    "isNegativePrice": r"-?\d{1,10}(\.\d{1,9})?",
    "isFloat": r"-?\d+(\.\d+)?([eE]-?\d+)?",
    "isUnsignedFloat": r"\d+(\.\d+)?([eE]-?\d+)?",
    "isPercentage": r"\d{1,3}(\.\d+)?",
    "isCatalogName": r"[^<>;=#{}]*",
    "isGenericName": r"[^<>={}]*",
    "isReference": r"[^<>;={}]*",
    "isMpn": r"[^<>;={}]*",
    "isString": r".*",
    "isGtin": r"\d{0,14}",
    "isEan13": r"\d{0,13}",
    "isUpc": r"\d{0,12}",
    "isIsbn": r"[0-9-]{0,32}",
    "isLinkRewrite": r"[_a-zA-Z0-9-]+",
    "isName": r"[^0-9!<>,;?=+()@#\"°{}_$%:¤|]*",
    "isCarrierName": r"[^<>;=#{}]*",
    "isEmail": r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+",
    "isPhoneNumber": r"[+0-9. ()/-]*",
    "isAddress": r"[^!<>?=+@{}_$%]*",
    "isCityName": r"[^!<>;?=+@#\"°{}_$%]*",
    "isPostCode": r"[a-zA-Z 0-9-]+",
    "isMessage": r"[^<>{}]*",
    "isDniLite": r"[0-9A-Za-z.-]{1,16}",
    "isApe": r"\d{3,4}[a-zA-Z]",
    "isColor": r"(#[0-9a-fA-F]{6}|[a-zA-Z0-9-]*)",
    "isReductionType": r"(amount|percentage)",
    "isPriceDisplayMethod": r"[01]",
    "isProductVisibility": r"(both|catalog|search|none)",
    "isModuleName": r"[a-zA-Z0-9_-]+",
    "isMd5": r"[a-f0-9A-F]{32}",
    "isSha1": r"[a-fA-F0-9]{40}",
    "isLanguageIsoCode": r"[a-zA-Z]{2,3}",
    "isLanguageCode": r"[a-zA-Z]{2}(-[a-zA-Z]{2})?",
    "isTrackingNumber": r"[~:#,%&_=()\[\]{}\.? +\-@/a-zA-Z0-9]+",
    "isConfigName": r"[a-zA-Z_0-9-]+",
}

CUSTOMER_NAME = re.compile(r"[^0-9!<>,;?=+()/\\@#\"°*`{}_^$%:¤\[\]|]*")
DOT_THEN_LETTER = re.compile(r"[.。]\S")
HTML_TRAPS = re.compile(
    r"<\s*script|\bon(click|load|error|mouse\w+|key\w+|focus|blur|change|submit)\s*=|<\s*i?frame", re.I
)
PRODUCT_TYPES = ("standard", "pack", "virtual", "combinations", "")
INT_RANGE = range(-(2**31), 2**31)


def _is_date(value: str) -> bool:
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)( (\d\d):(\d\d):(\d\d))?", value)
    if found is None:
        return False
    if value.startswith("0000-00-00"):
        return True
    try:
        if found.group(4):
            datetime.fromisoformat(value)
        else:
            date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_customer_name(value: str) -> bool:
    return bool(CUSTOMER_NAME.fullmatch(value)) and not DOT_THEN_LETTER.search(value)


def _is_siret(value: str) -> bool:
    """14 digits with a valid Luhn sum; only 1.6 checks it."""
    if not re.fullmatch(r"\d{14}", value):
        return False
    digits = [int(char) * (2 - position % 2) for position, char in enumerate(value)]
    return sum(digit - 9 if digit > 9 else digit for digit in digits) % 10 == 0


CHECKS: dict[str, Callable[[str], bool]] = {
    "isDate": _is_date,
    "isDateFormat": _is_date,
    "isDateOrNull": _is_date,
    "isBirthDate": _is_date,
    "isCustomerName": _is_customer_name,
    "isSiret": _is_siret,
    "isCleanHtml": lambda value: not HTML_TRAPS.search(value),
}


def is_valid(name: str, value: str) -> bool:
    """Whether PrestaShop's check of this name (as the synopsis gives it) accepts a value that is not blank."""
    known = name[:1].lower() + name[1:]
    if known in CHECKS:
        return CHECKS[known](value)
    pattern = PATTERNS.get(known)
    return pattern is None or re.fullmatch(pattern, value, flags=re.DOTALL) is not None


class Validator:
    """Checks an entity as `ObjectModel::validateFields` does, texts of several languages first."""

    def __init__(self, resource: Resource, *, escaped: bool, short_description_limit: int, language: int) -> None:
        self.resource = resource
        self.arrow = "-&gt;" if escaped else "->"
        self.limit = short_description_limit
        self.language = language

    def check(self, values: Mapping[str, str | dict[int, str | None] | None]) -> None:
        """Raise WebserviceError 400 with code 84 (a text in several languages) or 85 (any other field)."""
        for field in self.resource.fields:
            value = values.get(field.name)
            if isinstance(value, dict):
                self._check_texts(field, value)
        for field in self.resource.fields:
            value = values.get(field.name)
            if not field.lang and not isinstance(value, dict) and not field.read_only:
                self._refuse(85, self._complaint(field, value))

    def _check_texts(self, field: Field, texts: Mapping[int, str | None]) -> None:
        if field.required and not texts.get(self.language):
            rewrite = field.format == "isLinkRewrite"
            self._refuse(84, f"Property {self._path(field)} is {'not valid' if rewrite else 'empty.'}")
        for text in texts.values():
            self._refuse(84, self._complaint(field, text, required=False))

    def _complaint(self, field: Field, value: str | None, *, required: bool | None = None) -> str:
        """PrestaShop's sentence about a value, blank when there is nothing to say."""
        path = self._path(field)
        if value is None or value == "":
            is_required = field.required if required is None else required
            return f"Property {path} is empty." if is_required and field.name != "passwd" else ""
        if field.name == "product_type" and value not in PRODUCT_TYPES:
            return f"Property {path} has a bad value (allowed values are: {', '.join(PRODUCT_TYPES)})."
        if field.format == "isInt" and re.fullmatch(r"[a-zA-Z]+", value):
            return f"The range of property {path} is currently 0. It must be between -2147483648 and 2147483647."
        if not is_valid(field.format, value):
            return f"Property {path} is not valid"
        return self._length(field, value)

    def _length(self, field: Field, value: str) -> str:
        limit, length = field.max, len(value)
        if field.name == "description_short" and self.limit:
            limit, length = self.limit, len(re.sub(r"<[^>]*>", "", value))
        if not limit or length <= limit or (field.format.endswith("Price") and field.max):
            return ""
        path = self._path(field)
        return f"The length of property {path} is currently {length} chars. It must be between 0 and {limit} chars."

    def _path(self, field: Field) -> str:
        return f"{self.resource.model}{self.arrow}{field.name}"

    def _refuse(self, code: int, complaint: str) -> None:
        if complaint:
            raise WebserviceError(400, code, f'Validation error: "{complaint}"')
