//! Gemini: what it is told, and where the key goes.

use algoagent_core::chat::{self, ChatEvent, MessageState};
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::model::{Problem, ProblemCode};
use algoagent_core::settings::{self, GeminiTest, KeyOrigin, ModelChoice, SettingsError};
use algoagent_core::{Config, Core, profile};
use serde_json::json;

use crate::house::{House, ask, register, secret, until_ended};
use crate::service::{KEY, Reply, Service};

#[tokio::test]
async fn the_model_is_told_contract_profile_context_and_history_and_the_key_in_a_header_alone() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut told = profile::get(&ada).await.unwrap().draft;
    told.goals = "steady growth".to_owned();
    told.risk_parameters = [("max_drawdown".to_owned(), 0.12)].into();
    profile::update(&ada, told).await.unwrap();
    let draft = ContextDraft {
        name: "Large caps".to_owned(),
        instructions: "Only liquid names.".to_owned(),
        data: serde_json::from_str(r#"{"universe":"SPX"}"#).unwrap(),
        active: true,
    };
    let context = context::create(&ada, draft).await.unwrap();
    let replies = vec![
        Reply::saying(&["Fir", "st."], Some("STOP")),
        Reply::saying(&["Second."], Some("STOP")),
    ];
    let service = Service::chosen_by(&ada, replies).await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, Some(context.id), "One?".to_owned()).await.unwrap();
    let (_, answer) = until_ended(&mut events).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Done, "First."));
    ask(&ada, Some(sent.chat.id), "Two?").await;
    let used = context::list(&ada).await.unwrap()[0].last_used_at;
    assert!(used.is_some());

    let asked = service.asked();
    assert_eq!(asked.len(), 2);
    for request in &asked {
        let mut lines = request.head.lines();
        let line = lines.next().unwrap();
        let path = "/v1beta/models/gemini-9.1-flash:streamGenerateContent?alt=sse";
        assert_eq!(line, format!("POST {path} HTTP/1.1"));
        let headers: Vec<_> = lines.filter(|line| line.contains(KEY)).collect();
        assert_eq!(headers.len(), 1);
        assert!(headers[0].to_ascii_lowercase().starts_with("x-goog-api-key:"), "{headers:?}");
        assert!(!request.body.to_string().contains(KEY));
        let system = request.body.pointer("/systemInstruction/parts/0/text").unwrap();
        for word in [
            "from algoagent import Strategy",
            "steady growth",
            "max_drawdown = 0.12",
            "Large caps",
            "Only liquid names.",
            "SPX",
        ] {
            assert!(system.as_str().unwrap().contains(word), "{word}");
        }
    }
    let turn = |role: &str, text: &str| json!({ "role": role, "parts": [{ "text": text }] });
    assert_eq!(asked[0].body["contents"], json!([turn("user", "One?")]));
    let history = json!([turn("user", "One?"), turn("model", "First."), turn("user", "Two?")]);
    assert_eq!(asked[1].body["contents"], history);
}

#[tokio::test]
async fn the_newest_flash_is_found_once_and_asked_when_no_model_is_chosen() {
    let (_house, _core, ada) = House::with_ada().await;
    let model = |id: &str| json!({ "name": format!("models/{id}"), "supportedGenerationMethods": ["generateContent"] });
    let list = json!({ "models": [model("gemini-9.9-pro"), model("gemini-9.2-flash"),
        model("gemini-9.10-flash"), model("gemini-9.11-flash-image")] });
    let list = Reply::new("200 OK", "application/json", &list.to_string());
    let answer = Reply::saying(&["Yes."], Some("STOP"));
    let service = Service::chosen_by(&ada, vec![list.clone(), list, answer]).await;
    settings::choose(&ada, ModelChoice::Gemini, None).await.unwrap();
    let GeminiTest::Works { models, newest_flash } = settings::test_gemini(&ada).await.unwrap()
    else {
        panic!("it works");
    };
    assert_eq!((models.len(), newest_flash.as_deref()), (3, Some("gemini-9.10-flash")));
    let (sent, answer) = ask(&ada, None, "Are you there?").await;
    assert_eq!(answer.model.as_deref(), Some("Gemini · gemini-9.10-flash"));
    ask(&ada, Some(sent.chat.id), "Still?").await;
    let paths: Vec<_> = service
        .asked()
        .iter()
        .map(|asked| asked.head.split([' ', '?']).nth(1).unwrap().to_owned())
        .collect();
    let stream = "/v1beta/models/gemini-9.10-flash:streamGenerateContent";
    assert_eq!(paths, ["/v1beta/models", "/v1beta/models", stream, stream]);
}

