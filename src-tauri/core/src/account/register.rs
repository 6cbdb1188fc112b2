//! Making an account: its vault first, complete in a folder aside, then its row and the
//! folder's name in one step. Killed anywhere, there is a whole account or none.

use std::fs;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Account, AccountError, DoorKind, Session, name, password, session, store};
use crate::core::Core;
use crate::ids::AccountId;
use crate::profile::ProfileDraft;
use crate::vault::{self, DataKey, Folder, Header, Secret, Transaction};
use crate::{Invalid, profile};

const FIRST_GENERATION: u64 = 1;
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
    let Registration { username, email, password } = registration;
    let email = email.trim().to_owned();
    name::check_username(&username)?;
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
    password::check("password", &password, &[&username, &email])?;
    let person = Account {
        id: AccountId(0),
        uuid: core.sources.uuid(),
        username,
        email,
        administrator: false,
        disabled: false,
        demo: false,
        created_at: core.sources.now(),
    };
    let secret = Secret::new((*password).clone());
    let made = make(core, door, person, &secret, ProfileDraft::default()).await?;
    let session =
        session::start(core, door, made.account, made.folder, FIRST_GENERATION, &made.key).await?;
    Ok((session, made.recovery_code))
}

fn taken(field: &'static str) -> Invalid {
    let what = if field == "email" { "e-mail address" } else { "user name" };
    Invalid::new(
        field,
        format!("This {what} is taken on this computer. Choose another, or sign in."),
    )
}

pub(super) struct Made {
    pub(super) account: Account,
    pub(super) folder: Folder,
    pub(super) key: DataKey,
    pub(super) recovery_code: Zeroizing<String>,
}

/// Makes vault and row of `account`, whose id is assigned here.
pub(super) async fn make(
    core: &Core,
    door: DoorKind,
    mut account: Account,
    password: &Secret,
    first_profile: ProfileDraft,
) -> Result<Made, AccountError> {
    let key = DataKey::generate(&core.sources);
    let (mut header, code) = vault::seal(
        &core.kdf,
        &core.sources,
        account.clone().into(),
        password,
        FIRST_GENERATION,
        &key,
    )
    .await?;
    let aside = core.vaults.join(format!("{UNFINISHED}{}", account.uuid));
    let folder = vault::folder(&core.vaults, account.uuid);
    let finished =
        finish(core, door, &mut account, &mut header, &key, &first_profile, &aside).await;
    if let Err(fault) = finished {
        // Under either name: there is no row that names it. What can't be removed under the
        // first name now is removed at the next start.
        fs::remove_dir_all(&aside).ok();
        fs::remove_dir_all(&folder.0).ok();
        return Err(fault);
    }
    Ok(Made { account, folder, key, recovery_code: code.to_text() })
}

/// Fills the folder `aside`, and gives account and folder their places in one step.
async fn finish(
    core: &Core,
    door: DoorKind,
    account: &mut Account,
    header: &mut Header,
    key: &DataKey,
    first_profile: &ProfileDraft,
    aside: &Path,
) -> Result<(), AccountError> {
    vault::create_private_dir(aside)?;
    let vault = Folder(aside.to_owned()).create(key, header).await?;
    let filled = match vault.connection().await {
        Some(mut db) => profile::create(&mut db, first_profile, core.sources.now()).await,
        None => Ok(()),
    };
    vault.close().await;
    filled?;

    let mut db = core.accounts().await?;
    let mut row = Transaction::begin(&mut db).await?;
    // Whoever came over HTTP before doesn't keep the computer without an administrator.
    account.administrator =
        !account.demo && door != DoorKind::Http && !store::has_administrator(&mut row).await?;
    account.id = store::insert(&mut row, account).await.map_err(name_race)?;
    store::audit(&mut row, account.created_at, Some(account.id), door, "account_created").await?;
    if account.demo {
        store::mark_demo_made(&mut row).await?;
    }
    header.holder = account.clone().into();
    header.write(aside)?;
    fs::rename(aside, vault::folder(&core.vaults, account.uuid).0)?;
    vault::sync_dir(&core.vaults)?;
    row.commit().await?;
    Ok(())
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
