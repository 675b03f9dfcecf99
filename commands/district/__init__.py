"""The demo district: the reference numbers as rows, its articles on real topics' counters."""

from commands.district.load import load_district

__all__ = ["load_district"]
