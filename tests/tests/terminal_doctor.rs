//! What the program says of the computer, and of itself to a shell.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use algoagent_tests::desktop::{Outcome, World};
use algoagent_tests::terminal::Terminal;
use serde_json::Value;

fn checks(outcome: &Outcome) -> Value {
    let document: Value = serde_json::from_str(&outcome.stdout).expect("one JSON document");
    let broken = document["checks"].as_array().expect("checks").iter();
    let broken = broken.filter(|one| one["state"] == "broken").count();
    assert_eq!(document["healthy"], broken == 0, "{document}");
    assert_eq!(outcome.status.code(), Some(if broken == 0 { 0 } else { 1 }), "{outcome:?}");
    document["checks"].clone()
}

fn check<'a>(checks: &'a Value, name: &str) -> &'a Value {
    let found = checks.as_array().expect("checks").iter().find(|one| one["check"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {checks}"))
}

#[test]
fn a_computer_that_never_ran_it_is_looked_at_and_left_as_it_is() {
    let world = World::without_display("doctor-new");
    let told = world.terminal(&["doctor"], &[]);
    for word in ["SQLCipher", "4.1", "webview", "isn't there yet", "Nothing is broken"] {
        assert!(told.done().contains(word), "no {word}: {told:?}");
    }
    let found = checks(&world.terminal(&["doctor", "--json"], &[("GEMINI_API_KEY", "secret-key")]));
    assert_eq!(check(&found, "display")["state"], "note");
    assert_eq!(check(&found, "keychain")["state"], "note");
    assert!(check(&found, "keychain")["mend"].is_string());
    assert_eq!(check(&found, "computer's key")["found"], "GEMINI_API_KEY of the environment");
    assert!(!found.to_string().contains("secret-key"), "{found}");
    assert!(!world.data_dir().exists(), "it made the directory");
}

#[test]
fn what_runs_without_a_display_needs_no_window_library() {
    let needs = |program: &Path| {
        let bytes = fs::read(program).expect("the program");
        ["libwebkit2gtk-4.1.so", "libgtk-3.so", "libgdk-3.so"]
            .map(|library| bytes.windows(library.len()).any(|place| place == library.as_bytes()))
    };
    let program = algoagent_tests::program();
    assert_eq!(needs(&program), [false; 3], "it takes ten times as long to start with them");
    let window = program.with_file_name("algoagent-window");
    assert!(needs(&window)[0], "the window has one, so the look finds it");
}

#[test]
fn without_the_windows_program_the_terminal_goes_on() {
    let world = World::without_display("doctor-alone");
    let alone = world.home().join("algoagent");
    fs::copy(algoagent_tests::program(), &alone).expect("a copy");
    let run = |arguments: &[&str]| world.command(&alone).args(arguments).output().expect("it runs");
    let opened = run(&[]);
    let said = String::from_utf8_lossy(&opened.stderr).into_owned();
    assert_eq!(opened.status.code(), Some(1), "{said}");
    for word in ["algoagent-window", "Install AlgoAgent again", "algoagent chat"] {
        assert!(said.contains(word), "no {word}: {said}");
    }
    let looked = run(&["doctor", "--json"]);
    let found: Value = serde_json::from_slice(&looked.stdout).expect("one JSON document");
    let webview = check(&found["checks"], "webview");
    assert_eq!(webview["state"], "note");
    assert!(webview["found"].as_str().is_some_and(|found| found.contains("missing")), "{webview}");
}

#[test]
fn what_is_broken_is_named_with_1_and_how_to_mend_it() {
    let world = World::without_display("doctor-broken");
    let file = world.home().join("file");
    fs::write(&file, "x").expect("a file");
    for place in [file.clone(), file.join("below"), "/proc/nowhere".into()] {
        let place = place.to_str().expect("a path of text");
        let outcome = world.terminal(&["doctor", "--json", "--data-dir", place], &[]);
        let found = checks(&outcome);
        let directory = check(&found, "data directory");
        assert_eq!(directory["state"], "broken", "{found}");
        assert!(directory["mend"].as_str().is_some_and(|mend| mend.contains("--data-dir")));
    }
    let nobody = [("DISPLAY", ":4711")];
    let found = checks(&world.terminal(&["doctor", "--json"], &nobody));
    assert_eq!(check(&found, "display")["state"], "broken", "{found}");
    fs::create_dir(world.data_dir()).expect("a folder");
    fs::set_permissions(world.data_dir(), PermissionsExt::from_mode(0o755)).expect("ours");
    let told = world.terminal(&["doctor"], &[]);
    assert!(told.done().contains("chmod 700"), "{told:?}");
}

#[test]
fn who_holds_the_directory_is_told_and_not_disturbed() {
    let world = World::without_display("doctor-beside");
    let mut running = Terminal::open(&world, &["chat", "--json"], &[]);
    running.write("Buy and hold AAPL");
    running.answer(1);
    let found = checks(&world.terminal(&["doctor", "--json"], &[]));
    let held = check(&found, "in use")["found"].as_str().expect("words").to_owned();
    let holder = concat!("by AlgoAgent ", env!("CARGO_PKG_VERSION"), ", process ");
    assert!(held.contains(holder), "{held}");
    running.write("and now with MSFT");
    assert_eq!(running.answer(2)["state"], "done");
    assert_eq!(running.close().code(), Some(0));
    let found = checks(&world.terminal(&["doctor", "--json"], &[]));
    assert_eq!(check(&found, "in use")["found"], "by nobody");
    let lock = File::options().write(true).open(world.data_dir().join("lock")).expect("a lock");
    lock.try_lock().expect("nobody else holds it");
    let found = checks(&world.terminal(&["doctor", "--json"], &[]));
    assert_eq!(check(&found, "in use")["state"], "note", "{found}");
}

#[test]
fn nothing_leaves_the_computer_unless_that_is_asked_for() {
    let world = World::without_display("doctor-online");
    // Everything that leaves goes by this proxy, which lets nothing through.
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", proxy.local_addr().expect("a port"));
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in proxy.incoming().take(16) {
            let Ok(mut stream) = stream else { return };
            count.fetch_add(1, Ordering::SeqCst);
            let mut said = [0; 1024];
            let _ = stream.read(&mut said);
        }
    });
    let way = [("HTTPS_PROXY", address.as_str()), ("ALL_PROXY", address.as_str())];
    world.terminal(&["doctor"], &way).done();
    assert_eq!(asked.load(Ordering::SeqCst), 0, "it asked somebody");
    let found = checks(&world.terminal(&["doctor", "--online", "--json"], &way));
    for service in ["Gemini", "OpenAI", "Anthropic"] {
        assert_eq!(check(&found, service)["state"], "note", "{found}");
    }
    assert!(asked.load(Ordering::SeqCst) >= 3, "it asked nobody");
}

