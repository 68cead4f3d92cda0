"""Signals as at a terminal, however the tests are started: a background job ignores SIGINT."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
