//! Page after page of one question.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use crate::model::{Call, Paging, Sha256};

/// No list of AWS's is longer; a service that repeats itself with ever new tokens is.
const MAX_PAGES: u32 = 10_000;

/// Where a question stands.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// The page that is asked for, from 0.
    pub(super) number: u32,
    token: Option<String>,
    seen: HashSet<Sha256>,
}

/// What a page says about the one after it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is the last one.
    End,
    /// There is another one.
    More,
    /// There is another one, and it cannot be asked for: why.
    Broken(&'static str),
}

impl Pages {
    /// The parameters that ask for this page.
    pub(super) fn parameters(&self, call: &Call) -> BTreeMap<String, Value> {
        let Some(rules) = &call.page else { return BTreeMap::new() };
        let size = rules.size.iter().map(|(name, size)| (name.clone(), Value::from(*size)));
        size.chain(self.token.iter().map(|token| (rules.send.clone(), Value::from(token.as_str())))).collect()
    }

    /// Reads whether another page follows, and turns to it.
    pub(super) fn turn(&mut self, call: &Call, reply: &Value) -> Next {
        let Some(rules) = &call.page else { return Next::End };
        let token = rules.next.text(reply).filter(|token| !token.is_empty());
        match (says_more(rules, reply), token) {
            (Some(false), _) | (None, None) => Next::End,
            (Some(true), None) => Next::Broken("says that there is more, but not how to ask for it"),
            (_, Some(token)) if !self.seen.insert(Sha256::of(token.as_bytes())) => {
                Next::Broken("gives the same page token twice")
            }
            _ if self.number + 1 == MAX_PAGES => Next::Broken("has more than 10,000 pages"),
            (_, Some(token)) => {
                self.token = Some(token);
                self.number += 1;
                Next::More
            }
        }
    }
}

/// What the member says of whether there is more; a reply may leave it out.
fn says_more(rules: &Paging, reply: &Value) -> Option<bool> {
    let more = rules.more.as_ref()?.text(reply)?;
    Some(more.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{call, path};
    use super::*;

    #[test]
    fn the_token_says_more_unless_a_member_does() {
        let turned = |more: Option<&str>, reply: Value| {
            let mut call = call("List");
            let more = more.map(path);
            call.page = Some(Paging { next: path("A.Next"), send: "Next".to_owned(), more, size: None });
            let mut pages = Pages::default();
            (pages.turn(&call, &reply), pages.parameters(&call).get("Next").and_then(Value::as_str).map(str::to_owned))
        };
        let more = || (Next::More, Some("t".to_owned()));
        let end = || (Next::End, None);
        assert_eq!(turned(None, json!({ "A": { "Next": "t" } })), more());
        assert_eq!(turned(None, json!({ "A": { "Next": "" } })), end());
        assert_eq!(turned(None, json!({})), end());
        assert_eq!(turned(Some("More"), json!({ "A": { "Next": "t" }, "More": "false" })), end());
        assert_eq!(turned(Some("More"), json!({ "A": { "Next": "t" }, "More": true })), more());
        assert_eq!(turned(Some("More"), json!({ "A": { "Next": "t" }, "More": "True" })), more());
        assert_eq!(
            turned(Some("More"), json!({ "A": { "Next": "t" } })),
            more(),
            "a member that was left out says nothing"
        );
        assert_eq!(turned(Some("More"), json!({})), end());
        assert!(matches!(turned(Some("More"), json!({ "More": "true" })).0, Next::Broken(_)));
    }

    #[test]
    fn a_service_that_repeats_itself_is_left() {
        let mut call = call("List");
        call.page =
            Some(Paging { next: path("Next"), send: "Next".to_owned(), more: None, size: Some(("Max".into(), 5)) });
        let mut pages = Pages::default();
        assert_eq!(pages.parameters(&call), BTreeMap::from([("Max".to_owned(), json!(5))]));
        assert_eq!(pages.turn(&call, &json!({ "Next": "a" })), Next::More);
        assert!(matches!(pages.turn(&call, &json!({ "Next": "a" })), Next::Broken(_)));
        let ended = (0..).find(|page| pages.turn(&call, &json!({ "Next": format!("t{page}") })) != Next::More);
        assert_eq!((ended, pages.number), (Some(MAX_PAGES - 2), MAX_PAGES - 1));
    }
}
