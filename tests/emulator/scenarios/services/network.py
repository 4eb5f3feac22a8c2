"""Load balancers, edges, filters, findings, the organization."""

import datetime

from .. import parts as p

HOME, GOOD = "us-east-1", "eu-west-1"


def seed(world):
    """Good in one region, bad in another."""
    for region, good in ((GOOD, True), (HOME, False)):
        balancers(world, region, good)
        classic(world, region, good)
        certificates(world, region, good)
        apis(world, region, good)
        waf(world, region, good)
    distributions(world, True, False)
    vpc, subnets = world.networks["good"]
    data_tier(world, GOOD, vpc, subnets, True)
    vpc, subnets = world.networks["bad"]
    data_tier(world, HOME, vpc, subnets, False)
    firewall(world, HOME, vpc)
    organization(world)
    directory(world, GOOD)
    reviews(world, HOME)
    world.expect("guardduty.no-stale-high-findings", "pass", GOOD)
    world.expect("guardduty.no-stale-high-findings", "fail", HOME)
    world.expect("securityhub.findings-triaged", "fail", HOME)


def good(world):
    """The same in every region, as it should be."""
    for region in world.regions:
        balancers(world, region, True)
        classic(world, region, True)
        certificates(world, region, True)
        apis(world, region, True)
        waf(world, region, True)
        ec2 = world.client("ec2", region)
        vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["workload"]}])["Vpcs"][0]["VpcId"]
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        data_tier(world, region, vpc, [subnet["SubnetId"] for subnet in subnets], True)
    distributions(world, True)
    client = world.client("organizations")
    client.tag_resource(ResourceId=world.account, Tags=[{"Key": "environment", "Value": "production"}])
    accounts = client.list_accounts()["Accounts"]
    world.expect("org.workload-separation", "pass", *[account["Arn"] for account in accounts])
    world.expect("iam.root-central-management", "pass", client.describe_organization()["Organization"]["Arn"])
    world.expect("guardduty.no-stale-high-findings", "pass", *world.regions)
    world.expect("securityhub.findings-triaged", "pass", *world.regions)


# -- load balancers -----------------------------------------------------------------------------------------------


def balancer(world, region, name, kind="application", scheme="internet-facing", zones=("a", "b")):
    short = {"application": "app", "network": "net", "gateway": "gwy"}[kind]
    made = p.arn(world, "elasticloadbalancing", region, f"loadbalancer/{short}/{name}/50dc6c495c0c9188")
    return {
        "LoadBalancerArn": made, "LoadBalancerName": name, "DNSName": f"{name}-1.{region}.elb.amazonaws.com", "Type": kind,
        "Scheme": scheme, "VpcId": "vpc-0a1b2c3d", "State": {"Code": "active"}, "CreatedTime": world.ago(200),
        "CanonicalHostedZoneId": "Z32O12XQLNTSW2", "IpAddressType": "ipv4", "SecurityGroups": ["sg-0a1b2c3d"],
        "AvailabilityZones": [{"ZoneName": f"{region}{zone}", "SubnetId": f"subnet-{zone}", "LoadBalancerAddresses": []}
                              for zone in zones]}


def listener(of, port, protocol, action="forward", policy=None, certificate="arn:aws:acm:us-east-1:123456789012:certificate/live"):
    target = of["LoadBalancerArn"].replace("loadbalancer/app", "targetgroup").replace("loadbalancer/net", "targetgroup")
    actions = {"forward": {"Type": "forward", "TargetGroupArn": target},
               "redirect": {"Type": "redirect", "Order": 1, "RedirectConfig": {
                   "Protocol": "HTTPS", "Port": "443", "Host": "#{host}", "Path": "/#{path}", "Query": "#{query}",
                   "StatusCode": "HTTP_301"}}}
    made = {"ListenerArn": of["LoadBalancerArn"].replace(":loadbalancer/", ":listener/") + f"/{port:016x}",
            "LoadBalancerArn": of["LoadBalancerArn"], "Port": port, "Protocol": protocol, "DefaultActions": [actions[action]]}
    if policy:
        made["SslPolicy"] = policy
        made["Certificates"] = [{"CertificateArn": certificate}]
    return made


