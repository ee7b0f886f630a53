"""Runs, their changes, cursors and schedules: the truth about work. django-q2 only carries it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connectors.models import Client, ShopConnection


class RunState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    INCOMPLETE = "incomplete", _("Incomplete")
    """It went to its end, but some records were refused or are to be tried again."""
    STOPPED = "stopped", _("Stopped by a brake")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")

    @classmethod
    def ended(cls) -> tuple[str, ...]:
        return tuple(state for state in cls.values if state not in {cls.QUEUED, cls.RUNNING})


class Trigger(models.TextChoices):
    PERSON = "person", _("Started by a person")
    SCHEDULE = "schedule", _("Scheduled")
    COMMAND = "command", _("Command line")
    RETRY = "retry", _("Retry of an earlier run")
    PLAN = "plan", _("Application of a preview")
    UNDO = "undo", _("Undo of an earlier run")


class Lane(models.TextChoices):
    """Which workers carry a flow: long catalogue runs never keep orders and stock waiting."""

    FAST = "fast", _("Fast lane")
    SLOW = "slow", _("Slow lane")


class Run(models.Model):
    """One execution of a flow for a client: a row of history, claimed by one worker at a time."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="runs")
    flow = models.CharField(_("flow"), max_length=20)
    lane = models.CharField(_("lane"), max_length=4, choices=Lane, default=Lane.SLOW)
    scope = models.JSONField(default=dict, blank=True)
    """Empty: the whole flow. Otherwise what it is limited to; see `sync_portal.sync.scope`."""
    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.QUEUED)
    preview = models.BooleanField(_("preview"), default=False)
    trigger = models.CharField(_("started by"), max_length=12, choices=Trigger, default=Trigger.PERSON)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    queued_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    attempt = models.PositiveSmallIntegerField(_("attempt"), default=0)
    worker = models.CharField(_("worker"), max_length=120, blank=True)
    claim = models.CharField(max_length=36, blank=True)
    """A token made at each claim: a worker that lost its lease can no longer write to the run."""
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    cancel_requested = models.BooleanField(_("cancellation asked for"), default=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The person who looked at a run that a brake had stopped and let this one pass."""
    approval = models.CharField(_("approval"), max_length=300, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approves = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="approved_run"
    )
    """The stopped run that the person looked at: each is approved once."""
    allowed = models.JSONField(default=list, blank=True)
    """What that one was stopped by, and this one may do as much of: `sync_portal.sync.brakes.Tripped` as JSON."""
    brakes = models.JSONField(default=list, blank=True)
    """The limits that this run passed (a preview: that its application would pass), as JSON."""

    attempts = models.JSONField(default=list, blank=True)
    """The attempts before this one: [{"worker", "started_at", "ended_at" (its last sign of life), "cause"}, ...]."""
    in_hand = models.JSONField(default=list, blank=True)
    """The articles that are derived now, or were when the worker died: see `sync_portal.sync.last_words`."""
    step = models.CharField(max_length=20, blank=True)
    step_started_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    read = models.PositiveIntegerField(_("read"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    to_write = models.PositiveIntegerField(_("to write"), default=0)
    written = models.PositiveIntegerField(_("written"), default=0)
    confirmed = models.PositiveIntegerField(_("confirmed"), default=0)
    held = models.PositiveIntegerField(_("held"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    later = models.PositiveIntegerField(_("to be tried again"), default=0)
    """Of the rejected those that are only to be tried again; counted when the run ends."""
    requests = models.JSONField(default=dict, blank=True)
    """Webservice requests by verb, and statements written into Sage: {"GET": 12, "POST": 3, "sage": 0}."""

    cause = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    detail = models.TextField(_("technical detail"), blank=True)
    thinned = models.BooleanField(default=False)
    """Retention has taken what went well: it looks at a run once for that, and once more when the run itself goes."""

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["client", "flow", "-id"]),
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["lane", "state"]),
            models.Index(fields=["lane", "started_at"]),
            # Two halves of one: SQLite sees that a condition on a boolean is an index's own, and uses no other for it.
            models.Index(fields=["ended_at"], name="run_to_be_thinned", condition=Q(thinned=False)),
            models.Index(fields=["ended_at"], name="run_thinned", condition=Q(thinned=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "flow"], condition=Q(state="running"), name="one_running_run_per_client_and_flow"
            ),
            models.UniqueConstraint(
                fields=["client", "flow", "preview"],
                condition=Q(state="queued"),
                name="one_queued_run_per_client_and_flow",
            ),
        ]
        verbose_name = _("run")
        verbose_name_plural = _("runs")

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.flow} · {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in RunState.ended()


class Action(models.TextChoices):
    CREATE = "create", _("Create")
    UPDATE = "update", _("Update")
    DELETE = "delete", _("Delete")
    IMPORT = "import", _("Import into Sage")


class ChangeState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    APPLIED = "applied", _("Written")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Refused")
    LATER = "later", _("To be tried again")
    STALE = "stale", _("Overtaken: changed since the preview")


class Change(models.Model):
    """One resource's difference between what it should be and what the shop is known to hold, and what came of it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="changes", db_index=False)
    """Has no index of its own: two of those below begin with it."""
    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    """Nor has this one: it is asked together with a run, and SQLite would take its index instead of the run's."""
    kind = models.CharField(max_length=30)
    key = models.CharField(_("key"), max_length=300)
    label = models.CharField(_("designation"), max_length=300)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    differences = models.JSONField(default=list)
    """[{"field": "price", "before": "10.000000", "after": "12.500000", "why": "AR_PrixVen = 12,50"}, ...]"""
    risk = models.PositiveSmallIntegerField(_("risk"), default=0)
    """Sorts the list: 0 harmless ... 100 price to zero, hidden, deleted."""
    state = models.CharField(_("state"), max_length=10, choices=ChangeState, default=ChangeState.PLANNED)
    cause = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    detail = models.TextField(_("technical detail"), blank=True)
    shop_id_given = models.PositiveBigIntegerField(_("number in the shop"), null=True, blank=True)
    """The id the shop gave (or the resource already had)."""
    as_found = models.BooleanField(_("right as it was found"), default=False)
    """Adopted as it stood, or already right when looked at: confirmed without having been written."""
    wanted = models.CharField(max_length=64, blank=True)
    """Fingerprint of the wanted state, parked when the shop refuses it; empty where the derivation itself holds it."""

    class Meta:
        ordering = ["-risk", "id"]
        # Each answers a question about 200,000 changes of a run, or a key among millions: see the benchmark `history`.
        indexes = [
            # The engine's next slice, in its order; what a run's page counts, from the index alone.
            models.Index(fields=["run", "state", "kind", "id", "as_found"], name="change_next_and_counts"),
            # The list of a run's page, in its order.
            models.Index(fields=["run", "-risk", "id"], name="change_by_risk"),
            # What a run suffers from: the causes, the first change of each, its list. A few of a hundred have one.
            models.Index(fields=["run", "cause", "-risk", "id"], name="change_by_cause", condition=~Q(cause="")),
            # What happened to a key, and to those that begin with it: PostgreSQL finds beginnings with these operators,
            # whatever the database's language.
            models.Index(
                fields=["kind", "key"], name="change_by_key", opclasses=["varchar_pattern_ops", "varchar_pattern_ops"]
            ),
        ]
        verbose_name = _("change")
        verbose_name_plural = _("changes")

    def __str__(self) -> str:
        return f"{self.get_action_display()} · {self.label}"


class Cursor(models.Model):
    """How far a stream was read: moves only after the run that read it has ended well."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="cursors")
    flow = models.CharField(max_length=20)
    stream = models.CharField(max_length=40)
    position = models.DateTimeField(_("read up to"), null=True, blank=True)
    """The Sage server's own clock (naive local time, stored as is with UTC), read before the query."""
    full_at = models.DateTimeField(_("last read whole"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "flow", "stream"], name="one_cursor_per_stream")]
        verbose_name = _("reading position")
        verbose_name_plural = _("reading positions")

    def __str__(self) -> str:
        return f"{self.flow} · {self.stream} · {self.position}"


