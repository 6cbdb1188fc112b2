//! Strangers at the socket of an open window: they get nothing, and the window doesn't notice.

use std::time::{Duration, Instant};

use algoagent_tests::desktop::World;
use algoagent_tests::steps::ADA;
use algoagent_tests::terminal::Caller;
use serde_json::{Value, json};

const MIB: usize = 1024 * 1024;

fn call(id: u64, name: &str, request: Value) -> Value {
    json!({ "call": { "id": id, "name": name, "request": request } })
}

#[test]
fn nonsense_at_the_socket_is_hung_up_on_and_the_window_works_on() {
    let world = World::new("hostile-nonsense");
    let window = world.open();
    window.create_account(&ADA);

    let deep = [vec![b'['; 100_000], b"\n".to_vec()].concat();
    let two_mib = [vec![b'x'; 2 * MIB], b"\n".to_vec()].concat();
    let nonsense: [&[u8]; 8] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\xff\xfe\n",
        b"\n",
        b"{\"raise\":1}\n",
        b"{\"open\":{}}\n",
        b"{\"call\":{\"id\":-1,\"name\":\"me\",\"request\":{}}}\n",
        &deep,
        &two_mib,
    ];
    for bytes in nonsense {
        let mut caller = Caller::connect(&world);
        caller.write(bytes);
        caller.is_hung_up_on();
    }
    // A line without an end is refused at its bound, not kept.
    let mut endless = Caller::connect(&world);
    let written = (0..64).take_while(|_| endless.write(&vec![b'x'; MIB])).count();
    assert!(written < 8, "it took {written} MiB of one line");

    window.ask("Buy and hold AAPL");
    window.answer_becomes(1, "done");
    let log = world.log();
    assert!(!log.contains("panicked") && !log.contains("xxxx"), "{log}");
    window.close();
}

#[test]
fn whoever_stays_silent_is_hung_up_on_and_whoever_types_slowly_is_not() {
    let world = World::new("hostile-silence");
    let window = world.open();
    window.try_the_demo();

    let mut silent = Caller::connect(&world);
    let mut half = Caller::connect(&world);
    half.write(b"{\"call\":{\"id\":1,");
    let mut begun = Caller::connect(&world);
    begun.say(&call(1, "me", json!({})));
    begun.write(b"{\"call\":{\"id\":2,");
    let mut slow = Caller::connect(&world);
    slow.say(&json!({ "hello": { "protocol": 1, "version": env!("CARGO_PKG_VERSION") } }));
    let start = Instant::now();
    for caller in [&mut silent, &mut half, &mut begun] {
        caller.is_hung_up_on();
    }
    assert!(start.elapsed() > Duration::from_secs(8), "that was no patience");
    slow.say(&call(1, "me", json!({})));
    assert_eq!(slow.hear_of("answer"), json!({ "id": 1, "ok": null }));

    window.ask("Buy and hold AAPL");
    window.answer_becomes(1, "done");
    window.close();
}

#[test]
fn a_hundred_connections_keep_nobody_at_the_window_from_working() {
    let world = World::new("hostile-hundred");
    let window = world.open();
    window.create_account(&ADA);

    let mut callers: Vec<Caller> = (0..100).map(|_| Caller::connect(&world)).collect();
    let greetings: Vec<Value> = callers.iter_mut().filter_map(Caller::hear).collect();
    let let_in = greetings.iter().filter(|one| one.get("hello").is_some()).count();
    let turned_away = greetings.iter().filter(|one| one.get("full").is_some()).count();
    assert_eq!((let_in, turned_away), (32, 68), "{greetings:?}");
    window.ask("Buy and hold AAPL");
    window.answer_becomes(1, "done");

    drop(callers);
    let said = world.terminal(&["chat", "--once", "Buy and hold MSFT"], &[]);
    assert!(said.status.success(), "{said:?}");
    window.close();
}

#[test]
fn whoever_does_not_read_waits_alone() {
    let world = World::new("hostile-deaf");
    let window = world.open();
    window.create_account(&ADA);

    let mut deaf = Caller::connect(&world);
    deaf.say(&call(1, "sign_in", json!({ "username": ADA.name, "password": ADA.password })));
    assert!(deaf.hear_of("answer").get("ok").is_some());
    deaf.say(&json!({ "listen": {} }));
    // It asks for more than any buffer takes, until its own requests are no longer read.
    deaf.gives_up_after(Duration::from_secs(2));
    let question = json!({ "chat_id": null, "context_id": null, "text": "Buy and hold MSFT" });
    for id in 2..5 {
        assert!(deaf.write(format!("{}\n", call(id, "send", question.clone())).as_bytes()));
    }
    let page = format!("{}\n", call(9, "chats", json!({ "after": null, "limit": 200 })));
    let taken = (0..50_000).take_while(|_| deaf.write(page.as_bytes())).count();
    assert!(taken < 50_000, "all of it was kept for somebody who doesn't read");
    for turn in 1..=3 {
        window.ask("Buy and hold AAPL");
        window.answer_becomes(turn, "done");
    }
    let said = world.terminal(&["chat", "--once", "Buy and hold MSFT"], &[]);
    assert!(said.status.success(), "{said:?}");
    window.close();
}

#[test]
fn a_connection_reaches_only_what_its_own_sign_in_opens() {
    let world = World::new("hostile-stranger");
    let window = world.open();
    window.create_account(&ADA);
    window.ask("Buy and hold AAPL");
    window.answer_becomes(1, "done");

    let mut stranger = Caller::connect(&world);
    stranger.say(&json!({ "listen": {} }));
    assert!(stranger.hear_of("listening").is_object() && stranger.hear_of("ended").is_object());
    stranger.say(&call(1, "chats", json!({ "after": null, "limit": 10 })));
    assert_eq!(stranger.hear_of("answer")["error"]["code"], "signed_out");
    stranger.say(&call(2, "open_link", json!({ "url": "https://example.org" })));
    assert_eq!(stranger.hear_of("answer")["error"]["code"], "not_here");
    stranger.say(&call(3, "no_such_command", json!({})));
    assert_eq!(stranger.hear_of("answer")["error"]["code"], "bad_request");

    stranger.say(&call(4, "sign_in_demo", json!({})));
    assert!(stranger.hear_of("answer").get("ok").is_some());
    stranger.say(&call(5, "chats", json!({ "after": null, "limit": 10 })));
    assert_eq!(stranger.hear_of("answer")["ok"]["chats"], json!([]), "somebody else's chats");
    stranger.say(&json!({ "listen": {} }));
    assert!(stranger.hear_of("listening").is_object());
    stranger.say(&call(6, "sign_out", json!({})));
    assert!(stranger.hear_of("ended").is_object());
    stranger.say(&json!({ "raise": {} }));
    assert_eq!(stranger.hear_of("ok"), true);
    window.close();
}
