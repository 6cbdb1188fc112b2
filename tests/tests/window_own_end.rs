//! What ends in the window: an account by its owner's will, an administrator's rights, a vault that
//! goes back to a file.

use std::fs;

use algoagent_tests::desktop::World;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN};
use algoagent_tests::{LIVENESS, eventually};

#[test]
fn who_deletes_their_own_account_is_told_so_and_leaves_nothing() {
    let world = World::new("window-delete-own");
    ADA.enrols(&world);
    let window = world.open();
    window.way_in("Create account").click();
    window.apply_for_account(&BEN);
    window.shows("recovery-code");
    window.button("I have stored it").click();
    window.button("Skip").click();
    window.shows("chat");
    window.ask("buy and hold MSFT for the ternlighthouse");
    window.answer_becomes(1, "done");
    window.sign_out();
    window.sign_in(&BEN);
    window.chats().appears();
    assert!(!window.text().contains("Store your recovery code"), "he said so at registration");

    window.open_settings_at("Account");
    window.button("Delete account…").click();
    let delete = window.button("Delete account").within(window.any("dialog"));
    window.textbox("Password").fill(ADA.password);
    window.textbox(&format!("Type {} to confirm", BEN.name)).fill(ADA.name);
    assert!(!delete.is_enabled(), "another name deletes it");
    window.textbox(&format!("Type {} to confirm", BEN.name)).fill(BEN.name);
    delete.click();
    window.says("The password is wrong");
    window.textbox("Password").fill(BEN.password);
    window.leaves(|| delete.click());
    window.shows("sign-in");
    window.says("The account was deleted");
    window.find("heading", ADA.name).appears();
    let vaults = fs::read_dir(world.data_dir().join("vaults")).expect("vaults").flatten();
    let whole = vaults.filter(|vault| vault.path().join("vault.db").exists()).count();
    assert_eq!(whole, 2, "only Ada's vault and the demo account's are left");
    window.sign_in(&ADA);
    window.close();
    assert_nothing_found(&world.places(), &["ternlighthouse", BEN.password], &[]);
}

#[test]
fn rights_are_given_and_taken_and_the_log_is_exported() {
    let world = World::new("window-rights");
    ADA.enrols(&world);
    BEN.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    window.open_settings_at("Accounts");
    let choose = |name: &str, item: &str| {
        window.button(&format!("Options of {name}")).click();
        window.find("menuitem", item).click();
    };
    choose(ADA.name, "Remove as administrator…");
    window.confirm("Stop being one");
    window.says("last administrator");
    choose(BEN.name, "Make administrator…");
    window.confirm("Make administrator");
    choose(ADA.name, "Remove as administrator…");
    window.confirm("Stop being one");
    window.find("tab", "Audit log").disappears();
    assert!(!window.find("tab", "Accounts").exists(), "she administers still");
    window.sign_out();

    window.sign_in(&BEN);
    window.open_settings_at("Audit log");
    window.says("ada.trades made ben.trades an administrator");
    let file = world.home().join("log.csv");
    world.hands().save_as(&file, || window.button("Export…").click());
    window.says("The audit log was exported");
    let log = fs::read_to_string(&file).expect("the log");
    for word in ["administrator_granted", "administrator_revoked", "signed_in", ADA.name] {
        assert!(log.contains(word), "the log doesn't tell {word}:\n{log}");
    }
    window.says("ben.trades exported this log");
    window.close();
}

#[test]
fn a_vault_goes_back_to_a_file_by_todays_password_alone() {
    let world = World::new("window-replace");
    let window = world.open();
    window.create_account(&ADA);
    window.ask("buy and hold MSFT");
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    window.open_settings_at("Data");
    window.button("Back up now").click();
    window.says("backed up");
    let copy = world.home().join("ada.algoagent-backup");
    world.hands().save_as(&copy, || {
        window.button("Options of the backup of").starting().click();
        window.find("menuitem", "Save a copy…").click();
    });
    assert!(eventually(LIVENESS, || copy.exists().then_some(())).is_some(), "no copy was saved");
    window.new_chat();
    window.ask("buy and hold TSLA");
    window.answer_becomes(1, "done");
    window.sign_out();

    let restore = window.way_in("Restore from a backup file…");
    world.hands().open_file(&copy, || restore.click());
    window.shows("restore");
    window.says("is replaced by this backup");
    window.textbox("Password").fill(BEN.password);
    window.button("Replace vault…").click();
    window.confirm("Replace vault");
    window.says("This password doesn’t open the backup");
    window.textbox("Password").fill(ADA.password);
    window.button("Replace vault…").click();
    window.button("Cancel").within(window.any("dialog")).click();
    assert_eq!(window.screen().as_deref(), Some("restore"), "a cancelled question went on");
    window.button("Replace vault…").click();
    window.confirm("Replace vault");
    window.shows("chat");
    window.open_chat(&title);
    window.answer_becomes(1, "done");
    assert!(!window.chats().text().contains("TSLA"), "what came later is still there");
    window.close();
}
