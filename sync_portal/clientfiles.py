"""Clients as files: everything an agency configures, in TOML, so that a set-up can be reviewed, copied and restored.

A file is validated whole before anything is saved; an error names the place and the value. Secrets are left out of an
export unless asked for, and a file without them keeps the ones stored.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import available_timezones

import tomli_w
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from connectors.credentials import Secret
from connectors.errors import ConfigurationError
from connectors.models import Client, Membership, SageConnection, ShopConnection
from connectors.sage.file_layout import FileLayout
from mapping import choosing
from mapping.choices import CHOICE_KINDS
from mapping.models import Choice
from mapping.rules import load_rules
from sync_portal.sync.flows import all_flows
from sync_portal.sync.kept import keep, kept_for
from sync_portal.sync.kinds import KINDS
from sync_portal.sync.models import Alerting, FlowSchedule
from sync_portal.sync.rhythms import check_cron, shortest_gap
from sync_portal.sync.schedules import next_time
from sync_portal.sync.settings_history import note, of_alerting, of_schedule

Row = TypeVar("Row", bound=models.Model)


class ClientFileError(ValueError):
    """The file cannot be used; the message says where and which value."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Identity(_Section):
    slug: str = Field(pattern=r"^[-a-z0-9_]+$", max_length=50)
    name: str = Field(min_length=1, max_length=120)
    time_zone: str = "Europe/Paris"

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("this is no time zone, write it as Europe/Paris")
        return name


class _MediaFolder(_Section):
    prefix: str
    folder: str


