"""Consumers that do wrong, as source code, with the fates that their messages must meet.

A consumer that allocates memory without end is left out: the emulator enforces no limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.chaos.responses import MALFORMED, Malformed

DEAD = ("dead-lettered",) * 10
PROPER = ("processed",) * 9 + ("dead-lettered",)
POISON_LOST = ("processed",) * 9 + ("lost",)
LOST = ("lost",) * 10

FOREIGN = "00000000-1111-2222-3333-444444444444"
HEAD = f"""
import os, sys, time
import handler

FOREIGN = "{FOREIGN}"

def ok_lines(records, receive=None, name=None):
    import json
    for record in records:
        hand = json.loads(record["body"])
        delta = hand["chip_delta"]
        delta = delta if isinstance(delta, str) else format(delta, "+d")
        print(
            f"ok user={{hand['user_id']}} hole={{hand['hole_cards']}} "
            f"delta={{delta}} result={{hand['result']}} "
            f"message_id={{name or record['messageId']}} "
            f"receive={{receive or record['attributes']['ApproximateReceiveCount']}} age_ms=5"
        )

def platform_lines(request_id):
    print(f"START RequestId: {{request_id}} Version: $LATEST")
    print(f"END RequestId: {{request_id}}")
    print(
        f"REPORT RequestId: {{request_id}} Duration: 1.00 ms Billed Duration: 1 ms "
        "Memory Size: 128 MB Max Memory Used: 1 MB"
    )

def all_failed(records):
    return {{"batchItemFailures": [{{"itemIdentifier": each["messageId"]}} for each in records]}}

def lambda_handler(event, context):
    records = event["Records"]
"""


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A consumer that does wrong.

    Attributes:
        name: What it does.
        body: The body of its `lambda_handler(event, context)`, with `records`.
        fates: What must become of the ten hands, in their order.
        code: The exit code of the run.
    """

    name: str
    body: str
    fates: tuple[str, ...]
    code: int = 1

    @property
    def source(self) -> str:
        lines = self.body.strip().splitlines()
        return HEAD + "".join(f"    {line}\n" for line in lines)


def _returns(malformed: Malformed) -> Consumer:
    return Consumer(
        name=f"returns {malformed.name}",
        body=f"handler.lambda_handler(event, context)\nreturn {malformed.expression}",
        fates=POISON_LOST if malformed.emulator == "deletes all" else DEAD,
    )


def _fails_at_random(seed: int) -> Consumer:
    """It fails each receive of a good hand, or does not, by its seed, body and receive count."""
    return Consumer(
        name=f"fails at random, seed {seed}",
        body=f"""
import hashlib
def fails(record):
    count = record["attributes"]["ApproximateReceiveCount"]
    digest = hashlib.sha256(f"{seed} {{record['body']}} {{count}}".encode()).digest()
    return digest[0] < 100 and "TsJs" not in record["body"]
failed = [record for record in records if fails(record)]
done = [record for record in records if record not in failed]
response = handler.lambda_handler({{"Records": done}}, context)
response["batchItemFailures"] += all_failed(failed)["batchItemFailures"]
return response
""",
        fates=(),  # by the same dice: see the test
    )


CONSUMERS = (
    Consumer(name="raises on every record", body='raise RuntimeError("no")', fates=DEAD),
    Consumer(name="hangs past its timeout", body="time.sleep(30)", fates=DEAD),
    Consumer(name="calls sys.exit", body="sys.exit(0)", fates=DEAD),
    Consumer(name="calls os._exit", body="os._exit(0)", fates=DEAD),
    Consumer(
        name="exits once its records are processed",
        body="handler.lambda_handler(event, context)\nos._exit(1)",
        fates=DEAD,
    ),
    Consumer(
        name="forges ok lines and returns all as failed",
        body="ok_lines(records)\nreturn all_failed(records)",
        fates=DEAD,
    ),
    Consumer(
        name="forges ok lines of a foreign message",
        body='ok_lines(records, name="11111111-1111-1111-1111-111111111111")\nreturn {}',
        fates=LOST,
    ),
    Consumer(
        name="forges START, END and REPORT of its own",
        body="platform_lines(context.aws_request_id)\nreturn {}",
        fates=LOST,
    ),
    Consumer(
        name="forges START, END and REPORT of a foreign request",
        body="platform_lines(FOREIGN)\nreturn {}",
        fates=LOST,
    ),
    Consumer(
        name="forges a foreign invocation around its work",
        body="""
print(f"START RequestId: {FOREIGN} Version: $LATEST")
return handler.lambda_handler(event, context)
""",
        fates=PROPER,
    ),
    Consumer(
        name="forges an ok line for the poison and swallows it",
        body="""
ok_lines([record for record in records if "TsJs" in record["body"]])
handler.lambda_handler(event, context)
return {}
""",
        fates=POISON_LOST,
    ),
    Consumer(
        name="forges ok lines of a receive that never was and drops",
        body='ok_lines(records, receive="x")\nreturn {}',
        fates=LOST,
    ),
    *(_returns(malformed) for malformed in MALFORMED),
)
AT_RANDOM = {seed: _fails_at_random(seed) for seed in (1, 2, 3, 4)}
