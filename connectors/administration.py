"""What the staff administration's lists share: who sees what, and that what the portal wrote is looked at only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from connectors.models import Client, ShopConnection


class OfOneClient(admin.ModelAdmin):
    """Rows that belong to a client. Superusers see those of all clients, other staff those of their own clients only,
    as far as Django's permissions let them see such rows at all.
    """

    client_path = "client"
    """From the row to its client, as a lookup."""
    show_facets = admin.ShowFacets.NEVER
    """A count beside every filter would be one more pass over the table for each of them."""
    list_max_show_all = 0

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Under the name of what is listed: Django's own title is an order to choose, and no French."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        titled = {"title": capfirst(self.opts.verbose_name)}
        return super().render_change_form(request, context | titled, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        if sees_all_clients(request):
            return rows
        return rows.filter(**{f"{self.client_path}__in": Client.objects.visible_to(request.user)})


class LookedAt(OfOneClient):
    """What the portal wrote: shown, never added, changed or taken away by hand."""

    change_form_template = "admin/looked_at.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OwnClients(admin.RelatedFieldListFilter):
    """A filter by client or by shop that names to nobody a client of somebody else."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[Any]:
        rows: models.QuerySet[Any] = field.related_model._default_manager.all()
        of_shops = field.related_model is ShopConnection
        if of_shops:
            rows = rows.select_related("client")
        if not sees_all_clients(request):
            mine = Client.objects.visible_to(request.user)
            rows = rows.filter(client__in=mine) if of_shops else rows.filter(pk__in=mine)
        return [(row.pk, str(row)) for row in rows]


def staff(request: HttpRequest) -> User:
    """The person: the administration lets nobody in who did not sign in."""
    assert isinstance(request.user, User)
    return request.user


def sees_all_clients(request: HttpRequest) -> bool:
    """Whether the person runs the portal itself."""
    return bool(getattr(request.user, "is_superuser", False))
