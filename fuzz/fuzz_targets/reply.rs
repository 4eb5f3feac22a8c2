//! Replies of AWS in all protocols, in the form of `tests/recorded`: a line of JSON, then the body as it came; `----`
//! between them. They are read, walked and judged.

#![no_main]

use auditpack_fuzz::{Replies, files, parts, seed};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Larger examples would make each run slow.
const LARGEST: usize = 6_000;

fuzz_target!(
    init: seed("reply", seeds()),
    |bytes: &[u8]| {
        let mut replies = Replies::default();
        for pair in parts(bytes).chunks_exact(2).take(16) {
            if let [line, body] = pair
                && let Ok(line) = serde_json::from_slice(line)
            {
                replies.add(&line, body);
            }
        }
        replies.judge();
    }
);

fn seeds() -> Vec<Vec<u8>> {
    let recorded = files("tests/recorded").into_values().filter(|text| text.len() < LARGEST);
    let seed = |text: Vec<u8>| {
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let pairs = lines.flat_map(|line| {
            let mut line: Value = serde_json::from_slice(line).expect("tests/recorded holds JSON");
            let body = line["body"].take().as_str().unwrap_or_default().to_owned();
            line.as_object_mut().expect("tests/recorded holds objects").remove("body");
            [line.to_string().into_bytes(), body.into_bytes()]
        });
        pairs.collect::<Vec<_>>().join(&b"\n----\n"[..])
    };
    recorded.map(seed).collect()
}
