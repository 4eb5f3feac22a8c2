//! A principal, and the rows that its permissions come from.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::policy::{place_of, statements};
use super::combinations::{Kind, Target};

/// The rows that a principal's permissions come from.
pub(super) struct PermissionRows<'v> {
    groups: BTreeMap<&'v str, &'v Value>,
    policies: BTreeMap<&'v str, &'v Value>,
}

impl<'v> PermissionRows<'v> {
    pub(super) fn of(groups: &'v Value, policies: &'v Value) -> Self {
        let mut known = Self { groups: BTreeMap::new(), policies: BTreeMap::new() };
        each(groups, &mut |row| known.groups.extend(text(row, "GroupName").map(|name| (name, row))));
        each(policies, &mut |row| known.policies.extend(text(row, "Arn").map(|arn| (arn, row))));
        known
    }

    /// Whether a managed policy is among the rows, by the end of its ARN.
    pub(super) fn has_policy(&self, end: &str) -> bool {
        self.policies.keys().any(|arn| arn.ends_with(end))
    }

    /// The document that is in force of a managed policy.
    fn document(&self, arn: &str) -> Result<&'v Value, String> {
        let row = self.policies.get(arn).ok_or_else(|| format!("the policy {arn} is not in AWS's answer"))?;
        let versions = row.get("PolicyVersionList").and_then(Value::as_array);
        let in_force = |version: &&Value| version.get("IsDefaultVersion") == Some(&Value::Bool(true));
        let document = versions.and_then(|versions| versions.iter().find(in_force)?.get("Document"));
        document.ok_or_else(|| format!("AWS's answer has no version in force of the policy {arn}"))
    }
}

fn each<'v>(rows: &'v Value, take: &mut impl FnMut(&'v Value)) {
    match rows {
        Value::Array(items) => items.iter().for_each(|item| each(item, take)),
        Value::Object(_) => take(rows),
        _ => {}
    }
}

fn text<'v>(row: &'v Value, name: &str) -> Option<&'v str> {
    row.get(name).and_then(Value::as_str)
}

fn list<'v>(row: &'v Value, name: &str) -> &'v [Value] {
    row.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A principal and all that it is allowed by.
pub(super) struct Who<'v> {
    pub(super) arn: &'v str,
    pub(super) name: &'v str,
    pub(super) kind: Kind,
    pub(super) groups: Vec<&'v str>,
    pub(super) attached: Vec<&'v str>,
    pub(super) documents: Vec<&'v Value>,
    pub(super) boundary: Option<&'v Value>,
}

impl<'v> Who<'v> {
    pub(super) fn of(row: &'v Value, known: &PermissionRows<'v>) -> Result<Self, String> {
        match text(row, "kind") {
            Some("user" | "role") => Self::of_any(row, known, false),
            _ => Err("only users and roles have permissions of their own".to_owned()),
        }
    }

    /// `known_by_name`: what is not there of AWS's own policies is left out.
    pub(super) fn of_any(row: &'v Value, known: &PermissionRows<'v>, known_by_name: bool) -> Result<Self, String> {
        let missing = |name: &str| format!("`{name}` is not in AWS's answer");
        let arn = text(row, "Arn").ok_or_else(|| missing("Arn"))?;
        let kind = match text(row, "kind") {
            Some("user") => Kind::User,
            Some("role") => Kind::Role,
            Some("group") => Kind::Group,
            _ => return Err("only users, groups and roles have permissions".to_owned()),
        };
        let name = arn.rsplit('/').next().unwrap_or_default();
        let mut who =
            Self { arn, name, kind, groups: Vec::new(), attached: Vec::new(), documents: Vec::new(), boundary: None };
        who.add(row, known, known_by_name)?;
        if kind == Kind::User && row.get("GroupList").is_none() {
            return Err(missing("GroupList"));
        }
        for group in list(row, "GroupList").iter().filter_map(Value::as_str) {
            let row = known.groups.get(group).ok_or_else(|| format!("the group {group} is not in AWS's answer"))?;
            who.groups.extend(text(row, "Arn"));
            who.add(row, known, known_by_name)?;
        }
        if let Some(boundary) = row.get("PermissionsBoundary").filter(|boundary| boundary.is_object()) {
            let arn = text(boundary, "PermissionsBoundaryArn").ok_or_else(|| missing("PermissionsBoundaryArn"))?;
            who.boundary = Some(known.document(arn)?);
        }
        Ok(who)
    }

