//! What is kept: words that were not sent or saved yet, answers that nobody looks at, chats that were
//! deleted and are wanted back, and everything in a file.

use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN};
use algoagent_tests::webdriver::keys;
use algoagent_tests::window::Window;
use algoagent_tests::{LIVENESS, eventually};

const KEY: &str = "replay-key-of-the-keeping";

/// An answer that takes its time.
fn slow() -> Reply {
    let words: Vec<String> = (1..=600).map(|step| format!("step-{step:03} ")).collect();
    Reply::saying(words.iter().map(String::as_str)).by_event().every(Duration::from_millis(50))
}

/// Half a second after the last key what was typed is in the vault.
fn saved() {
    std::thread::sleep(Duration::from_millis(900));
}

fn typed(window: &Window<'_>, text: &str) {
    window.eventually(&format!("\"{text}\" in the composer"), || {
        (window.composer().value() == text).then_some(())
    });
}

#[test]
fn what_is_typed_survives_a_lock_a_kill_and_another_chat() {
    let world = World::new("window-drafts");
    let window = world.open();
    window.create_account(&ADA);
    window.ask("What is ATR?");
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    window.composer().fill("and what of quokkadraft");
    window.new_chat();
    window.composer().fill("something else");
    window.open_chat(&title);
    typed(&window, "and what of quokkadraft");
    // At once, without a pause: what locks waits until it is saved.
    window.composer().fill("and what of quokkadrafts in winter");
    window.lock();
    window.unlock(&ADA);
    window.open_chat(&title);
    typed(&window, "and what of quokkadrafts in winter");
    window.composer().keys(" or spring");
    saved();
    window.kill();
    let window = world.open();
    window.sign_in(&ADA);
    typed(&window, "something else");
    window.open_chat(&title);
    typed(&window, "and what of quokkadrafts in winter or spring");
    // Sent, it is no draft any more, also after the next kill.
    window.composer().keys(keys::ENTER);
    window.answer_becomes(2, "done");
    window.kill();
    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&title);
    window.answer_becomes(2, "done");
    typed(&window, "");
    window.close();
    assert_nothing_found(&world.places(), &["quokkadraft"], &[]);
}

#[test]
fn a_half_written_form_survives_a_lock_and_a_kill() {
    let world = World::new("window-forms");
    let window = world.open();
    window.create_account(&ADA);
    window.button("Contexts").click();
    window.button("Blank").starting().click();
    window.textbox("Name").fill("Okapi");
    window.textbox("Instructions").fill("Only okapiwords of one sec");
    // At once, without a question.
    window.press("ctrl+l");
    window.shows("locked");
    window.unlock(&ADA);
    window.says("What you typed into a new context isn’t saved yet");
    window.screenshot("unsaved-form");
    window.button("Open it").click();
    window.shows("contexts");
    window.says("You typed this earlier");
    assert_eq!(window.textbox("Instructions").value(), "Only okapiwords of one sec");
    window.textbox("Instructions").keys("tor");
    window.screenshot("unsaved-context");
    saved();
    window.kill();
    let window = world.open();
    window.sign_in(&ADA);
    window.button("Open it").click();
    assert_eq!(window.textbox("Name").value(), "Okapi");
    assert_eq!(window.textbox("Instructions").value(), "Only okapiwords of one sector");
    window.button("Save").click();
    window.says("The context was created");
    window.kill();
    // Saved, it is nothing unsaved any more.
    let window = world.open();
    window.sign_in(&ADA);
    window.composer().appears();
    saved();
    assert!(!window.any("note").exists(), "a form that was saved is called unsaved");
    window.button("Contexts").click();
    window.button("Okapi").starting().appears();
    window.button("New context").click();
    window.button("Blank").starting().appears();
    window.close();
    assert_nothing_found(&world.places(), &["okapiwords"], &[]);
}

#[test]
fn answers_go_on_behind_other_chats_and_closing_asks() {
    let world = World::new("window-behind");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    gemini.answers([slow()]);
    window.ask("Count to six hundred");
    window.answer_says("step-003");
    let counting = window.chat_title();
    window.new_chat();
    gemini.answers([Reply::recorded("short")]);
    window.ask("What is the capital of Wyoming?");
    window.answer_becomes(1, "done");
    window.find("img", "Writing").within(window.chats()).appears();

    // The person closes the window, and stays after all.
    let hands = world.hands();
    hands.press("alt+F4");
    window.find("dialog", "1 answer is still being written").appears();
    window.screenshot("closing-asks");
    window.button("Keep open").click();
    window.any("dialog").disappears();
    assert!(window.lives(), "it closed although the person wanted it open");
    window.open_chat(&counting);
    window.answer_becomes(1, "writing");
    hands.press("alt+F4");
    window.find("dialog", "1 answer is still being written").appears();
    window.button("Close").within(window.any("dialog")).click_to_end();
    let ended = eventually(LIVENESS, || (!window.lives()).then_some(()));
    assert!(ended.is_some(), "it stays open although the person said so");
    drop(window);

    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&counting);
    window.answer_becomes(1, "stopped");
    window.answer_says("step-003");
    gemini.answers([Reply::recorded("short")]);
    window.button("Continue").click();
    window.answer_becomes(2, "done");
    window.close();
    gemini.assert_no_faults();
}

