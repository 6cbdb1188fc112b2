//! Making accounts: one's own, one for somebody else, the demo account.

use algoagent_api::Nothing;
use algoagent_api::account::{DemoMade, Registered, Tile};
use algoagent_api::administration::AccountInfo;
use algoagent_core::account::{DEMO_PASSWORD, DEMO_USERNAME, demo_profile};
use serde::Serialize;
use serde_json::{Value, json};

use super::Who;
use crate::cli::{CreateOptions, NewAccount};
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{print, print_json, recovery_code};
use crate::password::{self, Source};
use crate::person;
use crate::signing_in::sign_out;

/// A new account, borrowed: its password is not copied to where it isn't wiped.
#[derive(Serialize)]
struct Registration<'a> {
    username: &'a str,
    email: &'a str,
    password: &'a str,
    accept_weak: bool,
    /// Of an account for somebody else alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    administrator: Option<bool>,
}

/// Names and password of a new account, as far as nobody has to be asked for more.
struct Wanted {
    username: String,
    email: String,
    password: Source,
    json: bool,
}

impl Wanted {
    fn gather(options: NewAccount) -> Result<Self, Failure> {
        let (username, email) = (options.username.as_deref(), options.email.as_deref());
        let how = "Say how the account is called with --username NAME.";
        let username = person::value(username, "User name", how)?;
        let how = "Say the account's e-mail address with --email ADDRESS.";
        let email = person::value(email, "E-mail address", how)?;
        Ok(Self { username, email, password: options.password.source()?, json: options.json })
    }
}

pub(super) async fn create(line: &Line, who: &Who, options: CreateOptions) -> Result<(), Failure> {
    let wanted = Wanted::gather(options.account)?;
    let asked_of_an_administrator =
        options.for_somebody_else || options.admin && has_administrator(line).await?;
    if asked_of_an_administrator {
        create_for(line, who, wanted, options.admin).await
    } else {
        register(line, wanted, None).await
    }
}

async fn has_administrator(line: &Line) -> Result<bool, Failure> {
    line.ask("has_administrator", Nothing {}).await
}

/// Makes an account with its vault, and shows its recovery code.
async fn register(line: &Line, wanted: Wanted, profile: Option<Value>) -> Result<(), Failure> {
    let Wanted { username, email, password, json } = wanted;
    let (password, accept_weak) = password::choose(line, password, &username, &email, true).await?;
    let request = Registration {
        username: &username,
        email: &email,
        password: &password,
        accept_weak,
        administrator: None,
    };
    let Registered { signed_in, recovery_code: code } = line.ask("register", request).await?;
    let told = if json {
        print_json(&json!({
            "username": signed_in.username,
            "email": signed_in.email,
            "administrator": signed_in.administrator,
            "recovery_code": code,
        }))
    } else {
        let role = if signed_in.administrator { " It administers this computer." } else { "" };
        let made = format!("The account {} is made.{role}\n", signed_in.username);
        print(&(made + &recovery_code(&code)))
    };
    if let Some(profile) = profile {
        line.ask::<Value>("update_profile", profile).await?;
    }
    sign_out(line).await?;
    told
}

/// Makes an account whose owner claims it at the first sign-in.
async fn create_for(line: &Line, who: &Who, wanted: Wanted, admin: bool) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let Wanted { username, email, password, json } = wanted;
    let (password, accept_weak) = password::choose(line, password, &username, &email, true).await?;
    let request = Registration {
        username: &username,
        email: &email,
        password: &password,
        accept_weak,
        administrator: Some(admin),
    };
    let made: AccountInfo = line.ask("admin_create_account", request).await?;
    sign_out(line).await?;
    if json {
        return print_json(&made);
    }
    let role = if made.administrator { " It will administer this computer." } else { "" };
    print(&format!(
        "The account {} is made, for its owner.{role}\nPass the password on: it is good for the first sign-in alone, at which its owner chooses another one and gets a recovery code.\n",
        made.username
    ))
}

pub(super) async fn create_default(line: &Line, options: NewAccount) -> Result<(), Failure> {
    let said = &options.password;
    let plain = options.username.is_none() && options.email.is_none();
    if plain && said.password.is_none() && !said.password_stdin {
        return create_demo(line, options.json).await;
    }
    if let Some(name) = &options.username
        && let Some(there) = find(line, name).await?
    {
        return tell_default(&there, false, options.json);
    }
    let profile = serde_json::to_value(demo_profile());
    let profile = profile.map_err(|fault| Failure::Other(fault.to_string()))?;
    register(line, Wanted::gather(options)?, Some(profile)).await
}

async fn create_demo(line: &Line, json: bool) -> Result<(), Failure> {
    let DemoMade { made } = line.ask("create_demo", Nothing {}).await?;
    tell_default(DEMO_USERNAME, made, json)?;
    if made && !json {
        print(&format!("Its password is {DEMO_PASSWORD}: everybody knows it.\n"))?;
    }
    Ok(())
}

/// The name of the account that is called so, as it was written when it was made.
async fn find(line: &Line, name: &str) -> Result<Option<String>, Failure> {
    let tiles: Vec<Tile> = line.ask("accounts", Nothing {}).await?;
    let wanted = name.to_lowercase();
    let mut names = tiles.into_iter().map(|tile| tile.username);
    Ok(names.find(|name| name.to_lowercase() == wanted))
}

fn tell_default(name: &str, made: bool, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&json!({ "username": name, "made": made }));
    }
    let what = if made { "is made" } else { "exists already; nothing was changed" };
    print(&format!("The account {name} {what}.\n"))
}
