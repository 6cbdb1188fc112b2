//! The main job in the real window with the model that needs no network, and the way back in
//! for who lost the password.

use algoagent_tests::desktop::World;
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, Person};
use algoagent_tests::story::{Cast, main_job};

#[test]
fn a_trader_goes_from_a_fresh_computer_to_a_saved_strategy_and_finds_it_again() {
    let world = World::new("window-builtin");
    let cast = Cast {
        engages: &|_| {},
        model: "AlgoAgent built-in",
        change: "stop at 4 %",
        changed: "stop_loss_pct = 0.04",
        secrets: &[],
    };
    main_job(&world, &cast);
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
