"""Saving what a person corrects on a product: what the form saw, what others did since, and what happens next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from connectors.models import Client
from mapping.choices import ChoiceValue, ProductChoice
from mapping.choices.products import PRODUCT
from mapping.choosing import Place, choose
from mapping.models import Choice, ChoiceAct, Product
from sync_portal.pages.sentences import exact, flow_label, person
from sync_portal.sync.models import FlowSchedule, Run, RunState

CATALOGUE = "catalogue"
"""The flow that carries what is corrected here."""
WHY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody chose since the form was opened: nothing was saved."""

    who: str
    at: datetime | None
    value: Any
    """The choice as it is now, as JSON; None: there is none."""


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a saved choice: when it goes out."""

    flow: str
    at: datetime | None
    paused: bool
    waiting: bool
    """A run of the flow waits or is under way already."""

    @property
    def when(self) -> str:
        """The next run by itself, not about anything that was saved."""
        told = {"flow": self.flow, "at": exact(self.at)}
        if self.paused:
            return _("%(flow)s is paused") % told
        return _("Next run of %(flow)s: %(at)s") % told if self.at else _("%(flow)s has no schedule") % told

    @property
    def sentence(self) -> str:
        told = {"flow": self.flow, "at": exact(self.at)}
        if self.waiting:
            return _("It goes out with the run of %(flow)s that is waiting or under way.") % told
        if self.paused:
            return _("%(flow)s is paused: it goes out when somebody resumes it.") % told
        if self.at:
            return _("It goes out with the next run of %(flow)s, on %(at)s.") % told
        return _("%(flow)s has no schedule: it goes out when somebody starts it.") % told


def next_run(client: Client, flow: str = CATALOGUE) -> Next:
    """When what is saved now reaches the shop by itself."""
    schedule = FlowSchedule.objects.filter(client=client, flow=flow).first()
    waiting = Run.objects.filter(client=client, flow=flow, preview=False, state=RunState.QUEUED).exists()
    paused = bool(schedule and schedule.paused)
    return Next(flow_label(flow), schedule.next_at if schedule else None, paused, waiting)


def stored(client: Client, place: Place) -> Choice | None:
    """The choice of that place, with who made it."""
    kind, key = place
    return Choice.objects.select_related("set_by").filter(client=client, kind=kind, key=key).first()


def seen(value: Any) -> str:
    """What a form carries of the choice that it was opened on."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def save(
    client: Client, place: Place, value: ChoiceValue | None, *, saw: str, by: User, verb: str, why: str = ""
) -> ChoiceAct | Clash | None:
    """Make the choice unless somebody changed it since the form was opened; None when it was so already.

    Raises:
        mapping.choosing.ChoiceRefused: it contradicts another choice.
    """
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        if clash := changed_since(stored(client, place), saw):
            return clash
        return choose(client, {place: value}, by=by, verb=verb, why=why.strip()[:WHY_LENGTH])


def changed_since(row: Choice | None, saw: str, fields: tuple[str, ...] = ()) -> Clash | None:
    """The choice as somebody else made it after the form was opened; only these fields of it, if any are named."""
    now = row.value if row else None
    if fields:
        now = {name: now[name] for name in fields if name in now} if now else {}
    if seen(now) == saw:
        return None
    if row is None:
        return Clash("", None, None)
    return Clash(person(row.set_by) if row.set_by else _("an import or a rule"), row.set_at, now)


def product_choice(client: Client, product: Product) -> ProductChoice:
    """What people added to the product."""
    row = stored(client, (PRODUCT.name, product.key))
    return ProductChoice.model_validate(row.value) if row else ProductChoice()


def save_fields(
    client: Client, product: Product, fields: Mapping[str, Any], *, saw: str, by: User, verb: str, why: str = ""
) -> ChoiceAct | Clash | None:
    """Change these fields of the product's choice and leave its others as they are."""
    place = (PRODUCT.name, product.key)
    with transaction.atomic():
        Client.objects.select_for_update().get(pk=client.pk)
        row = stored(client, place)
        if clash := changed_since(row, saw, tuple(sorted(fields))):
            return clash
        now = ProductChoice.model_validate(row.value) if row else ProductChoice()
        value = ProductChoice.model_validate(now.model_dump() | dict(fields))
        wanted = None if value == ProductChoice() else value
        return choose(client, {place: wanted}, by=by, verb=verb, why=why.strip()[:WHY_LENGTH])


def seen_fields(client: Client, product: Product, *fields: str) -> str:
    """What a form that changes these fields of the product's choice carries."""
    row = stored(client, (PRODUCT.name, product.key))
    value = row.value if row else {}
    return seen({name: value[name] for name in fields if name in value})


def answered(
    request: HttpRequest, client: Client, product: Product, tab: str, result: ChoiceAct | Clash | None
) -> HttpResponse:
    """Back to the tab that was worked on, with what was done and its undo; or with what stood in the way."""
    asked = {"tab": tab}
    match result:
        case ChoiceAct():
            asked["done"] = str(result.pk)
        case Clash():
            messages.warning(request, clash_sentence(result))
            if mine := (request.POST.get("value") or request.POST.get("brand") or "").strip():
                messages.info(request, _("You had written “%(text)s”.") % {"text": mine})
        case None:
            messages.info(request, _("It was so already: nothing was changed."))
    return redirect(f"{reverse('pages:product', args=[client.slug, product.pk])}?{urlencode(asked)}")


def clash_sentence(clash: Clash) -> str:
    """Who was faster."""
    if not clash.who:
        return _(
            "It was changed since you opened this page: nothing was saved. Look at it as it is now, then save again."
        )
    told = {"name": clash.who, "at": exact(clash.at)}
    return (
        _("%(name)s changed this on %(at)s, after you opened it: nothing was saved. Look at it, then save again.")
        % told
    )
