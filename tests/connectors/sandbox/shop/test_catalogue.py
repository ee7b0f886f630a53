"""Side effects: stock rows, default combination, categories, customers, images, attachments."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from tests.connectors.sandbox.shop.conftest import Api, node, picture


def test_a_product_and_each_combination_get_a_stock_row_by_themselves(api: Api) -> None:
    product = api.product()
    combination = api.combination(product)
    assert api.stock(product) == {0: 0, combination: 0}


def test_the_stock_of_a_combination_recomputes_the_sum(api: Api) -> None:
    product = api.product()
    first, second = api.combination(product, "S"), api.combination(product, "M")
    rows = {
        row["id_product_attribute"]: row["id"] for row in api.shop.database.rows("SELECT * FROM ps_stock_availables")
    }
    bodies = [node("s", {"id": rows[first], "quantity": 7}), node("s", {"id": rows[second], "quantity": -2})]
    assert api("PATCH", "/stock_availables", "".join(bodies)).status == 200
    assert api.stock(product) == {0: 5, first: 7, second: -2}
    api("PATCH", "/stock_availables", node("s", {"id": rows[0], "quantity": 99}))
    assert api.stock(product)[0] == 99  # wrong until the next combination write, as on a real shop


@pytest.mark.parametrize("quantity", ["3.7", "abc", ""])
def test_a_quantity_that_is_no_integer_is_refused(api: Api, quantity: str) -> None:
    api.product()
    assert api("PATCH", "/stock_availables", node("s", {"id": 1, "quantity": quantity})).codes == [85]


def test_stock_that_depends_on_advanced_management_is_refused(api: Api) -> None:
    api.product()
    answer = api("PATCH", "/stock_availables", node("s", {"id": 1, "depends_on_stock": 1}))
    assert (answer.status, answer.codes) == (500, [133, 46])


def test_the_first_combination_is_the_default_when_nothing_says_so(api: Api) -> None:
    product = api.product()
    first = api.combination(product)
    api.combination(product, "M")
    shown = api("GET", f"/products/{product}?display=[id_default_combination,product_type]")
    assert (shown.text("id_default_combination"), shown.text("product_type")) == (str(first), "combinations")
    assert api("GET", f"/combinations/{first}").text("default_on") == ""


def test_the_default_moves_by_one_batch_that_clears_the_old_one_first(api: Api) -> None:
    product = api.product()
    old, new = api.combination(product, "S", default_on=1), api.combination(product, "M")
    bodies = [node("c", {"id": old, "default_on": 0}), node("c", {"id": new, "default_on": 1})]
    assert api("PATCH", "/combinations", "".join(bodies)).status == 200
    assert api("GET", f"/products/{product}").text("id_default_combination") == str(new)
    api("PATCH", "/products", node("p", {"id": product, "id_default_combination": old}))
    assert api("GET", f"/combinations/{old}").text("default_on") == "1"


def test_deleting_a_product_takes_combinations_stock_and_images_along(api: Api) -> None:
    product = api.product()
    api.combination(product)
    api.image(product)
    assert api("DELETE", f"/products/{product}").status == 200
    counts = [api.shop.count(name) for name in ("products", "combinations", "stock_availables", "images")]
    assert counts == [0, 0, 0, 0]
    assert list(api.shop.images.iterdir()) == []


def test_deleting_an_option_in_use_takes_its_combinations_along(api: Api) -> None:
    product = api.product()
    (value,) = api.option_values("M")
    values = f"<product_option_values><v><id>{value}</id></v></product_option_values>"
    api("POST", "/combinations", node("c", {"id_product": product, "minimal_quantity": 1}, values))
    assert api("GET", f"/products/{product}").xml.findtext(".//product_option_values//id") == str(value)
    api("DELETE", "/product_options/1")
    assert api.shop.count("combinations") == 0


def test_link_rewrite_is_made_from_the_name(api: Api) -> None:
    product = api.product(name={1: "T-shirt d’été, 100 % coton"})
    assert api("GET", f"/products/{product}").xml.findtext(".//link_rewrite/language") == "t-shirt-d-ete-100-coton"


def test_1_6_needs_name_and_link_rewrite(api_of: Callable[..., Api]) -> None:
    api = api_of("1.6.1.24")
    assert api("POST", "/products", node("p", {"price": 1})).codes == [84]
    fields = {"price": 1, "name": {1: "Clé"}, "link_rewrite": {1: "cle"}}
    assert api("POST", "/products", node("p", fields)).status == 201


def test_categories_know_their_depth_children_and_products(api: Api) -> None:
    parent = api.category()
    child = api.category("Marteaux", parent)
    assert api("GET", f"/categories/{child}").text("level_depth") == "3"
    product = api.product()
    listed = f"<categories><category><id>{child}</id></category></categories>"
    api("PATCH", "/products", node("p", {"id": product}, listed))
    assert api("GET", f"/categories/{parent}").text("nb_products_recursive") == "1"
    assert api("GET", f"/categories/{child}").xml.findtext(".//products/product/id") == str(product)
    api("DELETE", f"/categories/{parent}")
    assert api("GET", f"/categories/{child}").status == 404


def test_a_read_modify_write_of_a_category_must_leave_out_two_fields(api: Api) -> None:
    category = api.category()
    fields = {"id": category, "active": 1, "name": {1: "X"}, "link_rewrite": {1: "x"}, "id_parent": 2}
    assert api("PUT", "/categories", node("c", {**fields, "level_depth": 2})).codes == [93]
    assert api("PUT", "/categories", node("c", fields)).status == 200


def test_a_position_of_zero_is_refused_when_sent_back(api: Api) -> None:
    product = api.product()
    answer = api("PUT", "/products", node("p", {"id": product, "price": 1, "position_in_category": ""}))
    assert (answer.status, answer.codes) == (500, [134])


@pytest.mark.parametrize("lastname", ["Dupont 2", "SARL L&M (Lyon) / Co.", "Jean.Paul", "a@b"])
def test_customer_names_refuse_digits_and_signs(api: Api, lastname: str) -> None:
    assert api.customer(lastname=lastname).codes == [85]


def test_an_e_mail_is_used_once_except_on_1_6(api: Api, api_of: Callable[..., Api]) -> None:
    assert api.customer("anne@example.org").status == 201
    second = api.customer("ANNE@example.org")
    assert (second.status, second.codes) == (500, [140, 46])
    old = api_of("1.6.1.24")
    assert [old.customer().status, old.customer().status] == [201, 201]


def test_a_customer_gets_its_default_group_a_secure_key_and_a_hashed_password(api: Api) -> None:
    customer = api("GET", f"/customers/{api.customer().ids[0]}")
    assert customer.xml.findtext(".//groups/group/id") == "3"
    assert customer.text("passwd").startswith("$2y$10$")
    assert len(customer.text("secure_key")) == 32
    api("PATCH", "/customers", node("c", {"id": 1, "passwd": customer.text("passwd")}))
    assert api("GET", "/customers/1").text("passwd") == customer.text("passwd")


def test_the_first_image_is_the_cover(api: Api) -> None:
    product = api.product()
    first, second = api.image(product), api.image(product)
    assert (first.status, first.text("cover"), second.text("cover")) == (200, "1", "")
    assert api("GET", f"/products/{product}").text("id_default_image") == first.text("id")
    listed = api("GET", f"/images/products/{product}").xml.xpath("//declination/@id")
    assert listed == [first.text("id"), second.text("id")]
    assert api("GET", f"/images/products/{product}/{first.text('id')}").body == picture()


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        pytest.param("noext", picture(), [76], id="no extension"),
        pytest.param("c.bmp", picture("BMP"), [76], id="a format the shop does not take"),
        pytest.param("c.jpg", b"not an image", [76], id="no image at all"),
        pytest.param("c.jpg", b"x" * 2_100_000, [72], id="too big"),
    ],
)
def test_images_are_checked(api: Api, name: str, content: bytes, codes: list[int]) -> None:
    answer = api.image(api.product(), name, content)
    assert (answer.status, answer.codes) == (400, codes)


@pytest.mark.parametrize(("version", "left"), [("8.2.1", 1), ("1.7.8.11", 1), ("1.6.1.24", 0)])
def test_a_file_that_is_no_image_leaves_a_row_behind(api_of: Callable[..., Api], version: str, left: int) -> None:
    api = api_of(version)
    product = api.product(link_rewrite={1: "x"})
    api.image(product, "c.jpg", b"not an image")
    assert api.shop.count("images") == left


@pytest.mark.parametrize(("version", "status"), [("8.2.1", 200), ("1.7.8.11", 400), ("1.6.1.24", 400)])
def test_webp_is_for_8_only(api_of: Callable[..., Api], version: str, status: int) -> None:
    api = api_of(version)
    product = api.product(link_rewrite={1: "x"})
    assert api.image(product, "c.jpg", picture("WEBP")).status == status


def test_deleting_all_images_of_a_product_deletes_nothing(api: Api) -> None:
    product = api.product()
    api.image(product)
    assert api("DELETE", f"/images/products/{product}").status == 200
    assert api.shop.count("images") == 1


def test_an_image_is_replaced_by_ps_method_put(api: Api) -> None:
    product = api.product()
    image = api.image(product).text("id")
    answer = api.image(f"{product}/{image}", "b.jpg", picture(size=80), "?ps_method=PUT")  # type: ignore[arg-type]
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert api("GET", f"/images/products/{product}/{image}").body == picture(size=80)


def test_a_lost_cover_breaks_every_further_image(api: Api) -> None:
    product = api.product()
    api.image(product)
    second = api.image(product).text("id")
    api("PATCH", "/products", node("p", {"id": product, "id_default_image": second}))
    api("DELETE", f"/images/products/{product}/{second}")
    answer = api.image(product)
    assert (answer.status, answer.body) == (500, b"")


def test_the_json_answer_to_an_image_is_the_image(api: Api) -> None:
    answer = api.image(api.product(), query="?output_format=JSON")
    assert (answer.content_type, answer.body) == ("image/jpeg", picture())


def test_attachments_are_files_with_a_product_list(api: Api) -> None:
    product = api.product()
    added = api("POST", "/attachments/file", data={"file": (io.BytesIO(b"%PDF-1.4"), "notice.pdf")})
    attachment = added.ids[0]
    listed = f"<attachments><attachment><id>{attachment}</id></attachment></attachments>"
    api("PATCH", "/products", node("p", {"id": product}, listed))
    assert api("GET", f"/attachments/{attachment}").xml.findtext(".//products/product/id") == str(product)
    assert api("GET", f"/attachments/file/{attachment}").body == b"%PDF-1.4"
    api("PUT", f"/attachments/file/{attachment}", data=b"%PDF-1.5")
    assert api("GET", f"/attachments/file/{attachment}").body == b"%PDF-1.5"
    nothing = api("POST", "/attachments", node("a", {"file": "x", "mime": "y"}))
    assert (nothing.status, api.shop.count("attachments")) == (200, 1)


def test_a_used_address_is_only_marked_as_deleted(api: Api) -> None:
    fields = {"id_country": 8, "alias": "Maison", "lastname": "Dupont", "firstname": "Anne", "address1": "1 rue X"}
    first, second = (api("POST", "/addresses", node("a", {**fields, "city": "Lyon"})).ids[0] for _ in range(2))
    api.shop.database.execute("INSERT INTO ps_orders (id_address_delivery) VALUES (?)", (first,))
    api("DELETE", f"/addresses?id=[{first},{second}]")
    assert api("GET", f"/addresses/{first}").text("deleted") == "1"
    assert api("GET", f"/addresses/{second}").status == 404
