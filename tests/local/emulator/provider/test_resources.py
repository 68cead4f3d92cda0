"""Each resource type through its life cycle, against a running emulator."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN, Archive, Asset, Secret
from tests.local.emulator.provider.driver import AbortedError, Driver, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.emulator.provider.aws import Aws

QUEUE = "aws:sqs/queue:Queue"
REDRIVE_ALLOW_POLICY = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ACCOUNT = "000000000000"


def policy(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def code(text: str) -> Archive:
    """An archive as the engine sends it, with a hash of its content."""
    return Archive(hash=text, assets={"handler.py": Asset(hash=text, text=text)})


HANDLER = "def handler(event, context):\n    return {'answer': 1}\n"


class Stack:
    """Valid inputs for each resource type, and the resources that they refer to."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def role(self) -> Resource:
        return self.driver.create(ROLE, "role", assumeRolePolicy=TRUST)

    def function(self, **news: Any) -> Resource:
        return self.driver.create(FUNCTION, "function", **self.function_inputs(), **news)

    def function_inputs(self) -> dict[str, Any]:
        return {
            "code": code(HANDLER),
            "handler": "handler.handler",
            "role": self.role().state["arn"],
            "runtime": "python3.12",
        }

    def inputs(self, token: str) -> dict[str, Any]:
        match token:
            case "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":
                queue = self.driver.create(QUEUE, "queue")
                deny = {"redrivePermission": "denyAll"}
                return {"queueUrl": queue.id, "redriveAllowPolicy": json.dumps(deny)}
            case "aws:iam/role:Role":
                return {"assumeRolePolicy": TRUST}
            case "aws:iam/rolePolicy:RolePolicy":
                return {"role": self.role().id, "policy": policy("sqs:ReceiveMessage")}
            case "aws:lambda/function:Function":
                return self.function_inputs()
            case "aws:lambda/eventSourceMapping:EventSourceMapping":
                queue = self.driver.create(QUEUE, "queue")
                arn = queue.state["arn"]
                return {"eventSourceArn": arn, "functionName": self.function().id}
        return {}


@pytest.fixture
def stack(driver: Driver) -> Stack:
    return Stack(driver)


@dataclass(frozen=True)
class Created:
    """A resource that several tests read and none changes, and the inputs it was created with."""

    driver: Driver
    resource: Resource
    inputs: dict[str, Any]


@pytest.fixture(scope="module", params=RESOURCE_TYPES)
def created(request: pytest.FixtureRequest, aws: Aws) -> Iterator[Created]:
    driver = Driver(aws.clients)
    inputs = Stack(driver).inputs(request.param)
    yield Created(driver, driver.create(request.param, "thing", **inputs), inputs)
    driver.delete_all()


def test_a_resource_is_made_as_asked_and_its_outputs_are_known(created: Created) -> None:
    resource_type, state = RESOURCE_TYPES[created.resource.type], created.resource.state
    assert created.resource.id
    assert set(resource_type.outputs) <= state.keys()
    assert UNKNOWN not in state.values()
    assert "__defaults" not in state
    if resource_type.naming is not None:
        assert re.fullmatch(r"thing-[0-9a-f]{7}", state["name"])


def test_a_preview_touches_nothing_and_knows_what_can_be_known(created: Created, aws: Aws) -> None:
    resource_type = RESOURCE_TYPES[created.resource.type]
    properties = created.driver.preview(created.resource.type, "planned", **created.inputs)
    for output in resource_type.outputs:
        assert properties[output] is UNKNOWN
    if resource_type.naming is None:
        return
    name = properties["name"]
    assert re.fullmatch(r"planned-[0-9a-f]{7}", name)
    ids = {
        QUEUE: f"{aws.clients.endpoint}/{ACCOUNT}/{name}",
        ROLE_POLICY: f"{created.inputs.get('role')}:{name}",
    }
    planned = Resource(created.resource.type, "planned", ids.get(created.resource.type, name))
    assert created.driver.read(planned) is None


def test_the_same_inputs_again_are_no_change(created: Created) -> None:
    assert created.driver.diff(created.resource, **created.inputs).changed == set()


def test_a_refresh_of_what_nobody_touched_changes_nothing(created: Created) -> None:
    found = created.driver.read(created.resource)
    assert found is not None
    assert (found.inputs, found.state) == (created.resource.inputs, created.resource.state)


def test_an_import_finds_the_resource_by_its_id(created: Created) -> None:
    found = created.driver.read(Resource(created.resource.type, "thing", created.resource.id))
    assert found is not None
    name = {"name": created.resource.state["name"]} if "name" in created.resource.state else {}
    assert created.driver.diff(found, **created.inputs, **name).changed <= {"code"}


