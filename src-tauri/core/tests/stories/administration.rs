//! Administrators: what they may do, what they may not, and what of it is remembered.

use algoagent_core::account::{self, AccountError, AccountInfo, Action, DoorKind, Session};
use algoagent_core::{Core, profile};
use uuid::Uuid;

use crate::credentials::{NEXT, assert_refused};
use crate::house::{House, PASSWORD, register, secret, sign_in, wish};

async fn info(administrator: &Session, name: &str) -> AccountInfo {
    let all =
        account::administration::accounts(administrator).await.expect("an administrator's list");
    all.into_iter().find(|account| account.username == name).expect("listed")
}

/// Ada, who is administrator, and Grace, who isn't, both signed in.
async fn two_people() -> (House, Core, Session, Session) {
    let (house, core, ada) = House::with_ada().await;
    let (grace, _) = register(&core, "grace").await;
    (house, core, ada, grace)
}

fn lose_accounts_db(house: &House) {
    for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
        std::fs::remove_file(house.path().join(name)).ok();
    }
}

#[tokio::test]
async fn who_is_disabled_or_deleted_is_out_at_the_next_call_tokens_included() {
    let (_house, core, ada, at_window) = two_people().await;
    let uuid = at_window.account().uuid;
    for deleted in [false, true] {
        let grace = sign_in(&core, "grace", PASSWORD).await.unwrap();
        let http =
            account::sign_in(&core, DoorKind::Http, "grace", secret(PASSWORD)).await.unwrap();
        let tokens = account::issue(&http).unwrap();
        let mut events = grace.events().unwrap();
        if deleted {
            account::administration::delete(&ada, uuid, "Grace").await.unwrap();
        } else {
            let told = account::administration::set_disabled(&ada, uuid, true).await.unwrap();
            assert!(told.disabled && told.sessions == 0 && told.last_signed_in_at.is_some());
            assert_eq!(told, info(&ada, "grace").await);
        }
        for session in [&grace, &http, &at_window] {
            assert!(session.check().is_err() && profile::get(session).await.is_err());
        }
        assert!(account::authenticate(&core, &tokens.access).is_err());
        assert!(account::refresh(&core, &tokens.refresh).await.is_err());
        assert!(events.try_recv().is_err());
        assert_refused(&core, "grace", PASSWORD).await;
        if !deleted {
            assert!(
                !account::administration::set_disabled(&ada, uuid, false).await.unwrap().disabled
            );
            assert!(account::authenticate(&core, &tokens.access).is_err(), "nothing revives");
        }
    }
    assert!(ada.check().is_ok());
    let gone = account::administration::set_disabled(&ada, uuid, false).await;
    assert!(matches!(gone, Err(AccountError::NoAccount)), "{gone:?}");
}

#[tokio::test]
async fn the_last_administrator_can_not_be_disabled_deleted_or_demoted() {
    let (_house, core, ada, grace) = two_people().await;
    let (adas, graces) = (ada.account().uuid, grace.account().uuid);
    for second in [false, true] {
        if second {
            // Another one who is disabled is no other.
            account::administration::set_administrator(&ada, graces, true).await.unwrap();
            account::administration::set_disabled(&ada, graces, true).await.unwrap();
        }
        let told = [
            account::administration::set_disabled(&ada, adas, true).await.map(drop),
            account::administration::set_administrator(&ada, adas, false).await.map(drop),
            account::administration::delete(&ada, adas, "ada").await,
            account::administration::delete_own(&ada, secret(PASSWORD), "ada").await,
        ];
        for told in told {
            assert!(matches!(told, Err(AccountError::LastAdministrator)), "{told:?}");
        }
        assert!(ada.check().is_ok());
        sign_in(&core, "ada", PASSWORD).await.expect("nothing of her was touched");
        assert!(info(&ada, "ada").await.administrator);
    }
    account::administration::set_disabled(&ada, graces, false).await.unwrap();
    account::administration::delete_own(&ada, secret(PASSWORD), "ada")
        .await
        .expect("there is another now");
    let grace = sign_in(&core, "grace", PASSWORD).await.unwrap();
    assert!(info(&grace, "grace").await.administrator);
}

/// What each operation of administrators answers to `session`.
async fn all_told(session: &Session, other: Uuid) -> Vec<AccountError> {
    let told = [
        account::administration::accounts(session).await.map(drop),
        account::administration::create(session, wish("mary"), false).await.map(drop),
        account::administration::set_disabled(session, other, true).await.map(drop),
        account::administration::set_administrator(session, session.account().uuid, true)
            .await
            .map(drop),
        account::administration::end_sessions(session, other).await,
        account::administration::delete(session, other, "ada").await,
        account::audit_page(session, None, 10).await.map(drop),
        account::export_audit(session).await.map(drop),
    ];
    told.into_iter().map(|told| told.expect_err("refused")).collect()
}

