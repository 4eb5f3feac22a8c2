"""Trails and their events, Config, and the services that detect."""

import json
import uuid

from .common import arn
from .people import role
from .storage import kms_key


def event(world, name, region="us-east-1", days=10, hours=0, user_name="alice", source=None, detail=None, read_only=False):
    """A management event in the region's history."""
    when = world.ago(days, hours)
    known = world.events.setdefault(region, [])
    identity = {"type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{world.account}:user/{user_name}",
                "accountId": world.account, "userName": user_name}
    if user_name == "root":
        identity = {"type": "Root", "principalId": world.account, "arn": f"arn:aws:iam::{world.account}:root",
                    "accountId": world.account}
    body = {
        "eventVersion": "1.11", "userIdentity": identity, "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source or source_of(name), "eventName": name, "awsRegion": region, "sourceIPAddress": "203.0.113.17",
        "userAgent": "aws-cli/2.17", "requestParameters": None, "responseElements": None,
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}{region}{user_name + when.isoformat() if world.founded else len(known)}")), "readOnly": read_only,
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": world.account, "eventCategory": "Management",
        **(detail or {})}
    known.append({"EventId": body["eventID"], "EventName": name, "ReadOnly": "true" if read_only else "false",
                  "EventTime": when, "EventSource": body["eventSource"], "Username": user_name, "Resources": [],
                  "CloudTrailEvent": json.dumps(body)})
    return body["eventID"]


def console_login(world, user_name, mfa=True, success=True, days=3, hours=0, address="203.0.113.17"):
    return event(world, "ConsoleLogin", days=days, hours=hours, user_name=user_name, source="signin.amazonaws.com", detail={
        "eventType": "AwsConsoleSignIn", "sourceIPAddress": address,
        "responseElements": {"ConsoleLogin": "Success" if success else "Failure"},
        "additionalEventData": {"LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No",
                                "MFAUsed": "Yes" if mfa else "No"},
        **({} if success else {"errorMessage": "Failed authentication"})})


SOURCES = {
    "cloudtrail": "StopLogging DeleteTrail UpdateTrail PutEventSelectors",
    "config": "StopConfigurationRecorder DeleteConfigurationRecorder DeleteDeliveryChannel",
    "guardduty": "DeleteDetector UpdateDetector CreateFilter", "securityhub": "DisableSecurityHub",
    "kms": "ScheduleKeyDeletion DisableKey DisableKeyRotation DeleteImportedKeyMaterial",
    "s3": "PutBucketPolicy PutBucketAcl DeleteBucketPublicAccessBlock PutAccountPublicAccessBlock",
    "rds": "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute",
    "ec2": "ModifySnapshotAttribute ModifyImageAttribute AuthorizeSecurityGroupIngress CreateNetworkAclEntry "
           "ReplaceNetworkAclEntry CreateRoute ReplaceRoute AttachInternetGateway ModifySecurityGroupRules AcceptVpcPeeringConnection",
}


def source_of(name):
    for service, names in SOURCES.items():
        if name in names.split():
            return f"{service}.amazonaws.com"
    return "iam.amazonaws.com"


def trail(world, name, region, bucket_name, good=True):
    """Good: all regions, validated, encrypted, to CloudWatch Logs, all management and S3 data events, logging."""
    client = world.client("cloudtrail", region)
    settings = {}
    if good:
        logs = world.client("logs", region)
        logs.create_log_group(logGroupName=f"/trail/{name}")
        group = arn(world, "logs", region, f"log-group:/trail/{name}:*")
        logs_role = role(world, f"{name}-to-logs", {"Service": "cloudtrail.amazonaws.com"})
        key = kms_key(world, region, f"trail {name}")
        settings = {"IsMultiRegionTrail": True, "EnableLogFileValidation": True, "KmsKeyId": key,
                    "CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": logs_role}
    client.create_trail(Name=name, S3BucketName=bucket_name, IncludeGlobalServiceEvents=good, **settings)
    kind, data = ("All", [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]) if good else ("WriteOnly", [])
    client.put_event_selectors(TrailName=name, EventSelectors=[
        {"ReadWriteType": kind, "IncludeManagementEvents": True, "DataResources": data}])
    if good:
        client.start_logging(Name=name)
    return arn(world, "cloudtrail", region, f"trail/{name}")


