//! The list of chats and the drafts: order, what is put away, deleted, brought back, typed.

use std::path::Path;
use std::time::Duration;

use algoagent_core::account::Session;
use algoagent_core::chat::{
    self, Chat, ChatError, ChatEvent, Draft, DraftPlace, List, New, Place, Unseen,
};
use algoagent_core::context;
use algoagent_core::ids::{ChatId, ContextId, MessageId};
use algoagent_core::{Config, Core};
use sqlx::Connection as _;

use crate::contexts::named;
use crate::house::{House, PASSWORD, ask, register, sign_in};
use crate::keyed::Drawn;

async fn listed(session: &Session, list: List) -> Vec<ChatId> {
    let page = chat::list(session, list, None, 200).await.expect("listed");
    page.chats.into_iter().map(|chat| chat.id).collect()
}

async fn chats(house: &House, session: &Session, count: usize) -> Vec<Chat> {
    let mut made = Vec::new();
    for number in 0..count {
        house.pass(60);
        made.push(ask(session, None, &format!("What is {number}?")).await.0.chat);
    }
    made
}

#[tokio::test]
async fn pinned_chats_come_first_and_archived_ones_in_a_list_of_their_own() {
    let (house, _core, ada) = House::with_ada().await;
    let made: Vec<ChatId> = chats(&house, &ada, 5).await.iter().map(|chat| chat.id).collect();
    chat::pin(&ada, made[0], true).await.unwrap();
    chat::pin(&ada, made[2], true).await.unwrap();
    chat::archive(&ada, made[3], true).await.unwrap();
    assert_eq!(listed(&ada, List::Usual).await, [made[2], made[0], made[4], made[1]]);
    assert_eq!(listed(&ada, List::Archived).await, [made[3]]);
    // Page by page the same, over the edge between pinned ones and others.
    let (mut paged, mut after) = (Vec::new(), None);
    loop {
        let page = chat::list(&ada, List::Usual, after, 1).await.unwrap();
        paged.extend(page.chats.iter().map(|chat| chat.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, listed(&ada, List::Usual).await);
    chat::pin(&ada, made[2], false).await.unwrap();
    chat::archive(&ada, made[3], false).await.unwrap();
    assert_eq!(listed(&ada, List::Usual).await, [made[0], made[4], made[3], made[2], made[1]]);
    for refused in [
        chat::pin(&ada, ChatId(99), true).await,
        chat::archive(&ada, ChatId(99), true).await,
        chat::restore(&ada, ChatId(99)).await,
        chat::restore(&ada, made[0]).await,
    ] {
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_deleted_chat_comes_back_in_time_and_then_nothing_of_it_is_left() {
    let (house, drawn) = (House::new(), Drawn::default());
    let config = Config { undo: Duration::from_millis(300), ..house.config() };
    let core = Core::open(drawn.noted(config)).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let (one, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    // What its answers were made with goes with it, once nothing else needs that.
    let trends = context::create(&ada, named("Trends")).await.unwrap().id;
    chat::link_context(&ada, one.chat.id, Some(trends)).await.unwrap();
    ask(&ada, Some(one.chat.id), "stop at 4 %").await;
    context::delete(&ada, trends).await.unwrap();
    let mut events = ada.events().unwrap();
    chat::save_draft(&ada, typed(Some(one.chat.id), "and then")).await.unwrap();
    chat::delete(&ada, one.chat.id).await.unwrap();
    assert_eq!(events.recv().await.unwrap(), ChatEvent::Gone { chat_id: one.chat.id });
    let gone = one.chat.id;
    assert_eq!(listed(&ada, List::Usual).await, []);
    assert_eq!(chat::drafts(&ada).await.unwrap(), []);
    for refused in [
        chat::open(&ada, gone, Place::Newest).await.map(drop),
        chat::send(&ada, Some(gone), New::default(), "x".into()).await.map(drop),
        chat::show(&ada, answer.id).await.map(drop),
        chat::rename(&ada, gone, "x").await.map(drop),
        chat::delete(&ada, gone).await,
    ] {
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
    chat::restore(&ada, gone).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(listed(&ada, List::Usual).await, [gone], "what was brought back stays");
    assert_eq!(chat::drafts(&ada).await.unwrap().len(), 1);
    chat::delete(&ada, gone).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let purged = async {
        while chat::restore(&ada, gone).await.is_ok() {
            chat::delete(&ada, gone).await.unwrap();
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), purged).await.unwrap();
    let file = house.vault_of(&ada).join("vault.db");
    core.end_sessions().await;
    let momentum = "momentum".bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    // Not even the words in the segments of the index, which is rewritten right after, or at the
    // next opening.
    let words = format!(
        "SELECT count(*) FROM message_words_data WHERE instr(hex(block), '{momentum}') > 0"
    );
    opened_until_nothing(&core, &drawn, &file, &words).await;
    core.shut_down().await;
    for (table, left) in [
        ("message", 0),
        ("chat", 0),
        ("draft", 0),
        ("strategy", 1),
        ("context_version", 0),
        ("profile_version", 1),
    ] {
        let rows = format!("SELECT count(*) FROM {table}");
        assert_eq!(count(&drawn, &file, &rows).await, left, "{table}");
    }
}

/// Opens Ada's vault, a moment at a time, until a query finds nothing in it any more.
async fn opened_until_nothing(core: &Core, drawn: &Drawn, file: &Path, query: &str) {
    let opened = async {
        while count(drawn, file, query).await > 0 {
            sign_in(core, "ada", PASSWORD).await.unwrap_or_else(|fault| panic!("{fault:?}"));
            tokio::time::sleep(Duration::from_millis(200)).await;
            core.end_sessions().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), opened).await.expect("nothing is left in time");
}

/// What a closed vault answers to a query for a number.
async fn count(drawn: &Drawn, file: &Path, query: &str) -> i64 {
    let mut vault = drawn.open(file).await;
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&mut vault).await;
    vault.close().await.expect("it closes");
    count.expect("a number")
}

#[tokio::test]
async fn what_was_deleted_before_a_kill_is_purged_at_the_next_opening() {
    let (house, drawn) = (House::new(), Drawn::default());
    let core = Core::open(drawn.noted(house.config())).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let (one, _) = ask(&ada, None, "What is ATR?").await;
    chat::delete(&ada, one.chat.id).await.unwrap();
    let file = house.vault_of(&ada).join("vault.db");
    core.end_sessions().await;
    opened_until_nothing(&core, &drawn, &file, "SELECT count(*) FROM chat").await;
}

#[tokio::test]
async fn a_chat_in_which_nothing_was_said_yet_comes_back_too() {
    let house = House::new();
    let config = Config { undo: Duration::from_millis(300), ..house.config() };
    let core = Core::open(config).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let empty = chat::begin_empty(&ada, Some("Ideas"), None).await.unwrap().chat.id;
    chat::save_draft(&ada, typed(Some(empty), "and then")).await.unwrap();
    chat::delete(&ada, empty).await.unwrap();
    chat::restore(&ada, empty).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(listed(&ada, List::Usual).await, [empty]);
    assert_eq!(chat::drafts(&ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_ended_behind_a_person_s_back_is_marked_until_it_was_seen() {
    let (_house, core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "What is ATR?").await;
    let unseen = async |session: &Session| {
        chat::list(session, List::Usual, None, 1).await.expect("listed").chats[0].unseen
    };
    assert_eq!(unseen(&ada).await, Some(Unseen::Done));
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(unseen(&ada).await, Some(Unseen::Done), "also after a restart");
    chat::seen(&ada, one.chat.id).await.unwrap();
    assert_eq!(unseen(&ada).await, None);
    chat::seen(&ada, one.chat.id).await.unwrap();
    // What the person stopped is no news.
    let mut events = ada.events().unwrap();
    let sent =
        chat::send(&ada, Some(one.chat.id), New::default(), "Explain ADX".into()).await.unwrap();
    chat::stop(&ada, sent.answer.id).await.unwrap();
    crate::house::until_ended(&mut events).await;
    assert_eq!(unseen(&ada).await, None);
}

fn typed(chat_id: Option<ChatId>, text: &str) -> Draft {
    Draft { place: DraftPlace::Chat { chat_id }, text: text.to_owned() }
}

fn changed(chat_id: ChatId, message_id: MessageId, text: &str) -> Draft {
    Draft { place: DraftPlace::Question { chat_id, message_id }, text: text.to_owned() }
}

#[tokio::test]
async fn what_is_typed_is_kept_over_a_restart_until_it_is_sent() {
    let (house, core, ada) = House::with_ada().await;
    let (one, answer) = ask(&ada, None, "What is ATR?").await;
    let (chat, question) = (one.chat.id, one.question.id);
    let drafts = [
        typed(None, "a new one"),
        typed(Some(chat), "and ADX"),
        changed(chat, question, "What is RSI?"),
    ];
    for draft in &drafts {
        chat::save_draft(&ada, draft.clone()).await.unwrap();
    }
    core.shut_down().await;
    drop((core, ada));
    let core = house.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), drafts);
    let mut events = ada.events().unwrap();
    chat::edit(&ada, question, "What is RSI?".into()).await.unwrap();
    crate::house::until_ended(&mut events).await;
    assert_eq!(chat::drafts(&ada).await.unwrap(), drafts[..2]);
    // What another door asks meanwhile takes no word of it away.
    ask(&ada, Some(chat), "and OBV").await;
    ask(&ada, None, "another one").await;
    assert_eq!(chat::drafts(&ada).await.unwrap(), drafts[..2]);
    let from_draft = || New { from_draft: true, ..New::default() };
    chat::send(&ada, Some(chat), from_draft(), "and ADX".into()).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), drafts[..1]);
    chat::send(&ada, None, from_draft(), "a new one".into()).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), []);
    chat::save_draft(&ada, typed(None, "x")).await.unwrap();
    chat::save_draft(&ada, typed(None, "")).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), []);
    for strange in [
        typed(Some(ChatId(99)), "x"),
        changed(chat, MessageId(999), "x"),
        changed(chat, answer.id, "x"),
        changed(ChatId(99), question, "x"),
    ] {
        let refused = chat::save_draft(&ada, strange.clone()).await;
        assert!(matches!(refused, Err(ChatError::NotFound)), "{strange:?}: {refused:?}");
    }
    let refused = chat::save_draft(&ada, typed(None, &"x".repeat(2 * 1024 * 1024))).await;
    assert!(matches!(refused, Err(ChatError::TooLong { .. })), "{refused:?}");
}

#[tokio::test]
async fn forms_that_were_not_saved_are_kept_over_a_restart() {
    let (house, core, ada) = House::with_ada().await;
    let context = context::create(&ada, named("Momentum")).await.unwrap();
    let form = |place, text: &str| Draft { place, text: text.to_owned() };
    let of = |context_id| DraftPlace::Context { context_id };
    let forms = [
        form(of(None), "a new one"),
        form(of(Some(context.id)), "Mom"),
        form(DraftPlace::Profile, "half a number"),
    ];
    for one in &forms {
        chat::save_draft(&ada, form(one.place, "first")).await.unwrap();
        chat::save_draft(&ada, one.clone()).await.unwrap();
    }
    core.shut_down().await;
    drop((core, ada));
    let core = house.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), forms);
    chat::save_draft(&ada, form(of(None), "")).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), forms[1..]);
    // What would change a context goes with it.
    context::delete(&ada, context.id).await.unwrap();
    assert_eq!(chat::drafts(&ada).await.unwrap(), forms[2..]);
    for gone in [context.id, ContextId(99)] {
        let refused = chat::save_draft(&ada, form(of(Some(gone)), "x")).await;
        assert!(matches!(refused, Err(ChatError::NotFound)), "{refused:?}");
    }
}
