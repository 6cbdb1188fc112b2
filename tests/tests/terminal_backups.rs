//! Backups made, taken away and put back in a terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, DEMO};
use algoagent_tests::terminal::Terminal;
use serde_json::Value;

const NEXT: &str = "a quiet Meadow 93 near Bath";
const ADA_SIGNS_IN: [(&str, &str); 2] =
    [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", ADA.password)];

/// A computer with Ada's account and one chat of hers, and her recovery code.
fn with_ada(name: &str) -> (World, String) {
    let world = World::without_display(name);
    let words = ["user", "create", "--username", ADA.name, "--email", ADA.email];
    let made = [&words[..], &["--password", ADA.password, "--json"]].concat();
    let made = json(&world.terminal(&made, &[]));
    done(&world.terminal(&["chat", "--once", "Buy and hold MSFT"], &ADA_SIGNS_IN));
    (world, made["recovery_code"].as_str().expect("a code").to_owned())
}

fn done(outcome: &Outcome) -> &str {
    assert!(outcome.status.success(), "{outcome:?}");
    &outcome.stdout
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(done(outcome)).expect("one JSON document and nothing else")
}

fn refused(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(outcome.status.code(), Some(code), "{outcome:?}");
    assert!(outcome.stdout.is_empty(), "{outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "no '{word}' in: {}", outcome.stderr);
    }
}

/// Makes a backup of Ada's vault and copies it here.
fn back_up_to(world: &World, to: &Path) -> Value {
    let to = to.to_str().expect("a path of text");
    json(&world.terminal(&["backup", "--to", to, "--json"], &ADA_SIGNS_IN))
}

fn restore(world: &World, file: &Path, more: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let file = file.to_str().expect("a path of text");
    world.terminal(&[&["restore", file], more].concat(), variables)
}

fn backups(world: &World, who: &[(&str, &str)]) -> Vec<Value> {
    let listed = json(&world.terminal(&["backup", "--list", "--json"], who));
    listed["backups"].as_array().expect("a list").clone()
}

/// The titles of the chats of whoever signs in, asked as the window asks.
fn chats(world: &World, who: &[(&str, &str)]) -> String {
    use algoagent_tests::terminal::Caller;
    use serde_json::json;
    // It holds the directory for as long as the caller asks.
    let mut holder = Terminal::open(world, &["chat", "--json"], &[]);
    holder.write("hello");
    holder.answer(1);
    let mut caller = Caller::connect(world);
    let request = json!({ "username": who[0].1, "password": who[1].1 });
    caller.say(&json!({ "call": { "id": 1, "name": "sign_in", "request": request } }));
    assert!(caller.hear_of("answer").get("ok").is_some());
    let request = json!({ "after": null, "limit": 10 });
    caller.say(&json!({ "call": { "id": 2, "name": "chats", "request": request } }));
    caller.hear_of("answer")["ok"]["chats"].to_string()
}

#[test]
fn a_backup_is_made_once_listed_and_copied() {
    let (world, _) = with_ada("backups-made");
    assert!(done(&world.terminal(&["backup", "--list"], &ADA_SIGNS_IN)).contains("no backup yet"));
    let copy = world.home().join("ada.algoagent-backup");
    let made = back_up_to(&world, &copy);
    assert_eq!(made["copied_to"].as_str(), copy.to_str());
    let mode = fs::metadata(&copy).expect("a copy").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "others can read it");
    let original = fs::read(made["path"].as_str().expect("a path")).expect("a backup");
    assert!(original == fs::read(&copy).expect("a copy"), "the copy is another file");

    let again = back_up_to(&world, &copy);
    assert_eq!(again["id"], made["id"], "an unchanged vault was copied again");
    let folder = back_up_to(&world, &world.home());
    let named = PathBuf::from(folder["copied_to"].as_str().expect("a path"));
    assert!(named.starts_with(world.home()) && named.is_file(), "{folder}");
    assert_eq!(backups(&world, &ADA_SIGNS_IN).len(), 1);
    let list = world.terminal(&["backup", "--list"], &ADA_SIGNS_IN);
    assert!(done(&list).contains("manual") && list.stdout.contains("KiB"), "{list:?}");

    done(&world.terminal(&["chat", "--once", "Buy and hold TSLA"], &ADA_SIGNS_IN));
    let to = copy.to_str().expect("a path of text");
    refused(&world.terminal(&["backup", "--to", to], &ADA_SIGNS_IN), 1, &["another file"]);
    assert!(original == fs::read(&copy).expect("a copy"), "a file was replaced");
    let nowhere = world.terminal(&["backup", "--to", "/nowhere/at/all"], &ADA_SIGNS_IN);
    refused(&nowhere, 1, &["could not be written"]);
    assert_nothing_found(&world.places(), &[ADA.password, "Buy and hold"], &[]);
}

