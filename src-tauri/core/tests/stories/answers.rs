//! Answers: from the question to the end, whatever the end is.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatError, ChatEvent, Message, MessageState, New, Unseen};
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::model::ProblemCode;
use algoagent_tests::faults::wires::Wire;
use algoagent_tests::faults::{Cut, FaultServer, Play};
use serde_json::json;

use crate::faults::{add, asking};
use crate::house::{House, PASSWORD, sign_in, until_ended, within};
use crate::service::{Reply, Service};

const STRATEGY: &str = "A strategy:\n\n```python\nfrom algoagent import Strategy\n\nclass Still(Strategy):\n    pass\n```\n\nAnd then";

async fn last(session: &Session, chat: chat::Chat) -> Message {
    let open = chat::open(session, chat.id, chat::Place::Newest).await.expect("it opens");
    open.messages.into_iter().next_back().expect("a message")
}

/// Asks a service that says `text` and goes on holding the line; returns once `text` is told.
async fn ask_and_wait(session: &Session, text: &str) -> (Service, chat::Sent) {
    let reply = Reply::saying(&[text], None).held();
    let service = Service::chosen_by(session, vec![reply]).await;
    let mut events = session.events().expect("signed in");
    let sent =
        chat::send(session, None, New::default(), "Hold still".to_owned()).await.expect("sent");
    let mut told = String::new();
    while told != text {
        if let ChatEvent::Text { text, .. } = events.recv().await.expect("open") {
            told.push_str(&text);
        }
    }
    (service, sent)
}

#[tokio::test]
async fn an_answer_arrives_in_blocks_that_are_those_of_a_later_look() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut events = ada.events().unwrap();
    let sent =
        chat::send(&ada, None, New::default(), "Create a momentum strategy for AAPL".to_owned());
    let sent = sent.await.unwrap();
    let (told, ended) = until_ended(&mut events).await;
    let started = told.iter().position(
        |event| matches!(event, ChatEvent::Started { message, .. } if message.id == sent.answer.id),
    );
    let first = told.iter().position(|event| matches!(event, ChatEvent::Block { .. }));
    assert!(started.unwrap() < first.unwrap());
    let (mut blocks, mut text) = (Vec::new(), String::new());
    for event in &told {
        match event {
            ChatEvent::Block { index, block, message_id, .. } => {
                assert_eq!((*index as usize, *message_id), (blocks.len(), sent.answer.id));
                blocks.push(block.clone());
            }
            ChatEvent::Text { text: more, .. } => text.push_str(more),
            _ => {}
        }
    }
    assert!(ended.text.starts_with(&text));
    assert!(blocks.len() > 2 && ended.state == MessageState::Done);
    assert_eq!(blocks, ended.blocks);
    assert_eq!(last(&ada, sent.chat).await, ended);
    assert!(ended.model.unwrap().contains("built-in"));
    assert!(told.iter().any(|event| matches!(event, ChatEvent::Strategy { .. })));
}

#[tokio::test]
async fn a_question_is_on_the_disk_before_the_model_is_asked() {
    let (house, _core, ada) = House::with_ada().await;
    let silent = Reply::new("200 OK", "text/event-stream", "").held();
    let service = Service::chosen_by(&ada, vec![silent]).await;
    let sent = chat::send(&ada, None, New::default(), "Is this safe?".to_owned()).await.unwrap();
    service.has_replied(1).await;
    let copy = house.copied();
    let core = copy.open().await;
    let reader = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let open = chat::open(&reader, sent.chat.id, chat::Place::Newest).await.unwrap();
    assert_eq!(open.messages[0].text, "Is this safe?");
    assert_eq!(open.messages[1].state, MessageState::Interrupted);
}

