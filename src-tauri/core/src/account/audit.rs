//! Who did what to whom, when, and at which door. It names no content and holds no secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Account, AccountError, DoorKind, Session, administration, store};
use crate::clock::Timestamp;
use crate::core::Core;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An account was made.
    AccountCreated,
    /// An account that was made for somebody was signed in to by its owner.
    AccountClaimed,
    /// Somebody signed in with a password.
    SignedIn,
    /// Somebody who had stayed signed in came back.
    Resumed,
    /// Somebody signed out.
    SignedOut,
    /// A window was locked.
    Locked,
    /// A password or a code was wrong.
    SignInRefused,
    /// A password was changed.
    PasswordChanged,
    /// A lost password was replaced by recovery code.
    Recovered,
    /// A new recovery code was made.
    RecoveryCodeMade,
    /// A vault was encrypted with another key.
    Rekeyed,
    /// An account was barred from signing in.
    AccountDisabled,
    /// An account may sign in again.
    AccountEnabled,
    /// An account was made administrator.
    AdministratorGranted,
    /// An account is administrator no longer.
    AdministratorRevoked,
    /// An account may use the computer's own key for a model service.
    ComputerKeyGranted,
    /// An account may not use it any more.
    ComputerKeyWithheld,
    /// An account was deleted with its vault.
    AccountDeleted,
    /// All sessions of an account were ended.
    SessionsEnded,
    /// A refresh token was used twice; its session was ended.
    RefreshTokenReused,
    /// A backup was put back.
    BackupRestored,
    /// The audit log was exported.
    AuditExported,
    /// The local API was switched on or off, or who may call it was changed.
    LocalApiChanged,
}

impl Action {
    /// Its word in the store and on the wire.
    pub(super) fn code(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|word| Some(word.as_str()?.to_owned()))
            .unwrap_or_default()
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditEntry {
    /// Its number, rising.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who did it, by user name; `None` when nobody was signed in.
    pub actor: Option<String>,
    /// What was done; a word of [`Action`], or one of an older program.
    pub action: String,
    /// To whose account, by user name.
    pub subject: Option<String>,
    /// Where.
    pub door: DoorKind,
}

/// A page of the log, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AuditPage {
    /// Its lines.
    pub entries: Vec<AuditEntry>,
    /// Whether there are older ones.
    pub more: bool,
}

/// What is to be noted.
pub(crate) struct Entry {
    pub(super) action: Action,
    pub(super) actor: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) account: Option<crate::ids::AccountId>,
    pub(super) door: DoorKind,
}

impl Entry {
    /// Somebody did something to the own account.
    pub(crate) fn own(session: &Session, action: Action) -> Self {
        let name = Some(session.account().username.clone());
        Self { actor: name, ..Self::about(session.account(), session.door(), action) }
    }

    /// Something was done to an account by its owner, or by somebody who isn't known.
    pub(crate) fn about(account: &Account, door: DoorKind, action: Action) -> Self {
        let subject = Some(account.username.clone());
        Self { action, actor: None, subject, account: Some(account.id), door }
    }

    /// An administrator did something to somebody's account.
    pub(crate) fn by(actor: &Session, account: &Account, action: Action) -> Self {
        let name = Some(actor.account().username.clone());
        Self { actor: name, ..Self::about(account, actor.door(), action) }
    }
}

/// Notes what a person did to the own account, which a door alone knows of.
pub async fn note_own(session: &Session, action: Action) {
    note(session.core(), Entry::own(session, action)).await;
}

/// Notes that a password or a code was wrong.
pub(crate) async fn note_if_refused<T>(
    core: &Core,
    account: &Account,
    door: DoorKind,
    tried: &Result<T, AccountError>,
) {
    if matches!(tried, Err(AccountError::InvalidCredentials)) {
        note(core, Entry::about(account, door, Action::SignInRefused)).await;
    }
}

/// Notes it. What happened has happened: when it can't be written, the program's log has it.
pub(crate) async fn note(core: &Core, entry: Entry) {
    let noted = match core.accounts().await {
        Ok(mut db) => store::audit(&mut db, core.sources.now(), &entry).await,
        Err(fault) => Err(fault),
    };
    if let Err(fault) = noted {
        tracing::warn!(%fault, action = entry.action.code(), "an audit entry was not written");
    }
}

const LONGEST_PAGE: u32 = 500;

/// A page of the log: what was noted before the entry `before`, or the newest.
///
/// # Errors
/// [`AccountError::Forbidden`] to anyone but an administrator; those of the store.
pub async fn page(
    administrator: &Session,
    before: Option<i64>,
    limit: u32,
) -> Result<AuditPage, AccountError> {
    let limit = limit.clamp(1, LONGEST_PAGE);
    let mut db = administration::allowed(administrator).await?;
    let mut entries = store::audit_page(&mut db, before.unwrap_or(i64::MAX), limit + 1).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    Ok(AuditPage { entries, more })
}

/// The whole log as CSV, the oldest line first. That it was exported is noted first.
///
/// # Errors
/// As [`page`].
pub async fn export(administrator: &Session) -> Result<String, AccountError> {
    drop(administration::allowed(administrator).await?);
    note(administrator.core(), Entry::own(administrator, Action::AuditExported)).await;
    let mut entries = Vec::new();
    loop {
        let before = entries.last().map(|entry: &AuditEntry| entry.id);
        let page = page(administrator, before, LONGEST_PAGE).await?;
        entries.extend(page.entries);
        if !page.more {
            break;
        }
    }
    Ok(csv(&entries))
}

/// Entries, given with the newest first, as CSV with the oldest first.
pub fn csv(entries: &[AuditEntry]) -> String {
    let heading = "time,who,what,whose,door\r\n".to_owned();
    std::iter::once(heading).chain(entries.iter().rev().map(line)).collect()
}

/// A line of CSV. User names hold letters, digits and `.`, `_`, `-` alone: nothing is to be
/// quoted, and behind an apostrophe no spreadsheet takes one for a formula.
fn line(entry: &AuditEntry) -> String {
    let name = |name: &Option<String>| match name.as_deref() {
        Some(name) if name.starts_with('-') => format!("'{name}"),
        name => name.unwrap_or_default().to_owned(),
    };
    let door = entry.door.code();
    let (actor, subject) = (name(&entry.actor), name(&entry.subject));
    format!("{},{actor},{},{subject},{door}\r\n", entry.at, entry.action)
}
