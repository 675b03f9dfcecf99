"""The record of an article's reviews, to read and to print."""

from api.records.pages import Filed, index_page, record_page
from api.records.pdf import record_pdf
from api.records.sheet import Sheet, sheet_of

__all__ = ["Filed", "Sheet", "index_page", "record_page", "record_pdf", "sheet_of"]
