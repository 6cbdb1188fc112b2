//! What an administrator asks for in a terminal. Core decides who is one.

use algoagent_api::Nothing;
use algoagent_api::administration::AccountInfo;
use serde::Serialize;
use serde_json::json;

use super::Who;
use crate::cli::{DeleteOptions, Whose};
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{moment, print, print_json, remark, table};
use crate::person;
use crate::signing_in::{Owner, sign_out};

/// The end of one's own account, borrowed.
#[derive(Serialize)]
struct DeleteOwn<'a> {
    password: &'a str,
    username: &'a str,
}

pub(super) async fn list(line: &Line, who: &Who, json: bool) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let accounts = accounts(line).await?;
    sign_out(line).await?;
    if json { print_json(&accounts) } else { print(&shown(&accounts)) }
}

async fn accounts(line: &Line) -> Result<Vec<AccountInfo>, Failure> {
    line.ask("admin_accounts", Nothing {}).await
}

fn shown(accounts: &[AccountInfo]) -> String {
    let row = |account: &AccountInfo| {
        [
            account.username.clone(),
            account.email.clone(),
            if account.administrator { "administrator" } else { "" }.to_owned(),
            state(account).to_owned(),
            account.sessions.to_string(),
            account.last_signed_in_at.map_or_else(|| "never".to_owned(), moment),
            moment(account.created_at),
        ]
    };
    let heading =
        ["NAME", "E-MAIL", "ROLE", "STATE", "SESSIONS", "LAST SIGN-IN (UTC)", "MADE (UTC)"];
    table(heading, accounts.iter().map(row).collect())
}

fn state(account: &AccountInfo) -> &'static str {
    match account {
        AccountInfo { disabled: true, .. } => "disabled",
        AccountInfo { claimed: false, .. } => "unclaimed",
        AccountInfo { demo: true, .. } => "demo",
        _ => "active",
    }
}

/// The account that is called so, or has this address.
async fn find(line: &Line, name: &str) -> Result<AccountInfo, Failure> {
    let wanted = name.to_lowercase();
    let is = |text: &str| text.to_lowercase() == wanted;
    let found = accounts(line).await?.into_iter().find(|one| is(&one.username) || is(&one.email));
    found.ok_or_else(|| Failure::Other(format!("There is no account {name} on this computer.")))
}

pub(super) async fn set_disabled(
    line: &Line,
    who: &Who,
    whose: Whose,
    disabled: bool,
) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let account = find(line, &whose.name).await?;
    let request = json!({ "account": account.uuid, "disabled": disabled });
    let account: AccountInfo = line.ask("admin_set_disabled", request).await?;
    sign_out(line).await?;
    if whose.json {
        return print_json(&account);
    }
    let what = if disabled {
        "is disabled, and its sessions are ended. Its data is kept"
    } else {
        "may sign in again"
    };
    print(&format!("The account {} {what}.\n", account.username))
}

pub(super) async fn set_role(
    line: &Line,
    who: &Who,
    whose: Whose,
    administrator: bool,
) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let account = find(line, &whose.name).await?;
    let request = json!({ "account": account.uuid, "administrator": administrator });
    let account: AccountInfo = line.ask("admin_set_administrator", request).await?;
    sign_out(line).await?;
    if whose.json {
        return print_json(&account);
    }
    let what = if administrator { "administers this computer" } else { "is no administrator" };
    print(&format!("The account {} {what} now.\n", account.username))
}

pub(super) async fn sessions(line: &Line, who: &Who, whose: Whose) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let account = find(line, &whose.name).await?;
    sign_out(line).await?;
    if whose.json { print_json(&account) } else { print(&shown(&[account])) }
}

pub(super) async fn end_sessions(line: &Line, who: &Who, whose: Whose) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let account = find(line, &whose.name).await?;
    line.ask::<Nothing>("admin_end_sessions", json!({ "account": account.uuid })).await?;
    sign_out(line).await?;
    if whose.json {
        return print_json(&json!({ "username": account.username, "ended": account.sessions }));
    }
    print(&format!("The sessions of {} are ended.\n", account.username))
}

pub(super) async fn delete(line: &Line, who: &Who, options: DeleteOptions) -> Result<(), Failure> {
    let owner = who.sign_in(line).await?;
    let (name, wanted) = (options.name.as_str(), options.name.to_lowercase());
    let own = [&owner.account.username, &owner.account.email];
    if own.iter().any(|own| own.to_lowercase() == wanted) {
        return delete_own(line, owner, options.yes).await;
    }
    let account = find(line, name).await?;
    confirm(&account.username, options.yes)?;
    let request = json!({ "account": account.uuid, "username": account.username });
    line.ask::<Nothing>("admin_delete_account", request).await?;
    sign_out(line).await?;
    print(&format!("The account {} is deleted.\n", account.username))
}

async fn delete_own(line: &Line, owner: Owner, yes: bool) -> Result<(), Failure> {
    let username = &owner.account.username;
    confirm(username, yes)?;
    let request = DeleteOwn { password: &owner.password, username };
    line.ask::<Nothing>("delete_account", request).await?;
    print(&format!("The account {username} is deleted.\n"))
}

/// Says what is lost, and asks for the name.
fn confirm(username: &str, yes: bool) -> Result<(), Failure> {
    remark(&format!(
        "Deleting {username} deletes its profile, chats and strategies, and its backups here. Nobody can bring them back."
    ));
    if yes {
        return Ok(());
    }
    let question = format!("Type {username} to delete it");
    let typed = person::value(None, &question, person::NOTHING_DELETED)?;
    if typed.to_lowercase() == username.to_lowercase() {
        Ok(())
    } else {
        Err(Failure::Other("Nothing was deleted: that is another name.".to_owned()))
    }
}
