"""AWS Config: compliance, conformance packs and counts, which moto does not hold."""

from ..models import ApiError
from . import answers


@answers("config", "DescribeConfigurationRecorderStatus")
def recorder_status(call, ask):
    answer = ask()
    for status in answer.get("ConfigurationRecordersStatus", []):
        if status.get("recording"):
            status.update({"lastStatus": "SUCCESS", "lastStatusChangeTime": call.world.ago(hours=3)})
        status.update(call.world.recorder_status.get(call.region, {}))
    return answer


@answers("config", "DescribeDeliveryChannelStatus")
def delivery_channel_status(call, ask):
    from moto.config.models import config_backends
    channels = config_backends[call.account][call.region].delivery_channels
    done = {"lastStatus": "Success", "lastAttemptTime": call.world.ago(hours=2),
            "lastSuccessfulTime": call.world.ago(hours=2)}
    return {"DeliveryChannelsStatus": [{"name": name, "configHistoryDeliveryInfo": done} for name in sorted(channels)]}


@answers("config", "DescribeComplianceByConfigRule")
def compliance_by_rule(call, ask):
    names = call.params.get("ConfigRuleNames")
    found = []
    for name, results in sorted(call.world.compliance.get(call.region, {}).items()):
        if names and name not in names:
            continue
        bad = sum(1 for result in results if result["compliance"] == "NON_COMPLIANT")
        compliance = {"ComplianceType": "INSUFFICIENT_DATA" if not results else
                      "NON_COMPLIANT" if bad else "COMPLIANT"}
        if bad:
            compliance["ComplianceContributorCount"] = {"CappedCount": min(bad, 25), "CapExceeded": bad > 25}
        found.append({"ConfigRuleName": name, "Compliance": compliance})
    wanted = call.params.get("ComplianceTypes")
    return {"ComplianceByConfigRules": [entry for entry in found
                                        if not wanted or entry["Compliance"]["ComplianceType"] in wanted]}


@answers("config", "GetComplianceDetailsByConfigRule")
def compliance_details(call, ask):
    name, wanted = call.params["ConfigRuleName"], call.params.get("ComplianceTypes")
    rules = call.world.compliance.get(call.region, {})
    if name not in rules:
        raise ApiError("NoSuchConfigRuleException", f"The ConfigRule '{name}' provided in the request is invalid.")
    when = call.world.ago(hours=6)
    return {"EvaluationResults": [
        {"EvaluationResultIdentifier": {
            "EvaluationResultQualifier": {"ConfigRuleName": name, "ResourceType": result["type"],
                                          "ResourceId": result["id"], "EvaluationMode": "DETECTIVE"},
            "OrderingTimestamp": when},
         "ComplianceType": result["compliance"], "ResultRecordedTime": when, "ConfigRuleInvokedTime": when}
        for result in rules[name] if not wanted or result["compliance"] in wanted]}


@answers("config", "DescribeConfigRuleEvaluationStatus")
def evaluation_status(call, ask):
    when = call.world.ago(hours=6)
    return {"ConfigRulesEvaluationStatus": [
        {"ConfigRuleName": name, "LastSuccessfulInvocationTime": when, "LastSuccessfulEvaluationTime": when,
         "FirstEvaluationStarted": True} for name in sorted(call.world.compliance.get(call.region, {}))]}


@answers("config", "DescribeConformancePacks")
def conformance_packs(call, ask):
    packs = []
    for name in sorted(call.world.conformance_packs.get(call.region, {})):
        arn = f"arn:aws:config:{call.region}:{call.account}:conformance-pack/{name}/conformance-pack-x1y2z3"
        packs.append({"ConformancePackName": name, "ConformancePackArn": arn, "ConformancePackId": "conformance-pack-x1y2z3",
                      "ConformancePackInputParameters": [], "LastUpdateRequestedTime": call.world.ago(300)})
    return {"ConformancePackDetails": packs}


@answers("config", "DescribeConformancePackStatus")
def conformance_pack_status(call, ask):
    details = conformance_packs(call, ask)["ConformancePackDetails"]
    when = call.world.ago(300)
    return {"ConformancePackStatusDetails": [
        {"ConformancePackName": pack["ConformancePackName"], "ConformancePackId": pack["ConformancePackId"],
         "ConformancePackArn": pack["ConformancePackArn"], "ConformancePackState": "CREATE_COMPLETE",
         "StackArn": f"arn:aws:cloudformation:{call.region}:{call.account}:stack/awsconfigconforms-{pack['ConformancePackName']}",
         "LastUpdateRequestedTime": when, "LastUpdateCompletedTime": when} for pack in details]}


@answers("config", "DescribeConformancePackCompliance")
def conformance_pack_compliance(call, ask):
    name = call.params["ConformancePackName"]
    packs = call.world.conformance_packs.get(call.region, {})
    if name not in packs:
        raise ApiError("NoSuchConformancePackException", "You specified one or more conformance packs that do not exist.")
    return {"ConformancePackName": name, "ConformancePackRuleComplianceList": [
        {"ConfigRuleName": rule, "ComplianceType": compliance, "Controls": []}
        for rule, compliance in sorted(packs[name].items())]}


@answers("config", "GetConformancePackComplianceSummary")
def conformance_pack_summary(call, ask):
    packs = call.world.conformance_packs.get(call.region, {})
    return {"ConformancePackComplianceSummaryList": [
        {"ConformancePackName": name, "ConformancePackComplianceStatus":
            "NON_COMPLIANT" if "NON_COMPLIANT" in packs.get(name, {}).values() else "COMPLIANT"}
        for name in call.params["ConformancePackNames"]]}


@answers("config", "GetDiscoveredResourceCounts")
def resource_counts(call, ask):
    wanted = call.params.get("resourceTypes")
    counts = {kind: count for kind, count in call.world.resource_counts.get(call.region, {}).items()
              if not wanted or kind in wanted}
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return {"totalDiscoveredResources": sum(counts.values()),
            "resourceCounts": [{"resourceType": kind, "count": count} for kind, count in ordered]}


@answers("config", "DescribeAggregateComplianceByConfigRules")
def aggregate_compliance(call, ask):
    return {"AggregateComplianceByConfigRules": []}
