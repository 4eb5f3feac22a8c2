//! Runs a generic source in one place: its list with all pages, and the calls for each item as soon as the item is known.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::model::{Call, FROM, GapReason, Paging, Region, Sha256, Source, read_body, select, text_of};

use super::CollectError;
use super::account::AccountContext;
use super::classify::{Failure, FailureKind, failure};
use super::generic::host_prefix;
use super::label::{Label, Reply};
use super::request::{Lookup, prepare};
use super::row::RowSoFar;

/// No list of AWS's is longer; a service that repeats itself with ever new tokens is.
const MAX_PAGES: u32 = 10_000;

/// Asks for a source in one region, and for those that follow it.
pub(crate) async fn run(ctx: &AccountContext, source: &Source, place: &Region) -> Result<(), CollectError> {
    run_for(ctx, source, place, None).await
}

/// Asks for a source in one region: of one that follows another, for a row of that.
fn run_for<'a>(
    ctx: &'a AccountContext,
    source: &'a Source,
    place: &'a Region,
    parent: Option<&'a RowSoFar>,
) -> BoxFuture<'a, Result<(), CollectError>> {
    let (found, items) = mpsc::unbounded_channel::<RowSoFar>();
    let list = async move {
        let variations = source.call.vary.iter().map(|vary| list(ctx, source, place, parent, vary, found.clone()));
        let ended = futures_util::future::try_join_all(variations).await?;
        drop(found);
        if ended.contains(&Listed::Incomplete) {
            let why = format!("`{}` could not be listed whole", source.id);
            unfollowed(ctx, source, place, &missing(source.call.actions.iter()), &why).await?;
        }
        Ok(())
    };
    async move { tokio::try_join!(list, rows(ctx, source, place, items)).map(drop) }.boxed()
}

/// Makes the calls for each item as it comes, and asks for the sources that follow it.
async fn rows(
    ctx: &AccountContext,
    source: &Source,
    place: &Region,
    mut items: mpsc::UnboundedReceiver<RowSoFar>,
) -> Result<(), CollectError> {
    let followers = ctx.run.followers(&source.id);
    let row = |item: RowSoFar| async move {
        let row = super::row::run(ctx, source, item).await?;
        for follower in followers {
            match row.is_followed_by(follower) {
                Ok(true) => run_for(ctx, follower, place, Some(&row)).await?,
                Ok(false) => {}
                Err(part) => {
                    let why = format!("`{part}` of `{}`, a row of `{}`, could not be read", row.item_key(), source.id);
                    let call = source.call_of(Some(&part));
                    let actions = missing(call.into_iter().flat_map(|call| &call.actions));
                    not_asked(ctx, follower, place, &actions, &why).await?;
                }
            }
        }
        Ok::<(), CollectError>(())
    };
    let wanted = !source.each.is_empty() || !followers.is_empty();
    let mut running = FuturesUnordered::new();
    let mut open = true;
    while open || !running.is_empty() {
        tokio::select! {
            item = items.recv(), if open => match item {
                Some(item) if wanted => running.push(row(item)),
                Some(_) => {}
                None => open = false,
            },
            Some(result) = running.next(), if !running.is_empty() => result?,
        }
    }
    Ok(())
}

/// Notes that the sources that follow one were not asked for all of its rows.
fn unfollowed<'a>(
    ctx: &'a AccountContext,
    source: &'a Source,
    place: &'a Region,
    actions: &'a str,
    why: &'a str,
) -> BoxFuture<'a, Result<(), CollectError>> {
    async move {
        for follower in ctx.run.followers(&source.id) {
            not_asked(ctx, follower, place, actions, why).await?;
        }
        Ok(())
    }
    .boxed()
}

/// `actions`: what closes the gap of the call that failed.
async fn not_asked(
    ctx: &AccountContext,
    follower: &Source,
    place: &Region,
    actions: &str,
    why: &str,
) -> Result<(), CollectError> {
    let label = Label::new(follower.id.clone(), follower.call.operation.clone(), place);
    let message = format!("{} in {place} was not asked for everything: {why}", follower.call.operation);
    ctx.gap(label, GapReason::NotAttempted, actions, message).await?;
    unfollowed(ctx, follower, place, actions, why).await
}

fn missing<'a>(actions: impl Iterator<Item = &'a String>) -> String {
    actions.map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// How a list with its pages ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Whole,
    Incomplete,
}

async fn list(
    ctx: &AccountContext,
    source: &Source,
    place: &Region,
    parent: Option<&RowSoFar>,
    vary: &BTreeMap<String, Value>,
    found: mpsc::UnboundedSender<RowSoFar>,
) -> Result<Listed, CollectError> {
    let of_parent = |name: &str| parent?.member(name.strip_prefix(FROM)?.strip_prefix('.')?);
    let lookup = |name: &str| of_parent(name).or_else(|| ctx.known(name, place));
    let label = Label::new(source.id.clone(), source.call.operation.clone(), place).of(parent.map(RowSoFar::item_key));
    let asked = Asked { source, call: &source.call, vary, lookup: &lookup };
    let ended = pages(ctx, &asked, label, |reply| {
        for row in RowSoFar::of_page(source, reply, place, parent, &lookup) {
            // The receiver is gone only when the run has failed already.
            let _ = found.send(row);
        }
    })
    .await?;
    Ok(if ended == Ended::Incomplete { Listed::Incomplete } else { Listed::Whole })
}

