//! Staying signed in over a restart, with a real keychain and without one.

use algoagent_tests::desktop::World;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN};
use algoagent_tests::window::Window;

const QUESTION: &str = "buy and hold MSFT for the ospreyfoundry";

fn stays_signed_in(window: &Window<'_>) {
    window.open_settings_at("Locking");
    window.find("switch", "Stay signed in").click();
}

#[test]
fn who_stays_signed_in_needs_no_password_until_they_lock_or_sign_out() {
    let world = World::new("window-staying");
    world.start_keychain();
    ADA.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    window.ask(QUESTION);
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    stays_signed_in(&window);
    window.says("Remembered in this computer’s keychain");
    window.close();

    for _ in 0..2 {
        let window = world.open();
        window.shows("chat");
        window.open_chat(&title);
        window.answer_becomes(1, "done");
        window.close();
    }

    let window = world.open();
    window.shows("chat");
    window.lock();
    window.close();
    let window = world.open();
    asks_for_the_password(&window);
    window.sign_in(&ADA);
    window.close();

    // Signed in again, she stays again, until she signs out.
    let window = world.open();
    window.shows("chat");
    window.sign_out();
    window.close();
    let window = world.open();
    asks_for_the_password(&window);
    window.sign_in(&ADA);
    window.open_settings_at("Locking");
    assert!(!is_on(&window), "signing out left it on");
    window.close();
    assert_nothing_found(&world.places(), &["ospreyfoundry", ADA.password], &[]);
}

#[test]
fn another_account_asks_who_stays_signed_in_again() {
    let world = World::new("window-staying-again");
    world.start_keychain();
    ADA.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    stays_signed_in(&window);
    window.says("Remembered in this computer’s keychain");
    window.close();
    BEN.enrols(&world);

    let window = world.open();
    asks_for_the_password(&window);
    window.sign_in(&ADA);
    window.says("another account was made on this computer");
    window.button("Stay signed in").click();
    window.button("Ask for my password").disappears();
    window.close();
    let window = world.open();
    window.shows("chat");
    assert!(window.button("Account:").starting().attribute("title").as_deref() == Some(ADA.email));
    window.close();
}

#[test]
fn without_a_keychain_the_next_start_asks_for_the_password_and_it_is_said_why() {
    let world = World::new("window-staying-nowhere");
    ADA.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    stays_signed_in(&window);
    window.says("The next start asks for your password");
    window.says("This computer has no keychain");
    window.close();
    let window = world.open();
    asks_for_the_password(&window);
    window.sign_in(&ADA);
    window.close();
}

fn asks_for_the_password(window: &Window<'_>) {
    window.shows("sign-in");
    window.eventually("the accounts", || {
        (window.textbox("Password").exists() || window.find("list", "Accounts").exists())
            .then_some(())
    });
}

fn is_on(window: &Window<'_>) -> bool {
    let switch = window.find("switch", "Stay signed in");
    switch.ask("return arguments[0].checked", &[]) == true
}
