//! Services with AI models: several of them, whose key goes where, which model answers, what it
//! costs.

use algoagent_core::account::Session;
use algoagent_core::chat::{self, Message, MessageState, New, Sent, UsedBy};
use algoagent_core::clock::Timestamp;
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::ids::ServiceId;
use algoagent_core::model::{ModelRef, Patience, Price, ServiceKind};
use algoagent_core::settings::{
    self, Header, PricedModel, ProxyChoice, ServiceDraft, ServiceTest, SettingsError,
};
use algoagent_core::{Config, Core, LocalPort};
use algoagent_tests::faults::wires::{ALL, Wire};
use algoagent_tests::faults::{Cut, End, FaultServer, Play};
use serde_json::{Value, json};

use crate::faults::{add, asking, ended, kind_of};
use crate::house::{House, PASSWORD, register, secret, sign_in};

fn says(wire: Wire, pieces: &[&str]) -> Play {
    Play::of(wire.kind(), wire.answer(pieces))
}

async fn saying(wire: Wire, pieces: &[&str]) -> FaultServer {
    FaultServer::start(vec![says(wire, pieces)], Cut::Whole).await
}

async fn ask(
    ada: &Session,
    chat: Option<algoagent_core::ids::ChatId>,
    new: New,
) -> (Sent, Message) {
    let mut events = ada.events().expect("open");
    let sent = chat::send(ada, chat, new, "Hello?".to_owned()).await.expect("sent");
    let answer = ended(&mut events, sent.answer.id).await;
    (sent, answer)
}

fn model(service: ServiceId, id: &str) -> ModelRef {
    ModelRef { service: Some(service), model: Some(id.to_owned()) }
}

fn has(server: &FaultServer, words: &str) -> bool {
    server.asked().iter().any(|asked| asked.head.to_lowercase().contains(words))
}

#[tokio::test]
async fn each_key_goes_to_its_own_service_in_its_own_header_and_is_in_no_answer() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut settings = settings::get(&ada).await.unwrap();
    let mut servers = Vec::new();
    for (number, wire) in ALL.into_iter().chain([Wire::Gemini]).enumerate() {
        let server = saying(wire, &["Here."]).await;
        let draft = ServiceDraft {
            base_url: Some(server.url.clone()),
            key: Some(secret(&format!("canary-key-number-{number}"))),
            headers: Some(vec![Header {
                name: "X-Org".into(),
                value: Some(format!("canary-org-{number}")),
            }]),
            ..ServiceDraft::default()
        };
        settings = settings::add(&ada, kind_of(wire), draft).await.unwrap();
        servers.push((wire, server, settings.services.last().unwrap().id));
    }
    let told = serde_json::to_string(&settings).unwrap();
    assert!(!told.contains("canary"), "{told}");
    let names: Vec<_> = settings.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["Gemini", "Local server", "Ollama", "Anthropic", "Gemini 2"]);
    for (wire, _, id) in &servers {
        let (_, answer) = ask(&ada, None, asking(*id)).await;
        assert_eq!(answer.text, "Here.", "{wire:?}: {:?}", answer.problem);
    }
    for (number, (wire, server, _)) in servers.iter().enumerate() {
        let key = format!("canary-key-number-{number}");
        let line = match wire {
            Wire::Gemini => format!("x-goog-api-key: {key}\r\n"),
            Wire::Anthropic => format!("x-api-key: {key}\r\n"),
            Wire::OpenAi | Wire::Ollama => format!("authorization: bearer {key}\r\n"),
        };
        let asked = server.asked();
        assert_eq!(asked.len(), 1, "{wire:?}");
        let head = asked[0].head.to_lowercase();
        assert!(
            head.contains(&line) && head.contains(&format!("x-org: canary-org-{number}\r\n")),
            "{head}"
        );
        assert_eq!(head.matches("canary-key").count(), 1, "{head}");
        let first = head.lines().next().unwrap();
        assert!(
            !first.contains("canary") && !asked[0].body.to_string().contains("canary"),
            "{first}"
        );
    }
}

