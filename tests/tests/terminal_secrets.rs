//! What nobody may find: words of a chat and secrets, in files, backups and logs, while everything
//! is logged that can be.

use std::fs;

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;
use serde_json::Value;

const CANARY: &str = "canary-quetzal-7714";
const NEXT: &str = "a quiet Meadow 93 near Bath";

/// Runs a command as Ada, with everything logged; nothing secret may be in the log.
fn run(world: &World, arguments: &[&str], password: &str) -> Outcome {
    let variables = [
        ("ALGOAGENT_USER", ADA.name),
        ("ALGOAGENT_PASSWORD", password),
        ("ALGOAGENT_LOG", "trace"),
    ];
    let outcome = world.terminal(arguments, &variables);
    for secret in [CANARY, ADA.password, NEXT] {
        assert!(!outcome.stderr.contains(secret), "{arguments:?} logs {secret}");
    }
    outcome
}

fn works(outcome: Outcome) -> Outcome {
    assert!(outcome.status.success(), "{outcome:?}");
    outcome
}

#[test]
fn no_file_backup_or_log_holds_a_word_of_a_chat_or_a_secret() {
    let world = World::without_display("terminal-secrets");
    let create = ["user", "create", "--username", ADA.name, "--email", ADA.email, "--json"];
    let create = [&create[..], &["--password", ADA.password]].concat();
    let made = works(run(&world, &create, ADA.password));
    let made: Value = serde_json::from_str(&made.stdout).expect("JSON");
    let code = made["recovery_code"].as_str().expect("a code").to_owned();

    let question = format!("Create a momentum strategy for AAPL and remember {CANARY}");
    let told = works(run(&world, &["chat", "--once", &question], ADA.password));
    assert!(told.stderr.contains(" INFO "), "everything is logged");
    works(run(&world, &["backup"], ADA.password));
    works(run(&world, &["user", "passwd", "--password", NEXT], ADA.password));
    works(run(&world, &["user", "rekey"], NEXT));
    works(run(&world, &["chat", "--once", "stop at 4 %"], NEXT));
    run(&world, &["chat", "--once", CANARY], "not the password at all");

    let words = [CANARY, ADA.password, NEXT, &code, &code.replace('-', "")];
    assert_nothing_found(&world.places(), &words, &[]);
    let backups = world.data_dir().join("backups");
    let kept = fs::read_dir(backups).expect("there are backups").count();
    assert_eq!(kept, 1, "of one account");
}
