"""What a person corrects on a product beside its texts: its place, its brand, its features, what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connectors.models import Client
from mapping.choices import ArticleChoice
from mapping.choices.articles import ARTICLE
from mapping.models import Category, ChoiceAct, Product
from sync_portal.pages.access import Access, client_page
from sync_portal.pages.bulk_acts import BRAND_LENGTH, FORBIDDEN_IN_BRANDS
from sync_portal.pages.product_saving import Clash, answered, product_choice, save, save_fields
from sync_portal.pages.products import product_page

FEATURE_LENGTH = 255
FORBIDDEN_IN_FEATURES = "<>={}"
MOST = 60
"""Further categories, or accessories, of one product."""
Saved = ChoiceAct | Clash | None
Edit = Callable[[HttpRequest, Access, Product], Saved]


class NotSo(ValueError):
    """What was sent cannot be saved: the message says what and why."""

    def __init__(self, message: str, *, field: str = "", value: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.value = value


@client_page()
@require_POST
def edit(request: HttpRequest, access: Access, product_id: int, what: str) -> HttpResponse:
    """Save one part of what people choose about a product."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    tab, change = _EDITS.get(what, ("overview", _unknown))
    try:
        done = change(request, access, product)
    except NotSo as refused:
        if refused.field:
            wrong = {"field": refused.field, "value": refused.value, "message": str(refused)}
            return product_page(request, access, product, tab=tab, wrong=wrong)
        messages.error(request, str(refused))
        return redirect(f"{reverse('pages:product', args=[access.client.slug, product.pk])}?tab={tab}")
    return answered(request, access.client, product, tab, done)


def _unknown(request: HttpRequest, access: Access, product: Product) -> Saved:
    raise NotSo(_("This cannot be changed here."))


def _main_category(request: HttpRequest, access: Access, product: Product) -> Saved:
    key = request.POST.get("category", "")
    _known_category(access.client, key)
    return _save(request, access, product, {"category": key or None}, "product.category")


def _add_category(request: HttpRequest, access: Access, product: Product) -> Saved:
    key = request.POST.get("category", "")
    _known_category(access.client, key)
    if not key:
        raise NotSo(_("Nothing was chosen."))
    now = product_choice(access.client, product).categories
    return _save(request, access, product, {"categories": _with(now, key)}, "product.categories")


def _remove_category(request: HttpRequest, access: Access, product: Product) -> Saved:
    now = product_choice(access.client, product).categories
    left = tuple(one for one in now if one != request.POST.get("category", ""))
    return _save(request, access, product, {"categories": left}, "product.categories")


def _brand(request: HttpRequest, access: Access, product: Product) -> Saved:
    if "back" in request.POST:
        return _save(request, access, product, {"manufacturer": None}, "product.brand")
    name = " ".join(request.POST.get("brand", "").split())
    _refuse(name, FORBIDDEN_IN_BRANDS, BRAND_LENGTH, field="brand")
    return _save(request, access, product, {"manufacturer": name}, "product.brand")


def _feature(request: HttpRequest, access: Access, product: Product) -> Saved:
    key, value = request.POST.get("feature", ""), " ".join(request.POST.get("value", "").split())
    if not key:
        raise NotSo(_("Nothing was chosen."))
    _refuse(value, FORBIDDEN_IN_FEATURES, FEATURE_LENGTH, field=key)
    features = dict(product_choice(access.client, product).features)
    if "back" in request.POST:
        features.pop(key, None)
    else:
        features[key] = "" if "none" in request.POST else value
    return _save(request, access, product, {"features": features}, "product.features")


def _add_accessory(request: HttpRequest, access: Access, product: Product) -> Saved:
    key = request.POST.get("accessory", "")
    if key == product.key or not Product.objects.filter(client=access.client, key=key).exists():
        raise NotSo(_("There is no other product %(key)s.") % {"key": key})
    wanted = {"accessories": _with(_accessories(access.client, product), key)}
    return _save(request, access, product, wanted, "product.accessories")


def _remove_accessory(request: HttpRequest, access: Access, product: Product) -> Saved:
    left = tuple(one for one in _accessories(access.client, product) if one != request.POST.get("accessory", ""))
    return _save(request, access, product, {"accessories": left}, "product.accessories")


def _sage_accessories(request: HttpRequest, access: Access, product: Product) -> Saved:
    return _save(request, access, product, {"accessories": None}, "product.accessories")


def _article(request: HttpRequest, access: Access, product: Product) -> Saved:
    """Whether it is shown, and what becomes of its page when it is not."""
    shown, away = request.POST.get("shown", "rules"), request.POST.get("when_away", "")
    target = request.POST.get("redirect_to", "").strip() if away == "redirect" else ""
    if target and (target == product.key or not Product.objects.filter(client=access.client, key=target).exists()):
        raise NotSo(_("There is no other product %(key)s.") % {"key": target})
    try:
        value = ArticleChoice.model_validate({"shown": shown, "when_away": away, "redirect_to": target})
    except ValueError as wrong:
        raise NotSo(_("This cannot be chosen: %(value)s.") % {"value": f"{shown} / {away}"}) from wrong
    verb = {"always": "article.show", "never": "article.hide"}.get(shown, "article.rules")
    if away and shown == "rules":
        verb = "article.away"
    wanted = None if value == ArticleChoice() else value
    place, saw, why = (ARTICLE.name, product.key), request.POST.get("seen", ""), request.POST.get("why", "")
    return save(access.client, place, wanted, saw=saw, by=access.user, verb=verb, why=why)


def _save(request: HttpRequest, access: Access, product: Product, fields: Mapping[str, Any], verb: str) -> Saved:
    saw, why = request.POST.get("seen", ""), request.POST.get("why", "")
    return save_fields(access.client, product, fields, saw=saw, by=access.user, verb=verb, why=why)


def _accessories(client: Client, product: Product) -> tuple[str, ...]:
    """Those of a person, or else Sage's: the first change starts from what is seen."""
    chosen = product_choice(client, product).accessories
    return tuple(product.accessories) if chosen is None else chosen


def _with(now: tuple[str, ...], key: str) -> tuple[str, ...]:
    if len(now) >= MOST:
        raise NotSo(_("A product has %(most)s of them at most.") % {"most": MOST})
    return (*now, key) if key not in now else now


def _known_category(client: Client, key: str) -> None:
    if key and not Category.objects.filter(client=client, key=key).exists():
        raise NotSo(_("This category does not exist any more."))


def _refuse(value: str, forbidden: str, longest: int, *, field: str) -> None:
    if letters := sorted({letter for letter in value if letter in forbidden}):
        message = _("The shop refuses %(letters)s here.") % {"letters": " ".join(letters)}
        raise NotSo(message, field=field, value=value)
    if len(value) > longest:
        told = {"length": len(value), "limit": longest, "more": len(value) - longest}
        message = _("%(length)s characters; the shop takes %(limit)s: %(more)s too many.") % told
        raise NotSo(message, field=field, value=value)


_EDITS: Mapping[str, tuple[str, Edit]] = {
    "main-category": ("filing", _main_category),
    "add-category": ("filing", _add_category),
    "remove-category": ("filing", _remove_category),
    "brand": ("filing", _brand),
    "feature": ("filing", _feature),
    "add-accessory": ("related", _add_accessory),
    "remove-accessory": ("related", _remove_accessory),
    "sage-accessories": ("related", _sage_accessories),
    "article": ("overview", _article),
}
