//! The whole window without a mouse: every step by keys alone, and the keyboard is never lost.

use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-keyboard";
const QUESTION: &str = "Create a momentum strategy for AAPL";

#[test]
fn a_person_without_a_mouse_signs_in_asks_stops_and_finds_the_profile() {
    let world = World::new("window-keyboard");
    let gemini = Gemini::start(KEY);
    // Somebody with a mouse has connected the model before.
    let window = world.open();
    window.try_the_demo();
    window.connect_gemini(&gemini, KEY);
    window.close();

    let window = world.open();
    window.shows("sign-in");
    window.tab_to(&window.button("Try the demo account"));
    window.press("Return");
    window.shows("chat");
    window.keyboard_is_at(&window.composer(), "after signing in");

    asks_and_stops(&window, &gemini);
    begins_anew(&window, &gemini);
    goes_to_the_profile_and_back(&window);
    gemini.assert_no_faults();
    window.close();
}

#[test]
fn whatever_opens_gives_the_keyboard_back_when_it_closes() {
    let world = World::new("window-focus");
    let window = world.open();
    window.tab_to(&window.button("Try the demo account"));
    window.press("Return");
    window.shows("chat");
    window.keyboard_is_at(&window.composer(), "after signing in");
    window.write("buy and hold MSFT");
    window.press("Return");
    window.answer_becomes(1, "done");
    window.keyboard_is_at(&window.composer(), "after an answer");

    closes_menus_and_popovers(&window);
    closes_dialogs(&window);
    changes_screens(&window);
    signs_out(&window);
    window.close();
}

fn asks_and_stops(window: &Window<'_>, gemini: &Gemini) {
    let steps: Vec<String> = (1..300).map(|step| format!("step-{step:03} ")).collect();
    let slow = Reply::saying(steps.iter().map(String::as_str)).by_event();
    gemini.answers([slow.every(Duration::from_millis(100))]);
    window.write("Two lines, please:");
    window.press("shift+Return");
    window.write(QUESTION);
    let question = format!("Two lines, please:\n{QUESTION}");
    // Keys arrive one by one, and the last of them later than the tool that pressed them ends.
    window.eventually("the whole question in the composer", || {
        (window.composer().value() == question).then_some(())
    });
    window.press("Return");
    window.answer_says("step-010");
    assert_eq!(gemini.last_question().turns(), [("user".to_owned(), question)]);
    window.keyboard_is_at(&window.composer(), "while an answer grows");
    window.write("typed meanwhile");
    window.press("Escape");
    window.answer_becomes(1, "stopped");
    gemini.expects_hang_up();
    window.keyboard_is_at(&window.composer(), "after stopping");
    assert_eq!(window.composer().value(), "typed meanwhile");
}

fn begins_anew(window: &Window<'_>, gemini: &Gemini) {
    let before = window.chat_title();
    window.press("ctrl+n");
    window.eventually("an empty chat", || (window.answers().count() == 0).then_some(()));
    window.keyboard_is_at(&window.composer(), "in the new chat");
    assert_eq!(window.composer().value(), "", "a draft of another chat came along");
    gemini.answers([Reply::recorded("short")]);
    window.write("What is the capital of Wyoming?");
    window.press("Return");
    window.answer_becomes(1, "done");
    window.keyboard_is_at(&window.composer(), "after an answer");

    let row = window.button(&before).within(window.chats());
    window.tab_to(&row);
    window.press("Return");
    window.answer_becomes(1, "stopped");
    window.keyboard_is_at(&window.composer(), "in the chat that was chosen");
    assert_eq!(window.composer().value(), "typed meanwhile");
}

fn goes_to_the_profile_and_back(window: &Window<'_>) {
    let menu = window.button("Account:").starting();
    window.tab_to(&menu);
    window.press("Return");
    window.arrow_to(&window.find("menuitem", "Profile"));
    window.press("Return");
    window.shows("profile");
    window.keyboard_is_kept("on the profile's screen");
    window.tab_to(&window.textbox("Goals"));
    window.press("ctrl+n");
    window.shows("chat");
    window.keyboard_is_at(&window.composer(), "back in the chat");
}

