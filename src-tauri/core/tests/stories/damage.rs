//! Vault files that were damaged, swapped or tampered with: a clear error, nothing changed, and
//! everybody else's vault opens.

use std::path::{Path, PathBuf};

use algoagent_core::account::{self, AccountError, DoorKind};
use algoagent_core::{Core, chat, profile};
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, ask, files, register, secret, sign_in};

const NEXT: &str = "a quite different password 7";

/// Two vaults, closed: Ada's, which comes to harm, and Grace's.
struct Street {
    house: House,
    core: Core,
    adas: PathBuf,
    graces: PathBuf,
    code: String,
}

impl Street {
    async fn new() -> Self {
        let house = House::new();
        let core = house.open().await;
        let (ada, code) = register(&core, "ada").await;
        let (grace, _) = register(&core, "grace").await;
        let (adas, graces) = (house.vault_of(&ada), house.vault_of(&grace));
        core.end_sessions().await;
        Self { house, core, adas, graces, code }
    }

    /// What Ada is told; and that nothing changes by it.
    async fn told(&self, what: &str) -> String {
        let before = files(&self.adas);
        let fault = sign_in(&self.core, "ada", PASSWORD).await.expect_err(what);
        assert_eq!(files(&self.adas), before, "{what}: the files changed");
        assert!(matches!(fault, AccountError::Damaged(_)), "{what}: {fault:?}");
        fault.to_string()
    }

    /// The street after the story: Grace's vault was never in doubt.
    async fn leave(self) {
        let grace = sign_in(&self.core, "grace", PASSWORD).await.expect("Grace can sign in");
        profile::get(&grace).await.expect("Grace's vault opens");
        self.core.end_sessions().await;
    }
}

fn edit(folder: &Path, change: impl FnOnce(&mut Value)) {
    let file = folder.join("header");
    let mut header: Value = serde_json::from_slice(&std::fs::read(&file).unwrap_or_default())
        .expect("the header is JSON");
    change(&mut header);
    std::fs::write(file, header.to_string()).expect("written");
}

#[tokio::test]
async fn a_damaged_database_is_told_and_opens_once_it_is_put_back() {
    let street = Street::new().await;
    let file = street.adas.join("vault.db");
    let whole = std::fs::read(&file).unwrap();
    for (what, at) in [("the salt", 3), ("the first page", 100), ("its end", 4090)] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&file, bytes).unwrap();
        street.told(what).await;
    }
    for (what, length) in [("half a page", 2000), ("one page of many", 4096)] {
        std::fs::write(&file, &whole[..length]).unwrap();
        street.told(what).await;
    }
    std::fs::write(&file, vec![0; whole.len()]).unwrap();
    street.told("zeroes").await;
    std::fs::write(&file, &whole).unwrap();
    sign_in(&street.core, "ada", PASSWORD).await.expect("the original opens");
    street.leave().await;
}

#[tokio::test]
async fn damage_behind_the_first_page_never_passes_for_somebodys_words() {
    let (house, core, ada) = House::with_ada().await;
    let (sent, _) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let file = house.vault_of(&ada).join("vault.db");
    ada.end().await;
    let mut bytes = std::fs::read(&file).unwrap();
    for page in bytes.chunks_mut(4096).skip(1) {
        page[2000] ^= 0x40;
    }
    std::fs::write(&file, bytes).unwrap();
    let fault = match sign_in(&core, "ada", PASSWORD).await {
        Err(AccountError::Damaged(_)) => return,
        Err(other) => panic!("{other:?}"),
        Ok(session) => chat::open(&session, sent.chat.id, chat::Place::Newest).await.unwrap_err(),
    };
    let damaged = algoagent_core::vault::StoreError::Damaged.to_string();
    assert_eq!(fault.to_string(), damaged);
}

#[tokio::test]
async fn an_empty_or_missing_database_is_told_and_not_made_anew() {
    let street = Street::new().await;
    let file = street.adas.join("vault.db");
    std::fs::remove_file(&file).unwrap();
    street.told("missing").await;
    assert!(!file.exists());
    std::fs::write(&file, b"").unwrap();
    street.told("empty").await;
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 0);
    street.leave().await;
}