#[tokio::test]
async fn nobody_s_key_is_used_for_somebody_else() {
    let (_house, core, ada) = House::with_ada().await;
    let (bob, _) = register(&core, "bob").await;
    let server = saying(Wire::OpenAi, &["Here."]).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    settings::choose(&ada, model(id, "m")).await.unwrap();
    assert!(settings::get(&bob).await.unwrap().services.is_empty());
    let chosen = settings::choose(&bob, model(id, "m")).await;
    assert!(matches!(chosen, Err(SettingsError::NotFound)));
    assert!(matches!(settings::check(&bob, id).await, Err(SettingsError::NotFound)));
    assert!(chat::send(&bob, None, asking(id), "Hello?".to_owned()).await.is_err());
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_chat_s_model_comes_before_the_context_s_and_that_before_the_default() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut ids = Vec::new();
    let mut servers = Vec::new();
    for words in ["of the default", "of the context", "of the chat"] {
        let server = saying(Wire::OpenAi, &[words]).await;
        ids.push(add(&ada, Wire::OpenAi, &server.url).await);
        servers.push(server);
    }
    settings::choose(&ada, model(ids[0], "m")).await.unwrap();
    let draft = ContextDraft {
        name: "Own".to_owned(),
        instructions: String::new(),
        data: serde_json::Map::new(),
        active: true,
        model: Some(model(ids[1], "m")),
    };
    let context = context::create(&ada, draft).await.unwrap();
    assert_eq!(ask(&ada, None, New::default()).await.1.text, "of the default");
    let within = New { context_id: Some(context.id), ..New::default() };
    let (sent, answer) = ask(&ada, None, within).await;
    assert_eq!(answer.text, "of the context");
    let chat = sent.chat.id;
    let changed = chat::set_model(&ada, chat, Some(model(ids[2], "m"))).await.unwrap();
    assert_eq!(changed.model, Some(model(ids[2], "m")));
    assert_eq!(ask(&ada, Some(chat), New::default()).await.1.text, "of the chat");
    // What is removed is no wish any more.
    settings::remove(&ada, ids[2]).await.unwrap();
    assert_eq!(ask(&ada, Some(chat), New::default()).await.1.text, "of the context");
    settings::remove(&ada, ids[1]).await.unwrap();
    assert_eq!(ask(&ada, Some(chat), New::default()).await.1.text, "of the default");
    chat::set_model(&ada, chat, Some(ModelRef::default())).await.unwrap();
    let built_in = ask(&ada, Some(chat), New::default()).await.1;
    assert!(built_in.model.unwrap().contains("built-in"));
}

#[tokio::test]
async fn a_list_is_kept_and_a_model_that_is_gone_names_the_nearest() {
    let (_house, _core, ada) = House::with_ada().await;
    let list = json!({ "data": [{ "id": "gpt-5.2-mini", "owned_by": "system" }, { "id": "gpt-5.4-mini", "owned_by": "system" },
        { "id": "text-embedding-3", "owned_by": "system" }, { "id": "gpt-5.4", "owned_by": "system" }] });
    let gone = Wire::OpenAi.error(404, "model_not_found", "The model gpt-4.1-mini does not exist");
    let gone = Play::of("application/json", gone.to_string()).status(404);
    let list = Play::of("application/json", list.to_string());
    let server =
        FaultServer::listing(list, vec![gone, says(Wire::OpenAi, &["Here."])], Cut::Whole).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    let ServiceTest::Works { service } = settings::check(&ada, id).await.unwrap() else {
        panic!("it works")
    };
    let listed: Vec<_> = service.models.iter().map(|one| one.model.id.as_str()).collect();
    assert_eq!(listed, ["gpt-5.2-mini", "gpt-5.4-mini", "gpt-5.4"]);
    assert_eq!(service.default_model.as_deref(), Some("gpt-5.4-mini"));
    assert!(service.models_at.is_some());
    let old = New { model: Some(model(id, "gpt-4.1-mini")), ..New::default() };
    let (sent, answer) = ask(&ada, None, old).await;
    let problem = answer.problem.unwrap();
    assert_eq!(problem.nearest.as_deref(), Some("gpt-5.4-mini"), "{problem:?}");
    assert!(problem.message.contains("gpt-4.1-mini") && problem.message.contains("gpt-5.4-mini"));
    let by_itself = ModelRef { service: Some(id), model: None };
    chat::set_model(&ada, sent.chat.id, Some(by_itself)).await.unwrap();
    ask(&ada, Some(sent.chat.id), New::default()).await;
    assert_eq!(server.asked().last().unwrap().body["model"], "gpt-5.4-mini");
}

