"""Long lists, one page at a time."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page[Any]:
    """The page the address asks for; a page that does not exist gives the nearest one."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
