//! Every screen, large and small, light, dark and in high contrast: pictures to look at, and what a
//! program can judge by itself: nothing is cut off, nothing is nameless, nothing is too small or too
//! faint, and axe-core finds no serious problem.

use std::path::PathBuf;
use std::time::Duration;

use algoagent_tests::desktop::{Theme, World};
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::steps::{ADA, BEN, Person};
use algoagent_tests::terminal::Terminal;
use algoagent_tests::walk::Walk;
use algoagent_tests::webdriver::keys;
use algoagent_tests::window::Window;

/// Somebody whose account is made for them: this is their first password.
const GRACE: Person =
    Person { name: "grace", email: "grace@example.org", password: "borrowed Teapot 12 on Mars" };
const KEY: &str = "replay-key-of-the-pictures";
/// Formulas in all the ways that models write them, one too wide for the page, and money.
const FORMULAS: &str = r"A stop at $2 or $3 costs little. With the mean $\mu = \frac{1}{n}\sum_{i=1}^{n} x_i$ the z-score is

$$z = \frac{x - \mu}{\sigma}, \qquad \sigma = \sqrt{\frac{1}{n-1}\sum_{i=1}^{n} (x_i - \mu)^2}$$

and \(\beta\) follows from

\[ r_t = \alpha + \beta_1 f_{1,t} + \beta_2 f_{2,t} + \beta_3 f_{3,t} + \beta_4 f_{4,t} + \beta_5 f_{5,t} + \beta_6 f_{6,t} + \beta_7 f_{7,t} + \beta_8 f_{8,t} + \varepsilon_t \]

Compare $AAPL/$MSFT.";
#[test]
fn every_screen_is_fit_to_be_seen_in_the_light() {
    walk_through(Theme::Light, "light");
}

#[test]
fn every_screen_is_fit_to_be_seen_in_the_dark() {
    walk_through(Theme::Dark, "dark");
}

#[test]
fn every_screen_is_fit_to_be_seen_in_high_contrast() {
    walk_through(Theme::Light, "contrast");
}

#[test]
fn the_main_screens_are_fit_to_be_seen_in_dark_high_contrast_and_with_large_text() {
    let world = computer(Theme::Dark, "dark-contrast");
    let mut walk = Walk::new(world.open(), "dark-contrast").doubled();
    walk.window.shows("sign-in");
    follows_the_system(&walk.window, Theme::Dark);
    walk.look("sign-in-first");
    enters(&mut walk);
    asks(&mut walk);
    branches(&mut walk);
    finds(&mut walk);
    edits(&mut walk);
    settles(&mut walk);
    walk.end();
}

/// A computer with such a theme and such choices of whoever used it before.
fn computer(theme: Theme, name: &str) -> World {
    let world = World::new(&format!("window-screens-{name}"));
    world.set_theme(theme);
    if name.ends_with("contrast") {
        let looks = r#"{"appearance": {"theme": "system", "contrast": "high"}}"#;
        std::fs::create_dir(world.data_dir()).expect("a new computer");
        std::fs::write(world.data_dir().join("window.json"), looks).expect("it can be written");
    }
    world
}

fn walk_through(theme: Theme, name: &'static str) {
    let world = computer(theme, name);
    let mut walk = Walk::new(world.open(), name);

    walk.window.shows("sign-in");
    follows_the_system(&walk.window, theme);
    walk.look("sign-in-first");
    enters(&mut walk);
    works(&mut walk);
    connects(&mut walk);
    edits(&mut walk);
    settles(&mut walk);
    let copy = backs_up(&mut walk, &world);
    administers(&mut walk);
    locks(&mut walk, &world);

    walk.window.sign_out();
    walk.window.try_to_sign_in(&GRACE, GRACE.password);
    walk.window.shows("claim");
    walk.look("claim");
    walk.window.button("Back").click();
    let restore = walk.window.button("Restore from a backup file…");
    world.hands().open_file(&copy, || restore.click());
    walk.window.shows("restore");
    walk.look("restore");
    walk.window.find("radio", "A recovery code").click();
    walk.window.textbox("New password").appears();
    walk.look("restore-with-code");
    walk.window.button("Back").click();
    walk.window.find("list", "Accounts").appears();
    walk.look("sign-in-unused");
    walk.window.button(ADA.name).holding().click();
    walk.window.textbox("Password").appears();
    walk.look("sign-in-again");
    walk.window.button("Recover with code").click();
    walk.window.textbox("Recovery code").appears();
    walk.look("recover");
    walk.window.button("Back").click();
    // Somebody who is gone before the code was stored.
    walk.window.button("Create account").click();
    walk.window.apply_for_account(&BEN);
    walk.window.recovery_code();
    let mut walk = walk.after(|window| {
        window.close();
        world.open()
    });
    walk.window.sign_in(&BEN);
    walk.window.button("Make a new one").appears();
    walk.look("banner-code");
    walk.window.button("I have stored it").click();
    walk.window.sign_out();
    walk.window.find("list", "Accounts").appears();
    walk.look("sign-in-accounts");
    walk.window.try_the_demo();
    walk.look("demo");

    walk.end();
}

