"""What people do with a product's photos: bring, order, hide, describe, and say which combinations they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mapping import uploads
from mapping.choices import IMAGE, ChoiceValue, ImageChoice
from mapping.choosing import Place, choose
from mapping.models import Choice, Product
from mapping.uploads import Added, Brought
from sync_portal.pages.access import Access, client_page
from sync_portal.pages.choice_words import act_row
from sync_portal.pages.photo_cards import Gallery, gallery, photos_context
from sync_portal.pages.product_saving import next_run

LEGEND_LENGTH = 128
MOST_FILES = 30
"""In one go."""
Act = Callable[[HttpRequest, Access, Product], Added]


class NotSo(ValueError):
    """What was asked cannot be done: the message says what and why."""


@client_page()
@require_POST
def change(request: HttpRequest, access: Access, product_id: int, act: str) -> HttpResponse:
    """Do one of `_ACTS` and show the photos as they are now: that part of the page for htmx, else the page."""
    product = get_object_or_404(Product, client=access.client, pk=product_id)
    if act not in _ACTS:
        raise Http404
    try:
        done = _ACTS[act](request, access, product)
    except NotSo as error:
        done = Added(None, (str(error),))
    if request.htmx:  # type: ignore[attr-defined]
        return _part(request, access, product, done)
    return _page(request, access, product, done)


def _part(request: HttpRequest, access: Access, product: Product, done: Added) -> HttpResponse:
    context: dict[str, Any] = {"client": access.client, "access": access, "product": product, "refused": done.refused}
    if done.act is not None:
        context |= {"done_photo": act_row(done.act, {}, []), "next_photo": next_run(access.client, "images")}
    return render(request, "products/_photos_part.html", context | photos_context(access.client, product))


def _page(request: HttpRequest, access: Access, product: Product, done: Added) -> HttpResponse:
    asked = {"tab": "photos"} | ({"done": str(done.act.pk)} if done.act else {})
    for sentence in done.refused:
        messages.error(request, sentence)
    if done.act is None and not done.refused:
        messages.info(request, _("It was so already: nothing was changed."))
    return redirect(f"{reverse('pages:product', args=[access.client.slug, product.pk])}?{urlencode(asked)}")


def _upload(request: HttpRequest, access: Access, product: Product) -> Added:
    files = request.FILES.getlist("photos")
    if not files:
        raise NotSo(_("No file was chosen."))
    if len(files) > MOST_FILES:
        raise NotSo(_("At most %(most)s files at once.") % {"most": MOST_FILES})
    brought = (Brought(file.name or "", file.size or 0, file.read) for file in files)
    return uploads.add(access.client, product, brought, by=access.user)


def _remove(request: HttpRequest, access: Access, product: Product) -> Added:
    card = gallery(access.client, product).card(request.POST.get("photo", ""))
    if card is None or not card.sha256:
        raise NotSo(_("Only a photo that somebody added here can be removed. Hide it instead."))
    return Added(uploads.remove(access.client, product, card.sha256, by=access.user))


def _hide(request: HttpRequest, access: Access, product: Product) -> Added:
    return _say(access, product, {_photo(request, access, product): {"hidden": True}}, "photo.hide")


def _show(request: HttpRequest, access: Access, product: Product) -> Added:
    return _say(access, product, {_photo(request, access, product): {"hidden": False}}, "photo.show")


def _move(request: HttpRequest, access: Access, product: Product) -> Added:
    """``to``: "cover", "earlier" or "later"."""
    keys = [card.key for card in gallery(access.client, product).shown]
    key = request.POST.get("photo", "")
    if key not in keys:
        raise NotSo(_("This photo is not among those shown any more."))
    place = keys.index(key)
    keys.remove(key)
    steps = {"cover": 0, "earlier": max(place - 1, 0), "later": place + 1}
    keys.insert(steps.get(request.POST.get("to", ""), place), key)
    return _order(access, product, keys)


def _reorder(request: HttpRequest, access: Access, product: Product) -> Added:
    """``order``: the keys of all photos shown, as they were dragged."""
    known = [card.key for card in gallery(access.client, product).shown]
    wanted = request.POST.getlist("order")
    if sorted(wanted) != sorted(known):
        raise NotSo(_("The photos have changed since you opened the page. Order them again."))
    return _order(access, product, wanted)


def _order(access: Access, product: Product, keys: Sequence[str]) -> Added:
    return _say(access, product, {key: {"position": place} for place, key in enumerate(keys, start=1)}, "photo.order")


def _unordered(request: HttpRequest, access: Access, product: Product) -> Added:
    found: Gallery = gallery(access.client, product)
    keys = [card.key for card in (*found.shown, *found.left_out)]
    return _say(access, product, {key: {"position": None} for key in keys}, "photo.order")


def _legend(request: HttpRequest, access: Access, product: Product) -> Added:
    key = _photo(request, access, product)
    texts = {
        language: text
        for language in photos_context(access.client, product)["photo_languages"]
        if (text := " ".join(request.POST.get(f"legend-{language}", "").split()))
    }
    if too_long := [text for text in texts.values() if len(text) > LEGEND_LENGTH]:
        told = {"length": len(too_long[0]), "limit": LEGEND_LENGTH}
        raise NotSo(_("The legend has %(length)s characters: at most %(limit)s.") % told)
    return _say(access, product, {key: {"legend": texts}}, "photo.legend")


def _combinations(request: HttpRequest, access: Access, product: Product) -> Added:
    key = _photo(request, access, product)
    known = set(product.combinations.values_list("key", flat=True))
    ticked = [one for one in dict.fromkeys(request.POST.getlist("combination")) if one in known]
    wanted = None if "back" in request.POST else tuple(ticked) if len(ticked) < len(known) else ()
    return _say(access, product, {key: {"combinations": wanted}}, "photo.combinations")


def _photo(request: HttpRequest, access: Access, product: Product) -> str:
    key = request.POST.get("photo", "")
    if gallery(access.client, product).card(key) is None:
        raise NotSo(_("This photo is not there any more."))
    return key


def _say(access: Access, product: Product, said: Mapping[str, Mapping[str, Any]], verb: str) -> Added:
    """Change these fields of what is said of the photos; the others stay."""
    rows = Choice.objects.filter(client=access.client, kind=IMAGE.name, subject=product.key)
    known = {row.key: row.value for row in rows}
    wanted: dict[Place, ChoiceValue | None] = {}
    for image, fields in said.items():
        key = IMAGE.make_key(product.key, image)
        now = ImageChoice.model_validate(known.get(key, {}))
        value = ImageChoice.model_validate(now.model_dump() | dict(fields))
        wanted[IMAGE.name, key] = None if value == ImageChoice() else value
    return Added(choose(access.client, wanted, by=access.user, verb=verb))


_ACTS: Mapping[str, Act] = {
    "upload": _upload,
    "remove": _remove,
    "hide": _hide,
    "show": _show,
    "move": _move,
    "order": _reorder,
    "unordered": _unordered,
    "legend": _legend,
    "combinations": _combinations,
}
