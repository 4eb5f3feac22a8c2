use chrono::DateTime;
use lopdf::{Document, Object};

use super::page::Item;
use super::style::{MARGIN, PAGE_WIDTH};
use super::*;
use crate::embedded::TEMPLATES;

fn fonts() -> Fonts<'static> {
    Fonts::read(TEMPLATES.iter().copied()).unwrap()
}

fn info() -> DocumentInfo {
    DocumentInfo {
        title: "Evidence & more".to_owned(),
        author: "Example GmbH".to_owned(),
        date: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        language: "en".to_owned(),
    }
}

fn report(body: &str) -> String {
    format!("<report header=\"Header\" footer=\"Footer\">{body}</report>")
}

/// Each page's lines of text as they are painted, from left to right within a line.
fn pages(body: &str) -> Vec<Vec<String>> {
    let fonts = fonts();
    let mut shaper = shape::Shaper::new(&fonts);
    let laid = layout::lay_out(read::read(&report(body)).unwrap(), &mut shaper);
    let mut pages = Vec::new();
    for page in laid.flow.pages {
        let mut lines: Vec<(f32, String)> = Vec::new();
        for item in page.items {
            let Item::Text(text) = item else { continue };
            let words: String =
                text.glyphs.iter().map(|glyph| shaper.texts[&(glyph.font, glyph.id)].as_str()).collect();
            let seen = words.trim_end().chars().count().min(text.glyphs.len());
            let end = text.x + text.glyphs[..seen].iter().map(|glyph| glyph.advance).sum::<f32>() * text.size / 1000.0;
            assert!(text.x >= MARGIN - 1.0 && end <= PAGE_WIDTH - MARGIN + 1.0, "`{words}` leaves the page: {end}");
            match lines.last_mut() {
                Some((y, line)) if *y == text.y => line.push_str(&words),
                _ => lines.push((text.y, words)),
            }
        }
        pages.push(lines.into_iter().map(|(_, line)| line).collect());
    }
    pages
}

fn all_text(body: &str) -> String {
    pages(body).concat().concat()
}

fn table(rows: usize) -> String {
    let rows: String = (0..rows).map(|row| format!("<row><cell>row-{row}.</cell><cell>text</cell></row>")).collect();
    format!("<table columns=\"1 1\"><head><cell>HeadA</cell><cell>HeadB</cell></head>{rows}</table>")
}

#[test]
fn every_row_stands_once_and_every_page_has_the_head() {
    let pages = pages(&table(300));
    assert!(pages.len() > 5, "{} pages", pages.len());
    let text = pages.concat().concat();
    for row in 0..300 {
        assert_eq!(text.matches(&format!("row-{row}.")).count(), 1, "row {row}");
    }
    for page in &pages {
        assert_eq!(page.concat().matches("HeadA").count(), 1);
        let last = page.len() - 3;
        assert!(
            page[..last].iter().filter(|line| line.starts_with("row-")).count() >= 2,
            "a row stands alone: {page:?}"
        );
    }
}

#[test]
fn a_row_longer_than_a_page_goes_on_and_loses_nothing() {
    let words: String = (0..1_700).map(|word| format!("word{word}. ")).collect();
    let body = format!(
        "<table columns=\"1 1\"><head><cell>HeadA</cell><cell>B</cell></head><row><cell>{words}</cell><cell>short</cell></row></table>"
    );
    let pages = pages(&body);
    assert!(pages.len() >= 3);
    let text = pages.concat().concat();
    for word in 0..1_700 {
        assert_eq!(text.matches(&format!("word{word}.")).count(), 1, "word {word}");
    }
    for page in &pages {
        assert!(page.concat().contains("HeadA"), "{page:?}");
    }
}

#[test]
fn a_heading_stays_with_what_it_heads() {
    for filler in 30..60 {
        let lines = "<p>filler</p>".repeat(filler);
        let body =
            format!("{lines}<h2>Lonely</h2><p>lead-in</p><table columns=\"1\"><row><cell>first</cell></row></table>");
        let pages = pages(&body);
        let page = pages.iter().find(|page| page.iter().any(|line| line == "Lonely")).unwrap();
        assert!(page.iter().any(|line| line == "first"), "with {filler} lines before: {page:?}");
    }
}

#[test]
fn hashes_and_names_break_at_their_joints() {
    let hash = "0123456789abcdef".repeat(4);
    let narrow =
        format!("<table columns=\"1 3\" kinds=\"code text\"><row><cell>{hash}</cell><cell>x</cell></row></table>");
    let lines = pages(&narrow).concat();
    assert_eq!(lines.iter().filter(|line| line.starts_with("0123456789abcdef")).count(), 4, "{lines:?}");
    let arn = "arn:aws:iam::111122223333:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport";
    let lines = pages(&format!("<table columns=\"1 3\"><row><cell>{arn}</cell><cell/></row></table>")).concat();
    let own: Vec<&String> = lines.iter().filter(|line| arn.contains(line.as_str())).collect();
    assert_eq!(own.iter().map(|line| line.as_str()).collect::<String>(), arn);
    let joints = |line: &&String| line.ends_with([':', '/', '-', '.', '_']) || arn.ends_with(line.as_str());
    // The last name has no joint and is wider than the column.
    assert!(own.iter().filter(|line| !joints(line)).count() <= 1, "{own:?}");
}

