//! Putting a backup back, on this computer or another.
//!
//! Everything is opened, checked and made ready aside; one header then takes the place of the
//! one before. What the backup replaces is kept as a backup of its own, checked or not.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use zeroize::Zeroizing;

use super::verify::opens_with;
use super::{BackupError, BackupInfo, find, folder, keep, list, pack, replaced};
use crate::account::{self, Account, AccountError, DoorKind, Session};
use crate::clock::{Sources, Timestamp};
use crate::core::Core;
use crate::vault::{
    self, DataKey, Folder, Header, HeaderError, Holder, Opener, RecoveryCode, Secret,
};

/// Folders in which a restore was being made ready.
const ASIDE: &str = ".new-restore-";

/// Which backup.
pub enum Source {
    /// One of the account that this name or address names, in the data directory.
    Kept {
        /// A user name or an e-mail address.
        username: String,
        /// The backup's id.
        id: String,
    },
    /// A file anywhere.
    File(PathBuf),
}

/// What opens it: the credential of the backup's time, or today's as long as the vault's key is
/// the same.
pub enum Key {
    /// A password.
    Password(Zeroizing<String>),
    /// A recovery code, which is used up, and the password that replaces the lost one.
    Recovery {
        /// The code.
        code: String,
        /// The new password.
        new_password: Zeroizing<String>,
    },
}

/// What a file says of itself before it is opened. None of it is proven yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChosenBackup {
    /// Whose it is.
    pub username: String,
    /// Its owner's e-mail address.
    pub email: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Its size in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether this vault is on this computer and would be replaced.
    pub replaces: bool,
    /// Whether another account has its user name.
    pub username_taken: bool,
    /// Whether another account has its address.
    pub email_taken: bool,
}

/// Names that replace those of the backup where another account here has them.
#[derive(Clone, Debug, Default)]
pub struct NewNames {
    /// A user name.
    pub username: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
}

/// A vault that was put back.
pub struct Restored {
    /// Its owner, signed in.
    pub session: Session,
    /// The next recovery code, when one was used.
    pub recovery_code: Option<Zeroizing<String>>,
}

/// What the file at `path` says of itself.
///
/// # Errors
/// [`BackupError::Damaged`], [`BackupError::Newer`] and those of the store.
pub async fn inspect(core: &Core, path: &Path) -> Result<ChosenBackup, BackupError> {
    let (manifest, bytes) = pack::peek(path)?;
    let header = read_header(&bytes)?;
    let here = account::find_by_uuid(core, header.holder.uuid).await?;
    let taken = account::names_taken(core, &header.holder.username, &header.holder.email).await?;
    Ok(ChosenBackup {
        made_at: manifest.made_at,
        bytes: fs::metadata(path)?.len(),
        replaces: here.is_some(),
        username_taken: here.is_none() && taken.username,
        email_taken: here.is_none() && taken.email,
        username: header.holder.username,
        email: header.holder.email,
    })
}

pub(super) fn read_header(bytes: &[u8]) -> Result<Header, BackupError> {
    Header::parse_any(bytes).map_err(|fault| match fault {
        HeaderError::Newer => BackupError::Newer,
        _ => BackupError::Damaged,
    })
}

/// What is ready to take its place.
struct Ready {
    folder: Folder,
    header: Header,
    key: DataKey,
    code: Option<RecoveryCode>,
}

/// Puts a backup back and signs its owner in at `door`. `names` replace user name and address
/// when another account here has those of the backup.
///
/// # Errors
/// [`BackupError::NotFound`], [`BackupError::Damaged`], [`BackupError::Newer`];
/// [`BackupError::OtherKey`] when the vault's key was changed since, and `key` is today's alone;
/// [`AccountError::InvalidCredentials`] when `key` doesn't open it (nor, where the account is here,
/// its vault of today), [`AccountError::MistypedCode`];
/// [`BackupError::Invalid`] for a name that is taken or a weak new password; those of the store.
pub async fn restore(
    core: &Core,
    door: DoorKind,
    source: Source,
    key: Key,
    names: NewNames,
) -> Result<Restored, BackupError> {
    let path = match source {
        Source::File(path) => path,
        Source::Kept { username, id } => {
            let account = account::find_by_name(core, &username).await?;
            find(core, account.ok_or(BackupError::NotFound)?.uuid, &id)?
        }
    };
    let aside = aside(core)?;
    let restored = put_back(core, door, &path, &aside, key, names).await;
    fs::remove_dir_all(aside.path()).ok();
    restored
}

