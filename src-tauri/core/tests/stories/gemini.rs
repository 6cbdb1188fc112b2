//! Gemini: what it is told, and where the key goes.

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::chat::{self, ChatEvent, MessageState, New};
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::ids::ServiceId;
use algoagent_core::model::{ModelRef, Problem, ProblemCode, ServiceKind};
use algoagent_core::settings::{self, KeyOrigin, ServiceDraft, ServiceTest, SettingsError};
use algoagent_core::{ComputerKey, Config, Core, profile};
use serde_json::json;

use crate::house::{House, PASSWORD, ask, register, secret, until_ended, within};
use crate::service::{KEY, Reply, Service, add_gemini, choose};

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
        model: None,
    };
    let context = context::create(&ada, draft).await.unwrap();
    let replies = vec![
        Reply::saying(&["Fir", "st."], Some("STOP")),
        Reply::saying(&["Second."], Some("STOP")),
    ];
    let service = Service::chosen_by(&ada, replies).await;
    let mut events = ada.events().unwrap();
    let sent = chat::send(&ada, None, within(context.id), "One?".to_owned()).await.unwrap();
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
    let service = Service::chosen_by(&ada, vec![list, answer]).await;
    let id = newest_service(&ada).await.id;
    choose(&ada, id, None).await;
    let ServiceTest::Works { service: found } = settings::check(&ada, id).await.unwrap() else {
        panic!("it works");
    };
    let newest = found.default_model.as_deref();
    assert_eq!((found.models.len(), newest), (3, Some("gemini-9.10-flash")));
    let (sent, answer) = ask(&ada, None, "Are you there?").await;
    assert_eq!(answer.model.as_deref(), Some("Gemini · gemini-9.10-flash"));
    ask(&ada, Some(sent.chat.id), "Still?").await;
    let paths: Vec<_> = service
        .asked()
        .iter()
        .map(|asked| asked.head.split([' ', '?']).nth(1).unwrap().to_owned())
        .collect();
    let stream = "/v1beta/models/gemini-9.10-flash:streamGenerateContent";
    assert_eq!(paths, ["/v1beta/models", stream, stream]);
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
    chat::send(&ada, None, New::default(), "Hello?".to_owned()).await.unwrap();
    let (told, answer) = until_ended(&mut events).await;
    assert_eq!((answer.state, answer.text.as_str()), (MessageState::Done, "Here."));
    let waits = told.iter().filter(|event| matches!(event, ChatEvent::Waiting { .. })).count();
    assert_eq!((waits, service.asked().len()), (2, 3));
}

/// What is said when the model can't be asked for want of a key.
async fn key_is_missing(ada: &Session) {
    let (_, answer) = ask(ada, None, "Hello?").await;
    assert_eq!(answer.problem.map(|problem| problem.code), Some(ProblemCode::KeyMissing));
}

/// The service that was added last, as it is now.
async fn newest_service(ada: &Session) -> settings::Service {
    settings::get(ada).await.expect("open").services.pop().expect("there is one")
}

/// Moves a service to another address, and says what its key is there.
async fn moved(ada: &Session, id: ServiceId, base_url: Option<String>) -> Option<KeyOrigin> {
    let draft = ServiceDraft { base_url, ..ServiceDraft::default() };
    let settings = settings::update(ada, id, draft).await.expect("changed");
    let moved = settings.services.into_iter().find(|service| service.id == id);
    moved.expect("it is there").key
}

#[tokio::test]
async fn a_stored_key_is_not_sent_to_another_address_than_it_was_entered_for() {
    let (_house, _core, ada) = House::with_ada().await;
    let own = Service::chosen_by(&ada, vec![Reply::saying(&["Yes."], Some("STOP"))]).await;
    let id = newest_service(&ada).await.id;
    let other = Service::start(vec![Reply::saying(&["No."], Some("STOP"))]).await;
    assert_eq!(moved(&ada, id, Some(other.url.clone())).await, None);
    ask(&ada, None, "Hello?").await;
    settings::check(&ada, id).await.unwrap();
    let asked = other.asked();
    assert!(asked.len() >= 2 && asked.iter().all(|asked| !asked.head.contains(KEY)));
    assert_eq!(moved(&ada, id, None).await, None);
    key_is_missing(&ada).await;
    let back = moved(&ada, id, Some(format!("{}/", own.url))).await;
    assert_eq!(back, Some(KeyOrigin::Vault));
    assert_eq!(ask(&ada, None, "Hello?").await.1.text, "Yes.");
    let gone = settings::remove(&ada, id).await.unwrap();
    assert!(gone.services.is_empty());
    assert_eq!(gone.choice, ModelRef::default());
    assert!(matches!(settings::remove(&ada, id).await, Err(SettingsError::NotFound)));
}

