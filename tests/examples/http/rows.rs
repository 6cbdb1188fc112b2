//! The four calls that are measured, and what their answers have to hold.

use std::rc::Rc;

use algoagent_tests::cost::Memory;
use serde_json::{Value, json};

use crate::Row;
use crate::line::Ask;
use crate::load::{CONNECTIONS, Figures, Program, load};
use crate::people::{Chats, LONG};
use crate::servers::{Server, Tokens};

use algoagent_tests::steps::ADA;

const REFRESH: &str = "/api/auth/token/refresh/";
const ME: &str = "/api/auth/user/me/";
const LIST: &str = "/api/auth/chat-sessions/";
const CALLS: [&str; 4] =
    ["token refresh", "current user", "list of 50 chats", "chat of 100 messages"];

/// What each server did, call by call; ours first.
pub(crate) struct Rows(Vec<(&'static str, Vec<(String, Figures)>)>);

/// Puts the load on each server, call by call, so that all meet the same moods of the machine.
pub(crate) async fn measured(servers: &[&Server], chats: &Chats) -> Rows {
    let mut signed_in = Vec::new();
    for &server in servers {
        signed_in.push(SignedIn::to(server, chats).await);
    }
    let mut rows = CALLS.map(|call| (call, Vec::new())).to_vec();
    for (call, figures) in &mut rows {
        for signed_in in &signed_in {
            let asked = *call == CALLS[0] || !signed_in.server.only_refreshes;
            if asked {
                let name = signed_in.server.name.clone();
                figures.push((name, signed_in.asks(call).await));
            }
        }
    }
    Rows(rows)
}

impl Rows {
    /// Ours beside the best of the others.
    pub(crate) fn goals(&self) -> Vec<Row> {
        let goal = |(call, figures): &(&'static str, Vec<(String, Figures)>)| {
            let (_, ours) = &figures[0];
            let others = figures[1..].iter().filter(|(name, _)| !name.ends_with(')'));
            let (name, best) = others
                .max_by(|(_, one), (_, other)| one.per_second.total_cmp(&other.per_second))
                .expect("there are others");
            let shown =
                |it: &Figures| format!("{:.0} a second, p99 {:.1} ms", it.per_second, it.p99);
            Row {
                what: (*call).to_owned(),
                ours: shown(ours),
                theirs: format!("{}, {name}", shown(best)),
                beside: format!("{:.1} times", ours.per_second / best.per_second),
                goal: "30 times, lower p99",
            }
        };
        self.0.iter().map(goal).collect()
    }

    /// Every server, call by call.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |call: &str, name: &str, Figures { per_second, p50, p99, .. }: &Figures| {
            format!("| {call} | {name} | {per_second:.0} | {p50:.1} ms | {p99:.1} ms |")
        };
        let calls = self.0.iter();
        calls
            .flat_map(|(call, all)| {
                all.iter().map(move |(name, figures)| line(call, name, figures))
            })
            .collect()
    }

    /// How much of its core what asked had at most.
    pub(crate) fn busiest(&self) -> f64 {
        let all = self.0.iter().flat_map(|(_, figures)| figures);
        all.map(|(_, figures)| figures.busy).fold(0.0, f64::max)
    }
}

/// The memory after the run, as its goal has it.
pub(crate) fn memory(ours: Memory, worker: Memory, master: Memory) -> Row {
    let mb = |bytes: u64| bytes as f64 / 1e6;
    let shown = |it: Memory| {
        format!(
            "{:.1} MB proportional, {:.1} resident, {:.1} its own",
            mb(it.proportional),
            mb(it.resident),
            mb(it.own)
        )
    };
    Row {
        what: "memory after the run".to_owned(),
        ours: shown(ours),
        theirs: format!(
            "one worker {}; its master {:.1} MB",
            shown(worker),
            mb(master.proportional)
        ),
        beside: format!("{:.2} times", ours.proportional as f64 / worker.proportional as f64),
        goal: "1/4 of one worker",
    }
}

