//! What it costs to show a growing answer: rendered block by block as the program does it, beside
//! rendering it once, and beside the way of other clients, which render all of it again at each
//! piece (markdown-it and highlight.js in Node, on the same pieces). `cargo xtask bench` runs it;
//! it prints Markdown.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use algoagent_core::render::{Renderer, Step};

/// The shortest of so many counts.
const ROUNDS: usize = 15;

type Done<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Done<()> {
    println!("\n## Rendering an answer that grows\n");
    println!(
        "| answer | pieces | block by block | at once | times that | all again at each piece | times ours |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let sample = std::fs::read_to_string(root().join("tests/recordings/strategy-stream.md"))?;
    // Whole samples, so that the second text is twice the first and not another one.
    for times in [17, 34] {
        let text = sample.repeat(times);
        let kilobytes = text.len() / 1000;
        measured(&format!("{kilobytes} kB"), &pieces(&text, kilobytes * 1000 / 16))?;
    }
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A text in about so many pieces, as a service sends it.
fn pieces(text: &str, count: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(text.len() / count));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn measured(what: &str, pieces: &[&str]) -> Done<()> {
    let text = pieces.concat();
    let grow = || {
        let mut renderer = Renderer::default();
        let mut blocks = 0;
        let mut count = |steps: Vec<Step>| {
            blocks += steps.iter().filter(|step| matches!(step, Step::Block(_))).count();
        };
        for piece in pieces {
            renderer.push(piece);
            count(renderer.steps());
        }
        count(renderer.finish());
        blocks
    };
    assert_eq!(grow(), Renderer::whole(&text).len());
    let (mut grown, mut once) = (Duration::MAX, Duration::MAX);
    // In turn, so that a slow moment of the machine meets both.
    for _ in 0..ROUNDS {
        grown = grown.min(timed(grow));
        once = once.min(timed(|| Renderer::whole(&text)));
    }
    let peer = peer(pieces)?;
    println!(
        "| {what} | {} | {} | {} | {:.2} | {} | {:.0} |",
        pieces.len(),
        shown(grown),
        shown(once),
        grown.as_secs_f64() / once.as_secs_f64(),
        shown(peer),
        peer.as_secs_f64() / grown.as_secs_f64(),
    );
    Ok(())
}

fn timed<T>(work: impl Fn() -> T) -> Duration {
    let began = Instant::now();
    std::hint::black_box(work());
    began.elapsed()
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// How long other clients' way takes for the same pieces.
fn peer(pieces: &[&str]) -> Done<Duration> {
    let folder = tempfile::tempdir()?;
    let trace = folder.path().join("pieces.json");
    std::fs::write(&trace, serde_json::to_vec(pieces)?)?;
    let told =
        Command::new("node").arg(root().join("tests/peers/rerender.mjs")).arg(trace).output()?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).into());
    }
    let milliseconds: f64 = String::from_utf8(told.stdout)?.trim().parse()?;
    Ok(Duration::from_secs_f64(milliseconds / 1e3))
}
