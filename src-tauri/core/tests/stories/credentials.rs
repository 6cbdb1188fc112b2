//! Changing what opens a vault: password, recovery code, data key.

use std::path::PathBuf;

use algoagent_core::account::{self, AccountError, DoorKind, Session, WorkKind};
use algoagent_core::chat::{self, ChatEvent, MessageState, New};
use algoagent_core::{Core, profile};

use crate::belongings::{everything, move_in};
use crate::house::{House, PASSWORD, files, register, secret, sign_in, until_ended, wish};
use crate::service::{Reply, Service};

pub(crate) const NEXT: &str = "a quite different password 7";
const THIRD: &str = "yet another password 9";

pub(crate) async fn assert_refused(core: &Core, username: &str, password: &str) {
    let fault = sign_in(core, username, password).await.expect_err("it opens nothing");
    assert!(matches!(fault, AccountError::InvalidCredentials), "{password}: {fault:?}");
}

async fn recovers(core: &Core, code: &str, new: &str) -> Result<(Session, String), AccountError> {
    let recovered = account::recover(core, DoorKind::Terminal, "ada", code, secret(new)).await;
    recovered.map(|(session, code)| (session, (*code).clone()))
}

/// An answer that is being written: a line that stays open after `text`.
async fn streaming(session: &Session, text: &str) -> (Service, chat::Sent) {
    let service = Service::chosen_by(session, vec![Reply::saying(&[text], None).held()]).await;
    let mut events = session.events().expect("signed in");
    let sent = chat::send(session, None, New::default(), "Go on".to_owned()).await.expect("sent");
    while !matches!(events.recv().await.expect("open"), ChatEvent::Text { .. }) {}
    (service, sent)
}

async fn house_with_code() -> (House, Core, Session, String) {
    let house = House::new();
    let core = house.open().await;
    let (ada, code) = register(&core, "ada").await;
    (house, core, ada, code)
}

#[tokio::test]
async fn a_changed_password_kills_the_old_one_and_every_other_session_at_once() {
    let (house, core, ada, code) = house_with_code().await;
    move_in(&ada).await;
    let before = everything(&ada).await;
    let over_http = account::sign_in(&core, DoorKind::Http, "ada", secret(PASSWORD)).await.unwrap();
    let tokens = account::issue(&over_http).unwrap();
    let renewed = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    assert!(ada.check().is_err() && over_http.check().is_err());
    assert!(account::authenticate(&core, &tokens.access).is_err());
    assert!(account::refresh(&core, &tokens.refresh).await.is_err());
    assert_eq!(core.session_count(), 1);
    assert_eq!(everything(&renewed).await, before);
    assert_refused(&core, "ada", PASSWORD).await;
    sign_in(&core, "ada", NEXT).await.expect("the new one opens");
    core.shut_down().await;
    drop((core, ada, over_http, renewed));
    let core = house.open().await;
    assert_refused(&core, "ada", PASSWORD).await;
    let ada = sign_in(&core, "ada", NEXT).await.expect("the new one opens after a restart");
    assert_eq!(everything(&ada).await, before);
    recovers(&core, &code, THIRD).await.expect("the recovery code is still the one that was shown");
}

#[tokio::test]
async fn an_answer_that_is_being_written_survives_a_changed_password() {
    let (_house, _core, ada) = House::with_ada().await;
    let (_service, sent) = streaming(&ada, "Half of it").await;
    let ada = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    let mut events = ada.events().unwrap();
    let open = chat::open(&ada, sent.chat.id, chat::Place::Newest).await.unwrap();
    assert_eq!(open.messages[1].state, MessageState::Writing);
    chat::stop(&ada, sent.answer.id).await.unwrap();
    let (_, ended) = until_ended(&mut events).await;
    assert_eq!((ended.state, ended.text.as_str()), (MessageState::Stopped, "Half of it"));
}

#[tokio::test]
async fn the_demo_account_with_a_password_of_its_own_is_an_ordinary_one_for_good() {
    let house = House::new();
    let core = house.open().await;
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    let public = secret(account::DEMO_PASSWORD);
    let own = account::change_password(&demo, public, secret(NEXT)).await.unwrap();
    assert!(!own.account().demo);
    core.shut_down().await;
    drop((core, demo, own));
    let core = house.open().await;
    let tiles = account::tiles(&core).await.unwrap();
    assert!(tiles.len() == 1 && !tiles[0].demo, "{tiles:?}");
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await;
    assert!(matches!(demo, Err(AccountError::InvalidCredentials)), "{demo:?}");
    let own = sign_in(&core, account::DEMO_USERNAME, NEXT).await.unwrap();
    account::staying::stay(&own).await.expect("an ordinary account may stay signed in");
}