class _Sage(_Section):
    dialect: Literal["sqlserver", "sage", "sqlite"] = "sqlserver"
    driver: str = ""
    dsn: str = ""
    server: str = ""
    port: int | None = Field(default=None, ge=1, le=65535)
    database: str = ""
    user: str = ""
    password: str | None = None
    path: str = ""
    login_timeout: int = Field(default=10, ge=1, le=300)
    query_timeout: int = Field(default=120, ge=1, le=3600)
    write_enabled: bool = False
    write_mode: Literal["direct", "driver", "file"] = "direct"
    file_folder: str = ""
    file_layout: dict[str, str | list[str]] = {}
    media_folders: list[_MediaFolder] = []

    @field_validator("file_layout")
    @classmethod
    def _valid_layout(cls, layout: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        try:
            FileLayout.from_json(layout)
        except ConfigurationError as error:
            raise ValueError(f"{error.facts['setting']}: {error.facts['value']!r} cannot be used") from error
        return layout


class _Kept(_Section):
    """A field of one record that is the shop's because a person said so."""

    kind: str
    key: str = Field(min_length=1, max_length=300)
    field: str

    @model_validator(mode="after")
    def _known(self) -> _Kept:
        if self.kind not in KINDS or self.field not in KINDS[self.kind].fields:
            raise ValueError(f"{self.kind}.{self.field} is no field of the shop")
        return self


class _Shop(_Section):
    name: str = Field(min_length=1, max_length=80)
    url: str = Field(pattern=r"^https?://")
    key: str | None = None
    private_network: bool = False
    connections: int = Field(default=4, ge=1, le=16)
    shop_id: int | None = Field(default=None, ge=1)
    quiet_hours: list[list[str]] = []
    active: bool = True
    rules: dict[str, Any] = {}
    kept: list[_Kept] = []

    @field_validator("quiet_hours")
    @classmethod
    def _times(cls, hours: list[list[str]]) -> list[list[str]]:
        for span in hours:
            if len(span) != 2 or not all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", moment) for moment in span):
                raise ValueError(f'{span!r} is no pair of times, e.g. ["22:00", "06:00"]')
        return hours

    @field_validator("rules")
    @classmethod
    def _valid_rules(cls, rules: dict[str, Any]) -> dict[str, Any]:
        load_rules(rules)
        return rules


class _Schedule(_Section):
    flow: str
    every_minutes: int | None = Field(default=None, ge=1)
    cron: str = ""
    paused: bool = False
    paused_reason: str = Field(default="", max_length=200)
    promise_minutes: int | None = Field(default=None, ge=1)
    """How old the last success may be; the flow's own promise where none is given."""

    @model_validator(mode="after")
    def _valid(self) -> _Schedule:
        known = [flow.name for flow in all_flows()]
        if self.flow not in known:
            raise ValueError(f"{self.flow!r} is no flow; there are: {', '.join(known)}")
        if bool(self.cron) == bool(self.every_minutes):
            raise ValueError("give either every_minutes or cron")
        if self.cron:
            check_cron(self.cron)
        gap = shortest_gap(self.cron, self.every_minutes) or 0
        if self.promise_minutes and self.promise_minutes < gap:
            raise ValueError(
                f"promise_minutes {self.promise_minutes} cannot be kept: it runs every {gap} minutes at most"
            )
        if self.paused and not self.paused_reason.strip():
            raise ValueError("a pause needs its paused_reason")
        return self


class _Member(_Section):
    user: str
    role: Literal["sales", "agency", "administrator"]


class _Alerting(_Section):
    emails: list[str] = []
    webhook: str = Field(default="", pattern=r"^(https?://.*)?$")

    @field_validator("emails")
    @classmethod
    def _addresses(cls, emails: list[str]) -> list[str]:
        for email in emails:
            try:
                validate_email(email)
            except DjangoValidationError:
                raise ValueError(f"{email!r} is not an e-mail address") from None
        return emails


CHOICE_SECTIONS = ("feature", "option", "value", "category", "brand", "word", "group", "article")
"""Kinds of choices that are set-up; texts and photos are content, and have exports of their own."""


class ClientFile(_Section):
    """The whole document."""

    client: _Identity
    sage: _Sage | None = None
    shops: list[_Shop] = []
    schedules: list[_Schedule] = []
    members: list[_Member] = []
    alerting: _Alerting | None = None
    choices: dict[str, dict[str, dict[str, Any]]] = {}
    """Kind -> key -> what was chosen."""

    @field_validator("choices")
    @classmethod
    def _valid_choices(cls, choices: dict[str, dict[str, dict[str, Any]]]) -> dict[str, dict[str, dict[str, Any]]]:
        for kind, chosen in choices.items():
            if kind not in CHOICE_SECTIONS:
                raise ValueError(f"{kind!r} is no kind of choice; there are: {', '.join(CHOICE_SECTIONS)}")
            for key, value in chosen.items():
                try:
                    CHOICE_KINDS[kind].load(value)
                except ValueError as error:
                    raise ValueError(f"{kind}.{key}: {error}") from None
        return choices

    @model_validator(mode="after")
    def _names_are_unique(self) -> ClientFile:
        for what, names in {
            "shops": [shop.name for shop in self.shops],
            "schedules": [schedule.flow for schedule in self.schedules],
            "members": [member.user for member in self.members],
        }.items():
            doubled = {name for name in names if names.count(name) > 1}
            if doubled:
                raise ValueError(f"{what}: {', '.join(sorted(doubled))} stands more than once")
        return self


def read_file(path: Path, settings: Sequence[str] = ()) -> ClientFile:
    """Parse and validate a client file, with `KEY=VALUE` settings on top (``shops.0.url=https://...``).

    Raises:
        ClientFileError: unreadable, not TOML, an unknown key, a wrong value: one line per fault.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ClientFileError(f"{path}: {error}") from error
    for setting in settings:
        _set(data, setting)
    try:
        return ClientFile.model_validate(data)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}{_shown(fault['loc'], fault['input'])}"
            for fault in error.errors(include_url=False)
        ]
        raise ClientFileError("\n".join(faults)) from None


def _shown(place: tuple[int | str, ...], value: object) -> str:
    """The value of a fault, where it is one value and no secret: a whole section may hold one."""
    secret = place[-1:] in {("password",), ("key",)}
    return "" if secret or isinstance(value, dict | list) else f" (value: {value!r})"


def _set(data: dict[str, Any], setting: str) -> None:
    place, separator, text = setting.partition("=")
    if not separator:
        raise ClientFileError(f"--set {setting}: write it as KEY=VALUE, e.g. shops.0.url=https://shop.example.com")
    *parents, last = place.split(".")
    target: Any = data
    try:
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target.setdefault(part, {})
        target[int(last) if isinstance(target, list) else last] = _value(text)
    except (IndexError, ValueError, TypeError, AttributeError) as error:
        raise ClientFileError(f"--set {setting}: there is no such place in the file") from error


def _value(text: str) -> Any:
    """The text as TOML would read it (numbers, true/false, quoted text, lists); plain text otherwise."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


@transaction.atomic
def load(document: ClientFile) -> list[str]:
    """Create or update the client; returns what changed, one sentence each; empty when the file says what is stored.

    Raises:
        ClientFileError: a member is not a user of the portal.
    """
    told: list[str] = []
    client, _made = _save(Client, {"slug": document.client.slug}, document.client.model_dump(exclude={"slug"}), told)
    if document.sage is not None:
        fields = document.sage.model_dump(exclude={"password"})
        _save(SageConnection, {"client": client}, fields | _secret("password", document.sage.password), told)
    for position, shop in enumerate(document.shops):
        fields = shop.model_dump(exclude={"name", "key", "kept"}) | {"position": position} | _secret("key", shop.key)
        row, _changed = _save(ShopConnection, {"client": client, "name": shop.name}, fields, told)
        fresh = sum(keep(row, one.kind, one.key, one.field) for one in shop.kept)
        if fresh:
            told.append(f"changed: {row} (kept: {fresh})")
    for schedule in document.schedules:
        _save_schedule(client, schedule, told)
    if document.alerting is not None:
        before = of_alerting(Alerting.objects.filter(client=client).first())
        alerting, _changed = _save(Alerting, {"client": client}, document.alerting.model_dump(), told)
        note(client, before, of_alerting(alerting))
    for member in document.members:
        user = get_user_model().objects.filter(username=member.user).first()
        if user is None:
            raise ClientFileError(f"members: {member.user!r} is not a user of this portal")
        _save(Membership, {"client": client, "user": user}, {"role": member.role}, told)
    _save_choices(client, document.choices, told)
    return told


def _save_choices(client: Client, chosen: Mapping[str, Mapping[str, Mapping[str, Any]]], told: list[str]) -> None:
    wanted = {(kind, key): CHOICE_KINDS[kind].load(value) for kind in chosen for key, value in chosen[kind].items()}
    try:
        act = choosing.choose(client, wanted, by=None, verb="import")
    except choosing.ChoiceRefused as error:
        raise ClientFileError(f"choices: {error}") from None
    if act is not None:
        told.append(f"changed: choices ({act.changes.count()})")


def _save_schedule(client: Client, schedule: _Schedule, told: list[str]) -> None:
    before = of_schedule(FlowSchedule.objects.filter(client=client, flow=schedule.flow).first())
    row, changed = _save(
        FlowSchedule, {"client": client, "flow": schedule.flow}, schedule.model_dump(exclude={"flow"}), told
    )
    if changed:
        row.next_at, row.cause, row.facts = next_time(row, timezone.now()), "", {}
        row.save(update_fields=["next_at", "cause", "facts"])
        note(client, before, of_schedule(row), flow=row.flow, why=row.paused_reason)


def _secret(name: str, text: str | None) -> dict[str, Secret]:
    return {} if text is None else {name: Secret(text)}


def _save(model: type[Row], identity: dict[str, Any], fields: Mapping[str, Any], told: list[str]) -> tuple[Row, bool]:
    row = model._default_manager.filter(**identity).first()
    if row is None:
        row = model._default_manager.create(**identity, **fields)
        told.append(f"created: {row}")
        return row, True
    different = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, fields[name])
    if different:
        row.save(update_fields=different)
        told.append(f"changed: {row} ({', '.join(different)})")
    return row, bool(different)


