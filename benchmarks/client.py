"""HTTP/1.1 over one kept-alive connection, spending as little as can be on each answer."""

from __future__ import annotations

import re
import socket
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
HEAD_ENDS = b"\r\n\r\n"
ROOM = 65_536
TIMEOUT_SECONDS = 60.0


class WrongAnswer(Exception):
    """The server did not answer as it should: the run counts nothing."""


def http_request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    content = body.encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: bench"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + HEAD_ENDS + content


class Connection:
    """One connection with at most one request under way."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._buffer = bytearray(ROOM)
        self._view = memoryview(self._buffer)
        self._filled = 0
        self._starts = 0
        self._ends = 0

    def ask(self, request: bytes) -> None:
        self._filled = self._ends = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """Takes what has come; the body once it is whole. Raises WrongAnswer."""
        received = self.socket.recv_into(self._view[self._filled :])
        if received == 0:
            raise WrongAnswer("the server closed the connection")
        self._filled += received
        if not self._ends:
            self._read_head()
        if not self._ends or self._filled < self._ends:
            return None
        return bytes(self._view[self._starts : self._ends])

    def _read_head(self) -> None:
        end = self._buffer.find(HEAD_ENDS, 0, self._filled)
        if end < 0:
            return
        if not self._buffer.startswith(b"HTTP/1.1 200 "):
            raise WrongAnswer(bytes(self._buffer[: self._filled]).decode(errors="replace")[:500])
        length = LENGTH.search(self._buffer, 0, end + 2)
        if length is None:
            raise WrongAnswer("the answer has no content-length")
        self._starts = end + len(HEAD_ENDS)
        self._ends = self._starts + int(length[1])
        if self._ends > len(self._buffer):
            self._grow(self._ends)

    def _grow(self, size: int) -> None:
        buffer = bytearray(size)
        buffer[: self._filled] = self._view[: self._filled]
        self._buffer, self._view = buffer, memoryview(buffer)

    def fetch(self, request: bytes) -> bytes:
        """Asks and waits."""
        self.ask(request)
        while (body := self.receive()) is None:
            pass
        return body

    def close(self) -> None:
        self.socket.close()
