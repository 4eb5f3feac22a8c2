//! `auditpack verify` of packs of 1 GB against `sha256sum` of the same bytes: of the zip as it is, and of the members
//! when they are unpacked. One pack is AWS's answers (JSON, deflated), one a large document (stored as it is).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

mod common;

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use auditpack::bundle::{Content, Member, write_pack};
use auditpack::seal::{SigningIdentity, SystemRandom, generate};
use common::{line, seconds};

/// The bytes of each pack's members.
const SIZE: u64 = 1 << 30;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let now = chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let made = generate("Bench", None, now, Duration::from_secs(1 << 28), &SystemRandom::new()).unwrap();
    let identity =
        SigningIdentity::from_pem(made.key_pem.as_bytes(), made.certificate_pem.as_bytes(), None, now).unwrap();
    let trust = folder.path().join("trust.pem");
    std::fs::write(&trust, &made.certificate_pem).unwrap();
    for (name, members) in [("JSON answers", answers()), ("one document", document())] {
        let pack = folder.path().join("pack.zip");
        let written = write_pack(&pack, members, &identity, now).unwrap();
        let verify = seconds(|| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_auditpack"));
            let output = command.arg("verify").arg(&pack).arg("--trust").arg(&trust).output().unwrap();
            // Its members are what is measured; the rest of a pack it lacks, and nothing else.
            assert!(String::from_utf8_lossy(&output.stdout).contains(": incomplete: "), "{output:?}");
        });
        let zip = seconds(|| succeed(Command::new("sha256sum").arg(&pack)));
        let unpacked = folder.path().join("unpacked");
        succeed(Command::new("unzip").arg("-q").arg(&pack).arg("-d").arg(&unpacked));
        let members = seconds(|| {
            succeed(Command::new("find").arg(&unpacked).args(["-type", "f", "-exec", "sha256sum", "{}", "+"]))
        });
        std::fs::remove_dir_all(&unpacked).unwrap();
        std::fs::remove_file(&pack).unwrap();
        let what = format!("verify 1 GB in {} members, {name}", written.members);
        // The same bytes are those that are hashed: the members, unpacked.
        let speed = members / verify;
        line(
            &what,
            ">= 0.8 of sha256sum",
            &format!("{speed:.2} ({verify:.2} s; sha256sum {members:.2} s)"),
            speed >= 0.8,
        );
        let speed = zip / verify;
        let figure = format!("{speed:.2} (sha256sum {zip:.2} s of {} MB)", written.size / 1_000_000);
        println!("  … and of the bytes of the zip\t\t{figure}\tfor comparison");
    }
}

fn succeed(command: &mut Command) {
    assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{command:?}");
}

/// Lists of keys, about 40 kB each.
fn answers() -> Vec<Member<'static>> {
    let answer = |number: u64| {
        let mut text = String::from("{\"Keys\":[");
        for item in 0..400 {
            let noise = (number * 400 + item).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            text.push_str(&format!(
                "{{\"KeyArn\":\"arn:aws:kms:eu-central-1:111122223333:key/{noise:016x}\",\"Enabled\":{},\"CreationDate\":{}}},",
                noise.is_multiple_of(2),
                1_600_000_000 + noise % 90_000_000
            ));
        }
        text.push_str("{}]}");
        text.into_bytes()
    };
    let count = SIZE / answer(1).len() as u64;
    let member = |number| Member {
        path: format!("evidence/111122223333/eu-central-1/kms.keys/{number}.json"),
        content: Content::Later(Box::new(move || Ok(answer(number)))),
    };
    (0..count).map(member).collect()
}

fn document() -> Vec<Member<'static>> {
    let open = || Ok(Box::new(Noise(7).take(SIZE)) as Box<dyn Read>);
    vec![Member {
        path: "reports/report.zip".to_owned(),
        content: Content::Stream { size: SIZE, open: Box::new(open) },
    }]
}

/// Bytes that no packer makes smaller.
struct Noise(u64);

impl Read for Noise {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let whole = buffer.len() / 8 * 8;
        for bytes in buffer[..whole].chunks_exact_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            bytes.copy_from_slice(&self.0.to_le_bytes());
        }
        Ok(whole)
    }
}
