"""Documents of articles: sent once, replaced when their content changes, gone when Sage lets go of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User

from connectors.connections import open_shop
from connectors.sandbox.shop.server import running_shop
from mapping.models import Binding
from sync_portal.sync import decisions
from sync_portal.sync.models import Decision, Run
from tests.flows.company import Company, keep_only
from tests.flows.portal import World, load_demo, writes
from tests.flows.test_changes import a_day_passes

pytestmark = pytest.mark.flow

SHEET = "Fiches/Fiche technique cocotte.pdf"
KEY = "COCOTTE-F|c:/sage/multimedia/fiches/fiche technique cocotte.pdf"


@pytest.fixture
def world(make_world: Callable[..., World], tmp_path: Path) -> World:
    """Two articles with a data sheet each, in a media folder of the test's own."""
    world = make_world()
    keep_only(world.company, ("COCOTTE-F", "CHSEC42"))
    folder = tmp_path / "media"
    (folder / "Fiches").mkdir(parents=True)
    shutil.copytree(world.company.media / "Fiches", folder / "Fiches", dirs_exist_ok=True)
    shutil.copytree(world.company.media / "Articles", folder / "Articles", dirs_exist_ok=True)
    world.company = Company(world.company.path, folder)
    folders = [{"prefix": prefix, "folder": str(folder)} for prefix in ("C:\\Sage\\Multimedia", "")]
    world.sage_connection(media_folders=folders)
    return world


def documents(world: World, reference: str) -> dict[str, bytes]:
    """File name -> content of what the product's page offers, downloaded from the shop."""
    linked = world.shop.product(reference).get("associations", {}).get("attachments", [])
    names = {str(row["id"]): row["file_name"] for row in world.shop.list("attachments")}
    return {names[row["id"]]: download(world, row["id"]) for row in linked}


def download(world: World, attachment: str) -> bytes:
    url = f"{world.running.url}/api/attachments/file/{attachment}"
    answer = requests.get(url, auth=(world.running.key, ""), timeout=30)
    answer.raise_for_status()
    return answer.content


def link(world: World, file: str, comment: str = "") -> None:
    """Link a file to the cocotte in Sage."""
    values = ("COCOTTE-F", f"C:\\Sage\\Multimedia\\{file}", comment)
    world.company.execute(("INSERT INTO F_ARTICLEMEDIA (AR_Ref, ME_Fichier, ME_Commentaire) VALUES (?, ?, ?)", values))


def told(run: Run) -> dict[str, tuple[str, str]]:
    """Key of a document -> state and cause."""
    rows = run.changes.filter(kind="attachments").exclude(cause="")
    return {change.key: (change.state, change.cause) for change in rows}


def test_a_data_sheet_is_offered_on_its_page_and_never_sent_again(world: World) -> None:
    world.begin("catalogue", "images")
    sheet = (world.company.media / SHEET).read_bytes()
    assert documents(world, "COCOTTE-F") == {"Fiche technique cocotte.pdf": sheet}
    names = {row["file_name"]: row["name"] for row in world.shop.list("attachments")}
    assert names["Déclaration de conformité Granit S3.pdf"] == "Déclaration UE de conformité"
    assert writes(world.run("images")) == {}
    (world.company.media / SHEET).touch()
    assert writes(world.run("images")) == {}, "another time, the same content"


def test_a_changed_document_is_replaced_in_its_place(world: World) -> None:
    world.begin("catalogue", "images")
    before = {row["id"] for row in world.shop.list("attachments")}
    changed = (world.company.media / SHEET).read_bytes() + b"\n% Edition 2"
    (world.company.media / SHEET).write_bytes(changed)
    world.publish("images")
    assert documents(world, "COCOTTE-F") == {"Fiche technique cocotte.pdf": changed}
    assert {row["id"] for row in world.shop.list("attachments")} == before
    assert writes(world.run("images")) == {}


def test_a_document_that_left_sage_leaves_the_page_and_what_the_shop_added_stays(world: World) -> None:
    world.begin("catalogue", "images")
    own = requests.post(
        f"{world.running.url}/api/attachments/file",
        files={"file": ("recettes.pdf", b"%PDF-1.4 recettes")},
        auth=(world.running.key, ""),
        timeout=30,
    )
    own.raise_for_status()
    product = world.shop.product("COCOTTE-F")
    ids = [row["id"] for row in product["associations"]["attachments"]]
    ids += [str(row["id"]) for row in world.shop.list("attachments") if row["file_name"] == "recettes.pdf"]
    rows = "".join(f"<attachment><id>{one}</id></attachment>" for one in ids)
    body = f"<prestashop><product><id>{product['id']}</id><associations><attachments>{rows}</attachments>"
    requests.patch(
        f"{world.running.url}/api/products",
        data=f"{body}</associations></product></prestashop>",
        auth=(world.running.key, ""),
        timeout=30,
    ).raise_for_status()
    world.company.execute(("DELETE FROM F_ARTICLEMEDIA WHERE ME_Fichier LIKE ?", ("%cocotte.pdf",)))
    a_day_passes()
    world.shop_connection(rules=world.client.shops.get().rules | {"brakes": {"max_deletions_percent": 100}})
    world.publish("images")
    assert documents(world, "COCOTTE-F") == {"recettes.pdf": b"%PDF-1.4 recettes"}
    assert len(world.shop.list("attachments")) == 2


