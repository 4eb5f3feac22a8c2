#![expect(clippy::unwrap_used, reason = "tests")]

#[test]
fn dump() {
    let sample = crate::report::sample::Sample::new();
    let templates = crate::report::Templates::embedded().unwrap();
    let bytes = crate::report::pdf(&sample.input(), &templates).unwrap_or_else(|e| panic!("{e}"));
    std::fs::write("/tmp/sample.pdf", bytes).unwrap();
}
