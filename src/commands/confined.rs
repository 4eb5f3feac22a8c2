//! Judging by what others wrote, in a process of its own: each evaluation is metered, and where the meter has a hole,
//! the system's limits of memory and time end this process and not the machine.
//!
//! The same command is run again with its limits in an environment variable; results and messages pass through. Unix only:
//! elsewhere the meter stands alone, and a note says so.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode};

use super::exit::Exit;
use crate::case::Asked;
use crate::cli::{ChecksCommand, Cli, Command};

/// Says in the second process what its limits are.
const MARK: &str = "AUDITPACK_LIMITS";

/// Memory that a pack may take whatever its size.
const PACK: u64 = 512 << 20;

/// Further memory for each byte of a pack: what it unpacks to is read, kept as rows and handed to expressions.
const PACKED: u64 = 16;

/// Memory that judging an estate of one's own by added mappings may take.
const OWN: u64 = 4 << 30;

/// Processor time in seconds, of all cores together.
const SECONDS: u64 = 300;

/// Threads that judge: their evaluations may each make some memory, so that more would need more.
const THREADS: usize = 8;

/// What a process may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bounds {
    memory: u64,
    seconds: u64,
}

impl Bounds {
    fn written(self) -> String {
        format!("{} {}", self.memory, self.seconds)
    }

    fn read(text: &str) -> Option<Self> {
        let (memory, seconds) = text.split_once(' ')?;
        Some(Self { memory: memory.parse().ok()?, seconds: seconds.parse().ok()? })
    }
}

/// Where a command is to run.
#[derive(Debug)]
pub enum Where {
    /// In this process.
    Here,
    /// It ran in another, which ended so.
    Elsewhere(ExitCode),
}

/// Runs the command in a process of its own if it judges by what others wrote; in that process, takes on its limits.
pub fn confine(cli: &Cli) -> Where {
    if let Some(bounds) = std::env::var(MARK).ok().as_deref().and_then(Bounds::read) {
        imposed(bounds);
        return Where::Here;
    }
    match bounds(cli) {
        Some(bounds) => run(bounds),
        None => Where::Here,
    }
}

/// The limits of a command that judges by what others wrote.
fn bounds(cli: &Cli) -> Option<Bounds> {
    let packs = packs(&cli.command);
    let options = cli.options();
    let times = u64::from(options.limit);
    let own = options.mappings.is_some() && judges(&cli.command);
    if packs.is_empty() && !own {
        return None;
    }
    let of_packs: u64 = packs.iter().map(|path| PACK + size(path).saturating_mul(PACKED)).sum();
    let from_vault = own || matches!(cli.command, Command::Diff(_)) && packs.len() < 2;
    let memory = of_packs + if from_vault { OWN } else { 0 };
    Some(Bounds { memory: memory.saturating_mul(times), seconds: SECONDS.saturating_mul(times) })
}

