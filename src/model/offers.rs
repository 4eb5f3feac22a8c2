//! Where AWS offers a service, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Region;

/// Where AWS offers services, by a list of a day: `mappings/offers.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// The day of the list.
    pub date: Option<NaiveDate>,
    /// The regions that the list knows; of others it says nothing.
    pub regions: BTreeSet<Region>,
    /// By the service of a source; services that are offered everywhere are missing.
    pub services: BTreeMap<String, Offer>,
}

/// Where AWS offers one service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Its name among AWS's public parameters: `wellarchitectedtool`.
    pub parameter: String,
    /// The regions in which it is offered.
    pub regions: BTreeSet<Region>,
}

/// What says where AWS does not offer a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OffersKnownBy {
    /// The dated list in the mappings.
    #[default]
    List,
    /// The list, and AWS's public parameters as the collection read them: where either names a region, it is offered there.
    Parameters,
}

impl OffersKnownBy {
    /// Whether the list alone says it.
    pub fn is_list(&self) -> bool {
        *self == Self::List
    }
}

impl Offers {
    /// Whether a service is known not to be offered in a region.
    pub fn lack(&self, service: &str, region: &Region) -> bool {
        let known = self.regions.contains(region);
        known && self.services.get(service).is_some_and(|offer| !offer.regions.contains(region))
    }

    /// The services that are not offered in some of these regions, and in which.
    pub fn missing(&self, regions: &[Region]) -> BTreeMap<String, BTreeSet<Region>> {
        let lacking = |service: &str| regions.iter().filter(|region| self.lack(service, region)).cloned().collect();
        let all = self.services.keys().map(|service| (service.clone(), lacking(service)));
        all.filter(|(_, regions): &(String, BTreeSet<Region>)| !regions.is_empty()).collect()
    }

    /// Adds what one of AWS's public parameters says by its name,
    /// `/aws/service/global-infrastructure/services/macie/regions/eu-west-1`.
    /// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-global-infrastructure.html>
    pub fn learn(&mut self, parameter: &str) {
        let Some(("", path)) = parameter.split_once("/aws/service/global-infrastructure/services/") else { return };
        let Some((service, region)) = path.split_once("/regions/") else { return };
        for offer in self.services.values_mut().filter(|offer| offer.parameter == service) {
            offer.regions.insert(Region::from(region));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(names: &[&str]) -> BTreeSet<Region> {
        names.iter().map(|name| Region::from(*name)).collect()
    }

    fn offers() -> Offers {
        Offers {
            date: None,
            regions: regions(&["eu-west-1", "ap-east-2"]),
            services: [(
                "macie2".to_owned(),
                Offer { parameter: "macie".to_owned(), regions: regions(&["eu-west-1"]) },
            )]
            .into(),
        }
    }

    #[test]
    fn what_the_list_does_not_know_is_asked() {
        let offers = offers();
        assert!(offers.lack("macie2", &"ap-east-2".into()));
        assert!(!offers.lack("macie2", &"eu-west-1".into()));
        assert!(!offers.lack("macie2", &"xx-new-1".into()), "a region that opened later");
        assert!(!offers.lack("sqs", &"ap-east-2".into()), "a service that is offered everywhere");
        let missing = offers.missing(&["ap-east-2".into(), "eu-west-1".into(), "xx-new-1".into()]);
        assert_eq!(missing, [("macie2".to_owned(), regions(&["ap-east-2"]))].into());
    }

    #[test]
    fn what_aws_s_parameters_name_is_offered() {
        let mut learnt = offers();
        for other in
            ["", "/aws/service/global-infrastructure/services/fis/regions/ap-east-2", "x/macie/regions/ap-east-2"]
        {
            learnt.learn(other);
        }
        assert_eq!(learnt, offers());
        learnt.learn("/aws/service/global-infrastructure/services/macie/regions/ap-east-2");
        assert!(!learnt.lack("macie2", &"ap-east-2".into()));
    }
}
