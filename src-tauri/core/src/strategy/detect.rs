//! Is this Python a strategy? Asked of ruff's parser, not of the text.

use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_python_parser::parse_module;

use super::HOUSE_MODULE_FILE;

/// The name of the one `Strategy` subclass in `code`; `None` when it doesn't parse or has none
/// or several.
pub fn strategy_class(code: &str) -> Option<String> {
    let module = parse(code)?;
    let mut classes = module.body.iter().filter_map(|statement| match statement {
        Stmt::ClassDef(class) => {
            let bases = class.arguments.as_ref().map(|arguments| &arguments.args)?;
            bases.iter().any(is_strategy).then(|| class.name.to_string())
        }
        _ => None,
    });
    let class = classes.next()?;
    classes.next().is_none().then_some(class)
}

/// `Strategy` or `algoagent.Strategy`.
fn is_strategy(base: &Expr) -> bool {
    match base {
        Expr::Name(name) => name.id.as_str() == "Strategy",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "Strategy",
        _ => false,
    }
}

/// Whether `code` imports the house module.
pub(super) fn imports_house_module(code: &str) -> bool {
    let house = HOUSE_MODULE_FILE.trim_end_matches(".py");
    parse(code).is_some_and(|module| {
        module.body.iter().any(|statement| match statement {
            Stmt::ImportFrom(import) => import.module.as_ref().is_some_and(|m| m.as_str() == house),
            Stmt::Import(import) => import.names.iter().any(|name| name.name.as_str() == house),
            _ => false,
        })
    })
}

/// Deeper nesting than any strategy has would exhaust the parser's stack.
const DEEPEST: usize = 200;

fn parse(code: &str) -> Option<ModModule> {
    let mut depth = 0_usize;
    for byte in code.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
    }
    parse_module(code).ok().map(ruff_python_parser::Parsed::into_syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_strategy_subclass_makes_a_strategy() {
        let code = "from algoagent import Strategy\n\nclass Cross(Strategy):\n    def init(self): pass\n    def next(self): pass\n";
        assert_eq!(strategy_class(code).as_deref(), Some("Cross"));
        assert!(imports_house_module(code));
        let dotted = "import algoagent\nclass A(algoagent.Strategy): pass\n";
        assert_eq!(strategy_class(dotted).as_deref(), Some("A"));
        assert!(imports_house_module(dotted));
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
            &format!("{}class A(Strategy): pass", "[".repeat(5000)),
        ] {
            assert_eq!(strategy_class(code), None, "{}", &code[..code.len().min(60)]);
        }
    }
}