#[tokio::test]
async fn the_same_a_weak_and_a_wrong_password_change_nothing() {
    let (house, core, ada) = House::with_ada().await;
    let header = std::fs::read(house.vault_of(&ada).join("header")).unwrap();
    let before = core.derivations();
    for new in [PASSWORD, "password", "short", &"x1Y-".repeat(300)] {
        let fault = account::change_password(&ada, secret(PASSWORD), secret(new)).await;
        let fault = fault.unwrap_err();
        assert!(matches!(&fault, AccountError::Invalid(i) if i.field == "new_password"), "{fault}");
    }
    assert_eq!(core.derivations(), before, "nothing was derived");
    let fault = account::change_password(&ada, secret("wrong"), secret(NEXT)).await.unwrap_err();
    assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
    assert!(ada.check().is_ok());
    assert_eq!(std::fs::read(house.vault_of(&ada).join("header")).unwrap(), header);
}

#[tokio::test]
async fn wrong_passwords_are_counted_wherever_one_is_asked_for() {
    let (house, core, ada) = House::with_ada().await;
    let wrong = || secret("wrong");
    let told = [
        account::change_password(&ada, wrong(), secret(NEXT)).await.err(),
        account::new_recovery_code(&ada, wrong()).await.err(),
        account::rekey(&ada, wrong()).await.err(),
        account::administration::delete_own(&ada, wrong(), "ada").await.err(),
        sign_in(&core, "ada", "wrong").await.err(),
    ];
    for fault in told {
        assert!(matches!(fault, Some(AccountError::InvalidCredentials)), "{fault:?}");
    }
    let before = core.derivations();
    let right = || secret(PASSWORD);
    let told = [
        account::change_password(&ada, right(), secret(NEXT)).await.err(),
        account::new_recovery_code(&ada, right()).await.err(),
        account::rekey(&ada, right()).await.err(),
        account::administration::delete_own(&ada, right(), "ada").await.err(),
        sign_in(&core, "ada@example.org", PASSWORD).await.err(),
    ];
    for fault in told {
        assert!(matches!(fault, Some(AccountError::TooManyAttempts { .. })), "{fault:?}");
    }
    assert_eq!(core.derivations(), before, "who must wait costs nothing");
    house.pass(15);
    account::new_recovery_code(&ada, right()).await.expect("nobody is locked out");
}

#[tokio::test]
async fn wrong_recovery_codes_and_wrong_first_passwords_are_counted_too() {
    let (_house, core, ada) = House::with_ada().await;
    account::administration::create(&ada, wish("grace"), false).await.unwrap();
    let (_, others) = register(&core, "mary").await;
    for name in ["ada", "nobody"] {
        for tried in 0..6 {
            let door = DoorKind::Desktop;
            let fault =
                account::recover(&core, door, name, &others, secret(NEXT)).await.unwrap_err();
            let waits = matches!(fault, AccountError::TooManyAttempts { .. });
            assert_eq!(waits, tried == 5, "{name}, try {tried}: {fault}");
        }
    }
    for name in ["grace", "somebody"] {
        for tried in 0..6 {
            let claimed =
                account::claim(&core, DoorKind::Desktop, name, secret("wrong"), secret(NEXT)).await;
            let fault = claimed.unwrap_err();
            let waits = matches!(fault, AccountError::TooManyAttempts { .. });
            assert_eq!(waits, tried == 5, "{name}, try {tried}: {fault}");
        }
    }
}

#[tokio::test]
async fn two_changes_of_one_password_at_once_leave_one_that_opens() {
    let (_house, core, ada) = House::with_ada().await;
    let both = [NEXT, THIRD].map(|new| {
        let ada = ada.clone();
        tokio::spawn(async move {
            let changed = account::change_password(&ada, secret(PASSWORD), secret(new)).await;
            changed.ok().map(|session| (new, session))
        })
    });
    let mut worked = Vec::new();
    for one in both {
        worked.extend(one.await.unwrap());
    }
    assert_eq!(worked.len(), 1, "two were told that theirs is the password");
    assert!(worked[0].1.check().is_ok());
    sign_in(&core, "ada", worked[0].0).await.expect("the one that was set");
    assert_refused(&core, "ada", PASSWORD).await;
}

#[tokio::test]
async fn a_new_recovery_code_kills_the_one_before_and_nothing_else() {
    let (_house, core, ada, old) = house_with_code().await;
    let new = account::new_recovery_code(&ada, secret(PASSWORD)).await.unwrap();
    assert_ne!(old, *new);
    assert!(ada.check().is_ok());
    sign_in(&core, "ada", PASSWORD).await.expect("the password is the same");
    let fault = recovers(&core, &old, NEXT).await.unwrap_err();
    assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
    recovers(&core, &new, NEXT).await.expect("the new code opens");
}

