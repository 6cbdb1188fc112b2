//! Accounts of this computer: registering, signing in and out, sessions and tokens.
//!
//! It refuses weak passwords, names that look alike, and any operation on a person's data
//! without that person's live [`Session`].

pub mod administration;
mod attempts;
mod audit;
mod computer_key;
mod credentials;
mod demo;
mod error;
mod kept;
mod local_api;
mod name;
mod password;
mod register;
mod restoring;
mod session;
mod settle;
mod sign_in;
pub mod staying;
mod store;
mod token;
mod unlocked;
mod work;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

pub use administration::AccountInfo;
pub(crate) use attempts::Attempts;
pub(crate) use audit::note_if_refused;
pub use audit::{
    Action, AuditEntry, AuditPage, csv as audit_csv, export as export_audit, note_own,
    page as audit_page,
};
pub use computer_key::set_computer_key;
pub use credentials::{change_password, claim, new_recovery_code, recover, rekey};
pub use demo::{DEMO_PASSWORD, DEMO_USERNAME, demo_profile, make_demo_again};
pub use error::{AccountError, Locked};
pub use local_api::{LocalApi, check_origin, local_api, set_local_api};
pub(crate) use name::{check_email, check_new_username, check_username};
pub(crate) use password::check as check_password;
pub use password::{LONGEST_PASSWORD, Strength, strength};
pub(crate) use register::taken;
pub use register::{Registration, register};
pub(crate) use restoring::{
    adopt, begin_attempt, find_by_name, find_by_uuid, hold_closed, names_taken, note_restored,
    start_restored,
};
pub(crate) use session::Connection;
pub use session::{Session, SessionInfo};
pub(crate) use settle::settle;
pub use sign_in::{sign_in, sign_in_demo};
pub(crate) use store::key_withheld;
pub(crate) use token::Signer;
pub use token::{Tokens, authenticate, issue, refresh};
pub(crate) use unlocked::Unlocked;
pub(crate) use work::Under;
pub use work::{WorkInfo, WorkKind, cancel_work, work};

use crate::clock::Timestamp;
use crate::core::Core;
use crate::ids::AccountId;
use crate::vault::Holder;

/// Where a caller comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DoorKind {
    /// The window.
    Desktop,
    /// The command line.
    Terminal,
    /// The loopback API.
    Http,
}

impl DoorKind {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Terminal => "terminal",
            Self::Http => "http",
        }
    }
}

/// An account, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its integer id on this computer.
    pub id: AccountId,
    /// What names it everywhere else.
    pub uuid: Uuid,
    /// The user name as it was written at registration.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// Whether it may administer the others.
    pub administrator: bool,
    /// Whether it is barred from signing in.
    pub disabled: bool,
    /// Whether this is the demo account.
    pub demo: bool,
    /// Whether its owner has signed in yet; an account that was made for somebody else waits
    /// for that.
    pub claimed: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account as a sign-in tile shows it: known before anybody signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tile {
    /// The user name as it was written at registration.
    pub username: String,
    /// Whether this is the demo account.
    pub demo: bool,
    /// Whether it was made for somebody who has not signed in yet.
    pub unclaimed: bool,
}

/// The accounts that can sign in here, in the order they were made.
///
/// # Errors
/// Only those of the store.
pub async fn tiles(core: &Core) -> Result<Vec<Tile>, AccountError> {
    Ok(store::tiles(&mut *core.accounts().await?).await?)
}

impl From<Account> for Holder {
    fn from(account: Account) -> Self {
        Self {
            uuid: account.uuid,
            id: account.id,
            username: account.username,
            email: account.email,
            administrator: account.administrator,
            disabled: account.disabled,
            demo: account.demo,
            claimed: account.claimed,
            created_at: account.created_at,
        }
    }
}
