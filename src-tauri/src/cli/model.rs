//! The grammar of `algoagent model`.

use algoagent_core::model::ServiceKind;
use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};

use super::{DeleteNamedOptions, NamedOption, SignInOptions};

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent model list --user ada
  pass show gemini | algoagent model add --provider gemini --key-stdin --user ada
  algoagent model add --provider openai --name Studio --base-url http://127.0.0.1:1234/v1 --user ada
  algoagent model test Gemini --user ada                  proves key and address, costs nothing
  algoagent model default Gemini/gemini-3.8-flash --user ada
  algoagent model default built-in --user ada
  algoagent model delete Studio --user ada

No key is ever taken from the command line, or shown.")]
pub(crate) struct ModelOptions {
    #[command(flatten)]
    pub(crate) sign_in: SignInOptions,

    /// Print one JSON document.
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

#[derive(Subcommand)]
pub(crate) enum ModelCommand {
    /// List the services, their models, and which one answers.
    List,

    /// Add a service. It is asked nothing before it is tested or chosen.
    ///
    /// The key comes with --key-stdin from the standard input, else from a prompt, where an empty
    /// one is none. The account must be named: what is in the demo account, anybody can use.
    Add(AddServiceOptions),

    /// Ask a service for its list of models, and keep it: proves key and address, costs nothing.
    Test(NamedOption),

    /// Choose the model that answers from now on: "built-in", a service, or one of its models as in
    /// "Gemini/gemini-3.8-flash".
    Default(NamedOption),

    /// Delete a service with its key. Chats that used it stay.
    Delete(DeleteNamedOptions),
}

#[derive(Args)]
pub(crate) struct AddServiceOptions {
    /// The wire that it speaks. Whatever speaks as OpenAI does is "openai".
    #[arg(long, value_name = "PROVIDER")]
    pub(crate) provider: Provider,

    /// What it is called [default: the provider's name].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,

    /// Its address [default: the provider's own]. Plain http only for this computer.
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Read the key from the first line of the standard input, behind that of --password-stdin.
    #[arg(long)]
    pub(crate) key_stdin: bool,
}

/// A wire, by its word.
#[derive(Clone, Copy)]
pub(crate) struct Provider(pub(crate) ServiceKind);

impl ValueEnum for Provider {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Provider; 4] = {
            let [a, b, c, d] = ServiceKind::ALL;
            [Provider(a), Provider(b), Provider(c), Provider(d)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.code()).help(self.0.default_base_url()))
    }
}
