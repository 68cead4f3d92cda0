"""Which URLs are on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def on_loopback(url: str) -> bool:
    """Whether a URL is valid, http or https, and on localhost, 127.0.0.0/8 or ::1."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:  # invalid host or port
        return False
    return loopback and parts.scheme in {"http", "https"}
