//! Branches: a question in other words, another answer, a fork; and search, which finds and shows
//! what stands on a branch that isn't shown.

use algoagent_tests::Target;
use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::steps::ADA;
use algoagent_tests::webdriver::keys;
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-branches";

fn saying(text: &str) -> Reply {
    Reply::saying([text])
}

/// The last question or answer on the screen.
fn shown(window: &Window<'_>) -> (String, String) {
    // Without what stands below the words.
    let words = |text: String| text.lines().next().unwrap_or_default().to_owned();
    (words(window.questions().last().text()), words(window.answer().text()))
}

fn within_last<'w>(window: &'w Window<'w>, name: &str) -> Target<'w> {
    window.button(name).within(window.answer())
}

#[test]
fn an_edit_another_answer_and_a_fork_overwrite_nothing() {
    let world = World::new("window-branches");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    window.listen_for_errors();
    gemini.answers([saying("First of pelicans."), saying("Second of herons.")]);
    window.ask("Tell me of pelicans");
    window.answer_becomes(1, "done");
    window.ask("And of herons");
    window.answer_becomes(2, "done");

    // The first question in other words: what followed it goes off the screen, and isn't lost.
    gemini.answers([saying("First of ospreys.")]);
    window.button("Edit question").within(window.questions()).click();
    let field = window.textbox("Edit question");
    assert_eq!(field.value(), "Tell me of pelicans");
    field.fill("Tell me of ospreys");
    field.keys(keys::ENTER);
    window.eventually("the new branch", || {
        (window.questions().count() == 1 && window.text().contains("First of ospreys."))
            .then_some(())
    });
    assert_eq!(gemini.last_question().turns().len(), 1, "the model is told this branch alone");
    window.find("img", "Version 2 of 2").appears();
    window.screenshot("branches-edited");
    window.button("Previous version").within(window.questions()).click();
    window.eventually("the old branch with all of it", || {
        (window.questions().count() == 2 && window.text().contains("Second of herons."))
            .then_some(())
    });
    window.button("Next version").within(window.questions()).click();
    window.eventually("the new branch again", || (window.questions().count() == 1).then_some(()));

    // Another answer to the same question.
    gemini.answers([saying("Other ospreys.")]);
    within_last(&window, "Another answer").click();
    window.answer_says("Other ospreys.");
    window.answer_becomes(1, "done");
    within_last(&window, "Previous version").click();
    window.answer_says("First of ospreys.");
    let before = shown(&window);

    // A fork goes on by itself.
    within_last(&window, "Fork into a new chat from here").click();
    window.eventually("the fork", || window.chat_title().contains("(fork").then_some(()));
    assert_eq!(shown(&window), before);
    gemini.answers([saying("Only in the fork.")]);
    window.ask("Go on with ospreys");
    window.answer_says("Only in the fork.");
    window.answer_becomes(2, "done");

    // After a restart all of it is there.
    let title = window.chat_title();
    window.kill();
    let window = world.open();
    window.sign_in(&ADA);
    window.open_chat(&title);
    window.answer_says("Only in the fork.");
    let other = title.replace(" (fork)", "");
    window.open_chat(&other);
    window.answer_says("First of ospreys.");

    finds_what_is_not_shown(&window);
    window.assert_no_errors();
    window.close();
    gemini.assert_no_faults();
}

/// Herons are on the branch of the pelicans, which isn't shown.
fn finds_what_is_not_shown(window: &Window<'_>) {
    window.new_chat();
    window.listen_for_errors();
    window.press("ctrl+shift+f");
    window.find("dialog", "Search").appears();
    window.find("combobox", "Search in all chats").fill("herons secon");
    window.find("option", "Second of herons.").holding().appears();
    window.find("option", "version 1/2").holding().appears();
    window.screenshot("search-found");
    window.find("combobox", "Search in all chats").keys(keys::ENTER);
    window.any("dialog").disappears();
    window.shows("chat");
    window.eventually("the branch of the herons", || {
        let text = window.conversation().text();
        (text.contains("Tell me of pelicans") && text.contains("Second of herons.")).then_some(())
    });
}
