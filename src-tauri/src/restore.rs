//! `algoagent restore`: putting a backup back.

use std::path::Path;

use algoagent_api::ErrorCode;
use algoagent_api::data::{RestoreSource, Restored};
use serde::Serialize;

use crate::cli::RestoreOptions;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{print, recovery_code};
use crate::signing_in::sign_out;
use crate::{backup, password, person};

/// A backup to put back, borrowed: what opens it is not copied to where it isn't wiped.
#[derive(Serialize)]
struct Request<'a> {
    source: RestoreSource,
    secret: Secret<'a>,
    username: Option<&'a str>,
    email: Option<&'a str>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Secret<'a> {
    Password { password: &'a str },
    Code { recovery_code: &'a str, new_password: &'a str },
}

pub(crate) async fn run(line: &Line, options: RestoreOptions) -> Result<(), Failure> {
    let path = readable(&options.file)?;
    let (username, email) = (options.username.as_deref(), options.email.as_deref());
    let request = |secret| {
        let source = RestoreSource::File { path: path.clone() };
        Request { source, secret, username, email }
    };
    let asked = if options.recovery_code {
        let code = person::recovery_code()?;
        let new = password::beside_a_code(options.password.password_stdin)?;
        let secret = Secret::Code { recovery_code: &code, new_password: &new };
        line.ask::<Restored>("restore", request(secret)).await
    } else {
        let password = person::password(backup::WHICH_PASSWORD, options.password.password_stdin)?;
        line.ask("restore", request(Secret::Password { password: &password })).await
    };
    let Restored { signed_in, recovery_code: next } = asked.map_err(advise)?;
    let mut text = format!(
        "The account {} is as it was when the backup was made. If there was another vault of this account here, it is kept as a backup: see algoagent backup --list.\n",
        signed_in.username
    );
    if let Some(next) = next {
        text.push_str("The recovery code is used up.\n");
        text.push_str(&recovery_code(&next));
    }
    let told = print(&text);
    sign_out(line).await?;
    told
}

/// The whole path of a file that can be read: another program may be the one that reads it.
pub(crate) fn readable(file: &Path) -> Result<String, Failure> {
    let fault = |fault: std::io::Error| Failure::Other(format!("{}: {fault}", file.display()));
    let path = std::path::absolute(file).map_err(fault)?;
    let found = std::fs::File::open(&path).and_then(|file| file.metadata()).map_err(fault)?;
    if !found.is_file() {
        return Err(Failure::Other(format!("{} is no file", file.display())));
    }
    let text = path.to_str().map(ToOwned::to_owned);
    text.ok_or_else(|| Failure::Other(format!("{}: its name is no text", file.display())))
}

/// Names the option by which a refused field can be changed.
fn advise(fault: Failure) -> Failure {
    match fault {
        Failure::Refused(mut fault) if fault.code == ErrorCode::InvalidField => {
            for field in ["username", "email"] {
                if fault.detail.get(field).is_some() {
                    fault.message.push_str(&format!(" Name another one with --{field}."));
                }
            }
            Failure::Refused(fault)
        }
        fault => fault,
    }
}
