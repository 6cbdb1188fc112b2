//! `algoagent serve`, and how its vault gets what Django's database has: by asking it.

use algoagent_tests::desktop::World;
use algoagent_tests::program;
use algoagent_tests::steps::ADA;
use serde_json::json;

use crate::line::Ask;
use crate::model::{Models, SERVICE, Script};
use crate::people::Chats;
use crate::servers::{Server, free_port, pinned};

pub(crate) const CHAT: &str = "/api/auth/chat/";

/// Starts it on the world's data directory.
pub(crate) fn start(world: &World) -> Server {
    let port = free_port();
    let mut command = pinned(world, program());
    command.args(["serve", "--port", &port.to_string()]);
    Server::spawn("AlgoAgent", command, port)
}

/// Asks every question, and has it answered as Django was told.
pub(crate) async fn fill(server: &Server, models: &Models, chats: &Chats) {
    let tokens = server.sign_in(&ADA).await;
    let token = Some(&*tokens.access);
    let mut line = server.line();
    for (title, turns) in &chats.0 {
        let mut body = json!({ "title": title, "model": SERVICE });
        for (question, answer) in turns {
            models.answers(question, Script::at_once(answer));
            body["message"] = question.as_str().into();
            let answered = line.json(Ask::post(CHAT, token, &body)).await;
            assert_eq!(answered["ai_response"], **answer, "{title}");
            body["session_id"] = answered["session_id"].clone();
        }
    }
}