#[tokio::test]
async fn another_accounts_database_does_not_open() {
    let street = Street::new().await;
    std::fs::copy(street.graces.join("vault.db"), street.adas.join("vault.db")).unwrap();
    street.told("swapped").await;
    street.leave().await;
}

#[tokio::test]
async fn another_accounts_header_is_told_apart() {
    let street = Street::new().await;
    std::fs::copy(street.graces.join("header"), street.adas.join("header")).unwrap();
    let told = street.told("swapped").await;
    assert!(told.contains("another account"), "{told}");
    let uuid = street.adas.file_name().unwrap().to_str().unwrap().to_owned();
    edit(&street.adas, |header| header["holder"]["uuid"] = json!(uuid));
    let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::InvalidCredentials), "renamed: {fault}");
    street.leave().await;
}

#[tokio::test]
async fn the_header_of_before_a_recovery_opens_nothing_any_more() {
    let street = Street::new().await;
    let file = street.adas.join("header");
    let old = std::fs::read(&file).unwrap();
    let recovered =
        account::recover(&street.core, DoorKind::Desktop, "ada", &street.code, secret(NEXT)).await;
    recovered.unwrap().0.end().await;
    let new = std::fs::read(&file).unwrap();
    std::fs::write(&file, old).unwrap();
    let told = street.told("the old header").await;
    assert!(told.contains("older"), "{told}");
    edit(&street.adas, |header| header["generation"] = json!(2));
    street.told("the old header under a new number").await;
    edit(&street.adas, |header| header["recovery"]["epoch"] = json!(2));
    street.told("and under a new epoch").await;
    std::fs::write(&file, new).unwrap();
    sign_in(&street.core, "ada", NEXT).await.expect("the new header opens");
    street.leave().await;
}

#[tokio::test]
async fn a_header_that_asks_for_less_or_absurd_key_derivation_is_refused_before_any_is_done() {
    let street = Street::new().await;
    let file = street.adas.join("header");
    let whole = std::fs::read(&file).unwrap();
    for (name, value) in [
        ("memory_kib", json!(8)),
        ("memory_kib", json!(64 * 1024 - 1)),
        ("memory_kib", json!(u32::MAX)),
        ("memory_kib", json!(u64::MAX)),
        ("passes", json!(1)),
        ("passes", json!(1_000_000)),
        ("lanes", json!(1)),
        ("lanes", json!(-4)),
        ("lanes", json!("four")),
    ] {
        edit(&street.adas, |header| header["kdf"][name] = value.clone());
        let before = street.core.derivations();
        street.told(&format!("{name} = {value}")).await;
        assert_eq!(street.core.derivations(), before, "{name} = {value}");
        std::fs::write(&file, &whole).unwrap();
    }
    // Within the bounds it is another key, as for a wrong password.
    edit(&street.adas, |header| header["kdf"]["passes"] = json!(4));
    let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
    street.leave().await;
}

#[tokio::test]
async fn a_header_cut_short_missing_or_huge_is_told() {
    let street = Street::new().await;
    let file = street.adas.join("header");
    let whole = std::fs::read(&file).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&file, &whole[..length]).unwrap();
        street.told(&format!("{length} bytes")).await;
    }
    let huge = std::fs::File::create(&file).unwrap();
    huge.set_len(8 * 1024 * 1024 * 1024).unwrap();
    let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::Damaged(_)), "8 GiB: {fault:?}");
    drop(huge);
    std::fs::remove_file(&file).unwrap();
    let told = street.told("missing").await;
    assert!(told.contains("missing"), "{told}");
    std::fs::write(&file, [b"  ", whole.as_slice()].concat()).unwrap();
    sign_in(&street.core, "ada", PASSWORD).await.expect("the original opens");
    street.leave().await;
}

#[tokio::test]
async fn the_header_of_a_newer_program_is_told_as_such() {
    let street = Street::new().await;
    edit(&street.adas, |header| header["format"] = json!(2));
    let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::Newer), "{fault:?}");
    street.leave().await;
}

