//! What encryption costs: sign-in and its parts, and a vault of 100,000 messages beside the same
//! database without encryption. `cargo xtask bench` runs it; it prints Markdown.

#![expect(clippy::print_stdout, reason = "its output is what it is for")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use algoagent_core::account::{self, DoorKind, Registration};
use algoagent_core::model::{ServiceKind, probe};
use algoagent_core::vault::KdfParams;
use algoagent_core::vault::measure::{Measured, derive};
use algoagent_core::{Config, Core};
use sqlx::{Connection as _, SqliteConnection};
use zeroize::Zeroizing;

/// As in the program that people use.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

type Done<T> = Result<T, Box<dyn std::error::Error>>;

const CHATS: i64 = 1_000;
const MESSAGES: i64 = 100_000;
const PASSWORD: &str = "correct horse battery staple";

/// The name under which this program runs as one database for itself.
const DATABASE: &str = "database";

/// Times, in this order, of the same work on a plain and on an encrypted database.
struct Pair {
    what: &'static str,
    times: [Vec<Duration>; 2],
}

#[tokio::main]
async fn main() -> Done<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, path, kind] = arguments.as_slice()
        && name == DATABASE
    {
        return serve(Measured::new(path.into(), kind == "vault")).await;
    }
    decoding();
    let folder = tempfile::tempdir()?;
    sign_in(folder.path().join("home")).await?;
    messages(folder.path())
}

/// How fast each wire's answers are read: events as services send them, in pieces of 16 kB.
fn decoding() {
    const BYTES: usize = 64 << 20;
    const PIECE: usize = 16 * 1024;
    println!("\n## Reading answers\n");
    println!("| wire | bytes of an event | MB/s |\n| --- | ---: | ---: |");
    for (kind, event, end) in [
        (
            ServiceKind::Gemini,
            r#"data: {"candidates": [{"content": {"parts": [{"text": " a fast average above a slow one and"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 901,"candidatesTokenCount": 412,"totalTokenCount": 1313,"promptTokensDetails": [{"modality": "TEXT","tokenCount": 901}]},"modelVersion": "gemini-3.8-flash","responseId": "a7XQaNm7Eu2_vdIP"}"#,
            "\r\n\r\n",
        ),
        (
            ServiceKind::OpenAi,
            r#"data: {"id":"chatcmpl-CYk1","object":"chat.completion.chunk","created":1762345678,"model":"gpt-5.4-mini-2026-03-01","service_tier":"default","system_fingerprint":"fp_560af6e559","choices":[{"index":0,"delta":{"content":" average"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"q7Zc2"}"#,
            "\n\n",
        ),
        (
            ServiceKind::Ollama,
            r#"{"model":"qwen3:8b","created_at":"2026-11-20T10:11:12.123456789Z","message":{"role":"assistant","content":" average"},"done":false}"#,
            "\n",
        ),
        (
            ServiceKind::Anthropic,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" average above\"}}",
            "\n\n",
        ),
    ] {
        let event = format!("{event}{end}");
        let body = event.repeat(BYTES / event.len());
        let mut times: Vec<Duration> = (0..5)
            .map(|_| {
                let began = Instant::now();
                let outcome = probe::read(kind, body.as_bytes().chunks(PIECE));
                assert!(!outcome.text.is_empty());
                began.elapsed()
            })
            .collect();
        let speed = body.len() as f64 / 1e6 / median(&mut times).as_secs_f64();
        println!("| {} | {} | {speed:.0} |", kind.name(), event.len());
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn shown(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.1} µs", s * 1e6),
    }
}

async fn sign_in(home: std::path::PathBuf) -> Done<()> {
    let core = Core::open(Config::new(home)).await?;
    let registration = Registration {
        username: "ada".to_owned(),
        email: "ada@example.org".to_owned(),
        password: Zeroizing::new(PASSWORD.to_owned()),
        accept_weak: false,
    };
    let (first, _) = account::register(&core, DoorKind::Desktop, registration).await?;
    first.end().await;
    let (mut whole, mut derived, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..9 {
        let began = Instant::now();
        derive(KdfParams::STANDARD).await;
        derived.push(began.elapsed());
        let password = Zeroizing::new(PASSWORD.to_owned());
        let began = Instant::now();
        let session = account::sign_in(&core, DoorKind::Desktop, "ada", password.clone()).await?;
        whole.push(began.elapsed());
        session.end().await;
        let began = Instant::now();
        let name = format!("nobody{round}");
        account::sign_in(&core, DoorKind::Desktop, &name, password).await.err();
        unknown.push(began.elapsed());
    }
    let (whole, derived) = (median(&mut whole), median(&mut derived));
    println!("| Sign-in | median of 9 |\n| --- | --- |");
    println!("| whole, to an open vault | {} |", shown(whole));
    println!("| of it argon2id (128 MiB, 3 passes, 4 lanes) | {} |", shown(derived));
    println!(
        "| of it the rest (header, vault, session) | {} |",
        shown(whole.saturating_sub(derived))
    );
    println!("| a name that nobody has | {} |\n", shown(median(&mut unknown)));
    core.shut_down().await;
    Ok(())
}

/// A text of some 900 characters, another one for each number.
fn text(number: i64) -> String {
    let mut state = number.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let words = ["momentum", "drawdown", "position", "close", "signal", "risk", "average", "stop"];
    let mut text = String::new();
    while text.len() < 900 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push_str(words[(state % 8) as usize]);
        text.push_str(&format!(" {} ", state % 1000));
    }
    text
}