#[test]
fn a_backup_needs_its_owner() {
    let (world, _) = with_ada("backups-owner");
    refused(&world.terminal(&["backup"], &[]), 2, &["--user"]);
    refused(&world.terminal(&["backup", "--user", ADA.name], &[]), 2, &["ALGOAGENT_PASSWORD"]);
    let wrong = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", "not Ada's password")];
    refused(&world.terminal(&["backup"], &wrong), 4, &["password"]);
    refused(&world.terminal(&["backup", "--list"], &wrong), 4, &["password"]);
}

#[test]
fn another_computer_takes_a_backup_by_password() {
    let (world, _) = with_ada("backups-password");
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    let other = World::without_display("backups-other");
    let wrong = [("ALGOAGENT_PASSWORD", "not Ada's password")];
    refused(&restore(&other, &copy, &[], &wrong), 4, &["password"]);
    refused(&restore(&other, &copy, &[], &[]), 2, &["ALGOAGENT_PASSWORD"]);
    let right = [("ALGOAGENT_PASSWORD", ADA.password)];
    let restored = restore(&other, &copy, &[], &right);
    assert!(done(&restored).contains(ADA.name) && !restored.stdout.contains("Recovery code"));
    assert!(chats(&other, &ADA_SIGNS_IN).contains("MSFT"), "the chat isn't there");
    done(&other.terminal(&["user", "list"], &ADA_SIGNS_IN));
}

#[test]
fn another_computer_takes_a_backup_by_recovery_code() {
    let (world, code) = with_ada("backups-code");
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    let other = World::without_display("backups-code-other");
    let by_code = |code: &str, password: &str| {
        let variables = [("ALGOAGENT_RECOVERY_CODE", code), ("ALGOAGENT_PASSWORD", password)];
        restore(&other, &copy, &["--recovery-code"], &variables)
    };
    let last = if code.ends_with('0') { "1" } else { "0" };
    let mistyped = format!("{}{last}", &code[..code.len() - 1]);
    refused(&by_code(&mistyped, NEXT), 4, &["typing error"]);
    refused(&by_code(&code, "password1"), 1, &["common"]);
    refused(&restore(&other, &copy, &["--recovery-code"], &[]), 2, &["ALGOAGENT_RECOVERY_CODE"]);
    let restored = by_code(&code, NEXT);
    let shown = done(&restored).lines().find(|line| line.starts_with("    "));
    let next = shown.expect("the next code").trim().to_owned();
    assert_ne!(next, code);
    let ada = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", NEXT)];
    assert!(chats(&other, &ada).contains("MSFT"), "the chat isn't there");

    let third = World::without_display("backups-code-person");
    let file = copy.to_str().expect("a path of text");
    let words = ["restore", file, "--recovery-code"];
    let mut person = Terminal::open_for_a_person(&third, &words, &[]);
    person.types_at("Recovery code: ", &code.to_lowercase());
    person.types_at("New password: ", NEXT);
    person.types_at("The same again: ", NEXT);
    person.says("The recovery code is used up");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(!shown.contains(NEXT) && !shown.contains(&code.to_lowercase()), "{shown}");
    assert!(chats(&third, &ada).contains("MSFT"), "the chat isn't there");
}

#[test]
fn a_damaged_backup_is_refused_and_nothing_is_changed() {
    let (world, _) = with_ada("backups-damaged");
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    let bytes = fs::read(&copy).expect("a copy");
    let right = [("ALGOAGENT_PASSWORD", ADA.password)];
    let damaged = world.home().join("damaged");
    let middle = bytes.len() / 2;
    for (what, broken) in [
        ("a flipped bit", [&bytes[..middle], &[bytes[middle] ^ 1], &bytes[middle + 1..]].concat()),
        ("half of it", bytes[..middle].to_vec()),
        ("another file", b"not a backup at all\n".repeat(400)),
        ("an empty file", Vec::new()),
    ] {
        fs::write(&damaged, broken).expect("a file");
        let outcome = restore(&world, &damaged, &[], &right);
        assert_eq!(outcome.status.code(), Some(1), "{what}: {outcome:?}");
        assert!(outcome.stderr.contains("damaged"), "{what}: {outcome:?}");
    }
    refused(&restore(&world, &world.home().join("none"), &[], &right), 1, &["none"]);
    refused(&restore(&world, &world.home(), &[], &right), 1, &["no file"]);
    assert_eq!(backups(&world, &ADA_SIGNS_IN).len(), 1, "something was replaced");
    assert!(chats(&world, &ADA_SIGNS_IN).contains("MSFT"), "the chat is gone");
}

