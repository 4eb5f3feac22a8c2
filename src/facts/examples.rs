//! The examples of sources, through the very machine that collects and reads.

mod described;
mod fault;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

use crate::model::{
    Catalog, Gap, GapReason, Item, Period, RecordedAnswer, RecordedCall, Remedy, Row, Sha256, Source, SourceExample,
    Unanswered,
};
use crate::walk::{Ask, Event, Heard, Outcome, Place, Tree, Walk, flat, read_body};

use described::Seen;
pub use fault::SourceFault;
use fault::{listed, shown};

/// The account, the region and the period of all examples.
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";
const PERIOD: [(i32, u32, u32); 2] = [(2026, 7, 1), (2026, 9, 30)];

/// Runs the examples of all sources.
pub fn run_examples(catalog: &Catalog) -> Vec<SourceFault> {
    let mut faults = Vec::new();
    for (id, examples) in &catalog.source_examples {
        let Some(source) = catalog.sources.get(id) else { continue };
        let mut seen = Seen::default();
        let before = faults.len();
        for example in examples {
            let run = Run { source, example, left: example.calls.iter().collect(), wrong: Vec::new(), seen: &mut seen };
            run.run(&mut faults);
        }
        // What the description names and nothing has: not said again where the examples show it themselves.
        if faults.len() == before {
            let at = examples.first().map_or_else(String::new, |first| first.at.clone());
            faults.extend(described::missing(source, &seen).into_iter().map(|(expected, found)| SourceFault {
                at: at.clone(),
                source: id.clone(),
                example: None,
                expected,
                found: found.to_owned(),
            }));
        }
    }
    faults
}

/// An example while it runs.
struct Run<'a, 's> {
    source: &'a Source,
    example: &'a SourceExample,
    /// The replies that were not asked for yet.
    left: Vec<&'a RecordedCall>,
    /// What was expected and what was found.
    wrong: Vec<(String, String)>,
    seen: &'s mut Seen,
}