#[tokio::test]
async fn an_envelope_that_was_exchanged_or_bent_opens_nothing() {
    let street = Street::new().await;
    let file = street.adas.join("header");
    let whole = std::fs::read(&file).unwrap();
    for (what, change) in [
        (
            "password for recovery",
            (|header: &mut Value| {
                header["password"] = header["recovery"].clone();
            }) as fn(&mut Value),
        ),
        ("another epoch", |header| header["password"]["epoch"] = json!(2)),
        ("another nonce", |header| {
            header["password"]["nonce"] = header["recovery"]["nonce"].clone()
        }),
        ("another tag", |header| header["password"]["tag"] = header["recovery"]["tag"].clone()),
    ] {
        edit(&street.adas, change);
        let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
        let told = matches!(fault, AccountError::InvalidCredentials | AccountError::Damaged(_));
        assert!(told, "{what}: {fault}");
        std::fs::write(&file, &whole).unwrap();
        street.house.pass(20);
    }
    sign_in(&street.core, "ada", PASSWORD).await.expect("the original opens");
    street.leave().await;
}

#[tokio::test]
async fn a_bit_that_changed_in_the_middle_of_a_killed_programs_log_is_told() {
    let (house, core, ada) = House::with_ada().await;
    for question in ["one", "two", "three"] {
        ask(&ada, None, question).await;
    }
    let killed = house.copied();
    core.shut_down().await;
    let folder = killed.vault_of(&ada);
    std::fs::remove_file(folder.join("vault.db-shm")).ok();
    let log = std::fs::read(folder.join("vault.db-wal")).unwrap();
    let frames = (log.len() - 32) / (4096 + 24);
    assert!(frames > 8, "{frames} frames");
    let core = killed.open().await;
    for (what, at) in [
        ("its header", 5),
        ("the head of a frame", 32 + 3 * (4096 + 24) + 1),
        ("a page", 32 + 4 * (4096 + 24) + 2000),
    ] {
        let mut bent = log.clone();
        bent[at] ^= 1;
        std::fs::write(folder.join("vault.db-wal"), &bent).unwrap();
        let fault = sign_in(&core, "ada", PASSWORD).await.expect_err(what);
        assert!(matches!(fault, AccountError::Damaged(_)), "{what}: {fault:?}");
        assert_eq!(std::fs::read(folder.join("vault.db-wal")).unwrap(), bent, "{what}: it is kept");
    }
    std::fs::write(folder.join("vault.db-wal"), &log).unwrap();
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("the original opens");
    let titles = chat::list(&ada, chat::List::Usual, None, 50).await.expect("whole").chats.len();
    assert_eq!(titles, 3, "what was acknowledged is there");
    core.shut_down().await;
}

#[tokio::test]
async fn a_damaged_newest_header_gives_way_to_the_one_before_for_good() {
    let street = Street::new().await;
    let whole = std::fs::read(street.adas.join("header")).unwrap();
    for damaged in [Some(&b"{"[..]), Some(&[]), None] {
        std::fs::write(street.adas.join("header.previous"), &whole).unwrap();
        match damaged {
            Some(bytes) => std::fs::write(street.adas.join("header"), bytes).unwrap(),
            None => std::fs::remove_file(street.adas.join("header")).unwrap(),
        }
        for time in ["first", "second"] {
            let ada = sign_in(&street.core, "ada", PASSWORD).await;
            ada.unwrap_or_else(|fault| panic!("the {time} time: {fault:?}")).end().await;
        }
        assert_eq!(std::fs::read(street.adas.join("header")).unwrap(), whole);
        assert!(!street.adas.join("header.previous").exists());
    }
    street.leave().await;
}

#[tokio::test]
async fn a_database_that_waits_for_its_header_is_not_removed_when_it_is_all_there_is() {
    let street = Street::new().await;
    let (database, next) = (street.adas.join("vault.db"), street.adas.join("vault.next.db"));
    std::fs::copy(street.graces.join("vault.db"), &next).unwrap();
    let whole = std::fs::read(&database).unwrap();
    std::fs::write(&database, vec![7; whole.len()]).unwrap();
    let fault = sign_in(&street.core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::Damaged(_)), "{fault:?}");
    assert!(next.exists(), "nothing that may be needed is removed");
    std::fs::write(&database, &whole).unwrap();
    sign_in(&street.core, "ada", PASSWORD).await.expect("it opens").end().await;
    assert!(!next.exists(), "what another key made is left over");
    street.leave().await;
}
