"""CloudTrail's deliveries: digests and log files of the last day and a half, signed as CloudTrail signs them."""

import datetime
import functools
import gzip
import hashlib
import json
import random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .. import parts as p

HOURS = 36
HOUR = datetime.timedelta(hours=1)


def seed(world):
    """The main trail is whole; of another one a log file was changed, one was deleted, one was slipped in, and a digest is gone."""
    region = "us-east-1"
    deliver(world, "main", region, "trail-main-123456789012", world.regions)
    name = "trail-tampered-123456789012"
    p.bucket(world, name, "eu-west-1")
    world.client("cloudtrail", region).create_trail(Name="tampered", S3BucketName=name, S3KeyPrefix="audit", EnableLogFileValidation=True)
    world.client("cloudtrail", region).start_logging(Name="tampered")
    made = deliver(world, "tampered", region, name, [region], prefix="audit/")
    digests, logs = made[region]
    put(world, name, logs[5], gzip.compress(b'{"Records":[]}'))
    remove(world, name, logs[9])
    put(world, name, logs[12].replace(".json.gz", "x.json.gz"), gzip.compress(b'{"Records":[]}'))
    remove(world, name, digests[20])
    world.expect("cloudtrail.digest-chain-valid", "pass", p.arn(world, "cloudtrail", region, "trail/main"))
    world.expect("cloudtrail.digest-chain-valid", "fail", p.arn(world, "cloudtrail", region, "trail/tampered"))


def good(world):
    """One trail, whole."""
    deliver(world, "main", "us-east-1", "access-logs-us-east-1", world.regions)
    world.expect("cloudtrail.digest-chain-valid", "pass", p.arn(world, "cloudtrail", "us-east-1", "trail/main"))


@functools.cache
def keys():
    """CloudTrail's key of each region; the same one in all scenarios and runs, so that recordings are the same too."""
    numbers, e = random.Random(2048), 65537
    one, other = prime(numbers, e), prime(numbers, e)
    d = pow(e, -1, (one - 1) * (other - 1))
    key = rsa.RSAPrivateNumbers(one, other, d, d % (one - 1), d % (other - 1), pow(other, -1, one),
                                rsa.RSAPublicNumbers(e, one * other)).private_key()
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return key, der, hashlib.md5(der).hexdigest()


def prime(numbers, e):
    """A prime of 1024 bits; good enough for an emulator."""
    while True:
        found = numbers.getrandbits(1024) | 3 << 1022 | 1
        if all(found % small for small in range(3, 2000, 2)) and (found - 1) % e and all(pow(b, found - 1, found) == 1 for b in (2, 3, 5)):
            return found


def deliver(world, trail, home, bucket, regions, prefix="", until=None, hours=HOURS):
    """Puts digests and log files there since the trail began to log; `{region: (digest keys, log keys)}`."""
    today = world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    began = today - datetime.timedelta(hours=hours)
    world.trail_status.setdefault(trail, {})["StartLoggingTime"] = began
    _, der, fingerprint = keys()
    world.trail_keys = [{"Value": der, "Fingerprint": fingerprint, "ValidityStartTime": began - 30 * 24 * HOUR,
                         "ValidityEndTime": world.now + 30 * 24 * HOUR}]
    end = until or min(today + 3 * HOUR, world.now)
    with world.at(world.now):
        return {region: chain(world, trail, home, bucket, region, prefix, began, end) for region in regions}


def chain(world, trail, home, bucket, region, prefix, began, until):
    """The hours of one region: a digest each, and a log file in most."""
    me = world.account
    folder = f"{prefix}AWSLogs/{me}"
    digests, logs, before, start = [], [], None, began
    while start + HOUR <= until:
        end, named = start + HOUR, []
        for number in range(0 if start.hour % 6 == 3 else 1):
            event = start + datetime.timedelta(minutes=10 + number)
            content = json.dumps({"Records": [{"eventVersion": "1.11", "eventTime": stamp(event), "awsRegion": region,
                                               "eventName": "DescribeInstances", "recipientAccountId": me}]}).encode()
            unique = hashlib.sha256(f"{trail}{region}{event}".encode()).hexdigest()[:16]
            key = f"{folder}/CloudTrail/{region}/{event:%Y/%m/%d}/{me}_CloudTrail_{region}_{event:%Y%m%dT%H%MZ}_{unique}.json.gz"
            put(world, bucket, key, gzip.compress(content, mtime=0))
            named.append({"s3Bucket": bucket, "s3Object": key, "hashValue": hashlib.sha256(content).hexdigest(),
                          "hashAlgorithm": "SHA-256", "newestEventTime": stamp(event), "oldestEventTime": stamp(event)})
            logs.append(key)
        key = f"{folder}/CloudTrail-Digest/{region}/{end:%Y/%m/%d}/{me}_CloudTrail-Digest_{region}_{trail}_{home}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        before = digest(world, bucket, key, start, end, named, before)
        digests.append(key)
        start = end
    return digests, logs


def digest(world, bucket, key, start, end, named, before):
    """Puts one digest there; gives what the next one says of it."""
    previous_key, previous_hash, previous_signature = before or (None, None, None)
    private, _, fingerprint = keys()
    content = json.dumps({
        "awsAccountId": world.account, "digestStartTime": stamp(start), "digestEndTime": stamp(end), "digestS3Bucket": bucket,
        "digestS3Object": key, "digestPublicKeyFingerprint": fingerprint, "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": named[-1]["newestEventTime"] if named else None,
        "oldestEventTime": named[0]["oldestEventTime"] if named else None,
        "previousDigestS3Bucket": bucket if before else None, "previousDigestS3Object": previous_key,
        "previousDigestHashValue": previous_hash, "previousDigestHashAlgorithm": "SHA-256" if before else None,
        "previousDigestSignature": previous_signature, "logFiles": named}).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    signed = f"{stamp(end)}\n{bucket}/{key}\n{sha256}\n{previous_signature or 'null'}"
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()
    put(world, bucket, key, gzip.compress(content, mtime=0), signature=signature, signature_algorithm="SHA256withRSA")
    return key, sha256, signature


def put(world, bucket, key, body, **metadata):
    """An object as CloudTrail leaves it: no bucket policy keeps it off, as none of these would in AWS."""
    from moto.s3.models import s3_backends
    made = s3_backends[world.account]["aws"].put_object(bucket, key, body)
    made.set_metadata({f"x-amz-meta-{name.replace('_', '-')}": value for name, value in metadata.items()})


def remove(world, bucket, key):
    from moto.s3.models import s3_backends
    s3_backends[world.account]["aws"].buckets[bucket].keys.pop(key)


def stamp(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
