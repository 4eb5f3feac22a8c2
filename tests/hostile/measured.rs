//! A run of the program under limits, with what it took.

use std::process::{Command, Stdio};
use std::time::Duration;

/// Bytes of memory and seconds of the processor at which the system ends a run: a machine that runs tests must survive them.
const LIMITS: &str = "1073741824 60";

/// How it went.
pub(crate) struct Measured {
    pub(crate) seconds: f64,
    pub(crate) megabytes: u64,
    pub(crate) code: Option<i32>,
    /// What it printed, and its notes.
    pub(crate) said: String,
}

/// Runs a command that takes on the limits itself, and looks at it until it ends.
pub(crate) fn measure(mut command: Command) -> Measured {
    let mut child = command
        .env("AUDITPACK_LIMITS", LIMITS)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut notes) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |from: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (mut seconds, mut megabytes) = (0.0_f64, 0);
    let (said, notes) = std::thread::scope(|threads| {
        let said = threads.spawn(|| read(&mut out));
        let notes = threads.spawn(|| read(&mut notes));
        while child.try_wait().unwrap().is_none() {
            seconds = seconds.max(processor(child.id()).unwrap_or(0.0));
            megabytes = megabytes.max(memory(child.id()).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(4));
        }
        (said.join().unwrap(), notes.join().unwrap())
    });
    Measured { seconds, megabytes, code: child.wait().unwrap().code(), said: said + &notes }
}

/// The most memory that a process held, in MB.
fn memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// The processor time that it took, in seconds: the kernel counts hundredths.
fn processor(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let after_name = status.rsplit_once(')')?.1;
    let ticks: Vec<f64> = after_name.split_whitespace().skip(11).take(2).filter_map(|one| one.parse().ok()).collect();
    Some(ticks.iter().sum::<f64>() / 100.0)
}
