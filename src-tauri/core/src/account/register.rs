//! Making an account: its vault first, complete in a folder aside, then its row and the
//! folder's name in one step. Killed anywhere, there is a whole account or none.

use std::fs;

use zeroize::Zeroizing;

use super::audit::{Action, Entry};
use super::{
    Account, AccountError, DoorKind, Session, administration, audit, name, password, session, store,
};
use crate::core::Core;
use crate::ids::AccountId;
use crate::profile::ProfileDraft;
use crate::vault::{self, DataKey, Folder, Header, RecoveryCode, Secret, Transaction, Vault};
use crate::{Invalid, profile, settings};

pub(super) const FIRST_GENERATION: u64 = 1;
/// Folders that a killed registration left behind start with this.
pub(super) const UNFINISHED: &str = ".new-";

/// What a person chose for a new account.
pub struct Registration {
    /// 3 to 32 letters, digits, `.`, `_`, `-`; unique on this computer however it is written.
    pub username: String,
    /// Unique on this computer.
    pub email: String,
    /// As [`super::strength`] accepts it.
    pub password: Zeroizing<String>,
    /// Takes a password that is easy to guess all the same, for whoever was warned.
    pub accept_weak: bool,
}

/// Makes an account with its vault and profile, and signs it in at `door`.
///
/// The first account that a person makes in the window or the terminal is an administrator.
/// The second value is the recovery code: it is shown once and kept nowhere.
///
/// # Errors
/// [`AccountError::Invalid`] for each field that can't be taken; those of the store.
pub async fn register(
    core: &Core,
    door: DoorKind,
    registration: Registration,
) -> Result<(Session, Zeroizing<String>), AccountError> {
    let (person, secret) = check(core, registration).await?;
    let code = RecoveryCode::generate(&core.sources);
    let key = DataKey::generate(&core.sources);
    let header = Header::seal(
        &core.kdf,
        &core.sources,
        person.clone().into(),
        &secret,
        Some(&code),
        FIRST_GENERATION,
        &key,
    )
    .await?;
    let role = Role::FirstIsAdministrator(door);
    let (account, folder) =
        make(core, person, role, header, &key, Some(&ProfileDraft::default())).await?;
    audit::note(core, Entry::about(&account, door, Action::AccountCreated)).await;
    let session = session::start(core, door, account, folder, FIRST_GENERATION, &key).await?;
    Ok((session, code.to_text()))
}

/// Makes an account for somebody else, who claims it by the password that `session`'s
/// administrator chose for it. It has no database until then.
pub(super) async fn make_for(
    session: &Session,
    registration: Registration,
    administrator: bool,
) -> Result<Account, AccountError> {
    let core = session.core();
    let (mut person, secret) = check(core, registration).await?;
    person.claimed = false;
    // It opens nothing: the owner's own key takes its place.
    let key = DataKey::generate(&core.sources);
    let holder = person.clone().into();
    let header =
        Header::seal(&core.kdf, &core.sources, holder, &secret, None, FIRST_GENERATION, &key)
            .await?;
    let role = if administrator { Role::Administrator } else { Role::Ordinary };
    Ok(make(core, person, role, header, &key, None).await?.0)
}

/// The account that was asked for, if it can be taken.
async fn check(core: &Core, registration: Registration) -> Result<(Account, Secret), AccountError> {
    let Registration { username, email, password, accept_weak } = registration;
    let email = email.trim().to_owned();
    name::check_new_username(&username)?;
    name::check_email(&email)?;
    let (name_taken, email_taken) = {
        let mut db = core.accounts().await?;
        store::taken(&mut db, &username, &email).await?
    };
    if name_taken {
        return Err(taken("username").into());
    }
    if email_taken {
        return Err(taken("email").into());
    }
    if accept_weak {
        password::check_length("password", &password)?;
    } else {
        password::check("password", &password, &[&username, &email])?;
    }
    let person = Account {
        id: AccountId(0),
        uuid: core.sources.uuid(),
        username,
        email,
        administrator: false,
        disabled: false,
        demo: false,
        claimed: true,
        created_at: core.sources.now(),
    };
    Ok((person, Secret::new((*password).clone())))
}