def balancers(world, region, is_good):
    front = balancer(world, region, "front", zones=("a", "b") if is_good else ("a",))
    inside = balancer(world, region, "inside", scheme="internal")
    pipe = balancer(world, region, "pipe", kind="network", scheme="internal")
    inspect = balancer(world, region, "inspect", kind="gateway", scheme="internal")
    inspect.pop("DNSName")
    new, old = "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"
    tls, plain = listener(front, 443, "HTTPS", policy=new if is_good else old), listener(front, 80, "HTTP", "redirect")
    pipe_tls, pipe_tcp = listener(pipe, 8443, "TLS", policy=new), listener(pipe, 5432, "TCP")
    within = listener(inside, 8080, "HTTP", "forward") if not is_good else listener(inside, 443, "HTTPS", policy=new)
    listeners = {front["LoadBalancerArn"]: [tls, plain], inside["LoadBalancerArn"]: [within],
                 pipe["LoadBalancerArn"]: [pipe_tls, pipe_tcp], inspect["LoadBalancerArn"]: [
                     {"ListenerArn": inspect["LoadBalancerArn"].replace(":loadbalancer/", ":listener/") + "/1",
                      "LoadBalancerArn": inspect["LoadBalancerArn"], "Protocol": "GENEVE", "Port": 6081, "DefaultActions": []}]}
    every = [front, inside, pipe, inspect]
    world.answer("elbv2", "DescribeLoadBalancers", {"LoadBalancers": every}, region)
    logged = str(is_good).lower()
    for one in every:
        arn, attributes = one["LoadBalancerArn"], [{"Key": "deletion_protection.enabled", "Value": "true"}]
        if one["Type"] != "gateway":
            attributes += [{"Key": "access_logs.s3.enabled", "Value": logged}, {"Key": "access_logs.s3.bucket", "Value": "logs"}]
        world.answer("elbv2", "DescribeLoadBalancerAttributes", {"Attributes": attributes}, region, LoadBalancerArn=arn)
        world.answer("elbv2", "DescribeListeners", {"Listeners": listeners[arn]}, region, LoadBalancerArn=arn)
        for each in listeners[arn]:
            rules = [{"RuleArn": each["ListenerArn"].replace(":listener/", ":listener-rule/") + "/0", "Priority": "default",
                      "Conditions": [], "Actions": each["DefaultActions"], "IsDefault": True}]
            if each is plain and not is_good:
                # The default redirects, but one path is still served.
                rules.insert(0, {"RuleArn": each["ListenerArn"] + "/1", "Priority": "1", "IsDefault": False, "Conditions": [
                    {"Field": "path-pattern", "Values": ["/legacy/*"], "PathPatternConfig": {"Values": ["/legacy/*"]}}],
                    "Actions": tls["DefaultActions"]})
            world.answer("elbv2", "DescribeRules", {"Rules": rules}, region, ListenerArn=each["ListenerArn"])
    verdict = "pass" if is_good else "fail"
    arn = lambda one: one.get("ListenerArn") or one["LoadBalancerArn"]  # noqa: E731
    world.expect("elb.tls-listeners", verdict, arn(plain), arn(within))
    world.expect("elb.tls-listeners", "pass", arn(tls), arn(pipe_tls))
    world.expect("elb.tls-policy", verdict, arn(tls))
    world.expect("elb.tls-policy", "pass", arn(pipe_tls))
    world.expect("elb.access-logs", verdict, arn(front), arn(inside), arn(pipe))
    world.expect("elb.multi-az", verdict, arn(front))
    world.expect("elb.multi-az", "pass", arn(inside))
    world.expect("wafv2.attached", verdict, arn(front))


