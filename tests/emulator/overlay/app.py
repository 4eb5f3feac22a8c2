"""The WSGI application: recognizes a request, injects faults, answers itself or lets moto answer, and pages."""

import base64
import hashlib
import io
import json
import re
import sys
import threading
import time
import traceback
import urllib.parse
import uuid

from . import answers
from .models import ApiError, credential_scope, model, parse_answer, protocol, recognize, write_answer, write_error
from .pages import cut, paging

HTML = b"<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1></body></html>"


class Overlay:
    """moto's application with the overlay before it."""

    def __init__(self, moto, world, log=None):
        self.moto, self.world = moto, world
        self.lock, self.state = threading.RLock(), threading.Lock()
        self.log = open(log, "a", encoding="utf-8") if log else None
        self.reset()

    def reset(self):
        """Forgets faults, delays, page sizes and the calls seen; the seeded account stays."""
        self.faults, self.page_size, self.delay_ms, self.calls = [], None, 0, []
        self.seen = {}
        self.world.reset()

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"]
        if path.startswith("/_overlay/"):
            status, headers, answer = self.control(environ, path, body)
        elif path.startswith("/_documents/"):
            status, headers, answer = self.world.document(path, environ.get("QUERY_STRING", ""))
            self.record(environ, body, ("", ""), status, headers, answer)
        elif path.startswith("/moto-api"):
            status, headers, answer = self.run_moto(environ, body)
        else:
            status, headers, answer = self.serve(environ, body)
        if environ["REQUEST_METHOD"] == "HEAD":
            answer = b""
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        headers["Content-Length"] = str(len(answer))
        start_response(f"{status} {'OK' if status < 300 else 'Answer'}", list(headers.items()))
        return [answer]

    # -- control ------------------------------------------------------------------------------------------------

    def control(self, environ, path, body):
        """The endpoints under `/_overlay/`."""
        sent = json.loads(body) if body else None
        answer = {}
        with self.state:
            match path.removeprefix("/_overlay/"):
                case "faults":
                    self.faults = [dict(fault) for fault in sent or []]
                case "page-size":
                    self.page_size = sent.get("size") if isinstance(sent, dict) else sent
                case "delay":
                    self.delay_ms = sent.get("ms", 0) if isinstance(sent, dict) else sent or 0
                case "calls":
                    answer = list(self.calls)
                case "expected":
                    answer = self.world.expected()
                case "reset":
                    self.reset()
                case _:
                    return 404, {"Content-Type": "application/json"}, b'{"error": "no such endpoint"}'
        return 200, {"Content-Type": "application/json"}, json.dumps(answer, indent=1).encode()

    def take_fault(self, call):
        """The first fault that is meant for this call, counted down."""
        with self.state:
            for fault in self.faults:
                if fault.get("service") not in (None, "*", call.service):
                    continue
                if fault.get("operation") not in (None, "*", call.operation):
                    continue
                if fault.get("region") not in (None, "*", call.region):
                    continue
                times = fault.get("times", -1)
                if times == 0:
                    continue
                fault["times"] = times - 1 if times > 0 else times
                return fault
        return None

    # -- requests -----------------------------------------------------------------------------------------------

    def serve(self, environ, body):
        """One AWS request."""
        call = recognize(environ, body)
        scope = credential_scope(environ)
        if call is None:
            status, headers, answer = self.run_moto(environ, body)
            self.note(scope[0], environ["REQUEST_METHOD"] + " " + environ["PATH_INFO"], scope[1], "", status)
            return status, headers, answer
        call.world, call.account = self.world, self.world.account
        request_id = self.request_id(environ, body, call)
        if self.delay_ms:
            time.sleep(self.delay_ms / 1000)
        fault = self.take_fault(call) or self.world.denied(call)
        try:
            if fault:
                status, headers, answer = self.inject(environ, fault, call, request_id)
            else:
                with self.lock:
                    status, headers, answer = self.answer(environ, body, call, request_id)
        except ApiError as error:
            status, headers, answer = write_error(call, error, request_id)
        except Exception:  # noqa: BLE001 - a fault of the emulator must be seen, never look like AWS
            traceback.print_exc(file=sys.stderr)
            error = ApiError("EmulatorFault", f"{call.action}: {traceback.format_exc(limit=-2)}", 400)
            status, headers, answer = write_error(call, error, request_id)
        headers = {**headers, self.request_id_header(call): request_id}
        self.note(call.service, call.operation, call.region, call.action, status)
        self.record(environ, body, scope, status, headers, answer)
        return status, headers, answer

    def answer(self, environ, body, call, request_id):
        """The overlay's own answer, moto's mended, or moto's as it is."""
        handler = answers.HANDLERS.get((call.service, call.operation))
        operations = model(call.service).operation_names
        how = paging(call.service, call.operation) if call.operation in operations else None
        for check in answers.BEFORE.get(call.service, []):
            check(call)
        answer = self.world.canned_answer(call)
        if answer is None and handler is None and how is None:
            return self.pass_through(environ, body, call, request_id)
        ask = lambda: self.ask_moto(environ, body, call, how)  # noqa: E731
        if answer is None:
            answer = handler(call, ask) if handler else ask()
        if isinstance(answer, answers.Raw):
            return answer.status, answer.headers, answer.body
        if how is not None:
            answer = cut(call, answer, how, self.page_size)
        return write_answer(call, answer, request_id)

    def pass_through(self, environ, body, call, request_id):
        """moto's answer with our request id; what moto does not know is refused in the API's own dialect."""
        status, headers, answer = self.run_moto(environ, body)
        if status >= 400 and b"<!doctype html" in answer[:200].lower():
            raise ApiError("EmulatorNotImplemented", f"neither moto nor the overlay knows {call.action}")
        kept = {name: value for name, value in headers.items() if name.lower() in ("content-type", "x-amzn-errortype")}
        if b"null" in answer and protocol(call.service) in ("json", "rest-json"):
            answer = json.dumps(without_nulls(json.loads(answer))).encode()
        # moto names the root after the operation; AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html
        answer = answer.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration")
        answer = re.sub(rb"<(Request(?:Id|ID))>[^<]*<", rb"<\g<1>>" + request_id.encode() + b"<", answer)
        answer = re.sub(rb"<(requestId)>[^<]*<", rb"<\g<1>>" + request_id.encode() + b"<", answer)
        return status, kept, answer

    def ask_moto(self, environ, body, call, how):
        """moto's whole answer, all its pages, as botocore reads it."""
        whole, token = None, None
        while True:
            request = page_request(environ, body, call, how, token) if how else (environ, body)
            status, headers, answer = self.run_moto(*request)
            parsed = parse_answer(call, status, headers, answer)
            if whole is None:
                whole = parsed
            else:
                for name in how.lists:
                    whole[name] = whole.get(name, []) + parsed.get(name, [])
            token = parsed.get(how.next) if how else None
            if not token:
                return whole

    def run_moto(self, environ, body):
        """One request through moto's own application."""
        environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        reply = {}

        def start_response(status, headers, exc_info=None):
            reply.update(status=int(status.split()[0]), headers=dict(headers))

        with self.lock:
            try:
                chunks = self.moto(environ, start_response)
            except NotImplementedError:
                return 501, {"Content-Type": "text/html"}, b"<!doctype html>"
            answer = b"".join(chunks)
            if hasattr(chunks, "close"):
                chunks.close()
        return reply["status"], reply["headers"], answer

    def inject(self, environ, fault, call, request_id):
        """The answer of an injected fault."""
        if fault.get("delay_ms") and fault["kind"] != "timeout":
            time.sleep(fault["delay_ms"] / 1000)
        match fault["kind"]:
            case "access-denied":
                raise access_denied(call)
            case "throttle":
                raise throttled(call)
            case "5xx":
                code = "InternalError" if protocol(call.service) in ("rest-xml", "ec2") else "InternalFailure"
                raise ApiError(code, "We encountered an internal error. Please try again.", 500)
            case "html":
                return fault.get("status", 503), {"Content-Type": "text/html"}, HTML
            case "timeout":
                time.sleep(fault.get("delay_ms", 60_000) / 1000)
                hang_up(environ)
            case "drop":
                hang_up(environ)
            case "error":
                raise ApiError(fault["code"], fault.get("message", ""), fault.get("status", 400))
        return 503, {"Content-Type": "text/html"}, HTML

    # -- notes --------------------------------------------------------------------------------------------------

    def note(self, service, operation, region, action, status):
        with self.state:
            self.calls.append({"service": service, "operation": operation, "region": region, "iam_action": action,
                               "status": status, "at": round(time.time(), 3)})

    def request_id(self, environ, body, call):
        """The same for the same request, so that recordings do not change from run to run."""
        key = "\n".join([call.service, call.region, environ["REQUEST_METHOD"], full_path(environ), call.operation])
        key += "\n" + hashlib.sha256(body).hexdigest()
        with self.state:
            count = self.seen[key] = self.seen.get(key, 0) + 1
        made = uuid.uuid5(uuid.NAMESPACE_URL, f"{key}\n{count}")
        return made.hex[:16].upper() if call.service == "s3" else str(made)

    @staticmethod
    def request_id_header(call):
        return "x-amz-request-id" if call.service in ("s3", "s3control") else "x-amzn-requestid"

    def record(self, environ, body, scope, status, headers, answer):
        """One line of the log with the whole exchange."""
        if self.log is None:
            return
        kept = {name.lower(): value for name, value in headers.items()
                if name.lower() in ("content-type", "x-amzn-requestid", "x-amz-request-id", "x-amzn-errortype",
                                    "x-amz-bucket-region", "etag") or name.lower().startswith("x-amz-meta-")}
        path = full_path(environ) if scope[0] else environ["PATH_INFO"]
        line = {"service": scope[0], "region": scope[1], "method": environ["REQUEST_METHOD"], "path": path,
                "target": environ.get("HTTP_X_AMZ_TARGET", ""), "body_sha256": hashlib.sha256(body).hexdigest(), "status": status,
                "headers": dict(sorted(kept.items())), "body_base64": base64.b64encode(answer).decode()}
        with self.state:
            self.log.write(json.dumps(line) + "\n")
            self.log.flush()