#[tokio::test]
async fn who_is_no_administrator_is_forbidden_everything_and_learns_nothing() {
    let (_house, core, ada, grace) = two_people().await;
    for uuid in [ada.account().uuid, Uuid::nil()] {
        for told in all_told(&grace, uuid).await {
            assert!(matches!(told, AccountError::Forbidden), "{told:?}");
        }
    }
    assert!(ada.check().is_ok());
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    for told in all_told(&demo, ada.account().uuid).await {
        assert!(matches!(told, AccountError::Forbidden), "{told:?}");
    }
    let made = account::administration::set_administrator(&ada, demo.account().uuid, true).await;
    assert!(matches!(made, Err(AccountError::Forbidden)), "the demo never is: {made:?}");
    grace.end().await;
    for told in all_told(&grace, ada.account().uuid).await {
        assert!(matches!(told, AccountError::Locked(_)), "{told:?}");
    }
}

#[tokio::test]
async fn a_role_that_is_given_or_taken_away_counts_at_once_in_a_live_session() {
    let (_house, _core, ada, grace) = two_people().await;
    account::administration::set_administrator(&ada, grace.account().uuid, true).await.unwrap();
    account::administration::set_administrator(&grace, ada.account().uuid, false)
        .await
        .expect("she is one now");
    for told in all_told(&ada, grace.account().uuid).await {
        assert!(matches!(told, AccountError::Forbidden), "{told:?}");
    }
    assert!(ada.check().is_ok(), "her own vault is hers all the same");
    profile::get(&ada).await.unwrap();
}

#[tokio::test]
async fn an_administrator_ends_somebodys_sessions_and_deletes_by_name_alone() {
    let (house, core, ada, grace) = two_people().await;
    let (uuid, folder) = (grace.account().uuid, house.vault_of(&grace));
    assert_eq!(info(&ada, "grace").await.sessions, 1);
    account::administration::end_sessions(&ada, uuid).await.unwrap();
    assert!(grace.check().is_err() && ada.check().is_ok());
    account::administration::end_sessions(&ada, ada.account().uuid).await.unwrap();
    assert!(ada.check().is_ok(), "the one who asks stays");
    let typo = account::administration::delete(&ada, uuid, "grase").await;
    assert!(matches!(&typo, Err(AccountError::Invalid(i)) if i.field == "username"), "{typo:?}");
    sign_in(&core, "grace", PASSWORD).await.expect("nothing was deleted");
    account::administration::delete(&ada, uuid, "grace").await.unwrap();
    let left: Vec<_> = crate::house::files(&folder).into_keys().collect();
    assert_eq!(left, [std::path::PathBuf::from("header")], "the tombstone alone");
    let stone = std::fs::read_to_string(folder.join("header")).unwrap();
    for word in ["grace", "sealed", "password", "example.org"] {
        assert!(!stone.contains(word), "{word} is in {stone}");
    }
    let nobody = [
        account::administration::delete(&ada, uuid, "grace").await,
        account::administration::end_sessions(&ada, uuid).await,
        account::administration::delete(&ada, Uuid::nil(), "x").await,
    ];
    assert!(nobody.iter().all(|told| matches!(told, Err(AccountError::NoAccount))), "{nobody:?}");
}

#[tokio::test]
async fn the_log_says_who_did_what_to_whom_and_at_which_door() {
    let (_house, core, ada, grace) = two_people().await;
    let uuid = grace.account().uuid;
    sign_in(&core, "grace", "wrong").await.unwrap_err();
    sign_in(&core, "nobody", "wrong").await.unwrap_err();
    let grace = account::sign_in(&core, DoorKind::Http, "grace", secret(PASSWORD)).await.unwrap();
    account::new_recovery_code(&grace, secret(PASSWORD)).await.unwrap();
    account::change_password(&grace, secret(PASSWORD), secret(NEXT)).await.unwrap();
    account::administration::set_disabled(&ada, uuid, true).await.unwrap();
    account::administration::delete(&ada, uuid, "grace").await.unwrap();
    let page = account::audit_page(&ada, None, 500).await.unwrap();
    assert!(!page.more);
    let lines: Vec<_> = page
        .entries
        .iter()
        .rev()
        .map(|e| {
            (
                e.actor.as_deref().unwrap_or("-"),
                e.action.as_str(),
                e.subject.as_deref().unwrap_or("-"),
                e.door,
            )
        })
        .collect();
    let (desktop, http) = (DoorKind::Desktop, DoorKind::Http);
    assert_eq!(
        lines,
        [
            ("-", "account_created", "ada", desktop),
            ("-", "account_created", "grace", desktop),
            ("-", "sign_in_refused", "grace", desktop),
            ("-", "signed_in", "grace", http),
            ("grace", "recovery_code_made", "grace", http),
            ("grace", "password_changed", "grace", http),
            ("ada", "account_disabled", "grace", desktop),
            ("ada", "account_deleted", "grace", desktop),
        ]
    );
    let known = serde_json::to_value(Action::AccountDeleted).unwrap();
    assert_eq!(known, lines[7].1);
    let (mut paged, mut before) = (Vec::new(), None);
    loop {
        let page = account::audit_page(&ada, before, 3).await.unwrap();
        before = page.entries.last().map(|entry| entry.id);
        paged.extend(page.entries);
        if !page.more {
            break;
        }
    }
    assert_eq!(paged, page.entries);
}

