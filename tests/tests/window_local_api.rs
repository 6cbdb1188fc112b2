//! The local API beside the window: switched in the settings, used by a program of this computer.

use std::net::{TcpListener, TcpStream};

use algoagent_tests::desktop::World;
use algoagent_tests::local_api::{client, post};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::steps::{ADA, BEN};
use algoagent_tests::webdriver::keys;
use algoagent_tests::window::Window;
use serde_json::{Value, json};

const PAGE: &str = "http://localhost:3000";

/// A port that nobody listens at.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn closes(window: &Window<'_>, port: u16) {
    window.eventually("the port is closed", || (!is_open(port)).then_some(()));
}

#[test]
fn programs_are_answered_while_it_is_switched_on() {
    let world = World::new("window-local-api");
    let window = world.open();
    window.create_account(&ADA);
    let (port, other) = (free_port(), free_port());
    let address = format!("http://127.0.0.1:{port}");
    window.open_settings_at("Local API");
    window.screenshot("local-api-off");
    window.textbox("Port").fill(&port.to_string());
    assert!(!is_open(port), "it listens before anybody asked for it");
    // The port is kept by leaving its field, which the click does.
    window.find("switch", "Answer programs").click();
    window.says(&format!("It listens at {address}"));
    world.hands().empty_clipboard();
    window.button("Copy address").click();
    assert_eq!(world.hands().clipboard(), address);

    // A program signs in and asks; the window shows its chat while it is made.
    let client = client();
    let ada = json!({ "username": ADA.name, "password": ADA.password });
    let (status, signed_in) = post(&client, &format!("{address}/api/auth/login/"), None, &ada);
    assert_eq!(status, 200, "{signed_in}");
    let token = signed_in["tokens"]["access"].as_str().expect("a token").to_owned();
    let asked = json!({ "message": "Create a momentum strategy for AAPL" });
    let chat = format!("{address}/api/auth/chat/");
    let (status, answer) = post(&client, &chat, Some(&token), &asked);
    assert_eq!(status, 200, "{answer}");
    window.eventually("the program's chat in the window", || {
        window.chats().text().contains("AAPL").then_some(())
    });
    window.screenshot("local-api-on");

    // A page that is listed may call, another may not.
    let health = format!("{address}/api/auth/health/");
    // Nothing, while the server is between two choices.
    let origin = |page: &str| {
        let sent = client.get(&health).header("origin", page).send().ok()?;
        let allowed = sent.headers().get("access-control-allow-origin");
        let allowed = allowed.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Some((sent.status().as_u16(), allowed))
    };
    assert_eq!(origin(PAGE), Some((403, None)));
    window.textbox("Web pages that may call").fill(PAGE);
    window.textbox("Web pages that may call").keys(keys::ENTER);
    window.button(&format!("Remove {PAGE}")).appears();
    window.eventually("the listed page may call", || {
        (origin(PAGE)? == (200, Some(PAGE.to_owned()))).then_some(())
    });
    assert_eq!(origin("http://localhost:3001"), Some((403, None)));

    // A port that another program has is refused in words, and the next one is taken.
    let holder = TcpListener::bind(("127.0.0.1", other)).expect("the other port");
    window.textbox("Port").fill(&other.to_string());
    window.textbox("Port").keys(keys::ENTER);
    window.says(&format!("Port {other} is taken"));
    window.screenshot("local-api-port-taken");
    closes(&window, port);
    window.textbox("Port").fill(&port.to_string());
    window.textbox("Port").keys(keys::ENTER);
    window.says(&format!("It listens at {address}"));
    drop(holder);

    // The session of the program outlives the changes, and the window's lock is the window's own.
    window.lock();
    let me = client.get(format!("{address}/api/auth/user/me/")).bearer_auth(&token);
    let me: Value = me.send().expect("an answer").json().expect("JSON");
    assert_eq!(me["user"]["username"], ADA.name, "{me}");
    window.unlock(&ADA);
    window.close();
    assert!(!is_open(port), "the port outlives the window");

    // It is on again at the next start, before anybody signs in; others only read it.
    let window = world.open();
    window.eventually("it listens at the next start", || is_open(port).then_some(()));
    window.create_account(&BEN);
    window.open_settings_at("Local API");
    window.says("Only an administrator of this computer can change this");
    assert!(!window.find("switch", "Answer programs").exists());
    window.screenshot("local-api-read-only");
    window.sign_out();
    window.sign_in(&ADA);
    window.open_settings_at("Local API");
    window.find("switch", "Answer programs").click();
    closes(&window, port);
    window.close();
    let window = world.open();
    window.sign_in(&ADA);
    assert!(!is_open(port), "it is on again");
    window.close();
    assert_nothing_found(&world.places(), &[ADA.password, &token], &[]);
}
