"""Ports to listen on."""

from __future__ import annotations

import socket

from commands.failures import CommandFailed


def must_be_free(host: str, port: int, remedy: str) -> None:
    """Raises CommandFailed when nothing can listen there."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise CommandFailed(
            f"cannot listen on {host} port {port} ({error.strerror}): "
            f"end the program that uses it, or choose another with {remedy}"
        ) from error