#[tokio::test]
async fn servers_of_this_computer_are_found_and_offered_until_they_are_set_up() {
    let tags =
        json!({ "models": [{ "model": "qwen3:8b" }, { "model": "nomic-embed-text:latest" }] });
    let ollama = Play::of("application/json", tags.to_string());
    let ollama =
        FaultServer::listing(ollama, vec![says(Wire::Ollama, &["Here."])], Cut::Whole).await;
    let stranger =
        FaultServer::listing(Play::of("text/html", "<h1>My page</h1>"), Vec::new(), Cut::Whole)
            .await;
    let port = |server: &FaultServer| server.url.rsplit(':').next().unwrap().parse().unwrap();
    let house = House::new();
    let local_ports = vec![
        LocalPort { name: "Ollama", kind: ServiceKind::Ollama, port: port(&ollama) },
        LocalPort { name: "llama.cpp", kind: ServiceKind::OpenAi, port: port(&stranger) },
        LocalPort { name: "LM Studio", kind: ServiceKind::OpenAi, port: 1 },
    ];
    let core = Core::open(Config { local_ports, ..house.config() }).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let found = settings::find_local_servers(&ada).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        (found[0].name.as_str(), found[0].models.as_slice()),
        ("Ollama", ["qwen3:8b".to_owned()].as_slice())
    );
    let draft =
        ServiceDraft { base_url: Some(found[0].base_url.clone()), ..ServiceDraft::default() };
    let id = settings::add(&ada, found[0].kind, draft).await.unwrap().services[0].id;
    settings::choose(&ada, ModelRef { service: Some(id), model: None }).await.unwrap();
    let (_, answer) = ask(&ada, None, New::default()).await;
    assert_eq!((answer.text.as_str(), answer.model.as_deref()), ("Here.", Some("Ollama · m")));
    assert!(settings::find_local_servers(&ada).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_service_wants_back_goes_back_to_it_as_it_came_and_to_no_other() {
    let (_house, _core, ada) = House::with_ada().await;
    let signed = json!({ "candidates": [{ "content": { "parts": [{ "text": "One." }, { "text": "", "thoughtSignature": "c2ln" }] } }] });
    let mut values = vec![signed];
    values.extend(Wire::Gemini.whole());
    let gemini = Play::of(Wire::Gemini.kind(), Wire::Gemini.framed(&values));
    let gemini = FaultServer::start(vec![gemini, says(Wire::Gemini, &["Two."])], Cut::Whole).await;
    let mut values = vec![
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "thinking", "thinking": "", "signature": "" } }),
        Wire::Anthropic.thought("Hm."),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "signature_delta", "signature": "c2ln" } }),
        json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": "" } }),
        Wire::Anthropic.text("Three."),
    ];
    values.extend(Wire::Anthropic.whole());
    let claude = Play::of(Wire::Anthropic.kind(), Wire::Anthropic.framed(&values));
    let claude =
        FaultServer::start(vec![claude, says(Wire::Anthropic, &["Four."])], Cut::Whole).await;
    let to_gemini = model(add(&ada, Wire::Gemini, &gemini.url).await, "m");
    let to_claude = model(add(&ada, Wire::Anthropic, &claude.url).await, "m");
    let (sent, _) = ask(&ada, None, New { model: Some(to_gemini.clone()), ..New::default() }).await;
    let chat = sent.chat.id;
    ask(&ada, Some(chat), New::default()).await;
    let parts = json!([{ "text": "One." }, { "text": "", "thoughtSignature": "c2ln" }]);
    assert_eq!(gemini.asked()[1].body["contents"][1]["parts"], parts);
    chat::set_model(&ada, chat, Some(to_claude)).await.unwrap();
    let (_, thought) = ask(&ada, Some(chat), New::default()).await;
    assert_eq!((thought.text.as_str(), thought.thoughts.as_deref()), ("Three.", Some("Hm.")));
    ask(&ada, Some(chat), New::default()).await;
    let messages = &claude.asked()[1].body["messages"];
    assert_eq!(messages[1]["content"], "One.", "Gemini's signature is Gemini's");
    let blocks = json!([{ "type": "thinking", "thinking": "Hm.", "signature": "c2ln" }, { "type": "text", "text": "Three." }]);
    assert_eq!(messages[5]["content"], blocks);
    chat::set_model(&ada, chat, Some(to_gemini)).await.unwrap();
    ask(&ada, Some(chat), New::default()).await;
    let told = gemini.asked()[2].body.to_string();
    assert!(told.contains("Three.") && !told.contains("Hm."), "{told}");
}

