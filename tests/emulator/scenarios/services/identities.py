"""Who may give himself more permissions, and what principals used last."""

from .. import parts as p


def seed(world):
    me = world.account
    user, role = f"arn:aws:iam::{me}:user/", f"arn:aws:iam::{me}:role/"
    iam = world.client("iam")
    good(world)
    p.role(world, "ci", {"Service": "codebuild.amazonaws.com"})
    iam.put_role_policy(RoleName="ci", PolicyName="narrow", PolicyDocument=p.document(
        p.allow(["iam:PassRole"], f"{role}worker"), p.allow(["ec2:RunInstances", "lambda:CreateFunction", "lambda:InvokeFunction"])))
    p.role(world, "self-service", {"AWS": f"arn:aws:iam::{me}:root"})
    iam.put_role_policy(RoleName="self-service", PolicyName="self", PolicyDocument=p.document(p.allow(["iam:PutRolePolicy"], f"{role}self-service")))
    iam.create_group(GroupName="passers")
    iam.put_group_policy(GroupName="passers", PolicyName="pass", PolicyDocument=p.document(p.allow(["iam:PassRole"])))
    heidi = p.user(world, "heidi", console=1, groups=["passers"])
    iam.put_user_policy(UserName="heidi", PolicyName="run", PolicyDocument=p.document(p.allow(["ec2:RunInstances"])))
    world.expect("iam.no-privilege-escalation", "pass", f"{user}alice", f"{user}grace", f"{role}ci")
    world.expect("iam.no-privilege-escalation", "fail", f"{user}frank", f"{role}for-ec2",
                 f"{role}self-service", heidi)


def good(world):
    made = p.role(world, "worker", {"Service": "ec2.amazonaws.com"})
    world.client("iam").put_role_policy(RoleName="worker", PolicyName="read", PolicyDocument=p.document(
        p.allow(["s3:GetObject"], "arn:aws:s3:::shop-data/*")))
    world.__dict__.setdefault("last_accessed", {})[made] = {"s3": world.ago(3), "sqs": None}
    world.expect("iam.no-privilege-escalation", "pass", made)