#[test]
fn completions_and_help_are_printed_without_a_data_directory() {
    let world = World::without_display("doctor-shell");
    let nowhere = [("ALGOAGENT_DATA_DIR", "/proc/nowhere")];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = world.terminal(&["completions", shell], &nowhere);
        for word in ["algoagent", "strategy", "key-stdin"] {
            assert!(script.done().contains(word), "{shell} knows no {word}");
        }
    }
    let script = world.terminal(&["completions", "bash"], &nowhere);
    fs::write(world.home().join("completions"), script.done()).expect("a file");
    let checked = world.command("bash").args(["-n", "completions"]).output().expect("bash");
    assert!(checked.status.success(), "{checked:?}");
    world.terminal(&["completions", "tcsh"], &nowhere).refused(2, &["zsh"]);
    let manual = world.home().join("manual");
    let to = manual.to_str().expect("a path of text");
    assert!(world.terminal(&["manual", to], &nowhere).done().is_empty());
    for (page, words) in [
        ("algoagent.1", ["algoagent\\-chat(1)", "EXAMPLES"]),
        ("algoagent-chat.1", ["EXAMPLES", "\\-\\-once \"stop at 4 %\""]),
        ("algoagent-model-add.1", ["SYNOPSIS", "key\\-stdin"]),
    ] {
        let text = fs::read_to_string(manual.join(page)).expect("a page");
        for word in words {
            assert!(text.contains(word), "{page} has no {word}: {text}");
        }
    }
    assert!(!manual.join("algoagent-manual.1").exists());
    world.terminal(&["manual", "/proc/nowhere"], &nowhere).refused(1, &["/proc/nowhere"]);
    for command in [
        &["--help"][..],
        &["chat", "--help"],
        &["context", "--help"],
        &["strategy", "--help"],
        &["model", "--help"],
        &["backup", "--help"],
        &["doctor", "--help"],
        &["completions", "--help"],
    ] {
        let help = world.terminal(command, &nowhere);
        assert!(help.done().contains("Examples:"), "{command:?}: {help:?}");
    }
    for deeper in [&["model", "add", "--help"][..], &["backup", "verify", "--help"]] {
        assert!(world.terminal(deeper, &nowhere).done().contains("Usage:"));
    }
    world.terminal(&["context"], &nowhere).refused(2, &["Usage"]);
    world.terminal(&["strategie"], &nowhere).refused(2, &["strategy"]);
}
