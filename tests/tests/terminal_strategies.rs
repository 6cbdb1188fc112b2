//! Strategies in a terminal.

use std::fs;
use std::path::Path;
use std::process::Command;

use algoagent_tests::desktop::World;
use algoagent_tests::terminal::Terminal;

const QUESTION: &str = "A momentum strategy on AAPL";

/// A computer whose demo account has a strategy of two versions; its class.
fn with_two_versions(name: &str) -> (World, String) {
    let world = World::without_display(name);
    let first = world.terminal(&["chat", "--once", QUESTION, "--json"], &[]).json();
    let chat = first["chat_id"].to_string();
    let next = ["chat", "--once", "stop at 1 %", "--chat", &chat, "--json"];
    let next = world.terminal(&next, &[]).json();
    assert_eq!(next["session_id"], first["session_id"]);
    assert_eq!(next["strategies"][0]["version"], 2, "{next}");
    (world, first["strategies"][0]["name"].as_str().expect("a class").to_owned())
}

fn is_python(file: &Path) {
    let check = Command::new("python3").args(["-m", "py_compile"]).arg(file).output();
    let check = check.expect("python3 is there");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

#[test]
fn strategies_are_listed_with_their_versions_and_shown_to_the_byte() {
    let (world, class) = with_two_versions("strategies-listed");
    let list = world.terminal(&["strategy", "list", "--json"], &[]).json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let numbers: Vec<_> = list[0]["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|one| &one["number"])
        .collect();
    assert_eq!(numbers, [1, 2]);
    let told = world.terminal(&["strategy", "list"], &[]);
    assert!(told.done().contains(&class) && told.stdout.contains("1 2"), "{told:?}");

    let lower = class.to_lowercase();
    let newest = world.terminal(&["strategy", "show", &lower], &[]);
    let first = world.terminal(&["strategy", "show", "1", "--version", "1"], &[]);
    assert!(newest.done().contains(&format!("class {class}(Strategy)")), "{newest:?}");
    assert_ne!(first.done(), newest.stdout);
    let json = world.terminal(&["strategy", "show", "1", "--version", "1", "--json"], &[]).json();
    assert_eq!((json["code"].as_str(), &json["number"]), (Some(first.stdout.as_str()), &1.into()));

    let show = |words: &[&str]| world.terminal(&[&["strategy", "show"], words].concat(), &[]);
    show(&["nothing"]).refused(1, &["no strategy nothing", "strategy list"]);
    show(&["1", "--version", "3"]).refused(1, &["no version 3", "1, 2"]);
    show(&["1", "--version", "0"]).refused(2, &["--version"]);
    // The same class in another chat.
    world.terminal(&["chat", "--once", QUESTION], &[]).done();
    show(&[&class]).refused(1, &["2 strategies are called", "AAPL"]);
    let list = world.terminal(&["strategy", "list", "--json"], &[]).json();
    for strategy in list.as_array().expect("a list") {
        show(&[&strategy["id"].to_string()]).done();
    }
}

#[test]
fn a_strategy_is_exported_with_its_module_and_replaces_nothing() {
    let (world, _) = with_two_versions("strategies-exported");
    let export =
        |words: &[&str]| world.terminal(&[&["strategy", "export", "1"], words].concat(), &[]);
    let code = world.terminal(&["strategy", "show", "1"], &[]);

    let told = export(&["--json"]).json();
    let file = world.home().join(told["path"].as_str().expect("a path"));
    assert!(file.to_str().is_some_and(|name| name.ends_with("_v2.py")), "{told}");
    assert_eq!(fs::read_to_string(&file).expect("a file"), code.stdout);
    assert_eq!(told["module"], "algoagent.py", "{told}");
    is_python(&file);
    is_python(&world.home().join("algoagent.py"));

    fs::write(&file, "mine").expect("a file");
    export(&[]).refused(1, &["left as it is", "--force"]);
    assert_eq!(fs::read_to_string(&file).expect("a file"), "mine");
    fs::write(world.home().join("algoagent.py"), "my module").expect("a file");
    export(&["--force"]).done();
    assert_eq!(fs::read_to_string(&file).expect("a file"), code.stdout);
    let module = fs::read_to_string(world.home().join("algoagent.py")).expect("a file");
    assert_eq!(module, "my module", "a module that was there is replaced");

    fs::create_dir(world.home().join("shelf")).expect("a folder");
    export(&["--to", "shelf", "--version", "1"]).done();
    let shelf = fs::read_dir(world.home().join("shelf")).expect("a folder");
    let mut names: Vec<_> = shelf.flatten().map(|one| one.file_name()).collect();
    names.sort();
    assert_eq!(names.len(), 2, "a half file is left: {names:?}");
    assert_eq!(export(&["--to", "-"]).done(), code.stdout);
    export(&["--to", "-", "--json"]).refused(2, &["--to -"]);

    for place in ["no/such/folder/a.py", "shelf/algoagent.py/a.py", "/proc/a.py"] {
        export(&["--to", place]).refused(1, &["could not be written", "--to"]);
        export(&["--to", place, "--force"]).refused(1, &["could not be written"]);
    }
}

#[test]
fn a_terminal_is_shown_coloured_code_and_a_reader_that_leaves_is_no_fault() {
    let (world, class) = with_two_versions("strategies-shown");
    let terminal = [("TERM", "xterm-256color")];
    let mut person = Terminal::open_for_a_person(&world, &["strategy", "show", "1"], &terminal);
    person.says(&format!("\u{1b}[34m{class}\u{1b}[0m"));
    assert_eq!(person.ends().code(), Some(0), "{:?}", person.said());

    let program = algoagent_tests::program();
    let line = format!(
        "set -o pipefail; '{0}' strategy show 1 | true; echo \"ended with $?\"; \
         '{0}' chat --once 'Buy and hold' --json | true; echo \"and with $?\"",
        program.display()
    );
    let mut shell = world.command("bash");
    let said = shell.args(["-c", &line]).output().expect("bash is there");
    let (out, complaints) =
        (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert_eq!(out.trim(), "ended with 0\nand with 0", "{complaints}");
    assert!(complaints.is_empty(), "{complaints}");
}
