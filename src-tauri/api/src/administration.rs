//! What an administrator asks for. Core decides who is one.

use algoagent_core::account as core;
pub use algoagent_core::account::{AccountInfo, AuditPage};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;
use crate::saving::{self, Readers, Saved};

/// An account for somebody else, who claims it at the first sign-in.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct CreateAccountRequest {
    /// 3 to 32 letters, digits, `.`, `_`, `-`.
    pub username: String,
    /// An address that nobody else here uses.
    pub email: String,
    /// For the first sign-in alone.
    pub password: String,
    /// Whether it may administer the others.
    pub administrator: bool,
    /// Takes a weak password all the same. Only in a terminal, which warns.
    #[serde(default)]
    pub accept_weak: bool,
}

/// An account.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct AccountRequest {
    /// Which.
    #[ts(type = "string")]
    pub account: Uuid,
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct SetDisabledRequest {
    /// Which.
    #[ts(type = "string")]
    pub account: Uuid,
    /// Whether it is barred.
    pub disabled: bool,
}

/// Whether an account administers the others.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct SetAdministratorRequest {
    /// Which.
    #[ts(type = "string")]
    pub account: Uuid,
    /// Whether it does.
    pub administrator: bool,
}

/// Whether an account may use the computer's own key.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct SetComputerKeyRequest {
    /// Which.
    #[ts(type = "string")]
    pub account: Uuid,
    /// Whether it may.
    pub may: bool,
}

/// The end of somebody's account.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct RemoveAccountRequest {
    /// Which.
    #[ts(type = "string")]
    pub account: Uuid,
    /// Its user name, typed to confirm.
    pub username: String,
}

/// A page of the audit log.
#[derive(Clone, Copy, Serialize, Deserialize, TS)]
pub struct AuditRequest {
    /// The entry before which the page begins; `None` begins with the newest.
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// How many, up to 500.
    pub limit: u32,
    /// Whether the pages are exported: the log notes that with the first.
    #[serde(default)]
    #[ts(optional)]
    pub export: Option<bool>,
}

pub(crate) async fn admin_accounts(door: &Door, _: Nothing) -> Result<Vec<AccountInfo>, ApiError> {
    Ok(core::administration::accounts(&door.session()?).await?)
}

pub(crate) async fn admin_create_account(
    door: &Door,
    request: CreateAccountRequest,
) -> Result<AccountInfo, ApiError> {
    let registration = core::Registration {
        username: request.username,
        email: request.email,
        password: Zeroizing::new(request.password),
        accept_weak: request.accept_weak && door.kind() == core::DoorKind::Terminal,
    };
    Ok(core::administration::create(&door.session()?, registration, request.administrator).await?)
}

pub(crate) async fn admin_set_disabled(
    door: &Door,
    request: SetDisabledRequest,
) -> Result<AccountInfo, ApiError> {
    Ok(core::administration::set_disabled(&door.session()?, request.account, request.disabled)
        .await?)
}

pub(crate) async fn admin_set_administrator(
    door: &Door,
    request: SetAdministratorRequest,
) -> Result<AccountInfo, ApiError> {
    let SetAdministratorRequest { account, administrator } = request;
    Ok(core::administration::set_administrator(&door.session()?, account, administrator).await?)
}

pub(crate) async fn admin_set_computer_key(
    door: &Door,
    request: SetComputerKeyRequest,
) -> Result<AccountInfo, ApiError> {
    Ok(core::set_computer_key(&door.session()?, request.account, request.may).await?)
}

pub(crate) async fn admin_delete_account(
    door: &Door,
    request: RemoveAccountRequest,
) -> Result<Nothing, ApiError> {
    core::administration::delete(&door.session()?, request.account, &request.username).await?;
    Ok(Nothing {})
}

pub(crate) async fn admin_end_sessions(
    door: &Door,
    request: AccountRequest,
) -> Result<Nothing, ApiError> {
    core::administration::end_sessions(&door.session()?, request.account).await?;
    Ok(Nothing {})
}

pub(crate) async fn audit(door: &Door, request: AuditRequest) -> Result<AuditPage, ApiError> {
    let session = door.session()?;
    let page = core::audit_page(&session, request.before, request.limit).await?;
    if request.export == Some(true) && request.before.is_none() {
        core::note_own(&session, core::Action::AuditExported).await;
    }
    Ok(page)
}

pub(crate) async fn export_audit(door: &Door, _: Nothing) -> Result<Option<Saved>, ApiError> {
    let session = door.session()?;
    core::audit_page(&session, None, 1).await?;
    let Some(path) = saving::choose(door, &session, "algoagent-audit-log.csv".to_owned()).await?
    else {
        return Ok(None);
    };
    saving::write(&path, &core::export_audit(&session).await?, Readers::Owner).await?;
    Ok(Some(Saved { path: path.display().to_string(), module: None }))
}
