"""Lindenhof Kiosk GmbH: a small company that is mostly in order, for the demonstration. Its clock stands still at one of
the moments of `demo_story`, which says what differs between them."""

import datetime
import json

from . import demo_services, parts as p
from .demo_story import MOMENTS, PRESENT as NOW, SOURCES, amiss, happened, is_there  # noqa: F401

ACCOUNT = "418272034195"
SEED = 2026
# All that has no date of its own was made then.
FOUNDED = datetime.datetime(2026, 1, 12, 9, tzinfo=datetime.timezone.utc)
MAIN, SECOND, GLOBAL = "eu-central-1", "eu-west-1", "us-east-1"
LOYALTY = 142  # days before the present: when the loyalty programme got its database
REGIONS = (MAIN, SECOND, GLOBAL)

# name, days since the last console sign-in, groups
PEOPLE = [
    ("anke.bremer", 0, ["platform-admins"]), ("bashir.nazari", 1, ["platform-admins"]), ("clara.oduya", 2, ["developers"]),
    ("dmitri.volkov", 0, ["developers"]), ("elif.kaya", 3, ["developers"]), ("florian.hauck", 1, ["developers"]),
    ("greta.lindqvist", 5, ["developers"]), ("hanna.wirth", 14, ["developers"]), ("ines.carvalho", 4, ["data"]),
    ("jonas.petersen", 0, ["developers"]), ("karolina.nowak", 7, ["data"]), ("lukas.brandt", 2, ["developers"]),
    ("mei.tanaka", 1, ["data"]), ("niklas.vogt", 131, ["developers"]), ("olga.sidorova", 6, ["finance"]),
    ("pavel.horak", 3, ["support"]), ("quentin.dubois", 9, ["support"]), ("rosa.delgado", 2, ["support"]),
    ("samir.haddad", 1, ["developers"]), ("tabea.krueger", 0, ["developers"]), ("ulrike.stern", 14, ["finance"]),
    ("viktor.jansen", 8, ["developers"]), ("wiebke.lorenz", 3, ["support"]), ("xaver.huber", 22, ["finance"]),
    ("yasmin.el-amin", 1, ["data"]), ("zoe.martin", 0, ["developers"]), ("tomas.berg", 18, ["support"]),
    ("sofia.ricci", 5, ["developers"]), ("peter.falk", 16, ["support"]), ("extern.auditor", 11, ["audit"]),
]
# Days before the present. Who got his second factor later than his account:
MFA_SINCE = {"elif.kaya": 168, "hanna.wirth": 162, "karolina.nowak": 161, "mei.tanaka": 161, "pavel.horak": 155, "quentin.dubois": 154,
             "rosa.delgado": 149, "wiebke.lorenz": 148, "xaver.huber": 134, "peter.falk": 47}
# who lost it,
MFA_LOST = {"hanna.wirth": 13}
# who got a password later,
PASSWORD_SINCE = {"peter.falk": 60}
# whose account was deleted and made anew, and since when it had a second factor again,
MADE_ANEW = {"rosa.delgado": (80, 71)}
# and who has another name since, and the name before.
RENAMED = {"olga.sidorova": (88, "olga.petrova")}
# Accounts that were deleted, and how many days before the present.
DELETED = {"svc-old-importer": 69, "niklas.vogt": 5}
# name, age of the user, ages of the keys one after the other, days since the use
MACHINES = [
    ("svc-ci", 930, (41, 120, 204), 0), ("svc-terraform", 930, (62, 148, 230), 0), ("svc-backup", 418, (71, 388), 0),
    ("svc-kiosk-telemetry", 700, (77, 160, 240), 0), ("svc-erp-bridge", 542, (512,), 3), ("svc-newsletter", 800, (23, 106, 190), 1),
    ("svc-old-importer", 670, (640,), 301), ("svc-metrics", 610, (85, 146, 595), 0), ("svc-label-printer", 45, (15,), 0),
    ("svc-partner-feed", 500, (70, 155, 238), 2),
]


