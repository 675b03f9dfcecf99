"""Secrets at rest: encrypted with the deployment's key, readable again only with it."""

from __future__ import annotations

import base64
import hashlib
from enum import Enum, auto

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Stand(Enum):
    """Which key a sealed secret stands on: the first one, an older one, none that is in use."""

    CURRENT = auto()
    OLDER = auto()
    UNREADABLE = auto()


class SecretBox:
    """Encrypts and decrypts small secrets (Fernet: AES-128-CBC with HMAC-SHA256).

    keys: any texts, the first one encrypts, all decrypt: prepend a new key to rotate.
    """

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys or not all(keys):
            raise ValueError("a secret key is needed")
        fernets = [Fernet(self._stretch(key)) for key in keys]
        self._first = fernets[0]
        self._fernet = MultiFernet(fernets)

    @staticmethod
    def _stretch(key: str) -> bytes:
        return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Raises ValueError, without the content, when no key fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise ValueError("no secret key in use opens this") from error

    def stand_of(self, sealed: bytes) -> Stand:
        for fernet, stand in ((self._first, Stand.CURRENT), (self._fernet, Stand.OLDER)):
            try:
                fernet.decrypt(sealed)
            except InvalidToken:
                continue
            return stand
        return Stand.UNREADABLE

    def reseal(self, sealed: bytes) -> bytes:
        """The same secret under the first key. Raises ValueError when no key fits."""
        return self.seal(self.open(sealed))
