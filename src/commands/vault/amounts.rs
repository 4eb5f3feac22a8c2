//! Amounts for people.

/// A count with its noun: `1 blob`, `2 blobs`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// Bytes for people, in units of 1000.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut amount = count as f64;
    let mut shown = format!("{count} B");
    for unit in UNITS {
        if amount < 1000.0 {
            break;
        }
        amount /= 1000.0;
        shown = format!("{amount:.1} {unit}");
    }
    shown
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_short() {
        let shown = [0, 999, 1_000, 1_560_000, 2_000_000_000].map(super::bytes);
        assert_eq!(shown, ["0 B", "999 B", "1.0 kB", "1.6 MB", "2.0 GB"]);
    }
}
