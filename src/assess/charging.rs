//! The functions that a charged expression calls: each takes its price from the budget before it copies, walks or reads.

use std::sync::Arc;

use cel::common::types::{CelBool, CelDuration, CelInt, CelList, CelMap, CelString, CelTimestamp};
use cel::common::value::{CowVal, Val};
use cel::functions::FunctionContext;
use cel::{ExecutionError, Value};
use chrono::{DateTime, Duration, FixedOffset};

use super::meter::Meter;
use super::patterns::Patterns;
use super::values::{length, reading};
use crate::expression::charges::{ADD, COMPARED, COPIED, MATCHES, READ, SUBTRACT, WALKED};

/// Steps for each item of a list that is walked through, besides what runs for it.
const ITEM: u64 = 20;

/// The years in which CEL's times lie.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

/// A function as the interpreter takes it.
pub(super) type Function =
    Box<dyn for<'c, 'v> Fn(&mut FunctionContext<'c, 'v>) -> Result<CowVal<'c, 'v>> + Send + Sync>;

type Result<T> = std::result::Result<T, ExecutionError>;

/// Adds them by their names.
pub(super) fn add(
    add: &mut dyn FnMut(&str, Function) -> std::result::Result<(), String>,
    meter: &Arc<Meter>,
) -> std::result::Result<(), String> {
    add(COPIED, passing(meter, |meter, value, _| meter.copied(value).map(|_| ())))?;
    add(COMPARED, passing(meter, |meter, value, _| meter.weighed(value).map(|_| ())))?;
    add(READ, passing(meter, |meter, value, _| meter.steps(reading(length(value)))))?;
    add(WALKED, passing(meter, walked))?;
    add(
        ADD,
        operator(meter, |meter, left, right| {
            // What is made is as large as both.
            meter.copied(left.as_ref())?;
            meter.copied(right.as_ref())?;
            plus(&left, &right)
        }),
    )?;
    add(
        SUBTRACT,
        operator(meter, |meter, left, right| {
            meter.weighed(left.as_ref())?;
            meter.weighed(right.as_ref())?;
            minus(&left, &right)
        }),
    )?;
    let (meter, patterns) = (Arc::clone(meter), Patterns::default());
    add(
        MATCHES,
        Box::new(move |call| {
            let texts: Vec<&str> =
                call.args.iter().filter_map(|one| one.downcast_ref::<CelString>()).map(CelString::inner).collect();
            match (texts.as_slice(), call.args.len()) {
                ([text, pattern], 2) => Ok(CowVal::owned(CelBool::from(patterns.matches(&meter, text, pattern)?))),
                _ => {
                    let kinds = call.args.iter().map(|one| one.get_type().name().to_owned()).collect();
                    Err(ExecutionError::no_such_member_overload("matches", kinds))
                }
            }
        }),
    )
}

/// A function that gives back its first argument, once that is paid for.
fn passing(
    meter: &Arc<Meter>,
    price: impl Fn(&Meter, &dyn Val, i64) -> Result<()> + Send + Sync + 'static,
) -> Function {
    let meter = Arc::clone(meter);
    Box::new(move |call| {
        let (value, rest) = taken(call)?;
        let number = rest.first().and_then(|one| one.downcast_ref::<CelInt>()).map_or(0, |number| *number.inner());
        price(&meter, value.as_ref(), number)?;
        Ok(value)
    })
}

fn taken<'c, 'v>(call: &mut FunctionContext<'c, 'v>) -> Result<(CowVal<'c, 'v>, Vec<CowVal<'c, 'v>>)> {
    let mut args = std::mem::take(&mut call.args).into_iter();
    let first = args.next().ok_or_else(|| ExecutionError::invalid_argument_count(1, 0))?;
    Ok((first, args.collect()))
}

/// Each item is copied into the variable that stands for it, and what follows runs `body` steps.
fn walked(meter: &Meter, list: &dyn Val, body: i64) -> Result<()> {
    let items = list.downcast_ref::<CelList>().map(|list| list.len() as u64);
    let items = items.or_else(|| list.downcast_ref::<CelMap>().map(|map| map.inner().len() as u64)).unwrap_or(0);
    meter.steps(items.saturating_mul(ITEM + body.unsigned_abs()))?;
    meter.weighed(list).map(|_| ())
}

fn operator<F>(meter: &Arc<Meter>, operate: F) -> Function
where
    F: for<'c, 'v> Fn(&Meter, CowVal<'c, 'v>, CowVal<'c, 'v>) -> Result<CowVal<'c, 'v>> + Send + Sync + 'static,
{
    let meter = Arc::clone(meter);
    Box::new(move |call| {
        let (left, mut rest) = taken(call)?;
        let right = rest.pop().ok_or_else(|| ExecutionError::invalid_argument_count(2, 1))?;
        operate(&meter, left, right)
    })
}

fn plus<'c, 'v>(left: &CowVal<'c, 'v>, right: &CowVal<'c, 'v>) -> Result<CowVal<'c, 'v>> {
    if let Some((time, duration)) = moved(left, right).or_else(|| moved(right, left)) {
        return moment(time.checked_add_signed(duration), "add", left, right);
    }
    match left.as_adder() {
        Some(adder) => Ok(CowVal::Owned(adder.add(right.as_ref())?.into_owned())),
        None => Err(unsupported("add", left, right)),
    }
}

fn minus<'c, 'v>(left: &CowVal<'c, 'v>, right: &CowVal<'c, 'v>) -> Result<CowVal<'c, 'v>> {
    if let Some((time, duration)) = moved(left, right) {
        return moment(time.checked_sub_signed(duration), "sub", left, right);
    }
    match left.as_subtractor() {
        Some(subtractor) => Ok(CowVal::Owned(subtractor.sub(right.as_ref())?.into_owned())),
        None => Err(unsupported("sub", left, right)),
    }
}

/// A time and how far it is moved.
fn moved(time: &CowVal<'_, '_>, by: &CowVal<'_, '_>) -> Option<(DateTime<FixedOffset>, Duration)> {
    Some((*time.downcast_ref::<CelTimestamp>()?.inner(), *by.downcast_ref::<CelDuration>()?.inner()))
}

/// CEL's own operators panic where a time leaves the range of its type.
fn moment<'c, 'v>(
    time: Option<DateTime<FixedOffset>>,
    operator: &'static str,
    left: &CowVal<'_, '_>,
    right: &CowVal<'_, '_>,
) -> Result<CowVal<'c, 'v>> {
    let time = time.filter(in_range);
    let (left, right) = (shown(left), shown(right));
    time.map(|time| CowVal::owned(CelTimestamp::from(time))).ok_or(ExecutionError::Overflow(operator, left, right))
}

/// Whether a time is one of CEL's.
pub(super) fn in_range(time: &DateTime<FixedOffset>) -> bool {
    use chrono::Datelike as _;
    YEARS.contains(&time.naive_utc().year())
}

fn unsupported(operator: &'static str, left: &CowVal<'_, '_>, right: &CowVal<'_, '_>) -> ExecutionError {
    ExecutionError::UnsupportedBinaryOperator(operator, shown(left), shown(right))
}

fn shown(value: &CowVal<'_, '_>) -> Value {
    value.as_ref().try_into().unwrap_or(Value::Null)
}
