"""IAM: the root user, the credential report with its dates, percent-encoded documents."""

import csv
import io
import urllib.parse

from ..models import ApiError
from . import answers

DOCUMENTS = ("PolicyDocument", "AssumeRolePolicyDocument", "Document")
COLUMNS = (
    "user arn user_creation_time password_enabled password_last_used password_last_changed password_next_rotation mfa_active "
    "access_key_1_active access_key_1_last_rotated access_key_1_last_used_date access_key_1_last_used_region "
    "access_key_1_last_used_service access_key_2_active access_key_2_last_rotated access_key_2_last_used_date "
    "access_key_2_last_used_region access_key_2_last_used_service cert_1_active cert_1_last_rotated cert_2_active "
    "cert_2_last_rotated").split()


@answers("iam", "GenerateCredentialReport")
def generate_credential_report(call, ask):
    call.world.reports_asked += 1
    if call.world.reports_asked == 1:
        return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}
    return {"State": "COMPLETE"}


@answers("iam", "GetCredentialReport")
def get_credential_report(call, ask):
    if call.world.reports_asked < 1:
        raise ApiError("ReportNotPresent", "No report found. Please generate a report.", 410)
    return {"Content": report(call.world), "ReportFormat": "text/csv", "GeneratedTime": call.world.now}


def report(world):
    """The CSV, root first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    root = world.root
    row = dict.fromkeys(COLUMNS, "N/A")
    row.update({
        "user": "<root_account>", "arn": f"arn:aws:iam::{world.account}:root",
        "user_creation_time": stamp(root["created"] or world.ago(900)), "password_enabled": "not_supported",
        "password_last_used": stamp(root["last_used"]) if root["last_used"] else "no_information",
        "password_last_changed": "not_supported", "password_next_rotation": "not_supported",
        "mfa_active": "true" if root["mfa"] else "false",
        "access_key_1_active": "true" if root["keys"] else "false", "access_key_2_active": "false",
        "cert_1_active": "false", "cert_2_active": "false"})
    writer.writerow(row)
    for user in sorted(world.credentials, key=lambda user: user["user"]):
        writer.writerow({**dict.fromkeys(COLUMNS, "N/A"), **user})
    return text.getvalue().encode()


def stamp(moment):
    """Time as the report writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


@answers("iam", "GetAccountSummary")
def get_account_summary(call, ask):
    answer = ask()
    root = call.world.root
    answer["SummaryMap"].update({
        "AccountMFAEnabled": 1 if root["mfa"] else 0, "AccountAccessKeysPresent": root["keys"],
        "AccountPasswordPresent": 1, "AccountSigningCertificatesPresent": 0})
    answer["SummaryMap"] = dict(sorted(answer["SummaryMap"].items()))
    return answer


@answers("iam", "GetAccountAuthorizationDetails", "ListRoles", "GetPolicyVersion", "GetRolePolicy", "GetUserPolicy",
         "GetGroupPolicy", "GetRole", "ListPolicyVersions")
def with_encoded_documents(call, ask):
    answer = ask()
    if "Policies" in answer:
        answer["Policies"] = [policy for policy in answer["Policies"]
                              if policy["AttachmentCount"] or "::aws:" not in policy["Arn"]]
    encode(answer)
    return answer


def encode(value):
    """AWS percent-encodes every policy document; moto does so for some."""
    if isinstance(value, list):
        for item in value:
            encode(item)
    if isinstance(value, dict):
        for name, member in value.items():
            if name in DOCUMENTS and isinstance(member, (str, dict)):
                value[name] = encoded(member)
            else:
                encode(member)


def encoded(document):
    import json
    if isinstance(document, dict):
        document = json.dumps(document)
    if not document.lstrip().startswith(("{", "[")):
        document = urllib.parse.unquote_plus(document)
    return urllib.parse.quote(document, safe="")


@answers("iam", "ListVirtualMFADevices")
def list_virtual_mfa_devices(call, ask):
    answer = ask()
    world = call.world
    devices = answer["VirtualMFADevices"]
    for device in devices:
        device.pop("Base32StringSeed", None)
        device.pop("QRCodePNG", None)
    if world.root["mfa"] == "virtual":
        devices.insert(0, {
            "SerialNumber": f"arn:aws:iam::{world.account}:mfa/root-account-mfa-device", "EnableDate": world.ago(300),
            "User": {"Path": "/", "UserName": "root", "UserId": world.account,
                     "Arn": f"arn:aws:iam::{world.account}:root", "CreateDate": world.root["created"] or world.ago(900)}})
    return answer


@answers("iam", "ListOrganizationsFeatures")
def list_organizations_features(call, ask):
    if call.world.org_features is None:
        raise ApiError("OrganizationNotFoundException", "The account is not part of an organization.", 400)
    return call.world.org_features