impl<'a> Run<'a, '_> {
    fn run(mut self, faults: &mut Vec<SourceFault>) {
        let tree = Tree::new(self.source, &|_| Vec::new());
        let mut walk = match &self.example.from {
            Some(row) => Walk::of_row(&tree, place(), time(), row.clone()),
            None => Walk::new(&tree, place(), time()),
        };
        let (mut rows, mut gaps, mut unanswered) = (Vec::new(), Vec::new(), BTreeSet::new());
        while let Some(event) = walk.poll() {
            match event {
                Event::Ask(ask) => {
                    let outcome = match self.answer(&ask) {
                        Some(Outcome::Refused(gap)) => {
                            gaps.push((*gap).clone());
                            Outcome::Refused(gap)
                        }
                        Some(outcome) => outcome,
                        None => {
                            unanswered.insert(name(&ask.call.operation, ask.item.as_ref()));
                            Outcome::NotAsked
                        }
                    };
                    walk.answer(ask.ticket, outcome);
                }
                Event::Row(_, row) => rows.push(*row),
                Event::Read(..) => {}
                Event::Gap(gap) => gaps.push(*gap),
            }
        }
        self.compare_gaps(&gaps, &unanswered);
        self.compare_rows(&rows);
        for call in std::mem::take(&mut self.left) {
            self.note(asked(&call.operation, &call.asks), "no such request");
        }
        self.seen.rows.extend(rows.iter().map(|row| row.data.read()));
        faults.extend(self.wrong.into_iter().map(|(expected, found)| SourceFault {
            at: self.example.at.clone(),
            source: self.source.id.clone(),
            example: Some(self.example.name.clone()),
            expected,
            found,
        }));
    }

    fn note(&mut self, expected: impl Into<String>, found: impl Into<String>) {
        let wrong = (expected.into(), found.into());
        // Each page of a list may lack the same.
        if !self.wrong.contains(&wrong) {
            self.wrong.push(wrong);
        }
    }

    /// The recorded answer to an ask; none: the example has none, which is noted.
    fn answer(&mut self, ask: &Ask<'_>) -> Option<Outcome> {
        let request = ask.request.as_ref()?;
        let media = request.headers.get("content-type").map(String::as_str).unwrap_or_default();
        let sent = flat(&request.path, media, &request.body);
        let operation = ask.call.operation.as_str();
        let fits = |call: &&RecordedCall| {
            call.operation == operation && call.asks.iter().all(|(name, value)| sent.get(name) == Some(value))
        };
        let Some(at) = self.left.iter().position(fits) else {
            let of_it = self.left.iter().filter(|call| call.operation == operation);
            let others: Vec<String> = of_it.map(|call| asked(&call.operation, &call.asks)).collect();
            let found = match others.is_empty() {
                true => "no reply is left in the example".to_owned(),
                false => format!("only {}", listed(&others)),
            };
            self.note(format!("a reply to {}", asked(operation, &sent)), found);
            return None;
        };
        let call = self.left.remove(at);
        Some(self.outcome(ask, call))
    }

    fn outcome(&mut self, ask: &Ask<'_>, call: &RecordedCall) -> Outcome {
        let heard = |bytes: &[u8]| Heard { body: Sha256::of(bytes), request_id: None, time: time() };
        match &call.answer {
            RecordedAnswer::Body(body) => {
                match read_body(self.source.protocol, &ask.call.operation, &ask.call.shape, body) {
                    Ok(reply) => {
                        let part = ask.item.as_ref().map(|item| item.part.clone());
                        self.seen.replies.push((part, reply.clone()));
                        Outcome::Content(reply, heard(body))
                    }
                    Err(error) => Outcome::Unreadable(error, heard(body)),
                }
            }
            RecordedAnswer::Error { code, message } if ask.call.says_absent(code, message) => {
                Outcome::Absent(heard(code.as_bytes()))
            }
            RecordedAnswer::Error { code, message } => Outcome::Refused(Box::new(refused(ask, code, message))),
        }
    }

    fn compare_gaps(&mut self, gaps: &[Gap], unanswered: &BTreeSet<String>) {
        let mut expected = self.example.gaps.clone();
        for gap in gaps {
            let name = name(gap.operation.as_deref().unwrap_or_default(), gap.item.as_ref());
            let is_expected = self.example.gaps.contains(&name);
            expected.remove(&name);
            if !is_expected && !unanswered.contains(&name) {
                let message = gap.message.split("; collect again").next().unwrap_or_default();
                self.note("no gap", message);
            }
        }
        for name in expected {
            self.note(format!("a gap at {name}"), "none");
        }
    }

    /// Each expected row takes the row that has all its members, else the next that is left.
    fn compare_rows(&mut self, rows: &[Row]) {
        let mut left: Vec<(String, Map<String, Value>)> = rows.iter().map(|row| (row.key.clone(), seen(row))).collect();
        let mut unlike = Vec::new();
        for (number, expected) in self.example.rows.iter().enumerate() {
            let fits = |(_, row): &(String, Map<String, Value>)| {
                expected.iter().all(|(name, value)| row.get(name) == Some(value))
            };
            match left.iter().position(fits) {
                Some(at) => drop(left.remove(at)),
                None => unlike.push((number + 1, expected)),
            }
        }
        let mut left = left.into_iter();
        for (number, expected) in unlike {
            let Some((_, found)) = left.next() else {
                self.note(format!("row {number}, {}", shown(&Value::Object(expected.clone()))), "none");
                continue;
            };
            for (name, value) in expected {
                if found.get(name) != Some(value) {
                    let there = found.get(name).map_or_else(|| "nothing".to_owned(), shown);
                    self.note(format!("row {number}: `{name}` = {}", shown(value)), there);
                }
            }
        }
        for (key, row) in left {
            let found = if key.is_empty() { shown(&Value::Object(row)) } else { format!("`{key}`") };
            self.note("no further row", found);
        }
    }
}

/// A row as checks see it, with where it lies.
fn seen(row: &Row) -> Map<String, Value> {
    let mut data = match row.data.read() {
        Value::Object(data) => data,
        _ => Map::new(),
    };
    data.insert("_resource".to_owned(), row.resource.as_str().into());
    data.insert("_region".to_owned(), row.region.as_str().into());
    data
}

fn refused(ask: &Ask<'_>, code: &str, message: &str) -> Gap {
    let about = Unanswered {
        source: ask.source.id.clone(),
        account: ACCOUNT.into(),
        region: ask.region.clone(),
        operation: Some(ask.call.operation.clone()),
        item: ask.item.clone(),
        time: time(),
    };
    let reason =
        if ask.call.says_not_subscribed(code, message) { GapReason::NotSubscribed } else { GapReason::AccessDenied };
    let message = format!("{} was refused: {code} is not in `absent`", ask.call.operation);
    Gap::new(about, reason, Remedy::Grant(ask.call.actions.clone()), message)
}

fn name(operation: &str, item: Option<&Item>) -> String {
    match item {
        Some(item) if !item.key.is_empty() => format!("{operation} of {}", item.key),
        _ => operation.to_owned(),
    }
}

/// A call for people: `ListKeys with Marker=a`.
fn asked(operation: &str, parameters: &BTreeMap<String, String>) -> String {
    if parameters.is_empty() {
        return operation.to_owned();
    }
    let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{operation} with {}", pairs.join(" "))
}

fn place() -> Place {
    let [start, end] = PERIOD.map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default());
    Place { account: ACCOUNT.into(), partition: "aws".into(), region: REGION.into(), period: Period { start, end } }
}

fn time() -> DateTime<Utc> {
    place().period.end_time()
}
