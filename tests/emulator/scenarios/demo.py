"""Lindenhof Kiosk GmbH: a small company that is mostly in order, for the demonstration. Its clock stands still."""

import datetime

from . import demo_services, parts as p

ACCOUNT = "418272034195"
SEED = 2026
NOW = datetime.datetime(2026, 9, 30, 18, tzinfo=datetime.timezone.utc)
MAIN, SECOND, GLOBAL = "eu-central-1", "eu-west-1", "us-east-1"
REGIONS = (MAIN, SECOND, GLOBAL)

# name, days since the last console sign-in (None: no password), MFA, groups
PEOPLE = [
    ("anke.bremer", 0, True, ["platform-admins"]), ("bashir.nazari", 1, True, ["platform-admins"]),
    ("clara.oduya", 2, True, ["developers"]), ("dmitri.volkov", 0, True, ["developers"]),
    ("elif.kaya", 3, True, ["developers"]), ("florian.hauck", 1, True, ["developers"]),
    ("greta.lindqvist", 5, True, ["developers"]), ("hanna.wirth", 12, False, ["developers"]),
    ("ines.carvalho", 4, True, ["data"]), ("jonas.petersen", 0, True, ["developers"]),
    ("karolina.nowak", 7, True, ["data"]), ("lukas.brandt", 2, True, ["developers"]),
    ("mei.tanaka", 1, True, ["data"]), ("niklas.vogt", 131, True, ["developers"]),
    ("olga.sidorova", 6, True, ["finance"]), ("pavel.horak", 3, True, ["support"]),
    ("quentin.dubois", 9, True, ["support"]), ("rosa.delgado", 2, False, ["support"]),
    ("samir.haddad", 1, True, ["developers"]), ("tabea.krueger", 0, True, ["developers"]),
    ("ulrike.stern", 14, True, ["finance"]), ("viktor.jansen", 8, True, ["developers"]),
    ("wiebke.lorenz", 3, True, ["support"]), ("xaver.huber", 22, True, ["finance"]),
    ("yasmin.el-amin", 1, True, ["data"]), ("zoe.martin", 0, True, ["developers"]),
    ("tomas.berg", 18, True, ["support"]), ("sofia.ricci", 5, True, ["developers"]),
    ("peter.falk", "never", False, ["support"]), ("extern.auditor", 11, True, ["audit"]),
]
# name, age of the key, days since its use
MACHINES = [
    ("svc-ci", 41, 0), ("svc-terraform", 62, 0), ("svc-backup", 388, 0), ("svc-kiosk-telemetry", 77, 0),
    ("svc-erp-bridge", 512, 3), ("svc-newsletter", 23, 1), ("svc-old-importer", 640, 301), ("svc-metrics", 85, 0),
    ("svc-label-printer", 15, 0), ("svc-partner-feed", 70, 2),
]


def build(world):
    """The whole company."""
    world.regions = [MAIN, SECOND, GLOBAL]
    world.caller_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AuditReadOnly/auditpack"
    world.root = {"mfa": "virtual", "keys": 0, "created": world.ago(1460), "last_used": world.ago(204)}
    world.report_ready_at_once = True
    world.settings = {"period": ["2026-07-01", "2026-09-30"], "regions": sorted(REGIONS)}
    world.denials = [("organizations", "ListPolicies", None), ("rds", "DescribeDBInstances", GLOBAL)]
    for part in (identities, roles, organization, storage, keys, trails, history, config, artifact, networks, databases, detection):
        part(world)
    demo_services.build(world)


def identities(world):
    iam = world.client("iam")
    iam.create_account_alias(AccountAlias="lindenhof-kiosk")
    iam.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True, RequireNumbers=True, PasswordReusePrevention=12,
                                       RequireUppercaseCharacters=True, RequireLowercaseCharacters=True)
    for group, policy in (("platform-admins", "AdministratorAccess"), ("developers", "PowerUserAccess"), ("data", "AmazonS3ReadOnlyAccess"),
                          ("finance", "job-function/Billing"), ("support", "job-function/ViewOnlyAccess"), ("audit", "SecurityAudit")):
        with world.at(world.ago(900)):
            iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=p.aws_policy(policy))
    for number, (name, console, mfa, groups) in enumerate(PEOPLE):
        keys = [(30 + 7 * number, 1)] if number in (2, 4, 9) else []
        p.user(world, name, created=950 - 29 * number, console=console, mfa=mfa, groups=groups, keys=keys)
    for name, age, used in MACHINES:
        p.user(world, name, created=age + 30, mfa=False, keys=[(age, used)],
               managed=[p.aws_policy("AmazonS3ReadOnlyAccess")] if name == "svc-erp-bridge" else [])
    world.alternate = {
        "SECURITY": {"Name": "Anke Bremer", "Title": "Head of Platform", "EmailAddress": "security@lindenhof-kiosk.example",
                     "PhoneNumber": "+49 40 5550142"},
        "BILLING": {"Name": "Ulrike Stern", "Title": "Controller", "EmailAddress": "invoices@lindenhof-kiosk.example",
                    "PhoneNumber": "+49 40 5550118"}}
    world.contact = {"FullName": "Lindenhof Kiosk GmbH", "AddressLine1": "Speicherstrasse 11", "City": "Hamburg", "PostalCode": "20457",
                     "CountryCode": "DE", "PhoneNumber": "+49 40 5550100", "CompanyName": "Lindenhof Kiosk GmbH",
                     "WebsiteUrl": "https://lindenhof-kiosk.example"}


