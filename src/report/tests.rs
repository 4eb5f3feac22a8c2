//! What people read in the report, and what must never get into it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use serde_json::Value;

use super::sample::{HOSTILE, Sample};
use super::view::{EVIDENCE_LISTED, FINDINGS_LISTED, FINDINGS_PRINTED, GAPS_LISTED, View};
use super::{ReportError, Templates, html};
use crate::model::{Exchange, Finding, RequirementResult, Sha256, SourceId, Verdict, evidence_files, with_causes};

fn page(sample: &Sample) -> String {
    String::from_utf8(html(&sample.input(), &Templates::embedded().unwrap()).unwrap()).unwrap()
}

fn view(sample: &Sample) -> Value {
    serde_json::to_value(View::new(&sample.input())).unwrap()
}

/// The values of an attribute over the whole page, unescaped.
fn attributes(page: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = page.split(start.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap());
    values.map(unescaped).collect()
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// The page as it is read: without tags, a line per block.
fn readable(page: &str) -> String {
    let body = page.split("</head>").nth(1).unwrap();
    let mut text = String::new();
    for piece in body.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
        let inline = ["a", "bdi", "code", "i", "span", "strong", "text", "title", "rect"].contains(&name);
        text.push_str(if inline || name == "td" || name == "th" { " " } else { "\n" });
        text.push_str(words);
    }
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    unescaped(&lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

/// The requirements of a part with their children, as `framework anchor` pairs.
fn anchors(requirement: &Value) -> Vec<String> {
    let own = requirement["anchor"].as_str().unwrap().to_owned();
    std::iter::once(own).chain(requirement["children"].as_array().unwrap().iter().flat_map(anchors)).collect()
}

fn part_anchors(part: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let groups = list(&part["frameworks"]).into_iter().flat_map(|framework| list(&framework["groups"]));
    groups.flat_map(|group| list(&group["requirements"])).flat_map(|requirement| anchors(&requirement)).collect()
}

fn expected_anchor(requirement: &RequirementResult) -> String {
    let id = requirement.id.as_str().replace('(', "_28_").replace(')', "_29_");
    format!("req-{}/{id}", requirement.framework)
}

#[test]
fn the_report_reads_so() {
    insta::assert_snapshot!(readable(&page(&Sample::new())));
}

#[test]
fn every_requirement_stands_in_exactly_one_part() {
    let sample = Sample::new();
    let view = view(&sample);
    let parts: Vec<Vec<String>> = view["parts"].as_array().unwrap().iter().map(part_anchors).collect();
    let mut shown = parts.concat();
    let mut expected: Vec<String> = sample.assessment.requirements.iter().map(expected_anchor).collect();
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
    assert_eq!(parts[0], ["req-soc2/CC6.4", "req-iso27001-2022/A.7.1"]);
    assert!(parts[1].ends_with(&["req-gdpr/Art.32".to_owned(), "req-gdpr/Art.32_28_1_29__28_b_29_".to_owned()]));
    let page = page(&sample);
    for anchor in expected {
        assert_eq!(page.matches(&format!(" id=\"{anchor}\"")).count(), 1, "{anchor}");
    }
}

#[test]
fn a_paragraph_without_its_article_is_not_lost() {
    let mut sample = Sample::new();
    sample.assessment.requirements.retain(|requirement| requirement.id.as_str() != "Art.32");
    let shown: Vec<String> = view(&sample)["parts"].as_array().unwrap().iter().flat_map(part_anchors).collect();
    assert_eq!(shown.len(), sample.assessment.requirements.len());
}

#[test]
fn every_gap_is_listed_with_what_closes_it() {
    let sample = Sample::new();
    let text = readable(&page(&sample));
    for gap in &sample.assessment.gaps {
        for said in [gap.reason.words(), &gap.remedy.to_string(), &gap.message, gap.region.as_str()] {
            assert!(text.contains(said), "{said}");
        }
    }
    let source = &view(&sample)["scope"]["sources"][0];
    assert_eq!((&source["id"], &source["state"]["word"]), (&"guardduty.detectors".into(), &"missing".into()));
}

#[test]
fn the_policy_allows_the_style_and_nothing_else() {
    let page = page(&Sample::new());
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::of(style.as_bytes()).as_bytes());
    let policy = attributes(&page, "content").into_iter().find(|content| content.starts_with("default-src")).unwrap();
    assert_eq!(
        policy,
        format!("default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'")
    );
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(page.find("Content-Security-Policy") < page.find("<style>"));
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    let sample = Sample::new();
    let page = page(&sample);
    let paths: BTreeSet<&str> = sample.files.iter().map(|file| file.path.as_str()).collect();
    for href in attributes(&page, "href") {
        assert!(href.starts_with('#') || paths.contains(href.as_str()), "{href}");
    }
    for tag in page.split('<').skip(1).map(|piece| piece.split('>').next().unwrap()) {
        let name = tag.split([' ', '\n']).next().unwrap();
        assert!(!["script", "link", "img", "iframe", "object", "embed", "base", "form"].contains(&name), "{tag}");
        assert!(![" src=", " style=", " on", " srcset=", " xlink:"].iter().any(|name| tag.contains(name)), "{tag}");
    }
}

#[test]
fn links_lead_somewhere_and_anchors_are_unique() {
    let page = page(&Sample::new());
    let ids = attributes(&page, "id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let anchors = attributes(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#').map(str::to_owned));
    let labels = attributes(&page, "aria-labelledby");
    let labels = labels.iter().flat_map(|ids| ids.split_whitespace().map(str::to_owned));
    for target in anchors.chain(labels) {
        assert!(unique.contains(&target), "{target}");
    }
}

#[test]
fn hostile_names_are_text_and_show_what_they_hide() {
    let page = page(&Sample::new());
    assert!(!page.contains(HOSTILE) && !page.contains("<script>alert") && !page.contains("<img src=x"));
    assert!(!page.contains('\u{202E}'));
    assert!(readable(&page).contains("arn:aws:s3:::\"><script>alert(1)</script>'&⟨U+202E⟩gpj.exe"));
    assert!(!attributes(&page, "href").iter().any(|href| href.contains("javascript:")));
}

#[test]
fn findings_cite_the_file_of_their_own_region() {
    let view = view(&Sample::new());
    let check = &view["findings"]["severities"][1]["checks"][0];
    assert_eq!(check["id"], "kms.key-rotation");
    let cited = check["findings"][0]["evidence"]["numbers"][0]["number"].as_u64().unwrap();
    let row = view["evidence"]["rows"].as_array().unwrap().iter().find(|row| row["number"] == cited).unwrap();
    assert_eq!((&row["source"], &row["region"]), (&"kms.keys".into(), &"eu-west-1".into()));
}

#[test]
fn evidence_that_no_file_holds_is_said_to_be_missing() {
    let mut sample = Sample::new();
    let bodies = (0..10).map(|number| Sha256::of(&[number]));
    let known = sample.files.iter().map(|file| file.sha256);
    sample.assessment.checks[3].findings[0].evidence = bodies.chain(known).collect();
    let refs = &view(&sample)["findings"]["severities"][0]["checks"][0]["findings"][0]["evidence"];
    assert_eq!(refs["numbers"].as_array().unwrap().len(), 3, "two files have one body");
    assert_eq!(refs["more"], "10 not in this pack");
}

#[test]
fn the_worst_stands_first() {
    let view = view(&Sample::new());
    let order: Vec<&str> = ["severities"]
        .iter()
        .flat_map(|key| view["findings"][key].as_array().unwrap())
        .flat_map(|group| group["checks"].as_array().unwrap())
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["s3.bucket-no-public-read", "guardduty.enabled", "kms.key-rotation"]);
    assert_eq!(view["thresholds"]["rows"][0]["change"]["word"], "loosened");
    assert_eq!(view["findings"]["others"][0]["id"], "rds.encrypted");
}

#[test]
fn the_first_page_names_the_gravest_failures() {
    let view = view(&Sample::new());
    let gravest = view["executive"]["gravest"].as_array().unwrap();
    let named: Vec<(&Value, &Value)> = gravest.iter().map(|one| (&one["severity"], &one["check"]["href"])).collect();
    assert_eq!(named, [(&"critical".into(), &"#check-s3.bucket-no-public-read".into())]);
    assert_eq!(view["executive"]["named"], "1 of 1");
}

#[test]
fn the_pdf_lists_the_evidence_that_its_pages_cite_and_no_other() {
    let mut sample = Sample::new();
    let body = Sha256::of(b"further");
    let further = Exchange { source: SourceId::from("kms.further"), body, ..sample.snapshot.exchanges[0].clone() };
    sample.snapshot.exchanges.push(further);
    sample.files = evidence_files(&sample.snapshot);
    let check = &mut sample.assessment.checks[3];
    let one = check.findings[0].clone();
    // The eleventh finding is not printed; what it alone cites is not either.
    let none = Finding { evidence: Vec::new(), ..one.clone() };
    check.findings = vec![none; FINDINGS_PRINTED];
    check.findings.push(Finding { evidence: vec![body], ..one });
    let view = view(&sample);
    let check = &view["findings"]["severities"][0]["checks"][0];
    assert_eq!(check["unprinted"], "And 1 more finding in assessment.json.");
    let cited = check["findings"][FINDINGS_PRINTED]["evidence"]["numbers"][0]["number"].as_u64().unwrap();
    let rows = view["evidence"]["rows"].as_array().unwrap();
    let printed = |row: &&Value| row["printed"] == true;
    assert!(!rows.iter().filter(printed).any(|row| row["number"] == cited), "{cited}");
    let count = rows.iter().filter(printed).count();
    assert_eq!(view["evidence"]["printed"], format!("{count} file{}", if count == 1 { "" } else { "s" }));
    super::pdf(&sample.input(), &Templates::embedded().unwrap()).unwrap();
}

#[test]
fn what_is_too_much_to_list_is_counted_aloud() {
    let mut sample = Sample::new();
    let check = &mut sample.assessment.checks[3];
    let one = check.findings[0].clone();
    check.findings =
        (0..100_000).map(|number| Finding { resource: format!("bucket-{number}"), ..one.clone() }).collect();
    check.findings.push(Finding { verdict: Verdict::Pass, ..one });
    let gap = sample.assessment.gaps[0].clone();
    sample.assessment.gaps = vec![gap; GAPS_LISTED + 7];
    let exchange = sample.snapshot.exchanges[0].clone();
    let further = |number| Exchange { source: SourceId::new(format!("kms.keys-{number}")), ..exchange.clone() };
    sample.snapshot.exchanges.splice(0..0, (0..EVIDENCE_LISTED + 5).map(further));
    sample.snapshot.gaps.clear();
    sample.files = evidence_files(&sample.snapshot);
    let view = view(&sample);
    let check = &view["findings"]["severities"][0]["checks"][0];
    assert_eq!(check["findings"].as_array().unwrap().len(), FINDINGS_LISTED);
    assert_eq!(check["more"], "And 99,800 more findings in assessment.json.");
    assert_eq!(check["counts"], "100,000 fail, 1 pass");
    assert_eq!(view["scope"]["more_gaps"], "And 7 more gaps in assessment.json.");
    assert_eq!(sample.files.len(), EVIDENCE_LISTED + 8);
    // The last two files are cited, so that they are listed too.
    let rows = view["evidence"]["rows"].as_array().unwrap();
    let last: Vec<u64> = rows[EVIDENCE_LISTED..].iter().map(|row| row["number"].as_u64().unwrap()).collect();
    assert_eq!(last, [EVIDENCE_LISTED as u64 + 7, EVIDENCE_LISTED as u64 + 8]);
    assert_eq!(view["evidence"]["more"], "And 6 more files in evidence/index.csv.");
    let page = page(&sample);
    for said in ["99,800 more findings", "7 more gaps", "more files in evidence/index.csv"] {
        assert!(page.contains(said), "{said}");
    }
    let ids: BTreeSet<String> = attributes(&page, "id").into_iter().collect();
    let cited = attributes(&page, "href").into_iter().filter(|href| href.starts_with("#evidence-"));
    cited.for_each(|href| assert!(ids.contains(&href[1..]), "{href}"));
}

/// The text of the section about time.
fn over_time(input: &super::Input<'_>) -> String {
    let page = String::from_utf8(html(input, &Templates::embedded().unwrap()).unwrap()).unwrap();
    let text = readable(&page);
    // Its heading, after the list of contents.
    let section = text.split("\nReadiness over time\n").last().unwrap();
    section.split("\nPart A: ").next().unwrap().to_owned()
}

#[test]
fn a_report_without_a_history_says_why() {
    let mut sample = Sample::new();
    sample.trend.as_mut().unwrap().points.drain(..2);
    let alone = over_time(&sample.input());
    assert!(alone.contains("There is no earlier snapshot: that of 2026-10-01 is the first of its vault."), "{alone}");
    assert!(alone.contains("The one point is the assessment in this pack.") && !alone.contains("ask for"), "{alone}");
    sample.snapshot.previous = Some(Sha256::of(b"second"));
    let note = "1 earlier snapshot is left out: <b>it was pruned</b>.";
    let pruned = over_time(&super::Input { trend_note: note, ..sample.input() });
    assert!(pruned.contains("No earlier snapshot than that of 2026-10-01 can be shown.") && pruned.contains(note));
    sample.trend = None;
    let broken = over_time(&super::Input { trend_note: "The chain is not whole: 1\u{202E}2.", ..sample.input() });
    assert_eq!(broken, "The chain is not whole: 1⟨U+202E⟩2.");
    assert!(over_time(&sample.input()).contains("No history was worked out for this report."));
}

#[test]
fn a_long_history_is_drawn_in_part_and_says_so() {
    let mut sample = Sample::new();
    let trend = sample.trend.as_mut().unwrap();
    let (first, last) = (trend.points[0].clone(), trend.points[2].clone());
    let earlier = (0..110).map(|number| crate::model::Point { snapshot: Sha256::of(&[number]), ..first.clone() });
    trend.points = earlier.chain([last]).collect();
    let view = view(&sample);
    let trend = &view["trend"];
    let chart = &trend["failing"][0];
    assert_eq!(chart["bars"].as_array().unwrap().len(), 7);
    assert_eq!(chart["more"], "The newest 7 of 111 snapshots; history.json has all.");
    assert!(chart["bars"][6]["label"].as_str().unwrap().starts_with("2026-10-01 "));
    assert_eq!(chart["plot"]["rows"].as_array().unwrap().len(), 111, "on a screen there is room");
    let dates = trend["frameworks"][0]["plot"]["dates"].as_array().unwrap();
    assert!(dates.last().unwrap()["x"].as_f64().unwrap() < 760.0 - 33.0, "half of the last date has room");
    let listed = trend["snapshots"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["evidence"]), (104, &"in this pack".into()));
    assert_eq!(trend["snapshots_more"], "And 7 more earlier snapshots in history.json.");
    assert_eq!(trend["open"].as_array().unwrap().len(), 3);
    assert!(super::pdf(&sample.input(), &Templates::embedded().unwrap()).is_ok());
}