def classic(world, region, is_good):
    policy = "strict" if is_good else "ELBSecurityPolicy-2016-08"
    listeners = [{"Listener": {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "InstancePort": 80,
                               "SSLCertificateId": "arn:aws:acm:us-east-1:123456789012:certificate/live"}, "PolicyNames": [policy]},
                 {"Listener": {"Protocol": "TCP", "LoadBalancerPort": 25, "InstanceProtocol": "TCP", "InstancePort": 25},
                  "PolicyNames": []}]
    if not is_good:
        listeners.append({"Listener": {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80},
                          "PolicyNames": []})
    world.answer("elb", "DescribeLoadBalancers", {"LoadBalancerDescriptions": [{
        "LoadBalancerName": "veteran", "DNSName": f"veteran-1.{region}.elb.amazonaws.com", "ListenerDescriptions": listeners,
        "Policies": {"AppCookieStickinessPolicies": [], "LBCookieStickinessPolicies": [], "OtherPolicies": [policy]},
        "BackendServerDescriptions": [], "AvailabilityZones": [f"{region}{zone}" for zone in ("ab" if is_good else "a")],
        "Subnets": ["subnet-a"], "VPCId": "vpc-0a1b2c3d", "Instances": [], "SecurityGroups": ["sg-0a1b2c3d"],
        "HealthCheck": {"Target": "TCP:80", "Interval": 30, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 10},
        "SourceSecurityGroup": {"OwnerAlias": world.account, "GroupName": "default"}, "CreatedTime": world.ago(2000),
        "Scheme": "internet-facing"}]}, region)
    logs = {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 60} if is_good else {"Enabled": False}
    world.answer("elb", "DescribeLoadBalancerAttributes", {"LoadBalancerAttributes": {
        "CrossZoneLoadBalancing": {"Enabled": True}, "AccessLog": logs, "ConnectionDraining": {"Enabled": True, "Timeout": 300},
        "ConnectionSettings": {"IdleTimeout": 60}, "AdditionalAttributes": []}}, region)
    old = "false" if is_good else "true"
    world.answer("elb", "DescribeLoadBalancerPolicies", {"PolicyDescriptions": [{
        "PolicyName": policy, "PolicyTypeName": "SSLNegotiationPolicyType", "PolicyAttributeDescriptions": [
            {"AttributeName": "Protocol-SSLv3", "AttributeValue": "false"}, {"AttributeName": "Protocol-TLSv1", "AttributeValue": old},
            {"AttributeName": "Protocol-TLSv1.1", "AttributeValue": old}, {"AttributeName": "Protocol-TLSv1.2", "AttributeValue": "true"},
            {"AttributeName": "Server-Defined-Cipher-Order", "AttributeValue": "true"}]}]}, region)
    made, verdict = p.arn(world, "elasticloadbalancing", region, "loadbalancer/veteran"), "pass" if is_good else "fail"
    for check in ("tls-listeners", "tls-policy", "access-logs", "multi-az"):
        world.expect(f"elb.classic-{check}", verdict, made)


# -- certificates and edges ---------------------------------------------------------------------------------------


def certificate(world, region, name, days, kind="AMAZON_ISSUED", used=True, status="ISSUED", algorithm="RSA_2048"):
    made = p.arn(world, "acm", region, f"certificate/{name}")
    until = {} if status == "PENDING_VALIDATION" else {"NotBefore": world.ago(300), "NotAfter": world.present + datetime.timedelta(days=days)}
    users = [p.arn(world, "elasticloadbalancing", region, "loadbalancer/app/front/50dc6c495c0c9188")] if used else []
    common = {"CertificateArn": made, "DomainName": f"{name}.example.com", "Status": status, "Type": kind,
              "CreatedAt": world.ago(300), "RenewalEligibility": "ELIGIBLE" if used and kind == "AMAZON_ISSUED" else "INELIGIBLE", **until}
    summary = {**common, "KeyAlgorithm": algorithm, "InUse": used, "SubjectAlternativeNameSummaries": [f"{name}.example.com"]}
    world.answer("acm", "DescribeCertificate", {"Certificate": {
        **common, "KeyAlgorithm": algorithm.replace("RSA_", "RSA-"), "InUseBy": users, "Issuer": "Amazon", "Serial": "01:02",
        "SubjectAlternativeNames": [f"{name}.example.com"], "SignatureAlgorithm": "SHA256WITHRSA"}}, region, CertificateArn=made)
    return summary


def certificates(world, region, is_good):
    every = [certificate(world, region, "live", 200), certificate(world, region, "elliptic", 90, algorithm="EC_prime256v1"),
             certificate(world, region, "unused", 5, used=False), certificate(world, region, "waiting", 0, used=False,
                                                                              status="PENDING_VALIDATION")]
    world.expect("acm.certificate-not-expiring", "pass", every[0]["CertificateArn"], every[1]["CertificateArn"])
    if not is_good:
        bad = [certificate(world, region, "bought", 10, kind="IMPORTED"), certificate(world, region, "over", -5, status="EXPIRED")]
        world.expect("acm.certificate-not-expiring", "fail", *[one["CertificateArn"] for one in bad])
        every += bad
    world.answer("acm", "ListCertificates", {"CertificateSummaryList": every}, region)