    /// The policies in a row and those attached to it.
    fn add(&mut self, row: &'v Value, known: &PermissionRows<'v>, known_by_name: bool) -> Result<(), String> {
        for inline in ["UserPolicyList", "RolePolicyList", "GroupPolicyList"] {
            for policy in list(row, inline) {
                self.documents.push(policy.get("PolicyDocument").ok_or("an inline policy has no document")?);
            }
        }
        if row.get("AttachedManagedPolicies").is_none() {
            return Err("`AttachedManagedPolicies` is not in AWS's answer".to_owned());
        }
        for policy in list(row, "AttachedManagedPolicies") {
            let arn = text(policy, "PolicyArn").ok_or("an attached policy has no ARN")?;
            self.attached.push(arn);
            match known.document(arn) {
                Err(_) if known_by_name && arn.contains(":iam::aws:policy/") => {}
                document => self.documents.push(document?),
            }
        }
        Ok(())
    }
}

/// Nothing is named so: only a pattern for all of them has it.
const ANY_NAME: &str = "Zq7-any-of-them-x9";

/// AWS has fewer Regions.
const MAX_REGIONS: usize = 64;

impl Who<'_> {
    /// The resources that stand for a target; `None` for any.
    pub(super) fn resources(&self, target: Target) -> Vec<Option<String>> {
        let every = |kind: &str| Some(self.of_account("iam", &format!("{kind}/{ANY_NAME}")));
        let own = |owned: &[&str]| owned.iter().map(|arn| Some((*arn).to_owned())).collect::<Vec<_>>();
        match target {
            Target::Any => vec![None],
            Target::Itself(kind) if kind == self.kind => vec![Some(self.arn.to_owned()), every(kind.word())],
            Target::Itself(kind) | Target::Every(kind) => vec![every(kind.word())],
            Target::OwnGroup => [own(&self.groups), vec![every("group")]].concat(),
            Target::OwnPolicy => {
                let ours: Vec<&str> = self.attached.iter().copied().filter(|arn| !arn.contains(":iam::aws:")).collect();
                [own(&ours), vec![every("policy")]].concat()
            }
            // In any Region that a policy names: the others are as good as this one.
            Target::EveryFunction => {
                let function = self.of_account("lambda", &format!("function:{ANY_NAME}"));
                let of = |region: &String| Some(function.replacen(":lambda::", &format!(":lambda:{region}:"), 1));
                self.regions().iter().map(of).collect()
            }
        }
    }

    /// The Regions that its policies name, and one that they may not.
    fn regions(&self) -> BTreeSet<String> {
        let mut regions = BTreeSet::from(["eu-west-1".to_owned()]);
        for statement in self.documents.iter().filter_map(|document| statements(document).ok()).flatten() {
            let functions =
                statement.resources.patterns().iter().filter(|pattern| pattern.split(':').nth(2) == Some("lambda"));
            regions.extend(functions.map(|pattern| {
                let [_, region, _] = place_of(pattern);
                region
            }));
        }
        regions.into_iter().take(MAX_REGIONS).collect()
    }

    fn of_account(&self, service: &str, name: &str) -> String {
        let mut parts = self.arn.split(':').skip(1);
        let partition = parts.next().unwrap_or("aws");
        let account = parts.nth(2).unwrap_or_default();
        format!("arn:{partition}:{service}::{account}:{name}")
    }
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }
}
