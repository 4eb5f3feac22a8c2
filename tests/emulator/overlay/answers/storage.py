"""S3, KMS and RDS where moto differs from AWS."""

import base64
import hashlib

from ..models import ApiError
from . import answers, before

ANYWHERE = {"ListBuckets", "GetBucketLocation", "CreateBucket"}


@before("s3")
def region_of_bucket(call):
    """A bucket answers in its own region only."""
    from moto.s3.models import s3_backends
    if call.operation in ANYWHERE or "Bucket" not in call.params:
        return
    bucket = s3_backends[call.account]["aws"].buckets.get(call.params["Bucket"])
    if bucket is None or bucket.region_name == call.region:
        return
    name = call.params["Bucket"]
    raise ApiError(
        "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint.", 301, {"x-amz-bucket-region": bucket.region_name},
        {"Endpoint": f"{name}.s3.{bucket.region_name}.amazonaws.com", "Bucket": name})


@answers("s3", "ListBuckets")
def list_buckets(call, ask):
    from moto.s3.models import s3_backends
    answer = ask()
    regions = {name: bucket.region_name for name, bucket in s3_backends[call.account]["aws"].buckets.items()}
    asked = any(name for name in call.params if name in ("max-buckets", "continuation-token", "prefix", "bucket-region"))
    for bucket in answer["Buckets"]:
        bucket.pop("BucketRegion", None)
        bucket.pop("BucketArn", None)
        if asked:
            bucket["BucketRegion"] = regions[bucket["Name"]]
    answer["Buckets"].sort(key=lambda bucket: bucket["Name"])
    answer["Owner"] = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"}
    return {name: answer[name] for name in ("Buckets", "Owner")}


@answers("s3", "GetBucketEncryption")
def bucket_encryption(call, ask):
    try:
        return ask()
    except ApiError as error:
        if error.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


@answers("kms", "DescribeKey")
def describe_key(call, ask):
    answer = ask()
    if answer["KeyMetadata"]["KeyId"] in aws_managed(call):
        answer["KeyMetadata"]["KeyManager"] = "AWS"
    return answer


@answers("kms", "GetKeyRotationStatus")
def rotation_status(call, ask):
    key = call.params["KeyId"].rpartition("/")[2]
    if key in aws_managed(call):
        arn = f"arn:aws:kms:{call.region}:{call.account}:key/{key}"
        return {"KeyRotationEnabled": True, "KeyId": arn, "RotationPeriodInDays": 365}
    return ask()


def aws_managed(call):
    """The keys that an `alias/aws/…` points to: moto makes them for encrypted volumes and databases."""
    from moto.kms.models import kms_backends
    keys = kms_backends[call.account][call.region].keys
    return {name for name, key in keys.items() if any(alias.startswith("alias/aws/") for alias in key.aliases)}




def database_id(arn):
    """The id by which AWS Config knows a database; moto gives all of them the same."""
    return "db-" + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:26]


@answers("rds", "DescribeDBInstances")
def db_instances(call, ask):
    answer = ask()
    for instance in answer.get("DBInstances", []):
        instance["DbiResourceId"] = database_id(instance["DBInstanceArn"])
    return answer


@answers("rds", "DescribeDBEngineVersions")
def engine_versions(call, ask):
    versions = {"postgres": ["14.18", "15.13", "16.9", "17.5"], "mysql": ["8.0.42", "8.4.5"], "mariadb": ["10.11.13", "11.4.7"]}
    engine = call.params.get("Engine")
    return {"DBEngineVersions": [
        {"Engine": name, "EngineVersion": version, "DBParameterGroupFamily": name + version.rpartition(".")[0],
         "Status": "available"} for name, all_ in versions.items() if engine in (None, name) for version in all_]}
