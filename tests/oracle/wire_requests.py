"""Reads a request of ours off the wire into botocore's parameters, and serializes those with botocore: what comes out
must be what went in."""

import json
import re
from urllib.parse import parse_qsl, unquote

from botocore.model import ListShape, MapShape
from botocore.serialize import create_serializer
from botocore.validate import ParamValidator

from shapes import INTEGERS


class Unknown(Exception):
    """A name or a value that the model does not have."""


def compare_request(place, operation, protocol, ours, report):
    """Names, types, required members, enumerated values, method, path, query, headers, body."""
    try:
        given = read(operation, protocol, ours)
    except (Unknown, ValueError) as unknown:
        report.check("request", False, f"{place}: {unknown}")
        return
    shape = operation.input_shape
    if shape is not None:
        faults = ParamValidator().validate(given, shape)
        if not report.check("parameters valid", not faults.has_errors(), f"{place}: {faults.generate_report()}"):
            return
        for fault in values(shape, given, place):
            report.check("parameter value", False, fault)
        report.compared["parameter value"] += 1
    theirs = create_serializer(protocol, include_validation=False).serialize_to_request(given, operation)
    report.equal("method", place, ours["method"], theirs["method"])
    path, query = split(ours["path"])
    their_path, their_query = split(theirs["url_path"])
    report.equal("path", place, path, their_path)
    more = theirs["query_string"]
    more = list(more.items()) if isinstance(more, dict) else list(more)
    for name, value in more:
        their_query += [(name, text(item)) for item in (value if isinstance(value, list) else [value])]
    report.equal("query", place, sorted(query), sorted(their_query))
    compare_body(place, protocol, ours, theirs, report)
    for name, value in theirs["headers"].items():
        # The second asks for the error codes of an older protocol besides: we know the new ones.
        if (protocol, name) not in (("ec2", "Content-Type"), ("json", "x-amzn-query-mode")):
            report.equal("header", f"{place} {name}", ours["headers"].get(name.lower()), value)
    known = {name.lower() for name in theirs["headers"]} | {"content-type"}
    if operation.service_model.service_name == "apigateway":
        # Otherwise it answers in HAL; botocore has a handler that sends this.
        report.equal("header", f"{place} accept", ours["headers"].get("accept"), "application/json")
        known |= {"accept"}
    report.check("header", set(ours["headers"]) <= known, f"{place}: headers of ours alone in {ours['headers']}")


def compare_body(place, protocol, ours, theirs, report):
    body = theirs["body"]
    if protocol in ("query", "ec2"):
        expected = sorted((name, text(value)) for name, value in body.items())
        report.equal("body", place, sorted(form(ours["body"])), expected)
    elif protocol in ("json", "rest-json") and body:
        report.equal("body", place, json.loads(ours["body"] or "null"), json.loads(body))
    else:
        report.equal("body", place, ours["body"].encode(), body or b"")


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def form(body):
    return parse_qsl(body, keep_blank_values=True, strict_parsing=True)


def split(path):
    """The path, and the query's decoded pairs."""
    path, _, query = path.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    return path, [(unquote(name), unquote(value)) for name, _, value in pairs]


def read(operation, protocol, ours):
    shape = operation.input_shape
    if protocol == "json":
        return structure(shape, json.loads(ours["body"]))
    if protocol in ("query", "ec2"):
        pairs = dict(form(ours["body"]))
        if pairs.pop("Action", None) != operation.name or "Version" not in pairs:
            raise Unknown("the form has no Action or no Version")
        pairs.pop("Version")
        return read_form(shape, tree(pairs), protocol) if shape or pairs else {}
    return read_rest(operation, shape, ours)


def serialized(shape):
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def structure(shape, value):
    """JSON to parameters."""
    if shape is None:
        if value:
            raise Unknown(f"the operation takes no parameters, not {value}")
        return {}
    if shape.type_name == "structure" and isinstance(value, dict):
        known, found = serialized(shape), {}
        for wire, inner in value.items():
            if wire not in known:
                raise Unknown(f"{shape.name} has no `{wire}`, only {sorted(known)}")
            name, member = known[wire]
            found[name] = structure(member, inner)
        return found
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [structure(shape.member, item) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: structure(shape.value, inner) for key, inner in value.items()}
    return value


def tree(pairs):
    root = {}
    for name, value in pairs.items():
        *parents, last = name.split(".")
        place = root
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return root


