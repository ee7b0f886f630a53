"""Stock per depot. The quantities are Sage's own; what makes an availability of them is a client's setting."""

from __future__ import annotations

from decimal import Decimal

from connectors.sage.records.base import Record, column, record


@record("article", "depot")
class ArticleStock(Record):
    """F_ARTSTOCK. For an article with gammes, the variants' stock is in :class:`GammeStock`."""

    article: str = column("AR_Ref")
    depot: int = column("DE_No")
    physical: Decimal = column("AS_QteSto")
    reserved: Decimal = column("AS_QteRes")
    ordered: Decimal = column("AS_QteCom")
    preparing: Decimal = column("AS_QtePrepa")
    to_control: Decimal = column("AS_QteAControler")
    reserved_back_to_back: Decimal = column("AS_QteResCM")
    ordered_back_to_back: Decimal = column("AS_QteComCM")
    minimum: Decimal = column("AS_QteMini")
    maximum: Decimal = column("AS_QteMaxi")
    value: Decimal = column("AS_MontSto")
    main: bool = column("AS_Principal")


@record("article", "depot", "gamme1", "gamme2")
class GammeStock(Record):
    """F_GAMSTOCK: the same quantities per variant."""

    article: str = column("AR_Ref")
    depot: int = column("DE_No")
    gamme1: int = column("AG_No1")
    gamme2: int = column("AG_No2")
    physical: Decimal = column("GS_QteSto")
    reserved: Decimal = column("GS_QteRes")
    ordered: Decimal = column("GS_QteCom")
    preparing: Decimal = column("GS_QtePrepa")
    to_control: Decimal = column("GS_QteAControler")
    reserved_back_to_back: Decimal = column("GS_QteResCM")
    ordered_back_to_back: Decimal = column("GS_QteComCM")
    minimum: Decimal = column("GS_QteMini")
    maximum: Decimal = column("GS_QteMaxi")
    value: Decimal = column("GS_MontSto")


@record("number")
class Depot(Record):
    """F_DEPOT."""

    number: int = column("DE_No")
    label: str = column("DE_Intitule")
    code: str = column("DE_Code")
    main: bool = column("DE_Principal")
    address: str = column("DE_Adresse")
    address_complement: str = column("DE_Complement")
    postcode: str = column("DE_CodePostal")
    city: str = column("DE_Ville")
    country: str = column("DE_Pays")
    accounting_category: int = column("DE_CatCompta")
    excluded: bool = column("DE_Exclure")
