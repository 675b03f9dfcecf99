"""An article's body: a list of blocks, and its ways in and out. Pure."""

from domain.articles.blocks.checks import check_blocks
from domain.articles.blocks.html_in import from_html
from domain.articles.blocks.html_out import to_html
from domain.articles.blocks.ids import identified
from domain.articles.blocks.markdown_in import from_markdown
from domain.articles.blocks.markdown_out import to_markdown
from domain.articles.blocks.plain import to_plain
from domain.articles.blocks.shapes import Block, loaded, stored

__all__ = [
    "Block",
    "check_blocks",
    "from_html",
    "from_markdown",
    "identified",
    "loaded",
    "stored",
    "to_html",
    "to_markdown",
    "to_plain",
]
