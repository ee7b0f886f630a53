from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.prestashop.webservice import After, ShopSettings, Webservice
from tests.connectors.prestashop.fake import FakeShop, settings, xml_response


def filled(count: int) -> FakeShop:
    return FakeShop(rows={n: {"reference": f"R{n}", "price": "1.000000"} for n in range(1, count + 1)})


def product_requests(shop: FakeShop) -> list[str]:
    return [unquote(path) for verb, path in shop.requests if path.startswith("/api/products?display")]


def test_every_page_is_read_by_id_with_sort_and_limit(httpserver: HTTPServer) -> None:
    shop = filled(25)
    with Webservice(shop.serve(httpserver)) as client:
        read = list(client.read("products", display=["reference"], page=10))
    assert [entity.text("reference") for entity in read] == [f"R{n}" for n in range(1, 26)]
    assert product_requests(shop) == [
        "/api/products?display=[id,reference]&sort=[id_ASC]&limit=10",
        "/api/products?display=[id,reference]&filter[id]=>[10]&sort=[id_ASC]&limit=10",
        "/api/products?display=[id,reference]&filter[id]=>[20]&sort=[id_ASC]&limit=10",
    ]


def test_a_row_deleted_between_two_pages_makes_no_other_disappear(httpserver: HTTPServer) -> None:
    shop = filled(20)
    with Webservice(shop.serve(httpserver)) as client:
        reading = client.read("products", display=["reference"], page=5)
        first = [next(reading).id for _ in range(5)]
        del shop.rows[2]
        rest = [entity.id for entity in reading]
    assert first + rest == list(range(1, 21))


def test_another_order_is_paged_by_offset(httpserver: HTTPServer) -> None:
    shop = filled(5)
    with Webservice(shop.serve(httpserver)) as client:
        assert len(list(client.read("products", display="full", sort="reference_DESC", page=2))) == 5
    assert [path.rpartition("limit=")[2] for path in product_requests(shop)] == ["0,2", "2,2", "4,2"]


def test_reading_stops_at_the_limit(httpserver: HTTPServer) -> None:
    shop = filled(25)
    with Webservice(shop.serve(httpserver)) as client:
        assert [entity.id for entity in client.read("products", display=["id"], page=10, limit=3)] == [1, 2, 3]
    assert len(product_requests(shop)) == 1


def test_a_reference_with_brackets_finds_its_product_only(httpserver: HTTPServer) -> None:
    shop = FakeShop(
        rows={1: {"reference": "A[1]"}, 2: {"reference": "a[1]"}, 3: {"reference": "A1"}, 4: {"reference": "B"}}
    )
    with Webservice(shop.serve(httpserver)) as client:
        assert [e.id for e in client.read("products", display=["id"], filters={"reference": "A[1]"})] == [1]


def test_the_shops_generous_comparison_is_undone(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={1: {"reference": "abc"}, 2: {"reference": "ABC"}, 3: {"reference": "ABC "}})
    with Webservice(shop.serve(httpserver)) as client:
        assert [e.id for e in client.read("products", display=["id"], filters={"reference": ["ABC", "x"]})] == [2]


def test_a_long_list_is_read_in_parts(httpserver: HTTPServer) -> None:
    shop = filled(1200)
    with Webservice(shop.serve(httpserver)) as client:
        read = [entity.id for entity in client.read("products", display=["id"], filters={"id": range(1, 1201)})]
    assert sorted(filter(None, read)) == list(range(1, 1201))
    assert max(map(len, product_requests(shop))) < 4000


def test_an_empty_list_reads_nothing(httpserver: HTTPServer) -> None:
    shop = filled(3)
    with Webservice(shop.serve(httpserver)) as client:
        assert list(client.read("products", display=["id"], filters={"id": []})) == []
    assert product_requests(shop) == []


def test_fields_that_the_version_lacks_are_not_asked_for(httpserver: HTTPServer) -> None:
    shop = FakeShop(version="1.6.1.24", rows={1: {"reference": "A"}})
    with Webservice(shop.serve(httpserver)) as client:
        list(client.read("products", display=["reference", "isbn", "state", "categories[id]", "attachments[id]"]))
    assert "display=[id,reference,categories[id]]&" in product_requests(shop)[0]


def test_filtering_on_a_field_that_the_version_lacks_is_refused_instead_of_returning_everything(
    httpserver: HTTPServer,
) -> None:
    shop = FakeShop(version="1.6.1.24", rows={1: {"reference": "A"}})
    with Webservice(shop.serve(httpserver)) as client, pytest.raises(RejectedRecordError) as caught:
        list(client.read("products", display=["id"], filters={"isbn": "1"}))
    assert caught.value.facts["field"] == "isbn"


