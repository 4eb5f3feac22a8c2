"""Load balancers, edges, filters, reviews: what moto lacks. An account that has none of it gets AWS's empty answer."""

from ..models import ApiError
from . import answers

# Name: protocols. What AWS offers, shortened.
TLS_POLICIES = {
    "ELBSecurityPolicy-2016-08": ["TLSv1", "TLSv1.1", "TLSv1.2"],
    "ELBSecurityPolicy-TLS-1-1-2017-01": ["TLSv1.1", "TLSv1.2"],
    "ELBSecurityPolicy-TLS-1-2-2017-01": ["TLSv1.2"],
    "ELBSecurityPolicy-TLS13-1-2-2021-06": ["TLSv1.2", "TLSv1.3"],
    "ELBSecurityPolicy-TLS13-1-3-2021-06": ["TLSv1.3"],
    "ELBSecurityPolicy-TLS13-1-0-2021-06": ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
}

# Lists that are empty until a scenario says otherwise.
EMPTY = {
    ("acm", "ListCertificates"): {"CertificateSummaryList": []},
    ("apigateway", "GetRestApis"): {"items": []},
    ("apigatewayv2", "GetApis"): {"Items": []},
    ("cloudfront", "ListDistributions"): {"DistributionList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}},
    ("cloudfront", "ListVpcOrigins"): {"VpcOriginList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}},
    ("directconnect", "DescribeConnections"): {"connections": []},
    ("elb", "DescribeLoadBalancers"): {"LoadBalancerDescriptions": []},
    ("elbv2", "DescribeLoadBalancers"): {"LoadBalancers": []},
    ("fis", "ListExperiments"): {"experiments": []},
    ("health", "DescribeEvents"): {"events": []},
    ("network-firewall", "ListFirewalls"): {"Firewalls": []},
    ("network-firewall", "ListRuleGroups"): {"RuleGroups": []},
    ("outposts", "ListOutposts"): {"Outposts": []},
    ("outposts", "ListSites"): {"Sites": []},
    ("resiliencehub", "ListAppAssessments"): {"assessmentSummaries": []},
    ("route53resolver", "ListFirewallRuleGroupAssociations"): {"FirewallRuleGroupAssociations": []},
    ("sso-admin", "ListInstances"): {"Instances": []},
    ("support", "DescribeTrustedAdvisorChecks"): {"checks": []},
    ("wafv2", "ListResourcesForWebACL"): {"ResourceArns": []},
    ("wafv2", "ListWebACLs"): {"WebACLs": []},
    ("wellarchitected", "ListWorkloads"): {"WorkloadSummaries": []},
}


def empty(answer):
    return lambda call, ask: dict(answer)


for (_service, _operation), _answer in EMPTY.items():
    answers(_service, _operation)(empty(_answer))


@answers("elbv2", "DescribeSSLPolicies")
def ssl_policies(call, ask):
    return {"SslPolicies": [
        {"Name": name, "SslProtocols": protocols, "SupportedLoadBalancerTypes": ["application", "network"],
         "Ciphers": [{"Name": "ECDHE-RSA-AES128-GCM-SHA256", "Priority": 1}]} for name, protocols in TLS_POLICIES.items()]}


@answers("elbv2", "DescribeTags")
def elb_tags(call, ask):
    return {"TagDescriptions": [{"ResourceArn": call.param("ResourceArns.member.1"), "Tags": []}]}


@answers("elb", "DescribeTags")
def classic_tags(call, ask):
    return {"TagDescriptions": [{"LoadBalancerName": call.param("LoadBalancerNames.member.1"), "Tags": []}]}


@answers("wafv2", "GetLoggingConfiguration")
def waf_logging(call, ask):
    raise ApiError("WAFNonexistentItemException", "AWS WAF couldn't perform the operation because your resource doesn't exist.")


@answers("service-quotas", "ListServiceQuotas")
def quotas(call, ask):
    """A single one each; the real lists are long."""
    code = call.param("ServiceCode")
    return {"Quotas": [{
        "ServiceCode": code, "ServiceName": code.upper(), "QuotaCode": "L-0EXAMPLE", "QuotaName": "Things per Region",
        "QuotaArn": f"arn:aws:servicequotas:{call.region}:{call.account}:{code}/L-0EXAMPLE", "Value": 100.0, "Unit": "None",
        "Adjustable": True, "GlobalQuota": False, "QuotaAppliedAtLevel": "ACCOUNT"}]}
