//! Backups in the window: made, saved elsewhere, put in the place of a damaged vault, and brought
//! to another computer.

use std::fs;
use std::path::{Path, PathBuf};

use algoagent_tests::desktop::World;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN};
use algoagent_tests::window::Window;

const QUESTION: &str = "buy and hold MSFT for the heronviaduct";

/// The database of the vault that was made last.
fn database(world: &World) -> PathBuf {
    let vaults = fs::read_dir(world.data_dir().join("vaults")).expect("vaults").flatten();
    let made = |path: &Path| fs::metadata(path.join("vault.db")).and_then(|file| file.created());
    let mut all: Vec<PathBuf> = vaults.map(|vault| vault.path()).collect();
    all.sort_by_key(|path| made(path).ok());
    all.pop().expect("a vault").join("vault.db")
}

/// Writes over the first page and one in the middle.
fn damage(database: &Path) {
    let mut bytes = fs::read(database).expect("a database");
    let middle = bytes.len() / 2;
    bytes[..64].fill(0x5a);
    bytes[middle..middle + 64].fill(0x5a);
    fs::write(database, bytes).expect("it can be damaged");
}

/// Backs up by hand and waits until it is said to be good; an automatic one may have come first.
fn backs_up(window: &Window<'_>) {
    window.open_settings_at("Data");
    window.button("Back up now").click();
    window.says("backed up");
    let list = window.find("list", "Backups");
    window.any("listitem").within(list.clone()).appears();
    let text = list.text();
    assert!(text.contains("Made by you") || text.contains("Automatic"), "{text}");
}

/// Chooses from the menu of the newest backup.
fn choose(window: &Window<'_>, item: &str) {
    window.button("Options of the backup of").starting().click();
    window.find("menuitem", item).click();
}

fn finds_the_chat(window: &Window<'_>, title: &str) {
    window.open_chat(title);
    window.answer_becomes(1, "done");
    assert!(window.conversation().text().contains(QUESTION), "another question");
}

#[test]
fn a_damaged_vault_is_replaced_by_its_newest_good_backup_at_sign_in() {
    let world = World::new("window-backup-damage");
    ADA.enrols(&world);
    BEN.enrols(&world);
    let window = world.open();
    window.sign_in(&BEN);
    window.ask(QUESTION);
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    backs_up(&window);
    window.button("Back up now").click();
    window.says("Already backed up");
    window.sign_out();

    let vault = database(&world);
    damage(&vault);
    let damaged = fs::read(&vault).expect("a database");
    window.try_to_sign_in(&BEN, BEN.password);
    window.find("group", &format!("The vault of {} is damaged", BEN.name)).appears();
    window.says("The newest good backup is from");
    window.screenshot("screen-light-1280-damage");
    assert_eq!(window.screen().as_deref(), Some("sign-in"), "a damaged vault opened");
    window.button("Restore it").click();
    window.shows("chat");
    window.says("The damaged vault is among your backups");
    finds_the_chat(&window, &title);
    window.open_settings_at("Data");
    let list = window.find("list", "Backups");
    list.appears();
    assert!(list.text().contains("Before a restore"), "{}", list.text());
    assert!(keeps(&world.data_dir(), &damaged), "the damaged vault is gone");

    choose(&window, "Delete…");
    window.confirm("Delete backup");
    window.sign_out();
    window.sign_in(&BEN);
    finds_the_chat(&window, &title);
    window.sign_out();
    window.sign_in(&ADA);
    assert!(!window.chats().text().contains(&title), "Ben's chat is among Ada's");
    window.close();
    assert_nothing_found(&world.places(), &["heronviaduct", BEN.password], &[]);
}

/// Whether a file under this folder holds these bytes, alone or among others.
fn keeps(folder: &Path, bytes: &[u8]) -> bool {
    let middle = &bytes[bytes.len() / 4..][..4096];
    fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return keeps(&path, bytes);
        }
        let held = fs::read(&path).unwrap_or_default();
        !path.ends_with("vault.db") && held.windows(4096).any(|piece| piece == middle)
    })
}

#[test]
fn a_backup_goes_back_to_how_it_was_and_a_saved_copy_opens_on_another_computer() {
    let here = World::new("window-backup-here");
    let window = here.open();
    let code = window.create_account(&ADA);
    window.ask(QUESTION);
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    backs_up(&window);
    let copy = here.home().join("ada.algoagent-backup");
    here.hands().save_as(&copy, || choose(&window, "Save a copy…"));
    window.says("A copy of the backup was saved");
    assert!(fs::metadata(&copy).is_ok_and(|file| file.len() > 1000), "no copy was saved");

    window.new_chat();
    window.ask("buy and hold TSLA");
    window.answer_becomes(1, "done");
    window.open_settings_at("Data");
    window.script("window.__stays = true", &[]);
    choose(&window, "Restore…");
    window.textbox("Password").fill(BEN.password);
    window.button("Restore").within(window.any("dialog")).click();
    window.says("This password doesn’t open the backup");
    window.textbox("Password").fill(ADA.password);
    window.button("Restore").within(window.any("dialog")).click();
    window.shows("chat");
    finds_the_chat(&window, &title);
    assert!(!window.chats().text().contains("TSLA"), "what came later is still there");
    assert_eq!(window.script("return window.__stays", &[]), true, "the page was thrown away");
    window.close();

    for (by, secret) in [("password", ADA.password), ("code", &*code)] {
        let there = World::new(&format!("window-backup-there-{by}"));
        let window = there.open();
        let restore = window.button("Restore from a backup file…");
        there.hands().open_file(&copy, || restore.click());
        window.shows("restore");
        window.says(ADA.email);
        let ada = if by == "code" {
            window.find("radio", "A recovery code").click();
            window.textbox("Recovery code").fill(secret);
            window.textbox("New password").fill(BEN.password);
            window.button("Restore").click();
            assert_ne!(window.recovery_code(), code, "a recovery code is used once");
            window.button("I have stored it").click();
            algoagent_tests::steps::Person { password: BEN.password, ..ADA }
        } else {
            window.textbox("Password").fill(secret);
            window.button("Restore").click();
            ADA
        };
        window.shows("chat");
        finds_the_chat(&window, &title);
        window.sign_out();
        window.sign_in(&ada);
        finds_the_chat(&window, &title);
        window.close();
        assert_nothing_found(&there.places(), &["heronviaduct", secret, ada.password], &[]);
    }
}
