//! What stands in a kept reply where a value stood that may be a secret: one of a few fixed texts, which say what was
//! found in the value and nothing else. No length and no hash: a short value could be guessed from them.

use std::fmt;

/// A value that is taken out of a reply before the reply is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Withhold {
    /// Where it is in the reply's content: `Functions.Environment.Variables.*`. Lists are opened on the way, `*` is every
    /// member; of a value that is a list or an object everything below is taken out.
    pub path: String,
    /// How it is written.
    pub form: Form,
}

/// How a withheld value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As text.
    Text,
    /// As text in base64, packed with gzip or not: EC2's user data.
    Base64,
    /// It opens a document by itself, so that nothing needs to be found in it; of a URL its address stays.
    Key,
}

/// What was found in a value that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withheld {
    /// Nothing that looks like a secret.
    Clean,
    /// It is not text that can be searched.
    Unreadable,
    /// Something that looks like a secret: never empty, at most [`Withheld::MAX`].
    Found(Vec<Sighting>),
}

/// One thing that looks like a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    /// The line, from 1, of a value with several lines.
    pub line: Option<u32>,
    /// What it looks like.
    pub kind: Secret,
}

/// What a secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Secret {
    /// The id of an access key.
    AwsKeyId,
    /// The secret half of an access key.
    AwsSecretKey,
    /// A private key in PEM or PuTTY's form.
    PrivateKey,
    /// GitHub's tokens.
    GithubToken,
    /// GitLab's tokens.
    GitlabToken,
    /// Slack's tokens and webhooks.
    SlackToken,
    /// Stripe's keys.
    StripeKey,
    /// Google's API keys.
    GoogleKey,
    /// A JSON Web Token.
    WebToken,
    /// A token of another known form.
    ApiToken,
    /// `user:password@host`.
    UrlPassword,
    /// `Server=…;Password=…`.
    ConnectionString,
    /// A value whose name says that it is one.
    Named,
}

const SECRETS: [(Secret, &str); 13] = [
    (Secret::AwsKeyId, "an AWS access key id"),
    (Secret::AwsSecretKey, "an AWS secret access key"),
    (Secret::PrivateKey, "a private key"),
    (Secret::GithubToken, "a GitHub token"),
    (Secret::GitlabToken, "a GitLab token"),
    (Secret::SlackToken, "a Slack token"),
    (Secret::StripeKey, "a Stripe key"),
    (Secret::GoogleKey, "a Google API key"),
    (Secret::WebToken, "a JSON web token"),
    (Secret::ApiToken, "an API token"),
    (Secret::UrlPassword, "a URL with a password"),
    (Secret::ConnectionString, "a connection string with a password"),
    (Secret::Named, "a password or token (named)"),
];

const BEGIN: &str = "withheld: ";
const CLEAN: &str = "no secret found";
const UNREADABLE: &str = "cannot be searched";
const FOUND: &str = "looks like ";

impl Withheld {
    /// So many sightings are named.
    pub const MAX: usize = 5;

    /// Of everything found the first few, by line.
    pub fn of(mut sightings: Vec<Sighting>) -> Self {
        sightings.sort();
        sightings.dedup();
        sightings.truncate(Self::MAX);
        if sightings.is_empty() { Self::Clean } else { Self::Found(sightings) }
    }

    /// Reads the text that stands in a reply; any other text is a value that was not withheld.
    pub fn parse(text: &str) -> Option<Self> {
        let said = text.strip_prefix(BEGIN)?;
        let read = match said {
            CLEAN => Self::Clean,
            UNREADABLE => Self::Unreadable,
            said => {
                let sightings = said.strip_prefix(FOUND)?.split("; ").map(Sighting::parse);
                Self::of(sightings.collect::<Option<_>>()?)
            }
        };
        // Only what we write ourselves: no leading zeros, no other order.
        (read.to_string() == text).then_some(read)
    }

    /// The text without its beginning, for reasons: "looks like a private key, line 3".
    pub fn words(&self) -> String {
        self.to_string().trim_start_matches(BEGIN).to_owned()
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BEGIN)?;
        match self {
            Self::Clean => f.write_str(CLEAN),
            Self::Unreadable => f.write_str(UNREADABLE),
            Self::Found(sightings) => {
                for (sighting, number) in sightings.iter().zip(0..) {
                    write!(f, "{}{sighting}", if number == 0 { FOUND } else { "; " })?;
                }
                Ok(())
            }
        }
    }
}

impl Sighting {
    fn parse(text: &str) -> Option<Self> {
        let (name, line) = match text.split_once(", line ") {
            Some((name, line)) => (name, Some(line.parse().ok()?)),
            None => (text, None),
        };
        let (kind, _) = SECRETS.iter().find(|(_, known)| *known == name)?;
        Some(Self { line, kind: *kind })
    }
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = SECRETS.iter().find(|(kind, _)| *kind == self.kind).map_or("a secret", |(_, name)| name);
        f.write_str(name)?;
        self.line.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let of = |sightings: &[(Option<u32>, Secret)]| {
            Withheld::of(sightings.iter().map(|(line, kind)| Sighting { line: *line, kind: *kind }).collect())
        };
        let table = [
            (Withheld::Clean, "withheld: no secret found"),
            (Withheld::Unreadable, "withheld: cannot be searched"),
            (of(&[]), "withheld: no secret found"),
            (of(&[(None, Secret::Named)]), "withheld: looks like a password or token (named)"),
            (
                of(&[(Some(9), Secret::PrivateKey), (Some(3), Secret::AwsKeyId), (Some(9), Secret::PrivateKey)]),
                "withheld: looks like an AWS access key id, line 3; a private key, line 9",
            ),
        ];
        for (withheld, text) in table {
            assert_eq!(withheld.to_string(), text);
            assert_eq!(Withheld::parse(text), Some(withheld), "{text}");
        }
        for text in [
            "",
            "withheld: ",
            "withheld: looks like ",
            "withheld: looks like hunter2",
            "withheld: looks like a private key, line 03",
            "withheld: looks like a private key, line 9; an AWS access key id, line 3",
            "withheld: no secret found ",
            "no secret found",
        ] {
            assert_eq!(Withheld::parse(text), None, "{text}");
        }
        for (kind, _) in SECRETS {
            let one = of(&[(Some(1), kind)]);
            assert_eq!(Withheld::parse(&one.to_string()), Some(one));
        }
        let many = of(&(1..100).map(|line| (Some(line), Secret::Named)).collect::<Vec<_>>());
        assert_eq!(many.to_string().matches("line").count(), Withheld::MAX);
    }
}
