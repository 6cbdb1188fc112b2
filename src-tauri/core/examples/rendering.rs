//! What it costs to show a growing answer: rendered block by block as the program does it, beside
//! rendering it once, and beside the way of other clients, which render all of it again at each
//! piece (markdown-it and highlight.js in Node, on the same pieces). `cargo xtask bench` runs it;
//! it prints Markdown.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use algoagent_core::render::{Renderer, Step};

type Done<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Done<()> {
    println!("\n## Rendering an answer that grows\n");
    println!(
        "| answer | pieces | block by block | at once | times that | all again at each piece | times ours |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let sample = std::fs::read_to_string(root().join("tests/recordings/strategy-stream.md"))?;
    for (kilobytes, count) in [(32, 2_000), (64, 4_000)] {
        let text = sample.repeat(kilobytes * 1024 / sample.len() + 1);
        let text = &text[..text.floor_char_boundary(kilobytes * 1024)];
        measured(&format!("{kilobytes} kB"), &pieces(text, count))?;
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
    let grown = best(|| {
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
        assert_eq!(blocks, Renderer::whole(&text).len());
    });
    let once = best(|| assert!(!Renderer::whole(&text).is_empty()));
    // The check above renders it once as well.
    let grown = grown.saturating_sub(once);
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

/// The shortest of five rounds.
fn best(mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    (0..5).map(round).min().unwrap_or_default()
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
