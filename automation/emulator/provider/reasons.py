"""Why a call failed, in words for the person who deploys."""

from __future__ import annotations

import logging

from automation.emulator.provider.errors import ProviderError


def error_code(error: Exception) -> str:
    """The AWS error code of a client's error; empty for any other exception."""
    response = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def reason_of(error: Exception) -> str:
    """What AWS, or this provider, says; any other exception is a defect, and is logged as one."""
    from botocore.exceptions import BotoCoreError, ClientError  # 0.2 s, and loaded by now

    match error:
        case ClientError():
            told = error.response["Error"]
            return f"{told.get('Code')}: {told.get('Message')} (in {error.operation_name})"
        case ProviderError():
            return str(error)
        case BotoCoreError():  # above all, that the emulator does not answer
            return f"{type(error).__name__}: {error}"
    logging.getLogger(__name__).error("a defect of the local aws provider", exc_info=error)
    return f"{type(error).__name__}: {error}"
