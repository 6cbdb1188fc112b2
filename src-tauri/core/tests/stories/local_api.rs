//! Whether this computer answers programs over HTTP: administrators choose, for everybody.

use algoagent_core::account::{self, AccountError, DoorKind, LocalApi};

use crate::house::{House, register};

#[tokio::test]
async fn it_is_off_until_an_administrator_chooses_and_stays_as_chosen() {
    let (house, core, ada) = House::with_ada().await;
    assert_eq!(account::local_api(&core).await.unwrap(), LocalApi::default());
    assert!(!LocalApi::default().on && LocalApi::default().origins.is_empty());
    let origins = ["HTTP://LocalHost:3000/", "http://localhost:3000", "https://a.example"];
    let wanted = LocalApi { on: true, port: 8123, origins: origins.map(str::to_owned).to_vec() };
    let chosen = account::set_local_api(&ada, wanted).await.unwrap();
    assert_eq!(chosen.origins, ["http://localhost:3000", "https://a.example"], "each once");
    core.shut_down().await;
    drop((core, ada));
    let core = house.open().await;
    assert_eq!(account::local_api(&core).await.unwrap(), chosen);
    let mut accounts = house.accounts().await;
    let noted: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit WHERE action = 'local_api_changed'")
            .fetch_one(&mut accounts)
            .await
            .unwrap();
    assert_eq!(noted, 1);
}

#[tokio::test]
async fn nobody_but_an_administrator_changes_it_and_nothing_wrong_is_taken() {
    let (_house, core, ada) = House::with_ada().await;
    let (grace, _) = register(&core, "grace").await;
    let on = LocalApi { on: true, ..LocalApi::default() };
    let refused = account::set_local_api(&grace, on.clone()).await;
    assert!(matches!(refused, Err(AccountError::Forbidden)), "{refused:?}");
    for wrong in [
        LocalApi { port: 0, ..on.clone() },
        LocalApi { origins: vec!["*".to_owned()], ..on.clone() },
        LocalApi { origins: vec!["http://localhost:3000/app".to_owned()], ..on.clone() },
        LocalApi { origins: (0..33).map(|n| format!("http://a{n}")).collect(), ..on.clone() },
    ] {
        let refused = account::set_local_api(&ada, wrong).await;
        assert!(matches!(refused, Err(AccountError::Invalid(_))), "{refused:?}");
    }
    ada.end().await;
    assert!(matches!(account::set_local_api(&ada, on).await, Err(AccountError::Locked(_))));
    assert_eq!(account::local_api(&core).await.unwrap(), LocalApi::default());
}

#[tokio::test]
async fn a_program_keeps_its_session_when_it_changes_the_password_and_all_others_end() {
    let (_house, core, ada) = House::with_ada().await;
    let secret = crate::house::secret;
    let program = account::sign_in(&core, DoorKind::Http, "ada", secret(crate::house::PASSWORD));
    let program = program.await.unwrap();
    let tokens = account::issue(&program).unwrap();
    let new = secret("another horse, another staple");
    let after = account::change_password(&program, secret(crate::house::PASSWORD), new).await;
    assert!(after.unwrap().is(&program));
    assert!(account::authenticate(&core, &tokens.access).is_ok());
    assert!(ada.check().is_err(), "the window's session ended");
}