#[tokio::test]
async fn stopping_keeps_what_was_written() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut events = ada.events().unwrap();
    let (_service, sent) = ask_and_wait(&ada, STRATEGY).await;
    chat::stop(&ada, sent.answer.id).await.unwrap();
    let (_, ended) = until_ended(&mut events).await;
    assert_eq!((ended.state, ended.text.as_str()), (MessageState::Stopped, STRATEGY));
    assert_eq!(ended.problem, None);
    assert_eq!(ended.strategies[0].name, "Still", "a closed block is a strategy");
    assert_eq!(last(&ada, sent.chat).await, ended);
    chat::stop(&ada, sent.answer.id).await.expect("stopping twice is harmless");
}

#[tokio::test]
async fn signing_out_in_the_middle_of_an_answer_keeps_what_was_written() {
    let (_house, core, ada) = House::with_ada().await;
    let (_service, sent) = ask_and_wait(&ada, STRATEGY).await;
    ada.end().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let answer = last(&ada, sent.chat).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Stopped, STRATEGY));
}

#[tokio::test]
async fn an_answer_goes_on_while_another_session_of_the_account_lives() {
    let (_house, core, ada) = House::with_ada().await;
    let other = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let mut events = other.events().unwrap();
    let (_service, sent) = ask_and_wait(&ada, STRATEGY).await;
    ada.end().await;
    assert_eq!(last(&other, sent.chat).await.state, MessageState::Writing);
    chat::stop(&other, sent.answer.id).await.unwrap();
    assert_eq!(until_ended(&mut events).await.1.state, MessageState::Stopped);
}

#[tokio::test]
async fn a_killed_programs_answer_is_interrupted_and_holds_what_was_saved() {
    let (house, core, ada) = House::with_ada().await;
    let (_service, sent) = ask_and_wait(&ada, STRATEGY).await;
    // Saved while it grows: only then is the program killed.
    while last(&ada, sent.chat.clone()).await.text.is_empty() {
        tokio::task::yield_now().await;
    }
    let copy = house.copied();
    core.shut_down().await;
    let core = copy.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let answer = last(&ada, sent.chat.clone()).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Interrupted, STRATEGY));
    let listed = chat::list(&ada, chat::List::Usual, None, 1).await.unwrap().chats.remove(0);
    assert!(!listed.writing);
    assert_eq!(listed.unseen, Some(Unseen::Failed), "the list says which ones broke off");
    let again = chat::try_again(&ada, answer.id).await;
    assert!(!matches!(again, Err(ChatError::Busy)), "the chat can be used again");
}

#[tokio::test]
async fn a_killed_programs_reasoning_is_kept_before_there_is_an_answer() {
    let (house, _core, ada) = House::with_ada().await;
    let part = json!({ "text": "They want ATR.", "thought": true });
    let event = json!({ "candidates": [{ "content": { "parts": [part] } }] });
    let thinking = Reply::new("200 OK", "text/event-stream", &format!("data: {event}\r\n\r\n"));
    let _service = Service::chosen_by(&ada, vec![thinking.held()]).await;
    let sent = chat::send(&ada, None, New::default(), "What is ATR?".to_owned()).await.unwrap();
    while last(&ada, sent.chat.clone()).await.thoughts.is_none() {
        tokio::task::yield_now().await;
    }
    let copy = house.copied();
    let core = copy.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let answer = last(&ada, sent.chat).await;
    assert_eq!((answer.state, &*answer.text), (MessageState::Interrupted, ""));
    assert_eq!(answer.thoughts.as_deref(), Some("They want ATR."));
}

#[tokio::test]
async fn deleting_a_chat_in_the_middle_of_an_answer_tells_of_no_fault() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut events = ada.events().unwrap();
    let (_service, sent) = ask_and_wait(&ada, STRATEGY).await;
    chat::delete(&ada, sent.chat.id).await.unwrap();
    ada.end().await;
    while let Ok(event) = events.try_recv() {
        assert!(!matches!(event, ChatEvent::Ended { .. }), "{event:?}");
    }
}

