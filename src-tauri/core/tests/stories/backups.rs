//! Backups: made, checked, kept, and put back here or elsewhere.

use std::path::PathBuf;

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::backup::{self, BackupError, BackupKind, Key, NewNames, Restored, Source};
use algoagent_core::{Core, chat};

use crate::house::{House, PASSWORD, ask, files, register, secret, sign_in};

const NEXT: &str = "a quite different password 7";
const DAY: i64 = 24 * 3600;

pub(crate) async fn titles(session: &Session) -> Vec<String> {
    let page = chat::list(session, chat::List::Usual, None, 50).await.expect("the vault opens");
    page.chats.into_iter().map(|chat| chat.title).collect()
}

/// Ada with one chat, her recovery code, and the file of a backup of that.
pub(crate) async fn backed_up(house: &House) -> (Core, Session, String, PathBuf) {
    let core = house.open().await;
    let (ada, code) = register(&core, "ada").await;
    ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let made = backup::back_up(&ada).await.expect("a backup");
    let file = backup::file(&ada, &made.id).expect("her own");
    (core, ada, code, file)
}

pub(crate) fn password(text: &str) -> Key {
    Key::Password(secret(text))
}

pub(crate) async fn restore(
    core: &Core,
    file: &std::path::Path,
    key: Key,
) -> Result<Restored, BackupError> {
    let source = Source::File(file.to_owned());
    backup::restore(core, DoorKind::Desktop, source, key, NewNames::default()).await
}

#[tokio::test]
async fn an_unchanged_vault_is_not_copied_again() {
    let house = House::new();
    let (core, ada, _, _) = backed_up(&house).await;
    house.pass(10);
    let again = backup::back_up(&ada).await.unwrap();
    ada.end().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let after_sign_in = backup::back_up(&ada).await.unwrap();
    assert_eq!(again, after_sign_in);
    let all = backup::data(&ada).await.unwrap();
    assert_eq!(all.backups, std::slice::from_ref(&again));
    assert!(all.vault_bytes > 0 && all.backup_bytes == again.bytes && all.automatic_backups);
    ask(&ada, None, "hello").await;
    house.pass(10);
    let changed = backup::back_up(&ada).await.unwrap();
    assert_ne!(changed.id, again.id);
    account::new_recovery_code(&ada, secret(PASSWORD)).await.unwrap();
    house.pass(10);
    assert_ne!(backup::back_up(&ada).await.unwrap().id, changed.id, "the header changed");
}

#[tokio::test]
async fn a_backup_reads_as_nothing_to_whoever_has_no_password() {
    let house = House::new();
    let (_core, ada, _, file) = backed_up(&house).await;
    let sent =
        chat::send(&ada, None, chat::New::default(), "canary-9f1c".to_owned()).await.unwrap();
    backup::back_up(&ada).await.unwrap();
    assert!(sent.chat.id.0 > 0);
    for (name, bytes) in files(house.path()) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("canary-9f1c") && !text.contains("momentum"), "{name:?}");
    }
    assert!(std::fs::metadata(file).unwrap().len() > 50_000);
}

#[tokio::test]
async fn a_backup_opens_on_another_computer_by_password_or_by_code() {
    let house = House::new();
    let (core, ada, code, file) = backed_up(&house).await;
    let wanted = titles(&ada).await;
    core.shut_down().await;

    let elsewhere = House::new();
    let core = elsewhere.open().await;
    let told = backup::inspect(&core, &file).await.unwrap();
    assert_eq!((told.username.as_str(), told.replaces, told.username_taken), ("ada", false, false));
    let fault = restore(&core, &file, password("wrong")).await.err().unwrap();
    let wrong = matches!(fault, BackupError::Account(AccountError::InvalidCredentials));
    assert!(wrong, "{fault}");
    assert_eq!(account::tiles(&core).await.unwrap().len(), 1, "nothing was made");
    assert_eq!(std::fs::read_dir(elsewhere.vaults()).unwrap().count(), 1);
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert_eq!(titles(&restored.session).await, wanted);
    assert!(restored.recovery_code.is_none());
    assert!(restored.session.account().administrator, "the first person at this computer");
    restored.session.end().await;
    let again = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(titles(&again).await, wanted);

    let third = House::new();
    let core = third.open().await;
    let (grace, _) = register(&core, "grace").await;
    let key = Key::Recovery { code: code.clone(), new_password: secret(NEXT) };
    let restored = restore(&core, &file, key).await.unwrap();
    assert_eq!(titles(&restored.session).await, wanted);
    assert!(!restored.session.account().administrator, "a role stays where it was given");
    assert_ne!(restored.session.account().id, grace.account().id);
    let next_code = restored.recovery_code.expect("the code was used up");
    restored.session.end().await;
    sign_in(&core, "ada", NEXT).await.expect("the new password");
    assert!(sign_in(&core, "ada", PASSWORD).await.is_err());
    let old = account::recover(&core, DoorKind::Desktop, "ada", &code, secret(PASSWORD)).await;
    assert!(matches!(old, Err(AccountError::InvalidCredentials)));
    account::recover(&core, DoorKind::Desktop, "ada", &next_code, secret(PASSWORD)).await.unwrap();
}

