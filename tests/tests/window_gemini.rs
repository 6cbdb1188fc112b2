//! The main job with Gemini, as it answered once and was recorded: every request holds what
//! the model must know, and every answer arrives whole, wherever the network cut it.

use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::recordings::expected;
use algoagent_tests::steps::ADA;
use algoagent_tests::story::{CONTEXT, Cast, GOALS, INSTRUCTIONS, QUESTION, main_job};
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-main-story";

#[test]
fn a_trader_goes_from_a_fresh_computer_to_a_saved_strategy_with_gemini_and_finds_it_again() {
    let world = World::new("window-gemini");
    let gemini = Gemini::start(KEY);
    gemini.answers([
        Reply::recorded("strategy-stream").in_random_pieces(3).every(Duration::from_millis(2)),
        Reply::recorded("strategy-follow-up").by_byte(),
    ]);
    let cast = Cast {
        engages: &|window| {
            window.connect_gemini(&gemini, KEY);
            assert!(!window.source().contains(KEY), "the key is in the page");
        },
        model: "Gemini",
        change: "stop at 3 %",
        changed: "stop_loss_pct = 0.03",
        secrets: &[KEY, "it buys when the fast average crosses above"],
    };
    let told = main_job(&world, &cast);

    let (first, second) = (expected("strategy-stream"), expected("strategy-follow-up"));
    assert_eq!(told.first_code.trim_end(), first.python[0].trim_end());
    assert_eq!(told.code.trim_end(), second.python[0].trim_end());
    let questions = gemini.questions();
    assert_eq!(questions.len(), 2, "two questions make two requests");
    for question in &questions {
        let system = question.system();
        is_told(&system, &CONTRACT);
        is_told(&system, &["moderate", "1d", GOALS, CONTEXT, INSTRUCTIONS]);
        is_told(&system, &["max_position_size", "stop_loss_pct"]);
    }
    let user = |text: &str| ("user".to_owned(), text.to_owned());
    let model = |text: &str| ("model".to_owned(), text.to_owned());
    assert_eq!(questions[0].turns(), [user(QUESTION)]);
    assert_eq!(questions[1].turns(), [user(QUESTION), model(&first.text), user(cast.change)]);
    gemini.assert_no_faults();
}

#[test]
fn gemini_is_told_the_whole_profile_and_its_reasoning_is_no_part_of_the_answer() {
    let world = World::new("window-gemini-demo");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.try_the_demo();
    window.connect_gemini(&gemini, KEY);
    gemini.answers([Reply::recorded("strategy-stream").by_byte()]);
    window.ask(QUESTION);
    window.answer_becomes(1, "done");
    let meant = expected("strategy-stream");
    assert!(!window.text().contains(meant.reasoning.trim()), "the reasoning is in the answer");
    assert_eq!(window.answer().holds("table tr"), 6, "the table isn't a table");
    copies(&window, &meant.text);

    let system = gemini.last_question().system();
    is_told(&system, &CONTRACT);
    is_told(&system, &["moderate", "1d", "AAPL", "GOOGL", "MSFT", "TSLA"]);
    is_told(&system, &["max_position_size = 0.1", "max_drawdown = 0.15"]);
    is_told(&system, &["stop_loss_pct = 0.02", "take_profit_pct = 0.05"]);
    gemini.assert_no_faults();
    window.close();
}

#[test]
fn every_recorded_answer_arrives_whole_wherever_it_was_cut() {
    const ANSWERS: [&str; 8] = [
        "short",
        "markdown",
        "newest",
        "thinking",
        "signature",
        "utf8",
        "empty-part",
        "growing-usage",
    ];
    let world = World::new("window-recordings");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    for (index, name) in ANSWERS.into_iter().enumerate() {
        let reply = Reply::recorded(name);
        gemini.answers([match index % 3 {
            0 => reply.by_byte(),
            1 => reply.in_random_pieces(17),
            _ => reply,
        }]);
        window.ask(&format!("the recording {name}"));
        window.answer_becomes(index + 1, "done");
        let left =
            "return arguments[0].scrollHeight - arguments[0].clientHeight - arguments[0].scrollTop";
        window.eventually("the end of the answer to be in view", || {
            let left = window.conversation().ask(left, &[]).as_f64()?;
            (left < 2.0).then_some(())
        });
        assert!(!window.button("Jump to latest").exists(), "the view let go of its end");
        copies(&window, &expected(name).text);
    }
    gemini.assert_no_faults();
    window.close();
}

