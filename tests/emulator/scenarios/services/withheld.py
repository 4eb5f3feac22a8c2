"""Values that may be secrets: good ones, and bad ones that must never be kept. What is bad here is listed in `SECRETS`,
so that a test can look for it in everything that is written."""

import base64
import gzip

from ..parts.common import arn

HOME, GOOD = "us-east-1", "eu-west-1"

# Put together here, so that nobody's scanner takes this file for a leak.
KEY_ID = "AK" + "IAZ7QW3E5RT2Y4U6P7"
SECRET_KEY = "pX3vTq9LmZ0aRw7Kd" + "Y2sHc5UbN8jFg1EoVi6QtB4"
PASSWORD = "correct-" + "horse-battery-9"
GIT_TOKEN = "gh" + "p_" + "aB3" * 12
SECRETS = [KEY_ID, SECRET_KEY, PASSWORD, GIT_TOKEN]

GOOD_SCRIPT = """#!/bin/bash
set -euo pipefail
TOKEN=$(curl -sX PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600')
DB_PASSWORD=$(aws ssm get-parameter --name /shop/db/password --with-decryption --query Parameter.Value --output text)
systemctl start shop
"""
BAD_SCRIPT = f"""#!/bin/bash
yum install -y awscli
export AWS_ACCESS_KEY_ID={KEY_ID}
export AWS_SECRET_ACCESS_KEY={SECRET_KEY}
aws s3 cp s3://shop-config/app.conf /etc/app.conf
"""
CLOUD_CONFIG = f"""#cloud-config
runcmd:
  - git clone https://oauth2:{GIT_TOKEN}@github.com/example/shop.git
"""


def seed(world):
    good(world)
    bad = machine(world, HOME, "seeded-in-clear", BAD_SCRIPT.encode())
    packed = machine(world, HOME, "seeded-packed", gzip.compress(CLOUD_CONFIG.encode(), mtime=0))
    world.expect("ec2.no-secrets-in-user-data", "fail", bad, packed)
    world.expect("lambda.no-secrets-in-env", "fail", function(world, HOME, "leaky", {
        "STAGE": "production", "DB_PASSWORD": PASSWORD}), function(world, HOME, "leaky-url", {
            "DATABASE": f"postgres://shop:{PASSWORD}@db.shop.internal/orders"}))
    world.expect("ecs.no-secrets-in-env", "fail", task(world, HOME, "leaky", {"GIT": GIT_TOKEN, "STAGE": "production"}))
    world.expect("codebuild.no-plaintext-credentials", "fail", project(world, HOME, "leaky", [
        ("AWS_ACCESS_KEY_ID", KEY_ID, "PLAINTEXT"), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY, "PLAINTEXT")]))


def good(world):
    world.expect("ec2.no-secrets-in-user-data", "pass", *machines_that_are_there(world, GOOD))
    world.expect("lambda.no-secrets-in-env", "pass", function(world, GOOD, "tidy", {
        "STAGE": "production", "DB_PASSWORD": arn(world, "secretsmanager", GOOD, "secret:shop-db-AbCdEf"), "LOG_LEVEL": "info"}),
        function(world, GOOD, "without-variables", None))
    world.expect("ecs.no-secrets-in-env", "pass", task(world, GOOD, "tidy", {"STAGE": "production", "TOKEN_TTL_SECONDS": "900"}))
    world.expect("codebuild.no-plaintext-credentials", "pass", project(world, GOOD, "tidy", [
        ("STAGE", "production", "PLAINTEXT"), ("NPM_TOKEN", "npm-token-of-the-shop", "SECRETS_MANAGER")]))


def machines_that_are_there(world, region):
    """The instances of other groups: one reads its secrets when it starts, the others have no user data."""
    found = world.client("ec2", region).describe_instances()["Reservations"]
    names = sorted(one["InstanceId"] for group in found for one in group["Instances"])
    for number, name in enumerate(names):
        answer = {"InstanceId": name, "UserData": {} if number else {"Value": base64.b64encode(GOOD_SCRIPT.encode()).decode()}}
        world.answer("ec2", "DescribeInstanceAttribute", answer, region, InstanceId=name, Attribute="userData")
    return [arn(world, "ec2", region, f"instance/{name}") for name in names]


