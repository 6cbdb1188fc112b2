//! A program that is killed before any change of its files: what had been begun is there or not
//! there, and the old or the new credential opens the vault.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::backup::{self, Key, NewNames, Source};
use algoagent_core::{Config, Core};
use uuid::Uuid;

use crate::belongings::{Read, everything, move_in};
use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, files, register, secret, sign_in, wish};

/// What a program that was killed before a step leaves.
struct Killed {
    before: String,
    house: House,
}

type Copies = Arc<Mutex<Option<Vec<Killed>>>>;

/// A house with Ada, who moved in, and with copies of all files from before each step.
struct Watched {
    house: House,
    core: Core,
    ada: Session,
    code: String,
    belongings: Vec<Read>,
    copies: Copies,
}

impl Watched {
    async fn new() -> Self {
        let house = House::new();
        let copies = Copies::default();
        let (log, path, now) = (Arc::clone(&copies), house.path().to_owned(), house.now());
        let config = house.config();
        let sources = config.sources.with_steps(move |before| {
            if let Some(copies) = log.lock().expect("no panic").as_mut() {
                let before = format!("step {}, {before}", copies.len() + 1);
                copies.push(Killed { before, house: House::copy_of(&path, now) });
            }
        });
        let core = Core::open(Config { sources, ..config }).await.expect("it opens");
        let (ada, code) = register(&core, "ada").await;
        move_in(&ada).await;
        let belongings = everything(&ada).await;
        Self { house, core, ada, code, belongings, copies }
    }

    /// From here on every step leaves a copy.
    fn watch(&self) {
        *self.copies.lock().expect("no panic") = Some(Vec::new());
    }

    /// The copies so far, and one of the end.
    async fn killed(&self, at_least: usize) -> Vec<Killed> {
        let mut copies = self.copies.lock().expect("no panic").take().expect("watched");
        assert!(copies.len() >= at_least, "{} steps only", copies.len());
        copies.push(Killed { before: "the end".to_owned(), house: self.house.copied() });
        copies
    }

    /// That `session` has everything that Ada had.
    async fn assert_all_there(&self, session: &Session, killed: &Killed) {
        assert_eq!(everything(session).await, self.belongings, "{}", killed.before);
    }
}

/// That the vault of `uuid`, closed, is nothing but a vault.
fn assert_no_leftovers(killed: &Killed, uuid: Uuid) {
    let folder = killed.house.vaults().join(uuid.to_string());
    let kept: Vec<PathBuf> = files(&folder).into_keys().collect();
    assert_eq!(kept, ["header", "lock", "vault.db"].map(PathBuf::from), "{}", killed.before);
}

/// That each folder is an account's, and none is a registration's that was left.
async fn assert_no_orphans(killed: &Killed, core: &Core, buried: usize) {
    let folders = std::fs::read_dir(killed.house.vaults()).expect("a folder").count();
    let accounts = account::tiles(core).await.expect("accounts").len();
    assert_eq!(folders, accounts + buried, "{}", killed.before);
}

/// What a sign-in came to: nothing but a session or a refusal.
async fn enters(core: &Core, name: &str, password: &str, killed: &Killed) -> Option<Session> {
    match sign_in(core, name, password).await {
        Ok(session) => Some(session),
        Err(AccountError::InvalidCredentials) => None,
        Err(other) => panic!("{}: {other:?}", killed.before),
    }
}

async fn recovers(core: &Core, code: &str, killed: &Killed) -> Option<Session> {
    let third = secret("yet another password 9");
    match account::recover(core, DoorKind::Desktop, "ada", code, third).await {
        Ok((session, _)) => Some(session),
        Err(AccountError::InvalidCredentials) => None,
        Err(other) => panic!("{}: by code: {other:?}", killed.before),
    }
}

/// That one of two pairs of password and code opens the vault, whole, and which.
async fn assert_one_opens(
    watched: &Watched,
    killed: &Killed,
    old: (&str, &str),
    new: (&str, &str),
) -> bool {
    let core = killed.house.open().await;
    let by_old = enters(&core, "ada", old.0, killed).await;
    let changed = by_old.is_none()
        || (old.0 == new.0 && {
            // The password is the same: the codes tell which header is in force.
            core.end_sessions().await;
            recovers(&core, old.1, killed).await.is_none()
        });
    let (password, code) = if changed { new } else { old };
    let session = if old.0 == new.0 && !changed {
        enters(&core, "ada", "yet another password 9", killed).await
    } else {
        enters(&core, "ada", password, killed).await
    };
    let session = session.unwrap_or_else(|| panic!("{}: neither opens it", killed.before));
    watched.assert_all_there(&session, killed).await;
    assert_no_orphans(killed, &core, 0).await;
    core.end_sessions().await;
    assert_no_leftovers(killed, watched.ada.account().uuid);
    if old.0 != new.0 || changed {
        let session = recovers(&core, code, killed).await;
        let session = session.unwrap_or_else(|| panic!("{}: its code is dead", killed.before));
        watched.assert_all_there(&session, killed).await;
        let other = if changed { old.1 } else { new.1 };
        assert!(other == code || recovers(&core, other, killed).await.is_none());
    }
    core.shut_down().await;
    changed
}

