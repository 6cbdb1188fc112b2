//! Headers in which somebody without the key changed a field, or put one of another header.

use std::path::{Path, PathBuf};

use algoagent_core::Core;
use algoagent_core::account::{self, AccountError, DoorKind, Session};
use algoagent_core::vault::UnlockSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::credentials::NEXT;
use crate::house::{House, PASSWORD, register, secret, sign_in};

/// Ada's vault with all three of its envelopes, and Grace's.
struct Pair {
    house: House,
    core: Core,
    uuid: Uuid,
    file: PathBuf,
    ours: Value,
    theirs: Value,
    code: String,
    unlock: UnlockSecret,
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a header")).expect("JSON")
}

impl Pair {
    async fn new() -> Self {
        let house = House::new();
        let core = house.open().await;
        let (ada, code) = register(&core, "ada").await;
        let (grace, _) = register(&core, "grace").await;
        account::staying::stay(&grace).await.expect("she stays");
        let unlock = account::staying::stay(&ada).await.expect("she stays");
        let file = house.vault_of(&ada).join("header");
        let (ours, theirs) = (read(&file), read(&house.vault_of(&grace).join("header")));
        let uuid = ada.account().uuid;
        core.end_sessions().await;
        Self { house, core, uuid, file, ours, theirs, code, unlock }
    }

    /// That the header, changed so, opens by none of the three.
    async fn assert_refused(&self, what: &str, header: &Value) {
        std::fs::write(&self.file, header.to_string()).expect("written");
        let door = DoorKind::Desktop;
        let by_password = sign_in(&self.core, "ada", PASSWORD).await;
        self.house.pass(20);
        let by_code = account::recover(&self.core, door, "ada", &self.code, secret(NEXT)).await;
        self.house.pass(20);
        let by_secret = account::staying::resume(&self.core, door, self.uuid, &self.unlock).await;
        let tried: [Result<Session, AccountError>; 3] =
            [by_password, by_code.map(|(session, _)| session), by_secret];
        for tried in tried {
            let told = matches!(
                tried,
                Err(AccountError::InvalidCredentials
                    | AccountError::Damaged(_)
                    | AccountError::Newer)
            );
            assert!(told, "{what}: {tried:?}");
        }
        assert_eq!(read(&self.file), *header, "{what}: the file changed");
    }

    async fn leave(self) {
        std::fs::write(&self.file, self.ours.to_string()).expect("written");
        sign_in(&self.core, "ada", PASSWORD).await.expect("the original opens");
        self.core.shut_down().await;
    }
}

