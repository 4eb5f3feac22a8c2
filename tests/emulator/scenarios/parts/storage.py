"""Buckets and keys."""

from .common import document


BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


def tls_only(name):
    return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}


def bucket(world, name, region, logs=None, key=None, lock=False, expire=None, tags=None, policy_more=(), bare=False,
           block=True, ownership="BucketOwnerEnforced", acl=None, versioning=True, tls=True, created=200):
    """Good: blocked, TLS only, versions, no ACLs; `bare` is a bucket of before 2023 that nobody touched."""
    s3 = world.client("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    if bare:
        ownership, block, versioning, tls = "ObjectWriter", False, False, False
    with world.at(world.ago(created)):
        s3.create_bucket(Bucket=name, ObjectOwnership=ownership, ObjectLockEnabledForBucket=lock, **place)
    if block:
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=BLOCKED)
    else:
        s3.delete_public_access_block(Bucket=name)
    if acl:
        owner = s3.get_bucket_acl(Bucket=name)["Owner"]
        grants = [{"Grantee": {"Type": "CanonicalUser", "ID": owner["ID"]}, "Permission": "FULL_CONTROL"},
                  {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": acl}]
        s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": owner, "Grants": grants})
    if versioning:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if key:
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}]})
    if logs:
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {
            "TargetBucket": logs, "TargetPrefix": f"{name}/"}})
    if lock:
        s3.put_object_lock_configuration(Bucket=name, ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 365}}})
    if expire:
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
            {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": expire},
             "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]})
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
    statements = ([tls_only(name)] if tls else []) + list(policy_more)
    if statements:
        s3.put_bucket_policy(Bucket=name, Policy=document(*statements))
    return f"arn:aws:s3:::{name}"


def log_delivery(name):
    """Lets S3 write access logs into the bucket."""
    return {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{name}/*"}


def public_read(name):
    return {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}


def kms_key(world, region, description, rotate=True, pending=False, public=False, spec="SYMMETRIC_DEFAULT", created=250):
    kms = world.client("kms", region)
    statements = [{"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{world.account}:root"},
                   "Action": "kms:*", "Resource": "*"}]
    if public:
        statements.append({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"})
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "SIGN_VERIFY"
    with world.at(world.ago(created)):
        made = kms.create_key(Description=description, Policy=document(*statements), KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    if rotate and spec == "SYMMETRIC_DEFAULT":
        kms.enable_key_rotation(KeyId=made["KeyId"])
    if pending:
        kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=30)
    return made["Arn"]
