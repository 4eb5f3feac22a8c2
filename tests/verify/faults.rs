//! Each fault by its name.

use super::*;

/// Changes the files of a sound pack and says what `verify` finds.
fn broken(change: impl FnOnce(&mut Files)) -> Verification {
    let mut files = sound();
    change(&mut files);
    files.sort_by_key(|(path, _)| (path == SIGNATURE, path == SUMS, path.clone()));
    check(&zip(&files))
}

fn content<'a>(files: &'a mut Files, path: &str) -> &'a mut Vec<u8> {
    &mut files.iter_mut().find(|(found, _)| found == path).unwrap().1
}

#[test]
fn each_change_of_a_member_has_its_name() {
    use ProblemKind::*;
    assert_eq!(kinds(&broken(|_| {})), []);
    assert_eq!(kinds(&broken(|files| content(files, "README.txt")[0] ^= 1)), [(MemberAltered, "README.txt")]);
    assert_eq!(kinds(&broken(|files| files.retain(|(path, _)| path != "README.txt"))), [(MemberMissing, "README.txt")]);
    assert_eq!(kinds(&broken(|files| files.push(("x".to_owned(), vec![])))), [(MemberExtra, "x")]);
    let twice = broken(|files| files.push(files[0].clone()));
    assert_eq!(kinds(&twice), [(MemberDuplicate, "README.txt")]);
    assert_eq!(kinds(&broken(|files| files.retain(|(path, _)| path != SUMS))), [(SumsMissing, SUMS)]);
    assert_eq!(kinds(&broken(|files| files.retain(|(path, _)| path != SIGNATURE))), [(SignatureMissing, SIGNATURE)]);
    let malformed = broken(|files| content(files, SUMS).extend(b"hello\n"));
    assert_eq!(kinds(&malformed), [(SumsMalformed, SUMS), (SignatureInvalid, SIGNATURE)]);
    let unsigned = broken(|files| *content(files, SIGNATURE) = b"rubbish".to_vec());
    assert_eq!(kinds(&unsigned), [(SignatureInvalid, SIGNATURE)]);
    let several = broken(|files| {
        content(files, "README.txt")[0] ^= 1;
        files.retain(|(path, _)| path != "assessment.json");
        files.push(("x".to_owned(), vec![]));
    });
    let expected = [(MemberAltered, "README.txt"), (MemberMissing, "assessment.json"), (MemberExtra, "x")];
    assert_eq!(kinds(&several), expected);
}

/// Changes the files before they are signed: a signer who signs something wrong.
fn signed(change: impl FnOnce(&mut Files)) -> Verification {
    let mut files = files();
    change(&mut files);
    check(&zip(&sealed(files, signer(), now())))
}

