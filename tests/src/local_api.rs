//! A client of the local API.

use reqwest::blocking::Client;
use serde_json::Value;

use crate::LIVENESS;

/// A client that asks this computer alone.
pub fn client() -> Client {
    Client::builder().no_proxy().timeout(LIVENESS).build().expect("a client")
}

/// Posts JSON as whoever has the token: the status and what comes back.
pub fn post(client: &Client, url: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
    let request = client.post(url).json(body);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let response = request.send().expect("an answer");
    (response.status().as_u16(), response.json().expect("JSON"))
}
