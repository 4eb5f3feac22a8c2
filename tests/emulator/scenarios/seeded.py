"""Good and bad facts for each check. `expect` says what each must get; resources not named are free."""

import datetime

from . import parts as p
from . import services

ACCOUNT = "123456789012"
SEED = 42
HOME, GOOD, BARE = "us-east-1", "eu-west-1", "eu-central-1"


def build(world):
    """Everything."""
    world.settings = {"period": [world.ago(80).date().isoformat(), world.ago(1).date().isoformat()],
                      "regions": [HOME, GOOD, BARE],
                      "params": {"approved_regions": [HOME, GOOD], "services_in_scope": ["AWS::EC2::*", "AWS::IAM::*"],
                                 "services_in_scope_date": world.ago(20).date().isoformat()}}
    world.root = {"mfa": "virtual", "keys": 1, "created": world.ago(900), "last_used": world.ago(3)}
    for part in (identities, organization, roles_and_policies, buckets, keys, trails, events, config, artifact, networks,
                 machines, databases, detection):
        part(world)
    for service in services.all_services():
        service.seed(world)


def identities(world):
    iam, me = world.client("iam"), world.account
    iam.update_account_password_policy(MinimumPasswordLength=8)
    iam.create_group(GroupName="admins")
    iam.attach_group_policy(GroupName="admins", PolicyArn=p.aws_policy("AdministratorAccess"))
    iam.create_group(GroupName="developers")
    alice = p.user(world, "alice", console=1, keys=[(20, 1)], groups=["developers"])
    bob = p.user(world, "bob", console=2, mfa=False, groups=["developers"])
    carol = p.user(world, "carol", console=1, keys=[(200, 1)])
    dave = p.user(world, "dave", console=120)
    erin = p.user(world, "erin", mfa=False, groups=["admins"])
    frank = p.user(world, "frank", console=1, groups=["admins"])
    grace = p.user(world, "grace", console=1, managed=[p.aws_policy("ReadOnlyAccess")])
    deploy = p.user(world, "svc-deploy", keys=[(60, None)])
    fresh, old = p.server_certificates(world, shop=200, legacy=-30)
    world.expect("iam.server-certificate-not-expiring", "pass", fresh)
    world.expect("iam.server-certificate-not-expiring", "fail", old)
    # A name that HTML, CSV and file systems must survive.
    p.user(world, "=cmd+o'neil@example.com", console=4)
    world.expect("iam.root-mfa-enabled", "pass", me)
    world.expect("iam.root-hardware-mfa", "fail", me)
    world.expect("iam.root-no-access-keys", "fail", me)
    world.expect("iam.root-not-used", "fail", f"arn:aws:iam::{me}:root")
    world.expect("iam.user-console-mfa", "pass", alice, carol, dave, frank, grace)
    world.expect("iam.user-console-mfa", "fail", bob)
    world.expect("iam.admin-mfa", "pass", frank)
    world.expect("iam.admin-mfa", "fail", erin)
    world.expect("iam.access-keys-rotated", "pass", alice, deploy)
    world.expect("iam.access-keys-rotated", "fail", carol)
    world.expect("iam.unused-credentials-disabled", "pass", alice, bob, frank)
    world.expect("iam.unused-credentials-disabled", "fail", dave, deploy)
    world.expect("iam.password-policy-length", "fail", me)
    world.expect("iam.users-no-direct-policies", "pass", alice, bob, frank)
    world.expect("iam.users-no-direct-policies", "fail", grace)
    world.expect("iam.federation-in-use", "fail", me)
    world.expect("iam.audit-role", "fail", me)
    world.expect("account.security-contact", "fail", me)


