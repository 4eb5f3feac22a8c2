"""Alarms on what the trail tells, log groups, data events."""

import json

from overlay.answers.watch import facts

from .. import parts as p
from .data import tag

HOME, GOOD = "us-east-1", "eu-west-1"
IAM = ("DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy "
       "CreatePolicyVersion DeletePolicyVersion SetDefaultPolicyVersion AttachRolePolicy DetachRolePolicy "
       "AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy")
TRAIL = "CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging"
CONFIG = "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder"
NETWORK = [
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress ModifySecurityGroupRules RevokeSecurityGroupIngress "
    "RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup",
    "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry "
    "ReplaceNetworkAclAssociation",
    "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway "
    "DetachInternetGateway",
    "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable",
    "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection"]
ROOT = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
FAILED = '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
NO_MFA = '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }'
DENIED = '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }'


def named(names):
    return "{ " + " || ".join(f"($.eventName = {name})" for name in names.split()) + " }"


def topic(world, region, name, *subscriptions):
    """A topic; a subscription without an ARN waits to be confirmed."""
    arn = world.client("sns", region).create_topic(Name=name, Attributes={"KmsMasterKeyId": "alias/alarms"})["TopicArn"]
    world.answer("sns", "ListSubscriptionsByTopic", {"Subscriptions": [
        {"SubscriptionArn": f"{arn}:{number}" if confirmed else "PendingConfirmation", "Owner": world.account,
         "Protocol": "email", "Endpoint": f"oncall-{number}@example.com", "TopicArn": arn}
        for number, confirmed in enumerate(subscriptions)]}, region, TopicArn=arn)
    return arn


def metric_filter(world, region, group, name, pattern):
    world.client("logs", region).put_metric_filter(
        logGroupName=group, filterName=name, filterPattern=pattern,
        metricTransformations=[{"metricName": name, "metricNamespace": "Trail", "metricValue": "1"}])


def alarm(world, region, name, actions, enabled=True, **more):
    """A metric alarm as AWS describes it, unless `more` has a rule: then a composite one."""
    kind = "CompositeAlarms" if "AlarmRule" in more else "MetricAlarms"
    metric = {"MetricName": name, "Namespace": "Trail", "Statistic": "Sum", "Dimensions": [], "Period": 300,
              "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
              "TreatMissingData": "notBreaching"}
    arn = p.arn(world, "cloudwatch", region, f"alarm:{name}")
    facts(world, kind).setdefault(region, []).append({
        "AlarmName": name, "AlarmArn": arn, "AlarmConfigurationUpdatedTimestamp": world.ago(250), "ActionsEnabled": enabled,
        "OKActions": [], "AlarmActions": actions, "InsufficientDataActions": [], "StateValue": "OK", "StateReason": "quiet",
        "StateUpdatedTimestamp": world.ago(30), **(metric if kind == "MetricAlarms" else {}), **more})
    return arn


def watched(world, region, group, name, pattern, actions, **more):
    """A metric filter and the alarm on its metric."""
    metric_filter(world, region, group, name, pattern)
    return alarm(world, region, name, actions, **more)


def log_group(world, region, name, days=None, tags=None, masking=None, **more):
    logs = world.client("logs", region)
    logs.create_log_group(logGroupName=name)
    if days:
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    arn = p.arn(world, "logs", region, f"log-group:{name}")
    if tags:
        tag(world, region, arn, **tags)
    if masking:
        identifiers = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"]
        facts(world, "masking")[region, name] = json.dumps({"Name": "mask", "Version": "2021-06-01", "Statement": [
            {"Sid": "audit", "DataIdentifier": identifiers, "Operation": {"Audit": {"FindingsDestination": {}}}},
            {"Sid": "redact", "DataIdentifier": identifiers, "Operation": {"Deidentify": {"MaskConfig": {}}}}]})
        more["dataProtectionStatus"] = "ACTIVATED"
    facts(world, "groups")[region, name] = more
    return arn


def denied_calls(world, region, metric, *sums):
    """What the metric counted on the days before the period's last but one."""
    world.answer("cloudwatch", "GetMetricStatistics", {"Label": metric, "Datapoints": [
        {"Timestamp": world.ago(number + 3).replace(hour=0, minute=0, second=0), "Sum": float(one), "Unit": "None"}
        for number, one in enumerate(sums)]}, region, MetricName=metric)


PERSONAL = {"Data-Classification": "Personal"}


