//! A CEL expression that compiles and whose cost is bounded; how it is judged is the business of `assess`.

mod bounds;
mod functions;
mod reads;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use cel::common::ast::Expr;
use cel::parser::{Expression as Ast, Parser};

use bounds::{charged, depth, nested};
use reads::{free_variables, is_variable, literal_index, path, text_literal, walk};

pub use bounds::charges;
pub use functions::{APPROVAL, FUNCTIONS};

/// An expression of a check, compiled once.
#[derive(Clone)]
pub struct Expression {
    text: String,
    ast: Arc<Ast>,
    /// Made when it first runs: of all checks that are loaded few ever do.
    charged: Arc<OnceLock<Ast>>,
}

/// Why a text is not an expression that may run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// Not CEL.
    #[error("not a CEL expression: {0}")]
    Syntax(String),
    /// Too long to be read by a human.
    #[error("the expression has {0} bytes, more than {MAX_BYTES}")]
    TooLong(usize),
    /// Loops in loops in loops in loops.
    #[error("the expression nests {0} comprehensions, more than {MAX_NESTED}")]
    TooNested(usize),
    /// Sums of sums of sums: the interpreter calls itself for each.
    #[error("the expression is {0} levels deep, more than {MAX_DEPTH}")]
    TooDeep(usize),
}

/// The members of a variable that an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// It uses the variable as a whole: any member may be read.
    All,
    /// These and no others.
    Named(BTreeSet<String>),
}

impl Members {
    /// Whether this member may be read.
    pub fn include(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(name),
        }
    }
}

/// A check that needs more text than this is several checks.
const MAX_BYTES: usize = 4096;

/// Operators and calls in each other; the parser bounds brackets, not chains.
const MAX_DEPTH: usize = 120;

/// Each level multiplies the cost by the length of a list that AWS's answer chooses.
const MAX_NESTED: usize = 3;

/// The longest time that CEL has, in days: 292 years.
pub const MAX_DAYS: u64 = 106_751;

/// Functions that look into rows on their own.
const WHOLE_ROWS: [&str; 3] = ["administers", "alarms_missing", "privilege_escalations"];

/// Parts of those rows that a function reads itself.
const PARTS: [(&str, [&str; 2]); 1] = [("alarms_missing", ["subscriptions", "targets"])];

