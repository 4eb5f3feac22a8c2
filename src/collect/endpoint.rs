//! Where a source is asked: partition, region, endpoint, signing region.

use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use crate::model::{Partition, Region, Source, SourceScope};

use super::CollectError;

/// A place to send requests to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme and authority, perhaps with a path: `https://kms.eu-west-1.amazonaws.com`.
    pub url: String,
    /// The region that the signature names.
    pub signing_region: Region,
}

/// What an endpoint depends on besides its source and region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointSettings {
    /// `AWS_ENDPOINT_URL_<SERVICE>` or `AWS_ENDPOINT_URL` or their like in the profile.
    pub override_url: Option<String>,
    /// Which variant of AWS's own endpoints.
    pub variant: Variant,
}

/// A variant of an endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Variant {
    /// The plain one.
    #[default]
    Plain,
    /// FIPS 140 validated cryptography.
    Fips,
    /// IPv4 and IPv6.
    DualStack,
    /// Both.
    FipsDualStack,
}

/// A partition: its home region, its domain, the beginnings of its regions' names.
struct PartitionFacts {
    id: &'static str,
    home: &'static str,
    suffix: &'static str,
    dual_stack_suffix: &'static str,
    prefixes: &'static [&'static str],
}

/// From the SDKs' partitions.json; the first is the one for regions that nobody knows yet.
const PARTITIONS: &[PartitionFacts] = &[
    PartitionFacts {
        id: "aws",
        home: "us-east-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        prefixes: &["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"],
    },
    PartitionFacts {
        id: "aws-cn",
        home: "cn-north-1",
        suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        prefixes: &["cn-"],
    },
    PartitionFacts {
        id: "aws-us-gov",
        home: "us-gov-west-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        prefixes: &["us-gov-"],
    },
    PartitionFacts {
        id: "aws-iso",
        home: "us-iso-east-1",
        suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        prefixes: &["us-iso-"],
    },
    PartitionFacts {
        id: "aws-iso-b",
        home: "us-isob-east-1",
        suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        prefixes: &["us-isob-"],
    },
    PartitionFacts {
        id: "aws-iso-e",
        home: "eu-isoe-west-1",
        suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        prefixes: &["eu-isoe-"],
    },
    PartitionFacts {
        id: "aws-iso-f",
        home: "us-isof-south-1",
        suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        prefixes: &["us-isof-"],
    },
    PartitionFacts {
        id: "aws-eusc",
        home: "eusc-de-east-1",
        suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        prefixes: &["eusc-"],
    },
];

/// Services whose account-wide endpoint is not `<prefix>.<home region>.<suffix>`: partition, endpoint prefix, host,
/// signing region. From botocore's endpoints.
const GLOBAL: &[(&str, &str, &str, &str)] = &[
    ("aws", "iam", "iam.amazonaws.com", "us-east-1"),
    ("aws", "route53", "route53.amazonaws.com", "us-east-1"),
    ("aws", "cloudfront", "cloudfront.amazonaws.com", "us-east-1"),
    ("aws", "waf", "waf.amazonaws.com", "us-east-1"),
    ("aws", "health", "global.health.amazonaws.com", "us-east-1"),
    ("aws", "budgets", "budgets.amazonaws.com", "us-east-1"),
    ("aws", "globalaccelerator", "globalaccelerator.us-west-2.amazonaws.com", "us-west-2"),
    ("aws", "networkmanager", "networkmanager.us-west-2.amazonaws.com", "us-west-2"),
    ("aws-cn", "organizations", "organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "account", "account.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "route53", "route53.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "cloudfront", "cloudfront.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "health", "global.health.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "budgets", "budgets.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-cn", "ce", "ce.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
    ("aws-us-gov", "iam", "iam.us-gov.amazonaws.com", "us-gov-west-1"),
    ("aws-us-gov", "route53", "route53.us-gov.amazonaws.com", "us-gov-west-1"),
    ("aws-iso", "route53", "route53.c2s.ic.gov", "us-iso-east-1"),
    ("aws-iso-b", "route53", "route53.sc2s.sgov.gov", "us-isob-east-1"),
];

/// The partition of a region.
pub(crate) fn partition_of(region: &Region) -> Partition {
    Partition::from(facts_of(region).id)
}

/// The region where a partition's account-wide things are asked.
pub(crate) fn home_region(partition: &Partition) -> Region {
    let found = PARTITIONS.iter().find(|facts| facts.id == partition.as_str());
    Region::from(found.unwrap_or(&PARTITIONS[0]).home)
}

/// The longest beginning wins: `us-gov-west-1` begins with `us-` too.
fn facts_of(region: &Region) -> &'static PartitionFacts {
    let length = |facts: &&PartitionFacts| {
        let fitting = facts.prefixes.iter().filter(|prefix| region.as_str().starts_with(**prefix));
        fitting.map(|prefix| prefix.len()).max().unwrap_or(0)
    };
    PARTITIONS.iter().rev().max_by_key(length).unwrap_or(&PARTITIONS[0])
}

/// Where a source that is asked once an account is asked, and where a regional one is: the region that signs.
pub(crate) fn region_of(source: &Source, place: &Region) -> Region {
    global(source, place).map_or_else(|| place.clone(), |(_, region)| region)
}

fn global(source: &Source, place: &Region) -> Option<(&'static str, Region)> {
    let partition = facts_of(place).id;
    let (_, _, host, region) =
        GLOBAL.iter().find(|(of, service, _, _)| *of == partition && *service == source.service)?;
    Some((host, Region::from(*region)))
}

