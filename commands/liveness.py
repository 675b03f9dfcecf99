"""Whether a server that was started here answers yet."""

from __future__ import annotations

import http.client


def is_live(port: int) -> bool:
    """Whether /livez answers on that port of 127.0.0.1."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
