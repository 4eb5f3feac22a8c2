"""Signatures against botocore's signers: the same request, signed headers, credentials and time."""

import datetime
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

# What the signer adds itself.
SIGNERS_OWN = {"host", "x-amz-date", "x-amz-security-token"}


def compare(_loader, ours, report):
    for case in ours:
        sent = case["request"]
        authorization = sent["headers"]["authorization"]
        fields = dict(field.split("=", 1) for field in authorization.split(" ", 1)[1].split(", "))
        _, date, region, service, _ = fields["Credential"].split("/")
        place = f"{case['name']} {sent['url']}"
        report.equal("scope", place, [region, service], [case["region"], case["signing"]])
        signed = fields["SignedHeaders"].split(";")
        own = SIGNERS_OWN | ({"x-amz-content-sha256"} if service == "s3" else set())
        headers = {name: sent["headers"][name] for name in signed if name not in own}
        request = AWSRequest(sent["method"], sent["url"], headers, sent["body"].encode())
        time = datetime.datetime.strptime(sent["headers"]["x-amz-date"], "%Y%m%dT%H%M%SZ")
        report.equal("date", place, date, time.strftime("%Y%m%d"))
        signer = S3SigV4Auth if service == "s3" else SigV4Auth
        with mock.patch("botocore.auth.get_current_datetime", return_value=time):
            signer(Credentials(*case["credentials"]), service, region).add_auth(request)
        report.equal("signature", place, authorization, request.headers["Authorization"])
        if service == "s3":
            hashes = [headers["x-amz-content-sha256"] for headers in (sent["headers"], request.headers)]
            report.equal("body hash", place, *hashes)
