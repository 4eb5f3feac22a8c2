//! `CONTRIBUTING.md` names paths that are there and commands that are real.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Workplace, repository};

fn text() -> String {
    std::fs::read_to_string(repository().join("CONTRIBUTING.md")).unwrap()
}

/// What stands between backticks outside of blocks, and what links lead to.
fn paths(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect();
    let ticked = prose.split('`').skip(1).step_by(2).map(str::to_owned);
    let linked = prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap_or_default().to_owned());
    let is_path = |word: &String| {
        let file = [".md", ".toml", ".rs", ".py", ".sh", ".snap"].iter().any(|ending| word.ends_with(ending));
        !word.contains([' ', '<', '[', '{']) && (word.contains('/') || file)
    };
    ticked.chain(linked).filter(is_path).collect()
}

#[test]
fn every_path_is_there() {
    let paths = paths(&text());
    // Written by `demo`, or a file of botocore's.
    let elsewhere = ["service-2.json", "report.html", "report.pdf"];
    let missing: Vec<_> =
        paths.iter().filter(|path| !elsewhere.contains(&path.as_str()) && !repository().join(path).exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(paths.len() > 30, "{paths:?}");
}

#[test]
fn every_command_is_real() {
    let place = Workplace::new();
    let text = text();
    let lines: Vec<&str> = text.lines().filter_map(|line| line.trim_start().strip_prefix("$ ")).collect();
    for line in &lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["target/debug/auditpack", arguments @ ..] => {
                // An option or a command that does not exist is refused before the help is shown.
                let output = place.auditpack().args(arguments).arg("--help").output().unwrap();
                assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
            }
            ["cargo", "test", "--test", name] => {
                let tests = repository().join("tests");
                let there = tests.join(format!("{name}.rs")).exists() || tests.join(name).join("main.rs").exists();
                assert!(there, "{line}");
            }
            ["cargo", "test", "--lib", module] => {
                assert!(repository().join("src").join(module.trim_end_matches("::")).exists(), "{line}");
            }
            ["cargo", "build"] => {}
            [script] => assert!(repository().join(script).is_file(), "{line}"),
            _ => panic!("this test does not know how to try `{line}`"),
        }
    }
    assert!(lines.len() > 7, "{lines:?}");
}
