"""Tables, queues, topics, secrets, file systems, searches, warehouses, caches, backups, Macie."""

import json
import uuid

from .. import parts as p

HOME, GOOD, BARE = "us-east-1", "eu-west-1", "eu-central-1"
SENSITIVE = {"owner": "platform", "data-classification": "personal", "environment": "production"}


def seed(world):
    for region, good in ((GOOD, True), (HOME, False)):
        key = p.kms_key(world, region, "stores")
        verdict = "pass" if good else "fail"
        for part in (table, queue, topic, secret, file_system, domain, warehouse, cache, backups):
            for check, resource in part(world, region, good, key):
                world.expect(check, verdict, resource)
    edges(world)
    p.bucket(world, "people-eu", GOOD, key=p.kms_key(world, GOOD, "people"), lock=True, expire=365, tags=SENSITIVE)
    world.client("s3", HOME).put_bucket_tagging(Bucket="good-data", Tagging={"TagSet": [
        {"Key": "classification", "Value": "confidential"}, {"Key": "data-classification", "Value": "confidential"},
        {"Key": "retention", "Value": "10 years"}]})
    macie(world, GOOD)
    macie(world, HOME, status="PAUSED")
    macie(world, BARE, discovery="DISABLED")
    world.expect("macie.enabled", "pass", GOOD)
    world.expect("macie.enabled", "fail", HOME)
    world.expect("macie.auto-discovery", "pass", GOOD)
    world.expect("macie.auto-discovery", "fail", BARE)
    restores(world, GOOD, "RDS")
    world.expect("backup.restore-tested", "fail", world.account)
    tag(world, BARE, p.arn(world, "sqs", BARE, "forgotten"), owner="nobody")
    world.expect("inventory.approved-regions", "fail", world.account)


def good(world):
    regions = list(world.regions)
    for region in regions:
        key = p.kms_key(world, region, "stores")
        for part in (table, queue, topic, secret, file_system, domain, warehouse, cache, backups):
            for check, resource in part(world, region, True, key):
                world.expect(check, "pass", resource)
        p.bucket(world, f"people-{region}", region, key=key, lock=True, expire=365, logs=f"access-logs-{region}", tags=SENSITIVE)
        macie(world, region)
        world.expect("macie.enabled", "pass", region)
        world.expect("macie.auto-discovery", "pass", region)
        user_pool(world, region)
    restores(world, regions[0], "RDS", "EC2", "DynamoDB", "EFS", "S3")
    world.expect("backup.restore-tested", "pass", world.account)
    world.expect("inventory.approved-regions", "pass", world.account)


def tag(world, region, arn, **tags):
    """Tags that moto does not hold; what is tagged already stays as it is."""
    known = world.__dict__.setdefault("tags", {}).setdefault(region, {})
    known[arn] = {**{name.replace("_", "-"): value for name, value in tags.items()}, **known.get(arn, {})}


def table(world, region, good, key, name=None):
    """Good: on demand, own key, restorable to any point, items expire."""
    client, name = world.client("dynamodb", region), name or ("people" if good else "legacy-people")
    more = {"BillingMode": "PAY_PER_REQUEST", "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
    if not good:
        more = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
    made = client.create_table(TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                               AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], **more)
    arn = made["TableDescription"]["TableArn"]
    if good:
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
        client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    tag(world, region, arn, owner="people", data_classification="personal")
    return [(f"dynamodb.{check}", arn) for check in ("pitr", "kms-encrypted", "scaling", "ttl-on-personal-data")]


