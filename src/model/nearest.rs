//! The word that was meant.

/// The known word that a wrong one is a slip of, if there is one.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wrong.chars().count();
    let distance = |name: &str| strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase());
    let (distance, name) = known.into_iter().map(|name| (distance(name), name)).min()?;
    (distance < length && distance <= 1 + length / 4).then_some(name)
}

/// `did you mean ..?` of a wrong word, with a blank after it; nothing where no word is near.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wrong, known).map(|name| format!("did you mean `{name}`? ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_another_word_finds_none() {
        let known = ["iam.root-mfa-enabled", "iam.root-no-access-keys", "latest"];
        assert_eq!(nearest("iam.root-mfa-enable", known), Some("iam.root-mfa-enabled"));
        assert_eq!(nearest("LATST", known), Some("latest"));
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("latest", []), None);
    }
}
