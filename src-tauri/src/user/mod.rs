//! `algoagent user`: the accounts of this computer, and one's own.

mod administration;
mod audit;
mod create;
mod own;

use crate::cli::{UserCommand, UserOptions};
use crate::exit::Failure;
use crate::line::Line;
use crate::signing_in::{Owner, sign_in_named};

pub(crate) async fn run(line: &Line, options: UserOptions) -> Result<(), Failure> {
    let who = Who { name: options.who, on_stdin: options.as_stdin };
    match options.command {
        UserCommand::Create(options) => create::create(line, &who, options).await,
        UserCommand::CreateDefault(account) => create::create_default(line, account).await,
        UserCommand::List(options) => administration::list(line, &who, options.json).await,
        UserCommand::Disable(whose) => administration::set_disabled(line, &who, whose, true).await,
        UserCommand::Enable(whose) => administration::set_disabled(line, &who, whose, false).await,
        UserCommand::Delete(options) => administration::delete(line, &who, options).await,
        UserCommand::Sessions(whose) => administration::sessions(line, &who, whose).await,
        UserCommand::EndSessions(whose) => administration::end_sessions(line, &who, whose).await,
        UserCommand::Audit(options) => audit::audit(line, &who, options).await,
        UserCommand::Passwd(password) => own::change_password(line, &who, password).await,
        UserCommand::Promote(whose) => administration::set_role(line, &who, whose, true).await,
        UserCommand::Demote(whose) => administration::set_role(line, &who, whose, false).await,
        UserCommand::Recover(options) => own::recover(line, options).await,
        UserCommand::RecoveryCode(options) => own::recovery_code(line, &who, options.json).await,
        UserCommand::Rekey(options) => own::rekey(line, &who, options.json).await,
    }
}

/// Who asks, as far as it was said.
struct Who {
    name: Option<String>,
    /// Whether the password is on the standard input.
    on_stdin: bool,
}

impl Who {
    async fn sign_in(&self, line: &Line) -> Result<Owner, Failure> {
        sign_in_named(line, self.name.as_deref(), "--as", self.on_stdin).await
    }
}
