"""How the engine fares: signs of life, how far Sage was read, states of flows, alerts that nobody took."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from connectors.administration import LookedAt, OwnClients, sees_all_clients
from sync_portal.pages.admin.filters import FlowFilter
from sync_portal.pages.admin.words import cause_sentence, state_badge
from sync_portal.pages.labels import STREAMS
from sync_portal.pages.sentences import flow_label
from sync_portal.sync.history import WORDS
from sync_portal.sync.models import Alert, Beat, Cursor, FlowHealth


class _OfAFlow(LookedAt):
    """A short list, by client and flow."""

    list_filter = (("client", OwnClients), FlowFilter)
    list_select_related = ("client",)
    ordering = ("client__name", "flow")

    @admin.display(description=_("client"), ordering="client__name")
    def client_name(self, row: Alert | Cursor | FlowHealth) -> str:
        return row.client.name

    @admin.display(description=_("flow"), ordering="flow")
    def flow_name(self, row: Alert | Cursor | FlowHealth) -> str:
        return flow_label(row.flow)


@admin.register(Cursor)
class CursorAdmin(_OfAFlow):
    list_display = fields = ("client_name", "flow_name", "stream_name", "position", "full_at")

    @admin.display(description=_("stream"), ordering="stream")
    def stream_name(self, row: Cursor) -> str:
        return str(STREAMS.get(row.stream, row.stream))


@admin.register(FlowHealth)
class FlowHealthAdmin(_OfAFlow):
    list_display = fields = ("client_name", "flow_name", "state_word", "since")

    @admin.display(description=_("state"), ordering="code")
    def state_word(self, row: FlowHealth) -> SafeString:
        return state_badge("flow", row.code, WORDS.get(row.code, row.code))


@admin.register(Alert)
class AlertAdmin(_OfAFlow):
    list_display = fields = (
        *("client_name", "flow_name", "channel", "state_word", "since", "tries", "due_at", "cause_told"),
    )

    @admin.display(description=_("state"), ordering="code")
    def state_word(self, row: Alert) -> SafeString:
        return state_badge("flow", row.code, WORDS.get(row.code, row.code))

    @admin.display(description=_("cause"))
    def cause_told(self, row: Alert) -> str:
        return cause_sentence(row.cause, row.facts)


@admin.register(Beat)
class BeatAdmin(LookedAt):
    """Of machines, not of a client: for those who run the portal itself."""

    list_display = fields = ("name", "at")
    ordering = ("-at",)

    def has_view_permission(self, request: HttpRequest, obj: Beat | None = None) -> bool:
        return sees_all_clients(request) and super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return sees_all_clients(request)
