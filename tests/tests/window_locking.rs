//! Locking the window: by hand, by nobody's hand, for somebody else; and what then is left.

use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN, Person};
use algoagent_tests::terminal::Terminal;
use algoagent_tests::window::Window;
use algoagent_tests::{LIVENESS, eventually};

const KEY: &str = "replay-key-of-the-lock";
const QUESTION: &str = "Count the steps to the pangolinlagoon";
/// What nobody may see of Ada's chat. Her name is on the lock, so it isn't here.
const HERS: [&str; 3] = ["pangolinlagoon", "Pangolinlagoon", "step-0"];

fn words(count: usize) -> Vec<String> {
    (1..=count).map(|step| format!("step-{step:04} ")).collect()
}

/// An answer that takes so many tenths of a second.
fn slow(tenths: usize) -> Reply {
    let words = words(tenths);
    let reply = Reply::saying(words.iter().map(String::as_str)).by_event();
    reply.every(Duration::from_millis(100))
}

/// Opens the window of a computer of these people, the first of whom administers, for one of them.
fn open_for<'w>(world: &'w World, people: &[&Person], who: &Person, gemini: &Gemini) -> Window<'w> {
    for person in people {
        person.enrols(world);
    }
    let window = world.open();
    window.sign_in(who);
    window.connect_gemini(gemini, KEY);
    window
}

/// Ada's question, while its answer is being written; gives the chat's title.
fn begins(window: &Window<'_>) -> String {
    window.new_chat();
    window.ask(QUESTION);
    window.answer_says("step-0010");
    window.chat_title()
}