#[test]
fn a_command_breaks_between_its_words_only() {
    let command = "openssl cms -verify -binary -inform DER -in SHA256SUMS.p7s -content SHA256SUMS -CAfile trust.pem -out /dev/null";
    let lines = pages(&format!("<pre>{command}</pre>")).concat();
    let (first, second) = (&lines[0], &lines[1]);
    assert_eq!(format!("{first}{second}"), command);
    assert!(first.ends_with(' '), "{lines:?}");
}

#[test]
fn markup_in_text_is_text() {
    let text = all_text("<p>a &lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot; <b>really bold</b></p>");
    assert!(text.contains("a <b>bold</b> & \"quoted\" really bold"), "{text}");
}

#[test]
fn what_no_font_shows_is_named() {
    let text = all_text("<p>party \u{1F389} gpj\u{202E}exe \u{200B}zero\u{7}bell \u{FFFE}</p>");
    assert!(text.contains("party ⟨U+1F389⟩ gpj⟨U+202E⟩exe ⟨U+200B⟩zero\u{FFFD}bell \u{FFFD}"), "{text}");
}

#[test]
fn other_scripts_are_shown_in_their_direction() {
    let text = all_text("<p>東京 서울 שלום</p>");
    // Painted from left to right, so Hebrew comes last letter first.
    assert!(text.contains("東京 서울 םולש"), "{text}");
    let mixed = all_text("<p>(אב 12 גד)</p>");
    assert!(mixed.contains("(דג 12 בא)"), "{mixed}");
}

#[test]
fn hostile_sizes_are_bounded() {
    let long = "x".repeat(1_000_000);
    let text = all_text(&format!("<table columns=\"1 9\"><row><cell>{long}</cell><cell>b</cell></row></table>"));
    assert!(text.contains("980000"), "the cut says how much is left out");
    let deep = format!("{}x{}", "<b>".repeat(5_000), "</b>".repeat(5_000));
    let error = render(&report(&format!("<p>{deep}</p>")), &fonts(), &info()).unwrap_err();
    assert!(error.to_string().contains("nest deeper"), "{error}");
    let wide = format!("<table columns=\"{}\"/>", "1 ".repeat(500));
    assert!(render(&report(&wide), &fonts(), &info()).is_err());
}

#[test]
fn a_fault_names_its_line() {
    let error = |body: &str| render(&report(body), &fonts(), &info()).unwrap_err().to_string();
    assert_eq!(
        error("\n\n<p>a</p>\n<blink/>"),
        "line 4 of the rendered `report.pdf.xml`: <blink> is not a block of a report"
    );
    assert!(error("\n<p>a</b></p>").starts_with("line 2 "), "{}", error("\n<p>a</b></p>"));
    assert!(error("<p>&nope;</p>").contains("unknown entity reference 'nope'"));
    assert!(error("<h1 id=\"a\">x</h1><h2 id=\"a\">y</h2>").contains("the id `a` is taken twice"));
    assert!(
        error("<table columns=\"1\"><row><cell/><cell/></row></table>")
            .contains("more cells than the table's 1 columns")
    );
    assert!(error("stray").contains("text `stray` has no place"));
}

#[test]
fn the_same_report_is_the_same_file() {
    let body = format!("<h1>One</h1><p>text <b>bold</b> <c>mono</c></p>{}", table(50));
    let first = render(&report(&body), &fonts(), &info()).unwrap();
    assert_eq!(first, render(&report(&body), &fonts(), &info()).unwrap());
    let later = DocumentInfo { date: DateTime::from_timestamp(1_790_000_001, 0).unwrap(), ..info() };
    assert_ne!(first, render(&report(&body), &fonts(), &later).unwrap());
}

#[test]
fn the_contents_count_pages_as_they_are() {
    let body = "<contents title=\"Contents\"/><page-break/><h1>First</h1><page-break/><h1>Second</h1><h2>Within</h2>";
    let pages = pages(body);
    let contents: Vec<&str> = pages[0].iter().map(String::as_str).collect();
    for entry in ["First 2", "Second 3", "Within 3"] {
        assert!(contents.contains(&entry), "{contents:?}");
    }
    assert!(pages[2].iter().any(|line| line.ends_with("Page 3 of 3")));
}

fn written() -> Document {
    let body = format!(
        "<cover kicker=\"k\" title=\"t\" subtitle=\"s\"><fact label=\"l\">v</fact></cover><contents title=\"Contents\"/>\
         <h1 id=\"one\">One</h1><h2>Inner</h2><p>see <a to=\"#two\">two</a> and <a to=\"#none\">nothing</a></p>\
         <chart kind=\"ring\" title=\"c\" alt=\"words\"><bar label=\"b\"><part label=\"p\" tone=\"pass\" value=\"1\"/></bar></chart>\
         {}<h1 id=\"two\">Two</h1><list><item>i</item></list>",
        table(80)
    );
    Document::load_mem(&render(&report(&body), &fonts(), &info()).unwrap()).unwrap()
}

