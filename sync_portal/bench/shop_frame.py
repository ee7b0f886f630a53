"""What the benchmarks of the shop client share: a sandbox shop in a process of its own that takes a real shop's time,
and how much memory a piece of work took.
"""

from __future__ import annotations

import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from connectors.prestashop.settings import ShopSettings
from connectors.sandbox.shop.install import Installer
from connectors.sandbox.shop.misbehaviour import FOREVER
from connectors.sandbox.shop.server import serve
from connectors.sandbox.shop.shop import DEFAULT_KEY, Shop
from sync_portal.bench.frame import Result

MOST_MEGABYTES = 80
# Medians measured on a real PrestaShop 8.2.1 (two cores, loopback): a request costs 15 ms before it does anything, a
# row of stock 0.65 ms in a batch, a product's id and reference 0.56 ms in a list.
REQUEST_SECONDS = 0.015
STOCK_SECONDS = 0.00065
PRODUCT_SECONDS = 0.00056
_START_SECONDS = 30


@dataclass(frozen=True)
class ShopResult(Result):
    """Also judged: how much the client's memory grew."""

    megabytes: float = 0.0

    @property
    def ok(self) -> bool:
        return super().ok and self.megabytes <= MOST_MEGABYTES

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "megabytes": round(self.megabytes, 1), "megabytes_limit": MOST_MEGABYTES}


@dataclass(frozen=True)
class Delay:
    """How long the shop takes for requests of these verbs on a resource, in seconds."""

    resource: str
    methods: tuple[str, ...]
    seconds: float
    per_entity: float = 0.0


@contextmanager
def slow_shop(folder: Path, *, products: int, delays: list[Delay]) -> Iterator[ShopSettings]:
    """A shop with so many products, each with its row of stock, served from another process at a real shop's pace."""
    shop = Shop(folder)
    _fill(shop, products)
    for delay in delays:
        shop.misbehaviours.add(
            "delay",
            times=FOREVER,
            path=f"/api/{delay.resource}",
            methods=delay.methods,
            seconds=delay.seconds,
            per_entity=delay.per_entity,
        )
    shop.database.close()
    port = _free_port()
    # Not a thread: the shop's work would be counted as the client's, and both would wait for one interpreter lock.
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(folder,), kwargs={"port": port}, daemon=True
    )
    process.start()
    try:
        _wait_for(port)
        yield ShopSettings(url=f"http://127.0.0.1:{port}", key=DEFAULT_KEY, private_network=True, connections=1)
    finally:
        process.terminate()
        process.join()


def bare_session(settings: ShopSettings) -> requests.Session:
    """What somebody would write who knows the webservice and has no portal."""
    session = requests.Session()
    session.auth = (settings.key, "")
    return session


def memory_growth(work: Callable[[], object]) -> float:
    """Megabytes by which the process grew at its highest while `work` ran; 0 where the system does not tell."""
    start = highest = _megabytes()
    done = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.02):
            highest = max(highest, _megabytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return max(highest, _megabytes()) - start


def _megabytes() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


def _fill(shop: Shop, products: int) -> None:
    """Straight into the shop's database: asking its webservice for 50,000 products would take longer than the rest."""
    installer = Installer(shop.database, shop.resources, shop.now(), len(shop.languages()))
    with shop.database.entity():
        for number in range(1, products + 1):
            product = installer.add("products", reference=f"ART-{number:06d}", price="10.000000", active=1, state=1)
            installer.add("stock_availables", id_product=product, id_shop=1, quantity=0, out_of_stock=2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
