//! Faults of sources, their templates and commands.

use super::*;

#[test]
fn a_source_with_many_faults_shows_them_all() {
    let bad = SOURCE
        .replace("title =", "titel =")
        .replace("\"json\"", "\"jsonn\"")
        .replace("\"ListKeys\"", "\"DeleteKeys\"")
        .replace("kms:ListKeys", "kms:*")
        .replace("Limit = 100", "Limit = \"100\"")
        .replace("{ KeyId = \"{KeyId}\" }", "{ KeyId = \"{metadata.KeyId}\", Since = \"{period.begin}\" }")
        .replace("as = \"metadata\"", "as = 5");
    let faults = load(files(&[("sources/kms.toml", &bad)])).unwrap_err();
    insta::assert_snapshot!(lines(&faults), @r###"
    sources/kms.toml:2 [[[source]]]
      `title` is missing
      > add `title = …`
    sources/kms.toml:4 [titel]
      unknown key `titel`
      > did you mean `title`?
    sources/kms.toml:5 ["jsonn"]
      `jsonn` is not a valid `protocol`
      > one of `json`, `rest-json`, `query`, `ec2`, `rest-xml`
    sources/kms.toml:9 ["DeleteKeys"]
      the operation `DeleteKeys` does not only read
      > only calls that read may be made: `Get… List… Describe… BatchGet… Lookup… Select… Generate…Report`
    sources/kms.toml:13 ["100"]
      `Limit` must be a whole number from 1 on
      > -
    sources/kms.toml:14 ["kms:*"]
      the action `kms:*` does not only read
      > only calls that read may be made: `Get… List… Describe… BatchGet… Lookup… Select… Generate…Report`
    sources/kms.toml:16 [5]
      `as` must be a text
      > -
    sources/kms.toml:18 ["{period.begin}"]
      nothing fills `{period.begin}`
      > known here: `account`, `partition`, `period.end`, `period.start`, `region` and the item's members
    "###);
}

#[test]
fn a_part_is_not_read_before_it_is_there() {
    let bad = format!(
        "{}\n[[source.each]]\nas = \"rotation\"\noperation = \"GetKeyRotationStatus\"\nactions = [\"kms:GetKeyRotationStatus\"]\n",
        SOURCE.replace("\"{KeyId}\"", "\"{rotation.KeyId}\"")
    );
    let faults = load(files(&[("sources/kms.toml", &bad)])).unwrap_err();
    insta::assert_snapshot!(lines(&faults), @r###"
    sources/kms.toml:18 ["{rotation.KeyId}"]
      nothing fills `{rotation.KeyId}`
      > `rotation` is read later: order the `each` calls so that it comes first
    "###);
}

#[test]
fn a_template_that_never_fits_is_a_fault() {
    let of = |name: &str| SOURCE.replace("key = \"KeyId\"\n", "").replace("{KeyId}", name);
    let texts = load(files(&[("sources/kms.toml", &of("{StreamName}"))])).unwrap_err();
    insta::assert_snapshot!(lines(&texts), @r###"
    sources/kms.toml:17 ["{StreamName}"]
      nothing fills `{StreamName}`
      > the items are texts, known as `{_item}`; if they are objects, name their `key`
    "###);
    let objects = SOURCE.replace("{KeyId}", "{_item}");
    insta::assert_snapshot!(lines(&load(files(&[("sources/kms.toml", &objects)])).unwrap_err()), @r###"
    sources/kms.toml:18 ["{_item}"]
      nothing fills `{_item}`
      > `{_item}` is an item that is a text: name a member of the item, or delete `key`
    "###);
    let from = SOURCE.replace("{KeyId}", "{from.KeyId}");
    insta::assert_snapshot!(lines(&load(files(&[("sources/kms.toml", &from)])).unwrap_err()), @r###"
    sources/kms.toml:18 ["{from.KeyId}"]
      nothing fills `{from.KeyId}`
      > the source follows no other one: it has no `from`
    "###);
    let below = format!(
        "{}\n[[source]]\nid = \"kms.grants\"\ntitle = \"Grants\"\nfrom = {{ source = \"kms.keys\" }}\nprotocol = \"json\"\n\
         version = \"1.1\"\ntarget = \"TrentService\"\nscope = \"region\"\noperation = \"ListGrants\"\n\
         parameters = {{ KeyId = \"{{from._item}}\" }}\nactions = [\"kms:ListGrants\"]\n",
        SOURCE
    );
    insta::assert_snapshot!(lines(&load(files(&[("sources/kms.toml", &below)])).unwrap_err()), @r###"
    sources/kms.toml:23 ["kms.grants"]
      nothing fills `{from._item}` of `kms.grants`
      > `{_item}` is an item that is a text: name a member of the item, or delete `key`
    "###);
}

#[test]
fn what_tells_rows_apart_is_named_by_paths() {
    let keys = "key = \"KeyId\"\nunique_id = [\"KeyId\", \"metadata..Arn\", \"KeyId\"]\ncreated_caveat = \"Moves.\"\nrows = \"things\"\n";
    let bad = SOURCE.replace("key = \"KeyId\"\n", keys);
    let faults = load(files(&[("sources/kms.toml", &bad)])).unwrap_err();
    insta::assert_snapshot!(lines(&faults), @r###"
    sources/kms.toml:12 ["metadata..Arn"]
      `metadata..Arn` is not a path
      > write names of members with dots between them
    sources/kms.toml:12 ["KeyId"]
      `KeyId` is listed twice
      > delete one
    sources/kms.toml:13 ["Moves."]
      a caveat about a date that is not named
      > add `created = …`, or delete the caveat
    sources/kms.toml:14 ["things"]
      `things` is not a valid `rows`
      > one of `resources`, `records`, `events`
    "###);
}

#[test]
fn commands_only_read_and_leave_the_rest_to_the_reader() {
    let commands = [
        "kms get-key-policy --key-id {KeyId} --policy-name default",
        "kms",
        "aws kms list-keys",
        "kms disable-key --key-id {KeyId}",
        "secretsmanager get-secret-value --secret-id {KeyId}",
        "kms list-keys /tmp/out",
        "kms list-keys --endpoint=https://example.org",
        "kms describe-key --key-id {period.begin}",
    ];
    let mut all = String::new();
    for command in commands {
        let list = format!("operation = \"ListKeys\"\ncli = \"{command}\"");
        let faults = load(files(&[("sources/kms.toml", &SOURCE.replace("operation = \"ListKeys\"", &list))])).err();
        all += &format!("== {command}\n{}\n", faults.map(|faults| lines(&faults)).unwrap_or_default());
    }
    insta::assert_snapshot!(all, @r###"
    == kms get-key-policy --key-id {KeyId} --policy-name default

    == kms
    sources/kms.toml:10 ["kms"]
      the command has no service and operation
      > write `service get-something --option {member}`, as after `aws`
    == aws kms list-keys
    sources/kms.toml:10 ["aws kms list-keys"]
      the command does not begin with a service and an operation of the AWS CLI, without `aws`
      > write `service get-something --option {member}`, as after `aws`
    == kms disable-key --key-id {KeyId}
    sources/kms.toml:10 ["kms disable-key --key-id {KeyId}"]
      the command `disable-key` does not only read
      > write `service get-something --option {member}`, as after `aws`
    == secretsmanager get-secret-value --secret-id {KeyId}
    sources/kms.toml:10 ["secretsmanager get-secret-value --secret-id {KeyId}"]
      the command `get-secret-value` reads secrets
      > write `service get-something --option {member}`, as after `aws`
    == kms list-keys /tmp/out
    sources/kms.toml:10 ["kms list-keys /tmp/out"]
      the command has a value before its first option
      > write `service get-something --option {member}`, as after `aws`
    == kms list-keys --endpoint=https://example.org
    sources/kms.toml:10 ["kms list-keys --endpoint=https://example.org"]
      the command says `--endpoint=https://example.org`, which is the reader's to say
      > write `service get-something --option {member}`, as after `aws`
    == kms describe-key --key-id {period.begin}
    sources/kms.toml:10 ["kms describe-key --key-id {period.begin}"]
      nothing fills `{period.begin}`
      > known here: `account`, `partition`, `period.end`, `period.start`, `region` and the item's members
    "###);
}
