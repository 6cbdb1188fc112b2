//! What the local API costs, beside the same endpoints in Django: requests in a second on one core,
//! how long each takes, memory, start. And 200 programs that follow answers of a local model server
//! at once.
//!
//! `cargo xtask bench` runs it against an optimised build; it prints Markdown. Servers have the
//! first core to themselves, and what asks them has the second.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

mod line;
mod load;
mod model;
mod ours;
mod people;
mod rows;
mod servers;
mod starting;
mod streaming;
mod theirs;

use std::process::Command;

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;

use crate::model::Models;
use crate::people::Chats;
use crate::theirs::{KEEPS, Theirs};

/// The core of the server that is measured, and that of everything else.
const SERVER: &str = "0";
const REST: &str = "1";

fn main() {
    pin();
    // One thread asks: with more, it would be the system's choice which of them waits.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(measured());
}

async fn measured() {
    let world = World::without_display("bench-http");
    ADA.enrols(&world);
    let models = Models::start().await;
    models.enter(&world);
    let chats = Chats::made_up();
    let theirs = Theirs::filled(&world, &chats);
    let start = starting::measured(&world, &theirs).await;
    let mut own = ours::start(&world);
    own.answers().await;
    ours::fill(&own, &models, &chats).await;
    let others = theirs.start_each().await;
    let servers: Vec<_> = std::iter::once(&own).chain(&others).collect();
    let rows = rows::measured(&servers, &chats).await;
    let (master, worker) = others[KEEPS].memory();
    let memory = rows::memory(own.memory().0, worker.expect("a worker"), master);
    drop(others);
    let streams = streaming::measured(&own, &models).await;
    println!("\n## The local API beside Django\n");
    println!("| what | AlgoAgent | Django | beside | goal |\n| --- | --- | --- | --- | --- |");
    for row in rows.goals().into_iter().chain([memory, start, streams]) {
        println!("{row}");
    }
    println!("\n### Every server\n");
    println!("| what | server | in a second | p50 | p99 |\n| --- | --- | ---: | ---: | ---: |");
    for line in rows.lines() {
        println!("{line}");
    }
    println!(
        "\n{} connections at once. What asked had {:.0} % of its own core at most.",
        load::CONNECTIONS,
        rows.busiest() * 100.0
    );
}

/// A line of the first table.
struct Row {
    what: String,
    ours: String,
    theirs: String,
    beside: String,
    goal: &'static str,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, ours, theirs, beside, goal } = self;
        write!(f, "| {what} | {ours} | {theirs} | {beside} | {goal} |")
    }
}

/// Keeps this process, and what it starts, off the server's core.
fn pin() {
    let own = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", REST, &own]).output();
    let pinned = pinned.expect("taskset, of util-linux, is there");
    let why = String::from_utf8_lossy(&pinned.stderr);
    assert!(pinned.status.success(), "two cores are needed: {why}");
}

/// What of all values at most so many percent exceed by nothing.
fn at(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent).div_ceil(100).max(1) - 1]
}
