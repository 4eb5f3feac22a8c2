"""What happened at Lindenhof Kiosk in 2026, day by day: nothing else says in what its account differs from week to week.

The account is asked at six in the evening of the last day of the first two quarters, of each Monday of the third, and of
its last day, the present."""

import datetime


def at(day, hour=18):
    return datetime.datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


PRESENT = at("2026-09-30")
MONDAYS = [at("2026-07-06") + datetime.timedelta(weeks=week) for week in range(13)]
MOMENTS = {f"{moment:%Y-%m-%d}": moment for moment in (at("2026-03-31"), at("2026-06-30"), *MONDAYS, PRESENT)}

# What was amiss: since when (None: before the first moment) and until when (None: it still is).
AMISS = {
    # Mended in the second quarter.
    "passwords may be short": (None, "2026-04-12"),
    "remote desktop is open": (None, "2026-04-23"),
    "GuardDuty's plans are off in the recovery Region": (None, "2026-04-28"),
    "the recovery Region's key does not rotate": (None, "2026-04-30"),
    "a log group keeps personal data for ever": (None, "2026-05-03"),
    "the recovery Region's volumes are not encrypted by default": (None, "2026-05-06"),
    "no alarm tells of a new network": (None, "2026-05-12"),
    "AWS's reports are an edition behind": (None, "2026-05-15"),
    "the account lets buckets be public": (None, "2026-05-19"),
    "the marketing bucket is public": (None, "2026-05-19"),
    "three buckets are as they were made years ago": (None, "2026-05-19"),
    "the third Region has AWS's defaults": (None, "2026-05-27"),
    "no policy names the Regions": (None, "2026-06-02"),
    "the integrator's role may do everything": (None, "2026-06-09"),
    "developers may change everything": (None, "2026-06-09"),
    "a machine user has permissions of its own": (None, "2026-06-09"),
    "root's second factor is an app": (None, "2026-06-16"),
    "the auditor's access is given to one person": (None, "2026-06-24"),
    # Mended in the third.
    "the loyalty bucket is in no backup plan": ("2026-05-11", "2026-07-10"),
    "a few buckets take plain requests and keep no versions": (None, "2026-07-13"),
    "the import queue drops what fails": (None, "2026-07-15"),
    "the pictures are served without a web ACL": (None, "2026-07-17"),
    "the newsletter's runtime is over": ("2026-04-30", "2026-07-22"),
    "the ERP bridge's balancer writes no logs": (None, "2026-07-24"),
    "the label printer deploys without approval": (None, "2026-07-28"),
    "customers cannot have a second factor": (None, "2026-07-31"),
    "the recovery database can be deleted": ("2026-07-29", "2026-08-06"),
    "the staging database is kept like a toy": (None, "2026-08-06"),
    "the reports' task may write to its root": (None, "2026-08-12"),
    "SSH is open": ("2026-08-11", "2026-08-21"),
    "the ERP bridge's machine is of old": (None, "2026-08-20"),
    "the ERP bridge's key does not rotate": (None, "2026-08-20"),
    "the table of devices cannot be restored to a moment": (None, "2026-08-26"),
    "personal data is logged for too long": (None, "2026-09-03"),
    "a worker lacks patches": ("2026-09-02", "2026-09-09"),
    # Still so.
    "the ERP bridge was changed by hand": ("2026-09-22", None),
    "the ERP bridge's function has its password in a variable": ("2026-09-22", None),
    "calls are refused that were answered": ("2026-09-29", None),
}

# What CloudTrail has of it: when, what, where, who.
EVENTS = [
    ("2026-01-19", "PutEventSelectors", "eu-central-1", "svc-terraform"),
    ("2026-01-27", "AuthorizeSecurityGroupIngress", "eu-central-1", "dmitri.volkov"),
    ("2026-02-04", "AttachRolePolicy", "us-east-1", "anke.bremer"),
    ("2026-03-24", "CreateAccessKey", "us-east-1", "svc-terraform"),
    ("2026-04-12", "UpdateAccountPasswordPolicy", "us-east-1", "anke.bremer"),
    ("2026-04-16", "CreateUser", "us-east-1", "svc-terraform"),
    ("2026-04-16", "CreateLoginProfile", "us-east-1", "bashir.nazari"),
    ("2026-04-23", "RevokeSecurityGroupIngress", "eu-central-1", "dmitri.volkov"),
    ("2026-04-30", "EnableKeyRotation", "eu-west-1", "anke.bremer"),
    ("2026-05-03", "PutRetentionPolicy", "eu-central-1", "svc-terraform"),
    ("2026-05-07", "CreateAccessKey", "us-east-1", "svc-terraform"),
    ("2026-05-11", "CreateDBInstance", "eu-central-1", "svc-terraform"),
    ("2026-05-15", "CreateUser", "us-east-1", "svc-terraform"),
    ("2026-05-19", "PutBucketAcl", "eu-west-1", "clara.oduya"),
    ("2026-06-09", "DetachRolePolicy", "us-east-1", "anke.bremer"),
    ("2026-06-09", "DetachGroupPolicy", "us-east-1", "anke.bremer"),
    ("2026-06-13", "CreateUser", "us-east-1", "svc-terraform"),
    ("2026-06-13", "CreateLoginProfile", "us-east-1", "bashir.nazari"),
    ("2026-07-04", "UpdateUser", "us-east-1", "bashir.nazari"),
    ("2026-07-08", "DeleteUser", "us-east-1", "svc-terraform"),
    ("2026-07-12", "CreateUser", "us-east-1", "svc-terraform"),
    ("2026-07-21", "CreateAccessKey", "us-east-1", "svc-terraform"),
    ("2026-07-21", "CreateRoute", "eu-central-1", "svc-terraform"),
    ("2026-07-31", "AttachRolePolicy", "us-east-1", "svc-terraform"),
    ("2026-08-09", "PutEventSelectors", "eu-central-1", "svc-terraform"),
    ("2026-08-11", "AuthorizeSecurityGroupIngress", "eu-central-1", "dmitri.volkov"),
    ("2026-08-16", "CreateUser", "us-east-1", "svc-terraform"),
    ("2026-08-17", "CreatePolicyVersion", "us-east-1", "anke.bremer"),
    ("2026-07-23", "DeleteUser", "us-east-1", "svc-terraform"),
    ("2026-08-21", "RevokeSecurityGroupIngress", "eu-central-1", "dmitri.volkov"),
    ("2026-09-04", "AuthorizeSecurityGroupIngress", "eu-west-1", "svc-terraform"),
    ("2026-09-15", "CreateAccessKey", "us-east-1", "svc-terraform"),
    ("2026-09-17", "DeactivateMFADevice", "us-east-1", "bashir.nazari"),
    ("2026-09-08", "PutBucketPolicy", "eu-central-1", "svc-terraform"),
    ("2026-09-25", "DeleteUser", "us-east-1", "svc-terraform"),
    ("2026-09-24", "ScheduleKeyDeletion", "eu-west-1", "anke.bremer"),
]
SOURCES = {"EnableKeyRotation": "kms", "RevokeSecurityGroupIngress": "ec2", "CreateDBInstance": "rds", "PutRetentionPolicy": "logs"}


def amiss(world, what):
    """Whether it was so when the account is asked."""
    since, until = AMISS[what]
    return (since is None or at(since, 9) <= world.now) and (until is None or world.now < at(until, 9))


def is_there(world, days):
    """Whether what is so old at the present was there already."""
    return days >= world.earlier()


def happened(world):
    """The events until then."""
    return [(at(day, 9), *rest) for day, *rest in EVENTS if at(day, 9) <= world.now]
