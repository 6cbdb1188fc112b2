//! Conversations that are longer than a model's window.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatEvent, MessageState, Meter, New, Sent};
use algoagent_core::ids::{ChatId, ServiceId};
use algoagent_core::model::ModelRef;
use algoagent_core::settings;
use algoagent_tests::faults::wires::Wire;
use algoagent_tests::faults::{Asked, Cut, FaultServer, Play};
use serde_json::{Value, json};

use crate::faults::{add, ended};
use crate::house::{House, PASSWORD, sign_in};

/// A server whose model takes so many tokens, or doesn't say how many.
async fn with_window(window: Option<u32>, plays: Vec<Play>) -> FaultServer {
    let list = json!({ "data": [{ "id": "m", "max_model_len": window }] });
    let list = Play::of("application/json", list.to_string());
    FaultServer::listing(list, plays, Cut::Whole).await
}

/// An answer without a count: lengths are estimated.
fn says(pieces: &[&str]) -> Play {
    let mut values = Wire::OpenAi.values(pieces);
    values.retain(|value| value.get("usage").is_none());
    Play::of(Wire::OpenAi.kind(), Wire::OpenAi.framed(&values))
}

async fn chosen(ada: &Session, server: &FaultServer) -> ServiceId {
    let id = add(ada, Wire::OpenAi, &server.url).await;
    settings::check(ada, id).await.expect("tested");
    let choice = ModelRef { service: Some(id), model: Some("m".to_owned()) };
    settings::choose(ada, choice).await.expect("chosen");
    id
}

async fn ask(ada: &Session, chat: Option<ChatId>, text: &str) -> (Sent, chat::Message) {
    let mut events = ada.events().expect("open");
    let sent = chat::send(ada, chat, New::default(), text.to_owned()).await.expect("sent");
    let answer = ended(&mut events, sent.answer.id).await;
    (sent, answer)
}

/// A text of about so many tokens.
fn long(tokens: usize, word: &str) -> String {
    format!("{word} ").repeat(tokens * 7 / 2 / (word.len() + 1))
}

fn system(asked: &Asked) -> String {
    asked.body.pointer("/messages/0/content").and_then(Value::as_str).expect("a prompt").to_owned()
}

fn turns(asked: &Asked) -> Vec<String> {
    let messages = asked.body["messages"].as_array().expect("messages");
    messages[1..].iter().map(|one| one["content"].as_str().expect("text").to_owned()).collect()
}

/// Every message of a chat, the oldest first.
async fn all(ada: &Session, chat: ChatId) -> Vec<chat::Message> {
    let mut messages = Vec::new();
    let mut before = chat::Place::Newest;
    loop {
        let mut page = chat::open(ada, chat, before).await.expect("open");
        before = page.messages.first().map_or(before, |first| chat::Place::Before(first.id));
        page.messages.append(&mut messages);
        messages = page.messages;
        if !page.has_older {
            return messages;
        }
    }
}

const CODE: &str = "Here it is.\n\n```python\nclass Momentum(Strategy):\n    fast = 20\n```\n";

#[tokio::test]
async fn of_300_messages_a_window_of_4096_tokens_holds_the_newest_and_the_newest_code() {
    let (_house, _core, ada) = House::with_ada().await;
    let noted = long(60, "noted");
    let server =
        with_window(Some(4096), vec![says(&["Hm."]), says(&[CODE]), says(&[&noted])]).await;
    chosen(&ada, &server).await;
    let chat = ask(&ada, None, "Question 1").await.0.chat.id;
    for number in 2..150 {
        let question = format!("Question {number}: {}", long(30, "why"));
        let (_, answer) = ask(&ada, Some(chat), &question).await;
        assert_eq!(answer.state, MessageState::Done, "{:?}", answer.problem);
    }
    let (_, answer) = ask(&ada, Some(chat), "Question 150, the last").await;
    let asked = server.asked();
    assert_eq!(asked.len(), 150, "one call for each question");
    let last = asked.last().unwrap();
    let sent = turns(last);
    assert_eq!(sent.last().unwrap(), "Question 150, the last");
    assert!(sent.len() > 4 && sent.len() < 60, "{} turns", sent.len());
    assert!(sent[0].starts_with("Question"), "it begins with the person");
    assert_eq!(answer.left_out as usize, 299 - sent.len());
    assert!(system(last).contains("class Momentum(Strategy)"), "the newest code is told");
    let bytes = system(last).len() + sent.iter().map(String::len).sum::<usize>();
    assert!(bytes * 2 / 7 < 3072, "{bytes} bytes");
    assert_eq!(all(&ada, chat).await.len(), 300, "nothing is deleted");
    let meter = chat::meter(&ada, chat).await.unwrap();
    assert_eq!((meter.limit, meter.left_out), (Some(3072), answer.left_out));
}

