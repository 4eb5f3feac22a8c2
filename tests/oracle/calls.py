"""Each call of the catalog against botocore's service model and paginators."""

import re

from botocore.exceptions import UnknownServiceError

from services import Services
from shapes import TEXT, XML, Part, Wire, kind
from wire_requests import compare_request, form_name

# Lists of which the first page is all that is wanted, and why.
FIRST_PAGE = {
    ("cloudtrail.newest-writes", "LookupEvents"): "whether something changed lately; CloudTrail answers twice a second",
    ("codepipeline.pipelines", "ListPipelineExecutions"): "the newest runs; AWS lists them newest first",
}

# Error codes that AWS documents for a service, but its model has not.
UNMODELLED = {
    "health": {"SubscriptionRequiredException"},
    "support": {"SubscriptionRequiredException"},
    # What the code was before SQS spoke JSON; AWS still names it in a header.
    "sqs": {"AWS.SimpleQueueService.NonExistentQueue"},
}

# A member that means several things in one reply: the catalog leaves it a text, and so the checks read it.
READ_AS_TEXT = {("elb.listeners", "Port")}

READ_ONLY = re.compile(r"(Get|List|Describe|BatchGet|Lookup|Select|Generate\w*Report)")


def compare(loader, ours, report):
    services = Services(loader)
    rows = {}
    for source in parents_first(ours):
        found = services.find(source["endpoint_variable"], source["service"])
        if not report.check("service", found is not None, f"{source['id']}: no service {source['endpoint_variable']}"):
            continue
        name, model = found
        compare_service(source, model, report)
        try:
            paginators = loader.load_service_model(name, "paginators-1")["pagination"]
        except UnknownServiceError:
            paginators = {}
        rows[source["id"]] = compare_source(source, model, paginators, rows, report)


def parents_first(ours):
    """A source that follows another comes after it."""
    known = {source["id"]: source for source in ours}

    def depth(source):
        return 1 + depth(known[source["from"]]) if source["from"] else 0

    return sorted(ours, key=depth)


def compare_service(source, model, report):
    place, metadata = source["id"], model.metadata
    protocols = metadata.get("protocols", [metadata["protocol"]])
    report.check("protocol", source["protocol"] in protocols, f"{place}: {source['protocol']} is none of {protocols}")
    report.equal("endpoint prefix", place, source["service"], model.endpoint_prefix)
    report.equal("signing name", place, source["signing"], model.signing_name)
    if source["protocol"] == "json":
        report.equal("json version", place, source["version"], str(metadata["jsonVersion"]))
        report.equal("target", place, source["target"], metadata["targetPrefix"])
    elif source["version"]:
        report.equal("API version", place, source["version"], model.api_version)


def compare_source(source, model, paginators, rows, report):
    """Returns the members of a row, or None if the model does not know them."""
    wire = Wire(source["protocol"])
    # While the list is asked for, only the row that it is asked for is known.
    above = {"from": Followed(rows[source["from"]])} if source["from"] else {}
    row = above
    for name in source["from_names"]:
        report.check("template", resolves(name, rows[source["from"]], wire), f"{source['id']}: the row followed has no `{name}`")
    for call in source["calls"]:
        place = f"{source['id']} {call['operation']}"
        known = call["operation"] in model.operation_names
        if not report.check("operation", known, f"{place}: no such operation"):
            continue
        operation = model.operation_model(call["operation"])
        read_only = READ_ONLY.match(call["operation"]) and model._service_description["operations"][
            call["operation"]
        ].get("readonly", True)
        read_only = read_only and operation.http.get("method", "POST") in ("GET", "HEAD", "POST")
        report.check("read-only", read_only, f"{place}: may write")
        for request in call["requests"]:
            compare_request(place, operation, source["protocol"], request, report)
        compare_names(place, call, wire, row, report)
        compare_errors(place, call, operation, source, report)
        if call["content"] == "protocol":
            if (source["id"], call["operation"]) in FIRST_PAGE:
                report.check("first page", call["page"] is None, f"{place}: only the first page is wanted")
            else:
                paginator = paginators.get(call["operation"])
                compare_paging(place, call, operation, paginator, source["protocol"], wire, report)
            compare_shape(place, call, operation, model, source, wire, report)
        reply = wire.body(operation)
        if call["part"] is None:
            row = compare_items(place, source, call, reply, wire, report)
            if row is not None:
                row.update(above)
        elif row is not None:
            row[call["part"]] = part(place, call, reply, wire, report)
    for name in source["resource_names"]:
        report.check("resource", resolves(name, row, wire), f"{source['id']}: `{{{name}}}` is no member of a row")
    compare_identity(source, row, wire, report)
    return row


