//! `iam-policy`: exactly the actions that the chosen sources use.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use miette::{IntoDiagnostic as _, WrapErr as _};
use serde_json::{Value, json};

use super::context::Context;
use super::exit::Exit;
use crate::cli::IamPolicy;
use crate::model::{Catalog, Documents, Settings, Source};

/// An inline policy may have 2,048 to 10,240 characters, a managed one 6,144 (IAM quotas), spaces not counted.
const MANAGED_POLICY_LIMIT: usize = 6_144;

pub(super) fn run(flags: &IamPolicy, context: &mut Context<'_>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let settings = match context.options.config.exists() {
        true => Some(context.settings(&catalog)?),
        false => None,
    };
    let actions = actions(&catalog, settings.as_ref());
    let mut statements = BTreeMap::<&str, Vec<&str>>::new();
    let is_narrowed = |action: &&str| NARROWED.iter().any(|(own, ..)| own == action);
    let (narrow, wide): (Vec<&str>, Vec<&str>) = actions.into_iter().partition(is_narrowed);
    for action in &wide {
        statements.entry(action.split(':').next().unwrap_or_default()).or_default().push(action);
    }
    let mut statements: Vec<_> = statements
        .into_iter()
        .map(|(service, actions)| {
            let sid: String = service.split('-').map(capitalized).collect();
            json!({ "Sid": format!("Read{sid}"), "Effect": "Allow", "Action": actions, "Resource": "*" })
        })
        .collect();
    let partition = partition(settings.as_ref());
    let narrow = NARROWED.into_iter().filter(|(action, ..)| narrow.contains(action));
    statements.extend(narrow.map(|narrow| narrowed(narrow, partition)));
    if let Some(folder) = &flags.split {
        return split(statements, folder, context);
    }
    let policy = policy(&statements);
    let length = policy.to_string().len();
    if length > MANAGED_POLICY_LIMIT {
        context.note(&format!(
            "note: {length} characters, and a managed policy takes {MANAGED_POLICY_LIMIT}: `--split DIR` writes it as several"
        ));
    }
    context.print_json(&policy)?;
    Ok(Exit::Ok)
}

fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Writes policies that IAM takes; a role may have ten of them.
fn split(statements: Vec<Value>, folder: &Path, context: &mut Context<'_>) -> miette::Result<Exit> {
    std::fs::create_dir_all(folder).into_diagnostic().wrap_err_with(|| format!("cannot make {}", folder.display()))?;
    let mut policies: Vec<Vec<Value>> = Vec::new();
    for statement in statements {
        match policies.last_mut() {
            Some(last) if policy(last).to_string().len() + statement.to_string().len() < MANAGED_POLICY_LIMIT => {
                last.push(statement);
            }
            _ => policies.push(vec![statement]),
        }
    }
    for (number, statements) in (1..).zip(&policies) {
        let path = folder.join(format!("auditpack-{number}.json"));
        // IAM counts no spaces, but people paste files.
        context.write(&path, policy(statements).to_string().as_bytes())?;
        context.say(&format!("wrote {}", path.display()))?;
    }
    context.note("attach them all to the role that collects");
    Ok(Exit::Ok)
}

/// Actions that read more than what we need, and the resources to which they are narrowed.
///
/// Objects: CloudTrail's folders in any bucket; which one a trail delivers to is known only to who has the policy already
/// (put the names of the buckets there to narrow it further). No condition on `s3:prefix`: with one, S3 refuses to say
/// that an object is not there. API Gateway: APIs, and neither its API keys nor its domain names. Parameters:
/// AWS's own, which every user may read (no other name begins with `/aws`).
const NARROWED: [(&str, &str, &[&str]); 4] = [
    (
        "apigateway:GET",
        "ReadApis",
        &["apigateway:*::/apis", "apigateway:*::/apis/*", "apigateway:*::/restapis", "apigateway:*::/restapis/*"],
    ),
    ("s3:GetObject", "ReadTrailFiles", &["s3:::*/AWSLogs/*"]),
    ("s3:ListBucket", "ListTrailFiles", &["s3:::*"]),
    ("ssm:GetParametersByPath", "ReadPublicParameters", &["ssm:*:*:parameter/aws/service/*"]),
];

fn narrowed((action, sid, resources): (&str, &str, &[&str]), partition: &str) -> Value {
    let resources: Vec<String> = resources.iter().map(|resource| format!("arn:{partition}:{resource}")).collect();
    json!({ "Sid": sid, "Effect": "Allow", "Action": [action], "Resource": resources })
}

/// The partition of the regions in the settings.
fn partition(settings: Option<&Settings>) -> &'static str {
    match settings.and_then(|settings| settings.scope.regions.first()).map(|region| region.as_str()) {
        Some(region) if region.starts_with("cn-") => "aws-cn",
        Some(region) if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// The IAM actions of the chosen sources; fetching AWS's documents is asked for only when the settings want it.
fn actions<'a>(catalog: &'a Catalog, settings: Option<&Settings>) -> BTreeSet<&'a str> {
    let every = BTreeSet::new();
    let chosen = catalog.chosen(settings.map_or(&every, |settings| &settings.sources));
    let downloads = settings.is_some_and(|settings| settings.artifact.documents == Documents::Download);
    let actions = chosen.into_iter().flat_map(Source::actions);
    actions.filter(|action| downloads || *action != "artifact:GetReport").collect()
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
