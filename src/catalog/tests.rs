//! The texts of faults, as a mapping author reads them.

mod sources;

use std::collections::BTreeMap;

use super::{Faults, load};

fn files(list: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn render(faults: &Faults) -> String {
    let mut text = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor()).with_width(110);
    handler.render_report(&mut text, faults).unwrap();
    text
}

const SOURCE: &str = r#"
[[source]]
id = "kms.keys"
title = "KMS keys"
protocol = "json"
version = "1.1"
target = "TrentService"
scope = "region"
operation = "ListKeys"
items = "Keys"
key = "KeyId"
resource = "{metadata.Arn}"
page = { next = "NextMarker", send = "Marker", more = "Truncated", size = { Limit = 100 } }
actions = ["kms:ListKeys"]
[[source.each]]
as = "metadata"
operation = "DescribeKey"
send = { KeyId = "{KeyId}" }
select = "KeyMetadata"
actions = ["kms:DescribeKey"]
"#;

const CHECK: &str = r#"
id = "kms.key-rotation"
title = "Customer keys rotate"
severity = "medium"
source = "kms.keys"
when = "r.metadata.KeyManager == 'CUSTOMER'"
pass = "r.rotation.KeyRotationEnabled"
none = "not-applicable"
why = "Old keys leak."
remedy = "Turn rotation on."
[[example]]
case = "pass"
row = { rotation = { KeyRotationEnabled = true } }
[[example]]
case = "fail"
row = { rotation = { KeyRotationEnabled = false } }
[[example]]
case = "absent"
verdict = "undetermined"
row = { rotation = nan }
"#;

#[test]
fn a_small_catalog_loads() {
    let catalog = load(files(&[("sources/kms.toml", SOURCE), ("checks/kms/key-rotation.toml", CHECK)])).unwrap();
    let source = &catalog.sources[&"kms.keys".into()];
    assert_eq!(source.endpoint_variable, "KMS");
    assert_eq!(source.each[0].part, "metadata");
    let check = &catalog.checks[&"kms.key-rotation".into()];
    assert_eq!(check.examples[2].row["rotation"], serde_json::Value::Null);
}