def recorder(world, region, bucket_name, complete=True):
    client = world.client("config", region)
    group = {"allSupported": True, "includeGlobalResourceTypes": region == "us-east-1"}
    if not complete:
        group = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Instance"]}
    client.put_configuration_recorder(ConfigurationRecorder={
        "name": "default", "recordingGroup": group,
        "roleARN": f"arn:aws:iam::{world.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"})
    client.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket_name})
    client.start_configuration_recorder(ConfigurationRecorderName="default")


def config_rule(world, region, name, identifier, results, **parameters):
    """`results`: (type, id, compliant) of each resource judged."""
    client = world.client("config", region)
    more = {"InputParameters": json.dumps(parameters)} if parameters else {}
    client.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}, **more})
    world.compliance.setdefault(region, {})[name] = [
        {"type": kind, "id": one, "compliance": "COMPLIANT" if good else "NON_COMPLIANT"} for kind, one, good in results]
    return name


FEATURES = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS",
            "LAMBDA_NETWORK_LOGS", "RUNTIME_MONITORING"]


def detector(world, region, complete=True, enabled=True):
    client = world.client("guardduty", region)
    basic = {"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"}
    features = [{"Name": name, "Status": "ENABLED" if complete or name in basic else "DISABLED"} for name in FEATURES]
    made = client.create_detector(Enable=enabled, Features=features)["DetectorId"]
    return arn(world, "guardduty", region, f"detector/{made}")


def guardduty_finding(world, region, detector_arn, severity, days):
    number = uuid.uuid5(uuid.NAMESPACE_OID, f"{region}{severity}{days}").hex
    when = world.ago(days).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    world.guardduty_findings.setdefault(region, []).append({
        "AccountId": world.account, "Id": number, "Region": region, "Partition": "aws", "SchemaVersion": "2.0",
        "Arn": f"{detector_arn}/finding/{number}", "CreatedAt": when, "UpdatedAt": when,
        "Severity": severity, "Title": "Unusual console sign-in", "Type": "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        "Resource": {"ResourceType": "AccessKey"},
        "Service": {"ServiceName": "guardduty", "Archived": False, "Count": 1, "EventFirstSeen": when, "EventLastSeen": when}})


def security_hub(world, region, standards=("aws-foundational-security-best-practices/v/1.0.0",)):
    world.client("securityhub", region).enable_security_hub(EnableDefaultStandards=True)
    world.standards[region] = [
        {"StandardsSubscriptionArn": arn(world, "securityhub", region, f"subscription/{name}"),
         "StandardsArn": f"arn:aws:securityhub:{region}::standards/{name}", "StandardsInput": {}, "StandardsStatus": "READY"}
        for name in standards]


def hub_finding(world, region, severity="HIGH", days=60, workflow="NEW"):
    number = uuid.uuid5(uuid.NAMESPACE_OID, f"hub{region}{severity}{days}")
    when = world.ago(days).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    world.hub_findings.setdefault(region, []).append({
        "SchemaVersion": "2018-10-08", "Id": arn(world, "securityhub", region, f"finding/{number}"), "AwsAccountId": world.account,
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/securityhub", "GeneratorId": "security-control/EC2.13",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"], "CreatedAt": when, "UpdatedAt": when,
        "FirstObservedAt": when, "LastObservedAt": world.ago(0, 5).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Severity": {"Label": severity, "Normalized": 70, "Original": severity},
        "Title": "Security groups should not allow ingress from 0.0.0.0/0 to port 22", "Description": "An open SSH port.",
        "Resources": [{"Type": "AwsEc2SecurityGroup", "Id": arn(world, "ec2", region, "security-group/sg-0"), "Partition": "aws",
                       "Region": region}],
        "Workflow": {"Status": workflow}, "WorkflowState": "NEW", "RecordState": "ACTIVE"})


def analyzer(world, region, findings=0):
    name = f"account-{region}"
    made = arn(world, "access-analyzer", region, f"analyzer/{name}")
    world.analyzers[region] = [{"arn": made, "name": name, "type": "ACCOUNT", "createdAt": world.ago(200), "status": "ACTIVE",
                                "lastResourceAnalyzedAt": world.ago(0, 4), "tags": {}}]
    world.analyzer_findings[made] = [
        {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{region}{number}")), "analyzedAt": world.ago(0, 4), "createdAt": world.ago(40),
         "updatedAt": world.ago(40), "status": "ACTIVE", "resourceType": "AWS::S3::Bucket", "resource": "arn:aws:s3:::public-site",
         "resourceOwnerAccount": world.account, "findingType": "ExternalAccess"} for number in range(findings)]
    return made
