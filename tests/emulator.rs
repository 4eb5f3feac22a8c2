//! The emulator starts, is controlled, and stops.

mod common;

use common::Emulator;

#[test]
fn the_seeded_account_states_its_verdicts() {
    let emulator = Emulator::start("seeded");
    emulator.page_size(3);
    emulator
        .faults(&serde_json::json!([{ "service": "kms", "operation": "ListKeys", "kind": "throttle", "times": 1 }]));
    let expected = emulator.expected();
    assert!(expected["checks"].as_object().unwrap().len() >= 70);
    assert!(emulator.calls().is_empty());
    emulator.reset();
}