def test_a_new_region_replaces_what_is_regional(created: Created) -> None:
    elsewhere = {**created.resource.inputs, "region": "eu-west-1"}
    moved = Resource(created.resource.type, "thing", created.resource.id, elsewhere)
    regional = "region" in RESOURCE_TYPES[created.resource.type].properties
    replaces = created.driver.diff(moved, **created.inputs).replaces
    assert replaces == ({"region"} if regional else set())


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_a_deleted_resource_is_gone_and_deleting_it_again_succeeds(
    driver: Driver, stack: Stack, token: str
) -> None:
    created = driver.create(token, "thing", **stack.inputs(token))
    driver.delete(created)
    assert driver.read(created) is None
    driver.delete(created)


def test_a_queues_attributes_and_tags_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    dead = driver.create(QUEUE, "dead")
    redrive = {"deadLetterTargetArn": dead.state["arn"], "maxReceiveCount": 3}
    before: dict[str, Any] = {
        "visibilityTimeoutSeconds": 60,
        "messageRetentionSeconds": 1_209_600,
        "redrivePolicy": json.dumps(redrive),
        "sqsManagedSseEnabled": True,
        "policy": policy("sqs:SendMessage"),
        "tags": {"keep": "1", "change": "1", "drop": "1"},
    }
    queue = driver.create(QUEUE, "queue", **before)
    after = {
        **before,
        "visibilityTimeoutSeconds": 70,
        "redrivePolicy": json.dumps({**redrive, "maxReceiveCount": 5}),
        "tags": {"keep": "1", "change": "2", "add": "1"},
    }
    assert driver.diff(queue, **after).replaces == set()
    driver.update(queue, **after)
    response = aws.sqs.get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"])
    attributes = response["Attributes"]
    assert attributes["VisibilityTimeout"] == "70"
    assert attributes["MessageRetentionPeriod"] == "1209600"
    assert attributes["SqsManagedSseEnabled"] == "true"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 5
    assert aws.sqs.list_queue_tags(QueueUrl=queue.id)["Tags"] == after["tags"]
    assert queue.state["tagsAll"] == after["tags"]
    assert queue.state["visibilityTimeoutSeconds"] == 70


def test_a_preview_of_an_update_touches_nothing_and_knows_what_can_be_known(
    driver: Driver,
) -> None:
    queue = driver.create(QUEUE, "queue", kmsMasterKeyId="alias/key", tags={"a": "1"})
    known = driver.preview_update(queue, delaySeconds=5, tags={"a": "2"})
    assert (known["url"], known["delaySeconds"]) == (queue.id, 5)
    assert (known["tags"], known["tagsAll"]) == ({"a": "2"}, UNKNOWN)
    assert "kmsMasterKeyId" not in known
    found = driver.read(queue)
    assert found is not None
    assert found.state == queue.state


def test_a_fifo_queue_has_its_own_options(driver: Driver) -> None:
    options: dict[str, Any] = {
        "deduplicationScope": "messageGroup",
        "fifoThroughputLimit": "perMessageGroupId",
    }
    queue = driver.create(QUEUE, "queue", fifoQueue=True, contentBasedDeduplication=True, **options)
    assert queue.id.endswith(".fifo")
    assert queue.state.items() >= {"fifoQueue": True, "contentBasedDeduplication": True}.items()
    assert queue.state.items() >= options.items()
    assert driver.diff(queue, fifoQueue=False).replaces == {"fifoQueue", "name"}


@pytest.mark.parametrize("token", [QUEUE, ROLE, ROLE_POLICY, LOG_GROUP])
def test_a_prefix_begins_the_name_of_what_is_made(driver: Driver, stack: Stack, token: str) -> None:
    inputs = stack.inputs(token)
    created = driver.create(token, "thing", namePrefix="pre-", **inputs)
    assert re.fullmatch(r"pre-[0-9a-f]{26}", created.state["name"])
    assert driver.diff(created, namePrefix="pre-", **inputs).changed == set()
    found = driver.read(created)
    assert found is not None
    assert driver.diff(found, namePrefix="pre-", **inputs).changed == set()


def test_a_given_name_is_freed_before_it_is_taken_again(driver: Driver) -> None:
    queue = driver.create(QUEUE, "queue", name="given")
    again = driver.diff(queue, name="given.fifo", fifoQueue=True)
    assert again.replaces == {"name", "fifoQueue"}
    assert again.delete_before_replace
    created = driver.create(QUEUE, "queue")
    assert not driver.diff(created, namePrefix="other-").delete_before_replace


