"""Creating and changing, on a shop that stops half-way, loses answers and says nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.prestashop.webservice import Outcome, Webservice
from connectors.prestashop.xml import Entity
from tests.connectors.prestashop.fake import (
    EMPTY_500,
    INVALID,
    WARNING,
    FakeShop,
    cut_connection,
    error_response,
    late_until_asked_again,
    product,
    settings,
)


def by_reference(client: Webservice) -> Callable[[Entity], Entity | None]:
    def find(entity: Entity) -> Entity | None:
        found = client.read("products", display=["reference"], filters={"reference": entity.text("reference")})
        return next(iter(found), None)

    return find


def create(client: Webservice, references: list[str]) -> list[Outcome]:
    return client.create("products", [product(r) for r in references], find=by_reference(client))


def causes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.error.cause if outcome.error else "" for outcome in outcomes]


def posts(shop: FakeShop, verb: str = "POST") -> int:
    return sum(method == verb for method, _ in shop.requests)


def test_entities_are_created_in_one_request_and_paired_in_order(httpserver: HTTPServer) -> None:
    shop = FakeShop()
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = create(client, ["A", "B", "C"])
        assert client.counters.requests["POST", "products"] == 1
    assert [(o.position, o.id, o.entity.text("reference"), o.error) for o in outcomes] == [
        (0, 1, "A", None),
        (1, 2, "B", None),
        (2, 3, "C", None),
    ]


def test_a_bad_entity_is_isolated_with_its_value_and_the_rest_goes_on(httpserver: HTTPServer) -> None:
    shop = FakeShop(bad={"C": INVALID})
    with Webservice(shop.serve(httpserver)) as client:
        entities = [product(r, ean13=f"12{r}") for r in "ABCDE"]
        outcomes = client.create("products", entities, find=by_reference(client))
    assert causes(outcomes) == ["", "", "shop.invalid_value", "", ""]
    assert outcomes[2].error is not None
    assert outcomes[2].error.facts["field"] == "ean13"
    assert outcomes[2].error.facts["value"] == "12C"
    assert sorted(row["reference"] for row in shop.rows.values()) == ["A", "B", "D", "E"]


@examples(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 19), st.sampled_from([INVALID, EMPTY_500, WARNING]), max_size=6))
def test_any_bad_positions_leave_each_good_entity_created_exactly_once(
    httpserver: HTTPServer, bad: dict[int, str]
) -> None:
    shop = FakeShop(bad={f"R{n}": trick for n, trick in bad.items()})
    httpserver.clear()
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = create(client, [f"R{n}" for n in range(20)])
    good = [f"R{n}" for n in range(20) if bad.get(n) in (None, WARNING)]
    assert sorted(reference for _, reference in shop.saves) == sorted(good)
    assert [o.entity.text("reference") for o in outcomes if o.error is None] == good
    assert [o.position for o in outcomes if o.warning] == [n for n, trick in sorted(bad.items()) if trick == WARNING]


def test_a_batch_saved_while_the_answer_came_too_late_makes_no_double(httpserver: HTTPServer) -> None:
    shop = FakeShop(after=late_until_asked_again())
    shop.serve(httpserver)
    with Webservice(settings(httpserver, read_timeout=5.0)) as client:
        outcomes = create(client, ["A", "B", "C"])
    assert causes(outcomes) == ["", "", ""]
    assert [reference for _, reference in shop.saves] == ["A", "B", "C"]
    assert [outcome.id for outcome in outcomes] == [1, 2, 3]
    assert posts(shop) == 1


def test_a_connection_cut_after_saving_makes_no_double(httpserver: HTTPServer) -> None:
    def cut_once(request: Request, response: Response) -> Response:
        if request.method == "POST" and posts(shop) == 1:
            cut_connection(request)
        return response

    shop = FakeShop(after=cut_once)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = create(client, ["A", "B"])
    assert causes(outcomes) == ["", ""]
    assert [reference for _, reference in shop.saves] == ["A", "B"]


def test_a_connection_cut_before_saving_is_tried_again_after_looking(httpserver: HTTPServer) -> None:
    def cut_once(request: Request) -> Response | None:
        if request.method == "POST" and posts(shop) == 1:
            request.get_data()
            cut_connection(request)
            return Response("")
        return None

    shop = FakeShop(before=cut_once)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = create(client, ["A", "B"])
    assert causes(outcomes) == ["", ""]
    assert [reference for _, reference in shop.saves] == ["A", "B"]
    lookups = [path for verb, path in shop.requests if verb == "GET" and "reference" in path and "filter" in path]
    assert lookups


def test_without_a_way_to_look_up_each_entity_goes_alone_and_once(httpserver: HTTPServer) -> None:
    shop = FakeShop(bad={"B": EMPTY_500})
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.create("products", [product(r) for r in "ABC"], find=None)
    assert causes(outcomes) == ["", "shop.empty_500", ""]
    assert posts(shop) == 3


def test_an_empty_500_once_is_a_moment_and_twice_is_the_entity(httpserver: HTTPServer) -> None:
    shop = FakeShop(bad={"A": EMPTY_500})

    def recover(request: Request) -> None:
        if posts(shop) == 2:
            shop.bad.clear()

    shop.before = recover
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(create(client, ["A"])) == [""]
    assert [reference for _, reference in shop.saves] == ["A"]


def test_a_200_that_is_no_xml_is_no_success(httpserver: HTTPServer) -> None:
    def french(request: Request) -> Response | None:
        if request.method != "POST":
            return None
        return Response("&Eacute;tat de commande invalide", 200, content_type="text/html")

    shop = FakeShop(version="1.6.1.24", before=french)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.create("products", [product("A")], find=None)
    assert causes(outcomes) == ["shop.not_xml"]
    assert outcomes[0].error is not None
    assert outcomes[0].error.facts["first"] == "État de commande invalide"


def test_a_body_over_post_max_size_is_halved_and_the_size_remembered(httpserver: HTTPServer) -> None:
    shop = FakeShop(most_bytes=1500)
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(create(client, [f"R{n}" for n in range(45)])) == [""] * 45
        assert client._asker.sizes.size("POST", "products") < 45
    assert len(shop.saves) == 45


def test_a_control_character_stops_its_entity_only(httpserver: HTTPServer) -> None:
    shop = FakeShop()
    with Webservice(shop.serve(httpserver)) as client:
        entities = [product("A"), product("B", name="a\x0bb"), product("C")]
        outcomes = client.create("products", entities, find=by_reference(client))
    assert causes(outcomes) == ["", "shop.invalid_value", ""]
    assert posts(shop) == 1


def test_read_only_fields_ids_and_destructive_associations_never_leave(httpserver: HTTPServer) -> None:
    bodies: list[bytes] = []

    def keep(request: Request) -> None:
        if request.method != "GET":
            bodies.append(request.get_data())

    shop = FakeShop(before=keep)
    entity = Entity(
        {"id": "9", "reference": "A", "quantity": "5", "manufacturer_name": "x", "position_in_category": "0"},
        {"combinations": [{"id": "1"}], "stock_availables": [], "groups": [{"id": "1"}], "categories": [{"id": "2"}]},
    )
    with Webservice(shop.serve(httpserver)) as client:
        client.create("products", [entity], find=None)
    assert b"<reference>A</reference>" in bodies[0]
    assert b"<categories><category><id>2</id></category></categories>" in bodies[0]
    for word in (b"quantity", b"manufacturer_name", b"position_in_category", b"combinations", b"groups", b"<id>9"):
        assert word not in bodies[0]


def test_a_change_is_a_patch_of_the_given_fields_on_8(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={1: {"reference": "A", "price": "1", "weight": "3"}})
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", [Entity({"id": "1", "price": "2.000000"})])
    assert causes(outcomes) == [""]
    assert shop.rows[1] == {"reference": "A", "price": "2.000000", "weight": "3"}
    assert posts(shop, "PATCH") == 1


@pytest.mark.parametrize("version", ["1.7.8.11", "1.6.1.24"])
def test_a_change_before_8_puts_the_whole_entity_back_without_associations(
    httpserver: HTTPServer, version: str
) -> None:
    bodies: list[bytes] = []

    def keep(request: Request) -> None:
        if request.method == "PUT":
            bodies.append(request.get_data())

    stored = {"reference": "A", "price": "1", "weight": "3", "quantity": "0", "position_in_category": "0"}
    shop = FakeShop(version=version, rows={1: dict(stored)}, before=keep)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", [Entity({"id": "1", "price": "2.000000"})])
    assert causes(outcomes) == [""]
    assert shop.rows[1] == {"reference": "A", "price": "2.000000", "weight": "3"}
    assert posts(shop, "PATCH") == 0
    assert b"associations" not in bodies[0]


@pytest.mark.parametrize("version", ["8.2.1", "1.7.8.11", "1.6.1.24"])
def test_one_language_changed_leaves_the_others_alone(httpserver: HTTPServer, version: str) -> None:
    both = '<language id="1">Chaise</language><language id="2">Chair</language>'
    shop = FakeShop(version=version, languages=(1, 2), rows={1: {"reference": "A", "name": both}})
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", [Entity({"id": "1", "name": {1: "Fauteuil"}})])
        stored = client.get("products", 1)
    assert causes(outcomes) == [""]
    assert stored is not None
    assert stored.fields["name"] == {1: "Fauteuil", 2: "Chair"}


def test_a_bad_change_is_isolated_and_the_others_are_applied(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={n: {"reference": f"R{n}", "price": "1"} for n in range(1, 8)}, bad={"bad": INVALID})
    changes = [Entity({"id": str(n), "price": "2", "reference": "bad" if n == 4 else f"N{n}"}) for n in range(1, 8)]
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", changes)
    assert causes(outcomes) == ["", "", "", "shop.invalid_value", "", "", ""]
    assert [row["reference"] for row in shop.rows.values()] == ["N1", "N2", "N3", "R4", "N5", "N6", "N7"]
    assert sorted(reference for _, reference in shop.saves) == ["N1", "N2", "N3", "N5", "N6", "N7"]


@pytest.mark.parametrize("version", ["8.2.1", "1.7.8.11"])
def test_an_unknown_id_is_one_outcome_among_the_others(httpserver: HTTPServer, version: str) -> None:
    shop = FakeShop(version=version, rows={1: {"reference": "A"}, 3: {"reference": "C"}})
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", [Entity({"id": n, "price": "2"}) for n in ("1", "2", "3")])
    assert causes(outcomes) == ["", "shop.unknown_id", ""]
    assert [row.get("price") for row in shop.rows.values()] == ["2", "2"]


def test_an_entity_saved_with_a_php_warning_is_saved(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={1: {"reference": "x"}, 2: {"reference": "y"}}, bad={"W": WARNING})
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update(
            "products", [Entity({"id": "1", "reference": "W"}), Entity({"id": "2", "reference": "Z"})]
        )
    assert causes(outcomes) == ["", ""]
    assert outcomes[0].warning is not None
    assert outcomes[0].warning.cause == "shop.saved_with_warning"
    assert [row["reference"] for row in shop.rows.values()] == ["W", "Z"]


def test_the_same_id_twice_and_no_id_are_refused_before_the_shop_refuses_all(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={1: {"reference": "A"}})
    changes = [Entity({"id": "1", "price": "2"}), Entity({"id": "1", "price": "3"}), Entity({"price": "4"})]
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(client.update("products", changes)) == ["", "shop.refused", "shop.missing_field"]
    assert shop.rows[1]["price"] == "2"


def test_an_order_is_never_put_on_1_6(httpserver: HTTPServer) -> None:
    shop = FakeShop(version="1.6.1.24")
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(client.update("orders", [Entity({"id": "1", "note": "x"})])) == ["shop.refused"]
    assert posts(shop, "PUT") == 0


def test_a_missing_right_stops_the_rest_and_says_so_in_each_outcome(httpserver: HTTPServer) -> None:
    def refuse(request: Request) -> Response | None:
        return error_response(405, (25, "Method POST is not allowed")) if request.method == "POST" else None

    shop = FakeShop(before=refuse)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = create(client, [f"R{n}" for n in range(120)])
    assert {type(outcome.error) for outcome in outcomes} == {ConfigurationError}
    assert len(outcomes) == 120
    assert posts(shop) <= 3


def test_when_the_shop_is_gone_it_is_not_hammered(httpserver: HTTPServer) -> None:
    def gone(request: Request) -> Response | None:
        if request.method == "POST" or "filter[reference]" in unquote(request.full_path):
            request.get_data()
            cut_connection(request)
            return Response("")
        return None

    shop = FakeShop(before=gone)
    with Webservice(shop.serve(httpserver)) as client:
        client.capabilities()
        outcomes = create(client, [f"R{n}" for n in range(200)])
    assert {type(outcome.error) for outcome in outcomes} == {RetryableError}
    assert len(outcomes) == 200
    assert posts(shop) <= 4


def test_many_entities_go_several_requests_at_a_time_and_come_back_in_order(httpserver: HTTPServer) -> None:
    running, most = [0], [0]
    counting, several = threading.Lock(), threading.Event()

    def count_in(request: Request) -> None:
        if request.method == "POST":
            with counting:
                running[0] += 1
                most[0] = max(most[0], running[0])
                if running[0] > 1:
                    several.set()
            several.wait(30)

    def count_out(request: Request, response: Response) -> Response:
        with counting:
            running[0] -= request.method == "POST"
        return response

    shop = FakeShop(before=count_in, after=count_out)
    httpserver_settings = shop.serve(httpserver)
    with Webservice(httpserver_settings) as client:
        outcomes = create(client, [f"R{n}" for n in range(230)])
    assert [outcome.entity.text("reference") for outcome in outcomes] == [f"R{n}" for n in range(230)]
    assert len({outcome.id for outcome in outcomes}) == 230
    assert 2 <= most[0] <= 4


def test_deleting_goes_by_lists_and_an_id_already_gone_is_no_failure(httpserver: HTTPServer) -> None:
    shop = FakeShop(rows={n: {"reference": f"R{n}"} for n in range(1, 6)})
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(client.delete("products", [1, 2])) == ["", ""]
        assert posts(shop, "DELETE") == 1
        assert causes(client.delete("products", [3, 99, 4])) == ["", "", ""]
    assert set(shop.rows) == {5}


def test_a_refused_delete_is_an_outcome(httpserver: HTTPServer) -> None:
    def refuse(request: Request) -> Response | None:
        return error_response(400, (200, "no")) if request.method == "DELETE" else None

    shop = FakeShop(rows={1: {}}, before=refuse)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.delete("products", [1])
    assert isinstance(outcomes[0].error, RejectedRecordError)


def test_what_is_stopped_in_one_lane_has_its_outcomes_too(httpserver: HTTPServer) -> None:
    def refuse(request: Request) -> Response | None:
        return error_response(405, (25, "Method POST is not allowed")) if request.method == "POST" else None

    shop = FakeShop(before=refuse)
    shop.serve(httpserver)
    with Webservice(settings(httpserver, connections=1)) as client:
        assert causes(create(client, [f"R{n}" for n in range(120)])) == ["shop.no_right"] * 120
    assert posts(shop) == 1


def test_a_change_saved_with_a_warning_counts_though_the_shop_rewrote_it(httpserver: HTTPServer) -> None:
    def rewrite(request: Request, response: Response) -> Response:
        if request.method == "PATCH":
            shop.rows[1]["weight"] = "rewritten by the shop"
        return response

    shop = FakeShop(rows={1: {"reference": "x"}}, bad={"W": WARNING}, after=rewrite)
    with Webservice(shop.serve(httpserver)) as client:
        outcomes = client.update("products", [Entity({"id": "1", "reference": "W", "weight": "1"})])
    assert causes(outcomes) == [""]
    assert outcomes[0].warning is not None


def test_a_busy_shop_that_stays_busy_is_left_alone(httpserver: HTTPServer) -> None:
    def busy(request: Request) -> Response | None:
        return Response("", 503) if request.method == "POST" else None

    shop = FakeShop(before=busy)
    with Webservice(shop.serve(httpserver)) as client:
        assert causes(create(client, [f"R{n}" for n in range(40)])) == ["shop.busy"] * 40
    assert posts(shop) <= 6
