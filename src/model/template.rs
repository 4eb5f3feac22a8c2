//! Texts of a source with `{names}` in them, which stand for where a call is made and for members of the item.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Path, PathError};

/// A text with `{names}`, parsed: `arn:{partition}:s3:::{Name}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    Name(Name),
}

/// A name in a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// What it stands for.
    pub slot: Slot,
    /// `{Key+}`: in a path its slashes are the path's.
    pub greedy: bool,
}

/// What a name in a template stands for. The names of the place go before members of the item that are called the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// `{account}`.
    Account,
    /// `{partition}`.
    Partition,
    /// `{region}`: where the call is made.
    Region,
    /// `{period.start}`: the first moment of the period, RFC 3339.
    PeriodStart,
    /// `{period.end}`: the first moment after it, RFC 3339.
    PeriodEnd,
    /// A member of the item, of one of its parts, or (`{from.<member>}`) of the row that the list is asked for.
    Member(Path),
}

/// The names that stand for where a call is made.
pub const PLACE_NAMES: [&str; 5] = ["account", "partition", "period.end", "period.start", "region"];

/// A text that is not a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{name` without its end.
    #[error("a brace is opened and not closed")]
    Open,
    /// What stands between the braces is not a name.
    #[error(transparent)]
    Name(#[from] PathError),
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(TemplateError::Open)?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            pieces.push(Piece::Name(Name::parse(name)?));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Ok(Self(pieces))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its names, in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Text(_) => None,
        })
    }

    /// Its text; `Err` is the first name that nothing fills.
    pub fn fill(&self, fill: impl Fn(&Name) -> Option<String>) -> Result<String, Name> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Name(name) => text.push_str(&fill(name).ok_or_else(|| name.clone())?),
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Name(name) => write!(f, "{{{name}}}"),
        })
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Name {
    fn parse(text: &str) -> Result<Self, PathError> {
        let (name, greedy) = text.strip_suffix('+').map_or((text, false), |name| (name, true));
        let slot = match name {
            "account" => Slot::Account,
            "partition" => Slot::Partition,
            "region" => Slot::Region,
            "period.start" => Slot::PeriodStart,
            "period.end" => Slot::PeriodEnd,
            "" => return Err(PathError::empty()),
            name => Slot::Member(Path::parse(name)?),
        };
        Ok(Self { slot, greedy })
    }

    /// The member that it stands for.
    pub fn member(&self) -> Option<&Path> {
        match &self.slot {
            Slot::Member(path) => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slot.fmt(f)?;
        f.write_str(if self.greedy { "+" } else { "" })
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account => f.write_str("account"),
            Self::Partition => f.write_str("partition"),
            Self::Region => f.write_str("region"),
            Self::PeriodStart => f.write_str("period.start"),
            Self::PeriodEnd => f.write_str("period.end"),
            Self::Member(path) => path.fmt(f),
        }
    }
}

/// A value of a request whose texts are templates, however deep.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A text.
    Text(Template),
    /// A list.
    List(Vec<Parameter>),
    /// An object.
    Members(BTreeMap<String, Parameter>),
    /// A number, a truth or nothing.
    Plain(Value),
}

/// The parameters of a call, by name.
pub type Parameters = BTreeMap<String, Parameter>;

impl Parameter {
    /// Reads the templates of a value.
    pub fn parse(value: &Value) -> Result<Self, TemplateError> {
        Ok(match value {
            Value::String(text) => Self::Text(Template::parse(text)?),
            Value::Array(items) => Self::List(items.iter().map(Self::parse).collect::<Result<_, _>>()?),
            Value::Object(members) => Self::Members(
                members
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::parse(value)?)))
                    .collect::<Result<_, TemplateError>>()?,
            ),
            plain => Self::Plain(plain.clone()),
        })
    }

    /// The names of its templates.
    pub fn names(&self) -> BTreeSet<&Name> {
        match self {
            Self::Text(template) => template.names().collect(),
            Self::List(items) => items.iter().flat_map(Self::names).collect(),
            Self::Members(members) => members.values().flat_map(Self::names).collect(),
            Self::Plain(_) => BTreeSet::new(),
        }
    }

    /// As it is written in the mappings, its templates as texts.
    pub fn written(&self) -> Value {
        match self {
            Self::Text(template) => Value::String(template.to_string()),
            Self::List(items) => items.iter().map(Self::written).collect(),
            Self::Members(members) => members.iter().map(|(name, value)| (name.clone(), value.written())).collect(),
            Self::Plain(value) => value.clone(),
        }
    }

    /// The value; `Err` is the first name that nothing fills.
    pub fn fill(&self, fill: &dyn Fn(&Name) -> Option<String>) -> Result<Value, Name> {
        Ok(match self {
            Self::Text(template) => Value::String(template.fill(fill)?),
            Self::List(items) => Value::Array(items.iter().map(|item| item.fill(fill)).collect::<Result<_, _>>()?),
            Self::Members(members) => Value::Object(filled(members, fill)?),
            Self::Plain(value) => value.clone(),
        })
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written().serialize(serializer)
    }
}

/// Fills parameters; `Err` is the first name that nothing fills.
pub fn filled(parameters: &Parameters, fill: &dyn Fn(&Name) -> Option<String>) -> Result<Map<String, Value>, Name> {
    parameters.iter().map(|(name, value)| Ok((name.clone(), value.fill(fill)?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_what_they_stand_for() {
        let template = Template::parse("arn:{partition}:x:{region}:{from.Id}/{Key+}").unwrap();
        let names: Vec<String> = template.names().map(Name::to_string).collect();
        assert_eq!(names, ["partition", "region", "from.Id", "Key+"]);
        assert_eq!(template.to_string(), "arn:{partition}:x:{region}:{from.Id}/{Key+}");
        let filled = template.fill(|name| (name.slot != Slot::Region).then(|| "y".to_owned()));
        assert_eq!(filled.unwrap_err().to_string(), "region");
        assert_eq!(
            template.fill(|name| Some(format!("<{}>", name.slot))).unwrap(),
            "arn:<partition>:x:<region>:<from.Id>/<Key>"
        );
    }

    #[test]
    fn braces_and_names_are_checked_once() {
        assert_eq!(Template::parse("a{b"), Err(TemplateError::Open));
        for wrong in ["{}", "{+}", "{a b}", "{.}", "{a{b}"] {
            assert!(matches!(Template::parse(wrong), Err(TemplateError::Name(_))), "{wrong}");
        }
        assert_eq!(Template::parse("").map(|empty| empty.is_empty()), Ok(true));
    }

    #[test]
    fn parameters_are_filled_at_any_depth() {
        let value = json!({ "A": [{ "B": "x-{account}" }], "N": 7, "T": true });
        let Parameter::Members(parameters) = Parameter::parse(&value).unwrap() else { panic!("an object") };
        let made = filled(&parameters, &|_| Some("1".to_owned())).unwrap();
        assert_eq!(Value::Object(made), json!({ "A": [{ "B": "x-1" }], "N": 7, "T": true }));
        assert_eq!(parameters["A"].names().len(), 1);
    }
}
