//! Bodies to values, on all cores, a bounded heap of bytes at a time.

use rayon::prelude::*;
use serde_json::Value;

use crate::model::{Answer, Call, Collector, Exchange, Sha256, Source};
use crate::walk::{WireError, read_body};

/// An exchange and what its body says.
pub(super) struct Reply<'a> {
    pub(super) exchange: &'a Exchange,
    pub(super) content: Content,
}

/// What a body says.
pub(super) enum Content {
    /// The reply's content.
    Read(Value),
    /// A document that no fact is read from but its hash.
    Document,
    /// AWS says that there is none.
    Absent,
    /// It cannot be read.
    Broken(WireError),
}

/// So many bytes of bodies lie in memory at once, besides what they say.
const HEAP: usize = 16 << 20;

/// Reads the bodies of a source's exchanges; steps on the way are left out.
pub(super) fn replies<'a, E>(
    source: &Source,
    exchanges: &[&'a Exchange],
    body: &mut dyn FnMut(&Sha256) -> Result<Vec<u8>, E>,
) -> Result<Vec<Reply<'a>>, E> {
    let mut read = Vec::with_capacity(exchanges.len());
    let (mut heap, mut bytes) = (Vec::new(), 0);
    for exchange in exchanges.iter().copied() {
        let content = match (&exchange.answer, call_of(source, exchange)) {
            (Answer::Step, _) => continue,
            (Answer::Absent { .. }, _) => Content::Absent,
            (Answer::Content, _) if is_document(source, exchange) => Content::Document,
            (Answer::Content, None) => continue,
            (Answer::Content, Some(call)) => {
                let body = body(&exchange.body)?;
                bytes += body.len();
                heap.push((exchange, call, body));
                if bytes > HEAP {
                    parse(source, &mut heap, &mut read);
                    bytes = 0;
                }
                continue;
            }
        };
        read.push(Reply { exchange, content });
    }
    parse(source, &mut heap, &mut read);
    Ok(read)
}

fn call_of<'s>(source: &'s Source, exchange: &Exchange) -> Option<&'s Call> {
    source.call_of(exchange.item.as_ref().map(|item| item.part.as_str()))
}

/// AWS's own reports are PDF files and archives.
fn is_document(source: &Source, exchange: &Exchange) -> bool {
    let media = exchange.content_type.as_deref().unwrap_or_default();
    source.collector == Collector::Artifact
        && ["pdf", "zip", "octet-stream"].iter().any(|document| media.contains(document))
}

type Heap<'a, 's> = Vec<(&'a Exchange, &'s Call, Vec<u8>)>;

fn parse<'a>(source: &Source, heap: &mut Heap<'a, '_>, read: &mut Vec<Reply<'a>>) {
    let one = |(exchange, call, body): (&'a Exchange, &Call, Vec<u8>)| {
        let value = read_body(source.protocol, &exchange.operation, &call.shape, &body);
        Reply { exchange, content: value.map_or_else(Content::Broken, Content::Read) }
    };
    // A thread costs more than a few small bodies.
    read.par_extend(std::mem::take(heap).into_par_iter().with_min_len(32).map(one));
}
