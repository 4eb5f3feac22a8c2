"""Lindenhof Kiosk GmbH: a small company that is mostly in order, for the demonstration. Its clock stands still at the
end of one of three quarters.

The first: nine people sign in without MFA, RDP and a few other things are open. The second: these are mended, a database
and three people have joined. The third, the present: two buckets were opened to the public, two people are without MFA
again, one of them since her account was made anew, one has another name, and two calls that answered are refused."""

import datetime

from . import demo_services, parts as p

ACCOUNT = "418272034195"
SEED = 2026
NOW = datetime.datetime(2026, 9, 30, 18, tzinfo=datetime.timezone.utc)
MOMENTS = {"2026-Q1": NOW.replace(month=3, day=31), "2026-Q2": NOW.replace(month=6), "2026-Q3": NOW}
# All that has no date of its own was made then.
FOUNDED = datetime.datetime(2026, 1, 12, 9, tzinfo=datetime.timezone.utc)
MAIN, SECOND, GLOBAL = "eu-central-1", "eu-west-1", "us-east-1"
LOYALTY = 142  # days before the present: when the loyalty programme got its database
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
# Who got his second factor in the second quarter, and how many days before the present.
MFA_SINCE = {"elif.kaya": 168, "hanna.wirth": 162, "karolina.nowak": 161, "mei.tanaka": 161, "pavel.horak": 155, "quentin.dubois": 154,
             "rosa.delgado": 149, "wiebke.lorenz": 148, "xaver.huber": 134}
# His account was made in the second quarter; his password, without a second factor, in the third.
PASSWORD_SINCE = {"peter.falk": 60}
# Deleted and made anew, without a second factor.
MADE_ANEW = {"rosa.delgado": 80}
# Since when, and the name before.
RENAMED = {"olga.sidorova": (88, "olga.petrova")}
# name, age of the user, ages of the keys one after the other, days since the use
MACHINES = [
    ("svc-ci", 930, (41, 120, 204), 0), ("svc-terraform", 930, (62, 148, 230), 0), ("svc-backup", 418, (388,), 0),
    ("svc-kiosk-telemetry", 700, (77, 160, 240), 0), ("svc-erp-bridge", 542, (512,), 3), ("svc-newsletter", 800, (23, 106, 190), 1),
    ("svc-old-importer", 670, (640,), 301), ("svc-metrics", 610, (85, 146, 595), 0), ("svc-label-printer", 45, (15,), 0),
    ("svc-partner-feed", 500, (70, 155, 238), 2),
]


def build(world):
    """The whole company."""
    world.regions = [MAIN, SECOND, GLOBAL]
    world.caller_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AuditReadOnly/auditpack"
    world.root = {"mfa": "virtual", "keys": 0, "created": world.ago(1460), "last_used": world.ago(204)}
    world.root_days = 204 - world.earlier()
    world.report_ready_at_once = True
    world.settings = {"period": [f"{world.now.replace(month=world.now.month - 2, day=1):%Y-%m-%d}", f"{world.now:%Y-%m-%d}"],
                      "regions": sorted(REGIONS)}
    if is_since(world, "2026-Q3"):
        world.denials = [("organizations", "ListPolicies", None), ("rds", "DescribeDBInstances", GLOBAL)]
    for part in (identities, roles, organization, storage, keys, trails, history, config, artifact, networks, databases, detection):
        part(world)
    demo_services.build(world)


def is_since(world, quarter):
    """Whether the account is asked at the end of this quarter or later."""
    return world.now >= MOMENTS[quarter]


def quarter_of(world):
    return max(name for name in MOMENTS if is_since(world, name))


def is_there(world, days):
    """Whether what is so old at the present was there already."""
    return days >= world.earlier()


