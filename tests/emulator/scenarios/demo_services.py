"""What Lindenhof Kiosk GmbH runs besides machines, buckets and databases; mostly in order, with a handful of findings."""

import datetime
import json
import uuid

from overlay.answers.compute import inspector_account
from overlay.answers.storage import database_id

from . import parts as p
from .demo_story import amiss, is_there
from .services import compute, data, network, trail, watch, withheld, zz_tags

MAIN, SECOND, GLOBAL = "eu-central-1", "eu-west-1", "us-east-1"
CAREFREE = ("lindenhof-label-templates", "lindenhof-partner-feed", "lindenhof-marketing-drop")
# Put together here, so that nobody's scanner takes this file for a leak; the recording must not have it.
ERP_PASSWORD = "sommer-" + "in-der-speicherstadt-24"


def build(world):
    """Everything; the tags and backups of all stores come last."""
    bench = compute.Bench(world)
    for part in (functions, images, tasks, nodes, delivery):
        part(bench)
    bench.put()
    for part in (scans, stores, messages, secrets, balancers, edges, accounts, watching, deliveries, backups, witnesses):
        part(world)
    network.directory(world, MAIN, "USER" if amiss(world, "the auditor's access is given to one person") else "GROUP")
    network.reviews(world, MAIN)


# -- computing ----------------------------------------------------------------------------------------------------


def functions(bench):
    """All of them zipped and patched by AWS; one has its password in a variable."""
    world = bench.world
    failed = p.arn(world, "sns", MAIN, "kiosk-failed-events")
    rule = {"ArnLike": {"AWS:SourceArn": p.arn(world, "events", MAIN, "rule/receipts-nightly")}}
    bench.function(MAIN, "kiosk-orders", policy=bench.own_bucket(), queue="kiosk-orders-failed",
                   variables={"LOG_LEVEL": "info", "TABLE": "kiosk-orders"})
    bench.function(MAIN, "kiosk-receipts", "nodejs24.x", events=failed,
                   policy=bench.invoked_by({"Service": "events.amazonaws.com"}, **rule))
    bench.function(MAIN, "kiosk-payments", "java21", queue="kiosk-orders-failed", variables={
        "LOG_LEVEL": "info", "SECRET_ARN": p.arn(world, "secretsmanager", MAIN, "secret:kiosk/payments-Ab12Cd")})
    bench.function(MAIN, "loyalty-newsletter", "nodejs24.x" if is_there(world, 70) else "nodejs20.x", events=failed,
                   modified=410 if not is_there(world, 70) else 70)
    leaks = amiss(world, "the ERP bridge's function has its password in a variable")
    bench.function(MAIN, "erp-bridge-sync", "python3.12", queue="kiosk-orders-failed", modified=8 if leaks else 300, variables={
        "ERP_HOST": "erp.lindenhof-kiosk.example", **({"DB_PASSWORD": ERP_PASSWORD} if leaks else {})})
    bench.function(SECOND, "restore-check", events=p.arn(world, "sns", SECOND, "recovery-alarms"))
    for region in (MAIN, SECOND):
        withheld.machines_that_are_there(world, region)


def images(bench):
    bench.registry(MAIN, "ENHANCED", "CONTINUOUS_SCAN", "kiosk-*")
    newest, worker = releases(bench.world)
    bench.repository(MAIN, "kiosk-api", frequency="CONTINUOUS_SCAN", images=[
        (newest, 9, 0, "ACTIVE"), (newest - 1, 40, 12, "ACTIVE"), (3, 500, 390, "SCAN_ELIGIBILITY_EXPIRED")])
    bench.repository(MAIN, "kiosk-worker", frequency="CONTINUOUS_SCAN", images=[(worker, 15, 0, "ACTIVE")])
    label = (2, 120) if is_there(bench.world, 120) else (1, 420)
    unasked = amiss(bench.world, "the label printer deploys without approval")
    bench.repository(MAIN, "label-printer", "MUTABLE" if unasked else "IMMUTABLE", frequency="CONTINUOUS_SCAN", images=[(*label, 4, "ACTIVE")])


