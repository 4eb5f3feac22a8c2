//! A collection that is killed, interrupted or started twice.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use auditpack::model::Sha256;

use crate::common::{Emulator, Workplace};
use crate::support::{Printed, asked, assess, catalog, collect, quick_sources, run, settings, snapshot, verdicts};

fn place(emulator: &Emulator) -> Workplace {
    let place = Workplace::new();
    place.write("auditpack.toml", &settings(&emulator.expected(), &["us-east-1"], &quick_sources(&catalog())));
    place
}

fn journals(place: &Workplace) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place.path("vault/journal")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "jsonl")).collect()
}

fn lines(place: &Workplace) -> usize {
    journals(place).iter().map(|path| fs::read_to_string(path).unwrap_or_default().lines().count()).sum()
}

fn snapshots(place: &Workplace) -> usize {
    fs::read_dir(place.path("vault/snapshots")).unwrap().count()
}

/// A collection in its middle: some replies are kept, more are to come.
fn in_the_middle(place: &Workplace, emulator: &Emulator) -> Child {
    emulator.delay(40);
    let mut command = place.against(emulator);
    command.args(["collect", "--quiet", "--concurrency", "2"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    while lines(place) < 20 {
        assert!(Instant::now() < limit && child.try_wait().unwrap().is_none(), "the collection did not get under way");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
fn a_killed_collection_goes_on_where_it_was() {
    let emulator = Emulator::start("clean");
    let whole = place(&emulator);
    assert_eq!(collect(&whole, &emulator).code, Some(0));
    let calls = emulator.calls().len();

    let killed = place(&emulator);
    let mut child = in_the_middle(&killed, &emulator);
    let second = collect(&killed, &emulator);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.line().contains("is locked: another process is writing to it"), "{second:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = lines(&killed) - 2;
    // As a kill in the middle of a write leaves it.
    let torn = fs::OpenOptions::new().append(true).open(&journals(&killed)[0]);
    std::io::Write::write_all(&mut torn.unwrap(), b"{\"exchange\":{\"source\":\"km").unwrap();

    emulator.reset();
    let resumed = run(&mut killed.against(&emulator), &["collect", "--resume", "--format", "json"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(resumed.line().contains("going on with the collection of"), "{resumed:?}");
    let left = emulator.calls().len();
    assert!(left + kept <= calls + 3, "{left} calls after {kept} replies were kept; {calls} are a whole run");
    assert_eq!((journals(&killed).len(), snapshots(&killed)), (0, 1));
    let again = |place| (verdicts(&assess(place).1), asked(&snapshot(place).1.snapshot.exchanges));
    assert_eq!(again(&killed), again(&whole));

    let nothing = run(&mut killed.against(&emulator), &["collect", "--resume"]);
    assert_eq!(nothing.code, Some(1), "there is nothing to resume: {nothing:?}");
    // The next snapshot names this one.
    assert_eq!(collect(&killed, &emulator).code, Some(0));
    let first = Sha256::parse(resumed.json()["snapshot"].as_str().unwrap());
    assert_eq!(snapshot(&killed).1.snapshot.previous, first);
    assert_eq!(snapshots(&killed), 2);
}

#[test]
fn ctrl_c_keeps_what_came() {
    let emulator = Emulator::start("clean");
    let place = place(&emulator);
    let child = in_the_middle(&place, &emulator);
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let said = Printed::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.line(), "interrupted; what was collected is kept: `collect --resume` goes on from here");
    assert_eq!(said.out, "");
    assert!(lines(&place) >= 20);
    assert_eq!(run(&mut place.auditpack(), &["assess"]).code, Some(1), "an unfinished collection is no snapshot");

    emulator.reset();
    let resumed = run(&mut place.against(&emulator), &["collect", "--resume", "--quiet"]);
    assert_eq!((resumed.code, resumed.err.as_str()), (Some(0), ""), "{resumed:?}");
    assert_eq!((journals(&place).len(), snapshots(&place)), (0, 1));
}
