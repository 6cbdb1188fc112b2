//! The main job in the real window with the model that needs no network: from a fresh
//! computer to a saved strategy, and back to it the next day.

use std::fs;
use std::process::Command;

use algoagent_tests::desktop::World;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, DEMO, Person};
use algoagent_tests::window::Window;

const CONTEXT: &str = "Momentum on large caps";
const CONTEXT_CANARY: &str = "quetzalharbour";
const CHAT_CANARY: &str = "zanzibarlantern";
const QUESTION: &str = "Create a momentum strategy for AAPL";

#[test]
fn a_trader_goes_from_a_fresh_computer_to_a_saved_strategy_and_finds_it_again() {
    let world = World::new("window-builtin");
    let window = world.open();
    window.listen_for_errors();

    looks_at_the_demo_account(&window);
    let recovery_code = makes_an_account(&window);

    window.new_context(
        CONTEXT,
        &format!("Only liquid US shares. Trade the trend, never against it. {CONTEXT_CANARY}"),
    );
    window.new_chat();
    window.link_context(CONTEXT);
    window.ask(&format!("{QUESTION}. Call the plan {CHAT_CANARY}."));
    window.answer_becomes(1, "done");
    let first_code = is_a_strategy(&window, "v1");

    window.ask("stop at 4 %");
    window.answer_becomes(2, "done");
    let code = is_a_strategy(&window, "v2");
    assert_ne!(first_code, code, "the follow-up changed nothing");
    assert!(code.contains("stop_loss_pct = 0.04"), "the new stop isn't in the code:\n{code}");

    let saved = world.home().join("My strategies").join("momentum.py");
    copies_and_saves(&window, &code, &saved);
    window.assert_no_errors();

    let title = window.chat_title();
    let answer = window.answer().text();
    window.close();

    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&title);
    window.answer_becomes(2, "done");
    assert_eq!(window.answer().text(), answer, "the answer changed over night");
    assert_eq!(is_a_strategy(&window, "v2"), code);
    assert!(window.conversation().text().contains(CHAT_CANARY), "the first question is gone");
    window.button(&format!("Context: {CONTEXT}")).appears();

    window.sign_out();
    sees_nothing_of_ada(&window, &title);
    window.close();

    let folder = saved.parent().expect("it was saved in a folder").to_path_buf();
    let bare_code = recovery_code.replace('-', "");
    let sentence = longest_line(&answer);
    assert_nothing_found(
        &world.places(),
        &[
            CONTEXT_CANARY,
            CHAT_CANARY,
            QUESTION,
            CONTEXT,
            ADA.password,
            &recovery_code,
            &bare_code,
            &sentence,
        ],
        &[folder],
    );
}

#[test]
fn who_lost_the_password_comes_back_with_the_recovery_code() {
    let world = World::new("window-recovery");
    let window = world.open();
    let code = window.create_account(&ADA);
    window.ask("buy and hold MSFT");
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    window.sign_out();

    window.button("Recover with code").click();
    window.textbox("User name").fill(ADA.name);
    window.textbox("Recovery code").fill(&code.replace('-', " ").to_lowercase());
    let ada = Person { password: "eleven Quiet windmills of Delft", ..ADA };
    window.textbox("New password").fill(ada.password);
    window.button("Set new password").click();
    let next_code = window.recovery_code();
    assert_ne!(next_code, code, "a recovery code is used once");
    window.button("I have stored it").click();
    window.shows("chat");
    window.open_chat(&title);
    window.sign_out();

    window.try_to_sign_in(&ADA, ADA.password);
    window.any("alert").appears();
    window.sign_in(&ada);
    window.close();
    assert_nothing_found(&world.places(), &[&code, &next_code, ADA.password, ada.password], &[]);
}

fn looks_at_the_demo_account(window: &Window<'_>) {
    window.try_the_demo();
    window.says("anyone can read");
    window.sign_out();
}

/// Is told what is wrong first: a weak password, then a name that is taken.
fn makes_an_account(window: &Window<'_>) -> String {
    window.button("Create account").click();
    window.apply_for_account(&Person { password: "password", ..ADA });
    let reason = window.any("alert");
    reason.appears();
    assert!(reason.text().len() > 10, "'{}' is no reason", reason.text());
    assert_eq!(window.screen().as_deref(), Some("register"));

    window.apply_for_account(&Person { name: "AlgoTrader", ..ADA });
    window.says("taken");
    assert_eq!(window.screen().as_deref(), Some("register"));

    window.apply_for_account(&ADA);
    let code = window.recovery_code();
    window.button("I have stored it").click();
    window.shows("questions");
    assert!(!window.source().contains(&code), "the recovery code is still in the page");
    window.button("Skip").click();
    window.shows("chat");
    code
}

/// The newest answer ends in highlighted Python that became this version of a strategy.
fn is_a_strategy(window: &Window<'_>, version: &str) -> String {
    let block = window.code();
    window.eventually(&format!("the mark {version} at the code"), || {
        let caption = block.text();
        caption.split_whitespace().any(|word| word == version).then_some(())
    });
    assert!(block.holds("code span[class]") > 10, "the code isn't highlighted");
    let code = window.any("region").within(block).content();
    for word in ["from algoagent import", "class ", "(Strategy)", "def init", "def next"] {
        assert!(code.contains(word), "no '{word}' in:\n{code}");
    }
    code
}

fn copies_and_saves(window: &Window<'_>, code: &str, saved: &std::path::Path) {
    let hands = window.world().hands();
    hands.empty_clipboard();
    window.button("Copy code").within(window.code()).click();
    let copied = hands.clipboard();
    assert_eq!(copied.trim_end(), code.trim_end(), "what was copied isn't what is shown");

    fs::create_dir_all(saved.parent().expect("a folder")).expect("a folder for strategies");
    let save = window.button("Save code").within(window.code());
    hands.save_as(saved, || save.click());
    window.says("Saved as");
    let written = fs::read_to_string(saved).expect("the file was saved");
    assert_eq!(written, copied, "the file isn't what was copied");

    let check = Command::new("python3")
        .args(["-m", "py_compile"])
        .arg(saved)
        .output()
        .expect("python3 is there");
    let complaint = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "Python refuses the saved file: {complaint}");
}

fn sees_nothing_of_ada(window: &Window<'_>, title: &str) {
    let ghost = window.source();
    for word in [title, CONTEXT, CHAT_CANARY, CONTEXT_CANARY] {
        assert!(!ghost.contains(word), "'{word}' is still in the page after signing out");
    }
    window.try_the_demo();
    window.chats().appears();
    assert!(!window.chats().text().contains(title), "{} sees Ada's chat", DEMO.name);
    window.button("Contexts").click();
    window.shows("contexts");
    window.button("New context").appears();
    assert!(!window.text().contains(CONTEXT), "{} sees Ada's context", DEMO.name);
}

fn longest_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let longest = lines.max_by_key(|line| line.len()).expect("an answer has lines");
    assert!(longest.len() > 30, "an answer of short lines only: {text}");
    longest.to_owned()
}
