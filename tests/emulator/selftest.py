"""Asks the emulator for everything that the sources use, through boto3: `python selftest.py [SCENARIO]`."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import botocore.config
import botocore.exceptions

HERE = Path(__file__).parent


def without_account_label(request, **_):
    """S3 Control puts the account before any host, an IP address too."""
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


class Emulator:
    """A running server."""

    def __init__(self, seed, *more):
        self.process = subprocess.Popen([sys.executable, str(HERE / "server.py"), "--seed", seed, *more],
                                        stdout=subprocess.PIPE, text=True, cwd=HERE)
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), line
        self.url = line.split()[-1]

    def client(self, service, region="us-east-1"):
        config = botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"},
                                        inject_host_prefix=False)
        made = boto3.client(service, region_name=region, endpoint_url=self.url, aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                            aws_secret_access_key="example", config=config)
        made.meta.events.register("before-sign", without_account_label)
        return made

    def control(self, name, body=None):
        data = json.dumps(body).encode() if body is not None else None
        method = "GET" if name in ("calls", "expected") else "POST"
        request = urllib.request.Request(f"{self.url}/_overlay/{name}", data=data, method=method)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def stop(self):
        self.process.terminate()
        self.process.wait()


# (service, operation, parameters); "each" calls follow in `per_item`.
LISTS = [
    ("sts", "get_caller_identity", {}), ("account", "list_regions", {}), ("account", "get_contact_information", {}),
    ("account", "get_alternate_contact", {"AlternateContactType": "SECURITY"}), ("ec2", "describe_regions", {}),
    ("ec2", "describe_regions", {"AllRegions": True}),
    ("iam", "generate_credential_report", {}), ("iam", "generate_credential_report", {}), ("iam", "get_credential_report", {}),
    ("iam", "get_account_summary", {}), ("iam", "get_account_password_policy", {}),
    ("iam", "get_account_authorization_details", {}), ("iam", "list_virtual_mfa_devices", {}),
    ("iam", "list_saml_providers", {}), ("iam", "list_open_id_connect_providers", {}), ("iam", "list_account_aliases", {}),
    ("iam", "list_organizations_features", {}), ("iam", "list_users", {}), ("iam", "list_roles", {}),
    ("artifact", "list_reports", {}), ("artifact", "list_customer_agreements", {}),
    ("organizations", "describe_organization", {}), ("organizations", "list_accounts", {}),
    ("organizations", "list_delegated_administrators", {}), ("organizations", "list_roots", {}),
    *[("organizations", "list_policies", {"Filter": kind}) for kind in (
        "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY",
        "DECLARATIVE_POLICY_EC2")],
    ("cloudfront", "list_distributions", {}), ("cloudfront", "list_vpc_origins", {}), ("wafv2", "list_web_acls", {"Scope": "CLOUDFRONT"}),
    ("health", "describe_events", {}), ("support", "describe_trusted_advisor_checks", {"language": "en"}),
    ("s3", "list_buckets", {}), ("s3", "list_buckets", {"MaxBuckets": 5}), ("s3control", "get_public_access_block", {"AccountId": "{account}"}),
]
REGIONAL = [
    ("accessanalyzer", "list_analyzers", {}), ("cloudtrail", "describe_trails", {"includeShadowTrails": False}),
    ("cloudtrail", "lookup_events", {}), ("cloudtrail", "lookup_events", {"LookupAttributes": [
        {"AttributeKey": "EventName", "AttributeValue": "ConsoleLogin"}]}),
    ("config", "describe_configuration_recorders", {}), ("config", "describe_configuration_recorder_status", {}),
    ("config", "describe_delivery_channels", {}), ("config", "describe_delivery_channel_status", {}),
    ("config", "describe_config_rules", {}), ("config", "describe_compliance_by_config_rule", {}),
    ("config", "describe_conformance_packs", {}), ("config", "get_discovered_resource_counts", {}),
    ("config", "describe_configuration_aggregators", {}),
    ("ec2", "describe_security_groups", {}), ("ec2", "describe_volumes", {}), ("ec2", "get_ebs_encryption_by_default", {}),
    ("ec2", "get_snapshot_block_public_access_state", {}), ("ec2", "get_image_block_public_access_state", {}),
    ("ec2", "get_instance_metadata_defaults", {}), ("ec2", "describe_vpcs", {}), ("ec2", "describe_subnets", {}),
    ("ec2", "describe_route_tables", {}), ("ec2", "describe_internet_gateways", {}), ("ec2", "describe_network_acls", {}),
    ("ec2", "describe_flow_logs", {}), ("ec2", "describe_instances", {}), ("ec2", "describe_snapshots", {"OwnerIds": ["self"]}),
    ("ec2", "describe_images", {"Owners": ["self"]}), ("ec2", "describe_network_interfaces", {}),
    ("ec2", "describe_vpc_endpoints", {}),
    ("kms", "list_keys", {}), ("kms", "list_aliases", {}), ("guardduty", "list_detectors", {}),
    ("rds", "describe_db_instances", {}), ("rds", "describe_db_clusters", {}), ("rds", "describe_db_snapshots", {}),
    ("rds", "describe_db_cluster_snapshots", {}), ("rds", "describe_db_parameter_groups", {}),
    ("rds", "describe_db_cluster_parameter_groups", {}),
    ("rds", "describe_db_engine_versions", {"Engine": "postgres"}),
    ("securityhub", "describe_hub", {}), ("securityhub", "get_enabled_standards", {}),
    ("securityhub", "describe_standards", {}), ("securityhub", "get_findings", {}),
    ("elbv2", "describe_load_balancers", {}), ("elbv2", "describe_ssl_policies", {}), ("elb", "describe_load_balancers", {}),
    ("acm", "list_certificates", {}), ("apigateway", "get_rest_apis", {}), ("apigatewayv2", "get_apis", {}),
    ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}), ("route53resolver", "list_firewall_rule_group_associations", {}),
    ("network-firewall", "list_firewalls", {}), ("network-firewall", "list_rule_groups", {"Scope": "ACCOUNT", "Type": "STATEFUL"}),
    ("directconnect", "describe_connections", {}), ("outposts", "list_outposts", {}), ("outposts", "list_sites", {}),
    ("service-quotas", "list_service_quotas", {"ServiceCode": "ec2"}), ("wellarchitected", "list_workloads", {}),
    ("resiliencehub", "list_app_assessments", {}), ("fis", "list_experiments", {}), ("sso-admin", "list_instances", {}),
]
# Calls per item of a list: (list service, list operation, path of items, member, service, operation, parameter, more).
PER_ITEM = [
    ("iam", "list_users", "Users", "UserName", "iam", "list_mfa_devices", "UserName", {}),
    ("artifact", "list_reports", "reports", "id", "artifact", "get_report_metadata", "reportId", {}),
    ("artifact", "list_reports", "reports", "id", "artifact", "get_term_for_report", "reportId", {}),
    ("organizations", "list_policies", "Policies", "Id", "organizations", "describe_policy", "PolicyId", {}),
    ("organizations", "list_policies", "Policies", "Id", "organizations", "list_targets_for_policy", "PolicyId", {}),
    ("organizations", "list_accounts", "Accounts", "Id", "organizations", "list_parents", "ChildId", {}),
    ("organizations", "list_accounts", "Accounts", "Id", "organizations", "list_tags_for_resource", "ResourceId", {}),
    ("cloudtrail", "describe_trails", "trailList", "TrailARN", "cloudtrail", "get_trail_status", "Name", {}),
    ("cloudtrail", "describe_trails", "trailList", "TrailARN", "cloudtrail", "get_event_selectors", "TrailName", {}),
    ("cloudtrail", "describe_trails", "trailList", "TrailARN", "cloudtrail", "get_insight_selectors", "TrailName", {}),
    ("config", "describe_config_rules", "ConfigRules", "ConfigRuleName", "config", "get_compliance_details_by_config_rule",
     "ConfigRuleName", {}),
    ("config", "describe_conformance_packs", "ConformancePackDetails", "ConformancePackName", "config",
     "describe_conformance_pack_compliance", "ConformancePackName", {}),
    ("accessanalyzer", "list_analyzers", "analyzers", "arn", "accessanalyzer", "list_findings_v2", "analyzerArn", {}),
    ("ec2", "describe_snapshots", "Snapshots", "SnapshotId", "ec2", "describe_snapshot_attribute", "SnapshotId",
     {"Attribute": "createVolumePermission"}),
    ("kms", "list_keys", "Keys", "KeyId", "kms", "describe_key", "KeyId", {}),
    ("kms", "list_keys", "Keys", "KeyId", "kms", "get_key_rotation_status", "KeyId", {}),
    ("kms", "list_keys", "Keys", "KeyId", "kms", "get_key_policy", "KeyId", {"PolicyName": "default"}),
    ("guardduty", "list_detectors", "DetectorIds", None, "guardduty", "get_detector", "DetectorId", {}),
    ("guardduty", "list_detectors", "DetectorIds", None, "guardduty", "list_findings", "DetectorId", {}),
    ("rds", "describe_db_snapshots", "DBSnapshots", "DBSnapshotIdentifier", "rds", "describe_db_snapshot_attributes",
     "DBSnapshotIdentifier", {}),
    ("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshotIdentifier", "rds",
     "describe_db_cluster_snapshot_attributes", "DBClusterSnapshotIdentifier", {}),
    ("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName", "rds", "describe_db_parameters",
     "DBParameterGroupName", {}),
    ("rds", "describe_db_cluster_parameter_groups", "DBClusterParameterGroups", "DBClusterParameterGroupName", "rds",
     "describe_db_cluster_parameters", "DBClusterParameterGroupName", {}),
    ("organizations", "list_delegated_administrators", "DelegatedAdministrators", "Id", "organizations",
     "list_delegated_services_for_account", "AccountId", {}),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn", "elbv2", "describe_load_balancer_attributes",
     "LoadBalancerArn", {}),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn", "elbv2", "describe_listeners", "LoadBalancerArn", {}),
    ("elb", "describe_load_balancers", "LoadBalancerDescriptions", "LoadBalancerName", "elb", "describe_load_balancer_attributes",
     "LoadBalancerName", {}),
    ("elb", "describe_load_balancers", "LoadBalancerDescriptions", "LoadBalancerName", "elb", "describe_load_balancer_policies",
     "LoadBalancerName", {}),
    ("acm", "list_certificates", "CertificateSummaryList", "CertificateArn", "acm", "describe_certificate", "CertificateArn", {}),
    ("apigateway", "get_rest_apis", "items", "id", "apigateway", "get_stages", "restApiId", {}),
    ("apigateway", "get_rest_apis", "items", "id", "apigateway", "get_resources", "restApiId", {"embed": ["methods"]}),
    ("apigatewayv2", "get_apis", "Items", "ApiId", "apigatewayv2", "get_stages", "ApiId", {}),
    ("apigatewayv2", "get_apis", "Items", "ApiId", "apigatewayv2", "get_routes", "ApiId", {}),
    *[("s3", "list_buckets", "Buckets", "Name", "s3", operation, "Bucket", {}) for operation in (
        "get_bucket_location", "get_public_access_block", "get_bucket_policy_status", "get_bucket_policy", "get_bucket_acl",
        "get_bucket_ownership_controls", "get_bucket_encryption", "get_bucket_versioning", "get_bucket_logging",
        "get_bucket_lifecycle_configuration", "get_bucket_replication", "get_object_lock_configuration",
        "get_bucket_tagging")],
]
# Errors that AWS gives too.
FACTS = {
    "NoSuchEntity", "OrganizationNotFoundException", "AWSOrganizationsNotInUseException", "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration", "NoSuchLifecycleConfiguration", "ReplicationConfigurationNotFoundError",
    "OwnershipControlsNotFoundError", "ObjectLockConfigurationNotFoundError", "NoSuchTagSet", "InvalidAccessException",
    "ResourceNotFoundException", "InsightNotEnabledException", "AccessDeniedException", "AccessDenied",
}


class Run:
    """Every call once; what goes wrong is collected."""

    def __init__(self, emulator):
        self.emulator, self.clients, self.problems, self.count = emulator, {}, [], 0

    def call(self, service, operation, parameters, region):
        key = (service, region)
        if key not in self.clients:
            self.clients[key] = self.emulator.client(service, region)
        self.count += 1
        try:
            return getattr(self.clients[key], operation)(**parameters)
        except botocore.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in FACTS:
                self.problems.append(f"{service} {operation} {parameters} in {region}: {error}")
        except Exception as error:  # noqa: BLE001 - all are problems of the emulator
            self.problems.append(f"{service} {operation} {parameters} in {region}: {type(error).__name__}: {error}")
        return None

    def all_pages(self, service, operation, parameters, region, items):
        """Every item of a list, page by page."""
        self.call(service, operation, parameters, region)
        client = self.clients[(service, region)]
        try:
            if client.can_paginate(operation):
                pages = client.get_paginator(operation).paginate(**parameters)
                return [item for page in pages for item in page.get(items, [])]
            return getattr(client, operation)(**parameters).get(items, [])
        except botocore.exceptions.ClientError:
            return []

    def everything(self, account, regions):
        for service, operation, parameters in LISTS:
            parameters = {key: account if value == "{account}" else value for key, value in parameters.items()}
            self.call(service, operation, parameters, "us-east-1")
        for region in regions:
            for service, operation, parameters in REGIONAL:
                self.call(service, operation, parameters, region)
        for service, lists, items, member, each, operation, parameter, more in PER_ITEM:
            places = ["us-east-1"] if service in ("iam", "artifact", "organizations", "s3") else regions
            for region in places:
                parameters = {"Filter": "SERVICE_CONTROL_POLICY"} if lists == "list_policies" else {}
                parameters = {"OwnerIds": ["self"]} if lists == "describe_snapshots" else parameters
                parameters = {"includeShadowTrails": False} if lists == "describe_trails" else parameters
                for item in self.all_pages(service, lists, parameters, region, items):
                    value = item[member] if member else item
                    where = region
                    if service == "s3":
                        location = self.call("s3", "get_bucket_location", {"Bucket": value}, region)
                        where = location["LocationConstraint"] or "us-east-1"
                    self.call(each, operation, {parameter: value, **more}, where)


def check_faults(emulator):
    """Each injected fault is what AWS would answer."""
    kms = emulator.client("kms")
    for kind, code in (("access-denied", "AccessDeniedException"), ("throttle", "ThrottlingException"), ("5xx", "InternalFailure")):
        emulator.control("faults", [{"service": "kms", "operation": "ListKeys", "kind": kind, "times": 1}])
        try:
            kms.list_keys()
            raise AssertionError(f"{kind} was not injected")
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == code, error
        kms.list_keys()
    for kind in ("drop", "html", "timeout"):
        emulator.control("faults", [{"service": "kms", "operation": "ListKeys", "kind": kind, "times": 1, "delay_ms": 100}])
        try:
            kms.list_keys()
            raise AssertionError(f"{kind} was not injected")
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ClientError, botocore.parsers.ResponseParserError,
                botocore.exceptions.ConnectionClosedError):
            pass
    emulator.control("reset")


def check_documents(emulator):
    """A report's document comes by the presigned URL, and only until it expires."""
    artifact = emulator.client("artifact")
    for report in artifact.list_reports()["reports"][:1]:
        term = artifact.get_term_for_report(reportId=report["id"])
        url = artifact.get_report(reportId=report["id"], termToken=term["termToken"])["documentPresignedUrl"]
        with urllib.request.urlopen(url) as reply:
            assert reply.read().startswith(b"%PDF")
        try:
            urllib.request.urlopen(url.replace("Expires=", "Expires=1"))
            raise AssertionError("a forged URL was served")
        except urllib.error.HTTPError as error:
            assert error.code == 403