#[test]
fn the_file_is_what_archives_and_screen_readers_ask_for() {
    let document = written();
    assert_eq!(document.version, "1.7");
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"en");
    assert!(catalog.get(b"MarkInfo").unwrap().as_dict().unwrap().get(b"Marked").unwrap().as_bool().unwrap());
    let preferences = catalog.get(b"ViewerPreferences").unwrap().as_dict().unwrap();
    assert!(preferences.get(b"DisplayDocTitle").unwrap().as_bool().unwrap());
    assert!(catalog.has(b"OutputIntents"));
    let metadata = document.get_object(catalog.get(b"Metadata").unwrap().as_reference().unwrap()).unwrap();
    let metadata = String::from_utf8(metadata.as_stream().unwrap().content.clone()).unwrap();
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>") && metadata.contains("Evidence &amp; more"));
    let pages = document.get_pages();
    assert_eq!(pages.len(), pages_of_written());
    for page in pages.values() {
        let fonts = document.get_page_fonts(*page).unwrap();
        assert!(fonts.values().all(|font| font.get(b"BaseFont").unwrap().as_name().unwrap()[6] == b'+'));
    }
}

fn pages_of_written() -> usize {
    4
}

#[test]
fn the_outline_is_nested() {
    let document = written();
    let of = |object: &Object| document.get_object(object.as_reference().unwrap()).unwrap().as_dict().unwrap().clone();
    let outlines = of(document.catalog().unwrap().get(b"Outlines").unwrap());
    let title = |entry: &lopdf::Dictionary| lopdf::decode_text_string(entry.get(b"Title").unwrap()).unwrap();
    let first = of(outlines.get(b"First").unwrap());
    assert_eq!((title(&first), title(&of(first.get(b"First").unwrap()))), ("One".to_owned(), "Inner".to_owned()));
    let second = of(first.get(b"Next").unwrap());
    assert_eq!(title(&second), "Two");
    assert!(!second.has(b"First") && !second.has(b"Next"));
}

/// Collects `(role, has content)` of the structure tree, and checks that children know their parent.
fn walk(document: &Document, id: lopdf::ObjectId, roles: &mut Vec<String>) {
    let element = document.get_dictionary(id).unwrap();
    roles.push(String::from_utf8(element.get(b"S").unwrap().as_name().unwrap().to_vec()).unwrap());
    let kids = match element.get(b"K") {
        Ok(Object::Array(kids)) => kids.clone(),
        Ok(kid) => vec![kid.clone()],
        Err(_) => Vec::new(),
    };
    for kid in kids.iter().filter_map(|kid| kid.as_reference().ok()) {
        assert_eq!(document.get_dictionary(kid).unwrap().get(b"P").unwrap().as_reference().unwrap(), id);
        walk(document, kid, roles);
    }
}

#[test]
fn every_mark_has_its_place_in_the_structure() {
    let document = written();
    let root = document.catalog().unwrap().get(b"StructTreeRoot").unwrap().as_reference().unwrap();
    let root = document.get_dictionary(root).unwrap();
    let mut roles = Vec::new();
    walk(&document, root.get(b"K").unwrap().as_reference().unwrap(), &mut roles);
    let count = |role: &str| roles.iter().filter(|other| *other == role).count();
    assert_eq!((count("Table"), count("TR"), count("TH"), count("TD")), (1, 81, 2, 160));
    assert_eq!((count("TOCI"), count("Figure"), count("LI"), count("H2")), (3, 1, 2, 1));
    let tree = document.get_dictionary(root.get(b"ParentTree").unwrap().as_reference().unwrap()).unwrap();
    let numbers = tree.get(b"Nums").unwrap().as_array().unwrap();
    for (index, page) in document.get_pages().values().enumerate() {
        let listed = numbers[2 * index + 1].as_reference().unwrap();
        let listed = document.get_object(listed).unwrap().as_array().unwrap().len();
        let content = document.get_and_decode_page_content(*page).unwrap();
        let marks = content.operations.iter().filter(|operation| operation.operator == "BDC").count();
        assert_eq!(listed, marks, "page {}", index + 1);
        let opened = content.operations.iter().filter(|o| matches!(o.operator.as_str(), "BDC" | "BMC")).count();
        assert_eq!(opened, content.operations.iter().filter(|operation| operation.operator == "EMC").count());
    }
}

#[test]
fn links_lead_to_places_that_are_there() {
    let document = written();
    let mut links = 0;
    for page in document.get_pages().values() {
        for annotation in document.get_page_annotations(*page).unwrap() {
            let destination = annotation.get(b"Dest").unwrap().as_array().unwrap();
            assert!(document.get_pages().values().any(|page| destination[0].as_reference().ok() == Some(*page)));
            assert!(annotation.has(b"StructParent"));
            links += 1;
        }
    }
    // Three entries of the contents and one link; the one that leads nowhere is text.
    assert_eq!(links, 4);
}
