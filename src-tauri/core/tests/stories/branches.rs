//! Branches: what an edit, another answer or a fork makes, and that nothing is overwritten.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatError, List, MessageState, New, OpenChat, Place, Role};
use algoagent_core::ids::{ChatId, MessageId};

use crate::house::{House, ask, sign_in, until_ended};

fn texts(open: &OpenChat) -> Vec<&str> {
    open.messages
        .iter()
        .filter(|message| message.role == Role::User)
        .map(|message| message.text.as_str())
        .collect()
}

fn ids(open: &OpenChat) -> Vec<MessageId> {
    open.messages.iter().map(|message| message.id).collect()
}

async fn opened(session: &Session, chat: ChatId) -> OpenChat {
    chat::open(session, chat, Place::Newest).await.expect("it opens")
}

pub(crate) async fn edited(session: &Session, id: MessageId, text: &str) -> chat::Sent {
    let mut events = session.events().expect("signed in");
    let sent = chat::edit(session, id, text.to_owned()).await.expect("asked");
    until_ended(&mut events).await;
    sent
}

#[tokio::test]
async fn an_edit_makes_a_branch_and_both_can_be_shown_with_all_that_followed() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "What is ATR?").await;
    let chat = one.chat.id;
    ask(&ada, Some(chat), "And ADX?").await;
    let before = opened(&ada, chat).await;
    assert_eq!(texts(&before), ["What is ATR?", "And ADX?"]);

    let new = edited(&ada, one.question.id, "What is RSI?").await;
    assert_eq!(new.question.siblings, [one.question.id, new.question.id]);
    let after = opened(&ada, chat).await;
    assert_eq!(texts(&after), ["What is RSI?"]);
    assert_eq!(after.messages[0].siblings, [one.question.id, new.question.id]);
    assert_eq!(after.chat.message_count, 2);

    let shown = chat::show(&ada, one.question.id).await.unwrap();
    assert_eq!(ids(&shown), ids(&before), "the old branch, down to its end");
    assert_eq!(shown.chat.message_count, 4);
    assert_eq!(opened(&ada, chat).await.messages.len(), 4, "and it stays shown");

    // What is asked now follows the branch that is shown.
    let (next, _) = ask(&ada, Some(chat), "And MACD?").await;
    assert_eq!(next.question.parent_id, before.messages.last().map(|last| last.id));
    let other = chat::show(&ada, new.question.id).await.unwrap();
    assert_eq!(texts(&other), ["What is RSI?"]);
    let back = chat::show(&ada, one.answer.id).await.unwrap();
    assert_eq!(texts(&back), ["What is ATR?", "And ADX?", "And MACD?"]);
}

#[tokio::test]
async fn another_answer_to_an_early_question_keeps_what_followed_the_first() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, first) = ask(&ada, None, "What is ATR?").await;
    let chat = one.chat.id;
    ask(&ada, Some(chat), "And ADX?").await;
    let mut events = ada.events().unwrap();
    let again = chat::try_again(&ada, first.id).await.unwrap();
    until_ended(&mut events).await;
    assert_eq!(again.answer.siblings, [first.id, again.answer.id]);
    assert_eq!(texts(&opened(&ada, chat).await), ["What is ATR?"]);
    let back = chat::show(&ada, first.id).await.unwrap();
    assert_eq!(texts(&back), ["What is ATR?", "And ADX?"]);
    assert_eq!(back.messages[1].siblings, [first.id, again.answer.id]);
    // The model is told the branch that is asked on, and no other.
    let wanted = chat::Wanted { chat_id: Some(chat), text: "Now?".into(), ..Default::default() };
    let prompt = chat::prompt(&ada, wanted).await.unwrap();
    let told: Vec<&str> = prompt.turns.iter().map(|turn| turn.text.as_str()).collect();
    assert_eq!(told[0], "What is ATR?");
    assert_eq!(told.len(), 5);
    assert_eq!(told[1], first.text);
    assert_eq!(told[4], "Now?");
}

#[tokio::test]
async fn what_is_no_question_of_the_person_is_not_edited() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, answer) = ask(&ada, None, "What is ATR?").await;
    for (id, text) in [(answer.id, "x"), (MessageId(777), "x")] {
        let refused = chat::edit(&ada, id, text.to_owned()).await;
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
    let refused = chat::edit(&ada, one.question.id, " \n".to_owned()).await;
    assert!(matches!(refused, Err(ChatError::Empty)), "{refused:?}");
    let refused = chat::edit(&ada, one.question.id, "x".repeat(300_000)).await;
    assert!(matches!(refused, Err(ChatError::TooLong { .. })), "{refused:?}");
    assert!(matches!(chat::show(&ada, MessageId(777)).await, Err(ChatError::NotFound)));
    assert!(matches!(chat::fork(&ada, MessageId(777)).await, Err(ChatError::NotFound)));
    let sent = chat::send(&ada, Some(one.chat.id), New::default(), "Explain MACD at length".into());
    let sent = sent.await.unwrap();
    let busy = chat::edit(&ada, one.question.id, "x".to_owned()).await;
    assert!(matches!(busy, Err(ChatError::Busy)), "{busy:?}");
    assert!(matches!(chat::fork(&ada, sent.answer.id).await, Err(ChatError::Busy)));
    chat::stop(&ada, sent.answer.id).await.unwrap();
}

