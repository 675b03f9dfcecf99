"""Writes the library: the only place that does, besides article_media (uses.py)."""

from domain.media.actions.deletion import delete
from domain.media.actions.edition import MediaChanges, update
from domain.media.actions.upload import NewMedia, Uploaded, upload

__all__ = ["MediaChanges", "NewMedia", "Uploaded", "delete", "update", "upload"]
