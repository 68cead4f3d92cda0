"""Handles signals as at a terminal. A background job ignores SIGINT, and nohup ignores SIGHUP."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
