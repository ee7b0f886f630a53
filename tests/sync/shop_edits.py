"""What people do in the shop's back office while the portal is not looking."""

from __future__ import annotations

from typing import Any

from tests.flows.portal import World


def edit(world: World, resource: str, shop_id: object, **values: Any) -> None:
    """Change fields of one resource behind the webservice's back."""
    columns = ", ".join(f"{name} = ?" for name in values)
    world.running.shop.database.execute(
        f"UPDATE ps_{resource} SET {columns} WHERE id = ?",
        (*values.values(), shop_id),
    )


def delete(world: World, resource: str, shop_id: object) -> None:
    """Delete a resource as the back office does, with what hangs on it."""
    import requests

    answer = requests.delete(f"{world.running.url}/api/{resource}/{shop_id}", auth=(world.running.key, ""), timeout=30)
    answer.raise_for_status()


def in_french(text: str) -> str:
    """A text as the sandbox keeps it: by language id."""
    return f'{{"1": "{text}"}}'