#[tokio::test]
async fn a_forgotten_key_is_gone_and_a_default_address_needs_one() {
    let (_house, _core, ada) = House::with_ada().await;
    let id = add_gemini(&ada, None, secret(KEY)).await.unwrap();
    choose(&ada, id, None).await;
    let draft = ServiceDraft { forget_key: true, ..ServiceDraft::default() };
    let settings = settings::update(&ada, id, draft).await.unwrap();
    assert_eq!(settings.services[0].key, None);
    key_is_missing(&ada).await;
    let refused = settings::choose(&ada, ModelRef { service: Some(id), model: None }).await;
    let missing = |problem: &Problem| problem.code == ProblemCode::KeyMissing;
    assert!(matches!(&refused, Err(SettingsError::Model(problem)) if missing(problem)));
}

#[tokio::test]
async fn the_computers_key_is_one_service_that_cant_be_bent_and_an_administrator_withholds_it() {
    let house = House::new();
    let key = ComputerKey { key: secret(KEY), place: "the environment".to_owned() };
    let config = Config { computer_key: Some(key), ..house.config() };
    let core = Core::open(config).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let (bob, _) = register(&core, "bob").await;
    for person in [&ada, &bob] {
        let found = newest_service(person).await;
        let place = "the environment".to_owned();
        assert_eq!(found.key, Some(KeyOrigin::Computer { place }));
        assert!(found.fixed && found.base_url_is_default);
        let bent =
            ServiceDraft { base_url: Some("http://127.0.0.1:9".into()), ..ServiceDraft::default() };
        let bent = settings::update(person, found.id, bent).await;
        assert!(matches!(bent, Err(SettingsError::NotFound)));
        assert!(matches!(settings::remove(person, found.id).await, Err(SettingsError::NotFound)));
        choose(person, found.id, None).await;
    }
    // A service of one's own without a key uses it too, at Google's own address alone.
    let keyless = settings::add(&ada, ServiceKind::Gemini, ServiceDraft::default()).await.unwrap();
    let id = keyless.services.last().unwrap().id;
    assert!(matches!(keyless.services.last().unwrap().key, Some(KeyOrigin::Computer { .. })));
    assert_eq!(moved(&ada, id, Some("http://127.0.0.1:9".to_owned())).await, None);
    settings::remove(&ada, id).await.unwrap();
    let of_bob = bob.account().uuid;
    let refused = account::set_computer_key(&bob, of_bob, true).await;
    assert!(matches!(refused, Err(AccountError::Forbidden)));
    let info = account::set_computer_key(&ada, of_bob, false).await.unwrap();
    assert!(!info.computer_key);
    let of_bob = settings::get(&bob).await.unwrap();
    assert!(of_bob.services.is_empty() && of_bob.computer_key_withheld.is_some());
    let (_, answer) = ask(&bob, None, "Hello?").await;
    assert!(answer.model.unwrap().contains("built-in"), "as his settings say");
    assert_eq!(settings::get(&ada).await.unwrap().services.len(), 1);
    drop((ada, bob));
    core.shut_down().await;
    let key = ComputerKey { key: secret(KEY), place: "the environment".to_owned() };
    let core = Core::open(Config { computer_key: Some(key), ..house.config() }).await.unwrap();
    let bob = account::sign_in(&core, DoorKind::Desktop, "bob", secret(PASSWORD)).await.unwrap();
    assert!(settings::get(&bob).await.unwrap().services.is_empty(), "it is withheld no longer");
}