class FlowSchedule(models.Model):
    """When a client's flow runs by itself."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="schedules")
    flow = models.CharField(_("flow"), max_length=20)
    every_minutes = models.PositiveIntegerField(_("every (minutes)"), null=True, blank=True)
    cron = models.CharField(_("cron"), max_length=80, blank=True)
    paused = models.BooleanField(_("paused"), default=False)
    paused_reason = models.CharField(_("why"), max_length=200, blank=True)
    next_at = models.DateTimeField(_("next run"), null=True, blank=True)
    """Moves only once the run of its slot was asked for."""
    promise_minutes = models.PositiveIntegerField(_("promise (minutes)"), null=True, blank=True)
    """How old the last success may be; None: what the flow promises by itself."""
    cause = models.CharField(max_length=60, blank=True)
    """Why the slot that is due could not be served; the tick tries again."""
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["client", "flow"]
        constraints = [models.UniqueConstraint(fields=["client", "flow"], name="one_schedule_per_client_and_flow")]
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.flow} · {self.cron or self.every_minutes}"


class DecisionKind(models.TextChoices):
    ADOPTION = "adoption", _("Which of these is it?")
    CHANGED = "changed", _("Changed in the shop")
    CONFLICT = "conflict", _("Changed in the shop and in Sage")
    MISSING = "missing", _("Gone from the shop")
    ORPHAN = "orphan", _("Does not come from Sage")


class Answer(models.TextChoices):
    ADOPT = "adopt", _("It is this one")
    CREATE = "create", _("Create a new one")
    ACCEPT = "accept", _("Keep the shop's value")
    PUT_BACK = "put_back", _("Put Sage's value back")
    IGNORE = "ignore", _("Ignore")
    OWN = "own", _("It is the shop's own")
    HIDE = "hide", _("Hide it in the shop")
    DELETE = "delete", _("Delete it in the shop")
    GIVE_BACK = "give_back", _("Give it back to Sage")
    """No answer to a question: a person took back that the shop's value was to be kept."""


