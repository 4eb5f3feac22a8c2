//! What a stranger's expressions may cost: each runs in a child with limits, whose time and memory are measured.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests; the figures are printed")]

mod common;
mod hostile {
    pub(crate) mod measured;
    pub(crate) mod packs;
}

use std::fmt::Write as _;

use common::Workplace;
use hostile::measured::{Measured, measure};

/// Seconds of the processor that an expression may take, the start of the program included.
const SECONDS: f64 = 20.0;
/// Megabytes that the process may take.
const MEGABYTES: u64 = 500;

/// What a verdict says of an evaluation that was ended.
const ENDED: &str = "too large to be judged";

/// An expression, and what comes of it: a part of what is printed; empty: it passes.
struct Hostile {
    name: &'static str,
    pass: String,
    says: &'static str,
}

fn hostile(name: &'static str, pass: impl Into<String>, says: &'static str) -> Hostile {
    Hostile { name, pass: pass.into(), says }
}

fn doubled(start: &str, step: &str, times: usize) -> String {
    format!("size({start}{}) > 0", format!(".map(x, {step})").repeat(times))
}

/// Those that make much of little.
fn growing() -> Vec<Hostile> {
    vec![
        hostile("text doubled by +", doubled("[r.Pattern]", "x + x", 40), ENDED),
        hostile("lists doubled by +", doubled("[[r.Index]]", "x + x", 40), ENDED),
        hostile("lists of a list twice", doubled("[r.Index]", "[x, x]", 40), ENDED),
        hostile("maps of a map twice", doubled("[{'a': r.Index}]", "{'a': x, 'b': x}", 40), ENDED),
        hostile("bytes doubled", doubled("[bytes(r.Pattern)]", "x + x", 40), ENDED),
        hostile("optional members", "size(r.Big.map(x, [r.?Big])) > 0", "unsupported syntax '.?'"),
        hostile("a list for each item", "size(r.Big.map(x, r.Big)) > 0", ENDED),
        hostile("a text for each item", "size(r.Big.map(x, r.Text + 'a')) > 0", ENDED),
        hostile("keys of a map", "size(r.Big.map(x, {r.Text + string(x): 1})) > 0", ENDED),
        hostile("pieces of a long text", "size((r.Text + r.Text + r.Text).split('a')) > r.Big[0]", ""),
        hostile("pieces, often", "size(r.Big.map(x, r.Text.split('a'))) > 0", ENDED),
        hostile("join with a long separator", "size(join(r.Big.map(x, 'a'), r.Text)) > 0", ENDED),
        hostile("copies to bytes and back", "r.Big.all(x, string(bytes(r.Text)) == r.Text)", ENDED),
    ]
}

/// Those that take long.
fn slow() -> Vec<Hostile> {
    let sum = format!("r.Big.map(x, 1{}).all(x, x == 101)", " + 1".repeat(100));
    let literals = format!("r.Big.all(x, r.Big.all(y, 1{} == 0 || true))", " * 1".repeat(100));
    vec![
        hostile("three loops", "r.Big.all(x, r.Big.all(y, r.Big.all(z, x + y + z >= 0)))", ENDED),
        hostile("exists of all of exists", "r.Big.exists(x, r.Big.all(y, r.Big.exists(z, z < 0)))", ENDED),
        hostile("errors that a loop swallows", "r.Big.exists(x, r.Big < x) || r.Big.exists(x, r.Big - x == 1)", ENDED),
        hostile("long arithmetic in a loop", sum, ""),
        hostile("long arithmetic in two loops", literals, ENDED),
        hostile("in a list, for each item", "r.Big.all(x, x in r.Big)", ENDED),
        hostile("lists held against lists", "r.Big.all(x, r.Big == r.Big)", ENDED),
        hostile("texts held against texts", "r.Big.all(x, r.Text == r.Text)", ENDED),
        hostile("texts in order", "r.Big.all(x, r.Text <= r.Text)", ENDED),
        hostile("texts counted", "r.Big.all(x, size(r.Text) > 0)", ENDED),
        hostile("texts searched", "r.Big.all(x, !r.Text.contains('b'))", ENDED),
        hostile("texts in small letters", "r.Big.all(x, size(lower(r.Text)) > 0)", ENDED),
        hostile("a pattern on a long text, often", "r.Big.all(x, !r.Text.matches('b$'))", ENDED),
        hostile("a pattern of many states", r"r.Text.matches('(?:[ab]*a[ab]{400}){2}c')", "expected pass, got fail"),
        hostile("a pattern of huge counts", r"r.Text.matches('(a{1000}){1000}')", "exceeds size limit"),
        hostile("stars in stars", r"r.Text.matches('(a*)*(a*)*(a*)*b')", "expected pass, got fail"),
        hostile("many patterns", r"r.Big.all(x, !'a'.matches(string(x) + 'a{900}'))", ENDED),
        hostile("a pattern of the evidence", r"r.Text.matches(r.Pattern)", "expected pass, got fail"),
        hostile("a pattern as long as the text", r"r.Text.matches(r.Text + r.Text)", ENDED),
        hostile("own patterns", "r.Big.all(x, !matches_any(r.Text, ['*b', 'b*', '*' + r.Text + 'b*']))", ENDED),
        hostile("policies", "r.Big.all(x, !policy_allows(r.Policy, 'a:b', '*'))", ENDED),
        hostile("numbers of a long text", "r.Big.all(x, int(r.Text) == 1)", ENDED),
        hostile("a deep row", "r.Deep == r.Deep && size(r.Deep) == 1", ""),
        hostile("an index of the evidence", "r.Big[r.Index] == 1", "shorter than the check expects"),
        hostile("beyond the end of time", "time('9999-12-31T00:00:00Z') + days(106751) > now", "Overflow"),
        hostile("an absurd duration", "now + days(100000000) > now", "out of range"),
        hostile("a duration that is none", "duration('99999999999999999999h') > days(1)", "expression failed"),
        hostile("a number that is none", format!("int('{}') > 0", "9".repeat(4000)), "expression failed"),
    ]
}

