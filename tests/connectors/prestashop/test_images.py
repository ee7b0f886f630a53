from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.errors import RejectedRecordError, RetryableError
from connectors.prestashop.images import prepare
from connectors.prestashop.webservice import Webservice
from tests.connectors.prestashop.fake import cut_connection, error_response, settings, xml_response

ALL = {"JPEG", "PNG", "GIF", "WEBP"}
OLD = {"JPEG", "PNG", "GIF"}


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    image = Image.effect_noise(size, 90).convert(mode)
    out = io.BytesIO()
    image.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of somebody"
    return picture(exif=exif)


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("GIF", ".gif"), ("WEBP", ".webp")])
def test_a_file_that_the_shop_takes_is_sent_as_it_is(kind: str, suffix: str) -> None:
    data = picture(kind)
    assert prepare(data, 2_000_000, ALL) == (suffix, data)


def test_webp_becomes_jpeg_where_the_version_has_none() -> None:
    suffix, data = prepare(picture("WEBP"), 2_000_000, OLD)
    assert suffix == ".jpg"
    assert Image.open(io.BytesIO(data)).format == "JPEG"


@pytest.mark.parametrize("kind", ["BMP", "TIFF"])
def test_a_type_no_shop_takes_becomes_jpeg(kind: str) -> None:
    suffix, data = prepare(picture(kind), 2_000_000, ALL)
    assert (suffix, Image.open(io.BytesIO(data)).format) == (".jpg", "JPEG")


def test_a_file_over_the_limit_is_made_to_fit() -> None:
    big = picture(size=(1500, 1000), quality=98)
    limit = len(big) // 4
    _, data = prepare(big, limit, ALL)
    assert len(data) <= limit
    width, height = Image.open(io.BytesIO(data)).size
    assert width / height == pytest.approx(1.5, rel=0.01)


def test_a_photo_is_turned_upright_and_its_metadata_stays_here() -> None:
    _, data = prepare(turned(), 2_000_000, ALL)
    image = Image.open(io.BytesIO(data))
    assert image.size == (40, 60)
    assert dict(image.getexif()) == {}
    assert b"Camera" not in data


def test_transparency_becomes_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(out, "WEBP", lossless=True)
    _, data = prepare(out.getvalue(), 2_000_000, OLD)
    assert min(Image.open(io.BytesIO(data)).getpixel((5, 5))) > 250  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize("data", [b"", b"not an image", picture()[:200]], ids=["empty", "text", "cut"])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        prepare(data, 2_000_000, ALL)
    assert caught.value.cause == "image.unreadable"


def test_what_can_never_fit_is_refused() -> None:
    with pytest.raises(RejectedRecordError) as caught:
        prepare(picture(size=(900, 900)), 200, ALL)
    assert caught.value.cause == "image.too_big"


class ImageShop:
    """One product and its images; `answer` is what becomes of an upload once its row is there."""

    def __init__(self, answer: Callable[[Request, int], Response | None] = lambda request, image: None) -> None:
        self.images = [1, 2]
        self.default = 1
        self.answer = answer
        self.uploads: list[tuple[str, bytes]] = []
        self.pictures = {1, 2}
        self.requests: list[str] = []

    def __call__(self, request: Request) -> Response:
        path = request.path.removeprefix("/api").strip("/")
        self.requests.append(f"{request.method} {path}")
        if not path:
            verbs = ["get", "put", "post", "patch", "delete", "head"]
            return xml_response("<api><products " + " ".join(f'{verb}="true"' for verb in verbs) + "/></api>")
        if path == "products":
            if request.method == "PATCH":
                self.default = int(request.get_data().split(b"<id_default_image>")[1].split(b"<")[0])
            rows = "".join(f"<image><id>{n}</id></image>" for n in self.images)
            fields = f"<id>5</id><id_default_image>{self.default}</id_default_image>"
            node = f"<product>{fields}<associations><images>{rows}</images></associations></product>"
            return xml_response(node if request.method == "PATCH" else f"<products>{node}</products>")
        if request.method == "GET":
            shown = int(path.rpartition("/")[2]) in self.pictures
            return Response(b"\xff\xd8\xff", content_type="image/jpeg") if shown else Response(status=404)
        if request.method == "DELETE":
            self.images.remove(int(path.rpartition("/")[2]))
            return Response(b"")
        return self.upload(request)

    def upload(self, request: Request) -> Response:
        part = request.files["image"]
        self.uploads.append((part.filename or "", part.read()))
        if request.args.get("ps_method") == "PUT":
            return Response(b"\xff\xd8\xff", content_type="image/jpeg")
        new = max(self.images, default=0) + 1
        self.images.append(new)
        other = self.answer(request, new)
        content = f'<content encode="base64"><![CDATA[{"A" * 300_000}]]></content>'
        return other or xml_response(f"<image><id><![CDATA[{new}]]></id><id_product/></image>{content}")


