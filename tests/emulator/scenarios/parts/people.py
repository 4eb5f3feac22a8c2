"""Users, roles, policies, the organization, and AWS's reports."""

import datetime
import uuid

from .common import document


def user(world, name, created=400, console=None, mfa=True, keys=(), groups=(), managed=(), tags=None, mfa_since=None, password_since=None):
    """`console`: days since the last sign-in, "never", or None for no password; `keys`: (age, days since use or None).
    Device and password are as old as the user unless `mfa_since` and `password_since` say otherwise, in days."""
    from overlay.answers.iam import stamp

    iam = world.client("iam")
    with world.at(world.ago(created)):
        iam.create_user(UserName=name, Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()])
    if console is not None:
        with world.at(world.ago(password_since or created)):
            iam.create_login_profile(UserName=name, Password="Correct-Horse-9-Battery", PasswordResetRequired=False)
    with world.at(world.ago(mfa_since or created)):
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
        row["password_last_used"] = "no_information" if console == "never" else stamp(max(world.ago(console, 3), world.ago(created)))
        row["password_last_changed"] = stamp(max(world.ago(password_since or created), world.ago(80)))
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

def report(world, number, name, start, end, category="Certifications And Attestations", series=None, accept="EXPLICIT",
           created=None):
    """An AWS report over a period of two dates."""
    midnight = datetime.time(tzinfo=datetime.timezone.utc)
    begin, finish = (datetime.datetime.combine(day, midnight) for day in (start, end))
    identity = f"report-{uuid.uuid5(uuid.NAMESPACE_OID, name).hex[:16]}"
    created = created or finish + datetime.timedelta(days=45)
    world.artifact_reports.append({
        "id": identity, "name": name, "description": f"{name}.", "periodStart": begin, "periodEnd": finish, "version": number,
        "createdAt": min(created, world.ago(2)), "lastModifiedAt": min(created, world.ago(2)), "state": "PUBLISHED",
        "arn": f"arn:aws:artifact:us-east-1::report/{identity}:{number}", "series": series or name, "category": category,
        "companyName": "Amazon Web Services", "productName": "AWS", "termArn": f"arn:aws:artifact:us-east-1::term/{identity}",
        "acceptanceType": accept, "sequenceNumber": number, "uploadState": "COMPLETE"})
    return identity


def server_certificates(world, **days):
    """Certificates that were uploaded to IAM, and in how many days each ends."""
    made = [{"Path": "/", "ServerCertificateName": name, "ServerCertificateId": f"ASCAEXAMPLE{number:010d}",
             "Arn": f"arn:aws:iam::{world.account}:server-certificate/{name}", "UploadDate": world.ago(300), "Expiration": world.ago(-left)}
            for number, (name, left) in enumerate(days.items())]
    world.answer("iam", "ListServerCertificates", {"ServerCertificateMetadataList": made, "IsTruncated": False})
    return [one["Arn"] for one in made]
