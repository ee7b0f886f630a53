"""Who may see a client's pages: every one of them is reached through `client_page`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from connectors.models import Client, Membership
from sync_portal.pages.grouping_count import open_count
from sync_portal.sync.decisions import open_for

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, "Access", Params], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Access:
    """One user's way into one client."""

    client: Client
    membership: Membership

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def may_run(self) -> bool:
        """Start, cancel, pause: agency staff and the client's administrator."""
        return self.membership.may_run

    @property
    def sees_detail(self) -> bool:
        """Technical detail and connections are for the same people: sales staff could do nothing with them."""
        return self.membership.may_run


def client_page(*, may_run: bool = False) -> Callable[[View[Params]], Callable[..., HttpResponseBase]]:
    """Give a view the `Access` behind its `slug`, and the client's time zone while it works.

    A client the user is no member of answers 404, as one that does not exist: its name is nobody's business.
    `may_run` pages answer 403 to members who may only look.
    """

    def decorate(view: View[Params]) -> Callable[..., HttpResponseBase]:
        @login_required
        @wraps(view)
        def page(request: HttpRequest, slug: str, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
            assert request.user.is_authenticated  # login_required saw to it
            access = access_to(request.user, slug)
            if may_run and not access.may_run:
                raise PermissionDenied
            with timezone.override(access.client.time_zone):
                return view(request, access, *args, **kwargs)

        return page

    return decorate


def access_to(user: User, slug: str) -> Access:
    """The user's way into the client of that slug; 404 when there is none."""
    client = get_object_or_404(Client.objects.visible_to(user), slug=slug)
    return Access(client, Membership.objects.select_related("user").get(client=client, user=user))


def render_page(request: HttpRequest, access: Access, template: str, section: str, **context: Any) -> HttpResponse:
    """A page of a client: what its frame needs (client, access, the menu entry to mark) and what the page shows."""
    frame = {
        "client": access.client,
        "access": access,
        "section": section,
        "open_decisions": open_for(access.client).count(),
        "open_groupings": open_count(access.client),
    }
    return render(request, template, frame | context)
