"""The Lambda runtimes that AWS accepts for a new function."""

from __future__ import annotations

# AWS blocks creating functions with these. Source: Lambda's developer guide, "Lambda runtimes",
# column "Block function create", dates up to 2026-11-23.
BLOCKED = frozenset(
    {
        *("dotnet6", "dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1"),
        *("go1.x", "java8", "nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10"),
        *("nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x", "nodejs20.x"),
        *("provided", "provided.al2"),
        *("python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
        *("ruby2.5", "ruby2.7", "ruby3.2"),
    }
)
SUPPORTED = frozenset(
    {
        *("dotnet8", "dotnet10"),
        *("java8.al2", "java8.al2023", "java11", "java11.al2023", "java17", "java17.al2023"),
        *("java21", "java25", "nodejs22.x", "nodejs24.x", "nodejs26.x", "provided.al2023"),
        *("python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15"),
        *("ruby3.3", "ruby3.4", "ruby4.0"),
    }
)


def check_runtime(runtime: str) -> str | None:
    """Check that Lambda accepts a runtime, with Lambda's own messages."""
    if runtime in SUPPORTED:
        return None
    if runtime in BLOCKED:
        return (
            f"is refused: InvalidParameterValueException: The runtime parameter of {runtime} is no "
            "longer supported for creating or updating AWS Lambda functions. We recommend you use "
            "a supported runtime while creating or updating functions."
        )
    return (
        f"is refused: InvalidParameterValueException: Value {runtime} at 'runtime' failed to "
        f"satisfy constraint: Member must satisfy enum value set: {sorted(SUPPORTED)}"
    )
