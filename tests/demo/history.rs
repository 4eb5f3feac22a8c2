//! What the demonstration's packs tell over time, and what of it can be forged.

use auditpack::bundle::{Content, Limits, Member, verify, write_pack};
use auditpack::seal::{SigningIdentity, Trust};
use serde_json::Value;

use super::common::Workplace;
use super::{demo, json, must, text};

const PASSPHRASE: (&str, &str) = ("AUDITPACK_KEY_PASSPHRASE", "correct horse battery staple");

/// A signer of the tests' own in the workplace.
fn signer(place: &Workplace) {
    let mut command = place.auditpack();
    command.env("AUDITPACK_NOW", "2026-10-01T08:00:00Z").env(PASSPHRASE.0, PASSPHRASE.1);
    let made = command.args(["keygen", "--organization", "Stranger"]).output().unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
}

/// Packs a snapshot of the demonstration's vault on some day; its report, and its history if it has one.
fn packed(place: &Workplace, day: &str, quarter: &str, more: &[&str]) -> (String, Option<Vec<u8>>) {
    let settings = std::fs::read_to_string(place.path("auditpack-demo/auditpack.toml")).unwrap();
    place.write("auditpack-demo/then.toml", &settings.replace("2026-Q3", quarter));
    let flags = ["--vault", "auditpack-demo/vault", "--config", "auditpack-demo/then.toml", "--out", "packed.zip"];
    let signer = ["--key", "auditpack-key.pem", "--certificate", "auditpack-certificate.pem"];
    drop(std::fs::remove_file(place.path("packed.zip")));
    let mut command = place.auditpack();
    command.env("AUDITPACK_NOW", format!("{day}T09:00:00Z")).env(PASSPHRASE.0, PASSPHRASE.1);
    command.arg("bundle").args(flags).args(signer).args(more);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let pack = verify(&place.path("packed.zip"), &Trust::none(), &Limits::default()).unwrap().pack.unwrap();
    (text(&pack.read("report.html").unwrap()), pack.read("history.json").ok())
}