/// Texts that the parser has to bear; all are refused, or run within the limits.
fn for_the_parser() -> Vec<Hostile> {
    let wrapped = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    vec![
        hostile("a megabyte", "1 + ".repeat(150_000) + "1 > 0", "too long"),
        hostile("ten thousand brackets", wrapped("(", "true", ")", 10_000), "too long"),
        hostile("two thousand parentheses", wrapped("(", "true", ")", 2_000), "not a CEL expression"),
        hostile("two thousand lists", wrapped("[", "1", "]", 2_000), "not a CEL expression"),
        hostile("maps in maps", wrapped("{1:", "1", "}", 1_000), "not a CEL expression"),
        hostile("brackets that stay open", "(".repeat(4_000), "not a CEL expression"),
        hostile("four thousand times not", "!".repeat(4_000) + "true", ""),
        hostile("odd minuses", "-".repeat(4_001) + "1 < 0", ""),
        hostile("a chain of members", format!("has(r{})", ".a".repeat(2_000)), "levels deep"),
        hostile("a chain of sums", format!("1{} > 0", " + 1".repeat(1_000)), "levels deep"),
        hostile("a shorter chain of sums", format!("1{} > 0", " + 1".repeat(100)), ""),
        hostile("a chain of ors", format!("false{}", " || false".repeat(400) + " || true"), ""),
        hostile(
            "questions in questions",
            "true ? ".repeat(250) + "true" + &" : false".repeat(250),
            "not a CEL expression",
        ),
        hostile("indices in indices", wrapped("r.Big[", "0", "]", 500), "not a CEL expression"),
        hostile("calls in calls", wrapped("size(", "r.Big", ")", 500), "not a CEL expression"),
        hostile("a fault in a long line", "x".repeat(100_000), "too long"),
        hostile("an endless text", format!("'{}", "a".repeat(4_000)), "not a CEL expression"),
    ]
}

/// A row with long members, as TOML.
fn row() -> String {
    let big: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    let statement = format!(r#"{{ Effect = "Allow", Action = ["{}*"], Resource = ["*"] }}"#, "a*?".repeat(40));
    let statements = vec![statement; 200].join(", ");
    let deep = format!("{}1{}", "[".repeat(30), "]".repeat(30));
    format!(
        r#"{{ Id = "a", Big = [{}], Text = "{}", Index = 1000000, Pattern = "(x+x+)+y", Deep = {deep}, Policy = {{ Statement = [{statements}] }} }}"#,
        big.join(","),
        "a".repeat(100_000),
    )
}

const SOURCE: &str = r#"
[[source]]
id = "x.things"
title = "Things"
service = "x"
protocol = "json"
version = "2020-01-01"
target = "X"
scope = "region"
operation = "ListThings"
items = "Things"
key = "Id"
actions = ["x:ListThings"]
"#;

fn check(pass: &str) -> String {
    let mut text = "id = \"x.hostile\"\ntitle = \"Hostile\"\nseverity = \"low\"\nsource = \"x.things\"\nnone = \"not-applicable\"\nwhy = \"-\"\nremedy = \"-\"\n".to_owned();
    writeln!(text, "pass = {}", serde_json::Value::from(pass)).unwrap();
    writeln!(text, "[[example]]\ncase = \"pass\"\nrow = {}", row()).unwrap();
    text += "[[example]]\ncase = \"fail\"\nrow = { Id = \"b\" }\n";
    text += "[[example]]\ncase = \"absent\"\nverdict = \"undetermined\"\nrow = {}\n";
    text
}

fn tried(one: &Hostile) -> Measured {
    let place = Workplace::new();
    std::fs::create_dir_all(place.path("own/sources")).unwrap();
    std::fs::create_dir_all(place.path("own/checks/x")).unwrap();
    // Without what is embedded the program starts at once.
    place.write("own/catalog.toml", "complete = true\n");
    place.write("own/sources/x.toml", SOURCE);
    place.write("own/checks/x/hostile.toml", &check(&one.pass));
    let mut command = place.auditpack();
    command.args(["checks", "test", "--mappings", "own"]);
    measure(command)
}

fn hold(kind: &str, all: Vec<Hostile>) {
    let mut wrong = Vec::new();
    println!("tried {} expressions: {kind}", all.len());
    for one in all {
        let found = tried(&one);
        println!("{:34} {:6.2} s {:5} MB  exit {:?}", one.name, found.seconds, found.megabytes, found.code);
        let first = found.said.lines().find(|line| line.contains("example 1")).unwrap_or_default();
        let as_expected = match one.says {
            "" => first.is_empty() && found.said.contains("3 examples"),
            says => found.said.contains(says),
        };
        let bounded = found.seconds <= SECONDS && found.megabytes <= MEGABYTES;
        if !as_expected || !bounded || !matches!(found.code, Some(0 | 1)) {
            let said: String = found.said.chars().take(600).collect();
            wrong.push(format!(
                "{}: {:.1} s, {} MB, exit {:?}: {said}",
                one.name, found.seconds, found.megabytes, found.code
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_grows_is_bounded() {
    hold("what grows", growing());
}

#[test]
fn what_is_slow_is_bounded() {
    hold("what is slow", slow());
}

#[test]
fn what_the_parser_is_given_is_bounded() {
    hold("what the parser has to bear", for_the_parser());
}