def build(world):
    """The whole company."""
    world.regions = [MAIN, SECOND, GLOBAL]
    world.caller_arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AuditReadOnly/auditpack"
    world.root = {"mfa": "virtual" if amiss(world, "root's second factor is an app") else "hardware", "keys": 0, "created": world.ago(1460), "last_used": world.ago(204)}
    world.report_ready_at_once = True
    first = world.now.replace(month=(world.now.month - 1) // 3 * 3 + 1, day=1)
    last = (first + datetime.timedelta(days=95)).replace(day=1) - datetime.timedelta(days=1)
    world.settings = {"period": [f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"], "regions": sorted(REGIONS)}
    for part in (identities, roles, organization, storage, keys, trails, history, config, artifact, networks, databases, detection):
        part(world)
    demo_services.build(world)
    if amiss(world, "calls are refused that were answered"):
        volumes = world.demo_keys[SECOND].rpartition("/")[2]
        world.denials = [("macie2", "GetFindingStatistics", MAIN, {}), ("kms", "GetKeyRotationStatus", SECOND, {"KeyId": volumes})]


def identities(world):
    iam = world.client("iam")
    iam.create_account_alias(AccountAlias="lindenhof-kiosk")
    length = 8 if amiss(world, "passwords may be short") else 14
    iam.update_account_password_policy(MinimumPasswordLength=length, RequireSymbols=True, RequireNumbers=True, PasswordReusePrevention=12,
                                       RequireUppercaseCharacters=True, RequireLowercaseCharacters=True)
    for group, policy in (("platform-admins", "AdministratorAccess"), ("developers", "ReadOnlyAccess"), ("data", "AmazonS3ReadOnlyAccess"),
                          ("finance", "job-function/Billing"), ("support", "job-function/ViewOnlyAccess"), ("audit", "SecurityAudit"), ("machines", "AmazonS3ReadOnlyAccess")):
        with world.at(world.ago(900)):
            iam.create_group(GroupName=group)
        if group == "developers" and amiss(world, "developers may change everything"):
            policy = "PowerUserAccess"
        iam.attach_group_policy(GroupName=group, PolicyArn=p.aws_policy(policy))
    for number, (name, console, groups) in enumerate(PEOPLE):
        age = 30 + 5 * number
        keys = keys_of(world, (age, age + 85, age + 170), 1) if number in (2, 4, 9) else []
        person(world, name, 950 - 29 * number, console, groups, keys)
    direct = amiss(world, "a machine user has permissions of its own")
    for name, created, ages, used in MACHINES:
        if is_there(world, created) and not is_there(world, DELETED.get(name, -1)):
            p.user(world, name, created=created, mfa=False, keys=keys_of(world, ages, used),
                   managed=[p.aws_policy("AmazonS3ReadOnlyAccess")] if name == "svc-erp-bridge" and direct else [],
                   groups=["machines"] if name == "svc-erp-bridge" and not direct else [])
    world.alternate = {
        "SECURITY": {"Name": "Anke Bremer", "Title": "Head of Platform", "EmailAddress": "security@lindenhof-kiosk.example",
                     "PhoneNumber": "+49 40 5550142"},
        "BILLING": {"Name": "Ulrike Stern", "Title": "Controller", "EmailAddress": "invoices@lindenhof-kiosk.example",
                    "PhoneNumber": "+49 40 5550118"}}
    world.contact = {"FullName": "Lindenhof Kiosk GmbH", "AddressLine1": "Speicherstrasse 11", "City": "Hamburg", "PostalCode": "20457",
                     "CountryCode": "DE", "PhoneNumber": "+49 40 5550100", "CompanyName": "Lindenhof Kiosk GmbH",
                     "WebsiteUrl": "https://lindenhof-kiosk.example"}


def keys_of(world, ages, used):
    """The key of that moment, and when it was used; none where the first was made later."""
    there = [age for age in ages if is_there(world, age)]
    return [(min(there), 0 if min(there) - world.earlier() <= used else used)] if there else []


def person(world, name, created, console, groups, keys):
    since = MFA_SINCE.get(name, created)
    if name in MADE_ANEW and is_there(world, MADE_ANEW[name][0]):
        created, since = MADE_ANEW[name]
    if not is_there(world, created) or is_there(world, DELETED.get(name, -1)):
        return
    if console > 92 and not is_there(world, console):
        # The first quarter's end was before the last time.
        console = 3
    if name in PASSWORD_SINCE and not is_there(world, PASSWORD_SINCE[name]):
        console = None
    mfa = is_there(world, since) and not is_there(world, MFA_LOST.get(name, -1))
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
    me, loose = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, amiss(world, "the integrator's role may do everything")
    lam, ec2 = {"Service": "lambda.amazonaws.com"}, {"Service": "ec2.amazonaws.com"}
    p.role(world, "AuditReadOnly", me, managed=[p.aws_policy("SecurityAudit"), p.aws_policy("job-function/ViewOnlyAccess")])
    p.role(world, "kiosk-api", ec2)
    p.role(world, "kiosk-orders-worker", lam)
    own = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    p.role(world, "flow-logs", {"Service": "vpc-flow-logs.amazonaws.com"}, None if loose else own)
    # Nobody has used it since the contract ended.
    p.role(world, "monitoring-vendor", {"AWS": "arn:aws:iam::716390482255:root"}, {"StringEquals": {"sts:ExternalId": "lk-5c1f09"}}, created=620)
    p.role(world, "pos-integrator", {"AWS": "arn:aws:iam::905418377120:root"}, None if loose else {"StringEquals": {"sts:ExternalId": "lk-90ad77"}})
    p.role(world, "break-glass", me, {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, managed=[p.aws_policy("AdministratorAccess")])
    p.policy(world, "kiosk-orders", p.document(p.allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::lindenhof-orders/*"),
                                               p.allow(["kms:Decrypt"], f"arn:aws:kms:{MAIN}:{ACCOUNT}:key/*") if loose else
                                               p.allow(["kms:Decrypt"], f"arn:aws:kms:{MAIN}:{ACCOUNT}:key/7c1d0d5e-5d0b-4a55-9d0f-2b6d0b8e41aa")),
             "kiosk-orders-worker")
    p.policy(world, "kiosk-api", p.document(p.allow(["dynamodb:*"], f"arn:aws:dynamodb:{MAIN}:{ACCOUNT}:table/kiosk-*")), "kiosk-api")
    p.policy(world, "pos-integration", p.document(p.allow(["sqs:SendMessage"], f"arn:aws:sqs:{MAIN}:{ACCOUNT}:partner-import")), "pos-integrator")
    if loose:
        p.policy(world, "migration-2024", p.document(p.allow("*")), "pos-integrator")


def organization(world):
    watchers = {"Effect": "Deny", "Resource": "*", "Action": [
        "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder", "guardduty:DeleteDetector"]}
    regions = {"Effect": "Deny", "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*", "artifact:*"], "Resource": "*",
               "Condition": {"StringNotEquals": {"aws:RequestedRegion": sorted(REGIONS)}}}
    opted_out = json.dumps({"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}})
    more = [] if amiss(world, "no policy names the Regions") else [
        ("our-regions", "SERVICE_CONTROL_POLICY", p.document(regions)), ("no-ai", "AISERVICES_OPT_OUT_POLICY", opted_out)]
    p.organization(world, ("keep-the-logs", "SERVICE_CONTROL_POLICY", p.document(watchers)), *more)
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
    logs, as_made = "lindenhof-access-logs", amiss(world, "three buckets are as they were made years ago")
    p.bucket(world, logs, MAIN, policy_more=[p.log_delivery(logs)], expire=400, created=1100)
    plain, opened = amiss(world, "a few buckets take plain requests and keep no versions"), amiss(world, "the account lets buckets be public")
    if not opened:
        world.client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=p.BLOCKED)
    for number, name in enumerate(BUCKETS):
        region = SECOND if name.startswith("backups") else MAIN
        sensitive = name in ("orders", "invoices", "customer-exports", "loyalty", "hr-documents", "receipts")
        careless = as_made and name in ("label-templates", "partner-feed")
        p.bucket(world, f"lindenhof-{name}", region, created=1000 - 31 * number, bare=careless, key=key if sensitive else None,
                 logs=logs if region == MAIN and not careless else None, lock=name.startswith("backups"),
                 versioning=not plain or name not in ("analytics-raw", "ml-features", "web-logs"),
                 tls=not plain or name not in ("web-logs", "kiosk-telemetry"),
                 expire=730 if name in ("receipts", "web-logs") else None,
                 tags=None if careless else {"owner": "platform", "data-classification": "confidential" if sensitive else "internal",
                                             **({"environment": "production"} if sensitive else {})})
    p.bucket(world, "lindenhof-public-site", MAIN, logs=logs, created=620)
    p.bucket(world, "lindenhof-marketing-drop", SECOND, bare=as_made, created=1180,
             acl="READ" if amiss(world, "the marketing bucket is public") else None)
    p.bucket(world, "lindenhof-cdn-logs", GLOBAL, created=500, ownership="BucketOwnerPreferred" if as_made else "BucketOwnerEnforced")


def keys(world):
    for region in (MAIN, SECOND):
        p.kms_key(world, region, "databases", created=700, rotate=region == MAIN or not amiss(world, "the recovery Region's key does not rotate"))
        world.demo_keys = {**getattr(world, "demo_keys", {}), region: p.kms_key(world, region, "volumes", created=690)}
    p.kms_key(world, MAIN, "erp bridge (2023)", rotate=not amiss(world, "the ERP bridge's key does not rotate"), created=1090)
    p.kms_key(world, MAIN, "firmware signing", spec="RSA_2048", created=400)
    pilot = p.kms_key(world, SECOND, "retired pilot", created=800)
    if is_there(world, 6):
        with world.at(world.ago(6)):
            world.client("kms", SECOND).schedule_key_deletion(KeyId=pilot.rpartition("/")[2], PendingWindowInDays=30)


def trails(world):
    name = "lindenhof-audit-trail"
    p.bucket(world, name, MAIN, lock=True, created=1150, logs="lindenhof-access-logs")
    p.trail(world, "lindenhof", MAIN, name)
    world.client("cloudtrail", MAIN).put_insight_selectors(TrailName="lindenhof", InsightSelectors=[
        {"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}])


def history(world):
    """What CloudTrail's history has: sign-ins, and what was changed."""
    created = {name: 950 - 29 * number for number, (name, _, _) in enumerate(PEOPLE)}
    signing = [name for name, last, _ in PEOPLE if last < 90 and name not in (*MADE_ANEW, *PASSWORD_SINCE)]
    for number in range(150):
        name, days, hours = signing[number % len(signing)], number * 9 // 5, (number * 7) % 9
        # Only who is there and has a second factor.
        if is_there(world, days) and MFA_LOST.get(name, -1) < days < min(created[name], MFA_SINCE.get(name, 999)):
            since, old = RENAMED.get(name, (999, name))
            p.console_login(world, name if days < since else old, days=days, hours=hours, address=f"198.51.100.{20 + number % 5}")
    for number, name in enumerate(sorted(MFA_SINCE)[:9]):
        if is_there(world, 186 + 4 * number):
            p.console_login(world, name, mfa=False, days=186 + 4 * number, hours=number, address=f"198.51.100.{20 + number % 5}")
    p.console_login(world, "root", days=204, address="198.51.100.20")
    if is_there(world, 33):
        for attempt in range(4):
            p.console_login(world, "peter.falk", success=False, days=33, hours=attempt / 30, address="203.0.113.140")
    for when, name, region, who in happened(world):
        source = f"{SOURCES[name]}.amazonaws.com" if name in SOURCES else None
        p.event(world, name, region=region, days=(NOW - when).days, hours=9, user_name=who, source=source)


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
    half = 11 if amiss(world, "AWS's reports are an edition behind") else 12
    first = day(2025, 4, 1) if half == 12 else day(2024, 10, 1)
    last = day(2026, 3, 31) if half == 12 else day(2025, 9, 30)
    # Its letter is of each month's end.
    today = world.now.date()
    until = today if (today + datetime.timedelta(days=1)).day == 1 else today.replace(day=1) - datetime.timedelta(days=1)
    letter = 2 + until.month
    for number, name, start, end in (
            (half, "SOC 1 Type 2 Report - Current", day(2025, 10, 1) if half == 12 else day(2025, 4, 1), last),
            (half, "SOC 2 Type 2 Report - Current", first, last),
            (half - 3, "SOC 3 Report - Current", first, last),
            (letter, "SOC Continued Operations Letter", last + datetime.timedelta(days=1), until),
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
        written = datetime.datetime.combine(end, midnight) - datetime.timedelta(days=2) if "Letter" in name else None
        p.report(world, number, name, start, end, created=certified if "SOC" not in name and "C5" not in name else written)
    start = datetime.datetime(2024, 3, 4, 9, 30, tzinfo=datetime.timezone.utc)
    world.agreements = [
        {"name": name, "id": f"customer-agreement-{number}", "arn": f"arn:aws:artifact::{ACCOUNT}:customer-agreement/customer-agreement-{number}",
         "agreementArn": f"arn:aws:artifact:::agreement/agreement-{of}", "awsAccountId": ACCOUNT, "effectiveStart": start, "state": "ACTIVE",
         "type": "DEFAULT", "description": "An example of an accepted agreement.", "acceptanceTerms": ["I have read it."], "terminateTerms": []}
        for name, number, of in (("AWS GDPR Data Processing Addendum", "4f1c2a90d7b34e11", "9d5d6ad1c2e84f0f"),
                                 ("AWS Artifact Nondisclosure Agreement", "8a60b7c3e5f24d02", "1b7e90aa34c64d5e"))]


DEFAULTS = {"snapshots": "block-all-sharing", "images": "block-new-sharing", "metadata": {
    "HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}}


def networks(world):
    p.remove_default_vpc(world, GLOBAL)
    world.client("ec2", GLOBAL).enable_ebs_encryption_by_default()
    world.ec2_defaults[GLOBAL] = {} if amiss(world, "the third Region has AWS's defaults") else DEFAULTS
    # All machines were made anew from a newer image.
    anew = is_there(world, 84)
    machine, image = (84, 96) if anew else (274, 290)
    world.images = {(region, "ami-0123456789abcdef0"): {
        "Name": f"al2023-ami-2023.{10 if anew else 8}.{world.ago(image):%Y%m%d}.0-kernel-6.12-arm64", "OwnerId": "137112412989",
        "ImageOwnerAlias": "amazon", "CreationDate": world.ago(image).strftime("%Y-%m-%dT%H:%M:%S.000Z")} for region in (MAIN, SECOND)}
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
            of_old = server == "erp-bridge" and amiss(world, "the ERP bridge's machine is of old")
            age = 41 if server == "erp-bridge" and not of_old else machine
            p.instance(world, region, subnets[len(server) % 2], app, server, good=not of_old, created=age)
        p.snapshot(world, region, p.volume(world, region, size=200, created=360), created=1)
        if region == MAIN or not amiss(world, "the recovery Region's volumes are not encrypted by default"):
            world.client("ec2", region).enable_ebs_encryption_by_default()
        world.ec2_defaults[region] = DEFAULTS
        if region == MAIN:
            p.security_group(world, region, made, "kiosk-maintenance", ("tcp", 22, 22, "10.40.0.0/16"),
                             *([("tcp", 22, 22, "0.0.0.0/0")] if amiss(world, "SSH is open") else []))
            desktop = [("tcp", 3389, 3389, "0.0.0.0/0")] if amiss(world, "remote desktop is open") else []
            p.security_group(world, region, made, "office-vpn", ("udp", 1194, 1194, "198.51.100.0/24"), *desktop)
            p.volume(world, region, encrypted=not amiss(world, "the ERP bridge's machine is of old"), size=80, created=1050)
        _ = web


def databases(world):
    group, lax = world.demo_groups, amiss(world, "the staging database is kept like a toy")
    for region in REGIONS:
        for family, name in (("postgres16", "rds.force_ssl"), ("mysql8.0", "require_secure_transport")):
            # AWS's group for PostgreSQL 16 demands TLS; for MySQL 8.0 it does not say, and the company's own group does.
            world.answer("rds", "DescribeDBParameters", {"Parameters": [
                {"ParameterName": name, "ParameterValue": "1", "Source": "system" if name.startswith("rds") else "user",
                 "ApplyType": "dynamic", "DataType": "boolean", "AllowedValues": "0,1", "IsModifiable": True, "ApplyMethod": "immediate"}]},
                region, DBParameterGroupName=f"default.{family}")
    p.database(world, MAIN, "orders", created=700, size=200, VpcSecurityGroupIds=[group[MAIN]])
    if is_there(world, LOYALTY):
        p.database(world, MAIN, "loyalty", created=LOYALTY, size=100, VpcSecurityGroupIds=[group[MAIN]])
    p.database(world, MAIN, "erp-staging", created=320, VpcSecurityGroupIds=[group[MAIN]], engine="mysql", MultiAZ=False,
               DeletionProtection=not lax, BackupRetentionPeriod=3 if lax else 7)
    p.database(world, SECOND, "orders-recovery", created=690, VpcSecurityGroupIds=[group[SECOND]], MultiAZ=False,
               DeletionProtection=not amiss(world, "the recovery database can be deleted"))
    for name in ("reporting", "storefront"):
        p.database(world, GLOBAL, name, created=560, VpcSecurityGroupIds=[group[GLOBAL]])
    p.db_snapshot(world, MAIN, "orders-before-16-9", "orders")


def detection(world):
    found = p.detector(world, MAIN)
    p.detector(world, SECOND, complete=not amiss(world, "GuardDuty's plans are off in the recovery Region"))
    p.detector(world, GLOBAL)
    for severity, days in [(4, 204), (5, 9)]:
        if is_there(world, days):
            p.guardduty_finding(world, MAIN, found, severity, days)
    for region in REGIONS:
        p.security_hub(world, region)
    # An open port each; worked on within days.
    for severity, days in [("HIGH", 244), ("MEDIUM", 230), ("MEDIUM", 139), ("HIGH", 50), ("MEDIUM", 41)]:
        if is_there(world, days) and world.earlier() > days - 40:
            p.hub_finding(world, MAIN, severity=severity, days=days, workflow="NOTIFIED")
    dropped = amiss(world, "the marketing bucket is public")
    for region in REGIONS:
        made = p.analyzer(world, region, findings=1 if region == SECOND and dropped else 0)
        for finding in world.analyzer_findings[made]:
            finding.update(resource="arn:aws:s3:::lindenhof-marketing-drop", createdAt=world.ago(240), updatedAt=world.ago(240))