/// With the theme "system" the page is as light or dark as the desktop.
fn follows_the_system(window: &Window<'_>, theme: Theme) {
    const BRIGHT: &str = "
        const canvas = document.createElement('canvas').getContext('2d');
        const page = [document.body, document.documentElement].map((one) => getComputedStyle(one).backgroundColor);
        for (const colour of page.reverse()) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
        return red + green + blue > 382;";
    let bright = window.script(BRIGHT, &[]) == true;
    assert_eq!(bright, theme == Theme::Light, "the page doesn't follow the system's looks");
}

fn enters(walk: &mut Walk<'_>) {
    walk.window.button("Create account").click();
    walk.window.apply_for_account(&Person { password: "password", ..ADA });
    walk.window.any("alert").appears();
    walk.look("register");
    walk.window.apply_for_account(&ADA);
    walk.window.recovery_code();
    walk.look("recovery-code");
    walk.window.button("I have stored it").click();
    walk.window.textbox("Goals").appears();
    walk.look("questions");
    walk.window.button("Skip").click();
    walk.window.shows("chat");
    walk.look("chat-empty");
}

fn asks(walk: &mut Walk<'_>) {
    walk.window.ask("Create a momentum strategy for AAPL");
    walk.window.answer_becomes(1, "done");
    walk.look("chat-answer");
    walk.look_with("chat-code", |window| {
        window.code().ask("arguments[0].scrollIntoView({block: 'start'})", &[]);
    });
    walk.window.ask("stop at 4 %");
    walk.window.answer_becomes(2, "done");
    walk.look("chat-follow-up");
}

fn works(walk: &mut Walk<'_>) {
    asks(walk);
    walk.window.resize(720, 560);
    walk.window.button("Show sidebar").click();
    walk.window.chats().appears();
    walk.look_once("sidebar", 720);
    walk.window.resize(1280, 800);
    asks_back(walk, "Rename…", "dialog-rename");
    branches(walk);
    finds(walk);
    walk.window.button("Account:").starting().click();
    walk.window.find("menuitem", "Sign out").appears();
    walk.look_once("account-menu", 1280);
    walk.window.find("menuitem", "Settings").click();
    walk.window.shows("settings");
    walk.window.button("Add a service").appears();
    walk.look("settings");
}

/// What a question in other words leaves, and what a model would be told.
fn branches(walk: &mut Walk<'_>) {
    let question = walk.window.questions();
    walk.window.button("Edit question").within(question).click();
    walk.window.textbox("Edit question").appears();
    walk.look("chat-edit");
    walk.window.textbox("Edit question").keys(keys::ENTER);
    walk.window.find("img", "Version 2 of 2").appears();
    walk.window.answer_becomes(1, "done");
    walk.look("chat-branch");
    walk.window.button("About this answer").within(walk.window.answer()).click();
    walk.window.any("dialog").appears();
    walk.look_once("answer-info", 1280);
    walk.window.press("Escape");
    walk.window.any("dialog").disappears();
    walk.window.button("What the model sees").click();
    walk.window.find("region", "System prompt").appears();
    walk.look("dialog-prompt");
    walk.window.press("Escape");
    walk.window.any("dialog").disappears();
    walk.window.button("Archived chats").click();
    walk.window.button("Back to all chats").appears();
    walk.look_once("archived-empty", 1280);
    walk.window.button("Back to all chats").click();
}

