"""Functions, containers, managed nodes, pipelines, stacks and vulnerabilities."""

import datetime
import json
import uuid

from overlay.answers.compute import inspector_account

from ..parts.common import ELSEWHERE, allow, arn, document

HOME, GOOD = "us-east-1", "eu-west-1"
SERVICES = {"s3": "s3.amazonaws.com", "events": "events.amazonaws.com", "api": "apigateway.amazonaws.com"}
HALF_AN_HOUR = datetime.timedelta(minutes=30)
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def seed(world):
    """Good things in one region, bad ones in the other."""
    bench = Bench(world)
    for part in (good_functions, bad_functions, good_images, bad_images, good_tasks, bad_tasks, good_cluster, bad_cluster,
                 good_nodes, bad_nodes, good_delivery, bad_delivery, good_groups, bad_groups):
        part(bench, GOOD if part.__name__.startswith("good") else HOME)
    bench.inspector(GOOD, [bench.finding(GOOD, "CRITICAL", 4, bench.shop_image)], ecr=True, **{"lambda": True})
    bench.inspector(HOME, [bench.finding(HOME, "HIGH", 31), bench.finding(HOME, "LOW", 40)], ec2=True, ecr=True,
                    **{"lambda": True})
    bench.put()
    world.expect("inspector.enabled", "pass", HOME)
    world.expect("inspector.enabled", "fail", GOOD)
    world.expect("inspector.no-overdue-findings", "pass", GOOD)
    world.expect("inspector.no-overdue-findings", "fail", HOME)
    world.images = {(HOME, "ami-0123456789abcdef0"): {
        "Name": "somebodys-server", "OwnerId": ELSEWHERE, "ImageOwnerAlias": None,
        "CreationDate": world.ago(900).strftime("%Y-%m-%dT%H:%M:%S.000Z")}}
    world.expect("ec2.approved-images", "pass", *machines(world, GOOD))
    world.expect("ec2.approved-images", "fail", *machines(world, HOME))


def good(world):
    """Everything in both regions."""
    bench = Bench(world)
    for region in world.regions:
        for part in (good_functions, good_images, good_tasks, good_cluster, good_nodes, good_delivery, good_groups):
            part(bench, region)
        bench.inspector(region, [bench.finding(region, "CRITICAL", 4, bench.shop_image)], ec2=True, ecr=True, **{"lambda": True})
        world.expect("ec2.approved-images", "pass", *machines(world, region))
    world.expect("inspector.enabled", "pass", *world.regions)
    world.expect("inspector.no-overdue-findings", "pass", *world.regions)
    bench.put()


def machines(world, region):
    """The running instances' ARNs."""
    found = world.client("ec2", region).describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    return [arn(world, "ec2", region, f"instance/{instance['InstanceId']}")
            for reservation in found["Reservations"] for instance in reservation["Instances"]]


