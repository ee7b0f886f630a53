"""What the templates need beyond loops and ifs: icons, states, numbers, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.forms import BoundField, Select
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sync_portal.pages import labels, numbers, sentences
from sync_portal.pages.looks import look
from sync_portal.sync.models import Run

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of Tabler's set, inlined so that it takes the colour of the text; decorative: its word stands beside it.

    Raises:
        FileNotFoundError: it is not in `bin/assets`' list, or bin/assets was not run.
    """
    return format_html('<span class="ico {}" aria-hidden="true">{}</span>', extra, _svg(name))


@cache
def _svg(name: str) -> SafeString:
    path = settings.BASE_DIR / "static" / "vendor" / "icons" / f"{name}.svg"
    if not path.exists():
        raise FileNotFoundError(f"{path}: add {name!r} to the icons of bin/assets and run it")
    # The files are Tabler's own, copied by bin/assets: no user input can get here.
    return mark_safe(path.read_text(encoding="utf-8").strip())  # noqa: S308


@register.inclusion_tag("components/state.html")
def state(kind: str, code: str, word: object, badge: bool = True) -> dict[str, Any]:
    """A state: colour, icon and word together, never the colour alone."""
    return {"look": look(kind, code), "word": word, "badge": badge}


@register.simple_tag
def when(moment: datetime | None, empty: str = "—") -> SafeString | str:
    """``il y a 2 minutes``, with the exact moment (in the client's time zone) on hover and for machines."""
    if moment is None:
        return empty
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), naturaltime(moment)
    )


@register.filter
def exact(moment: datetime | None) -> str:
    """The moment to the minute."""
    return sentences.exact(moment)


@register.filter
def clock(moment: datetime | None) -> str:
    """Hour and minute, with the day when it is not today."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if today else "SHORT_DATETIME_FORMAT")


@register.filter
def whole(number: int | None) -> str:
    return "" if number is None else numbers.whole(number)


@register.filter
def money(value: Decimal | None) -> str:
    return numbers.money(value)


@register.filter
def signed_money(value: Decimal | None) -> str:
    """The amount with its sign: a gap of 1,20 € and one of −1,20 € are not the same news."""
    text = numbers.money(value)
    return f"+{text}" if value is not None and value > 0 else text


@register.filter
def percent(value: Decimal | int | None) -> str:
    """``5,5 %``: a rate without useless zeros."""
    return "" if value is None else numbers.percent(Decimal(value))


@register.filter
def kilograms(value: Decimal | None) -> str:
    return "" if value is None else numbers.kilograms(value)


@register.filter
def sentence(run: Run) -> str:
    return sentences.run_sentence(run)


@register.filter
def why_started(run: Run) -> str:
    return sentences.why_started(run)


@register.filter
def flow_label(name: str) -> str:
    return sentences.flow_label(name)


@register.filter
def kind_label(kind: str) -> str:
    return labels.kind_label(kind)


@register.filter
def order_state(state: str) -> str:
    return labels.order_state(state)


@register.filter
def owner_label(owner: str) -> str:
    """Who decides a field."""
    return labels.owner_label(owner)


@register.filter
def step_label(step: str) -> str:
    return labels.step_label(step)


@register.simple_tag
def look_icon(kind: str, code: str) -> SafeString:
    """The icon of a state alone, for buttons."""
    return icon(look(kind, code).icon)


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """The item at that place of a list."""
    return items[place]


@register.filter
def waiting_reason(code: str) -> str:
    """Why a run waits."""
    return str(labels.REASONS[code])


@register.simple_tag
def price(value: Decimal | None) -> SafeString | str:
    """The amount to the cent, for lists; one that Sage or a conversion made finer is told whole on hover."""
    exact_text, text = numbers.money(value), numbers.cents(value)
    return text if text == exact_text else format_html('<span title="{}">{}</span>', exact_text, text)


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's own widget with Tabler's class: sign-in forms belong to allauth."""
    select = isinstance(field.field.widget, Select)
    return field.as_widget(attrs={"class": "form-select" if select else "form-control"})


@register.filter
def run_colour(run: Run) -> str:
    """The state class of a run in the strip of the last thirty."""
    return look("run", run.state).colour


@register.filter
def weight_label(weight: str) -> str:
    """How much a finding of the catalogue check weighs, in words."""
    return str(labels.WEIGHTS[weight])


@register.filter
def import_label(result: str) -> str:
    """What a line of an imported file does, in words."""
    return str(labels.IMPORT_RESULTS[result])


@register.filter
def mapping_label(state: str) -> str:
    """Where a line of a mapping table stands, in words."""
    return str(labels.MAPPING_STATES[state])