def export(client: Client, *, with_secrets: bool = False) -> str:
    """The client as TOML; `load` of it changes nothing."""
    data: dict[str, Any] = {
        "client": {"slug": client.slug, "name": client.name, "time_zone": client.time_zone},
    }
    sage = SageConnection.objects.filter(client=client).first()
    if sage is not None:
        data["sage"] = _section(sage, _Sage, secret="password" if with_secrets else "")
    data["shops"] = [_shop_section(shop, with_secrets=with_secrets) for shop in client.shops.all()]
    data["schedules"] = [_section(schedule, _Schedule) for schedule in client.schedules.all()]
    members = client.memberships.select_related("user").order_by("user__username")
    data["members"] = [{"user": member.user.get_username(), "role": member.role} for member in members]
    alerting = Alerting.objects.filter(client=client).first()
    if alerting is not None:
        data["alerting"] = _section(alerting, _Alerting)
    for choice in Choice.objects.filter(client=client, kind__in=CHOICE_SECTIONS):
        data.setdefault("choices", {}).setdefault(choice.kind, {})[choice.key] = choice.value
    return tomli_w.dumps(data)


def _shop_section(shop: ShopConnection, *, with_secrets: bool) -> dict[str, Any]:
    kept = [{"kind": row.kind, "key": row.key, "field": row.field} for row in kept_for(shop.client, shop=shop)]
    section = _section(shop, _Shop, secret="key" if with_secrets else "", without={"kept"})
    return section | ({"kept": kept} if kept else {})


def _section(
    row: models.Model, section: type[_Section], *, secret: str = "", without: Collection[str] = ()
) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in section.model_fields if name not in without}
    shown = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
    hidden = {name for name, value in values.items() if isinstance(value, Secret) and name != secret}
    defaults = {name: field.default for name, field in section.model_fields.items()}
    return {
        name: value
        for name, value in shown.items()
        if name not in hidden and value is not None and value != defaults.get(name)
    }
