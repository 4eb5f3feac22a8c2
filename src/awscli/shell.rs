//! Words of a POSIX shell, and names as the AWS CLI writes them.

/// A longer value is not the name of anything.
const MAX_VALUE: usize = 1024;

/// An operation's or a parameter's name as the AWS CLI writes it: `ListWebACLs` is `list-web-acls`.
pub(super) fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let capitals = letters.iter().rev().skip(1).take_while(|c| c.is_ascii_uppercase()).count();
    let plural = letters.last() == Some(&'s') && capitals >= 2;
    // `ARNs` at the end is one word.
    let last_word = if plural { letters.len() - capitals - 1 } else { letters.len() };
    let mut made = String::with_capacity(name.len() + 8);
    let mut before = None;
    for (at, letter) in letters.iter().enumerate() {
        let next_is_small = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let after_small = before.is_some_and(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let begins = if at >= last_word {
            at == last_word
        } else {
            letter.is_ascii_uppercase() && (next_is_small || after_small)
        };
        if at > 0 && begins {
            made.push('-');
        }
        made.push(letter.to_ascii_lowercase());
        before = Some(*letter);
    }
    made
}

/// A value as a word of its own, and of no other form: where the AWS CLI takes a list, `[` begins JSON.
/// `None`: the AWS CLI or a terminal would make something else of it.
pub(super) fn value(text: &str, option: Option<&str>) -> Option<String> {
    let printable = text.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    // What begins so names a file or an address, which the AWS CLI would read and send.
    let elsewhere = ["file://", "fileb://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    let is_queue = option == Some("--queue-url") && is_queue(text);
    let good = !text.is_empty()
        && text.len() <= MAX_VALUE
        && printable
        && !text.starts_with(['-', '[', '{'])
        && (!elsewhere || is_queue);
    good.then(|| quoted(text))
}

/// Whether a text stays one value inside the AWS CLI's own short form, `Name=vpc-id,Values=vpc-1`.
pub(super) fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
    !text.is_empty()
        && text.len() <= MAX_VALUE
        && text.chars().all(plain)
        && !text.starts_with('-')
        && !text.contains("://")
}

/// A word for a POSIX shell: as it is where nothing in it means anything there.
pub(super) fn quoted(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "._:/@+,=-".contains(c);
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A queue's address at AWS: older clients send the signed request wherever it leads.
fn is_queue(text: &str) -> bool {
    let Some((host, path)) = text.strip_prefix("https://").and_then(|rest| rest.split_once('/')) else { return false };
    let label = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_aws = [".amazonaws.com", ".amazonaws.com.cn"].iter().any(|end| host.ends_with(end));
    is_aws && host.chars().all(label) && path.chars().all(|c| label(c) || c == '/')
}

#[cfg(test)]
mod tests {
    use super::{is_plain, kebab, quoted, value};

    #[test]
    fn names_are_those_of_the_aws_cli() {
        let table = [
            ("ListWebACLs", "list-web-acls"),
            ("ListMFADevices", "list-mfa-devices"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("ListFindingsV2", "list-findings-v2"),
            ("DescribeSSLPolicies", "describe-ssl-policies"),
            ("GetEbsEncryptionByDefault", "get-ebs-encryption-by-default"),
            ("WebACLArn", "web-acl-arn"),
            ("ARN", "arn"),
            ("ResourceARNs", "resource-arns"),
            ("eventArns", "event-arns"),
            ("ListVpcs", "list-vpcs"),
        ];
        for (name, expected) in table {
            assert_eq!(kebab(name), expected);
        }
    }

    #[test]
    fn words_mean_nothing_to_a_shell() {
        assert_eq!(quoted("arn:aws:kms:eu-central-1:1:key/a"), "arn:aws:kms:eu-central-1:1:key/a");
        assert_eq!(quoted("a'b $(id)`!"), r"'a'\''b $(id)`!'");
        assert_eq!(quoted("~root"), "'~root'");
        assert_eq!(quoted("=ls"), "'=ls'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn values_that_would_mean_something_else_are_none() {
        for text in ["", "-x", "--profile", "file:///etc/passwd", "fileb://x", "http://x", "a\nb", "a\u{202e}b", "é"] {
            assert_eq!(value(text, Some("--name")), None, "{text:?}");
        }
        assert_eq!(value(&"a".repeat(2000), None), None);
        let queue = "https://sqs.eu-west-1.amazonaws.com/1/q";
        assert_eq!(value(queue, Some("--queue-url")).as_deref(), Some(queue));
        assert_eq!(value(queue, Some("--name")), None);
        assert_eq!(value("https://sqs.evil.example/1/q", Some("--queue-url")), None);
        assert_eq!(value("https://x@evil.example#.amazonaws.com/1/q", Some("--queue-url")), None);
        assert_eq!(value("two words", None).as_deref(), Some("'two words'"));
        assert!(is_plain("vpc-1") && !is_plain("a,Values=b") && !is_plain("a b") && !is_plain("x://y"));
    }
}
