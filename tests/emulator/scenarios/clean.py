"""An account where everything is as it should be."""

import datetime
import json

from . import parts as p
from . import services

ACCOUNT = "123456789012"
SEED = 7
HOME, OTHER = "us-east-1", "eu-west-1"
REGIONS = (HOME, OTHER)

GUARDRAILS = p.document(
    {"Sid": "Regions", "Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*", "artifact:*"],
     "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(REGIONS)}}},
    {"Sid": "Logging", "Effect": "Deny", "Resource": "*", "Action": [
        "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder", "guardduty:DeleteDetector"]})
OPT_OUT = json.dumps({"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}})


def build(world):
    """Two regions, small and tidy."""
    world.regions = list(REGIONS)
    world.settings = {"period": [world.ago(80).date().isoformat(), world.ago(1).date().isoformat()], "regions": list(REGIONS),
                      "params": {"approved_regions": list(REGIONS), "services_in_scope": ["AWS::EC2::*", "AWS::RDS::*", "AWS::S3::*"],
                                 "services_in_scope_date": world.ago(20).date().isoformat()}}
    world.root = {"mfa": "hardware", "keys": 0, "created": world.ago(900), "last_used": None}
    for part in (identities, governance, storage, networks, detection, artifact):
        part(world)
    for service in services.all_services():
        service.good(world)
    every = [
        "iam.root-mfa-enabled", "iam.root-hardware-mfa", "iam.root-no-access-keys",
        "iam.password-policy-length", "iam.federation-in-use", "iam.audit-role", "account.security-contact",
        "org.scp-region-restriction", "org.scp-protects-logging", "org.ai-opt-out",
        "cloudtrail.multi-region-trail", "s3.account-public-access-block", "artifact.reports-current", "config.aggregator",
        "cloudtrail.management-events-all"]
    world.expect_nothing_found("org.delegated-admins-approved", "pass")
    world.expect_nothing_found("iam.admin-principals-limited", "pass")
    for event in ("config-tampering", "console-login-failures", "console-login-no-mfa", "credentials-created", "detection-tampering",
                  "iam-policy-changes", "kms-key-disabled", "mfa-deactivated", "network-changes", "root-activity", "s3-exposure-changes",
                  "snapshot-sharing", "trail-tampering"):
        world.expect_nothing_found(f"events.{event}", "pass")
    for check in every:
        world.expect(check, "pass", world.account)
    for check in ("config.recorder-all-regions", "guardduty.enabled", "securityhub.enabled",
                  "ebs.encryption-by-default", "accessanalyzer.external-enabled"):
        world.expect(check, "pass", *REGIONS)


def identities(world):
    iam = world.client("iam")
    iam.update_account_password_policy(MinimumPasswordLength=16, RequireSymbols=True, RequireNumbers=True, MaxPasswordAge=90,
                                       RequireUppercaseCharacters=True, RequireLowercaseCharacters=True, PasswordReusePrevention=24)
    iam.create_account_alias(AccountAlias="tidy")
    metadata = "<EntityDescriptor>" + "x" * 1200 + "</EntityDescriptor>"
    iam.create_saml_provider(SAMLMetadataDocument=metadata, Name="workforce")
    iam.create_group(GroupName="deployers")
    iam.attach_group_policy(GroupName="deployers", PolicyArn=p.aws_policy("AmazonS3ReadOnlyAccess"))
    bot = p.user(world, "svc-deploy", keys=[(10, 0)], groups=["deployers"])
    auditor = p.role(world, "auditor", {"AWS": f"arn:aws:iam::{world.account}:root"}, managed=[p.aws_policy("SecurityAudit")])
    world.expect("iam.access-keys-rotated", "pass", bot)
    world.expect("iam.users-no-direct-policies", "pass", bot)
    world.expect("iam.unused-credentials-disabled", "pass", bot)
    world.expect("iam.role-trust-restricted", "pass", auditor)
    world.alternate["SECURITY"] = {"Name": "Security desk", "Title": "CISO", "EmailAddress": "security@tidy.example",
                                   "PhoneNumber": "+49 30 5550100"}
    world.contact = {"FullName": "Tidy Ltd", "AddressLine1": "1 Straight Street", "City": "Berlin", "PostalCode": "10115",
                     "CountryCode": "DE", "PhoneNumber": "+49 30 5550101", "CompanyName": "Tidy Ltd"}


def governance(world):
    world.expect("iam.root-not-used", "pass", f"arn:aws:iam::{world.account}:root")
    made = p.organization(world, ("guardrails", "SERVICE_CONTROL_POLICY", GUARDRAILS), ("no-ai", "AISERVICES_OPT_OUT_POLICY", OPT_OUT))
    world.expect("org.member-of-organization", "pass", made)
    world.org_features = {"OrganizationId": "o-tidy", "EnabledFeatures": ["RootCredentialsManagement", "RootSessions"]}


def storage(world):
    me = world.account
    world.client("s3control").put_public_access_block(AccountId=me, PublicAccessBlockConfiguration=p.BLOCKED)
    for region in REGIONS:
        key = p.kms_key(world, region, "data")
        world.expect("kms.key-rotation", "pass", key)
        logs = f"access-logs-{region}"
        more = {"key": key, "lock": True, "expire": 3650}
        made = [p.bucket(world, logs, region, policy_more=[p.log_delivery(logs)], logs=None, **more)]
        world.client("s3", region).put_bucket_logging(Bucket=logs, BucketLoggingStatus={"LoggingEnabled": {
            "TargetBucket": logs, "TargetPrefix": "self/"}})
        made.append(p.bucket(world, f"data-{region}", region, logs=logs, **more))
        for check in ("public-access-block", "no-public-read", "no-public-write", "default-encryption", "tls-only", "versioning",
                      "acl-disabled"):
            world.expect(f"s3.bucket-{check}", "pass", *made)
        for check in ("logging", "kms-encryption"):
            world.expect(f"s3.bucket-{check}", "pass", made[1])
    main = p.trail(world, "main", HOME, f"access-logs-{HOME}")
    world.client("cloudtrail").put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    for check in ("log-file-validation", "kms-encrypted", "cloudwatch-logs", "delivery-healthy"):
        world.expect(f"cloudtrail.{check}", "pass", main)


def networks(world):
    for number, region in enumerate(REGIONS):
        p.remove_default_vpc(world, region)
        made, subnets = p.vpc(world, region, f"10.{number + 1}", "workload", narrow_nacl=True)
        web = p.security_group(world, region, made, "web", ("tcp", 443, 443, "0.0.0.0/0"))
        server, _ = p.instance(world, region, subnets[0], web, "web-1")
        world.client("ec2", region).enable_ebs_encryption_by_default()
        world.ec2_defaults[region] = {"snapshots": "block-all-sharing", "images": "block-new-sharing", "metadata": {
            "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}}
        saved = p.snapshot(world, region, p.volume(world, region))
        base = p.database(world, region, f"orders-{number}", VpcSecurityGroupIds=[web.rpartition("/")[2]])
        copy = p.db_snapshot(world, region, f"orders-{number}-copy", f"orders-{number}")
        world.expect("ec2.sg-no-open-ssh", "pass", web)
        world.expect("ec2.imdsv2", "pass", server)
        world.expect("ebs.snapshot-not-public", "pass", saved)
        world.expect("rds.snapshot-not-public", "pass", copy)
        world.expect("vpc.flow-logs", "pass", p.arn(world, "ec2", region, f"vpc/{made}"))
        world.expect("vpc.subnet-no-auto-public-ip", "pass", *[p.arn(world, "ec2", region, f"subnet/{one}") for one in subnets])
        for check in ("storage-encrypted", "not-public", "backup-enabled", "multi-az", "deletion-protection"):
            world.expect(f"rds.{check}", "pass", base)


def detection(world):
    for region in REGIONS:
        world.expect("guardduty.data-and-malware-plans", "pass", p.detector(world, region))
        p.security_hub(world, region)
        world.expect("accessanalyzer.no-active-findings", "pass", p.analyzer(world, region))
        p.recorder(world, region, f"access-logs-{HOME}")
        rule = p.config_rule(world, region, "volumes-encrypted", "ENCRYPTED_VOLUMES", [("AWS::EC2::Volume", "vol-0a", True)])
        world.expect("config.rules-compliant", "pass", rule)
        world.resource_counts[region] = {"AWS::EC2::Instance": 1, "AWS::S3::Bucket": 2, "AWS::RDS::DBInstance": 1}
    world.client("config").put_configuration_aggregator(
        ConfigurationAggregatorName="everything", OrganizationAggregationSource={
            "RoleArn": f"arn:aws:iam::{world.account}:role/aggregator", "AllAwsRegions": True})


def artifact(world):
    today = world.now.date()
    start, end = today - datetime.timedelta(days=400), today + datetime.timedelta(days=200)
    for name in ("SOC 1 Type 2 Report", "SOC 2 Type 2 Report",
                 "SOC 3 Report", "ISO 27001:2022 Certification", "ISO 27017:2015 Certification",
                 "ISO 27018:2019 Certification", "ISO 27701:2019 Certification", "ISO 22301:2019 Certification",
                 "C5 Attestation Report", "CSA STAR CCM v4.0 Certification", "PCI DSS Attestation of Compliance"):
        p.report(world, 1, name, start, end)
