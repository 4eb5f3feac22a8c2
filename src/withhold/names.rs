//! Which names say that their value is a secret, and which values only say where a secret is.

/// Words that by themselves say it.
const SECRET: [&str; 20] = [
    "apikey",
    "authkey",
    "authtoken",
    "clientsecret",
    "credential",
    "credentials",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pswd",
    "pwd",
    "secret",
    "secretkey",
    "sharedkey",
    "signingkey",
    "token",
    "userpass",
    "webhooksecret",
];
/// Words that say it together with `key` behind them.
const BEFORE_KEY: [&str; 13] = [
    "access",
    "account",
    "api",
    "auth",
    "encryption",
    "license",
    "master",
    "private",
    "secret",
    "session",
    "shared",
    "signing",
    "ssh",
];
/// Words that say it only at the end: `DB_PASS`, but not `PASS_THROUGH`.
const AT_THE_END: [&str; 2] = ["pass", "pw"];
/// What follows such a word when the value is about a secret, not the secret.
const ABOUT: [&str; 74] = [
    "age",
    "algorithm",
    "alias",
    "arn",
    "audience",
    "authentication",
    "bucket",
    "cache",
    "class",
    "column",
    "count",
    "days",
    "dir",
    "directory",
    "disabled",
    "duration",
    "enabled",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "format",
    "function",
    "header",
    "helper",
    "hint",
    "host",
    "hours",
    "id",
    "ids",
    "interval",
    "issuer",
    "label",
    "lambda",
    "len",
    "length",
    "limit",
    "location",
    "manager",
    "max",
    "min",
    "minutes",
    "mode",
    "name",
    "names",
    "param",
    "parameter",
    "path",
    "pattern",
    "placeholder",
    "policy",
    "prefix",
    "process",
    "provider",
    "queue",
    "ref",
    "regex",
    "region",
    "required",
    "reset",
    "rotation",
    "scheme",
    "seconds",
    "size",
    "source",
    "stdin",
    "store",
    "table",
    "timeout",
    "ttl",
    "type",
    "version",
];
const ABOUT_TOO: [&str; 8] = ["suffix", "topic", "types", "uri", "url", "usage", "validity", "public"];

/// Whether a name says that its value is a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let words = words(name);
    if words.iter().any(|word| word == "public") {
        return false;
    }
    let about =
        |rest: &[String]| rest.iter().any(|word| ABOUT.contains(&word.as_str()) || ABOUT_TOO.contains(&word.as_str()));
    words.iter().enumerate().any(|(at, word)| {
        let rest = words.get(at + 1..).unwrap_or_default();
        let pair = || BEFORE_KEY.contains(&word.as_str()) && rest.first().is_some_and(|next| next == "key");
        let ends = ["password", "passwd", "secret", "apikey"].iter().any(|end| word.ends_with(end));
        let alone = SECRET.contains(&word.as_str()) || ends || AT_THE_END.contains(&word.as_str()) && rest.is_empty();
        (alone || pair()) && !about(rest)
    })
}

