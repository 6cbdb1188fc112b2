//! The conversation in a terminal, on a computer without a screen.

use std::fs;
use std::process::Command;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::steps::ADA;

const QUESTION: &str = "Create a momentum strategy for AAPL";

/// The first fenced Python block of a Markdown text.
fn python_in(markdown: &str) -> &str {
    let (_, rest) = markdown.split_once("```python\n").expect("a python block");
    rest.split_once("\n```").expect("the block ends").0
}

fn is_python(world: &World, code: &str) {
    let file = world.home().join("strategy.py");
    fs::write(&file, code).expect("a file");
    let check = Command::new("python3").args(["-m", "py_compile"]).arg(&file).output();
    let check = check.expect("python3 is there");
    let complaint = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "Python refuses it: {complaint}\n{code}");
}

#[test]
fn one_question_without_a_screen_gives_raw_markdown() {
    let world = World::without_display("terminal-once");
    let data = world.home().join("elsewhere");
    let place = data.to_str().expect("a path of text");
    let said = world.terminal(&["chat", "--once", QUESTION, "--data-dir", place], &[]);
    assert!(said.status.success(), "{said:?}");
    assert!(!said.stdout.contains('\u{1b}'), "there are colours in a pipe");
    let code = python_in(&said.stdout);
    assert!(code.contains("from algoagent import") && code.contains("(Strategy)"), "{code}");
    is_python(&world, code);
    assert!(data.join("accounts.db").is_file(), "--data-dir isn't where it was kept");
    assert!(!world.data_dir().exists(), "the flag doesn't win over the environment");
}

#[test]
fn json_is_one_object_with_what_a_script_needs() {
    let world = World::without_display("terminal-json");
    let said = world.terminal(&["chat", "--once", QUESTION, "--json"], &[]);
    assert!(said.status.success(), "{said:?}");
    let answer: serde_json::Value =
        serde_json::from_str(said.stdout.trim()).expect("one JSON object and nothing else");
    assert!(answer["session_id"].as_str().is_some_and(|id| id.len() == 36), "{answer}");
    assert!(answer["model"].is_string(), "{answer}");
    is_python(&world, python_in(answer["answer"].as_str().expect("an answer")));
    let strategies = answer["strategies"].as_array().expect("a list of strategies");
    assert_eq!(strategies.len(), 1, "{answer}");
    assert_eq!(strategies[0]["version"], 1);
}

#[test]
fn an_account_of_the_window_is_reached_by_its_password_and_by_no_other() {
    let world = World::new("terminal-account");
    let window = world.open();
    window.create_account(&ADA);
    window.close();

    let wrong = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", "not Ada's password")];
    let refused = world.terminal(&["chat", "--once", QUESTION], &wrong);
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert!(refused.stdout.is_empty(), "{}", refused.stdout);
    assert!(refused.stderr.to_lowercase().contains("password"), "{}", refused.stderr);

    let nobody = [("ALGOAGENT_PASSWORD", ADA.password)];
    let unknown = world.terminal(&["chat", "--once", QUESTION, "--user", "nobody.here"], &nobody);
    assert_eq!(unknown.status.code(), Some(4), "{unknown:?}");
    assert_eq!(unknown.stderr, refused.stderr, "it tells which names exist");

    let right = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", ADA.password)];
    let said = world.terminal(&["chat", "--once", "Buy and hold MSFT"], &right);
    assert!(said.status.success(), "{said:?}");

    let window = world.open();
    window.sign_in(&ADA);
    window.eventually("the terminal's chat in the window", || {
        window.chats().text().to_lowercase().contains("msft").then_some(())
    });
    window.close();
}

#[test]
fn an_answer_that_failed_ends_with_5_and_says_why() {
    const KEY: &str = "replay-key-of-the-terminal";
    let world = World::new("terminal-failed");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    window.close();

    let ada = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", ADA.password)];
    let whole = || Reply::recorded("strategy-stream").by_event();
    gemini.answers([Reply::recorded("model-gone"), whole().fails_half_way(), whole()]);
    let failed = world.terminal(&["chat", "--once", QUESTION], &ada);
    assert_eq!(failed.status.code(), Some(5), "{failed:?}");
    assert!(failed.stdout.trim().is_empty(), "{}", failed.stdout);
    assert!(failed.stderr.to_lowercase().contains("model"), "{}", failed.stderr);
    assert!(!failed.stderr.contains('{'), "not written for a person: {}", failed.stderr);

    let broken = world.terminal(&["chat", "--once", QUESTION, "--json"], &ada);
    assert_eq!(broken.status.code(), Some(5), "{broken:?}");
    let answer: serde_json::Value =
        serde_json::from_str(broken.stdout.trim()).expect("one JSON object and nothing else");
    assert_eq!(answer["state"], "failed");
    assert!(answer["problem"]["message"].is_string(), "{answer}");
    let kept = answer["answer"].as_str().unwrap_or_default();
    assert!(kept.contains("Momentum on AAPL"), "what had arrived is gone: {kept}");

    let said = world.terminal(&["chat", "--once", QUESTION], &ada);
    assert_eq!(said.status.code(), Some(0), "{said:?}");
    assert!(!said.stderr.contains(KEY) && !failed.stderr.contains(KEY), "the key is shown");
    gemini.assert_no_faults();
}

#[test]
fn an_empty_question_is_refused_in_words() {
    let world = World::without_display("terminal-empty");
    let said = world.terminal(&["chat", "--once", "  "], &[]);
    assert!(!said.status.success(), "{said:?}");
    assert!(said.stderr.trim().len() > 15, "{}", said.stderr);
}
