//! Registering, signing in and out.

use algoagent_core::account::{self, AccountError, DoorKind, Registration};
use algoagent_core::profile::{self, ProfileError, RiskTolerance, Timeframe};
use algoagent_core::{chat, context, settings};

use crate::house::{House, PASSWORD, register, secret, sign_in, wish};

/// The field that a registration was refused for, and why.
async fn refused(core: &algoagent_core::Core, registration: Registration) -> (String, String) {
    match account::register(core, DoorKind::Desktop, registration).await {
        Err(AccountError::Invalid(invalid)) => (invalid.field.to_owned(), invalid.why),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_demo_account_is_there_at_the_first_start_with_its_profile() {
    let house = House::new();
    let core = house.open().await;
    let tiles = account::tiles(&core).await.unwrap();
    assert_eq!(tiles.len(), 1);
    assert!(tiles[0].demo && tiles[0].username == "algotrader");
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    assert!(demo.account().demo && !demo.account().administrator);
    assert_eq!(demo.account().email, "algotrader@example.com");
    let told = profile::get(&demo).await.unwrap().draft;
    assert_eq!((told.risk_tolerance, told.timeframe), (RiskTolerance::Moderate, Timeframe::D1));
    assert_eq!(told.symbols, ["AAPL", "GOOGL", "MSFT", "TSLA"]);
    assert!(!told.goals.is_empty() && !told.preferences.is_empty());
    let rules = [
        ("max_drawdown", 0.15),
        ("max_position_size", 0.1),
        ("stop_loss_pct", 0.02),
        ("take_profit_pct", 0.05),
    ];
    assert_eq!(told.risk_parameters, rules.map(|(name, value)| (name.to_owned(), value)).into());
    sign_in(&core, "algotrader", "Trading@2024").await.expect("its password is the public one");
}

#[tokio::test]
async fn the_demo_account_does_not_come_back_once_it_was_deleted() {
    let house = House::new();
    let core = house.open().await;
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    let vault = house.vault_of(&demo);
    core.shut_down().await;
    drop((core, demo));
    std::fs::remove_dir_all(vault).unwrap();
    let mut accounts = house.accounts().await;
    sqlx::query("DELETE FROM account WHERE demo = 1").execute(&mut accounts).await.unwrap();
    drop(accounts);

    let core = house.open().await;
    assert_eq!(account::tiles(&core).await.unwrap(), []);
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await;
    assert!(matches!(demo, Err(AccountError::InvalidCredentials)), "{demo:?}");
}

#[tokio::test]
async fn the_first_person_at_the_computer_is_administrator_and_nobody_over_http_ever_is() {
    let house = House::new();
    let core = house.open().await;
    let mut administrators = Vec::new();
    for (name, door) in [
        ("over-http", DoorKind::Http),
        ("first", DoorKind::Terminal),
        ("second", DoorKind::Desktop),
        ("over-http-again", DoorKind::Http),
    ] {
        let (session, _) = account::register(&core, door, wish(name)).await.unwrap();
        if session.account().administrator {
            administrators.push(name);
        }
    }
    assert_eq!(administrators, ["first"]);
}

#[tokio::test]
async fn a_name_and_an_address_are_taken_however_they_are_written() {
    let (_house, core, ada) = House::with_ada().await;
    assert!(ada.account().administrator);
    for name in ["ADA", "Ada", "ａｄａ", "ALGOTRADER"] {
        let registration = Registration { email: "new@example.org".to_owned(), ..wish(name) };
        assert_eq!(refused(&core, registration).await.0, "username", "{name}");
    }
    for email in ["ADA@example.org", " ada@EXAMPLE.org ", "ada@ｅxample.org"] {
        let registration = Registration { email: email.to_owned(), ..wish("grace") };
        assert_eq!(refused(&core, registration).await.0, "email", "{email}");
    }
    let registration =
        Registration { email: "new@example.org".to_owned(), ..wish("ada@example.org") };
    assert_eq!(refused(&core, registration).await.0, "username", "another's address as a name");
    assert_eq!(account::tiles(&core).await.unwrap().len(), 2);
}

#[tokio::test]
async fn weak_passwords_and_bad_addresses_are_refused_with_a_reason_and_nothing_is_made() {
    let house = House::new();
    let core = house.open().await;
    let before = core.derivations();
    for (password, why) in [
        ("short", "at least 8"),
        ("password", ""),
        ("grace.hopper1", ""),
        (&"x1Y-".repeat(300), "at most 1024"),
    ] {
        let registration = Registration { password: secret(password), ..wish("grace.hopper") };
        let (field, said) = refused(&core, registration).await;
        assert_eq!(field, "password");
        assert!(said.len() > 10 && said.contains(why), "{password}: {said}");
    }
    for email in ["", "grace", "grace@", "grace@host", "gr ace@example.org"] {
        let registration = Registration { email: email.to_owned(), ..wish("grace.hopper") };
        assert_eq!(refused(&core, registration).await.0, "email", "{email}");
    }
    assert_eq!(core.derivations(), before, "nothing was derived");
    assert_eq!(std::fs::read_dir(house.vaults()).unwrap().count(), 1, "the demo's alone");
}

#[tokio::test]
async fn many_registrations_of_one_name_at_once_make_one_account_and_leave_no_folder() {
    let house = House::new();
    let core = house.open().await;
    let all = ["ada", "ADA", "Ada", "adA"].map(|name| {
        let core = core.clone();
        tokio::spawn(async move { account::register(&core, DoorKind::Desktop, wish(name)).await })
    });
    let mut made = 0;
    for one in all {
        match one.await.unwrap() {
            Ok(_) => made += 1,
            Err(AccountError::Invalid(invalid)) => {
                assert!(["username", "email"].contains(&invalid.field), "{invalid}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(account::tiles(&core).await.unwrap().len(), 2, "with the demo account");
    assert_eq!(std::fs::read_dir(house.vaults()).unwrap().count(), 2);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_answer_alike_and_cost_alike() {
    let (_house, core, _ada) = House::with_ada().await;
    let mut costs = Vec::new();
    for (name, password) in
        [("ada", "wrong horse"), ("nobody", PASSWORD), ("nobody@example.org", "")]
    {
        let before = core.derivations().0;
        let fault = sign_in(&core, name, password).await.unwrap_err();
        assert!(matches!(fault, AccountError::InvalidCredentials), "{fault}");
        costs.push(core.derivations().0 - before);
    }
    assert_eq!(costs, [1, 1, 1]);
}

#[tokio::test]
async fn five_wrong_passwords_slow_the_next_one_down_and_lock_nobody_out() {
    let (house, core, _ada) = House::with_ada().await;
    for name in ["ada", "nobody"] {
        for _ in 0..5 {
            let fault = sign_in(&core, name, "wrong").await.unwrap_err();
            assert!(matches!(fault, AccountError::InvalidCredentials), "{name}: {fault}");
        }
        let before = core.derivations();
        let fault = sign_in(&core, name, PASSWORD).await.unwrap_err();
        assert!(matches!(fault, AccountError::TooManyAttempts { retry_after: 1 }), "{fault}");
        assert_eq!(core.derivations(), before, "a try that must wait costs nothing");
    }
    house.pass(1);
    sign_in(&core, "ada", PASSWORD).await.expect("nobody is locked out");
    sign_in(&core, "ada", "wrong").await.unwrap_err();
    sign_in(&core, "ada", PASSWORD).await.expect("a success forgets the failures before it");
}

#[tokio::test]
async fn people_sign_in_by_name_or_address_however_they_write_it() {
    let (_house, core, ada) = House::with_ada().await;
    for typed in ["ada", " ADA ", "Ada@Example.org", "ａda"] {
        let session = sign_in(&core, typed, PASSWORD).await.expect(typed);
        assert_eq!(session.account().uuid, ada.account().uuid);
    }
    let spaced = sign_in(&core, "ada", &format!(" {PASSWORD} ")).await;
    assert!(spaced.is_err(), "a password is never trimmed");
}

#[tokio::test]
async fn after_signing_out_every_operation_answers_that_nobody_is_signed_in() {
    let (_house, core, ada) = House::with_ada().await;
    ada.end().await;
    ada.end().await;
    assert_eq!(core.session_count(), 0);
    assert!(ada.check().is_err() && ada.events().is_err() && account::issue(&ada).is_err());
    assert!(matches!(profile::get(&ada).await, Err(ProfileError::Locked(_))));
    assert!(matches!(
        chat::list(&ada, chat::List::Usual, None, 10).await,
        Err(chat::ChatError::Locked(_))
    ));
    let sent = chat::send(&ada, None, chat::New::default(), "hello".to_owned()).await;
    assert!(matches!(sent, Err(chat::ChatError::Locked(_))));
    assert!(matches!(context::list(&ada).await, Err(context::ContextError::Locked(_))));
    assert!(matches!(settings::get(&ada).await, Err(settings::SettingsError::Locked(_))));
}

#[tokio::test]
async fn sessions_of_one_account_share_the_vault_and_the_last_one_closes_it() {
    let (house, core, at_window) = House::with_ada().await;
    let log = house.vault_of(&at_window).join("vault.db-wal");
    let at_terminal = sign_in(&core, "ada", PASSWORD).await.unwrap();
    at_window.end().await;
    assert!(profile::get(&at_window).await.is_err());
    assert!(profile::get(&at_terminal).await.is_ok());
    assert!(log.exists(), "the vault is open");
    at_terminal.end().await;
    assert!(profile::get(&at_terminal).await.is_err());
    assert!(!log.exists(), "the vault was closed");
    let again = sign_in(&core, "ada", PASSWORD).await.expect("it opens again");
    assert!(profile::get(&again).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_after_seven_idle_days_and_after_thirty_whatever_happens() {
    let (house, core, ada) = House::with_ada().await;
    let idle = sign_in(&core, "ada", PASSWORD).await.unwrap();
    for _ in 0..5 {
        house.pass(6 * 24 * 3600);
        if ada.created_at().plus_seconds(30 * 24 * 3600) > house.now() {
            profile::get(&ada).await.expect("it is used often enough");
        }
    }
    assert!(matches!(profile::get(&ada).await, Err(ProfileError::Locked(_))), "thirty days");
    assert!(matches!(profile::get(&idle).await, Err(ProfileError::Locked(_))), "seven idle days");
}

#[tokio::test]
async fn two_people_see_nothing_of_each_other() {
    let (_house, core, ada) = House::with_ada().await;
    let (grace, _) = register(&core, "grace").await;
    let sent = chat::send(&ada, None, chat::New::default(), "ada's plan".to_owned()).await.unwrap();
    assert_eq!(chat::list(&grace, chat::List::Usual, None, 10).await.unwrap().chats, []);
    let open = chat::open(&grace, sent.chat.id, chat::Place::Newest).await;
    assert!(matches!(open, Err(chat::ChatError::NotFound)), "{open:?}");
    let text = chat::text_of(&grace, sent.question.id).await;
    assert!(matches!(text, Err(chat::ChatError::NotFound)), "{text:?}");
}
