//! Backups that come back over a changed key, from a bent, hostile or rotten file, or in the place of
//! what was lost.

use algoagent_core::account::{self, AccountError, DoorKind};
use algoagent_core::backup::{self, BackupError};

use crate::backups::{backed_up, password, restore, titles};
use crate::house::{House, PASSWORD, ask, register, secret, sign_in};

const NEXT: &str = "a quite different password 7";

#[tokio::test]
async fn a_backup_of_before_a_changed_key_comes_back_under_the_new_key() {
    let house = House::new();
    let (core, ada, old_code, file) = backed_up(&house).await;
    let at_backup = titles(&ada).await;
    ask(&ada, None, "Write a mean reversion strategy for MSFT").await;
    let old_header = std::fs::read(house.vault_of(&ada).join("header")).unwrap();
    let (ada, code) = account::rekey(&ada, secret(PASSWORD)).await.unwrap();
    let folder = house.vault_of(&ada);
    house.pass(60);
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert_eq!(titles(&restored.session).await, at_backup);
    assert!(restored.recovery_code.is_none(), "the one in force stays");
    restored.session.end().await;
    // What somebody has of before the change opens nothing of now.
    let new_header = std::fs::read(folder.join("header")).unwrap();
    std::fs::write(folder.join("header"), old_header).unwrap();
    assert!(sign_in(&core, "ada", PASSWORD).await.is_err(), "the old key is in force again");
    std::fs::write(folder.join("header"), new_header).unwrap();
    let door = DoorKind::Desktop;
    let by_old = account::recover(&core, door, "ada", &old_code, secret(NEXT)).await;
    assert!(matches!(by_old, Err(AccountError::InvalidCredentials)), "{by_old:?}");
    account::recover(&core, door, "ada", &code, secret(NEXT)).await.expect("the code in force");
}

#[tokio::test]
async fn a_backup_whose_header_somebody_bent_costs_nobody_their_password() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    for generation in [1_u64 << 48, (1 << 48) - 1, 1 << 50] {
        let bent = house.path().join("bent.algoagent-backup");
        let bytes = rewritten(&file, |header| {
            let tag = header["password"]["tag"].as_str().unwrap().to_owned();
            let other = if tag.starts_with('A') { "B" } else { "A" };
            header["password"]["tag"] = (other.to_owned() + &tag[1..]).into();
            header["generation"] = generation.into();
        });
        std::fs::write(&bent, bytes).unwrap();
        // It is the database of this vault, and today's password proves who asks.
        restore(&core, &bent, password(PASSWORD)).await.ok();
        let ada = sign_in(&core, "ada", PASSWORD).await.expect("the password opens it");
        let ada = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
        ada.end().await;
        let ada = sign_in(&core, "ada", NEXT).await.expect("the next one too");
        account::change_password(&ada, secret(NEXT), secret(PASSWORD)).await.unwrap();
    }
    drop(ada);
}

/// The bytes of a backup whose header was edited, with the sums made anew.
fn rewritten(file: &std::path::Path, edit: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    use std::io::Read as _;
    let bytes = std::fs::read(file).expect("a backup's parts");
    let mut archive = tar::Archive::new(bytes.as_slice());
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for entry in archive.entries().expect("a backup's parts") {
        let mut part = Vec::new();
        entry.expect("a backup's parts").read_to_end(&mut part).expect("a backup's parts");
        parts.push(part);
    }
    let mut header: serde_json::Value =
        serde_json::from_slice(&parts[1]).expect("a backup's parts");
    edit(&mut header);
    parts[1] = serde_json::to_vec(&header).expect("a backup's parts");
    let mut manifest: serde_json::Value =
        serde_json::from_slice(&parts[0]).expect("a backup's parts");
    let sum = <sha2::Sha256 as sha2::Digest>::digest(&parts[1]);
    manifest["header"] = sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
    parts[0] = serde_json::to_vec(&manifest).expect("a backup's parts");
    let mut out = tar::Builder::new(Vec::new());
    for (name, part) in ["manifest.json", "header", "vault.db"].into_iter().zip(&parts) {
        let mut entry = tar::Header::new_gnu();
        entry.set_size(part.len() as u64);
        entry.set_mode(0o600);
        out.append_data(&mut entry, name, part.as_slice()).expect("a backup's parts");
    }
    out.into_inner().expect("a backup's parts")
}

