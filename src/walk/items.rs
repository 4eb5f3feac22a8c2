//! A page's items.

use serde_json::{Map, Value};

use crate::model::{ItemList, Protocol, Source, text_of};

use super::place::Place;

/// An item before its parts join it.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) data: Map<String, Value>,
    pub(super) key: String,
}

/// The items that a source takes from a page, and what is wrong with the others.
pub(super) fn items(source: &Source, place: &Place, page: &Value) -> (Vec<Found>, Vec<String>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    let whole = [ItemList::default()];
    let lists = if source.items.is_empty() { &whole[..] } else { &source.items[..] };
    for list in lists {
        let selected = list.path.select(page);
        if !list.path.is_whole() && (!list.path.is_in(page) || selected.iter().any(|item| item.is_null())) {
            if !list.may_be_missing {
                wrong.push(format!("the reply has no `{}`", list.path));
            }
            continue;
        }
        for item in selected.into_iter().filter(|item| !is_empty_element(source, item) && is_taken(source, place, item))
        {
            match read(source, list, item) {
                Ok(item) => found.push(item),
                Err(fault) => wrong.push(fault),
            }
        }
    }
    wrong.dedup();
    (found, wrong)
}

/// `<Users/>` is an empty list that XML writes like an empty text.
fn is_empty_element(source: &Source, item: &Value) -> bool {
    let xml = matches!(source.protocol, Protocol::Query | Protocol::Ec2 | Protocol::RestXml);
    xml && item.as_str().is_some_and(|text| text.trim().is_empty())
}

fn is_taken(source: &Source, place: &Place, item: &Value) -> bool {
    source.only.as_ref().is_none_or(|only| {
        let wanted = only.is.fill(|name| place.fill(name, &place.region, |_| None)).ok();
        wanted.is_some() && only.member.text(item) == wanted
    })
}

/// An item that is a text is its own key, and templates know it as `{_item}`.
fn read(source: &Source, list: &ItemList, item: &Value) -> Result<Found, String> {
    let mut data = match (item, text_of(item)) {
        (Value::Object(members), _) => members.clone(),
        (_, Some(text)) => Map::from_iter([("_item".to_owned(), Value::String(text))]),
        _ => return Err(format!("an item of `{}` is neither an object nor a text", list.path)),
    };
    let key = match source.key.is_whole() {
        true => data.get("_item").and_then(Value::as_str).unwrap_or_default().to_owned(),
        false => {
            let named = source.key.text(item);
            named.ok_or_else(|| format!("an item of `{}` has no `{}`", list.path, source.key))?
        }
    };
    if !list.kind.is_empty() {
        data.insert("kind".to_owned(), Value::from(list.kind.as_str()));
    }
    Ok(Found { data, key })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{only, path, place, source};
    use super::*;

    fn of(source: &Source, reply: Value) -> (Vec<(String, Value)>, Vec<String>) {
        let (found, wrong) = items(source, &place(), &reply);
        (found.into_iter().map(|item| (item.key, Value::Object(item.data))).collect(), wrong)
    }

    #[test]
    fn items_have_keys_and_texts_are_their_own() {
        let mut source = source();
        let reply = json!({ "Things": [{ "Id": "a", "Owner": "111111111111" }, { "Id": "b", "Owner": "2" }] });
        assert_eq!(of(&source, reply.clone()).0.len(), 2);
        source.only = Some(only("Owner", "{account}"));
        let own = json!({ "Id": "a", "Owner": "111111111111" });
        assert_eq!(of(&source, reply), (vec![("a".to_owned(), own)], vec![]));
        source.only = None;
        source.key = path("");
        assert_eq!(of(&source, json!({ "Things": ["x"] })), (vec![("x".to_owned(), json!({ "_item": "x" }))], vec![]));
        source.items.clear();
        assert_eq!(of(&source, json!({ "A": 1 })), (vec![(String::new(), json!({ "A": 1 }))], vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_told_and_the_rest_is_taken() {
        let mut source = source();
        let (found, wrong) = of(&source, json!({ "Things": [{ "Name": "x" }, { "Id": "a" }, { "Id": [] }] }));
        assert_eq!(found, [("a".to_owned(), json!({ "Id": "a" }))]);
        assert_eq!(wrong, ["an item of `Things` has no `Id`"]);
        for reply in [json!({ "Stuff": [] }), json!({ "Things": null }), json!({ "Things": [null] })] {
            assert_eq!(of(&source, reply), (vec![], vec!["the reply has no `Things`".to_owned()]));
        }
        source.protocol = Protocol::RestXml;
        assert_eq!(of(&source, json!({ "Things": ["", " "] })), (vec![], vec![]), "an empty element");
        source.items[0].may_be_missing = true;
        assert_eq!(of(&source, json!({})), (vec![], vec![]));
    }
}
