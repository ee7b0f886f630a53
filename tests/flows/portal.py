"""The portal between the two: loads the demo client and runs its flows in this process."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from connectors.models import Client
from connectors.sandbox.shop.server import RunningShop
from sync_portal import clientfiles
from sync_portal.sync import jobs
from sync_portal.sync.models import Change, Run
from tests.flows.beginnings import Beginnings
from tests.flows.company import Company
from tests.flows.shop import ShopView

TO_THE_SHOP = ("catalogue", "stock", "customers", "prices", "images")
WRITING = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class World:
    """A client of the portal between its Sage company and its shop."""

    client: Client
    company: Company
    running: RunningShop
    beginnings: Beginnings | None = None

    @property
    def shop(self) -> ShopView:
        """What the shop holds, told by its own webservice."""
        return ShopView(self.running)

    def run(self, flow: str, *, preview: bool = False) -> Run:
        return jobs.run_here(self.client, flow, preview=preview)

    def publish(self, *flows: str) -> None:
        """Run flows that must go well, to get to where a test begins."""
        for flow in flows or TO_THE_SHOP:
            run = self.run(flow)
            assert (run.state, run.cause, causes_of(run)) == ("succeeded", "", {}), f"{flow}: {run.detail}"

    def begin(self, *flows: str) -> None:
        """What `publish` does, where it is only the beginning: done once in a session, copied the next time.

        Before anything was written to the shop, and before a test patches anything; see `Beginnings.begin`.
        """
        assert self.beginnings is not None
        self.beginnings.begin(self.client, self.company.path, self.running, self.publish, *flows)
        self.client = Client.objects.get(slug=self.client.slug)

    def shop_connection(self, **values: object) -> None:
        """Change the stored connection to the shop."""
        self.client.shops.update(**values)

    def sage_connection(self, **values: object) -> None:
        type(self.client.sage).objects.filter(client=self.client).update(**values)
        self.client = Client.objects.get(pk=self.client.pk)


def load_demo(company: Company, shop: RunningShop, more: tuple[str, ...] = ()) -> Client:
    """The client of docs/examples/demo.toml on this company and this shop."""
    document = clientfiles.read_file(
        settings.BASE_DIR / "docs" / "examples" / "demo.toml",
        [
            f"sage.path='{company.path}'",
            f"sage.media_folders.0.folder='{company.media}'",
            f"sage.media_folders.1.folder='{company.media}'",
            f"shops.0.url='{shop.url}'",
            f"shops.0.key='{shop.key}'",
            "members=[]",
            *more,
        ],
    )
    clientfiles.load(document)
    return Client.objects.get(slug=document.client.slug)


def causes_of(run: Run) -> dict[str, str]:
    """Key -> cause of the run's changes that have one and are not merely held by the catalogue."""
    return dict(run.changes.exclude(cause="").exclude(state="held").values_list("key", "cause"))


def changes_of(run: Run) -> dict[tuple[str, str], dict[str, tuple[object, object]]]:
    """(kind, key) -> field -> (before, after) of everything the run did or would do."""
    return {
        (change.kind, change.key): {d["field"]: (d["before"], d["after"]) for d in change.differences}
        for change in Change.objects.filter(run=run).exclude(state="held")
    }


def writes(run: Run) -> dict[str, int]:
    """The run's writing requests by verb, only those there were."""
    return {verb: run.requests[verb] for verb in (*WRITING, "sage") if run.requests.get(verb)}