fn closes_menus_and_popovers(window: &Window<'_>) {
    let account = window.button("Account:").starting();
    window.tab_to(&account);
    window.press("Return");
    window.find("menuitem", "Sign out").appears();
    window.press("Escape");
    window.find("menuitem", "Sign out").disappears();
    window.keyboard_is_at(&account, "after its menu was closed");

    let options = window.button("Options of this chat");
    window.tab_to(&options);
    window.press("Return");
    window.find("menuitem", "Rename…").appears();
    window.press("Escape");
    window.find("menuitem", "Rename…").disappears();
    window.keyboard_is_at(&options, "after its menu was closed");

    let chip = window.button("Context:").starting();
    window.tab_to(&chip);
    window.press("Return");
    window.find("dialog", "Context").appears();
    window.keyboard_is_kept("in the list of contexts");
    window.press("Escape");
    window.find("dialog", "Context").disappears();
    window.keyboard_is_at(&chip, "after its list was closed");
    window.press("Return");
    window.tab_to(&window.button("No context").within(window.find("dialog", "Context")));
    window.press("Return");
    window.find("dialog", "Context").disappears();
    window.keyboard_is_kept("after a context was chosen");
}

fn closes_dialogs(window: &Window<'_>) {
    opens_dialog(window, "Rename…");
    window.keyboard_is_at(&window.textbox("Title"), "in the dialog");
    window.press("Escape");
    window.any("dialog").disappears();
    window.keyboard_is_kept("after renaming was given up");

    opens_dialog(window, "Rename…");
    window.keyboard_is_at(&window.textbox("Title"), "in the dialog");
    window.press("ctrl+a");
    window.write("Held for good");
    window.press("Return");
    window.any("dialog").disappears();
    window.keyboard_is_kept("after renaming");
    window.eventually("the new title", || {
        window.chats().text().contains("Held for good").then_some(())
    });

    deletes(window);
    window.keyboard_is_kept("after deleting");
    window.tab_to(&window.button("Undo"));
    window.press("Return");
    window.eventually("the chat to be back", || {
        window.chats().text().contains("Held for good").then_some(())
    });
    window.keyboard_is_kept("after a chat was brought back");
    deletes(window);
}

fn deletes(window: &Window<'_>) {
    chooses(window, "Delete");
    window.eventually("the chat to be gone", || {
        (!window.chats().text().contains("Held for good")).then_some(())
    });
}

/// Chooses from the menu of this chat.
fn chooses(window: &Window<'_>, item: &str) {
    window.tab_to(&window.button("Options of this chat"));
    window.press("Return");
    window.arrow_to(&window.find("menuitem", item));
    window.press("Return");
}

fn opens_dialog(window: &Window<'_>, item: &str) {
    chooses(window, item);
    window.any("dialog").appears();
}

fn changes_screens(window: &Window<'_>) {
    window.press("ctrl+comma");
    window.shows("settings");
    window.keyboard_is_kept("on the settings' screen");
    window.tab_to(&window.button("Contexts"));
    window.press("Return");
    window.shows("contexts");
    window.keyboard_is_kept("on the contexts' screen");
    window.press("ctrl+b");
    window.button("Show sidebar").appears();
    window.keyboard_is_kept("after the sidebar was hidden");
    window.tab_to(&window.button("Show sidebar"));
    window.press("Return");
    window.button("Account:").starting().appears();
    window.keyboard_is_kept("after the sidebar was shown");
}

fn signs_out(window: &Window<'_>) {
    window.tab_to(&window.button("Account:").starting());
    window.press("Return");
    window.arrow_to(&window.find("menuitem", "Sign out"));
    window.leaves(|| window.press("Return"));
    window.shows("sign-in");
    window.keyboard_is_kept("after signing out");
}
