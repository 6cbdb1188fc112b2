//! The main job, told once for every model: from a fresh computer to a saved strategy that
//! runs, and back to it the next day, when nobody else finds any of it.

use std::fs;
use std::path::Path;

use crate::desktop::World;
use crate::market;
use crate::scan::assert_nothing_found;
use crate::steps::{ADA, DEMO, Person};
use crate::window::Window;

/// The context that the chat is linked to.
pub const CONTEXT: &str = "Momentum on large caps";
/// What it tells the model.
pub const INSTRUCTIONS: &str =
    "Only liquid US shares. Trade the trend, never against it. quetzalharbour";
/// What the person wants to reach.
pub const GOALS: &str = "Steady growth, no sleepless night, marzipanfjord";
/// The first question.
pub const QUESTION: &str = "Create a momentum strategy for AAPL. Call the plan zanzibarlantern.";

/// Words of the story that stand nowhere else.
const CANARIES: [&str; 3] = ["quetzalharbour", "marzipanfjord", "zanzibarlantern"];

/// What the models differ in.
pub struct Cast<'c> {
    /// Lets the model answer from now on.
    pub engages: &'c dyn Fn(&Window<'_>),
    /// What the chat says of the model.
    pub model: &'static str,
    /// The change that is asked for.
    pub change: &'static str,
    /// What the changed code must hold.
    pub changed: &'static str,
    /// What must be nowhere on the disk besides what the person wrote.
    pub secrets: &'static [&'static str],
}

/// What the person saw.
pub struct Told {
    /// The code of the first version.
    pub first_code: String,
    /// The code of the second.
    pub code: String,
}

/// Goes through the whole story in real windows. The saved file is called `momentum.py`.
pub fn main_job(world: &World, cast: &Cast<'_>) -> Told {
    let window = world.open();
    window.listen_for_errors();
    looks_at_the_demo_account(&window);
    let recovery_code = makes_an_account(&window);
    (cast.engages)(&window);

    window.new_context(CONTEXT, INSTRUCTIONS);
    window.new_chat();
    window.link_context(CONTEXT);
    window.watch_growth();
    window.ask(QUESTION);
    window.answer_becomes(1, "done");
    let growth = window.growth();
    assert!(growth.len() > 2, "the answer didn't stream in, its lengths were {growth:?}");
    let first_code = is_a_strategy(&window, "v1");

    window.ask(cast.change);
    window.answer_becomes(2, "done");
    let code = is_a_strategy(&window, "v2");
    assert_ne!(first_code, code, "the follow-up changed nothing");
    assert!(code.contains(cast.changed), "the change isn't in the code:\n{code}");

    let saved = world.home().join("My strategies").join("momentum.py");
    copies_and_saves(&window, &code, &saved);
    runs(world, &saved);
    window.assert_no_errors();

    let title = window.chat_title();
    let answer = window.answer().text();
    window.close();

    let window = world.open();
    window.sign_in(&ADA);
    finds_everything_again(&window, cast, &title, &answer, &code);
    window.sign_out();
    sees_nothing_of_ada(&window, &title);
    window.close();

    let folder = saved.parent().expect("it was saved in a folder").to_path_buf();
    let bare_code = recovery_code.replace('-', "");
    let (sentence, line) = (longest_line(&answer), longest_line(&code));
    let mut words = CANARIES.to_vec();
    words.extend([QUESTION, CONTEXT, GOALS, ADA.password, &recovery_code, &bare_code]);
    words.extend([&*sentence, &*line]);
    words.extend(cast.secrets);
    assert_nothing_found(&world.places(), &words, &[folder]);
    Told { first_code, code }
}

fn looks_at_the_demo_account(window: &Window<'_>) {
    window.try_the_demo();
    window.says("anyone can read");
    window.sign_out();
}

/// Is told what is wrong first: a weak password, then a name that is taken.
fn makes_an_account(window: &Window<'_>) -> String {
    window.button("Create account").click();
    window.apply_for_account(&Person { password: "password", ..ADA });
    let reason = window.any("alert");
    reason.appears();
    assert!(reason.text().len() > 10, "'{}' is no reason", reason.text());
    assert_eq!(window.screen().as_deref(), Some("register"));

    window.apply_for_account(&Person { name: "AlgoTrader", ..ADA });
    window.says("taken");
    assert_eq!(window.screen().as_deref(), Some("register"));

    window.apply_for_account(&ADA);
    let code = window.recovery_code();
    window.button("I have stored it").click();
    window.shows("questions");
    assert!(!window.source().contains(&code), "the recovery code is still in the page");
    window.textbox("Goals").fill(GOALS);
    window.button("Save").click();
    window.shows("chat");
    code
}