def counts(run, regions):
    """How many items the paging lists give, whole."""
    found = {}
    for service, operation, items, parameters in (
            ("iam", "list_users", "Users", {}), ("kms", "list_keys", "Keys", {}), ("s3", "list_buckets", "Buckets", {}),
            ("ec2", "describe_security_groups", "SecurityGroups", {}), ("ec2", "describe_volumes", "Volumes", {}),
            ("ec2", "describe_instances", "Reservations", {}), ("rds", "describe_db_instances", "DBInstances", {}),
            ("cloudtrail", "lookup_events", "Events", {}), ("config", "describe_config_rules", "ConfigRules", {}),
            ("artifact", "list_reports", "reports", {}), ("organizations", "list_accounts", "Accounts", {}),
            ("iam", "get_account_authorization_details", "RoleDetailList", {})):
        for region in regions:
            found[(service, operation, region)] = len(run.all_pages(service, operation, parameters, region, items))
    return found


def main():
    os.environ.pop("AWS_PROFILE", None)
    failed = False
    for seed in sys.argv[1:] or ["empty", "clean", "seeded", "demo"]:
        started = time.time()
        emulator = Emulator(seed)
        try:
            ready = time.time() - started
            expected = emulator.control("expected")
            run = Run(emulator)
            run.everything(expected["account"], expected["regions"])
            whole = counts(run, expected["regions"])
            emulator.control("page-size", {"size": 3})
            paged = counts(run, expected["regions"])
            if whole != paged:
                run.problems.append(f"pages of 3 lose items: { {key: (whole[key], paged[key]) for key in whole if whole[key] != paged[key]} }")
            emulator.control("page-size", {"size": None})
            check_faults(emulator)
            check_documents(emulator)
            for problem in run.problems:
                print(f"{seed}: {problem}")
            failed |= bool(run.problems)
            print(f"{seed}: {run.count} calls, {len(run.problems)} problems, ready after {ready:.1f} s, "
                  f"all in {time.time() - started:.1f} s; {sum(whole.values())} items")
        finally:
            emulator.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
