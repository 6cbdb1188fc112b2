//! A chat of 10,000 messages, from the click to its painted last page.

use algoagent_tests::window::Window;
use serde_json::json;

use crate::{Row, at};

const ROUNDS: usize = 20;
/// Messages of a page.
const PAGE: usize = 20;

pub(crate) fn measured(window: &Window<'_>) -> Row {
    let mut long = Vec::new();
    let mut usual = Vec::new();
    for _ in 0..ROUNDS {
        usual.push(opened(window, "The usual one"));
        long.push(opened(window, "The long one"));
    }
    Row {
        what: "click on a chat of 10,000 messages to its painted last page, p95",
        measured: format!("{:.0} ms, median {:.0} ms", at(&mut long, 95), at(&mut long, 50)),
        beside: format!("a chat of 500: {:.0} ms", at(&mut usual, 95)),
        goal: "100 ms",
    }
}

/// Milliseconds from the click to the painted page.
fn opened(window: &Window<'_>, title: &str) -> f64 {
    window.script("gauge.opening(arguments[0])", &[json!(PAGE)]);
    window.open_chat(title);
    window.eventually("the chat on the screen", || {
        window.script("return window.openedIn", &[]).as_f64()
    })
}
