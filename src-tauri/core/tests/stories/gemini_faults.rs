//! Gemini's failures: the text that came is kept, the problem is named, the key stays here.

use algoagent_core::account::Session;
use algoagent_core::chat::{Message, MessageState};
use algoagent_core::model::ProblemCode::{self, *};
use algoagent_core::settings::{self, ServiceTest};
use serde_json::{Value, json};

use crate::house::{House, ask};
use crate::service::{KEY, Reply, Service};

fn refusal(code: u16, status: &str, reason: &str) -> Reply {
    let details = json!([{ "reason": reason }]);
    Reply::error(code, status, &format!("{reason}: refused, your key {KEY} is at fault"), details)
}

fn per_day() -> Reply {
    let details = json!([
        { "violations": [{ "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
        { "retryDelay": "0s" },
    ]);
    Reply::error(429, "RESOURCE_EXHAUSTED", "quota", details)
}

/// The failed answer and how often the service was asked.
async fn failed(ada: &Session, what: &str, reply: Reply) -> (Message, usize) {
    let service = Service::chosen_by(ada, vec![reply]).await;
    let (_, answer) = ask(ada, None, "Hello?").await;
    let whole = serde_json::to_string(&answer).expect("JSON");
    assert!(!whole.contains(KEY), "{what}: {whole}");
    assert_eq!(answer.state, MessageState::Failed, "{what}");
    let asked = service.asked();
    (answer, asked.iter().filter(|one| one.head.starts_with("POST")).count())
}

#[tokio::test]
async fn each_failure_is_named_keeps_the_text_and_asks_no_more_often_than_it_helps() {
    let page = "<!doctype html><title>Sign in to this network</title>";
    let half = Reply::saying(&["Half a ", "sentence"], None);
    let cases: [(&str, Reply, ProblemCode, &str); 8] = [
        ("a wrong key", refusal(400, "INVALID_ARGUMENT", "API_KEY_INVALID"), KeyRefused, ""),
        ("a forbidden key", refusal(403, "PERMISSION_DENIED", "X"), KeyRefused, ""),
        ("the day's quota", per_day(), QuotaExhausted, ""),
        ("no such model", refusal(404, "NOT_FOUND", "X"), ModelGone, ""),
        ("no end", half.clone(), StreamBroken, "Half a sentence"),
        ("a cut connection", half.cut(), StreamBroken, "Half a sentence"),
        ("a page", Reply::new("200 OK", "text/html", page), NotTheService, ""),
        ("blocked", Reply::saying(&["Half"], Some("SAFETY")), Blocked, "Half"),
    ];
    let (_house, _core, ada) = House::with_ada().await;
    for (what, reply, code, text) in cases {
        let (answer, asked) = failed(&ada, what, reply).await;
        let problem = answer.problem.expect(what);
        assert_eq!((problem.code, answer.text.as_str(), asked), (code, text, 1), "{what}");
        assert!(problem.message.len() > 20, "{what}: {}", problem.message);
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed_with_the_key() {
    let other = Service::start(vec![Reply::saying(&["Gotcha."], Some("STOP"))]).await;
    let (_house, _core, ada) = House::with_ada().await;
    let away = Reply::redirect(&format!("{}/x", other.url));
    let (answer, asked) = failed(&ada, "redirect", away).await;
    assert_eq!(answer.problem.unwrap().code, NotTheService);
    assert_eq!((asked, other.asked().len()), (1, 0));
}

#[tokio::test]
async fn a_redirect_of_the_same_service_is_followed() {
    let (_house, _core, ada) = House::with_ada().await;
    let replies = vec![Reply::redirect("/v2/x"), Reply::saying(&["Here."], Some("STOP"))];
    let service = Service::chosen_by(&ada, replies).await;
    assert_eq!(ask(&ada, None, "Hello?").await.1.text, "Here.");
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn a_key_that_the_service_repeats_is_shown_nowhere_however_its_words_are_cut() {
    let (_house, _core, ada) = House::with_ada().await;
    for padding in [0, 4096 - KEY.len() / 2, 4096 - KEY.len() + 1, 4096 - 8] {
        let message = format!("{}{KEY} is wrong", "x".repeat(padding));
        let reply = Reply::error(400, "INVALID_ARGUMENT", &message, Value::Null);
        let _service = Service::chosen_by(&ada, vec![reply]).await;
        let (_, answer) = ask(&ada, None, "Hello?").await;
        let id = settings::get(&ada).await.unwrap().services.pop().unwrap().id;
        let test = settings::check(&ada, id).await.unwrap();
        assert!(matches!(test, ServiceTest::Fails { .. }));
        for shown in [serde_json::to_string(&answer), serde_json::to_string(&test)] {
            assert!(!shown.unwrap().contains(&KEY[..8]), "{padding} bytes before the key");
        }
    }
}