def releases(world):
    """The newest releases of the API and its worker: one a month and one a quarter."""
    return 12 - (world.earlier() + 21) // 30, 7 - (world.earlier() + 76) // 91


def tasks(bench):
    """All are hardened, the reports only lately."""
    def made(family, tag, **more):
        return bench.task(MAIN, family, image=f"{bench.world.account}.dkr.ecr.{MAIN}.amazonaws.com/{tag}", **more)[0]

    good, (newest, of_worker) = {"user": "1000:1000", "readonlyRootFilesystem": True, "privileged": False}, releases(bench.world)
    bench.service(MAIN, "kiosk", "api", made("kiosk-api", f"kiosk-api:1.{newest}.0", revision=29 + newest, environment={"LOG_LEVEL": "info"}, **good))
    worker = made("kiosk-worker", f"kiosk-worker:1.{of_worker}.0", revision=11 + of_worker, **good)
    bench.service(MAIN, "kiosk", "worker", worker, capacityProviderStrategy=[
        {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}])
    bench.service(MAIN, "kiosk", "reports", made("kiosk-reports", f"kiosk-worker:1.{of_worker}.0", revision=of_worker - 1,
                                                      **({"user": "1000"} if amiss(bench.world, "the reports' task may write to its root") else good)))


def nodes(bench):
    """Every machine is managed."""
    behind = amiss(bench.world, "a worker lacks patches")
    for region in (MAIN, SECOND):
        for instance, name in named_machines(bench.world, region).items():
            compute.node(bench, region, instance, patches=(0, 2, 0) if behind and name == "worker-2" else (0, 0, 0))
        compute.paper(bench, region, "SSM-SessionManagerRunShell", "Session",
                      content=compute.preferences(cloudWatchLogGroupName="/ssm/sessions"))
    compute.paper(bench, MAIN, "restart-kiosk-api")
    compute.group(bench, MAIN, "kiosk-api", "abc", "production")


def named_machines(world, region):
    found = world.client("ec2", region).describe_instances()["Reservations"]
    return {one["InstanceId"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}["Name"] for group in found for one in group["Instances"]}


def delivery(bench):
    """Production waits for a person; the ERP bridge was changed by hand lately."""
    compute.project(bench, MAIN, "kiosk-build", [("LOG_LEVEL", "info", "PLAINTEXT"), ("NPM_TOKEN", "/build/npm", "PARAMETER_STORE")])
    approve, prod = ("Approve", ("Approve", "Approval", 1)), ("Prod", ("Deploy", "Deploy", 1))
    compute.pipeline(bench, MAIN, "kiosk-api", compute.BUILD, approve, prod)
    compute.pipeline(bench, MAIN, "kiosk-worker", compute.BUILD, approve, prod)
    unasked = amiss(bench.world, "the label printer deploys without approval")
    compute.pipeline(bench, MAIN, "label-printer", compute.BUILD, *([] if unasked else [approve]), prod)
    for name in ("kiosk-network", "kiosk-api", "kiosk-data"):
        compute.stack(bench, MAIN, name, "IN_SYNC", "production")
    by_hand = amiss(bench.world, "the ERP bridge was changed by hand")
    compute.stack(bench, MAIN, "erp-bridge", *(("DRIFTED", "production", 1, "ImportQueue") if by_hand else ("IN_SYNC", "production")))
    compute.stack(bench, SECOND, "recovery", "IN_SYNC", "production")


def scans(world):
    """Inspector: what it finds is mended within days, but for two."""
    bench = compute.Bench(world)
    everything = {"ec2": True, "ecr": True, "lambda": True}
    # Severity, and from when to when before the present.
    known = [("HIGH", 245, 178), ("MEDIUM", 210, 160), ("HIGH", 98, 85), ("HIGH", 104, 56), ("MEDIUM", 40, 22), ("HIGH", 41, -1),
             ("CRITICAL", 4, -1), ("MEDIUM", 12, -1)]
    there = [(severity, since) for severity, since, until in known if is_there(world, since) and not is_there(world, until)]
    bench.inspector(MAIN, [bench.finding(MAIN, *one) for one in there], **everything)
    bench.inspector(SECOND, [], **everything)
    world.answer("inspector2", "BatchGetAccountStatus", inspector_account(world.account), GLOBAL)


