"""CloudWatch alarms, log groups and the tags of log groups: what moto leaves out."""

from . import answers


def facts(world, name):
    """Facts of this group of services, by region."""
    return world.__dict__.setdefault("watch", {}).setdefault(name, {})


@answers("cloudwatch", "DescribeAlarms")
def describe_alarms(call, ask):
    answer = ask()
    asked = {value for name, value in call.params.items() if name.startswith("AlarmTypes.member.")} or {"MetricAlarm"}
    result = {}
    for kind, members in (("MetricAlarm", "MetricAlarms"), ("CompositeAlarm", "CompositeAlarms")):
        known = facts(call.world, members).get(call.region, [])
        result[members] = answer.get(members, []) + known if kind in asked else []
    return result


@answers("logs", "DescribeLogGroups")
def describe_log_groups(call, ask):
    answer = ask()
    for group in answer["logGroups"]:
        group.setdefault("logGroupClass", "STANDARD")
        group.update(facts(call.world, "groups").get((call.region, group["logGroupName"]), {}))
    return answer


@answers("logs", "DescribeMetricFilters")
def describe_metric_filters(call, ask):
    answer = ask()
    for one in answer["metricFilters"]:
        one.setdefault("creationTime", int(call.world.ago(400).timestamp() * 1000))
        one.setdefault("applyOnTransformedLogs", False)
    return answer


@answers("logs", "GetDataProtectionPolicy")
def get_data_protection_policy(call, ask):
    name = call.params["logGroupIdentifier"]
    policy = facts(call.world, "masking").get((call.region, name))
    return {"logGroupIdentifier": name, **({"policyDocument": policy} if policy else {})}
