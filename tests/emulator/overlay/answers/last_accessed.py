"""IAM: which services a principal used last, as a job that is done when it is asked for the second time."""

import hashlib

from ..models import ApiError
from . import answers


@answers("iam", "GenerateServiceLastAccessedDetails")
def generate_service_last_accessed_details(call, ask):
    arn = call.param("Arn")
    digest = hashlib.sha256(arn.encode()).hexdigest()
    job = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    jobs(call)[job] = {"arn": arn, "asked": 0}
    return {"JobId": job}


@answers("iam", "GetServiceLastAccessedDetails")
def get_service_last_accessed_details(call, ask):
    job = jobs(call).get(call.param("JobId"))
    if job is None:
        raise ApiError("NoSuchEntity", f"The job {call.param('JobId')} cannot be found.", 404)
    world = call.world
    job["asked"] += 1
    answer = {"JobStatus": "IN_PROGRESS", "JobType": "SERVICE_LEVEL", "JobCreationDate": world.now, "IsTruncated": False,
              "ServicesLastAccessed": [], "JobCompletionDate": world.now}
    if job["asked"] == 1:
        return answer
    used = world.__dict__.get("last_accessed", {}).get(job["arn"], {"s3": None})
    return {**answer, "JobStatus": "COMPLETED", "JobCompletionDate": world.now,
            "ServicesLastAccessed": [service(world, job["arn"], name, when) for name, when in sorted(used.items())]}


def jobs(call):
    return call.world.__dict__.setdefault("_last_accessed_jobs", {})


def service(world, arn, name, when):
    """`when` is None for a service that was never used."""
    one = {"ServiceName": name.upper(), "ServiceNamespace": name, "TotalAuthenticatedEntities": 0 if when is None else 1}
    if when is not None:
        one.update(LastAuthenticated=when, LastAuthenticatedEntity=arn, LastAuthenticatedRegion="us-east-1")
    return one
