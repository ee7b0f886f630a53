"""Authentication, rights, statuses and codes, as a table of what real shops answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.connectors.sandbox.shop.conftest import Api, node

READ_ONLY = "READONLYREADONLYREADONLYREADONLY"
ZONE = node("zone", {"name": "Nord", "active": 1})


@pytest.mark.parametrize(
    ("key", "status", "codes"),
    [
        pytest.param("X" * 32, 401, [20, 21], id="unknown key"),
        pytest.param("short", 401, [18], id="key of another length"),
        pytest.param("", 401, [17], id="empty key"),
        pytest.param("INACTIVE" * 4, 401, [20, 21], id="inactive key"),
        pytest.param("NORIGHTS" * 4, 401, [21], id="key without any right"),
    ],
)
def test_a_bad_key_is_refused_in_xml(api: Api, key: str, status: int, codes: list[int]) -> None:
    api.shop.allow("INACTIVE" * 4, active=False)
    api.shop.allow("NORIGHTS" * 4, {})
    answer = api("GET", "/zones/1", key=key)
    assert (answer.status, answer.codes) == (status, codes)


def test_no_key_at_all_is_refused_in_plain_html(api: Api) -> None:
    answer = api("GET", "/zones/1", key=None)
    assert (answer.status, answer.content_type, answer.body) == (401, "text/html; charset=utf-8", b"401 Unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_the_key_may_stand_in_the_url(api: Api) -> None:
    assert api("GET", "/zones/1?ws_key=SANDBOXKEYSANDBOXKEYSANDBOXKEY00", key=None).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", "/zones", 401, 26, id="a resource that is not allowed"),
        pytest.param("DELETE", "/products/1", 405, 25, id="a method that is not allowed"),
        pytest.param("POST", "/stock_availables", 405, 101, id="a method that the resource never has"),
    ],
)
def test_rights_are_per_key_and_resource(api: Api, method: str, path: str, status: int, code: int) -> None:
    api.shop.allow(READ_ONLY, {"products": ["GET", "HEAD"], "stock_availables": ["GET", "POST"]})
    answer = api(method, path, ZONE if method == "POST" else "", key=READ_ONLY)
    assert (answer.status, answer.codes) == (status, [code])


def test_the_root_lists_the_resources_and_rights_of_the_key(api: Api) -> None:
    api.shop.allow(READ_ONLY, {"products": ["GET", "HEAD"]})
    (products,) = api("GET", "/", key=READ_ONLY).xml[0]
    assert dict(products.attrib) == {
        "{http://www.w3.org/1999/xlink}href": "http://shop.example/api/products",
        "get": "true",
        "put": "false",
        "post": "false",
        "patch": "false",
        "delete": "false",
        "head": "true",
    }


@pytest.mark.parametrize(
    ("version", "resources", "has_patch"), [("1.6.1.24", 67, False), ("1.7.8.11", 69, False), ("8.2.1", 69, True)]
)
def test_the_root_of_each_version(api_of: Callable[..., Api], version: str, resources: int, has_patch: bool) -> None:
    answer = api_of(version)("GET", "")
    assert len(answer.xml[0]) == resources
    assert ("patch" in answer.xml[0][0].attrib) is has_patch
    assert answer.headers["PSWS-Version"] == version


def test_a_webservice_switched_off_is_503_code_22(api: Api) -> None:
    api.shop.set_setting("enabled", "0")
    answer = api("GET", "/zones")
    assert (answer.status, answer.codes) == (503, [22])


STATUSES = [
    pytest.param("GET", "/nosuch", "", 400, [27], id="unknown resource"),
    pytest.param("GET", "/products/abc", "", 404, None, id="an id that is no number"),
    pytest.param("PUT", "/zones/999", node("z", {"id": 999, "name": "X", "active": 1}), 404, [92], id="PUT unknown id"),
    pytest.param("PATCH", "/zones", node("z", {"id": 999, "name": "X"}), 404, [92], id="PATCH unknown id"),
    pytest.param("DELETE", "/zones/999", "", 404, [87], id="DELETE unknown id"),
    pytest.param("DELETE", "/zones?id=[1,999]", "", 404, [87], id="DELETE of a list with an unknown id"),
    pytest.param("DELETE", "/zones", "", 404, [87], id="DELETE without id"),
    pytest.param("PUT", "/zones/1", node("z", {"name": "X", "active": 1}), 400, [90], id="PUT without id in the XML"),
    pytest.param("PUT", "/zones", node("z", {"id": 1, "name": "X"}) * 2, 400, [89], id="the same id twice"),
    pytest.param("POST", "/zones", node("z", {"id": 7, "name": "X"}), 400, [91], id="POST with an id"),
    pytest.param(
        "POST", "/zones", node("z", {"id": "", "name": "X", "active": 1}), 201, [], id="POST with an empty id"
    ),
    pytest.param("POST", "/zones", node("z", {"active": 1}), 400, [41], id="a required field left out"),
    pytest.param("POST", "/zones", node("z", {"name": "N<b>", "active": 1}), 400, [85], id="an invalid value"),
    pytest.param("POST", "/zones", node("z", {"name": "N", "active": 1, "nosuch": 1}), 201, [], id="an unknown field"),
    pytest.param("POST", "/zones", node("wrong", {"name": "N", "active": 1}), 201, [], id="a wrong entity node"),
    pytest.param("POST", "/products", node("p", {"price": 1, "quantity": 5}), 400, [93], id="a read-only field"),
    pytest.param("POST", "/products", node("p", {"price": "10,50"}), 400, [85], id="a price with a comma"),
    pytest.param("POST", "/products", node("p", {"price": 1, "name": {1: "a;b"}}), 400, [84], id="an invalid text"),
    pytest.param("POST", "/products", node("p", {"price": 1, "reference": "x" * 65}), 400, [85], id="too long"),
    pytest.param("POST", "/products", node("p", {"price": 1, "ean13": "123X"}), 400, [85], id="an EAN with letters"),
    pytest.param("POST", "/categories", node("c", {"active": 1}), 400, [84], id="a category without name"),
    pytest.param("POST", "/categories", node("c", {"active": 1, "name": {1: "X"}}), 400, [84], id="no link_rewrite"),
    pytest.param("GET", "/products?display=id", "", 400, [36], id="a display without brackets"),
    pytest.param("GET", "/products?display=[id,nosuch]", "", 400, [35], id="an unknown field shown"),
    pytest.param("GET", "/products?filter[nosuch]=1", "", 400, [32], id="an unknown filter"),
    pytest.param("GET", "/products?filter[reference]=", "", 400, [33], id="an empty filter"),
    pytest.param("GET", "/products?filter[quantity]=1", "", 400, [34], id="a dynamic filter"),
    pytest.param("GET", "/products?filter[date_upd]=[1,2]", "", 400, [32], id="a date filter without date=1"),
    pytest.param("GET", "/orders?sort=[date_upd_ASC]", "", 400, [38], id="a date sort without date=1"),
    pytest.param("GET", "/products?sort=reference", "", 400, [37], id="a sort without direction"),
    pytest.param("GET", "/products?limit=1,2,3", "", 400, [39], id="a limit of three numbers"),
    pytest.param("GET", "/products?language=9", "", 400, [81], id="an unknown language"),
    pytest.param("GET", "/products?schema=foo", "", 400, [28], id="an unknown schema"),
    pytest.param("GET", "/zones?id_shop=7", "", 302, None, id="an unknown shop"),
    pytest.param("OPTIONS", "/zones", "", 405, [23], id="an unknown method"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "codes"), STATUSES)
def test_statuses_and_codes(api: Api, method: str, path: str, body: str, status: int, codes: list[int] | None) -> None:
    answer = api(method, path, body)
    assert answer.status == status
    if codes is None:
        assert answer.body == b""
    else:
        assert answer.codes == codes


@pytest.mark.parametrize(
    "body",
    [b"<prestashop><product>", b"", b'{"product":{}}', b"<p><x>&eacute;</x></p>", "<p>\xe9</p>".encode("latin-1")],
)
def test_a_body_that_is_no_xml_is_500_code_127(api: Api, body: bytes) -> None:
    answer = api("PUT", "/products", data=body)
    assert answer.status == 500
    assert b"<![CDATA[127]]>" in answer.body


def test_the_id_in_the_xml_wins_over_the_url(api: Api) -> None:
    api("PUT", "/zones/2", node("zone", {"id": 1, "name": "Ailleurs", "active": 1}))
    assert (api("GET", "/zones/1").text("name"), api("GET", "/zones/2").text("name")) == ("Ailleurs", "North America")


def test_post_with_ps_method_put_is_a_put(api: Api) -> None:
    answer = api("POST", "/zones/1?ps_method=PUT", node("zone", {"id": 1, "name": "Ici", "active": 1}))
    assert (answer.status, answer.text("name")) == (200, "Ici")


def test_a_batch_wrapped_in_a_list_node_is_refused(api: Api) -> None:
    assert api("PUT", "/zones", f"<zones>{node('zone', {'id': 1, 'name': 'X'})}</zones>").codes == [90]


def test_head_answers_the_status_alone(api: Api) -> None:
    assert (api("HEAD", "/zones/1").status, api("HEAD", "/zones/1").body) == (200, b"")
    assert api("HEAD", "/zones/999").status == 404


def test_an_unchanged_answer_is_304_for_a_client_that_knows_its_hash(api: Api) -> None:
    known = api("GET", "/zones/1").headers["Content-Sha1"]
    answer = api("GET", "/zones/1", headers={"Local-Content-Sha1": known})
    assert (answer.status, answer.body) == (304, b"")


def test_errors_in_json(api: Api) -> None:
    answer = api("GET", "/products?output_format=JSON&limit=1,2,3")
    assert answer.content_type == "application/json"
    assert answer.body.startswith(b'{"errors":[{"code":39,')


@pytest.mark.parametrize("path", ["/zones/", "//zones", "/zones"])
def test_slashes_do_not_matter(api: Api, path: str) -> None:
    assert len(api("GET", path).ids) == 8


def test_double_delete_of_a_list_deletes_all_or_nothing(api: Api) -> None:
    assert api("DELETE", "/zones?id=[7,8]").status == 200
    assert api("DELETE", "/zones?id=[6,7]").status == 404
    assert api.shop.count("zones") == 6


def test_five_hundred_ids_fit_in_a_url_and_a_thousand_do_not(api: Api) -> None:
    def answered(count: int) -> int:
        ids = "%7C".join(str(100_000 + number) for number in range(count))
        return api("GET", f"/zones?filter[id]=%5B{ids}%5D").status

    assert (answered(500), answered(1000)) == (200, 414)


def test_a_resource_that_is_not_imitated_says_so(api: Api) -> None:
    assert api("GET", "/search?query=x&language=1").status == 501
