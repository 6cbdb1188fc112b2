//! Chats that are gone on with in a terminal, and what a terminal is shown.

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;
use serde_json::Value;

/// Where a line is typed, and nothing that looks like it.
const PROMPT: &str = "\u{1b}[K> \r\u{1b}[2C";
const TERMINAL: (&str, &str) = ("TERM", "xterm-256color");

fn ask(world: &World, words: &[&str]) -> Value {
    world.terminal(&[&["chat", "--json", "--once"], words].concat(), &[]).json()
}

#[test]
fn a_chat_is_gone_on_with_by_id_by_session_by_title_or_because_it_is_the_last() {
    let world = World::without_display("chats-go-on");
    world.terminal(&["chat", "--continue", "--once", "x"], &[]).refused(1, &["no chat yet"]);
    assert!(world.terminal(&["chat", "--list"], &[]).done().contains("no chat yet"));
    let first = ask(&world, &["A momentum strategy on AAPL"]);
    let other = ask(&world, &["Buy and hold MSFT"]);
    let (id, session) =
        (first["chat_id"].to_string(), first["session_id"].as_str().expect("an id"));
    let title_of = |chat: &Value| {
        let list = world.terminal(&["chat", "--list", "--json"], &[]).json();
        let mut all = list.as_array().expect("a list").iter();
        let found = all.find(|one| one["id"] == chat["chat_id"]).expect("it is listed");
        found["title"].as_str().expect("a title").to_owned()
    };
    let title = title_of(&first);
    assert_eq!(first["title"], *title, "its strategy has given it a better title");
    let begins = &title[..title.len() / 2];
    for wanted in [&id, session, &title, begins, &title.to_uppercase()] {
        let next = ask(&world, &["stop at 4 %", "--chat", wanted]);
        assert_eq!(next["session_id"], session, "by {wanted}");
    }
    let last = ask(&world, &["and TSLA", "--continue"]);
    assert_eq!(last["session_id"], session);
    let list = world.terminal(&["chat", "--list", "--json"], &[]).json();
    let ids: Vec<_> = list.as_array().expect("a list").iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [&first["chat_id"], &other["chat_id"]], "the last changed first");
    assert_eq!(list[0]["message_count"], 14, "{list}");
    let table = world.terminal(&["chat", "--list"], &[]);
    assert!(table.done().contains(&title), "{table:?}");

    ask(&world, &["Buy and hold MSFT"]);
    let asked = |words: &[&str]| world.terminal(&[&["chat", "--once", "x"], words].concat(), &[]);
    asked(&["--chat", &title_of(&other)]).refused(1, &["2 chats are called", "changed"]);
    for nothing in ["nothing", "999", ""] {
        asked(&["--chat", nothing]).refused(1, &["no chat", "chat --list"]);
    }
    asked(&["--chat", "1", "--continue"]).refused(2, &["--continue"]);
    asked(&["--list"]).refused(2, &["--list"]);
    // Another's chats are not there.
    ADA.enrols(&world);
    let adas = world.terminal(&["chat", "--chat", &id, "--once", "x"], &ADA.signs_in());
    adas.refused(1, &["no chat"]);
}

#[test]
fn a_person_types_edits_fetches_lines_back_and_sees_markdown() {
    let world = World::without_display("chats-person");
    let mut person = Terminal::open_for_a_person(&world, &["chat"], &[TERMINAL]);
    person.says("Ctrl-D ends");
    person.types_at(PROMPT, "Buy and hold MSFX\u{7f}T");
    // Code is coloured, its fence is there, and words have weight.
    person.says("```python");
    person.says("\u{1b}[35mclass\u{1b}[0m");
    person.says("\u{1b}[1m");
    // The arrow fetches the line back; Ctrl-C gives up a line, Ctrl-D ends.
    person.types_at(PROMPT, "\u{1b}[A and AAPL");
    person.presses_at(PROMPT, '\u{3}');
    person.presses_at(PROMPT, '\u{4}');
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let list = world.terminal(&["chat", "--list", "--json"], &[]).json();
    assert_eq!(list[0]["message_count"], 4, "{list}");

    let mut plain = vec![TERMINAL, ("NO_COLOR", "1")];
    let mut person = Terminal::open_for_a_person(&world, &["chat", "--continue"], &plain);
    person.says("Going on with");
    person.says("Buy and hold MSFT and AAPL");
    person.presses_at(PROMPT, '\u{4}');
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(!shown.contains("\u{1b}[35m") && shown.contains("class "), "{shown}");

    plain[0] = ("TERM", "dumb");
    let once = ["chat", "--once", "Buy and hold TSLA"];
    let mut person = Terminal::open_for_a_person(&world, &once, &plain);
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(!shown.contains('\u{1b}') && shown.contains("**"), "{shown}");
    let places = world.places();
    algoagent_tests::scan::assert_nothing_found(&places, &["hold MSFT and AAPL"], &[]);
}

#[test]
fn ctrl_c_at_a_hidden_prompt_gives_the_terminal_back() {
    let world = World::without_display("chats-ctrl-c");
    ADA.enrols(&world);
    let program = algoagent_tests::program();
    let line = format!(
        "'{}' context list --user {}; echo \"ended with $?\"; stty -a; echo over",
        program.display(),
        ADA.name
    );
    let mut person = Terminal::open_in_a_shell(&world, &line, &[TERMINAL]);
    person.presses_at("Password of", '\u{3}');
    person.says("over");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    let shown = person.said().0;
    assert!(shown.contains("ended with 130"), "{shown}");
    let words: Vec<&str> = shown.split_whitespace().collect();
    for mode in ["echo", "icanon", "isig"] {
        assert!(words.contains(&mode), "no {mode}: {shown}");
    }
}
