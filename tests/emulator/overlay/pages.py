"""Pages: every list answer is collected whole and cut again, with the API's own token names."""

import base64
import functools

from .models import ApiError, model, paginators

# Pages that botocore's paginators do not describe: (input token, output token, list, limit).
FURTHER = {
    ("config", "GetDiscoveredResourceCounts"): ("nextToken", "nextToken", "resourceCounts", "limit"),
    ("config", "DescribeConfigurationAggregators"): ("NextToken", "NextToken", "ConfigurationAggregators", "Limit"),
    ("config", "GetConformancePackComplianceSummary"): (
        "NextToken", "NextToken", "ConformancePackComplianceSummaryList", "Limit"),
    ("config", "DescribeConformancePackCompliance"): (
        "NextToken", "NextToken", "ConformancePackRuleComplianceList", "Limit"),
    ("account", "ListRegions"): ("NextToken", "NextToken", "Regions", "MaxResults"),
    ("directconnect", "DescribeConnections"): ("nextToken", "nextToken", "connections", "maxResults"),
    ("resiliencehub", "ListAppAssessments"): ("nextToken", "nextToken", "assessmentSummaries", "maxResults"),
    ("wafv2", "ListWebACLs"): ("NextMarker", "NextMarker", "WebACLs", "Limit"),
    ("wellarchitected", "ListLensReviews"): ("NextToken", "NextToken", "LensReviewSummaries", "MaxResults"),
    ("wellarchitected", "ListWorkloads"): ("NextToken", "NextToken", "WorkloadSummaries", "MaxResults"),
}

# What AWS puts on a page when the request does not say; other operations answer in one page here.
DEFAULT_SIZES = {
    ("cloudtrail", "LookupEvents"): 50,
    ("config", "DescribeConfigRules"): 25,
    ("config", "GetComplianceDetailsByConfigRule"): 10,
    ("config", "DescribeComplianceByConfigRule"): 25,
    ("kms", "ListKeys"): 100,
    ("organizations", "ListPolicies"): 20,
    ("organizations", "ListAccounts"): 20,
    ("rds", "DescribeDBInstances"): 100,
    ("securityhub", "GetFindings"): 20,
}
DEFAULT_SIZES_OF_SERVICE = {"iam": 100, "guardduty": 50}


class Paging:
    """How one operation pages."""

    def __init__(self, service, operation, send, next_, lists, limit, more):
        self.send, self.next, self.lists, self.limit, self.more = send, next_, lists, limit, more
        self.default = DEFAULT_SIZES.get((service, operation), DEFAULT_SIZES_OF_SERVICE.get(service))
        shape = model(service).operation_model(operation).input_shape
        names = {send, limit} - {None}
        for name in list(names):
            member = shape.members.get(name) if shape else None
            if member is not None:
                names.add(member.serialization.get("name", name))
        self.wire_names = {name.lower() for name in names}

    def of_request(self, call, which):
        """The token or the limit of a request, by whichever of its names."""
        shape = model(call.service).operation_model(call.operation).input_shape
        name = self.send if which == "token" else self.limit
        if name is None:
            return None
        member = shape.members.get(name)
        wire = member.serialization.get("name", name) if member is not None else name
        return call.param(wire) or call.param(name)


@functools.cache
def paging(service, operation):
    """How the operation pages, or None."""
    if (service, operation) in FURTHER:
        send, next_, items, limit = FURTHER[(service, operation)]
        return Paging(service, operation, send, next_, [items], limit, None)
    found = paginators(service).get(operation)
    if found is None or not isinstance(found["input_token"], str) or not isinstance(found["output_token"], str):
        return None
    lists = found["result_key"] if isinstance(found["result_key"], list) else [found["result_key"]]
    if "||" in found["output_token"] or "." in found["output_token"] or any("." in name for name in lists):
        return None
    return Paging(service, operation, found["input_token"], found["output_token"], lists,
                  found.get("limit_key"), found.get("more_results"))


def cut(call, answer, how, forced):
    """The page of a whole answer that the request asks for."""
    token, limit = how.of_request(call, "token"), how.of_request(call, "limit")
    sizes = [int(size) for size in (forced, limit) if size]
    size = min(sizes) if sizes else how.default
    entries = [(name, item) for name in how.lists for item in answer.get(name) or []]
    start = read_token(call, token) if token else 0
    end = len(entries) if size is None else start + size
    page = {key: value for key, value in answer.items() if key not in (how.next, how.more)}
    for name in how.lists:
        if name in answer:
            page[name] = [item for kind, item in entries[start:end] if kind == name]
    truncated = end < len(entries)
    if truncated:
        page[how.next] = base64.urlsafe_b64encode(f"{call.operation}:{end}".encode()).decode()
    if how.more:
        page[how.more] = truncated
    return page


def read_token(call, token):
    """Where a page starts; a token of another operation is refused as AWS does."""
    try:
        operation, _, start = base64.urlsafe_b64decode(token).decode().rpartition(":")
        if operation == call.operation:
            return int(start)
    except (ValueError, UnicodeDecodeError):
        pass
    raise ApiError("InvalidNextTokenException", "The token is not valid.")
