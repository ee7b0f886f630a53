"""The administration shows what was derived; nobody decides there, nor takes it away."""

from __future__ import annotations

import pytest
from django.contrib.admin.sites import site
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse

from mapping import admin as mapping_admin
from mapping.models import Binding

SHOWN = [model for model, shown in site._registry.items() if type(shown).__module__ == mapping_admin.__name__]


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_what_was_derived_may_be_looked_at_and_nothing_else(model: type, rf: RequestFactory) -> None:
    shown, request = site.get_model_admin(model), rf.get("/")  # type: ignore[type-var]

    assert Binding in SHOWN
    assert not shown.has_add_permission(request)
    assert not shown.has_change_permission(request)
    assert not shown.has_delete_permission(request)


@pytest.mark.parametrize(("language", "told"), [("fr", "Liens avec la boutique"), ("en", "Links with the shop")])
def test_the_administration_speaks_the_languages_of_the_portal(language: str, told: str, admin_client: Browser) -> None:
    page = admin_client.get(reverse("admin:index"), headers={"accept-language": language}).content.decode()

    assert told in page
    assert "Sync Portal" in page
    assert "Django</a>" not in page
