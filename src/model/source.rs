//! A source: one read call, its pages, and the calls made for each item, as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Name, Parameters, Path, Shape, SourceId, Template};

/// One kind of evidence. Generic sources are called by `collect`'s one signed call; conversations are Rust on the
/// typed SDK crates, but their replies are read by the same description.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The id, `kms.keys`.
    pub id: SourceId,
    /// What it is, for people: "KMS keys".
    pub title: String,
    /// The key in `services.toml` of the service that rows of this source show to be in use, if they show one.
    pub shows_service: Option<String>,
    /// The endpoint prefix, `kms`, `s3-control`, `api.sagemaker`.
    pub service: String,
    /// The SigV4 signing name, mostly the same.
    pub signing: String,
    /// The SDK's service id in the form of `AWS_ENDPOINT_URL_<…>`: `S3_CONTROL`.
    pub endpoint_variable: String,
    /// The AWS CLI's name of the service: `s3api`.
    pub cli_service: String,
    /// How requests and replies are written.
    pub protocol: Protocol,
    /// The API version: `2016-11-15` for query and ec2, `1.1` for json.
    pub version: String,
    /// `X-Amz-Target`'s prefix of the json protocol: `TrentService`.
    pub target: String,
    /// Where it is asked.
    pub scope: SourceScope,
    /// Who makes the calls.
    pub collector: Collector,
    /// The list call is made once for each row of another source, which its templates know as `{from.<member>}`.
    pub from: Option<FanOut>,
    /// The list call.
    pub call: Call,
    /// Further calls, one per item of the list, in order; a later one may use an earlier one's answer.
    pub each: Vec<Each>,
    /// Where the items are in the reply, `Reservations.Instances`; empty: the whole reply is the one item.
    pub items: Vec<ItemList>,
    /// The item's member that names it among its siblings, `KeyId`; empty for a single item or a list of strings.
    pub key: Path,
    /// Template of the finding's `resource`: `arn:{partition}:s3:::{Name}`. `{partition} {region} {account}` and the
    /// row's members (`{metadata.Arn}`) are known. Empty: the account id or the region's name, by scope.
    pub resource: Template,
    /// The members that name an item as AWS Config does where it uses none of our names: `DbiResourceId`.
    pub config_ids: BTreeSet<Path>,
    /// The members with AWS's own id of the thing, which survives a new name and never returns: `UserId`. Of several
    /// (a reply that lists users and roles) a row has one. Empty: the ARN says it, or nothing does.
    pub unique_id: Vec<Path>,
    /// Where the row says when the thing was made.
    pub created: Option<Created>,
    /// Where the row says when the thing expires.
    pub expires: Option<Expires>,
    /// What the rows are.
    pub inventory: Inventory,
    /// The items that are taken; none: all.
    pub only: Option<Only>,
    /// Why members and parts are collected that no check, split or report reads; `*` stands for all of them.
    pub kept_for: BTreeMap<String, String>,
}

/// A list inside a reply; IAM's GetAccountAuthorizationDetails has four.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemList {
    /// Where: `UserDetailList`.
    pub path: Path,
    /// Stored in the row as `kind` when not empty: `user`.
    pub kind: String,
    /// A reply without this member is an empty list; otherwise it is unreadable.
    pub may_be_missing: bool,
}

/// One HTTP call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The API operation, `ListKeys`.
    pub operation: String,
    /// The HTTP method of the REST protocols, else `POST`.
    pub method: String,
    /// The path of the REST protocols with `{templates}`, `/detector/{detectorIds}`, else `/`. May carry a fixed query: `/{Name}?policy`.
    pub path: Template,
    /// Parameters: of json the body's members, of query and ec2 the form's, of GET REST the query string's, of other
    /// REST methods the JSON body's.
    /// Strings may hold `{templates}` of the item; `{account}`, `{region}`, `{period.start}` are known too.
    pub parameters: Parameters,
    /// The call is made once for each of these, merged into `parameters`; one empty map when there is nothing to vary.
    pub vary: Vec<Parameters>,
    /// Fixed headers with templates: `x-amz-account-id = "{account}"`.
    pub headers: BTreeMap<String, Template>,
    /// A host label before the endpoint's, `{account}.` of S3 Control; never put before an IP address or `localhost`.
    pub host_prefix: Template,
    /// Paging, if the call pages.
    pub page: Option<Paging>,
    /// How the reply is read.
    pub shape: Shape,
    /// Error codes that say "there is none": a fact.
    pub absent: BTreeSet<String>,
    /// Error codes that say "your plan does not include this": a gap of its own kind.
    pub not_subscribed: BTreeSet<String>,
    /// The AWS CLI command that shows the same again, with templates of the row: `s3api get-bucket-acl --bucket {Name}`.
    /// Empty: none does. `None`: it follows from the call.
    pub cli: Option<String>,
    /// The IAM actions that the call needs, `kms:ListKeys`.
    pub actions: BTreeSet<String>,
}

/// A call for each item.
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// The name under which the answer joins the row: `rotation`.
    pub part: String,
    /// The call.
    pub call: Call,
    /// Where in the reply the part is, `KeyMetadata`; empty: the whole reply. The part of a paging call is a list.
    pub select: Path,
    /// The call goes to this region (template, `{location}`) instead of the list's. Empty answers mean `us-east-1`.
    pub region: Option<Template>,
    /// The call is only made for items of this kind: an AWS-managed key has no policy to read.
    pub when: Option<When>,
}

