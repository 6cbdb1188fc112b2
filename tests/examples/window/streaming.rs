//! An answer of 2,000 lines that grows in a chat of 500 messages while somebody types, and the same
//! shown in others' way in the same window.

use std::fs;
use std::thread;
use std::time::Duration;

use algoagent_tests::desktop::World;
use algoagent_tests::gemini::{Gemini, Reply};
use algoagent_tests::window::Window;
use algoagent_tests::{Target, workspace};
use serde_json::{Value, json};

use crate::{Row, at, empty};

/// Lines of the answer, one event each.
const LINES: usize = 2_000;
/// Between two events.
const EVERY: Duration = Duration::from_millis(8);
/// Seconds after which an answer of ours is given up.
const LONGEST: u32 = 300;
/// After which others' way to show it is.
const OTHERS_LONGEST: Duration = Duration::from_mins(2);
/// What is typed meanwhile, a key every tenth of a second.
const TYPED: &str = "a stop at four percent and the same on the weekly bars, with a limit of three open positions, please";

pub(crate) fn measured(window: &Window<'_>, gemini: &Gemini) -> Vec<Row> {
    let lines = lines();
    window.open_chat("The usual one");
    let once = asked(window, gemini, Reply::saying([lines.concat().as_str()]), || ());
    let grown = asked(window, gemini, stream(&lines), || ());
    let (felt, _) = felt(window, || {
        asked(window, gemini, stream(&lines), || {
            window.composer().click();
            window.world().hands().write_slowly(TYPED);
        })
    });
    window.composer().fill("");
    let mut idle = typed(window, &window.composer());
    window.composer().fill("");
    install_others(window);
    let (others, took) = self::felt(window, || rerendered(window, &lines));
    let Felt { mut late, mut keys } = felt;
    let (mut other_late, mut other_keys) = (others.late, others.keys);
    let over = |late: &[f64]| late.iter().filter(|late| **late > 50.0).count();
    vec![
        Row {
            what: "2,000 lines into 500 messages: the longest task",
            measured: format!("{:.0} ms, {} over 50 ms", at(&mut late, 100), over(&late)),
            beside: format!(
                "others' way, {}: {:.0} ms, {} over 50 ms",
                took.lines(),
                at(&mut other_late, 100),
                over(&other_late)
            ),
            goal: "none over 50 ms",
        },
        Row {
            what: "the same: keystroke to paint, p95",
            measured: format!("{:.0} ms", at(&mut keys, 95)),
            beside: format!(
                "others' way: {:.0} ms; without an answer {:.0} ms; a field in an empty window {:.0} ms",
                at(&mut other_keys, 95),
                at(&mut idle, 95),
                at(&mut nothing_else(), 95)
            ),
            goal: "16 ms",
        },
        Row {
            what: "the same: processor time of page and program",
            measured: format!(
                "{:.1} s, {:.1} times once",
                seconds(grown),
                seconds(grown) / seconds(once)
            ),
            beside: format!(
                "the whole at once {:.1} s; others' way, {}: {:.1} s in {:.0} s",
                seconds(once),
                took.lines(),
                seconds(took.processor),
                took.milliseconds / 1e3
            ),
            goal: "2 times",
        },
    ]
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

/// The lines of an answer with prose, tables and code.
fn lines() -> Vec<String> {
    let sample = fs::read_to_string(workspace().join("tests/recordings/strategy-stream.md"))
        .expect("the sample is there");
    sample.lines().cycle().take(LINES).map(|line| format!("{line}\n")).collect()
}

fn stream(lines: &[String]) -> Reply {
    Reply::saying(lines.iter().map(String::as_str)).by_event().every(EVERY)
}

/// Asks for an answer, does something meanwhile, and gives the processor time of it all.
fn asked(window: &Window<'_>, gemini: &Gemini, reply: Reply, meanwhile: impl FnOnce()) -> Duration {
    let id = || window.answer().attribute("data-message-id");
    gemini.answers([reply]);
    window.composer().paste("go on");
    let last = id();
    let before = window.processor_time();
    window.button("Send").click();
    window.eventually("the answer to begin", || (id() != last).then_some(()));
    meanwhile();
    // Asking costs the page something too: not often.
    for _ in 0..LONGEST {
        thread::sleep(Duration::from_secs(1));
        if window.answer().attribute("data-state").as_deref() == Some("done") {
            return window.processor_time() - before;
        }
    }
    window.give_up("the answer to end");
}

/// What somebody at the window felt.
struct Felt {
    /// How late the page was at all it had to do, in milliseconds.
    late: Vec<f64>,
    /// From each key to the painted letter, in milliseconds.
    keys: Vec<f64>,
}

fn felt<T>(window: &Window<'_>, what: impl FnOnce() -> T) -> (Felt, T) {
    window.script("gauge.begin()", &[]);
    let done = what();
    let felt = window.script("return gauge.end()", &[]);
    let all = |of: &Value| of.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    (Felt { late: all(&felt["late"]), keys: all(&felt["keys"]) }, done)
}

/// From each key typed into a field to the painted letter, in milliseconds.
fn typed(window: &Window<'_>, field: &Target<'_>) -> Vec<f64> {
    let typing = || {
        field.click();
        window.world().hands().write_slowly(TYPED);
    };
    felt(window, typing).0.keys
}

/// The same where there is nothing else: what the library and the machine take for it.
fn nothing_else() -> Vec<f64> {
    let other = World::with_program("bench-empty", &empty());
    let window = other.open();
    window.script(crate::GAUGE, &[]);
    window.script("document.body.innerHTML = '<textarea aria-label=Words></textarea>'", &[]);
    let keys = typed(&window, &window.textbox("Words"));
    window.close();
    keys
}

/// Puts what others render with into the page.
fn install_others(window: &Window<'_>) {
    let packages = workspace().join("tests/peers/node_modules");
    for file in ["markdown-it/dist/markdown-it.min.js", "@highlightjs/cdn-assets/highlight.min.js"]
    {
        let script = fs::read_to_string(packages.join(file)).expect("the package is installed");
        // As a script of the page does it: `this` is the window, and what it names is global.
        let whole = format!(
            "(function () {{ {script}\n;window.hljs ??= typeof hljs === 'undefined' ? undefined : hljs; }}).call(window);"
        );
        window.script(&whole, &[]);
    }
    assert_eq!(
        window.script("return [typeof window.markdownit, typeof window.hljs]", &[]),
        json!(["function", "object"]),
    );
}

/// What others' way took.
struct Others {
    processor: Duration,
    milliseconds: f64,
    /// Lines that it had shown at the end, or when it was given up.
    shown: u64,
}

impl Others {
    fn lines(&self) -> String {
        match usize::try_from(self.shown) {
            Ok(LINES) => format!("all {LINES} lines"),
            _ => format!("given up after {} of {LINES} lines", self.shown),
        }
    }
}

/// Others' way, with the same keys.
fn rerendered(window: &Window<'_>, lines: &[String]) -> Others {
    let before = window.processor_time();
    let most = json!(OTHERS_LONGEST.as_millis());
    window.script("gauge.rerender(...arguments)", &[json!(lines), json!(EVERY.as_millis()), most]);
    window.composer().click();
    window.world().hands().write_slowly(TYPED);
    for _ in 0..LONGEST {
        thread::sleep(Duration::from_secs(1));
        let done = window.script("return window.rerendered", &[]);
        if let (Some(milliseconds), Some(shown)) = (done["took"].as_f64(), done["shown"].as_u64()) {
            return Others { processor: window.processor_time() - before, milliseconds, shown };
        }
    }
    window.give_up("others' way to end");
}
