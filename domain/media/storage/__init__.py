"""Where files stand: on a disk, or in a store that speaks S3."""

from domain.media.storage.places import Place, S3Place, open_storage
from domain.media.storage.protocol import Missing, Storage, Stored

__all__ = ["Missing", "Place", "S3Place", "Storage", "Stored", "open_storage"]