def scalar(shape, value):
    """A text of a form or a query string to its type; what does not parse is for the validator to refuse."""
    if shape.type_name in INTEGERS and re.fullmatch(r"-?\d+", str(value)):
        return int(value)
    if shape.type_name == "boolean" and value in ("true", "false"):
        return value == "true"
    return value


def numbered(items, shape, protocol):
    if not isinstance(items, dict) or sorted(items) != sorted(str(number + 1) for number in range(len(items))):
        raise Unknown(f"{shape.name} is a list, but its items are not numbered from 1: {items}")
    return [read_form(shape.member, items[str(number + 1)], protocol) for number in range(len(items))]


def form_name(name, member, protocol):
    if protocol == "ec2":
        if "queryName" in member.serialization:
            return member.serialization["queryName"]
        own = member.serialization.get("name", name)
        return own[0].upper() + own[1:]
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return member.member.serialization.get("name", member.serialization.get("name", name))
    return member.serialization.get("name", name)


def read_form(shape, value, protocol):
    """The tree of a form's dotted names to parameters."""
    if isinstance(shape, ListShape):
        if protocol == "ec2" or shape.serialization.get("flattened"):
            return numbered(value, shape, protocol)
        element = shape.member.serialization.get("name", "member")
        if not isinstance(value, dict) or set(value) != {element}:
            raise Unknown(f"the items of {shape.name} are `{element}`s, not {value}")
        return numbered(value[element], shape, protocol)
    if shape is not None and shape.type_name == "structure" and isinstance(value, dict):
        known = {form_name(name, member, protocol): (name, member) for name, member in shape.members.items()}
        found = {}
        for wire, inner in value.items():
            if wire not in known:
                raise Unknown(f"{shape.name} has no `{wire}`, only {sorted(known)}")
            name, member = known[wire]
            found[name] = read_form(member, inner, protocol)
        return found
    if isinstance(value, dict) or shape is None:
        raise Unknown(f"nothing takes {value}")
    return scalar(shape, value)


def read_rest(operation, shape, ours):
    path, pairs = split(ours["path"])
    template, _, fixed = operation.http["requestUri"].partition("?")
    for name in fixed.split("&") if fixed else []:
        name, _, value = name.partition("=")
        if (name, value) not in pairs:
            raise Unknown(f"the query lacks `{name}={value}` of {operation.http['requestUri']}")
        pairs.remove((name, value))
    pieces = re.split(r"\{([^}]+)\}", template)
    labels = pieces[1::2]
    pattern = "".join(
        re.escape(piece) if number % 2 == 0 else ("(.+)" if piece.endswith("+") else "([^/]+)")
        for number, piece in enumerate(pieces)
    )
    match = re.fullmatch(pattern, path)
    if not match:
        raise Unknown(f"the path {path} is not {template}")
    members = shape.members if shape is not None else {}
    by_place = {
        (member.serialization.get("location", "body"), member.serialization.get("name", name)): (name, member)
        for name, member in members.items()
    }

    def member_of(location, wire):
        if (location, wire) not in by_place:
            raise Unknown(f"{operation.name} has no {location} `{wire}`, only {sorted(by_place)}")
        return by_place[location, wire]

    found = {}
    for label, value in zip(labels, match.groups()):
        name, _ = member_of("uri", label.rstrip("+"))
        found[name] = unquote(value)
    for wire, value in pairs:
        name, member = member_of("querystring", wire)
        if isinstance(member, ListShape):
            found.setdefault(name, []).append(scalar(member.member, value))
        else:
            found[name] = scalar(member, value)
    for wire, value in ours["headers"].items():
        for (location, header), (name, _) in by_place.items():
            if location == "header" and header.lower() == wire:
                found[name] = value
    if ours["body"]:
        for wire, value in json.loads(ours["body"]).items():
            name, member = member_of("body", wire)
            found[name] = structure(member, value)
    return found


def values(shape, given, place):
    """Enumerated texts that do not exist, numbers out of range."""
    if isinstance(given, dict) and shape.type_name == "structure":
        for name, value in given.items():
            yield from values(shape.members[name], value, f"{place} {name}")
    elif isinstance(given, list) and isinstance(shape, ListShape):
        for value in given:
            yield from values(shape.member, value, place)
    elif isinstance(given, str) and getattr(shape, "enum", None) and given not in shape.enum:
        yield f"{place}: `{given}` is none of {shape.enum}"
    elif isinstance(given, int) and not isinstance(given, bool):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and given < low) or (high is not None and given > high):
            yield f"{place}: {given} is not within {low} and {high}"