def identities(world):
    iam = world.client("iam")
    iam.create_account_alias(AccountAlias="lindenhof-kiosk")
    length = 14 if is_since(world, "2026-Q2") else 8
    iam.update_account_password_policy(MinimumPasswordLength=length, RequireSymbols=True, RequireNumbers=True, PasswordReusePrevention=12,
                                       RequireUppercaseCharacters=True, RequireLowercaseCharacters=True)
    for group, policy in (("platform-admins", "AdministratorAccess"), ("developers", "PowerUserAccess"), ("data", "AmazonS3ReadOnlyAccess"),
                          ("finance", "job-function/Billing"), ("support", "job-function/ViewOnlyAccess"), ("audit", "SecurityAudit")):
        with world.at(world.ago(900)):
            iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=p.aws_policy(policy))
    for number, (name, console, mfa, groups) in enumerate(PEOPLE):
        age = 30 + 7 * number
        keys = [key(world, (age, age + 85, age + 170), 1)] if number in (2, 4, 9) else []
        person(world, name, 950 - 29 * number, console, mfa, groups, keys)
    for name, created, ages, used in MACHINES:
        if is_there(world, created):
            p.user(world, name, created=created, mfa=False, keys=[key(world, ages, used)],
                   managed=[p.aws_policy("AmazonS3ReadOnlyAccess")] if name == "svc-erp-bridge" else [])
    world.alternate = {
        "SECURITY": {"Name": "Anke Bremer", "Title": "Head of Platform", "EmailAddress": "security@lindenhof-kiosk.example",
                     "PhoneNumber": "+49 40 5550142"},
        "BILLING": {"Name": "Ulrike Stern", "Title": "Controller", "EmailAddress": "invoices@lindenhof-kiosk.example",
                    "PhoneNumber": "+49 40 5550118"}}
    world.contact = {"FullName": "Lindenhof Kiosk GmbH", "AddressLine1": "Speicherstrasse 11", "City": "Hamburg", "PostalCode": "20457",
                     "CountryCode": "DE", "PhoneNumber": "+49 40 5550100", "CompanyName": "Lindenhof Kiosk GmbH",
                     "WebsiteUrl": "https://lindenhof-kiosk.example"}


def key(world, ages, used):
    """The key of that moment, and when it was used."""
    age = min(age for age in ages if is_there(world, age))
    return age, 0 if age - world.earlier() <= used else used


def person(world, name, created, console, mfa, groups, keys):
    if name in MADE_ANEW:
        mfa = not is_since(world, "2026-Q3")
        created = MADE_ANEW[name] if is_since(world, "2026-Q3") else created
    if not is_there(world, created):
        return
    if name in PASSWORD_SINCE and not is_there(world, PASSWORD_SINCE[name]):
        console = None
    if isinstance(console, int) and console > 92:
        # The first quarter's end was before the last time.
        console = console if is_there(world, console) else 3
    since = MFA_SINCE.get(name)
    if since:
        # One of them has lost it again.
        mfa = is_there(world, since) and (mfa or name == "hanna.wirth" and not is_since(world, "2026-Q3"))
    more = {"mfa_since": since if mfa else None, "password_since": PASSWORD_SINCE.get(name) if console else None}
    days, old = RENAMED.get(name, (0, name))
    p.user(world, old, created=created, console=console, mfa=mfa, groups=groups, keys=keys, **more)
    if old != name and is_there(world, days):
        rename(world, old, name)


def rename(world, old, new):
    """The same user by another name; the device keeps the serial number that it got by the old one."""
    from moto.iam.models import iam_backends

    world.client("iam").update_user(UserName=old, NewUserName=new)
    backend = iam_backends[world.account]["aws"]
    user = backend.users[new]
    for device in user.mfa_devices:
        backend.virtual_mfa_devices[device].user_attribute.update(UserName=new, Arn=user.arn)
    for row in world.credentials:
        if row["user"] == old:
            row.update(user=new, arn=user.arn)


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
    public = is_since(world, "2026-Q3")
    p.bucket(world, "lindenhof-public-site", MAIN, block=not public, logs=logs, created=620,
             policy_more=[p.public_read("lindenhof-public-site")] if public else [])
    p.bucket(world, "lindenhof-marketing-drop", SECOND, bare=True, acl="READ" if public else None, created=1180)
    p.bucket(world, "lindenhof-cdn-logs", GLOBAL, created=500, ownership="BucketOwnerPreferred")


def keys(world):
    for region in (MAIN, SECOND):
        p.kms_key(world, region, "databases", created=700, rotate=region == MAIN or is_since(world, "2026-Q2"))
        p.kms_key(world, region, "volumes", created=690)
    p.kms_key(world, MAIN, "erp bridge (2023)", rotate=False, created=1090)
    p.kms_key(world, MAIN, "firmware signing", spec="RSA_2048", created=400)
    pilot = p.kms_key(world, SECOND, "retired pilot", created=800)
    if is_since(world, "2026-Q3"):
        with world.at(world.ago(6)):
            world.client("kms", SECOND).schedule_key_deletion(KeyId=pilot.rpartition("/")[2], PendingWindowInDays=30)


