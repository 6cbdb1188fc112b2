//! Staying signed in: what the unlock secret opens, and when it no longer does.

use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::vault::UnlockSecret;
use algoagent_core::{Core, profile};
use uuid::Uuid;

use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, register, secret, sign_in};

const DAY: i64 = 24 * 3600;

async fn resumes(core: &Core, uuid: Uuid, unlock: &UnlockSecret) -> Result<Session, AccountError> {
    account::staying::resume(core, DoorKind::Desktop, uuid, unlock).await
}

async fn assert_asks_for_the_password(core: &Core, uuid: Uuid, unlock: &UnlockSecret) {
    let resumed = resumes(core, uuid, unlock).await;
    assert!(matches!(resumed, Err(AccountError::InvalidCredentials)), "{resumed:?}");
    assert_eq!(core.session_count(), 0);
    assert_eq!(
        account::staying::candidates(core).await.expect("a list"),
        [],
        "no secret opens it any more"
    );
    let ada = sign_in(core, "ada", PASSWORD).await.expect("the password does");
    ada.end().await;
}

/// Ada chose to stay; the program was started anew since.
async fn staying() -> (House, Core, Uuid, UnlockSecret) {
    let (house, core, ada) = House::with_ada().await;
    let unlock = account::staying::stay(&ada).await.expect("she stays");
    let uuid = ada.account().uuid;
    core.shut_down().await;
    drop((core, ada));
    let core = house.open().await;
    (house, core, uuid, unlock)
}

#[tokio::test]
async fn somebody_who_stays_signed_in_comes_back_without_a_password() {
    let (_house, core, uuid, unlock) = staying().await;
    assert_eq!(account::staying::candidates(&core).await.unwrap(), [(uuid, "ada".to_owned())]);
    let before = core.derivations();
    let ada = resumes(&core, uuid, &unlock).await.expect("she comes back");
    assert_eq!(core.derivations(), before, "nothing was derived");
    profile::get(&ada).await.unwrap();
    let (choice, ask_again) = account::staying::choice(&ada).await.unwrap().expect("chosen");
    assert!(!ask_again && choice.newest_person == ada.account().id.0);
    let mut wrong = *unlock.bytes();
    wrong[7] ^= 1;
    let wrong = UnlockSecret::from_bytes(&wrong).expect("32 bytes");
    for (uuid, secret) in [(uuid, &wrong), (Uuid::nil(), &unlock)] {
        let fault = resumes(&core, uuid, secret).await.unwrap_err();
        assert!(matches!(fault, AccountError::InvalidCredentials), "{fault:?}");
    }
    resumes(&core, uuid, &unlock).await.expect("a wrong secret ends nothing");
    assert!(
        UnlockSecret::from_bytes(&[7; 31]).is_none() && UnlockSecret::from_bytes(b"").is_none()
    );
}

#[tokio::test]
async fn it_lasts_seven_idle_days_and_thirty_at_most() {
    let (house, core, uuid, unlock) = staying().await;
    for day in (0..30).step_by(6) {
        let resumed = resumes(&core, uuid, &unlock).await;
        resumed.unwrap_or_else(|fault| panic!("day {day}: {fault}")).end().await;
        house.pass(6 * DAY);
    }
    assert_asks_for_the_password(&core, uuid, &unlock).await;
    let (house, core, uuid, unlock) = staying().await;
    house.pass(7 * DAY - 1);
    resumes(&core, uuid, &unlock).await.expect("in its last second").end().await;
    house.pass(7 * DAY);
    assert_asks_for_the_password(&core, uuid, &unlock).await;
}

#[tokio::test]
async fn a_clock_that_is_set_back_ends_it() {
    let (house, core, uuid, unlock) = staying().await;
    resumes(&core, uuid, &unlock).await.unwrap().end().await;
    house.pass(-DAY);
    assert_asks_for_the_password(&core, uuid, &unlock).await;
    house.pass(DAY);
    assert_asks_for_the_password(&core, uuid, &unlock).await;
}

#[tokio::test]
async fn after_its_time_it_does_not_come_back_with_the_clock() {
    let (house, core, uuid, unlock) = staying().await;
    house.pass(8 * DAY);
    assert_asks_for_the_password(&core, uuid, &unlock).await;
    house.pass(-8 * DAY);
    assert_asks_for_the_password(&core, uuid, &unlock).await;
}

#[tokio::test]
async fn it_is_asked_again_once_somebody_else_has_an_account() {
    let (_house, core, uuid, unlock) = staying().await;
    let (grace, _) = register(&core, "grace").await;
    grace.end().await;
    assert_asks_for_the_password(&core, uuid, &unlock).await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let (_, ask_again) =
        account::staying::choice(&ada).await.unwrap().expect("her choice is remembered");
    assert!(ask_again);
    let unlock = account::staying::stay(&ada).await.unwrap();
    assert!(!account::staying::choice(&ada).await.unwrap().expect("chosen").1);
    resumes(&core, uuid, &unlock).await.expect("she was asked");
}