#[tokio::test]
async fn deleting_a_context_in_the_middle_of_an_answer_loses_nothing_of_it() {
    let (_house, _core, ada) = House::with_ada().await;
    let draft = ContextDraft {
        name: "Large caps".to_owned(),
        instructions: String::new(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    let context = context::create(&ada, draft).await.unwrap();
    let reply = Reply::saying(&[STRATEGY], None).held();
    let service = Service::chosen_by(&ada, vec![reply]).await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, within(context.id), "Hold still".to_owned()).await.unwrap();
    service.has_replied(1).await;
    while !matches!(events.recv().await.unwrap(), ChatEvent::Text { .. }) {}
    context::delete(&ada, context.id).await.unwrap();
    chat::stop(&ada, sent.answer.id).await.unwrap();
    let (_, ended) = until_ended(&mut events).await;
    assert_eq!((ended.state, ended.text.as_str()), (MessageState::Stopped, STRATEGY));
    assert_eq!(ended.strategies.len(), 1);
}

#[tokio::test]
async fn a_failed_answer_can_be_tried_again_and_is_no_history() {
    let (_house, _core, ada) = House::with_ada().await;
    let replies = vec![
        Reply::saying(&["Half a sent"], None),
        Reply::saying(&["A whole sentence."], Some("STOP")),
    ];
    let service = Service::chosen_by(&ada, replies).await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, New::default(), "Say it".to_owned()).await.unwrap();
    let (_, failed) = until_ended(&mut events).await;
    assert_eq!((failed.state, failed.text.as_str()), (MessageState::Failed, "Half a sent"));
    assert_eq!(failed.problem.clone().unwrap().code, ProblemCode::StreamBroken);
    assert_eq!(last(&ada, sent.chat.clone()).await, failed, "the problem is kept with it");
    chat::try_again(&ada, failed.id).await.unwrap();
    let (_, whole) = until_ended(&mut events).await;
    assert_eq!((whole.state, whole.text.as_str()), (MessageState::Done, "A whole sentence."));
    let contents = service.asked()[1].body["contents"].clone();
    assert_eq!(contents.as_array().unwrap().len(), 1, "the question alone: {contents}");
}

#[tokio::test]
async fn reasoning_without_its_opening_tag_is_taken_back_from_the_answer() {
    let (_house, _core, ada) = House::with_ada().await;
    for (wire, cut) in [(Wire::Ollama, Cut::Bytes), (Wire::OpenAi, Cut::Whole)] {
        let pieces = ["Hm.\n\nA cross", " it is.\n</th", "ink>\n", "\nA slow ", "cross."];
        let play = Play::of(wire.kind(), wire.answer(&pieces));
        let server = FaultServer::start(vec![play], cut).await;
        let service = add(&ada, wire, &server.url).await;
        let mut events = ada.events().unwrap();
        let sent = chat::send(&ada, None, asking(service), "Which?".to_owned()).await.unwrap();
        let (mut thoughts, mut text, mut blocks) = (String::new(), String::new(), Vec::new());
        let answer = loop {
            match events.recv().await.expect("open") {
                ChatEvent::Anew { .. } => {
                    thoughts.clear();
                    text.clear();
                    blocks.clear();
                }
                ChatEvent::Thought { text: more, .. } => thoughts.push_str(&more),
                ChatEvent::Text { text: more, .. } => text.push_str(&more),
                ChatEvent::Block { index, block, .. } => {
                    assert_eq!(index as usize, blocks.len(), "{wire:?}");
                    blocks.push(block);
                }
                ChatEvent::Ended { message, .. } => break message,
                _ => {}
            }
        };
        assert_eq!(answer.id, sent.answer.id);
        assert_eq!(answer.state, MessageState::Done, "{wire:?}: {:?}", answer.problem);
        assert_eq!(answer.text, "A slow cross.");
        assert_eq!(answer.thoughts.as_deref(), Some("Hm.\n\nA cross it is.\n"));
        assert!(answer.thoughts.unwrap().starts_with(&thoughts) && answer.text.starts_with(&text));
        assert!(answer.thought_ms.is_some());
        assert_eq!(answer.thought_blocks.len(), 2, "rendered as the answer is");
        assert_eq!(blocks, answer.blocks, "what is told is what is stored");
    }
}
