"""One stack: what its program exports, and the record of its run."""

from __future__ import annotations

from automation.stack.records import RunRecord

EXPORTED = {
    "queue_url": "http://127.0.0.1:1/000000000000/q-0123abc",
    "queue_arn": "arn:aws:sqs:eu-north-1:000000000000:q-0123abc",
    "dead_letter_queue_url": "http://127.0.0.1:1/000000000000/d",
    "dead_letter_queue_arn": "arn:aws:sqs:eu-north-1:000000000000:d",
    "function_name": "f",
    "function_arn": "arn:aws:lambda:eu-north-1:000000000000:function:f",
    "role_arn": "arn:aws:iam::000000000000:role/r",
    "log_group_name": "/aws/lambda/f",
    "mapping_uuid": "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11",
}
RECORD = RunRecord(
    stack="run-1",
    target="local",
    endpoint="http://127.0.0.1:4566",
    account="000000000000",
    region="eu-west-1",
    started_at="2026-04-15T10:00:00Z",
    expires_at="2026-04-15T12:00:00Z",
)
