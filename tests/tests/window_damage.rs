//! Vault files that were damaged, or swapped between two accounts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use algoagent_tests::desktop::World;
use algoagent_tests::steps::{ADA, BEN};

#[test]
fn a_swapped_or_damaged_vault_is_refused_in_words_and_loses_nothing() {
    let world = World::new("window-damage");
    let window = world.open();
    let others = vaults(&world);
    window.create_account(&ADA);
    window.ask("buy and hold MSFT");
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    let ada = new_vault(&world, &others);
    window.sign_out();
    let others = vaults(&world);
    window.create_account(&BEN);
    window.ask("Create a momentum strategy for AAPL");
    window.answer_becomes(1, "done");
    let ben = new_vault(&world, &others);
    window.close();

    let (adas, bens) = (contents(&ada), contents(&ben));
    restore(&ada, &bens);
    restore(&ben, &adas);
    refuses_both(&world, "the whole folders are swapped");

    restore(&ada, &adas);
    restore(&ben, &bens);
    put(&ada, "vault.db", &bens);
    put(&ben, "vault.db", &adas);
    refuses_both(&world, "the databases are swapped");

    restore(&ada, &adas);
    restore(&ben, &bens);
    for vault in [&ada, &ben] {
        let mut bytes = fs::read(vault.join("vault.db")).expect("a database");
        let middle = bytes.len() / 2;
        bytes[..64].fill(0x5a);
        bytes[middle..middle + 64].fill(0x5a);
        fs::write(vault.join("vault.db"), bytes).expect("it can be damaged");
    }
    refuses_both(&world, "the databases are damaged");

    restore(&ada, &adas);
    restore(&ben, &bens);
    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&title);
    window.answer_becomes(1, "done");
    window.close();
}

fn refuses_both(world: &World, why: &str) {
    let window = world.open();
    for person in [&ADA, &BEN] {
        window.try_to_sign_in(person, person.password);
        let card = format!("The vault of {} is damaged", person.name);
        window.find("group", &card).appears();
        assert!(
            !window.text().contains("password is wrong"),
            "{why}: it is told as a wrong password"
        );
        assert_eq!(window.screen().as_deref(), Some("sign-in"), "{why}: it opened");
    }
    window.close();
}

type Files = Vec<(PathBuf, Vec<u8>)>;

/// The vault folders there are.
fn vaults(world: &World) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(world.data_dir().join("vaults")).expect("vaults");
    entries.flatten().map(|entry| entry.path()).collect()
}

/// The vault folder that wasn't there before.
fn new_vault(world: &World, before: &BTreeSet<PathBuf>) -> PathBuf {
    let mut new = vaults(world);
    new.retain(|vault| !before.contains(vault));
    assert_eq!(new.len(), 1, "one new account makes one new vault: {new:?}");
    new.pop_first().expect("one")
}

fn contents(vault: &Path) -> Files {
    let entries = fs::read_dir(vault).expect("a vault");
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    files
        .map(|entry| {
            let bytes = fs::read(entry.path()).expect("a file of the vault");
            (PathBuf::from(entry.file_name()), bytes)
        })
        .collect()
}

/// Makes a vault hold exactly these files.
fn restore(vault: &Path, files: &Files) {
    for (name, _) in contents(vault) {
        fs::remove_file(vault.join(name)).expect("it can be removed");
    }
    for (name, bytes) in files {
        fs::write(vault.join(name), bytes).expect("it can be written");
    }
}

fn put(vault: &Path, file: &str, files: &Files) {
    let found = files.iter().find(|(name, _)| name == Path::new(file));
    let (_, bytes) = found.unwrap_or_else(|| panic!("a vault without {file}"));
    fs::write(vault.join(file), bytes).expect("it can be written");
}
