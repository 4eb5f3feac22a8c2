//! CloudTrail, region by region: the trails that live there, and the events that controls ask about.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cloudtrail::Client;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey, Trail};
use aws_smithy_types::DateTime;

use super::lookup::{Lane, Window};
use super::{Topic, side_by_side, topics};
use crate::collect::{AccountContext, CollectError, Label};
use crate::model::{Collector, GapReason, Parameters, Region, Remedy};

pub(super) async fn converse(account: &AccountContext) -> Result<(), CollectError> {
    let elsewhere = Mutex::new(BTreeSet::new());
    side_by_side(places(&account.regions, &account.home), |(region, asked)| {
        let elsewhere = &elsewhere;
        async move {
            let client = account.cloudtrail(region);
            let lane = Lane::default();
            let lane = &lane;
            for topic in topics(account, Collector::Cloudtrail, region) {
                match topic.id() {
                    "cloudtrail.trails" if asked == Asked::EventsAlone => {}
                    "cloudtrail.trails" => {
                        let homes = trails(topic, &client).await?;
                        elsewhere.lock().unwrap_or_else(PoisonError::into_inner).extend(homes);
                    }
                    "cloudtrail.events" | "cloudtrail.root-events" => {
                        lookups(Topic { lane: Some(lane), ..topic }, &client).await?;
                    }
                    _ => return topic.unknown().await,
                }
            }
            Ok(())
        }
    })
    .await?;
    // A trail whose home is not asked would otherwise vanish without a word.
    for (home, trail) in elsewhere.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let label = Label::new("cloudtrail.trails", "DescribeTrails", &home);
        let message = format!("the trail {trail} lives in {home}, which the settings leave out");
        account
            .gap(
                label,
                GapReason::NotAttempted,
                Remedy::setting("regions", format!("`{home}` in `regions` of the settings")),
                message,
            )
            .await?;
    }
    Ok(())
}

/// What is asked in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Trails and events.
    All,
    /// Events.
    EventsAlone,
}

/// The regions of the settings, and the home region in any case: the events of IAM, of sign-in and of the root user
/// are nowhere else.
fn places<'a>(asked: &'a [Region], home: &'a Region) -> Vec<(&'a Region, Asked)> {
    let home = (!asked.contains(home)).then_some((home, Asked::EventsAlone));
    asked.iter().map(|region| (region, Asked::All)).chain(home).collect()
}

/// Where a trail that a region shows is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// Here: this is the trail itself.
    Here,
    /// In another region that is asked too: this is a copy of it.
    Asked,
    /// In a region that is not asked.
    NotAsked(Region),
}

pub(super) fn home(trail_home: Option<&str>, region: &Region, asked: &[Region]) -> Home {
    match trail_home.map(Region::from) {
        Some(home) if home == *region => Home::Here,
        Some(home) if asked.contains(&home) => Home::Asked,
        Some(home) => Home::NotAsked(home),
        // Never seen; asking once too often loses nothing.
        None => Home::Here,
    }
}

/// The trails of a region and what only their home region tells; returns those whose home is not asked.
async fn trails(topic: Topic<'_>, client: &Client) -> Result<BTreeSet<(Region, String)>, CollectError> {
    let call = client.describe_trails().include_shadow_trails(true);
    let Some(reply) = topic.ask(topic.label("DescribeTrails"), call.send()).await? else {
        return Ok(BTreeSet::new());
    };
    let mut here = Vec::new();
    let mut elsewhere = BTreeSet::new();
    for Trail { trail_arn, home_region, .. } in reply.trail_list.unwrap_or_default() {
        let Some(arn) = trail_arn else { continue };
        match home(home_region.as_deref(), topic.region, &topic.account.regions) {
            Home::Here => here.push(arn),
            Home::Asked => {}
            Home::NotAsked(home) => {
                elsewhere.insert((home, arn));
            }
        }
    }
    side_by_side(here, |arn| async move {
        let label = |operation, part| topic.label(operation).item(part, &arn);
        topic.ask(label("GetTrailStatus", "status"), client.get_trail_status().name(&arn).send()).await?;
        let selectors = client.get_event_selectors().trail_name(&arn);
        topic.ask(label("GetEventSelectors", "selectors"), selectors.send()).await?;
        let insights = client.get_insight_selectors().trail_name(&arn);
        topic.ask(label("GetInsightSelectors", "insights"), insights.send()).await.map(drop)
    })
    .await?;
    Ok(elsewhere)
}

/// The lookups of a source, each to its last page; what the period has beyond them is a gap.
async fn lookups(topic: Topic<'_>, client: &Client) -> Result<(), CollectError> {
    let account = topic.account;
    let label = topic.label("LookupEvents");
    let window = Window::of(account.settings().period, account.run.time);
    for uncovered in window.uncovered {
        account.gap(label.clone(), GapReason::OutOfRange, uncovered.remedy(), uncovered.message()).await?;
    }
    let Some((from, last)) = window.asked else { return Ok(()) };
    let (from, last) = (DateTime::from_secs(from.timestamp()), DateTime::from_secs(last.timestamp()));
    for varied in &topic.source.call.vary {
        let Some(attribute) = attribute(varied) else { return topic.unknown().await };
        let send = |token| {
            let call = client.lookup_events().lookup_attributes(attribute.clone());
            call.start_time(from).end_time(last).set_max_results(topic.size()).set_next_token(token).send()
        };
        topic.pages(label.clone(), send, |page| page.next_token).await?;
    }
    Ok(())
}

/// The lookup attribute that a source's `vary` writes as AWS's API does.
fn attribute(varied: &Parameters) -> Option<LookupAttribute> {
    let attributes = varied.get("LookupAttributes")?.written();
    let first = attributes.get(0)?;
    let key = LookupAttributeKey::from(first.get("AttributeKey")?.as_str()?);
    LookupAttribute::builder().attribute_key(key).attribute_value(first.get("AttributeValue")?.as_str()?).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_is_read_in_its_home_region_only() {
        let asked = [Region::new("eu-central-1"), Region::new("us-east-1")];
        let here = Region::new("eu-central-1");
        assert_eq!(home(Some("eu-central-1"), &here, &asked), Home::Here);
        assert_eq!(home(Some("us-east-1"), &here, &asked), Home::Asked);
        assert_eq!(home(Some("eu-west-1"), &here, &asked), Home::NotAsked(Region::new("eu-west-1")));
    }

    #[test]
    fn lookups_are_read_off_the_source() {
        let varied = serde_json::json!({"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "root"}]});
        let varied = crate::walk::testing::parameters(varied);
        let attribute = attribute(&varied).unwrap();
        assert_eq!(attribute.attribute_key(), &LookupAttributeKey::Username);
        assert_eq!(attribute.attribute_value(), "root");
        assert!(super::attribute(&Parameters::new()).is_none());
    }
}