/// A folder in which a backup is opened. What a killed program leaves of it goes at the next start.
pub(super) fn aside(core: &Core) -> Result<Folder, BackupError> {
    let aside = Folder(core.vaults.join(format!("{ASIDE}{}", core.sources.uuid())));
    vault::create_private_dir(aside.path())?;
    Ok(aside)
}

async fn put_back(
    core: &Core,
    door: DoorKind,
    path: &Path,
    aside: &Folder,
    key: Key,
    names: NewNames,
) -> Result<Restored, BackupError> {
    let (_, bytes) = pack::peek(path)?;
    let backed_up = read_header(&bytes)?;
    let uuid = backed_up.holder.uuid;
    let target = vault::folder(&core.vaults, uuid);
    let account = account::find_by_uuid(core, uuid).await?;
    if account.as_ref().is_some_and(|account| account.disabled) {
        return Err(AccountError::InvalidCredentials.into());
    }
    let current = if account.is_some() { target.header().ok() } else { None };
    let attempt = account::begin_attempt(core, door, uuid)?;
    let proven = prove(core, &backed_up, current.as_ref(), &key).await;
    let proven = attempt.ended(proven);
    if let Some(account) = &account {
        account::note_if_refused(core, account, door, &proven).await;
    }
    let keys = proven?;
    // Only now, and only of headers that were proven: anybody can write a number into a file.
    let newest = keys.iter().map(|opened| opened.opener.generation).max().unwrap_or_default();
    unpack(path, &aside.database(), bytes).await?;
    let Opened { opener, data_key, is_todays } =
        choose(&core.sources, &aside.database(), keys, &backed_up).await?;
    let header_turn = core.header_of(uuid).await;
    if target.header().ok().map(|header| header.generation)
        != current.as_ref().map(|h| h.generation)
        && account.is_some()
    {
        // Somebody changed the password meanwhile.
        return Err(AccountError::InvalidCredentials.into());
    }
    let holder = match &account {
        Some(account) => Holder { demo: false, claimed: true, ..account.clone().into() },
        None => stranger(core, backed_up.holder.clone(), names).await?,
    };
    let header = opener.newer_than(newest, holder, &data_key);
    let (header, code) = match key {
        Key::Password(_) => (header, None),
        Key::Recovery { new_password, .. } => {
            let hints = [header.holder.username.as_str(), header.holder.email.as_str()];
            account::check_password("new_password", &new_password, &hints)?;
            let code = RecoveryCode::generate(&core.sources);
            let secret = Secret::new((*new_password).clone());
            let next = header
                .with_password(&core.kdf, &core.sources, &secret, Some(&code), &data_key)
                .await
                .map_err(AccountError::from)?;
            (next, Some(code))
        }
    };
    vault::record(&aside.database(), &data_key, &header).await?;
    let ready = Ready { folder: target, header, key: data_key, code };
    let account = match account {
        Some(account) => {
            let todays = current.as_ref().filter(|_| is_todays);
            replace(core, account, aside, &ready, todays).await?
        }
        None => account::adopt(core, door, ready.header.clone(), &ready.key, aside).await?,
    };
    drop(header_turn);
    let generation = ready.folder.header().map_err(AccountError::from)?.generation;
    let session =
        account::start_restored(core, door, account, ready.folder, generation, &ready.key).await?;
    if ready.code.is_some() {
        // On a full disk the code is shown all the same.
        crate::settings::set_code_noted(&session, false).await.ok();
    }
    let recovery_code = ready.code.map(|code| code.to_text());
    Ok(Restored { session, recovery_code })
}

/// Writes the database of the backup at `path`, whose header is `header`, to `database`.
pub(super) async fn unpack(
    path: &Path,
    database: &Path,
    header: Vec<u8>,
) -> Result<(), BackupError> {
    let (from, to) = (path.to_owned(), database.to_owned());
    let unpacked = tokio::task::spawn_blocking(move || pack::extract(&from, &to));
    let (_, read) = unpacked.await.map_err(|_| BackupError::Damaged)??;
    // Another file took its place since its header was opened.
    if read == header { Ok(()) } else { Err(BackupError::Damaged) }
}

/// A header and the data key that it gave.
pub(super) struct Opened {
    pub(super) opener: Header,
    pub(super) data_key: DataKey,
    /// Whether it is the header in force here, and not the backup's.
    is_todays: bool,
}