#[tokio::test]
async fn an_answer_that_broke_off_goes_on_with_what_there_was_of_it() {
    let (_house, _core, ada) = House::with_ada().await;
    let half = Play::of(Wire::OpenAi.kind(), Wire::OpenAi.begun(&["Half ", "a sen"]));
    let server = FaultServer::start(vec![half, says(Wire::OpenAi, &["tence."])], Cut::Whole).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    let (sent, broken) = ask(&ada, None, asking(id)).await;
    assert_eq!((broken.state, broken.text.as_str()), (MessageState::Failed, "Half a sen"));
    let mut events = ada.events().unwrap();
    let rest = chat::go_on(&ada, broken.id).await.unwrap();
    assert!(rest.question.goes_on && rest.question.parent_id == Some(broken.id));
    let rest = ended(&mut events, rest.answer.id).await;
    assert_eq!((rest.state, rest.text.as_str()), (MessageState::Done, "tence."));
    let told = &server.asked()[1].body["messages"];
    assert_eq!(told[2], json!({ "role": "assistant", "content": "Half a sen" }));
    assert_eq!(told[3]["role"], "user");
    // From a question nothing goes on, nor from an answer that holds nothing.
    assert!(chat::go_on(&ada, sent.question.id).await.is_err());
    let silent = FaultServer::start(vec![Play::of("text/plain", "").status(401)], Cut::Whole).await;
    let silent = add(&ada, Wire::OpenAi, &silent.url).await;
    let (_, nothing) = ask(&ada, None, asking(silent)).await;
    assert!(matches!(chat::go_on(&ada, nothing.id).await, Err(chat::ChatError::Empty)));
}