def roles_and_policies(world):
    iam = world.client("iam")
    anyone = {"AWS": "*"}
    in_org = {"StringEquals": {"aws:PrincipalOrgID": world.client("organizations").describe_organization()["Organization"]["Id"]}}
    outside = {"AWS": f"arn:aws:iam::{p.ELSEWHERE}:root"}
    good = [
        p.role(world, "own-account", {"AWS": f"arn:aws:iam::{world.account}:root"}),
        p.role(world, "for-ec2", {"Service": "ec2.amazonaws.com"}),
        p.role(world, "anyone-of-us", "*", in_org),
        p.role(world, "vendor-with-id", outside, {"StringEquals": {"sts:ExternalId": "7f3a"}}),
    ]
    bad = [
        p.role(world, "open-text", "*"), p.role(world, "open-list", {"AWS": ["*"]}),
        p.role(world, "open-like", anyone, {"StringLike": {"aws:PrincipalArn": "*"}}),
        p.role(world, "vendor-no-id", outside),
    ]
    world.expect("iam.role-trust-restricted", "pass", *good)
    world.expect("iam.role-trust-restricted", "fail", *bad)
    narrow = p.policy(world, "narrow", p.document(p.allow(["s3:GetObject"], "arn:aws:s3:::good-data/*")), "own-account")
    star = p.policy(world, "star-list", p.document(p.allow(["*"], ["*"])), "own-account")
    single = p.policy(world, "star-single-statement",
                      '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', "own-account")
    denied = p.policy(world, "star-taken-back", p.document(
        p.allow("*"), {"Effect": "Deny", "Action": "*", "Resource": "*"}), "own-account")
    p.policy(world, "star-nobody-has", p.document(p.allow("*")))
    escalate = p.policy(world, "pass-and-run", p.document(p.allow(["iam:PassRole", "lambda:CreateFunction",
                                                                  "lambda:InvokeFunction"])), "for-ec2")
    decrypt = p.policy(world, "decrypt-all", p.document(p.allow(["kms:Decrypt"])), "for-ec2")
    iam.put_role_policy(RoleName="vendor-with-id", PolicyName="inline-star", PolicyDocument=p.document(p.allow("*:*")))
    world.expect("iam.no-admin-star-policy", "pass", narrow, denied, escalate)
    world.expect("iam.no-admin-star-policy", "fail", star, single, f"arn:aws:iam::{world.account}:role/vendor-with-id")
    world.expect("kms.no-wildcard-decrypt", "pass", narrow)
    world.expect("kms.no-wildcard-decrypt", "fail", decrypt)
    world.expect("iam.admin-principals-limited", "fail", f"arn:aws:iam::{world.account}:group/admins")
    world.expect("iam.role-service-source", "fail", f"arn:aws:iam::{world.account}:role/ci")
    for check in ("ebs.snapshot-public-access-blocked", "ec2.image-public-access-blocked"):
        world.expect(check, "pass", GOOD)
        world.expect(check, "fail", HOME, BARE)
    world.expect("ecr.known-accounts", "fail", f"arn:aws:ecr:{GOOD}:{world.account}:repository/shop")
    world.expect("sns.service-source", "fail", f"arn:aws:sns:{HOME}:{world.account}:mixed-alarms")


