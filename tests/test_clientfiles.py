"""Clients as files: read, checked whole, loaded twice, exported, copied."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from connectors.credentials import Secret
from connectors.models import Client, Membership, SageConnection, ShopConnection
from sync_portal import clientfiles
from sync_portal.clientfiles import ClientFileError
from sync_portal.sync.kept import keep, kept_for
from sync_portal.sync.models import FieldOwner, FlowSchedule, SettingChange

pytestmark = pytest.mark.django_db

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "demo.toml"
SECRETS = ("sage.password=tr0p-long", "shops.0.key=CLEDELABOUTIQUE")


@pytest.fixture(autouse=True)
def people(make_user: Callable[..., Any]) -> None:
    """The users that the example names."""
    for name in ("commercial", "agence", "administrateur"):
        make_user(name)


def loaded(*more: str) -> Client:
    clientfiles.load(clientfiles.read_file(EXAMPLE, more))
    return Client.objects.get(slug="demo")


def written(folder: Path, text: str) -> Path:
    file = folder / "client.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_example_is_loaded_whole() -> None:
    client = loaded(*SECRETS)
    assert (client.name, client.time_zone) == ("Comptoir Atlantique", "Europe/Paris")
    assert (client.sage.dialect, client.sage.write_enabled, client.sage.password) == (
        "sqlite",
        True,
        Secret("tr0p-long"),
    )
    shop = client.shops.get()
    assert (shop.name, shop.key, shop.rules["orders"]["souche"]) == ("Boutique", Secret("CLEDELABOUTIQUE"), 1)
    schedules = dict(client.schedules.values_list("flow", "every_minutes"))
    assert schedules["stock"] == 15
    assert not client.schedules.filter(next_at=None).exists()
    roles = client.memberships.values_list("user__username", "role")
    assert set(roles) == {("commercial", "sales"), ("agence", "agency"), ("administrateur", "administrator")}


def test_loading_twice_changes_nothing() -> None:
    document = clientfiles.read_file(EXAMPLE, SECRETS)
    assert clientfiles.load(document) != []
    assert clientfiles.load(document) == []


def test_each_change_is_told_with_the_field() -> None:
    loaded(*SECRETS)
    told = clientfiles.load(clientfiles.read_file(EXAMPLE, ["shops.0.connections=2", "client.name=Comptoir Pacifique"]))
    assert told == [
        "changed: Comptoir Pacifique (name)",
        "changed: Boutique · Comptoir Pacifique (connections)",
    ]


@pytest.mark.parametrize("with_secrets", [False, True], ids=["without secrets", "with secrets"])
def test_loading_an_export_changes_nothing(tmp_path: Path, with_secrets: bool) -> None:
    client = loaded(*SECRETS)
    file = written(tmp_path, clientfiles.export(client, with_secrets=with_secrets))
    assert clientfiles.load(clientfiles.read_file(file)) == []


def test_a_promise_is_carried_and_what_a_file_changes_is_noted(tmp_path: Path) -> None:
    client = loaded()
    SettingChange.objects.all().delete()
    clientfiles.load(clientfiles.read_file(EXAMPLE, ["schedules.1.promise_minutes=45"]))
    assert client.schedules.get(flow="stock").promise_minutes == 45
    assert "promise_minutes = 45" in clientfiles.export(client)
    told = SettingChange.objects.values_list("flow", "by", "before", "after")
    assert list(told) == [("stock", None, {"promise_minutes": None}, {"promise_minutes": 45})]


def test_a_field_that_is_kept_as_in_the_shop_travels_with_its_client(tmp_path: Path) -> None:
    client = loaded(*SECRETS)
    shop = client.shops.get()
    keep(shop, "products", "POLO|1", "price")
    file = written(tmp_path, clientfiles.export(client))
    assert clientfiles.load(clientfiles.read_file(file)) == []
    FieldOwner.objects.all().delete()
    assert clientfiles.load(clientfiles.read_file(file)) == [f"changed: {shop} (kept: 1)"]
    assert [(row.shop, row.key, row.field) for row in kept_for(client)] == [(shop, "POLO|1", "price")]


def test_only_a_field_of_the_shop_can_be_kept() -> None:
    with pytest.raises(clientfiles.ClientFileError, match=r"products\.colour is no field of the shop"):
        clientfiles.read_file(EXAMPLE, ['shops.0.kept=[{kind="products", key="POLO", field="colour"}]'])


def test_a_file_without_secrets_keeps_the_stored_ones(tmp_path: Path) -> None:
    client = loaded(*SECRETS)
    file = written(tmp_path, clientfiles.export(client))
    clientfiles.load(clientfiles.read_file(file))
    assert SageConnection.objects.get(client=client).password == Secret("tr0p-long")
    assert ShopConnection.objects.get(client=client).key == Secret("CLEDELABOUTIQUE")


def test_an_export_shows_secrets_only_when_asked() -> None:
    client = loaded(*SECRETS)
    hidden, shown = clientfiles.export(client), clientfiles.export(client, with_secrets=True)
    assert "tr0p-long" not in hidden
    assert "CLEDELABOUTIQUE" not in hidden
    assert tomllib.loads(shown)["sage"]["password"] == "tr0p-long"
    assert tomllib.loads(shown)["shops"][0]["key"] == "CLEDELABOUTIQUE"


def test_an_exported_client_can_be_copied_to_the_next_one(tmp_path: Path) -> None:
    first = loaded(*SECRETS)
    file = written(tmp_path, clientfiles.export(first))
    clientfiles.load(clientfiles.read_file(file, ["client.slug=next", "client.name=Suivant"]))
    copy = Client.objects.get(slug="next")
    assert copy.shops.get().rules == first.shops.get().rules
    assert not copy.shops.get().key, "a secret that was left out is not copied"
    assert copy.schedules.count() == first.schedules.count()


@pytest.mark.parametrize(
    ("setting", "place", "value"),
    [
        pytest.param(
            "shops.0.quiet_hours=[['22h', '06:00']]", "shops.0.quiet_hours", "22h", id="quiet hours that are no times"
        ),
        pytest.param("client.slug='Démo'", "client.slug", "Démo", id="an identifier with an accent"),
        pytest.param("client.time_zone=Europe/Nantes", "client.time_zone", "Europe/Nantes", id="no time zone"),
        pytest.param("client.colour=blue", "client.colour", "blue", id="an unknown key"),
        pytest.param("sage.dialect=oracle", "sage.dialect", "oracle", id="an unknown dialect"),
        pytest.param("sage.port=70000", "sage.port", "70000", id="a port that is none"),
        pytest.param("sage.query_timeout=0", "sage.query_timeout", "0", id="no time at all"),
        pytest.param("shops.0.url=ftp://shop.example", "shops.0.url", "ftp://shop.example", id="no web address"),
        pytest.param("shops.0.connections=40", "shops.0.connections", "40", id="too many connections"),
        pytest.param("shops.0.rules.language=3", "shops.0.rules", "language", id="a rule of the wrong kind"),
        pytest.param("shops.0.rules.prices.vat=3", "shops.0.rules", "vat", id="an unknown rule"),
        pytest.param("schedules.0.flow=tea", "schedules.0", "tea", id="an unknown flow"),
        pytest.param("schedules.0.cron='* * *'", "schedules.0", "every_minutes", id="two rhythms"),
        pytest.param("schedules.4.cron='25 99 * * *'", "schedules.4", "25 99", id="a cron that is none"),
        pytest.param("schedules.4.cron='0 0 30 2 *'", "schedules.4", "never comes", id="a moment that never comes"),
        pytest.param("schedules.4.cron='0 0 2 * * *'", "schedules.4", "five parts", id="a cron with seconds"),
        pytest.param("schedules.1.promise_minutes=10", "schedules.1", "10", id="a promise that the rhythm breaks"),
        pytest.param("schedules.1.paused=true", "schedules.1", "paused_reason", id="a pause without a reason"),
        pytest.param("schedules.1.flow=orders", "schedules", "orders", id="a flow twice"),
        pytest.param("members.0.role=king", "members.0.role", "king", id="an unknown role"),
        pytest.param("members.1.user=commercial", "members", "commercial", id="a member twice"),
    ],
)
def test_a_bad_value_is_named_with_its_place_and_nothing_is_saved(setting: str, place: str, value: str) -> None:
    with pytest.raises(ClientFileError) as refused:
        clientfiles.load(clientfiles.read_file(EXAMPLE, [setting]))
    assert place in str(refused.value)
    assert value in str(refused.value)
    assert not Client.objects.exists()


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ClientFileError) as refused:
        clientfiles.read_file(EXAMPLE, ["sage.port=0", "shops.0.connections=0", "members.0.role=king"])
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == [
        "sage.port",
        "shops.0.connections",
        "members.0.role",
    ]


def test_a_member_who_is_no_user_leaves_nothing_half_loaded() -> None:
    with pytest.raises(ClientFileError, match="'personne' is not a user"):
        loaded("members.0.user=personne")
    assert (Client.objects.count(), Membership.objects.count(), FlowSchedule.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        pytest.param("shops.0.url", "write it as KEY=VALUE", id="without a value"),
        pytest.param("shops.7.url=https://shop.example", "no such place", id="a shop that is not there"),
        pytest.param("shops.first.url=https://shop.example", "no such place", id="a name where a number belongs"),
        pytest.param("client.name.first=x", "no such place", id="below a text"),
    ],
)
def test_a_setting_that_leads_nowhere_is_refused(setting: str, message: str) -> None:
    with pytest.raises(ClientFileError, match=message):
        clientfiles.read_file(EXAMPLE, [setting])


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        pytest.param("client.name=Deux mots", "Deux mots", id="plain text"),
        pytest.param("client.name='12'", "12", id="quoted text"),
        pytest.param("client.name=a=b", "a=b", id="text with an equals sign"),
    ],
)
def test_a_setting_is_read_as_toml_or_as_plain_text(setting: str, expected: str) -> None:
    assert clientfiles.read_file(EXAMPLE, [setting]).client.name == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"client = ", "Invalid", id="no TOML"),
        pytest.param("[client]\nname = 'Caf\xe9'".encode("latin-1"), "utf-8", id="not in UTF-8"),
        pytest.param(b"", "client: Field required", id="empty"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "client.toml"
    file.write_bytes(content)
    with pytest.raises(ClientFileError) as refused:
        clientfiles.read_file(file)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClientFileError, match=r"nowhere\.toml"):
        clientfiles.read_file(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param("shops.0.colour=x", id="an unknown key beside it"),
        pytest.param("shops.0.name=''", id="a wrong name beside it"),
        pytest.param("shops=[{url='https://shop.example', key='CLEDELABOUTIQUE'}]", id="a missing name beside it"),
        pytest.param("shops.0.key=['CLEDELABOUTIQUE']", id="itself of the wrong kind"),
    ],
)
def test_no_message_shows_a_secret(setting: str) -> None:
    with pytest.raises(ClientFileError) as refused:
        clientfiles.read_file(EXAMPLE, ["shops.0.key=CLEDELABOUTIQUE", setting])
    assert "shops.0" in str(refused.value)
    assert "CLEDELABOUTIQUE" not in str(refused.value)


CHOSEN = """

