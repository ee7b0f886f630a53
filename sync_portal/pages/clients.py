"""The two home pages: all of a user's clients, and one client with the state of each of its flows."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from connectors.models import Client
from sync_portal.pages.access import Access, client_page, render_page
from sync_portal.pages.looks import urgency
from sync_portal.pages.waiting import last_url, waiting_url
from sync_portal.sync.decisions import open_for
from sync_portal.sync.history import RECENT, FlowState, flow_states


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client on the agency's home."""

    client: Client
    states: list[FlowState]
    decisions: int = 0
    """Its open questions."""

    @property
    def urgency(self) -> int:
        """That of its worst flow: 0 comes first."""
        return min((urgency(state.code) for state in self.states), default=99)

    @property
    def worst(self) -> FlowState | None:
        return min(self.states, key=lambda state: urgency(state.code), default=None)

    @property
    def waiting(self) -> int:
        return sum(state.waiting for state in self.states)


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow on a client's home: its state, where its waiting count leads, and the run that made it so."""

    state: FlowState
    waiting_url: str
    last_url: str

    @property
    def empty_slots(self) -> range:
        """The places of the strip that no run fills yet: a single run reads as one of thirty."""
        return range(RECENT - len(self.state.recent))


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every client of the user, those that need somebody first; straight to the client when there is only one."""
    clients = list(Client.objects.visible_to(request.user))
    if len(clients) == 1:
        return redirect("pages:client", clients[0].slug)
    lines = [ClientLine(client, flow_states(client), open_for(client).count()) for client in clients]
    lines.sort(key=lambda line: (line.urgency, line.client.name.casefold()))
    return render(request, "clients/home.html", {"lines": lines})


@client_page()
@require_safe
def overview(request: HttpRequest, access: Access) -> HttpResponse:
    """The client's home: one line per flow."""
    return render_page(request, access, "clients/overview.html", "overview", **_flows(access))


@client_page()
@require_safe
def flow_lines(request: HttpRequest, access: Access) -> HttpResponse:
    """The lines alone, asked again by the home while something runs."""
    return render_page(request, access, "clients/_flows.html", "overview", **_flows(access))


def _flows(access: Access) -> dict[str, object]:
    states = flow_states(access.client)
    lines = [FlowLine(state, waiting_url(access.client, state), last_url(access.client, state)) for state in states]
    return {
        "lines": lines,
        "needing": sum(state.code in {"needs_you", "broken"} or state.waiting > 0 for state in states),
        "busy": any(state.running is not None for state in states),
        "ever_ran": any(state.recent for state in states),
    }
