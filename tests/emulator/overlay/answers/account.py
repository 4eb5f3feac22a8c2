"""Account contacts and regions, and who is asking."""

from ..models import ApiError
from . import answers

# The regions that AWS enables by default; any other must be opted in.
COMMERCIAL = (
    "af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 "
    "ap-southeast-2 ap-southeast-3 ap-southeast-4 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 "
    "eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 sa-east-1 us-east-1 "
    "us-east-2 us-west-1 us-west-2").split()


@answers("sts", "GetCallerIdentity")
def get_caller_identity(call, ask):
    answer = ask()
    if answer["Account"] != call.world.account:
        return answer
    return {"UserId": "AROA4EXAMPLEAUDITROLE:auditpack", "Account": call.world.account, "Arn": call.world.caller_arn}


@answers("account", "GetContactInformation")
def get_contact_information(call, ask):
    if call.world.contact is None:
        raise ApiError("ResourceNotFoundException", "No contact information is set.", 404)
    return {"ContactInformation": call.world.contact}


@answers("account", "GetAlternateContact")
def get_alternate_contact(call, ask):
    kind = call.param("AlternateContactType")
    if kind not in call.world.alternate:
        raise ApiError("ResourceNotFoundException", "No contact of the inputted alternate contact type found.", 404)
    return {"AlternateContact": {"AlternateContactType": kind, **call.world.alternate[kind]}}


@answers("account", "ListRegions")
def list_regions(call, ask):
    regions = [{"RegionName": name, "RegionOptStatus": status(call.world, name)} for name in COMMERCIAL]
    wanted = call.params.get("RegionOptStatusContains")
    return {"Regions": [region for region in regions if not wanted or region["RegionOptStatus"] in wanted]}


@answers("ec2", "DescribeRegions")
def describe_regions(call, ask):
    every = call.param("AllRegions", "false").lower() == "true"
    regions = []
    for name in COMMERCIAL:
        enabled = name in call.world.regions
        if enabled or every:
            opted = "opt-in-not-required" if enabled else "not-opted-in"
            regions.append({"RegionName": name, "OptInStatus": opted, "Endpoint": f"ec2.{name}.amazonaws.com"})
    return {"Regions": regions}


def status(world, name):
    return "ENABLED_BY_DEFAULT" if name in world.regions else "DISABLED"