#[tokio::test]
async fn a_changed_data_key_keeps_everything_and_replaces_the_code() {
    let (house, core, ada, old_code) = house_with_code().await;
    let (grace, graces_code) = register(&core, "grace").await;
    let graces = files(&house.vault_of(&grace));
    move_in(&ada).await;
    let before = everything(&ada).await;
    let other = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let old_file = std::fs::read(house.vault_of(&ada).join("vault.db")).unwrap();
    let (renewed, code) = account::rekey(&ada, secret(PASSWORD)).await.unwrap();
    assert!(ada.check().is_err() && other.check().is_err());
    assert_eq!(everything(&renewed).await, before);
    assert_eq!(files(&house.vault_of(&grace)), graces, "nobody else's vault was touched");
    assert!(grace.check().is_ok());
    renewed.end().await;
    let new_file = std::fs::read(house.vault_of(&renewed).join("vault.db")).unwrap();
    let same = new_file.chunks(4096).zip(old_file.chunks(4096)).filter(|(new, old)| new == old);
    assert_eq!(same.count(), 0, "pages of the old key are left");
    let kept: Vec<PathBuf> = files(&house.vault_of(&renewed)).into_keys().collect();
    assert_eq!(kept, ["header", "lock", "vault.db"].map(PathBuf::from));
    let again = sign_in(&core, "ada", PASSWORD).await.expect("the password is the same");
    assert_eq!(everything(&again).await, before);
    assert!(recovers(&core, &old_code, NEXT).await.is_err());
    assert!(recovers(&core, &graces_code, NEXT).await.is_err());
    recovers(&core, &code, NEXT).await.expect("the new code opens");
}

#[tokio::test]
async fn who_kept_the_files_of_before_a_changed_data_key_opens_nothing_that_came_after() {
    let (house, core, ada, old_code) = house_with_code().await;
    core.end_sessions().await;
    let folder = house.vault_of(&ada);
    let stolen = files(&folder);
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let (ada, _) = account::rekey(&ada, secret(PASSWORD)).await.unwrap();
    move_in(&ada).await;
    let current = std::fs::read(folder.join("header")).unwrap();
    let old_header = &stolen[&PathBuf::from("header")];

    std::fs::write(folder.join("header"), old_header).unwrap();
    let while_open = sign_in(&core, "ada", PASSWORD).await;
    assert!(matches!(while_open, Err(AccountError::Damaged(_))), "while open: {while_open:?}");
    std::fs::write(folder.join("header"), &current).unwrap();
    core.end_sessions().await;

    let closed = files(&folder);
    std::fs::write(folder.join("header"), old_header).unwrap();
    let fault = sign_in(&core, "ada", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::Damaged(_)), "{fault:?}");
    let fault = recovers(&core, &old_code, NEXT).await.unwrap_err();
    assert!(matches!(fault, AccountError::Damaged(_)), "by code: {fault:?}");
    std::fs::write(folder.join("header"), &current).unwrap();
    assert_eq!(files(&folder)[&PathBuf::from("vault.db")], closed[&PathBuf::from("vault.db")]);
    sign_in(&core, "ada", PASSWORD).await.expect("with its own header it opens");
}

#[tokio::test]
async fn an_old_header_put_back_while_the_vault_is_open_lets_nobody_in() {
    let (house, core, ada) = House::with_ada().await;
    let file = house.vault_of(&ada).join("header");
    let old = std::fs::read(&file).unwrap();
    let ada = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    std::fs::write(&file, old).unwrap();
    let entered = sign_in(&core, "ada", PASSWORD).await;
    assert!(matches!(entered, Err(AccountError::Damaged(_))), "{entered:?}");
    assert!(ada.check().is_ok(), "and who is in stays in");
}

#[tokio::test]
async fn one_vault_changes_its_data_key_once_at_a_time_and_shows_how_far_it_is() {
    let (_house, core, ada) = House::with_ada().await;
    move_in(&ada).await;
    let looker = ada.clone();
    let look = async {
        loop {
            match account::work(&looker) {
                Ok(Some(work)) => return work.kind,
                Ok(None) => tokio::task::yield_now().await,
                Err(ended) => panic!("it was over before it was seen: {ended}"),
            }
        }
    };
    let again = async {
        tokio::task::yield_now().await;
        account::rekey(&ada, secret(PASSWORD)).await
    };
    let (first, second, seen) = tokio::join!(account::rekey(&ada, secret(PASSWORD)), again, look);
    assert_eq!(seen, WorkKind::Rekey);
    assert!(matches!(second, Err(AccountError::Busy)), "{second:?}");
    let (ada, code) = first.unwrap();
    assert_eq!(account::work(&ada).unwrap(), None);
    profile::get(&ada).await.unwrap();
    recovers(&core, &code, NEXT).await.expect("the code of the one that worked");
}

#[tokio::test]
async fn an_answer_that_is_being_written_survives_a_changed_data_key() {
    let (_house, core, ada) = House::with_ada().await;
    let (_service, sent) = streaming(&ada, "Half of it").await;
    let (ada, _) = account::rekey(&ada, secret(PASSWORD)).await.unwrap();
    let mut events = ada.events().unwrap();
    chat::stop(&ada, sent.answer.id).await.unwrap();
    let (_, ended) = until_ended(&mut events).await;
    assert_eq!((ended.state, ended.text.as_str()), (MessageState::Stopped, "Half of it"));
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let open = chat::open(&ada, sent.chat.id, chat::Place::Newest).await.unwrap();
    assert_eq!(open.messages[1].text, "Half of it", "it is in the new file");
}
