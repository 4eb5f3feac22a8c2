//! The functions that checks may call besides standard CEL's.

use std::sync::Arc;

use cel::common::types::{CelBool, CelDouble, CelDuration, CelInt, CelList, CelString, CelTimestamp};
use cel::common::value::{CowVal, Val};
use cel::{Context, ExecutionError};
use chrono::{DateTime, Utc};

use super::charging::{self, Function, in_range};
use super::meter::Meter;
use super::prices::{ALARMS_MISSING, pay};
use super::values::{Boxed, json};
use super::{alarms, filter_pattern, secrets};
use crate::expression::{APPROVAL, MAX_DAYS};
use crate::iam::{self, Dialect};
use crate::walk::policy_document;

/// The function that gives no verdict, for the reason it is given.
pub(super) const UNDETERMINED: &str = "undetermined";

type Given<'a, 'c, 'v> = &'a [CowVal<'c, 'v>];

/// Adds all functions but `find` and `rows` to a context. `now` is the snapshot's time.
pub(super) fn add(context: &mut Context<'_, '_>, meter: &Arc<Meter>, now: DateTime<Utc>) -> Result<(), String> {
    let mut add =
        |name: &str, function: Function| context.add_function(name, function).map_err(|error| error.to_string());
    charging::add(&mut add, meter)?;
    add("days", simple(meter, |args| Ok(Box::new(CelDuration::from(days(whole(args, 0)?)?)))))?;
    add("time", simple(meter, |args| Ok(Box::new(CelTimestamp::from(moment(given(args, 0)?)?.fixed_offset())))))?;
    add("age_days", simple(meter, move |args| Ok(int((now - moment(given(args, 0)?)?).num_days()))))?;
    add("lower", simple(meter, |args| Ok(Box::new(CelString::from(text(args, 0)?.to_lowercase())))))?;
    add("split", simple(meter, |args| split(text(args, 0)?, text(args, 1)?)))?;
    add("join", simple(meter, |args| join(given(args, 0)?, text(args, 1)?)))?;
    let pay = paying(meter);
    let escalations = move |args: Given<'_, '_, '_>| {
        let (principal, groups, policies) = (json(given(args, 0)?)?, json(given(args, 1)?)?, json(given(args, 2)?)?);
        iam::escalations(&principal, &groups, &policies, &pay).map(words)
    };
    add("privilege_escalations", simple(meter, escalations))?;
    let pay = paying(meter);
    let administers = move |args: Given<'_, '_, '_>| {
        let (principal, groups, policies) = (json(given(args, 0)?)?, json(given(args, 1)?)?, json(given(args, 2)?)?);
        iam::administers(&principal, &groups, &policies, &pay).map(bool)
    };
    add("administers", simple(meter, administers))?;
    add(ALARMS_MISSING, simple(meter, alarms_missing))?;
    let counts =
        |args: Given<'_, '_, '_>| filter_pattern::counts_every(text(args, 0)?, &json(given(args, 1)?)?).map(bool);
    add("filter_counts", simple(meter, counts))?;
    add("secret_found", simple(meter, |args| secrets::found(text(args, 0)?).map(bool)))?;
    add("secret_reason", simple(meter, |args| secrets::reason(text(args, 0)?).map(word)))?;
    add("secrets_in", simple(meter, |args| secrets::all(&json(given(args, 0)?)?).map(words)))?;
    add("matches_any", simple(meter, |args| matches_any(text(args, 0)?, given(args, 1)?)))?;
    add("cidr_open", simple(meter, |args| iam::cidr_open(text(args, 0)?).map(bool)))?;
    add("ports_open", simple(meter, ports_open))?;
    add("network_acl_opens", simple(meter, network_acl_opens))?;
    add_policies(&mut add, meter)?;
    add(APPROVAL, simple(meter, |args| Err(text(args, 0)?.to_owned())))?;
    add(UNDETERMINED, simple(meter, |args| Err(text(args, 0)?.to_owned())))
}

