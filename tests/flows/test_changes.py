"""One thing changes in Sage: exactly what follows from it is written, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync_portal.sync import jobs
from sync_portal.sync.models import Change, Cursor, Run
from tests.flows.portal import World, changes_of, writes
from tests.flows.shop import text

pytestmark = pytest.mark.flow


OLD_NAME, NEW_NAME = "Sécateur à lames franches, poignée frêne", "Sécateur « Aunis »"
MAKER = "Potager d'Aunis"
HIDDEN = {"active": ("1", "0")}


def price_of_everybody(world: World) -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "POLO-BLEU-M", AR_PrixVen="21.40")


def name(world: World) -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "SECATEUR", AR_Design=NEW_NAME)


def asleep(world: World) -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "STYLO-BILLE", AR_Sommeil=1)


def weight(world: World) -> None:
    world.company.update("F_ARTICLE", "AR_Ref", "CAFET-ISO", AR_PoidsNet="2700")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            price_of_everybody,
            {("products", "POLO-BLEU-M"): {"price": ("19.900000", "21.400000")}},
            id="a price",
        ),
        pytest.param(
            name,
            {
                ("products", "SECATEUR"): {
                    "name": ({"fr": OLD_NAME}, {"fr": NEW_NAME}),
                    "meta_title": ({"fr": f"{OLD_NAME} - {MAKER}"}, {"fr": f"{NEW_NAME} - {MAKER}"}),
                }
            },
            id="a name, and the title that is made of it",
        ),
        pytest.param(
            asleep,
            {("products", "STYLO-BILLE"): HIDDEN, ("categories", "CAT:301"): HIDDEN},
            id="an article put to sleep, and the category that it leaves empty",
        ),
        pytest.param(
            weight, {("products", "CAFET-ISO"): {"weight": ("2.600000", "2.700000")}}, id="a weight, in grams in Sage"
        ),
    ],
)
def test_a_changed_article_is_one_request_with_the_changed_fields(
    small: World, change: Callable[[World], None], expected: dict[tuple[str, str], dict[str, Any]]
) -> None:
    small.begin()
    change(small)
    mark = small.shop.mark()
    run = small.run("catalogue")
    assert changes_of(run) == expected
    assert (run.state, run.written, run.confirmed) == ("succeeded", len(expected), len(expected))
    assert writes(run) == {"PATCH": len(expected)}
    counts = small.shop.since(mark)
    assert counts.entities == {"PATCH": {kind: 1 for kind, _key in expected}}
    assert writes(small.run("catalogue")) == {}


def test_what_people_wrote_in_the_shop_stays_when_the_price_changes(small: World) -> None:
    small.begin()
    product = small.shop.product("POLO-BLEU-M")
    described(small, product["id"], "Un texte de la boutique")
    price_of_everybody(small)
    small.publish("catalogue")
    after = small.shop.product("POLO-BLEU-M")
    assert (text(after["description"]), after["price"]) == ("Un texte de la boutique", "21.400000")


def described(world: World, product: object, words: str) -> None:
    """A description typed in the shop's back office."""
    sql = "UPDATE ps_products SET description = ? WHERE id = ?"
    world.running.shop.database.execute(sql, (f'{{"1": "{words}"}}', product))


def test_a_changed_stock_touches_that_stock_row_only(small: World) -> None:
    small.begin()
    sql = "UPDATE F_ARTSTOCK SET AS_QteSto = 30, cbModification = datetime('now', 'localtime') WHERE AR_Ref = ?"
    small.company.execute((sql + " AND DE_No = 1", ("POLO-BLEU-M",)))
    mark = small.shop.mark()
    run = small.run("stock")
    assert changes_of(run) == {("stock", "POLO-BLEU-M"): {"quantity": ("44", "26")}}
    assert small.shop.since(mark).entities == {"PATCH": {"stock_availables": 1}}
    assert small.shop.stock("POLO-BLEU-M") == {"": 26}


def test_a_new_article_is_created_with_what_it_needs_and_nothing_else(small: World) -> None:
    small.begin()
    copy_from_the_whole_company(small, "SEL-GUER")
    run = small.run("catalogue")
    labels = {(change.kind, change.action): change.label for change in Change.objects.filter(run=run)}
    assert Counter(run.changes.values_list("kind", "action")) == {
        ("categories", "create"): 1,
        ("manufacturers", "create"): 1,
        ("tags", "create"): 2,
        ("products", "create"): 1,
    }
    assert labels["products", "create"] == "SEL-GUER · Fleur de sel de l'île de Ré, pot 125 g"
    assert writes(run) == {"POST": 4}
    product = small.shop.product("SEL-GUER")
    assert small.shop.path(product["id_category_default"]) == "Maison & table > Épicerie fine > Sel, sucre & condiments"
    assert writes(small.run("catalogue")) == {}