#[tokio::test]
async fn a_name_that_is_taken_elsewhere_asks_for_another() {
    let house = House::new();
    let (core, _, _, file) = backed_up(&house).await;
    core.shut_down().await;
    let elsewhere = House::new();
    let core = elsewhere.open().await;
    let registration = account::Registration {
        email: "another@example.org".to_owned(),
        ..crate::house::wish("Ada")
    };
    account::register(&core, DoorKind::Desktop, registration).await.unwrap();
    let told = backup::inspect(&core, &file).await.unwrap();
    assert!(told.username_taken && !told.email_taken);
    let fault = restore(&core, &file, password(PASSWORD)).await.err().unwrap();
    assert!(
        matches!(&fault, BackupError::Account(AccountError::Invalid(why)) | BackupError::Invalid(why) if why.field == "username"),
        "{fault}"
    );
    let source = Source::File(file);
    let names = NewNames { username: Some("ada.l".to_owned()), email: None };
    let restored =
        backup::restore(&core, DoorKind::Desktop, source, password(PASSWORD), names).await.unwrap();
    assert_eq!(restored.session.account().username, "ada.l");
    restored.session.end().await;
    sign_in(&core, "ada.l", PASSWORD).await.expect("by the new name");
}

#[tokio::test]
async fn a_restored_backup_replaces_the_vault_and_what_it_replaced_is_kept() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let at_backup = titles(&ada).await;
    ask(&ada, None, "Write a mean reversion strategy for MSFT").await;
    let later = titles(&ada).await;
    let tokens = account::issue(&ada).unwrap();
    house.pass(60);
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert!(ada.check().is_err() && account::authenticate(&core, &tokens.access).is_err());
    assert_eq!(titles(&restored.session).await, at_backup);
    let kept = backup::data(&restored.session).await.unwrap().backups;
    assert_eq!(kept[0].kind, BackupKind::Restore);
    house.pass(60);
    let source = Source::Kept { username: "ada".to_owned(), id: kept[0].id.clone() };
    let back =
        backup::restore(&core, DoorKind::Desktop, source, password(PASSWORD), NewNames::default())
            .await
            .unwrap();
    assert_eq!(titles(&back.session).await, later, "nothing was lost");
}

#[tokio::test]
async fn an_old_backup_opens_with_todays_password_until_the_key_changes_and_elsewhere_with_its_own()
{
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let ada = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    let restored = restore(&core, &file, password(NEXT)).await.unwrap();
    restored.session.end().await;
    assert!(sign_in(&core, "ada", PASSWORD).await.is_err(), "today's password stays");
    let ada2 = sign_in(&core, "ada", NEXT).await.unwrap();
    assert!(ada.check().is_err());
    let (rekeyed, _) = account::rekey(&ada2, secret(NEXT)).await.unwrap();
    rekeyed.end().await;
    let fault = restore(&core, &file, password(NEXT)).await.err().unwrap();
    assert!(matches!(fault, BackupError::OtherKey), "{fault:?}");
    sign_in(&core, "ada", NEXT).await.expect("nothing was changed").end().await;
    let fault = restore(&core, &file, password(PASSWORD)).await.err().unwrap();
    let refused = matches!(fault, BackupError::Account(AccountError::InvalidCredentials));
    assert!(refused, "an old password replaces nobody's vault: {fault:?}");
    let elsewhere = House::new();
    let core = elsewhere.open().await;
    let restored = restore(&core, &file, password(PASSWORD)).await.unwrap();
    assert_eq!(titles(&restored.session).await.len(), 1, "the password of its time, elsewhere");
}

