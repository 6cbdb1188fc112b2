//! A chat of 10,000 messages, from the click to its painted end.

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
    let p95 = |of: &[Opened], which: fn(&Opened) -> f64| {
        at(&mut of.iter().map(which).collect::<Vec<_>>(), 95)
    };
    let median = at(&mut long.iter().map(|opened| opened.screen).collect::<Vec<_>>(), 50);
    Row {
        what: "click on a chat of 10,000 messages to its painted end, p95",
        measured: format!(
            "{:.0} ms, median {median:.0} ms; all {PAGE} messages of the page {:.0} ms",
            p95(&long, |opened| opened.screen),
            p95(&long, |opened| opened.page)
        ),
        beside: format!("a chat of 500: {:.0} ms", p95(&usual, |opened| opened.screen)),
        goal: "100 ms",
    }
}

/// Milliseconds from a click on a chat.
struct Opened {
    /// To the painted screen full of its last messages.
    screen: f64,
    /// To the whole of its last page, most of it above the screen.
    page: f64,
}

fn opened(window: &Window<'_>, title: &str) -> Opened {
    window.script("gauge.opening(arguments[0])", &[json!(PAGE)]);
    window.open_chat(title);
    window.eventually("the chat on the screen", || {
        let opened = window.script("return window.openedIn", &[]);
        Some(Opened { screen: opened["screen"].as_f64()?, page: opened["page"].as_f64()? })
    })
}
