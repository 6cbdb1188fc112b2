//! Contexts in a terminal.

use std::fs;

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;

#[test]
fn a_context_is_made_of_every_source_and_told_to_a_chat() {
    let world = World::without_display("contexts-made");
    ADA.enrols(&world);
    let ada = ADA.signs_in();
    let context = |words: &[&str]| world.terminal(&[&["context"], words].concat(), &ada);
    assert!(context(&["list"]).done().contains("context add NAME"));

    let said = context(&["add", "Small caps", "--instructions", "Only small ones.", "--json"]);
    assert_eq!(said.json()["instructions"], "Only small ones.");
    let file = world.home().join("words.md");
    fs::write(&file, "Words of a file.\n").expect("a file");
    context(&["add", "Of a file", "--file", "words.md", "--inactive"]).done();
    let piped = ["context", "add", "Of a pipe", "--json"];
    let piped = Terminal::reads(&world, &piped, "Words of\na pipe.\n", &ada);
    assert_eq!(piped.json()["instructions"], "Words of\na pipe.\n");
    context(&["add", "Breakouts", "--template", "breakout"]).done();
    let both = ["add", "Own breakouts", "--template", "Breakout", "--instructions", "My own."];
    context(&both).done();

    let list = context(&["list", "--json"]).json();
    let find = |name: &str| {
        let found = list.as_array().expect("a list").iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("no {name} in {list}")).clone()
    };
    assert_eq!(find("Of a file")["active"], false);
    assert_eq!(find("Of a file")["instructions"], "Words of a file.\n");
    assert_eq!(find("Breakouts")["data"]["type"], "breakout");
    assert_eq!(find("Own breakouts")["instructions"], "My own.");
    assert_eq!(find("Own breakouts")["data"]["type"], "breakout");

    let id = find("Of a file")["id"].to_string();
    context(&["activate", "OF A FILE"]).done();
    assert_eq!(context(&["show", &id, "--json"]).json()["active"], true);
    assert_eq!(context(&["deactivate", &id, "--json"]).json()["active"], false);
    let shown = context(&["show", "small caps"]);
    assert!(shown.done().contains("Only small ones."), "{shown:?}");

    world.terminal(&["chat", "--once", "momentum", "--context", "small CAPS"], &ada).done();
    let chats = world.terminal(&["chat", "--list", "--json"], &ada).json();
    assert_eq!(chats[0]["context_name"], "Small caps", "{chats}");
    // An existing chat is linked to another.
    let again = ["chat", "--once", "stop at 4 %", "--continue", "--context", "Breakouts"];
    world.terminal(&again, &ada).done();
    let chats = world.terminal(&["chat", "--list", "--json"], &ada).json();
    assert_eq!(chats[0]["context_name"], "Breakouts", "{chats}");
    assert_eq!(chats.as_array().map(Vec::len), Some(1), "{chats}");

    let deleted = context(&["delete", "small caps", "--yes"]);
    assert!(deleted.done().contains("Small caps is deleted"), "{deleted:?}");
    context(&["show", "small caps"]).refused(1, &["no context small caps", "context list"]);
}

#[test]
fn what_names_nothing_or_several_or_says_nothing_is_refused_in_words() {
    let world = World::without_display("contexts-refused");
    ADA.enrols(&world);
    let ada = ADA.signs_in();
    let context = |words: &[&str]| world.terminal(&[&["context"], words].concat(), &ada);
    for _ in 0..2 {
        context(&["add", "Twice", "--instructions", "x"]).done();
    }
    for words in [&["show", "twice"][..], &["activate", "Twice"], &["delete", "twice", "--yes"]] {
        context(words).refused(1, &["2 contexts are called", "1: Twice", "2: Twice"]);
    }
    for words in [&["show", "nothing"][..], &["deactivate", "99"], &["delete", "", "--yes"]] {
        context(words).refused(1, &["no context", "algoagent context list"]);
    }
    let asked = ["chat", "--once", "hello", "--context", "nothing"];
    world.terminal(&asked, &ada).refused(1, &["no context nothing"]);
    context(&["add", "x", "--template", "nothing"]).refused(1, &["no template", "mean-reversion"]);
    context(&["add", "x", "--file", "absent.md"]).refused(1, &["absent.md"]);
    context(&["add", " ", "--instructions", "x"]).refused(1, &["name"]);
    let long = "x".repeat(65 * 1024);
    context(&["add", "long", "--instructions", &long]).refused(1, &["64 KiB"]);
    context(&["add", "x", "--instructions", "x", "--file", "y"]).refused(2, &["--file"]);
    context(&["add"]).refused(2, &["NAME"]);
    for empty in ["", " \n\n"] {
        let piped = Terminal::reads(&world, &["context", "add", "x"], empty, &ada);
        piped.refused(2, &["no instructions", "--instructions"]);
    }
    // Nobody can be asked.
    context(&["delete", "1"]).refused(2, &["Nothing was deleted", "--yes"]);
    assert_eq!(context(&["list", "--json"]).json().as_array().map(Vec::len), Some(2));
}

#[test]
fn a_password_of_the_standard_input_stands_before_what_else_is_read_there() {
    let world = World::without_display("contexts-stdin");
    ADA.enrols(&world);
    let add = ["context", "add", "Piped", "--user", ADA.name, "--password-stdin", "--json"];
    let input = format!("{}\nThe instructions.\n", ADA.password);
    assert_eq!(
        Terminal::reads(&world, &add, &input, &[]).json()["instructions"],
        "The instructions.\n"
    );
    let list = ["context", "list", "--user", ADA.name, "--password-stdin"];
    Terminal::reads(&world, &list, "not Ada's password\n", &[]).refused(4, &["password"]);
    Terminal::reads(&world, &list, "", &[]).refused(2, &["no password"]);
    let nobody = ["context", "list", "--password-stdin"];
    Terminal::reads(&world, &nobody, &input, &[]).refused(2, &["--user"]);
    let chat = ["chat", "--user", ADA.name, "--password-stdin"];
    let input = format!("{}\nBuy and hold MSFT\n", ADA.password);
    let said = Terminal::reads(&world, &chat, &input, &[]);
    assert!(said.done().contains("MSFT") && !said.stdout.contains(ADA.password), "{said:?}");
}

#[test]
fn beside_a_running_program_contexts_are_reached_by_their_owner_alone() {
    let world = World::without_display("contexts-beside");
    ADA.enrols(&world);
    let mut running = Terminal::open(&world, &["chat", "--json"], &[]);
    running.write("Buy and hold AAPL");
    running.answer(1);
    let ada = ADA.signs_in();
    let add = ["context", "add", "Adas", "--instructions", "hers"];
    world.terminal(&add, &ada).done();
    assert!(world.terminal(&["context", "list"], &ada).done().contains("Adas"));
    assert!(!world.terminal(&["context", "list"], &[]).done().contains("Adas"), "the demo sees it");
    let mut person = Terminal::open_for_a_person(&world, &["context", "delete", "adas"], &ada);
    person.types_at("[y/N]: ", "no");
    assert_eq!(person.ends().code(), Some(1), "{:?}", person.said());
    let mut person = Terminal::open_for_a_person(&world, &["context", "delete", "adas"], &ada);
    person.types_at("[y/N]: ", "y");
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());
    assert_eq!(running.close().code(), Some(0));
}