def distribution(world, number, viewer="redirect-to-https", other="https-only", origin="https-only", acl="", enabled=True, tls=True):
    made = f"arn:aws:cloudfront::{world.account}:distribution/E{number:013d}"
    name, none = f"d{number:013d}.cloudfront.net", {"Quantity": 0}
    behavior = lambda policy: {"TargetOriginId": "api", "ViewerProtocolPolicy": policy, "Compress": True, "SmoothStreaming": False,  # noqa: E731
                               "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
    origins = [{"Id": "api", "DomainName": "api.example.com", "OriginPath": "", "CustomHeaders": none, "CustomOriginConfig": {
        "HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": origin, "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]} if tls else {"Quantity": 2, "Items": ["TLSv1", "TLSv1.2"]}}},
        {"Id": "files", "DomainName": "files.s3.eu-west-1.amazonaws.com", "OriginPath": "", "CustomHeaders": none,
         "S3OriginConfig": {"OriginAccessIdentity": ""}, "OriginAccessControlId": "E2QWRUHAPOMQZL"}]
    common = {
        "Aliases": none, "Origins": {"Quantity": 2, "Items": origins}, "DefaultCacheBehavior": behavior(viewer),
        "CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/files/*", **behavior(other)}]} if other else none,
        "CustomErrorResponses": none, "Comment": "", "PriceClass": "PriceClass_All", "Enabled": enabled,
        "ViewerCertificate": {"CloudFrontDefaultCertificate": False, "ACMCertificateArn": p.arn(world, "acm", HOME, f"certificate/{number}"),
                              "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021", "Certificate": "", "CertificateSource": "acm"},
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}, "WebACLId": acl, "HttpVersion": "http2",
        "IsIPV6Enabled": True, "Staging": False}
    world.answer("cloudfront", "GetDistributionConfig", {"DistributionConfig": {
        **common, "CallerReference": name, "DefaultRootObject": "index.html",
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}}, "ETag": "E2QWRUHEXAMPLE"}, Id=made.rpartition("/")[2])
    return {**common, "Id": made.rpartition("/")[2], "ARN": made, "Status": "Deployed", "LastModifiedTime": world.ago(40), "DomainName": name}


def distributions(world, *kinds):
    every, acl = [], web_acl(world, HOME, "edge", "global", "CLOUDFRONT")
    blank = web_acl(world, HOME, "blank", "global", "CLOUDFRONT", rules=False)
    world.answer("wafv2", "ListWebACLs", {"WebACLs": [acl, blank]}, HOME, Scope="CLOUDFRONT")
    expect = lambda check, verdict, *ones: world.expect(check, verdict, *[one["ARN"] for one in ones])  # noqa: E731
    for is_good in kinds:
        if is_good:
            made = [distribution(world, 1, acl=acl["ARN"]), distribution(world, 2, other=None, origin="match-viewer", acl=acl["ARN"])]
            off = distribution(world, 3, viewer="allow-all", enabled=False)
            for one in made:
                expect("cloudfront.https-only", "pass", one)
                expect("cloudfront.tls-policy", "pass", one)
                expect("wafv2.distributions-attached", "pass", one)
            every += [*made, off]
        else:
            made = [distribution(world, 4, viewer="allow-all"), distribution(world, 5, other="allow-all", acl=blank["ARN"]),
                    distribution(world, 6, origin="http-only", tls=False), distribution(world, 7, viewer="allow-all", tls=False)]
            expect("cloudfront.tls-policy", "fail", made[-1])
            expect("cloudfront.tls-policy", "pass", *made[:3])
            for one in made:
                expect("cloudfront.https-only", "fail", one)
                expect("wafv2.distributions-attached", "fail", one)
            every += made
    first, rest = every[:2], every[2:]
    page = lambda items, **more: {"DistributionList": {"Marker": "", "MaxItems": 100, "Quantity": len(items), "Items": items, **more}}  # noqa: E731
    world.answer("cloudfront", "ListDistributions", page(first, IsTruncated=True, NextMarker=rest[0]["Id"]))
    world.answer("cloudfront", "ListDistributions", page(rest, IsTruncated=False), Marker=rest[0]["Id"])