def test_a_redrive_allow_policy_is_an_attribute_of_its_queue(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.inputs(REDRIVE_ALLOW_POLICY)
    allow = driver.create(REDRIVE_ALLOW_POLICY, "allow", **inputs)
    inputs["redriveAllowPolicy"] = json.dumps({"redrivePermission": "allowAll"})
    driver.update(allow, **inputs)
    response = aws.sqs.get_queue_attributes(QueueUrl=allow.id, AttributeNames=["All"])
    document = json.loads(response["Attributes"]["RedriveAllowPolicy"])
    assert document == {"redrivePermission": "allowAll"}
    other = driver.create(QUEUE, "other")
    assert driver.diff(allow, **{**inputs, "queueUrl": other.id}).replaces == {"queueUrl"}


def test_a_roles_parts_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    managed = [f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "PowerUserAccess")]
    role = driver.create(
        ROLE,
        "role",
        assumeRolePolicy=TRUST,
        description="before",
        path="/team/",
        permissionsBoundary=managed[0],
        managedPolicyArns=managed[:1],
        tags={"a": "1", "b": "1"},
    )
    other_trust = json.loads(json.dumps(TRUST).replace("lambda.", "ecs."))
    after: dict[str, Any] = {
        "assumeRolePolicy": other_trust,
        "maxSessionDuration": 7200,
        "path": "/team/",
        "managedPolicyArns": managed[1:],
        "tags": {"a": "2"},
    }
    assert driver.diff(role, **after).replaces == set()
    driver.update(role, **after)
    found: Any = aws.iam.get_role(RoleName=role.id)["Role"]
    assert found["AssumeRolePolicyDocument"] == other_trust
    assert (found["Description"], found["MaxSessionDuration"]) == ("", 7200)
    assert found["Path"] == "/team/"
    assert not found.get("PermissionsBoundary")
    assert found["Tags"] == [{"Key": "a", "Value": "2"}]
    assert role.state["managedPolicyArns"] == managed[1:]
    assert driver.diff(role, **{**after, "path": "/"}).replaces == {"path"}


def test_a_role_with_policies_of_others_is_deleted_only_if_they_may_be_detached(
    driver: Driver, aws: Aws
) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    role = driver.create(ROLE, "role", assumeRolePolicy=TRUST)
    aws.iam.attach_role_policy(RoleName=role.id, PolicyArn=arn)
    with pytest.raises(AbortedError, match=r"deleting IAM role .*: DeleteConflict"):
        driver.delete(role)
    driver.update(role, assumeRolePolicy=TRUST, forceDetachPolicies=True)
    document = json.dumps(policy("sqs:*"))
    aws.iam.put_role_policy(RoleName=role.id, PolicyName="p", PolicyDocument=document)
    driver.delete(role)
    assert driver.read(role) is None


def test_a_role_policys_document_is_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.inputs(ROLE_POLICY)
    created = driver.create(ROLE_POLICY, "policy", **inputs)
    assert created.id == f"{inputs['role']}:{created.state['name']}"
    inputs["policy"] = policy("sqs:DeleteMessage")
    assert driver.diff(created, **inputs).changed == {"policy"}
    driver.update(created, **inputs)
    response = aws.iam.get_role_policy(RoleName=inputs["role"], PolicyName=created.state["name"])
    assert response["PolicyDocument"] == inputs["policy"]
    assert driver.diff(created, **{**inputs, "role": "other"}).replaces == {"role"}


def test_a_functions_code_runs_and_is_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.function_inputs()
    function = driver.create(FUNCTION, "function", **inputs)
    response = aws.lambda_.invoke(FunctionName=function.id)
    assert json.load(response["Payload"]) == {"answer": 1}
    before = function.state["codeSha256"]
    inputs["code"] = code(HANDLER.replace("1", "2"))
    assert driver.diff(function, **inputs).changed == {"code"}
    driver.update(function, **inputs)
    response = aws.lambda_.invoke(FunctionName=function.id)
    assert json.load(response["Payload"]) == {"answer": 2}
    assert function.state["codeSha256"] != before


