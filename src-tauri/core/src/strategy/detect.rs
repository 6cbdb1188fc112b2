//! Is this Python a strategy? Asked of ruff's parser, not of the text.

use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::parse_module;

use super::HOUSE_MODULE_FILE;

/// What a code block turns out to be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Python {
    /// The name of the one `Strategy` subclass; `None` when there is none or there are several.
    pub(super) strategy: Option<String>,
    /// Whether it imports the house module.
    pub(super) needs_module: bool,
}

/// The name of the one `Strategy` subclass in `code`; `None` when it doesn't parse or has none
/// or several.
pub fn strategy_class(code: &str) -> Option<String> {
    inspect(code).strategy
}

/// No strategy comes near this, in bytes.
const LARGEST: usize = 256 * 1024;
/// Deeper brackets than any strategy has.
const DEEPEST: usize = 200;
/// A tree of `1+1+1+…` is as deep as it is long, and is left level by level.
const STACK: usize = 512 * 1024 * 1024;

/// Parses `code`, which a model wrote, on a stack that nothing of [`LARGEST`] can exhaust.
pub(super) fn inspect(code: &str) -> Python {
    if code.len() > LARGEST || brackets(code) > DEEPEST {
        return Python::default();
    }
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .name("parse".into())
            .stack_size(STACK)
            .spawn_scoped(scope, || read(code))
            .ok()
            .and_then(|parsing| parsing.join().ok())
            .unwrap_or_default()
    })
}

fn brackets(code: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn read(code: &str) -> Python {
    let Ok(module) = parse_module(code) else { return Python::default() };
    let body = &module.syntax().body;
    let mut classes = body.iter().filter_map(strategy_of);
    let first = classes.next();
    Python {
        strategy: first.filter(|_| classes.next().is_none()),
        needs_module: body.iter().any(imports_house_module),
    }
}

fn strategy_of(statement: &Stmt) -> Option<String> {
    let Stmt::ClassDef(class) = statement else { return None };
    let bases = &class.arguments.as_ref()?.args;
    bases.iter().any(is_strategy).then(|| class.name.to_string())
}

/// `Strategy` or `algoagent.Strategy`.
fn is_strategy(base: &Expr) -> bool {
    match base {
        Expr::Name(name) => name.id.as_str() == "Strategy",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "Strategy",
        _ => false,
    }
}

fn imports_house_module(statement: &Stmt) -> bool {
    let house = HOUSE_MODULE_FILE.trim_end_matches(".py");
    match statement {
        Stmt::ImportFrom(import) => import.module.as_ref().is_some_and(|m| m.as_str() == house),
        Stmt::Import(import) => import.names.iter().any(|name| name.name.as_str() == house),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_strategy_subclass_makes_a_strategy() {
        let code = "from algoagent import Strategy\n\nclass Cross(Strategy):\n    def init(self): pass\n    def next(self): pass\n";
        assert_eq!(strategy_class(code).as_deref(), Some("Cross"));
        assert!(inspect(code).needs_module);
        let dotted = "import algoagent\nclass A(algoagent.Strategy): pass\n";
        assert_eq!(strategy_class(dotted).as_deref(), Some("A"));
        assert!(inspect(dotted).needs_module);
    }

    #[test]
    fn what_does_not_parse_and_what_is_no_strategy_is_none() {
        for code in [
            "",
            "class Cross(Strategy:\n    pass",
            "class Strategy: pass",
            "class A(Other): pass",
            "# class A(Strategy): pass",
            "x = 'class A(Strategy): pass'",
            "class A(Strategy): pass\nclass B(Strategy): pass",
            &"(".repeat(100_000),
            &"-".repeat(100_000),
            &format!("x = {}1", "1+".repeat(100_000)),
            &format!("x = {}a", "a.".repeat(100_000)),
            &format!("x = {}a", "not ".repeat(60_000)),
            &format!("x = {}a", "lambda: ".repeat(30_000)),
            &"x = 1\n".repeat(100_000),
            &format!("{}class A(Strategy): pass", "[".repeat(5000)),
        ] {
            assert_eq!(strategy_class(code), None, "{}", &code[..code.len().min(60)]);
        }
    }
}
