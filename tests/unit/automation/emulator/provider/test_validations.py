"""The checks of the tables against the official provider's validations, as recorded.

A validation that changes has another source text then, for which this module has no samples.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.session import Session

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.schema import Kind
from tests.unit.automation.emulator.provider.official import DOCUMENT, SUPPORTED_PROPERTIES
from tests.unit.automation.emulator.provider.record_schema import GO

Samples = tuple[list[Any], list[Any]]  # accepted and refused

ARN = "arn:aws:sns:us-east-1:123456789012:topic"
ARNS = ([ARN, "arn:aws:iam::aws:policy/ReadOnlyAccess"], ["topic", "arn:aws:sns", f"{ARN[:31]}:t"])
POLICIES = (["{}", '\n{"Version": "2012-10-17"}'], ["", "[]", '"{}"', "5", "{", '{"a":1,"a":1}'])


def named(longest: int, *others: str) -> Samples:
    """Return samples of a name's characters and length."""
    return ["a", "Z_9-", "x" * longest, *others], ["", "x" * (longest + 1), "a b", "ü", "a\n"]


# Samples by the source text of a validation.
VALIDATIONS: dict[str, Samples] = {
    "verify.ValidARN": ARNS,
    "verify.ValidIAMPolicyJSON": POLICIES,
    "validResourceName ( roleNameMaxLen )": named(64, "+=,.@-_"),
    "validResourceName ( roleNamePrefixMaxLen )": named(38, "+=,.@-_"),
    "validRolePolicyName": named(128, "+=,.@-_"),
    "validResourceName ( rolePolicyNamePrefixMaxLen )": named(102, "+=,.@-_"),
    "validRolePolicyRole": (
        ["role", "x" * 128],
        ["", "x" * 129, "arn:aws:iam::123456789012:role/r"],
    ),
    "validLogGroupName": named(512, "./#-_"),
    "validLogGroupName ( )": named(512, "./#-_"),
    "validLogGroupNamePrefix": named(483, "./#-_"),
    "validFunctionName ( )": named(
        64,
        "function:fn",
        "123456789012:function:fn",
        "arn:aws:lambda:us-east-1:123456789012:function:" + "x" * 64,
    ),
    "validation.Any ( verify.ValidARN , validEC2AutomateARN , )": (
        [ARN, "arn:aws:automate:us-east-1:ec2:stop"],
        ["topic", "arn:aws:automate:us-east-1:ec2:start"],
    ),
    "validation.StringLenBetween ( 0 , 1024 )": (["", "x" * 1024], ["x" * 1025]),
    "validation.StringLenBetween ( 1 , 255 )": (["x", "x" * 255], ["", "x" * 256]),
    "validation.StringInSlice ( missingData_Values ( ) , true )": (
        ["breaching", "notBreaching", "ignore", "missing"],
        ["", "none"],
    ),
    "validation.Any ( validation.IntInSlice ( [ ] int { 10 , 20 , 30 } ) , "
    "validation.IntDivisibleBy ( 60 ) , )": ([10, 20, 30, 60, 86_400], [1, 15, 61]),
    "validation.StringLenBetween ( 1 , 128 )": (["x", "x" * 128], ["", "x" * 129]),
    "validation.StringLenBetween ( 0 , 4096 )": (['{"body":["a"]}'], []),  # AWS wants an object
    "validation.StringLenBetween ( 0 , 512 )": (["/", "/a/"], ["/" + "x" * 511 + "/"]),
    "validation.StringInSlice ( deduplicationScope_Values ( ) , false )": (
        ["messageGroup", "queue"],
        ["", "group"],
    ),
    "validation.StringInSlice ( fifoThroughputLimit_Values ( ) , false )": (
        ["perQueue", "perMessageGroupId"],
        ["", "none"],
    ),
    "validation.StringIsJSON": (["", "{}", ' {"a": 1}'], ["{", "NaN"]),
}
# Of long source texts, the beginning.
BEGINNINGS: dict[str, Samples] = {
    "validation.All ( validation.StringLenBetween ( 0 , 1000 )": (
        ["", "x" * 1000, "é §"],
        ["x" * 1001, "a “b”", "a \u2018b\u2019"],
    ),
    "validation.All ( validation.StringLenBetween ( 1 , 255 )": (
        ["AWS/SQS", "x" * 255],
        ["", ":", "x" * 256],
    ),
    "validation.StringMatch ( regexache.MustCompile ( `^((p|(tm)": (
        ["p99", "p99.9", "p100"],
        ["", "p", "x99", "p1000"],
    ),
}
# The official functions that suppress differences, where ours needs none.
NEVER_SUPPRESSED = {
    "retentionInDays": "it counts for all classes but DELIVERY, which is not supported",
    "sourceCodeHash": "the function is for blocks, and this is a string",
}


def supported(fact: str) -> list[tuple[str, str]]:
    """Return the supported properties of which the record has a fact."""
    return [key for key, (_, official) in SUPPORTED_PROPERTIES.items() if fact in official]


def reason(token: str, path: str, value: Any) -> str | None:
    """Return what is wrong with a value; it is an element of a list or set."""
    entry, _ = SUPPORTED_PROPERTIES[token, path]
    if entry.kind is Kind.JSON and isinstance(value, str):
        try:
            json.loads(value or "{}", parse_constant=lambda name: json.loads(f"[{name}"))
        except ValueError:
            return "is not JSON"
    return entry.check([value] if entry.kind in (Kind.STRINGS, Kind.STRING_SET) else value)


@pytest.mark.parametrize(("token", "path"), supported("validation"))
def test_a_string_is_taken_and_refused_as_by_the_official_provider(token: str, path: str) -> None:
    validation = SUPPORTED_PROPERTIES[token, path][1]["validation"]
    beginning = next((each for each in BEGINNINGS if validation.startswith(each)), None)
    accepted, refused = BEGINNINGS[beginning] if beginning else VALIDATIONS[validation]
    assert {each: reason(token, path, each) for each in accepted} == dict.fromkeys(accepted)
    assert [each for each in refused if reason(token, path, each) is None] == []


def enum_of(token: str, name: str) -> list[str]:
    shape: Any = Session().get_service_model(GO[token][0]).shape_for(name)
    return list(shape.enum)


@pytest.mark.parametrize(("token", "path"), supported("enum"))
def test_every_value_of_awss_sdk_is_taken_or_refused_with_the_reason(token: str, path: str) -> None:
    values = enum_of(token, SUPPORTED_PROPERTIES[token, path][1]["enum"])
    reasons = [reason(token, path, value) for value in values]
    for text in reasons:
        known = ("not supported by the local aws provider: ", "no longer supported")
        assert text is None or any(each in text for each in known)
    assert None in reasons
    assert reason(token, path, "Unheard") is not None


def test_differences_are_suppressed_where_the_official_provider_has_a_function_for_it() -> None:
    official = {path for _, path in supported("suppress")} - NEVER_SUPPRESSED.keys()
    ours = {
        path
        for (_, path), (entry, _) in SUPPORTED_PROPERTIES.items()
        if entry.same is not None or entry.suppress.__name__ != "never"
    }
    assert ours == official - {"redriveAllowPolicy"}  # JSON is compared as such by its kind
    assert {path for _, path in supported("suppress")} >= NEVER_SUPPRESSED.keys()


def test_the_record_has_the_functions_that_validations_call() -> None:
    assert "must be the role's name not its ARN" in DOCUMENT["functions"]["iam.validRolePolicyRole"]
    assert RESOURCE_TYPES.keys() == DOCUMENT["resources"].keys()