#[tokio::test]
async fn tokens_and_costs_are_counted_by_day_model_and_chat_with_the_person_s_own_prices() {
    let (_house, core, ada) = House::with_ada().await;
    let server = saying(Wire::OpenAi, &["Here."]).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    let (_, free) = ask(&ada, None, asking(id)).await;
    assert_eq!((free.usage.unwrap().input, free.cost), (900, None));
    let price = Price { input: 2.0, output: 10.0, cached: None };
    let priced = PricedModel { kind: ServiceKind::OpenAi, model: "m".to_owned(), price };
    settings::set_price(&ada, priced.clone()).await.unwrap();
    let (sent, dear) = ask(&ada, None, asking(id)).await;
    assert_eq!(dear.cost, Some(0.0022), "900 × 2 + 40 × 10 millionths");
    assert!(dear.ended_at.is_some());
    let since = Timestamp(0);
    for by in [UsedBy::Day, UsedBy::Model] {
        let used = chat::used(&ada, by, since, 60).await.unwrap();
        assert_eq!(used.len(), 1, "{used:?}");
        let (answers, input, output) = (used[0].answers, used[0].input, used[0].output);
        assert_eq!((answers, input, output, used[0].without_price), (2, 1800, 80, 1));
        assert!((used[0].cost - 0.0022).abs() < 1e-9);
    }
    assert_eq!(chat::used(&ada, UsedBy::Day, since, 0).await.unwrap()[0].name, "2027-01-15");
    let chats = chat::used(&ada, UsedBy::Chat, since, 0).await.unwrap();
    assert_eq!((chats.len(), chats[0].name.as_str()), (2, sent.chat.title.as_str()));
    assert!(chat::used(&ada, UsedBy::Day, Timestamp(i64::MAX), 0).await.unwrap().is_empty());
    for bad in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
        let price = Price { input: bad, ..price };
        assert!(
            settings::set_price(&ada, PricedModel { price, ..priced.clone() }).await.is_err(),
            "{bad}"
        );
    }
    settings::forget_price(&ada, ServiceKind::OpenAi, "m").await.unwrap();
    assert!(settings::prices(&ada).await.unwrap().is_empty());
    // What a chat used is counted still when nothing else of it is left.
    let days = chat::used(&ada, UsedBy::Day, since, 60).await.unwrap();
    let models = chat::used(&ada, UsedBy::Model, since, 0).await.unwrap();
    chat::delete(&ada, sent.chat.id).await.unwrap();
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let gone = async || chat::text_of(&ada, sent.question.id).await.is_err();
    while !gone().await {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let chats = loop {
        let chats = chat::used(&ada, UsedBy::Chat, since, 0).await.unwrap();
        if chats.iter().any(|used| used.name == "Deleted chats") {
            break chats;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    let past = chats.iter().find(|used| used.name == "Deleted chats").unwrap();
    assert_eq!((past.answers, past.input, past.output, past.without_price), (1, 900, 40, 0));
    assert_eq!(chat::used(&ada, UsedBy::Day, since, 60).await.unwrap(), days);
    assert_eq!(chat::used(&ada, UsedBy::Model, since, 0).await.unwrap(), models);
}

#[tokio::test]
async fn a_price_that_a_person_entered_counts_whatever_edition_answers() {
    let (_house, _core, ada) = House::with_ada().await;
    let dated = Wire::OpenAi.answer(&["Here."]);
    let dated = String::from_utf8(dated).unwrap().replace("\"m\"", "\"gpt-5-mini-2025-08-07\"");
    let server = FaultServer::start(vec![Play::of(Wire::OpenAi.kind(), dated)], Cut::Whole).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    let price = Price { input: 2.0, output: 10.0, cached: None };
    let entered = PricedModel { kind: ServiceKind::OpenAi, model: "gpt-5-mini".to_owned(), price };
    settings::set_price(&ada, entered).await.unwrap();
    let new = New { model: Some(model(id, "gpt-5-mini")), ..New::default() };
    assert_eq!(ask(&ada, None, new).await.1.cost, Some(0.0022));
}

#[tokio::test]
async fn a_signature_goes_to_the_service_that_gave_it_alone_and_is_spared_when_that_refuses_it() {
    let (_house, _core, ada) = House::with_ada().await;
    let mut values = vec![
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "redacted_thinking", "data": "eA==" } }),
        json!({ "type": "content_block_start", "index": 1, "content_block": { "type": "text", "text": "" } }),
        Wire::Anthropic.text("One."),
    ];
    values.extend(Wire::Anthropic.whole());
    let signed = Play::of(Wire::Anthropic.kind(), Wire::Anthropic.framed(&values));
    let words = "messages.1.content.0: thinking block is bound to a different conversation";
    let bound = Wire::Anthropic.error(400, "invalid_request_error", words);
    let bound = Play::of("application/json", bound.to_string()).status(400);
    let plays = vec![signed, bound, says(Wire::Anthropic, &["Two."])];
    let one = FaultServer::start(plays, Cut::Whole).await;
    let other = saying(Wire::Anthropic, &["Three."]).await;
    let to_one = add(&ada, Wire::Anthropic, &one.url).await;
    let to_other = add(&ada, Wire::Anthropic, &other.url).await;
    let (sent, _) = ask(&ada, None, asking(to_one)).await;
    let chat = sent.chat.id;
    assert_eq!(ask(&ada, Some(chat), New::default()).await.1.text, "Two.");
    let asked = one.asked();
    assert!(asked[1].body.to_string().contains("eA=="), "it is sent back");
    assert_eq!(asked[2].body["messages"][1]["content"], "One.", "and spared when it is refused");
    chat::set_model(&ada, chat, Some(model(to_other, "m"))).await.unwrap();
    ask(&ada, Some(chat), New::default()).await;
    assert!(!other.asked()[0].body.to_string().contains("eA=="), "it is not the other's");
}

