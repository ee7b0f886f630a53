"""The public pages (first version)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


def respond(shop: Shop, request: Request) -> Response:
    return Response("", status=404)
