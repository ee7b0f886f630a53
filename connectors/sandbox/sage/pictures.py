"""Draws the photos and data sheets that the company's articles point at: plain product-like pictures, by shape."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .rows import BUILT_AT

SIZE = 640
GROUND = 88
Colour = tuple[int, int, int]
Polygon = list[tuple[int, int]]

SHAPES_FILE = Path(__file__).with_name("data") / "shapes.txt"

INK: Colour = (44, 52, 64)
PAPER: Colour = (255, 255, 255)

COLOURS: dict[str, Colour] = {
    "Bleu": (44, 98, 178),
    "Bleu nuit": (28, 40, 82),
    "Bleu ciel": (140, 190, 230),
    "Bleu pétrole": (20, 92, 110),
    "Marine": (24, 38, 74),
    "Rouge": (190, 40, 44),
    "Rouge cerise": (170, 24, 48),
    "Rouge brique": (160, 72, 52),
    "Bordeaux": (110, 24, 46),
    "Écru": (232, 222, 200),
    "Blanc": (240, 240, 236),
    "Noir": (40, 40, 42),
    "Noir mat": (30, 30, 32),
    "Anthracite": (70, 74, 80),
    "Gris": (140, 144, 150),
    "Gris chiné": (158, 160, 164),
    "Kaki": (110, 112, 70),
    "Vert": (70, 140, 70),
    "Vert sapin": (28, 80, 58),
    "Jaune": (240, 196, 30),
    "Terracotta": (196, 104, 72),
    "Pêche": (248, 184, 150),
    "Caramel": (186, 116, 48),
    "Brun": (110, 72, 44),
    "Havane": (150, 98, 58),
    "Noyer": (104, 70, 46),
    "Chêne": (196, 154, 98),
    "Olivier": (150, 130, 76),
    "Frêne": (214, 190, 150),
    "Osier": (188, 150, 96),
    "Inox": (186, 194, 200),
    "Cristal": (206, 226, 234),
}
"""The colours that the articles name, as seen on a screen."""


def draw_photo(path: Path, *, shape: str, colour: str, caption: str, view: int) -> None:
    """Writes a JPEG (or PNG, by the suffix) of `SIZE` pixels; view 1 is plain, 2 on a tint, 3 a close-up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = COLOURS[colour]
    tint = _mix(body, PAPER, 0.86)
    image = Image.new("RGB", (SIZE, SIZE), PAPER if view == 1 else tint)
    pen = ImageDraw.Draw(image)
    scale, offset = (9.6, -160) if view == 3 else (5.4, 50)
    if view != 3:
        pen.ellipse(_box(20, 84, 80, 92, scale, offset), fill=_mix(tint, INK, 0.12))
    polygons = _polygons()[shape]
    drop = 0 if view == 3 else GROUND - max(y for points in polygons for _, y in points)
    for rank, points in enumerate(polygons):
        fill = body if rank == 0 else _mix(body, INK, 0.35)
        outline = [(x * scale + offset, (y + drop) * scale + offset) for x, y in points]
        pen.polygon(outline, fill=fill)
        pen.line([*outline, outline[0]], fill=_mix(fill, INK, 0.55), width=4, joint="curve")
    pen.rectangle((0, SIZE - 56, SIZE, SIZE), fill=_mix(body, INK, 0.5))
    pen.text((SIZE / 2, SIZE - 28), _printable(caption)[:48], fill=PAPER, font=_font(22), anchor="mm")
    image.save(path, quality=86)


def draw_sheet(path: Path, *, title: str, lines: tuple[str, ...]) -> None:
    """Writes a one-page PDF, an A4 at 72 dpi."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = Image.new("RGB", (595, 842), PAPER)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 595, 90), fill=COLOURS["Marine"])
    pen.text((40, 45), _printable(title), fill=PAPER, font=_font(24), anchor="lm")
    for rank, line in enumerate(lines):
        pen.text((40, 130 + 28 * rank), _printable(line), fill=INK, font=_font(15))
    # Pillow would write today's date into the file.
    made = BUILT_AT.timetuple()
    page.save(path, "PDF", resolution=72.0, creationDate=made, modDate=made)


@cache
def _polygons() -> dict[str, list[Polygon]]:
    shapes: dict[str, list[Polygon]] = {}
    for line in SHAPES_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, _, outlines = line.partition(": ")
            shapes[name] = [_polygon(outline) for outline in outlines.split(" | ")]
    return shapes


def _polygon(outline: str) -> Polygon:
    pairs = (point.split(",") for point in outline.split())
    return [(int(x), int(y)) for x, y in pairs]


def _printable(text: str) -> str:
    """Capitals without accents, as on a carton: Pillow's own font, the same on every machine, draws no others."""
    text = text.upper().translate({ord("Œ"): "OE", ord("×"): "X", ord("°"): "O"})
    return unicodedata.normalize("NFD", text).encode("latin-1", "ignore").decode("latin-1")


def _mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _box(left: int, top: int, right: int, bottom: int, scale: float, offset: int) -> tuple[float, float, float, float]:
    return left * scale + offset, top * scale + offset, right * scale + offset, bottom * scale + offset


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
