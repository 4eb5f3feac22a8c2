"""GuardDuty findings, Security Hub standards, IAM Access Analyzer."""

from ..models import ApiError
from . import answers


@answers("guardduty", "ListFindings")
def list_findings(call, ask):
    findings = call.world.guardduty_findings.get(call.region, [])
    wanted = (call.param("FindingCriteria") or {}).get("criterion", {})
    least = wanted.get("severity", {}).get("greaterThanOrEqual", 0)
    archived = wanted.get("service.archived", {}).get("eq", ["true", "false"])
    return {"FindingIds": [finding["Id"] for finding in findings if finding["Severity"] >= least
                           and str(finding["Service"]["Archived"]).lower() in archived]}


@answers("guardduty", "GetFindings")
def get_findings(call, ask):
    wanted = call.params.get("findingIds") or call.params.get("FindingIds") or []
    return {"Findings": [finding for finding in call.world.guardduty_findings.get(call.region, []) if finding["Id"] in wanted]}


@answers("securityhub", "GetEnabledStandards")
def enabled_standards(call, ask):
    hub_enabled(call)
    return {"StandardsSubscriptions": call.world.standards.get(call.region, [])}


@answers("securityhub", "DescribeStandards")
def describe_standards(call, ask):
    hub_enabled(call)
    names = [("aws-foundational-security-best-practices/v/1.0.0", "AWS Foundational Security Best Practices v1.0.0", True),
             ("cis-aws-foundations-benchmark/v/3.0.0", "CIS AWS Foundations Benchmark v3.0.0", False)]
    return {"Standards": [{"StandardsArn": f"arn:aws:securityhub:{call.region}::standards/{arn}", "Name": name,
                           "EnabledByDefault": default} for arn, name, default in names]}


@answers("securityhub", "GetFindings")
def hub_findings(call, ask):
    hub_enabled(call)
    wanted = call.param("Filters") or {}
    of = {"SeverityLabel": lambda one: one["Severity"]["Label"], "WorkflowStatus": lambda one: one["Workflow"]["Status"],
          "RecordState": lambda one: one["RecordState"], "AwsAccountId": lambda one: one["AwsAccountId"]}
    fits = lambda one: all(of[name](one) in [rule["Value"] for rule in wanted[name]] for name in of if name in wanted)  # noqa: E731
    return {"Findings": [one for one in call.world.hub_findings.get(call.region, []) if fits(one)]}


def hub_enabled(call):
    from moto.securityhub.models import securityhub_backends
    if not securityhub_backends[call.account][call.region].enabled:
        raise ApiError("InvalidAccessException", f"Account {call.account} is not subscribed to AWS Security Hub", 401)


@answers("accessanalyzer", "ListAnalyzers")
def list_analyzers(call, ask):
    kind = call.param("type")
    return {"analyzers": [analyzer for analyzer in call.world.analyzers.get(call.region, [])
                          if not kind or analyzer["type"] == kind]}


@answers("accessanalyzer", "ListFindingsV2")
def list_findings_v2(call, ask):
    arn = call.param("analyzerArn")
    if arn not in [analyzer["arn"] for analyzer in call.world.analyzers.get(call.region, [])]:
        raise ApiError("ResourceNotFoundException", "Analyzer not found", 404)
    findings = call.world.analyzer_findings.get(arn, [])
    for member, rule in (call.params.get("filter") or {}).items():
        if "eq" in rule:
            findings = [finding for finding in findings if finding.get(member) in rule["eq"]]
    return {"findings": findings}
