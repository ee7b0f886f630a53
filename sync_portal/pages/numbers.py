"""Numbers and durations as people read them, in the current language."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def whole(number: int) -> str:
    """``12 430``: grouped by thousands."""
    return number_format(number, force_grouping=True)


def amount(value: Decimal | None, *, least: int = 2, most: int = 6) -> str:
    """``12,50`` or ``1 234,567891``: at least two decimals, more only when they say something; empty for None."""
    if value is None:
        return ""
    _sign, _digits, exponent = value.normalize().as_tuple()
    needed = -exponent if isinstance(exponent, int) else least
    return number_format(value, decimal_pos=min(most, max(least, needed)), force_grouping=True)


def money(value: Decimal | None) -> str:
    """The amount in euros: the only currency Sage 100 France keeps its books in."""
    if value is None:
        return ""
    sign = "-" if value < 0 else ""
    return sign + _("€%(amount)s") % {"amount": amount(abs(value))}


def cents(value: Decimal | None) -> str:
    """The amount in euros to the cent, as a list shows it."""
    return money(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) if value is not None else ""


def plain(value: Decimal | None) -> str:
    """``0,35``: no useless zero at the end."""
    return amount(value, least=0)


def percent(value: Decimal) -> str:
    """``5,5 %`` of 5.5."""
    return _("%(rate)s%%") % {"rate": plain(value)}


def labelled(label: str, text: str) -> str:
    """``Matière : coton``: each language has its own space before the colon."""
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


def kilograms(value: Decimal) -> str:
    """``0,35 kg``."""
    return _("%(kilograms)s kg") % {"kilograms": plain(value)}


def decimal_or_none(text: object) -> Decimal | None:
    """The number a stored text is, or None."""
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def duration(length: timedelta | None) -> str:
    """``under 1 s``, ``41 s``, ``2 min 05 s``, ``1 h 12 min``; empty when unknown."""
    if length is None:
        return ""
    seconds = max(0, round(length.total_seconds()))
    if not seconds:
        return _("under 1 s")
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    if seconds < 3600:
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": seconds // 60, "seconds": seconds % 60}
    return _("%(hours)d h %(minutes)02d min") % {"hours": seconds // 3600, "minutes": seconds % 3600 // 60}


def change_of(before: object, after: object) -> str:
    """The size of a change of a number, in percent: ``+12,5 %``; empty when there is none to say."""
    old, new = decimal_or_none(before), decimal_or_none(after)
    if old is None or new is None or old in {0, new}:
        return ""
    percent = (new - old) / abs(old) * 100
    sign = "+" if percent > 0 else "−"
    if abs(percent) < Decimal("0.05"):
        return _("%(sign)sless than 0.1%%") % {"sign": sign}
    return _("%(sign)s%(percent)s%%") % {"sign": sign, "percent": plain(round(abs(percent), 1))}
