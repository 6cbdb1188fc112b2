//! The Django project in `tests/peers/django`, under gunicorn.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;
use algoagent_tests::workspace;
use serde_json::json;

use crate::people::Chats;
use crate::servers::{Server, free_port, pinned};

/// As gunicorn is started by itself, as it keeps connections, and with more workers than the core
/// has room for. The last one takes used refresh tokens again, and need not remember them.
const WAYS: [(&str, &[&str], &str); 4] = [
    ("one sync worker", &["--workers", "1"], "1"),
    ("one gthread worker", &["--workers", "1", "--worker-class", "gthread", "--threads", "4"], "1"),
    ("four sync workers", &["--workers", "4"], "1"),
    (
        "one gthread worker (that takes used tokens)",
        &["--workers", "1", "--worker-class", "gthread", "--threads", "4"],
        "0",
    ),
];
/// The one whose start and memory are compared.
pub(crate) const KEEPS: usize = 1;

/// A Django project with somebody's chats.
pub(crate) struct Theirs<'w> {
    world: &'w World,
}

impl<'w> Theirs<'w> {
    /// Fills its database.
    pub(crate) fn filled(world: &'w World, chats: &Chats) -> Self {
        let theirs = Self { world };
        let chats: Vec<_> = chats
            .0
            .iter()
            .map(|(title, turns)| {
                let messages: Vec<_> = turns.iter().flat_map(|(one, other)| [one, other]).collect();
                json!({ "title": title, "messages": messages })
            })
            .collect();
        let told = json!({
            "username": ADA.name, "email": ADA.email, "password": ADA.password, "chats": chats,
        });
        std::fs::create_dir(theirs.data()).expect("a folder");
        let mut fill = theirs.command(Command::new(tool("python")), "1");
        fill.args(["-m", "django", "fill"]).stdin(Stdio::piped());
        let mut fill = fill.spawn().expect("Django is installed");
        let to = fill.stdin.take().expect("a pipe");
        serde_json::to_writer(to, &told).expect("it reads");
        assert!(fill.wait().expect("it ends").success(), "Django was not filled");
        theirs
    }

    /// Starts one of the ways.
    pub(crate) fn start(&self, way: usize) -> Server {
        let (name, words, remembers) = WAYS[way];
        let port = free_port();
        let mut command = self.command(pinned(self.world, tool("gunicorn")), remembers);
        command.args(words).args(["--keep-alive", "75", "--log-level", "warning", "--bind"]);
        command.arg(format!("127.0.0.1:{port}")).arg("peer.wsgi");
        let mut server = Server::spawn(name, command, port);
        server.only_refreshes = remembers == "0";
        server
    }

    /// All of them, ready.
    pub(crate) async fn start_each(&self) -> Vec<Server> {
        let mut all = Vec::new();
        for way in 0..WAYS.len() {
            let mut server = self.start(way);
            server.answers().await;
            all.push(server);
        }
        all
    }

    fn data(&self) -> PathBuf {
        self.world.home().join("peer")
    }

    fn command(&self, mut command: Command, remembers: &str) -> Command {
        command
            .current_dir(workspace().join("tests/peers/django"))
            .env("DJANGO_SETTINGS_MODULE", "peer.settings")
            .env("PEER_DATA", self.data())
            .env("PEER_BLACKLIST", remembers);
        command
    }
}

/// A program of the environment in which Django is installed.
fn tool(name: &str) -> PathBuf {
    let tools =
        std::env::var_os("ALGOAGENT_DJANGO").expect("ALGOAGENT_DJANGO is Django's environment");
    PathBuf::from(tools).join("bin").join(name)
}
