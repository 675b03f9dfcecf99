"""Pictures in a DOCX document: each stands in the HTML under an address that leads nowhere."""

from __future__ import annotations

from html import escape
from typing import Any

from domain.articles.imports.found import PictureFile

ADDRESS = "https://document.invalid/{number}"
DRAWINGS = ".//w:drawing"
EMBEDDED = ".//a:blip/@r:embed"
DESCRIBED = ".//wp:docPr"


class Pictures:
    """files: those that were come upon so far, by address."""

    def __init__(self) -> None:
        self.files: dict[str, PictureFile] = {}

    def html(self, run: Any) -> str:
        """Of the pictures in a run of text, with what the document says they show."""
        return "".join(self._image(run, drawing) for drawing in run.element.xpath(DRAWINGS))

    def _image(self, run: Any, drawing: Any) -> str:
        """Empty for a drawing that is no picture, or one the document only links to."""
        found = [run.part.related_parts.get(id_) for id_ in drawing.xpath(EMBEDDED)]
        parts = [part for part in found if part is not None]
        if not parts:
            return ""
        address = ADDRESS.format(number=len(self.files) + 1)
        self.files[address] = PictureFile(parts[0].partname.filename, parts[0].blob)
        return f'<img src="{address}" alt="{escape(_alt(drawing))}">'


def _alt(drawing: Any) -> str:
    properties = drawing.xpath(DESCRIBED)
    said = [properties[0].get(name, "") for name in ("descr", "title")] if properties else []
    return next((text for text in said if text.strip()), "")


def pictures_in(document: Any) -> int:
    """How many its body has, wherever they stand."""
    return len(document.element.body.xpath(EMBEDDED))