[choices.feature."free:Matière"]
type = "text"

[choices.group."POLO-M"]
master = "POLO-M"
axes = ["Taille"]
members = {"POLO-M" = ["M"], "POLO-L" = ["L"]}
"""


def test_what_people_chose_is_carried_too(tmp_path: Path) -> None:
    file = written(tmp_path, EXAMPLE.read_text(encoding="utf-8") + CHOSEN)
    clientfiles.load(clientfiles.read_file(file))
    client = Client.objects.get(slug="demo")
    again = written(tmp_path, clientfiles.export(client))
    assert tomllib.loads(again.read_text(encoding="utf-8"))["choices"]["group"]["POLO-M"]["members"] == {
        "POLO-M": ["M"],
        "POLO-L": ["L"],
    }
    assert clientfiles.load(clientfiles.read_file(again)) == []


@pytest.mark.parametrize(
    ("section", "said"),
    [
        pytest.param("[choices.colour.red]\n", "'colour' is no kind of choice", id="an unknown kind"),
        pytest.param('[choices.value."VAL:a|b"]\ncolour = "red"\n', "colour: 'red'", id="a wrong value"),
    ],
)
def test_a_choice_that_cannot_be_is_an_error_with_its_place(tmp_path: Path, section: str, said: str) -> None:
    file = written(tmp_path, EXAMPLE.read_text(encoding="utf-8") + "\n" + section)
    with pytest.raises(ClientFileError, match=said):
        clientfiles.read_file(file)
