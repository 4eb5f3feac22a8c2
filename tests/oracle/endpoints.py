"""Hosts and signing regions against botocore's endpoint rule sets."""

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError

from services import Services

# What the rule sets of S3 want to know besides; a request of ours names the bucket in the path.
# ACM's operations say which of its two services they ask: all that read certificates say this.
MORE = {
    "ServiceType": "ACM",
    "UseGlobalEndpoint": False,
    "ForcePathStyle": True,
    "Accelerate": False,
    "DisableMultiRegionAccessPoints": False,
    "AccountId": "111122223333",
    "RequiresAccountId": True,
}


def compare(loader, ours, report):
    services = Services(loader)
    partitions = loader.load_data("partitions")
    providers = {}
    for endpoint in ours:
        name, _ = services.find(endpoint["endpoint_variable"], endpoint["service"])
        if name not in providers:
            rules = loader.load_service_model(name, "endpoint-rule-set-1")
            providers[name] = rules, EndpointProvider(rules, partitions)
        rules, provider = providers[name]
        given = {"Region": endpoint["region"], "UseFIPS": endpoint["fips"], "UseDualStack": endpoint["dual_stack"], **MORE}
        try:
            theirs = provider.resolve_endpoint(**{key: given[key] for key in given if key in rules["parameters"]})
            schemes = theirs.properties.get("authSchemes", [])
            regions = [scheme["signingRegion"] for scheme in schemes if "signingRegion" in scheme]
            expected = {"url": theirs.url, "signing_region": regions[0] if regions else endpoint["region"]}
        except EndpointProviderError as error:
            expected = {"error": str(error)}
        place = f"{name} {endpoint['region']} FIPS {endpoint['fips']} dual-stack {endpoint['dual_stack']}"
        found = endpoint["found"]
        if "error" in found and (endpoint["fips"] or endpoint["dual_stack"]):
            # We may know less than botocore, and say so; what we do name must be right.
            report.compared["refused"] += 1
        else:
            report.equal("endpoint", place, found, expected)