/// The newest answer ends in highlighted Python that became this version of a strategy.
pub fn is_a_strategy(window: &Window<'_>, version: &str) -> String {
    let block = window.code();
    window.eventually(&format!("the mark {version} at the code"), || {
        let caption = block.text();
        caption.split_whitespace().any(|word| word == version).then_some(())
    });
    assert!(block.holds("code span[class]") > 10, "the code isn't highlighted");
    let code = window.any("region").within(block).content();
    for word in ["from algoagent import", "class ", "(Strategy)", "def init", "def next"] {
        assert!(code.contains(word), "no '{word}' in:\n{code}");
    }
    code
}

/// The clipboard and the file that the dialog makes hold the same: what is shown.
fn copies_and_saves(window: &Window<'_>, code: &str, saved: &Path) {
    let hands = window.world().hands();
    hands.empty_clipboard();
    window.button("Copy code").within(window.code()).click();
    let copied = hands.clipboard();
    assert_eq!(copied.trim_end(), code.trim_end(), "what was copied isn't what is shown");

    fs::create_dir_all(saved.parent().expect("a folder")).expect("a folder for strategies");
    let save = window.button("Save code").within(window.code());
    hands.save_as(saved, || save.click());
    window.says("Saved as");
    window.says("algoagent.py");
    let written = fs::read_to_string(saved).expect("the file was saved");
    assert_eq!(written, copied, "the file isn't what was copied");
    let module = saved.with_file_name("algoagent.py");
    assert!(module.is_file(), "the module that it needs isn't beside it");
}

/// What was saved is Python, and trades on prices it has never seen.
fn runs(world: &World, saved: &Path) {
    let folder = saved.parent().expect("a folder");
    let python = |arguments: &[&str]| {
        let mut command = world.command("python3");
        let output =
            command.args(arguments).current_dir(folder).output().expect("python3 is there");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "Python refuses {arguments:?}: {complaint}");
        said
    };
    python(&["-m", "py_compile", "momentum.py"]);
    fs::write(folder.join("prices.csv"), market::daily_bars()).expect("a file of prices");
    let result = python(&["momentum.py", "--data", "prices.csv", "--trades"]);
    let bars = format!("{} bars", market::DAYS);
    assert!(result.contains(&bars), "no result of {bars}:\n{result}");
    assert!(result.contains("  ->  "), "it never traded:\n{result}");
}

fn finds_everything_again(
    window: &Window<'_>,
    cast: &Cast<'_>,
    title: &str,
    answer: &str,
    code: &str,
) {
    window.open_chat(title);
    window.answer_becomes(2, "done");
    assert_eq!(window.answer().text(), answer, "the answer changed over night");
    assert_eq!(is_a_strategy(window, "v2"), code);
    let said = window.conversation().text();
    assert!(said.contains(QUESTION) && said.contains(cast.change), "a question is gone: {said}");
    window.button(&format!("Context: {CONTEXT}")).appears();
    window.button(&format!("Model: {}", cast.model)).starting().appears();

    window.button("Contexts").click();
    window.context(CONTEXT).click();
    assert_eq!(window.textbox("Instructions").value(), INSTRUCTIONS);
    window.account_menu("Profile");
    window.shows("profile");
    assert_eq!(window.textbox("Goals").value(), GOALS);
}

fn sees_nothing_of_ada(window: &Window<'_>, title: &str) {
    let ghost = window.source();
    for word in [title, CONTEXT].into_iter().chain(CANARIES) {
        assert!(!ghost.contains(word), "'{word}' is still in the page after signing out");
    }
    window.try_the_demo();
    window.chats().appears();
    assert!(!window.chats().text().contains(title), "{} sees Ada's chat", DEMO.name);
    window.button("Contexts").click();
    window.shows("contexts");
    // Theirs, or what a first one can begin with.
    window.eventually("the contexts", || {
        let there =
            window.button("New context").exists() || window.button("Blank").starting().exists();
        there.then_some(())
    });
    assert!(!window.text().contains(CONTEXT), "{} sees Ada's context", DEMO.name);
    window.account_menu("Profile");
    window.shows("profile");
    let goals = window.textbox("Goals").value();
    assert_ne!(goals, GOALS, "{} sees Ada's goals", DEMO.name);
}

fn longest_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let longest = lines.max_by_key(|line| line.len()).expect("a text has lines");
    assert!(longest.len() > 30, "a text of short lines only: {text}");
    longest.to_owned()
}
