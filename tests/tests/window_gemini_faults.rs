//! What goes wrong with a service, and what a person then reads: plain words, what to do,
//! the question still there, and whatever had arrived.

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::ADA;
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-bad-days";
const WRONG_KEY: &str = "replay-key-that-nobody-gave-out";

#[test]
fn a_refused_key_is_said_and_leads_to_the_settings() {
    let world = World::new("window-key");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);

    window.open_settings();
    window.add_service("Google Gemini");
    window.enter_service(WRONG_KEY, &gemini.base_address());
    window.button("Add and test").click();
    window.any("alert").appears();
    assert!(window.any("alert").text().to_lowercase().contains("key"));
    window.textbox("API key").fill(KEY);
    window.button("Save and test").click();
    window.button("Use Gemini by default").click();

    gemini.change_key("another-key-since-then");
    window.new_chat();
    window.ask("a question for later");
    fails_in_words(&window, "the key is refused");
    window.button("settings").holding().within(window.answer()).click();
    window.shows("settings");

    gemini.change_key(KEY);
    let echo = Reply::recorded("key-refused-echo").with("AIzv00G7VmUCUeC-5OglO3hcXM", KEY);
    gemini.answers([echo]);
    window.new_chat();
    window.ask("a question whose answer echoes the key");
    fails_in_words(&window, "the key is echoed");
    assert!(!window.source().contains(KEY), "the key came back out");
    gemini.assert_no_faults();
    window.close();
    assert_nothing_found(&world.places(), &[KEY, WRONG_KEY], &[]);
}

#[test]
fn a_key_stays_with_the_address_that_it_was_entered_for() {
    let world = World::new("window-key-address");
    let gemini = Gemini::start(KEY);
    let elsewhere = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    window.open_settings();
    let card = move_to(&window, &elsewhere.base_address());
    assert!(!card.contains("Stored in your vault"), "{card}");
    window.button("Cancel").click();
    window.new_chat();
    window.ask("Who holds my key?");
    let words = fails_in_words(&window, "the key belongs to another address");
    assert!(words.contains("key"), "{words}");
    let told = elsewhere.requests();
    let keyless = |header: &str| told.iter().all(|asked| asked.header(header).is_empty());
    assert!(keyless("x-goog-api-key") && keyless("authorization"), "the key went along");

    window.open_settings();
    move_to(&window, &gemini.base_address());
    window.new_chat();
    gemini.answers([Reply::recorded("short")]);
    window.ask("And now?");
    window.answer_says("Cheyenne");
    gemini.assert_no_faults();
    window.close();
}

/// Gives Gemini another address and no other key; says what its card says then.
fn move_to(window: &Window<'_>, address: &str) -> String {
    window.button("Edit Gemini").click();
    window.textbox("Base address").fill(address);
    window.button("Save and test").click();
    let card = window.find("listitem", "Gemini");
    window.eventually("the address to be kept", || card.text().contains(address).then_some(()));
    card.text()
}

#[test]
fn plain_http_is_taken_for_this_computer_only() {
    let world = World::new("window-plain-http");
    let window = world.open();
    window.create_account(&ADA);
    window.open_settings();
    window.add_service("Google Gemini");
    window.enter_service(KEY, "http://models.example.org");
    window.button("Add and test").click();
    window.any("alert").appears();
    assert!(window.any("alert").text().contains("http"), "{}", window.any("alert").text());
    window.close();
}

#[test]
fn an_answer_that_breaks_off_is_kept_and_can_be_asked_for_again() {
    let world = World::new("window-broken");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);

    let whole = || Reply::recorded("strategy-stream").by_event();
    let breaks = [
        ("it ends without a finish marker", whole().ends_half_way()),
        ("the connection is reset", whole().resets_half_way()),
        ("an error comes in its middle", whole().fails_half_way()),
    ];
    for (why, reply) in breaks {
        gemini.answers([reply]);
        window.new_chat();
        let question = format!("What if {why}?");
        window.ask(&question);
        fails_in_words(&window, why);
        let kept = window.answer().text();
        assert!(kept.contains("Momentum on AAPL"), "{why}: what had arrived is gone: {kept}");

        gemini.answers([whole()]);
        window.button("Try again").within(window.answer()).click();
        window.eventually("a whole answer after trying again", || {
            (window.answer().attribute("data-state").as_deref() == Some("done")).then_some(())
        });
        assert_eq!(window.questions().count(), 1, "{why}: the question was doubled");
        let turns = gemini.last_question().turns();
        assert_eq!(turns, [("user".to_owned(), question)], "{why}: the failure was sent back");
    }

    // On record an error also came after the finish marker: the service takes its word back.
    let why = "an error comes after its end";
    gemini.answers([Reply::recorded("error-mid-stream")]);
    window.new_chat();
    window.ask(&format!("What if {why}?"));
    fails_in_words(&window, why);
    let kept = window.answer().text();
    assert!(kept.contains("First Second"), "{why}: what had arrived is gone: {kept}");
    gemini.assert_no_faults();
    window.close();
}

#[test]
fn without_a_network_the_question_waits() {
    let world = World::new("window-offline");
    let mut gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    gemini.close();
    window.ask("Is anybody there?");
    fails_in_words(&window, "there is no network");

    gemini.open();
    gemini.answers([Reply::recorded("short")]);
    window.button("Try again").within(window.answer()).click();
    window.answer_says("Cheyenne");
    assert_eq!(window.questions().count(), 1);
    window.close();
}

#[test]
fn every_refusal_of_the_service_becomes_words() {
    let world = World::new("window-refusals");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    let mut seen = Vec::new();
    for name in [
        "rate-limited",
        "model-gone",
        "region-refused",
        "api-not-enabled",
        "prompt-blocked",
        "recitation",
    ] {
        gemini.always_answers(Reply::recorded(name));
        window.new_chat();
        window.ask(&format!("a question that meets {name}"));
        let words = fails_in_words(&window, name);
        assert!(!seen.contains(&words), "{name} is told like another fault: {words}");
        seen.push(words);
    }
    window.answer_says("text1");
    window.close();
}

#[test]
fn a_wrong_password_is_refused_in_words() {
    let world = World::new("window-password");
    let window = world.open();
    window.create_account(&ADA);
    window.sign_out();
    window.try_to_sign_in(&ADA, "velvet-Harpsichord 17 over Leeds");
    window.any("alert").appears();
    assert!(window.any("alert").text().to_lowercase().contains("password"));
    assert_eq!(window.screen().as_deref(), Some("sign-in"));
    window.sign_in(&ADA);
    window.close();
}

/// The newest answer failed with a card for a person, under a question that is still there.
fn fails_in_words(window: &Window<'_>, why: &str) -> String {
    window.eventually(&format!("a failed answer, because {why}"), || {
        (window.answer().attribute("data-state").as_deref() == Some("failed")).then_some(())
    });
    let card = window.find("group", "The answer failed").within(window.answer());
    let text = card.text();
    let words = text.lines().next().unwrap_or_default().to_owned();
    assert!(words.split_whitespace().count() >= 6, "{why}: '{words}' tells nobody what to do");
    for noise in ["{", "error sending", "Os ", "reqwest", "http://"] {
        assert!(!words.contains(noise), "{why}: not written for a person: {words}");
    }
    assert_eq!(window.questions().count(), 1, "{why}: the question is gone");
    assert!(window.composer().is_enabled());
    words
}
