"""One text of a product: read, edited in place, previewed as the shop gets it, and given back to Sage."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mapping.choices import TextChoice
from mapping.models import ChoiceAct, Product
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.product_saving import Clash, answered, next_run, save, seen
from sync_portal.pages.product_texts import Cell, cell, place_of, shop_rules
from sync_portal.pages.text_cleaning import Cleaned, cleaned

LONGEST = 200_000
"""Characters that a form may send: more than any description, less than what would keep a worker busy."""


@client_page()
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, access: Access, product_id: int, field: str, language: str) -> HttpResponse:
    """Show one text, open its form (`?edit=1`), save it, or give it back to Sage."""
    product, found = _found(access, product_id, field, language)
    if request.method == "POST":
        return _saved(request, access, product, found)
    if "edit" in request.GET:
        return _form(request, access, product, found, written=found.written, saw=found.seen)
    return _shown(request, access, product, found)


@client_page()
@require_POST
def preview(request: HttpRequest, access: Access, product_id: int, field: str, language: str) -> HttpResponse:
    """What the shop would get of what is being written."""
    _product, found = _found(access, product_id, field, language)
    result = _cleaned(request, access, found)
    return render(request, "products/_text_preview.html", {"cell": found, "preview": result, "oob": True})


def _found(access: Access, product_id: int, field: str, language: str) -> tuple[Product, Cell]:
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    if (found := cell(access.client, product, field, language)) is None:
        raise Http404("no such text")
    return product, found


def _cleaned(request: HttpRequest, access: Access, found: Cell) -> Cleaned:
    return cleaned(found.field, request.POST.get("text", "")[:LONGEST], shop_rules(access.client)[0])


def _saved(request: HttpRequest, access: Access, product: Product, found: Cell) -> HttpResponse:
    written, why = request.POST.get("text", "")[:LONGEST], request.POST.get("why", "")
    back = request.POST.get("what") == "back"
    result = _cleaned(request, access, found)
    saw = request.POST.get("seen", "")
    if not back and result.fault:
        return _form(request, access, product, found, written=written, saw=saw, fault=result.fault, why=why)
    same_as_sage = result.text == found.sage and not back
    value = None if back or same_as_sage else TextChoice(text=written.replace("\r\n", "\n").strip())
    verb = "text.edit" if value else "text.back"
    place = place_of(product, found.field, found.language)
    done = save(access.client, place, value, saw=saw, by=access.user, verb=verb, why=why)
    if isinstance(done, Clash):
        now = cell(access.client, product, found.field, found.language) or found
        return _form(request, access, product, now, written=written, saw=seen(done.value), clash=done, why=why)
    if not request.htmx:  # type: ignore[attr-defined]
        return answered(request, access.client, product, "texts", done)
    now = cell(access.client, product, found.field, found.language) or found
    return _shown(request, access, product, now, done=done, saved=True)


def _shown(request: HttpRequest, access: Access, product: Product, found: Cell, **more: Any) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        address = reverse("pages:product", args=[access.client.slug, product.pk])
        return redirect(f"{address}?{urlencode({'tab': 'texts'})}#{found.id}")
    shown = {"client": access.client, "access": access, "product": product, "cell": found, "focus": True}
    done: ChoiceAct | None = more.get("done")
    told = {"done": done, "saved": more.get("saved", False), "next": next_run(access.client) if done else None}
    return render(request, "products/_text.html", shown | told)


def _form(
    request: HttpRequest,
    access: Access,
    product: Product,
    found: Cell,
    *,
    written: str,
    saw: str,
    fault: str = "",
    clash: Clash | None = None,
    why: str = "",
) -> HttpResponse:
    """The form, alone for htmx, or as a page for a browser without scripts."""
    shown = {
        "product": product,
        "cell": found,
        "written": written,
        "saw": saw,
        "fault": fault,
        "clash": clash,
        "theirs": str((clash.value or {}).get("text", "")) if clash else "",
        "why": why,
        "preview": cleaned(found.field, written, shop_rules(access.client)[0]),
        "title": _("%(field)s (%(language)s)") % {"field": found.label, "language": found.language},
    }
    if request.htmx:  # type: ignore[attr-defined]
        frame = {"client": access.client, "access": access}
        return render(request, "products/_text_form.html", frame | shown)
    return render_page(request, access, "products/text.html", "products", **shown)
