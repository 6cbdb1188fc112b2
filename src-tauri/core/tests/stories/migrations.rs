//! Vaults of older and newer programs: brought up to date whole or not at all, or refused.

use std::path::{Path, PathBuf};

use algoagent_core::Core;
use algoagent_core::account::{self, AccountError};
use algoagent_core::backup::{self, BackupKind};
use sqlx::Connection as _;

use crate::belongings::{Read, everything, move_in};
use crate::house::{House, PASSWORD, register, sign_in};
use crate::keyed::Drawn;

/// Ada's vault, closed, after `change` was made to its schema by another program.
struct Changed {
    house: House,
    core: Core,
    drawn: Drawn,
    folder: PathBuf,
    belongings: Vec<Read>,
}

impl Changed {
    async fn by(change: &'static str) -> Self {
        let (house, drawn) = (House::new(), Drawn::default());
        let core = Core::open(drawn.noted(house.config())).await.expect("it opens");
        let (ada, _) = register(&core, "ada").await;
        move_in(&ada).await;
        let belongings = everything(&ada).await;
        core.end_sessions().await;
        let folder = house.vault_of(&ada);
        let mut vault = drawn.open(&folder.join("vault.db")).await;
        sqlx::raw_sql(change).execute(&mut vault).await.expect("changed");
        vault.close().await.expect("closed");
        Self { house, core, drawn, folder, belongings }
    }

    async fn versions(&self, file: &Path) -> Vec<i64> {
        let mut vault = self.drawn.open(file).await;
        let query = "SELECT version FROM _sqlx_migrations ORDER BY version";
        let versions = sqlx::query_scalar(query).fetch_all(&mut vault).await.expect("versions");
        vault.close().await.expect("closed");
        versions
    }
}

const AS_THE_FIRST_PROGRAM: &str = "DROP TABLE staying; DROP TABLE secret; DROP TABLE service;
    DROP TABLE summary; DROP TABLE price; DROP INDEX message_by_use;
    DROP TABLE context_version; DROP TABLE profile_version; DROP TABLE draft; DROP TABLE form_draft;
    DROP INDEX message_by_context_version; DROP INDEX message_by_profile_version;
    DROP TABLE past_use;
    DROP TABLE message_words; DROP TABLE chat_words; DROP TABLE context_words;
    DROP TABLE words_missing; DROP INDEX chat_by_list; DROP INDEX chat_deleted;
    DROP INDEX message_tree; DROP INDEX message_by_parent;
    CREATE INDEX message_by_parent ON message (parent_id);
    CREATE INDEX chat_by_update ON chat (updated_at DESC, id DESC);
    DROP INDEX chat_by_time; DROP INDEX strategy_by_time;
    ALTER TABLE chat DROP COLUMN pinned; ALTER TABLE chat DROP COLUMN archived;
    ALTER TABLE chat DROP COLUMN deleted_at; ALTER TABLE chat DROP COLUMN unseen;
    ALTER TABLE message DROP COLUMN thought_ms; ALTER TABLE message DROP COLUMN chosen_id; ALTER TABLE message DROP COLUMN context_version_id;
    ALTER TABLE message DROP COLUMN profile_version_id; ALTER TABLE message DROP COLUMN finish;
    ALTER TABLE message DROP COLUMN parameters; ALTER TABLE message DROP COLUMN has_code;
    ALTER TABLE message DROP COLUMN copied;
    ALTER TABLE context DROP COLUMN model; ALTER TABLE chat DROP COLUMN model;
    ALTER TABLE message DROP COLUMN service_id; ALTER TABLE message DROP COLUMN service_kind; ALTER TABLE message DROP COLUMN model_id;
    ALTER TABLE message DROP COLUMN cached_tokens; ALTER TABLE message DROP COLUMN cost;
    ALTER TABLE message DROP COLUMN left_out; ALTER TABLE message DROP COLUMN goes_on;
    ALTER TABLE chat DROP COLUMN ended_at;
    ALTER TABLE profile DROP COLUMN first_name; ALTER TABLE profile DROP COLUMN last_name;
    INSERT INTO provider (name, base_url, key, key_url)
    VALUES ('gemini', 'https://generativelanguage.googleapis.com', 'AIza-of-the-first-program',
            'https://generativelanguage.googleapis.com');
    INSERT INTO setting (name, value) VALUES ('model_choice', '\"built_in\"');
    DELETE FROM setting WHERE name = 'model';
    DELETE FROM _sqlx_migrations WHERE version >= 2; VACUUM;";

