"""For whom we connect, and how: clients, who may see them, and their two connections."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from connectors.credentials import SecretField


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: object) -> ClientQuerySet:
        """The clients this user is a member of. Nothing of another client is reachable: every page starts here."""
        return self.filter(memberships__user=user, active=True).distinct()


class Client(models.Model):
    """A company that uses the portal."""

    slug = models.SlugField(_("identifier"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris")
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("client")
        verbose_name_plural = _("clients")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    SALES = "sales", _("Sales staff")
    AGENCY = "agency", _("Agency staff")
    ADMINISTRATOR = "administrator", _("Administrator")


class Membership(models.Model):
    """One user's role with one client. Without a row there is no access."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client"], name="one_role_per_user_and_client")]
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return f"{self.user} · {self.client} · {self.get_role_display()}"

    @property
    def may_run(self) -> bool:
        """Trigger, cancel or approve runs: everyone but sales staff."""
        return self.role != Role.SALES


class Dialect(models.TextChoices):
    SQLSERVER = "sqlserver", _("SQL Server (FreeTDS or Microsoft's driver)")
    SAGE = "sage", _("Sage ODBC driver")
    SQLITE = "sqlite", _("Sandbox (SQLite)")


class WriteMode(models.TextChoices):
    DIRECT = "direct", _("directly into SQL Server")
    DRIVER = "driver", _("through the Sage ODBC driver")
    FILE = "file", _("as files to import")


class SageConnection(models.Model):
    """How one client's Sage 100 company is reached. The fields become `connectors.sage.odbc.SageSettings`."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="sage")
    dialect = models.CharField(_("kind"), max_length=12, choices=Dialect, default=Dialect.SQLSERVER)
    driver = models.CharField(_("driver"), max_length=200, blank=True)
    dsn = models.CharField(_("data source name"), max_length=100, blank=True)
    server = models.CharField(_("server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(_("port"), null=True, blank=True)
    database = models.CharField(_("database"), max_length=128, blank=True)
    user = models.CharField(_("user"), max_length=128, blank=True)
    password = SecretField(_("password"), blank=True)
    path = models.CharField(_("sandbox file"), max_length=500, blank=True)
    login_timeout = models.PositiveSmallIntegerField(_("login time-out (s)"), default=10)
    query_timeout = models.PositiveSmallIntegerField(_("query time-out (s)"), default=120)
    write_enabled = models.BooleanField(_("orders may be written into Sage"), default=False)
    write_mode = models.CharField(
        _("how orders are written"), max_length=8, choices=WriteMode, default=WriteMode.DIRECT
    )
    file_folder = models.CharField(_("folder of the order files"), max_length=500, blank=True)
    file_layout = models.JSONField(_("layout of the order files"), default=dict, blank=True)
    """What differs from the default `connectors.sage.file_layout.FileLayout`."""
    media_folders = models.JSONField(_("folders of photos and documents"), default=list, blank=True)
    """[{"prefix": "C:\\\\Sage\\\\Multimedia", "folder": "/mnt/sage/multimedia"}, ...]: where Windows paths are
    found here.
    """
    capabilities = models.JSONField(default=dict, blank=True, editable=False)
    capabilities_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("Sage connection")
        verbose_name_plural = _("Sage connections")

    def __str__(self) -> str:
        return f"Sage · {self.client}"


class ShopConnection(models.Model):
    """One PrestaShop shop of a client, with the rules that say what it shows."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="shops")
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=300)
    key = SecretField(_("webservice key"), blank=True)
    private_network = models.BooleanField(_("on a private network"), default=False)
    connections = models.PositiveSmallIntegerField(_("parallel requests"), default=4)
    shop_id = models.PositiveIntegerField(_("shop number of a multishop"), null=True, blank=True)
    quiet_hours = models.JSONField(_("quiet hours"), default=list, blank=True)
    """[["22:00", "06:00"], ...], the shop's local time: nothing is written to it meanwhile."""
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(default=0)
    rules = models.JSONField(_("rules"), default=dict, blank=True)
    """A `mapping.rules.ShopRules` document; validated whenever it is saved by a form or a file."""
    known_at = models.CharField(max_length=320, blank=True, editable=False)
    """The address, with the number of a multishop, at which the products that we know were found; see
    `sync_portal.sync.same_shop`.
    """

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="one_shop_name_per_client")]
        verbose_name = _("shop connection")
        verbose_name_plural = _("shop connections")

    def __str__(self) -> str:
        return f"{self.name} · {self.client}"
