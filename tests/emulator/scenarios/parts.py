"""Building blocks of the scenarios: each makes one thing, good unless told otherwise."""

import datetime
import json
import uuid

ELSEWHERE = "999988887777"


def arn(world, service, region, rest):
    return f"arn:aws:{service}:{region}:{world.account}:{rest}"


# -- IAM --------------------------------------------------------------------------------------------------------------

def user(world, name, created=400, console=None, mfa=True, keys=(), groups=(), managed=(), tags=None):
    """`console`: days since the last sign-in, "never", or None for no password; `keys`: (age, days since use or None)."""
    from overlay.answers.iam import stamp

    iam = world.client("iam")
    with world.at(world.ago(created)):
        iam.create_user(UserName=name, Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()])
        if console is not None:
            iam.create_login_profile(UserName=name, Password="Correct-Horse-9-Battery", PasswordResetRequired=False)
        if mfa and console is not None or mfa == "always":
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    for group in groups:
        iam.add_user_to_group(UserName=name, GroupName=group)
    for policy in managed:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    row = {"user": name, "arn": f"arn:aws:iam::{world.account}:user/{name}", "user_creation_time": stamp(world.ago(created)),
           "password_enabled": "true" if console is not None else "false",
           "mfa_active": "true" if mfa and console is not None or mfa == "always" else "false",
           "access_key_1_active": "false", "access_key_2_active": "false", "cert_1_active": "false", "cert_2_active": "false"}
    if console is not None:
        row["password_last_used"] = "no_information" if console == "never" else stamp(world.ago(console, 3))
        row["password_last_changed"] = stamp(world.ago(min(created, 80)))
    for number, (age, used) in enumerate(keys, 1):
        with world.at(world.ago(age)):
            iam.create_access_key(UserName=name)
        row[f"access_key_{number}_active"] = "true"
        row[f"access_key_{number}_last_rotated"] = stamp(world.ago(age))
        if used is not None:
            row.update({f"access_key_{number}_last_used_date": stamp(world.ago(used, 2)),
                        f"access_key_{number}_last_used_region": "eu-west-1", f"access_key_{number}_last_used_service": "s3"})
    world.credentials.append(row)
    return row["arn"]


def allow(actions, resources="*", **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policy(world, name, text, attach_to=None):
    """A customer policy; `attach_to` names a role that holds it."""
    iam = world.client("iam")
    made = iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"]
    if attach_to:
        iam.attach_role_policy(RoleName=attach_to, PolicyArn=made)
    return made


def role(world, name, principal, condition=None, managed=(), created=300):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    iam = world.client("iam")
    with world.at(world.ago(created)):
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(statement))["Role"]["Arn"]
    for one in managed:
        iam.attach_role_policy(RoleName=name, PolicyArn=one)
    return made


def aws_policy(name, path=""):
    return f"arn:aws:iam::aws:policy/{path}{name}"


# -- CloudTrail -------------------------------------------------------------------------------------------------------

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
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name}{region}{len(known)}")), "readOnly": read_only,
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
    "kms": "ScheduleKeyDeletion DisableKey DisableKeyRotation",
    "s3": "PutBucketPolicy PutBucketAcl DeleteBucketPublicAccessBlock PutAccountPublicAccessBlock",
    "rds": "ModifyDBSnapshotAttribute ModifyDBClusterSnapshotAttribute",
    "ec2": "ModifySnapshotAttribute ModifyImageAttribute AuthorizeSecurityGroupIngress CreateNetworkAclEntry "
           "ReplaceNetworkAclEntry CreateRoute ReplaceRoute AttachInternetGateway",
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


# -- Config -----------------------------------------------------------------------------------------------------------

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


def config_rule(world, region, name, identifier, results):
    """`results`: (type, id, compliant) of each resource judged."""
    client = world.client("config", region)
    client.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}})
    world.compliance.setdefault(region, {})[name] = [
        {"type": kind, "id": one, "compliance": "COMPLIANT" if good else "NON_COMPLIANT"} for kind, one, good in results]
    return name


# -- Artifact ---------------------------------------------------------------------------------------------------------

