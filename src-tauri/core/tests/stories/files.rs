//! The data directory: who holds it, who may read it, what comes back when files are lost.

use algoagent_core::account::{self, DoorKind};
use algoagent_core::context::{self, ContextDraft};
use algoagent_core::{Config, Core, OpenError, profile};

use crate::house::{House, PASSWORD, ask, files, register, secret, sign_in};
use crate::service::{KEY, add_gemini};

#[tokio::test]
async fn no_word_of_a_vault_is_in_any_file_while_it_is_open_or_after() {
    let (house, core, ada) = House::with_ada().await;
    let words = ["ZanzibarQuestion", "ZanzibarGoal", "ZanzibarContext", "ZanzibarTitle", KEY];
    let mut told = profile::get(&ada).await.unwrap().draft;
    told.goals = words[1].to_owned();
    profile::update(&ada, told).await.unwrap();
    let draft = ContextDraft {
        name: words[2].to_owned(),
        instructions: words[2].repeat(500),
        data: serde_json::Map::new(),
        active: true,
        model: None,
    };
    context::create(&ada, draft).await.unwrap();
    add_gemini(&ada, None, secret(KEY)).await.unwrap();
    let (sent, _) = ask(&ada, None, &words[0].repeat(300)).await;
    algoagent_core::chat::rename(&ada, sent.chat.id, words[3]).await.unwrap();
    let search = |when: &str| {
        for (file, bytes) in files(house.path()) {
            for word in words.iter().chain(&[PASSWORD]) {
                let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
                for form in [word.as_bytes(), &wide] {
                    let found = bytes.windows(form.len()).any(|window| window == form);
                    assert!(!found, "{when}: {word} is in {}", file.display());
                }
            }
        }
    };
    search("open");
    ada.end().await;
    search("closed");
    core.shut_down().await;
}

#[tokio::test]
async fn accounts_come_back_from_their_headers_when_accounts_db_is_lost() {
    accounts_come_back(|house| {
        for name in ["accounts.db", "accounts.db-wal", "accounts.db-shm"] {
            std::fs::remove_file(house.path().join(name)).ok();
        }
    })
    .await;
}

#[tokio::test]
async fn a_damaged_accounts_db_is_kept_aside_and_made_anew_from_the_headers() {
    let kept = accounts_come_back(|house| {
        std::fs::write(house.path().join("accounts.db"), [7; 8192]).unwrap();
        // The log holds the newest pages and would heal the file.
        for log in ["accounts.db-wal", "accounts.db-shm"] {
            std::fs::remove_file(house.path().join(log)).ok();
        }
    })
    .await;
    let files = std::fs::read_dir(kept.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let aside = files.filter(|name| name.to_string_lossy().starts_with("accounts.db.damaged-"));
    assert_eq!(aside.count(), 1);
}

async fn accounts_come_back(lose: impl Fn(&House)) -> House {
    let (house, core, ada) = House::with_ada().await;
    register(&core, "grace").await;
    let before = account::tiles(&core).await.expect("it works as before");
    let adas = ada.account().clone();
    core.shut_down().await;
    drop((core, ada));
    lose(&house);
    let core = house.open().await;
    let mut after = account::tiles(&core).await.expect("it works as before");
    after.sort_by_key(|tile| before.iter().position(|known| known == tile));
    assert_eq!(after, before, "and no second demo account");
    let ada = sign_in(&core, "ada", PASSWORD).await.expect("it works as before");
    assert_eq!(*ada.account(), adas);
    assert!(ada.account().administrator);
    let grace = sign_in(&core, "grace@example.org", PASSWORD).await.expect("it works as before");
    assert!(!grace.account().administrator);
    account::sign_in_demo(&core, DoorKind::Desktop).await.expect("it works as before");
    core.shut_down().await;
    house
}

#[tokio::test]
async fn what_a_killed_registration_left_is_removed_at_the_next_start() {
    let (house, core, ada) = House::with_ada().await;
    let left = house.vaults().join(".new-5bb04c5e-8e39-4e51-a2f4-111111111111");
    core.shut_down().await;
    drop((core, ada));
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("vault.db"), b"half").unwrap();
    let stray = house.vaults().join("notes.txt");
    std::fs::write(&stray, b"not ours").unwrap();
    let core = house.open().await;
    assert!(!left.exists());
    assert!(stray.exists(), "what isn't ours is left alone");
    sign_in(&core, "ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_data_directory_is_held_by_one_core_at_a_time() {
    let house = House::new();
    let core = house.open().await;
    let second = Core::open(house.config()).await;
    assert!(matches!(second, Err(OpenError::InUse)));
    drop(core);
    Core::open(house.config()).await.expect("it was given back");
}

#[tokio::test]
async fn a_file_in_the_place_of_the_data_directory_is_told() {
    let house = House::new();
    let file = house.path().join("file");
    std::fs::write(&file, b"mine").unwrap();
    for place in [file.clone(), file.join("below")] {
        let config = Config { data_dir: place, ..house.config() };
        assert!(matches!(Core::open(config).await, Err(OpenError::Directory { .. })));
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
}

#[cfg(unix)]
#[tokio::test]
async fn files_and_folders_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let place = house.path().join("new/data");
    let core = Core::open(Config { data_dir: place.clone(), ..house.config() }).await.unwrap();
    let (ada, _) = register(&core, "ada").await;
    let vault = place.join("vaults").join(ada.account().uuid.to_string());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    for folder in [&place, &place.join("vaults"), &vault] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    for file in [place.join("lock"), vault.join("header"), vault.join("lock")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
