//! What goes wrong with a model, as programs are told it.

use algoagent_core::account::Session;
use algoagent_core::ids::ServiceId;
use algoagent_core::model::{ModelRef, Patience, ServiceKind};
use algoagent_core::settings::{self, ServiceDraft};
use algoagent_tests::faults::cases::{self, Case};
use algoagent_tests::faults::wires::Wire;
use algoagent_tests::faults::{Cut, FaultServer};
use futures_util::future::join_all;
use serde_json::json;
use zeroize::Zeroizing;

use crate::house::House;

const KEY: &str = "AIzaCanary-9876543210-abcdefghijklmnopqr";

/// A service at `url` that waits so long, by the name that a question calls it.
pub(crate) async fn add(session: &Session, url: &str, seconds: u32) -> (ServiceId, String) {
    add_of(session, ServiceKind::Gemini, url, seconds).await
}

/// The same, of this kind.
pub(crate) async fn add_of(
    session: &Session,
    kind: ServiceKind,
    url: &str,
    seconds: u32,
) -> (ServiceId, String) {
    let draft = ServiceDraft {
        base_url: Some(url.to_owned()),
        name: Some(format!("At {}", url.rsplit(':').next().expect("a port"))),
        key: Some(Zeroizing::new(KEY.to_owned())),
        patience: Some(Patience { first_byte: seconds, idle: seconds }),
        ..ServiceDraft::default()
    };
    let settings = settings::add(session, kind, draft).await.expect("added");
    let service = settings.services.into_iter().find(|service| service.base_url == url);
    let service = service.expect("it is there");
    (service.id, service.name)
}

/// A service that refuses its key is the one that answers from now on; the key.
pub(crate) async fn choose_failing(session: &Session) -> String {
    let case = cases::all(Wire::Gemini).into_iter().find(|case| case.code == Some("key_refused"));
    let server = FaultServer::start(case.expect("a case").plays, Cut::Whole).await;
    let (service, _) = add(session, &server.url, 30).await;
    // It lives as long as the story.
    std::mem::forget(server);
    let choice = ModelRef { service: Some(service), model: Some("m".to_owned()) };
    settings::choose(session, choice).await.expect("chosen");
    KEY.to_owned()
}

fn status(code: Option<&str>) -> u16 {
    match code {
        None | Some("context_cut") => 200,
        Some("timed_out") => 504,
        Some("quota_exhausted" | "rate_limited") => 503,
        Some(_) => 502,
    }
}

async fn play(house: &House, case: &Case) {
    let what = format!("{} ({})", case.number, case.what);
    let client = house.person(&format!("person{}", case_name(case))).await;
    let server = FaultServer::start(case.plays.clone(), Cut::Random(7)).await;
    let silent = matches!(case.number, 20 | 21);
    let seconds = if silent { 1 } else { 30 };
    let (_, name) = add(&house.session_of(&client), &server.url, seconds).await;
    let asked = json!({ "message": "Hello?", "model": format!("{name}/m") });
    let answer = client.post("/api/auth/chat/", asked).await;
    assert_eq!(answer.status, status(case.code), "{what}: {}", answer.body);
    assert_eq!(answer.text("/ai_response"), case.text, "{what}");
    let session_id = answer.text("/session_id");
    if answer.status != 200 {
        answer.is(answer.status, case.code.expect("a code"));
        assert!(!answer.body.to_string().contains(KEY), "{what}");
        if answer.status == 503 {
            let seconds: u32 = answer.header("retry-after").parse().expect("seconds");
            assert!(seconds < 10_000_000, "{what}: {seconds}");
        }
    }
    let kept = client.get(&format!("/api/auth/chat-sessions/{session_id}/")).await;
    assert_eq!(kept.text("/chat_messages/0/content"), "Hello?", "{what}");
    assert_eq!(kept.text("/chat_messages/1/content"), case.text, "{what}");
    let problem = kept.body["chat_messages"][1]["metadata"]["problem"].as_str();
    assert_eq!(problem, case.code, "{what}");
}

/// Letters for a user name: two cases may have one number.
fn case_name(case: &Case) -> String {
    let sum = case
        .what
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    format!("{}-{}", case.number, sum % 1_000_000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_model_has_its_status_and_word_and_keeps_question_and_answer() {
    let house = House::open().await;
    let all = cases::all(Wire::Gemini);
    let codes: std::collections::BTreeSet<_> = all.iter().filter_map(|case| case.code).collect();
    for code in [
        "quota_exhausted",
        "key_refused",
        "model_gone",
        "blocked",
        "overloaded",
        "stream_broken",
        "timed_out",
    ] {
        assert!(codes.contains(code), "{code} is among {codes:?}");
    }
    // One of each kind, a few at a time: each person costs a derivation.
    let mut seen = std::collections::BTreeSet::new();
    let one_each: Vec<_> = all.iter().filter(|case| seen.insert(case.code)).collect();
    for few in one_each.chunks(4) {
        join_all(few.iter().map(|case| play(&house, case))).await;
    }
}
