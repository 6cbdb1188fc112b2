//! Callers that go away in the middle, and callers who wait for somebody else's long work.

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use algoagent_core::account::{self, AccountError, DoorKind};
use algoagent_core::{Config, Core, profile};

use crate::belongings::{everything, move_in};
use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, files, register, secret, sign_in, wish};

#[tokio::test]
async fn a_caller_that_goes_away_in_the_middle_of_a_new_key_loses_nothing() {
    let (house, core, ada) = House::with_ada().await;
    move_in(&ada).await;
    let before = everything(&ada).await;
    core.end_sessions().await;
    for moment in (0..420).step_by(12) {
        let ada = sign_in(&core, "ada", PASSWORD).await.expect("it opens");
        let caller = ada.clone();
        let asked = tokio::spawn(async move {
            account::rekey(&caller, secret(PASSWORD)).await.map(|(session, _)| session)
        });
        tokio::time::sleep(Duration::from_millis(moment)).await;
        asked.abort();
        let done = asked.await.is_ok();
        core.end_sessions().await;
        let entered = sign_in(&core, "ada", PASSWORD).await;
        let ada = entered.unwrap_or_else(|fault| panic!("left after {moment} ms: {fault:?}"));
        assert_eq!(everything(&ada).await, before, "left after {moment} ms");
        let folder = house.vault_of(&ada);
        core.end_sessions().await;
        let left: Vec<_> = files(&folder).into_keys().collect();
        assert_eq!(
            left,
            ["header", "lock", "vault.db"].map(std::path::PathBuf::from),
            "left after {moment} ms"
        );
        if done {
            break;
        }
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_in_the_middle_of_a_new_password_loses_nothing() {
    let (house, core, ada) = House::with_ada().await;
    move_in(&ada).await;
    let before = everything(&ada).await;
    let (mut old, mut new) = (PASSWORD, NEXT);
    core.end_sessions().await;
    for moment in (0..420).step_by(20) {
        let ada = sign_in(&core, "ada", old).await.expect("it opens");
        let caller = ada.clone();
        let (from, to) = (secret(old), secret(new));
        let asked = tokio::spawn(async move { account::change_password(&caller, from, to).await });
        tokio::time::sleep(Duration::from_millis(moment)).await;
        asked.abort();
        let done = asked.await.is_ok();
        core.end_sessions().await;
        let entered = match sign_in(&core, "ada", old).await {
            Err(AccountError::InvalidCredentials) => {
                (old, new) = (new, old);
                sign_in(&core, "ada", old).await
            }
            entered => entered,
        };
        let ada = entered.unwrap_or_else(|fault| panic!("left after {moment} ms: {fault:?}"));
        assert_eq!(everything(&ada).await, before, "left after {moment} ms");
        core.end_sessions().await;
        house.pass(20);
        if done {
            break;
        }
    }
}

/// A core in which a change of a data key waits, once it has begun, until the second is told.
fn held_at_the_check(config: Config) -> (Config, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let may_go_on = Arc::new(Mutex::new(may_go_on));
    let sources = config.sources.with_steps(move |step| {
        if step == "a copy is checked" {
            begun.send(()).ok();
            may_go_on.lock().expect("no panic").recv_timeout(Duration::from_secs(30)).ok();
        }
    });
    (Config { sources, ..config }, has_begun, go_on)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn while_one_persons_data_key_is_changed_everybody_else_goes_on() {
    let house = House::new();
    let (config, has_begun, go_on) = held_at_the_check(house.config());
    let core = Core::open(config).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let (grace, _) = register(&core, "grace").await;
    let caller = ada.clone();
    let rekeyed = tokio::spawn(async move { account::rekey(&caller, secret(PASSWORD)).await });
    tokio::task::spawn_blocking(move || has_begun.recv()).await.unwrap().unwrap();
    let mut waited = Vec::new();
    let patience = Duration::from_secs(4);
    let mut note = |what: &'static str, done: bool| {
        if !done {
            waited.push(what)
        }
    };
    let done = tokio::time::timeout(patience, profile::get(&grace)).await;
    note("reading", done.is_ok());
    let done = tokio::time::timeout(patience, sign_in(&core, "grace", PASSWORD)).await;
    note("signing in", done.is_ok());
    let done = account::change_password(&grace, secret(PASSWORD), secret(NEXT));
    note("changing a password", tokio::time::timeout(patience, done).await.is_ok());
    let leaver = ada.clone();
    let left = tokio::spawn(async move { leaver.end().await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let done = tokio::time::timeout(patience, sign_in(&core, "algotrader", "Trading@2024")).await;
    note("signing in while the first one signs out", done.is_ok());
    go_on.send(()).unwrap();
    left.await.unwrap();
    let _ended_either_way = rekeyed.await.unwrap();
    assert_eq!(waited, Vec::<&str>::new(), "these waited for somebody else's work");
    core.end_sessions().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("her vault is whole");
    profile::get(&ada).await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_disabled_while_its_owner_claims_it_has_no_session_and_stays_so() {
    let (house, core, ada) = House::with_ada().await;
    let made = account::administration::create(&ada, wish("grace"), false).await.unwrap();
    let claim = |core: Core, first: &'static str| async move {
        account::claim(&core, DoorKind::Desktop, "grace", secret(first), secret(NEXT)).await
    };
    // One who guesses holds the header; the administrator comes next, and then the owner.
    let guess = tokio::spawn(claim(core.clone(), "wrong"));
    tokio::time::sleep(Duration::from_millis(30)).await;
    let administrator = ada.clone();
    let disabled = tokio::spawn(async move {
        account::administration::set_disabled(&administrator, made.uuid, true).await
    });
    tokio::task::yield_now().await;
    let claimed = tokio::spawn(claim(core.clone(), PASSWORD)).await.unwrap();
    guess.await.unwrap().unwrap_err();
    assert!(disabled.await.unwrap().unwrap().disabled);
    let live = claimed.as_ref().is_ok_and(|(session, _)| session.check().is_ok());
    assert!(!live, "a disabled account has a session");
    core.shut_down().await;
    drop((core, ada, claimed));
    for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        std::fs::remove_file(house.path().join(name)).ok();
    }
    let core = house.open().await;
    let tiles = account::tiles(&core).await.unwrap();
    assert!(tiles.iter().all(|tile| tile.username != "grace"), "the header says so too");
}
