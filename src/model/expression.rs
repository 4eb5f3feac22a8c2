//! A CEL expression that compiles; how it is judged is the business of `assess`.

use std::fmt;
use std::sync::Arc;

use cel::Program;

/// An expression of a check, compiled once.
#[derive(Clone)]
pub struct Expression {
    text: String,
    program: Arc<Program>,
}

/// Why a text is no expression that may run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Not CEL.
    #[error("not a CEL expression: {0}")]
    Syntax(String),
}

impl Expression {
    /// Compiles a text.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let program = Program::compile(text).map_err(|error| ExpressionError::Syntax(error.to_string()))?;
        Ok(Self { text: text.to_owned(), program: Arc::new(program) })
    }

    /// The text as the check's file has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The compiled program.
    pub fn program(&self) -> &Program {
        &self.program
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
