//! What the window costs people: its start and its memory beside an empty one, a long chat on the
//! screen, an answer of 2,000 lines that grows while somebody types, beside others' way to show it.
//! `cargo xtask bench` runs it against an optimised build, with vaults of 200,000 and 1,000,000
//! messages; it prints Markdown.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod opening;
mod starting;
mod streaming;

use std::path::PathBuf;
use std::process::Command;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::Gemini;
use algoagent_tests::steps::Person;

/// Whose vault `chats fill` makes.
const ADA: Person =
    Person { name: "ada", email: "ada@example.org", password: "correct horse battery staple" };
/// What a page is measured with.
const GAUGE: &str = include_str!("gauge.js");
const KEY: &str = "replay-key-of-the-measuring";

fn main() {
    let sizes = std::env::args()
        .nth(1)
        .map_or(vec![200_000, 1_000_000], |one| vec![one.parse().expect("a number of messages")]);
    let mut rows = Vec::new();
    for messages in sizes {
        rows.push((messages, measured(messages)));
    }
    println!("\n## The window\n");
    println!("| vault of | what | measured | beside | goal |\n| ---: | --- | --- | --- | --- |");
    for (messages, rows) in rows {
        for Row { what, measured, beside, goal } in rows {
            println!("| {messages} | {what} | {measured} | {beside} | {goal} |");
        }
    }
}

/// A line of the table.
struct Row {
    what: &'static str,
    measured: String,
    beside: String,
    goal: &'static str,
}

fn measured(messages: u32) -> Vec<Row> {
    let world = World::new("bench");
    fill(&world, messages);
    let mut rows = vec![starting::cold(&world)];
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.sign_in(&ADA);
    rows.push(starting::memory(&window));
    window.script(GAUGE, &[]);
    rows.push(opening::measured(&window));
    window.connect_gemini(&gemini, KEY);
    rows.extend(streaming::measured(&window, &gemini));
    window.close();
    rows
}

/// Gives the world a data directory with so many messages.
fn fill(world: &World, messages: u32) {
    let program = std::env::var_os("ALGOAGENT_CHATS").expect("ALGOAGENT_CHATS is the filler");
    let filled = Command::new(program)
        .arg("fill")
        .arg(world.data_dir())
        .arg(messages.to_string())
        .status()
        .expect("the filler runs");
    assert!(filled.success(), "no vault was made");
}

/// The window that is compared with: the same library, one word in it.
fn empty() -> PathBuf {
    std::env::var_os("ALGOAGENT_EMPTY").expect("ALGOAGENT_EMPTY is the empty window").into()
}

/// What of all values at most so many percent exceed by nothing.
fn at(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent).div_ceil(100).max(1) - 1]
}