/// Nothing of a person's work is in the page or in what it keeps, now and a little later.
fn shows_nothing_of(window: &Window<'_>, words: &[&str]) {
    const KEPT: &str =
        "return localStorage.length + sessionStorage.length + document.cookie.length";
    for _ in 0..5 {
        let (text, source) = (window.text(), window.source());
        for word in words {
            assert!(!text.contains(word) && !source.contains(word), "'{word}' is left: {source}");
        }
        assert_eq!(window.script(KEPT, &[]), 0, "the page keeps something");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_lock_stops_a_growing_answer_at_once_keeps_it_and_shows_nothing_of_it() {
    let world = World::new("window-lock");
    let gemini = Gemini::start(KEY);
    let window = open_for(&world, &[&ADA], &ADA, &gemini);
    window.listen_for_errors();
    for by in ["the menu", "its keys"] {
        gemini.answers([slow(600)]);
        let title = begins(&window);
        // It waits for nothing, not even for a question.
        window.leaves(|| match by {
            "the menu" => window.account_menu("Lock"),
            _ => window.press("ctrl+l"),
        });
        window.shows("locked");
        gemini.expects_hang_up();
        window.find("heading", ADA.name).appears();
        shows_nothing_of(&window, &HERS);

        window.try_to_unlock("velvet-Harpsichord 71 over York");
        window.says("The password is wrong");
        assert_eq!(window.screen().as_deref(), Some("locked"), "a wrong password opened it");
        shows_nothing_of(&window, &HERS);
        window.unlock(&ADA);
        window.open_chat(&title);
        window.answer_becomes(1, "stopped");
        let kept = window.answer().text();
        assert!(kept.contains("step-0001") && kept.contains("step-0010"), "{by}: lost: {kept}");
        assert_eq!(window.questions().count(), 1);
    }
    gemini.assert_no_faults();
    window.close();
    assert_nothing_found(&world.places(), &["pangolinlagoon", ADA.password, KEY], &[]);
}

#[test]
fn somebody_else_comes_past_a_locked_window_and_finds_nothing_of_its_owner() {
    let world = World::new("window-lock-other");
    let gemini = Gemini::start(KEY);
    let window = open_for(&world, &[&ADA, &BEN], &ADA, &gemini);
    gemini.answers([slow(600)]);
    let title = begins(&window);
    let question = window.questions();
    window.button("Copy message").within(question).click();
    let hands = world.hands();
    assert!(hands.clipboard().contains("pangolinlagoon"), "it was not copied");
    window.lock();
    let emptied = eventually(LIVENESS, || hands.clipboard_is_empty().then_some(()));
    assert!(emptied.is_some(), "what she copied is there for the next: {}", hands.clipboard());
    window.button("Switch user").click();
    window.shows("sign-in");
    window.find("list", "Accounts").appears();
    assert_eq!(window.any("listitem").within(window.find("list", "Accounts")).count(), 2);
    shows_nothing_of(&window, &HERS);
    window.sign_in(&BEN);
    shows_nothing_of(&window, &[&HERS[..], &[ADA.name, ADA.email, &title]].concat());
    window.ask("buy and hold MSFT");
    window.answer_becomes(1, "done");
    shows_nothing_of(&window, &HERS);

    window.leaves(|| window.account_menu("Switch user"));
    window.shows("sign-in");
    window.find("list", "Accounts").appears();
    shows_nothing_of(&window, &["MSFT", BEN.email]);
    window.sign_in(&ADA);
    assert!(!window.chats().text().contains("MSFT"), "Ben's chat is among Ada's");
    window.open_chat(&title);
    window.answer_becomes(1, "stopped");
    window.close();
}

#[test]
fn another_session_is_named_on_the_lock_and_can_be_ended_from_it() {
    let world = World::new("window-lock-sessions");
    ADA.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    let mut terminal = Terminal::open(&world, &["chat"], &ADA.signs_in());
    terminal.write("Buy and hold MSFT");
    terminal.says("```python");
    window.lock();
    window.says(&format!("1 other session of {} is still signed in", ADA.name));
    window.button("End it").click();
    window.confirm("End session");
    let others = window.button("End it");
    others.disappears();
    assert!(!window.text().contains("other session"), "{}", window.text());
    // It ends by itself, or at the next line.
    terminal.try_to_write("And TSLA?");
    assert!(!terminal.ends().success(), "the ended session goes on: {:?}", terminal.said());
    assert!(!terminal.said().0.contains("TSLA"), "{:?}", terminal.said());
    window.unlock(&ADA);
    window.close();
}

#[test]
fn an_idle_window_locks_and_lets_an_answer_end_behind_the_lock() {
    let world = World::new("window-lock-idle");
    let gemini = Gemini::start(KEY);
    let window = open_for(&world, &[&ADA], &ADA, &gemini);
    window.open_settings_at("Locking");
    let choice = window.find("combobox", "Lock when nobody is here, after").starting();
    choice.click();
    window.find("option", "1 minute").click();
    window.eventually("one minute to be kept", || choice.text().contains("1 minute").then_some(()));
    gemini.answers([slow(1000)]);
    let title = begins(&window);

    let locked =
        eventually(3 * LIVENESS, || (window.screen().as_deref() == Some("locked")).then_some(()));
    assert!(locked.is_some(), "nobody is here, and the window doesn't lock");
    window.says("Locked after 1 minute without a key press or a movement");
    window.says("An answer is still being finished");
    shows_nothing_of(&window, &HERS);
    window.eventually("the answer to be finished", || {
        (!window.text().contains("still being finished")).then_some(())
    });
    window.unlock(&ADA);
    window.open_chat(&title);
    window.answer_becomes(1, "done");
    let text = window.answer().text();
    assert!(words(1000).iter().all(|word| text.contains(word.trim())), "it isn't whole: {text}");
    window.close();
}

#[test]
fn who_is_disabled_while_they_sit_at_the_window_is_put_out_and_told_so() {
    let world = World::new("window-lock-disabled");
    let gemini = Gemini::start(KEY);
    let window = open_for(&world, &[&ADA, &BEN], &BEN, &gemini);
    gemini.answers([slow(600)]);
    begins(&window);
    window.leaves(|| {
        let outcome = world.terminal(&["user", "disable", BEN.name], &ADA.signs_in());
        assert!(outcome.status.success(), "{outcome:?}");
    });
    window.shows("sign-in");
    window.says("Your session was ended from elsewhere");
    gemini.expects_hang_up();
    shows_nothing_of(&window, &HERS);
    window.find("heading", ADA.name).appears();
    assert!(!window.text().contains(BEN.name), "a disabled account is offered");
    window.close();
}
