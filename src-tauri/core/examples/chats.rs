//! What a long life costs: the list, a long chat, search and the page of an answer, in vaults of
//! 200,000 and 1,000,000 messages. `cargo xtask bench` runs it; it prints Markdown.
//!
//! `chats fill FOLDER MESSAGES` makes such a data directory for others to measure with.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use algoagent_core::account::{self, DoorKind, Registration, Session};
use algoagent_core::chat::{self, List, PAGE, Place, measure};
use algoagent_core::ids::ChatId;
use algoagent_core::search::{Query, search};
use algoagent_core::{Config, Core};
use zeroize::Zeroizing;

/// As in the program that people use.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

type Done<T> = Result<T, Box<dyn std::error::Error>>;

const PASSWORD: &str = "correct horse battery staple";
/// Messages of the longest chat.
const LONG: u32 = 10_000;
/// Messages of the chat in which an answer is streamed.
const USUAL: u32 = 500;
const CHATS: u32 = 10_000;

#[tokio::main]
async fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, folder, messages] = arguments.as_slice()
        && name == "fill"
    {
        let (core, _, _) = filled(Path::new(folder), messages.parse()?).await?;
        core.shut_down().await;
        return Ok(());
    }
    println!("\n## A long life\n");
    println!("| messages | what | median | p95 | longest |\n| ---: | --- | ---: | ---: | ---: |");
    for messages in std::env::args()
        .nth(1)
        .map_or(vec![200_000, 1_000_000], |m| vec![m.parse().unwrap_or(200_000)])
    {
        let folder = tempfile::tempdir()?;
        let (core, session, long) = filled(folder.path(), messages).await?;
        measured(&session, long, messages).await?;
        core.shut_down().await;
    }
    Ok(())
}

/// A data directory with one account, `ada`, and so many messages in 10,000 chats.
async fn filled(folder: &Path, messages: u32) -> Done<(Core, Session, ChatId)> {
    let core = Core::open(Config::new(folder.to_owned())).await?;
    let registration = Registration {
        username: "ada".to_owned(),
        email: "ada@example.org".to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        accept_weak: false,
    };
    let (ada, _) = account::register(&core, DoorKind::Desktop, registration).await?;
    algoagent_core::settings::set_code_noted(&ada, true).await?;
    let mut words = Words(0x9e37_79b9_7f4a_7c15);
    let others = (messages - LONG - USUAL) / (CHATS - 2);
    let began = Instant::now();
    let mut text = |at| words.message(at);
    let usual: Vec<(String, u32)> =
        (0..CHATS - 2).map(|number| (format!("Chat {number}"), others)).collect();
    for some in usual.chunks(100) {
        measure::fill(&ada, some, &mut text).await?;
    }
    let last = [("The long one".to_owned(), LONG), ("The usual one".to_owned(), USUAL)];
    let long = measure::fill(&ada, &last, &mut text).await?[0];
    eprintln_filled(messages, began.elapsed());
    Ok((core, ada, long))
}

#[expect(clippy::print_stderr, reason = "whoever waits wants to know")]
fn eprintln_filled(messages: u32, took: Duration) {
    eprintln!("{messages} messages were made in {:.0} s", took.as_secs_f64());
}

/// Words as people use them: few of them often, most of them seldom.
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn word(&mut self) -> String {
        const COMMON: [&str; 16] = [
            "the", "strategy", "a", "stop", "momentum", "of", "position", "close", "signal",
            "risk", "average", "and", "drawdown", "to", "price", "when",
        ];
        let draw = self.next();
        match draw % 3 {
            0 => COMMON[(draw / 3 % 16) as usize].to_owned(),
            // Zipf: the word of rank r comes about 1/r as often as the first.
            _ => {
                let unit = (draw >> 11) as f64 / (1_u64 << 53) as f64;
                format!("w{}", (20_000_f64.powf(unit)) as u64)
            }
        }
    }

    fn message(&mut self, at: u32) -> String {
        let count = if at.is_multiple_of(2) { 15 } else { 90 };
        let mut text = String::new();
        for number in 0..count {
            text.push_str(&self.word());
            text.push(if number % 12 == 11 { '\n' } else { ' ' });
        }
        if at % 10 == 1 {
            let number = self.next() % 500;
            text.push_str(&format!(
                "\n\n```python\nclass Cross{number}(Strategy):\n    stop_loss_pct = 0.02\n    lookback_{number} = 20\n\n    def next(self):\n        pass\n```\n"
            ));
        }
        text
    }
}

async fn measured(session: &Session, long: ChatId, messages: u32) -> Done<()> {
    let row = |what: &str, mut times: Vec<Duration>| {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1];
        let shown = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        println!(
            "| {messages} | {what} | {} | {} | {} |",
            shown(at(50)),
            shown(at(95)),
            shown(at(100))
        );
    };
    let mut times = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        let page = chat::list(session, List::Usual, None, 50).await?;
        assert_eq!(page.chats.len(), 50);
        times.push(began.elapsed());
    }
    row("first page of 10,000 chats", times);
    let mut times = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        let open = chat::open(session, long, Place::Newest).await?;
        assert_eq!(open.messages.len(), PAGE as usize);
        times.push(began.elapsed());
    }
    row("last page of a chat of 10,000 messages, rendered", times);
    let began = Instant::now();
    chat::meter(session, long).await?;
    row("how full the model's window is, in that chat", vec![began.elapsed()]);
    let first = {
        let mut page = chat::open(session, long, Place::Newest).await?;
        for _ in 0..20 {
            page = chat::open(session, long, Place::Before(page.messages[0].id)).await?;
        }
        page.messages[0].id
    };
    let mut times = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        chat::show(session, first).await?;
        times.push(began.elapsed());
    }
    row("jump to a message 1,000 above the end", times);
    for (what, queries) in [
        ("search, rare words", ["w19999", "w18001", "lookback_77", "Cross123", "w17001 w3"]),
        ("search, common words", ["strategy", "stop", "momentum", "risk average", "stop_loss_pct"]),
        ("search, while typing", ["st", "str", "strat", "w1", "mom"]),
        (
            "search, phrases and many words",
            [
                "\"the strategy\"",
                "the strategy of a position",
                "w5 w7 w9",
                "momentum w200",
                "stop risk drawdown average",
            ],
        ),
    ] {
        let mut times = Vec::new();
        for round in 0..10 {
            for text in queries {
                let query = Query { text: text.to_owned(), ..Query::default() };
                let began = Instant::now();
                let found = search(session, &query).await?;
                times.push(began.elapsed());
                assert!(!found.messages.is_empty() || round > 10, "{text}");
            }
        }
        row(what, times);
    }
    for (what, query) in [
        ("search, a common word in code", Query { has_code: true, ..Query::default() }),
        ("search, a common word in one chat", Query { chat_id: Some(long), ..Query::default() }),
    ] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let query = Query { text: "strategy".to_owned(), ..query.clone() };
            let began = Instant::now();
            assert!(!search(session, &query).await?.messages.is_empty());
            times.push(began.elapsed());
        }
        row(what, times);
    }
    Ok(())
}
