"""CloudTrail's public keys, and objects with all of their headers."""

from ..models import ApiError
from . import Raw, answers
from .cloudtrail import moment


@answers("cloudtrail", "ListPublicKeys")
def list_public_keys(call, ask):
    start, end = moment(call.params.get("StartTime")), moment(call.params.get("EndTime"))
    if start and end and start > end:
        raise ApiError("InvalidTimeRangeException", "Start time must be before end time.")
    keys = [key for key in getattr(call.world, "trail_keys", [])
            if (end is None or key["ValidityStartTime"] <= end) and (start is None or key["ValidityEndTime"] >= start)]
    return {"PublicKeyList": keys}


@answers("s3", "GetObject")
def get_object(call, ask):
    from moto.s3.models import s3_backends
    bucket = s3_backends[call.account]["aws"].buckets.get(call.params["Bucket"])
    if bucket is None:
        raise ApiError("NoSuchBucket", "The specified bucket does not exist", 404, extra={"BucketName": call.params["Bucket"]})
    found = bucket.keys.get(call.params["Key"])
    if found is None or type(found).__name__ == "FakeDeleteMarker":
        raise ApiError("NoSuchKey", "The specified key does not exist.", 404, extra={"Key": call.params["Key"]})
    body, status = found.value, 200
    asked = str(call.param("Range") or "")
    if asked.startswith("bytes=0-"):
        if not body:
            raise ApiError("InvalidRange", "The requested range is not satisfiable", 416)
        body, status = body[:int(asked.removeprefix("bytes=0-")) + 1], 206
    metadata = {name if name.startswith("x-amz-meta-") else f"x-amz-meta-{name}": value for name, value in found.metadata.items()
                if name.lower() not in ("content-type", "content-encoding")}
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "ETag": found.etag, **metadata}
    return Raw(status, headers, body)
