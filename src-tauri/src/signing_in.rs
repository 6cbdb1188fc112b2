//! Signing in from a terminal, and claiming an account that somebody else made.

use algoagent_api::account::{Registered, SignedIn};
use algoagent_api::{ApiError, ErrorCode, Nothing};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::cli::SignInOptions;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{recovery_code, remark};
use crate::{password, person};

/// A name and its password, borrowed: neither is copied to where it isn't wiped.
#[derive(Serialize)]
struct SignIn<'a> {
    username: &'a str,
    password: &'a str,
}

#[derive(Serialize)]
struct Claim<'a> {
    username: &'a str,
    password: &'a str,
    new_password: &'a str,
}

/// Who signed in, and with which password.
pub(crate) struct Owner {
    pub(crate) account: SignedIn,
    pub(crate) password: Zeroizing<String>,
}

/// Signs in whoever was named, else the demo account.
pub(crate) async fn enter(line: &Line, who: &SignInOptions) -> Result<(), Failure> {
    let on_stdin = who.password.password_stdin;
    match who.user.as_deref().filter(|user| !user.is_empty()) {
        Some(user) => sign_in(line, user, on_stdin).await.map(drop),
        None if on_stdin => {
            Err(Failure::Usage("Say whose password it is with --user NAME.".to_owned()))
        }
        None => enter_demo(line).await,
    }
}

async fn enter_demo(line: &Line) -> Result<(), Failure> {
    match line.ask::<Value>("sign_in_demo", Nothing {}).await {
        Err(Failure::Refused(fault)) if fault.code == ErrorCode::InvalidCredentials => {
            let message = "The demo account was deleted or has a password of its own. Say whose account with --user NAME, or make it again with: algoagent user create-default";
            Err(Failure::Refused(ApiError { message: message.to_owned(), ..fault }))
        }
        signed_in => signed_in.map(drop),
    }
}

/// Signs `user` in. A person whose account waits to be claimed is asked for a new password.
async fn sign_in(line: &Line, user: &str, on_stdin: bool) -> Result<Owner, Failure> {
    let password = person::password(&format!("Password of {user}"), on_stdin)?;
    let request = SignIn { username: user, password: &password };
    match line.ask("sign_in", request).await {
        Ok(account) => Ok(Owner { account, password }),
        Err(Failure::Refused(fault)) if fault.code == ErrorCode::ClaimRequired => {
            claim(line, user, &password, fault).await
        }
        Err(fault) => Err(fault),
    }
}

/// Signs in whoever was named, else whoever the person at the terminal names.
pub(crate) async fn sign_in_named(
    line: &Line,
    named: Option<&str>,
    option: &str,
    on_stdin: bool,
) -> Result<Owner, Failure> {
    let how = format!("Say whose account with {option} NAME or ALGOAGENT_USER.");
    let named = named.filter(|named| !named.is_empty());
    if named.is_none() && on_stdin {
        // What is there is the password.
        return Err(Failure::Usage(how));
    }
    sign_in(line, &person::value(named, "User name", &how)?, on_stdin).await
}

/// Ends the session: what is being written is saved, and the vault closed.
pub(crate) async fn sign_out(line: &Line) -> Result<(), Failure> {
    line.ask::<Nothing>("sign_out", Nothing {}).await.map(|_| ())
}

async fn claim(line: &Line, user: &str, first: &str, refused: ApiError) -> Result<Owner, Failure> {
    if !person::is_there() {
        let how = "Sign in to it once in a terminal or in the window.";
        let message = format!("{} {how}", refused.message);
        return Err(Failure::Refused(ApiError { message, ..refused }));
    }
    remark(&refused.message);
    loop {
        let password = password::typed_twice()?;
        let request = Claim { username: user, password: first, new_password: &password };
        match line.ask::<Registered>("claim", request).await {
            Ok(claimed) => {
                remark(&recovery_code(&claimed.recovery_code));
                return Ok(Owner { account: claimed.signed_in, password });
            }
            Err(Failure::Refused(fault)) if fault.code == ErrorCode::InvalidField => {
                remark(&fault.message);
            }
            Err(fault) => return Err(fault),
        }
    }
}