def queue(world, region, good, key):
    """Good: encrypted, failed messages go elsewhere."""
    client, name = world.client("sqs", region), "jobs" if good else "open-jobs"
    arn = p.arn(world, "sqs", region, name)
    if good:
        client.create_queue(QueueName="jobs-failed", Attributes={"SqsManagedSseEnabled": "true"})
        from_topic = p.allow("sqs:SendMessage", arn, Principal="*", Condition={
            "ArnEquals": {"aws:SourceArn": p.arn(world, "sns", region, "alarms")}})
        attributes = {"KmsMasterKeyId": key, "Policy": p.document(from_topic), "RedrivePolicy": json.dumps(
            {"deadLetterTargetArn": p.arn(world, "sqs", region, "jobs-failed"), "maxReceiveCount": 5})}
    else:
        attributes = {"SqsManagedSseEnabled": "false", "Policy": p.document(p.allow("sqs:*", arn, Principal={"AWS": "*"}))}
    client.create_queue(QueueName=name, Attributes=attributes)
    return [(f"sqs.{check}", arn) for check in ("not-public", "encrypted", "dead-letter-queue")]


def topic(world, region, good, key):
    """Good: own key, AWS's own policy."""
    client, name = world.client("sns", region), "alarms" if good else "open-alarms"
    arn = client.create_topic(Name=name, Attributes={"KmsMasterKeyId": key} if good else {})["TopicArn"]
    client.subscribe(TopicArn=arn, Protocol="https" if good else "http",
                     Endpoint=f"{'https' if good else 'http'}://hooks.example.com/alarms")
    if not good:
        client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=p.document(
            p.allow(["SNS:Publish", "SNS:Subscribe"], arn, Principal={"AWS": "*"})))
    return [("sns.not-public", arn), ("sns.encrypted", arn)]


def secret(world, region, good, key):
    """Good: rotated ten days ago; the other one's function has failed for months."""
    name = "orders-db" if good else "legacy-db"
    arn = p.arn(world, "secretsmanager", region, f"secret:{name}-Ab12Cd")
    entry = {"ARN": arn, "Name": name, "KmsKeyId": key, "RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 30},
             "RotationLambdaARN": p.arn(world, "lambda", region, "function:rotate"), "CreatedDate": world.ago(400),
             "LastChangedDate": world.ago(10), "LastAccessedDate": world.ago(1), "LastRotatedDate": world.ago(10 if good else 150),
             "NextRotationDate": world.ago(-20 if good else 120), "SecretVersionsToStages": {str(uuid.UUID(int=1)): ["AWSCURRENT"]}}
    still = {"ARN": arn.replace(name, "api-token"), "Name": "api-token", "CreatedDate": world.ago(300)}
    kept = {"ARN": arn.replace(name, "events!connection-crm"), "Name": "events!connection/crm", "OwningService": "events",
            "CreatedDate": world.ago(300)}
    listed = [entry, kept] if good else [entry, kept, still]
    world.answer("secretsmanager", "ListSecrets", {"SecretList": listed}, region)
    for one in listed:
        policy = {"ARN": one["ARN"], "Name": one["Name"]}
        if one is entry:
            who = {"AWS": f"arn:aws:iam::{world.account}:role/orders" if good else "*"}
            policy["ResourcePolicy"] = p.document(p.allow("secretsmanager:GetSecretValue", Principal=who))
        world.answer("secretsmanager", "GetResourcePolicy", policy, region, SecretId=one["ARN"])
    if not good:
        world.expect("secretsmanager.rotation", "fail", still["ARN"])
        world.expect("secretsmanager.not-public", "pass", still["ARN"])
    return [("secretsmanager.rotation", arn), ("secretsmanager.not-public", arn)]


def file_system(world, region, good, key):
    client = world.client("efs", region)
    more = {"Encrypted": True, "KmsKeyId": key} if good else {"Encrypted": False}
    made = client.create_file_system(CreationToken=f"files-{region}", **more)["FileSystemId"]
    if good:
        world.__dict__.setdefault("file_system_backups", {})[made] = "ENABLED"
    return [("efs.encrypted", p.arn(world, "elasticfilesystem", region, f"file-system/{made}"))]