/// The functions that ask policy documents.
fn add_policies(add: &mut dyn FnMut(&str, Function) -> Result<(), String>, meter: &Arc<Meter>) -> Result<(), String> {
    add("policy_admin", simple(meter, |args| iam::admin(&document(args)?).map(bool)))?;
    let allows = |args: Given<'_, '_, '_>| iam::allows(&document(args)?, text(args, 1)?, text(args, 2)?).map(bool);
    add("policy_allows", simple(meter, allows))?;
    let every = |args: Given<'_, '_, '_>| {
        iam::allows_every(&document(args)?, text(args, 1)?, text(args, 2)?, text(args, 3)?).map(bool)
    };
    add("policy_allows_every", simple(meter, every))?;
    add("policy_public", simple(meter, |args| iam::public(&document(args)?).map(bool)))?;
    let publicly = |args: Given<'_, '_, '_>| {
        let patterns = json(given(args, 1)?)?;
        iam::public_allows(&document(args)?, &iam::texts(&patterns)?).map(bool)
    };
    add("policy_public_allows", simple(meter, publicly))?;
    add("policy_principals", simple(meter, |args| iam::principals(&document(args)?).map(words)))?;
    add("policy_unbound_services", simple(meter, |args| iam::unbound_services(&document(args)?).map(words)))?;
    add("policy_denies", simple(meter, |args| iam::denies(&document(args)?, text(args, 1)?).map(bool)))?;
    let some = |args: Given<'_, '_, '_>| iam::denies_some(&document(args)?, text(args, 1)?).map(bool);
    add("policy_denies_some", simple(meter, some))?;
    add("policy_requires_tls", simple(meter, |args| iam::requires_tls(&document(args)?).map(bool)))?;
    add("trust_open", simple(meter, |args| iam::trust_open(&document(args)?).map(bool)))?;
    let foreign = |args: Given<'_, '_, '_>| iam::trust_foreign_unguarded(&document(args)?, text(args, 1)?).map(bool);
    add("trust_foreign_unguarded", simple(meter, foreign))?;
    add("trust_principals", simple(meter, |args| iam::trusted(&document(args)?).map(words)))
}

/// A function of its arguments alone (a method's object counts as the first); what it reads is charged.
fn simple<F>(meter: &Arc<Meter>, function: F) -> Function
where
    F: for<'v> Fn(Given<'_, '_, 'v>) -> Result<Boxed<'static>, String> + Send + Sync + 'static,
{
    let meter = Arc::clone(meter);
    Box::new(move |call| {
        let mut args: Vec<CowVal<'_, '_>> = call.this.take().into_iter().collect();
        args.append(&mut call.args);
        pay(&meter, call.name, &args)?;
        let value = function(&args).map_err(|message| ExecutionError::function_error(call.name, message))?;
        Ok(CowVal::Owned(value))
    })
}

/// Takes steps from the meter, for functions that know what they cost only when they are at it.
fn paying(meter: &Arc<Meter>) -> impl Fn(u64) -> Result<(), String> + Send + Sync + 'static {
    let meter = Arc::clone(meter);
    move |steps| meter.steps(steps).map_err(|error| error.to_string())
}

/// A policy document: as the source read it, or as text where AWS has it among other texts. An empty one is none.
fn document(args: Given<'_, '_, '_>) -> Result<serde_json::Value, String> {
    let value = given(args, 0)?;
    match value.downcast_ref::<CelString>().map(CelString::inner) {
        Some("") => Ok(serde_json::Value::Null),
        Some(text) => policy_document("policy", text).map_err(|error| error.to_string()),
        None => json(value),
    }
}

pub(super) fn given<'a, 'c, 'v>(args: Given<'a, 'c, 'v>, number: usize) -> Result<&'a (dyn Val + 'v), String> {
    args.get(number).map(|value| value.as_ref()).ok_or_else(|| format!("argument {} is missing", number + 1))
}

pub(super) fn text<'a>(args: Given<'a, '_, '_>, number: usize) -> Result<&'a str, String> {
    let value = given(args, number)?;
    let text = value.downcast_ref::<CelString>().map(CelString::inner);
    text.ok_or_else(|| format!("argument {} is a {}, not a text", number + 1, value.get_type().name()))
}

fn whole(args: Given<'_, '_, '_>, number: usize) -> Result<i64, String> {
    let value = given(args, number)?;
    let whole = value.downcast_ref::<CelInt>().map(|number| *number.inner());
    whole.ok_or_else(|| format!("argument {} is a {}, not a whole number", number + 1, value.get_type().name()))
}

fn bool(truth: bool) -> Boxed<'static> {
    Box::new(CelBool::from(truth))
}

fn int(number: i64) -> Boxed<'static> {
    Box::new(CelInt::from(number))
}

fn days(days: i64) -> Result<chrono::Duration, String> {
    let duration = chrono::Duration::try_days(days).filter(|_| days.unsigned_abs() <= MAX_DAYS);
    duration.ok_or_else(|| format!("{days} days are out of range: {MAX_DAYS} at most"))
}

