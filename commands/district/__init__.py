"""The demo district: the reference numbers as rows, its articles on real topics' counters."""

from commands.district.desk import open_desk
from commands.district.load import load_district
from commands.district.topics import RESUMES_AT

__all__ = ["RESUMES_AT", "load_district", "open_desk"]