impl EndpointSettings {
    /// Reads them from the SDK's configuration.
    pub(crate) fn of(sdk: &SdkConfig, source: &Source) -> Self {
        let key = ServiceConfigKey::builder()
            .service_id(&source.endpoint_variable)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let own = key.ok().and_then(|key| sdk.service_config()?.load_config(key));
        let variant = match (sdk.use_fips().unwrap_or(false), sdk.use_dual_stack().unwrap_or(false)) {
            (false, false) => Variant::Plain,
            (true, false) => Variant::Fips,
            (false, true) => Variant::DualStack,
            (true, true) => Variant::FipsDualStack,
        };
        Self { override_url: own.or_else(|| sdk.endpoint_url().map(str::to_owned)), variant }
    }
}

/// The endpoint of a source in a region.
pub fn endpoint(source: &Source, place: &Region, settings: &EndpointSettings) -> Result<Endpoint, CollectError> {
    let facts = facts_of(place);
    let global = global(source, place);
    let signing_region = global.as_ref().map_or_else(|| place.clone(), |(_, region)| region.clone());
    if let Some(url) = &settings.override_url {
        return Ok(Endpoint { url: url.trim_end_matches('/').to_owned(), signing_region });
    }
    let service = source.service.as_str();
    let host = match (settings.variant, global) {
        (Variant::Plain, Some((host, _))) => host.to_owned(),
        (variant, Some(_)) => return Err(refused(source, place, variant)),
        (Variant::Plain, None) => format!("{service}.{place}.{}", facts.suffix),
        (Variant::Fips, None) => format!("{service}-fips.{place}.{}", facts.suffix),
        (Variant::DualStack, None) if matches!(service, "s3" | "s3-control") => {
            format!("{service}.dualstack.{place}.{}", facts.suffix)
        }
        (Variant::FipsDualStack, None) if matches!(service, "s3" | "s3-control") => {
            format!("{service}-fips.dualstack.{place}.{}", facts.suffix)
        }
        (Variant::DualStack, None) => format!("{service}.{place}.{}", facts.dual_stack_suffix),
        (Variant::FipsDualStack, None) => format!("{service}-fips.{place}.{}", facts.dual_stack_suffix),
    };
    Ok(Endpoint { url: format!("https://{host}"), signing_region })
}

fn refused(source: &Source, place: &Region, variant: Variant) -> CollectError {
    let wanted = match variant {
        Variant::Plain => "plain",
        Variant::Fips => "FIPS",
        Variant::DualStack => "dual-stack",
        Variant::FipsDualStack => "FIPS dual-stack",
    };
    CollectError::Endpoint(format!(
        "`{}` has no {wanted} endpoint that auditpack knows in {place}; name one in AWS_ENDPOINT_URL_{}, unset \
         AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT, or leave the source out of `sources`",
        source.id, source.endpoint_variable
    ))
}

/// The places in which an account is asked for a source.
pub(crate) fn places(source: &Source, home: &Region, regions: &[Region]) -> Vec<Region> {
    match source.scope {
        SourceScope::Region => regions.to_vec(),
        SourceScope::Account | SourceScope::Organization => vec![region_of(source, home)],
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn url(service: &str, place: &str, variant: Variant) -> Result<String, String> {
        let settings = EndpointSettings { override_url: None, variant };
        let found = endpoint(&testing::source(service), &Region::from(place), &settings);
        found.map(|endpoint| endpoint.url).map_err(|error| error.to_string())
    }

    #[test]
    fn partitions_have_their_domains() {
        let plain = |service, place| url(service, place, Variant::Plain).unwrap();
        assert_eq!(plain("kms", "eu-west-1"), "https://kms.eu-west-1.amazonaws.com");
        assert_eq!(plain("kms", "cn-north-1"), "https://kms.cn-north-1.amazonaws.com.cn");
        assert_eq!(plain("kms", "us-gov-west-1"), "https://kms.us-gov-west-1.amazonaws.com");
        assert_eq!(plain("kms", "us-iso-east-1"), "https://kms.us-iso-east-1.c2s.ic.gov");
        assert_eq!(plain("kms", "xx-new-1"), "https://kms.xx-new-1.amazonaws.com");
    }

    #[test]
    fn global_services_sign_for_their_own_region() {
        let source = testing::source("organizations");
        let found = endpoint(&source, &Region::from("cn-north-1"), &EndpointSettings::default()).unwrap();
        assert_eq!(found.url, "https://organizations.cn-northwest-1.amazonaws.com.cn");
        assert_eq!(found.signing_region, Region::from("cn-northwest-1"));
    }

    #[test]
    fn homes_and_partitions_agree() {
        for facts in PARTITIONS {
            let partition = Partition::from(facts.id);
            assert_eq!(partition_of(&home_region(&partition)), partition);
        }
    }

    #[test]
    fn an_override_wins_and_keeps_the_signing_region() {
        let settings =
            EndpointSettings { override_url: Some("http://127.0.0.1:5000/".to_owned()), variant: Variant::Fips };
        let found = endpoint(&testing::source("iam"), &Region::from("eu-west-1"), &settings).unwrap();
        assert_eq!(found.url, "http://127.0.0.1:5000");
        assert_eq!(found.signing_region, Region::from("us-east-1"));
    }

    #[test]
    fn variants_are_respected_or_refused() {
        assert_eq!(url("kms", "us-east-1", Variant::Fips).unwrap(), "https://kms-fips.us-east-1.amazonaws.com");
        assert_eq!(url("kms", "us-east-1", Variant::DualStack).unwrap(), "https://kms.us-east-1.api.aws");
        assert_eq!(url("s3", "us-east-1", Variant::DualStack).unwrap(), "https://s3.dualstack.us-east-1.amazonaws.com");
        let refused = url("route53", "us-east-1", Variant::Fips).unwrap_err();
        assert!(refused.contains("AWS_ENDPOINT_URL_ROUTE53"), "{refused}");
    }
}
