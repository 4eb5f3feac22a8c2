"""botocore's service models: which operation a request asks for, and answers written by protocol."""

import functools
import json
import re
import urllib.parse
from xml.sax.saxutils import escape

import botocore.loaders
import botocore.parsers
from botocore.validate import ParamValidator
from moto.core.model import ServiceModel
from moto.core.serialize import SerializationContext, get_serializer_class

# A request names the service only by its signing name.
SERVICE_OF_SIGNING = {
    "access-analyzer": "accessanalyzer",
    "tagging": "resourcegroupstaggingapi",
    "sso": "sso-admin",
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "elasticfilesystem": "efs",
    "es": "opensearch",
    "servicequotas": "service-quotas",
}
SIGNING_OF_SERVICE = {service: signing for signing, service in SERVICE_OF_SIGNING.items()}
SIGNING_OF_SERVICE["elb"] = "elasticloadbalancing"

# IAM actions that are not `service:Operation`.
ACTION_OF_OPERATION = {
    ("cloudwatch", "DescribeAlarms"): "cloudwatch:DescribeAlarms",
    ("cloudwatch", "GetMetricStatistics"): "cloudwatch:GetMetricStatistics",
    ("accessanalyzer", "ListFindingsV2"): "access-analyzer:ListFindings",
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetBucketReplication"): "s3:GetReplicationConfiguration",
    ("s3", "GetObjectLockConfiguration"): "s3:GetBucketObjectLockConfiguration",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "ListObjects"): "s3:ListBucket",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
    ("resourcegroupstaggingapi", "GetResources"): "tag:GetResources",
}

# Of several protocols the one that our source speaks; botocore itself speaks CBOR, which is not recognized here.
PROTOCOL_OF_SERVICE = {"cloudwatch": "query"}

LOADER = botocore.loaders.Loader()


class ApiError(Exception):
    """An error that the API itself would answer."""

    def __init__(self, code, message="", status=400, headers=None, extra=None):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status
        self.headers, self.extra = headers or {}, extra or {}


@functools.cache
def known_services():
    return frozenset(LOADER.list_available_services("service-2"))


@functools.cache
def model(service):
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


@functools.cache
def paginators(service):
    try:
        return LOADER.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}
    except botocore.exceptions.DataNotFoundError:
        return {}


def protocol(service):
    """The one protocol that is spoken with this service."""
    if service in PROTOCOL_OF_SERVICE:
        return PROTOCOL_OF_SERVICE[service]
    metadata = model(service).metadata
    written = {"json", "rest-json", "query", "ec2", "rest-xml"}
    return next(name for name in [metadata["protocol"], *metadata.get("protocols", [])] if name in written)


@functools.cache
def routes(service):
    """REST operations as (method, path pattern, literal query, operation), the most specific first."""
    found = []
    for name in model(service).operation_names:
        operation = model(service).operation_model(name)
        if operation.deprecated:
            continue
        http = operation.http
        path, _, query = http["requestUri"].partition("?")
        pattern = ""
        for piece in re.split(r"(\{[^}]+\})", path):
            if piece.startswith("{"):
                greedy = piece.endswith("+}")
                group = re.sub(r"\W", "", piece)
                pattern += f"(?P<{group}>{'.+' if greedy else '[^/]+'})"
            else:
                pattern += re.escape(piece)
        literal = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        found.append((http["method"], re.compile(pattern.rstrip("/") + "/?$"), literal, name))
    # Required headers and query members tell GetObject from its many siblings; only reads are recognized, so the
    # number of literal query members and of literal path characters is enough.
    found.sort(key=lambda route: (-len(route[2]), -len(route[1].pattern)))
    return found


# botocore's own clients take `/{Bucket}` out of the shared model as they call, those that build a scenario too.
routes("s3")


class Call:
    """A request, recognized."""

    def __init__(self, service, operation, region, params, account):
        self.service, self.operation, self.region = service, operation, region
        self.params, self.account = params, account
        self.world = None

    @property
    def action(self):
        if self.service in ("apigateway", "apigatewayv2"):
            return "apigateway:GET"
        prefix = SIGNING_OF_SERVICE.get(self.service, self.service)
        return ACTION_OF_OPERATION.get((self.service, self.operation), f"{prefix}:{self.operation}")

    def param(self, name, default=None):
        """A parameter by its API name, whatever its case on the wire."""
        for key, value in self.params.items():
            if key.lower() == name.lower():
                return value
        return default


