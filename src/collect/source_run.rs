//! Asks AWS what a walk says, as many calls at once as the bounds of the run allow.

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde_json::Value;

use crate::model::{Region, Source};
use crate::walk::{Ask, Event, Outcome, Ticket, Tree, Walk, read_body};

use super::CollectError;
use super::account::{AccountContext, Settled};
use super::classify::{Failure, failure};
use super::label::Label;
use super::recorder::Captured;

/// Asks for a source in one region, and for those that follow it.
pub(crate) async fn run(ctx: &AccountContext, source: &Source, place: &Region) -> Result<(), CollectError> {
    let tree = Tree::new(source, &|id| ctx.run.followers(id).iter().collect());
    run_tree(ctx, &tree, place, |_| {}).await
}

/// The same; `see` sees all that the walk ends in. Its gaps are kept.
pub(crate) async fn run_tree(
    ctx: &AccountContext,
    tree: &Tree<'_>,
    place: &Region,
    mut see: impl FnMut(&Event<'_>) + Send,
) -> Result<(), CollectError> {
    let mut walk = Walk::new(tree, ctx.place(place), ctx.now());
    let mut running = FuturesUnordered::new();
    loop {
        while let Some(event) = walk.poll() {
            see(&event);
            match event {
                Event::Ask(ask) => running.push(answer(ctx, ask)),
                Event::Gap(gap) => ctx.keep_found(*gap).await?,
                Event::Row(..) | Event::Read(..) => {}
            }
        }
        let Some(answered) = running.next().await else { return Ok(()) };
        let (ticket, outcome) = answered?;
        walk.answer(ticket, outcome);
    }
}

/// Makes one call and reads its reply; whatever comes of it is kept.
async fn answer(ctx: &AccountContext, ask: Box<Ask<'_>>) -> Result<(Ticket, Outcome), CollectError> {
    let Ask { ticket, source, call, request, .. } = *ask;
    let label = Label {
        item: ask.item,
        of: ask.of,
        page: ask.page,
        ..Label::new(source.id.clone(), call.operation.clone(), &ask.region)
    };
    let Some(request) = request else {
        let why = format!("what `{}` is asked with cannot be made of its row", call.operation);
        return settle(ctx, ticket, label, Err(Failure::unaskable(why)), Captured::default()).await;
    };
    let caller = ctx.callers.get(&ctx.sdk, &ctx.label, source, &label.region, &request.host_prefix)?;
    let (called, captured) = ctx.send(&label, async move { caller.invoke(request).await }).await;
    let result = match (called, &captured.response) {
        (Ok(()), Some(received)) => read_body(source.protocol, &call.operation, &call.shape, &received.body)
            .map_err(|error| Failure::unreadable(&error, received.status)),
        (Ok(()), None) => return Err(CollectError::Internal(format!("{} was not recorded", call.operation))),
        (Err(error), _) => Err(failure(&error)),
    };
    settle(ctx, ticket, label, result, captured).await
}

async fn settle(
    ctx: &AccountContext,
    ticket: Ticket,
    label: Label,
    result: Result<Value, Failure>,
    captured: Captured,
) -> Result<(Ticket, Outcome), CollectError> {
    let outcome = match ctx.settled(label, result, captured).await? {
        Settled::Content(reply, heard) => Outcome::Content(reply, heard),
        Settled::Absent(_, heard) => Outcome::Absent(heard),
        Settled::Gap(gap) => Outcome::Refused(gap),
    };
    Ok((ticket, outcome))
}
