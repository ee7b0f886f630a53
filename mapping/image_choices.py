"""What people say of an article's photos: hidden or shown, in which order, with which legend, for which combinations.

Pure: the photos of the sources in, the photos of the product out. A person's word wins over every source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapping.catalogue import CatalogueImage
from mapping.choices import IMAGE, UPLOAD, Choices, ImageChoice, UploadChoice

UPLOADED = "sha256:"
"""Begins the key of a photo that a person brought: its content follows."""


@dataclass(frozen=True, slots=True)
class Photos:
    """A product's photos: those for the shop, cover first, and those that are known and left out (position 0)."""

    shown: tuple[CatalogueImage, ...] = ()
    left_out: tuple[CatalogueImage, ...] = ()


def image_key(product: str, image: str) -> str:
    """The local key of a photo; ``image`` is the second part of its `IMAGE` choice."""
    return f"{product}|{image}"


def arranged(choices: Choices, product: str, found: Sequence[CatalogueImage], *, limit: int, legend: str) -> Photos:
    """The photos of the sources, in their order, and those that people brought, as people want them.

    ``legend`` is what a photo brought by a person says unless that person says more.
    """
    images = [_chosen(choices, product, one) for one in (*found, *_uploads(choices, product, legend))]
    shown = _ordered(choices, product, [one for one in images if not one.hidden])
    out = [*shown[limit:], *(one for one in images if one.hidden)]
    return Photos(
        tuple(replace(one, position=place) for place, one in enumerate(shown[:limit], start=1)),
        tuple(replace(one, position=0) for one in out),
    )


def _uploads(choices: Choices, product: str, legend: str) -> list[CatalogueImage]:
    """In the order in which they were brought."""
    brought = choices.under(UPLOAD, UploadChoice, product)
    return [
        CatalogueImage(
            product_key=product,
            key=image_key(product, f"{UPLOADED}{sha256}"),
            source_path=choice.name,
            legend=legend,
            position=0,
            uploaded=True,
        )
        for (sha256,), choice in sorted(brought.items(), key=lambda item: (item[1].position, item[0]))
    ]


def _choice(choices: Choices, product: str, image: CatalogueImage) -> ImageChoice | None:
    return choices.get(IMAGE, ImageChoice, product, image.key.removeprefix(f"{product}|"))


def _chosen(choices: Choices, product: str, image: CatalogueImage) -> CatalogueImage:
    choice = _choice(choices, product, image)
    if choice is None:
        return image
    combinations = image.combination_keys if choice.combinations is None else choice.combinations
    legends = {language: text for language, text in choice.legend.items() if text}
    return replace(image, hidden=choice.hidden, legends=legends, combination_keys=combinations)


def _ordered(choices: Choices, product: str, images: Sequence[CatalogueImage]) -> list[CatalogueImage]:
    """Those with a place of their own stand there, the others fill the gaps in the order of their sources."""
    placed: list[tuple[int, int, CatalogueImage]] = []
    others: list[CatalogueImage] = []
    for rank, image in enumerate(images):
        choice = _choice(choices, product, image)
        if choice is None or choice.position is None:
            others.append(image)
        else:
            placed.append((choice.position, rank, image))
    for position, _rank, image in sorted(placed, key=lambda one: one[:2]):
        others.insert(position - 1, image)
    return others