def credential_scope(environ):
    """(service, region) of the signature; empty for unsigned requests."""
    match = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    return (match.group(2), match.group(1)) if match else ("", "")


def recognize(environ, body):
    """The Call of a request, or None when no model knows it."""
    signing, region = credential_scope(environ)
    service = SERVICE_OF_SIGNING.get(signing, signing)
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if service == "s3" and path.startswith("/v20180820/"):
        service = "s3control"
    if service == "apigateway" and path.startswith("/v2/"):
        service = "apigatewayv2"
    if service == "elbv2" and b"Version=2012-06-01" in body:
        service = "elb"
    if service not in known_services():
        return None
    query_params = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    if path.startswith("/service/"):
        return None  # RPC in CBOR, which no source of ours speaks
    kind = protocol(service)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if kind in ("query", "ec2"):
        params = {**query_params, **dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))}
        return Call(service, params.get("Action", ""), region, params, None)
    if target:
        params = json.loads(body or b"{}")
        return Call(service, target.rpartition(".")[2], region, params, None)
    for method, pattern, literal, name in routes(service):
        match = pattern.match(path or "/")
        if method != environ["REQUEST_METHOD"] or not match:
            continue
        if all(query_params.get(key) == value for key, value in literal.items()):
            params = {**query_params, **match.groupdict()}
            if kind == "rest-json" and body:
                params.update(json.loads(body))
            return Call(service, name, region, params, None)
    return None


def parse_answer(call, status, headers, body):
    """moto's answer as botocore reads it; an error answer raises ApiError."""
    operation = model(call.service).operation_model(call.operation)
    parser = botocore.parsers.create_parser(protocol(call.service))
    raw = {"status_code": status, "headers": headers, "body": body}
    if status >= 400 and b"<!doctype html" in body[:200].lower():
        raise ApiError("EmulatorNotImplemented", f"neither moto nor the overlay knows {call.action}")
    parsed = parser.parse(raw, operation.output_shape)
    metadata = parsed.pop("ResponseMetadata", {})
    if status >= 300:
        error = parsed.get("Error", {})
        raise ApiError(error.get("Code", "Unknown"), error.get("Message", ""), metadata.get("HTTPStatusCode", status))
    return parsed


def write_answer(call, answer, request_id):
    """(status, headers, body) of an answer, held against the operation's output shape first."""
    operation = model(call.service).operation_model(call.operation)
    if operation.output_shape is not None:
        report = ParamValidator().validate(answer, operation.output_shape)
        # Lengths are the request's business: AWS itself answers root with a shorter id than it accepts.
        faults = [error for error in report._errors if error[0] not in ("invalid length", "invalid range")]
        if faults:
            raise AssertionError(f"{call.action}: {faults}")
    kind = protocol(call.service)
    serializer = get_serializer_class(call.service, kind)
    result = serializer(operation, SerializationContext(request_id)).serialize(answer)
    body = result["body"]
    headers = {name: str(value) for name, value in result["headers"].items()}
    return result["status_code"], headers, body.encode() if isinstance(body, str) else body


def write_error(call, error, request_id):
    """(status, headers, body) of an error in the service's own dialect."""
    kind = protocol(call.service)
    code, message = escape(error.code), escape(error.message)
    extra = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in error.extra.items())
    if kind == "json":
        body = json.dumps({"__type": error.code, "message": error.message, **error.extra})
        headers = {"Content-Type": "application/x-amz-json-1.1"}
    elif kind == "rest-json":
        body = json.dumps({"message": error.message, **error.extra})
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}
    else:
        inner = f"<Code>{code}</Code><Message>{message}</Message>{extra}"
        request = f"<RequestId>{request_id}</RequestId>"
        body = {
            "query": f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>{request}</ErrorResponse>",
            "ec2": f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>",
            "rest-xml": f"<Error>{inner}{request}</Error>",
        }[kind]
        if call.service == "s3control":
            body = f"<ErrorResponse><Error>{inner}</Error>{request}</ErrorResponse>"
        body = '<?xml version="1.0" encoding="UTF-8"?>\n' + body
        headers = {"Content-Type": "text/xml" if kind != "rest-xml" else "application/xml"}
    return error.status, {**headers, **error.headers}, body.encode()
