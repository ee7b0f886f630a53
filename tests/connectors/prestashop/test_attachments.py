"""Documents of products: with the sandbox where it answers as the recorded shops, by hand where a trap needs it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import RejectedRecordError, RetryableError
from connectors.prestashop.webservice import Webservice
from connectors.prestashop.xml import Entity
from connectors.sandbox.shop.server import RunningShop, running_shop
from tests.connectors.prestashop.fake import FakeShop, xml_response
from tests.connectors.prestashop.shops import created
from tests.connectors.prestashop.shops import settings as shop_settings

PDF = b"%PDF-1.4\nhello\n%%EOF\n"


@pytest.fixture(params=["1.7.8.11", "8.2.1"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "shop", version=request.param, languages=("fr", "en")) as shop:
        yield shop


def test_a_document_is_uploaded_linked_replaced_renamed_and_deleted(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    first = shop.attachments.upload(r"D:\Docs\Fiche technique.pdf", PDF, name="Fiche de l'article <1>")
    second = shop.attachments.upload("notice.pdf", PDF)
    shop.attachments.link(product_id, [first, second])
    assert shop.attachments.ids(product_id) == [first, second]
    shop.attachments.replace(first, b"%PDF-1.4 another")
    shop.attachments.rename(first, "Autre nom")
    assert shop.attachments.download(first) == b"%PDF-1.4 another"
    stored = shop.get("attachments", first)
    assert stored is not None
    assert stored.text("file_name") == "Fiche technique.pdf"
    assert stored.fields["name"] == {1: "Autre nom", 2: "Autre nom"}
    assert stored.text("mime") == "application/pdf"
    shop.attachments.link(product_id, [second])
    assert shop.attachments.ids(product_id) == [second]
    assert [o.error for o in shop.delete("attachments", [first, second])] == [None, None]


def test_linking_a_document_leaves_the_products_other_associations_and_texts(shop: Webservice) -> None:
    (product_id,) = created(shop, "T-1")
    shop.attachments.link(product_id, [shop.attachments.upload("notice.pdf", PDF)])
    product = shop.get("products", product_id)
    assert product is not None
    assert (product.associations or {})["categories"] == [{"id": "2"}]
    assert product.fields["name"] == {1: "Article T-1", 2: "Item T-1"}


def test_the_name_customers_see_fits_the_shops_length(shop: Webservice) -> None:
    attachment_id = shop.attachments.upload("a.pdf", PDF, name="Un nom bien plus long que trente-deux caractères")
    stored = shop.get("attachments", attachment_id)
    assert stored is not None
    assert stored.text("name") == "Un nom bien plus long que"


def test_posting_an_attachment_as_xml_is_refused_because_the_shop_would_create_nothing(shop: Webservice) -> None:
    (outcome,) = shop.create("attachments", [Entity({"name": {1: "Fiche"}, "mime": "application/pdf"})], find=None)
    assert outcome.error is not None
    assert outcome.error.cause == "shop.refused"
    assert shop.counters.writes == 0


def test_where_and_what_the_file_is_never_leaves_in_a_change(shop: Webservice) -> None:
    attachment_id = shop.attachments.upload("notice.pdf", PDF)
    change = Entity({"id": str(attachment_id), "file": "elsewhere", "mime": "text/plain", "description": "Notice"})
    assert shop.update("attachments", [change])[0].error is None
    assert shop.attachments.download(attachment_id) == PDF


@pytest.mark.parametrize("data", [b"", b"x" * (8 * 1024 * 1024 + 1)], ids=["empty", "over the shop's limit"])
def test_a_file_the_shop_would_refuse_is_not_sent(shop: Webservice, data: bytes) -> None:
    with pytest.raises(RejectedRecordError):
        shop.attachments.upload("notice.pdf", data)
    assert shop.counters.writes == 0


def test_an_upload_whose_answer_was_lost_is_found_and_makes_no_double(running: RunningShop, shop: Webservice) -> None:
    shop.attachments.upload("notice.pdf", PDF)
    running.shop.misbehaviours.add("cut", path="/api/attachments", methods=("POST",))
    second = shop.attachments.upload("notice.pdf", PDF)
    assert running.shop.count("attachments") == 2
    assert second == 2


def test_an_upload_that_never_arrived_is_a_retryable_failure(running: RunningShop, shop: Webservice) -> None:
    running.shop.misbehaviours.add("cut_before", path="/api/attachments", methods=("POST",))
    with pytest.raises(RetryableError):
        shop.attachments.upload("notice.pdf", PDF)
    assert running.shop.count("attachments") == 0


def test_1_6_has_no_attachments_and_says_so_before_the_product_is_touched(tmp_path: Path) -> None:
    with running_shop(tmp_path / "shop", version="1.6.1.24") as running, Webservice(shop_settings(running)) as shop:
        assert not shop.attachments.available
        assert shop.attachments.ids(1) == []
        for call in (
            lambda: shop.attachments.upload("a.pdf", PDF),
            lambda: shop.attachments.link(1, [1]),
            lambda: shop.attachments.replace(1, PDF),
            lambda: shop.attachments.download(1),
        ):
            with pytest.raises(RejectedRecordError):
                call()
        assert shop.counters.writes == 0


def test_the_file_name_that_a_raw_put_destroys_is_put_back(httpserver: HTTPServer) -> None:
    """Recorded on 8.2.1: after a PUT of the content the attachment is called ``6b04fe1bb70968.69199113``."""
    row = {"file": "aa", "file_name": "notice.pdf", "mime": "application/pdf"}
    bodies: list[tuple[str, bytes]] = []

    def node() -> str:
        return "<attachment><id>1</id>" + "".join(f"<{k}>{v}</{k}>" for k, v in row.items()) + "</attachment>"

    def answer(request: Request) -> Response:
        if request.method == "GET":
            return xml_response(f"<attachments>{node()}</attachments>")
        bodies.append((request.method, request.get_data()))
        if request.path.startswith("/api/attachments/file"):
            row.update(file="bb", file_name="6b04fe1bb70968.69199113")
        elif match := re.search(rb"<file_name>(.*?)<", request.get_data()):
            row["file_name"] = match.group(1).decode()
        return xml_response(node())

    fake = FakeShop()
    httpserver.expect_request(re.compile("/api/attachments.*")).respond_with_handler(answer)
    client_settings = fake.serve(httpserver)
    with Webservice(client_settings) as shop:
        known = shop.capabilities()
        known.rights = {**known.rights, "attachments": frozenset({"get", "put", "patch"})}
        known.load_schema = lambda resource: None
        shop.attachments.replace(1, PDF)
    assert bodies[0] == ("PUT", PDF)
    assert row == {"file": "bb", "file_name": "notice.pdf", "mime": "application/pdf"}