/// A call with all that its request is built from.
pub(crate) struct Asked<'a> {
    pub(crate) source: &'a Source,
    pub(crate) call: &'a Call,
    pub(crate) vary: &'a BTreeMap<String, Value>,
    pub(crate) lookup: Lookup<'a>,
}

/// How a call with its pages ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// Read to the end; the last page.
    Complete(Value),
    /// AWS says that there is none.
    Absent,
    /// A page is missing; the gap is kept.
    Incomplete,
}

/// Makes a call page by page. Each page is kept as it comes; one that fails leaves a gap beside those before it.
pub(crate) async fn pages(
    ctx: &AccountContext,
    asked: &Asked<'_>,
    label: Label,
    mut page_read: impl FnMut(&Value),
) -> Result<Ended, CollectError> {
    let mut paging: BTreeMap<String, Value> = BTreeMap::new();
    if let Some(Paging { size: Some((name, size)), .. }) = &asked.call.page {
        paging.insert(name.clone(), Value::from(*size));
    }
    let mut seen: HashSet<Sha256> = HashSet::new();
    for number in 0..MAX_PAGES {
        let reply = match one(ctx, asked, label.clone().page(number), &paging).await? {
            Reply::Content(reply) => reply,
            Reply::Absent(_) => return Ok(Ended::Absent),
            Reply::Gap(_) => return Ok(Ended::Incomplete),
        };
        page_read(&reply);
        let Some(rules) = &asked.call.page else { return Ok(Ended::Complete(reply)) };
        match next_token(rules, &reply) {
            Next::End => return Ok(Ended::Complete(reply)),
            Next::Missing => {
                return broken_paging(ctx, label, "says that there is more, but not how to ask for it").await;
            }
            Next::Token(token) if seen.insert(Sha256::of(token.as_bytes())) => {
                paging.insert(rules.send.clone(), Value::String(token));
            }
            Next::Token(_) => return broken_paging(ctx, label, "gives the same page token twice").await,
        }
    }
    broken_paging(ctx, label, "has more than 10,000 pages").await
}

async fn broken_paging(ctx: &AccountContext, label: Label, what: &str) -> Result<Ended, CollectError> {
    let message = format!("{} in {} {what}", label.operation, label.region);
    ctx.gap(label, GapReason::Unreadable, "report the answer to auditpack's authors", message).await?;
    Ok(Ended::Incomplete)
}

#[derive(Debug, PartialEq, Eq)]
enum Next {
    End,
    Token(String),
    Missing,
}

fn next_token(rules: &Paging, reply: &Value) -> Next {
    let token = select(reply, &rules.next).into_iter().find_map(text_of).filter(|token| !token.is_empty());
    let more = rules.more.as_ref().map(|more| {
        select(reply, more).into_iter().find_map(text_of).is_some_and(|text| text.eq_ignore_ascii_case("true"))
    });
    match (more, token) {
        (Some(false), _) | (None, None) => Next::End,
        (Some(true), None) => Next::Missing,
        (_, Some(token)) => Next::Token(token),
    }
}

/// Makes one call and reads its reply; a reply that cannot be read is a gap.
async fn one(
    ctx: &AccountContext,
    asked: &Asked<'_>,
    label: Label,
    paging: &BTreeMap<String, Value>,
) -> Result<Reply<Value>, CollectError> {
    let Asked { source, call, vary, lookup } = asked;
    let unfilled = |name: String| CollectError::Internal(format!("`{}`: nothing fills `{{{name}}}`", source.id));
    let prepared = prepare(source, call, vary, paging, lookup).map_err(unfilled)?;
    let prefix = host_prefix(call, lookup).map_err(unfilled)?;
    let caller = ctx.callers.get(&ctx.sdk, &ctx.label, source, &label.region, &prefix)?;
    let (called, captured) = ctx.send(&label, invoke(caller, prepared)).await;
    let result = match (called, &captured.response) {
        (Ok(()), Some(received)) => {
            read_body(source.protocol, &call.operation, &call.shape, &received.body).map_err(|error| Failure {
                kind: FailureKind::Unreadable,
                status: Some(received.status),
                code: None,
                message: error.to_string(),
            })
        }
        (Ok(()), None) => return Err(CollectError::Internal(format!("{} was not recorded", call.operation))),
        (Err(error), _) => Err(failure(&error)),
    };
    ctx.settle(label, result, captured).await
}

async fn invoke(caller: Arc<super::generic::Caller>, prepared: super::request::Prepared) -> super::generic::Called {
    caller.invoke(prepared).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rules(more: Option<&str>) -> Paging {
        Paging { next: "A.Next".to_owned(), send: "Next".to_owned(), more: more.map(str::to_owned), size: None }
    }

    #[test]
    fn the_token_s_presence_says_more_unless_a_member_does() {
        let token = |text: &str| Next::Token(text.to_owned());
        assert_eq!(next_token(&rules(None), &json!({ "A": { "Next": "t" } })), token("t"));
        assert_eq!(next_token(&rules(None), &json!({ "A": { "Next": "" } })), Next::End);
        assert_eq!(next_token(&rules(None), &json!({})), Next::End);
        assert_eq!(next_token(&rules(Some("More")), &json!({ "A": { "Next": "t" }, "More": "false" })), Next::End);
        assert_eq!(next_token(&rules(Some("More")), &json!({ "A": { "Next": "t" } })), Next::End);
        assert_eq!(next_token(&rules(Some("More")), &json!({ "A": { "Next": "t" }, "More": true })), token("t"));
        assert_eq!(next_token(&rules(Some("More")), &json!({ "More": "true" })), Next::Missing);
    }
}
