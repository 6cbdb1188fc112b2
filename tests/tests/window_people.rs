//! Several people in the window: who makes accounts for whom, and what each may do with their own.

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, Person};
use algoagent_tests::window::Window;

const KEY: &str = "replay-key-of-the-people";
const GRACE: Person =
    Person {
        name: "grace", email: "grace@example.org", password: "copper Lighthouse 44 in Malmö"
    };
/// What the administrator chooses for Grace.
const FIRST: &str = "borrowed Teapot 12 on Mars";

fn choose(window: &Window<'_>, name: &str, item: &str) {
    window.button(&format!("Options of {name}")).click();
    window.find("menuitem", item).click();
}

fn says_of(window: &Window<'_>, name: &str, word: &str, there: bool) {
    let what = format!("'{word}' of {name} to be {}", if there { "said" } else { "taken back" });
    window.eventually(&what, || {
        let row = window.any("table").text();
        let line = row.split('\n').skip_while(|line| !line.contains(name)).take(4);
        (line.collect::<String>().contains(word) == there).then_some(())
    });
}

/// The code on the screen, once it is said to be stored.
fn takes_code(window: &Window<'_>, screen: &str) -> String {
    let code = window.recovery_code_in(screen);
    window.button("I have stored it").click();
    code
}

#[test]
fn an_administrator_makes_an_account_and_its_owner_makes_it_their_own() {
    let world = World::new("window-people");
    ADA.enrols(&world);
    let window = world.open();
    window.sign_in(&ADA);
    window.open_settings_at("Accounts");
    window.button("Create account…").click();
    window.textbox("User name").fill(GRACE.name);
    window.textbox("E-mail").fill(GRACE.email);
    window.textbox("First password").fill(FIRST);
    window.button("Create account").click();
    window.says("It is not shown again");
    assert!(window.any("dialog").text().contains(FIRST), "the first password isn't shown");
    window.confirm("Done");
    says_of(&window, GRACE.name, "Not used yet", true);
    window.sign_out();

    let tile = window.button(GRACE.name).holding();
    tile.appears();
    assert!(tile.text().contains("Not used yet"), "{}", tile.text());
    window.try_to_sign_in(&GRACE, "not the first Password 7");
    window.says("The password is wrong");
    window.textbox("Password").fill(FIRST);
    window.button("Sign in").click();
    window.shows("claim");
    window.textbox("New password").fill(GRACE.password);
    window.button("Set password").click();
    let code = takes_code(&window, "recovery-code");
    window.shows("questions");
    window.button("Skip").click();
    window.shows("chat");
    window.ask("buy and hold MSFT");
    window.answer_becomes(1, "done");
    window.open_settings();
    window.find("tab", "Sessions").appears();
    for strange in ["Accounts", "Audit log"] {
        assert!(!window.find("tab", strange).exists(), "Grace sees {strange}");
    }
    window.sign_out();
    window.try_to_sign_in(&GRACE, FIRST);
    window.says("The password is wrong");
    window.sign_in(&GRACE);
    window.sign_out();

    administers(&window);
    window.close();
    let secrets = [FIRST, GRACE.password, &code, ADA.password];
    assert_nothing_found(&world.places(), &secrets, &[]);
}

