"""How a request to the sandbox shop fails, in the forms and with the codes that real shops answered."""

from __future__ import annotations


class ShopFailure(Exception):
    """Anything that ends a webservice request early."""


class WebserviceError(ShopFailure):
    """An error the webservice reports in its own XML or JSON: a status and one or more (code, message)."""

    def __init__(self, status: int, code: int, message: str, *more: tuple[int, str]) -> None:
        self.status = status
        self.errors = [(code, message), *more]
        super().__init__(f"{status} {self.errors}")


class UncaughtError(ShopFailure):
    """What PHP answers to an exception nobody caught: 500, `text/html`, by default an empty body."""

    def __init__(self, text: str = "", *, status: int = 500, content_type: str = "text/html; charset=utf-8") -> None:
        self.text = text
        self.content_type = content_type
        self.status = status
        super().__init__(text or "empty answer")


class NotFoundError(ShopFailure):
    """GET or HEAD of an unknown id: 404 without body and without Content-Type."""


class RedirectError(ShopFailure):
    """302 to the shop's home page: wrong Host header or unknown id_shop."""
