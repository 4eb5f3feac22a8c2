//! Several processes on one vault: where locks work, each does its work whole or says that the vault is in use; where they
//! lie, as some network file systems let them, the vault is whole all the same or `vault check` says what is wrong.

use std::process::{Child, Stdio};

use super::*;

const PROCESSES: usize = 8;

/// The codes and words of as many `attest add` at once, each of a document of its own.
fn attest_at_once(place: &Workplace, prepare: impl Fn(&mut Command)) -> Vec<(Option<i32>, String)> {
    let begin = |number: usize| -> Child {
        let (document, owner) = (format!("policy-{number}.md"), format!("Owner {number}"));
        place.write(&document, &format!("# Policy {number}\n"));
        let target = ["--for", "soc2/cc1.1-code-of-conduct", "--valid-until", "2027-01-31", "--owner"];
        let mut command = with(place, &[&["attest", "add", &document], &target[..], &[&owner]].concat());
        prepare(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(begin).collect();
    let ended = children.into_iter().map(|child| child.wait_with_output().unwrap());
    ended.map(|output| (output.status.code(), said(&output))).collect()
}

/// The documents that the vault's log names.
fn attested(place: &Workplace) -> usize {
    let log = fs::read_to_string(place.path("vault/attestations.jsonl")).unwrap_or_default();
    (0..PROCESSES).filter(|number| log.contains(&format!("policy-{number}.md"))).count()
}

#[test]
fn eight_processes_work_one_after_the_other_or_say_that_the_vault_is_in_use() {
    let place = Workplace::new();
    old(&place);
    let ended = attest_at_once(&place, |_| {});
    for (code, said) in &ended {
        assert!(*code == Some(0) || *code == Some(1) && said.contains("another process"), "{code:?} {said}");
    }
    let done = ended.iter().filter(|(code, _)| *code == Some(0)).count();
    assert!(done > 0, "one at least has the lock");
    assert_eq!(attested(&place), done, "what was said to be done is there");
    println!("tried {PROCESSES} processes at once: {done} attested, the others say that the vault is in use");
    vault_holds(&place);
}

#[test]
fn where_locks_lie_nothing_breaks_in_silence() {
    for _ in 0..3 {
        let place = Workplace::new();
        old(&place);
        let ended = attest_at_once(&place, |command| {
            command.env("LD_PRELOAD", shim()).env("LYING_LOCKS", "yes");
            command.env("FAILING_FOLDER", "/nowhere").env("FAILING_AT", "0");
        });
        for (code, said) in &ended {
            assert!(matches!(code, Some(0 | 1)), "{code:?} {said}");
            assert!(*code == Some(0) || said.contains("vault"), "{said}");
        }
        let checked = with(&place, &["vault", "check"]).output().unwrap();
        assert!(checked.status.code().is_some_and(|code| code != 101), "{}", said(&checked));
        let done = ended.iter().filter(|(code, _)| *code == Some(0)).count();
        println!(
            "tried {PROCESSES} processes at once where locks lie: {done} attested, {} are there",
            attested(&place)
        );
        assert!(attested(&place) == done || !checked.status.success(), "{}", said(&checked));
    }
}
