//! Terminals beside a program that holds the data directory already.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::{Duration, Instant};

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Terminal;
use algoagent_tests::{LIVENESS, eventually};

const ADA_SIGNS_IN: [(&str, &str); 2] =
    [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", ADA.password)];

/// An answer that takes its time.
fn slow() -> Reply {
    let steps: Vec<String> = (1..=300).map(|step| format!("step-{step:03} ")).collect();
    let reply = Reply::saying(steps.iter().map(String::as_str)).by_event();
    reply.every(Duration::from_millis(100))
}

#[test]
fn beside_the_window_a_terminal_answers_whoever_signs_in() {
    let world = World::new("beside-window");
    let window = world.open();
    window.create_account(&ADA);

    let demo = world.terminal(&["chat", "--once", "A momentum strategy on AAPL"], &[]);
    assert!(demo.status.success(), "{demo:?}");
    assert!(demo.stdout.contains("```python") && demo.stderr.is_empty(), "{demo:?}");

    let chat = ["chat", "--once", "Buy and hold MSFT", "--json", "--model", "built-in"];
    let own = world.terminal(&chat, &ADA_SIGNS_IN);
    assert!(own.status.success(), "{own:?}");
    let answer: serde_json::Value = serde_json::from_str(own.stdout.trim()).expect("one object");
    assert_eq!(answer["state"], "done");
    assert_eq!(answer["strategies"][0]["version"], 1, "{answer}");
    window.eventually("the terminal's chat in the window, the demo's not", || {
        let chats = window.chats().text().to_lowercase();
        (chats.contains("msft") && !chats.contains("aapl")).then_some(())
    });

    let wrong = [("ALGOAGENT_USER", ADA.name), ("ALGOAGENT_PASSWORD", "not Ada's password")];
    let refused = world.terminal(&["chat", "--once", "Buy and hold"], &wrong);
    assert_eq!(refused.status.code(), Some(4), "{refused:?}");
    assert!(refused.stdout.is_empty(), "{}", refused.stdout);
    let empty = world.terminal(&["chat", "--once", "  "], &[]);
    assert_eq!(empty.status.code(), Some(1), "{empty:?}");

    window.ask("Buy and hold TSLA");
    window.answer_becomes(1, "done");
    window.close();
    assert!(!world.data_dir().join("running.sock").exists(), "the socket outlives the window");

    let alone = world.terminal(&["chat", "--once", "Buy and hold"], &wrong);
    assert_eq!(alone.stderr, refused.stderr, "another refusal without the window");
    assert_nothing_found(&world.places(), &[ADA.password, "not Ada's password"], &[]);
}

#[test]
fn ctrl_c_stops_an_answer_beside_the_window() {
    const KEY: &str = "replay-key-of-ctrl-c";
    let world = World::new("beside-ctrl-c");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    gemini.answers([slow(), Reply::recorded("prose").by_event()]);
    let mut terminal = Terminal::open(&world, &["chat"], &ADA_SIGNS_IN);
    terminal.write("Tell me of momentum, step by step");
    terminal.says("step-010");
    terminal.interrupt();
    gemini.expects_hang_up();
    terminal.write("Tell me a story of a lighthouse");
    gemini.expects_questions(2);
    assert_eq!(terminal.close().code(), Some(0));

    window.chats().appears();
    window.eventually("the terminal's chat", || {
        window.chats().text().contains("step by step").then_some(())
    });
    window.close();
    gemini.assert_no_faults();
}

#[test]
fn ctrl_c_is_not_lost_while_the_output_waits_to_be_read() {
    const KEY: &str = "replay-key-of-held-output";
    let world = World::new("beside-held-output");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    let pages: Vec<String> =
        (1..=300).map(|page| format!("page-{page:03} ").repeat(1000)).collect();
    let pages = Reply::saying(pages.iter().map(String::as_str)).by_event();
    gemini.answers([pages.every(Duration::from_millis(100))]);
    let mut terminal = Terminal::open(&world, &["chat"], &ADA_SIGNS_IN);
    terminal.write("Tell me of momentum, page by page");
    terminal.says("page-003");
    terminal.hold(true);
    // More than the pipe and the reader hold: it stands in the middle of printing.
    let stands = eventually(LIVENESS, || {
        (gemini.text_sent_by(Instant::now()).contains("page-030")).then_some(())
    });
    assert!(stands.is_some(), "the answer doesn't grow");
    terminal.interrupt();
    // It must be there before the output is free again.
    thread::sleep(Duration::from_millis(500));
    terminal.hold(false);
    gemini.expects_hang_up();
    assert_eq!(terminal.close().code(), Some(130), "half an answer is no success");
    window.close();
    gemini.assert_no_faults();
}

#[test]
fn a_window_that_closes_ends_the_terminal_s_answer_and_keeps_it() {
    const KEY: &str = "replay-key-of-the-closing";
    let world = World::new("beside-closing");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    gemini.answers([slow()]);
    let mut terminal = Terminal::open(&world, &["chat"], &ADA_SIGNS_IN);
    terminal.write("Tell me of momentum, step by step");
    terminal.says("step-010");
    window.close();
    assert_eq!(terminal.ends().code(), Some(1), "{:?}", terminal.said());
    let (_, complaint) = terminal.said();
    assert!(complaint.contains("ended") && complaint.trim().lines().count() == 1, "{complaint}");

    let window = world.open();
    window.sign_in(&ADA);
    window.eventually("the chat in the list", || {
        window.chats().text().contains("step by step").then_some(())
    });
    window.find("button", "Tell me of momentum").starting().click();
    window.answer_becomes(1, "stopped");
    assert!(window.answer().text().contains("step-010"), "{}", window.answer().text());
    window.close();
}

#[test]
fn a_terminal_that_is_killed_leaves_no_session_behind() {
    const KEY: &str = "replay-key-of-the-killed";
    let world = World::new("beside-killed");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    window.sign_out();

    gemini.answers([slow()]);
    let mut terminal = Terminal::open(&world, &["chat"], &ADA_SIGNS_IN);
    terminal.write("Tell me of momentum, step by step");
    terminal.says("step-005");
    terminal.kill();
    // Its session was the account's only one.
    gemini.expects_hang_up();
    window.sign_in(&ADA);
    window.close();
}

#[test]
fn two_terminals_talk_at_once_and_neither_sees_the_other_s_answer() {
    let world = World::without_display("beside-terminals");
    let mut first = Terminal::open(&world, &["chat", "--json"], &[]);
    first.write("Buy and hold AAPL");
    assert_eq!(first.answer(1)["state"], "done");

    let mut second = Terminal::open(&world, &["chat", "--json"], &[]);
    first.write("and now with MSFT");
    second.write("An RSI strategy on TSLA");
    let (own, other) = (first.answer(2), second.answer(1));
    assert_eq!(own["session_id"], first.answer(1)["session_id"]);
    assert_ne!(own["session_id"], other["session_id"]);
    assert!(other["answer"].as_str().is_some_and(|text| text.contains("TSLA")), "{other}");

    let window = world.terminal(&[], &[]);
    assert_eq!(window.status.code(), Some(3), "{window:?}");
    for word in ["already running in a terminal", "--data-dir"] {
        assert!(window.stderr.contains(word), "no '{word}' in: {}", window.stderr);
    }

    assert_eq!(first.close().code(), Some(0));
    second.write("Buy and hold AAPL");
    assert_eq!(second.ends().code(), Some(1), "{:?}", second.said());
    assert!(second.said().1.contains("has ended"), "{:?}", second.said());
    let third = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &[]);
    assert!(third.status.success(), "{third:?}");
}

