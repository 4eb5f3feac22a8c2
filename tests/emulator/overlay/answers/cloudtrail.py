"""CloudTrail: the event history, and the defaults of trails nobody configured further."""

import datetime

from ..models import ApiError
from . import answers

UTC = datetime.timezone.utc


@answers("cloudtrail", "LookupEvents")
def lookup_events(call, ask):
    world = call.world
    earliest = world.now - datetime.timedelta(days=90)
    start = moment(call.params.get("StartTime")) or earliest
    end = moment(call.params.get("EndTime")) or world.now
    if start > end:
        raise ApiError("InvalidTimeRangeException", "Start time must be before end time.")
    chosen = [event for event in world.events.get(call.region, []) if max(start, earliest) <= event["EventTime"] <= end]
    for attribute in call.params.get("LookupAttributes", []):
        member = {"EventName": "EventName", "EventSource": "EventSource", "Username": "Username", "EventId": "EventId",
                  "ReadOnly": "ReadOnly", "AccessKeyId": "AccessKeyId"}.get(attribute["AttributeKey"])
        if member is None:
            raise ApiError("InvalidLookupAttributesException", "The lookup attribute is not supported.")
        chosen = [event for event in chosen if event.get(member) == attribute["AttributeValue"]]
    return {"Events": sorted(chosen, key=lambda event: (event["EventTime"], event["EventId"]), reverse=True)}


def moment(value):
    return datetime.datetime.fromtimestamp(float(value), UTC) if value is not None else None


@answers("cloudtrail", "GetEventSelectors")
def get_event_selectors(call, ask):
    answer = ask()
    if not answer.get("EventSelectors") and not answer.get("AdvancedEventSelectors"):
        answer["EventSelectors"] = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
                                     "ExcludeManagementEventSources": []}]
    if not answer.get("AdvancedEventSelectors"):
        answer.pop("AdvancedEventSelectors", None)
    if not answer.get("EventSelectors"):
        answer.pop("EventSelectors", None)
    return answer


@answers("cloudtrail", "GetInsightSelectors")
def get_insight_selectors(call, ask):
    answer = ask()
    if not answer.get("InsightSelectors"):
        name = call.param("TrailName", "")
        raise ApiError("InsightNotEnabledException",
                       f"Insights is not enabled on trail {name.rpartition('/')[2]}. Enable it and try again.")
    return answer


@answers("cloudtrail", "GetTrailStatus")
def get_trail_status(call, ask):
    answer = ask()
    name = call.param("Name", "").rpartition("/")[2]
    world = call.world
    if answer.get("IsLogging"):
        recent = world.ago(hours=1)
        answer.update({"LatestDeliveryTime": recent, "LatestDigestDeliveryTime": recent,
                       "LatestCloudWatchLogsDeliveryTime": recent, "LatestNotificationTime": recent})
    for member in list(answer):
        if answer[member] in ("", None):
            del answer[member]
    for member, value in world.trail_status.get(name, {}).items():
        if value is None:
            answer.pop(member, None)
        else:
            answer[member] = value
    return answer