class Bench:
    """Collects what lists will answer, region by region."""

    def __init__(self, world):
        self.world, self.lists, self.services, self.shop_image = world, {}, {}, None

    def add(self, service, operation, member, region, *items):
        self.lists.setdefault((service, operation, member, region), []).extend(items)

    def put(self):
        for (service, operation, member, region), items in self.lists.items():
            self.world.answer(service, operation, {member: items}, region)

    # -- functions ----------------------------------------------------------------------------------------------

    def function(self, region, name, runtime="python3.13", policy=None, urls=(), events=None, management=None, alias_policy=None,
                 variables=None, queue=None, image=False, modified=20):
        world, made = self.world, arn(self.world, "lambda", region, f"function:{name}")
        one = {"FunctionName": name, "FunctionArn": made, "Role": f"arn:aws:iam::{world.account}:role/{name}", "CodeSize": 4096,
               "Description": "", "Timeout": 15, "MemorySize": 256, "CodeSha256": "Zm9v" * 10, "Version": "$LATEST",
               "LastModified": world.ago(modified).strftime("%Y-%m-%dT%H:%M:%S.000+0000"), "PackageType": "Image" if image else "Zip",
               "TracingConfig": {"Mode": "PassThrough"}, "Architectures": ["arm64"], "EphemeralStorage": {"Size": 512},
               "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"}, "RevisionId": "0a",
               "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}}
        if not image:
            one.update(Runtime=runtime, Handler="app.handler")
        if variables:
            one["Environment"] = {"Variables": variables}
        if queue:
            one["DeadLetterConfig"] = {"TargetArn": arn(world, "sqs", region, queue)}
        self.add("lambda", "ListFunctions", "Functions", region, one)
        if policy:
            world.answer("lambda", "GetPolicy", {"Policy": policy(made), "RevisionId": "0a"}, region, FunctionName=name)
        if urls:
            stamp = world.ago(modified).isoformat()
            world.answer("lambda", "ListFunctionUrlConfigs", {"FunctionUrlConfigs": [
                {"FunctionUrl": f"https://{name}.lambda-url.{region}.on.aws/", "FunctionArn": made, "CreationTime": stamp,
                 "LastModifiedTime": stamp, "AuthType": kind, "InvokeMode": "BUFFERED"} for kind in urls]}, region, FunctionName=name)
        if events is not None:
            world.answer("lambda", "ListFunctionEventInvokeConfigs", {"FunctionEventInvokeConfigs": [
                {"LastModified": world.ago(modified), "FunctionArn": f"{made}:$LATEST", "MaximumRetryAttempts": 2,
                 "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": events} if events else {}}}]},
                region, FunctionName=name)
        if management:
            world.answer("lambda", "GetRuntimeManagementConfig", {"UpdateRuntimeOn": management, "FunctionArn": made}, region,
                         FunctionName=name)
        if alias_policy:
            world.answer("lambda", "ListAliases", {"Aliases": [
                {"AliasArn": f"{made}:live", "Name": "live", "FunctionVersion": "7", "Description": "", "RevisionId": "0a"}]},
                region, FunctionName=name)
            world.answer("lambda", "GetPolicy", {"Policy": alias_policy(f"{made}:live"), "RevisionId": "0a"}, region,
                         FunctionName=name, Qualifier="live")
        return made

    def organization(self):
        """The organization's id, where there is one."""
        client = self.world.client("organizations")
        try:
            return client.describe_organization()["Organization"]["Id"]
        except client.exceptions.AWSOrganizationsNotInUseException:
            return "o-example1234"

    def invoked_by(self, principal, **condition):
        """A resource policy as the console writes it."""
        return lambda made: document(allow("lambda:InvokeFunction", made, Sid="caller", Principal=principal,
                                           **({"Condition": condition} if condition else {})))

    def own_bucket(self):
        return self.invoked_by({"Service": SERVICES["s3"]}, StringEquals={"AWS:SourceAccount": self.world.account})

    # -- images -------------------------------------------------------------------------------------------------

    def repository(self, region, name, mutability="IMMUTABLE", policy=None, frequency="SCAN_ON_PUSH", exclusions=(), images=()):
        world, made = self.world, arn(self.world, "ecr", region, f"repository/{name}")
        one = {"repositoryArn": made, "registryId": world.account, "repositoryName": name, "createdAt": world.ago(400),
               "repositoryUri": f"{world.account}.dkr.ecr.{region}.amazonaws.com/{name}", "imageTagMutability": mutability,
               "imageScanningConfiguration": {"scanOnPush": frequency != "MANUAL"},
               "encryptionConfiguration": {"encryptionType": "AES256"}}
        if exclusions:
            one["imageTagMutabilityExclusionFilters"] = [{"filterType": "WILDCARD", "filter": text} for text in exclusions]
        self.add("ecr", "DescribeRepositories", "repositories", region, one)
        world.answer("ecr", "BatchGetRepositoryScanningConfiguration", {"scanningConfigurations": [
            {"repositoryArn": made, "repositoryName": name, "scanOnPush": frequency != "MANUAL", "scanFrequency": frequency,
             "appliedScanFilters": [{"filter": "*", "filterType": "WILDCARD"}] if frequency != "MANUAL" else []}], "failures": []},
            region, repositoryNames=[name])
        if policy:
            world.answer("ecr", "GetRepositoryPolicy", {"registryId": world.account, "repositoryName": name, "policyText": policy},
                         region, repositoryName=name)
        world.answer("ecr", "DescribeImages", {"imageDetails": [self.image(name, *one) for one in images]}, region,
                     repositoryName=name)
        return made

    def image(self, repository, number, pushed, pulled, status=None, scanned=None, counts=None):
        world, one = self.world, {"registryId": self.world.account, "repositoryName": repository, "imageDigest": digest(repository, number),
                                  "imageTags": [f"1.{number}.0"], "imageSizeInBytes": 88_000_000, "imagePushedAt": self.world.ago(pushed),
                                  "imageManifestMediaType": DOCKER, "artifactMediaType": "application/vnd.docker.container.image.v1+json"}
        if pulled is not None:
            one["lastRecordedPullTime"] = world.ago(pulled)
        if status == "INDEX":
            one.update(imageManifestMediaType="application/vnd.oci.image.index.v1+json")
            del one["artifactMediaType"]
        elif status:
            one["imageScanStatus"] = {"status": status, "description": "as asked"}
        if counts is not None:
            one["imageScanFindingsSummary"] = {"imageScanCompletedAt": world.ago(scanned), "findingSeverityCounts": counts,
                                               "vulnerabilitySourceUpdatedAt": world.ago(scanned)}
        return one

    def registry(self, region, kind, frequency, wanted="shop*"):
        self.world.answer("ecr", "GetRegistryScanningConfiguration", {"registryId": self.world.account, "scanningConfiguration": {
            "scanType": kind, "rules": [{"scanFrequency": frequency, "repositoryFilters": [
                {"filter": wanted, "filterType": "WILDCARD"}]}]}}, region)

    # -- tasks --------------------------------------------------------------------------------------------------

    def task(self, region, family, revision=1, newest=True, environment=None, logs=True, **container):
        """A task definition with one container; returns (its ARN, the resource of its family)."""
        world, made = self.world, arn(self.world, "ecs", region, f"task-definition/{family}:{revision}")
        more = {name: container.pop(name) for name in ("pidMode", "runtimePlatform") if name in container}
        one = {"name": family, "image": f"{world.account}.dkr.ecr.{region}.amazonaws.com/shop:1.1.0", "cpu": 0, "essential": True,
               "portMappings": [], "mountPoints": [], "volumesFrom": [], "systemControls": [],
               "environment": [{"name": name, "value": value} for name, value in (environment or {}).items()], **container}
        if logs:
            one["logConfiguration"] = {"logDriver": "awslogs", "options": {
                "awslogs-group": f"/ecs/{family}", "awslogs-region": region, "awslogs-stream-prefix": "ecs"}}
        answer = {"taskDefinition": {
            "taskDefinitionArn": made, "containerDefinitions": [one], "family": family, "networkMode": "awsvpc", "revision": revision,
            "volumes": [], "status": "ACTIVE", "requiresAttributes": [], "placementConstraints": [],
            "compatibilities": ["EC2", "FARGATE"], "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
            "registeredAt": world.ago(50), "registeredBy": f"arn:aws:iam::{world.account}:user/svc-deploy", **more}, "tags": []}
        world.answer("ecs", "DescribeTaskDefinition", answer, region, taskDefinition=made)
        if newest:
            world.answer("ecs", "DescribeTaskDefinition", answer, region, taskDefinition=family)
            self.add("ecs", "ListTaskDefinitionFamilies", "families", region, family)
        return made, arn(world, "ecs", region, f"task-definition/{family}")

    def service(self, region, cluster, name, definition, platform="LATEST", **more):
        world = self.world
        cluster_arn, made = arn(world, "ecs", region, f"cluster/{cluster}"), arn(world, "ecs", region, f"service/{cluster}/{name}")
        if cluster_arn not in self.lists.get(("ecs", "ListClusters", "clusterArns", region), []):
            self.add("ecs", "ListClusters", "clusterArns", region, cluster_arn)
            world.answer("ecs", "DescribeClusters", {"clusters": [
                {"clusterArn": cluster_arn, "clusterName": cluster, "status": "ACTIVE", "settings": [], "tags": [],
                 "registeredContainerInstancesCount": 0, "runningTasksCount": 2, "pendingTasksCount": 0, "activeServicesCount": 1,
                 "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": []}], "failures": []}, region, clusters=[cluster_arn])
        one = {"serviceArn": made, "serviceName": name, "clusterArn": cluster_arn, "loadBalancers": [], "serviceRegistries": [],
               "status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "taskDefinition": definition,
               "deployments": [], "events": [], "createdAt": world.ago(250), "schedulingStrategy": "REPLICA", "tags": [], **more}
        if platform:
            one.update({"platformVersion": platform, "platformFamily": "Linux"})
            if "capacityProviderStrategy" not in more:
                one["launchType"] = "FARGATE"
        names = self.services.setdefault(cluster_arn, [])
        names.append(made)
        world.answer("ecs", "ListServices", {"serviceArns": list(names)}, region, cluster=cluster_arn)
        world.answer("ecs", "DescribeServices", {"services": [one], "failures": []}, region, cluster=cluster_arn, services=[made])
        return made

    # -- Inspector ----------------------------------------------------------------------------------------------

    def inspector(self, region, findings, **kinds):
        self.world.answer("inspector2", "BatchGetAccountStatus", inspector_account(self.world.account, **kinds), region)
        self.world.answer("inspector2", "ListFindings", {"findings": findings}, region)

    def finding(self, region, severity, days, image=None):
        world, name = self.world, f"CVE-2026-{days:04d}"
        resource = {"type": "AWS_EC2_INSTANCE", "id": "i-0123456789abcdef0", "partition": "aws", "region": region, "tags": {}}
        if image:
            repository, tag = image.split("@")
            resource = {"type": "AWS_ECR_CONTAINER_IMAGE", "id": arn(world, "ecr", region, f"repository/{repository}/{tag}"),
                        "partition": "aws", "region": region, "details": {"awsEcrContainerImage": {
                            "repositoryName": repository, "imageHash": tag, "registry": world.account, "imageTags": ["1.1.0"]}}}
        return {"findingArn": arn(world, "inspector2", region, f"finding/{days:032x}"), "awsAccountId": world.account,
                "type": "PACKAGE_VULNERABILITY", "description": "A parser reads beyond its buffer.", "title": f"{name} - openssl",
                "remediation": {"recommendation": {"text": "None Provided"}}, "severity": severity, "status": "ACTIVE",
                "firstObservedAt": world.ago(days), "lastObservedAt": world.ago(1), "updatedAt": world.ago(1), "resources": [resource],
                "fixAvailable": "YES", "exploitAvailable": "NO", "inspectorScore": 9.1, "packageVulnerabilityDetails": {
                    "vulnerabilityId": name, "source": "NVD", "sourceUrl": f"https://nvd.nist.gov/vuln/detail/{name}", "cvss": [],
                    "vulnerablePackages": [{"name": "openssl", "version": "3.0.8", "packageManager": "OS", "fixedInVersion": "3.0.20"}]}}