/// A line for each fault: where, the word underlined, what is wrong, what to do.
fn lines(faults: &Faults) -> String {
    let line = |fault: &super::Fault| {
        let place = format!("{}:{} [{}]", fault.file(), fault.line(), fault.word());
        format!("{place}\n  {}\n  > {}", fault.message(), fault.remedy().unwrap_or("-"))
    };
    faults.list().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_fault_shows_the_place_the_word_and_the_remedy() {
    let bad = CHECK.replace("medium", "meduim").replace("r.rotation.Key", "row.rotation.Key");
    let faults = load(files(&[("sources/kms.toml", SOURCE), ("checks/kms/key-rotation.toml", &bad)])).unwrap_err();
    insta::assert_snapshot!(render(&faults), @r###"
      × 2 faults

    Error: 
      × `meduim` is not a valid `severity`
       ╭─[checks/kms/key-rotation.toml:4:12]
     3 │ title = "Customer keys rotate"
     4 │ severity = "meduim"
       ·            ────┬───
       ·                ╰── unknown
     5 │ source = "kms.keys"
       ╰────
      help: one of `critical`, `high`, `medium`, `low`

    Error: 
      × there is no variable `row`
       ╭─[checks/kms/key-rotation.toml:7:9]
     6 │ when = "r.metadata.KeyManager == 'CUSTOMER'"
     7 │ pass = "row.rotation.KeyRotationEnabled"
       ·         ─┬─
       ·          ╰── unknown
     8 │ none = "not-applicable"
       ╰────
      help: the row's name is `r`
    "###);
}

#[test]
fn expressions_are_read_with_care() {
    let cases = [
        "r.a ==",
        "foo.all(x, lowr(x) == y)",
        "params.max_age > 1 && period.begin < now",
        "rows.exists(x, x.a)",
        "find('s3.bucket-config', r.b) != null",
        "find(r.source, r.b) != null",
        "r.a.all(a, a.all(b, b.all(c, c.all(d, d))))",
    ];
    let mut all = String::new();
    for case in cases {
        let check = CHECK.replace("r.rotation.KeyRotationEnabled", case);
        let faults =
            load(files(&[("sources/kms.toml", SOURCE), ("checks/kms/key-rotation.toml", &check)])).unwrap_err();
        all += &format!("== {case}\n{}\n", lines(&faults));
    }
    insta::assert_snapshot!(all, @r###"
    == r.a ==
    checks/kms/key-rotation.toml:7 []
      not a CEL expression: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER
      > see the CEL language definition, and `docs/checks.md` for what is known here
    == foo.all(x, lowr(x) == y)
    checks/kms/key-rotation.toml:7 [foo]
      there is no variable `foo`
      > known: `account`, `accounts`, `now`, `region`, `r`, `params`, `period`
    checks/kms/key-rotation.toml:7 [lowr]
      there is no function `lowr`
      > did you mean `lower`?
    checks/kms/key-rotation.toml:7 [y]
      there is no variable `y`
      > known: `account`, `accounts`, `now`, `region`, `r`, `params`, `period`
    == params.max_age > 1 && period.begin < now
    checks/kms/key-rotation.toml:7 [max_age]
      `params` of this check does not list `max_age`
      > add it: `params = ["max_age"]`
    checks/kms/key-rotation.toml:7 [begin]
      `period` has no `begin`
      > use `period.start` or `period.end`
    == rows.exists(x, x.a)
    checks/kms/key-rotation.toml:7 [rows]
      there is no variable `rows`
      > this check judges each row: use `r`, or write `per = "region"`
    == find('s3.bucket-config', r.b) != null
    checks/kms/key-rotation.toml:7 [s3.bucket-config]
      the check does not say that it reads `s3.bucket-config`
      > add it: `reads = ["s3.bucket-config"]`
    == find(r.source, r.b) != null
    checks/kms/key-rotation.toml:7 [find]
      `find` needs a source
      > write the source's id in quotes, so that it can be seen what the check reads
    == r.a.all(a, a.all(b, b.all(c, c.all(d, d))))
    checks/kms/key-rotation.toml:7 [(]
      more than 3 lists are walked inside one another
      > split the check, or use a function
    "###);
}

#[test]
fn a_check_without_its_examples_is_refused() {
    let (head, _) = CHECK.split_once("[[example]]\ncase = \"fail\"").unwrap();
    let check = head
        .replace("case = \"pass\"", "case = \"pass\"\nverdict = \"fail\"\nothers = { \"a.b\" = [] }\nnow = \"today\"");
    let check = check.replace("why = ", "reads = [\"kms.keys\"]\nparams = [\"gone\"]\nwhy = ");
    let faults = load(files(&[("sources/kms.toml", SOURCE), ("checks/kms/rotation.toml", &check)])).unwrap_err();
    insta::assert_snapshot!(lines(&faults), @r###"
    checks/kms/rotation.toml:2 [id]
      the check has no example of `fail`, `absent`
      > add an `[[example]]` of each: what passes, what fails, and what comes of members that AWS left out
    checks/kms/rotation.toml:2 ["kms.key-rotation"]
      the check `kms.key-rotation` lies in `checks/kms/rotation.toml`
      > move it to `checks/kms/key-rotation.toml`, or write `id = "kms.rotation"`
    checks/kms/rotation.toml:9 ["kms.keys"]
      no `find` or `rows` reads `kms.keys`
      > delete it from `reads`
    checks/kms/rotation.toml:10 ["gone"]
      no expression reads `params.gone`
      > delete it from `params`
    checks/kms/rotation.toml:10 ["gone"]
      there is no parameter `gone`
      > none is defined
    checks/kms/rotation.toml:15 [verdict]
      a `pass` example has another verdict
      > write `case = "other"`
    checks/kms/rotation.toml:16 ["a.b"]
      the check does not read `a.b`
      > add it to `reads`, which has `kms.keys`
    checks/kms/rotation.toml:17 ["today"]
      `today` is not a time
      > write it like `2026-09-30T00:00:00Z`
    "###);
}

const FRAMEWORK: &str = r#"
id = "gdpr"
title = "GDPR"
counts = "40 articles"
[[requirement]]
id = "Art.5"
title = "Principles"
group = "Chapter II"
responsibility = "customer"
parent = "Art.5(1)"
controls = ["key-managment"]
[[requirement]]
id = "Art.5(1)"
title = "Principles"
group = "Chapter II"
responsibility = "shard"
parent = "Art.5"
layers = ["guest_o"]
reports = ["SOC3"]
manual = [{ id = "a", ask = "b", owner = "securty", valid_days = 0 }]
"#;

#[test]
fn references_lead_somewhere_and_nothing_stands_alone() {
    let controls = "[[control]]\nid = \"key-management\"\ntitle = \"Keys\"\nchecks = [\"kms.key-rotatio\"]\n";
    let again = "[[control]]\nid = \"key-management\"\ntitle = \"Keys\"\nchecks = []\n";
    let services = "[[service]]\nkey = \"ec2\"\ntitle = \"EC2\"\nmodel = \"infrastructure\"\nlayers = { guest_os = \"custmer\" }\n";
    let reports = "[[report]]\nkind = \"SOC2\"\ntitle = \"SOC 2\"\norigin = \"artifact\"\nnames = [\"SOC 2\"]\n";
    let params = "[[param]]\nname = \"max_age\"\ntitle = \"Age\"\ndefault = 90\nstricter = \"lower\"\n";
    let faults = load(files(&[
        ("sources/kms.toml", SOURCE),
        ("checks/kms/key-rotation.toml", CHECK),
        ("controls/a.toml", controls),
        ("controls/b.toml", again),
        ("frameworks/gdpr.toml", FRAMEWORK),
        ("services.toml", services),
        ("artifact-reports.toml", reports),
        ("params.toml", params),
        ("elsewhere/x.toml", ""),
    ]));
    insta::assert_snapshot!(lines(&faults.unwrap_err()), @r###"
    checks/kms/key-rotation.toml:2 ["kms.key-rotation"]
      nothing uses the check `kms.key-rotation`
      > add it to the `checks` of a control, or name one in its own `controls`
    controls/a.toml:2 ["key-management"]
      nothing uses the control `key-management`
      > add it to the `controls` of a requirement in `frameworks/`, or name one in its own `supports`
    controls/a.toml:4 ["kms.key-rotatio"]
      there is no check `kms.key-rotatio`
      > did you mean `kms.key-rotation`?
    controls/b.toml:2 ["key-management"]
      the control `key-management` is defined twice
      > give one of the two controls another id, or delete it
    elsewhere/x.toml:1 []
      `elsewhere/x.toml` is in no known place
      > known: `catalog.toml`, `params.toml`, `services.toml`, `offers.toml`, `artifact-reports.toml`, and the folders `sources`, `checks`, `controls`, `frameworks`
    frameworks/gdpr.toml:10 ["Art.5(1)"]
      `Art.5` is a part of itself, by way of `Art.5(1)`
      > a paragraph's parent is its article, which has none
    frameworks/gdpr.toml:11 ["key-managment"]
      there is no control `key-managment`
      > did you mean `key-management`?
    frameworks/gdpr.toml:16 ["shard"]
      `shard` is not a valid `responsibility`
      > one of `inherited`, `shared`, `customer`
    frameworks/gdpr.toml:17 ["Art.5"]
      `Art.5(1)` is a part of itself, by way of `Art.5`
      > a paragraph's parent is its article, which has none
    frameworks/gdpr.toml:18 ["guest_o"]
      there is no layer `guest_o`
      > did you mean `guest_os`?
    frameworks/gdpr.toml:19 ["SOC3"]
      there is no report kind `SOC3`
      > did you mean `SOC2`?
    frameworks/gdpr.toml:20 ["securty"]
      `securty` is not a valid `owner`
      > one of `security`, `people`, `legal`, `engineering`, `management`, `privacy`, `facilities`
    frameworks/gdpr.toml:20 [0]
      `valid_days` must be a whole number from 1 on
      > -
    params.toml:2 ["max_age"]
      nothing uses the parameter `max_age`
      > delete it, or name it in the `params` of the check that reads it
    services.toml:5 ["custmer"]
      `custmer` is not a valid `guest_os`
      > one of `aws`, `customer`, `shared`
    "###);
}

#[test]
fn hostile_files_are_refused_within_bounds() {
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let many = "x = 1\n".repeat(3) + &(0..3_000).map(|n| format!("key{n} = 1\n")).collect::<String>();
    let mut list = files(&[("sources/deep.toml", &deep), ("sources/many.toml", &many)]);
    list.insert("sources/big.toml".to_owned(), vec![b' '; super::MAX_FILE + 1]);
    list.insert("sources/text.toml".to_owned(), vec![b'a', 0xff]);
    let faults = load(list).unwrap_err();
    let messages: Vec<&str> = faults.list().iter().map(super::Fault::message).collect();
    assert!(messages.contains(&"`sources/big.toml` is larger than 1 MiB"), "{messages:?}");
    assert!(messages.contains(&"`sources/text.toml` is not UTF-8 text at byte 1"), "{messages:?}");
    assert!(messages.iter().any(|message| message.starts_with("not TOML: ")), "{messages:?}");
    assert!(messages.len() <= 200);
    let too_many = (0..=super::MAX_FILES).map(|n| (format!("sources/{n}.toml"), Vec::new())).collect();
    assert_eq!(load(too_many).unwrap_err().list().len(), 1);
}

#[test]
fn links_in_a_folder_are_refused_and_none_is_left_out_in_silence() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.toml"), "a = 1").unwrap();
    std::fs::write(outside.path().join("notes.md"), "no mapping").unwrap();
    let read = |link: Option<(&str, &str)>| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sources")).unwrap();
        std::fs::write(folder.path().join("sources/kms.toml"), SOURCE).unwrap();
        if let Some((to, name)) = link {
            std::os::unix::fs::symlink(outside.path().join(to), folder.path().join(name)).unwrap();
        }
        super::read_folder(folder.path()).map(|files| files.into_keys().collect::<Vec<_>>())
    };
    for harmless in [None, Some(("notes.md", "README.md"))] {
        assert_eq!(read(harmless).unwrap(), ["sources/kms.toml"]);
    }
    for (to, name) in [("", "checks"), ("secret.toml", "params.toml"), ("none.toml", "sources/gone.toml")] {
        let error = read(Some((to, name))).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("is a symbolic link"), "{error}");
    }
    assert!(super::read_folder(outside.path().join("none").as_path()).is_err());
}

#[test]
fn the_embedded_catalog_loads() {
    match load(super::embedded()) {
        Ok(catalog) => assert!(catalog.sources.contains_key(&"s3.bucket-config".into())),
        Err(faults) => unreachable!("{}", render(&faults)),
    }
}

#[test]
fn the_embedded_catalog_is_complete() {
    let catalog = load(super::embedded()).unwrap_or_else(|faults| panic!("{:?}", miette::Report::new(faults)));
    let counted = |framework: &str| {
        let requirements = &catalog.frameworks[&framework.into()].requirements;
        requirements.iter().filter(|requirement| requirement.parent.is_none()).count()
    };
    assert_eq!((counted("soc2"), counted("iso27001-2022"), counted("gdpr")), (61, 123, 40));
    assert!(catalog.checks.len() >= 91, "{}", catalog.checks.len());
}
