//! An error and its causes, for people.

use std::any::Any;
use std::error::Error;

/// An error's message and those of its causes, outermost first.
///
/// Some crates end a message with that of its cause: such a cause is not said again.
pub fn causes(error: &dyn Error) -> Vec<String> {
    let mut said = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.last().is_some_and(|last| last.ends_with(&text)) {
            said.push(text);
        }
        cause = error.source();
    }
    said
}

/// The same in one line.
pub fn with_causes(error: &dyn Error) -> String {
    causes(error).join(": ")
}

/// What a panic that was caught said.
pub fn panic_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("for a reason that it does not say").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    fn chain(texts: &[&'static str]) -> Layer {
        let inner = texts.iter().rev().fold(None, |source, text| Some(Box::new(Layer { text, source })));
        *inner.unwrap()
    }

    #[test]
    fn every_cause_is_said_once() {
        assert_eq!(with_causes(&chain(&["no pack", "no file", "disk"])), "no pack: no file: disk");
        let repeated = chain(&["not XML", "syntax error: no end", "no end", "no end", "byte 7"]);
        assert_eq!(causes(&repeated), ["not XML", "syntax error: no end", "byte 7"]);
    }
}
