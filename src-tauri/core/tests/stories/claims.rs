//! Accounts that were made for somebody else, and their owners' first sign-in.

use std::path::PathBuf;

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::{Core, profile};
use zeroize::Zeroizing;

use crate::belongings::{everything, move_in};
use crate::credentials::{NEXT, assert_refused};
use crate::house::{House, PASSWORD, files, secret, sign_in, wish};

async fn claim(
    core: &Core,
    first: &str,
    own: &str,
) -> Result<(Session, Zeroizing<String>), AccountError> {
    account::claim(core, DoorKind::Desktop, "grace", secret(first), secret(own)).await
}

/// A house with an administrator, and an account that waits for Grace.
async fn waiting_for_grace() -> (House, Core, PathBuf) {
    let (house, core, ada) = House::with_ada().await;
    let made = account::administration::create(&ada, wish("grace"), false).await.expect("made");
    assert!(!made.claimed && !made.administrator);
    let folder = house.vaults().join(made.uuid.to_string());
    (house, core, folder)
}

#[tokio::test]
async fn an_account_made_for_somebody_stores_nothing_until_its_owner_comes() {
    let (_house, core, folder) = waiting_for_grace().await;
    let fault = sign_in(&core, "grace", PASSWORD).await.unwrap_err();
    assert!(matches!(fault, AccountError::Unclaimed), "{fault}");
    assert_refused(&core, "grace", "wrong").await;
    let kept: Vec<PathBuf> = files(&folder).into_keys().collect();
    assert_eq!(kept, [PathBuf::from("header")]);
    let tiles = account::tiles(&core).await.unwrap();
    assert!(tiles.iter().any(|tile| tile.username == "grace" && tile.unclaimed));
}

#[tokio::test]
async fn its_owner_claims_it_once_with_a_password_that_nobody_else_knows() {
    let (house, core, _) = waiting_for_grace().await;
    for (first, own) in [("wrong", NEXT), (PASSWORD, PASSWORD), (PASSWORD, "password")] {
        let fault = claim(&core, first, own).await.unwrap_err();
        match fault {
            AccountError::InvalidCredentials => assert_eq!(first, "wrong"),
            AccountError::Invalid(invalid) => assert_eq!(invalid.field, "new_password"),
            other => panic!("{other:?}"),
        }
    }
    let (grace, code) = claim(&core, PASSWORD, NEXT).await.expect("a refusal used nothing up");
    assert!(grace.account().claimed && !grace.account().administrator);
    profile::get(&grace).await.expect("there is a vault now");
    move_in(&grace).await;
    let before = everything(&grace).await;
    assert_refused(&core, "grace", PASSWORD).await;
    let again = claim(&core, PASSWORD, "yet another password 9").await;
    assert!(matches!(again, Err(AccountError::InvalidCredentials)), "{again:?}");
    let again = claim(&core, NEXT, "yet another password 9").await;
    assert!(matches!(again, Err(AccountError::InvalidCredentials)), "{again:?}");
    core.shut_down().await;
    drop((core, grace));
    let core = house.open().await;
    let grace = sign_in(&core, "grace", NEXT).await.expect("the own password");
    assert_eq!(everything(&grace).await, before);
    let recovered =
        account::recover(&core, DoorKind::Desktop, "grace", &code, secret("third password 12"))
            .await;
    recovered.expect("and the own code");
}

#[tokio::test]
async fn the_first_password_with_the_first_header_opens_nothing_of_a_claimed_account() {
    let (house, core, folder) = waiting_for_grace().await;
    let first = std::fs::read(folder.join("header")).unwrap();
    let (grace, _) = claim(&core, PASSWORD, NEXT).await.unwrap();
    move_in(&grace).await;
    let own = std::fs::read(folder.join("header")).unwrap();
    for open in [true, false] {
        std::fs::write(folder.join("header"), &first).unwrap();
        let entered = sign_in(&core, "grace", PASSWORD).await;
        assert!(entered.is_err(), "open: {open}");
        let again = claim(&core, PASSWORD, "yet another password 9").await;
        assert!(again.is_err(), "open: {open}");
        std::fs::write(folder.join("header"), &own).unwrap();
        core.end_sessions().await;
    }
    core.shut_down().await;
    drop((core, grace));
    // Nor when accounts.db is lost, and comes back from that header.
    std::fs::write(folder.join("header"), &first).unwrap();
    for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        std::fs::remove_file(house.path().join(name)).ok();
    }
    let core = house.open().await;
    let again = claim(&core, PASSWORD, "yet another password 9").await;
    assert!(matches!(again, Err(AccountError::Damaged(_))), "{again:?}");
    core.shut_down().await;
    drop((core, again));
    std::fs::write(folder.join("header"), &own).unwrap();
    let core = house.open().await;
    let grace = sign_in(&core, "grace", NEXT).await.expect("the vault is as it was");
    profile::get(&grace).await.unwrap();
}

#[tokio::test]
async fn two_claims_at_once_make_one_owner() {
    let (_house, core, _) = waiting_for_grace().await;
    let both = [NEXT, "yet another password 9"].map(|own| {
        let core = core.clone();
        tokio::spawn(async move { claim(&core, PASSWORD, own).await.ok().map(|made| (own, made)) })
    });
    let mut owners = Vec::new();
    for one in both {
        owners.extend(one.await.unwrap());
    }
    assert_eq!(owners.len(), 1);
    let (own, (session, _)) = &owners[0];
    profile::get(session).await.unwrap();
    sign_in(&core, "grace", own).await.expect("the one that was told so");
}

#[tokio::test]
async fn what_an_unclaimed_account_has_no_use_for_is_refused_as_for_a_name_that_nobody_has() {
    let (_house, core, _) = waiting_for_grace().await;
    let (_, code) = crate::house::register(&core, "mary").await;
    let door = DoorKind::Desktop;
    let waiting = account::recover(&core, door, "grace", &code, secret(NEXT)).await.unwrap_err();
    let nobody = account::recover(&core, door, "nobody", &code, secret(NEXT)).await.unwrap_err();
    assert_eq!(format!("{waiting:?}"), format!("{nobody:?}"));
    let marys = account::claim(&core, door, "mary", secret(PASSWORD), secret(NEXT)).await;
    assert!(matches!(marys, Err(AccountError::InvalidCredentials)), "{marys:?}");
}

#[tokio::test]
async fn a_disabled_one_is_not_claimed_and_a_deleted_one_is_gone() {
    let (house, core, ada) = House::with_ada().await;
    let made = account::administration::create(&ada, wish("grace"), true).await.unwrap();
    account::administration::set_disabled(&ada, made.uuid, true).await.unwrap();
    let refused = claim(&core, PASSWORD, NEXT).await;
    assert!(matches!(refused, Err(AccountError::InvalidCredentials)), "{refused:?}");
    account::administration::set_disabled(&ada, made.uuid, false).await.unwrap();
    account::administration::delete(&ada, made.uuid, "grace").await.unwrap();
    let refused = claim(&core, PASSWORD, NEXT).await;
    assert!(matches!(refused, Err(AccountError::InvalidCredentials)), "{refused:?}");
    let left: Vec<_> = files(&house.vaults().join(made.uuid.to_string())).into_keys().collect();
    assert_eq!(left, [PathBuf::from("header")]);
    let again = account::administration::create(&ada, wish("grace"), false).await.unwrap();
    assert!(again.id > made.id);
}