/// That the change is whole or not there in each copy, and that it was seen both ways.
async fn assert_whole_or_not(watched: &Watched, at_least: usize, new: (&str, &str)) {
    let old = (PASSWORD, watched.code.as_str());
    let (mut changed, all) = (0, watched.killed(at_least).await);
    for killed in &all {
        changed += usize::from(assert_one_opens(watched, killed, old, new).await);
    }
    assert!(changed > 0 && changed < all.len(), "{changed} of {}", all.len());
}

#[tokio::test]
async fn killed_while_a_password_is_changed() {
    let watched = Watched::new().await;
    watched.watch();
    account::change_password(&watched.ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    assert_whole_or_not(&watched, 6, (NEXT, &watched.code)).await;
}

#[tokio::test]
async fn killed_while_a_recovery_code_is_made() {
    let watched = Watched::new().await;
    watched.watch();
    let code = account::new_recovery_code(&watched.ada, secret(PASSWORD)).await.unwrap();
    assert_whole_or_not(&watched, 6, (PASSWORD, &code)).await;
}

#[tokio::test]
async fn killed_while_a_lost_password_is_replaced() {
    let watched = Watched::new().await;
    watched.watch();
    let door = DoorKind::Desktop;
    let recovered = account::recover(&watched.core, door, "ada", &watched.code, secret(NEXT)).await;
    let (_, code) = recovered.unwrap();
    assert_whole_or_not(&watched, 6, (NEXT, &code)).await;
}

#[tokio::test]
async fn killed_while_the_data_key_is_changed() {
    let watched = Watched::new().await;
    watched.watch();
    let (_, code) = account::rekey(&watched.ada, secret(PASSWORD)).await.unwrap();
    assert_whole_or_not(&watched, 13, (PASSWORD, &code)).await;
}

#[tokio::test]
async fn killed_while_a_copy_is_half_encrypted() {
    let watched = Watched::new().await;
    watched.watch();
    account::rekey(&watched.ada, secret(PASSWORD)).await.unwrap();
    let killed = watched.killed(1).await;
    let uuid = watched.ada.account().uuid.to_string();
    let encrypting = killed.iter().find(|killed| killed.before.contains("encrypted anew")).unwrap();
    let folder = encrypting.house.vaults().join(uuid);
    let mut half = std::fs::read(folder.join("vault.copy.db")).unwrap();
    let middle = half.len() / 2;
    half[..middle].reverse();
    std::fs::write(folder.join("vault.copy.db"), half).unwrap();
    std::fs::write(folder.join("vault.copy.db-journal"), b"half a journal").unwrap();
    let old = (PASSWORD, watched.code.as_str());
    assert!(!assert_one_opens(&watched, encrypting, old, (PASSWORD, "-")).await);
}

#[tokio::test]
async fn killed_while_a_backup_is_put_back() {
    let mut watched = Watched::new().await;
    let made = backup::back_up(&watched.ada).await.unwrap();
    let at_backup = watched.belongings.clone();
    crate::house::ask(&watched.ada, None, "what came later").await;
    watched.belongings = everything(&watched.ada).await;
    assert_ne!(watched.belongings, at_backup);
    watched.watch();
    let source = Source::Kept { username: "ada".to_owned(), id: made.id };
    let key = Key::Password(secret(PASSWORD));
    let door = DoorKind::Desktop;
    backup::restore(&watched.core, door, source, key, NewNames::default()).await.unwrap();
    let (mut back, all) = (0, watched.killed(8).await);
    for killed in &all {
        let core = killed.house.open().await;
        let ada = enters(&core, "ada", PASSWORD, killed).await;
        let ada = ada.unwrap_or_else(|| panic!("{}: it doesn't open", killed.before));
        let there = everything(&ada).await;
        assert!(there == at_backup || there == watched.belongings, "{}", killed.before);
        back += usize::from(there == at_backup);
        core.end_sessions().await;
        assert_no_leftovers(killed, watched.ada.account().uuid);
        let by_code = recovers(&core, &watched.code, killed).await;
        assert!(by_code.is_some(), "{}: the code is dead", killed.before);
        core.shut_down().await;
    }
    assert!(back > 0 && back < all.len(), "{back} of {}", all.len());
}

#[tokio::test]
async fn killed_while_an_account_is_made() {
    let watched = Watched::new().await;
    watched.watch();
    register(&watched.core, "grace").await;
    let mut made = 0;
    for killed in watched.killed(3).await {
        let core = killed.house.open().await;
        assert_no_orphans(&killed, &core, 0).await;
        match enters(&core, "grace", PASSWORD, &killed).await {
            Some(grace) => {
                algoagent_core::profile::get(&grace).await.expect("a whole account");
                made += 1;
            }
            None => drop(register(&core, "grace").await),
        }
        let ada = enters(&core, "ada", PASSWORD, &killed).await.expect("Ada's is untouched");
        watched.assert_all_there(&ada, &killed).await;
        core.shut_down().await;
    }
    assert!(made > 0);
}

#[tokio::test]
async fn killed_while_an_account_is_claimed() {
    let watched = Watched::new().await;
    let made = account::administration::create(&watched.ada, wish("grace"), false).await.unwrap();
    watched.watch();
    let door = DoorKind::Desktop;
    let claim = |core: Core| async move {
        account::claim(&core, door, "grace", secret(PASSWORD), secret(NEXT)).await
    };
    claim(watched.core.clone()).await.unwrap();
    let mut claimed = 0;
    for killed in watched.killed(10).await {
        let core = killed.house.open().await;
        let grace = match enters(&core, "grace", NEXT, &killed).await {
            Some(grace) => {
                claimed += 1;
                let again = claim(core.clone()).await;
                assert!(again.is_err(), "{}: claimed twice", killed.before);
                grace
            }
            None => {
                let fault = sign_in(&core, "grace", PASSWORD).await.unwrap_err();
                assert!(matches!(fault, AccountError::Unclaimed), "{}: {fault:?}", killed.before);
                let again = claim(core.clone()).await;
                again.unwrap_or_else(|fault| panic!("{}: {fault:?}", killed.before)).0
            }
        };
        algoagent_core::profile::get(&grace).await.expect("a whole vault");
        assert!(account::tiles(&core).await.unwrap().iter().all(|tile| !tile.unclaimed));
        core.end_sessions().await;
        assert_no_leftovers(&killed, made.uuid);
        core.shut_down().await;
    }
    assert!(claimed > 0);
}

#[tokio::test]
async fn killed_while_somebody_chooses_to_stay_signed_in_and_takes_it_back() {
    let watched = Watched::new().await;
    watched.watch();
    let unlock = account::staying::stay(&watched.ada).await.unwrap();
    account::staying::suspend(&watched.ada).await.unwrap();
    let uuid = watched.ada.account().uuid;
    let mut resumed = 0;
    for killed in watched.killed(12).await {
        let core = killed.house.open().await;
        match account::staying::resume(&core, DoorKind::Desktop, uuid, &unlock).await {
            Ok(session) => {
                watched.assert_all_there(&session, &killed).await;
                resumed += 1;
            }
            Err(AccountError::InvalidCredentials) => {}
            Err(other) => panic!("{}: {other:?}", killed.before),
        }
        core.end_sessions().await;
        let ada = enters(&core, "ada", PASSWORD, &killed).await.expect("the password opens it");
        watched.assert_all_there(&ada, &killed).await;
        core.end_sessions().await;
        assert_no_leftovers(&killed, uuid);
        core.shut_down().await;
    }
    assert!(resumed > 0);
}

#[tokio::test]
async fn killed_while_an_account_is_deleted() {
    let watched = Watched::new().await;
    let (grace, code) = register(&watched.core, "grace").await;
    let (uuid, id) = (grace.account().uuid, grace.account().id);
    watched.watch();
    account::administration::delete_own(&grace, secret(PASSWORD), "grace").await.unwrap();
    let all = watched.killed(3).await;
    let mut gone = 0;
    for killed in all {
        let core = killed.house.open().await;
        if let Some(grace) = enters(&core, "grace", PASSWORD, &killed).await {
            algoagent_core::profile::get(&grace).await.expect("whole");
            core.end_sessions().await;
            assert_no_orphans(&killed, &core, 0).await;
        } else {
            gone += 1;
            assert_no_orphans(&killed, &core, 1).await;
            let left: Vec<PathBuf> =
                files(&killed.house.vaults().join(uuid.to_string())).into_keys().collect();
            assert_eq!(left, [PathBuf::from("header")], "{}", killed.before);
            let door = DoorKind::Desktop;
            let back = account::recover(&core, door, "grace", &code, secret(NEXT)).await;
            assert!(matches!(back, Err(AccountError::InvalidCredentials)), "{back:?}");
            let (again, _) = register(&core, "grace").await;
            assert!(again.account().id > id, "{}: its id came back", killed.before);
        }
        core.shut_down().await;
    }
    assert!(gone >= 2, "with its row and without");
}

#[tokio::test]
async fn killed_while_an_account_is_disabled() {
    let watched = Watched::new().await;
    let (grace, _) = register(&watched.core, "grace").await;
    watched.watch();
    account::administration::set_disabled(&watched.ada, grace.account().uuid, true).await.unwrap();
    for killed in watched.killed(3).await {
        let core = killed.house.open().await;
        let grace_entered = enters(&core, "grace", PASSWORD, &killed).await.is_some();
        core.shut_down().await;
        drop(core);
        // The header says the same as the row: it alone decides from here on.
        for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
            std::fs::remove_file(killed.house.path().join(name)).ok();
        }
        let core = killed.house.open().await;
        let again = enters(&core, "grace", PASSWORD, &killed).await.is_some();
        assert_eq!(again, grace_entered, "{}", killed.before);
        core.shut_down().await;
    }
}