/// The words of `DB_PASSWORD`, `dbPassword`, `db-password1`, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_lower = false;
    // No variable has a longer name.
    for character in name.chars().take(200) {
        let letter = character.is_ascii_alphabetic();
        if !letter || (character.is_ascii_uppercase() && last_lower) {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if letter {
            word.push(character.to_ascii_lowercase());
        }
        last_lower = character.is_ascii_lowercase();
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Whether a value is not a secret whatever its name: nothing, a number, or where the secret is to be found.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let word = ["", "true", "false", "yes", "no", "on", "off", "null", "none", "nil", "required", "optional"];
    let number = value.parse::<f64>().is_ok();
    let mask = value.chars().all(|character| matches!(character, '*' | 'x' | 'X' | '.' | '-'));
    let begins = [
        "arn:",
        "{{",
        "${",
        "$(",
        "`",
        "<",
        "%(",
        "ssm:",
        "secretsmanager:",
        "vault:",
        "file:",
        "env:",
        "op://",
        "@microsoft",
        "!ref",
        "!sub",
        "fn::",
    ];
    word.contains(&lower.as_str())
        || number
        || mask
        || begins.iter().any(|begin| lower.starts_with(begin))
        || is_variable(value)
        || is_path(value)
        || is_plain_url(&lower)
}

/// `$NAME` and `%NAME%`, but not `$6$…`, which is a password's hash.
fn is_variable(value: &str) -> bool {
    let rest = value.strip_prefix('$').or_else(|| value.strip_prefix('%'));
    rest.is_some_and(|rest| !rest.contains('$'))
}

/// `/prod/db/password`, `prod/db`: names in a store, or files. Secrets in base64 have capitals.
fn is_path(value: &str) -> bool {
    let plain = |part: &str, capitals: bool| {
        part.chars().all(|c| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || "._-~".contains(c) || capitals && c.is_ascii_uppercase()
        })
    };
    // A key in base64 may have slashes too.
    let mixed = |part: &str| {
        let has = |kind: fn(&char) -> bool| part.chars().any(|c| kind(&c));
        has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
    };
    let rooted = value.starts_with('/') || value.starts_with("./") || value.starts_with("~/");
    let parts: Vec<&str> = value.split('/').collect();
    let short = parts.iter().all(|part| part.len() <= 30);
    parts.len() > 1
        && short
        && !parts.iter().any(|part| mixed(part))
        && parts.iter().all(|part| plain(part, rooted))
        && parts.iter().any(|part| part.len() > 1)
}

/// A URL without a user, and without a query that may hold the secret.
fn is_plain_url(lower: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| lower.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.contains(['@', '?', '=']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_and_names_about_secrets_are_not_taken_for_them() {
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "password",
            "MYSQL_ROOT_PASSWD",
            "AWS_SECRET_ACCESS_KEY",
            "api_key",
            "APIKEY",
            "apiKey",
            "clientSecret",
            "JWT_SECRET",
            "SECRET_KEY_BASE",
            "auth-token",
            "PRIVATE_KEY",
            "DB_PASS",
            "PGPASSWORD",
            "service.credential",
            "DB_PASSWORD_PROD",
            "password1",
            "SESSION_KEY",
            "Pwd",
            "spring.datasource.password",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "",
            "TOKEN_URL",
            "SECRET_ARN",
            "DB_SECRET_NAME",
            "PASSWORD_MIN_LENGTH",
            "PASS_THROUGH",
            "PUBLIC_KEY",
            "TOKENIZER",
            "HttpTokens",
            "AWS_ACCESS_KEY_ID",
            "KMS_KEY",
            "PATH",
            "secretId",
            "TOKEN_TTL",
            "COMPASS",
            "PASSWORD_FILE",
            "X-aws-ec2-metadata-token-ttl-seconds",
            "S3_BUCKET",
            "SECRETS_MANAGER_ENDPOINT",
            "key",
            "value",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn references_numbers_and_masks_are_no_secrets() {
        for value in [
            "",
            " ",
            "true",
            "12",
            "3.5",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
            "/prod/DB/password",
            "prod/db/main",
            "{{resolve:ssm:/db}}",
            "${DB_PASSWORD}",
            "$DB_PASSWORD",
            "$(aws ssm get-parameter)",
            "`cat x`",
            "********",
            "xxxx",
            "https://login.example.com/oauth/token",
            "%PASSWORD%",
            "<password>",
            "/run/secrets/db",
        ] {
            assert!(is_harmless(value), "{value}");
        }
        for value in [
            "hunter2",
            "changeme",
            "$6$salt$hash",
            "wJalr/UtnFEMI/K7MDENG",
            "https://user:pw@example.com/",
            "a/b",
            "https://example.com/hook?token=abc",
            "correct horse",
        ] {
            assert!(!is_harmless(value), "{value}");
        }
    }
}
