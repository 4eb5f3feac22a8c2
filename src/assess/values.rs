//! JSON to CEL values and back. Whole numbers become CEL's `int` (serde would hand
//! positive ones over as `uint`, on which `r.n - 1` fails).

use std::collections::HashMap;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use serde_json::{Map, Value};

/// A value that CEL may read.
pub(super) type Boxed<'v> = Box<dyn Val + 'v>;

/// Hands a JSON value over.
pub(super) fn cel(value: Value) -> Boxed<'static> {
    match value {
        Value::String(text) => Box::new(CelString::from(text)),
        Value::Array(items) => Box::new(CelList::from(items.into_iter().map(cel).collect::<Vec<_>>())),
        Value::Object(members) => Box::new(map(members.into_iter().map(|(name, value)| (name, cel(value))))),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Box::new(CelInt::from(number)),
            (None, Some(number)) => Box::new(CelUInt::from(number)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::Bool(truth) => Box::new(CelBool::from(truth)),
        Value::Null => Box::new(CelNull),
    }
}

/// A CEL map with text keys.
pub(super) fn map<'v>(members: impl Iterator<Item = (impl Into<CelString<'v>>, Boxed<'v>)>) -> CelMap<'v> {
    let members: HashMap<CelMapKey<'v>, Boxed<'v>> =
        members.map(|(name, value)| (CelMapKey::String(name.into()), value)).collect();
    CelMap::from(members)
}

/// Takes a value back, for the functions that read documents.
pub(super) fn json(value: &dyn Val) -> Result<Value, String> {
    if let Some(text) = value.downcast_ref::<CelString>() {
        Ok(Value::from(text.inner()))
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        Ok(Value::from(*number.inner()))
    } else if let Some(truth) = value.downcast_ref::<CelBool>() {
        Ok(Value::from(*truth.inner()))
    } else if value.downcast_ref::<CelNull>().is_some() {
        Ok(Value::Null)
    } else if let Some(number) = value.downcast_ref::<CelUInt>() {
        Ok(Value::from(*number.inner()))
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        Ok(Value::from(*number.inner()))
    } else if let Some(list) = value.downcast_ref::<CelList>() {
        list.inner().iter().map(|item| json(item.as_ref())).collect()
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        let members = map.inner().iter().map(|(name, value)| match name {
            CelMapKey::String(name) => Ok((name.inner().to_owned(), json(value.as_ref())?)),
            _ => Err("a map's key is not text".to_owned()),
        });
        Ok(Value::Object(members.collect::<Result<Map<_, _>, _>>()?))
    } else {
        Err(format!("a value of type {} is not evidence", value.get_type().name()))
    }
}

/// How many values hang on one, itself included; counting ends at `limit`.
pub(super) fn weight(value: &dyn Val, limit: u64) -> u64 {
    let mut left = limit;
    weigh(value, &mut left);
    limit - left
}

fn weigh(value: &dyn Val, left: &mut u64) {
    *left = left.saturating_sub(1);
    if *left == 0 {
        return;
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        list.inner().iter().for_each(|item| weigh(item.as_ref(), left));
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        map.inner().values().for_each(|item| weigh(item.as_ref(), left));
    }
}

#[cfg(test)]
mod tests {

    use super::{cel, json, weight};
    use serde_json::json;

    #[test]
    fn there_and_back() {
        let value = json!({"a": [1, -2, 1.5, 18_446_744_073_709_551_615_u64, null, true], "b": {"c": "text"}});
        assert_eq!(json(cel(value.clone()).as_ref()).unwrap(), value);
        assert_eq!(weight(cel(value.clone()).as_ref(), 100), 10);
        assert_eq!(weight(cel(value.clone()).as_ref(), 4), 4, "counting ends");
    }
}
