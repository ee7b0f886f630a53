"""The streams: what is read from Sage, each a declaration. `reading` does the reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from connectors.sage import records
from connectors.sage.records import Record

LAG = timedelta(minutes=5)
"""``cbModification`` has minute precision and is rounded: re-read this much before the cursor, compare fingerprints."""

CURSOR = "cbModification"


@dataclass(frozen=True)
class Stream:
    """Sage rows of one kind.

    ``cursor`` is None where the table has no timestamp (Sage's ``P_`` lists): it is small, and read whole every time.
    """

    name: str
    table: str
    record: type[Record]
    cursor: str | None = CURSOR
    lag: timedelta = LAG
    where: Mapping[str, int] = field(default_factory=dict)
    """Column -> value that a row must have."""
    free_fields: bool = False
    label: str = ""
    """The field that is empty on an unused slot of a list, which is then left out."""
    unpivot: str = ""
    """One record per filled column of this prefix, numbered from 01, of the table's only row."""

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns behind the business key, in its order."""
        return tuple(self.record.field_columns[name][0] for name in self.record.key_fields)


def _list(name: str, table: str, record: type[Record]) -> Stream:
    return Stream(name, table, record, cursor=None, label="label")


_ALL = (
    Stream("families", "F_FAMILLE", records.Family),
    Stream("catalogue_nodes", "F_CATALOGUE", records.CatalogueNode),
    _list("gammes", "P_GAMME", records.Gamme),
    Stream("gamme_values", "F_ENUMGAMME", records.GammeValue),
    Stream("articles", "F_ARTICLE", records.Article, free_fields=True),
    Stream("article_gammes", "F_ARTGAMME", records.ArticleGamme),
    Stream("combinations", "F_ARTENUMREF", records.Combination),
    Stream("packagings", "F_CONDITION", records.Packaging),
    Stream("kit_components", "F_NOMENCLAT", records.KitComponent),
    Stream("glossary_texts", "F_GLOSSAIRE", records.GlossaryText, where={"GL_Domaine": 0}),
    Stream("article_texts", "F_ARTGLOSS", records.ArticleText),
    Stream("media", "F_ARTICLEMEDIA", records.Media),
    Stream("article_suppliers", "F_ARTFOURNISS", records.ArticleSupplier),
    Stream("suppliers", "F_COMPTET", records.Supplier, where={"CT_Type": 1}),
    Stream("stock", "F_ARTSTOCK", records.ArticleStock),
    Stream("gamme_stock", "F_GAMSTOCK", records.GammeStock),
    Stream("depots", "F_DEPOT", records.Depot),
    _list("tariff_categories", "P_CATTARIF", records.TariffCategory),
    Stream("article_tariffs", "F_ARTCLIENT", records.ArticleTariff),
    Stream("quantity_tiers", "F_TARIFQTE", records.QuantityTier),
    Stream("gamme_prices", "F_TARIFGAM", records.GammePrice),
    Stream("packaging_prices", "F_TARIFCOND", records.PackagingPrice),
    Stream("family_discounts", "F_FAMCLIENT", records.FamilyDiscount),
    Stream("family_tariffs", "F_FAMTARIF", records.FamilyTariff),
    Stream("family_tiers", "F_FAMTARIFQTE", records.FamilyTier),
    Stream("taxes", "F_TAXE", records.Tax),
    Stream("article_accounting", "F_ARTCOMPTA", records.ArticleAccounting, where={"ACP_Type": 0}),
    Stream("family_accounting", "F_FAMCOMPTA", records.FamilyAccounting, where={"FCP_Type": 0}),
    Stream("accounting_categories", "P_CATCOMPTA", records.AccountingCategory, cursor=None, unpivot="CA_ComptaVen"),
    _list("units", "P_UNITE", records.Unit),
    Stream("customers", "F_COMPTET", records.Customer, where={"CT_Type": 0}, free_fields=True),
    Stream("delivery_places", "F_LIVRAISON", records.DeliveryPlace),
    Stream("contacts", "F_CONTACTT", records.Contact),
    Stream("salespeople", "F_COLLABORATEUR", records.Salesperson),
    Stream("countries", "F_PAYS", records.Country),
    _list("carriers", "P_EXPEDITION", records.Carrier),
    _list("payment_modes", "P_REGLEMENT", records.PaymentMode),
    _list("souches", "P_SOUCHEVENTE", records.Souche),
    _list("currencies", "P_DEVISE", records.Currency),
    Stream("sales_documents", "F_DOCENTETE", records.SalesDocument, where={"DO_Domaine": 0}),
    Stream("sales_lines", "F_DOCLIGNE", records.SalesLine, where={"DO_Domaine": 0}),
)

STREAMS: dict[str, Stream] = {stream.name: stream for stream in _ALL}