def test_a_functions_configuration_is_set_and_changed(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    queue = driver.create(QUEUE, "failed")
    base = stack.function_inputs()
    before = {
        **base,
        "description": "before",
        "memorySize": 256,
        "environment": {"variables": {"A": "1"}},
        "deadLetterConfig": {"targetArn": queue.state["arn"]},
        "loggingConfig": {"logFormat": "Text", "logGroup": "/own/group"},
        "tracingConfig": {"mode": "Active"},
        "ephemeralStorage": {"size": 1024},
        "reservedConcurrentExecutions": 3,
        "tags": {"a": "1", "b": "1"},
    }
    function = driver.create(FUNCTION, "function", **before)
    response: Any = aws.lambda_.get_function(FunctionName=function.id)
    assert response["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    assert response["Configuration"]["LoggingConfig"]["LogGroup"] == "/own/group"
    assert response["Configuration"]["TracingConfig"] == {"Mode": "Active"}
    assert response["Configuration"]["EphemeralStorage"] == {"Size": 1024}
    after = {**base, "timeout": 10, "architectures": ["arm64"], "tags": {"a": "2"}}
    assert driver.diff(function, **after).replaces == set()
    driver.update(function, **after)
    response = aws.lambda_.get_function(FunctionName=function.id)
    configuration = response["Configuration"]
    assert (configuration["Timeout"], configuration["MemorySize"]) == (10, 128)
    assert configuration["Description"] == ""
    assert configuration["Environment"] == {"Variables": {}}
    assert configuration["Architectures"] == ["arm64"]
    assert not configuration.get("DeadLetterConfig", {}).get("TargetArn")
    assert "Concurrency" not in response
    assert response["Tags"] == {"a": "2"}
    assert configuration["LoggingConfig"]["LogGroup"] == "/own/group", (
        "AWS keeps what it may choose"
    )


def test_a_published_function_has_a_version(driver: Driver, stack: Stack) -> None:
    inputs = {**stack.function_inputs(), "publish": True}
    function = driver.create(FUNCTION, "function", **inputs)
    assert function.state["version"] == "1"
    assert function.state["qualifiedArn"] == f"{function.state['arn']}:1"
    driver.update(function, **inputs, timeout=5)
    assert function.state["version"] == "2"


def test_what_is_to_be_kept_is_kept(driver: Driver, stack: Stack, aws: Aws) -> None:
    function = stack.function(skipDestroy=True)
    group = driver.create(LOG_GROUP, "group", skipDestroy=True)
    driver.delete(function)
    driver.delete(group)
    assert driver.read(function) is not None
    assert driver.read(group) is not None
    aws.lambda_.delete_function(FunctionName=function.id)
    aws.logs.delete_log_group(logGroupName=group.id)


def test_a_mapping_is_enabled_when_made_and_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    base = stack.inputs(MAPPING)
    before = {
        **base,
        "batchSize": 5,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": {"filters": [{"pattern": '{"body": {"a": [1]}}'}]},
        "scalingConfig": {"maximumConcurrency": 2},
        "tags": {"a": "1"},
    }
    mapping = driver.create(MAPPING, "mapping", **before)
    assert mapping.state["state"] == "Enabled"
    found = driver.read(mapping)
    assert found is not None
    assert driver.diff(found, **before).changed == set()
    after = {**base, "batchSize": 100, "maximumBatchingWindowInSeconds": 1, "enabled": False}
    driver.update(mapping, **after, tags={"b": "2"})
    response: Any = aws.lambda_.get_event_source_mapping(UUID=mapping.id)
    assert (response["State"], response["BatchSize"]) == ("Disabled", 100)
    assert response["MaximumBatchingWindowInSeconds"] == 1
    assert response["FunctionResponseTypes"] == []
    assert not response["FilterCriteria"]["Filters"]
    assert not response["ScalingConfig"]
    assert mapping.state["tags"] == {"b": "2"}


def test_a_function_slower_than_its_queue_is_patient_is_refused_as_by_aws(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    queue = driver.create(QUEUE, "queue", visibilityTimeoutSeconds=5)
    function = stack.function(timeout=6)
    inputs = {"eventSourceArn": queue.state["arn"], "functionName": function.id}
    with pytest.raises(AbortedError, match="visibility timeout: 5 seconds is less than Function"):
        driver.create(MAPPING, "mapping", **inputs)
    listed = aws.lambda_.list_event_source_mappings(FunctionName=function.id)
    assert listed["EventSourceMappings"] == []


def test_a_log_groups_retention_and_tags_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    def log_group(name: str) -> Any:
        return aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]

    group = driver.create(LOG_GROUP, "group", name="/aws/x", retentionInDays=7, tags={"a": "1"})
    driver.create(LOG_GROUP, "other", name="/aws/x-and-more")
    assert log_group(group.id)["retentionInDays"] == 7
    driver.update(group, name="/aws/x", retentionInDays=14, tags={"b": "2"})
    assert log_group(group.id)["retentionInDays"] == 14
    assert group.state["tags"] == {"b": "2"}
    driver.update(group, name="/aws/x")
    assert "retentionInDays" not in log_group(group.id)
    classed = driver.diff(group, name="/aws/x", logGroupClass="INFREQUENT_ACCESS")
    assert classed.replaces == {"logGroupClass"}


def by_hand_queue(aws: Aws, queue: Resource) -> None:
    aws.sqs.set_queue_attributes(QueueUrl=queue.id, Attributes={"VisibilityTimeout": "1"})
    aws.sqs.tag_queue(QueueUrl=queue.id, Tags={"by": "hand"})


def by_hand_group(aws: Aws, group: Resource) -> None:
    aws.logs.put_retention_policy(logGroupName=group.id, retentionInDays=1)


def by_hand_function(aws: Aws, function: Resource) -> None:
    aws.lambda_.update_function_configuration(FunctionName=function.id, MemorySize=512)


BY_HAND: dict[str, tuple[Callable[[Aws, Resource], None], set[str]]] = {
    QUEUE: (by_hand_queue, {"visibilityTimeoutSeconds", "tags"}),
    LOG_GROUP: (by_hand_group, {"retentionInDays"}),
    FUNCTION: (by_hand_function, {"memorySize"}),
}


@pytest.mark.parametrize("token", BY_HAND)
def test_what_was_changed_by_hand_is_found_and_put_right(
    driver: Driver, stack: Stack, aws: Aws, token: str
) -> None:
    change, drifted = BY_HAND[token]
    inputs = stack.inputs(token)
    created = driver.create(token, "thing", **inputs)
    change(aws, created)
    found = driver.read(created)
    assert found is not None
    assert driver.diff(found, **inputs).changed == drifted
    driver.update(found, **inputs)
    assert {name: found.state.get(name) for name in drifted} == {
        name: created.state.get(name) for name in drifted
    }


def test_secrets_stay_secret_in_inputs_and_in_whatever_repeats_them(
    driver: Driver, stack: Stack
) -> None:
    queue = driver.create(QUEUE, "queue", tags={"open": "1", "hidden": Secret("2")})
    for state in (queue.inputs["tags"], queue.state["tags"], queue.state["tagsAll"]):
        assert state == {"open": "1", "hidden": Secret("2")}
    variables = {"OPEN": "1", "HIDDEN": Secret("2")}
    function = stack.function(environment={"variables": variables})
    assert function.state["environment"] == {"variables": variables}
    found = driver.read(function)
    assert found is not None
    assert found.state["environment"] == {"variables": variables}


def test_a_resource_that_was_made_but_never_became_ready_is_recorded(
    driver: Driver, stack: Stack
) -> None:
    inputs = stack.function_inputs()
    message = r"was created, but its set-up failed: waited .* to have the State"
    with pytest.raises(AbortedError, match=message):
        driver.create(FUNCTION, "slow", within=0.01, **inputs)
    recorded = driver.init_failure()
    assert recorded.id.startswith("slow-")
    assert recorded.properties.fields["timeout"].number_value == 3
    half = Resource(FUNCTION, "slow", recorded.id)
    assert driver.read(half) is not None
    driver.delete(half)
    assert driver.read(half) is None


def test_an_error_names_the_call_the_resource_and_awss_reason(driver: Driver) -> None:
    message = r"creating IAM role policy 'p': NoSuchEntity: .* \(in PutRolePolicy\)"
    with pytest.raises(AbortedError, match=message):
        driver.create(ROLE_POLICY, "p", role="missing", policy=policy("sqs:*"))


def test_a_type_or_function_that_is_not_served_is_an_error_that_names_it(driver: Driver) -> None:
    unsupported = "does not support the resource type aws:s3/bucket:Bucket"
    with pytest.raises(AbortedError, match=unsupported):
        driver.create("aws:s3/bucket:Bucket", "bucket")
    with pytest.raises(AbortedError, match="does not support the function aws:ec2/getVpc:getVpc"):
        driver.invoke("aws:ec2/getVpc:getVpc")


def test_the_invokes_tell_who_asks_and_where(driver: Driver) -> None:
    caller = driver.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["accountId"] == ACCOUNT
    assert caller["arn"].startswith(f"arn:aws:iam::{ACCOUNT}:")
    assert driver.invoke("aws:index/getRegion:getRegion")["region"] == "us-east-1"
    assert driver.invoke("aws:index/getPartition:getPartition")["partition"] == "aws"
    with pytest.raises(AbortedError, match="serves one region"):
        driver.invoke("aws:index/getRegion:getRegion", region="eu-west-1")
