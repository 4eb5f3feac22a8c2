"""What all parts need."""

import json

ELSEWHERE = "999988887777"


def arn(world, service, region, rest):
    return f"arn:aws:{service}:{region}:{world.account}:{rest}"


def allow(actions, resources="*", **more):
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