#[tokio::test]
async fn a_damaged_vault_is_replaced_by_the_newest_good_backup_and_kept() {
    let house = House::new();
    let (core, ada, _, _) = backed_up(&house).await;
    let wanted = titles(&ada).await;
    let vault = house.vault_of(&ada).join("vault.db");
    ada.end().await;
    let mut bytes = std::fs::read(&vault).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&vault, &bytes).unwrap();
    assert!(matches!(sign_in(&core, "ada", PASSWORD).await, Err(AccountError::Damaged(_))));
    let newest = backup::newest_good(&core, "ada@example.org").await.unwrap().expect("one");
    let source = Source::Kept { username: "ada".to_owned(), id: newest.id };
    house.pass(60);
    let restored =
        backup::restore(&core, DoorKind::Desktop, source, password(PASSWORD), NewNames::default())
            .await
            .unwrap();
    assert_eq!(titles(&restored.session).await, wanted);
    let kept = backup::data(&restored.session).await.unwrap().backups;
    let aside = backup::file(&restored.session, &kept[0].id).unwrap();
    let aside = std::fs::read(aside).unwrap();
    let found = aside.windows(64).any(|window| window == &bytes[100..164]);
    assert!(found && kept[0].kind == BackupKind::Restore, "the damaged file is kept aside");
}

#[tokio::test]
async fn a_file_that_is_no_backup_or_was_changed_is_refused_and_changes_nothing() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let wanted = titles(&ada).await;
    let whole = std::fs::read(&file).unwrap();
    let bad = house.path().join("bad.algoagent-backup");
    let mut cases: Vec<(String, Vec<u8>)> = vec![
        ("nothing".into(), vec![]),
        ("text".into(), b"hello".to_vec()),
        ("zeroes".into(), vec![0; 100_000]),
        ("half".into(), whole[..whole.len() / 2].to_vec()),
    ];
    for at in [3, 600, 1100, 2000, 20_000, whole.len() - 40_000] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        cases.push((format!("a flipped bit at {at}"), bytes));
    }
    for (what, bytes) in cases {
        std::fs::write(&bad, bytes).unwrap();
        let before = files(&house.vaults());
        let fault = restore(&core, &bad, password(PASSWORD)).await.err();
        assert!(matches!(fault, Some(BackupError::Damaged)), "{what}: {fault:?}");
        let after = files(&house.vaults());
        assert!(before.keys().eq(after.keys()), "{what}: files came or went");
    }
    assert_eq!(titles(&ada).await, wanted, "the vault is open and as it was");
    let source = Source::Kept { username: "ada".into(), id: "../../accounts.db".into() };
    let fault =
        backup::restore(&core, DoorKind::Desktop, source, password(PASSWORD), NewNames::default())
            .await;
    assert!(matches!(fault, Err(BackupError::NotFound)));
}

#[tokio::test]
async fn nobody_reaches_anothers_backups() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let (grace, _) = register(&core, "grace").await;
    let id = backup::data(&ada).await.unwrap().backups[0].id.clone();
    assert!(matches!(backup::file(&grace, &id), Err(BackupError::NotFound)));
    assert!(matches!(backup::delete(&grace, &id), Err(BackupError::NotFound)));
    assert!(file.exists());
    backup::delete(&ada, &id).unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn guesses_at_a_backup_are_slowed_down_as_those_at_the_account_are() {
    let house = House::new();
    let (core, _ada, _, file) = backed_up(&house).await;
    let mut told = 0;
    for _ in 0..7 {
        if let Some(BackupError::Account(AccountError::TooManyAttempts { .. })) =
            restore(&core, &file, password("wrong")).await.err()
        {
            told += 1;
        }
    }
    assert_eq!(told, 2);
}