#[tokio::test]
async fn an_account_whose_folder_was_lost_is_restored_or_deleted() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let wanted = titles(&ada).await;
    let (grace, _) = register(&core, "grace").await;
    let (adas, graces) = (house.vault_of(&ada), house.vault_of(&grace));
    ada.end().await;
    grace.end().await;
    std::fs::remove_dir_all(&adas).unwrap();
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert_eq!(titles(&restored.session).await, wanted);
    std::fs::remove_dir_all(&graces).unwrap();
    let (ada, graces) = (restored.session, grace.account().uuid);
    account::administration::set_disabled(&ada, graces, true).await.expect("barred");
    account::administration::delete(&ada, graces, "grace").await.expect("deleted");
    register(&core, "grace").await.0.end().await;
}

#[tokio::test]
async fn a_file_that_says_more_of_itself_than_it_holds_fills_neither_memory_nor_disk() {
    let house = House::new();
    let core = house.open().await;
    let hostile = house.path().join("hostile.algoagent-backup");
    // A long name of eight gigabytes, as a file that takes no room.
    let mut long = tar::Header::new_gnu();
    long.set_path("././@LongLink").unwrap();
    long.set_entry_type(tar::EntryType::GNULongName);
    long.set_size(8 << 30);
    long.set_cksum();
    std::fs::write(&hostile, long.as_bytes()).unwrap();
    std::fs::OpenOptions::new().write(true).open(&hostile).unwrap().set_len(9 << 30).unwrap();
    let fault = backup::inspect(&core, &hostile).await.err().unwrap();
    assert!(matches!(fault, BackupError::Damaged), "{fault:?}");
    let another = House::new();
    let (_, ada, _, file) = backed_up(&another).await;
    drop(ada);
    // Whoever has no password has nothing unpacked.
    let fault = restore(&core, &file, password("wrong")).await.err().unwrap();
    assert!(matches!(fault, BackupError::Account(AccountError::InvalidCredentials)), "{fault:?}");
    assert_eq!(std::fs::read_dir(house.vaults()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_restored_vault_keeps_nobody_signed_in_who_did_not_choose_it_here() {
    let house = House::new();
    let (core, ada, _, _) = backed_up(&house).await;
    account::staying::stay(&ada).await.unwrap();
    let made = backup::back_up(&ada).await.unwrap();
    let file = backup::file(&ada, &made.id).unwrap();
    core.shut_down().await;
    let elsewhere = House::new();
    let core = elsewhere.open().await;
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert_eq!(account::staying::choice(&restored.session).await.unwrap(), None);
    assert!(account::staying::candidates(&core).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_backup_that_went_bad_is_not_offered() {
    let house = House::new();
    let (core, ada, _, good) = backed_up(&house).await;
    ask(&ada, None, "hello").await;
    house.pass(60);
    let newest = backup::back_up(&ada).await.unwrap();
    let offered = || async { backup::newest_good(&core, "ada").await.unwrap().unwrap().id };
    assert_eq!(offered().await, newest.id);
    let mut bytes = std::fs::read(&newest.path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest.path, bytes).unwrap();
    assert_eq!(offered().await, good.file_name().unwrap().to_str().unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_changed_key_and_a_restore_at_once_wait_for_each_other_and_end() {
    for pause in [0, 20, 60, 150] {
        let house = House::new();
        let (core, ada, _, file) = backed_up(&house).await;
        let changing = ada.clone();
        let rekey =
            tokio::spawn(async move { account::rekey(&changing, secret(PASSWORD)).await.is_ok() });
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        let restoring = core.clone();
        let restored =
            tokio::spawn(
                async move { restore(&restoring, &file, password(PASSWORD)).await.is_ok() },
            );
        let both = async { (rekey.await.unwrap(), restored.await.unwrap()) };
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
        let (rekeyed, restored) =
            ended.unwrap_or_else(|_| panic!("{pause} ms: they wait for ever"));
        assert!(rekeyed || restored, "{pause} ms: neither was done");
        sign_in(&core, "ada", PASSWORD).await.expect("the password opens it").end().await;
        core.shut_down().await;
    }
}
