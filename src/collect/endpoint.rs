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

/// A partition: its home region, the region of what it has once, its domains, the beginnings of its regions' names.
struct PartitionFacts {
    id: &'static str,
    once: &'static str,
    suffix: &'static str,
    dual_stack_suffix: &'static str,
    prefixes: &'static [&'static str],
}

/// From the SDKs' partitions.json; the first is the one for regions that are not known yet.
const PARTITIONS: &[PartitionFacts] = &[
    PartitionFacts {
        id: "aws",
        once: "us-east-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        prefixes: &["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"],
    },
    PartitionFacts {
        id: "aws-cn",
        once: "cn-northwest-1",
        suffix: "amazonaws.com.cn",
        dual_stack_suffix: "api.amazonwebservices.com.cn",
        prefixes: &["cn-"],
    },
    PartitionFacts {
        id: "aws-us-gov",
        once: "us-gov-west-1",
        suffix: "amazonaws.com",
        dual_stack_suffix: "api.aws",
        prefixes: &["us-gov-"],
    },
    PartitionFacts {
        id: "aws-iso",
        once: "us-iso-east-1",
        suffix: "c2s.ic.gov",
        dual_stack_suffix: "api.aws.ic.gov",
        prefixes: &["us-iso-"],
    },
    PartitionFacts {
        id: "aws-iso-b",
        once: "us-isob-east-1",
        suffix: "sc2s.sgov.gov",
        dual_stack_suffix: "api.aws.scloud",
        prefixes: &["us-isob-"],
    },
    PartitionFacts {
        id: "aws-iso-e",
        once: "eu-isoe-west-1",
        suffix: "cloud.adc-e.uk",
        dual_stack_suffix: "api.cloud-aws.adc-e.uk",
        prefixes: &["eu-isoe-"],
    },
    PartitionFacts {
        id: "aws-iso-f",
        once: "us-isof-south-1",
        suffix: "csp.hci.ic.gov",
        dual_stack_suffix: "api.aws.hci.ic.gov",
        prefixes: &["us-isof-"],
    },
    PartitionFacts {
        id: "aws-eusc",
        once: "eusc-de-east-1",
        suffix: "amazonaws.eu",
        dual_stack_suffix: "api.amazonwebservices.eu",
        prefixes: &["eusc-"],
    },
];

/// Services that a partition has once, wherever their customers are: asked in the partition's region for that.
const ONCE: &[&str] = &[
    "account",
    "artifact",
    "budgets",
    "ce",
    "cloudfront",
    "globalaccelerator",
    "iam",
    "networkmanager",
    "organizations",
    "route53",
    "support",
];

/// Those of them that answer in another region: partition, endpoint prefix, region.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("aws", "globalaccelerator", "us-west-2"),
    ("aws", "networkmanager", "us-west-2"),
    ("aws-cn", "iam", "cn-north-1"),
    ("aws-cn", "support", "cn-north-1"),
];

/// Those of them whose host names no region: partition, endpoint prefix, host, FIPS host. Their dual-stack hosts follow
/// no rule and are not known here.
const HOSTS: &[(&str, &str, &str, &str)] = &[
    ("aws", "budgets", "budgets.amazonaws.com", "budgets-fips.amazonaws.com"),
    ("aws", "cloudfront", "cloudfront.amazonaws.com", "cloudfront-fips.amazonaws.com"),
    ("aws", "iam", "iam.amazonaws.com", "iam-fips.amazonaws.com"),
    ("aws", "route53", "route53.amazonaws.com", "route53-fips.amazonaws.com"),
    ("aws-cn", "budgets", "budgets.amazonaws.com.cn", "budgets-fips.amazonaws.com.cn"),
    (
        "aws-cn",
        "cloudfront",
        "cloudfront.cn-northwest-1.amazonaws.com.cn",
        "cloudfront-fips.cn-northwest-1.amazonaws.com.cn",
    ),
    ("aws-cn", "iam", "iam.cn-north-1.amazonaws.com.cn", "iam-fips.amazonaws.com.cn"),
    ("aws-cn", "route53", "route53.amazonaws.com.cn", "route53-fips.amazonaws.com.cn"),
    ("aws-us-gov", "iam", "iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com"),
    ("aws-us-gov", "route53", "route53.us-gov.amazonaws.com", "route53.us-gov.amazonaws.com"),
    ("aws-iso", "route53", "route53.c2s.ic.gov", "route53-fips.c2s.ic.gov"),
    ("aws-iso-b", "route53", "route53.sc2s.sgov.gov", "route53-fips.sc2s.sgov.gov"),
];

/// Services whose plain host in GovCloud is the FIPS one.
const GOV_FIPS: &[&str] = &[
    "access-analyzer",
    "acm",
    "application-autoscaling",
    "autoscaling",
    "cloudformation",
    "cloudtrail",
    "config",
    "dynamodb",
    "ec2",
    "eks",
    "elasticache",
    "elasticloadbalancing",
    "events",
    "fis",
    "guardduty",
    "identitystore",
    "logs",
    "monitoring",
    "networkmanager",
    "organizations",
    "outposts",
    "rds",
    "redshift",
    "route53resolver",
    "servicequotas",
    "sns",
    "sqs",
    "ssm",
    "sso",
    "sts",
    "support",
];
/// Those of them whose dual-stack host is too.
const GOV_FIPS_DUAL_STACK: &[&str] = &["events", "monitoring", "networkmanager", "organizations"];

/// The partition of a region.
pub(crate) fn partition_of(region: &Region) -> Partition {
    Partition::from(facts_of(region).id)
}

