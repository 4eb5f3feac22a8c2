//! What the SDK reads from the environment and trips over: said in one line before it does.

use super::CollectError;

/// Looks at the variables that the SDK panics on, or answers with its insides.
pub(crate) fn check(variables: impl Iterator<Item = (String, String)>) -> Result<(), CollectError> {
    for (name, value) in variables {
        let remedy = match name.as_str() {
            "AWS_MAX_ATTEMPTS" if value.parse::<u32>().map_or(true, |attempts| attempts == 0) => {
                "set a whole number from 1, or unset it"
            }
            "AWS_REGION" | "AWS_DEFAULT_REGION" if !is_region(&value) => "set a region such as `eu-central-1`",
            "AWS_ENDPOINT_URL" if !is_endpoint(&value) => "set a URL such as `https://host:port`, or unset it",
            _ if name.starts_with("AWS_ENDPOINT_URL_") && !is_endpoint(&value) => {
                "set a URL such as `https://host:port`, or unset it"
            }
            _ => continue,
        };
        return Err(CollectError::Environment { name, remedy });
    }
    Ok(())
}

fn is_region(value: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !value.is_empty() && value.len() <= 32 && value.bytes().all(plain)
}

fn is_endpoint(value: &str) -> bool {
    let Ok(uri) = value.parse::<http::Uri>() else { return false };
    matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn variables_that_trip_the_sdk_are_named() {
        let table = [
            ("AWS_MAX_ATTEMPTS", "3", true),
            ("AWS_MAX_ATTEMPTS", "x", false),
            ("AWS_MAX_ATTEMPTS", "0", false),
            ("AWS_REGION", "eu-central-1", true),
            ("AWS_REGION", "us east", false),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000", true),
            ("AWS_ENDPOINT_URL", "nonsense", false),
            ("AWS_ENDPOINT_URL_S3", "ftp://x", false),
            ("HOME", "anything", true),
        ];
        for (name, value, fine) in table {
            let checked = check([(name.to_owned(), value.to_owned())].into_iter());
            assert_eq!(checked.is_ok(), fine, "{name}={value}");
            if let Err(error) = checked {
                assert!(error.to_string().contains(name), "{error}");
            }
        }
    }
}