#[test]
fn what_lacks_a_part_of_a_pack_is_incomplete_whoever_signed_it() {
    for required in ["assessment.json", "config/auditpack.toml", "mappings/", "report.html", REPORT] {
        let found = signed(|files| files.retain(|(path, _)| !path.starts_with(required)));
        assert_eq!(kinds(&found), [(ProblemKind::Incomplete, required)]);
        assert!(!found.ok && !found.intact());
    }
    let found = signed(|files| files.retain(|(path, _)| path != "snapshot.json"));
    let expected = [(ProblemKind::SnapshotMismatch, "assessment.json"), (ProblemKind::Incomplete, "snapshot.json")];
    assert_eq!(kinds(&found), expected);
    let found = signed(|files| files.retain(|(path, _)| path == "README.txt"));
    assert!(found.problems.iter().all(|problem| problem.kind == ProblemKind::Incomplete), "{found:?}");
    assert_eq!((found.problems.len(), found.ok, found.intact()), (7, false, false));
    // What was signed and taken out is missing, once.
    let found = broken(|files| files.retain(|(path, _)| path != "mappings/catalog.toml"));
    assert_eq!(kinds(&found), [(ProblemKind::MemberMissing, "mappings/catalog.toml")]);

    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pack.zip");
    let member = Member { path: "README.txt".to_owned(), content: Content::Bytes(b"all is well".to_vec()) };
    write_pack(&path, [member], &signer().identity, now()).unwrap();
    assert!(verify(&path, &signer().trust(), &Limits::default()).unwrap().pack.is_none());
    fs::write(folder.path().join("trust.pem"), &signer().certificate).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditpack"));
    let output =
        command.args(["verify", "pack.zip", "--trust", "trust.pem"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(5), "{text}");
    assert!(text.starts_with("pack.zip: incomplete: what is signed is not a whole pack\n"), "{text}");
}

#[test]
fn a_log_of_attestations_that_the_snapshot_names_and_the_pack_lacks_is_named() {
    let found = signed(|files| {
        let mark = LogMark { lines: 1, head: Some(Sha256::of(b"line")) };
        let json = serde_json::to_vec(&Snapshot { attestations: Some(mark), ..snapshot() }).unwrap();
        let assessment = format!(r#"{{"format":1,"snapshot":"{}"}}"#, Sha256::of(&json));
        *content(files, "assessment.json") = assessment.into_bytes();
        *content(files, "snapshot.json") = json;
    });
    assert_eq!(kinds(&found), [(ProblemKind::AttestationMismatch, "attestations/log.jsonl")]);
    assert!(found.problems[0].message.contains("ends before the line that `snapshot.json` names"), "{found:?}");
}

#[test]
fn paths_that_leave_the_folder_are_named() {
    let hidden = ["a\u{202E}fdp.exe", "a\u{200B}b", "a\u{2066}b", "\u{FEFF}a", "a\u{7F}", "a\u{9B}b"];
    let plain = ["../x", "/x", "a\\b", "C:x", "a//b", "a/./b", "a\nb", "readme.TXT", "README.txt/x", ""];
    for path in plain.into_iter().chain(hidden) {
        let found = signed(|files| files.push((path.to_owned(), b"x".to_vec())));
        let escapes = found.problems.iter().filter(|problem| problem.kind == ProblemKind::PathEscapes).count();
        assert_eq!(escapes, 1, "{path:?}: {:?}", found.problems);
        let printed = format!("{:?}", serde_json::to_string(&found).unwrap());
        assert!(!printed.contains(['\u{202E}', '\u{200B}', '\u{2066}', '\u{FEFF}', '\u{7F}', '\u{9B}']), "{printed}");
    }
    let link = check(&zip_with(&sound(), 0o120_777));
    assert!(kinds(&link).contains(&(ProblemKind::PathEscapes, "README.txt")));
}

#[test]
fn signers_outside_their_validity_are_named() {
    use ProblemKind::*;
    let at = |time| kinds(&check(&zip(&sealed(files(), signer(), time)))).to_vec().first().map(|found| found.0);
    assert_eq!(at(now() + 2 * YEAR), Some(SignerExpired));
    assert_eq!(at(now() - YEAR), Some(SignerNotYetValid));
}

#[test]
fn each_fault_of_the_report_has_its_name() {
    use ProblemKind::*;
    let with = |report: Vec<u8>| signed(|files| *content(files, REPORT) = report);
    assert_eq!(kinds(&with(pdf())), [(PdfUnsigned, REPORT)]);
    assert_eq!(kinds(&with([report(signer()), b"\n%".to_vec()].concat())), [(PdfAppended, REPORT)]);
    assert_eq!(kinds(&with(report(&Someone::new("Other Ltd")))), [(PdfSignerDiffers, REPORT)]);
    let mut altered = report(signer());
    altered[20] ^= 1;
    assert_eq!(kinds(&with(altered)), [(PdfSignatureInvalid, REPORT)]);
    let mut partly = report(signer());
    let at = partly.windows(12).position(|window| window == b"/ByteRange[0").unwrap();
    partly[at + 11] = b'1';
    assert_eq!(kinds(&with(partly)), [(PdfPartiallyCovered, REPORT)]);
}

#[test]
fn the_chain_from_assessment_to_evidence_is_checked() {
    use ProblemKind::*;
    let other = format!(r#"{{"snapshot":"{}"}}"#, Sha256::of(b"other"));
    let found = signed(|files| *content(files, "assessment.json") = other.into_bytes());
    assert_eq!(kinds(&found), [(SnapshotMismatch, "assessment.json")]);
    let keys = evidence_files(&snapshot()).into_iter().find(|file| file.sha256 == Sha256::of(KEYS)).unwrap().path;
    let found = signed(|files| *content(files, &keys) = b"{}".to_vec());
    assert_eq!(kinds(&found), [(EvidenceMismatch, keys.as_str())]);
    let found = signed(|files| files.retain(|(path, _)| *path != keys));
    assert_eq!(kinds(&found), [(EvidenceMismatch, keys.as_str())]);
    let found = signed(|files| files.push(("evidence/x.json".to_owned(), vec![])));
    assert_eq!(kinds(&found), [(EvidenceMismatch, "evidence/x.json")]);
    // Only AWS's own documents may be listed and left out.
    let all = BTreeSet::from([KEYS, DOCUMENT].map(Sha256::of));
    let found = signed(|files| {
        *content(files, EVIDENCE_INDEX) = evidence_index(&snapshot(), &all).unwrap();
        files.retain(|(path, _)| *path != keys);
    });
    assert_eq!(kinds(&found), [(EvidenceMismatch, keys.as_str())]);
    let found = signed(|files| files.retain(|(path, _)| path != EVIDENCE_INDEX));
    assert!(kinds(&found).contains(&(EvidenceMismatch, EVIDENCE_INDEX)), "{:?}", found.problems);
}

#[test]
fn the_index_holds_no_formulas() {
    let index = String::from_utf8(evidence_index(&snapshot(), &BTreeSet::new()).unwrap()).unwrap();
    assert!(index.starts_with("path,sha256,size,included,source,"), "{index}");
    assert!(index.contains(",'=1+1"), "{index}");
}
