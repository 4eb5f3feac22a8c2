//! Where AWS offers a service: the dated list, and what AWS's public parameters say since.

use serde_json::json;

use super::*;

const PATH: &str = "/aws/service/global-infrastructure/services/things/regions";

fn parameters_source() -> Source {
    let mut source = testing::source("ssm");
    source.id = "ssm.service-regions".into();
    source.scope = SourceScope::Account;
    source.collector = Collector::Identity;
    source.call.operation = "GetParametersByPath".to_owned();
    source.call.vary = vec![parameters(json!({ "Path": PATH }))];
    source.items[0].path = path("Parameters");
    source.key = path("Name");
    source
}

/// What is told of where `things` is offered, and whether it was asked, when AWS answers so. The list says: not in eu-west-1.
async fn asked(status: u16, body: &str) -> (bool, AccountScope, usize) {
    let mut recorded = identity();
    let sent = json!({ "Path": PATH }).to_string();
    recorded.extend([
        answer("ssm", "eu-west-1", "Target.GetParametersByPath", &sent, status, body),
        things("eu-west-1", "ListThings", "{}", 200, r#"{"Things":[]}"#),
    ]);
    let sources = vec![regions_source(), parameters_source(), testing::source("things")];
    let (mut plan, memory, _stop) = plan(sources, &recorded, &[]);
    let offer = Offer { parameter: "things".to_owned(), regions: ["us-east-1".into()].into() };
    let regions = ["eu-west-1".into(), "us-east-1".into()].into();
    let offers = Offers { date: None, regions, services: [("things".to_owned(), offer)].into() };
    plan.catalog = Arc::new(Catalog { offers, ..Catalog::clone(&plan.catalog) });
    let account = collect(plan).await.unwrap().scope.accounts.remove(0);
    (!memory.of("things.things").is_empty(), account, memory.of("ssm.service-regions: gap").len())
}

#[tokio::test]
async fn what_aws_s_parameters_do_not_name_is_not_asked() {
    let elsewhere = json!({ "Parameters": [{ "Name": format!("{PATH}/us-east-1"), "Value": "us-east-1" }] });
    let (asked, account, gaps) = asked(200, &elsewhere.to_string()).await;
    assert_eq!((asked, gaps, account.offers_known_by), (false, 0, OffersKnownBy::Parameters));
    assert_eq!(account.not_offered, [("things".to_owned(), ["eu-west-1".into()].into())].into());
}

#[tokio::test]
async fn what_came_to_a_region_since_the_list_is_asked() {
    let here = json!({ "Parameters": [{ "Name": format!("{PATH}/eu-west-1"), "Value": "eu-west-1" }] });
    let (asked, account, gaps) = asked(200, &here.to_string()).await;
    assert_eq!((asked, gaps, account.offers_known_by), (true, 0, OffersKnownBy::Parameters));
    assert!(account.not_offered.is_empty());
}

#[tokio::test]
async fn where_the_parameters_are_refused_the_list_decides() {
    let (asked, account, gaps) = asked(400, r#"{"__type":"AccessDeniedException","message":"no"}"#).await;
    assert_eq!((asked, gaps, account.offers_known_by), (false, 1, OffersKnownBy::List));
    assert_eq!(account.not_offered.len(), 1);
}