#[tokio::test]
async fn claude_is_asked_to_think_where_it_can_and_not_again_where_that_is_refused() {
    let (_house, _core, ada) = House::with_ada().await;
    let list =
        json!({ "data": [{ "id": "m", "capabilities": { "thinking": { "supported": true } } }] });
    let list = Play::of("application/json", list.to_string());
    let words = "thinking.type: Input should be 'enabled' or 'disabled'";
    let refused = Wire::Anthropic.error(400, "invalid_request_error", words).to_string();
    let refused = Play::of("application/json", refused).status(400);
    let plays = vec![refused, says(Wire::Anthropic, &["Here."])];
    let server = FaultServer::listing(list, plays, Cut::Whole).await;
    let id = add(&ada, Wire::Anthropic, &server.url).await;
    settings::check(&ada, id).await.unwrap();
    assert_eq!(ask(&ada, None, asking(id)).await.1.text, "Here.");
    let asked = server.asked();
    let thinks: Vec<&Value> = asked.iter().map(|one| &one.body["thinking"]["type"]).collect();
    assert_eq!(thinks, [&json!("adaptive"), &Value::Null]);
}

#[tokio::test]
async fn after_a_failed_answer_the_questions_are_one_turn() {
    let (_house, _core, ada) = House::with_ada().await;
    let refused =
        Play::of("application/json", Wire::OpenAi.error(400, "x", "no").to_string()).status(400);
    let server =
        FaultServer::start(vec![refused, says(Wire::OpenAi, &["Here."])], Cut::Whole).await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    let (sent, _) = ask(&ada, None, asking(id)).await;
    ask(&ada, Some(sent.chat.id), New::default()).await;
    let messages = server.asked()[1].body["messages"].as_array().unwrap().clone();
    let roles: Vec<&Value> = messages.iter().map(|one| &one["role"]).collect();
    assert_eq!(roles, ["system", "user"]);
    assert_eq!(messages[1]["content"], "Hello?\n\nHello?");
}