def web_acl(world, region, name, scope, param, rules=True):
    made = p.arn(world, "wafv2", region, f"{scope}/webacl/{name}/{name}-0001")
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}
    rule = {"Name": "common", "Priority": 0, "OverrideAction": {"None": {}}, "VisibilityConfig": visible, "Statement": {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}}
    world.answer("wafv2", "GetWebACL", {"WebACL": {
        "Name": name, "Id": f"{name}-0001", "ARN": made, "DefaultAction": {"Allow": {}}, "Rules": [rule] if rules else [],
        "VisibilityConfig": visible, "Capacity": 700, "ManagedByFirewallManager": False}, "LockToken": "token"}, region,
        Id=f"{name}-0001", Scope=param)
    world.answer("wafv2", "GetLoggingConfiguration", {"LoggingConfiguration": {
        "ResourceArn": made, "LogDestinationConfigs": [f"arn:aws:logs:{region}:{world.account}:log-group:aws-waf-logs-{name}"]}},
        region, ResourceArn=made)
    return {"Name": name, "Id": f"{name}-0001", "ARN": made, "Description": "", "LockToken": "token"}


def waf(world, region, is_good):
    full, blank = web_acl(world, region, "guard", "regional", "REGIONAL"), web_acl(world, region, "blank", "regional", "REGIONAL", rules=False)
    world.answer("wafv2", "ListWebACLs", {"WebACLs": [full, blank]}, region, Scope="REGIONAL")
    guarded = (full if is_good else blank)["ARN"]
    world.answer("wafv2", "ListResourcesForWebACL", {"ResourceArns": [
        p.arn(world, "elasticloadbalancing", region, "loadbalancer/app/front/50dc6c495c0c9188")]}, region, WebACLArn=guarded,
        ResourceType="APPLICATION_LOAD_BALANCER")
    world.answer("wafv2", "ListResourcesForWebACL", {"ResourceArns": [
        f"arn:aws:apigateway:{region}::/restapis/shopapi/stages/live"]}, region, WebACLArn=full["ARN"], ResourceType="API_GATEWAY")


# -- APIs ---------------------------------------------------------------------------------------------------------