/// The commands and the search.
fn finds(walk: &mut Walk<'_>) {
    walk.window.press("ctrl+k");
    walk.window.find("dialog", "Commands").appears();
    walk.look("palette");
    walk.window.find("combobox", "Command, chat or context").fill("dark");
    walk.look("palette-typed");
    walk.window.press("Escape");
    walk.window.any("dialog").disappears();
    walk.window.press("ctrl+shift+f");
    walk.window.find("dialog", "Search").appears();
    walk.look("search");
    let field = "Search in all chats";
    walk.window.find("combobox", field).fill("stop_loss");
    walk.window.any("option").appears();
    walk.look("search-found");
    walk.window.find("combobox", field).fill("zzzunknown");
    walk.window.says("Nothing found");
    walk.look("search-nothing");
    walk.window.press("Escape");
    walk.window.any("dialog").disappears();
}

/// Opens a dialog of this chat, looks at it and gives it up.
fn asks_back(walk: &mut Walk<'_>, item: &str, name: &str) {
    walk.window.button("Options of this chat").click();
    walk.window.find("menuitem", item).click();
    walk.window.any("dialog").appears();
    walk.look(name);
    walk.window.button("Cancel").click();
    walk.window.any("dialog").disappears();
}

fn connects(walk: &mut Walk<'_>) {
    let gemini = Gemini::start(KEY);
    walk.window.add_service("Google Gemini");
    walk.look("dialog-add-service");
    walk.window.enter_service(KEY, &gemini.base_address());
    walk.look("dialog-service-advanced");
    walk.window.button("Add and test").click();
    walk.window.button("Use Gemini by default").appears();
    walk.look("dialog-service-works");
    walk.window.button("Use Gemini by default").click();
    walk.window.button("Edit Gemini").appears();
    walk.look("settings-service");
    walk.window.button("Add a service").click();
    walk.window.find("menuitem", "Another service…").appears();
    walk.look_once("settings-kinds", 1280);
    walk.window.find("menuitem", "Another service…").click();
    walk.window.textbox("Base address").appears();
    walk.look("dialog-another-server");
    walk.window.button("Cancel").click();
    walk.window.new_chat();

    gemini.answers([Reply::saying([FORMULAS])]);
    walk.window.ask("How is a z-score made?");
    walk.window.answer_becomes(1, "done");
    assert_eq!(walk.window.answer().holds("math"), 4, "each formula is drawn");
    walk.look("chat-formulas");
    walk.window.new_chat();

    let slow = Reply::recorded("strategy-stream").by_event().every(Duration::from_millis(400));
    gemini.answers([slow]);
    walk.window.ask("Create a momentum strategy for AAPL");
    walk.window.answer_says("class AaplMomentum");
    walk.look("chat-growing");
    walk.window.button("Stop").click();
    walk.window.answer_becomes(1, "stopped");
    walk.look("chat-stopped");

    // The recorded refusal carries no delay; this is how the service states one.
    let delay = r#"{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "40s"}"#;
    let busy = Reply::recorded("rate-limited")
        .with(r#""details": ["#, &format!(r#""details": [{delay},"#));
    gemini.answers([busy]);
    walk.window.ask("And for MSFT?");
    walk.window.says("trying again in");
    walk.look("chat-waiting");
    walk.window.button("Stop").click();
    walk.window.answer_becomes(2, "stopped");

    gemini.change_key("another-key-since-then");
    walk.window.ask("Which of my symbols is the calmest?");
    walk.window.find("group", "The answer failed").appears();
    walk.look("chat-failed");
    walk.window.button("settings").holding().within(walk.window.answer()).click();
    walk.window.shows("settings");
    walk.window.button("Test Gemini").click();
    walk.window.any("alert").appears();
    walk.look("settings-key-refused");
}

fn edits(walk: &mut Walk<'_>) {
    walk.window.button("Contexts").click();
    walk.window.shows("contexts");
    walk.look("contexts-empty");
    walk.window.button("Breakout").starting().click();
    walk.window.textbox("Instructions").appears();
    walk.look("context-template");
    walk.window.find("tab", "JSON").click();
    walk.window.textbox("JSON text").fill("{\"timeframe\": ");
    walk.look("context-json");
    walk.window.textbox("JSON text").fill("{\"timeframe\": \"5m\"}");
    walk.window.find("tab", "Form").click();
    walk.window.button("Save").click();
    walk.window.context("Breakout").appears();
    walk.look("context-disagrees");
    walk.window.button("Options of this context").click();
    walk.window.find("menuitem", "Versions…").click();
    walk.window.find("list", "Versions").appears();
    walk.look("dialog-versions");
    walk.window.button("Close").within(walk.window.any("dialog")).click();
    walk.window.any("dialog").disappears();
    walk.window.new_context("Momentum on large caps", "Only liquid US shares. Trade the trend.");
    walk.look("contexts");
    walk.window.new_chat();
    walk.window.link_context("Momentum on large caps");
    walk.window.button("Context:").starting().click();
    walk.window.find("dialog", "Context").appears();
    walk.look_once("context-popover", 1280);
    walk.window.press("Escape");
    walk.window.find("dialog", "Context").disappears();
    walk.window.account_menu("Profile");
    walk.window.shows("profile");
    walk.window.textbox("Goals").appears();
    walk.look("profile");
}

fn settles(walk: &mut Walk<'_>) {
    for tab in ["Appearance", "Shortcuts", "Account", "Locking", "Sessions"] {
        walk.window.open_settings_at(tab);
        walk.window.any("heading").last().appears();
        walk.look(&format!("settings-{}", tab.to_lowercase()));
    }
    for (open, name) in [
        ("Change password…", "dialog-password"),
        ("Change key…", "dialog-rekey"),
        ("Delete account…", "dialog-delete-account"),
    ] {
        walk.window.open_settings_at("Account");
        walk.window.button(open).click();
        walk.window.any("dialog").appears();
        walk.look(name);
        walk.window.button("Cancel").click();
        walk.window.any("dialog").disappears();
    }
    walk.window.button("New code…").click();
    walk.window.textbox("Password").fill(ADA.password);
    walk.window.button("Make a new code").click();
    walk.window.recovery_code_in("settings");
    walk.look("dialog-code");
    walk.window.button("I have stored it").click();
    walk.window.any("dialog").disappears();
}

fn backs_up(walk: &mut Walk<'_>, world: &World) -> PathBuf {
    walk.window.open_settings_at("Data");
    walk.window.button("Back up now").click();
    // An automatic one may have come first.
    walk.window.says("backed up");
    walk.window.find("list", "Backups").appears();
    walk.look("settings-data");
    chooses_for_the_backup(&walk.window, "Restore…");
    walk.window.textbox("Password").appears();
    walk.look("dialog-restore");
    walk.window.button("Cancel").click();
    let copy = world.home().join("ada.algoagent-backup");
    world.hands().save_as(&copy, || chooses_for_the_backup(&walk.window, "Save a copy…"));
    walk.window.says("A copy of the backup was saved");
    copy
}

fn chooses_for_the_backup(window: &Window<'_>, item: &str) {
    window.button("Options of the backup of").starting().click();
    window.find("menuitem", item).click();
}

fn administers(walk: &mut Walk<'_>) {
    walk.window.open_settings_at("Accounts");
    walk.window.button("Create account…").click();
    walk.window.textbox("User name").fill(GRACE.name);
    walk.window.textbox("E-mail").fill(GRACE.email);
    walk.window.textbox("First password").fill(GRACE.password);
    walk.look("dialog-create-account");
    walk.window.button("Create account").click();
    walk.window.button("Done").appears();
    walk.look("dialog-first-password");
    walk.window.confirm("Done");
    walk.look("settings-accounts");
    walk.window.open_settings_at("Audit log");
    walk.window.any("table").appears();
    walk.look("settings-audit");
}

fn locks(walk: &mut Walk<'_>, world: &World) {
    let mut terminal = Terminal::open(world, &["chat", "--model", "built-in"], &ADA.signs_in());
    terminal.write("Buy and hold MSFT");
    terminal.says("```python");
    walk.window.open_settings_at("Sessions");
    walk.window.button("End all others…").appears();
    walk.look("settings-sessions-two");
    walk.window.lock();
    walk.window.button("End it").appears();
    walk.look("locked-others");
    drop(terminal);
    walk.window.button("End it").disappears();
    walk.look("locked");
    walk.window.try_to_unlock("velvet-Harpsichord 71 over York");
    walk.window.says("The password is wrong");
    walk.look("locked-refused");
    walk.window.unlock(&ADA);
}