#[tokio::test]
async fn a_vault_of_the_first_program_is_brought_up_to_date_with_everything_in_it() {
    let old = Changed::by(AS_THE_FIRST_PROGRAM).await;
    let file = old.folder.join("vault.db");
    assert_eq!(old.versions(&file).await, [1]);
    let ada = sign_in(&old.core, "ada", PASSWORD).await.expect("it opens");
    assert_eq!(everything(&ada).await, old.belongings);
    assert_eq!(account::staying::choice(&ada).await.expect("the new table is there"), None);
    old.core.end_sessions().await;
    assert_eq!(old.versions(&file).await, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[tokio::test]
async fn killed_at_any_write_of_a_migration_it_is_made_at_the_next_sign_in() {
    let old = Changed::by(AS_THE_FIRST_PROGRAM).await;
    let ada = sign_in(&old.core, "ada", PASSWORD).await.expect("it opens");
    // The whole migration is in the log: a program killed at any of its writes leaves a shorter one.
    let while_open = old.house.copied();
    let log = while_open.vault_of(&ada).join("vault.db-wal");
    let whole = std::fs::read(&log).expect("the log of an open vault");
    old.core.shut_down().await;
    let frames = (whole.len() - 32) / (4096 + 24);
    assert!(frames >= 3, "{frames} frames");
    let mut outdated = 0;
    for frame in 0..=frames {
        for torn in [0, 1000] {
            let killed = while_open.copied();
            let folder = killed.vault_of(&ada);
            let length = (32 + frame * (4096 + 24) + torn).min(whole.len());
            std::fs::write(folder.join("vault.db-wal"), &whole[..length]).expect("cut");
            std::fs::remove_file(folder.join("vault.db-shm")).ok();
            let core = Core::open(old.drawn.noted(killed.config())).await.expect("it opens");
            let alone = killed.copied();
            std::fs::remove_file(alone.vault_of(&ada).join("vault.db-shm")).ok();
            let versions = old.versions(&alone.vault_of(&ada).join("vault.db")).await;
            outdated += usize::from(versions == [1]);
            let ada = sign_in(&core, "ada", PASSWORD).await.expect("it opens");
            assert_eq!(everything(&ada).await, old.belongings, "frame {frame}");
            account::staying::choice(&ada).await.expect("the new table is there");
            core.shut_down().await;
            assert_eq!(
                old.versions(&folder.join("vault.db")).await,
                [1, 2, 3, 4, 5, 6, 7, 8],
                "frame {frame}"
            );
        }
    }
    assert!(outdated > 0 && outdated < 2 * (frames + 1), "{outdated} were outdated");
}

#[tokio::test]
async fn a_vault_that_a_newer_program_changed_is_refused_and_left_as_it_is() {
    let newer = Changed::by(
        "CREATE TABLE from_the_future (id INTEGER PRIMARY KEY) STRICT;
         INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'the future', TRUE, x'00', 1);",
    )
    .await;
    let before = std::fs::read(newer.folder.join("vault.db")).expect("a file");
    let refused = sign_in(&newer.core, "ada", PASSWORD).await;
    assert!(matches!(refused, Err(AccountError::Newer)), "{refused:?}");
    assert_eq!(std::fs::read(newer.folder.join("vault.db")).expect("a file"), before);
}

#[tokio::test]
async fn a_vault_whose_schema_somebody_bent_is_told_as_damaged() {
    let bent = Changed::by(
        "DROP TABLE staying; DROP TABLE secret;
         DELETE FROM _sqlx_migrations WHERE version >= 2;
         UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1;",
    )
    .await;
    let refused = sign_in(&bent.core, "ada", PASSWORD).await;
    assert!(matches!(refused, Err(AccountError::Damaged(_))), "{refused:?}");
}

#[tokio::test]
async fn an_accounts_db_of_a_newer_program_is_refused_and_left_as_it_is() {
    let (house, core, _ada) = House::with_ada().await;
    core.shut_down().await;
    drop((core, _ada));
    let mut accounts = house.accounts().await;
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, 'the future', TRUE, x'00', 1)";
    sqlx::raw_sql(newer).execute(&mut accounts).await.expect("changed");
    accounts.close().await.expect("closed");
    let refused = Core::open(house.config()).await.err().expect("refused");
    let told = algoagent_core::vault::StoreError::Newer.to_string();
    assert_eq!(refused.to_string(), told);
}

#[tokio::test]
async fn a_vault_is_backed_up_before_it_is_brought_up_to_date() {
    let old = Changed::by(AS_THE_FIRST_PROGRAM).await;
    let ada = sign_in(&old.core, "ada", PASSWORD).await.expect("it opens");
    let made = backup::data(&ada).await.expect("a list").backups;
    assert_eq!(made.iter().map(|one| one.kind).collect::<Vec<_>>(), [BackupKind::Migration]);
    let taken = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(&made[0].path).unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    archive.unpack(taken.path()).unwrap();
    assert_eq!(old.versions(&taken.path().join("vault.db")).await, [1], "as it was");
    old.core.shut_down().await;
}
