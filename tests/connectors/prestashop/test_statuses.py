from __future__ import annotations

import json

import pytest

from connectors.errors import ConnectorError, RetryableError
from connectors.prestashop.statuses import Asked, answer_lost, entities_of, error_of, written_entities
from connectors.prestashop.transport import Answer
from tests.connectors.prestashop.fake import RECORDED

FAILURES = json.loads((RECORDED / "errors.json").read_text())
ASKED = Asked("POST", "products", "https://shop.example/api")


def answer(status: int, body: str = "", content_type: str = "text/xml;charset=utf-8", **headers: str) -> Answer:
    return Answer(status, {"content-type": content_type, **headers}, body.encode(), 0.1)


def error_xml(*codes: int, text: str = "x") -> str:
    inner = "".join(f"<error><code>{code}</code><message><![CDATA[{text}]]></message></error>" for code in codes)
    return f"<?xml version='1.0'?><prestashop><errors>{inner}</errors></prestashop>"


@pytest.mark.parametrize(
    "failure",
    FAILURES,
    ids=lambda f: f"{f['version']}-{f['verb']}-{f['resource']}-{f['status']}-{f['cause'].removeprefix('shop.')}",
)
def test_a_recorded_failure_has_its_cause(failure: dict[str, str]) -> None:
    got = Answer(
        int(failure["status"]),
        {"content-type": failure["content_type"], "location": failure["location"]},
        failure["body"].encode(),
        0.1,
    )
    with pytest.raises(ConnectorError) as caught:
        written_entities(got, Asked(failure["verb"], failure["resource"], "https://shop.example/api"))
    assert (caught.value.cause, type(caught.value).__name__) == (failure["cause"], failure["kind"])
    if "field" in failure:
        assert caught.value.facts["field"] == failure["field"]


@pytest.mark.parametrize(
    ("status", "body", "content_type", "cause"),
    [
        (429, "", "text/html", "shop.busy"),
        (503, "<html>maintenance</html>", "text/html", "shop.busy"),
        (503, error_xml(22), "text/xml", "shop.disabled"),
        (502, "<html>bad gateway</html>", "text/html", "shop.busy"),
        (301, "", "text/html", "shop.wrong_domain"),
        (500, "", "text/html", "shop.empty_500"),
        (500, error_xml(11, 85, text="Property Product->ean13"), "text/xml", "shop.invalid_value"),
        (500, error_xml(3), "text/xml", "shop.saved_with_warning"),
        (400, error_xml(9999), "text/xml", "shop.refused"),
        (413, "<html>", "text/html", "shop.refused"),
        (500, "<br /><b>Fatal error</b>: memory", "text/html", "shop.not_xml"),
        (200, "Cart cannot be loaded", "text/html", "shop.not_xml"),
        (200, "<?xml version='1.0'?><prestashop><zone><id>1</id></zone></prestashop>", "text/html", "shop.not_xml"),
        (200, "<?xml version='1.0'?><prestashop><zone><name>x</name></zone></prestashop>", "text/xml", "shop.not_xml"),
        (200, "<?xml version='1.0'?><prestashop><zone><id>", "text/xml", "shop.not_xml"),
    ],
    ids=[
        "too many requests",
        "503 of a web server",
        "webservice switched off",
        "gateway",
        "moved",
        "empty 500",
        "refused, with a warning beside it",
        "warning alone",
        "a code we do not know",
        "body too large",
        "PHP died",
        "200 that is no success",
        "a write is only trusted as text/xml",
        "entity without id",
        "cut answer",
    ],
)
def test_each_answer_has_one_meaning(status: int, body: str, content_type: str, cause: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        written_entities(answer(status, body, content_type), ASKED)
    assert caught.value.cause == cause


def test_a_read_is_taken_from_behind_a_php_notice_even_as_html() -> None:
    body = "<b>Notice</b>: x<?xml version='1.0'?><prestashop><zones><zone><id>1</id></zone></zones></prestashop>"
    assert [entity.id for entity in entities_of(answer(200, body, "text/html"), ASKED)] == [1]


def test_what_is_not_xml_tells_its_type_and_its_first_words() -> None:
    error = error_of(answer(500, "<h1>&Eacute;tat de commande</h1>\n invalide", "text/html"), ASKED)
    assert error is not None
    assert error.facts["first"] == "État de commande invalide"
    assert error.facts["content_type"] == "text/html"


def test_a_redirect_tells_where_the_shop_lives() -> None:
    error = error_of(answer(302, "", "text/html", location="https://www.shop.example/"), ASKED)
    assert error is not None
    assert error.facts["location"] == "https://www.shop.example/"


@pytest.mark.parametrize(("status", "lost"), [("504", True), ("502", True), ("503", False), ("429", False)])
def test_a_gateway_that_gave_up_says_nothing_of_the_shop(status: str, lost: bool) -> None:
    assert answer_lost(RetryableError("shop.busy", {"status": status})) is lost
