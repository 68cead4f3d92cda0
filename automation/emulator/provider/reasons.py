"""The reason why a call failed, for the user."""

from __future__ import annotations

import logging

from automation.emulator.provider.errors import ProviderError


def error_code(error: Exception) -> str:
    """Return the AWS error code of a botocore client error; empty for any other exception."""
    response = getattr(error, "response", None) or {}  # a connection error has None
    return str(response.get("Error", {}).get("Code", ""))


def reason_of(error: Exception) -> str:
    """Return the message of AWS or of this provider; log any other exception as a bug."""
    # Loaded by now, but slow to import at the top (docs/architecture.md, Start-up time).
    from botocore.exceptions import BotoCoreError, ClientError

    match error:
        case ClientError():
            details = error.response["Error"]
            return f"{details.get('Code')}: {details.get('Message')} (in {error.operation_name})"
        case ProviderError():
            return f"{error}; {error.hint}" if error.hint else str(error)
        case BotoCoreError():  # usually, the emulator does not respond
            return f"{type(error).__name__}: {error}"
    logging.getLogger(__name__).error("a bug in the local aws provider", exc_info=error)
    return f"{type(error).__name__}: {error}"