class Decision(models.Model):
    """A question only a person can answer: nothing is written about its resource (or field) before."""

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="decisions")
    question = models.CharField(_("question"), max_length=10, choices=DecisionKind)
    kind = models.CharField(max_length=30)
    key = models.CharField(_("key"), max_length=300)
    field = models.CharField(max_length=40, blank=True)
    label = models.CharField(_("designation"), max_length=300)
    facts = models.JSONField(default=dict)
    """adoption: {"candidates": [{"id", "score", "reasons", "shown"}]}; missing: {"id", "resource"}; orphan: {"id",
    "reference", "name", "active" or "product"}, answered {"chosen"}; orphan price: {"id", "product" (blank: all of
    them), "held" (our field -> value), "rule"}; others: {"sent", "shop", "sage"}.
    """
    opened_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    chosen_id = models.PositiveBigIntegerField(_("number chosen"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind", "key", "field"], condition=Q(answer=""), name="one_open_decision_per_field"
            )
        ]
        indexes = [
            models.Index(fields=["shop", "answer"]),
            # What was asked about a place before: thousands may be asked about in one run.
            models.Index(fields=["shop", "kind", "key"], name="decision_by_place"),
        ]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")

    def __str__(self) -> str:
        return f"{self.get_question_display()} · {self.label}"

    @property
    def place(self) -> tuple[str, str, str]:
        """(kind, key, field); the field is empty where the whole resource is in question."""
        return self.kind, self.key, self.field


class FieldOwner(models.Model):
    """One field of one resource that belongs to somebody else than its rule says: a person decided so."""

    shop = models.ForeignKey(ShopConnection, on_delete=models.CASCADE, related_name="field_owners")
    kind = models.CharField(max_length=30)
    key = models.CharField(_("key"), max_length=300)
    field = models.CharField(max_length=40)
    owner = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind", "key", "field"], name="one_owner_per_field_of_a_resource")
        ]
        verbose_name = _("field kept by the shop")
        verbose_name_plural = _("fields kept by the shop")

    def __str__(self) -> str:
        return f"{self.kind}.{self.field} · {self.key} · {self.owner}"


class Alerting(models.Model):
    """Whom to tell when a flow changes its state, and when it is well again."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="alerting")
    emails = models.JSONField(_("e-mail addresses"), default=list, blank=True)
    webhook = models.URLField(_("webhook"), blank=True)

    class Meta:
        verbose_name = _("recipients of alerts")
        verbose_name_plural = _("recipients of alerts")

    def __str__(self) -> str:
        return f"{self.client.slug} · {len(self.emails)}"


class FlowHealth(models.Model):
    """The state of a client's flow as it was last seen: people hear of changes only."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="flow_health")
    flow = models.CharField(max_length=20)
    code = models.CharField(max_length=12)
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "flow"], name="one_health_per_flow")]
        verbose_name = _("state of a flow")
        verbose_name_plural = _("states of flows")

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.flow} · {self.code}"


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    WEBHOOK = "webhook", _("Webhook")


class Alert(models.Model):
    """A change of state that people have to hear of and were not told yet: gone once it is delivered.

    A change that comes while it waits is told together with it, or no more when all is as it was.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="alerts")
    flow = models.CharField(max_length=20)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    before = models.CharField(max_length=12)
    """The state that was last told."""
    code = models.CharField(max_length=12)
    since = models.DateTimeField(_("since"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("tried next at"), null=True, blank=True)
    """When it is tried next; None: given up after too many tries."""
    cause = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "flow", "channel"], name="one_alert_per_flow_and_channel")
        ]
        verbose_name = _("undelivered alert")
        verbose_name_plural = _("undelivered alerts")

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.flow} · {self.channel} · {self.code}"


class SettingChange(models.Model):
    """What a person changed in a schedule or in whom to tell: who, when, before, after."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="setting_changes")
    flow = models.CharField(max_length=20, blank=True)
    """Empty: the alerts."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("changed at"), auto_now_add=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    """The settings that differ, by name; addresses of webhooks are not told, they may hold a secret."""
    why = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["client", "-id"], name="setting_changes_newest")]
        verbose_name = _("change of a setting")
        verbose_name_plural = _("changes of settings")

    def __str__(self) -> str:
        return f"{self.client.slug} · {self.flow or 'alerts'} · {self.at}"


class Beat(models.Model):
    """The last sign of life of a worker cluster: /healthz and the watchdog look at its age."""

    name = models.CharField(_("who"), max_length=120, unique=True)
    """"lane@host"."""
    at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return f"{self.name} · {self.at}"
