//! Every fault that a service, a network or a proxy can play, on every wire, over real sockets, at
//! three ways of cutting: the text that came is kept, the problem is named with what helps, and the
//! service is asked as often as it helps.

use std::sync::Arc;
use std::time::Duration;

use algoagent_core::account::Session;
use algoagent_core::chat::{self, ChatEvent, Message, MessageState, New};
use algoagent_core::ids::{MessageId, ServiceId};
use algoagent_core::model::{ModelRef, Patience, ServiceKind};
use algoagent_core::settings::{self, ServiceDraft};
use algoagent_tests::faults::cases::{self, Case};
use algoagent_tests::faults::wires::Wire;
use algoagent_tests::faults::{Cut, End, FaultServer, Play};
use futures_util::StreamExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::broadcast::Receiver;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::house::{House, secret};

const KEY: &str = "sk-canary-0123456789-abcdefghij";

pub(crate) fn kind_of(wire: Wire) -> ServiceKind {
    match wire {
        Wire::Gemini => ServiceKind::Gemini,
        Wire::OpenAi => ServiceKind::OpenAi,
        Wire::Ollama => ServiceKind::Ollama,
        Wire::Anthropic => ServiceKind::Anthropic,
    }
}

/// A service of this person at an address.
pub(crate) async fn add(ada: &Session, wire: Wire, url: &str) -> ServiceId {
    // Longer than any test computer needs.
    add_waiting(ada, wire, url, 30).await
}

/// The same, waited for so many seconds.
async fn add_waiting(ada: &Session, wire: Wire, url: &str, seconds: u32) -> ServiceId {
    let draft = ServiceDraft {
        base_url: Some(url.to_owned()),
        key: Some(secret(KEY)),
        patience: Some(Patience { first_byte: seconds, idle: seconds }),
        ..ServiceDraft::default()
    };
    let settings = settings::add(ada, kind_of(wire), draft).await.expect("added");
    // Others may be added at the same time.
    settings.services.into_iter().find(|service| service.base_url == url).expect("it is there").id
}

pub(crate) fn asking(service: ServiceId) -> New {
    New {
        model: Some(ModelRef { service: Some(service), model: Some("m".to_owned()) }),
        ..New::default()
    }
}

/// The answer of this id when it has ended.
pub(crate) async fn ended(events: &mut Receiver<ChatEvent>, id: MessageId) -> Message {
    loop {
        match events.recv().await {
            Ok(ChatEvent::Ended { message, .. }) if message.id == id => return message,
            Ok(_) => {}
            Err(fault) => panic!("events were missed: {fault}"),
        }
    }
}

async fn play(ada: &Session, wire: Wire, case: &Case, cut: Cut) {
    let what = format!("{wire:?} {} ({}), {cut:?}", case.number, case.what);
    let server = FaultServer::start(case.plays.clone(), cut).await;
    let silent = matches!(case.number, 20 | 21);
    let service = add_waiting(ada, wire, &server.url, if silent { 1 } else { 30 }).await;
    let mut events = ada.events().expect("open");
    let sent = chat::send(ada, None, asking(service), "Hello?".to_owned()).await.expect("sent");
    let ending = ended(&mut events, sent.answer.id);
    let answer = tokio::time::timeout(Duration::from_secs(60), ending).await;
    let answer = answer.unwrap_or_else(|_| panic!("{what}: no end"));
    let problem = answer.problem.as_ref();
    let words = |value: serde_json::Value| value.as_str().map(str::to_owned);
    let code = problem.and_then(|one| words(serde_json::to_value(one.code).expect("a word")));
    let advice =
        problem.and_then(|one| words(serde_json::to_value(one.advice.first()).expect("a word")));
    assert_eq!(answer.text, case.text, "{what}: {problem:?}");
    assert_eq!(answer.thoughts.as_deref().unwrap_or_default(), case.thoughts, "{what}");
    assert_eq!(code.as_deref(), case.code, "{what}: {problem:?}");
    assert_eq!(advice.as_deref(), case.advice, "{what}: {problem:?}");
    let named = answer.model.as_deref().unwrap_or_default();
    assert!(named.ends_with(case.model), "{what}: {named}");
    let noticed = code.as_deref() == Some("context_cut");
    let state = if code.is_none() || noticed { MessageState::Done } else { MessageState::Failed };
    assert_eq!(answer.state, state, "{what}");
    assert_eq!(streams(&server), case.asked, "{what}");
    if let Some(problem) = problem {
        assert!(problem.message.len() > 20, "{what}: {problem:?}");
        assert!(!format!("{problem:?}").contains(KEY), "{what}");
    }
    chat::delete(ada, sent.chat.id).await.expect("deleted");
    settings::remove(ada, service).await.expect("removed");
}

/// How often the server was asked for an answer.
fn streams(server: &FaultServer) -> usize {
    let asked = server.asked();
    asked
        .iter()
        .filter(|one| one.head.starts_with("POST") && !one.head.contains("/api/show"))
        .count()
}

async fn every_fault_of(wire: Wire) {
    let (_house, _core, ada) = House::with_ada().await;
    let cases = cases::all(wire);
    assert!(cases.len() > 40, "{} cases", cases.len());
    for cut in [Cut::Whole, Cut::Bytes, Cut::Random(7)] {
        // Those that wait a second do it together.
        let played = cases.iter().map(|case| play(&ada, wire, case, cut));
        futures_util::stream::iter(played).buffer_unordered(6).collect::<Vec<()>>().await;
    }
}

#[tokio::test]
async fn gemini_survives_every_fault() {
    every_fault_of(Wire::Gemini).await;
}

