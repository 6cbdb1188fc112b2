//! The TypeScript side of the command table: one file with every type that a client meets.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use algoagent_core::chat::ChatEvent;
use ts_rs::{Config, TS, TypeVisitor};

use crate::error::ApiError;
use crate::table;

const HEAD: &str =
    "// Made from the command table in Rust by `cargo xtask gen`. Edits are overwritten.\n";

/// Sees each command of the table.
pub(crate) trait Visitor {
    /// A command with its documentation, request type and response type.
    fn command<Request: TS + 'static, Response: TS + 'static>(&mut self, name: &str, doc: &[&str]);
}

struct Writer {
    config: Config,
    types: BTreeMap<String, String>,
    commands: String,
}

impl Writer {
    fn declare<T: TS + 'static + ?Sized>(&mut self) {
        struct Dependencies<'a>(&'a mut Writer);
        impl TypeVisitor for Dependencies<'_> {
            fn visit<T: TS + 'static + ?Sized>(&mut self) {
                self.0.declare::<T>();
            }
        }
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.types.contains_key(&name) {
                return;
            }
            let doc = T::docs().map(|doc| doc.trim().to_owned()).unwrap_or_default();
            let declaration = format!("{doc}\nexport {}\n", T::decl(&self.config));
            self.types.insert(name, declaration.trim_start().to_owned());
        }
        T::visit_dependencies(&mut Dependencies(self));
        T::visit_generics(&mut Dependencies(self));
    }
}

impl Visitor for Writer {
    fn command<Request: TS + 'static, Response: TS + 'static>(&mut self, name: &str, doc: &[&str]) {
        self.declare::<Request>();
        self.declare::<Response>();
        for line in doc {
            // Writing to a String can't fail.
            writeln!(self.commands, "  /** {} */", line.trim()).ok();
        }
        let (request, response) = (Request::name(&self.config), Response::name(&self.config));
        writeln!(self.commands, "  {name}: {{ request: {request}; response: {response} }};").ok();
    }
}

/// The whole file.
pub fn file() -> String {
    let mut writer =
        Writer { config: Config::new(), types: BTreeMap::new(), commands: String::new() };
    table::visit(&mut writer);
    writer.declare::<ApiError>();
    writer.declare::<ChatEvent>();
    let types = writer.types.into_values().collect::<Vec<_>>().join("\n");
    format!(
        "{HEAD}\n{types}\n/** Every command: what it takes and what it answers. */\nexport interface Commands {{\n{}}}\n",
        writer.commands
    )
}
