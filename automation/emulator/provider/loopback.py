"""Which URLs are on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def on_loopback(url: str) -> bool:
    """Whether a URL is http(s) on localhost, 127.0.0.0/8 or ::1, its port, if any, a number."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # of a host or a port that is none
        return False
    return loopback and parts.scheme in {"http", "https"}
