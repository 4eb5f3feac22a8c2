//! Exceptions, in all results and files.

use super::*;

#[test]
fn exceptions_to_look_at_again_are_in_every_result() {
    let place = demo(THREE);
    let assessed = good(&place, &[&["assess", "--format", "json"], &DEMO[..]].concat());
    let assessed: Value = serde_json::from_str(&assessed).unwrap();
    let failing = assessed["checks"].as_array().unwrap().iter().find(|check| check["verdict"] == "fail").unwrap();
    let check = failing["id"].as_str().unwrap();
    place.write("auditpack.toml", &format!("exceptions = \"extra/exceptions.toml\"\n{THREE}"));
    fs::create_dir(place.path("extra")).unwrap();
    let exception = |resources: &str, since: &str, until: &str| {
        format!(
            "[[exception]]\ncheck = \"{check}\"\nresources = [\"{resources}\"]\nreason = \"because {until}\"\n\
             approver = \"Jane Doe, CISO\"\n{since}until = {until}\n"
        )
    };
    let all = [
        exception("*", "", "2026-09-29"),
        exception("nothing-like-this", "", "2026-12-31"),
        exception("*", "since = 2025-01-01\n", "2026-12-31"),
        exception("*", "since = 2026-01-01\n", "2026-12-31"),
    ];
    place.write("extra/exceptions.toml", &all.join("\n"));
    let table = good(&place, &[&["assess"], &DEMO[..]].concat());
    let warned: Vec<&str> = table.lines().skip_while(|line| !line.starts_with("Warning:")).take(5).collect();
    assert_eq!(warned[0], "Warning: 3 of 4 exceptions to look at again");
    for (line, words) in warned[2..].iter().zip(["expired", "unused", "in use, longer than a year"]) {
        assert!(line.contains(words) && line.contains("Jane Doe"), "{line}");
    }
    let json: Value =
        serde_json::from_str(&good(&place, &[&["assess", "--format", "json"], &DEMO[..]].concat())).unwrap();
    let states: Vec<(&str, &str)> = json["exceptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["state"].as_str().unwrap(), one["term"].as_str().unwrap()))
        .collect();
    let expected = [
        ("expired", "within-a-year"),
        ("unused", "within-a-year"),
        ("used", "longer-than-a-year"),
        ("used", "within-a-year"),
    ];
    assert_eq!(states, expected);
    pack(&place, "pack.zip");
    assert!(place.path("pack/config/extra/exceptions.toml").exists());
    let found = verify(&place, "pack.zip");
    assert_eq!((&found["ok"], &found["reperformed"]["identical"]), (&true.into(), &true.into()), "{found}");
    let html = fs::read_to_string(place.path("pack/report.html")).unwrap();
    Command::new("pdftotext")
        .args(["-layout", "pack/report.pdf", "report.txt"])
        .current_dir(place.path(""))
        .status()
        .unwrap();
    let pdf = fs::read_to_string(place.path("report.txt")).unwrap();
    let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note =
        "1 exception has expired; 1 is unused. 1 runs for longer than a year: it should be approved again each year.";
    assert!(spaced(&html).contains(note) && spaced(&pdf).contains(note));
    assert!(html.contains("over a year") && pdf.contains("over a year"));
}

#[test]
fn a_file_of_exceptions_stays_in_its_folder() {
    let place = small();
    place.write("outside.toml", "");
    fs::create_dir(place.path("inner")).unwrap();
    let settings = |name: &str| {
        place.write("inner/auditpack.toml", &format!("exceptions = {name:?}\n{SETTINGS}"));
        run(&place, &["attest", "--requests", "--mappings", "mini", "--config", "inner/auditpack.toml"])
    };
    for name in ["../outside.toml", "/etc/passwd", "a/../../outside.toml", "C:x.toml", "auditpack.toml", "x.txt", ""] {
        let output = settings(name);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", shown(&output));
        assert!(
            text(&output.stderr).contains("not a plain path")
                || text(&output.stderr).contains("not a file of exceptions"),
            "{name}: {}",
            shown(&output)
        );
    }
    assert!(text(&settings("gone.toml").stderr).contains("cannot read `gone.toml`"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.path("outside.toml"), place.path("inner/link.toml")).unwrap();
        let linked = settings("link.toml");
        assert!(text(&linked.stderr).contains("leads out"), "{}", shown(&linked));
    }
    let faulty = "[[exception]]\ncheck = \"x\"\nresources = [\"*\"]\nreason = \"r\"\napprover = \"a\"\nsince = 2026-12-31\nuntil = 2026-01-01\n[params]\n";
    place.write("inner/exceptions.toml", faulty);
    let output = settings("exceptions.toml");
    let said = text(&output.stderr);
    for words in ["ends before it begins", "there is no check `x`", "unknown key `params`"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    place.write("inner/exceptions.toml", "");
    assert_eq!(settings("exceptions.toml").status.code(), Some(0));
}
