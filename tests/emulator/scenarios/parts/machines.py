"""Networks, instances, volumes, databases."""

from .common import arn


def close_default_group(world, region, vpc):
    ec2 = world.client("ec2", region)
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]},
                                                  {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
    return group["GroupId"]


def default_group(world, region, vpc):
    ec2 = world.client("ec2", region)
    return ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]},
                                                 {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]["GroupId"]


def remove_default_vpc(world, region):
    """The default network and what moto forgets to delete with it."""
    from moto.ec2.models import ec2_backends

    ec2 = world.client("ec2", region)
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]:
        for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]:
            ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        ec2.delete_vpc(VpcId=vpc["VpcId"])
        backend = ec2_backends[world.account][region]
        for kept in (backend.network_acls, backend.route_tables):
            for name in [name for name, one in kept.items() if one.vpc_id == vpc["VpcId"]]:
                del kept[name]


def vpc(world, region, cidr, name, logs=True, closed=True, public_subnet=False, narrow_nacl=False):
    """A network with two subnets; returns (vpc id, subnet ids)."""
    ec2 = world.client("ec2", region)
    made = ec2.create_vpc(CidrBlock=f"{cidr}.0.0/16", TagSpecifications=[
        {"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}]}])["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=made, CidrBlock=f"{cidr}.{number}.0/24", AvailabilityZone=f"{region}{zone}")
               ["Subnet"]["SubnetId"] for number, zone in ((1, "a"), (2, "b"))]
    for subnet in subnets:
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": public_subnet and subnet == subnets[0]})
    if logs:
        logs_role = f"arn:aws:iam::{world.account}:role/flow-logs"
        world.client("logs", region).create_log_group(logGroupName=f"/vpc/{name}")
        ec2.create_flow_logs(ResourceIds=[made], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
                             LogGroupName=f"/vpc/{name}", DeliverLogsPermissionArn=logs_role)
    if closed:
        close_default_group(world, region, made)
    if narrow_nacl:
        acl = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made]}])["NetworkAcls"][0]["NetworkAclId"]
        ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
        ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False, Protocol="-1", RuleAction="allow",
                                     CidrBlock="10.0.0.0/8")
    return made, subnets


def security_group(world, region, vpc_id, name, *permissions):
    """`permissions`: (protocol, from, to, cidr); a CIDR with a colon is IPv6."""
    ec2 = world.client("ec2", region)
    group = ec2.create_security_group(GroupName=name, Description=name.replace("-", " "), VpcId=vpc_id)["GroupId"]
    for protocol, low, high, cidr in permissions:
        ranges = {"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}
        ports = {} if protocol == "-1" else {"FromPort": low, "ToPort": high}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": protocol, **ports, **ranges}])
    return arn(world, "ec2", region, f"security-group/{group}")


def instance(world, region, subnet, group, name, good=True, kind="t4g.small", created=60):
    ec2 = world.client("ec2", region)
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": not good, "Groups": [group.rpartition("/")[2]]}
    with world.at(world.ago(created)):
        made = ec2.run_instances(
            ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1, InstanceType=kind, ClientToken=name, NetworkInterfaces=[interface],
            MetadataOptions={"HttpTokens": "required" if good else "optional", "HttpEndpoint": "enabled"},
            BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "Encrypted": good}}],
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0]
    return arn(world, "ec2", region, f"instance/{made['InstanceId']}"), made


def volume(world, region, encrypted=True, size=50, created=60):
    ec2 = world.client("ec2", region)
    with world.at(world.ago(created)):
        made = ec2.create_volume(AvailabilityZone=f"{region}a", Size=size, Encrypted=encrypted)["VolumeId"]
    return arn(world, "ec2", region, f"volume/{made}")


def snapshot(world, region, of_volume, public=False, created=30):
    ec2 = world.client("ec2", region)
    with world.at(world.ago(created)):
        made = ec2.create_snapshot(VolumeId=of_volume.rpartition("/")[2], Description="nightly")["SnapshotId"]
    if public:
        ec2.modify_snapshot_attribute(SnapshotId=made, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    return f"arn:aws:ec2:{region}::snapshot/{made}"


def database(world, region, name, good=True, engine="postgres", size=50, created=120, **more):
    rds = world.client("rds", region)
    settings = {"StorageEncrypted": good, "PubliclyAccessible": not good, "BackupRetentionPeriod": 14 if good else 1,
                "MultiAZ": good, "DeletionProtection": good, "AutoMinorVersionUpgrade": good,
                "EnableCloudwatchLogsExports": ["postgresql" if engine == "postgres" else "error"] if good else [],
                "EngineVersion": "16.9" if engine == "postgres" else "8.0.42", **more}
    with world.at(world.ago(created)):
        made = rds.create_db_instance(DBInstanceIdentifier=name, Engine=engine, DBInstanceClass="db.t4g.medium",
                                      AllocatedStorage=size, MasterUsername="app", MasterUserPassword="not-a-secret-9", **settings)
    return made["DBInstance"]["DBInstanceArn"]


def db_snapshot(world, region, name, of, public=False):
    rds = world.client("rds", region)
    made = rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=of)["DBSnapshot"]["DBSnapshotArn"]
    if public:
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=["all"])
    return made
