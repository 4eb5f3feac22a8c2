//! AWS Config, region by region.

use aws_sdk_config::Client;
use aws_sdk_config::operation::describe_config_rules::DescribeConfigRulesOutput;
use aws_sdk_config::types::ComplianceType;

use super::{Topic, side_by_side, topics};
use crate::collect::{AccountContext, CollectError};
use crate::model::Collector;

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    side_by_side(&account.regions, |region| async move {
        let client = account.config(region);
        side_by_side(topics(account, Collector::Config, region), |topic| one(topic, &client)).await
    })
    .await
}

async fn one(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let list = topic.label(&topic.source.call.operation);
    match topic.id() {
        "config.recorders" => recorders(topic, client).await,
        "config.rules" => rules(topic, client).await,
        "config.delivery-channels" => topic.ask(list, client.describe_delivery_channels().send()).await.map(drop),
        "config.compliance" => {
            let send = |token| client.describe_compliance_by_config_rule().set_next_token(token).send();
            topic.pages(list, send, |page| page.next_token).await
        }
        "config.conformance-packs" => {
            let send = |token| client.describe_conformance_packs().set_next_token(token).send();
            topic.pages(list, send, |page| page.next_token).await
        }
        "config.inventory" => {
            let send = |token| {
                let call = client.get_discovered_resource_counts().set_limit(topic.size());
                call.set_next_token(token).send()
            };
            topic.pages(list, send, |page| page.next_token).await
        }
        "config.aggregators" => {
            let send = |token| client.describe_configuration_aggregators().set_next_token(token).send();
            topic.pages(list, send, |page| page.next_token).await
        }
        _ => topic.unknown().await,
    }
}

/// The recorders, then each one's state.
async fn recorders(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let label = topic.label("DescribeConfigurationRecorders");
    let Some(reply) = topic.ask(label, client.describe_configuration_recorders().send()).await? else {
        return Ok(());
    };
    let names = reply.configuration_recorders.unwrap_or_default().into_iter().filter_map(|recorder| recorder.name);
    side_by_side(names, |name| async move {
        let label = topic.label("DescribeConfigurationRecorderStatus").item("status", &name);
        let call = client.describe_configuration_recorder_status().configuration_recorder_names(name);
        topic.ask(label, call.send()).await.map(drop)
    })
    .await
}

/// The rules, then what each one judged.
async fn rules(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let mut names = Vec::new();
    let send = |token| client.describe_config_rules().set_next_token(token).send();
    let take = |page: DescribeConfigRulesOutput| {
        names.extend(page.config_rules.unwrap_or_default().into_iter().filter_map(|rule| rule.config_rule_name));
        page.next_token
    };
    topic.pages(topic.label("DescribeConfigRules"), send, take).await?;
    side_by_side(names, |name| async move {
        let send = |token| {
            let call = client.get_compliance_details_by_config_rule().config_rule_name(&name);
            let call = call.compliance_types(ComplianceType::NonCompliant).compliance_types(ComplianceType::Compliant);
            call.set_limit(topic.size_of("details")).set_next_token(token).send()
        };
        let label = topic.label("GetComplianceDetailsByConfigRule").item("details", &name);
        topic.pages(label, send, |page| page.next_token).await
    })
    .await
}