def serve(server: HTTPServer, shop: ImageShop) -> Webservice:
    import re

    server.expect_request(re.compile("/api.*")).respond_with_handler(shop)
    return Webservice(settings(server))


def test_an_upload_gives_the_images_id(httpserver: HTTPServer) -> None:
    shop = ImageShop()
    with serve(httpserver, shop) as client:
        assert client.upload_image(5, "Chaise été.JPG", b"data") == 3
        assert client.image_ids(5) == [1, 2, 3]
    assert shop.uploads == [("image.jpg", b"data")]


@pytest.mark.parametrize("name", ["photo", "photo.bmp", "photo.tiff", "jpg"])
def test_a_name_without_known_extension_is_refused_before_sending(httpserver: HTTPServer, name: str) -> None:
    shop = ImageShop()
    with serve(httpserver, shop) as client, pytest.raises(RejectedRecordError) as caught:
        client.upload_image(5, name, b"data")
    assert caught.value.cause == "shop.image_refused"
    assert shop.uploads == []


def test_a_refused_file_leaves_no_row_behind(httpserver: HTTPServer) -> None:
    shop = ImageShop(lambda request, image: error_response(400, (76, "An error occurred while copying image")))
    with serve(httpserver, shop) as client, pytest.raises(RejectedRecordError) as caught:
        client.upload_image(5, "a.jpg", b"no image")
    assert caught.value.cause == "shop.image_refused"
    assert caught.value.facts["code"] == "76"
    assert shop.images == [1, 2]


@pytest.mark.parametrize(
    ("code", "left"),
    [(76, [1, 2, 4]), (0, [1, 2, 3, 4])],
    ids=["the row without a picture goes", "what cannot be told apart stays"],
)
def test_a_photo_that_staff_add_during_a_failed_upload_is_not_deleted(
    httpserver: HTTPServer, code: int, left: list[int]
) -> None:
    def fail(request: Request, image: int) -> Response:
        shop.images.append(4)
        shop.pictures.add(4)
        return error_response(400, (code, "An error occurred while copying image"))

    shop = ImageShop(fail)
    with serve(httpserver, shop) as client, pytest.raises(RejectedRecordError):
        client.upload_image(5, "a.jpg", b"no image")
    assert shop.images == left


def test_an_upload_whose_answer_was_lost_is_found_and_not_sent_twice(httpserver: HTTPServer) -> None:
    def cut(request: Request, image: int) -> Response:
        cut_connection(request)
        return Response("")

    shop = ImageShop(cut)
    with serve(httpserver, shop) as client:
        assert client.upload_image(5, "a.jpg", b"data") == 3
    assert len(shop.uploads) == 1


def test_an_upload_that_never_arrived_is_a_retryable_failure(httpserver: HTTPServer) -> None:
    def lose(request: Request, image: int) -> Response:
        shop.images.remove(image)
        cut_connection(request)
        return Response("")

    shop = ImageShop(lose)
    with serve(httpserver, shop) as client, pytest.raises(RetryableError):
        client.upload_image(5, "a.jpg", b"data")


def test_an_image_is_replaced_in_place(httpserver: HTTPServer) -> None:
    shop = ImageShop()
    with serve(httpserver, shop) as client:
        client.replace_image(5, 2, "a.png", b"new")
    assert shop.images == [1, 2]
    assert "POST images/products/5/2" in shop.requests


def test_deleting_the_cover_makes_another_one_first(httpserver: HTTPServer) -> None:
    shop = ImageShop()
    with serve(httpserver, shop) as client:
        client.delete_image(5, 1)
    assert shop.default == 2
    assert shop.images == [2]
    assert shop.requests.index("PATCH products") < shop.requests.index("DELETE images/products/5/1")


def test_deleting_another_image_leaves_the_cover_alone(httpserver: HTTPServer) -> None:
    shop = ImageShop()
    with serve(httpserver, shop) as client:
        client.delete_image(5, 2)
        client.delete_image(5, 99)
    assert (shop.default, shop.images) == (1, [1])
    assert "PATCH products" not in shop.requests