#[test]
fn the_pack_tells_readiness_over_time() {
    let place = demo();
    let history = json(&place.path("pack/history.json"));
    let times: Vec<&str> =
        history["points"].as_array().unwrap().iter().map(|point| point["time"].as_str().unwrap()).collect();
    assert_eq!((times.len(), times[0], times[15]), (16, "2026-03-31T18:00:00Z", "2026-09-30T18:00:00Z"));
    assert_eq!(history["now"], "2026-09-30T18:00:00Z", "not the day on which it was packed");
    let assessment = json(&place.path("pack/assessment.json"));
    for member in ["frameworks", "checks", "failing"] {
        assert_eq!(history["points"][15][member], assessment["totals"][member], "{member}");
    }
    let html = std::fs::read_to_string(place.path("pack/report.html")).unwrap();
    let section = html.split("<section id=\"trend\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!((section.matches("plot-stack").count(), section.matches("plot-lines").count()), (3, 1));
    for point in history["points"].as_array().unwrap() {
        assert!(section.contains(&point["snapshot"].as_str().unwrap()[..12]), "{point}");
    }
    assert!(html.contains("<a href=\"#trend\">Readiness over time</a>"));
    must("pdftotext", &["-layout", "report.pdf", "report.txt"], &place.path("pack"));
    let pdf = std::fs::read_to_string(place.path("pack/report.txt")).unwrap();
    for said in ["Readiness over time", "Failing findings by severity", "snapshots cover 13 of 13 weeks"] {
        assert!(pdf.contains(said), "{said}");
    }

    signer(&place);
    let (_, first) = packed(&place, "2026-10-01", "2026-Q3", &[]);
    let (_, later) = packed(&place, "2027-03-01", "2026-Q3", &[]);
    assert!(first.is_some() && first == later, "the day of packing changes nothing");
    assert!(first == std::fs::read(place.path("pack/history.json")).ok());
    let (_, second) = packed(&place, "2027-03-01", "2026-Q2", &["--snapshot", "2026-Q2"]);
    let second: Value = serde_json::from_slice(&second.unwrap()).unwrap();
    assert_eq!(second["points"].as_array().unwrap().len(), 2, "no future");
    assert_eq!((&second["now"], &second["freshness"]["days"]), (&"2026-06-30T18:00:00Z".into(), &0.into()));
    let (report, only) = packed(&place, "2027-03-01", "2026-Q1", &["--snapshot", "2026-Q1"]);
    assert_eq!(serde_json::from_slice::<Value>(&only.unwrap()).unwrap()["points"].as_array().unwrap().len(), 1);
    assert!(report.contains("There is no earlier snapshot"));

    // What a pruned snapshot said is altered: nothing is told over time, and the report says why.
    let flags = ["vault", "prune", "--keep", "last 1", "--vault", "auditpack-demo/vault"];
    let pruned = place.auditpack().args(flags).output().unwrap();
    assert_eq!(pruned.status.code(), Some(0), "{}", text(&pruned.stderr));
    let (report, kept) = packed(&place, "2027-03-01", "2026-Q3", &[]);
    let kept: Value = serde_json::from_slice(&kept.unwrap()).unwrap();
    assert_eq!(kept["points"][0]["evidence"], "manifest");
    assert!(report.contains("pruned: ask for a pack made before"));
    let folders = std::fs::read_dir(place.path("auditpack-demo/vault/snapshots")).unwrap();
    let oldest = folders.map(|entry| entry.unwrap().path()).min().unwrap();
    std::fs::write(oldest.join("judgement.json.zst"), zstd::encode_all(&b"{}"[..], 1).unwrap()).unwrap();
    let (report, none) = packed(&place, "2027-03-01", "2026-Q3", &[]);
    assert!(none.is_none());
    let section = report.split("<section id=\"trend\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains("chain of snapshots is not whole") && section.contains("judgement.json"), "{section}");
    let verified = ["verify", "packed.zip", "--trust", "auditpack-certificate.pem", "--reperform"];
    let verified = place.auditpack().args(verified).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "as packs of older builds: {}", text(&verified.stdout));
}

#[test]
fn a_history_that_a_stranger_changed_and_signed_again_is_found() {
    let place = demo();
    signer(&place);
    packed(&place, "2026-10-05", "2026-Q3", &[]);
    let now = "2026-10-05T10:00:00Z".parse().unwrap();
    let [key, certificate] = ["auditpack-key.pem", "auditpack-certificate.pem"].map(|name| place.path(name));
    let (key, certificate) = (std::fs::read(key).unwrap(), std::fs::read(certificate).unwrap());
    let identity = SigningIdentity::from_pem(&key, &certificate, Some(PASSPHRASE.1), now).unwrap();
    let forged = |change: &dyn Fn(&mut Value)| -> Value {
        let pack = verify(&place.path("packed.zip"), &Trust::none(), &Limits::default()).unwrap().pack.unwrap();
        let signed = |path: &str| path != "SHA256SUMS" && path != "SHA256SUMS.p7s";
        let paths = pack.members().map(|path| path.as_str()).filter(|path| signed(path));
        let members = paths.map(|path| {
            let mut bytes = pack.read(path).unwrap();
            if path == "history.json" {
                let mut history = serde_json::from_slice(&bytes).unwrap();
                change(&mut history);
                bytes = serde_json::to_vec(&history).unwrap();
            }
            Member { path: path.to_owned(), content: Content::Bytes(bytes) }
        });
        write_pack(&place.path("forged.zip"), members, &identity, now).unwrap();
        let flags = ["--trust", "auditpack-certificate.pem", "--reperform", "--format", "json"];
        let output = place.auditpack().args(["verify", "forged.zip"]).args(flags).output().unwrap();
        std::fs::remove_file(place.path("forged.zip")).unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
    };
    let same = forged(&|_| ());
    assert_eq!((&same["ok"], &same["reperformed"]["identical"]), (&true.into(), &true.into()), "{same}");
    let better = forged(&|history| history["points"][15]["failing"]["critical"] = 0.into());
    assert_eq!((&better["ok"], &better["reperformed"]["identical"]), (&false.into(), &false.into()));
    assert_eq!(better["problems"].as_array().unwrap().len(), 1);
    assert_eq!(better["problems"][0]["kind"], "assessment-differs");
    assert_eq!(better["problems"][0]["path"], "history.json");
    let said = better["reperformed"]["differences"][0].as_str().unwrap();
    assert_eq!(said, "history's last point, failing critical: the pack says 0, its evidence shows 2");
    let hidden = forged(&|history| {
        history["open"].as_array_mut().unwrap().remove(0);
    });
    let said = hidden["reperformed"]["differences"][0].as_str().unwrap();
    let oldest = json(&place.path("pack/history.json"))["open"][0]["severity"].as_str().unwrap().to_owned();
    assert!(said.contains(&format!(": the pack says nothing, its evidence shows {oldest}")), "{said}");
    let other = forged(&|history| history["points"] = Value::Array(Vec::new()));
    assert!(other["reperformed"]["differences"].as_array().unwrap().len() > 20, "{other}");
    let broken = forged(&|history| *history = "nothing".into());
    assert!(broken["reperformed"]["differences"][0].as_str().unwrap().contains("history.json is not a history"));
}