#[test]
fn what_cannot_be_sent_stays_where_it_was_written() {
    const LONGEST: usize = 256 * 1024;
    let world = World::new("window-composer");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    for nothing in ["", "   \n "] {
        window.composer().paste(nothing);
        assert!(!window.button("Send").is_enabled(), "{nothing:?} could be sent");
        window.composer().keys(algoagent_tests::webdriver::keys::ENTER);
    }

    // Two bytes each: what counts is bytes, not characters.
    let long = "é".repeat(LONGEST / 2 + 1);
    window.composer().paste(&long);
    let send = window.button("Send");
    if send.is_enabled() {
        send.click();
    } else {
        window.composer().keys(algoagent_tests::webdriver::keys::ENTER);
    }
    window.says("256 KiB");
    assert!(window.composer().value() == long, "the draft has changed");
    assert_eq!(window.questions().count(), 0);
    assert!(gemini.questions().is_empty(), "it was sent all the same");

    gemini.answers([Reply::recorded("short")]);
    let longest = "é".repeat(LONGEST / 2);
    window.composer().paste(&longest);
    window.button("Send").click();
    window.answer_becomes(1, "done");
    let turns = gemini.last_question().turns();
    assert!(turns == [("user".to_owned(), longest)], "the longest question didn't arrive whole");
    window.close();
}

#[test]
fn stopping_keeps_what_was_written_and_hangs_up() {
    let world = World::new("window-stop");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    let words: Vec<String> = (1..300).map(|step| format!("step-{step:03} ")).collect();
    let slow = Reply::saying(words.iter().map(String::as_str)).by_event();
    gemini.answers([slow.every(Duration::from_millis(100))]);
    window.ask("Count slowly");
    window.answer_says("step-010");
    window.composer().fill("typed meanwhile");
    window.button("Stop").click();
    window.answer_becomes(1, "stopped");
    gemini.expects_hang_up();
    let kept = window.answer().text();
    assert!(kept.contains("step-010"), "what was written is gone: {kept}");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(window.answer().text(), kept, "a late word came in");
    assert_eq!(window.composer().value(), "typed meanwhile");

    gemini.answers([Reply::recorded("short")]);
    window.ask("and now?");
    window.answer_becomes(2, "done");
    window.close();
}

#[test]
fn code_that_was_stopped_half_way_can_be_copied_and_is_no_strategy() {
    let world = World::new("window-half-code");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    gemini
        .answers([Reply::recorded("strategy-stream").by_event().every(Duration::from_millis(400))]);
    window.ask(QUESTION);
    window.answer_says("class AaplMomentum");
    window.button("Stop").click();
    window.answer_becomes(1, "stopped");

    let hands = world.hands();
    hands.empty_clipboard();
    window.button("Copy code").within(window.code()).click();
    let half = hands.clipboard();
    let whole = &expected("strategy-stream").python[0];
    assert!(half.contains("class AaplMomentum"), "the code is not on the clipboard: {half:?}");
    assert!(whole.starts_with(half.trim_end()), "something else was copied:\n{half}");
    assert!(half.trim_end().len() < whole.trim_end().len(), "it was not stopped half-way");
    assert!(!window.code().text().contains("v1"), "half a strategy became a version");
    window.close();
}

/// Words of the contract that every request states.
const CONTRACT: [&str; 6] =
    ["from algoagent import", "(Strategy)", "def init", "def next", "risk rules", "self.buy"];

fn is_told(system: &str, words: &[&str]) {
    for word in words {
        assert!(system.contains(word), "the model isn't told '{word}':\n{system}");
    }
}

/// Copying the newest answer gives its Markdown, to the letter.
fn copies(window: &Window<'_>, markdown: &str) {
    let hands = window.world().hands();
    hands.empty_clipboard();
    window.button("Copy message").within(window.answer()).click();
    assert_eq!(hands.clipboard().trim_end(), markdown.trim_end());
}
