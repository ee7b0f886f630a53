"""Photos: what a person says of one, and those that a person brought."""

from __future__ import annotations

from pydantic import Field

from mapping.choices.base import ChoiceKind, ChoiceValue


class ImageChoice(ChoiceValue):
    hidden: bool = False
    position: int | None = Field(default=None, ge=1)
    """Its place among the product's photos; the first one is the cover."""
    legend: dict[str, str] = {}
    """Language -> text."""
    combinations: tuple[str, ...] | None = None
    """Keys of the combinations that it shows; None: as the rules say."""


class UploadChoice(ChoiceValue):
    name: str
    """The file's name when it was brought."""
    size: int = Field(ge=1)
    position: int = Field(default=1, ge=1)
    """In the order in which they were brought."""


IMAGE = ChoiceKind("image", ImageChoice, ("product", "image"), per_article=True)
"""``image``: the photo's path in Sage as `mapping.photos.same_path` spells it, or "sha256:<content>"."""
UPLOAD = ChoiceKind("upload", UploadChoice, ("product", "sha256"), per_article=True)
