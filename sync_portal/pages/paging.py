"""Long lists, one page at a time."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

FAR = 1000
"""Rows in front of a page from which on they are passed by their keys alone."""


def page_of(request: HttpRequest, rows: QuerySet[Any], size: int, *, total: int | None = None) -> Page[Any]:
    """The page the address asks for; a page that does not exist gives the nearest one.

    `total`: how many rows there are, where that is known already.
    """
    pages = Paginator(rows, size)
    if total is not None:
        pages.__dict__["count"] = total  # as `cached_property` keeps it
    page = pages.get_page(request.GET.get("page"))
    first = (page.number - 1) * size
    if first >= FAR and not (rows.query.annotations or rows.query.distinct):
        page.object_list = rows_far_down(rows, first, size)
    return page


def rows_far_down(rows: QuerySet[Any], first: int, size: int) -> list[Any]:
    """So many rows after the first ones: the database reads an index up to the page, and only the rows of the page.

    With an offset of 200,000 it would fetch as many rows, to throw all but the last ones away.
    """
    keys = list(rows.values_list("pk", flat=True)[first : first + size])
    asked = rows.model._default_manager.all()
    asked.query.select_related = rows.query.select_related
    found = asked.in_bulk(keys)
    return [found[key] for key in keys if key in found]