/// What `key` opens. Where the account is here and its header can be read, that header must be
/// among it: a backup, which anybody can bring, doesn't say who may replace a vault.
pub(super) async fn prove(
    core: &Core,
    backed_up: &Header,
    current: Option<&Header>,
    key: &Key,
) -> Result<Vec<Opened>, AccountError> {
    let (secret, code) = match key {
        Key::Password(password) => (Some(Secret::new((**password).clone())), None),
        Key::Recovery { code, .. } => {
            let code = RecoveryCode::parse(code).map_err(|_| AccountError::MistypedCode)?;
            (None, Some(code))
        }
    };
    let mut opened = Vec::new();
    for (header, is_todays) in
        current.map(|header| (header, true)).into_iter().chain([(backed_up, false)])
    {
        let opener = match (&secret, &code) {
            (Some(secret), _) => Opener::Password(secret),
            (None, Some(code)) => Opener::Recovery(code),
            (None, None) => break,
        };
        match header.open(&core.kdf, opener).await {
            Ok(data_key) => opened.push(Opened { opener: header.clone(), data_key, is_todays }),
            Err(vault::OpenError::WrongSecret) if !is_todays && !opened.is_empty() => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(opened)
}

/// The one of `keys` that goes on. Where today's is among them, it is today's, whichever opens the
/// database: a key that was changed since doesn't come back into force.
async fn choose(
    sources: &Sources,
    database: &Path,
    mut keys: Vec<Opened>,
    backed_up: &Header,
) -> Result<Opened, BackupError> {
    let own = opens_with(database, &keys, backed_up).await?;
    let own = keys.swap_remove(own);
    match keys.pop() {
        Some(todays) if todays.is_todays => {
            vault::exchange(sources, database, &own.data_key, &todays.data_key).await?;
            Ok(todays)
        }
        _ => Ok(own),
    }
}

/// Whose account it becomes on a computer that doesn't have it: its role stays behind.
async fn stranger(core: &Core, holder: Holder, names: NewNames) -> Result<Holder, BackupError> {
    let username = match names.username {
        Some(new) => {
            account::check_new_username(&new)?;
            new
        }
        None => holder.username,
    };
    let email = names.email.unwrap_or(holder.email);
    account::check_username(&username)?;
    account::check_email(&email)?;
    let taken = account::names_taken(core, &username, &email).await?;
    if taken.username {
        return Err(account::taken("username").into());
    }
    if taken.email {
        return Err(account::taken("email").into());
    }
    Ok(Holder {
        username,
        email,
        administrator: false,
        disabled: false,
        demo: false,
        claimed: true,
        ..holder
    })
}

/// Puts what is ready in the place of the account's vault, which is kept first. `todays` is its
/// header, when that gave the key.
async fn replace(
    core: &Core,
    account: Account,
    aside: &Folder,
    ready: &Ready,
    todays: Option<&Header>,
) -> Result<Account, BackupError> {
    let closed = account::hold_closed(core, account.id).await;
    let sources = &core.sources;
    if let Some(header) = todays {
        // Ends what was killed in the middle, and moves a killed program's log into the file.
        if let Ok(vault) = ready.folder.open(sources, &ready.key, header).await {
            vault.close().await;
        }
    }
    vault::create_private_dir(ready.folder.path())?;
    let kept = replaced::keep(core, &account, &ready.folder)?;
    let copy = ready.folder.copied_database();
    ready.folder.remove_with_logs(sources, &copy)?;
    sources.step("a restored vault is made ready");
    fs::rename(aside.database(), &copy)?;
    ready.folder.offer(sources)?;
    ready.header.succeed(sources, ready.folder.path())?;
    drop(closed);
    // Not before: what is removed for it must have been replaced.
    let backups = folder(core, account.uuid);
    keep::prune(&backups, &list(core, account.uuid), &kept);
    keep::prune_replaced(&backups);
    account::note_restored(core, &account).await;
    Ok(Account { claimed: true, demo: false, ..account })
}

/// The newest good backup of an account by one of its names, for whoever can't open the vault.
///
/// # Errors
/// Those of the store.
pub async fn newest_good(core: &Core, username: &str) -> Result<Option<BackupInfo>, BackupError> {
    let account = account::find_by_name(core, username).await?;
    Ok(match account {
        Some(account) => super::newest_good_of(core, account.uuid).await,
        None => None,
    })
}
