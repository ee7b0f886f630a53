"""What several commands look up by name."""

from django.core.management.base import CommandError

from connectors.models import Client
from sync_portal.sync.flows import all_flows


def client_called(slug: str) -> Client:
    """The client of that identifier.

    Raises:
        CommandError: there is none; lists those there are.
    """
    client = Client.objects.filter(slug=slug).first()
    if client is None:
        known = ", ".join(Client.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"no client is called {slug!r}; there are: {known}")
    return client


def flow_names() -> list[str]:
    """Every flow's name, in the order in which they are run."""
    return [flow.name for flow in all_flows()]
