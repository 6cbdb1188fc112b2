//! `algoagent backup verify`: whether a file is a whole backup. Nothing is put back.

use algoagent_api::data::CheckedBackup;
use serde::Serialize;

use super::{WHICH_PASSWORD, size};
use crate::cli::VerifyOptions;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{moment, print, print_json};
use crate::person;
use crate::restore::readable;

/// A backup to check, borrowed: what opens it is not copied to where it isn't wiped.
#[derive(Serialize)]
struct Request<'a> {
    path: &'a str,
    secret: Option<Secret<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Secret<'a> {
    Password { password: &'a str },
    Code { recovery_code: &'a str },
}

pub(super) async fn run(line: &Line, options: VerifyOptions) -> Result<(), Failure> {
    let path = readable(&options.file)?;
    let code = options.recovery_code.then(person::recovery_code).transpose()?;
    let password = match (&code, options.bytes_only) {
        (Some(_), _) | (None, true) => None,
        (None, false) => {
            let on_stdin = options.password.password_stdin;
            let can_ask =
                on_stdin || person::is_there() || person::variable(person::PASSWORD).is_some();
            can_ask.then(|| person::password(WHICH_PASSWORD, on_stdin)).transpose()?
        }
    };
    let secret = match (&code, &password) {
        (Some(code), _) => Some(Secret::Code { recovery_code: code }),
        (None, Some(password)) => Some(Secret::Password { password }),
        (None, None) => None,
    };
    let checked: CheckedBackup = line.ask("check_backup", Request { path: &path, secret }).await?;
    if options.json {
        return print_json(&checked);
    }
    let CheckedBackup { told, opened } = checked;
    let mut text = format!(
        "Backup of {} <{}>, made {} UTC, {}.\n",
        told.username,
        told.email,
        moment(told.made_at),
        size(told.bytes)
    );
    text.push_str(if opened {
        "It opens, and every page of it was read and is whole.\n"
    } else {
        "Its bytes are what its checksums say. It was not opened: with the password or --recovery-code every page of it is read too.\n"
    });
    print(&text)
}
