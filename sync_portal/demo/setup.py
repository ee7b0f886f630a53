"""Builds the demonstration: tables, static files, people, the sandbox Sage company, the demo client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from connectors.models import Client
from connectors.sandbox.sage import build_company
from mapping import choosing
from sync_portal import clientfiles
from sync_portal.demo.choices import CHOICES

CLIENT_FILE = settings.BASE_DIR / "docs" / "examples" / "demo.toml"
CLIENT = "demo"
SHOP_KEY = "SANDBOXKEYSANDBOXKEYSANDBOXKEY00"


@dataclass(frozen=True)
class Login:
    """A person of the demonstration; the password is for this machine only (the portal listens on 127.0.0.1)."""

    user: str
    password: str
    role: str
    first_name: str
    last_name: str


LOGINS = (
    Login("commercial", "demo-commercial", "sales staff", "Camille", "Le Goff"),
    Login("agence", "demo-agence", "agency staff", "Sacha", "Moreau"),
    Login("administrateur", "demo-administrateur", "administrator", "Dominique", "Petit"),
)


@dataclass(frozen=True)
class Places:
    """Where the demonstration keeps its things, below the data folder."""

    root: Path

    @property
    def sage(self) -> Path:
        return self.root / "sandbox" / "sage.sqlite3"

    @property
    def media(self) -> Path:
        return self.root / "sandbox" / "media"

    @property
    def shop(self) -> Path:
        return self.root / "sandbox" / "shop.sqlite3"

    @property
    def exists(self) -> bool:
        return self.sage.exists()


def prepare(places: Places, *, shop_url: str, articles: int | None) -> None:
    """Bring the data folder to the state in which the demonstration can start; what is there already is kept."""
    places.sage.parent.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    fresh = not places.exists
    if fresh:
        build_company(places.sage, articles=articles, media=places.media)
    _people()
    document = clientfiles.read_file(
        CLIENT_FILE,
        [
            f"sage.path='{places.sage}'",
            f"sage.media_folders.0.folder='{places.media}'",
            f"sage.media_folders.1.folder='{places.media}'",
            f"shops.0.url='{shop_url}'",
            f"shops.0.key='{SHOP_KEY}'",
            # Five groups are a third of this small catalogue: a visitor's first approval should not wait for somebody.
            "shops.0.rules.brakes.max_hidden_percent=50",
            "shops.0.rules.brakes.max_deletions_percent=60",
        ],
    )
    clientfiles.load(document)
    if fresh:  # later a visitor's own choices are kept
        choosing.choose(Client.objects.get(slug=CLIENT), CHOICES, by=None, verb="import")


def _people() -> None:
    users = get_user_model()
    for login in LOGINS:
        user, made = users.objects.get_or_create(
            username=login.user,
            defaults={
                "email": f"{login.user}@demo.example",
                "first_name": login.first_name,
                "last_name": login.last_name,
                "is_staff": login.role == "administrator",
                "is_superuser": login.role == "administrator",
            },
        )
        if made:
            user.set_password(login.password)
            user.save(update_fields=["password"])