/// Ada disables, enables and deletes Grace's account, and the log tells it.
fn administers(window: &Window<'_>) {
    window.sign_in(&ADA);
    window.open_settings_at("Accounts");
    choose(window, GRACE.name, "Disable…");
    window.confirm("Disable");
    says_of(window, GRACE.name, "Disabled", true);
    window.sign_out();
    window.find("heading", ADA.name).appears();
    assert!(!window.text().contains(GRACE.name), "a disabled account is offered");
    window.sign_in(&ADA);
    window.open_settings_at("Accounts");
    choose(window, GRACE.name, "Enable");
    says_of(window, GRACE.name, "Disabled", false);
    choose(window, GRACE.name, "Delete…");
    let delete = window.button("Delete account").within(window.any("dialog"));
    let name = window.textbox(&format!("Type {} to confirm", GRACE.name));
    for wrong in ["", "Grace", ADA.name] {
        name.fill(wrong);
        assert!(!delete.is_enabled(), "'{wrong}' is taken for {}", GRACE.name);
    }
    name.fill(GRACE.name);
    window.confirm("Delete account");
    window.eventually("Grace to be gone from the list", || {
        (!window.any("table").text().contains(GRACE.email)).then_some(())
    });

    window.find("tab", "Audit log").click();
    for what in [
        "ada.trades made the account grace",
        "grace signed in for the first time and chose a password",
        "A sign-in as grace was refused",
        "ada.trades disabled grace",
        "ada.trades enabled grace",
        "ada.trades deleted the account grace",
    ] {
        window.says(what);
    }
    window.sign_out();
    window.find("heading", ADA.name).appears();
    assert!(!window.text().contains(GRACE.name), "a deleted account is still offered");
}

#[test]
fn a_new_password_a_new_code_and_a_new_key_leave_the_page_where_it_is() {
    let world = World::new("window-own");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    let first = window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    window.listen_for_errors();
    gemini.answers([Reply::recorded("prose").by_event()]);
    window.ask("Tell me a story of a lighthouse");
    window.answer_becomes(1, "done");
    let title = window.chat_title();
    window.script("window.__stays = true", &[]);

    let ada = Person { password: "eleven Quiet windmills of Delft", ..ADA };
    window.open_settings_at("Account");
    window.button("Change password…").click();
    window.textbox("Current password").fill("velvet-Harpsichord 71 over York");
    window.textbox("New password").fill(ada.password);
    window.button("Change password").click();
    window.says("The password is wrong");
    window.textbox("Current password").fill(ADA.password);
    window.button("Change password").click();
    window.any("dialog").disappears();
    streams(&window, &gemini, "after the password was changed");

    let mut codes = vec![first];
    for (open, go, when) in [
        ("New code…", "Make a new code", "after a new code was made"),
        ("Change key…", "Change key", "after the vault was encrypted anew"),
    ] {
        window.open_settings_at("Account");
        window.button(open).click();
        window.textbox("Password").fill(ada.password);
        window.button(go).click();
        let code = takes_code(&window, "settings");
        window.any("dialog").disappears();
        assert!(!codes.contains(&code), "an old code is shown {when}");
        codes.push(code);
        streams(&window, &gemini, when);
    }
    window.open_chat(&title);
    window.answer_becomes(1, "done");
    window.assert_no_errors();
    window.sign_out();

    for (number, code) in codes.iter().enumerate() {
        window.button("Recover with code").click();
        window.textbox("Recovery code").fill(code);
        window.textbox("New password").fill(ADA.password);
        window.button("Set new password").click();
        if number + 1 < codes.len() {
            window.says("This code doesn’t open the vault");
            window.button("Back").click();
        }
    }
    takes_code(&window, "recovery-code");
    window.shows("chat");
    window.open_chat(&title);
    window.answer_becomes(1, "done");
    gemini.assert_no_faults();
    window.close();
}

/// The page is the same, and an answer grows in it.
fn streams(window: &Window<'_>, gemini: &Gemini, when: &str) {
    assert_eq!(window.script("return window.__stays", &[]), true, "the page is another {when}");
    let steps: Vec<String> = (1..=40).map(|step| format!("step-{step:03} ")).collect();
    let reply = Reply::saying(steps.iter().map(String::as_str)).by_event();
    gemini.answers([reply.every(std::time::Duration::from_millis(50))]);
    window.new_chat();
    window.watch_growth();
    window.ask("Count the steps");
    window.answer_becomes(1, "done");
    assert!(window.growth().len() >= 5, "nothing grows {when}: {:?}", window.growth());
    assert!(window.answer().text().contains("step-040"), "{}", window.answer().text());
}
