//! What opens one's own vault: password, recovery code, key.

use algoagent_api::account::{NewCode, SignedIn};
use serde::Serialize;
use serde_json::json;

use super::Who;
use crate::cli::NewPassword;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{self, print, print_json};
use crate::password;
use crate::progress::watched;
use crate::signing_in::{Owner, sign_out};

/// The password again, borrowed.
#[derive(Serialize)]
struct Confirmed<'a> {
    password: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    password: &'a str,
    new_password: &'a str,
}

pub(super) async fn change_password(
    line: &Line,
    who: &Who,
    options: NewPassword,
) -> Result<(), Failure> {
    let source = options.source()?;
    let Owner { account, password } = who.sign_in(line).await?;
    let (new, _) = password::choose(line, source, &account.username, &account.email).await?;
    let request = Change { password: &password, new_password: &new };
    let account: SignedIn = line.ask("change_password", request).await?;
    sign_out(line).await?;
    print(&format!(
        "The password of {} is changed, and its other sessions are ended. The recovery code stays the same.\n",
        account.username
    ))
}

pub(super) async fn recovery_code(line: &Line, who: &Who, json: bool) -> Result<(), Failure> {
    let owner = who.sign_in(line).await?;
    let request = Confirmed { password: &owner.password };
    let made: NewCode = line.ask("new_recovery_code", request).await?;
    show(&owner, &made, "has another recovery code; the one before it is dead", json)?;
    sign_out(line).await
}

pub(super) async fn rekey(line: &Line, who: &Who, json: bool) -> Result<(), Failure> {
    let owner = who.sign_in(line).await?;
    let request = Confirmed { password: &owner.password };
    let made: NewCode = watched(line, line.ask("rekey", request)).await?;
    let what = "is encrypted with another key, and its other sessions are ended. The recovery code before this one is dead";
    show(&owner, &made, what, json)?;
    sign_out(line).await
}

fn show(owner: &Owner, made: &NewCode, what: &str, json: bool) -> Result<(), Failure> {
    let username = &owner.account.username;
    if json {
        let code = &made.recovery_code;
        return print_json(&json!({ "username": username, "recovery_code": code }));
    }
    print(&format!("{username} {what}.\n{}", output::recovery_code(&made.recovery_code)))
}
