//! What opens one's own vault: password, recovery code, key.

use algoagent_api::ErrorCode;
use algoagent_api::account::{NewCode, Registered, SignedIn};
use serde::Serialize;
use serde_json::json;

use super::Who;
use crate::cli::{NewPassword, RecoverOptions, Whose};
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{self, print, print_json};
use crate::progress::watched;
use crate::signing_in::{Owner, sign_out};
use crate::{password, person};

/// The password again, borrowed.
#[derive(Serialize)]
struct Confirmed<'a> {
    password: &'a str,
}

#[derive(Serialize)]
struct Recover<'a> {
    username: &'a str,
    code: &'a str,
    new_password: &'a str,
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
    let (new, _) = password::choose(line, source, &account.username, &account.email, false).await?;
    let request = Change { password: &password, new_password: &new };
    let account: SignedIn = line.ask("change_password", request).await?;
    sign_out(line).await?;
    print(&format!(
        "The password of {} is changed, and its other sessions are ended. The recovery code stays the same.\n",
        account.username
    ))
}

/// A lost password is replaced by recovery code.
pub(super) async fn recover(line: &Line, options: RecoverOptions) -> Result<(), Failure> {
    let code = person::recovery_code()?;
    let new = password::beside_a_code(options.password_stdin)?;
    let Whose { name, json } = options.whose;
    let request = Recover { username: &name, code: &code, new_password: &new };
    let recovered = line.ask("recover", request).await.map_err(of_a_code)?;
    let Registered { signed_in, recovery_code } = recovered;
    let made = NewCode { recovery_code };
    let what =
        "has its new password, and its other sessions are ended. The recovery code is used up";
    let told = show(&signed_in, &made, what, json);
    sign_out(line).await?;
    told
}

/// Says that it was a code that opens nothing.
fn of_a_code(fault: Failure) -> Failure {
    match fault {
        Failure::Refused(mut fault) if fault.code == ErrorCode::InvalidCredentials => {
            fault.message =
                "This code doesn't open the vault of this account. Check both and try again."
                    .to_owned();
            Failure::Refused(fault)
        }
        fault => fault,
    }
}

pub(super) async fn recovery_code(line: &Line, who: &Who, json: bool) -> Result<(), Failure> {
    let owner = who.sign_in(line).await?;
    let request = Confirmed { password: &owner.password };
    let made: NewCode = line.ask("new_recovery_code", request).await?;
    show(&owner.account, &made, "has another recovery code; the one before it is dead", json)?;
    sign_out(line).await
}

pub(super) async fn rekey(line: &Line, who: &Who, json: bool) -> Result<(), Failure> {
    let owner = who.sign_in(line).await?;
    let request = Confirmed { password: &owner.password };
    let made: NewCode = watched(line, line.ask("rekey", request)).await?;
    let what = "is encrypted with another key, and its other sessions are ended. The recovery code before this one is dead";
    show(&owner.account, &made, what, json)?;
    sign_out(line).await
}

fn show(account: &SignedIn, made: &NewCode, what: &str, json: bool) -> Result<(), Failure> {
    let username = &account.username;
    if json {
        let code = &made.recovery_code;
        return print_json(&json!({ "username": username, "recovery_code": code }));
    }
    print(&format!("{username} {what}.\n{}", output::recovery_code(&made.recovery_code)))
}