def copy_from_the_whole_company(world: World, reference: str) -> None:
    whole = ("ATTACH DATABASE ? AS whole", (str(world.company.media.parent / "whole.sqlite3"),))
    copies = [
        (f"INSERT INTO {table} SELECT * FROM whole.{table} WHERE AR_Ref = ?", (reference,))
        for table in ("F_ARTICLE", "F_ARTSTOCK", "F_ARTCLIENT")
    ]
    touch = "UPDATE F_ARTICLE SET cbModification = datetime('now', 'localtime') WHERE AR_Ref = ?"
    world.company.execute(whole, *copies, (touch, (reference,)))


def test_an_article_deleted_in_sage_is_hidden_once_a_whole_read_misses_it(small: World) -> None:
    small.begin()
    small.company.execute(("DELETE FROM F_ARTICLE WHERE AR_Ref = ?", ("SECATEUR",)))
    assert changes_of(small.run("catalogue")) == {}, "a partial read cannot know"
    a_day_passes()
    run = small.run("catalogue")
    emptied = {("categories", key): HIDDEN for key in ("CAT:4", "CAT:40", "CAT:401")}
    assert changes_of(run) == {("products", "SECATEUR"): HIDDEN, **emptied}
    assert small.shop.product("SECATEUR")["active"] == "0"


def a_day_passes() -> None:
    Cursor.objects.update(full_at=timezone.now() - timedelta(hours=25))


def test_a_price_that_disappears_from_sage_disappears_from_the_shop(small: World) -> None:
    small.begin()
    before = {row["id"] for row in small.shop.list("specific_prices")}
    small.company.execute(("DELETE FROM F_TARIFQTE WHERE AR_Ref = ? AND TQ_BorneSup > 200", ("STYLO-BILLE",)))
    a_day_passes()
    mark = small.shop.mark()
    run = small.run("prices")
    assert run.state == "succeeded"
    after = {row["id"] for row in small.shop.list("specific_prices")}
    assert len(before - after) == small.shop.since(mark).entities["DELETE"]["specific_prices"]
    assert not after - before
    assert str(small.shop.price("STYLO-BILLE", quantity=200)) == "0.96"


def test_a_replaced_photo_is_sent_again_alone(small: World) -> None:
    own_media(small)
    small.publish()
    photo = small.company.media / "Articles" / "POLO-BLEU-M.jpg"
    photo.write_bytes((small.company.media / "Articles" / "SECATEUR.jpg").read_bytes())
    ids = small.shop.images("POLO-BLEU-M")
    mark = small.shop.mark()
    run = small.run("images")
    assert (run.state, run.written, list(changes_of(run))) == (
        "succeeded",
        1,
        [("images", "POLO-BLEU-M|c:/sage/multimedia/articles/polo-bleu-m.jpg")],
    )
    assert small.shop.since(mark).write_requests == 1
    assert small.shop.images("POLO-BLEU-M") == ids
    assert small.shop.image_bytes("POLO-BLEU-M", ids[0]) == photo.read_bytes()


def own_media(world: World) -> None:
    """A media folder of the test's own, to write in."""
    import shutil

    folder = world.company.path.parent / "media"
    shutil.copytree(world.company.media, folder)
    world.company = type(world.company)(world.company.path, folder)
    folders = [{"prefix": prefix, "folder": str(folder)} for prefix in ("C:\\Sage\\Multimedia", "")]
    world.sage_connection(media_folders=folders)


def test_a_preview_shows_its_plan_and_writes_nothing(small: World) -> None:
    mark = small.shop.mark()
    preview = small.run("catalogue", preview=True)
    plan = changes_of(preview)
    assert (preview.state, preview.written, small.shop.since(mark).write_requests) == ("succeeded", 0, 0)
    assert set(Change.objects.filter(run=preview).values_list("state", flat=True)) == {"planned"}
    assert not Cursor.objects.exists()
    run = small.run("catalogue")
    assert changes_of(run) == plan
    assert Change.objects.filter(run=preview).count() == len(plan)
    assert (Run.objects.get(pk=preview.pk).to_write, run.written) == (len(plan), len(plan))


def test_a_preview_with_emptied_categories_is_applied_as_it_was_shown(small: World) -> None:
    small.begin()
    small.company.execute(("DELETE FROM F_ARTICLE WHERE AR_Ref = ?", ("SECATEUR",)))
    a_day_passes()
    preview = small.run("catalogue", preview=True)
    shown = changes_of(preview)
    assert [kind for kind, _key in shown].count("categories") == 3
    applied = jobs.run_here(small.client, "catalogue", scope={"plan": preview.pk})
    assert (changes_of(applied), set(applied.changes.values_list("state", flat=True))) == (shown, {"confirmed"})
    assert writes(small.run("catalogue")) == {}
