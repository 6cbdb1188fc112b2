//! Search: what is found by which words, how it is narrowed, and what is never found.

use std::time::Duration;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, Role};
use algoagent_core::clock::Timestamp;
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::ids::MessageId;
use algoagent_core::search::{Found, Piece, Query, Version, search};
use algoagent_core::transfer::Format;
use sqlx::Connection as _;

use crate::branches::edited;
use crate::house::{House, PASSWORD, ask, register, sign_in, until_ended};
use crate::keyed::Drawn;
use crate::service::{Reply, Service};
use crate::transfers::{exported, file, import};

fn of(text: &str) -> Query {
    Query { text: text.to_owned(), ..Query::default() }
}

async fn found(session: &Session, query: Query) -> Found {
    search(session, &query).await.expect("searched")
}

async fn messages(session: &Session, text: &str) -> Vec<MessageId> {
    found(session, of(text)).await.messages.into_iter().map(|one| one.message_id).collect()
}

fn marked(pieces: &[Piece]) -> String {
    let hits = pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.to_lowercase());
    hits.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn words_and_parts_of_names_are_found_in_questions_answers_and_code() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let (two, _) = ask(&ada, None, "Was ist die Größe einer Position? 移动平均线").await;
    assert!(answer.text.contains("stop_loss_pct"));
    for words in ["stop_loss_pct", "loss", "stop_loss", "PCT", "stop_lo"] {
        let ids = messages(&ada, words).await;
        assert!(ids.contains(&answer.id), "{words}: {ids:?}");
    }
    let class = answer.strategies[0].name.clone();
    assert!(messages(&ada, &class).await.contains(&answer.id), "{class}");
    assert!(messages(&ada, "momentum aapl").await.contains(&one.question.id));
    for words in ["grosse", "GRÖSSE", "größ", "移动", "平均线"] {
        let ids = messages(&ada, words).await;
        assert!(ids.contains(&two.question.id), "{words}: {ids:?}");
    }
    assert_eq!(messages(&ada, "动移").await, [], "in this order alone");
    assert_eq!(messages(&ada, "\"aapl for momentum\"").await, []);
    assert!(messages(&ada, "\"momentum strategy\"").await.contains(&one.question.id));
    for nothing in
        ["", "  ", "\"", "*", "AND", "(", "NEAR(", "words:", "-", "momentum -", "^ momentum"]
    {
        found(&ada, of(nothing)).await;
    }
    assert_eq!(messages(&ada, "zzzunknown").await, []);
}

#[tokio::test]
async fn a_search_is_narrowed_by_chat_role_time_and_code() {
    let (house, core, ada) = House::with_ada().await;
    let (one, answer) = ask(&ada, None, "Create a momentum strategy for AAPL").await;
    let first = house.now();
    house.pass(40 * 24 * 3600);
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let (two, _) = ask(&ada, None, "What is momentum?").await;
    let ids =
        |found: Found| found.messages.into_iter().map(|one| one.message_id).collect::<Vec<_>>();
    let all = ids(found(&ada, of("momentum")).await);
    assert!(all.contains(&one.question.id) && all.contains(&two.question.id));
    let mine = Query { role: Some(Role::User), ..of("momentum") };
    assert_eq!(ids(found(&ada, mine).await).len(), 2);
    let code = Query { has_code: true, ..of("momentum") };
    assert_eq!(ids(found(&ada, code).await), [answer.id]);
    let here = Query { chat_id: Some(two.chat.id), ..of("momentum") };
    let here = ids(found(&ada, here).await);
    assert!(here.contains(&two.question.id) && !here.contains(&one.question.id), "{here:?}");
    let old = Query { until: Some(Timestamp(first.0 + 1000)), ..of("momentum") };
    let old = ids(found(&ada, old).await);
    assert!(old.contains(&one.question.id) && !old.contains(&two.question.id), "{old:?}");
    let new = Query { from: Some(Timestamp(first.0 + 1000)), ..of("momentum") };
    let new = ids(found(&ada, new).await);
    assert!(new.contains(&two.question.id) && !new.contains(&one.question.id), "{new:?}");
    let never = Query { from: Some(house.now()), until: Some(first), ..of("momentum") };
    assert_eq!(ids(found(&ada, never).await), []);
    let years =
        Query { from: Some(Timestamp(0)), until: Some(Timestamp(i64::MAX / 2)), ..of("momentum") };
    assert!(ids(found(&ada, years).await).contains(&one.question.id));
}

