"""After all others: in a good region every data store that anybody made carries its tags and is backed up."""

import uuid

from . import data

KINDS = {"rds": "RDS", "ec2": "EC2", "dynamodb": "DynamoDB", "elasticfilesystem": "EFS", "s3": "S3"}


def seed(world):
    protect(world, data.GOOD)
    world.expect("tags.data-classification", "pass", data.GOOD)
    world.expect("tags.data-classification", "fail", data.HOME)
    world.expect("backup.resources-protected", "pass", data.GOOD)
    world.expect("backup.resources-protected", "fail", data.HOME)


def good(world):
    for region in world.regions:
        protect(world, region)
        world.expect("tags.data-classification", "pass", region)
        world.expect("backup.resources-protected", "pass", region)


def protect(world, region):
    for arn in stores(world, region):
        data.tag(world, region, arn, owner="platform", data_classification="internal", environment="production")
    backed_up(world, region, stores(world, region) + machines(world, region))


def backed_up(world, region, arns):
    """AWS Backup has a backup of these of this morning."""
    results = []
    for arn in arns:
        kind = KINDS.get(arn.split(":")[2])
        if kind and ":volume/" not in arn:
            point = data.p.arn(world, "backup", region, f"recovery-point:{uuid.uuid5(uuid.NAMESPACE_OID, arn + world.day(world.ago(0, 8)))}")
            results.append({"ResourceArn": arn, "ResourceType": kind, "LastBackupTime": world.ago(0, 8),
                            "LastBackupVaultArn": data.p.arn(world, "backup", region, "backup-vault:main"), "LastRecoveryPointArn": point})
    world.answer("backup", "ListProtectedResources", {"Results": results}, region)


def stores(world, region):
    ask = lambda service: world.client(service, region)  # noqa: E731
    own = lambda service, rest: data.p.arn(world, service, region, rest)  # noqa: E731
    found = [one["DBInstanceArn"] for one in ask("rds").describe_db_instances()["DBInstances"]]
    found += [one["DBClusterArn"] for one in ask("rds").describe_db_clusters()["DBClusters"]]
    found += [own("ec2", f"volume/{one['VolumeId']}") for one in ask("ec2").describe_volumes()["Volumes"]]
    found += [own("dynamodb", f"table/{name}") for name in ask("dynamodb").list_tables()["TableNames"]]
    found += [one["FileSystemArn"] for one in ask("efs").describe_file_systems()["FileSystems"]]
    found += [own("redshift", f"cluster:{one['ClusterIdentifier']}") for one in ask("redshift").describe_clusters()["Clusters"]]
    found += [own("es", "domain/search")]
    found += [own("sqs", url.rpartition("/")[2]) for url in ask("sqs").list_queues().get("QueueUrls", [])]
    s3 = world.client("s3", "us-east-1")
    for one in s3.list_buckets()["Buckets"]:
        if (s3.get_bucket_location(Bucket=one["Name"])["LocationConstraint"] or "us-east-1") == region:
            found.append(f"arn:aws:s3:::{one['Name']}")
    return found


def machines(world, region):
    found = world.client("ec2", region).describe_instances()["Reservations"]
    return [data.p.arn(world, "ec2", region, f"instance/{one['InstanceId']}") for group in found for one in group["Instances"]]
