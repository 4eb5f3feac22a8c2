"""Functions, containers, nodes, pipelines and Inspector: what moto lacks, as an account that uses nothing of it gets it."""

import datetime

from ..models import ApiError
from . import answers


def moto_or(otherwise):
    """moto's answer where it knows the resource; of what scenarios can, it knows nothing."""

    def handler(call, ask):
        try:
            return ask()
        except ApiError:
            return otherwise(call) if callable(otherwise) else otherwise

    return handler


answers("lambda", "ListFunctionUrlConfigs")(moto_or({"FunctionUrlConfigs": []}))
answers("lambda", "ListFunctionEventInvokeConfigs")(moto_or({"FunctionEventInvokeConfigs": []}))
answers("lambda", "ListAliases")(moto_or({"Aliases": []}))
answers("ssm", "DescribeInstanceInformation")(moto_or({"InstanceInformationList": []}))
answers("ssm", "DescribeInstancePatchStates")(moto_or({"InstancePatchStates": []}))
answers("ssm", "GetInventory")(moto_or({"Entities": []}))
answers("ssm", "DescribeDocumentPermission")(moto_or({"AccountIds": [], "AccountSharingInfoList": []}))
answers("codepipeline", "ListPipelineExecutions")(moto_or({"pipelineExecutionSummaries": []}))
answers("codepipeline", "ListTagsForResource")(moto_or({"tags": []}))
answers("application-autoscaling", "DescribeScalingPolicies")(moto_or({"ScalingPolicies": []}))
answers("eks", "ListNodegroups")(moto_or({"nodegroups": []}))


@answers("lambda", "GetRuntimeManagementConfig")
def runtime_management(call, ask):
    name = call.param("FunctionName")
    arn = name if name.startswith("arn:") else f"arn:aws:lambda:{call.region}:{call.account}:function:{name}"
    return {"UpdateRuntimeOn": "Auto", "FunctionArn": arn}


@answers("ssm", "ListDocuments")
def list_documents(call, ask):
    """moto has documents of Amazon's in the same list, and knows the filter by owner not at all."""
    answer = ask()
    answer["DocumentIdentifiers"] = [one for one in answer["DocumentIdentifiers"] if one.get("Owner") == call.account]
    return answer


@answers("inspector2", "BatchGetAccountStatus")
def inspector_status(call, ask):
    """Never enabled: AWS says so in full."""
    return inspector_account(call.account)


def inspector_account(account, **kinds):
    """`kinds`: which types of resources are scanned."""
    def state(on):
        return {"status": "ENABLED" if on else "DISABLED", "errorCode": "ALREADY_ENABLED" if on else "RESOURCE_NOT_FOUND",
                "errorMessage": ""}

    names = ("ec2", "ecr", "lambda", "lambdaCode", "codeRepository")
    return {"accounts": [{"accountId": account, "state": state(any(kinds.values())),
                          "resourceState": {name: state(kinds.get(name, False)) for name in names}}], "failedAccounts": []}


# Minor version, and in how many days standard support ends; extended support ends a year later.
VERSIONS = (("1.36", 400), ("1.35", 300), ("1.34", 120), ("1.33", -40), ("1.32", -160), ("1.31", -420))


@answers("eks", "DescribeClusterVersions")
def cluster_versions(call, ask):
    present, day = call.world.present, datetime.timedelta(days=1)
    found = []
    for version, left in VERSIONS:
        released, ends, now_left = present + (left - 420) * day, present + left * day, left + call.world.earlier()
        support = "STANDARD_SUPPORT" if now_left > 0 else "EXTENDED_SUPPORT" if now_left > -365 else "UNSUPPORTED"
        if released <= call.world.now:
            found.append({
                "clusterVersion": version, "clusterType": "eks", "defaultPlatformVersion": "eks.9", "defaultVersion": version == "1.35",
                "releaseDate": released, "endOfStandardSupportDate": ends, "endOfExtendedSupportDate": ends + 365 * day,
                "status": support.lower().replace("_", "-"), "versionStatus": support, "kubernetesPatchVersion": f"{version}.4"})
    return {"clusterVersions": found}


@answers("ec2", "DescribeInstanceImageMetadata")
def instance_images(call, ask):
    """Amazon's image of a month before the launch, unless the scenario says otherwise."""
    from moto.ec2.models import ec2_backends
    found = []
    for reservation in ec2_backends[call.account][call.region].all_reservations():
        for instance in reservation.instances:
            launched = instance.launch_time
            if isinstance(launched, str):
                launched = datetime.datetime.fromisoformat(launched.replace("Z", "+00:00"))
            launched = launched.replace(tzinfo=datetime.timezone.utc)
            created = (launched - datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            image = {"ImageId": instance.image_id, "Name": "al2023-ami-2023.9-kernel-6.12-arm64", "OwnerId": "137112412989",
                     "State": "available", "ImageOwnerAlias": "amazon", "CreationDate": created, "IsPublic": True,
                     **getattr(call.world, "images", {}).get((call.region, instance.image_id), {})}
            found.append({
                "InstanceId": instance.id, "InstanceType": instance.instance_type, "LaunchTime": launched,
                "AvailabilityZone": instance.placement.zone, "OwnerId": call.account,
                "State": {"Code": instance._state.code, "Name": instance._state.name}, "Tags": [],
                "ImageMetadata": {name: value for name, value in image.items() if value is not None}})
    return {"InstanceImageMetadata": found}
