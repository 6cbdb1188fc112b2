//! The grammar of `algoagent chat`.

use clap::Args;

use super::SignInOptions;

#[derive(Args)]
#[command(after_help = "\
Examples:
  algoagent chat                                        a conversation with the demo account
  algoagent chat --user ada --continue                  go on with the chat that changed last
  algoagent chat --user ada --list                      which chats there are
  algoagent chat --chat 12 --once \"stop at 4 %\" --json  the next turn of a chat, for a script
  algoagent chat --context \"Small caps\"                 a new chat that is told this context
  printf 'momentum on AAPL\\nstop at 4 %\\n' | algoagent chat > answers.md

A terminal is shown headings, tables and coloured code; a pipe, a file, and a terminal with
TERM=dumb get the answer's Markdown as it is. NO_COLOR takes the colours away.")]
pub(crate) struct ChatOptions {
    /// Ask this one thing, print the answer and end.
    #[arg(long, value_name = "TEXT")]
    pub(crate) once: Option<String>,

    /// Print one JSON object per answer instead of its text.
    #[arg(long)]
    pub(crate) json: bool,

    /// Choose the model that answers this account from now on: "built-in", a service such as
    /// "Gemini", or one of its models such as "Gemini/gemini-3.8-flash".
    #[arg(long, value_name = "MODEL")]
    pub(crate) model: Option<String>,

    /// Go on with this chat: its id, its session id, or its title or how that begins.
    #[arg(long, value_name = "ID|TITLE", conflicts_with = "continue")]
    pub(crate) chat: Option<String>,

    /// Go on with the chat that changed last.
    #[arg(long)]
    pub(crate) r#continue: bool,

    /// Link the chat to this context, by its name or its id.
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,

    /// Ask nothing, and list the chats, the last changed first.
    #[arg(long, conflicts_with_all = ["once", "chat", "continue", "context", "model"])]
    pub(crate) list: bool,

    #[command(flatten)]
    pub(crate) sign_in: SignInOptions,
}