#[tokio::test]
async fn past_sixty_percent_the_model_summarises_the_middle_and_nothing_is_lost() {
    let (house, core, ada) = House::with_ada().await;
    let about = long(1500, "filler");
    let server = with_window(Some(32_768), vec![says(&[CODE]), says(&[&about])]).await;
    chosen(&ada, &server).await;
    let mut events = ada.events().unwrap();
    let chat = ask(&ada, None, "Make me a momentum strategy").await.0.chat.id;
    let mut exchanges = 1;
    let summary = loop {
        exchanges += 1;
        assert!(exchanges < 40, "never summarised");
        ask(&ada, Some(chat), &format!("Question {exchanges}")).await;
        let mut found = None;
        while let Ok(event) = events.try_recv() {
            if let ChatEvent::Summarised { summary, .. } = event {
                found = Some(summary);
            }
        }
        if let Some(summary) = found {
            break summary;
        }
    };
    // 60 % of (32,768 − 8,192) tokens is 14,745; an exchange has some 1,500, the prompt some 900.
    assert!((10..=13).contains(&exchanges), "after {exchanges} exchanges");
    let asked = server.asked();
    let (last, summarising) = (asked.last().unwrap(), &asked[asked.len() - 2]);
    assert!(system(summarising).starts_with("You keep the memory"), "{}", system(summarising));
    assert!(turns(summarising)[0].contains("Make me a momentum strategy"));
    let sent = turns(last);
    assert!(sent.len() < 2 * exchanges - 1 && sent[0].starts_with("Question"), "{}", sent.len());
    assert!(system(last).contains("(a summary)") && system(last).contains("filler filler"));
    assert!(system(last).contains("class Momentum(Strategy)"), "the newest code is told");
    let stored = all(&ada, chat).await;
    assert_eq!(stored.len(), 2 * exchanges, "nothing is deleted");
    assert_eq!(stored.last().unwrap().left_out, 0);
    let at = stored.iter().position(|one| one.id == summary.message_id).unwrap();
    assert_eq!(at + 1, summary.messages as usize);
    let shown = chat::open(&ada, chat, chat::Place::Newest).await.unwrap().summaries;
    assert_eq!(shown, std::slice::from_ref(&summary));
    // A fork has it too, below the copy of the same message, and its cost is counted once.
    let fork = chat::fork(&ada, stored.last().unwrap().id).await.unwrap();
    let copies = all(&ada, fork.id).await;
    let forked = chat::open(&ada, fork.id, chat::Place::Newest).await.unwrap().summaries;
    assert_eq!(forked, [chat::Summary { message_id: copies[at].id, ..summary.clone() }]);
    // It is kept: after another start it is used again, and not made again.
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let before = server.asked().len();
    ask(&ada, Some(chat), "Still there?").await;
    let asked = server.asked();
    assert_eq!(asked.len(), before + 1);
    let told = system(asked.last().unwrap());
    assert!(told.contains("(a summary)") && told.contains("class Momentum(Strategy)"), "{told}");
    drop((house, core));
}

#[tokio::test]
async fn what_the_service_refuses_as_too_long_is_made_shorter_once_and_its_window_is_remembered() {
    let (_house, _core, ada) = House::with_ada().await;
    let refusal = json!({ "error": { "code": 400, "type": "exceed_context_size_error", "n_ctx": 4096,
        "message": "the request exceeds the available context size", "n_prompt_tokens": 9000 } });
    let refusal = Play::of("application/json", refusal.to_string()).status(400);
    let some = long(400, "some");
    let plays = vec![says(&[&some]), says(&[&some]), refusal, says(&["Short enough."])];
    let server = with_window(None, plays).await;
    chosen(&ada, &server).await;
    let chat = ask(&ada, None, "One").await.0.chat.id;
    ask(&ada, Some(chat), &long(400, "two")).await;
    let (_, answer) = ask(&ada, Some(chat), &long(600, "three")).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Done, "Short enough."));
    let asked = server.asked();
    assert_eq!(asked.len(), 4);
    let lengths: Vec<usize> = asked.iter().map(|one| turns(one).len()).collect();
    assert!(lengths[3] < lengths[2], "{lengths:?}");
    assert!(answer.left_out > 0);
    let Meter { limit, .. } = chat::meter(&ada, chat).await.unwrap();
    assert_eq!(limit, Some(3072));
    ask(&ada, Some(chat), "Four").await;
    assert_eq!(server.asked().len(), 5, "it knows its window now");
}

#[tokio::test]
async fn a_summary_that_fails_costs_no_answer() {
    let (_house, _core, ada) = House::with_ada().await;
    let about = long(5000, "filler");
    let none = Play::of(Wire::OpenAi.kind(), "").status(400);
    let plays = vec![says(&[&about]), says(&[&about]), says(&[&about]), none, says(&["Here."])];
    let server = with_window(Some(32_768), plays).await;
    chosen(&ada, &server).await;
    let chat = ask(&ada, None, "One").await.0.chat.id;
    ask(&ada, Some(chat), "Two").await;
    ask(&ada, Some(chat), "Three").await;
    let (_, answer) = ask(&ada, Some(chat), "Four").await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Done, "Here."));
    assert!(answer.left_out > 0, "the person sees that something was left out");
}
