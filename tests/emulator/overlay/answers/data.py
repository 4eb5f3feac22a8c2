"""What holds data: tags of everything, AWS Backup, Macie, and where moto differs for queues, file systems and searches."""

from ..models import ApiError
from . import answers


def tags_of(world, region):
    """The tags that a scenario gave by ARN, besides those that moto holds."""
    return world.__dict__.setdefault("tags", {}).setdefault(region, {})


@answers("resourcegroupstaggingapi", "GetResources")
def tagged_resources(call, ask):
    """moto knows the tags of some services only, and names some resources otherwise than AWS."""
    found = {one["ResourceARN"]: one for one in ask().get("ResourceTagMappingList", []) if one.get("Tags")}
    wanted = [kind.split(":") for kind in call.params.get("ResourceTypeFilters") or []]

    def is_wanted(arn):
        parts = arn.split(":", 5)
        kind = parts[5].replace("/", ":").split(":")[0]
        return not wanted or any(parts[2] == one[0] and one[1:] in ([], [kind]) for one in wanted)

    for arn, tags in tags_of(call.world, call.region).items():
        if is_wanted(arn):
            found[arn] = {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    return {"ResourceTagMappingList": [found[arn] for arn in sorted(found)]}


EMPTY = {
    "ListBackupPlans": "BackupPlansList", "ListBackupSelections": "BackupSelectionsList", "ListBackupVaults": "BackupVaultList",
    "ListRecoveryPointsByBackupVault": "RecoveryPoints", "ListProtectedResources": "Results", "ListRestoreJobs": "RestoreJobs",
    "ListRestoreTestingPlans": "RestoreTestingPlans",
}


@answers("backup", *EMPTY)
def nothing_backed_up(call, ask):
    """Scenarios say what there is; moto lacks most of it."""
    return {EMPTY[call.operation]: []}


@answers("backup", "GetBackupVaultAccessPolicy")
def no_vault_policy(call, ask):
    raise ApiError("ResourceNotFoundException", "Requested resource not found", 404)


@answers("macie2", "GetMacieSession", "GetAutomatedDiscoveryConfiguration", "GetBucketStatistics", "GetFindingStatistics")
def macie_is_off(call, ask):
    """moto has Macie on everywhere. AWS says it in the words of a refusal."""
    raise ApiError("AccessDeniedException", "Macie is not enabled.", 403)


@answers("efs", "DescribeBackupPolicy")
def backup_policy(call, ask):
    """A file system that nobody asked backups for has no policy."""
    status = call.world.__dict__.get("file_system_backups", {}).get(call.param("FileSystemId"))
    if status is None:
        raise ApiError("PolicyNotFound", "No policy was found for the file system.", 404)
    return {"BackupPolicy": {"Status": status}}


@answers("opensearch", "DescribeDomain")
def describe_domain(call, ask):
    """moto writes VPC options of domains that have none."""
    answer = ask()
    if not answer["DomainStatus"].get("VPCOptions", {}).get("VPCId"):
        answer["DomainStatus"].pop("VPCOptions", None)
    return answer


@answers("application-autoscaling", "DescribeScalableTargets")
def scalable_targets(call, ask):
    """AWS names the role that scales, and whether somebody has suspended it; moto knows not all services."""
    if call.param("ServiceNamespace") in ("elasticache", "neptune"):
        return {"ScalableTargets": []}
    answer = ask()
    service = {"dynamodb": ("dynamodb", "DynamoDBTable"), "ecs": ("ecs", "ECSService"), "rds": ("rds", "RDSCluster")}
    for target in answer["ScalableTargets"]:
        name, role = service.get(target["ServiceNamespace"], (target["ServiceNamespace"], target["ServiceNamespace"]))
        target.setdefault("RoleARN", f"arn:aws:iam::{call.account}:role/aws-service-role/{name}.application-autoscaling.amazonaws.com/"
                                     f"AWSServiceRoleForApplicationAutoScaling_{role}")
        target.setdefault("SuspendedState", {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False,
                                             "ScheduledScalingSuspended": False})
    return answer


@answers("sqs", "ListQueues")
def list_queues(call, ask):
    """Queues have AWS's addresses, not this server's."""
    answer = ask()
    if answer.get("QueueUrls"):
        answer["QueueUrls"] = [f"https://sqs.{call.region}.amazonaws.com/{call.account}/{url.rpartition('/')[2]}"
                               for url in answer["QueueUrls"]]
    return answer


def lifecycles(engine, version, standard, extended=None):
    """What AWS says of a major version of a database engine."""
    of = [("open-source-rds-standard-support", standard)] + ([("open-source-rds-extended-support", extended)] if extended else [])
    return {"Engine": engine, "MajorEngineVersion": version, "SupportedEngineLifecycles": [
        {"LifecycleSupportName": name, "LifecycleSupportStartDate": "2020-03-01T00:00:00Z", "LifecycleSupportEndDate": f"{end}T23:59:59.999Z"}
        for name, end in of]}


@answers("rds", "DescribeDBMajorEngineVersions")
def major_engine_versions(call, ask):
    """moto lacks it; the days are AWS's own."""
    return {"DBMajorEngineVersions": [
        lifecycles("mysql", "8.0", "2026-07-31", "2029-07-31"), lifecycles("mysql", "8.4", "2029-07-31", "2032-07-31"),
        lifecycles("postgres", "13", "2026-02-28", "2029-02-28"), lifecycles("postgres", "16", "2029-02-28", "2032-02-28"),
        lifecycles("postgres", "17", "2030-02-28", "2033-02-28"), lifecycles("mariadb", "11.4", "2029-05-31")]}