#[tokio::test]
async fn two_answers_at_once_go_to_their_own_chats() {
    let (_house, _core, ada) = House::with_ada().await;
    let pieces = |word: &str| (0..50).map(|number| format!("{word}{number} ")).collect::<Vec<_>>();
    let (left, right) = (pieces("left"), pieces("right"));
    let borrowed = |pieces: &[String]| {
        pieces.iter().map(String::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut events = ada.events().unwrap();
    let mut sent = Vec::new();
    let mut servers = Vec::new();
    for pieces in [&left, &right] {
        let texts = borrowed(pieces);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let server = FaultServer::start(vec![says(Wire::Anthropic, &texts)], Cut::Random(3)).await;
        let id = add(&ada, Wire::Anthropic, &server.url).await;
        sent.push(chat::send(&ada, None, asking(id), "Go".to_owned()).await.unwrap());
        servers.push(server);
    }
    let mut texts = [String::new(), String::new()];
    let mut open = 2;
    while open > 0 {
        match events.recv().await.unwrap() {
            chat::ChatEvent::Text { chat_id, message_id, text } => {
                let at = sent.iter().position(|one| one.answer.id == message_id).unwrap();
                assert_eq!(chat_id, sent[at].chat.id);
                texts[at].push_str(&text);
            }
            chat::ChatEvent::Ended { message, .. } => {
                let at = sent.iter().position(|one| one.answer.id == message.id).unwrap();
                assert_eq!(message.text, [&left, &right][at].concat());
                open -= 1;
            }
            _ => {}
        }
    }
    assert!(
        [&left, &right]
            .iter()
            .zip(&texts)
            .all(|(whole, told)| whole.concat().starts_with(told.as_str()))
    );
}

#[tokio::test]
async fn what_a_service_repeats_of_key_header_or_proxy_is_shown_nowhere() {
    let (_house, _core, ada) = House::with_ada().await;
    for wire in ALL {
        let echo = "your key canary-key-1, your header canary-head-2 are wrong";
        let whole =
            Play::of("application/json", wire.error(400, "invalid", echo).to_string()).status(400);
        let middle =
            [wire.begun(&["Half "]), format!("{}\n", wire.error(503, "x", echo)).into_bytes()]
                .concat();
        for play in
            [whole, Play::of(wire.kind(), middle), Play::of("text/html", format!("<p>{echo}"))]
        {
            let server = FaultServer::listing(play.clone(), vec![play], Cut::Whole).await;
            let draft = ServiceDraft {
                base_url: Some(server.url.clone()),
                key: Some(secret("canary-key-1")),
                headers: Some(vec![Header {
                    name: "x-a".into(),
                    value: Some("canary-head-2".into()),
                }]),
                ..ServiceDraft::default()
            };
            let settings = settings::add(&ada, kind_of(wire), draft).await.unwrap();
            let id = settings.services.last().unwrap().id;
            let (_, answer) = ask(&ada, None, asking(id)).await;
            let test = settings::check(&ada, id).await.unwrap();
            let told = format!("{answer:?} {test:?}");
            assert!(!told.contains("canary"), "{wire:?}: {told}");
            assert!(has(&server, "canary-head-2"), "{wire:?}: it was sent");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_a_person_named_is_asked_and_sees_no_key_and_this_computer_is_reached_without()
{
    let (_house, _core, ada) = House::with_ada().await;
    let proxy = FaultServer::start(vec![Play::of("text/plain", "").status(502)], Cut::Whole).await;
    let direct = saying(Wire::OpenAi, &["Here."]).await;
    for (url, by_proxy) in [("https://models.invalid/v1", true), (direct.url.as_str(), false)] {
        let draft = ServiceDraft {
            base_url: Some(url.to_owned()),
            key: Some(secret("canary-key-1")),
            proxy: ProxyChoice::Manual,
            proxy_url: Some(secret(&proxy.url)),
            ..ServiceDraft::default()
        };
        let settings = settings::add(&ada, ServiceKind::OpenAi, draft).await.unwrap();
        assert!(!serde_json::to_string(&settings).unwrap().contains(&proxy.url));
        let id = settings.services.last().unwrap().id;
        let before = proxy.asked().len();
        let (_, answer) = ask(&ada, None, asking(id)).await;
        let asked = proxy.asked();
        assert_eq!(asked.len() > before, by_proxy, "{url}: {:?}", answer.problem);
        assert_eq!(answer.problem.is_some(), by_proxy, "{url}");
        let strange =
            |head: &str| !head.starts_with("CONNECT models.invalid:443") || head.contains("canary");
        assert!(!asked.iter().any(|one| strange(&one.head)), "{asked:?}");
    }
}

#[tokio::test]
async fn a_person_chooses_how_long_a_service_is_waited_for() {
    let (_house, _core, ada) = House::with_ada().await;
    let never = Play::of(Wire::Ollama.kind(), "").ends(End::Silence);
    let server = FaultServer::start(vec![never], Cut::Whole).await;
    let waits = |first_byte, idle| ServiceDraft {
        base_url: Some(server.url.clone()),
        patience: Some(Patience { first_byte, idle }),
        ..ServiceDraft::default()
    };
    for (first_byte, idle) in [(0, 1), (1, 0), (3601, 1), (1, 3601)] {
        let refused = settings::add(&ada, ServiceKind::Ollama, waits(first_byte, idle)).await;
        assert!(matches!(refused, Err(SettingsError::Invalid(_))), "{first_byte} {idle}");
    }
    let usual = ServiceDraft { patience: None, ..waits(1, 1) };
    let settings = settings::add(&ada, ServiceKind::Ollama, usual).await.unwrap();
    let service = &settings.services[0];
    assert_eq!((service.patience, service.patience_is_own), (Patience::LOCAL, false));
    let settings = settings::update(&ada, service.id, waits(1, 1)).await.unwrap();
    assert!(settings.services[0].patience_is_own);
    let (_, answer) = ask(&ada, None, asking(settings.services[0].id)).await;
    assert!(answer.problem.unwrap().message.contains("within a second"));
}

#[tokio::test]
async fn what_a_server_does_not_know_is_left_out_once_and_the_answer_comes() {
    let (_house, _core, ada) = House::with_ada().await;
    let words = "Unrecognized request argument supplied: stream_options";
    let refusal = Play::of(
        "application/json",
        Wire::OpenAi.error(400, "invalid_request_error", words).to_string(),
    );
    let server =
        FaultServer::start(vec![refusal.status(400), says(Wire::OpenAi, &["Here."])], Cut::Whole)
            .await;
    let id = add(&ada, Wire::OpenAi, &server.url).await;
    assert_eq!(ask(&ada, None, asking(id)).await.1.text, "Here.");
    let asked = server.asked();
    let options: Vec<&Value> = asked.iter().map(|one| &one.body["stream_options"]).collect();
    assert_eq!(options, [&json!({ "include_usage": true }), &Value::Null]);
}