#[test]
fn chats_are_pinned_put_away_deleted_and_brought_back() {
    let world = World::new("window-lists");
    let window = world.open();
    window.create_account(&ADA);
    for question in ["What is ATR?", "What is ADX?", "What is RSI?"] {
        window.new_chat();
        window.ask(question);
        window.answer_becomes(1, "done");
    }
    let order = |window: &Window<'_>, first: &str, last: &str| {
        let (first, last) = (first.to_owned(), last.to_owned());
        window.eventually(&format!("\"{first}\" above \"{last}\""), || {
            let text = window.chats().text();
            (text.find(&first)? < text.find(&last)?).then_some(())
        });
    };
    let chooses = |title: &str, item: &str| {
        window.open_chat(title);
        window.eventually("the chat", || (window.chat_title() == title).then_some(()));
        window.button("Options of this chat").click();
        window.find("menuitem", item).click();
    };
    order(&window, "What is RSI?", "What is ATR?");
    chooses("What is ATR?", "Pin");
    order(&window, "What is ATR?", "What is RSI?");
    window.find("heading", "Pinned").appears();
    chooses("What is ADX?", "Archive");
    window.eventually("the list without it", || {
        (!window.chats().text().contains("What is ADX?")).then_some(())
    });
    window.button("Archived chats").click();
    window.button("What is ADX?").within(window.find("navigation", "Archived chats")).appears();
    window.screenshot("archived");
    window.button("Back to all chats").click();
    chooses("What is RSI?", "Delete");
    window.eventually("the list without it", || {
        (!window.chats().text().contains("What is RSI?")).then_some(())
    });
    window.screenshot("deleted");
    window.says("“What is RSI?” was deleted");
    // Archiving offers the same.
    window.button("Undo").last().click();
    window.open_chat("What is RSI?");
    window.answer_becomes(1, "done");
    chooses("What is RSI?", "Delete");
    window.eventually("the list without it", || {
        (!window.chats().text().contains("What is RSI?")).then_some(())
    });
    window.kill();
    let window = world.open();
    window.sign_in(&ADA);
    order(&window, "Pinned", "What is ATR?");
    assert!(!window.chats().text().contains("What is RSI?"), "a deleted chat is back");
    window.close();
}

#[test]
fn chats_leave_as_files_and_come_into_another_vault() {
    let world = World::new("window-transfer");
    let window = world.open();
    window.create_account(&ADA);
    window.ask("Create a momentum strategy for AAPL");
    window.answer_becomes(1, "done");
    window.ask("stop at 4 %");
    window.answer_becomes(2, "done");
    let (title, answer) = (window.chat_title(), window.answer().text());
    let markdown = world.home().join("chat.md");
    window.button("Options of this chat").click();
    let item = window.find("menuitem", "Export as Markdown…");
    world.hands().save_as(&markdown, || item.click());
    window.says("Saved to");
    let text = std::fs::read_to_string(&markdown).expect("it was written");
    assert!(
        text.contains("Create a momentum strategy for AAPL") && text.contains("```python"),
        "{text}"
    );
    window.composer().fill("and tighten the stop");
    window.open_settings_at("Data");
    let zip = world.home().join("chats.zip");
    world.hands().save_as(&zip, || window.button("Export all chats…").click());
    window.says("All chats were exported");
    window.sign_out();

    window.create_account(&BEN);
    for says in ["1 chat with 4 messages came in", "1 was here already"] {
        window.open_settings_at("Data");
        world.hands().open_file(&zip, || window.button("Import chats…").click());
        window.says(says);
    }
    window.screenshot("imported");
    window.open_chat(&title);
    window.answer_becomes(2, "done");
    assert_eq!(window.answer().text(), answer, "it reads otherwise than it did");
    assert_eq!(window.composer().value(), "and tighten the stop", "what was not sent is lost");
    window.close();
}