#[tokio::test]
async fn a_fork_is_a_copy_that_goes_on_by_itself() {
    let (_house, core, ada) = House::with_ada().await;
    let (one, first) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let (_, second) = ask(&ada, Some(one.chat.id), "add a 100-day trend filter").await;
    ask(&ada, Some(one.chat.id), "What is ATR?").await;
    let fork = chat::fork(&ada, second.id).await.unwrap();
    assert_eq!(fork.title, format!("{} (fork)", opened(&ada, one.chat.id).await.chat.title));
    let copy = opened(&ada, fork.id).await;
    let texts = |open: &OpenChat| -> Vec<String> {
        open.messages.iter().map(|message| message.text.clone()).collect()
    };
    assert_eq!(texts(&copy), texts(&opened(&ada, one.chat.id).await)[..4]);
    assert!(copy.messages.iter().all(|message| message.chat_id == fork.id));
    let parents: Vec<_> = copy.messages.iter().map(|message| message.parent_id).collect();
    let above: Vec<_> =
        [None].into_iter().chain(ids(&copy).into_iter().map(Some)).take(4).collect();
    assert_eq!(parents, above);
    // Its strategies are its own, and go on counting from what was copied.
    let marks: Vec<u32> = copy
        .messages
        .iter()
        .flat_map(|message| &message.strategies)
        .map(|mark| mark.version)
        .collect();
    assert_eq!(marks, [1, 2]);
    assert_ne!(copy.messages[1].strategies[0].strategy_id, first.strategies[0].strategy_id);
    let (_, third) = ask(&ada, Some(fork.id), "Use a stop of 4 %").await;
    assert_eq!(third.strategies[0].version, 3);
    assert_eq!(third.strategies[0].strategy_id, copy.messages[1].strategies[0].strategy_id);
    let (_, other) = ask(&ada, Some(one.chat.id), "Use a stop of 4 %").await;
    assert_eq!(other.strategies[0].strategy_id, first.strategies[0].strategy_id);
    // The fork stays when the first chat goes.
    chat::delete(&ada, one.chat.id).await.unwrap();
    core.end_sessions().await;
    assert_eq!(opened_again(&core, fork.id).await, 6);
}

async fn opened_again(core: &algoagent_core::Core, chat: ChatId) -> usize {
    let ada = sign_in(core, "ada", crate::house::PASSWORD).await;
    let ada = ada.expect("signed in");
    let count = opened(&ada, chat).await.messages.len();
    assert_eq!(chat::list(&ada, List::Usual, None, 10).await.expect("listed").chats.len(), 1);
    count
}

#[tokio::test]
async fn a_long_branch_is_paged_both_ways_from_any_message() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "Question 0").await;
    let chat = one.chat.id;
    for number in 1..40 {
        ask(&ada, Some(chat), &format!("Question {number}")).await;
    }
    let newest = opened(&ada, chat).await;
    assert!(newest.has_older && !newest.has_newer);
    let first = one.question.id;
    let shown = chat::show(&ada, first).await.unwrap();
    assert_eq!(shown.messages.first().map(|message| message.id), Some(first));
    assert!(!shown.has_older && shown.has_newer);
    let mut all = ids(&shown);
    let mut page = shown;
    while page.has_newer {
        let last = page.messages.last().unwrap().id;
        page = chat::open(&ada, chat, Place::After(last)).await.unwrap();
        assert!(page.messages.len() <= 20 && page.has_older);
        all.extend(ids(&page));
    }
    assert_eq!(all.len(), 80);
    assert!(all.is_sorted());
    let middle = chat::show(&ada, all[40]).await.unwrap();
    let at = middle.messages.iter().position(|message| message.id == all[40]).unwrap();
    assert!((8..12).contains(&at) && middle.has_older && middle.has_newer);
    assert_eq!(ids(&middle), all[40 - at..40 - at + middle.messages.len()]);
    let none = chat::open(&ada, chat, Place::After(all[79])).await.unwrap();
    assert!(none.messages.is_empty() && !none.has_newer);
    let (other, _) = ask(&ada, None, "Elsewhere").await;
    let refused = chat::open(&ada, chat, Place::After(other.question.id)).await;
    assert!(matches!(refused, Err(ChatError::NotFound)));
}

#[tokio::test]
async fn an_answer_remembers_what_it_was_made_with() {
    let (_house, _core, ada) = House::with_ada().await;
    let draft = algoagent_core::context::ContextDraft {
        name: "Large caps".into(),
        instructions: "Only liquid names.".into(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    let context = algoagent_core::context::create(&ada, draft.clone()).await.unwrap();
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, crate::house::within(context.id), "What is ATR?".into());
    let sent = sent.await.unwrap();
    let (_, answer) = until_ended(&mut events).await;
    assert_eq!(answer.state, MessageState::Done);
    let changed =
        algoagent_core::context::ContextDraft { instructions: "All names.".into(), ..draft };
    algoagent_core::context::update(&ada, context.id, changed).await.unwrap();
    let mut profile = algoagent_core::profile::get(&ada).await.unwrap().draft;
    profile.goals = "Something else".into();
    let before = algoagent_core::profile::get(&ada).await.unwrap().draft;
    algoagent_core::profile::update(&ada, profile).await.unwrap();
    let (_, later) = ask(&ada, Some(sent.chat.id), "And ADX?").await;
    let first = chat::origin(&ada, answer.id).await.unwrap();
    let version = first.context.expect("it was linked to one");
    assert_eq!((version.number, &*version.instructions), (1, "Only liquid names."));
    assert_eq!(first.profile, Some(before));
    let second = chat::origin(&ada, later.id).await.unwrap();
    assert_eq!(second.context.map(|version| version.number), Some(2));
    assert_eq!(second.profile.map(|profile| profile.goals), Some("Something else".to_owned()));
    // Also when the context is gone.
    algoagent_core::context::delete(&ada, context.id).await.unwrap();
    let kept = chat::origin(&ada, answer.id).await.unwrap().context.expect("kept");
    assert_eq!(kept.name, "Large caps");
}
