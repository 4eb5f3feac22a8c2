"""Organizations: policy types that moto does not know."""

from . import answers

KNOWN = {"SERVICE_CONTROL_POLICY", "TAG_POLICY", "BACKUP_POLICY", "AISERVICES_OPT_OUT_POLICY"}


@answers("organizations", "ListPolicies")
def list_policies(call, ask):
    ask_type = call.params.get("Filter")
    extra = [policy["PolicySummary"] for policy in call.world.extra_policies
             if policy["PolicySummary"]["Type"] == ask_type]
    if ask_type not in KNOWN:
        call_organization(call)
        return {"Policies": extra}
    answer = ask()
    answer["Policies"] += extra
    return answer


@answers("organizations", "DescribePolicy")
def describe_policy(call, ask):
    for policy in call.world.extra_policies:
        if policy["PolicySummary"]["Id"] == call.params.get("PolicyId"):
            return {"Policy": policy}
    return ask()


def call_organization(call):
    """Outside an organization every call is refused alike."""
    from moto.organizations.models import organizations_backends

    from ..models import ApiError
    if organizations_backends[call.account]["aws"].org is None:
        raise ApiError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400)
