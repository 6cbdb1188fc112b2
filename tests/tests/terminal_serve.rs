//! `algoagent serve`: the local API without a window.

use std::net::TcpListener;

use algoagent_tests::desktop::World;
use algoagent_tests::local_api::{client, post};
use algoagent_tests::scan::assert_nothing_found;
use algoagent_tests::terminal::Terminal;
use algoagent_tests::{LIVENESS, eventually};
use serde_json::json;

const PASSWORD: &str = "serve-canary correct horse 7";

/// A server, and the address that it prints.
fn serve(world: &World, more: &[&str]) -> (Terminal, String) {
    let arguments: Vec<&str> =
        ["serve", "--port", "0"].into_iter().chain(more.iter().copied()).collect();
    let terminal = Terminal::open(world, &arguments, &[]);
    terminal.says("AlgoAgent listens at http://127.0.0.1:");
    let address = eventually(LIVENESS, || {
        let (printed, _) = terminal.said();
        let line = printed.lines().find(|_| printed.ends_with('\n'))?;
        Some(line.rsplit(' ').next()?.to_owned())
    });
    (terminal, address.expect("an address"))
}

#[test]
fn it_answers_prints_its_address_and_ends_in_good_order() {
    let world = World::new("serve");
    let (mut terminal, address) = serve(&world, &["--allow-origin", "http://localhost:3000"]);
    let client = client();
    let health = client.get(format!("{address}/api/auth/health/"));
    let health = health.header("origin", "http://localhost:3000").send().expect("an answer");
    assert_eq!(health.headers()["access-control-allow-origin"], "http://localhost:3000");
    let ada = json!({
        "username": "ada", "email": "ada@example.org", "password": PASSWORD, "password2": PASSWORD,
    });
    let (status, made) = post(&client, &format!("{address}/api/auth/register/"), None, &ada);
    assert_eq!(status, 201, "{made}");
    let token = made["tokens"]["access"].as_str().expect("a token");
    let asked = json!({ "message": "Create a momentum strategy for AAPL" });
    let (status, answer) = post(&client, &format!("{address}/api/auth/chat/"), Some(token), &asked);
    assert_eq!(status, 200, "{answer}");
    // Terminals reach the account through the server.
    let variables = [("ALGOAGENT_USER", "ada"), ("ALGOAGENT_PASSWORD", PASSWORD)];
    let chat = world.terminal(&["chat", "--once", "What is drawdown?"], &variables);
    assert!(chat.status.success(), "{chat:?}");
    terminal.interrupt();
    assert_eq!(terminal.ends().code(), Some(0));
    assert!(client.get(format!("{address}/api/auth/health/")).send().is_err());
    assert!(!world.data_dir().join("running.sock").exists());
    assert_nothing_found(&world.places(), &[PASSWORD, token], &[]);
    let (mut again, _) = serve(&world, &[]);
    again.terminate();
    assert_eq!(again.ends().code(), Some(0), "{:?}", again.said());
}

#[test]
fn a_port_that_is_taken_a_wrong_origin_and_a_directory_in_use_are_told_apart() {
    let world = World::new("serve-refused");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let refused = world.terminal(&["serve", "--port", &port], &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.stderr.contains(&format!("port {port} is taken")), "{refused:?}");
    for wrong in
        [["--allow-origin", "*"], ["--allow-origin", "localhost:3000"], ["--port", "70000"]]
    {
        let refused = world.terminal(&["serve", wrong[0], wrong[1]], &[]);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(refused.stdout.is_empty() && !refused.stderr.is_empty(), "{refused:?}");
    }
    let (mut first, _) = serve(&world, &[]);
    let second = world.terminal(&["serve", "--port", "0"], &[]);
    assert_eq!(second.status.code(), Some(3), "{second:?}");
    assert!(second.stderr.contains("already running"), "{second:?}");
    first.interrupt();
    assert_eq!(first.ends().code(), Some(0));
}
