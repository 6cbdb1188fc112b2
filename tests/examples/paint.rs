//! How long it takes from a service's first byte to the painted text, in the real window.
//!
//! A server on the loopback notes when it gave the first event of an answer to the system; the
//! page notes when the frame after that text was painted. Both read the same clock.
//! `cargo xtask bench` runs it against an optimised build; it prints Markdown.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::steps::ADA;
use algoagent_tests::window::Window;
use serde_json::json;

const KEY: &str = "replay-key-of-the-measuring";
const ROUNDS: usize = 60;

/// Notes when the page has painted the word, in milliseconds since 1970.
const NOTE: &str = "
    const word = arguments[0];
    window.paintedAt = 0;
    const seen = new MutationObserver(() => {
        const log = document.querySelector('[role=log]');
        if (!log || !log.textContent.includes(word)) return;
        seen.disconnect();
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => { window.paintedAt = performance.timeOrigin + performance.now(); };
            after.port2.postMessage(0);
        });
    });
    seen.observe(document.body, { subtree: true, childList: true, characterData: true });";

fn main() {
    let world = World::new("paint");
    let gemini = Gemini::start(KEY);
    let window = world.open();
    window.create_account(&ADA);
    window.connect_gemini(&gemini, KEY);
    let mut times: Vec<f64> = (1..=ROUNDS).map(|round| measure(&window, &gemini, round)).collect();
    window.close();
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
    println!("\n## From a service's first byte to the painted text\n");
    println!("| answers | median | p95 | longest |\n| ---: | ---: | ---: | ---: |");
    println!("| {ROUNDS} | {:.1} ms | {:.1} ms | {:.1} ms |", at(50), at(95), at(100));
}

/// Milliseconds from the first byte of an answer to its first painted word.
fn measure(window: &Window<'_>, gemini: &Gemini, round: usize) -> f64 {
    let word = format!("word-{round:03}");
    let pieces = [format!("{word} "), "and ".to_owned(), "more.".to_owned()];
    let reply = Reply::saying(pieces.iter().map(String::as_str)).by_event();
    gemini.answers([reply.every(Duration::from_millis(60))]);
    window.script(NOTE, &[json!(word)]);
    window.ask(&format!("question {round}"));
    let painted = window.eventually("the first word to be painted", || {
        let at = window.script("return window.paintedAt", &[]);
        at.as_f64().filter(|at| *at > 0.0)
    });
    window.answer_becomes(round, "done");
    let sent = gemini.first_byte().expect("an answer was sent");
    painted - since_1970(sent)
}

/// A moment in milliseconds since 1970.
fn since_1970(moment: Instant) -> f64 {
    #[expect(clippy::disallowed_methods, reason = "the page reads this clock too")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    (now - moment.elapsed()).as_secs_f64() * 1e3
}
