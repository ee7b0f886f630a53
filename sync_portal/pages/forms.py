"""Forms of the settings that people change here: a flow's rhythm, whom to alert."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sync_portal.sync.rhythms import BadCronError, check_cron, shortest_gap

LONGEST_MINUTES = 7 * 24 * 60
RHYTHMS = [
    ("minutes", gettext_lazy("Every so many minutes")),
    ("cron", gettext_lazy("At the times of a cron expression")),
]


class WebAddressField(forms.URLField):
    """A page of the web, no other kind of address."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {"invalid": gettext_lazy("“%(value)s” is no web address (https://…).")}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError as error:  # no address at all: Django names no value there
            raise ValidationError(error.message, code=error.code, params={"value": value}) from None


class ScheduleForm(forms.Form):
    """When a flow starts by itself: every so many minutes, at the times of a cron expression, or never."""

    rhythm = forms.ChoiceField(
        label=gettext_lazy("Rhythm"),
        choices=[*RHYTHMS, ("never", gettext_lazy("Only when somebody starts it"))],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    every_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes between two runs"), required=False, min_value=1, max_value=LONGEST_MINUTES
    )
    cron = forms.CharField(
        label=gettext_lazy("Cron expression"),
        required=False,
        max_length=80,
        help_text=gettext_lazy(
            "Minute, hour, day of the month, month, day of the week. 0 6 * * 1-5: at 6:00 from Monday to Friday."
        ),
    )

    promise_minutes = forms.IntegerField(
        label=gettext_lazy("Late after (minutes)"),
        required=False,
        min_value=1,
        max_value=5 * LONGEST_MINUTES,
        help_text=gettext_lazy(
            "How old the last success may be before the flow counts as late and somebody is told. Empty: what is usual "
            "for this flow."
        ),
    )

    def clean_cron(self) -> str:
        text = " ".join(str(self.cleaned_data["cron"]).split())
        if text and self.data.get("rhythm") == "cron":
            _check_cron(text)
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("rhythm") == "minutes" and not data.get("every_minutes") and "every_minutes" not in self.errors:
            self.add_error("every_minutes", _("Say every how many minutes."))
        if data.get("rhythm") == "cron" and not data.get("cron") and "cron" not in self.errors:
            self.add_error("cron", _("Write a cron expression."))
        if not self.errors:
            self._check_promise(data)
        return data

    def _check_promise(self, data: dict[str, Any]) -> None:
        """A promise that the rhythm itself breaks between any two runs is none."""
        promise, gap = data.get("promise_minutes"), self.gap
        if promise and gap and promise < gap:
            self.add_error(
                "promise_minutes",
                _(
                    "This rhythm leaves %(gap)s minutes between two runs: promise at least as much, or have it run "
                    "more often."
                )
                % {"gap": gap},
            )

    @property
    def gap(self) -> int | None:
        """Minutes between two runs of the rhythm chosen, at the least; None when it never runs by itself."""
        match self.cleaned_data["rhythm"]:
            case "minutes":
                return shortest_gap("", self.cleaned_data["every_minutes"])
            case "cron":
                return shortest_gap(self.cleaned_data["cron"], None)
        return None

    @property
    def stored(self) -> dict[str, Any] | None:
        """The columns of the schedule; None when there is to be none."""
        promise = {"promise_minutes": self.cleaned_data["promise_minutes"]}
        match self.cleaned_data["rhythm"]:
            case "minutes":
                return {"every_minutes": self.cleaned_data["every_minutes"], "cron": ""} | promise
            case "cron":
                return {"every_minutes": None, "cron": self.cleaned_data["cron"]} | promise
        return None


def _check_cron(text: str) -> None:
    """Refuse what cannot be followed, in words."""
    try:
        check_cron(text)
    except BadCronError as error:
        raise ValidationError(_REFUSED_CRON[error.reason] % {"text": text}) from None


_REFUSED_CRON = {
    "fields": gettext_lazy("A cron expression has five parts separated by blanks, for example 0 6 * * 1-5."),
    "syntax": gettext_lazy(
        "“%(text)s” is no cron expression: minute 0-59, hour 0-23, day 1-31, month 1-12, day of the week 0-7."
    ),
    "never": gettext_lazy("“%(text)s” names a moment that never comes."),
}


class AlertingForm(forms.Form):
    """Whom to tell when a flow changes its state."""

    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=gettext_lazy("One per line."),
    )
    webhook = WebAddressField(
        label=gettext_lazy("Webhook"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=gettext_lazy("An address that takes a JSON message by POST: a chat channel, your own monitoring."),
    )

    def clean_emails(self) -> list[str]:
        lines = str(self.cleaned_data["emails"]).replace(",", "\n").replace(";", "\n").splitlines()
        emails = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
        for email in emails:
            try:
                validate_email(email)
            except ValidationError:
                raise ValidationError(_("“%(email)s” is no e-mail address.") % {"email": email}) from None
        return emails
