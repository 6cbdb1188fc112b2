//! Recovery codes.

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::{Core, profile};

use crate::house::{House, PASSWORD, register, secret, sign_in};

const NEXT: &str = "a quite different password 7";

async fn recover(core: &Core, code: &str, new: &str) -> Result<(Session, String), AccountError> {
    let recovered = account::recover(core, DoorKind::Desktop, "ada", code, secret(new)).await;
    recovered.map(|(session, code)| (session, (*code).clone()))
}

#[tokio::test]
async fn a_recovery_code_sets_a_new_password_and_is_used_up() {
    let house = House::new();
    let core = house.open().await;
    let (before, code) = register(&core, "ada").await;
    let typed = code.to_lowercase().replace('-', " ");
    let (after, next_code) = recover(&core, &typed, NEXT).await.unwrap();
    assert!(profile::get(&after).await.is_ok(), "the vault is the same");
    assert!(before.check().is_err(), "earlier sessions end");
    assert_ne!(code, next_code);
    for password in [PASSWORD, ""] {
        let fault = sign_in(&core, "ada", password).await.unwrap_err();
        assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
    }
    let fault = recover(&core, &code, PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
    sign_in(&core, "ada", NEXT).await.expect("the new password");
    recover(&core, &next_code, PASSWORD).await.expect("the new code");
    sign_in(&core, "ada", PASSWORD).await.expect("and the password that it set");
}

#[tokio::test]
async fn a_typing_error_is_told_before_anything_is_tried() {
    let house = House::new();
    let core = house.open().await;
    let (_, code) = register(&core, "ada").await;
    let wrong = if code.starts_with('0') { "1" } else { "0" };
    let typo = format!("{wrong}{}", &code[1..]);
    for _ in 0..8 {
        let fault = recover(&core, &typo, NEXT).await.unwrap_err();
        assert!(matches!(fault, AccountError::MistypedCode), "{fault}");
    }
    let fault = recover(&core, &code, "password").await.unwrap_err();
    assert!(matches!(&fault, AccountError::Invalid(why) if why.field == "new_password"), "{fault}");
    recover(&core, &code, NEXT).await.expect("a weak password does not use the code up");
}

#[tokio::test]
async fn another_persons_code_and_an_unknown_name_are_refused_alike() {
    let (_house, core, _ada) = House::with_ada().await;
    let (_, graces) = register(&core, "grace").await;
    let other = recover(&core, &graces, NEXT).await.unwrap_err();
    let unknown = account::recover(&core, DoorKind::Desktop, "nobody", &graces, secret(NEXT)).await;
    assert_eq!(other.to_string(), unknown.unwrap_err().to_string());
    assert!(matches!(other, AccountError::InvalidCredentials), "{other}");
}

#[tokio::test]
async fn one_code_used_twice_at_once_works_once() {
    let house = House::new();
    let core = house.open().await;
    let (_, code) = register(&core, "ada").await;
    let both = [NEXT, "yet another password 9"].map(|new| {
        let (core, code) = (core.clone(), code.clone());
        tokio::spawn(async move { (new, recover(&core, &code, new).await.ok()) })
    });
    let mut worked = Vec::new();
    for one in both {
        if let (password, Some((_, next_code))) = one.await.unwrap() {
            worked.push((password, next_code));
        }
    }
    assert_eq!(worked.len(), 1, "two people hold a new code, and one of them opens nothing");
    sign_in(&core, "ada", worked[0].0).await.expect("the password that was set");
    recover(&core, &worked[0].1, PASSWORD).await.expect("the code that was shown");
}

#[tokio::test]
async fn a_sign_in_with_the_old_password_does_not_outlive_a_recovery() {
    let house = House::new();
    let core = house.open().await;
    let (_, code) = register(&core, "ada").await;
    let entering = [(); 3].map(|()| {
        let core = core.clone();
        tokio::spawn(async move { sign_in(&core, "ada", PASSWORD).await.ok() })
    });
    let (recovered, _) = recover(&core, &code, NEXT).await.unwrap();
    for one in entering {
        let live = one.await.unwrap().is_some_and(|session| session.check().is_ok());
        assert!(!live, "the old password opened a session that goes on");
    }
    assert!(recovered.check().is_ok());
}
