"""`permissions`: what a deployer may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.cli.arguments import account, print_json
from automation.cli.base import Command
from automation.targets.permissions import PREFIX, deployer_policy

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  python -m automation permissions --account 123456789012 --region us-east-1
  aws iam create-policy --policy-name deploy --policy-document "$(python -m automation permissions)"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what narrows the policy."""
    parser.add_argument("--account", type=account, metavar="ID", help="default: any")
    parser.add_argument("--region", default="*", metavar="REGION", help="default: any")
    parser.add_argument(
        "--prefix",
        default=PREFIX,
        metavar="TEXT",
        help=f"what the resources' names begin with; default: {PREFIX}",
    )


def carry_out(options: argparse.Namespace) -> int:
    """Print the policy as JSON."""
    policy = deployer_policy(
        prefix=options.prefix, account=options.account or "*", region=options.region
    )
    print_json(policy)
    return 0


COMMAND = Command(
    name="permissions",
    help="print the IAM policy that deploying needs",
    description="Print a least-privilege IAM policy for the person or the CI role that deploys "
    "stacks, proves them and reaps what is left.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