def machine(world, region, name, user_data):
    """A stopped instance with user data."""
    ec2 = world.client("ec2", region)
    more = {"UserData": base64.b64encode(user_data).decode()} if user_data else {}
    subnet = ec2.create_subnet(VpcId=network(world, region), CidrBlock=next_range(world, region))["Subnet"]["SubnetId"]
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
    made = ec2.run_instances(
        ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1, InstanceType="t4g.small", SubnetId=subnet,
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": True}}],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0]["InstanceId"]
    answer = {"InstanceId": made, "UserData": {"Value": more["UserData"]} if user_data else {}}
    world.answer("ec2", "DescribeInstanceAttribute", answer, region, InstanceId=made, Attribute="userData")
    return arn(world, "ec2", region, f"instance/{made}")


def network(world, region):
    """A network of our own, as tidy as the others."""
    from ..parts.machines import vpc

    known = world.__dict__.setdefault("_withheld_networks", {})
    if region not in known:
        known[region] = vpc(world, region, "10.90", "withheld")[0]
    return known[region]


def next_range(world, region):
    ranges = world.__dict__.setdefault("_withheld_ranges", {})
    ranges[region] = ranges.get(region, 100) + 1
    return f"10.90.{ranges[region]}.0/24"


def function(world, region, name, variables):
    made = arn(world, "lambda", region, f"function:{name}")
    one = {"FunctionName": name, "FunctionArn": made, "Role": f"arn:aws:iam::{world.account}:role/{name}", "CodeSize": 4096,
           "Description": "", "Timeout": 15, "MemorySize": 256, "CodeSha256": "Zm9v" * 10, "Version": "$LATEST",
           "LastModified": world.ago(20).strftime("%Y-%m-%dT%H:%M:%S.000+0000"), "PackageType": "Image",
           "DeadLetterConfig": {"TargetArn": arn(world, "sqs", region, "failed")},
           "TracingConfig": {"Mode": "PassThrough"}, "Architectures": ["arm64"], "RevisionId": "0a"}
    if variables is not None:
        one["Environment"] = {"Variables": variables}
    add(world, region, ("lambda", "ListFunctions", "Functions"), one)
    return made


def task(world, region, family, environment):
    made = arn(world, "ecs", region, f"task-definition/{family}:1")
    container = {"name": family, "image": f"{world.account}.dkr.ecr.{region}.amazonaws.com/{family}:1.0.0", "cpu": 0,
                 "essential": True, "readonlyRootFilesystem": True, "user": "1000", "portMappings": [], "mountPoints": [],
                 "volumesFrom": [], "environment": [{"name": name, "value": value} for name, value in environment.items()],
                 "secrets": [{"name": "DB_PASSWORD", "valueFrom": arn(world, "ssm", region, "parameter/shop/db")}],
                 "logConfiguration": {"logDriver": "awslogs", "options": {
                     "awslogs-group": f"/ecs/{family}", "awslogs-region": region, "awslogs-stream-prefix": "ecs"}}}
    world.answer("ecs", "DescribeTaskDefinition", {"taskDefinition": {
        "taskDefinitionArn": made, "containerDefinitions": [container], "family": family, "networkMode": "awsvpc", "revision": 1,
        "volumes": [], "status": "ACTIVE", "compatibilities": ["EC2", "FARGATE"], "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "registeredAt": world.ago(50)}, "tags": []}, region, taskDefinition=family)
    add(world, region, ("ecs", "ListTaskDefinitionFamilies", "families"), family)
    return arn(world, "ecs", region, f"task-definition/{family}")


def project(world, region, name, variables):
    made = arn(world, "codebuild", region, f"project/{name}")
    world.answer("codebuild", "BatchGetProjects", {"projects": [{
        "name": name, "arn": made, "serviceRole": f"arn:aws:iam::{world.account}:role/build", "timeoutInMinutes": 60,
        "source": {"type": "CODEPIPELINE", "buildspec": "buildspec.yml"}, "artifacts": {"type": "CODEPIPELINE"},
        "encryptionKey": arn(world, "kms", region, "alias/aws/s3"), "created": world.ago(90), "lastModified": world.ago(30),
        "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
                        "privilegedMode": False, "environmentVariables": [
                            {"name": variable, "value": value, "type": kind} for variable, value, kind in variables]}}],
        "projectsNotFound": []}, region, names=[name])
    add(world, region, ("codebuild", "ListProjects", "projects"), name)
    return made


def add(world, region, where, item):
    """One more item in a list that another group of services may have begun."""
    service, operation, member = where
    for place, wanted, answer in world.canned.get((service, operation), []):
        if place == region and not wanted:
            answer[member].append(item)
            return
    world.answer(service, operation, {member: [item]}, region)