def digest(repository, number):
    return "sha256:" + (repository.encode().hex() + f"{number:02d}").zfill(64)[-64:]


# -- functions --------------------------------------------------------------------------------------------------

def good_functions(bench, region):
    expect, world = bench.world.expect, bench.world
    orders = bench.function(region, "orders", policy=bench.own_bucket(), queue="orders-failed", urls=["AWS_IAM"],
                            variables={"LOG_LEVEL": "info", "TABLE": "orders"})
    mails = bench.function(region, "mails", "nodejs24.x", events=arn(world, "sns", region, "failed"), management="FunctionUpdate",
                           policy=bench.invoked_by({"AWS": "*"}, StringEquals={"aws:PrincipalOrgID": bench.organization()}))
    api = bench.function(region, "api", "java21", policy=bench.invoked_by(
        {"Service": SERVICES["api"]}, ArnLike={"AWS:SourceArn": f"arn:aws:execute-api:{region}:{world.account}:a1b2/*/GET/orders"}),
        alias_policy=bench.own_bucket())
    packed = bench.function(region, "packed", image=True)
    expect("lambda.not-public", "pass", orders, mails, api, packed)
    expect("lambda.runtime-maintained", "pass", orders, mails, api)
    expect("lambda.dead-letter-target", "pass", orders, mails)