def compare_identity(source, row, wire, report):
    """What tells a thing from another of its name: a text, and a date."""
    if row is None:
        return
    for name in source["unique_id"]:
        found = wire.follow(Part("structure", row), name)
        text = found is not None and found.type_name == "string"
        report.check("unique id", text, f"{source['id']}: `{name}` is no text of a row")
    if source["created"]:
        found = wire.follow(Part("structure", row), source["created"])
        date = found is not None and found.type_name in ("timestamp", "string", "long")
        report.check("created", date, f"{source['id']}: `{source['created']}` is no date of a row")


class Followed:
    """The row that a list is asked for."""

    def __init__(self, row):
        self.row = row


def resolves(name, row, wire):
    if name in ("partition", "region", "account", "period.start", "period.end") or row is None:
        return True
    first, _, rest = name.partition(".")
    if isinstance(row.get(first), Followed):
        return resolves(rest, row[first].row, wire)
    return wire.follow(Part("structure", row), name) is not None


def compare_names(place, call, wire, row, report):
    """Templates, conditions: members of the row as far as it is read by then."""
    for name in call["template_names"]:
        report.check("template", resolves(name, row, wire), f"{place}: `{{{name}}}` is no member of a row")


def compare_errors(place, call, operation, source, report):
    protocol = source["protocol"]
    codes = {shape.metadata.get("error", {}).get("code", shape.name) for shape in operation.error_shapes}
    if protocol not in ("json", "rest-json", "query") or not codes:
        return
    for code in call["absent"] + call["not_subscribed"]:
        # Words of the message may follow.
        code = code.split(": ")[0]
        if code in UNMODELLED.get(source["service"], ()):
            continue
        report.check("error code", code in codes, f"{place}: {code} is none of {sorted(codes)}")


def compare_items(place, source, call, reply, wire, report):
    """The items, their key; returns the members of a row, or None if the model does not know them."""
    if call["content"] != "protocol":
        return None
    members = {}
    for item in source["items"] or [{"path": ""}]:
        found = wire.follow(reply, item["path"])
        if not report.check("items", found is not None, f"{place}: the reply has no `{item['path']}`"):
            return None
        one = wire.opened(found)
        single = not source["key"] or call["operation"].startswith(("Describe", "Get"))
        is_list = wire.is_list(found) or (single and one.type_name == "structure")
        report.check("items", is_list, f"{place}: `{item['path']}` is no list")
        if source["key"]:
            text = wire.follow(one, source["key"])
            report.check("key", text is not None and kind(text) == "text", f"{place}: no text `{source['key']}`")
        if one.type_name == "structure":
            members.update(wire.members(one))
        elif is_list:
            members["_item"] = TEXT
        if source["only"]:
            there = wire.follow(one, source["only"]) is not None
            report.check("only", there, f"{place}: an item has no `{source['only']}`")
    return members


def part(place, call, reply, wire, report):
    if call["content"] != "protocol":
        return TEXT
    found = wire.follow(reply, call["select"])
    if not report.check("select", found is not None, f"{place}: the reply has no `{call['select']}`"):
        return TEXT
    if call["page"]:
        report.check("select", wire.is_list(found), f"{place}: `{call['select']}` is paged, but no list")
    return found


