//! A server on the core that is its own, from its start to its end.

use std::process::{Child, Command, Stdio};

use algoagent_tests::cost::{Memory, memory};
use algoagent_tests::desktop::World;
use algoagent_tests::steps::Person;
use serde_json::json;

use crate::SERVER;
use crate::line::{Ask, Line};

const LOGIN: &str = "/api/auth/login/";
const HEALTH: &str = "/api/auth/health/";

/// A server that runs. It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) port: u16,
    /// It is there to be asked for tokens alone.
    pub(crate) only_refreshes: bool,
    child: Child,
}

/// What a sign-in gives.
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// A command of the world on the server's core.
pub(crate) fn pinned(world: &World, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = world.command("taskset");
    command.args(["-c", SERVER]).arg(program);
    command
}

/// A port that nobody has.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("an address").port()
}

impl Server {
    /// Starts it; it may not listen yet.
    pub(crate) fn spawn(name: &str, mut command: Command, port: u16) -> Self {
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|why| panic!("{name} can't be started: {why}"));
        Self { name: name.to_owned(), port, only_refreshes: false, child }
    }

    /// Waits until it answers.
    pub(crate) async fn answers(&mut self) {
        loop {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                break;
            }
            let ended = self.child.try_wait().expect("a child of ours");
            assert!(ended.is_none(), "{} ended: {ended:?}", self.name);
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let health = self.line().json(Ask::get(HEALTH, None)).await;
        assert_eq!(health["status"], "healthy", "{}", self.name);
    }

    pub(crate) fn line(&self) -> Line {
        Line::to(self.port)
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(&self, person: &Person) -> Tokens {
        let body = json!({ "username": person.name, "password": person.password });
        let answer = self.line().json(Ask::post(LOGIN, None, &body)).await;
        // Ours says more than the tokens.
        let tokens = answer.get("tokens").unwrap_or(&answer);
        let token = |name: &str| tokens[name].as_str().expect("a token").to_owned();
        Tokens { access: token("access"), refresh: token("refresh") }
    }

    /// The memory of its first process, and of the first one that this started.
    pub(crate) fn memory(&self) -> (Memory, Option<Memory>) {
        let own = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
        let first = children.ok().and_then(|all| all.split_whitespace().next()?.parse().ok());
        (memory(own), first.map(memory))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        algoagent_tests::end_politely(&mut self.child);
    }
}