def seed(world):
    trail, oncall = "/trail/main", topic(world, HOME, "security", True, False)
    nobody, gone = topic(world, HOME, "nobody", False), p.arn(world, "sns", HOME, "gone")
    root = watched(world, HOME, trail, "root-use", ROOT, [])
    both = alarm(world, HOME, "any-emergency", [oncall], AlarmRule='ALARM("root-use") OR ALARM("sign-in-failures")')
    failed = watched(world, HOME, trail, "sign-in-failures", FAILED, [oncall])
    denied = watched(world, HOME, trail, "denied-calls", DENIED, [oncall])
    denied_calls(world, HOME, "denied-calls", 4, 240, 0)
    log_group(world, HOME, "/app/worker", 30)
    elsewhere = watched(world, HOME, "/app/worker", "iam-changes", named(IAM), [oncall])
    changed = watched(world, HOME, trail, "trail-changes", named(TRAIL), [oncall])
    off = watched(world, HOME, trail, "config-changes", named(CONFIG), [oncall], enabled=False)
    unheard = [watched(world, HOME, trail, f"network-{number}", named(names), [gone if number == 2 else nobody])
               for number, names in enumerate(NETWORK)]
    scaling = alarm(world, GOOD, "TargetTracking-service/web", [
        p.arn(world, "autoscaling", GOOD, "scalingPolicy:0:resource/ecs/service/web:policyName/cpu")])
    silent = alarm(world, GOOD, "disk-full", [])
    account = world.account
    world.expect("cloudwatch.alarm-root-usage", "pass", account)
    for check in ("signin-anomalies", "iam-changes", "logging-changes", "network-changes"):
        world.expect(f"cloudwatch.alarm-{check}", "fail", account)
    world.expect("cloudwatch.alarm-actions", "pass", root, both, failed, denied, elsewhere, changed, scaling)
    world.expect("cloudwatch.alarm-actions", "fail", off, silent, *unheard)

    kept = log_group(world, GOOD, "/app/orders", 400, tags=PERSONAL, masking=True)
    inherited = log_group(world, GOOD, "/app/customers", 731, tags=PERSONAL, inheritedProperties=["ACCOUNT_DATA_PROTECTION"])
    plain = log_group(world, GOOD, "/app/support", 30, tags=PERSONAL, dataProtectionStatus="DISABLED")
    endless = log_group(world, GOOD, "/app/payments", tags={"data-classification": "restricted"})
    log_group(world, GOOD, "/aws/delivery", logGroupClass="DELIVERY")
    audit, short = log_group(world, GOOD, "/aws/eks/shop/cluster"), log_group(world, GOOD, "aws-waf-logs-shop", 30)
    world.expect("logs.retention", "pass", audit)
    world.expect("logs.retention", "fail", short)
    brief = log_group(world, GOOD, "/app/visitors", 90, tags=PERSONAL, inheritedProperties=["ACCOUNT_DATA_PROTECTION"])
    world.expect("logs.personal-data-retention", "pass", plain, brief)
    world.expect("logs.personal-data-retention", "fail", kept, inherited)
    world.expect("logs.data-masking", "pass", kept, inherited)
    world.expect("logs.data-masking", "fail", plain, endless)

    read = p.bucket(world, "patients-123456789012", GOOD, tags=PERSONAL)
    unread = p.bucket(world, "payroll-123456789012", GOOD, tags=PERSONAL)
    data = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "NotStartsWith": [f"{unread}/"]}]
    world.client("cloudtrail", HOME).put_event_selectors(TrailName="main", AdvancedEventSelectors=[
        {"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"Name": "objects", "FieldSelectors": data}])
    world.expect("cloudtrail.s3-data-events", "pass", read)
    world.expect("cloudtrail.s3-data-events", "fail", unread)
    world.expect("artifact.used-services-in-scope", "fail", account)
    world.expect("events.access-denied-burst", "fail", account)
    # The one Region that is not approved.
    p.event(world, "RunInstances", region="eu-central-1", days=12, source="ec2.amazonaws.com")
    world.expect("events.unapproved-region-activity", "fail", "eu-central-1")


def good(world):
    trail, oncall = "/trail/main", topic(world, HOME, "security", True)
    patterns = {"root-use": ROOT, "sign-in-failures": FAILED, "sign-in-no-mfa": NO_MFA, "denied-calls": DENIED,
                "iam-changes": named(IAM), "trail-changes": named(TRAIL), "config-changes": named(CONFIG),
                **{f"network-{number}": named(names) for number, names in enumerate(NETWORK)}}
    for name, pattern in patterns.items():
        world.expect("cloudwatch.alarm-actions", "pass", watched(world, HOME, trail, name, pattern, [oncall]))
    for check in ("root-usage", "signin-anomalies", "iam-changes", "logging-changes", "network-changes"):
        world.expect(f"cloudwatch.alarm-{check}", "pass", world.account)
    for region in world.regions:
        logs = world.client("logs", region)
        for group in logs.describe_log_groups()["logGroups"]:
            logs.put_retention_policy(logGroupName=group["logGroupName"], retentionInDays=400)
    kept = log_group(world, GOOD, "/app/orders", 180, tags=PERSONAL, masking=True)
    world.expect("logs.retention", "pass", p.arn(world, "logs", HOME, f"log-group:{trail}"))
    world.expect("logs.personal-data-retention", "pass", kept)
    world.expect("logs.data-masking", "pass", kept)
    for region in world.regions:
        world.client("s3", region).put_bucket_tagging(Bucket=f"data-{region}", Tagging={
            "TagSet": [{"Key": "data-classification", "Value": "confidential"}]})
        world.expect("cloudtrail.s3-data-events", "pass", f"arn:aws:s3:::data-{region}")
    denied_calls(world, HOME, "denied-calls", 4, 0, 11)
    world.expect("events.access-denied-burst", "pass", world.account)
    world.expect_nothing_found("events.unapproved-region-activity", "undetermined")
    world.expect("artifact.used-services-in-scope", "pass", world.account)