/// AWS writes times as RFC 3339, or as seconds (some services milliseconds) since 1970, whole or not.
fn moment(value: &dyn Val) -> Result<DateTime<Utc>, String> {
    let time = any_moment(value)?;
    let is_cel_time = in_range(&time.fixed_offset());
    is_cel_time.then_some(time).ok_or_else(|| "the time is not one of the years 1 to 9999".to_owned())
}

fn any_moment(value: &dyn Val) -> Result<DateTime<Utc>, String> {
    if let Some(time) = value.downcast_ref::<CelTimestamp>() {
        return Ok(time.inner().with_timezone(&Utc));
    }
    if let Some(text) = value.downcast_ref::<CelString>() {
        let text = text.inner();
        let shown = || format!("`{}` is not a time", text.chars().take(40).collect::<String>());
        return DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).map_err(|_| shown());
    }
    let whole = value.downcast_ref::<CelInt>().map(|number| *number.inner() as f64);
    let number = whole.or_else(|| value.downcast_ref::<CelDouble>().map(|number| *number.inner()));
    let number = number.ok_or_else(|| format!("a {} is not a time", value.get_type().name()))?;
    let millis = if number.abs() > 1e11 { number } else { number * 1000.0 };
    DateTime::from_timestamp_millis(millis as i64).ok_or_else(|| format!("{number} is not a time"))
}

fn word(text: String) -> Boxed<'static> {
    Box::new(CelString::from(text))
}

fn words(texts: Vec<String>) -> Boxed<'static> {
    Box::new(CelList::from(texts.into_iter().map(word).collect::<Vec<_>>()))
}

fn split(text: &str, separator: &str) -> Result<Boxed<'static>, String> {
    if separator.is_empty() {
        return Err("the separator is empty".to_owned());
    }
    Ok(words(text.split(separator).map(str::to_owned).collect()))
}

fn join(texts: &dyn Val, separator: &str) -> Result<Boxed<'static>, String> {
    let texts = json(texts)?;
    let texts: Option<Vec<&str>> = texts.as_array().and_then(|texts| texts.iter().map(|text| text.as_str()).collect());
    texts.map(|texts| word(texts.join(separator))).ok_or_else(|| "this is not a list of texts".to_owned())
}

fn matches_any(text: &str, patterns: &dyn Val) -> Result<Boxed<'static>, String> {
    let patterns = json(patterns)?;
    let patterns = iam::texts(&patterns)?;
    Ok(bool(patterns.iter().any(|pattern| iam::matches(Dialect::Plain, pattern, text))))
}

/// `alarms_missing(kinds, account, groups, filters, alarms, topics, rules, at_first)`.
fn alarms_missing(args: Given<'_, '_, '_>) -> Result<Boxed<'static>, String> {
    let (kinds, groups, filters) = (json(given(args, 0)?)?, json(given(args, 2)?)?, json(given(args, 3)?)?);
    let (alarms, topics, rules) = (json(given(args, 4)?)?, json(given(args, 5)?)?, json(given(args, 6)?)?);
    let at_first = given(args, 7)?.downcast_ref::<CelBool>().map(|truth| *truth.inner());
    let question = alarms::Question {
        kinds: &kinds,
        account: text(args, 1)?,
        groups: &groups,
        filters: &filters,
        alarms: &alarms,
        topics: &topics,
        rules: &rules,
        at_first: at_first.ok_or("argument 8 is not true or false")?,
    };
    alarms::missing(&question).map(words)
}

/// The third argument, rows of prefix lists, may be left out.
fn ports_open(args: Given<'_, '_, '_>) -> Result<Boxed<'static>, String> {
    let ports = numbers(given(args, 1)?)?;
    let lists = args.get(2).map(|lists| json(lists.as_ref())).transpose()?;
    iam::ports_open(&json(given(args, 0)?)?, &ports, lists.as_ref()).map(bool)
}

fn network_acl_opens(args: Given<'_, '_, '_>) -> Result<Boxed<'static>, String> {
    iam::acl_opens(&json(given(args, 0)?)?, &numbers(given(args, 1)?)?, &numbers(given(args, 2)?)?).map(bool)
}

fn numbers(ports: &dyn Val) -> Result<Vec<i64>, String> {
    let ports = json(ports)?;
    let wrong = || "the ports are not a list of whole numbers".to_owned();
    let ports: Option<Vec<i64>> = ports.as_array().ok_or_else(wrong)?.iter().map(serde_json::Value::as_i64).collect();
    ports.ok_or_else(wrong)
}