#[tokio::test]
async fn a_busy_service_is_waited_for_and_the_person_is_told() {
    let (_house, _core, ada) = House::with_ada().await;
    let details =
        json!([{ "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "0s" }]);
    let busy = Reply::error(429, "RESOURCE_EXHAUSTED", "slow down", details);
    let replies = vec![busy.clone(), busy, Reply::saying(&["Here."], Some("STOP"))];
    let service = Service::chosen_by(&ada, replies).await;
    let mut events = ada.events().unwrap();
    chat::send(&ada, None, None, "Hello?".to_owned()).await.unwrap();
    let (told, answer) = until_ended(&mut events).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Done, "Here."));
    let waits = told.iter().filter(|event| matches!(event, ChatEvent::Waiting { .. })).count();
    assert_eq!((waits, service.asked().len()), (2, 3));
}

/// What is said when the model can't be asked for want of a key.
async fn key_is_missing(ada: &algoagent_core::account::Session) {
    let (_, answer) = ask(ada, None, "Hello?").await;
    assert_eq!(answer.problem.map(|problem| problem.code), Some(ProblemCode::KeyMissing));
}

#[tokio::test]
async fn a_stored_key_is_not_sent_to_another_address_than_it_was_entered_for() {
    let (_house, _core, ada) = House::with_ada().await;
    let own = Service::chosen_by(&ada, vec![Reply::saying(&["Yes."], Some("STOP"))]).await;
    let other = Service::start(vec![Reply::saying(&["No."], Some("STOP"))]).await;
    let moved = settings::set_gemini(&ada, Some(other.url.clone()), None).await.unwrap();
    assert_eq!(moved.gemini_key, None);
    key_is_missing(&ada).await;
    let test = settings::test_gemini(&ada).await.unwrap();
    assert!(matches!(test, GeminiTest::Fails { .. }));
    assert!(other.asked().is_empty(), "the other address was asked");
    let back = settings::set_gemini(&ada, Some(format!("{}/", own.url)), None).await.unwrap();
    assert_eq!(back.gemini_key, Some(KeyOrigin::Vault));
    assert_eq!(ask(&ada, None, "Hello?").await.1.text, "Yes.");
    let gone = settings::forget_gemini_key(&ada).await.unwrap();
    assert_eq!((gone.gemini_key, gone.choice), (None, ModelChoice::BuiltIn));
}

#[tokio::test]
async fn the_computers_key_is_for_googles_own_address_alone() {
    let house = House::new();
    let config = Config { gemini_key: Some(secret(KEY)), ..house.config() };
    let core = Core::open(config).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    assert_eq!(settings::get(&ada).await.unwrap().gemini_key, Some(KeyOrigin::Environment));
    settings::choose(&ada, ModelChoice::Gemini, None).await.unwrap();
    let custom = Service::start(vec![Reply::saying(&["No."], Some("STOP"))]).await;
    let moved = settings::set_gemini(&ada, Some(custom.url.clone()), None).await.unwrap();
    assert!(moved.gemini_key.is_none() && !moved.gemini_base_url_is_default);
    key_is_missing(&ada).await;
    settings::test_gemini(&ada).await.unwrap();
    assert!(custom.asked().is_empty(), "the custom address was asked");
    let refused = settings::choose(&ada, ModelChoice::Gemini, None).await;
    let missing = |problem: &Problem| problem.code == ProblemCode::KeyMissing;
    assert!(matches!(&refused, Err(SettingsError::Model(problem)) if missing(problem)));
    let own = Some(secret("my-own-key"));
    settings::set_gemini(&ada, Some(custom.url.clone()), own).await.unwrap();
    ask(&ada, None, "Hello?").await;
    let asked = custom.asked();
    assert!(asked.iter().all(|asked| !asked.head.contains(KEY)));
    assert!(asked.last().unwrap().head.contains("my-own-key"));
    let back = settings::set_gemini(&ada, None, None).await.unwrap();
    assert_eq!(back.gemini_key, Some(KeyOrigin::Environment));
}
