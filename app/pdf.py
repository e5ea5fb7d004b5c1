"""How a page in HTML becomes a PDF: by fpdf2, with a font of many alphabets, within limits."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from time import monotonic
from typing import Any

import fpdf
from fpdf.errors import FPDFException
from PIL import Image

from app.errors import StepFailed

FAMILY = "roboto"
STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
SIZES = {
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "Letter": (215.9, 279.4),
    "Legal": (215.9, 355.6),
}
"""Width and height in millimetres."""
MAXIMUM_PAGES = 300
MAXIMUM_SECONDS = 10.0
MAXIMUM_PIXELS = 16_000_000
NOT_MADE = "The PDF could not be made."
UNEXPECTED = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError),
    *(OSError, RecursionError, TypeError, ValueError),
)
"""What the library makes of HTML that it does not expect."""

# It warns of every character that the font does not have.
logging.getLogger("fpdf").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Paper:
    """The pages, and when the PDF says that it was made."""

    size: str
    landscape: bool
    made: datetime


def written(page: str, images: Mapping[str, bytes], paper: Paper, started: float) -> bytes:
    """The PDF of a page with these images; `started` by the monotonic clock. Takes a while: run it in a thread."""
    for content in images.values():
        _check_pixels(content)
    document = _Document(paper, images, started + MAXIMUM_SECONDS)
    try:
        document.add_page()
        document.set_font(FAMILY, size=11)
        document.write_html(page, font_family=FAMILY, warn_on_tags_not_matching=False)
        return bytes(document.output())
    except StepFailed:
        raise
    except (FPDFException, *UNEXPECTED) as error:
        raise StepFailed(NOT_MADE, f"{type(error).__name__}: {error}") from error
    finally:
        document.close_fonts()


def _check_pixels(content: bytes) -> None:
    try:
        with Image.open(BytesIO(content)) as image:
            width, height = image.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise StepFailed("An image of the PDF cannot be read.", str(error)) from None
    if width * height > MAXIMUM_PIXELS:
        raise StepFailed(f"An image of a PDF has at most {MAXIMUM_PIXELS:,} pixels.")


class _Page(fpdf.HTML2FPDF):
    """Reads the page; an image is what was loaded for its address, and nothing else."""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.pdf.check()  # type: ignore[attr-defined]
        if tag == "img":
            loaded = self.pdf.images_loaded  # type: ignore[attr-defined]
            attrs = [(key, loaded.get(value or "") if key == "src" else value) for key, value in attrs]
        super().handle_starttag(tag, attrs)


class _Document(fpdf.FPDF):
    """A document in one font, of so many pages and made in so much time."""

    HTML2FPDF_CLASS = _Page

    def __init__(self, paper: Paper, images: Mapping[str, bytes], deadline: float) -> None:
        super().__init__("landscape" if paper.landscape else "portrait", "mm", SIZES[paper.size])
        self.images_loaded = images
        self._deadline = deadline
        self.set_creation_date(paper.made)
        self.set_producer("ActionQL")
        folder = files("font_roboto") / "files"
        for style, name in STYLES.items():
            self.add_font(FAMILY, style, str(folder / f"Roboto-{name}.ttf"))

    def close_fonts(self) -> None:
        """Closes the files of the fonts."""
        for font in self.fonts.values():
            font.ttfont.close()  # type: ignore[union-attr]

    def check(self) -> None:
        """Raises StepFailed when the document takes too long or too much."""
        if monotonic() > self._deadline:
            raise StepFailed(NOT_MADE, f"it took more than {MAXIMUM_SECONDS:.0f} s")
        if self.page > MAXIMUM_PAGES:
            raise StepFailed(f"A PDF has at most {MAXIMUM_PAGES} pages.")

    def add_page(self, *arguments: Any, **options: Any) -> None:
        """A new page, unless there are too many."""
        self.check()
        super().add_page(*arguments, **options)

    def set_font(self, family: str | None = None, style: Any = "", size: float = 0) -> None:
        """Any family is the one that this document has; the built-in ones know no Greek."""
        super().set_font(FAMILY, style, size)
