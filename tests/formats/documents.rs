//! The commands and units that documents show.

use super::*;

fn document(name: &str) -> String {
    fs::read_to_string(repository().join("docs").join(name)).unwrap()
}

/// The command lines of `auditpack` in a piece of shell, without redirections and what follows them.
fn command_lines(shell: &str) -> Vec<Vec<String>> {
    let program = "import json, shlex, sys\n\
                   found = []\n\
                   for line in sys.stdin.read().replace('\\\\\\n', ' ').splitlines():\n\
                   \x20   lexer = shlex.shlex(line, posix=True, punctuation_chars='|&;()<>')\n\
                   \x20   lexer.whitespace_split, command = True, None\n\
                   \x20   for word in lexer:\n\
                   \x20       if command is None:\n\
                   \x20           command = [] if word.rsplit('/')[-1] == 'auditpack' else None\n\
                   \x20       elif set(word) <= set('|&;()<>'):\n\
                   \x20           found.append(command)\n\
                   \x20           command = None\n\
                   \x20       else:\n\
                   \x20           command.append(word)\n\
                   \x20   found += [command] if command is not None else []\n\
                   print(json.dumps(found))";
    let mut python = Command::new(common::python());
    let mut python = python.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(shell.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{shell}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Holds command lines against the flags that exist: `--help` at their end reads them first.
fn assert_known(lines: &[Vec<String>]) {
    let place = Workplace::new();
    for line in lines {
        let output = place.auditpack().args(line).arg("--help").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "auditpack {}: {}", line.join(" "), shown(&output));
        assert!(text(&output.stdout).contains(&format!("Usage: auditpack {}", line[0])), "{line:?}");
    }
}

#[test]
fn the_workflow_is_yaml_and_names_only_flags_that_exist() {
    let workflow = read(&["yaml"], document("continuous/github-actions.yml").as_bytes());
    assert_eq!(workflow["permissions"], json!({ "contents": "read", "id-token": "write" }));
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], "false");
    assert!(workflow["on"]["schedule"][0]["cron"].is_string());
    let steps = workflow["jobs"]["evidence"]["steps"].as_array().unwrap();
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    let lines: Vec<Vec<String>> = scripts.iter().flat_map(|script| command_lines(script)).collect();
    // `install auditpack "$RUNNER_TEMP/…"` and the like name the file, not the command.
    let is_command =
        |line: &&Vec<String>| line.first().is_some_and(|word| !word.contains(['/', '.']) && word != "auditpack");
    let own: Vec<Vec<String>> = lines.iter().filter(is_command).cloned().collect();
    let commands: BTreeSet<&str> = own.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(commands, BTreeSet::from(["assess", "calendar", "collect", "diff", "next", "trend", "vault"]));
    assert!(own.len() >= 11, "{own:?}");
    assert_known(&own);
    for script in scripts {
        let checked = Command::new("bash").args(["-n", "-c", script]).output().unwrap();
        assert!(checked.status.success(), "{script}: {}", shown(&checked));
        assert!(!script.contains("--delete"), "what is in the bucket stays there");
    }
}

#[test]
fn the_steps_of_the_workflow_work_on_a_vault_that_came_from_a_bucket() {
    // A bucket has no empty folders, and the lock and the journal are not put into it.
    let place = copied();
    drop(fs::remove_file(place.path("vault/lock")));
    fs::remove_dir_all(place.path("vault/journal")).unwrap();
    good(&place, &["vault", "check"]);
    let vault = Vault::create(&place.path("vault")).unwrap();
    collect(&vault, "2026-10-01", &["plain"], "Lindenhof Kiosk GmbH");
    let list: Value = serde_json::from_slice(&good(&place, &["vault", "list", "--format", "json"])).unwrap();
    assert_eq!(list["snapshots"].as_array().unwrap().len(), 17);
}

#[test]
fn systemd_takes_the_units_and_their_command_lines_exist() {
    let unit = document("continuous/auditpack.service");
    let lines: Vec<&str> = unit.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
    // What a shell is given stands in quotes of its own.
    let shell = lines.join("\n").replace("/bin/sh -c '", "").replace(".zip'", ".zip").replace("$$", "$");
    let commands = command_lines(&shell);
    let names: Vec<&str> = commands.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(names, ["collect", "bundle", "assess"], "{commands:?}");
    assert_known(&commands);

    // `verify` wants the program to be there.
    let place = Workplace::new();
    let unit = unit.replace("/usr/local/bin/auditpack", env!("CARGO_BIN_EXE_auditpack"));
    place.write("auditpack.service", &unit);
    place.write("auditpack.timer", &document("continuous/auditpack.timer"));
    let analyze = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).current_dir(place.path("")).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{arguments:?} {}", shown(&output));
        shown(&output)
    };
    let said = analyze(&["verify", "--man=no", "./auditpack.service", "./auditpack.timer"]);
    assert!(!said.contains("auditpack."), "{said}");
    // Of 10: what a service without any protection is exposed to.
    analyze(&["security", "--offline=true", "--threshold=20", "--no-pager", "./auditpack.service"]);
    let timer = document("continuous/auditpack.timer");
    assert!(timer.contains("OnCalendar=weekly") && timer.contains("Persistent=true"));
}

#[test]
fn the_commands_of_the_documents_exist() {
    for name in ["history.md", "continuous.md", "vault.md", "attest.md"] {
        let text = document(name);
        let lines: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| line.starts_with("auditpack ")).collect();
        let shell: String =
            lines.iter().map(|line| format!("{}\n", line.split(" | ").next().unwrap_or(line))).collect();
        assert_known(&command_lines(&shell));
    }
}