/// A person at a server, once for each connection.
struct SignedIn<'a> {
    server: &'a Server,
    tokens: Vec<Tokens>,
    expected: Rc<Expected>,
}

struct Expected {
    long: String,
    texts: Vec<String>,
}

impl<'a> SignedIn<'a> {
    async fn to(server: &'a Server, chats: &Chats) -> Self {
        let mut tokens = Vec::new();
        for _ in 0..CONNECTIONS {
            tokens.push(server.sign_in(&ADA).await);
        }
        let list = server.line().json(Ask::get(LIST, Some(&tokens[0].access))).await;
        let mut rows = list["results"].as_array().into_iter().flatten();
        let long = rows.find(|row| row["title"] == LONG).expect("the long chat is the newest");
        let long = format!("{LIST}{}/", long["id"]);
        let texts = chats.long().into_iter().map(str::to_owned).collect();
        Self { server, tokens, expected: Rc::new(Expected { long, texts }) }
    }

    async fn asks(&self, call: &str) -> Figures {
        let port = self.server.port;
        if call == CALLS[0] {
            let begins = |tokens: &Tokens| Refreshes(json!({ "refresh": tokens.refresh }));
            return load(port, self.tokens.iter().map(begins).collect()).await;
        }
        let (path, check): (&str, Check) = match call {
            "current user" => (ME, user),
            "list of 50 chats" => (LIST, list),
            _ => (&self.expected.long, chat),
        };
        let gets = |tokens: &Tokens| Gets {
            path: path.to_owned(),
            token: tokens.access.clone(),
            expected: Rc::clone(&self.expected),
            check,
        };
        load(port, self.tokens.iter().map(gets).collect()).await
    }
}

/// Uses up one refresh token after the other.
struct Refreshes(Value);

impl Program for Refreshes {
    const READS: bool = true;

    fn ask(&self) -> Ask<'_> {
        Ask::post(REFRESH, None, &self.0)
    }

    fn check(&mut self, answer: &Value) {
        let whole = |name: &str| answer[name].as_str().is_some_and(|token| token.len() > 100);
        assert!(whole("access") && whole("refresh"), "no pair of tokens");
        assert!(answer["refresh"] != self.0["refresh"], "the token is not another one");
        self.0["refresh"] = answer["refresh"].clone();
    }
}

type Check = fn(&Expected, &Value);

/// Asks for the same again and again.
struct Gets {
    path: String,
    token: String,
    expected: Rc<Expected>,
    check: Check,
}

impl Program for Gets {
    const READS: bool = false;

    fn ask(&self) -> Ask<'_> {
        Ask::get(&self.path, Some(&self.token))
    }

    fn check(&mut self, answer: &Value) {
        (self.check)(&self.expected, answer);
    }
}

fn user(_: &Expected, answer: &Value) {
    assert_eq!(
        (&answer["user"]["username"], &answer["user"]["email"]),
        (&ADA.name.into(), &ADA.email.into())
    );
    assert_eq!(answer["profile"]["default_timeframe"], "1d");
}

fn list(_: &Expected, answer: &Value) {
    let rows = answer["results"].as_array().expect("rows");
    assert!(rows.len() == 50 && answer["count"].as_u64() > Some(50), "not a full page");
    assert_eq!((&rows[0]["title"], &rows[0]["message_count"]), (&LONG.into(), &100.into()));
    assert!(rows.iter().all(|row| row["session_id"].is_string() && row["is_active"] == true));
}

fn chat(expected: &Expected, answer: &Value) {
    for list in ["chat_messages", "messages"] {
        let messages = answer[list].as_array().expect("messages");
        assert_eq!(messages.len(), expected.texts.len(), "{list}");
        assert!(messages.iter().zip(&expected.texts).all(|(is, text)| is["content"] == **text));
    }
}
