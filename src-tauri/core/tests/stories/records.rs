//! Chats and strategies as programs use them, and what a person is called.

use algoagent_core::account::{self, DoorKind, Session};
use algoagent_core::chat::{self, ChatError, Named, New};
use algoagent_core::ids::{ChatId, StrategyId};
use algoagent_core::profile::{self, Names, ProfileError};
use algoagent_core::strategy::reading as strategy;
use algoagent_core::{Core, Slice};

use crate::house::{House, PASSWORD, ask, secret};

async fn program(core: &Core) -> Session {
    account::sign_in(core, DoorKind::Http, "ada", secret(PASSWORD)).await.expect("signed in")
}

#[tokio::test]
async fn names_are_kept_in_the_vault_and_checked() {
    let (_house, _core, ada) = House::with_ada().await;
    assert_eq!(profile::names(&ada).await.unwrap(), Names::default());
    let names = Names { first: " Ada ".into(), last: "Lovelace".into() };
    let kept = profile::set_names(&ada, names).await.unwrap();
    assert_eq!((&*kept.first, &*kept.last), ("Ada", "Lovelace"));
    let mut draft = profile::get(&ada).await.unwrap().draft;
    draft.goals = "Sleep well.".into();
    profile::update(&ada, draft).await.unwrap();
    assert_eq!(profile::names(&ada).await.unwrap(), kept, "the profile leaves them alone");
    for wrong in ["x".repeat(151), "two\nlines".to_owned()] {
        let names = Names { first: wrong, last: String::new() };
        let refused = profile::set_names(&ada, names).await;
        assert!(matches!(refused, Err(ProfileError::Invalid(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn records_are_counted_found_by_both_names_and_leave_out_what_was_deleted() {
    let (house, _core, ada) = House::with_ada().await;
    let mut ids = Vec::new();
    for n in 0..4 {
        house.pass(1);
        let title = format!("Chat {n}");
        ids.push(chat::begin_empty(&ada, Some(&title), None).await.unwrap().chat.id);
    }
    chat::pin(&ada, ids[0], true).await.unwrap();
    chat::delete(&ada, ids[2]).await.unwrap();
    let page = chat::records(&ada, Slice { skip: 1, take: 5 }).await.unwrap();
    let titles: Vec<_> = page.rows.iter().map(|one| one.chat.title.as_str()).collect();
    assert_eq!((page.count, titles), (3, vec!["Chat 1", "Chat 0"]), "the last changed first");
    let record = chat::find(&ada, &Named::Id(ids[1])).await.unwrap();
    let session_id = Named::SessionId(record.chat.session_id.clone());
    assert_eq!(chat::find(&ada, &session_id).await.unwrap(), record);
    for gone in [Named::Id(ids[2]), Named::Id(ChatId(99)), Named::SessionId("x".into())] {
        assert!(matches!(chat::find(&ada, &gone).await, Err(ChatError::NotFound)));
    }
    assert!(chat::whole_branch(&ada, ids[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_end_holds_for_programs_and_a_person_who_writes_on_takes_it_back() {
    let (_house, core, ada) = House::with_ada().await;
    let (sent, _) = ask(&ada, None, "What is drawdown?").await;
    let id = sent.chat.id;
    let program = program(&core).await;
    assert!(chat::set_ended(&program, id, true).await.unwrap().ended);
    let again = chat::send(&program, Some(id), New::default(), "And?".into()).await;
    assert!(matches!(again, Err(ChatError::Ended)), "{again:?}");
    assert!(matches!(chat::may_send(&program, id, "And?").await, Err(ChatError::Ended)));
    assert_eq!(chat::whole_branch(&ada, id).await.unwrap().len(), 2);
    ask(&ada, Some(id), "And now?").await;
    assert!(!chat::find(&ada, &Named::Id(id)).await.unwrap().ended);
    assert!(chat::may_send(&program, id, "And?").await.is_ok());
    let messages = chat::whole_branch(&ada, id).await.unwrap();
    assert_eq!(messages.len(), 4);
    assert!(messages.iter().all(|one| one.blocks.is_empty()), "nothing is rendered");
    let ended = chat::ended_answer(&ada, messages[3].id).await.unwrap().expect("ended");
    assert_eq!(ended.text, messages[3].text);
}

#[tokio::test]
async fn strategies_are_listed_with_versions_and_read_as_files() {
    let (house, _core, ada) = House::with_ada().await;
    let all = Slice { skip: 0, take: 50 };
    let (sent, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let mark = answer.strategies.first().expect("a strategy");
    house.pass(1);
    ask(&ada, Some(sent.chat.id), "Use a stop loss of 7 %").await;
    let listed = strategy::list(&ada, all).await.unwrap();
    assert_eq!(listed.count, 1);
    let kept = &listed.rows[0];
    assert_eq!((kept.id, &kept.name), (mark.strategy_id, &mark.name));
    assert_eq!(kept.chat_id, Some(sent.chat.id));
    let versions = strategy::versions(&ada, kept.id, all).await.unwrap();
    assert_eq!(versions.count, kept.versions);
    assert_eq!(versions.rows.last().expect("the first").number, 1);
    assert!(answer.text.contains(versions.rows.last().expect("the first").code.trim()));
    let first = strategy::version(&ada, kept.id, Some(1)).await.unwrap();
    assert_eq!(&first, versions.rows.last().expect("the first"));
    let newest = strategy::file(&ada, kept.id, None).await.unwrap();
    assert!(newest.name.ends_with(&format!("_v{}.py", kept.versions)), "{}", newest.name);
    let record = chat::find(&ada, &Named::Id(sent.chat.id)).await.unwrap();
    assert_eq!(record.strategies, [kept.id]);
    let marks = chat::whole_branch(&ada, sent.chat.id).await.unwrap();
    assert_eq!(marks[1].strategies, answer.strategies);
    for missing in [StrategyId(0), StrategyId(99)] {
        assert!(matches!(strategy::get(&ada, missing).await, Err(ChatError::NotFound)));
        assert!(matches!(strategy::file(&ada, missing, None).await, Err(ChatError::NotFound)));
    }
    assert!(matches!(strategy::version(&ada, kept.id, Some(9)).await, Err(ChatError::NotFound)));
}