#[tokio::test]
async fn openai_survives_every_fault() {
    every_fault_of(Wire::OpenAi).await;
}

#[tokio::test]
async fn ollama_survives_every_fault() {
    every_fault_of(Wire::Ollama).await;
}

#[tokio::test]
async fn anthropic_survives_every_fault() {
    every_fault_of(Wire::Anthropic).await;
}

/// A port at which nobody listens.
async fn closed_port() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

/// A port at which whoever connects is told off in plain words.
async fn speaks_no_tls() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
        }
    });
    port
}

/// A port at which somebody answers whose certificate nobody trusts.
async fn has_a_certificate_of_its_own() -> u16 {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("made");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![made.cert.der().clone()], key).expect("they match");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let accepted = acceptor.accept(stream).await;
            assert!(accepted.is_err(), "the client trusts anybody");
        }
    });
    port
}

#[tokio::test]
async fn names_certificates_and_proxies_that_fail_are_told_apart() {
    let (_house, _core, ada) = House::with_ada().await;
    let tls = format!("https://127.0.0.1:{}", speaks_no_tls().await);
    let untrusted = format!("https://127.0.0.1:{}", has_a_certificate_of_its_own().await);
    let nobody = closed_port().await;
    let proxy = format!("http://127.0.0.1:{nobody}");
    for (what, url, proxy, words) in [
        ("nobody listens", format!("http://127.0.0.1:{nobody}"), None, "can't be reached"),
        ("no such name", "https://no-such-host.invalid".to_owned(), None, "can't be reached"),
        ("no TLS there", tls, None, "can't be reached"),
        ("no certificate that counts", untrusted, None, "certificate isn't trusted"),
        (
            "no such proxy",
            "https://no-such-host.invalid".to_owned(),
            Some(proxy),
            "through the proxy",
        ),
    ] {
        let draft = ServiceDraft {
            base_url: Some(url),
            key: Some(secret(KEY)),
            proxy: match proxy {
                Some(_) => settings::ProxyChoice::Manual,
                None => settings::ProxyChoice::Direct,
            },
            proxy_url: proxy.map(|proxy| secret(&proxy)),
            patience: Some(Patience { first_byte: 5, idle: 5 }),
            ..ServiceDraft::default()
        };
        let settings = settings::add(&ada, ServiceKind::OpenAi, draft).await.unwrap();
        let service = settings.services.last().unwrap().id;
        let mut events = ada.events().unwrap();
        let sent = chat::send(&ada, None, asking(service), "Hello?".to_owned()).await.unwrap();
        let problem = ended(&mut events, sent.answer.id).await.problem.expect(what);
        let code = serde_json::to_value(problem.code).unwrap();
        assert_eq!(code, "offline", "{what}: {problem:?}");
        assert!(problem.message.contains(words), "{what}: {problem:?}");
        assert!(problem.raw.is_some(), "{what}: {problem:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_takes_neither_key_nor_question_along() {
    let (_house, _core, ada) = House::with_ada().await;
    for wire in algoagent_tests::faults::wires::ALL {
        let other =
            FaultServer::start(vec![Play::of(wire.kind(), wire.answer(&["Gotcha."]))], Cut::Whole)
                .await;
        for status in [301, 302, 307, 308] {
            let away = Play::of("text/plain", "")
                .status(status)
                .header("location", &format!("{}/x", other.url));
            let server = FaultServer::start(vec![away], Cut::Whole).await;
            let service = add(&ada, wire, &server.url).await;
            let mut events = ada.events().unwrap();
            let sent = chat::send(&ada, None, asking(service), "Hello?".to_owned()).await.unwrap();
            let answer = ended(&mut events, sent.answer.id).await;
            let code = serde_json::to_value(answer.problem.unwrap().code).unwrap();
            assert_eq!(code, "not_the_service", "{wire:?} {status}");
        }
        assert!(other.asked().is_empty(), "{wire:?}");
    }
}

#[tokio::test]
async fn stopped_while_connecting_waiting_or_streaming_nothing_comes_afterwards() {
    let (_house, _core, ada) = House::with_ada().await;
    for wire in algoagent_tests::faults::wires::ALL {
        let silent = Play::of(wire.kind(), "").ends(End::Silence);
        let busy = Play::of("text/plain", "").status(503).header("retry-after", "60");
        let half = Play::of(wire.kind(), wire.begun(&["Half "])).ends(End::Stall);
        for (what, play, text) in
            [("connecting", silent, ""), ("waiting", busy, ""), ("streaming", half, "Half ")]
        {
            let server = FaultServer::start(vec![play], Cut::Whole).await;
            let service = add(&ada, wire, &server.url).await;
            let mut events = ada.events().unwrap();
            let sent = chat::send(&ada, None, asking(service), "Hello?".to_owned()).await.unwrap();
            loop {
                let reached = match what {
                    "connecting" => streams(&server) == 1,
                    _ => matches!(
                        events.recv().await,
                        Ok(ChatEvent::Waiting { .. } | ChatEvent::Text { .. })
                    ),
                };
                if reached {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            chat::stop(&ada, sent.answer.id).await.unwrap();
            let answer = ended(&mut events, sent.answer.id).await;
            assert_eq!(
                (answer.state, answer.text.as_str()),
                (MessageState::Stopped, text),
                "{wire:?} {what}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
            while let Ok(event) = events.try_recv() {
                let late = matches!(
                    event,
                    ChatEvent::Text { .. } | ChatEvent::Tail { .. } | ChatEvent::Waiting { .. }
                );
                assert!(!late, "{wire:?} {what}: {event:?}");
            }
            assert_eq!(streams(&server), 1, "{wire:?} {what}");
        }
    }
}
