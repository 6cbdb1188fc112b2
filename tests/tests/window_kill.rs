//! A power cut in the middle of an answer.

use std::fmt::Write;
use std::time::{Duration, Instant};

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;

const KEY: &str = "replay-key-of-the-power-cut";
const QUESTION: &str = "Tell me of momentum, step by step, quokkameridian";

/// `step-001 step-002 …`, one word for each event, so that what was kept can be counted.
fn steps(count: usize) -> Vec<String> {
    (1..=count).map(|step| format!("step-{step:03} ")).collect()
}

#[test]
fn a_kill_in_the_middle_of_an_answer_costs_at_most_its_last_two_seconds() {
    let world = World::new("window-kill");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.new_context("Momentum on large caps", "Only liquid US shares.");
    window.connect_gemini(&gemini, KEY);

    gemini.answers([Reply::recorded("prose").by_event()]);
    window.ask("Tell me a story of a lighthouse");
    window.answer_becomes(1, "done");
    let story = window.answer().text();
    let story_title = window.chat_title();

    let words = steps(400);
    let slow = Reply::saying(words.iter().map(String::as_str)).by_event();
    gemini.answers([slow.every(Duration::from_millis(100))]);
    window.new_chat();
    window.ask(QUESTION);
    window.answer_says("step-060");
    let title = window.chat_title();
    let safe = Instant::now().checked_sub(Duration::from_secs(2)).expect("two seconds ago");
    window.kill();
    let due = gemini.text_sent_by(safe);
    assert!(due.contains("step-020"), "the story is too fast to tell anything: {due}");

    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&title);
    window.answer_becomes(1, "interrupted");
    assert_eq!(window.questions().count(), 1);
    assert!(window.conversation().text().contains(QUESTION), "the question is lost");
    let kept = window.answer().text();
    let lost: Vec<&str> = due.split_whitespace().filter(|word| !kept.contains(word)).collect();
    assert!(lost.is_empty(), "lost although older than two seconds: {}", listed(&lost));

    window.open_chat(&story_title);
    window.answer_becomes(1, "done");
    assert_eq!(window.answer().text(), story, "an answer that was whole has changed");
    window.button("Contexts").click();
    window.context("Momentum on large caps").appears();

    gemini.answers([Reply::recorded("strategy-stream").in_random_pieces(11)]);
    window.open_chat(&title);
    window.ask("go on");
    window.answer_becomes(2, "done");
    window.close();
    assert_nothing_found(&world.places(), &["quokkameridian", "step-001 step-002", KEY], &[]);
    gemini.assert_no_faults();
}

fn listed(words: &[&str]) -> String {
    words.iter().fold(String::new(), |mut list, word| {
        let _ = write!(list, "{word} ");
        list
    })
}
