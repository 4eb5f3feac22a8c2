"""A bare account: nothing was ever set up."""

ACCOUNT = "123456789012"
SEED = 1


def build(world):
    """Nothing but root."""
    world.root = {"mfa": None, "keys": 0, "created": world.ago(5), "last_used": None}
    world.settings = {"period": [world.ago(60).date().isoformat(), world.ago(1).date().isoformat()]}
    for check in ("iam.root-mfa-enabled", "org.member-of-organization", "cloudtrail.multi-region-trail",
                  "cloudtrail.management-events-all", "cloudwatch.alarm-root-usage"):
        world.expect(check, "fail", world.account)