/// A member and the values of it that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// The member.
    pub member: Path,
    /// Its values.
    pub is: BTreeSet<String>,
}

/// The items of a list that are taken: `OwnerId` is `{account}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only {
    /// The member.
    pub member: Path,
    /// Its value.
    pub is: Template,
}

/// The source for each of whose rows another is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanOut {
    /// That source.
    pub source: SourceId,
    /// Only for rows of this kind.
    pub when: Option<When>,
}

/// The member under which a row carries the row that it was asked for.
pub const FROM: &str = "from";

/// The key of an item in the calls made for it: AWS's names are unique among siblings only, so that of what it was
/// found in goes first.
pub fn item_key(of: Option<&str>, key: &str) -> String {
    match of {
        Some(of) if !of.is_empty() => format!("{of} {key}"),
        _ => key.to_owned(),
    }
}

/// How to ask for the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// The reply's member with the next page's token, a path: `NextMarker`.
    pub next: Path,
    /// The request's parameter that takes it: `Marker`.
    pub send: String,
    /// A boolean member that says whether there is more: `Truncated`. Without it, and in a reply that leaves it out, the
    /// token's presence does.
    pub more: Option<Path>,
    /// The parameter that sets the page's size, and the size to ask for.
    pub size: Option<(String, u32)>,
}

/// The AWS wire protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// JSON with `X-Amz-Target`.
    Json,
    /// JSON over REST paths.
    RestJson,
    /// Form in, XML out: IAM, RDS.
    Query,
    /// EC2's dialect of it.
    Ec2,
    /// XML over REST paths: S3.
    RestXml,
}

/// Where a source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceScope {
    /// In each region of the scope.
    Region,
    /// Once an account, in the partition's home region.
    Account,
    /// Once an organization: with the credentials of each account asked, where AWS answers members too.
    Organization,
}

/// Who makes a source's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Collector {
    /// The one generic signed call.
    Generic,
    /// `collect::conversations::iam`.
    Iam,
    /// `collect::conversations::cloudtrail`.
    Cloudtrail,
    /// `collect::conversations::config`.
    Config,
    /// `collect::conversations::artifact`.
    Artifact,
    /// `collect::conversations::trail`; its facts are read by `trail::read`.
    Trail,
    /// Asked before everything else: who we are, which regions are enabled.
    Identity,
}

impl Collector {
    /// Whether the calls follow from the source's description alone; the others are made by a conversation that knows which
    /// ones to make.
    pub fn is_walked(self) -> bool {
        matches!(self, Self::Generic | Self::Identity)
    }
}

impl Source {
    /// All IAM actions the source needs.
    pub fn actions(&self) -> BTreeSet<&str> {
        let own = self.call.actions.iter();
        own.chain(self.each.iter().flat_map(|each| &each.call.actions)).map(String::as_str).collect()
    }

    /// The call whose answer joins the row as `part`; `None` is the list call.
    pub fn call_of(&self, part: Option<&str>) -> Option<&Call> {
        match part {
            None => Some(&self.call),
            Some(part) => self.each.iter().find(|each| each.part == part).map(|each| &each.call),
        }
    }
}

impl Call {
    /// Whether an error says that there is none.
    pub fn says_absent(&self, code: &str, message: &str) -> bool {
        self.absent.iter().any(|known| is(known, code, message))
    }

    /// Whether an error says that the account's plan does not include this.
    pub fn says_not_subscribed(&self, code: &str, message: &str) -> bool {
        self.not_subscribed.iter().any(|known| is(known, code, message))
    }

    /// The `{names}` in its templates, but for those of its command.
    pub fn names(&self) -> BTreeSet<&Name> {
        let texts = [&self.path, &self.host_prefix].into_iter().chain(self.headers.values());
        let parameters = self.parameters.values().chain(self.vary.iter().flat_map(BTreeMap::values));
        texts.flat_map(Template::names).chain(parameters.flat_map(|parameter| parameter.names())).collect()
    }
}

/// `NotFoundException`, or with the words that distinguish it from others of the same code. Macie, where it is off,
/// answers `AccessDeniedException: Macie is not enabled`.
fn is(known: &str, code: &str, message: &str) -> bool {
    match known.split_once(": ") {
        _ if code.is_empty() => false,
        None => known == code,
        Some((known, words)) => known == code && message.to_ascii_lowercase().contains(&words.to_ascii_lowercase()),
    }
}

/// Where a row says when AWS made the thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The member's path: `CreateDate`, `table.CreationDateTime`.
    pub member: Path,
    /// One sentence about other reasons for which AWS moves that date; empty: none are known.
    pub caveat: String,
}

/// Where a row says when the thing expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expires {
    /// The member's path: `certificate.NotAfter`.
    pub member: Path,
    /// What expires, for people: "certificate".
    pub what: String,
}

/// What the rows of a source are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inventory {
    /// Each row is a thing that comes and goes: a bucket, a user, an instance.
    Resources,
    /// Settings of an account, events, findings, evaluations, reports, and second looks at things that another source
    /// lists: whether a row is there says nothing about whether a thing is.
    Records,
    /// Things that happened: they belong to the period that asked for them, and are neither open nor fixed later.
    Events,
}
