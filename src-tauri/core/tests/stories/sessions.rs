//! Sessions: whose they are, when they end, what a clock that jumps does to them, and many
//! sign-ins at once.

use std::sync::atomic::{AtomicUsize, Ordering};

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::{Core, profile};
use uuid::Uuid;

use crate::house::{House, PASSWORD, register, secret, sign_in};

const DAY: i64 = 24 * 3600;

async fn over_http(core: &Core, name: &str) -> Session {
    let entered = account::sign_in(core, DoorKind::Http, name, secret(PASSWORD)).await;
    entered.expect("the password is right")
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_alone() {
    let (house, core, ada) = House::with_ada().await;
    house.pass(60);
    let http = over_http(&core, "ada").await;
    http.set_label("curl\u{7}\n8.9");
    let (grace, _) = register(&core, "grace").await;
    let seen = account::administration::own_sessions(&ada).await.unwrap();
    let doors: Vec<_> = seen.iter().map(|info| (info.door, info.current)).collect();
    assert_eq!(doors, [(DoorKind::Http, false), (DoorKind::Desktop, true)], "the newest first");
    assert_eq!(seen[0].label, "curl8.9");
    assert_eq!(seen[0].expires_at, house.now().plus_seconds(7 * DAY));
    let graces = account::administration::own_sessions(&grace).await.unwrap();
    assert_eq!(graces.len(), 1);

    let others = account::administration::end_own_session(&ada, graces[0].id).await.unwrap_err();
    let nobodys = account::administration::end_own_session(&ada, Uuid::nil()).await.unwrap_err();
    assert!(matches!(others, AccountError::NoSession), "{others:?}");
    assert_eq!(format!("{others:?}"), format!("{nobodys:?}"));
    assert!(grace.check().is_ok());

    account::administration::end_own_session(&ada, seen[0].id).await.unwrap();
    assert!(http.check().is_err() && ada.check().is_ok());
    let again = account::administration::end_own_session(&ada, seen[0].id).await.unwrap_err();
    assert_eq!(format!("{again:?}"), format!("{nobodys:?}"), "one that ended is none");
    assert_eq!(account::administration::own_sessions(&ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn ending_the_other_sessions_leaves_this_one_and_everybody_elses() {
    let (_house, core, ada) = House::with_ada().await;
    let (grace, _) = register(&core, "grace").await;
    let others = [over_http(&core, "ada").await, over_http(&core, "ada").await];
    let tokens = account::issue(&others[0]).unwrap();
    account::administration::end_other_sessions(&ada).await.unwrap();
    assert!(others.iter().all(|other| other.check().is_err()));
    assert!(account::authenticate(&core, &tokens.access).is_err());
    assert!(ada.check().is_ok() && grace.check().is_ok());
    profile::get(&ada).await.expect("the vault stays open");
    ada.end().await;
    let told = [
        account::administration::own_sessions(&ada).await.map(drop),
        account::administration::end_own_session(&ada, Uuid::nil()).await,
        account::administration::end_other_sessions(&ada).await,
    ];
    assert!(told.iter().all(|told| matches!(told, Err(AccountError::Locked(_)))), "{told:?}");
}

#[tokio::test]
async fn a_clock_that_is_set_back_revives_nothing() {
    let (house, core, ada) = House::with_ada().await;
    let tokens = account::issue(&ada).unwrap();
    house.pass(3601);
    assert!(account::authenticate(&core, &tokens.access).is_err(), "its hour is over");
    house.pass(-DAY);
    assert!(account::authenticate(&core, &tokens.access).is_err(), "and stays over");
    house.pass(DAY + 7 * DAY);
    assert!(ada.check().is_err());
    house.pass(-7 * DAY - DAY);
    assert!(ada.check().is_err() && profile::get(&ada).await.is_err());
    assert!(account::refresh(&core, &tokens.refresh).await.is_err());
    for tried in 0..6 {
        let fault = sign_in(&core, "ada", "wrong").await.unwrap_err();
        let waits = matches!(fault, AccountError::TooManyAttempts { .. });
        assert_eq!(waits, tried == 5, "{fault}");
    }
    house.pass(-DAY);
    let fault = sign_in(&core, "ada", PASSWORD).await.unwrap_err();
    assert!(
        matches!(fault, AccountError::TooManyAttempts { retry_after: 1..=15 }),
        "a clock that is set back shortens no wait, nor makes it last: {fault:?}"
    );
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_for_a_while_keeps_nobody_out() {
    let (house, core, ada) = House::with_ada().await;
    let tokens = account::issue(&ada).unwrap();
    house.pass(400 * DAY);
    assert!(ada.check().is_err() && account::refresh(&core, &tokens.refresh).await.is_err());
    let ahead = sign_in(&core, "ada", PASSWORD).await.expect("in the future");
    house.pass(-400 * DAY);
    assert!(ada.check().is_err(), "what ended stays ended");
    profile::get(&ahead).await.expect("a live session goes on");
    let back = sign_in(&core, "ada", PASSWORD).await.expect("and back again");
    let tokens = account::issue(&back).unwrap();
    assert!(account::authenticate(&core, &tokens.access).is_ok());
    core.shut_down().await;
    drop((core, ada, ahead, back));
    let core = house.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("and after a restart");
    profile::get(&ada).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_in_time_though_the_clock_is_turned_back_each_day() {
    let (house, _core, ada) = House::with_ada().await;
    let end = ada.created_at().plus_seconds(7 * DAY);
    for day in 1..=14 {
        house.pass(DAY);
        let over = house.now() >= end;
        assert_eq!(ada.check().is_err(), over, "day {day}");
        house.pass(-DAY / 2);
        assert_eq!(ada.check().is_err(), over, "day {day}, turned back");
    }
    assert!(ada.check().is_err());
}

/// The most memory that this process had, in KiB, looked for while `all` goes on.
async fn most_memory(all: impl Future<Output = ()>) -> u64 {
    let (most, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let look = async {
        while done.load(Ordering::SeqCst) == 0 {
            most.fetch_max(resident_kib(), Ordering::SeqCst);
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        }
    };
    let all = async {
        all.await;
        done.store(1, Ordering::SeqCst);
    };
    tokio::join!(all, look);
    most.into_inner() as u64
}

/// How much memory this process has, where the system tells; 0 elsewhere.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

#[tokio::test]
#[ignore = "the child of the story below: what others derive would be counted"]
async fn fifty_at_the_door() {
    let Some(place) = crate::child::place() else { return };
    let core = Core::open(crate::child::config(&place)).await.unwrap();
    register(&core, "ada").await.0.end().await;
    let before = resident_kib();
    let (entered, refused, waited) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let derived = core.derivations().0;
    let most = most_memory(async {
        let all = (0..50).map(|number| {
            let name = if number % 2 == 0 { "ada".to_owned() } else { format!("nobody-{number}") };
            let password = if number % 4 == 0 { PASSWORD } else { "wrong" };
            let (core, entered, refused, waited) = (&core, &entered, &refused, &waited);
            async move {
                match sign_in(core, &name, password).await {
                    Ok(_) => entered,
                    Err(AccountError::InvalidCredentials) => refused,
                    Err(AccountError::TooManyAttempts { retry_after: 1..=15 }) => waited,
                    Err(other) => panic!("{other:?}"),
                }
                .fetch_add(1, Ordering::SeqCst);
            }
        });
        futures_util::future::join_all(all).await;
    })
    .await;
    let more_mib = most.saturating_sub(before as u64) / 1024;
    let derived = core.derivations().0 - derived;
    crate::child::tell(&format!(
        "{entered:?} entered, {refused:?} refused, {waited:?} told to wait"
    ));
    crate::child::tell(&format!("{derived} derivations, {more_mib} MiB more at most"));
    assert!(waited.into_inner() >= 32, "eighteen derive or wait");
    assert!(derived <= 18, "{derived} derivations");
    assert!(more_mib < 3 * 64 + 32, "two derivations of 64 MiB at once took {more_mib} MiB");
    let mut waits = 0;
    while let Err(fault) = sign_in(&core, "ada", PASSWORD).await {
        assert!(matches!(fault, AccountError::TooManyAttempts { .. }), "{fault:?}");
        waits += 1;
        assert!(waits <= 16, "the owner does not get in");
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    crate::child::tell(&format!("the owner is in after {waits} s"));
}

#[tokio::test]
async fn fifty_sign_ins_at_once_take_the_memory_of_two_and_the_owner_still_gets_in() {
    let place = tempfile::tempdir().unwrap();
    let command = crate::child::command(&[], "sessions::fifty_at_the_door", place.path());
    let (told, well) = crate::child::Running::start(command).run_out();
    println!("{told:#?}");
    assert!(well && told.len() == 3, "{told:#?}");
}