pub(crate) fn taken(field: &'static str) -> Invalid {
    let what = if field == "email" { "e-mail address" } else { "user name" };
    Invalid::new(
        field,
        format!("This {what} is taken on this computer. Choose another, or sign in."),
    )
}

/// Who becomes administrator.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// An administrator decided so.
    Administrator,
    /// Nobody.
    Ordinary,
    /// The first person at the computer itself.
    FirstIsAdministrator(DoorKind),
}

/// Makes folder and row of `account`, whose id and role are assigned here; and its database with
/// a first profile, when there is a key for it.
pub(super) async fn make(
    core: &Core,
    mut account: Account,
    role: Role,
    header: Header,
    key: &DataKey,
    first_profile: Option<&ProfileDraft>,
) -> Result<(Account, Folder), AccountError> {
    let aside = Folder(core.vaults.join(format!("{UNFINISHED}{}", account.uuid)));
    let folder = vault::folder(&core.vaults, account.uuid);
    let finished = finish(core, &mut account, role, header, key, first_profile, &aside).await;
    if let Err(fault) = finished {
        // Under either name: there is no row that names it. What can't be removed under the
        // first name now is removed at the next start.
        fs::remove_dir_all(aside.path()).ok();
        fs::remove_dir_all(folder.path()).ok();
        return Err(fault);
    }
    Ok((account, folder))
}

/// Fills the folder `aside`, and gives account and folder their places in one step.
async fn finish(
    core: &Core,
    account: &mut Account,
    role: Role,
    header: Header,
    key: &DataKey,
    first_profile: Option<&ProfileDraft>,
    aside: &Folder,
) -> Result<(), AccountError> {
    vault::create_private_dir(aside.path())?;
    if let Some(first_profile) = first_profile {
        let vault = aside.create(key, &header).await?;
        let filled = fill(core, &vault, first_profile).await;
        vault.close().await;
        filled?;
    }
    *account = settle_in(core, account.clone(), role, header, key, aside).await?;
    Ok(())
}

/// What every new vault holds.
pub(super) async fn fill(
    core: &Core,
    vault: &Vault,
    first_profile: &ProfileDraft,
) -> Result<(), sqlx::Error> {
    let Some(mut db) = vault.connection().await else { return Ok(()) };
    settings::write_code_noted(&mut db, false).await?;
    profile::create(&mut db, first_profile, core.sources.now()).await
}

/// Gives the finished folder `aside` its place, and `account` its row, id and role, in one step.
pub(super) async fn settle_in(
    core: &Core,
    mut account: Account,
    role: Role,
    header: Header,
    key: &DataKey,
    aside: &Folder,
) -> Result<Account, AccountError> {
    let mut db = core.accounts().await?;
    let mut row = Transaction::begin(&mut db).await?;
    account.administrator = match role {
        Role::Administrator => true,
        Role::Ordinary => false,
        Role::FirstIsAdministrator(door) => administration::is_first(&mut row, door).await?,
    };
    if store::id_is_used(&mut row, account.id).await? {
        account.id = AccountId(0);
    }
    account.id = store::insert(&mut row, &account).await.map_err(name_race)?;
    if account.demo {
        store::mark_demo_made(&mut row).await?;
    }
    header.held_by(account.clone().into(), key).write(&core.sources, aside.path())?;
    core.sources.step("a folder takes its place");
    fs::rename(aside.path(), vault::folder(&core.vaults, account.uuid).path())?;
    vault::sync_dir(&core.vaults)?;
    row.commit().await?;
    Ok(account)
}

/// Two registrations of one name at once: the second finds it taken.
fn name_race(fault: sqlx::Error) -> AccountError {
    match fault.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            let email = database.message().contains("email");
            taken(if email { "email" } else { "username" }).into()
        }
        _ => fault.into(),
    }
}
