//! What LibreOffice makes of the CSV: the spreadsheet that computes what looks like a formula, wherever cells begin.

use super::*;

/// The formulas that LibreOffice reads in a CSV whose cells this character separates.
fn formulas(csv: &[u8], separator: char) -> Vec<String> {
    let place = Workplace::new();
    fs::write(place.path("cells.csv"), csv).unwrap();
    // The separator, `"` around text, UTF-8, from the first line; numbers and dates are recognized as for a person.
    let filter = format!("CSV:{},34,76,1,,0,false,true,false,false,false,-1,true", u32::from(separator));
    let mut office = Command::new("soffice");
    // A profile of its own: another office that runs would take the work over.
    office.arg(format!("-env:UserInstallation=file://{}", place.path("profile").display()));
    office.args(["--headless", "--convert-to", "fods", &format!("--infilter={filter}"), "--outdir"]);
    let done = office.arg(place.path("read")).arg(place.path("cells.csv")).output().unwrap();
    let sheet = fs::read_to_string(place.path("read/cells.fods"));
    let sheet = sheet.unwrap_or_else(|_| panic!("LibreOffice read nothing: {}", shown(&done)));
    let formulas = sheet.split("table:formula=\"").skip(1);
    formulas.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn libreoffice_computes_nothing_of_a_csv() {
    assert_eq!(formulas(b"a,b\n=1+1,x\n", ',').len(), 1, "what is a formula is seen");
    let place = hostile();
    for command in [&["next", "--top", "0"][..], &["trend"], &["calendar"]] {
        let csv = good(&place, &[command, &["--format", "csv"]].concat());
        for separator in [',', ';', '\t'] {
            assert_eq!(formulas(&csv, separator), Vec::<String>::new(), "{command:?} cut at {separator:?}");
        }
    }
}
