"""What the shop's answers mean: status and error code -> an error named by what to do next.

The codes are the shop's own (behaviours recorded on 1.6.1.24, 1.7.8.11 and 8.2.1); its messages are never compared,
their language depends on the shop.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError
from connectors.prestashop.transport import Answer
from connectors.prestashop.xml import Entity, NotXml, ShopError, parse, parse_errors

_Kind = type[ConnectorError]

# The first code of the answer that stands here decides.
CODES: dict[int, tuple[_Kind, str]] = {
    17: (ConfigurationError, "shop.wrong_key"),  # empty key
    18: (ConfigurationError, "shop.wrong_key"),  # not 32 characters
    20: (ConfigurationError, "shop.key_inactive"),  # unknown or switched off: the shop does not say which
    21: (ConfigurationError, "shop.no_right"),  # alone: an active key without any right
    22: (ConfigurationError, "shop.disabled"),  # the webservice is switched off
    25: (ConfigurationError, "shop.no_right"),  # verb
    26: (ConfigurationError, "shop.no_right"),  # resource
    132: (ConfigurationError, "shop.no_right"),  # the key does not belong to this shop of a multishop
    3: (RejectedRecordError, "shop.saved_with_warning"),  # PHP warning while saving: the entity is saved
    5: (RejectedRecordError, "shop.saved_with_warning"),
    11: (RejectedRecordError, "shop.saved_with_warning"),
    41: (RejectedRecordError, "shop.missing_field"),
    84: (RejectedRecordError, "shop.invalid_value"),  # multi-language field
    85: (RejectedRecordError, "shop.invalid_value"),
    87: (RejectedRecordError, "shop.unknown_id"),  # DELETE of a list: nothing was deleted
    92: (RejectedRecordError, "shop.unknown_id"),
    131: (RejectedRecordError, "shop.unknown_id"),  # exists, but in another shop
    140: (RejectedRecordError, "shop.duplicate_key"),  # e-mail already used
    141: (RejectedRecordError, "shop.duplicate_key"),
}
STATUSES: dict[int, tuple[_Kind, str]] = {
    401: (ConfigurationError, "shop.wrong_key"),  # no key arrived: often a web server that drops the header
    404: (RejectedRecordError, "shop.unknown_id"),
    429: (RetryableError, "shop.busy"),
    502: (RetryableError, "shop.busy"),
    503: (RetryableError, "shop.busy"),
    504: (RetryableError, "shop.busy"),
}
_CODE = re.compile(rb"<code>(?:<!\[CDATA\[)?(\d+)")
_WARNINGS = frozenset({3, 5, 11})
# On 1.6 and 1.7 a duplicate key is the general "unable to save" (46); these are the resources that have one.
_UNIQUE = {"combinations", "specific_prices", "images"}
_NOTHING_SAVED = {"89", "90", "91", "127", "413", "414"}
_PROPERTY = re.compile(r"[Pp]roperty \w+->(\w+)|[Pp]arameter \"(\w+)|\w+->(\w+)")


@dataclass(frozen=True)
class Asked:
    """What was asked, for the facts of an error."""

    verb: str
    resource: str
    url: str


def error_of(answer: Answer, asked: Asked) -> ConnectorError | None:
    """The error that an answer stands for, or None when it is a 2xx. Never raises."""
    facts: dict[str, object] = {"resource": asked.resource, "verb": asked.verb, "status": answer.status}
    if 300 <= answer.status < 400:
        # Seen for a Host other than the shop's configured domain, and for an unknown id_shop.
        location = answer.headers.get("location", "")
        return ConfigurationError("shop.wrong_domain", {**facts, "url": asked.url, "location": location})
    if answer.status < 300:
        return None
    errors = _errors(answer)
    return _from_codes(errors, facts) if errors else _without_codes(answer, {**facts, "url": asked.url})


def entities_of(answer: Answer, asked: Asked) -> list[Entity]:
    """The entities of a read. Raises the error that the answer stands for."""
    if error := error_of(answer, asked):
        raise error
    try:
        return parse(answer.body)
    except NotXml:
        raise not_xml(answer, {"resource": asked.resource, "verb": asked.verb, "status": answer.status}) from None


def written_entities(answer: Answer, asked: Asked) -> list[Entity]:
    """The entities of a write. A success is a 2xx and ``text/xml`` and an id in each entity: 1.6 answers 200
    ``text/html`` to some failures. Raises the error that the answer stands for.
    """
    facts: dict[str, object] = {"resource": asked.resource, "verb": asked.verb, "status": answer.status}
    if answer.status < 300 and "xml" not in answer.content_type:
        raise not_xml(answer, facts)
    entities = entities_of(answer, asked)
    if any(entity.id is None for entity in entities):
        raise not_xml(answer, facts)
    return entities


def not_xml(answer: Answer, facts: dict[str, object]) -> ConnectorError:
    """The answer is not what a webservice says; its first characters are the only clue there is."""
    text = re.sub(r"<[^>]*>", " ", answer.body[:2000].decode("utf-8", "replace"))
    first = " ".join(html.unescape(text).split())[:200]
    return RejectedRecordError("shop.not_xml", {**facts, "content_type": answer.content_type, "first": first})


def whole_request_refused(error: ConnectorError) -> bool:
    """The request as a whole was refused and nothing of it saved: too big (the body is dropped: 127), malformed ids."""
    return error.facts.get("code") in _NOTHING_SAVED


def answer_lost(error: ConnectorError) -> bool:
    """No answer of the shop itself came (502 and 504 are its gateway's): it may still be working on the request."""
    return error.cause in ("shop.timeout", "shop.unreachable") or error.facts.get("status") in ("502", "504")


def _without_codes(answer: Answer, facts: dict[str, object]) -> ConnectorError:
    """A failure that the webservice itself did not word."""
    if answer.status in STATUSES:
        kind, cause = STATUSES[answer.status]
        return kind(cause, facts)
    if answer.status in (413, 414):
        return RejectedRecordError("shop.refused", {**facts, "code": answer.status, "message": "request too large"})
    if not answer.body.strip():
        # An uncaught exception of the shop: duplicate key, unknown parent, lock. Earlier entities are saved.
        return RetryableError("shop.empty_500", facts)
    return not_xml(answer, facts)


def _errors(answer: Answer) -> list[ShopError]:
    try:
        return parse_errors(answer.body)
    except NotXml:
        # Code 127 quotes the whole request, which may break the XML of the answer.
        return [ShopError(int(code), "") for code in _CODE.findall(answer.body[:5000])]


def _from_codes(errors: list[ShopError], facts: dict[str, object]) -> ConnectorError:
    # A warning beside a refusal says nothing: the entity was refused.
    telling = [error for error in errors if error.code not in _WARNINGS] or errors
    decisive = next((error for error in telling if error.code in CODES), telling[0])
    kind, cause = CODES.get(decisive.code, (RejectedRecordError, "shop.refused"))
    if decisive.code == 46 and facts["resource"] in _UNIQUE:
        cause = "shop.duplicate_key"
    message = html.unescape(html.unescape("; ".join(error.message for error in errors)))[:500]
    facts = {**facts, "code": decisive.code, "message": message}
    if match := _PROPERTY.search(html.unescape(decisive.message)):
        facts["field"] = next(group for group in match.groups() if group)
    return kind(cause, facts)