def trails(world):
    name = "lindenhof-audit-trail"
    p.bucket(world, name, MAIN, lock=True, created=1150, logs="lindenhof-access-logs")
    p.trail(world, "lindenhof", MAIN, name)
    world.client("cloudtrail", MAIN).put_insight_selectors(TrailName="lindenhof", InsightSelectors=[
        {"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}])


# Who did what, by the quarter at whose end CloudTrail still shows it: name, region, days before that end, who.
EVENTS = {
    "2026-Q1": [
        ("CreateAccessKey", GLOBAL, 7, "svc-terraform"), ("AttachRolePolicy", GLOBAL, 55, "anke.bremer"),
        ("AuthorizeSecurityGroupIngress", MAIN, 63, "dmitri.volkov"), ("PutEventSelectors", MAIN, 71, "svc-terraform")],
    "2026-Q2": [
        ("CreateUser", GLOBAL, 75, "svc-terraform"), ("CreateLoginProfile", GLOBAL, 75, "bashir.nazari"), ("CreateUser", GLOBAL, 46, "svc-terraform"),
        ("CreateUser", GLOBAL, 17, "svc-terraform"), ("CreateLoginProfile", GLOBAL, 17, "bashir.nazari"),
        ("UpdateAccountPasswordPolicy", GLOBAL, 79, "anke.bremer"), ("EnableKeyRotation", SECOND, 61, "anke.bremer"),
        ("RevokeSecurityGroupIngress", MAIN, 68, "dmitri.volkov"), ("CreateDBInstance", MAIN, 49, "svc-terraform"),
        ("PutRetentionPolicy", MAIN, 58, "svc-terraform"), ("CreateAccessKey", GLOBAL, 54, "svc-terraform")],
    "2026-Q3": [
        ("CreateUser", GLOBAL, 80, "svc-terraform"), ("CreateAccessKey", GLOBAL, 80, "svc-terraform"), ("CreateAccessKey", GLOBAL, 15, "bashir.nazari"),
        ("AttachRolePolicy", GLOBAL, 61, "svc-terraform"), ("CreatePolicyVersion", GLOBAL, 44, "anke.bremer"),
        ("PutBucketPolicy", MAIN, 39, "clara.oduya"), ("AuthorizeSecurityGroupIngress", MAIN, 27, "dmitri.volkov"),
        ("AuthorizeSecurityGroupIngress", SECOND, 26, "svc-terraform"), ("ScheduleKeyDeletion", SECOND, 6, "anke.bremer"),
        ("PutEventSelectors", MAIN, 52, "svc-terraform"), ("CreateLoginProfile", GLOBAL, 60, "bashir.nazari"),
        ("DeactivateMFADevice", GLOBAL, 13, "bashir.nazari"), ("CreateRoute", MAIN, 71, "svc-terraform"),
        ("UpdateUser", GLOBAL, 88, "bashir.nazari"), ("DeleteUser", GLOBAL, 84, "svc-terraform"), ("PutBucketAcl", SECOND, 37, "clara.oduya"),
        ("DeleteBucketPublicAccessBlock", MAIN, 39, "clara.oduya")],
}
SOURCES = {"EnableKeyRotation": "kms", "RevokeSecurityGroupIngress": "ec2", "CreateDBInstance": "rds", "PutRetentionPolicy": "logs"}


def history(world):
    quarter = quarter_of(world)
    console = {row["user"]: row for row in world.credentials if row["password_enabled"] == "true"}
    regular = [name for name, last, mfa, _ in PEOPLE if mfa and isinstance(last, int)]
    people = [name for name in (name if name in console else RENAMED.get(name, (0, name))[1] for name in regular) if name in console]
    for number in range(64):
        name, days, hours = people[number % len(people)], number % 85, (number * 7) % 9
        row = console[name]
        # Nobody signs in before he is there, and with a second factor only who has one.
        if row["user_creation_time"] < f"{world.ago(days, hours):%Y-%m-%dT%H:%M:%S}" and row["mfa_active"] == "true" \
                and is_there(world, MFA_SINCE.get(name, 999) - days):
            p.console_login(world, name, days=days, hours=hours, address=f"198.51.100.{20 + number % 5}")
    if quarter == "2026-Q1":
        for number, name in enumerate(sorted(MFA_SINCE)):
            p.console_login(world, name, mfa=False, days=3 + 4 * number, hours=number, address=f"198.51.100.{20 + number % 5}")
        p.console_login(world, "root", days=world.root_days, address="198.51.100.20")
    if quarter == "2026-Q3":
        p.console_login(world, "hanna.wirth", mfa=False, days=12, address="203.0.113.88")
        p.console_login(world, "rosa.delgado", mfa=False, days=2, address="198.51.100.21")
        for attempt in range(4):
            p.console_login(world, "peter.falk", success=False, days=33, hours=attempt / 30, address="203.0.113.140")
    for name, region, days, who in EVENTS[quarter]:
        source = f"{SOURCES[name]}.amazonaws.com" if name in SOURCES else None
        p.event(world, name, region=region, days=days, hours=2, user_name=who, source=source)


def config(world):
    for region in REGIONS:
        p.recorder(world, region, "lindenhof-audit-trail")
    world.resource_counts = {
        MAIN: {"AWS::S3::Bucket": 21, "AWS::EC2::SecurityGroup": 11, "AWS::EC2::Volume": 9, "AWS::EC2::Instance": 6, "AWS::KMS::Key": 6,
               "AWS::RDS::DBInstance": 3 if is_there(world, LOYALTY) else 2, "AWS::Lambda::Function": 5, "AWS::IAM::User": 40, "AWS::DynamoDB::Table": 4, "AWS::ECS::Service": 3,
               "AWS::SQS::Queue": 3, "AWS::SNS::Topic": 3, "AWS::SecretsManager::Secret": 3, "AWS::ElasticLoadBalancingV2::LoadBalancer": 2},
        SECOND: {"AWS::S3::Bucket": 3, "AWS::EC2::SecurityGroup": 4, "AWS::EC2::Volume": 2, "AWS::RDS::DBInstance": 1},
        GLOBAL: {"AWS::RDS::DBInstance": 2, "AWS::S3::Bucket": 1, "AWS::CloudFront::Distribution": 2}}
    world.client("config", MAIN).put_configuration_aggregator(
        ConfigurationAggregatorName="lindenhof", AccountAggregationSources=[{"AccountIds": [ACCOUNT], "AllAwsRegions": True}])


def artifact(world):
    day, midnight = datetime.date, datetime.time(tzinfo=datetime.timezone.utc)
    # AWS publishes twice a year, for the twelve months to 31 March and to 30 September; its letter goes on from there.
    half = 12 if is_since(world, "2026-Q2") else 11
    first = day(2025, 4, 1) if half == 12 else day(2024, 10, 1)
    last = day(2026, 3, 31) if half == 12 else day(2025, 9, 30)
    letter = {3: 5, 6: 6, 9: 7}[world.now.month]
    for number, name, start, end in (
            (half, "SOC 1 Type 2 Report - Current", day(2025, 10, 1) if half == 12 else day(2025, 4, 1), last),
            (half, "SOC 2 Type 2 Report - Current", first, last),
            (half - 3, "SOC 3 Report - Current", first, last),
            (letter, "SOC Continued Operations Letter", last + datetime.timedelta(days=1), world.now.date()),
            (4, "ISO 27001:2022 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27001:2022 Statement of Applicability", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27017:2015 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (4, "ISO 27018:2019 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (3, "ISO 27701:2019 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (2, "ISO 22301:2019 Certification", day(2023, 8, 1), day(2026, 7, 31)),
            (5, "Cloud Computing Compliance Controls Catalogue (C5) Attestation Report", day(2024, 10, 1), day(2025, 9, 30)),
            (5, "CSA STAR CCM v4.0 Certification", day(2025, 11, 12), day(2028, 11, 11)),
            (8, "PCI DSS v4.0.1 Attestation of Compliance (AOC) and Responsibility Summary", day(2026, 2, 1), day(2027, 1, 31)),
            (1, "TISAX Assessment Result", day(2025, 3, 1), day(2028, 2, 28))):
        certified = datetime.datetime.combine(start, midnight) + datetime.timedelta(days=10)
        p.report(world, number, name, start, end, created=certified if "SOC" not in name and "C5" not in name else None)
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
        "Name": "al2023-ami-2023.9.20260320.0-kernel-6.12-arm64", "OwnerId": "137112412989", "ImageOwnerAlias": "amazon",
        "CreationDate": world.ago(194).strftime("%Y-%m-%dT%H:%M:%S.000Z")} for region in (MAIN, SECOND)}
    made, _ = p.vpc(world, GLOBAL, "10.60", "shop", narrow_nacl=True)
    data = p.security_group(world, GLOBAL, made, "database", ("tcp", 5432, 5432, "10.60.0.0/16"))
    world.demo_groups = {GLOBAL: data.rpartition("/")[2]}
    servers = [(MAIN, "10.40", "kiosk", ["api-1", "api-2", "worker-1", "worker-2", "erp-bridge"]), (SECOND, "10.50", "recovery", ["standby-1"])]
    for region, cidr, name, names in servers:
        p.remove_default_vpc(world, region)
        made, subnets = p.vpc(world, region, cidr, name, narrow_nacl=True)
        web = p.security_group(world, region, made, "load-balancer", ("tcp", 443, 443, "0.0.0.0/0"), ("tcp", 443, 443, "::/0"))
        app = p.security_group(world, region, made, "application", ("tcp", 8443, 8443, f"{cidr}.0.0/16"))
        data = p.security_group(world, region, made, "database", ("tcp", 5432, 5432, f"{cidr}.0.0/16"))
        world.demo_groups[region] = data.rpartition("/")[2]
        for server in names:
            p.instance(world, region, subnets[len(server) % 2], app, server, good=server != "erp-bridge", created=189)
        p.snapshot(world, region, p.volume(world, region, size=200, created=360), created=1)
        if region == MAIN or is_since(world, "2026-Q2"):
            world.client("ec2", region).enable_ebs_encryption_by_default()
        world.ec2_defaults[region] = {"snapshots": "block-all-sharing", "images": "block-new-sharing", "metadata": {
            "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}}
        if region == MAIN:
            p.security_group(world, region, made, "kiosk-maintenance", ("tcp", 22, 22, "::/0"))
            desktop = [] if is_since(world, "2026-Q2") else [("tcp", 3389, 3389, "0.0.0.0/0")]
            p.security_group(world, region, made, "office-vpn", ("udp", 1194, 1194, "198.51.100.0/24"), *desktop)
            p.volume(world, region, encrypted=False, size=80, created=1050)
        _ = web


def databases(world):
    group = world.demo_groups
    p.database(world, MAIN, "orders", created=700, size=200, VpcSecurityGroupIds=[group[MAIN]])
    if is_there(world, LOYALTY):
        p.database(world, MAIN, "loyalty", created=LOYALTY, size=100, VpcSecurityGroupIds=[group[MAIN]])
    p.database(world, MAIN, "erp-staging", created=320, VpcSecurityGroupIds=[group[MAIN]], engine="mysql", MultiAZ=False,
               DeletionProtection=False, BackupRetentionPeriod=3)
    p.database(world, SECOND, "orders-recovery", created=690, VpcSecurityGroupIds=[group[SECOND]], MultiAZ=False)
    for name in ("reporting", "storefront"):
        p.database(world, GLOBAL, name, created=560, VpcSecurityGroupIds=[group[GLOBAL]])
    p.db_snapshot(world, MAIN, "orders-before-16-9", "orders")


def detection(world):
    found = p.detector(world, MAIN)
    p.detector(world, SECOND, complete=False)
    p.detector(world, GLOBAL)
    quarter = quarter_of(world)
    for severity, days in {"2026-Q1": [(4, 21)], "2026-Q2": [], "2026-Q3": [(5, 9)]}[quarter]:
        p.guardduty_finding(world, MAIN, found, severity, days)
    for region in REGIONS:
        p.security_hub(world, region)
    open_ports = {"2026-Q1": [("HIGH", 61, "NOTIFIED"), ("MEDIUM", 37, "NOTIFIED")], "2026-Q2": [("MEDIUM", 47, "NOTIFIED")],
                  "2026-Q3": [("HIGH", 26, "NEW"), ("MEDIUM", 41, "NOTIFIED")]}
    for severity, days, workflow in open_ports[quarter]:
        p.hub_finding(world, MAIN, severity=severity, days=days, workflow=workflow)
    for region in REGIONS:
        made = p.analyzer(world, region, findings=1 if region == MAIN and quarter == "2026-Q3" else 0)
        for finding in world.analyzer_findings[made]:
            finding.update(resource="arn:aws:s3:::lindenhof-public-site", createdAt=world.ago(38), updatedAt=world.ago(38))