# -- data ---------------------------------------------------------------------------------------------------------


def stores(world):
    key = p.kms_key(world, MAIN, "tables and queues", created=500)
    for name in ("kiosk-orders", "kiosk-carts", "loyalty-members"):
        data.table(world, MAIN, True, key, name)
    devices = world.client("dynamodb", MAIN)
    devices.create_table(
        TableName="kiosk-devices", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST")
    if not amiss(world, "the table of devices cannot be restored to a moment"):
        devices.update_continuous_backups(TableName="kiosk-devices", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    data.file_system(world, MAIN, True, key)
    data.cache(world, MAIN, True, key)
    data.user_pool(world, MAIN, "OFF" if amiss(world, "customers cannot have a second factor") else "OPTIONAL")
    data.macie(world, MAIN)


def messages(world):
    """Each queue has a place for its failures."""
    sqs, key = world.client("sqs", MAIN), p.kms_key(world, MAIN, "messages", created=480)
    sqs.create_queue(QueueName="kiosk-orders-failed", Attributes={"SqsManagedSseEnabled": "true"})
    sqs.create_queue(QueueName="kiosk-orders", Attributes={"KmsMasterKeyId": key, "RedrivePolicy": json.dumps(
        {"deadLetterTargetArn": p.arn(world, "sqs", MAIN, "kiosk-orders-failed"), "maxReceiveCount": 5})})
    lost = amiss(world, "the import queue drops what fails")
    sqs.create_queue(QueueName="partner-import", Attributes={"SqsManagedSseEnabled": "true", **({} if lost else {"RedrivePolicy": json.dumps(
        {"deadLetterTargetArn": p.arn(world, "sqs", MAIN, "kiosk-orders-failed"), "maxReceiveCount": 5})})})
    for region, name in ((MAIN, "kiosk-failed-events"), (MAIN, "kiosk-alarms"), (SECOND, "recovery-alarms")):
        sns = world.client("sns", region)
        topic = sns.create_topic(Name=name, Attributes={"KmsMasterKeyId": "alias/messages"})["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://hooks.lindenhof-kiosk.example/aws")


def secrets(world):
    """The partner's token is never rotated."""
    key, listed = p.kms_key(world, MAIN, "secrets", created=470), []
    for number, (name, days) in enumerate((("kiosk/payments", 12), ("kiosk/orders-db", 20), ("partner-feed/token", None))):
        entry = {"ARN": p.arn(world, "secretsmanager", MAIN, f"secret:{name}-Ab12Cd"), "Name": name, "KmsKeyId": key,
                 "CreatedDate": world.ago(400), "LastChangedDate": world.last(days, 30) if days else world.ago(400), "LastAccessedDate": world.ago(1),
                 "SecretVersionsToStages": {str(uuid.UUID(int=number + 1)): ["AWSCURRENT"]}}
        if days:
            entry.update(RotationEnabled=True, RotationRules={"AutomaticallyAfterDays": 30}, LastRotatedDate=world.last(days, 30),
                         RotationLambdaARN=p.arn(world, "lambda", MAIN, "function:rotate-secrets"), NextRotationDate=world.last(days, 30) + datetime.timedelta(days=30))
        listed.append(entry)
        world.answer("secretsmanager", "GetResourcePolicy", {"ARN": entry["ARN"], "Name": name}, MAIN, SecretId=entry["ARN"])
    world.answer("secretsmanager", "ListSecrets", {"SecretList": listed}, MAIN)


# -- edges --------------------------------------------------------------------------------------------------------


def balancers(world):
    """The kiosks' balancer is as it should be; the ERP bridge's still speaks TLS 1.0."""
    logged = not amiss(world, "the ERP bridge's balancer writes no logs")
    front, bridge = network.balancer(world, MAIN, "front", zones=("a", "b")), network.balancer(world, MAIN, "erp-bridge", scheme="internal")
    front["VpcId"] = bridge["VpcId"] = network_of(world, MAIN, "kiosk")
    certificate = p.arn(world, "acm", MAIN, "certificate/kiosk")
    listeners = {
        front["LoadBalancerArn"]: [network.listener(front, 443, "HTTPS", policy="ELBSecurityPolicy-TLS13-1-2-2021-06", certificate=certificate),
                                   network.listener(front, 80, "HTTP", "redirect")],
        bridge["LoadBalancerArn"]: [network.listener(bridge, 443, "HTTPS", policy="ELBSecurityPolicy-2016-08", certificate=certificate)]}
    world.answer("elbv2", "DescribeLoadBalancers", {"LoadBalancers": [front, bridge]}, MAIN)
    for one in (front, bridge):
        arn = one["LoadBalancerArn"]
        world.answer("elbv2", "DescribeLoadBalancerAttributes", {"Attributes": [
            {"Key": "deletion_protection.enabled", "Value": "true"}, {"Key": "access_logs.s3.enabled", "Value": str(one is front or logged).lower()},
            {"Key": "access_logs.s3.bucket", "Value": "lindenhof-web-logs" if one is front or logged else ""}]}, MAIN, LoadBalancerArn=arn)
        world.answer("elbv2", "DescribeListeners", {"Listeners": listeners[arn]}, MAIN, LoadBalancerArn=arn)
        for each in listeners[arn]:
            world.answer("elbv2", "DescribeRules", {"Rules": [
                {"RuleArn": each["ListenerArn"].replace(":listener/", ":listener-rule/") + "/0", "Priority": "default", "Conditions": [],
                 "Actions": each["DefaultActions"], "IsDefault": True}]}, MAIN, ListenerArn=each["ListenerArn"])
    world.answer("acm", "ListCertificates", {"CertificateSummaryList": [
        network.certificate(world, MAIN, "kiosk", 210), network.certificate(world, MAIN, "partner", 24, kind="IMPORTED")]}, MAIN)


def edges(world):
    """Each distribution has a web ACL, the pictures' only lately."""
    network.apis(world, MAIN, True)
    network.waf(world, MAIN, True)
    world.answer("acm", "ListCertificates", {"CertificateSummaryList": [network.certificate(world, GLOBAL, "www", 240)]}, GLOBAL)
    acl = network.web_acl(world, GLOBAL, "edge", "global", "CLOUDFRONT")
    world.answer("wafv2", "ListWebACLs", {"WebACLs": [acl]}, GLOBAL, Scope="CLOUDFRONT")
    made = [network.distribution(world, 1, acl=acl["ARN"]), 
            network.distribution(world, 2, other=None, **({} if amiss(world, "the pictures are served without a web ACL") else {"acl": acl["ARN"]}))]
    world.answer("cloudfront", "ListDistributions", {"DistributionList": {
        "Marker": "", "MaxItems": 100, "Quantity": len(made), "Items": made, "IsTruncated": False}})
    for region, name in ((MAIN, "kiosk"), (SECOND, "recovery")):
        vpc = network_of(world, region, name)
        world.answer("route53resolver", "ListFirewallRuleGroupAssociations", {"FirewallRuleGroupAssociations": [{
            "Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": vpc, "Name": "bad-domains", "Priority": 101,
            "Arn": p.arn(world, "route53resolver", region, "firewall-rule-group-association/rslvr-frgassoc-1"),
            "MutationProtection": "DISABLED", "Status": "COMPLETE", "CreationTime": "2026-01-01T00:00:00Z"}]}, region)


def network_of(world, region, name):
    return world.client("ec2", region).describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"][0]["VpcId"]


def accounts(world):
    """Which account is for what."""
    client = world.client("organizations")
    for account in client.list_accounts()["Accounts"]:
        kind = {"kiosk-staging": "staging", "kiosk-sandbox": "development"}.get(account["Name"], "production")
        client.tag_resource(ResourceId=account["Id"], Tags=[{"Key": "environment", "Value": kind}])


# -- watching -----------------------------------------------------------------------------------------------------


def watching(world):
    """Alarms on all that the trail tells; the newsletter's log group never expires."""
    blind = amiss(world, "no alarm tells of a new network")
    group, oncall = "/trail/lindenhof", watch.topic(world, MAIN, "security", True)
    patterns = {"root-use": watch.ROOT, "sign-in-failures": watch.FAILED, "sign-in-no-mfa": watch.NO_MFA, "denied-calls": watch.DENIED,
                "iam-changes": watch.named(watch.IAM), "trail-changes": watch.named(watch.TRAIL),
                "config-changes": watch.named(watch.CONFIG),
                **{f"network-{number}": watch.named(names) for number, names in enumerate(watch.NETWORK[:-1] if blind else watch.NETWORK)}}
    for name, pattern in patterns.items():
        watch.watched(world, MAIN, group, name, pattern, [oncall])
    watch.alarm(world, MAIN, "kiosk-api-errors", [p.arn(world, "sns", MAIN, "kiosk-alarms")])
    watch.denied_calls(world, MAIN, "denied-calls", 4, 0, 11, 7)
    for region in (MAIN, SECOND, GLOBAL):
        logs = world.client("logs", region)
        for one in logs.describe_log_groups()["logGroups"]:
            logs.put_retention_policy(logGroupName=one["logGroupName"], retentionInDays=400)
    for region in (MAIN, SECOND):
        watch.log_group(world, region, "/ssm/sessions", 400)
    for name in ("kiosk-orders", "kiosk-receipts", "kiosk-payments", "erp-bridge-sync"):
        watch.log_group(world, MAIN, f"/aws/lambda/{name}", 400)
    watch.log_group(world, MAIN, "/aws/lambda/loyalty-newsletter")
    for name in ("kiosk-api", "kiosk-worker", "kiosk-reports"):
        watch.log_group(world, MAIN, f"/ecs/{name}", 400)
    kept = None if amiss(world, "a log group keeps personal data for ever") else 400 if amiss(world, "personal data is logged for too long") else 90
    watch.log_group(world, MAIN, "/app/customer-service", kept, tags={"owner": "support", "data-classification": "personal"}, masking=True)


def deliveries(world):
    """The trail has delivered since it was made anew: a day and a half before the present, three hours before the other
    moments. That is enough to see, and keeps the recording small."""
    trail.deliver(world, "lindenhof", MAIN, "lindenhof-audit-trail", world.regions, until=world.now.replace(minute=0),
                  hours=-15 if world.earlier() else trail.HOURS)


def backups(world):
    """Every store is classified, three buckets of old only lately; so is the loyalty programme's in a backup plan."""
    forgotten, careless = amiss(world, "the loyalty bucket is in no backup plan"), amiss(world, "three buckets are as they were made years ago")
    for region, stored in ((MAIN, "orders"), (SECOND, "orders-recovery")):
        data.backups(world, region, True, p.kms_key(world, region, "backups", created=450), stored)
    data.restores(world, MAIN, "RDS", "EC2", "DynamoDB", "EFS", "S3")
    for region in (MAIN, SECOND, GLOBAL):
        protected = []
        for arn in zz_tags.stores(world, region) + zz_tags.machines(world, region):
            name = arn.rpartition(":")[2]
            if arn.endswith("domain/search") or (careless and name in CAREFREE):
                continue
            is_bucket, is_staging = ":s3:" in arn, name == "erp-staging"
            more = {} if is_bucket else {"environment": "staging" if is_staging else "production"}
            sensitive = is_bucket and bucket_tags(world, name).get("environment") == "production"
            kind = "confidential" if sensitive or ":rds:" in arn else "internal"
            if ":instance/" not in arn:
                data.tag(world, region, arn, **{"owner": "platform", "data-classification": kind, **more,
                                                **({"environment": "production"} if sensitive else {})})
            if (sensitive or not is_bucket) and not is_staging and not (forgotten and name == "lindenhof-loyalty"):
                protected.append(arn)
        if region != GLOBAL:
            zz_tags.backed_up(world, region, protected)


def bucket_tags(world, name):
    s3 = world.client("s3", GLOBAL)
    try:
        return {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    except s3.exceptions.ClientError:
        return {}


# -- AWS Config ---------------------------------------------------------------------------------------------------


def witnesses(world):
    """Rules that ask what checks ask. One is content with keys that are older than ours may be, and one knows of a key what
    we may not ask."""
    s3 = world.client("s3", GLOBAL)
    everywhere = {one["Name"]: s3.get_bucket_location(Bucket=one["Name"])["LocationConstraint"] or GLOBAL for one in s3.list_buckets()["Buckets"]}
    of_old, no_moment = amiss(world, "the ERP bridge's machine is of old"), amiss(world, "the table of devices cannot be restored to a moment")
    for region in (MAIN, SECOND):
        ec2, rds = world.client("ec2", region), world.client("rds", region)
        buckets = [name for name, place in everywhere.items() if place == region]
        public = ["lindenhof-marketing-drop"] if amiss(world, "the marketing bucket is public") else []
        p.config_rule(world, region, "s3-bucket-public-read-prohibited", "S3_BUCKET_PUBLIC_READ_PROHIBITED",
                      [("AWS::S3::Bucket", name, name not in public) for name in buckets])
        p.config_rule(world, region, "encrypted-volumes", "ENCRYPTED_VOLUMES", [
            ("AWS::EC2::Volume", one["VolumeId"], one["Encrypted"]) for one in ec2.describe_volumes()["Volumes"]])
        p.config_rule(world, region, "rds-storage-encrypted", "RDS_STORAGE_ENCRYPTED", [
            ("AWS::RDS::DBInstance", database_id(one["DBInstanceArn"]), True) for one in rds.describe_db_instances()["DBInstances"]])
        p.config_rule(world, region, "ec2-imdsv2-check", "EC2_IMDSV2_CHECK", [
            ("AWS::EC2::Instance", instance, name != "erp-bridge" or not of_old) for instance, name in named_machines(world, region).items()])
    versions = [name for name, place in everywhere.items() if place == MAIN]
    on = [s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled" for name in versions]
    p.config_rule(world, MAIN, "s3-bucket-versioning-enabled", "S3_BUCKET_VERSIONING_ENABLED",
                  [("AWS::S3::Bucket", name, good) for name, good in zip(versions, on, strict=True)])
    tables = world.client("dynamodb", MAIN).list_tables()["TableNames"]
    p.config_rule(world, MAIN, "dynamodb-pitr-enabled", "DYNAMODB_PITR_ENABLED",
                  [("AWS::DynamoDB::Table", name, name != "kiosk-devices" or not no_moment) for name in tables])
    p.config_rule(world, MAIN, "multi-region-cloudtrail-enabled", "MULTI_REGION_CLOUD_TRAIL_ENABLED", [("AWS::::Account", world.account, True)])
    p.config_rule(world, MAIN, "vpc-flow-logs-enabled", "VPC_FLOW_LOGS_ENABLED", [
        ("AWS::EC2::VPC", one["VpcId"], True) for one in world.client("ec2", MAIN).describe_vpcs()["Vpcs"]])
    users = {row["user"]: world.client("iam").get_user(UserName=row["user"])["User"]["UserId"] for row in world.credentials}
    p.config_rule(world, MAIN, "access-keys-rotated", "ACCESS_KEYS_ROTATED", [
        ("AWS::IAM::User", users[row["user"]], True) for row in world.credentials if row["access_key_1_active"] == "true"],
                  maxAccessKeyAge="730")
    kms, late = world.client("kms", SECOND), amiss(world, "the recovery Region's key does not rotate")
    owned = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
    p.config_rule(world, SECOND, "cmk-backing-key-rotation-enabled", "CMK_BACKING_KEY_ROTATION_ENABLED", [
        ("AWS::KMS::Key", one["KeyId"], not (late and one["Description"] == "databases")) for one in owned if one["Enabled"]])
    world.conformance_packs[MAIN] = {"operational-best-practices": {
        "encrypted-volumes": "NON_COMPLIANT" if of_old else "COMPLIANT", "multi-region-cloudtrail-enabled": "COMPLIANT"}}
