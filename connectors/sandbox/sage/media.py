r"""Photos and data sheets: the paths Sage stores, as its Windows server sees them, and the files behind them.

``C:\Sage\Multimedia\Articles\POLO-BLEU-M.jpg`` is the file ``Articles/POLO-BLEU-M.jpg`` of the media folder.
One article, SECATEUR, has paths relative to the company's multimedia folder, as older data often has. The photos of a
few are named nowhere in Sage: they lie in a folder of the photographer's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from .assortment import Article
from .pictures import COLOURS, draw_photo, draw_sheet
from .rows import Row

ROOT = PureWindowsPath(r"C:\Sage\Multimedia")
RELATIVE_PATHS = {"SECATEUR"}
IN_THE_STUDIO = {"TIREB-SOM", "GRAINE-TOM", "PLANT-BASIL"}
"""Sage names no photo of these: the photographer's files lie in ``Studio/{reference}_{n}``, found by their names."""

SHEETS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "COCOTTE-F": (
        "Fiche technique cocotte.pdf",
        "Cocotte en fonte émaillée",
        ("Contenance : 4,7 L", "Poids : 5,4 kg", "Tous feux dont induction, four 250 °C", "Garantie : 30 ans"),
    ),
    "CHSEC42": (
        "Déclaration de conformité Granit S3.pdf",
        "Déclaration UE de conformité",
        ("Modèle : « Granit » S3", "Norme : EN ISO 20345:2022", "Organisme notifié : 0075", "Fait à La Rochelle"),
    ),
}
"""Reference -> (file name, title, lines) of the PDF linked to the article."""

VIEWS = {1: "", 2: " ambiance", 3: " détail"}


@dataclass(frozen=True)
class Photo:
    """One picture of an article; the first of its list is the main one (`AR_Photo`)."""

    name: str
    colour: str
    view: int
    comment: str


def photos(article: Article) -> list[Photo]:
    """Two or three views, and one picture per further colour; none for a service or an article without shape."""
    if article.family == "SERVICES" or not article.shape:
        return []
    # A slash cannot be part of a Windows file name.
    stem = article.reference.strip().replace("/", "_")
    suffix = ".png" if article.shape == "pen" else ".jpg"
    views = VIEWS if article.rank % 2 else {view: VIEWS[view] for view in (1, 2)}
    found = [Photo(f"{stem}{label}{suffix}", article.colour, view, label.strip()) for view, label in views.items()]
    for name, values in article.gammes:
        if name == "Couleur":
            found += [Photo(f"{stem} {value}{suffix}", value, 1, value) for value in values[1:] if value in COLOURS]
    return found


def main_photo(article: Article) -> str:
    """`AR_Photo`."""
    found = photos(article)
    return _stored(article, "Articles", found[0].name) if found and article.reference not in IN_THE_STUDIO else ""


def media_rows(articles: list[Article]) -> Iterator[Row]:
    """F_ARTICLEMEDIA: the further photos, then the PDF."""
    for article in articles:
        for photo in photos(article)[1:] if article.reference not in IN_THE_STUDIO else ():
            mime = "image/png" if photo.name.endswith(".png") else "image/jpeg"
            yield _row(article, _stored(article, "Articles", photo.name), photo.comment, mime)
        if sheet := SHEETS.get(article.reference):
            yield _row(article, _stored(article, "Fiches", sheet[0]), sheet[1], "application/pdf")


def draw_media(articles: list[Article], *, folder: Path) -> tuple[int, int]:
    """Draws every file under `folder`; returns how many photos and how many PDFs."""
    drawn = 0
    for article in articles:
        for number, photo in enumerate(photos(article), start=1):
            studio = folder / "Studio" / f"{article.reference}_{number}{Path(photo.name).suffix}"
            draw_photo(
                studio if article.reference in IN_THE_STUDIO else folder / "Articles" / photo.name,
                shape=article.shape,
                colour=photo.colour,
                caption=article.design,
                view=photo.view,
            )
            drawn += 1
    for name, title, lines in SHEETS.values():
        draw_sheet(folder / "Fiches" / name, title=title, lines=lines)
    return drawn, len(SHEETS)


def _stored(article: Article, folder: str, name: str) -> str:
    path = PureWindowsPath(folder, name)
    return str(path if article.reference in RELATIVE_PATHS else ROOT / path)


def _row(article: Article, path: str, comment: str, mime: str) -> Row:
    return {"AR_Ref": article.reference, "ME_Fichier": path, "ME_Commentaire": comment, "ME_TypeMIME": mime}