/// The longest beginning wins: `us-gov-west-1` begins with `us-` too.
fn facts_of(region: &Region) -> &'static PartitionFacts {
    let length = |facts: &&PartitionFacts| {
        let fitting = facts.prefixes.iter().filter(|prefix| region.as_str().starts_with(**prefix));
        fitting.map(|prefix| prefix.len()).max().unwrap_or(0)
    };
    PARTITIONS.iter().rev().max_by_key(length).unwrap_or(&PARTITIONS[0])
}

/// The region that answers and signs for a source in a place.
pub(crate) fn region_of(source: &Source, place: &Region) -> Region {
    let facts = facts_of(place);
    let service = source.service.as_str();
    let elsewhere = ELSEWHERE.iter().find(|(of, name, _)| *of == facts.id && *name == service);
    match elsewhere {
        Some((_, _, region)) => Region::from(*region),
        // There alone each region has its own.
        None if (facts.id, service) == ("aws-iso-f", "support") => place.clone(),
        None if ONCE.contains(&service) => Region::from(facts.once),
        None => place.clone(),
    }
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
    let signing_region = region_of(source, place);
    if let Some(url) = &settings.override_url {
        return Ok(Endpoint { url: url.trim_end_matches('/').to_owned(), signing_region });
    }
    let host = host(source, &signing_region, settings.variant);
    let host = host.ok_or_else(|| refused(source, place, settings.variant))?;
    Ok(Endpoint { url: format!("https://{host}"), signing_region })
}

/// `None`: there is no such variant, or none that is known.
fn host(source: &Source, region: &Region, variant: Variant) -> Option<String> {
    let (facts, service) = (facts_of(region), source.service.as_str());
    if let Some((_, _, plain, fips)) = HOSTS.iter().find(|(of, name, ..)| *of == facts.id && *name == service) {
        return match variant {
            Variant::Plain => Some((*plain).to_owned()),
            Variant::Fips => Some((*fips).to_owned()),
            Variant::DualStack | Variant::FipsDualStack => None,
        };
    }
    if service == "support" && variant != Variant::Plain && (facts.id, variant) != ("aws-us-gov", Variant::Fips) {
        return None;
    }
    let is_s3 = matches!(service, "s3" | "s3-control");
    let is_gov = facts.id == "aws-us-gov";
    let fips = match variant {
        Variant::Plain | Variant::DualStack => "",
        Variant::Fips if is_gov && GOV_FIPS.contains(&service) => "",
        Variant::FipsDualStack if is_gov && GOV_FIPS_DUAL_STACK.contains(&service) => "",
        Variant::Fips | Variant::FipsDualStack if is_s3 && facts.id == "aws-cn" => return None,
        // In some regions of the partition this host is like the dual-stack one, in others it is not.
        Variant::FipsDualStack if service == "cognito-idp" => return None,
        Variant::Fips | Variant::FipsDualStack => "-fips",
    };
    Some(match variant {
        Variant::Plain if service == "health" && facts.id == "aws-eusc" => {
            format!("{service}.{region}.{}", facts.dual_stack_suffix)
        }
        Variant::Fips if service == "health" && facts.id == "aws-eusc" => return None,
        Variant::Fips if (service, facts.id) == ("eks", "aws") => {
            format!("fips.{service}.{region}.{}", facts.suffix)
        }
        Variant::Plain | Variant::Fips => format!("{service}{fips}.{region}.{}", facts.suffix),
        Variant::DualStack | Variant::FipsDualStack if is_s3 => {
            format!("{service}{fips}.dualstack.{region}.{}", facts.suffix)
        }
        Variant::DualStack | Variant::FipsDualStack => dual_stack_host(facts, service, fips, region),
    })
}

/// Some services have another name there, or the domain of the plain host.
fn dual_stack_host(facts: &PartitionFacts, service: &str, fips: &str, region: &Region) -> String {
    let (name, suffix) = match (service, facts.id) {
        ("api.ecr", _) => ("ecr", facts.dual_stack_suffix),
        ("elasticfilesystem", "aws" | "aws-cn" | "aws-us-gov") => ("efs", facts.dual_stack_suffix),
        ("es", "aws" | "aws-cn" | "aws-us-gov") if fips.is_empty() => ("aos", facts.dual_stack_suffix),
        ("cognito-idp", "aws") | ("secretsmanager", "aws" | "aws-us-gov") => (service, facts.suffix),
        ("secretsmanager", "aws-cn") if fips.is_empty() => (service, facts.suffix),
        _ => (service, facts.dual_stack_suffix),
    };
    format!("{name}{fips}.{region}.{suffix}")
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
        let everywhere = |service, place| url(service, place, Variant::Plain).unwrap();
        assert_eq!(everywhere("organizations", "eu-west-1"), "https://organizations.us-east-1.amazonaws.com");
        assert_eq!(everywhere("networkmanager", "eu-west-1"), "https://networkmanager.us-west-2.amazonaws.com");
        assert_eq!(everywhere("iam", "cn-northwest-1"), "https://iam.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn homes_and_partitions_agree() {
        for facts in PARTITIONS {
            let partition = Partition::from(facts.id);
            assert_eq!(partition_of(&partition.home()), partition);
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
        assert_eq!(url("rds", "us-gov-west-1", Variant::Fips).unwrap(), "https://rds.us-gov-west-1.amazonaws.com");
        assert_eq!(
            url("rds", "us-gov-west-1", Variant::FipsDualStack).unwrap(),
            "https://rds-fips.us-gov-west-1.api.aws"
        );
        assert_eq!(url("iam", "eu-west-1", Variant::Fips).unwrap(), "https://iam-fips.amazonaws.com");
        assert!(url("s3", "cn-north-1", Variant::Fips).is_err(), "China has no FIPS");
        let refused = url("route53", "us-east-1", Variant::DualStack).unwrap_err();
        assert!(refused.contains("AWS_ENDPOINT_URL_ROUTE53"), "{refused}");
    }
}
