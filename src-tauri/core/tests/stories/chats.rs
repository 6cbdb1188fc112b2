//! Chats: what is kept, linked, listed and deleted.

use std::collections::BTreeSet;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, Chat, ChatError, LONGEST_QUESTION, MessageState, New, Role};
use algoagent_core::context::{self, Context, ContextDraft};
use algoagent_core::ids::{ChatId, ContextId, MessageId};
use algoagent_core::strategy;

use crate::house::{House, ask, until_ended, within};

async fn context_named(session: &Session, name: &str) -> Context {
    let draft = ContextDraft {
        name: name.to_owned(),
        instructions: "Only liquid names.".to_owned(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    context::create(session, draft).await.expect("made")
}

async fn listed(session: &Session) -> Vec<Chat> {
    chat::list(session, chat::List::Usual, None, 200).await.expect("listed").chats
}

/// A chat whose answer is stopped at once.
async fn short_chat(session: &Session, chat: Option<ChatId>, text: &str) -> chat::Sent {
    let mut events = session.events().expect("signed in");
    let sent = chat::send(session, chat, New::default(), text.to_owned()).await.expect("sent");
    chat::stop(session, sent.answer.id).await.expect("stopped");
    until_ended(&mut events).await;
    sent
}

#[tokio::test]
async fn a_chat_is_named_after_its_first_question_until_the_person_names_it() {
    let (_house, _core, ada) = House::with_ada().await;
    let (sent, _) = ask(&ada, None, "Create a momentum strategy.\nFor AAPL, please").await;
    assert_eq!(sent.chat.title, "Momentum strategy");
    let named = chat::rename(&ada, sent.chat.id, "  Momentum  ").await.unwrap();
    assert_eq!(named.title, "Momentum");
    ask(&ada, Some(sent.chat.id), "Use a stop of 3 %").await;
    assert_eq!(listed(&ada).await[0].title, "Momentum");
    for bad in ["", " \n ", &"x".repeat(201)] {
        let refused = chat::rename(&ada, sent.chat.id, bad).await;
        assert!(matches!(refused, Err(ChatError::Invalid(_))), "{bad:?}");
    }
}

#[tokio::test]
async fn a_follow_up_makes_the_next_version_of_the_same_strategy() {
    let (_house, _core, ada) = House::with_ada().await;
    let (sent, first) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let (_, second) = ask(&ada, Some(sent.chat.id), "add a 100-day trend filter").await;
    let (one, two) = (&first.strategies[0], &second.strategies[0]);
    assert_eq!((one.version, two.version), (1, 2));
    assert_eq!((one.strategy_id, &one.name), (two.strategy_id, &two.name));
    let file = strategy::code_file(&ada, second.id, two.block).await.unwrap();
    assert!(file.name.ends_with("_v2.py") && file.needs_module, "{}", file.name);
    assert_eq!(strategy::strategy_class(&file.code).as_ref(), Some(&two.name));
}

#[tokio::test]
async fn empty_and_too_long_questions_are_refused_and_leave_no_chat() {
    let (_house, _core, ada) = House::with_ada().await;
    for empty in ["", " \n\t "] {
        let refused = chat::send(&ada, None, New::default(), empty.to_owned()).await;
        assert!(matches!(refused, Err(ChatError::Empty)), "{refused:?}");
    }
    let refused = chat::send(&ada, None, New::default(), "x".repeat(LONGEST_QUESTION + 1)).await;
    assert!(matches!(refused, Err(ChatError::TooLong { bytes }) if bytes == LONGEST_QUESTION + 1));
    let refused = chat::send(&ada, Some(ChatId(77)), New::default(), "hello".to_owned()).await;
    assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    let refused = chat::send(&ada, None, within(ContextId(77)), "hello".to_owned()).await;
    assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    assert_eq!(listed(&ada).await, []);
    let longest = "x".repeat(LONGEST_QUESTION);
    let sent = short_chat(&ada, None, &longest).await;
    assert_eq!(chat::text_of(&ada, sent.question.id).await.unwrap(), longest);
}

#[tokio::test]
async fn trying_again_makes_a_sibling_and_keeps_the_old_answer() {
    let (_house, _core, ada) = House::with_ada().await;
    let sent = short_chat(&ada, None, "Create a momentum strategy for AAPL").await;
    let mut events = ada.events().unwrap();
    let again = chat::try_again(&ada, sent.answer.id).await.unwrap();
    let (_, answer) = until_ended(&mut events).await;
    assert_eq!(again.question.id, sent.question.id);
    assert_eq!(answer.parent_id, Some(sent.question.id));
    assert_ne!(answer.id, sent.answer.id);
    let open = chat::open(&ada, sent.chat.id, chat::Place::Newest).await.unwrap();
    let shown: Vec<_> = open.messages.iter().map(|message| message.id).collect();
    assert_eq!(shown, [sent.question.id, answer.id]);
    assert_eq!(open.chat.message_count, 2);
    chat::text_of(&ada, sent.answer.id).await.expect("the old answer stays stored");
    for wrong in [sent.question.id, MessageId(77)] {
        let refused = chat::try_again(&ada, wrong).await;
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
}

#[tokio::test]
async fn deleting_a_chat_keeps_the_strategies_that_were_made_in_it() {
    let (_house, _core, ada) = House::with_ada().await;
    let (sent, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let first = answer.strategies[0].strategy_id;
    chat::delete(&ada, sent.chat.id).await.unwrap();
    assert_eq!(listed(&ada).await, []);
    for gone in [sent.question.id, answer.id] {
        assert!(matches!(chat::text_of(&ada, gone).await, Err(ChatError::NotFound)));
    }
    assert!(matches!(chat::delete(&ada, sent.chat.id).await, Err(ChatError::NotFound)));
    let (_, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let second = answer.strategies[0].strategy_id;
    assert!(second > first, "the first strategy still has its id");
}

#[tokio::test]
async fn a_chat_of_more_than_a_thousand_messages_can_be_deleted() {
    let (_house, _core, ada) = House::with_ada().await;
    let chat = short_chat(&ada, None, "hello").await.chat.id;
    for _ in 0..501 {
        short_chat(&ada, Some(chat), "hello").await;
    }
    assert_eq!(listed(&ada).await[0].message_count, 1004);
    chat::delete(&ada, chat).await.expect("deleted");
    assert_eq!(listed(&ada).await, []);
}

#[tokio::test]
async fn contexts_are_linked_unlinked_and_deleted_and_the_chat_stays() {
    let (house, _core, ada) = House::with_ada().await;
    let large = context_named(&ada, "Large caps").await;
    let small = context_named(&ada, "Small caps").await;
    let sent = chat::send(&ada, None, within(large.id), "hello".to_owned()).await.unwrap();
    assert_eq!(sent.chat.context_name.as_deref(), Some("Large caps"));
    let linked = chat::link_context(&ada, sent.chat.id, Some(small.id)).await.unwrap();
    assert_eq!(
        (linked.context_id, linked.context_name.as_deref()),
        (Some(small.id), Some("Small caps"))
    );
    let unlinked = chat::link_context(&ada, sent.chat.id, None).await.unwrap();
    assert_eq!((unlinked.context_id, unlinked.context_name), (None, None));
    chat::link_context(&ada, sent.chat.id, Some(large.id)).await.unwrap();
    house.pass(1);
    let draft = ContextDraft { name: "Blue chips".to_owned(), ..large.draft.clone() };
    context::update(&ada, large.id, draft).await.unwrap();
    assert_eq!(context::list(&ada).await.unwrap()[0].draft.name, "Blue chips", "the last changed");
    context::delete(&ada, large.id).await.unwrap();
    let chat = &listed(&ada).await[0];
    assert_eq!((chat.context_id, &chat.context_name), (None, &None));
    for refused in [
        chat::link_context(&ada, sent.chat.id, Some(large.id)).await,
        chat::link_context(&ada, ChatId(77), None).await,
    ] {
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
    let gone = context::delete(&ada, large.id).await;
    assert!(matches!(gone, Err(context::ContextError::NotFound)));
}

#[tokio::test]
async fn pages_of_chats_of_one_moment_miss_and_repeat_none() {
    let (house, _core, ada) = House::with_ada().await;
    let mut made = BTreeSet::new();
    for number in 0..11 {
        made.insert(short_chat(&ada, None, &format!("question {number}")).await.chat.id);
    }
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = chat::list(&ada, chat::List::Usual, after, 3).await.unwrap();
        seen.extend(page.chats.iter().map(|chat| chat.id));
        pages += 1;
        // A chat that changes moves to the front: it must not disturb the pages that follow.
        if pages == 1 {
            house.pass(1);
            short_chat(&ada, Some(seen[2]), "again").await;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(pages, 4);
    assert_eq!(seen, made.into_iter().rev().collect::<Vec<_>>(), "the newest first");
    assert_eq!(listed(&ada).await[0].id, seen[2]);
}

#[tokio::test]
async fn a_long_chat_opens_at_its_end_and_goes_back_page_by_page() {
    let (_house, _core, ada) = House::with_ada().await;
    let chat = short_chat(&ada, None, "question 0").await.chat.id;
    for number in 1..56 {
        short_chat(&ada, Some(chat), &format!("question {number}")).await;
    }
    let (mut before, mut sizes, mut questions) = (chat::Place::Newest, Vec::new(), Vec::new());
    loop {
        let page = chat::open(&ada, chat, before).await.unwrap();
        sizes.push(page.messages.len());
        let asked = page.messages.iter().filter(|message| message.role == Role::User);
        questions.splice(0..0, asked.map(|message| message.text.clone()));
        before = page.messages.first().map_or(before, |message| chat::Place::Before(message.id));
        if !page.has_older {
            break;
        }
    }
    assert_eq!(sizes, [20, 20, 20, 20, 20, 12]);
    assert_eq!(questions, (0..56).map(|number| format!("question {number}")).collect::<Vec<_>>());
    let other = short_chat(&ada, None, "another").await;
    let refused = chat::open(&ada, chat, chat::Place::Before(other.question.id)).await;
    assert!(matches!(refused, Err(ChatError::NotFound)), "a message of another chat");
}

#[tokio::test]
async fn a_chat_is_busy_while_its_answer_is_written_and_others_are_not() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, New::default(), "Create a momentum strategy".to_owned())
        .await
        .unwrap();
    assert!(sent.chat.writing && sent.answer.state == MessageState::Writing);
    let again = chat::send(&ada, Some(sent.chat.id), New::default(), "and now?".to_owned()).await;
    assert!(matches!(again, Err(ChatError::Busy)), "{again:?}");
    let again = chat::try_again(&ada, sent.answer.id).await;
    assert!(matches!(again, Err(ChatError::Busy)), "{again:?}");
    let (_, answer) = until_ended(&mut events).await;
    assert_eq!(answer.state, MessageState::Done);
    short_chat(&ada, Some(sent.chat.id), "and now?").await;
}