def domain(world, region, good, key):
    """Good: in a VPC, encrypted everywhere."""
    name = "search" if good else "open-search"
    arn = p.arn(world, "es", region, f"domain/{name}")
    status = {
        "DomainId": f"{world.account}/{name}", "DomainName": name, "ARN": arn, "Created": True, "Deleted": False, "Processing": False,
        "EngineVersion": "OpenSearch_2.19", "ClusterConfig": {"InstanceType": "r7g.large.search", "InstanceCount": 2},
        "EBSOptions": {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 100}, "AccessPolicies": "",
        "EncryptionAtRestOptions": {"Enabled": good, **({"KmsKeyId": key} if good else {})},
        "NodeToNodeEncryptionOptions": {"Enabled": good},
        "DomainEndpointOptions": {"EnforceHTTPS": good, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07"}}
    if good:
        status["VPCOptions"] = {"VPCId": "vpc-0a1b2c3d", "SubnetIds": ["subnet-0a1b2c3d"], "AvailabilityZones": [f"{region}a"],
                                "SecurityGroupIds": ["sg-0a1b2c3d"]}
        status["Endpoints"] = {"vpc": f"vpc-{name}.{region}.es.amazonaws.com"}
    else:
        status["Endpoint"] = f"{name}.{region}.es.amazonaws.com"
    world.answer("opensearch", "ListDomainNames", {"DomainNames": [{"DomainName": name, "EngineType": "OpenSearch"}]}, region)
    world.answer("opensearch", "DescribeDomain", {"DomainStatus": status}, region, DomainName=name)
    return [("opensearch.in-vpc", arn), ("opensearch.encrypted", arn)]


def warehouse(world, region, good, key):
    name = "dwh" if good else "open-dwh"
    world.client("redshift", region).create_cluster(
        ClusterIdentifier=name, NodeType="ra3.large", MasterUsername="admin", MasterUserPassword="Not-a-secret-9",
        Encrypted=good, PubliclyAccessible=not good, NumberOfNodes=2, ClusterType="multi-node")
    arn = p.arn(world, "redshift", region, f"cluster:{name}")
    return [("redshift.not-public", arn), ("redshift.encrypted", arn)]


def cache(world, region, good, key):
    name = "sessions" if good else "open-sessions"
    world.client("elasticache", region).create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription="sessions", Engine="redis", CacheNodeType="cache.t4g.small",
        NumCacheClusters=2, AtRestEncryptionEnabled=good, TransitEncryptionEnabled=good)
    return [("elasticache.encrypted", p.arn(world, "elasticache", region, f"replicationgroup:{name}"))]


def backups(world, region, good, key, stored="orders"):
    """Good: daily, kept for five weeks, in a locked vault."""
    plan_id, name = str(uuid.uuid5(uuid.NAMESPACE_OID, region)), "daily" if good else "weekly"
    plan = p.arn(world, "backup", region, f"backup-plan:{plan_id}")
    schedule = "cron(0 5 ? * * *)" if good else "cron(0 5 ? * 1 *)"
    rule = {"RuleName": name, "TargetBackupVaultName": "main", "ScheduleExpression": schedule, "RuleId": str(uuid.UUID(int=7)),
            "ScheduleExpressionTimezone": "Etc/UTC", "StartWindowMinutes": 480, "CompletionWindowMinutes": 10080,
            "Lifecycle": {"DeleteAfterDays": 35}}
    world.answer("backup", "ListBackupPlans", {"BackupPlansList": [
        {"BackupPlanArn": plan, "BackupPlanId": plan_id, "BackupPlanName": name, "VersionId": "v1", "CreationDate": world.ago(300),
         "LastExecutionDate": world.ago(0, 5)}]}, region)
    world.answer("backup", "GetBackupPlan", {"BackupPlan": {"BackupPlanName": name, "Rules": [rule]}, "BackupPlanId": plan_id,
                                             "BackupPlanArn": plan, "VersionId": "v1", "CreationDate": world.ago(300)},
                 region, backupPlanId=plan_id)
    world.answer("backup", "ListBackupSelections", {"BackupSelectionsList": [
        {"SelectionId": str(uuid.UUID(int=8)), "SelectionName": "everything", "BackupPlanId": plan_id, "CreationDate": world.ago(300),
         "IamRoleArn": f"arn:aws:iam::{world.account}:role/service-role/AWSBackupDefaultServiceRole"}]}, region, backupPlanId=plan_id)
    main = vault(world, region, "main", key, points=1, locked=good)
    vaults(world, region, main, vault(world, region, "Default", key))
    point = p.arn(world, "backup", region, f"recovery-point:{uuid.uuid5(uuid.NAMESPACE_OID, 'point' + region + world.day(world.ago(1)))}")
    database = p.arn(world, "rds", region, f"db:{stored}")
    world.answer("backup", "ListRecoveryPointsByBackupVault", {"RecoveryPoints": [recovery_point(
        world, main, point, database, good)]}, region, backupVaultName="main")
    return [("backup.plan-exists", region), ("backup.vault-locked", main["BackupVaultArn"]), ("backup.recovery-point-encrypted", point)]


def vault(world, region, name, key, points=0, locked=False):
    made = {"BackupVaultName": name, "BackupVaultArn": p.arn(world, "backup", region, f"backup-vault:{name}"), "VaultType": "BACKUP_VAULT",
            "CreationDate": world.ago(300), "EncryptionKeyArn": key, "NumberOfRecoveryPoints": points, "Locked": locked}
    return {**made, **({"MinRetentionDays": 7, "MaxRetentionDays": 400, "LockDate": world.ago(250)} if locked else {})}


def vaults(world, region, *made):
    world.answer("backup", "ListBackupVaults", {"BackupVaultList": list(made)}, region)


def recovery_point(world, of_vault, arn, resource, encrypted, status="COMPLETED", days=1):
    made = {"RecoveryPointArn": arn, "BackupVaultName": of_vault["BackupVaultName"], "BackupVaultArn": of_vault["BackupVaultArn"],
            "ResourceArn": resource, "ResourceType": "RDS", "Status": status, "CreationDate": world.ago(days),
            "CompletionDate": world.ago(days), "BackupSizeInBytes": 53687091200, "IsEncrypted": encrypted,
            "Lifecycle": {"DeleteAfterDays": 35}, "IsParent": False, "VaultType": "BACKUP_VAULT"}
    return {**made, **({"EncryptionKeyArn": of_vault["EncryptionKeyArn"]} if encrypted else {})}


def edges(world):
    """Tables that scale, queues for failures, vaults whose policy is their lock, topics of several statements."""
    dynamo, scaling = world.client("dynamodb", HOME), world.client("application-autoscaling", HOME)
    for name in ("scaled", "half-scaled"):
        dynamo.create_table(TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PROVISIONED",
                            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5})
        for kind in ("Read", "Write") if name == "scaled" else ("Read",):
            target = {"ServiceNamespace": "dynamodb", "ResourceId": f"table/{name}",
                      "ScalableDimension": f"dynamodb:table:{kind}CapacityUnits"}
            scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=500)
            world.answer("application-autoscaling", "DescribeScalingPolicies", {"ScalingPolicies": [{
                **target, "PolicyName": kind, "PolicyType": "TargetTrackingScaling", "CreationTime": world.ago(300),
                "PolicyARN": p.arn(world, "autoscaling", HOME, f"scalingPolicy:0b:resource/dynamodb/table/{name}:policyName/{kind}"),
                "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 70.0, "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{kind}CapacityUtilization"}}}]}, HOME, **target)
    world.expect("dynamodb.scaling", "pass", p.arn(world, "dynamodb", HOME, "table/scaled"))
    world.expect("dynamodb.scaling", "fail", p.arn(world, "dynamodb", HOME, "table/half-scaled"))
    mixed = world.client("sns", HOME).create_topic(Name="mixed-alarms")["TopicArn"]
    everybody = p.allow("SNS:Publish", mixed, Principal={"AWS": "*"}, Condition={"StringEquals": {"AWS:SourceOwner": world.account}})
    events = p.allow("SNS:Publish", mixed, Principal={"Service": "events.amazonaws.com"})
    world.client("sns", HOME).set_topic_attributes(TopicArn=mixed, AttributeName="Policy",
                                                   AttributeValue=p.document(everybody, events))
    key = p.kms_key(world, HOME, "vaults")
    denied = vault(world, HOME, "denied", key, points=1)
    half = vault(world, HOME, "half-denied", key, points=1)
    every = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy",
             "backup:DeleteBackupVaultAccessPolicy"]
    for made, actions in ((denied, every), (half, every[:1])):
        deny = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": actions, "Resource": "*"}
        world.answer("backup", "GetBackupVaultAccessPolicy", {
            "BackupVaultName": made["BackupVaultName"], "BackupVaultArn": made["BackupVaultArn"], "Policy": p.document(deny)},
            HOME, backupVaultName=made["BackupVaultName"])
    vaults(world, HOME, vault(world, HOME, "main", key, points=1), denied, half, vault(world, HOME, "Default", key))
    world.expect("backup.vault-locked", "pass", denied["BackupVaultArn"])
    world.expect("backup.vault-locked", "fail", half["BackupVaultArn"])


def restores(world, region, *kinds):
    """A completed restore test of each kind."""
    plan = p.arn(world, "backup", region, "restore-testing-plan:monthly-1a2b")
    tested = world.last(20, 91)
    world.answer("backup", "ListRestoreTestingPlans", {"RestoreTestingPlans": [
        {"RestoreTestingPlanArn": plan, "RestoreTestingPlanName": "monthly", "CreationTime": world.ago(300),
         "LastExecutionTime": tested, "ScheduleExpression": "cron(0 5 1 * ? *)", "ScheduleExpressionTimezone": "Etc/UTC",
         "StartWindowHours": 8}]}, region)
    world.answer("backup", "ListRestoreJobs", {"RestoreJobs": [
        {"AccountId": world.account, "RestoreJobId": str(uuid.uuid5(uuid.NAMESPACE_OID, kind + world.day(tested))), "ResourceType": kind, "Status": "COMPLETED",
         "RecoveryPointArn": p.arn(world, "backup", region, f"recovery-point:{uuid.uuid5(uuid.NAMESPACE_OID, 'of' + kind + world.day(tested))}"),
         "CreationDate": tested, "CompletionDate": tested, "PercentDone": "100.00%", "BackupSizeInBytes": 53687091200,
         "CreatedBy": {"RestoreTestingPlanArn": plan}, "ValidationStatus": "SUCCESSFUL", "DeletionStatus": "SUCCESSFUL"}
        for kind in kinds]}, region)


def macie(world, region, status="ENABLED", discovery="ENABLED"):
    world.answer("macie2", "GetMacieSession", {
        "createdAt": world.ago(300), "updatedAt": world.ago(3), "findingPublishingFrequency": "SIX_HOURS", "status": status,
        "serviceRole": f"arn:aws:iam::{world.account}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"}, region)
    world.answer("macie2", "GetAutomatedDiscoveryConfiguration", {
        "status": discovery, "firstEnabledAt": world.ago(200), "lastUpdatedAt": world.ago(3), "autoEnableOrganizationMembers": "NONE",
        "classificationScopeId": "0a1b2c3d4e5f", "sensitivityInspectionTemplateId": "1a2b3c4d5e6f"}, region)
    world.answer("macie2", "GetBucketStatistics", {
        "bucketCount": 3, "lastUpdated": world.ago(0, 6), "objectCount": 1200, "sizeInBytes": 734003200,
        "bucketCountByEffectivePermission": {"publiclyAccessible": 0, "publiclyReadable": 0, "publiclyWritable": 0, "unknown": 0},
        "bucketCountByEncryptionType": {"kmsManaged": 2, "s3Managed": 1, "unencrypted": 0, "unknown": 0}}, region)
    world.answer("macie2", "GetFindingStatistics", {"countsByGroup": [
        {"groupKey": "SensitiveData:S3Object/Personal", "count": 2}]}, region)


def user_pool(world, region, second_factor="OFF"):
    world.client("cognito-idp", region).create_user_pool(PoolName="customers", MfaConfiguration=second_factor)
