//! JSON to CEL values and back. Whole numbers become CEL's `int` (serde would hand
//! positive ones over as `uint`, on which `r.n - 1` fails).

use std::collections::HashMap;

use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelOptional, CelString, CelUInt,
};
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

/// What a value weighs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// The steps that it takes to look at all of it.
    pub(super) steps: u64,
    /// The memory that a copy takes.
    pub(super) bytes: u64,
}

/// Bytes of a text that are read in one step.
const TEXT_A_STEP: usize = 32;

/// A boxed value, and its place in a list.
const BOXED: u64 = 64;

/// An entry of a map, apart from its key's text and its value.
const ENTRY: u64 = 64;

/// Weighs a value with all that hangs on it; weighing ends at so many steps.
pub(super) fn weigh(value: &dyn Val, limit: u64) -> Weight {
    let mut weight = Weight::default();
    add_weight(value, limit, &mut weight);
    weight
}

/// The steps that it takes to read so much text.
pub(super) fn reading(bytes: usize) -> u64 {
    1 + (bytes / TEXT_A_STEP) as u64
}

/// The length of a text; nothing else has one.
pub(super) fn length(value: &dyn Val) -> usize {
    let text = value.downcast_ref::<CelString>().map(|text| text.inner().len());
    text.or_else(|| value.downcast_ref::<CelBytes>().map(|bytes| bytes.inner().len())).unwrap_or(0)
}

fn add_weight(value: &dyn Val, limit: u64, weight: &mut Weight) {
    let text = length(value);
    weight.steps += reading(text);
    weight.bytes += BOXED + text as u64;
    if weight.steps >= limit {
        return;
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        for item in list.inner() {
            add_weight(item.as_ref(), limit, weight);
            if weight.steps >= limit {
                return;
            }
        }
    } else if let Some(map) = value.downcast_ref::<CelMap>() {
        #[expect(clippy::iter_over_hash_type, reason = "a sum")]
        for (key, item) in map.inner() {
            let key = if let CelMapKey::String(key) = key { key.inner().len() } else { 0 };
            weight.steps += reading(key);
            weight.bytes += ENTRY + key as u64;
            add_weight(item.as_ref(), limit, weight);
            if weight.steps >= limit {
                return;
            }
        }
    } else if let Some(item) = value.downcast_ref::<CelOptional>().and_then(CelOptional::inner) {
        add_weight(item, limit, weight);
    }
}

#[cfg(test)]
mod tests {

    use super::{Weight, cel, json, weigh};
    use serde_json::json;

    #[test]
    fn there_and_back() {
        let value = json!({"a": [1, -2, 1.5, 18_446_744_073_709_551_615_u64, null, true], "b": {"c": "text"}});
        assert_eq!(json(cel(value.clone()).as_ref()).unwrap(), value);
        assert_eq!(weigh(cel(value.clone()).as_ref(), 100), Weight { steps: 13, bytes: 839 });
        assert!((4..7).contains(&weigh(cel(value.clone()).as_ref(), 4).steps), "weighing ends");
        assert_eq!(weigh(cel(json!("x".repeat(3_200))).as_ref(), 1_000), Weight { steps: 101, bytes: 3_264 });
    }
}
