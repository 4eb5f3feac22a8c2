//! Where AWS offers a service, as far as it is known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::Region;

/// Where AWS offers services, by a list of a day: `mappings/offers.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// The day of the list.
    pub date: Option<NaiveDate>,
    /// The regions that the list knows; of others it says nothing.
    pub regions: BTreeSet<Region>,
    /// By the service of a source, the regions in which it is offered; services that are offered everywhere are missing.
    pub services: BTreeMap<String, BTreeSet<Region>>,
}

impl Offers {
    /// Whether a service is known not to be offered in a region.
    pub fn lack(&self, service: &str, region: &Region) -> bool {
        let known = self.regions.contains(region);
        known && self.services.get(service).is_some_and(|regions| !regions.contains(region))
    }

    /// The services that are not offered in some of these regions, and in which.
    pub fn missing(&self, regions: &[Region]) -> BTreeMap<String, BTreeSet<Region>> {
        let lacking = |service: &str| regions.iter().filter(|region| self.lack(service, region)).cloned().collect();
        let all = self.services.keys().map(|service| (service.clone(), lacking(service)));
        all.filter(|(_, regions): &(String, BTreeSet<Region>)| !regions.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_list_does_not_know_is_asked() {
        let regions = |names: &[&str]| names.iter().map(|name| Region::from(*name)).collect::<BTreeSet<_>>();
        let offers = Offers {
            date: None,
            regions: regions(&["eu-west-1", "ap-east-2"]),
            services: [("outposts".to_owned(), regions(&["eu-west-1"]))].into(),
        };
        assert!(offers.lack("outposts", &"ap-east-2".into()));
        assert!(!offers.lack("outposts", &"eu-west-1".into()));
        assert!(!offers.lack("outposts", &"xx-new-1".into()), "a region that opened later");
        assert!(!offers.lack("sqs", &"ap-east-2".into()), "a service that is offered everywhere");
        let missing = offers.missing(&["ap-east-2".into(), "eu-west-1".into(), "xx-new-1".into()]);
        assert_eq!(missing, [("outposts".to_owned(), regions(&["ap-east-2"]))].into());
    }
}