def apis(world, region, is_good):
    method = lambda kind: {"authorizationType": kind, "apiKeyRequired": False, "httpMethod": "GET"}  # noqa: E731
    api = lambda name, kind: {"id": f"{name}api", "name": name, "createdDate": world.ago(400), "apiKeySource": "HEADER",  # noqa: E731
                              "endpointConfiguration": {"types": [kind]}, "disableExecuteApiEndpoint": False}
    world.answer("apigateway", "GetRestApis", {"items": [api("shop", "REGIONAL"), api("office", "PRIVATE")]}, region)
    world.answer("apigateway", "GetResources", {"items": [
        {"id": "r0", "path": "/"},
        {"id": "r1", "parentId": "r0", "pathPart": "orders", "path": "/orders", "resourceMethods": {
            "GET": method("AWS_IAM"), "OPTIONS": method("NONE"), "POST": method("CUSTOM" if is_good else "NONE")}}]},
        region, restapi_id="shopapi")
    world.answer("apigateway", "GetResources", {"items": [{"id": "r0", "path": "/", "resourceMethods": {"ANY": method("AWS_IAM")}}]},
                 region, restapi_id="officeapi")
    acl = p.arn(world, "wafv2", region, "regional/webacl/guard/guard-0001")
    live = {"deploymentId": "d1", "stageName": "live", "cacheClusterEnabled": False, "methodSettings": {}, "tracingEnabled": False,
            "createdDate": world.ago(400), "lastUpdatedDate": world.ago(3)}
    logs = {"accessLogSettings": {"destinationArn": f"arn:aws:logs:{region}:{world.account}:log-group:api", "format": "$context.requestId"}}
    level = {"loggingLevel": "ERROR" if is_good else "OFF", "metricsEnabled": True, "dataTraceEnabled": False}
    world.answer("apigateway", "GetStages", {"item": [{**live, **logs, "webAclArn": acl} if is_good else live]}, region, restapi_id="shopapi")
    world.answer("apigateway", "GetStages", {"item": [{**live, "methodSettings": {"*/*": level}}]}, region, restapi_id="officeapi")
    shop, office = [f"arn:aws:apigateway:{region}::/restapis/{name}api/stages/live" for name in ("shop", "office")]
    verdict = "pass" if is_good else "fail"
    world.expect("apigateway.authorization", verdict, shop)
    world.expect("apigateway.authorization", "pass", office)
    world.expect("apigateway.logging", verdict, shop, office)
    world.expect("wafv2.stages-attached", verdict, shop)
    http = {"ApiId": "webapi", "Name": "web", "ProtocolType": "HTTP", "RouteSelectionExpression": "$request.method $request.path",
            "ApiEndpoint": f"https://webapi.execute-api.{region}.amazonaws.com", "CreatedDate": world.ago(400)}
    chat = {**http, "ApiId": "chatapi", "Name": "chat", "ProtocolType": "WEBSOCKET", "RouteSelectionExpression": "$request.body.action"}
    world.answer("apigatewayv2", "GetApis", {"Items": [http, chat]}, region)
    route = lambda key, kind: {"RouteKey": key, "AuthorizationType": kind, "RouteId": key.strip("$/ ")[:4], "ApiKeyRequired": False}  # noqa: E731
    world.answer("apigatewayv2", "GetRoutes", {"Items": [route("GET /orders", "JWT"), route("$default", "JWT" if is_good else "NONE")]},
                 region, apiId="webapi")
    world.answer("apigatewayv2", "GetRoutes", {"Items": [route("$connect", "AWS_IAM"), route("send", "NONE")]}, region, apiId="chatapi")
    stage = {"StageName": "$default", "CreatedDate": world.ago(400), "AutoDeploy": True, "RouteSettings": {},
             "DefaultRouteSettings": {"DetailedMetricsEnabled": False}}
    written = {"AccessLogSettings": {"DestinationArn": f"arn:aws:logs:{region}:{world.account}:log-group:web", "Format": "$context.requestId"}}
    world.answer("apigatewayv2", "GetStages", {"Items": [{**stage, **(written if is_good else {})}]}, region, apiId="webapi")
    world.answer("apigatewayv2", "GetStages", {"Items": [{**stage, "StageName": "live", "DefaultRouteSettings": {
        "DetailedMetricsEnabled": True, "LoggingLevel": "INFO"}}]}, region, apiId="chatapi")
    web, talk = [f"arn:aws:apigateway:{region}::/apis/{name}" for name in ("webapi/stages/$default", "chatapi/stages/live")]
    for check in ("http-authorization", "http-logging"):
        world.expect(f"apigateway.{check}", verdict, web)
        world.expect(f"apigateway.{check}", "pass", talk)


# -- networks -----------------------------------------------------------------------------------------------------


def data_tier(world, region, vpc, subnets, is_good):
    ec2, rds = world.client("ec2", region), world.client("rds", region)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    if is_good:
        # The main table leads out; those subnets have one that does not.
        private = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            ec2.associate_route_table(RouteTableId=private, SubnetId=subnet)
        world.answer("route53resolver", "ListFirewallRuleGroupAssociations", {"FirewallRuleGroupAssociations": [{
            "Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": vpc, "Name": "bad-domains", "Priority": 101,
            "Arn": p.arn(world, "route53resolver", region, "firewall-rule-group-association/rslvr-frgassoc-1"),
            "MutationProtection": "DISABLED", "Status": "COMPLETE", "CreationTime": "2026-01-01T00:00:00Z"}]}, region)
    rds.create_db_subnet_group(DBSubnetGroupName=f"data-{region}", DBSubnetGroupDescription="data", SubnetIds=subnets)
    p.database(world, region, f"inventory-{region}", DBSubnetGroupName=f"data-{region}",
               VpcSecurityGroupIds=[p.default_group(world, region, vpc)])
    verdict = "pass" if is_good else "fail"
    world.expect("vpc.public-private-separation", verdict, *[p.arn(world, "ec2", region, f"subnet/{subnet}") for subnet in subnets])
    world.expect("vpc.dns-firewall", verdict, p.arn(world, "ec2", region, f"vpc/{vpc}"))