def bad_functions(bench, region):
    expect, world = bench.world.expect, bench.world
    hook = bench.function(region, "hook", "nodejs16.x", urls=["NONE"], variables={
        "LOG_LEVEL": "info", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"})
    anyone = bench.function(region, "anyone", policy=bench.invoked_by({"AWS": "*"}), management="Manual")
    by_alias = bench.function(region, "by-alias", alias_policy=bench.invoked_by("*"))
    nightly = bench.function(region, "nightly", policy=bench.invoked_by(
        {"Service": SERVICES["events"]}, ArnLike={"AWS:SourceArn": arn(world, "events", region, "rule/nightly")}),
        management="FunctionUpdate", modified=700)
    retries = bench.function(region, "retries", events="")
    unknown = bench.function(region, "unknown", "python3.15")
    expect("lambda.not-public", "pass", nightly, retries, unknown)
    expect("lambda.not-public", "fail", hook, anyone, by_alias)
    expect("lambda.runtime-maintained", "pass", retries, by_alias)
    expect("lambda.runtime-maintained", "fail", hook, anyone, nightly)
    expect("lambda.runtime-maintained", "undetermined", unknown)
    expect("lambda.dead-letter-target", "fail", nightly, retries)


# -- images -----------------------------------------------------------------------------------------------------

def good_images(bench, region):
    expect = bench.world.expect
    bench.registry(region, "ENHANCED", "CONTINUOUS_SCAN")
    bench.shop_image = f"shop@{digest('shop', 1)}"
    share = document({"Sid": "team", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ELSEWHERE}:root"},
                      "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]})
    shop = bench.repository(region, "shop", policy=share, frequency="CONTINUOUS_SCAN", images=[
        (1, 100, 2, "ACTIVE"), (0, 300, 200, "SCAN_ELIGIBILITY_EXPIRED")])
    tools = bench.repository(region, "shop-tools", frequency="SCAN_ON_PUSH", images=[(1, 100, None, "ACTIVE")])
    for check in ("tag-immutable", "not-public", "scanning-and-findings"):
        expect(f"ecr.{check}", "pass", shop, tools)


def bad_images(bench, region):
    expect = bench.world.expect
    bench.registry(region, "BASIC", "SCAN_ON_PUSH")
    public = document({"Sid": "all", "Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]})
    open_one = bench.repository(region, "open", "MUTABLE", public, "MANUAL")
    latest = bench.repository(region, "shop-latest", "IMMUTABLE_WITH_EXCLUSION", exclusions=["latest*"], images=[
        (1, 40, 3, "COMPLETE", 40, {"CRITICAL": 2, "LOW": 9})])
    fresh = bench.repository(region, "shop-fresh", images=[
        (2, 40, 3, "INDEX"), (1, 9, 3, "COMPLETE", 9, {"CRITICAL": 1}), (0, 90, 3, "COMPLETE", 90, {"LOW": 4})])
    again = bench.repository(region, "shop-again", images=[(1, 90, 3, "COMPLETE", 2, {"HIGH": 1})])
    expect("ecr.tag-immutable", "pass", fresh, again)
    expect("ecr.tag-immutable", "fail", open_one, latest)
    expect("ecr.not-public", "pass", latest, fresh)
    expect("ecr.not-public", "fail", open_one)
    expect("ecr.scanning-and-findings", "pass", fresh)
    expect("ecr.scanning-and-findings", "fail", open_one, latest)
    expect("ecr.scanning-and-findings", "undetermined", again)


# -- tasks ------------------------------------------------------------------------------------------------------

def good_tasks(bench, region):
    expect = bench.world.expect
    made, web = bench.task(region, "web", 3, environment={"LOG_LEVEL": "info"}, user="1000:1000", readonlyRootFilesystem=True,
                           privileged=False)
    service = bench.service(region, "shop", "web", made)
    spot = bench.service(region, "shop", "web-spot", made, "1.4.0", capacityProviderStrategy=[
        {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}])
    expect("ecs.task-hardening", "pass", web)
    expect("ecs.task-logging", "pass", web)
    expect("ecs.fargate-current-platform", "pass", service, spot)


def bad_tasks(bench, region):
    expect = bench.world.expect
    made, old = bench.task(region, "old", environment={"LOG_LEVEL": "info", "DB_PASSWORD": "Tr0ub4dor&3-example"}, user="root",
                           readonlyRootFilesystem=False, logs=False)
    agent = bench.task(region, "agent", user="1000", readonlyRootFilesystem=True, privileged=True)[1]
    host = bench.task(region, "host", user="1000", readonlyRootFilesystem=True, pidMode="host")[1]
    image = bench.task(region, "image", readonlyRootFilesystem=True)[1]
    first = bench.task(region, "pinned", 1, newest=False, user="0", readonlyRootFilesystem=True, logs=False)[0]
    pinned = bench.task(region, "pinned", 2, user="1000", readonlyRootFilesystem=True)[1]
    windows = bench.task(region, "windows", runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})[1]
    behind = bench.service(region, "legacy", "old", made, "1.3.0")
    still = bench.service(region, "legacy", "pinned", first)
    bench.service(region, "legacy", "machines", made, None, launchType="EC2")
    expect("ecs.task-hardening", "fail", old, agent, host, pinned)
    expect("ecs.task-hardening", "undetermined", image)
    expect("ecs.task-logging", "pass", agent, host, image, windows)
    expect("ecs.task-logging", "fail", old, pinned)
    expect("ecs.fargate-current-platform", "pass", still)
    expect("ecs.fargate-current-platform", "fail", behind)


# -- clusters ---------------------------------------------------------------------------------------------------

def cluster(bench, region, name, version, nodes, public, cidrs, logs, key=None, tags=None):
    world, kinds = bench.world, ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    made = arn(world, "eks", region, f"cluster/{name}")
    one = {"name": name, "arn": made, "createdAt": world.ago(300), "version": version, "endpoint": f"https://0A.{region}.eks.amazonaws.com",
           "roleArn": f"arn:aws:iam::{world.account}:role/eks", "resourcesVpcConfig": {
               "subnetIds": [], "securityGroupIds": [], "vpcId": "vpc-0a", "endpointPublicAccess": public,
               "endpointPrivateAccess": True, "publicAccessCidrs": cidrs},
           "logging": {"clusterLogging": [entry for entry in (
               {"types": logs, "enabled": True}, {"types": [kind for kind in kinds if kind not in logs], "enabled": False})
               if entry["types"]]},
           "status": "ACTIVE", "platformVersion": "eks.9", "tags": tags or {}, "accessConfig": {"authenticationMode": "API"}}
    if key:
        one["encryptionConfig"] = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    bench.add("eks", "ListClusters", "clusters", region, name)
    world.answer("eks", "DescribeCluster", {"cluster": one}, region, name=name)
    world.answer("eks", "ListNodegroups", {"nodegroups": [f"pool-{version}" for version in nodes]}, region, name=name)
    for minor in nodes:
        pool = f"pool-{minor}"
        world.answer("eks", "DescribeNodegroup", {"nodegroup": {
            "nodegroupName": pool, "nodegroupArn": f"{made.replace(':cluster/', ':nodegroup/')}/{pool}/0a", "clusterName": name,
            "version": minor, "releaseVersion": f"{minor}.4-20260901", "createdAt": world.ago(300), "modifiedAt": world.ago(20),
            "status": "ACTIVE", "capacityType": "ON_DEMAND", "instanceTypes": ["m7g.large"], "amiType": "AL2023_ARM_64_STANDARD",
            "scalingConfig": {"minSize": 2, "maxSize": 6, "desiredSize": 2}, "health": {"issues": []}, "tags": {}}},
            region, name=name, nodegroupName=pool)
    return made


def good_cluster(bench, region):
    expect, key = bench.world.expect, arn(bench.world, "kms", region, "key/0a")
    closed = cluster(bench, region, "closed", "1.35", ["1.35", "1.34"], False, [], ["api", "audit", "authenticator"], key)
    office = cluster(bench, region, "office", "1.34", [], True, ["203.0.113.0/24"], ["audit", "authenticator"], key)
    for check in ("endpoint-restricted", "control-plane-logs", "supported-version", "secrets-encrypted"):
        expect(f"eks.{check}", "pass", closed, office)


def bad_cluster(bench, region):
    expect = bench.world.expect
    lab = cluster(bench, region, "lab", "1.32", [], True, ["0.0.0.0/0"], [], tags={"data-classification": "personal"})
    behind = cluster(bench, region, "behind", "1.35", ["1.35", "1.33"], True, ["203.0.113.0/24", "::/0"], ["audit"],
                     tags={"data-classification": "confidential"})
    for check in ("endpoint-restricted", "control-plane-logs", "supported-version", "secrets-encrypted"):
        expect(f"eks.{check}", "fail", lab, behind)


# -- nodes ------------------------------------------------------------------------------------------------------

def node(bench, region, name, status="Online", patches=None, days=1):
    """`patches`: missing critical, missing of security, failed; None: nobody searched."""
    world = bench.world
    hybrid = name.startswith("mi-")
    bench.add("ssm", "DescribeInstanceInformation", "InstanceInformationList", region, {
        "InstanceId": name, "PingStatus": status, "LastPingDateTime": world.ago(0, 1), "AgentVersion": "3.3.3050.0",
        "IsLatestVersion": True, "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023",
        "ResourceType": "ManagedInstance" if hybrid else "EC2Instance", "IPAddress": "10.0.0.9", "ComputerName": f"{name}.internal",
        "SourceId": name, "SourceType": "AWS::SSM::ManagedInstance" if hybrid else "AWS::EC2::Instance"})
    if patches:
        critical, security, failed = patches
        world.answer("ssm", "DescribeInstancePatchStates", {"InstancePatchStates": [{
            "InstanceId": name, "PatchGroup": "", "BaselineId": "pb-0123456789abcdef0", "SnapshotId": "0a", "InstalledCount": 240,
            "InstalledOtherCount": 12, "InstalledPendingRebootCount": 0, "InstalledRejectedCount": 0,
            "MissingCount": critical + security, "FailedCount": failed, "UnreportedNotApplicableCount": 0, "NotApplicableCount": 800,
            "OperationStartTime": world.ago(days, 1), "OperationEndTime": world.ago(days), "Operation": "Scan",
            "RebootOption": "NoReboot", "CriticalNonCompliantCount": critical, "SecurityNonCompliantCount": security,
            "OtherNonCompliantCount": 0}]}, region, InstanceIds=[name])
    bench.add("ssm", "GetInventory", "Entities", region, {"Id": name, "Data": {"AWS:InstanceInformation": {
        "TypeName": "AWS:InstanceInformation", "SchemaVersion": "1.0", "CaptureTime": world.ago(0, 1).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Content": [{"InstanceId": name, "PlatformName": "Amazon Linux", "AgentVersion": "3.3.3050.0", "InstanceStatus": "Active"}]}}})
    return arn(world, "ssm", region, f"managed-instance/{name}")


def paper(bench, region, name, kind="Command", shared=(), content=None):
    """A document."""
    world = bench.world
    bench.add("ssm", "ListDocuments", "DocumentIdentifiers", region, {
        "Name": name, "CreatedDate": world.ago(300), "Owner": world.account, "PlatformTypes": ["Linux"], "DocumentVersion": "1",
        "DocumentType": kind, "SchemaVersion": "1.0" if kind == "Session" else "2.2", "DocumentFormat": "JSON", "Tags": []})
    world.answer("ssm", "DescribeDocumentPermission", {"AccountIds": list(shared), "AccountSharingInfoList": [
        {"AccountId": who, "SharedDocumentVersion": "$DEFAULT"} for who in shared]}, region, Name=name)
    if content:
        world.answer("ssm", "GetDocument", {"Name": name, "CreatedDate": world.ago(300), "DocumentVersion": "1", "Status": "Active",
                                            "Content": json.dumps(content), "DocumentType": kind, "DocumentFormat": "JSON"},
                     region, Name=name)
    return arn(world, "ssm", region, f"document/{name}")


def preferences(**inputs):
    empty = {"s3BucketName": "", "s3KeyPrefix": "", "s3EncryptionEnabled": True, "cloudWatchLogGroupName": "",
             "cloudWatchEncryptionEnabled": True, "cloudWatchStreamingEnabled": False, "kmsKeyId": "", "runAsEnabled": False,
             "runAsDefaultUser": "", "idleSessionTimeout": "20", "maxSessionDuration": "", "shellProfile": {"windows": "", "linux": ""}}
    return {"schemaVersion": "1.0", "description": "Session Manager's settings", "sessionType": "Standard_Stream",
            "inputs": {**empty, **inputs}}


def good_nodes(bench, region):
    expect, running = bench.world.expect, machines(bench.world, region)
    for instance in running:
        expect("ssm.patch-compliant", "pass", node(bench, region, instance.rpartition("/")[2], patches=(0, 0, 0)))
    expect("ssm.instances-managed", "pass", *running)
    sessions = paper(bench, region, "SSM-SessionManagerRunShell", "Session", content=preferences(cloudWatchLogGroupName="/ssm/sessions"))
    shared = paper(bench, region, "restart-web", shared=[ELSEWHERE])
    expect("ssm.document-not-public", "pass", sessions, shared)
    expect("ssm.session-logging", "pass", region)


def bad_nodes(bench, region):
    expect, running = bench.world.expect, machines(bench.world, region)
    expect("ssm.instances-managed", "fail", *running)
    node(bench, region, running[0].rpartition("/")[2], "ConnectionLost", patches=(0, 0, 0))
    open_one = node(bench, region, "mi-0aaaaaaaaaaaaaaaa", patches=(1, 3, 0))
    failed = node(bench, region, "mi-0bbbbbbbbbbbbbbbb", patches=(0, 0, 2))
    stale = node(bench, region, "mi-0cccccccccccccccc", patches=(0, 0, 0), days=80)
    never = node(bench, region, "mi-0dddddddddddddddd")
    node(bench, region, "mi-0eeeeeeeeeeeeeeee", "Inactive")
    expect("ssm.patch-compliant", "fail", open_one, failed, stale)
    expect("ssm.patch-compliant", "undetermined", never)
    public = paper(bench, region, "install-agent", shared=["all"])
    sessions = paper(bench, region, "SSM-SessionManagerRunShell", "Session", content=preferences(
        s3BucketName="session-logs", s3EncryptionEnabled=False))
    expect("ssm.document-not-public", "pass", sessions)
    expect("ssm.document-not-public", "fail", public)
    expect("ssm.session-logging", "fail", region)


# -- building and delivering ------------------------------------------------------------------------------------

def project(bench, region, name, variables):
    world = bench.world
    bench.add("codebuild", "ListProjects", "projects", region, name)
    world.answer("codebuild", "BatchGetProjects", {"projects": [{
        "name": name, "arn": arn(world, "codebuild", region, f"project/{name}"), "source": {"type": "CODEPIPELINE", "insecureSsl": False},
        "artifacts": {"type": "CODEPIPELINE", "name": name, "packaging": "NONE"}, "cache": {"type": "NO_CACHE"},
        "environment": {"type": "ARM_CONTAINER", "image": "aws/codebuild/amazonlinux2-aarch64-standard:3.0",
                        "computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": False, "imagePullCredentialsType": "CODEBUILD",
                        "environmentVariables": [{"name": key, "value": value, "type": kind} for key, value, kind in variables]},
        "serviceRole": f"arn:aws:iam::{world.account}:role/build", "timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480,
        "encryptionKey": arn(world, "kms", region, "alias/aws/s3"), "tags": [], "created": world.ago(300), "lastModified": world.ago(20),
        "badge": {"badgeEnabled": False}, "projectVisibility": "PRIVATE",
        "logsConfig": {"cloudWatchLogs": {"status": "ENABLED"}, "s3Logs": {"status": "DISABLED", "encryptionDisabled": False}}}],
        "projectsNotFound": []}, region, names=[name])


def pipeline(bench, region, name, *stages, environment=None):
    """`stages`: (name, (action, category, order), …) after the source's."""
    world = bench.world
    providers = {"Source": "S3", "Build": "CodeBuild", "Deploy": "ECS", "Approval": "Manual"}
    made = [{"name": stage, "actions": [
        {"name": action, "actionTypeId": {"category": category, "owner": "AWS", "provider": providers[category], "version": "1"},
         "runOrder": order, "configuration": {}, "outputArtifacts": [], "inputArtifacts": [], "region": region}
        for action, category, order in actions]} for stage, *actions in [("Source", ("Source", "Source", 1)), *stages]]
    stamps = {"created": world.ago(300), "updated": world.ago(20)}
    bench.add("codepipeline", "ListPipelines", "pipelines", region, {
        "name": name, "version": 3, "pipelineType": "V2", "executionMode": "QUEUED", **stamps})
    world.answer("codepipeline", "GetPipeline", {"pipeline": {
        "name": name, "roleArn": f"arn:aws:iam::{world.account}:role/pipeline", "stages": made, "version": 3, "executionMode": "QUEUED",
        "artifactStore": {"type": "S3", "location": f"artifacts-{region}"}, "pipelineType": "V2"},
        "metadata": {"pipelineArn": arn(world, "codepipeline", region, name), **stamps}}, region, name=name)
    world.answer("codepipeline", "ListPipelineExecutions", {"pipelineExecutionSummaries": [
        {"pipelineExecutionId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}{world.day(began) or number}")), "status": "Succeeded",
         "startTime": began, "lastUpdateTime": began + HALF_AN_HOUR, "sourceRevisions": [],
         "trigger": {"triggerType": "StartPipelineExecution"}, "executionMode": "QUEUED"}
        for number, began in enumerate(sorted((world.last(1 + 14 * week, 42) for week in range(3)), reverse=True))]}, region, pipelineName=name)
    if environment:
        world.answer("codepipeline", "ListTagsForResource", {"tags": [{"key": "environment", "value": environment}]}, region,
                     resourceArn=arn(world, "codepipeline", region, name))
    return arn(world, "codepipeline", region, name)


def stack(bench, region, name, drift, environment=None, days=10, changed=None, status="UPDATE_COMPLETE"):
    world = bench.world
    made = arn(world, "cloudformation", region, f"stack/{name}/0a1b2c3d-0000-0000-0000-000000000000")
    information = {"StackDriftStatus": drift}
    if drift != "NOT_CHECKED":
        information["LastCheckTimestamp"] = world.ago(days)
    bench.add("cloudformation", "DescribeStacks", "Stacks", region, {
        "StackId": made, "StackName": name, "CreationTime": world.ago(300), "LastUpdatedTime": world.ago(20), "StackStatus": status,
        "RollbackConfiguration": {}, "DisableRollback": False, "NotificationARNs": [], "EnableTerminationProtection": True,
        "DriftInformation": information, "Tags": [{"Key": "environment", "Value": environment}] if environment else []})
    if changed:
        world.answer("cloudformation", "DescribeStackResourceDrifts", {"StackResourceDrifts": [{
            "StackId": made, "LogicalResourceId": changed, "PhysicalResourceId": changed.lower(), "ResourceType": "AWS::SQS::Queue",
            "ExpectedProperties": "{\"DelaySeconds\":0}", "ActualProperties": "{\"DelaySeconds\":5}",
            "PropertyDifferences": [{"PropertyPath": "/DelaySeconds", "ExpectedValue": "0", "ActualValue": "5", "DifferenceType": "NOT_EQUAL"}],
            "StackResourceDriftStatus": "MODIFIED", "Timestamp": world.ago(days)}]}, region, StackName=made)
    return made


BUILD = ("Build", ("Build", "Build", 1))


def good_delivery(bench, region):
    expect = bench.world.expect
    project(bench, region, "shop-build", [("LOG_LEVEL", "info", "PLAINTEXT"), ("NPM_TOKEN", "/build/npm", "PARAMETER_STORE")])
    shop = pipeline(bench, region, "shop", BUILD, ("Approve", ("Approve", "Approval", 1)), ("Prod", ("Deploy", "Deploy", 1)))
    both = pipeline(bench, region, "both", BUILD, ("Release", ("Approve", "Approval", 1), ("Deploy", "Deploy", 2)), environment="production")
    pipeline(bench, region, "playground", BUILD, ("Deploy", ("Deploy", "Deploy", 1)), environment="dev")
    expect("codepipeline.approval-before-production", "pass", shop, both)
    expect("cloudformation.drift", "pass", stack(bench, region, "shop", "IN_SYNC", "production"))
    stack(bench, region, "playground", "DRIFTED", "dev", changed="Queue")


def bad_delivery(bench, region):
    expect = bench.world.expect
    project(bench, region, "legacy-build", [("LOG_LEVEL", "info", "PLAINTEXT"), (
        "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "PLAINTEXT")])
    direct = pipeline(bench, region, "direct", BUILD, ("Prod", ("Deploy", "Deploy", 1)))
    late = pipeline(bench, region, "late", BUILD, ("Prod", ("Deploy", "Deploy", 1)), ("Approve", ("Approve", "Approval", 1)))
    tagged = pipeline(bench, region, "tagged", BUILD, ("Release", ("Deploy", "Deploy", 1)), environment="production")
    unclear = pipeline(bench, region, "unclear", BUILD, ("Release", ("Deploy", "Deploy", 1)))
    expect("codepipeline.approval-before-production", "fail", direct, late, tagged)
    expect("codepipeline.approval-before-production", "undetermined", unclear)
    expect("cloudformation.drift", "fail", stack(bench, region, "legacy", "DRIFTED", changed="Queue"))
    expect("cloudformation.drift", "undetermined", stack(bench, region, "never", "NOT_CHECKED"),
           stack(bench, region, "long-ago", "IN_SYNC", days=400))


# -- groups -----------------------------------------------------------------------------------------------------

def group(bench, region, name, zones, environment=None):
    world = bench.world
    made = arn(world, "autoscaling", region, f"autoScalingGroup:0a1b2c3d:autoScalingGroupName/{name}")
    bench.add("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", region, {
        "AutoScalingGroupName": name, "AutoScalingGroupARN": made, "MinSize": 2, "MaxSize": 6, "DesiredCapacity": 2, "DefaultCooldown": 300,
        "AvailabilityZones": [f"{region}{zone}" for zone in zones], "LoadBalancerNames": [], "TargetGroupARNs": [],
        "HealthCheckType": "ELB", "HealthCheckGracePeriod": 300, "Instances": [], "CreatedTime": world.ago(300),
        "SuspendedProcesses": [], "VPCZoneIdentifier": "subnet-0a", "EnabledMetrics": [], "TerminationPolicies": ["Default"],
        "Tags": [{"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": "environment", "Value": environment,
                  "PropagateAtLaunch": True}] if environment else []})
    return made


def good_groups(bench, region):
    world = bench.world
    world.expect("autoscaling.multi-az", "pass", group(bench, region, "web", "abc", "production"))
    group(bench, region, "trial", "a", "test")
    target = {"ServiceNamespace": "ecs", "ResourceId": "service/shop/web", "ScalableDimension": "ecs:service:DesiredCount"}
    scales = arn(world, "application-autoscaling", region, "scalable-target/0ec5")
    world.answer("application-autoscaling", "DescribeScalableTargets", {"ScalableTargets": [{
        **target, "MinCapacity": 2, "MaxCapacity": 6, "CreationTime": world.ago(300), "ScalableTargetARN": scales,
        "RoleARN": f"arn:aws:iam::{world.account}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/scaling"}]},
        region, ServiceNamespace="ecs")
    world.answer("application-autoscaling", "DescribeScalingPolicies", {"ScalingPolicies": [{
        **target, "PolicyARN": arn(world, "autoscaling", region, "scalingPolicy:0a:resource/ecs/service/shop/web:policyName/cpu"),
        "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "CreationTime": world.ago(300),
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 60.0, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}]}, region, ServiceNamespace="ecs", ResourceId="service/shop/web")


def bad_groups(bench, region):
    bench.world.expect("autoscaling.multi-az", "fail", group(bench, region, "batch", "a"), group(bench, region, "worker", "b", "prod"))
