//! Leaving a growing answer for another chat and coming back: each chat shows its own.

use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::steps::ADA;
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-two-chats";
const SLOW: &str = "Count the steps of the stairs";
const OTHER: &str = "Which symbols do I hold?";
/// A word of the recording `short`.
const ANSWER: &str = "Cheyenne";
const STEPS: usize = 150;

#[test]
fn an_answer_grows_on_while_another_chat_is_open_and_neither_shows_in_the_other() {
    let world = World::new("window-switching");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.listen_for_errors();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    let words: Vec<String> = (1..=STEPS).map(|step| format!("step-{step:03} ")).collect();
    let slow = Reply::saying(words.iter().map(String::as_str)).by_event();
    gemini.answers([slow.every(Duration::from_millis(100)), Reply::recorded("short")]);
    window.ask(SLOW);
    window.answer_says("step-005");
    window.composer().fill("a draft beside the stairs");
    let slow_chat = window.chat_title();

    window.new_chat();
    shows_only(&window, "", "step-");
    assert_eq!(window.composer().value(), "", "a draft came along");
    window.button("Send").appears();
    window.ask(OTHER);
    window.answer_becomes(1, "done");
    shows_only(&window, ANSWER, "step-");
    let other_chat = window.chat_title();
    assert_ne!(slow_chat, other_chat);

    for visit in 0..3 {
        window.open_chat(&slow_chat);
        window.answer_becomes(1, "writing");
        window.answer_says(&format!("step-{:03}", 30 + 10 * visit));
        shows_only(&window, SLOW, ANSWER);
        assert_eq!(window.composer().value(), "a draft beside the stairs");
        window.open_chat(&other_chat);
        window.answer_becomes(1, "done");
        shows_only(&window, ANSWER, "step-");
        assert_eq!(window.composer().value(), "");
        window.button("Send").appears();
    }

    window.open_chat(&slow_chat);
    window.answer_becomes(1, "done");
    assert_eq!(window.questions().count(), 1);
    is_whole(&window.answer().text(), &words);
    window.open_chat(&other_chat);
    window.answer_becomes(1, "done");
    assert_eq!(window.questions().count(), 1);
    shows_only(&window, ANSWER, "step-");

    // What the window had put together is what the vault holds.
    window.assert_no_errors();
    gemini.assert_no_faults();
    window.close();
    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&slow_chat);
    window.answer_becomes(1, "done");
    is_whole(&window.answer().text(), &words);
    window.close();
}

#[test]
fn an_answer_that_ends_while_another_chat_is_open_is_whole_and_marked_as_new() {
    let world = World::new("window-away");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    let words: Vec<String> = (1..=STEPS).map(|step| format!("step-{step:03} ")).collect();
    let slow = Reply::saying(words.iter().map(String::as_str)).by_event();
    gemini.answers([slow.every(Duration::from_millis(40))]);
    window.ask(SLOW);
    window.answer_says("step-005");
    let slow_chat = window.chat_title();
    window.new_chat();
    window.find("img", "Writing").within(window.chats()).appears();
    window.find("img", "New answer").within(window.chats()).appears();
    shows_only(&window, "", "step-");
    window.open_chat(&slow_chat);
    window.answer_becomes(1, "done");
    is_whole(&window.answer().text(), &words);
    window.find("img", "New answer").disappears();
    window.close();
}

/// The conversation says this and nothing of that, now and a little later.
fn shows_only(window: &Window<'_>, own: &str, strange: &str) {
    for _ in 0..3 {
        let said = window.any("main").text();
        assert!(said.contains(own), "'{own}' isn't there: {said}");
        assert!(!said.contains(strange), "'{strange}' came from another chat: {said}");
        std::thread::sleep(Duration::from_millis(150));
    }
}

/// Every word once, in its order, and nothing between.
fn is_whole(text: &str, words: &[String]) {
    let steps: Vec<&str> =
        text.split_whitespace().filter(|word| word.starts_with("step-")).collect();
    let wanted: Vec<&str> = words.iter().map(|word| word.trim()).collect();
    assert_eq!(steps, wanted, "the answer isn't whole");
}