def roles(world):
    me = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    lam, ec2 = {"Service": "lambda.amazonaws.com"}, {"Service": "ec2.amazonaws.com"}
    p.role(world, "AuditReadOnly", me, managed=[p.aws_policy("SecurityAudit"), p.aws_policy("job-function/ViewOnlyAccess")])
    p.role(world, "kiosk-api", ec2)
    p.role(world, "kiosk-orders-worker", lam)
    p.role(world, "flow-logs", {"Service": "vpc-flow-logs.amazonaws.com"})
    p.role(world, "monitoring-vendor", {"AWS": "arn:aws:iam::716390482255:root"}, {"StringEquals": {"sts:ExternalId": "lk-5c1f09"}})
    p.role(world, "pos-integrator", {"AWS": "arn:aws:iam::905418377120:root"})
    p.role(world, "break-glass", me, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, managed=[p.aws_policy("AdministratorAccess")])
    p.policy(world, "kiosk-orders", p.document(p.allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::lindenhof-orders/*"),
                                               p.allow(["kms:Decrypt"], f"arn:aws:kms:{MAIN}:{ACCOUNT}:key/*")), "kiosk-orders-worker")
    p.policy(world, "kiosk-api", p.document(p.allow(["dynamodb:*"], f"arn:aws:dynamodb:{MAIN}:{ACCOUNT}:table/kiosk-*")), "kiosk-api")
    p.policy(world, "migration-2024", p.document(p.allow("*")), "pos-integrator")


def organization(world):
    p.organization(world, ("keep-the-logs", "SERVICE_CONTROL_POLICY", p.document(
        {"Effect": "Deny", "Resource": "*", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail",
                                                       "config:StopConfigurationRecorder", "guardduty:DeleteDetector"]})))
    client = world.client("organizations")
    for name in ("kiosk-staging", "kiosk-sandbox"):
        client.create_account(AccountName=name, Email=f"{name}@lindenhof-kiosk.example")
    world.org_features = {"OrganizationId": client.describe_organization()["Organization"]["Id"],
                          "EnabledFeatures": ["RootCredentialsManagement"]}


BUCKETS = """orders invoices customer-exports kiosk-images kiosk-firmware kiosk-telemetry receipts loyalty terraform-state
    backups-erp backups-orders analytics-raw analytics-curated ml-features static-assets partner-feed label-templates
    support-attachments hr-documents web-logs""".split()


def storage(world):
    key = p.kms_key(world, MAIN, "customer data")
    logs = "lindenhof-access-logs"
    p.bucket(world, logs, MAIN, policy_more=[p.log_delivery(logs)], expire=400, created=1100)
    for number, name in enumerate(BUCKETS):
        region = SECOND if name.startswith("backups") else MAIN
        sensitive = name in ("orders", "invoices", "customer-exports", "loyalty", "hr-documents", "receipts")
        careless = name in ("label-templates", "partner-feed")
        p.bucket(world, f"lindenhof-{name}", region, created=1000 - 31 * number, bare=careless, key=key if sensitive else None,
                 logs=logs if region == MAIN and not careless else None, lock=name.startswith("backups"),
                 versioning=name not in ("analytics-raw", "ml-features", "web-logs"), tls=name not in ("web-logs", "kiosk-telemetry"),
                 expire=730 if name in ("receipts", "web-logs") else None,
                 tags=None if careless else {"owner": "platform", "data-classification": "confidential" if sensitive else "internal",
                                             **({"environment": "production"} if sensitive else {})})
    p.bucket(world, "lindenhof-public-site", MAIN, block=False, logs=logs, policy_more=[p.public_read("lindenhof-public-site")], created=620)
    p.bucket(world, "lindenhof-marketing-drop", SECOND, bare=True, acl="READ", created=1180)
    p.bucket(world, "lindenhof-cdn-logs", GLOBAL, created=500, ownership="BucketOwnerPreferred")


def keys(world):
    for region in (MAIN, SECOND):
        p.kms_key(world, region, "databases", created=700)
        p.kms_key(world, region, "volumes", created=690)
    p.kms_key(world, MAIN, "erp bridge (2023)", rotate=False, created=1090)
    p.kms_key(world, MAIN, "firmware signing", spec="RSA_2048", created=400)
    p.kms_key(world, SECOND, "retired pilot", pending=True, created=800)


def trails(world):
    name = "lindenhof-audit-trail"
    p.bucket(world, name, MAIN, lock=True, created=1150, logs="lindenhof-access-logs")
    p.trail(world, "lindenhof", MAIN, name)
    world.client("cloudtrail", MAIN).put_insight_selectors(TrailName="lindenhof", InsightSelectors=[
        {"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}])


def history(world):
    people = [name for name, console, mfa, _ in PEOPLE if mfa and isinstance(console, int)]
    for number in range(64):
        p.console_login(world, people[number % len(people)], days=number % 85, hours=(number * 7) % 9, address=f"198.51.100.{20 + number % 5}")
    p.console_login(world, "hanna.wirth", mfa=False, days=12, address="203.0.113.88")
    p.console_login(world, "rosa.delgado", mfa=False, days=2, address="198.51.100.21")
    for attempt in range(4):
        p.console_login(world, "peter.falk", success=False, days=33, hours=attempt / 30, address="203.0.113.140")
    pipeline = "svc-terraform"
    for name, region, days, who in (
            ("CreateUser", GLOBAL, 80, pipeline), ("CreateAccessKey", GLOBAL, 80, pipeline), ("CreateAccessKey", GLOBAL, 15, "bashir.nazari"),
            ("AttachRolePolicy", GLOBAL, 61, pipeline), ("CreatePolicyVersion", GLOBAL, 44, "anke.bremer"),
            ("PutBucketPolicy", MAIN, 39, "clara.oduya"), ("AuthorizeSecurityGroupIngress", MAIN, 27, "dmitri.volkov"),
            ("AuthorizeSecurityGroupIngress", SECOND, 26, pipeline), ("ScheduleKeyDeletion", SECOND, 6, "anke.bremer"),
            ("PutEventSelectors", MAIN, 52, pipeline), ("CreateLoginProfile", GLOBAL, 34, "bashir.nazari"),
            ("DeactivateMFADevice", GLOBAL, 13, "bashir.nazari"), ("CreateRoute", MAIN, 71, pipeline)):
        p.event(world, name, region=region, days=days, hours=2, user_name=who)


def config(world):
    for region in REGIONS:
        p.recorder(world, region, "lindenhof-audit-trail")
    world.resource_counts = {
        MAIN: {"AWS::S3::Bucket": 21, "AWS::EC2::SecurityGroup": 11, "AWS::EC2::Volume": 9, "AWS::EC2::Instance": 6, "AWS::KMS::Key": 6,
               "AWS::RDS::DBInstance": 3, "AWS::Lambda::Function": 5, "AWS::IAM::User": 40, "AWS::DynamoDB::Table": 4, "AWS::ECS::Service": 3,
               "AWS::SQS::Queue": 3, "AWS::SNS::Topic": 3, "AWS::SecretsManager::Secret": 3, "AWS::ElasticLoadBalancingV2::LoadBalancer": 2},
        SECOND: {"AWS::S3::Bucket": 3, "AWS::EC2::SecurityGroup": 4, "AWS::EC2::Volume": 2, "AWS::RDS::DBInstance": 1},
        GLOBAL: {"AWS::RDS::DBInstance": 2, "AWS::S3::Bucket": 1, "AWS::CloudFront::Distribution": 2}}
    world.client("config", MAIN).put_configuration_aggregator(
        ConfigurationAggregatorName="lindenhof", AccountAggregationSources=[{"AccountIds": [ACCOUNT], "AllAwsRegions": True}])


def artifact(world):
    day = datetime.date
    for number, name, start, end in (
            (12, "SOC 1 Type 2 Report - Current", day(2025, 10, 1), day(2026, 6, 30)),
            (12, "SOC 2 Type 2 Report - Current", day(2025, 7, 1), day(2026, 6, 30)),
            (9, "SOC 3 Report - Current", day(2025, 7, 1), day(2026, 6, 30)),
            (7, "SOC Continued Operations Letter", day(2026, 7, 1), day(2026, 9, 30)),
            (4, "ISO 27001:2022 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27001:2022 Statement of Applicability", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27017:2015 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27018:2019 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (3, "ISO 27701:2019 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (2, "ISO 22301:2019 Certification", day(2023, 8, 1), day(2026, 7, 31)),
            (6, "Cloud Computing Compliance Controls Catalogue (C5) Attestation Report", day(2025, 10, 1), day(2026, 9, 30)),
            (5, "CSA STAR CCM v4.0 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (8, "PCI DSS v4.0.1 Attestation of Compliance (AOC) and Responsibility Summary", day(2026, 2, 1), day(2027, 1, 31)),
            (1, "TISAX Assessment Result", day(2025, 3, 1), day(2028, 2, 28))):
        p.report(world, number, name, start, end)
    start = datetime.datetime(2024, 3, 4, 9, 30, tzinfo=datetime.timezone.utc)
    world.agreements = [{
        "name": "AWS Organizations Business Associate Addendum", "id": "customer-agreement-4f1c2a90d7b34e11",
        "arn": f"arn:aws:artifact::{ACCOUNT}:customer-agreement/customer-agreement-4f1c2a90d7b34e11",
        "agreementArn": "arn:aws:artifact:::agreement/agreement-9d5d6ad1c2e84f0f", "awsAccountId": ACCOUNT, "effectiveStart": start,
        "state": "ACTIVE", "type": "DEFAULT", "description": "An example of an accepted agreement.",
        "acceptanceTerms": ["I have read it."], "terminateTerms": []}]


def networks(world):
    p.remove_default_vpc(world, GLOBAL)
    world.client("ec2", GLOBAL).enable_ebs_encryption_by_default()
    world.images = {(region, "ami-0123456789abcdef0"): {
        "Name": "al2023-ami-2023.9.20260801.0-kernel-6.12-arm64", "OwnerId": "137112412989", "ImageOwnerAlias": "amazon",
        "CreationDate": world.ago(60).strftime("%Y-%m-%dT%H:%M:%S.000Z")} for region in (MAIN, SECOND)}
    servers = [(MAIN, "10.40", "kiosk", ["api-1", "api-2", "worker-1", "worker-2", "erp-bridge"]), (SECOND, "10.50", "recovery", ["standby-1"])]
    for region, cidr, name, names in servers:
        p.remove_default_vpc(world, region)
        made, subnets = p.vpc(world, region, cidr, name, narrow_nacl=True)
        web = p.security_group(world, region, made, "load-balancer", ("tcp", 443, 443, "0.0.0.0/0"), ("tcp", 443, 443, "::/0"))
        app = p.security_group(world, region, made, "application", ("tcp", 8443, 8443, f"{cidr}.0.0/16"))
        data = p.security_group(world, region, made, "database", ("tcp", 5432, 5432, f"{cidr}.0.0/16"))
        world.__dict__.setdefault("demo_groups", {})[region] = data.rpartition("/")[2]
        for server in names:
            p.instance(world, region, subnets[len(server) % 2], app, server, good=server != "erp-bridge", created=200)
        p.snapshot(world, region, p.volume(world, region, size=200, created=180), created=1)
        world.client("ec2", region).enable_ebs_encryption_by_default()
        world.ec2_defaults[region] = {"snapshots": "block-all-sharing", "images": "block-new-sharing", "metadata": {
            "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}}
        if region == MAIN:
            p.security_group(world, region, made, "kiosk-maintenance", ("tcp", 22, 22, "::/0"))
            p.security_group(world, region, made, "office-vpn", ("udp", 1194, 1194, "198.51.100.0/24"))
            p.volume(world, region, encrypted=False, size=80, created=1050)
        _ = web


def databases(world):
    group = world.demo_groups
    p.database(world, MAIN, "orders", created=700, size=200, VpcSecurityGroupIds=[group[MAIN]])
    p.database(world, MAIN, "loyalty", created=410, size=100, VpcSecurityGroupIds=[group[MAIN]])
    p.database(world, MAIN, "erp-staging", created=320, VpcSecurityGroupIds=[group[MAIN]], engine="mysql", MultiAZ=False,
               DeletionProtection=False, BackupRetentionPeriod=3)
    p.database(world, SECOND, "orders-recovery", created=690, VpcSecurityGroupIds=[group[SECOND]], MultiAZ=False)
    p.db_snapshot(world, MAIN, "orders-before-16-9", "orders")


def detection(world):
    found = p.detector(world, MAIN)
    p.detector(world, SECOND, complete=False)
    p.detector(world, GLOBAL)
    p.guardduty_finding(world, MAIN, found, 5, 9)
    for region in REGIONS:
        p.security_hub(world, region)
    p.hub_finding(world, MAIN, severity="HIGH", days=26)
    p.hub_finding(world, MAIN, severity="MEDIUM", days=41, workflow="NOTIFIED")
    for region in REGIONS:
        p.analyzer(world, region, findings=1 if region == MAIN else 0)