def firewall(world, region, vpc):
    """Looks at addresses, not at names."""
    made, group = p.arn(world, "network-firewall", region, "firewall/edge"), p.arn(world, "network-firewall", region, "stateful-rulegroup/addresses")
    policy = p.arn(world, "network-firewall", region, "firewall-policy/edge")
    world.answer("network-firewall", "ListFirewalls", {"Firewalls": [{"FirewallName": "edge", "FirewallArn": made}]}, region)
    world.answer("network-firewall", "DescribeFirewall", {
        "UpdateToken": "1", "Firewall": {"FirewallName": "edge", "FirewallArn": made, "FirewallPolicyArn": policy, "VpcId": vpc,
                                         "SubnetMappings": [{"SubnetId": "subnet-0a"}], "FirewallId": "f-1", "DeleteProtection": True},
        "FirewallStatus": {"Status": "READY", "ConfigurationSyncStateSummary": "IN_SYNC"}}, region)
    world.answer("network-firewall", "DescribeLoggingConfiguration", {"FirewallArn": made, "LoggingConfiguration": {
        "LogDestinationConfigs": [{"LogType": "ALERT", "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": "/firewall"}}]}}, region)
    world.answer("network-firewall", "DescribeFirewallPolicy", {
        "UpdateToken": "1", "FirewallPolicyResponse": {"FirewallPolicyName": "edge", "FirewallPolicyArn": policy, "FirewallPolicyId": "1"},
        "FirewallPolicy": {"StatelessDefaultActions": ["aws:forward_to_sfe"], "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
                           "StatefulRuleGroupReferences": [{"ResourceArn": group}]}}, region)
    world.answer("network-firewall", "ListRuleGroups", {"RuleGroups": [{"Name": "addresses", "Arn": group}]}, region)
    world.answer("network-firewall", "DescribeRuleGroup", {
        "UpdateToken": "1", "RuleGroupResponse": {"RuleGroupArn": group, "RuleGroupName": "addresses", "RuleGroupId": "1", "Type": "STATEFUL"},
        "RuleGroup": {"RulesSource": {"StatefulRules": [{"Action": "DROP", "Header": {
            "Protocol": "TCP", "Source": "ANY", "SourcePort": "ANY", "Direction": "FORWARD", "Destination": "203.0.113.0/24",
            "DestinationPort": "ANY"}, "RuleOptions": [{"Keyword": "sid:1"}]}]}}}, region)


# -- the organization ---------------------------------------------------------------------------------------------


def organization(world):
    client = world.client("organizations")
    root = client.list_roots()["Roots"][0]["Id"]
    unit = lambda parent, name: client.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]  # noqa: E731
    workloads = unit(root, "Workloads")
    team = unit(unit(workloads, "Prod"), "Checkout")
    sandbox = unit(workloads, "Sandbox")

    def account(name, where, tag=None):
        made = client.create_account(AccountName=name, Email=f"{name}@example.com")["CreateAccountStatus"]["AccountId"]
        client.move_account(AccountId=made, SourceParentId=root, DestinationParentId=where) if where != root else None
        if tag:
            client.tag_resource(ResourceId=made, Tags=[{"Key": "environment", "Value": tag}])
        return client.describe_account(AccountId=made)["Account"]["Arn"]

    world.expect("org.workload-separation", "pass", account("tagged", root, "staging"), account("checkout", team),
                 account("playground", sandbox, "dev"))
    world.expect("org.workload-separation", "fail", account("unknown", workloads), account("both", sandbox, "production"))
    world.expect("iam.root-central-management", "fail", client.describe_organization()["Organization"]["Arn"])


def directory(world, region, holder="USER"):
    """Identity Center, with one user or group that holds one permission set in one account."""
    instance, group = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6", "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-1"
    world.answer("sso-admin", "ListInstances", {"Instances": [{
        "InstanceArn": instance, "IdentityStoreId": "d-9367a1b2c3", "OwnerAccountId": world.account, "CreatedDate": world.ago(500),
        "Status": "ACTIVE"}]}, region)
    world.answer("sso-admin", "ListPermissionSets", {"PermissionSets": [group]}, region)
    world.answer("sso-admin", "DescribePermissionSet", {"PermissionSet": {
        "Name": "Audit", "PermissionSetArn": group, "CreatedDate": world.ago(400), "SessionDuration": "PT1H"}}, region)
    world.answer("sso-admin", "ListManagedPoliciesInPermissionSet", {"AttachedManagedPolicies": [
        {"Name": "SecurityAudit", "Arn": "arn:aws:iam::aws:policy/SecurityAudit"}]}, region)
    world.answer("sso-admin", "ListAccountsForProvisionedPermissionSet", {"AccountIds": [world.account]}, region)
    world.answer("sso-admin", "ListAccountAssignments", {"AccountAssignments": [{
        "AccountId": world.account, "PermissionSetArn": group, "PrincipalType": holder, "PrincipalId": "93671a2b-1"}]}, region)
    world.answer("identitystore", "ListUsers", {"Users": [{
        "IdentityStoreId": "d-9367a1b2c3", "UserId": "93671a2b-1", "UserName": "alice", "DisplayName": "Alice", "Revision": "1",
        "UserArn": f"arn:aws:identitystore::{world.account}:user/93671a2b-1"}]}, region)


