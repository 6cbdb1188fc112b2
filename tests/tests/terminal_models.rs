//! Services with models, set up in a terminal.

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;

const KEY: &str = "replay-key-of-the-model-command";
const WRONG: &str = "a-wrong-key-of-the-model-command";

/// Ada's sign-in, with everything logged.
fn ada() -> Vec<(&'static str, &'static str)> {
    [&ADA.signs_in()[..], &[("ALGOAGENT_LOG", "trace")]].concat()
}

fn add(world: &World, words: &[&str], key: &str) -> Outcome {
    let words = [&["model", "add", "--provider", "gemini", "--key-stdin"], words].concat();
    let outcome = Terminal::reads(world, &words, &format!("{key}\n"), &ada());
    for said in [&outcome.stdout, &outcome.stderr] {
        assert!(key.is_empty() || !said.contains(key), "the key is shown");
    }
    outcome
}

#[test]
fn a_service_is_added_tested_chosen_and_asked_and_its_key_is_seen_nowhere() {
    let world = World::without_display("models-added");
    ADA.enrols(&world);
    let gemini = Gemini::start(KEY);
    let address = gemini.base_address();
    let model = |words: &[&str]| {
        let outcome = world.terminal(&[&["model"], words].concat(), &ada());
        assert!(!outcome.stdout.contains(KEY) && !outcome.stderr.contains(KEY), "the key is shown");
        outcome
    };
    let made = add(&world, &["--base-url", &address, "--name", "Replay", "--json"], KEY).json();
    assert_eq!((&made["name"], &made["key"]["from"]), (&"Replay".into(), &"vault".into()));
    assert!(gemini.requests().is_empty(), "it was asked before anybody wanted that");
    add(&world, &["--base-url", &address, "--name", "Replay"], KEY).refused(1, &["already"]);

    let tested = model(&["test", "replay"]);
    assert!(tested.done().contains("Replay works"), "{tested:?}");
    assert!(gemini.questions().is_empty(), "a test costs something");
    let list = model(&["list"]);
    assert!(list.done().contains(&address) && list.stdout.contains("in the vault"), "{list:?}");
    assert!(list.stdout.contains("gemini-"), "its models are not listed: {list:?}");
    assert!(list.stdout.contains("built-in (offline) answers"), "{list:?}");

    let chosen = model(&["default", "Replay", "--json"]).json();
    assert!(chosen["label"].as_str().is_some_and(|label| label.starts_with("Replay")), "{chosen}");
    gemini.answers([Reply::recorded("strategy-stream").by_event()]);
    let said = world.terminal(&["chat", "--once", "momentum on AAPL", "--json"], &ada());
    let answer = said.json();
    assert!(answer["model"].as_str().is_some_and(|name| name.contains("Replay")), "{answer}");
    model(&["default", "built-in"]).done();
    model(&["default", "nothing"]).refused(1, &["no model nothing", "built-in, Replay"]);
    model(&["test", "nothing"]).refused(1, &["no service nothing", "model list"]);

    model(&["default", "Replay"]).done();
    model(&["delete", "Replay"]).refused(2, &["--yes"]);
    let gone = model(&["delete", "replay", "--yes", "--json"]).json();
    assert_eq!(
        (&gone["name"], &gone["label"]),
        (&"Replay".into(), &"AlgoAgent built-in (offline)".into())
    );
    model(&["delete", "Replay", "--yes"]).refused(1, &["no service Replay"]);
    assert_eq!(model(&["list", "--json"]).json()["services"], serde_json::json!([]));
    gemini.assert_no_faults();
    assert_nothing_found(&world.places(), &[KEY, ADA.password], &[]);
}

#[test]
fn a_wrong_key_and_a_service_that_is_away_are_told_with_1() {
    let world = World::without_display("models-wrong");
    ADA.enrols(&world);
    let mut gemini = Gemini::start(KEY);
    let address = gemini.base_address();
    add(&world, &["--base-url", &address, "--name", "Replay"], WRONG).done();
    let test = |words: &[&str]| {
        let outcome = world.terminal(&[&["model", "test", "replay"], words].concat(), &ada());
        assert!(!outcome.stdout.contains(WRONG) && !outcome.stderr.contains(WRONG));
        outcome
    };
    test(&[]).refused(1, &["key"]);
    let failed = test(&["--json"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    let document: serde_json::Value = serde_json::from_str(&failed.stdout).expect("JSON");
    assert_eq!(document["outcome"], "fails", "{document}");
    gemini.close();
    test(&[]).refused(1, &["replay"]);
    assert_nothing_found(&world.places(), &[WRONG, ADA.password], &[]);
}

#[test]
fn what_can_t_be_added_is_refused_and_asks_nobody() {
    let world = World::without_display("models-refused");
    ADA.enrols(&world);
    add(&world, &[], "").refused(2, &["no key"]);
    add(&world, &["--base-url", "http://example.org"], KEY).refused(1, &["http"]);
    add(&world, &[], "a key with spaces").refused(1, &[]);
    let model =
        |words: &[&str], who: &[(&str, &str)]| world.terminal(&[&["model"], words].concat(), who);
    model(&["add", "--provider", "gemini"], &ADA.signs_in()).refused(2, &["--key-stdin"]);
    model(&["add", "--provider", "gemini", "--key", KEY], &ADA.signs_in()).refused(2, &["--key"]);
    model(&["add", "--provider", "oracle"], &ADA.signs_in()).refused(2, &["gemini", "ollama"]);
    // Everybody could use a key in the demo account.
    model(&["add", "--provider", "ollama"], &[]).refused(2, &["--user"]);
    let none = model(&["list", "--json"], &ADA.signs_in()).json();
    assert_eq!(none["services"].as_array().map(Vec::len), Some(0), "{none}");
    // A server of one's own may need no key.
    let own = ["add", "--provider", "openai", "--base-url", "http://127.0.0.1:9/v1", "--json"];
    assert!(model(&own, &ADA.signs_in()).json()["key"].is_null());
    // Both secrets of one input, the password first.
    let both = ["model", "add", "--provider", "gemini", "--user", ADA.name];
    let both = [&both[..], &["--password-stdin", "--key-stdin", "--json"]].concat();
    let input = format!("{}\n{KEY}\n", ADA.password);
    assert_eq!(Terminal::reads(&world, &both, &input, &[]).json()["key"]["from"], "vault");
    let mut person = Terminal::open_for_a_person(
        &world,
        &["model", "add", "--provider", "anthropic"],
        &ADA.signs_in(),
    );
    person.types_at("Key of Anthropic: ", KEY);
    person.says("is added");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    assert!(!person.said().0.contains(KEY), "the key is seen");
    assert_nothing_found(&world.places(), &[KEY, ADA.password], &[]);
}
