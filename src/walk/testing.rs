//! What the tests of walks share.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use crate::model::*;

use super::Place;

/// A path.
pub(crate) fn path(text: &str) -> Path {
    Path::parse(text).unwrap()
}

/// A template.
pub(crate) fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

/// The members of an object as parameters.
pub(crate) fn parameters(value: Value) -> Parameters {
    let members = value.as_object().unwrap().iter();
    members.map(|(name, value)| (name.clone(), Parameter::parse(value).unwrap())).collect()
}

/// Items whose member has this value.
pub(crate) fn only(member: &str, is: &str) -> Only {
    Only { member: path(member), is: template(is) }
}

/// Rows whose member has this value.
pub(crate) fn when(member: &str, is: &str) -> Option<When> {
    Some(When { member: path(member), is: BTreeSet::from([is.to_owned()]) })
}

/// One account in one region.
pub(crate) fn place() -> Place {
    let day = |day| NaiveDate::from_ymd_opt(2026, 9, day).unwrap();
    Place {
        account: "111111111111".into(),
        partition: "aws".into(),
        region: "eu-west-1".into(),
        period: Period { start: day(1), end: day(30) },
    }
}

/// A call without parameters.
pub(crate) fn call(operation: &str) -> Call {
    Call {
        operation: operation.into(),
        method: "POST".into(),
        path: template("/"),
        parameters: BTreeMap::new(),
        vary: vec![BTreeMap::new()],
        headers: BTreeMap::new(),
        host_prefix: template(""),
        page: None,
        shape: Shape::default(),
        absent: BTreeSet::from(["NotFoundException".to_owned()]),
        not_subscribed: BTreeSet::from(["InvalidAccessException".to_owned()]),
        cli: None,
        actions: BTreeSet::from([format!("x:{operation}")]),
    }
}

/// A call for each item, without parameters.
pub(crate) fn each(part: &str, operation: &str) -> Each {
    Each { part: part.into(), call: call(operation), select: path(""), region: None, when: None }
}

/// `x.things`: a list of objects that are named by their `Id`.
pub(crate) fn source() -> Source {
    Source {
        id: "x.things".into(),
        title: "Things".into(),
        shows_service: None,
        service: "x".into(),
        signing: "x".into(),
        endpoint_variable: "X".into(),
        cli_service: String::new(),
        protocol: Protocol::Json,
        version: "1.1".into(),
        target: "X".into(),
        scope: SourceScope::Region,
        collector: Collector::Generic,
        from: None,
        call: call("List"),
        each: Vec::new(),
        items: vec![ItemList { path: path("Things"), ..ItemList::default() }],
        key: path("Id"),
        resource: Template::default(),
        config_ids: BTreeSet::new(),
        unique_id: Vec::new(),
        created: None,
        expires: None,
        inventory: Inventory::Resources,
        only: None,
        kept_for: Default::default(),
    }
}