#[tokio::test]
async fn the_log_is_exported_as_csv_that_no_spreadsheet_takes_for_a_formula() {
    let (_house, core, ada) = House::with_ada().await;
    register(&core, "-cmd").await;
    let csv = account::export_audit(&ada).await.unwrap();
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines[0], "time,who,what,whose,door");
    assert!(lines[1].ends_with(",,account_created,ada,desktop"), "{csv}");
    assert!(lines[1].starts_with("2027-01-15T"), "{csv}");
    assert!(lines[2].ends_with(",,account_created,'-cmd,desktop"), "{csv}");
    assert!(lines[3].ends_with(",ada,audit_exported,ada,desktop"), "{csv}");
    assert_eq!(lines[4..], [""]);
}

#[tokio::test]
async fn a_lost_accounts_db_comes_back_with_roles_states_and_what_was_deleted() {
    let (house, core, ada, grace) = two_people().await;
    let (mary, _) = register(&core, "mary").await;
    account::administration::create(&ada, wish("joan"), true).await.unwrap();
    let (last, _) = register(&core, "last").await;
    account::administration::set_administrator(&ada, grace.account().uuid, true).await.unwrap();
    account::administration::set_disabled(&ada, mary.account().uuid, true).await.unwrap();
    account::administration::delete(&ada, last.account().uuid, "last").await.unwrap();
    let demo = info(&ada, account::DEMO_USERNAME).await;
    account::administration::delete(&ada, demo.uuid, account::DEMO_USERNAME).await.unwrap();
    let plain = |all: Vec<AccountInfo>| -> Vec<AccountInfo> {
        let forget = |info| AccountInfo { sessions: 0, last_signed_in_at: None, ..info };
        all.into_iter().map(forget).collect()
    };
    let before = plain(account::administration::accounts(&ada).await.unwrap());
    let deleted = last.account().id;
    core.shut_down().await;
    drop((core, ada, grace, mary, last));
    lose_accounts_db(&house);
    let core = house.open().await;
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert_eq!(plain(account::administration::accounts(&ada).await.unwrap()), before);
    assert_refused(&core, "mary", PASSWORD).await;
    assert_refused(&core, "last", PASSWORD).await;
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await;
    assert!(demo.is_err(), "the demo account stays deleted");
    let waiting = sign_in(&core, "joan", PASSWORD).await;
    assert!(matches!(waiting, Err(AccountError::Unclaimed)), "{waiting:?}");
    let (new, _) = register(&core, "last").await;
    assert!(new.account().id > deleted, "an id came back");
    assert!(!new.account().administrator);
}

#[tokio::test]
async fn a_lost_accounts_db_comes_back_though_the_demo_account_became_somebodys_own() {
    let (house, core, ada) = House::with_ada().await;
    let demo = account::sign_in_demo(&core, DoorKind::Desktop).await.unwrap();
    let public = secret(account::DEMO_PASSWORD);
    account::change_password(&demo, public, secret(NEXT)).await.unwrap();
    core.shut_down().await;
    drop((core, ada, demo));
    lose_accounts_db(&house);
    let core = Core::open(house.config()).await.expect("it opens");
    sign_in(&core, account::DEMO_USERNAME, NEXT).await.expect("it is somebody's own");
    let ada = sign_in(&core, "ada", PASSWORD).await.unwrap();
    assert!(!info(&ada, account::DEMO_USERNAME).await.demo);
    let own = info(&ada, account::DEMO_USERNAME).await;
    account::administration::delete(&ada, own.uuid, account::DEMO_USERNAME).await.unwrap();
    core.shut_down().await;
    drop((core, ada));
    lose_accounts_db(&house);
    let core = Core::open(house.config()).await.expect("it opens");
    assert_eq!(account::tiles(&core).await.unwrap().len(), 1, "deleted for good");
}