/// The packs whose evidence a command judges.
fn packs(command: &Command) -> Vec<PathBuf> {
    match command {
        Command::Verify(flags) if flags.reperform => vec![flags.pack.clone()],
        Command::Diff(flags) => {
            let (before, after) = flags.sides();
            let asked = [before, after].into_iter().filter_map(|side| Asked::parse(side).ok());
            asked.filter_map(|side| if let Asked::Pack(path) = side { Some(path) } else { None }).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a command runs expressions of the mappings.
fn judges(command: &Command) -> bool {
    match command {
        Command::Assess(_)
        | Command::Attest(_)
        | Command::Bundle(_)
        | Command::Diff(_)
        | Command::Trend(_)
        | Command::Next(_)
        | Command::Calendar(_)
        | Command::Demo(_)
        | Command::Vault(_) => true,
        Command::Checks(flags) => {
            matches!(flags.command, ChecksCommand::Explain(_) | ChecksCommand::Test(_))
        }
        Command::Init(_)
        | Command::IamPolicy(_)
        | Command::Collect(_)
        | Command::Verify(_)
        | Command::Keygen(_)
        | Command::Completions(_) => false,
    }
}

/// The bytes of a pack as it lies there.
fn size(pack: &Path) -> u64 {
    let Ok(about) = std::fs::symlink_metadata(pack) else { return 0 };
    if !about.is_dir() {
        return std::fs::metadata(pack).map_or(0, |about| about.len());
    }
    let entries = std::fs::read_dir(pack).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| size(&entry.path()))
        .sum()
}

fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Runs this very command again within bounds.
fn run(bounds: Bounds) -> Where {
    if cfg!(not(unix)) {
        say(
            "note: this system sets no limits for one process: what checks of others cost is bounded by their steps alone",
        );
        return Where::Here;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    let program = if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() };
    let mut again = match program {
        Ok(program) => Process::new(program),
        Err(error) => return not_begun(&error, bounds),
    };
    let names: Vec<_> = std::env::args_os().collect();
    again.args(names.iter().skip(1)).env(MARK, bounds.written()).env("RAYON_NUM_THREADS", threads.to_string());
    #[cfg(unix)]
    if let Some(name) = names.first() {
        std::os::unix::process::CommandExt::arg0(&mut again, name);
    }
    match again.status() {
        Ok(status) => Where::Elsewhere(match status.code() {
            Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(Exit::Error.code())),
            None => {
                say(&ended(status, bounds));
                ExitCode::from(Exit::Error.code())
            }
        }),
        Err(error) => not_begun(&error, bounds),
    }
}

/// Without a second process this one takes the limits on: what breaks them ends it without words.
fn not_begun(error: &std::io::Error, bounds: Bounds) -> Where {
    say(&format!("note: no process of its own for judging ({error}); this one takes on the limits"));
    imposed(bounds);
    Where::Here
}

/// What ended a process that had limits.
fn ended(status: std::process::ExitStatus, bounds: Bounds) -> String {
    let (megabytes, seconds) = (bounds.memory >> 20, bounds.seconds);
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal: Option<i32> = status.code();
    let what = match signal {
        Some(SIGXCPU | SIGKILL) => {
            format!("it took more than {seconds} seconds of processor time, or was ended from outside")
        }
        Some(SIGINT | SIGTERM) => "it was ended from outside".to_owned(),
        Some(number) => {
            format!("it took more than {megabytes} MB of memory, or an expression is nested too deep (signal {number})")
        }
        None => "it ended without an exit code".to_owned(),
    };
    format!(
        "Error: judging was ended: {what}\n  help: the checks or the evidence ask for too much; if you trust who made them, \
         `--limit 10` allows ten times as much"
    )
}

const SIGINT: i32 = 2;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;
const SIGXCPU: i32 = 24;

/// Takes limits on, for good.
#[cfg(unix)]
fn imposed(bounds: Bounds) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let impose = |resource, limit: u64, beyond: u64| {
        let limit = Rlimit { current: Some(limit), maximum: Some(limit.saturating_add(beyond)) };
        if let Err(error) = setrlimit(resource, limit) {
            say(&format!("note: a limit of this process could not be set: {error}"));
        }
    };
    // What is only reserved counts as address space too: the threads' stacks, and the allocator's arenas.
    impose(Resource::As, bounds.memory.saturating_add(RESERVED), 0);
    #[cfg(target_os = "linux")]
    impose(Resource::Data, bounds.memory.saturating_add(STACKS), 0);
    // The first signal is one that can be told from others; a second later the system ends it.
    impose(Resource::Cpu, bounds.seconds, 1);
    impose(Resource::Core, 0, 0);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// The stacks of all threads.
#[cfg(unix)]
const STACKS: u64 = 384 << 20;

/// Address space that is reserved and not used.
#[cfg(unix)]
const RESERVED: u64 = 2 << 30;

#[cfg(not(unix))]
fn imposed(_: Bounds) {}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::{Bounds, OWN, PACK, SECONDS, bounds};
    use crate::cli::Cli;

    fn of(line: &str) -> Option<Bounds> {
        bounds(&Cli::parse_from(line.split(' ')))
    }

    #[test]
    fn what_others_wrote_is_confined() {
        let pack = Some(Bounds { memory: PACK, seconds: SECONDS });
        let table = [
            ("auditpack assess", None),
            ("auditpack verify p.zip", None),
            ("auditpack checks list --mappings m", None),
            ("auditpack verify p.zip --reperform", pack),
            ("auditpack verify p.zip --reperform --limit 3", Some(Bounds { memory: 3 * PACK, seconds: 3 * SECONDS })),
            ("auditpack diff p.zip q.zip", Some(Bounds { memory: 2 * PACK, seconds: SECONDS })),
            ("auditpack diff previous p.zip", Some(Bounds { memory: PACK + OWN, seconds: SECONDS })),
            ("auditpack diff", None),
            ("auditpack assess --mappings m", Some(Bounds { memory: OWN, seconds: SECONDS })),
            ("auditpack checks test --mappings m", Some(Bounds { memory: OWN, seconds: SECONDS })),
        ];
        for (line, expected) in table {
            assert_eq!(of(line), expected, "{line}");
        }
        let bounds = Bounds { memory: 5, seconds: 7 };
        assert_eq!(Bounds::read(&bounds.written()), Some(bounds));
        assert_eq!(Bounds::read("5"), None);
    }
}