#[test]
fn two_questions_at_the_same_moment_are_both_answered() {
    let world = World::without_display("beside-at-once");
    let open = |text| Terminal::open(&world, &["chat", "--json", "--once", text], &[]);
    // The first start of all makes the demo account, and neither can know who is first.
    for mut terminal in [open("Buy and hold AAPL"), open("Buy and hold MSFT")] {
        assert_eq!(terminal.answer(1)["state"], "done");
        assert_eq!(terminal.ends().code(), Some(0), "{:?}", terminal.said());
    }
}

#[test]
fn after_kill_9_the_next_start_works_and_terminals_reach_it() {
    let world = World::new("beside-kill");
    let window = world.open();
    window.create_account(&ADA);
    window.kill();
    let socket = world.data_dir().join("running.sock");
    assert!(socket.exists(), "the story kills nothing that leaves a socket");
    let alone = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &ADA_SIGNS_IN);
    assert!(alone.status.success(), "{alone:?}");

    let window = world.open();
    let mode = |path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(socket), mode(world.data_dir())), (0o600, 0o700));
    let beside = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &ADA_SIGNS_IN);
    assert!(beside.status.success(), "{beside:?}");
    window.close();
}

#[test]
fn a_directory_with_a_long_name_is_reached_as_well() {
    let world = World::without_display("beside-long-name");
    let place = world.home().join("d".repeat(120)).join("e".repeat(120));
    let place = place.to_str().expect("a path of text");
    let mut first = Terminal::open(&world, &["chat", "--json", "--data-dir", place], &[]);
    first.write("Buy and hold AAPL");
    assert_eq!(first.answer(1)["state"], "done");
    let beside = world.terminal(&["chat", "--once", "Buy and hold MSFT", "--data-dir", place], &[]);
    assert!(beside.status.success(), "{beside:?}");
    assert_eq!(first.close().code(), Some(0), "it said something else than before");
}

#[test]
fn who_does_not_answer_or_is_of_another_version_is_named_with_3() {
    let world = World::without_display("beside-nobody");
    let made = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &[]);
    assert!(made.status.success(), "{made:?}");
    let lock = File::options().write(true).open(world.data_dir().join("lock")).expect("a lock");
    lock.try_lock().expect("nobody else holds it");

    let ask = || {
        let outcome = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &[]);
        assert_eq!(outcome.status.code(), Some(3), "{outcome:?}");
        outcome.stderr
    };
    let nobody = ask();
    for word in ["already running", "--data-dir", &world.data_dir().display().to_string()] {
        assert!(nobody.contains(word), "no '{word}' in: {nobody}");
    }

    let socket = UnixListener::bind(world.data_dir().join("running.sock")).expect("a socket");
    thread::spawn(move || {
        for caller in socket.incoming() {
            let hello = "{\"hello\":{\"protocol\":99,\"version\":\"9.8.7\",\"more\":1}}\n";
            let _ = caller.and_then(|mut caller| caller.write_all(hello.as_bytes()));
        }
    });
    let other = ask();
    for word in ["another version", "9.8.7", "--data-dir"] {
        assert!(other.contains(word), "no '{word}' in: {other}");
    }
    let window = world.terminal(&[], &[]);
    assert_eq!((window.status.code(), window.stderr), (Some(3), other));

    drop(lock);
    let free = eventually(LIVENESS, || {
        let outcome = world.terminal(&["chat", "--once", "Buy and hold AAPL"], &[]);
        outcome.status.success().then_some(())
    });
    assert!(free.is_some(), "the lock is gone, and still nothing starts");
}