#[tokio::test]
async fn a_changed_password_a_new_key_and_a_recovery_end_it() {
    for change in ["password", "key", "recovery"] {
        let house = House::new();
        let core = house.open().await;
        let (ada, code) = register(&core, "ada").await;
        let unlock = account::staying::stay(&ada).await.unwrap();
        let uuid = ada.account().uuid;
        match change {
            "password" => {
                account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.map(drop)
            }
            "key" => account::rekey(&ada, secret(PASSWORD)).await.map(drop),
            _ => account::recover(&core, DoorKind::Desktop, "ada", &code, secret(NEXT))
                .await
                .map(drop),
        }
        .expect(change);
        let resumed = resumes(&core, uuid, &unlock).await;
        assert!(matches!(resumed, Err(AccountError::InvalidCredentials)), "{change}: {resumed:?}");
        assert_eq!(account::staying::candidates(&core).await.unwrap(), [], "{change}");
    }
}

#[tokio::test]
async fn suspending_kills_the_secret_and_keeps_the_choice_and_leaving_ends_both() {
    let (_house, core, uuid, unlock) = staying().await;
    let ada = resumes(&core, uuid, &unlock).await.unwrap();
    account::staying::suspend(&ada).await.unwrap();
    account::staying::suspend(&ada).await.expect("twice is harmless");
    assert!(account::staying::choice(&ada).await.unwrap().is_some());
    ada.end().await;
    assert_asks_for_the_password(&core, uuid, &unlock).await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    let next = account::staying::stay(&ada).await.unwrap();
    let old = resumes(&core, uuid, &unlock).await;
    assert!(matches!(old, Err(AccountError::InvalidCredentials)), "{old:?}");
    account::staying::leave(&ada).await.unwrap();
    assert_eq!(account::staying::choice(&ada).await.unwrap(), None);
    ada.end().await;
    assert_asks_for_the_password(&core, uuid, &next).await;
}

#[tokio::test]
async fn the_demo_account_needs_no_secret_and_gets_none() {
    let house = House::new();
    let core = house.open().await;
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    let stayed = account::staying::stay(&demo).await;
    assert!(matches!(stayed, Err(AccountError::Forbidden)), "{stayed:?}");
}

#[tokio::test]
async fn who_was_disabled_or_deleted_does_not_come_back_by_secret() {
    let (_house, core, ada) = House::with_ada().await;
    let (grace, _) = register(&core, "grace").await;
    let unlock = account::staying::stay(&grace).await.unwrap();
    let uuid = grace.account().uuid;
    account::administration::set_disabled(&ada, uuid, true).await.unwrap();
    let resumed = resumes(&core, uuid, &unlock).await;
    assert!(matches!(resumed, Err(AccountError::InvalidCredentials)), "{resumed:?}");
    account::administration::set_disabled(&ada, uuid, false).await.unwrap();
    account::administration::delete(&ada, uuid, "grace").await.unwrap();
    let resumed = resumes(&core, uuid, &unlock).await;
    assert!(matches!(resumed, Err(AccountError::InvalidCredentials)), "{resumed:?}");
}

#[tokio::test]
async fn a_header_put_back_to_one_with_the_secret_lets_nobody_in() {
    let (house, core, uuid, unlock) = staying().await;
    let file = house.vaults().join(uuid.to_string()).join("header");
    let with_secret = std::fs::read(&file).unwrap();
    let ada = resumes(&core, uuid, &unlock).await.unwrap();
    account::staying::suspend(&ada).await.unwrap();
    let without = std::fs::read(&file).unwrap();
    for open in [true, false] {
        std::fs::write(&file, &with_secret).unwrap();
        let resumed = resumes(&core, uuid, &unlock).await;
        assert!(matches!(resumed, Err(AccountError::Damaged(_))), "open: {open}: {resumed:?}");
        std::fs::write(&file, &without).unwrap();
        core.end_sessions().await;
    }
    sign_in(&core, "ada", PASSWORD).await.expect("with its own header it opens");
}

#[tokio::test]
async fn choosing_to_stay_vouches_for_no_header_that_somebody_bent_or_put_back() {
    let (house, core, ada) = House::with_ada().await;
    let file = house.vault_of(&ada).join("header");
    let old = std::fs::read(&file).unwrap();
    let ada = account::change_password(&ada, secret(PASSWORD), secret(NEXT)).await.unwrap();
    let current = std::fs::read(&file).unwrap();
    let envelope = |header: &[u8]| -> serde_json::Value {
        serde_json::from_slice(header).expect("a header is JSON")
    };
    let mut bent = envelope(&current);
    bent["password"] = envelope(&old)["password"].clone();
    for header in [old.clone(), bent.to_string().into_bytes()] {
        std::fs::write(&file, &header).unwrap();
        for told in
            [account::staying::stay(&ada).await.map(drop), account::staying::leave(&ada).await]
        {
            let harmless = told.is_ok() && std::fs::read(&file).unwrap() == header;
            assert!(matches!(told, Err(AccountError::Damaged(_))) || harmless, "{told:?}");
        }
        let entered = sign_in(&core, "ada", PASSWORD).await;
        assert!(matches!(entered, Err(AccountError::Damaged(_))), "{entered:?}");
    }
    std::fs::write(&file, current).unwrap();
    account::staying::stay(&ada).await.expect("with its own header she may");
}