def report(world, number, name, start, end, category="Certifications And Attestations", series=None, accept="EXPLICIT"):
    """An AWS report over a period of two dates."""
    midnight = datetime.time(tzinfo=datetime.timezone.utc)
    begin, finish = (datetime.datetime.combine(day, midnight) for day in (start, end))
    identity = f"report-{uuid.uuid5(uuid.NAMESPACE_OID, name).hex[:16]}"
    created = finish + datetime.timedelta(days=45)
    world.artifact_reports.append({
        "id": identity, "name": name, "description": f"{name}.", "periodStart": begin, "periodEnd": finish, "version": number,
        "createdAt": min(created, world.ago(2)), "lastModifiedAt": min(created, world.ago(2)), "state": "PUBLISHED",
        "arn": f"arn:aws:artifact:us-east-1::report/{identity}:{number}", "series": series or name, "category": category,
        "companyName": "Amazon Web Services", "productName": "AWS", "termArn": f"arn:aws:artifact:us-east-1::term/{identity}",
        "acceptanceType": accept, "sequenceNumber": number, "uploadState": "COMPLETE"})
    return identity


# -- S3 and KMS -------------------------------------------------------------------------------------------------------

BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


def tls_only(name):
    return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}


def bucket(world, name, region, logs=None, key=None, lock=False, expire=None, tags=None, policy_more=(), bare=False,
           block=True, ownership="BucketOwnerEnforced", acl=None, versioning=True, tls=True, created=200):
    """Good: blocked, TLS only, versions, no ACLs; `bare` is a bucket of before 2023 that nobody touched."""
    s3 = world.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if bare:
        ownership, block, versioning, tls = "ObjectWriter", False, False, False
    with world.at(world.ago(created)):
        s3.create_bucket(Bucket=name, ObjectOwnership=ownership, ObjectLockEnabledForBucket=lock, **place)
    if block:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    else:
        s3.delete_public_access_block(Bucket=name)
    if acl:
        owner = s3.get_bucket_acl(Bucket=name)["Owner"]
        grants = [{"Grantee": {"Type": "CanonicalUser", "ID": owner["ID"]}, "Permission": "FULL_CONTROL"},
                  {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": acl}]
        s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": owner, "Grants": grants})
    if versioning:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if key:
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]})
    if logs:
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {
            "TargetBucket": logs, "TargetPrefix": f"{name}/"}})
    if lock:
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}})
    if expire:
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
            {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": expire},
             "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]})
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
    statements = ([tls_only(name)] if tls else []) + list(policy_more)
    if statements:
        s3.put_bucket_policy(Bucket=name, Policy=document(*statements))
    return f"arn:aws:s3:::{name}"


def log_delivery(name):
    """Lets S3 write access logs into the bucket."""
    return {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{name}/*"}


def public_read(name):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}


def kms_key(world, region, description, rotate=True, pending=False, public=False, spec="SYMMETRIC_DEFAULT", created=250):
    kms = world.client("kms", region)
    statements = [{"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{world.account}:root"},
                   "Action": "kms:*", "Resource": "*"}]
    if public:
        statements.append({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"})
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "SIGN_VERIFY"
    with world.at(world.ago(created)):
        made = kms.create_key(Description=description, Policy=document(*statements), KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    if rotate and spec == "SYMMETRIC_DEFAULT":
        kms.enable_key_rotation(KeyId=made["KeyId"])
    if pending:
        kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=30)
    return made["Arn"]


# -- EC2 and RDS ------------------------------------------------------------------------------------------------------

def close_default_group(world, region, vpc):
    ec2 = world.client("ec2", region)
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]},
                                                  {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    return group["GroupId"]


def default_group(world, region, vpc):
    ec2 = world.client("ec2", region)
    return ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]},
                                                 {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]["GroupId"]


def remove_default_vpc(world, region):
    ec2 = world.client("ec2", region)
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]:
        for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])


def vpc(world, region, cidr, name, logs=True, closed=True, public_subnet=False, narrow_nacl=False):
    """A network with two subnets; returns (vpc id, subnet ids)."""
    ec2 = world.client("ec2", region)
    made = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16", TagSpecifications=[
        {"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}]}])["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=made, CidrBlock=f"{cidr}.{number}.0/24", AvailabilityZone=f"{region}{zone}")
               ["Subnet"]["SubnetId"] for number, zone in ((1, "a"), (2, "b"))]
    if public_subnet:
        ec2.modify_subnet_attribute(SubnetId=subnets[0], MapPublicIpOnLaunch={"Value": True})
    if logs:
        logs_role = f"arn:aws:iam::{world.account}:role/flow-logs"
        world.client("logs", region).create_log_group(logGroupName=f"/vpc/{name}")
        ec2.create_flow_logs(ResourceIds=[made], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
                             LogGroupName=f"/vpc/{name}", DeliverLogsPermissionArn=logs_role)
    if closed:
        close_default_group(world, region, made)
    if narrow_nacl:
        acl = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made]}])["NetworkAcls"][0]["NetworkAclId"]
        ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
        ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False, Protocol="-1", RuleAction="allow",
                                     CidrBlock="10.0.0.0/8")
    return made, subnets


def security_group(world, region, vpc_id, name, *permissions):
    """`permissions`: (protocol, from, to, cidr); a CIDR with a colon is IPv6."""
    ec2 = world.client("ec2", region)
    group = ec2.create_security_group(GroupName=name, Description=name.replace("-", " "), VpcId=vpc_id)["GroupId"]
    for protocol, low, high, cidr in permissions:
        ranges = {"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}
        ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": protocol, **ports, **ranges}])
    return arn(world, "ec2", region, f"security-group/{group}")


def instance(world, region, subnet, group, name, good=True, kind="t4g.small", created=60):
    ec2 = world.client("ec2", region)
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": not good, "Groups": [group.rpartition("/")[2]]}
    with world.at(world.ago(created)):
        made = ec2.run_instances(
            ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1, InstanceType=kind, ClientToken=name, NetworkInterfaces=[interface],
            MetadataOptions={"HttpTokens": "required" if good else "optional", "HttpEndpoint": "enabled"},
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "Encrypted": good}}],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0]
    return arn(world, "ec2", region, f"instance/{made['InstanceId']}"), made


def volume(world, region, encrypted=True, size=50, created=60):
    ec2 = world.client("ec2", region)
    with world.at(world.ago(created)):
        made = ec2.create_volume(AvailabilityZone=f"{region}a", Size=size, Encrypted=encrypted)["VolumeId"]
    return arn(world, "ec2", region, f"volume/{made}")


def snapshot(world, region, of_volume, public=False, created=30):
    ec2 = world.client("ec2", region)
    with world.at(world.ago(created)):
        made = ec2.create_snapshot(VolumeId=of_volume.rpartition("/")[2], Description="nightly")["SnapshotId"]
    if public:
        ec2.modify_snapshot_attribute(SnapshotId=made, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    return f"arn:aws:ec2:{region}::snapshot/{made}"


def database(world, region, name, good=True, engine="postgres", size=50, created=120, **more):
    rds = world.client("rds", region)
    settings = {"StorageEncrypted": good, "PubliclyAccessible": not good, "BackupRetentionPeriod": 14 if good else 1,
                "MultiAZ": good, "DeletionProtection": good, "AutoMinorVersionUpgrade": good,
                "EnableCloudwatchLogsExports": ["postgresql" if engine == "postgres" else "error"] if good else [],
                "EngineVersion": "16.9" if engine == "postgres" else "8.0.42", **more}
    with world.at(world.ago(created)):
        made = rds.create_db_instance(DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.t4g.medium",
                                      AllocatedStorage=size, MasterUsername="app", MasterUserPassword="not-a-secret-9", **settings)
    return made["DBInstance"]["DBInstanceArn"]


def db_snapshot(world, region, name, of, public=False):
    rds = world.client("rds", region)
    made = rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=of)["DBSnapshot"]["DBSnapshotArn"]
    if public:
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"])
    return made


# -- detection --------------------------------------------------------------------------------------------------------

FEATURES = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS",
            "LAMBDA_NETWORK_LOGS"]


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


# -- organization -----------------------------------------------------------------------------------------------------

def organization(world, *policies):
    """An organization with all features, its ARN; `policies` are (name, type, document), attached to the root."""
    client = world.client("organizations")
    made = client.create_organization(FeatureSet="ALL")["Organization"]
    root = client.list_roots()["Roots"][0]["Id"]
    for name, kind, text in policies:
        client.enable_policy_type(RootId=root, PolicyType=kind) if kind != "SERVICE_CONTROL_POLICY" else None
        new = client.create_policy(Name=name, Type=kind, Description=name, Content=text)["Policy"]["PolicySummary"]
        client.attach_policy(PolicyId=new["Id"], TargetId=root)
    return made["Arn"]