#[tokio::test]
async fn a_header_in_which_any_word_was_changed_opens_by_nothing() {
    let pair = Pair::new().await;
    for (pointer, value) in [
        ("/format", json!(0)),
        ("/generation", json!(1)),
        ("/generation", json!(3)),
        ("/holder/id", json!(77)),
        ("/holder/username", json!("adam")),
        ("/holder/email", json!("eve@example.org")),
        ("/holder/demo", json!(true)),
        ("/holder/claimed", json!(false)),
        ("/holder/created_at", json!("2020-01-01T00:00:00Z")),
        ("/kdf/memory_kib", json!(65537)),
        ("/kdf/passes", json!(4)),
        ("/recovery", Value::Null),
        ("/unlock", Value::Null),
        ("/password/epoch", json!(2)),
        ("/mac", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
    ] {
        let mut header = pair.ours.clone();
        let place = header.pointer_mut(pointer).expect(pointer);
        assert_ne!(*place, value, "{pointer}");
        *place = value.clone();
        pair.assert_refused(&format!("{pointer} = {value}"), &header).await;
    }
    pair.leave().await;
}

#[tokio::test]
async fn a_header_with_a_field_of_somebody_elses_opens_by_nothing() {
    let pair = Pair::new().await;
    for pointer in [
        "/mac",
        "/password",
        "/recovery",
        "/unlock",
        "/password/salt",
        "/recovery/nonce",
        "/unlock/sealed",
        "/password/tag",
        "/holder/username",
        "/holder/id",
    ] {
        let mut header = pair.ours.clone();
        let theirs = pair.theirs.pointer(pointer).expect(pointer).clone();
        *header.pointer_mut(pointer).expect(pointer) = theirs;
        pair.assert_refused(pointer, &header).await;
    }
    for (one, other) in [("/password", "/recovery"), ("/recovery", "/unlock")] {
        let mut header = pair.ours.clone();
        *header.pointer_mut(one).expect(one) = pair.ours.pointer(other).expect(other).clone();
        *header.pointer_mut(other).expect(other) = pair.ours.pointer(one).expect(one).clone();
        pair.assert_refused(&format!("{one} and {other}"), &header).await;
    }
    pair.leave().await;
}

/// An administrator changes these without the key, so that nothing vouches for them: the row of
/// accounts.db decides, and puts the header right at the next start.
#[tokio::test]
async fn role_and_state_in_a_header_change_nothing_while_there_is_a_row() {
    let pair = Pair::new().await;
    let graces = pair.house.vaults().join(pair.theirs["holder"]["uuid"].as_str().expect("text"));
    let mut header = pair.theirs.clone();
    header["holder"]["administrator"] = json!(true);
    std::fs::write(graces.join("header"), header.to_string()).expect("written");
    let grace = sign_in(&pair.core, "grace", PASSWORD).await.expect("it opens");
    assert!(!grace.account().administrator);
    assert!(matches!(
        account::administration::accounts(&grace).await,
        Err(AccountError::Forbidden)
    ));
    pair.core.shut_down().await;
    drop(grace);
    let house = pair.house.copied();
    let core = house.open().await;
    let file = house.vaults().join(graces.file_name().expect("a name")).join("header");
    assert_eq!(read(&file), pair.theirs, "the start put it right");
    core.shut_down().await;
}

#[tokio::test]
async fn a_code_that_was_replaced_opens_nothing_though_its_header_is_put_back() {
    for open in [false, true] {
        let house = House::new();
        let core = house.open().await;
        let (ada, old_code) = register(&core, "ada").await;
        let file = house.vault_of(&ada).join("header");
        let old = std::fs::read(&file).unwrap();
        account::new_recovery_code(&ada, secret(PASSWORD)).await.unwrap();
        let current = std::fs::read(&file).unwrap();
        if !open {
            core.end_sessions().await;
        }
        std::fs::write(&file, &old).unwrap();
        let door = DoorKind::Desktop;
        let entered = account::recover(&core, door, "ada", &old_code, secret(NEXT)).await;
        assert!(matches!(entered, Err(AccountError::Damaged(_))), "open: {open}: {entered:?}");
        assert_eq!(std::fs::read(&file).unwrap(), old, "open: {open}: the header was replaced");
        std::fs::write(&file, &current).unwrap();
        core.end_sessions().await;
        sign_in(&core, "ada", PASSWORD).await.expect("with its own header it opens");
    }
}

#[tokio::test]
async fn a_code_is_not_used_up_for_a_vault_that_does_not_open() {
    let (house, core, ada) = House::with_ada().await;
    let code = account::new_recovery_code(&ada, secret(PASSWORD)).await.unwrap();
    let file = house.vault_of(&ada).join("vault.db");
    core.end_sessions().await;
    let whole = std::fs::read(&file).unwrap();
    let mut bent = whole.clone();
    bent[100] ^= 1;
    std::fs::write(&file, bent).unwrap();
    let recovered = account::recover(&core, DoorKind::Desktop, "ada", &code, secret(NEXT)).await;
    assert!(matches!(recovered, Err(AccountError::Damaged(_))), "{recovered:?}");
    std::fs::write(&file, whole).unwrap();
    sign_in(&core, "ada", PASSWORD).await.expect("nothing changed").end().await;
    let recovered = account::recover(&core, DoorKind::Desktop, "ada", &code, secret(NEXT)).await;
    recovered.expect("the code is good for the file that was put back");
}