def test_one_entity_is_read_by_the_list_form(httpserver: HTTPServer) -> None:
    shop = filled(2)
    with Webservice(shop.serve(httpserver)) as client:
        found, missing = client.get("products", 2), client.get("products", 99)
    assert found is not None
    assert found.text("reference") == "R2"
    assert missing is None
    assert product_requests(shop)[0] == "/api/products?display=full&filter[id]=[2]&sort=[id_ASC]&limit=0,500"


def test_a_page_too_big_is_asked_again_by_halves(httpserver: HTTPServer) -> None:
    shop = filled(40)
    shop.serve(httpserver)
    with Webservice(settings(httpserver, max_answer_bytes=1500)) as client:
        client.capabilities()._schemas["products"] = None
        assert [entity.id for entity in client.read("products", display=["reference"], page=40)] == list(range(1, 41))


def test_dates_are_asked_with_date_1_in_the_shops_local_time_a_little_before(httpserver: HTTPServer) -> None:
    shop = FakeShop()
    with Webservice(shop.serve(httpserver)) as client:
        list(client.changed_since("products", datetime(2026, 7, 1, 10, 0, tzinfo=UTC), display=["id"]))
    assert "filter[date_upd]=>[2026-07-01 11:58:00]" in product_requests(shop)[0].replace("+", " ")
    assert product_requests(shop)[0].endswith("date=1")


def test_the_shops_clock_is_taken_from_its_answers(httpserver: HTTPServer) -> None:
    ahead = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())

    def shifted(request: Request, response: Response) -> Response:
        response.headers["Access-Time"] = str(ahead)
        return response

    shop = FakeShop(after=shifted)
    with Webservice(shop.serve(httpserver)) as client:
        client.capabilities()
        assert abs(client.clock_shift - timedelta(hours=1)) < timedelta(minutes=10)


@pytest.mark.parametrize(("version", "patch"), [("8.2.1", True), ("1.7.8.11", False), ("1.6.1.24", False)])
def test_a_shop_says_what_it_can(httpserver: HTTPServer, version: str, patch: bool) -> None:
    shop = FakeShop(version=version, languages=(1, 2))
    with Webservice(shop.serve(httpserver)) as client:
        known = client.capabilities()
        assert client.version == version
    assert known.has_patch is patch
    assert known.languages == (1, 2)
    assert known.timezone == "Europe/Paris"
    assert known.may("products", "patch") is patch
    assert ("WEBP" in known.limits.image_types) is patch
    assert known.limits.image_bytes == (2_000_000 if patch else 3_000_000)
    assert ("isbn" in known.fields("products")) is (version != "1.6.1.24")


def test_the_root_lists_the_keys_rights(httpserver: HTTPServer) -> None:
    body = '<api><products get="true" put="false" post="false" patch="false" delete="false" head="true"/></api>'
    httpserver.expect_request("/api/").respond_with_response(xml_response(body))
    with Webservice(settings(httpserver)) as client:
        assert client.root() == {"products": frozenset({"get", "head"})}
        # The verb is named, so the version has it; this key may not use it.
        assert client.capabilities().has_patch
        assert not client.capabilities().may("products", "patch")


@pytest.mark.parametrize(("status", "body"), [(200, "<html>Bienvenue</html>"), (404, "<html>not found</html>")])
def test_an_address_without_webservice_is_a_wrong_setting(httpserver: HTTPServer, status: int, body: str) -> None:
    httpserver.expect_request("/api/").respond_with_data(body, status, content_type="text/html")
    with Webservice(settings(httpserver)) as client, pytest.raises(ConfigurationError) as caught:
        client.root()
    assert caught.value.cause == "shop.no_webservice"


def test_after_is_a_text_and_says_so() -> None:
    assert After("2026-01-01") == "2026-01-01"


def test_what_the_shop_can_do_is_asked_ahead_once_and_waited_for(httpserver: HTTPServer) -> None:
    shop = FakeShop(languages=(1, 2))
    with Webservice(shop.serve(httpserver)) as client:
        client.get_ready()
        client.get_ready()
        assert client.capabilities().language_codes == {"l1": 1, "l2": 2}
        asked = [path.partition("?")[0] for _verb, path in shop.requests]
        assert asked == ["/api/", "/api/languages", "/api/configurations"]


def test_a_shop_that_is_away_when_asked_ahead_is_told_to_whoever_needs_it() -> None:
    with Webservice(ShopSettings(url="http://127.0.0.1:9", key="K" * 32, private_network=True, retries=0)) as client:
        client.get_ready()
        with pytest.raises(RetryableError, match=r"shop\.unreachable"):
            client.capabilities()
