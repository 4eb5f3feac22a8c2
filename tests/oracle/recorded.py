"""Recorded replies against botocore's output shapes: read by its parser, then held strictly against the shape."""

import json

from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from services import Services

# Lengths and ranges are the request's business: AWS itself answers root with a shorter id than it accepts.
LENIENT = ("invalid length", "invalid range")

# Members that only the emulator answers, and no check reads.
EMULATORS_OWN = {
    "DescribeConfigurationRecorders.ConfigurationRecorders has no `status`",
    "DescribeHub has no `Tags`",
}


def compare(loader, ours, report):
    services = Services(loader)
    for example in ours:
        line = example["line"]
        _, model = services.find(example["endpoint_variable"], example["service"])
        operation = model.operation_model(line["operation"])
        place = f"{line['source']} {line['operation']} {line['key'] or ''}"
        # REST-JSON names the error in a header, which is not recorded.
        headers = {"x-amzn-errortype": line["absent"]} if line["absent"] and example["protocol"] == "rest-json" else {}
        reply = {"status_code": line["status"], "headers": headers, "body": line["body"].encode()}
        parsed = create_parser(example["protocol"]).parse(reply, operation.output_shape)
        parsed.pop("ResponseMetadata", None)
        if line["absent"]:
            report.equal("error", place, line["absent"], parsed.get("Error", {}).get("Code"))
            continue
        faults = []
        if operation.output_shape is not None:
            found = ParamValidator().validate(parsed, operation.output_shape)
            faults = [error for error in found._errors if error[0] not in LENIENT]
            if example["protocol"] in ("json", "rest-json") and "payload" not in operation.output_shape.serialization:
                more = unknown(operation.output_shape, json.loads(line["body"]), line["operation"])
                faults += [text for text in more if text not in EMULATORS_OWN]
        report.check("reply", not faults, f"{place}: {faults}")


def unknown(shape, value, path):
    """Members that the shape does not have; the parser passes over them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            if name not in members:
                yield f"{path} has no `{name}`"
            else:
                yield from unknown(members[name], inner, f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            yield from unknown(shape.member, inner, path)
    elif shape.type_name == "map" and isinstance(value, dict):
        for inner in value.values():
            yield from unknown(shape.value, inner, path)
