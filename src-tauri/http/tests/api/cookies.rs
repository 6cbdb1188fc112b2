//! Cookie sessions: only where asked for, and no change without the second word.

use algoagent_http::{Cookies, Options, start};
use reqwest::Method;
use serde_json::json;

use crate::client::{Answer, Client};
use crate::house::{House, ORIGIN, PASSWORD};

const ME: &str = "/api/auth/user/me/";
const CONTEXTS: &str = "/api/auth/ai-contexts/";

/// What a browser sends back after a sign-in: all cookies, and the word that scripts may read.
struct Browser {
    client: Client,
    cookies: String,
    csrf: String,
}

impl Browser {
    async fn signed_in(house: &House) -> Self {
        house.person("ada").await;
        let client = house.anybody();
        let body = json!({ "username": "ada", "password": PASSWORD, "session": true });
        let answer = client.post("/api/auth/login/", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let lines: Vec<_> = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|line| line.to_str().expect("text").to_owned())
            .collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("sessionid=") && lines[1].starts_with("csrftoken="));
        assert!(lines.iter().all(|line| line.contains("; SameSite=Strict")), "{lines:?}");
        assert!(lines[0].contains("; HttpOnly"), "page scripts can't read it: {lines:?}");
        assert!(!lines[1].contains("HttpOnly"), "page scripts repeat it: {lines:?}");
        let pairs = lines.iter().map(|line| line.split(';').next().expect("a pair"));
        let cookies = pairs.collect::<Vec<_>>().join("; ");
        let csrf = cookies.rsplit('=').next().expect("a word").to_owned();
        assert!(csrf.len() >= 32);
        Self { client, cookies, csrf }
    }

    async fn send(&self, method: Method, path: &str, csrf: Option<&str>) -> Answer {
        let mut request = self.client.request(method.clone(), path).header("cookie", &self.cookies);
        if let Some(csrf) = csrf {
            request = request.header("x-csrftoken", csrf);
        }
        if matches!(method, Method::POST) {
            request = request.json(&json!({ "session_name": "Trend" }));
        }
        self.client.send(request).await
    }
}

#[tokio::test]
async fn a_cookie_session_reads_without_and_changes_with_the_second_word() {
    let house = House::open().await;
    let browser = Browser::signed_in(&house).await;
    assert_eq!(browser.send(Method::GET, ME, None).await.text("/user/username"), "ada");
    for csrf in [None, Some(""), Some("x"), Some(&browser.csrf[1..])] {
        browser.send(Method::POST, CONTEXTS, csrf).await.is(403, "csrf_failed");
        let session = browser.cookies.split([';', '=']).nth(1);
        browser.send(Method::POST, CONTEXTS, session).await.is(403, "csrf_failed");
    }
    let made = browser.send(Method::POST, CONTEXTS, Some(&browser.csrf)).await;
    assert_eq!(made.status, 201);
    let path = format!("{CONTEXTS}{}/", made.number("/id"));
    browser.send(Method::DELETE, &path, None).await.is(403, "csrf_failed");
    assert_eq!(browser.send(Method::DELETE, &path, Some(&browser.csrf)).await.status, 204);
    browser.send(Method::POST, "/api/auth/logout/", None).await.is(403, "csrf_failed");
    let out = browser.send(Method::POST, "/api/auth/logout/", Some(&browser.csrf)).await;
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    browser.send(Method::GET, ME, None).await.is(401, "not_authenticated");
}

#[tokio::test]
async fn a_cookie_session_outlives_a_server_as_its_tokens_do() {
    let house = House::open().await;
    let browser = Browser::signed_in(&house).await;
    let House { core, serving, cookies, .. } = house;
    serving.close().await;
    // The settings were changed: another server, at another port.
    let next = |cookies| start(core.clone(), Options { cookies, ..Options::default() });
    let serving = next(cookies).await.expect("a free port");
    let client = Client::new(Client::line(), serving.address());
    let next_browser = Browser { client, ..browser };
    assert_eq!(next_browser.send(Method::GET, ME, None).await.text("/user/username"), "ada");
    next_browser.send(Method::POST, CONTEXTS, None).await.is(403, "csrf_failed");
    let csrf = next_browser.csrf.clone();
    assert_eq!(next_browser.send(Method::POST, CONTEXTS, Some(&csrf)).await.status, 201);
    let out = next_browser.send(Method::POST, "/api/auth/logout/", Some(&csrf)).await;
    assert_eq!(out.status, 200);
    serving.stop().await;
    // A server that is told of none knows none.
    let serving = next(Cookies::default()).await.expect("a free port");
    let client = Client::new(Client::line(), serving.address());
    let stranger = Browser { client, ..next_browser };
    stranger.send(Method::GET, ME, None).await.is(401, "not_authenticated");
    core.shut_down().await;
}

#[tokio::test]
async fn a_token_needs_no_second_word_and_goes_before_the_cookie() {
    let house = House::open().await;
    let browser = Browser::signed_in(&house).await;
    let eve = house.person("eve").await;
    let request = eve.request(Method::GET, ME).header("cookie", &browser.cookies);
    assert_eq!(eve.send(request).await.text("/user/username"), "eve");
    let request = eve.request(Method::POST, CONTEXTS).json(&json!({ "session_name": "x" }));
    assert_eq!(eve.send(request).await.status, 201);
    let bad = browser.client.request(Method::GET, ME).header("cookie", &browser.cookies);
    browser.client.send(bad.bearer_auth("x")).await.is(401, "token_not_valid");
}

#[tokio::test]
async fn a_web_page_of_a_stranger_changes_nothing_by_a_cookie() {
    let house = House::open().await;
    let browser = Browser::signed_in(&house).await;
    for origin in ["http://evil.example", "null"] {
        let request = browser.client.request(Method::POST, CONTEXTS);
        let request = request.header("cookie", &browser.cookies).header("origin", origin);
        let request = request.header("x-csrftoken", &browser.csrf);
        let answer = browser.client.send(request.json(&json!({ "session_name": "x" }))).await;
        answer.is(403, "origin_refused");
    }
    let listed = browser.client.request(Method::GET, ME).header("cookie", &browser.cookies);
    let listed = browser.client.send(listed.header("origin", ORIGIN)).await;
    assert_eq!(listed.header("access-control-allow-credentials"), "true");
    for cookies in ["sessionid=", "sessionid=x", "csrftoken=x", "sessionid", ";;==;"] {
        let request = browser.client.request(Method::GET, ME).header("cookie", cookies);
        browser.client.send(request).await.is(401, "not_authenticated");
    }
}