def reviews(world, region):
    """What was reviewed and drilled, and what AWS said."""
    day = datetime.timedelta(days=1)
    began, assessed, drilled = world.last(20, 91), world.last(60, 91), world.last(45, 91)
    event = {"arn": f"arn:aws:health:{region}::event/EC2/AWS_EC2_OPERATIONAL_ISSUE/AWS_EC2_OPERATIONAL_ISSUE_1{world.day(began)}", "service": "EC2",
             "eventTypeCode": "AWS_EC2_OPERATIONAL_ISSUE", "eventTypeCategory": "issue", "region": region, "startTime": began,
             "endTime": began + day, "lastUpdatedTime": began + day, "statusCode": "closed", "eventScopeCode": "ACCOUNT_SPECIFIC"}
    world.answer("health", "DescribeEvents", {"events": [event, {**event, "arn": event["arn"] + "2", "eventScopeCode": "PUBLIC"}]})
    world.answer("health", "DescribeEventDetails", {"failedSet": [], "successfulSet": [
        {"event": event, "eventDescription": {"latestDescription": "Power was lost in a zone."}}]})
    check = lambda number, category: {"id": number, "name": number, "description": "", "category": category, "metadata": ["Status"]}  # noqa: E731
    world.answer("support", "DescribeTrustedAdvisorChecks", {"checks": [check("HCP4007jGY", "security"), check("Qch7DwouX1", "cost_optimizing")]})
    world.answer("support", "DescribeTrustedAdvisorCheckResult", {"result": {
        "checkId": "HCP4007jGY", "timestamp": world.ago(29).strftime("%Y-%m-%dT00:00:00Z"), "status": "warning", "flaggedResources": [],
        "resourcesSummary": {"resourcesProcessed": 5, "resourcesFlagged": 1, "resourcesIgnored": 0, "resourcesSuppressed": 0},
        "categorySpecificSummary": {}}}, checkId="HCP4007jGY")
    workload = {"WorkloadId": "4988ff25fdf2a5e5f2c2a2fd7d2a2b2c", "WorkloadName": "shop", "Owner": world.account, "UpdatedAt": world.ago(30),
                "WorkloadArn": p.arn(world, "wellarchitected", region, "workload/4988ff25fdf2a5e5f2c2a2fd7d2a2b2c"),
                "Lenses": ["wellarchitected"], "RiskCounts": {"HIGH": 1, "MEDIUM": 4}, "ImprovementStatus": "IN_PROGRESS"}
    world.answer("wellarchitected", "ListWorkloads", {"WorkloadSummaries": [workload]}, region)
    world.answer("wellarchitected", "GetWorkload", {"Workload": {**workload, "Environment": "PRODUCTION"}}, region)
    world.answer("wellarchitected", "ListLensReviews", {"WorkloadId": workload["WorkloadId"], "LensReviewSummaries": [{
        "LensAlias": "wellarchitected", "LensVersion": "2025-06-25", "LensName": "AWS Well-Architected Framework", "LensStatus": "CURRENT",
        "UpdatedAt": world.ago(30), "RiskCounts": {"HIGH": 1}}]}, region)
    world.answer("resiliencehub", "ListAppAssessments", {"assessmentSummaries": [{
        "assessmentArn": p.arn(world, "resiliencehub", region, f"app-assessment/1{world.day(assessed)}"), "assessmentStatus": "Success", "assessmentName": "quarterly",
        "complianceStatus": "PolicyMet", "resiliencyScore": 0.8, "startTime": assessed, "endTime": assessed}]}, region)
    world.answer("fis", "ListExperiments", {"experiments": [{
        "id": f"EXP1{world.day(drilled)}", "arn": p.arn(world, "fis", region, f"experiment/EXP1{world.day(drilled)}"), "experimentTemplateId": "EXT1",
        "state": {"status": "completed"}, "creationTime": drilled}]}, region)
