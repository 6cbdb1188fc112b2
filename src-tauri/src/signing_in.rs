//! Signing in from a terminal, and claiming an account that somebody else made.

use algoagent_api::account::{Registered, SignedIn};
use algoagent_api::{ApiError, ErrorCode, Nothing};
use serde::Serialize;
use zeroize::Zeroizing;

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

/// Signs `user` in. A person whose account waits to be claimed is asked for a new password.
pub(crate) async fn sign_in(line: &Line, user: &str) -> Result<Owner, Failure> {
    let password = person::password(&format!("Password of {user}"))?;
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
) -> Result<Owner, Failure> {
    let how = format!("Say whose account with {option} NAME or ALGOAGENT_USER.");
    sign_in(line, &person::value(named, "User name", &how)?).await
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