/// The versions on which the messages with these words stand, the oldest message first.
async fn versions(session: &Session, text: &str) -> Vec<Option<(u32, u32)>> {
    let mut messages = found(session, of(text)).await.messages;
    messages.sort_by_key(|one| one.message_id.0);
    let version = |version: Version| (version.number, version.of);
    messages.into_iter().map(|one| one.version.map(version)).collect()
}

#[tokio::test]
async fn what_stands_on_a_branch_that_isnt_shown_says_its_version() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "What are curlews?").await;
    let (two, _) = ask(&ada, Some(one.chat.id), "And plovers, beside curlews?").await;
    assert_eq!(versions(&ada, "curlews").await, [None, None]);
    edited(&ada, two.question.id, "And plovers without them?").await;
    assert_eq!(versions(&ada, "curlews").await, [None, Some((1, 2))]);
    assert_eq!(versions(&ada, "plovers").await, [Some((1, 2)), None]);
    let new = edited(&ada, one.question.id, "What are curlews really?").await;
    assert_eq!(versions(&ada, "curlews").await, [Some((1, 2)), Some((1, 2)), None]);
    assert_eq!(
        versions(&ada, "plovers").await,
        [Some((1, 2)), Some((1, 2))],
        "also where only a message above it has another version"
    );
    chat::show(&ada, two.question.id).await.unwrap();
    assert_eq!(versions(&ada, "curlews").await, [None, None, Some((2, 2))]);
    assert_eq!(new.question.siblings.len(), 2);
}

#[tokio::test]
async fn titles_and_contexts_are_found_under_their_newest_names() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "What is ATR?").await;
    chat::rename(&ada, one.chat.id, "Volatility notes").await.unwrap();
    let draft = |name: &str| ContextDraft {
        name: name.to_owned(),
        instructions: "Only pharmaceutical names.".to_owned(),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    let made = context::create(&ada, draft("Biotech")).await.unwrap();
    let by_title = found(&ada, of("volat")).await;
    assert_eq!(by_title.chats.len(), 1);
    assert_eq!(marked(&by_title.chats[0].title), "volatility");
    assert_eq!(found(&ada, of("biotech")).await.contexts[0].context_id, made.id);
    let by_words = found(&ada, of("pharma")).await;
    assert_eq!(marked(&by_words.contexts[0].snippet), "pharmaceutical");
    context::update(&ada, made.id, draft("Health")).await.unwrap();
    assert_eq!(found(&ada, of("biotech")).await.contexts, []);
    chat::rename(&ada, one.chat.id, "Ranges").await.unwrap();
    assert_eq!(found(&ada, of("volat")).await.chats, []);
    context::delete(&ada, made.id).await.unwrap();
    assert_eq!(found(&ada, of("pharma")).await.contexts, []);
}

#[tokio::test]
async fn a_message_on_another_branch_is_found_and_shown() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "Tell me about pelicans").await;
    let mut events = ada.events().unwrap();
    chat::edit(&ada, one.question.id, "Tell me about ATR".into()).await.unwrap();
    crate::house::until_ended(&mut events).await;
    let found = found(&ada, of("pelicans")).await;
    let hit = found.messages.iter().find(|hit| hit.message_id == one.question.id).expect("found");
    assert_eq!(marked(&hit.snippet), "pelicans");
    let shown = chat::show(&ada, hit.message_id).await.unwrap();
    assert!(shown.messages.iter().any(|message| message.text.contains("pelicans")));
}

