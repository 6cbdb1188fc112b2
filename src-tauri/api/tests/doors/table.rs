//! Every command of the table, asked what no command may get wrong. A new command fails here
//! until it has a sample.

use algoagent_api::{COMMANDS, ErrorCode, call};
use uuid::Uuid;

use crate::house::{House, Ids, ask, belongings, refused};
use crate::samples::{KEY, OPEN_TO_ALL, samples, strayed};

pub(crate) const NEVER: Ids = Ids {
    chat: 999_999,
    message: 999_999,
    context: 999_999,
    account: Uuid::max(),
    session: Uuid::max(),
    service: 999_999,
    strategy: 999_999,
};

#[test]
fn every_command_has_a_sample_and_every_open_one_exists() {
    for command in COMMANDS {
        assert!(!samples(command, NEVER).is_empty(), "{command} needs a sample in samples.rs");
    }
    // `strayed` exchanges these. A backup's id names a file among the person's own, which a story
    // of its own tries with another person's.
    let known = [
        "chat_id",
        "message_id",
        "context_id",
        "session_id",
        "service_id",
        "strategy_id",
        "backup_id",
    ];
    for command in COMMANDS {
        for request in samples(command, NEVER) {
            for field in request.as_object().into_iter().flat_map(|fields| fields.keys()) {
                let is_known = !field.ends_with("_id") || known.contains(&field.as_str());
                assert!(is_known, "{command}: samples.rs must exchange {field}");
            }
        }
    }
    for command in OPEN_TO_ALL {
        assert!(COMMANDS.contains(command), "{command} is not in the table");
    }
}

#[tokio::test]
async fn a_command_on_a_persons_data_answers_signed_out_when_nobody_is_signed_in() {
    let house = House::open().await;
    let (left, _) = house.register("ada").await;
    call(&left, "sign_out", serde_json::json!({})).await.unwrap();
    for command in COMMANDS {
        for request in samples(command, NEVER) {
            if OPEN_TO_ALL.contains(command) {
                let code = call(&house.door(), command, request).await.err().map(|e| e.code);
                assert_ne!(code, Some(ErrorCode::SignedOut), "{command} is open to all");
            } else {
                for door in [&house.door(), &left] {
                    let fault = refused(door, command, request.clone()).await;
                    assert_eq!(fault.code, ErrorCode::SignedOut, "{command}");
                }
            }
        }
    }
}

#[tokio::test]
async fn another_persons_id_answers_as_one_that_never_was() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (mut adas, _) = belongings(&ada).await;
    let (grace, _) = house.register("grace").await;
    let (graces, _) = belongings(&grace).await;
    // More than Grace has, so that no id of these is one of hers.
    for _ in 0..2 {
        (adas, _) = belongings(&ada).await;
    }
    let mut asked = 0;
    for command in COMMANDS {
        let others = strayed(command, graces, adas);
        for (other, never) in others.into_iter().zip(strayed(command, graces, NEVER)) {
            let others = refused(&grace, command, other).await;
            let nobodys = refused(&grace, command, never).await;
            // Grace is no administrator: which accounts there are is not for her to learn.
            let administration = command.starts_with("admin_");
            let code = if administration { ErrorCode::Forbidden } else { ErrorCode::NotFound };
            assert_eq!(others.code, code, "{command}");
            assert_eq!(others, nobodys, "{command}");
            asked += 1;
        }
    }
    assert!(asked >= 15, "the samples name ids");
    for command in ["open_chat", "update_context", "copy_message"] {
        for request in samples(command, adas) {
            ask(&ada, command, request).await;
        }
    }
}

#[tokio::test]
async fn no_answer_of_any_command_and_no_event_holds_the_key() {
    let house = House::open().await;
    let (ada, _) = house.register("ada").await;
    let (ids, _) = belongings(&ada).await;
    let mut events = ada.session().unwrap().events().unwrap();
    let key = samples("add_service", ids).remove(0);
    call(&ada, "add_service", key).await.unwrap();
    let ends = |command: &&str| ["lock", "end_session", "admin_end_sessions"].contains(command);
    let signed_in = COMMANDS.iter().filter(|command| !OPEN_TO_ALL.contains(command));
    for command in signed_in.filter(|command| !ends(command)) {
        for request in samples(command, ids) {
            let told = match call(&ada, command, request).await {
                Ok(answer) => answer.to_string(),
                Err(fault) => serde_json::to_string(&fault).unwrap(),
            };
            assert!(!told.contains(KEY), "{command}: {told}");
        }
    }
    assert!(ada.session().is_ok(), "every command was asked by somebody signed in");
    house.core.shut_down().await;
    while let Ok(event) = events.try_recv() {
        let event = serde_json::to_string(&event).unwrap();
        assert!(!event.contains(KEY), "{event}");
    }
}