#[tokio::test]
async fn an_open_vault_backs_itself_up_every_day_unless_that_is_turned_off() {
    let house = House::new();
    let mut config = house.config();
    config.backup_after = std::time::Duration::from_millis(20);
    let core = Core::open(config).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let made = |ada: Session| async move {
        for _ in 0..100 {
            let all = backup::data(&ada).await.unwrap().backups;
            if !all.is_empty() {
                return all;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Vec::new()
    };
    let first = made(ada.clone()).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].kind, BackupKind::Daily);
    ask(&ada, None, "hello").await;
    ada.end().await;
    house.pass(DAY);
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    for _ in 0..250 {
        if backup::data(&ada).await.unwrap().backups.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let second = backup::data(&ada).await.unwrap().backups;
    assert_eq!(second.len(), 2, "one more on the next day");
    assert_eq!(second[0].made_at, house.now());
    backup::set_automatic(&ada, false).await.unwrap();
    let after = backup::data(&ada).await.unwrap();
    assert!(!after.automatic_backups);
    let kinds: Vec<_> = after.backups.iter().map(|b| b.made_at).collect();
    ask(&ada, None, "hello").await;
    ada.end().await;
    house.pass(2 * DAY);
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let last: Vec<_> =
        backup::data(&ada).await.unwrap().backups.iter().map(|b| b.made_at).collect();
    assert_eq!(kinds, last, "none since it was turned off");
}

#[tokio::test]
async fn deleting_an_account_deletes_its_backups_and_a_copy_elsewhere_brings_it_back() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let copy = house.path().join("copy.algoagent-backup");
    std::fs::copy(&file, &copy).unwrap();
    let (grace, _) = register(&core, "grace").await;
    account::administration::set_administrator(&ada, grace.account().uuid, true).await.unwrap();
    account::administration::delete_own(&ada, secret(PASSWORD), "ada").await.unwrap();
    assert!(!file.exists());
    let restored = restore(&core, &copy, password(PASSWORD)).await.unwrap();
    assert_eq!(titles(&restored.session).await.len(), 1);
    assert!(!restored.session.account().administrator);
    restored.session.end().await;
    core.shut_down().await;
    drop((core, restored, ada, grace));
    let core = house.open().await;
    sign_in(&core, "ada", PASSWORD).await.expect("it is an account again after a restart");
}

/// The backup `file` with another text in its header, and a manifest that fits.
fn forged(file: &std::path::Path, from: &str, to: &str, out: &std::path::Path) {
    use sha2::Digest as _;
    let hex = |bytes: &[u8]| {
        sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>()
    };
    let mut archive = tar::Archive::new(std::fs::File::open(file).expect("a backup"));
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for entry in archive.entries().expect("a backup") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry.expect("a backup"), &mut bytes).expect("a backup");
        parts.push(bytes);
    }
    let before = hex(&parts[1]);
    parts[1] =
        String::from_utf8(parts[1].clone()).expect("a backup").replace(from, to).into_bytes();
    let manifest = String::from_utf8(parts[0].clone()).expect("a backup");
    parts[0] = manifest.replace(&before, &hex(&parts[1])).into_bytes();
    let mut made = tar::Builder::new(std::fs::File::create(out).expect("a backup"));
    for (name, bytes) in ["manifest.json", "header", "vault.db"].iter().zip(&parts) {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        made.append_data(&mut header, name, bytes.as_slice()).expect("a backup");
    }
    made.finish().expect("a backup");
}

#[tokio::test]
async fn a_backup_in_another_persons_name_takes_nothing_over() {
    let house = House::new();
    let (core, ada, _, file) = backed_up(&house).await;
    let (grace, _) = register(&core, "grace").await;
    let out = house.path().join("forged.algoagent-backup");
    let (adas, graces) = (ada.account().uuid.to_string(), grace.account().uuid.to_string());
    forged(&file, &adas, &graces, &out);
    let before = files(&house.vaults().join(&graces));
    let fault = restore(&core, &out, password(PASSWORD)).await.err().unwrap();
    assert!(
        matches!(fault, BackupError::OtherKey | BackupError::Account(_) | BackupError::Damaged),
        "{fault:?}"
    );
    assert!(grace.check().is_ok());
    assert!(before.keys().eq(files(&house.vaults().join(&graces)).keys()));
    // On a computer that doesn't have her, the header doesn't fit its key.
    let elsewhere = House::new();
    let core = elsewhere.open().await;
    let fault = restore(&core, &out, password(PASSWORD)).await.err().unwrap();
    assert!(matches!(fault, BackupError::Account(_)), "{fault:?}");
    assert_eq!(account::tiles(&core).await.unwrap().len(), 1);
}