#[test]
fn what_a_backup_replaces_is_kept_and_can_be_put_back() {
    let (world, _) = with_ada("backups-replaced");
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    done(&world.terminal(&["chat", "--once", "Buy and hold TSLA"], &ADA_SIGNS_IN));
    let right = [("ALGOAGENT_PASSWORD", ADA.password)];
    done(&restore(&world, &copy, &[], &right));
    let titles = chats(&world, &ADA_SIGNS_IN);
    assert!(titles.contains("MSFT") && !titles.contains("TSLA"), "{titles}");
    let kept = backups(&world, &ADA_SIGNS_IN);
    let replaced = kept.iter().find(|backup| backup["kind"] == "restore").expect("what was there");
    let replaced = PathBuf::from(replaced["path"].as_str().expect("a path"));
    done(&restore(&world, &replaced, &[], &right));
    let titles = chats(&world, &ADA_SIGNS_IN);
    assert!(titles.contains("MSFT") && titles.contains("TSLA"), "{titles}");
}

#[test]
fn names_that_are_taken_are_replaced_by_others() {
    let (world, _) = with_ada("backups-names");
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    let (other, _) = with_ada("backups-names-other");
    let right = [("ALGOAGENT_PASSWORD", ADA.password)];
    refused(&restore(&other, &copy, &[], &right), 1, &["user name is taken", "--username"]);
    let name = ["--username", "ada.home"];
    refused(&restore(&other, &copy, &name, &right), 1, &["e-mail address is taken", "--email"]);
    let bad = [&name[..], &["--email", "nowhere"]].concat();
    refused(&restore(&other, &copy, &bad, &right), 1, &["--email"]);
    let names = [&name[..], &["--email", "ada@home.example.org"]].concat();
    done(&restore(&other, &copy, &names, &right));
    let home = [("ALGOAGENT_USER", "ada.home"), ("ALGOAGENT_PASSWORD", ADA.password)];
    assert!(chats(&other, &home).contains("MSFT"), "the chat isn't there");
    assert!(done(&other.terminal(&["user", "list"], &ADA_SIGNS_IN)).contains("home.example.org"));

    // Everybody's computer has a demo account of its own.
    let demo = [("ALGOAGENT_USER", DEMO.name), ("ALGOAGENT_PASSWORD", DEMO.password)];
    let file = world.home().join("demo.algoagent-backup");
    let to = file.to_str().expect("a path of text");
    done(&world.terminal(&["backup", "--to", to], &demo));
    let names = ["--username", "demo.old", "--email", "demo@home.example.org"];
    done(&restore(&other, &file, &names, &[("ALGOAGENT_PASSWORD", DEMO.password)]));
}

#[test]
fn beside_a_running_program_backups_are_made_and_put_back() {
    let (world, _) = with_ada("backups-beside");
    let mut running = Terminal::open(&world, &["chat", "--json"], &ADA_SIGNS_IN);
    running.write("Buy and hold TSLA");
    running.answer(1);
    let copy = world.home().join("ada.algoagent-backup");
    back_up_to(&world, &copy);
    running.write("Buy and hold AAPL");
    running.answer(2);
    // The path is told whole: the program that reads it stands in another folder.
    let right = [("ALGOAGENT_PASSWORD", ADA.password)];
    done(&world.terminal(&["restore", "ada.algoagent-backup"], &right));
    running.write("are you still there");
    assert_eq!(running.ends().code(), Some(1), "a replaced vault is open: {:?}", running.said());
    let titles = chats(&world, &ADA_SIGNS_IN);
    assert!(titles.contains("TSLA") && titles.contains("MSFT"), "{titles}");
    assert_eq!(backups(&world, &ADA_SIGNS_IN).len(), 2);
}