#[test]
fn an_empty_snapshot_makes_a_report() {
    let mut sample = Sample::new();
    sample.assessment.requirements.clear();
    sample.assessment.checks.clear();
    sample.assessment.gaps.clear();
    sample.assessment.reports.clear();
    sample.assessment.services.clear();
    sample.assessment.params.clear();
    sample.assessment.exceptions.clear();
    sample.assessment.attestations.clear();
    sample.files.clear();
    let input = super::Input { signer: None, ..sample.input() };
    let page = String::from_utf8(html(&input, &Templates::embedded().unwrap()).unwrap()).unwrap();
    assert!(page.contains("this report is not signed"));
    assert!(page.contains("None: AWS answered every call."));
}

#[test]
fn a_faulty_template_is_told_by_file_line_and_word() {
    let with = |path: &str, text: &str| Templates::with(&BTreeMap::from([(path.to_owned(), text.as_bytes().to_vec())]));
    let broken = with("sections/cover.html", "<p>\n{{ cover.title ! }}\n").err().unwrap();
    let ReportError::Template { file, line, column, .. } = &broken else { unreachable!("{broken}") };
    assert_eq!((file.as_str(), *line, *column), ("sections/cover.html", 2, 16));
    let unknown = with_causes(&with("sections/cover.html", "<p>\n{{ cover.title | shout }}\n").err().unwrap());
    assert!(unknown.contains("`shout`") && unknown.contains("sections/cover.html:2:"), "{unknown}");
    let sample = Sample::new();
    let templates = with("sections/cover.html", "<p>\n\n{{ cover.nonsense }}</p>").unwrap();
    let missing = html(&sample.input(), &templates).unwrap_err();
    let ReportError::Template { file, line, word, .. } = &missing else { unreachable!("{missing}") };
    assert_eq!((file.as_str(), *line, word.as_str()), ("sections/cover.html", 3, "nonsense"));
    assert_eq!(with("x.html", "\u{0}{{").err().map(|error| error.to_string().contains("`x.html`, line 1")), Some(true));
    let style = with("style.css", "</style><script>").unwrap();
    assert!(matches!(html(&sample.input(), &style), Err(ReportError::Style)));
    let latin = Templates::with(&BTreeMap::from([("report.html".to_owned(), vec![0xE4])]));
    assert!(matches!(latin.err(), Some(ReportError::NotText(path)) if path == "report.html"));
}

#[test]
fn a_users_template_stands_in_for_the_embedded_one() {
    let own = b"{{ cover.organization }}: {{ findings.severities[0].checks[0].findings[0].resource }}".to_vec();
    let templates = Templates::with(&BTreeMap::from([("report.html".to_owned(), own)])).unwrap();
    let page = String::from_utf8(html(&Sample::new().input(), &templates).unwrap()).unwrap();
    assert!(page.starts_with("Example GmbH: arn:aws:s3:::&quot;&gt;&lt;script&gt;"));
}

#[test]
fn the_sample_report_is_laid_out() {
    let bytes = super::pdf(&Sample::new().input(), &Templates::embedded().unwrap()).unwrap();
    assert!(lopdf::Document::load_mem(&bytes).unwrap().get_pages().len() > 10);
}