impl Expression {
    /// Compiles a text.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        if text.len() > MAX_BYTES {
            return Err(ExpressionError::TooLong(text.len()));
        }
        let parsed = Parser::default().parse(text);
        Self::parsed(text, parsed.map_err(|error| ExpressionError::Syntax(error.to_string()))?)
    }

    /// Takes what CEL's parser made of the text: parsing twice would double the time that the mappings take to load.
    pub fn parsed(text: &str, ast: Ast) -> Result<Self, ExpressionError> {
        if text.len() > MAX_BYTES {
            return Err(ExpressionError::TooLong(text.len()));
        }
        let levels = depth(&ast);
        if levels > MAX_DEPTH {
            return Err(ExpressionError::TooDeep(levels));
        }
        match nested(&ast) {
            depth if depth > MAX_NESTED => Err(ExpressionError::TooNested(depth)),
            _ => Ok(Self { text: text.to_owned(), ast: Arc::new(ast), charged: Arc::default() }),
        }
    }

    /// The text as the check's file has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the CEL interpreter runs: those of [`charges`] must be among its functions.
    pub fn charged(&self) -> &Ast {
        self.charged.get_or_init(|| charged(&self.ast))
    }

    /// How many steps it takes to run it once, lists apart.
    pub fn size(&self) -> usize {
        bounds::size(&self.ast)
    }

    /// The variables that must be there from outside: `r`, `params`, `now`; not those of its own comprehensions.
    pub fn variables(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        free_variables(&self.ast, &mut Vec::new(), &mut found);
        found
    }

    /// The functions that it calls by name: `find`, `size`, `startsWith`; no operators, no `has`, `all`, `map`.
    pub fn functions(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        walk(&self.ast, &mut |ast| {
            if let Expr::Call(call) = &ast.expr
                && call.func_name.starts_with(|first: char| first.is_ascii_alphabetic())
            {
                found.insert(call.func_name.clone());
            }
        });
        found
    }

    /// The members of a variable that it reads, tests with `has` included: of `r.a.b == r['c']` they are `a` and `c`.
    pub fn members_of(&self, variable: &str) -> Members {
        let (mut names, mut uses, mut named) = (BTreeSet::new(), 0, 0);
        walk(&self.ast, &mut |ast| {
            let member = match &ast.expr {
                Expr::Ident(name) if name == variable => {
                    uses += 1;
                    return;
                }
                Expr::Select(select) if is_variable(&select.operand, variable) => Some(select.field.clone()),
                Expr::Call(call) if matches!(call.func_name.as_str(), "_[_]" | "_[?_]" | "_?._") => literal_index(call)
                    .filter(|_| call.args.first().is_some_and(|operand| is_variable(operand, variable))),
                _ => None,
            };
            if let Some(member) = member {
                named += 1;
                names.insert(member);
            }
        });
        if uses == named { Members::Named(names) } else { Members::All }
    }

    /// The parameters that it reads by name.
    pub fn params(&self) -> Members {
        self.members_of("params")
    }

    /// The parameters that it takes as a number of days to reckon with: `days(params.min_lock_days)`.
    pub fn params_in_days(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        walk(&self.ast, &mut |ast| {
            if let Expr::Call(call) = &ast.expr
                && call.func_name == "days"
                && let Some(Expr::Select(select)) = call.target.as_deref().or(call.args.first()).map(|one| &one.expr)
                && is_variable(&select.operand, "params")
            {
                found.insert(select.field.clone());
            }
        });
        found
    }

    /// The names of all members that it reads of anything, of the items of lists too.
    pub fn names(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        walk(&self.ast, &mut |ast| match &ast.expr {
            Expr::Select(select) => {
                found.insert(select.field.clone());
            }
            Expr::Call(call) if call.func_name == "_[_]" => found.extend(literal_index(call)),
            Expr::Call(call) => {
                let parts = PARTS.iter().filter(|(function, _)| *function == call.func_name);
                found.extend(parts.flat_map(|(_, parts)| parts).map(|part| (*part).to_owned()));
            }
            _ => {}
        });
        found
    }

    /// Whether it reads members whose names are not written in it, or hands whole rows to a function: then any may be read.
    pub fn reads_freely(&self) -> bool {
        let mut found = false;
        walk(&self.ast, &mut |ast| {
            if let Expr::Call(call) = &ast.expr {
                let computed = matches!(call.func_name.as_str(), "_[_]" | "_[?_]")
                    && !call.args.get(1).is_some_and(|index| matches!(index.expr, Expr::Literal(_)));
                found |= computed || WHOLE_ROWS.contains(&call.func_name.as_str());
            }
        });
        found
    }

    /// The chains of members that it follows, each with its variable first: `["r", "rotation", "KeyRotationEnabled"]`.
    pub fn paths(&self) -> BTreeSet<Vec<String>> {
        let mut found = BTreeSet::new();
        walk(&self.ast, &mut |ast| found.extend(path(ast).filter(|path| path.len() > 1)));
        found
    }

    /// The text literals that a function gets as its first argument: the sources of `find` and `rows`. `None` stands for
    /// an argument that is not a literal.
    pub fn first_arguments(&self, function: &str) -> BTreeSet<Option<String>> {
        let mut found = BTreeSet::new();
        walk(&self.ast, &mut |ast| {
            if let Expr::Call(call) = &ast.expr
                && call.func_name == function
            {
                let first = call.target.as_deref().or(call.args.first());
                found.insert(first.and_then(text_literal));
            }
        });
        found
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

#[cfg(test)]
mod tests {

    use super::{Expression, ExpressionError, Members};

    fn named(names: &[&str]) -> Members {
        Members::Named(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn finds_what_it_reads() {
        let table = [
            ("r.a.b == r['c']", named(&["a", "c"])),
            ("has(r.policy.Statement) && r.x > params.y", named(&["policy", "x"])),
            ("r.list.exists(x, x.name == r.name)", named(&["list", "name"])),
            ("policy_public(r)", Members::All),
            ("r[params.member] == 1", Members::All),
            ("params.z == 1", named(&[])),
        ];
        for (text, members) in table {
            assert_eq!(Expression::parse(text).unwrap().members_of("r"), members, "{text}");
        }
    }

    #[test]
    fn names_variables_and_functions_from_outside_only() {
        let text = "rows.all(x, x.n in params.list || size(x.tags) > 0) && find('a.b', account) != null";
        let expression = Expression::parse(text).unwrap();
        let variables: Vec<String> = expression.variables().into_iter().collect();
        assert_eq!(variables, ["account", "params", "rows"]);
        let functions: Vec<String> = expression.functions().into_iter().collect();
        assert_eq!(functions, ["find", "size"]);
        assert_eq!(expression.params(), named(&["list"]));
        assert_eq!(expression.names().into_iter().collect::<Vec<_>>(), ["list", "n", "tags"]);
        let path = vec!["x".to_owned(), "n".to_owned()];
        assert!(expression.paths().contains(&path));
        assert_eq!(expression.first_arguments("find").into_iter().collect::<Vec<_>>(), [Some("a.b".to_owned())]);
        let computed = Expression::parse("rows(r.source)").unwrap();
        assert_eq!(computed.first_arguments("rows").into_iter().collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn refuses_what_could_run_away() {
        let three = "a.all(x, x.all(y, y.all(z, z)))";
        assert!(Expression::parse(three).is_ok());
        let four = "a.all(x, x.all(y, y.all(z, z.all(w, w))))";
        assert_eq!(Expression::parse(four), Err(ExpressionError::TooNested(4)));
        let chain = "a.filter(x, x).filter(x, x).filter(x, x).filter(x, x).all(x, x)";
        assert!(Expression::parse(chain).is_ok(), "one after the other is not inside each other");
        assert_eq!(Expression::parse(&"r".repeat(5000)), Err(ExpressionError::TooLong(5000)));
        let chain = |times: usize| format!("1{} > 0", " + 1".repeat(times));
        assert!(Expression::parse(&chain(110)).is_ok());
        assert!(matches!(Expression::parse(&chain(1000)), Err(ExpressionError::TooDeep(1002))));
        assert!(matches!(Expression::parse("r.a =="), Err(ExpressionError::Syntax(_))));
        let parentheses = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
        assert!(matches!(Expression::parse(&parentheses), Err(ExpressionError::Syntax(_))));
    }
}
