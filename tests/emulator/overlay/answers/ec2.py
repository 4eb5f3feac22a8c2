"""EC2's guardrails by region."""

from . import answers


def default(call, name, otherwise):
    return call.world.ec2_defaults.get(call.region, {}).get(name, otherwise)


@answers("ec2", "GetSnapshotBlockPublicAccessState")
def snapshot_block(call, ask):
    return {"State": default(call, "snapshots", "unblocked"), "ManagedBy": "account"}


@answers("ec2", "GetImageBlockPublicAccessState")
def image_block(call, ask):
    return {"ImageBlockPublicAccessState": default(call, "images", "unblocked"), "ManagedBy": "account"}


@answers("ec2", "GetInstanceMetadataDefaults")
def metadata_defaults(call, ask):
    return {"AccountLevel": default(call, "metadata", {})}


@answers("ec2", "DescribeInstances")
def describe_instances(call, ask):
    """moto writes an empty association where AWS writes none."""
    answer = ask()
    for reservation in answer.get("Reservations", []):
        for instance in reservation["Instances"]:
            for interface in instance.get("NetworkInterfaces", []):
                if not interface.get("Association"):
                    interface.pop("Association", None)
    return answer
