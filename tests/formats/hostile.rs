//! Hostile names in every form.

use super::*;

/// What Markdown of ours is made of; hostile names add nothing to it.
const MARKS: [&str; 8] = ["bullet_list", "list_item", "heading", "paragraph", "strong", "table", "inline", "text"];

#[test]
fn hostile_names_are_text_in_markdown() {
    let place = hostile();
    let everything = |command: &[&str]| {
        let markdown = good(&place, &[command, &["--format", "markdown", "-v"]].concat());
        let found = read(&["markdown"], &markdown);
        for kind in strings(&found["kinds"]) {
            let name = kind.trim_end_matches("_open").trim_end_matches("_close");
            let known = MARKS.contains(&name) || ["thead", "tbody", "tr", "th", "td"].contains(&name);
            assert!(known, "{command:?}: {kind} in {}", text(&markdown));
        }
        let tables = found["tables"].as_array().unwrap();
        let rows: usize = tables.iter().map(|table| table.as_array().unwrap().len()).sum();
        // Of a table that breaks off, the rest is read as text; the line below the heads is no row.
        assert_eq!(found["rows"], rows + tables.len(), "{command:?}: {}", text(&markdown));
        for table in tables.iter().map(|table| table.as_array().unwrap()) {
            assert!(table.iter().all(|row| row.as_array().unwrap().len() == table[0].as_array().unwrap().len()));
        }
        found
    };
    let cells = |found: &Value| -> Vec<String> {
        let rows = found["tables"].as_array().unwrap().iter().flat_map(|table| table.as_array().unwrap());
        rows.flat_map(|row| strings(row)).map(str::to_owned).collect()
    };
    // A diff names each twice, a plan the first five; a calendar in its titles.
    let diff = everything(&["diff"]);
    for name in HOSTILE {
        assert!(cells(&diff).contains(&visible(name)), "{name:?} in {:?}", cells(&diff));
    }
    assert!(cells(&diff).contains(&TITLE.to_owned()));
    assert_eq!(diff["headings"][0], format!("What changed at {ORGANIZATION}"));
    let calendar = everything(&["calendar"]);
    for name in HOSTILE {
        let title = format!("The certificate {} expires", visible(name));
        assert!(cells(&calendar).contains(&title), "{title} in {:?}", cells(&calendar));
    }
    everything(&["trend"]);
    everything(&["next", "--top", "0"]);
    assert_eq!(everything(&["assess"])["headings"][0], format!("Audit readiness of {ORGANIZATION}"));
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    let place = hostile();
    for command in [&["next", "--top", "0"][..], &["trend"], &["calendar"]] {
        let arguments = [command, &["--format", "csv"]].concat();
        read_well(&["csv"], &printed(&arguments));
        let found = read_well(&["csv"], &good(&place, &arguments));
        let cells: Vec<&str> = found["rows"].as_array().unwrap().iter().flat_map(strings).collect();
        match command[0] {
            "calendar" => {
                for name in ["=HYPERLINK", "-1+1|cmd", "@everyone", "=cmd|", "+1", "=1+1"] {
                    assert!(cells.iter().any(|cell| cell.starts_with(&format!("'{name}"))), "{name} in {cells:?}");
                }
            }
            "next" => assert!(cells.contains(&"'=1+1|<i>owner</i>"), "{cells:?}"),
            _ => assert!(cells.len() > 20),
        }
    }
}

#[test]
fn hostile_names_are_text_in_pages() {
    let place = hostile();
    for command in ["diff", "next", "trend", "calendar"] {
        let found = read(&["html"], &good(&place, &[command, "--format", "html"]));
        assert_eq!(found["foreign"], json!([]), "{command}");
        let cells = strings(&found["cells"]);
        let text = found["text"].as_str().unwrap();
        match command {
            "diff" => {
                assert!(HOSTILE.iter().take(5).all(|name| cells.contains(name)), "{cells:?}");
                assert!(cells.contains(&TITLE), "{cells:?}");
            }
            "calendar" => assert!(text.contains("The certificate <script>alert(1)</script> expires"), "{text}"),
            _ => {}
        }
        if command != "next" {
            assert!(found["title"].as_str().unwrap().contains(ORGANIZATION), "{}", found["title"]);
        }
    }
}

#[test]
fn pages_are_accessible_at_every_width_and_ask_for_nothing() {
    let place = hostile();
    let look = |name: &str, page: &[u8], width: &str| {
        let file = place.path(&format!("{name}.html"));
        fs::write(&file, page).unwrap();
        let mut browser = Command::new("node");
        let output = browser.arg(repository().join("tests/browser/axe.mjs")).arg(&file).arg(width).output().unwrap();
        assert!(output.status.success(), "{name} at {width}: {}", shown(&output));
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(seen["violations"], json!([]), "{name} at {width}");
        assert_eq!(seen["requests"].as_array().unwrap().len(), 1, "{name} asks only for itself: {}", seen["requests"]);
        assert_eq!(seen["scroll"], 0, "{name} sticks out sideways at {width}");
    };
    for command in [&["diff", "2026-Q2..2026-Q3"][..], &["trend"], &["next"], &["calendar", "--days", "200"]] {
        let page = printed(&[command, &["--format", "html"]].concat());
        for width in ["1280", "390"] {
            look(command[0], &page, width);
        }
    }
    for command in ["diff", "calendar"] {
        look(&format!("hostile-{command}"), &good(&place, &[command, "--format", "html"]), "390");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Exit codes and wrong input