def without_nulls(value):
    """AWS leaves unset members out; moto writes some of them as null."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def full_path(environ):
    """The path as it was sent, with its query."""
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if raw:
        return raw
    query = environ.get("QUERY_STRING", "")
    return urllib.parse.quote(environ["PATH_INFO"]) + (f"?{query}" if query else "")


def page_request(environ, body, call, how, token):
    """The request without its paging, or with moto's own token."""
    kind, member = protocol(call.service), None
    shape = model(call.service).operation_model(call.operation).input_shape
    if shape is not None:
        member = shape.members.get(how.send)
    wire = member.serialization.get("name", how.send) if member is not None else how.send
    if kind == "ec2":
        wire = how.send
    environ = dict(environ)

    def without(pairs):
        kept = [(key, value) for key, value in pairs if key.lower() not in how.wire_names]
        return kept + ([(wire, token)] if token else [])

    if kind in ("query", "ec2") and body:
        pairs = urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)
        return environ, urllib.parse.urlencode(without(pairs)).encode()
    if kind == "json" or (kind == "rest-json" and body):
        pairs = json.loads(body or b"{}").items()
        return environ, json.dumps(dict(without(pairs))).encode()
    pairs = urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    environ["QUERY_STRING"] = urllib.parse.urlencode(without(pairs))
    for name in ("RAW_URI", "REQUEST_URI"):
        if name in environ:
            path = environ[name].split("?")[0]
            environ[name] = f"{path}?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else path
    return environ, body


def access_denied(call):
    """AWS's refusal, in the words of the service's dialect."""
    who = call.world.caller_arn
    message = (f"User: {who} is not authorized to perform: {call.action} "
               f"because no identity-based policy allows the {call.action} action")
    kind = protocol(call.service)
    if kind == "ec2":
        return ApiError("UnauthorizedOperation", "You are not authorized to perform this operation. " + message, 403)
    code = "AccessDenied" if kind in ("query", "rest-xml") else "AccessDeniedException"
    return ApiError(code, message, 400 if kind == "json" else 403)


def throttled(call):
    """AWS's throttling, in the words of the service's dialect."""
    kind = protocol(call.service)
    if kind == "rest-xml":
        return ApiError("SlowDown", "Please reduce your request rate.", 503)
    if kind == "ec2":
        return ApiError("RequestLimitExceeded", "Request limit exceeded.", 503)
    code = "Throttling" if kind == "query" else "ThrottlingException"
    return ApiError(code, "Rate exceeded", 429 if kind == "rest-json" else 400)


def hang_up(environ):
    """Closes the connection without an answer."""
    socket = environ.get("werkzeug.socket")
    if socket is not None:
        socket.shutdown(2)