def organization(world):
    made = p.organization(world, ("tags-only", "SERVICE_CONTROL_POLICY", p.document(
        {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*", "Condition": {"Null": {"aws:RequestTag/owner": "true"}}})))
    world.expect("org.member-of-organization", "pass", made)
    world.expect("org.scp-region-restriction", "fail", world.account)
    world.expect("org.scp-protects-logging", "fail", world.account)
    world.expect("org.ai-opt-out", "fail", world.account)
    world.expect_nothing_found("org.delegated-admins-approved", "pass")
    world.org_features = {"OrganizationId": "o-example1234", "EnabledFeatures": []}


def buckets(world):
    key = p.kms_key(world, HOME, "data")
    logs = p.bucket(world, "access-logs-123456789012", HOME, policy_more=[p.log_delivery("access-logs-123456789012")])
    good = p.bucket(world, "good-data", HOME, logs="access-logs-123456789012", key=key, lock=True, expire=3650,
                    tags={"classification": "confidential", "retention": "10 years"})
    plain = p.bucket(world, "bad-plain", HOME, bare=True)
    read = p.bucket(world, "bad-public-read", HOME, bare=True, acl="READ")
    write = p.bucket(world, "bad-public-write", GOOD, bare=True, acl="WRITE")
    site = p.bucket(world, "bad-public-policy", GOOD, block=False, policy_more=[p.public_read("bad-public-policy")])
    shielded = p.bucket(world, "shielded-acl", HOME, ownership="ObjectWriter", block=False, acl="READ")
    world.client("s3", HOME).put_public_access_block(Bucket="shielded-acl", PublicAccessBlockConfiguration=p.BLOCKED)
    me = world.account
    world.expect("s3.account-public-access-block", "fail", me)
    world.expect("s3.bucket-public-access-block", "pass", good, logs, shielded)
    world.expect("s3.bucket-public-access-block", "fail", plain, read, write, site)
    world.expect("s3.bucket-no-public-read", "pass", good, plain, shielded)
    world.expect("s3.bucket-no-public-read", "fail", read, site)
    world.expect("s3.bucket-no-public-write", "pass", good, plain, shielded, read)
    world.expect("s3.bucket-no-public-write", "fail", write)
    world.expect("s3.bucket-default-encryption", "pass", good, plain, read, write, site)
    world.expect("s3.bucket-tls-only", "pass", good, logs, shielded, site)
    world.expect("s3.bucket-tls-only", "fail", plain, read, write)
    world.expect("s3.bucket-versioning", "pass", good, logs, site)
    world.expect("s3.bucket-versioning", "fail", plain, read, write)
    world.expect("s3.bucket-logging", "pass", good, plain, read, write)
    world.expect("s3.bucket-logging", "fail", "arn:aws:s3:::payroll-123456789012")
    world.expect("s3.bucket-acl-disabled", "pass", good, logs, site)
    world.expect("s3.bucket-acl-disabled", "fail", plain, read, write, shielded)
    world.expect("s3.bucket-kms-encryption", "pass", good)
    world.expect("s3.bucket-kms-encryption", "fail", "arn:aws:s3:::payroll-123456789012")
    world.expect("s3.bucket-lifecycle", "pass", good)
    world.expect("s3.bucket-lifecycle", "fail", "arn:aws:s3:::payroll-123456789012")
    world.expect("s3.bucket-object-lock", "pass", good)
    world.expect("s3.bucket-object-lock", "fail", "arn:aws:s3:::trail-legacy-123456789012")


def keys(world):
    good = p.kms_key(world, GOOD, "rotating")
    still = p.kms_key(world, GOOD, "not rotating", rotate=False)
    going = p.kms_key(world, GOOD, "on its way out", pending=True)
    public = p.kms_key(world, HOME, "anyone may decrypt", public=True)
    p.kms_key(world, BARE, "signing", spec="RSA_2048")
    world.expect("kms.key-rotation", "pass", good, public)
    world.expect("kms.key-rotation", "fail", still)
    world.expect("kms.no-pending-deletion", "pass", good, still, public)
    world.expect("kms.no-pending-deletion", "fail", going)
    world.expect("kms.key-policy-not-public", "pass", good, still)
    world.expect("kms.key-policy-not-public", "fail", public)


def trails(world):
    p.bucket(world, "trail-main-123456789012", HOME, lock=True)
    p.bucket(world, "trail-legacy-123456789012", GOOD, bare=True, acl="READ", expire=30)
    main = p.trail(world, "main", HOME, "trail-main-123456789012")
    legacy = p.trail(world, "legacy", GOOD, "trail-legacy-123456789012", good=False)
    world.client("cloudtrail", GOOD).start_logging(Name="legacy")
    world.trail_status["legacy"] = {"LatestDeliveryError": "AccessDenied", "LatestDeliveryTime": world.ago(9),
                                    "LatestDigestDeliveryTime": None, "LatestCloudWatchLogsDeliveryTime": None}
    world.client("cloudtrail", HOME).put_insight_selectors(TrailName="main", InsightSelectors=[
        {"InsightType": "ApiCallRateInsight"}])
    world.expect("cloudtrail.multi-region-trail", "pass", world.account)
    world.expect("cloudtrail.management-events-all", "pass", world.account)
    for check in ("log-file-validation", "kms-encrypted", "cloudwatch-logs", "delivery-healthy",
                  "bucket-not-public", "bucket-immutable", "retention"):
        world.expect(f"cloudtrail.{check}", "pass", main)
        world.expect(f"cloudtrail.{check}", "fail", legacy)


EVENTS = {
    "events.trail-tampering": ["StopLogging", "PutEventSelectors"],
    "events.config-tampering": ["StopConfigurationRecorder"],
    "events.detection-tampering": ["DeleteDetector", "CreateFilter"],
    "events.iam-policy-changes": ["AttachUserPolicy", "CreatePolicyVersion"],
    "events.credentials-created": ["CreateUser", "CreateAccessKey"],
    "events.mfa-deactivated": ["DeactivateMFADevice"],
    "events.kms-key-disabled": ["ScheduleKeyDeletion"],
    "events.s3-exposure-changes": ["DeleteBucketPublicAccessBlock", "PutBucketPolicy"],
    "events.network-changes": ["ModifySecurityGroupRules"],
}


# What is wrong by itself; the others are normal work, whose approval people have to show.
WRONG = {"StopLogging", "StopConfigurationRecorder", "DeleteDetector", "DeleteBucketPublicAccessBlock"}


def events(world):
    for check, names in EVENTS.items():
        for number, name in enumerate(names):
            made = p.event(world, name, region=GOOD if number else HOME, days=5 + number)
            world.expect(check, "fail" if name in WRONG else "undetermined", made)
    opened = p.event(world, "AuthorizeSecurityGroupIngress", region=GOOD, days=9, detail={"requestParameters": {"groupId": "sg-0", "ipPermissions": {
        "items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}}]}}})
    world.expect("events.network-changes", "fail", opened)
    refused = p.event(world, "StopLogging", days=8, detail={"errorCode": "AccessDenied", "errorMessage": "not authorized"})
    world.expect("events.trail-tampering", "pass", refused)
    shared = p.event(world, "ModifySnapshotAttribute", region=GOOD, days=6, detail={"requestParameters": {
        "snapshotId": "snap-0", "attributeType": "CREATE_VOLUME_PERMISSION",
        "createVolumePermission": {"add": {"items": [{"group": "all"}]}}}})
    world.expect("events.snapshot-sharing", "fail", shared)
    with_mfa = p.console_login(world, "alice", days=2)
    without = p.console_login(world, "bob", mfa=False, days=4)
    root = p.console_login(world, "root", days=3)
    world.expect("events.console-login-no-mfa", "pass", with_mfa, root)
    world.expect("events.console-login-no-mfa", "fail", without)
    world.expect("events.root-activity", "fail", root)
    for attempt in range(12):
        p.console_login(world, "dave", success=False, days=7, hours=attempt / 20, address="198.51.100.99")
    p.event(world, "DescribeInstances", days=1, read_only=True, source="ec2.amazonaws.com")
    world.expect("events.console-login-failures", "fail", world.account)


def config(world):
    p.recorder(world, HOME, "trail-main-123456789012")
    p.recorder(world, GOOD, "trail-main-123456789012", complete=False)
    kept = p.config_rule(world, HOME, "volumes-encrypted", "ENCRYPTED_VOLUMES", [("AWS::EC2::Volume", "vol-0a", True)])
    broken = p.config_rule(world, HOME, "ssh-closed", "INCOMING_SSH_DISABLED", [
        ("AWS::EC2::SecurityGroup", f"sg-{number:04d}", number > 3) for number in range(14)])
    for number in range(30):
        p.config_rule(world, GOOD, f"filler-{number:02d}", "IAM_USER_NO_POLICIES_CHECK", [("AWS::IAM::User", "AIDA", True)])
    world.conformance_packs[HOME] = {"operational": {"ssh-closed": "NON_COMPLIANT", "volumes-encrypted": "COMPLIANT"}}
    for region in (HOME, GOOD):
        world.resource_counts[region] = {"AWS::EC2::SecurityGroup": 9, "AWS::EC2::Volume": 3, "AWS::S3::Bucket": 9,
                                         "AWS::KMS::Key": 4, "AWS::RDS::DBInstance": 2}
    world.expect("config.recorder-all-regions", "pass", HOME)
    world.expect("config.recorder-all-regions", "fail", GOOD, BARE)
    world.expect("config.aggregator", "fail", world.account)
    world.expect("config.rules-compliant", "pass", kept)
    world.expect("config.rules-compliant", "fail", broken)


def artifact(world):
    today = world.now.date()
    old, older = today - datetime.timedelta(days=500), today - datetime.timedelta(days=860)
    p.report(world, 3, "SOC 2 Type 2 Report", older, old)
    p.report(world, 5, "ISO 27001:2022 Certification", older, today + datetime.timedelta(days=400))
    p.report(world, 1, "Payment Card Industry (PCI) Data Security Standard", older, today + datetime.timedelta(days=60))
    p.report(world, 2, "Guide for testers", older, today, category="Product Guides", accept="PASSTHROUGH")
    world.expect("artifact.reports-current", "fail", world.account)


def networks(world):
    good, subnets = p.vpc(world, GOOD, "10.20", "good", narrow_nacl=True)
    bad, bad_subnets = p.vpc(world, HOME, "10.10", "bad", logs=False, closed=False, public_subnet=True)
    world.networks = {"good": (good, subnets), "bad": (bad, bad_subnets)}
    everyone, everyone6 = "0.0.0.0/0", "::/0"
    make = lambda region, vpc, name, *rules: p.security_group(world, region, vpc, name, *rules)  # noqa: E731
    web = make(GOOD, good, "web", ("tcp", 443, 443, everyone), ("tcp", 443, 443, everyone6))
    inside = make(GOOD, good, "inside", ("tcp", 22, 22, "10.0.0.0/8"), ("tcp", 5432, 5432, "10.20.0.0/16"))
    ssh4 = make(HOME, bad, "ssh-v4", ("tcp", 22, 22, everyone))
    ssh6 = make(HOME, bad, "ssh-v6", ("tcp", 22, 22, everyone6))
    low = make(HOME, bad, "ssh-in-range", ("tcp", 20, 25, everyone))
    rdp = make(HOME, bad, "rdp", ("tcp", 3000, 4000, everyone))
    every_tcp = make(HOME, bad, "every-tcp-port", ("tcp", 0, 65535, everyone))
    every = make(HOME, bad, "every-protocol", ("-1", None, None, everyone6))
    data = make(HOME, bad, "postgres", ("tcp", 5432, 5432, everyone))
    world.groups = {"web": web, "bad": ssh4}
    world.expect("ec2.sg-no-open-ssh", "pass", web, inside, rdp, data)
    world.expect("ec2.sg-no-open-ssh", "fail", ssh4, ssh6, low, every_tcp, every)
    world.expect("ec2.sg-no-open-rdp", "pass", web, inside, ssh4, data)
    world.expect("ec2.sg-no-open-rdp", "fail", rdp, every_tcp, every)
    world.expect("ec2.sg-no-open-data-ports", "pass", web, inside)
    world.expect("ec2.sg-no-open-data-ports", "fail", data, every_tcp, every)
    world.expect("ec2.sg-no-open-management-ports", "pass", web, inside, ssh4, data, rdp)
    world.expect("ec2.sg-no-open-management-ports", "fail", low, every_tcp, every)
    world.expect("ec2.sg-no-all-ports-open", "pass", web, inside, ssh4, data)
    world.expect("ec2.sg-no-all-ports-open", "fail", every_tcp, every)
    ec2 = lambda region, rest: p.arn(world, "ec2", region, rest)  # noqa: E731
    world.expect("vpc.default-sg-closed", "pass", ec2(GOOD, "security-group/" + p.default_group(world, GOOD, good)))
    world.expect("vpc.default-sg-closed", "fail", ec2(HOME, "security-group/" + p.default_group(world, HOME, bad)))
    world.expect("vpc.flow-logs", "pass", ec2(GOOD, f"vpc/{good}"))
    world.expect("vpc.flow-logs", "fail", ec2(HOME, f"vpc/{bad}"))
    world.expect("vpc.subnet-no-auto-public-ip", "pass", ec2(GOOD, f"subnet/{subnets[0]}"))
    world.expect("vpc.subnet-no-auto-public-ip", "fail", ec2(HOME, f"subnet/{bad_subnets[0]}"))
    acl = lambda region, vpc: ec2(region, "network-acl/" + world.client("ec2", region).describe_network_acls(  # noqa: E731
        Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"][0]["NetworkAclId"])
    world.expect("vpc.nacl-no-open-admin-ports", "pass", acl(GOOD, good))
    world.expect("vpc.nacl-no-open-admin-ports", "fail", acl(HOME, bad))


def machines(world):
    good, _ = p.instance(world, GOOD, world.networks["good"][1][1], world.groups["web"], "web-1")
    bad, _ = p.instance(world, HOME, world.networks["bad"][1][0], world.groups["bad"], "bastion", good=False)
    world.expect("ec2.imdsv2", "pass", good)
    world.expect("ec2.imdsv2", "fail", bad)
    world.expect("ec2.no-public-ip", "pass", good)
    world.expect("ec2.no-public-ip", "fail", bad)
    world.client("ec2", GOOD).enable_ebs_encryption_by_default()
    world.expect("ebs.encryption-by-default", "pass", GOOD)
    world.expect("ebs.encryption-by-default", "fail", HOME, BARE)
    for region, name, verdict in ((GOOD, good, "pass"), (HOME, bad, "fail")):
        found = world.client("ec2", region).describe_volumes(Filters=[
            {"Name": "attachment.instance-id", "Values": [name.rpartition("/")[2]]}])["Volumes"]
        world.expect("ebs.volume-encrypted", verdict, p.arn(world, "ec2", region, f"volume/{found[0]['VolumeId']}"))
    world.ec2_defaults[GOOD] = {"snapshots": "block-all-sharing", "images": "block-new-sharing",
                                "metadata": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}}
    private = p.snapshot(world, GOOD, p.volume(world, GOOD))
    public = p.snapshot(world, HOME, p.volume(world, HOME, encrypted=False), public=True)
    world.expect("ebs.snapshot-not-public", "pass", private)
    world.expect("ebs.snapshot-not-public", "fail", public)


def databases(world):
    good, bad = p.database(world, GOOD, "orders"), p.database(world, HOME, "legacy-orders", good=False, EngineVersion="13.20")
    for check in ("storage-encrypted", "not-public", "backup-enabled", "multi-az", "deletion-protection", "engine-maintained",
                  "logs-exported"):
        world.expect(f"rds.{check}", "pass", good)
        world.expect(f"rds.{check}", "fail", bad)
    world.expect("rds.engine-supported", "pass", good)
    world.expect("rds.engine-supported", "fail", bad)
    for region, demanded in ((GOOD, "1"), (HOME, "0")):
        world.answer("rds", "DescribeDBParameters", {"Parameters": [
            {"ParameterName": "rds.force_ssl", "ParameterValue": demanded, "Source": "user", "ApplyType": "dynamic",
             "DataType": "boolean", "AllowedValues": "0,1", "IsModifiable": True, "ApplyMethod": "immediate"}]}, region)
        group = world.client("rds", region).describe_db_instances()["DBInstances"][0]["DBParameterGroups"][0]["DBParameterGroupName"]
        world.expect("rds.tls-required", "pass" if demanded == "1" else "fail", p.arn(world, "rds", region, f"pg:{group}"))
    safe = p.db_snapshot(world, GOOD, "orders-before-upgrade", "orders")
    shared = p.db_snapshot(world, HOME, "legacy-orders-copy", "legacy-orders", public=True)
    world.expect("rds.snapshot-not-public", "pass", safe)
    world.expect("rds.snapshot-not-public", "fail", shared)
    world.expect("rds.snapshot-encrypted", "pass", safe)
    world.expect("rds.snapshot-encrypted", "fail", shared)


def detection(world):
    full = p.detector(world, HOME)
    basic = p.detector(world, GOOD, complete=False)
    p.guardduty_finding(world, HOME, full, 8, 30)
    p.security_hub(world, HOME)
    p.hub_finding(world, HOME)
    busy = p.analyzer(world, HOME, findings=1)
    quiet = p.analyzer(world, GOOD)
    world.expect("guardduty.enabled", "pass", HOME, GOOD)
    world.expect("guardduty.enabled", "fail", BARE)
    world.expect("guardduty.data-and-malware-plans", "pass", full)
    world.expect("guardduty.data-and-malware-plans", "fail", basic)
    world.expect("guardduty.workload-plans", "pass", full)
    world.expect("guardduty.workload-plans", "fail", basic)
    world.expect("securityhub.enabled", "pass", HOME)
    world.expect("securityhub.enabled", "fail", GOOD, BARE)
    world.expect("accessanalyzer.external-enabled", "pass", HOME, GOOD)
    world.expect("accessanalyzer.external-enabled", "fail", BARE)
    world.expect("accessanalyzer.no-active-findings", "pass", quiet)
    world.expect("accessanalyzer.no-active-findings", "fail", busy)