#[tokio::test]
async fn what_was_deleted_is_found_no_more_and_what_is_brought_back_is() {
    let (house, core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "Tell me about pelicans").await;
    ask(&ada, None, "Tell me about ATR").await;
    chat::delete(&ada, one.chat.id).await.unwrap();
    assert_eq!(messages(&ada, "pelicans").await, []);
    assert_eq!(found(&ada, of("pelicans")).await.chats, []);
    chat::restore(&ada, one.chat.id).await.unwrap();
    assert!(messages(&ada, "pelicans").await.contains(&one.question.id));
    chat::delete(&ada, one.chat.id).await.unwrap();
    core.end_sessions().await;
    // Nothing of it is left, in no table and in no index, at the latest after the next opening.
    let drawn = Drawn::default();
    drop((core, ada));
    let core = algoagent_core::Core::open(drawn.noted(house.config())).await.unwrap();
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), async {
        while chat::restore(&ada, one.chat.id).await.is_ok() {
            chat::delete(&ada, one.chat.id).await.unwrap();
        }
    })
    .await
    .unwrap();
    assert_eq!(messages(&ada, "pelicans").await, []);
}

#[tokio::test]
async fn what_only_lets_an_answer_go_on_is_found_nowhere() {
    let (house, core, ada) = House::with_ada().await;
    let replies = vec![
        Reply::saying(&["The stop "], Some("MAX_TOKENS")),
        Reply::saying(&["is 2 %."], Some("STOP")),
    ];
    let _service = Service::chosen_by(&ada, replies).await;
    let (sent, answer) = ask(&ada, None, "Where is the stop?").await;
    let mut events = ada.events().unwrap();
    chat::go_on(&ada, answer.id).await.unwrap();
    let (_, whole) = until_ended(&mut events).await;
    chat::fork(&ada, whole.id).await.unwrap();
    let (grace, _) = register(&core, "grace").await;
    let path = file(&house, "chat.json", exported(&ada, sent.chat.id, Format::Json).await);
    import(&grace, &path).await;
    for person in [&ada, &grace] {
        assert!(!messages(person, "stop").await.is_empty());
        assert_eq!(messages(person, "exactly where you stopped").await, []);
    }
}

#[tokio::test]
async fn nobody_finds_what_another_wrote() {
    let (_house, core, ada) = House::with_ada().await;
    ask(&ada, None, "Tell me about pelicans").await;
    let (grace, _) = register(&core, "grace").await;
    assert_eq!(messages(&grace, "pelicans").await, []);
}

#[tokio::test]
async fn the_words_of_an_older_program_s_chats_are_gathered_while_nobody_waits() {
    let (house, drawn) = (House::new(), Drawn::default());
    let core = algoagent_core::Core::open(drawn.noted(house.config())).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let (one, _) = ask(&ada, None, "Tell me about pelicans").await;
    for number in 0..130 {
        ask(&ada, Some(one.chat.id), &format!("What is {number}?")).await;
    }
    let folder = house.vault_of(&ada);
    core.end_sessions().await;
    let mut vault = drawn.open(&folder.join("vault.db")).await;
    sqlx::raw_sql(
        "DELETE FROM message_words; DELETE FROM chat_words;
         UPDATE message SET has_code = 0;
         UPDATE words_missing SET below = (SELECT max(id) + 1 FROM message), titles = 1;",
    )
    .execute(&mut vault)
    .await
    .unwrap();
    vault.close().await.unwrap();
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let whole = async {
        while found(&ada, of("pelicans")).await.missing > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), whole).await.expect("it comes to an end");
    assert!(messages(&ada, "pelicans").await.contains(&one.question.id));
    assert_eq!(found(&ada, of("pelicans")).await.chats.len(), 1);
}

#[tokio::test]
async fn more_than_a_page_is_found_page_by_page_without_a_gap() {
    let (_house, _core, ada) = House::with_ada().await;
    let (one, _) = ask(&ada, None, "pelican number 0").await;
    for number in 1..40 {
        ask(&ada, Some(one.chat.id), &format!("pelican number {number}")).await;
    }
    let mine = |skip| Query { role: Some(Role::User), skip, ..of("pelican") };
    let first = found(&ada, mine(0)).await;
    assert!(first.more && first.messages.len() == 30);
    let second = found(&ada, mine(30)).await;
    assert!(!second.more && second.messages.len() == 10);
    let mut all: Vec<MessageId> =
        first.messages.iter().chain(&second.messages).map(|hit| hit.message_id).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40);
}