async fn insert(db: &mut SqliteConnection, number: i64) -> Done<()> {
    sqlx::query(
        "INSERT INTO message (id, chat_id, depth, role, state, created_at, text)
         VALUES (?, ?, ?, 'user', 'done', ?, ?)",
    )
    .bind(number)
    .bind(number % CHATS + 1)
    .bind(number / CHATS)
    .bind(number)
    .bind(text(number))
    .execute(db)
    .await?;
    Ok(())
}

async fn run(db: &mut SqliteConnection, sql: &str) -> Done<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}

/// One round of `what` on an open database.
async fn round(what: &str, db: &mut SqliteConnection, round: i64) -> Done<()> {
    match what {
        "insert, 1,000 in one commit" => {
            run(db, "BEGIN IMMEDIATE").await?;
            for number in 0..1_000 {
                insert(db, MESSAGES + round * 2_000 + number + 1).await?;
            }
            run(db, "COMMIT").await?;
        }
        "insert, one commit" => insert(db, 2 * MESSAGES + round + 1).await?,
        "point read" => {
            let id = (round * 7_919) % MESSAGES + 1;
            let found: String = sqlx::query_scalar("SELECT text FROM message WHERE id = ?")
                .bind(id)
                .fetch_one(db)
                .await?;
            assert!(!found.is_empty(), "a message has a text");
        }
        "page of a chat (50 messages)" => {
            let found: Vec<(i64, String)> = sqlx::query_as(
                "SELECT id, text FROM message WHERE chat_id = ? ORDER BY id DESC LIMIT 50",
            )
            .bind((round * 31) % CHATS + 1)
            .fetch_all(db)
            .await?;
            assert_eq!(found.len(), 50, "a chat has a page");
        }
        "search (every message read)" => {
            let found: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM message WHERE text LIKE '%stop 999 risk 77%'",
            )
            .fetch_one(db)
            .await?;
            assert!(found < MESSAGES, "a search finds some");
        }
        other => return Err(other.into()),
    }
    Ok(())
}

async fn fill(db: &mut SqliteConnection) -> Done<()> {
    run(db, "BEGIN IMMEDIATE").await?;
    for id in 1..=CHATS {
        let sql = format!(
            "INSERT INTO chat (id, session_id, created_at, updated_at, title) VALUES ({id}, 's{id}', 0, 0, '')"
        );
        run(db, &sql).await?;
    }
    run(db, "COMMIT").await?;
    for block in 0..MESSAGES / 1_000 {
        run(db, "BEGIN IMMEDIATE").await?;
        for number in 1..=1_000 {
            insert(db, block * 1_000 + number).await?;
        }
        run(db, "COMMIT").await?;
    }
    Ok(())
}

/// Does what each line of the standard input says on one database, and tells how long it took, ns.
async fn serve(database: Measured) -> Done<()> {
    let mut db = database.open().await?;
    for line in std::io::stdin().lines() {
        let line = line?;
        let (what, number) = line.rsplit_once(' ').ok_or("a line is work and its number")?;
        let began = match what {
            OPEN => {
                db.close().await?;
                let began = Instant::now();
                db = database.open().await?;
                run(&mut db, "SELECT count(*) FROM chat").await?;
                began
            }
            FILL => {
                let began = Instant::now();
                fill(&mut db).await?;
                began
            }
            what => {
                let began = Instant::now();
                round(what, &mut db, number.parse()?).await?;
                began
            }
        };
        println!("{}", began.elapsed().as_nanos());
    }
    Ok(db.close().await?)
}

const FILL: &str = "insert of all, 1,000 in one commit";
const OPEN: &str = "open";

/// A process for one database. What SQLCipher wipes for the one must not slow the other.
struct Served {
    process: Child,
    told: std::io::Lines<BufReader<ChildStdout>>,
}

impl Served {
    fn start(folder: &std::path::Path, kind: &str) -> Done<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg(DATABASE)
            .arg(folder.join(format!("{kind}.db")))
            .arg(kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = BufReader::new(process.stdout.take().ok_or("it was piped")?).lines();
        Ok(Self { process, told })
    }

    fn takes(&mut self, what: &str, number: i64) -> Done<Duration> {
        let stdin = self.process.stdin.as_mut().ok_or("it was piped")?;
        writeln!(stdin, "{what} {number}")?;
        Ok(Duration::from_nanos(self.told.next().ok_or("the process ended")??.parse()?))
    }

    fn end(mut self) -> Done<()> {
        drop(self.process.stdin.take());
        self.process.wait()?;
        Ok(())
    }
}

fn messages(folder: &std::path::Path) -> Done<()> {
    let mut both = [Served::start(folder, "plain")?, Served::start(folder, "vault")?];
    println!("| 100,000 messages | plain SQLite | vault | times |\n| --- | --- | --- | --- |");
    for (what, rounds) in [
        (FILL, 1),
        (OPEN, 9),
        ("insert, 1,000 in one commit", 20),
        ("insert, one commit", 200),
        ("point read", 5_000),
        ("page of a chat (50 messages)", 1_000),
        ("search (every message read)", 5),
    ] {
        let mut pair = Pair { what, times: Default::default() };
        for number in 0..rounds {
            for (served, times) in both.iter_mut().zip(&mut pair.times) {
                times.push(served.takes(what, number)?);
            }
        }
        let Pair { what, mut times } = pair;
        let [plain, vault] = [0, 1].map(|which| median(&mut times[which]));
        let ratio = vault.as_secs_f64() / plain.as_secs_f64();
        println!("| {what} | {} | {} | {ratio:.2} |", shown(plain), shown(vault));
    }
    both.into_iter().try_for_each(Served::end)
}
