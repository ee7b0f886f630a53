"""The administration as its pages show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse


@pytest.fixture
def staff(make_user: Callable[..., Any]) -> Callable[..., Browser]:
    """Sign in somebody who may enter the administration and see (or change, as said) what the engine keeps."""

    def sign_in(
        *clients: Any,
        role: str = "administrator",
        may: tuple[str, ...] = ("view",),
        name: str = "paul",
        apps: tuple[str, ...] = ("sync",),
    ) -> Browser:
        user = make_user(name, role=role, clients=clients, is_staff=True)
        for verb in may:
            user.user_permissions.add(
                *Permission.objects.filter(content_type__app_label__in=apps, codename__startswith=f"{verb}_")
            )
        browser = Browser()
        browser.force_login(user)
        return browser

    return sign_in


def listed(model: str, query: str = "") -> str:
    """The address of a list."""
    return f"{reverse(f'admin:sync_{model}_changelist')}{query}"


def page_of(model: str, pk: int) -> str:
    """The address of one row's page."""
    return reverse(f"admin:sync_{model}_change", args=[pk])


def text(browser: Browser, url: str, language: str = "en") -> str:
    """What the page says; it has to answer 200."""
    answer = browser.get(url, headers={"accept-language": language})
    assert answer.status_code == 200, answer
    return answer.content.decode()