def compare_paging(place, call, operation, paginator, protocol, wire, report):
    page, output = call["page"], wire.body(operation)
    inputs = operation.input_shape.members if operation.input_shape else {}

    def sent(name):
        """A parameter's name in our catalog: that on the wire."""
        return form_name(name, inputs[name], protocol) if name in inputs else name

    def replied(name):
        outputs = operation.output_shape.members
        # A payload is the reply itself: its name is the root's, not a member's.
        name = name.removeprefix(f"{operation.output_shape.serialization.get('payload')}.")
        return outputs[name].serialization.get("name", name) if name in outputs else name

    if paginator is None:
        tokens = {"NextToken", "nextToken", "Marker", "NextMarker"} & set(inputs)
        report.check("paging", bool(page) == bool(tokens), f"{place}: pages by {tokens}, ours: {page}")
    else:
        if not report.check("paging", page is not None, f"{place}: it has pages, {paginator}"):
            return
        one = [paginator[name] for name in ("input_token", "output_token")]
        single = all(isinstance(name, str) for name in one)
        report.check("paging", single, f"{place}: pages by more than one token, {paginator}")
        report.equal("page token sent", place, page["send"], sent(paginator["input_token"]))
        report.equal("page token", place, page["next"], replied(paginator["output_token"]))
        more = paginator.get("more_results")
        report.equal("more pages", place, page["more"], more and replied(more))
        if page["size"] and "limit_key" in paginator:
            report.equal("page size", place, page["size"], sent(paginator["limit_key"]))
        results = paginator.get("result_key")
        results = results if isinstance(results, list) else [results]
        if call["lists"]:
            theirs = {replied(result) for result in results if result}
            first = {path.split(".")[0] for path in call["lists"]}
            report.check("paged list", first <= theirs, f"{place}: pages of {sorted(theirs)}, not {sorted(first)}")
    if page:
        token = wire.follow(output, page["next"])
        report.check("page token", token is not None and kind(token) == "text", f"{place}: no text `{page['next']}`")
        if page["more"]:
            more = wire.follow(output, page["more"])
            report.check("more pages", more is not None and kind(more) == "boolean", f"{place}: no `{page['more']}`")


def compare_shape(place, call, operation, model, source, wire, report):
    """What the catalog says of the elements of XML, and of documents in any protocol."""
    kinds, wrappers = wire.elements(wire.body(operation))
    shape = call["shape"]
    for name in shape["documents"] + shape["json"]:
        report.check("document", kinds.get(name) == {"text"}, f"{place}: `{name}` is {kinds.get(name)}")
    if source["protocol"] not in XML:
        for what in ("lists", "structures", "booleans", "integers"):
            report.check("JSON says it", not shape[what], f"{place}: {what} mean nothing in JSON")
        return
    if source["protocol"] == "query":
        wrapper = operation.output_shape.serialization.get("resultWrapper") if operation.output_shape else None
        report.check("result", wrapper in (None, f"{operation.name}Result"), f"{place}: the result is in <{wrapper}>")
    for what, single in (("structures", "structure"), ("booleans", "boolean"), ("integers", "integer")):
        for name in shape[what]:
            found = kinds.get(name, {"structure"} if is_root(name, operation, model, wire) else None)
            report.check(what, found == {single}, f"{place}: `{name}` is {found}")
    theirs = set().union(*wrappers.values()) if wrappers else set()
    for name in shape["lists"]:
        report.check("lists", name in theirs, f"{place}: `{name}` is none of {sorted(theirs)}")
    # All of them, whether a check reads them today or not.
    for what, single in (("booleans", "boolean"), ("integers", "integer")):
        for name in sorted(name for name, found in kinds.items() if found == {single}):
            report.check(f"{what} named", name in shape[what], f"{place}: {single} `{name}` is not named")
    for name in sorted(theirs):
        report.check("lists named", name in shape["lists"], f"{place}: list `{name}` is not named")
    # Of a part only what is selected joins the row.
    selected, _ = wire.elements(wire.follow(wire.body(operation), call["select"]) or wire.body(operation))
    kinds = {name: found for name, found in selected.items() if len(found) > 1 and found & {"boolean", "integer"}}
    for name in sorted(kinds):
        read = name in source["reads"] and (source["id"], name) not in READ_AS_TEXT
        report.check("unambiguous", not read, f"{place}: a check reads `{name}`, which is {sorted(kinds[name])}")


def is_root(name, operation, model, wire):
    """Whether a REST-XML reply may have this root. Outputs do not name theirs, but the shape that PUTs the same does."""
    if name not in model.shape_names or model.shape_for(name).type_name != "structure":
        return False
    members = set(wire.members(model.shape_for(name)))
    return bool(members & set(wire.members(wire.body(operation))))