def test_what_a_file_is_decides_not_its_name(world: World) -> None:
    """A PDF under another name is sent as one; a program under the name of a PDF is not sent."""
    (world.company.media / "Fiches" / "notice.dat").write_bytes(b"%PDF-1.4 notice")
    (world.company.media / "Fiches" / "promo.pdf").write_bytes(b"MZ\x90\x00 a program")
    link(world, "Fiches\\notice.dat")
    link(world, "Fiches\\promo.pdf")
    world.run("catalogue")
    run = world.run("images")
    assert run.state == "succeeded"
    assert set(documents(world, "COCOTTE-F")) == {"Fiche technique cocotte.pdf", "notice.pdf"}
    key = "COCOTTE-F|c:/sage/multimedia/fiches/promo.pdf"
    assert told(run) == {key: ("held", "documents.kind_refused")}


def test_a_document_over_the_shops_limit_is_refused_before_it_is_sent_and_told(world: World) -> None:
    (world.company.media / SHEET).write_bytes(b"%PDF-1.4" + b" " * (9 * 1024 * 1024))
    world.publish("catalogue")
    run = world.run("images")
    assert told(run) == {KEY: ("rejected", "documents.too_large")}
    assert documents(world, "COCOTTE-F") == {}


def test_a_document_whose_file_is_away_stays_in_the_shop(world: World) -> None:
    world.begin("catalogue", "images")
    (world.company.media / SHEET).rename(world.company.media / "away.pdf")
    run = world.run("images")
    assert (run.state, writes(run)) == ("succeeded", {})
    assert len(documents(world, "COCOTTE-F")) == 1
    problems = [problem["cause"] for problem in world.client.products.get(key="COCOTTE-F").problems]
    assert "media.missing_file" in problems


def test_an_upload_whose_answer_was_lost_with_its_worker_is_found_again(world: World) -> None:
    world.begin("catalogue", "images")
    attachment = Binding.objects.get(kind="attachments", key=KEY)
    before = [row["id"] for row in world.shop.list("attachments")]
    others = sorted(set(before) - {attachment.remote_id})
    attachment.pending = {"existing": others, "content": attachment.confirmed["content"]}
    attachment.remote_id, attachment.confirmed = None, {}
    attachment.save()
    world.publish("images")
    assert [row["id"] for row in world.shop.list("attachments")] == before


def test_a_version_without_documents_says_so_and_the_run_succeeds(world: World, tmp_path: Path) -> None:
    world.client.delete()
    with running_shop(tmp_path / "old", version="1.6.1.24") as shop:
        older = World(client=load_demo(world.company, shop), company=world.company, running=shop)
        older.publish("catalogue")
        run = older.run("images")
        assert run.state == "succeeded"
        assert told(run)[KEY] == ("held", "documents.not_supported")
        assert writes(older.run("images")) == {}


@pytest.mark.parametrize("how", ["deleted", "taken off the page"])
def test_a_document_gone_from_the_shop_is_asked_about_and_put_back_once(
    world: World, make_user: Callable[..., User], how: str
) -> None:
    world.begin("catalogue", "images")
    before = documents(world, "COCOTTE-F")
    (attachment,) = (row["id"] for row in world.shop.product("COCOTTE-F")["associations"]["attachments"])
    webservice = open_shop(world.client.shops.get())
    if how == "deleted":
        assert webservice.delete("attachments", [int(attachment)])[0].error is None
    else:
        webservice.attachments.link(int(world.shop.product("COCOTTE-F")["id"]), [])
    world.run("drift")
    decision = Decision.objects.get(answer="")
    assert (decision.question, decision.kind, decision.key) == ("missing", "attachments", KEY)
    decisions.decide(decision, answer="create", user=make_user("alix"))
    world.publish("images")
    assert documents(world, "COCOTTE-F") == before
    assert len(world.shop.list("attachments")) == 2, "none is doubled"
    assert writes(world.run("images")) == {}
    assert told(world.run("drift")) == {}
