//! Small secrets in a vault, such as keys of model services, sealed once more under the vault's key.
//!
//! SQLite doesn't wipe the memory that it gives back, and SQLCipher's way of wiping all of it makes a
//! read of one message and a batch of writes half as slow again and more. So what must not be found
//! there after a lock never comes there: in clear it is in memory that zeroes itself, and nowhere
//! else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{Tag, XNonce};
use sqlx::SqliteConnection;
use zeroize::Zeroizing;

use super::envelope::{Purpose, cipher};
use super::key::{DataKey, WrapKey};
use super::{StoreError, database};
use crate::clock::Sources;

const NONCE: usize = 24;
const TAG: usize = 16;

/// What seals and opens a vault's small secrets.
pub(crate) struct Sealer(WrapKey);

impl Sealer {
    pub(super) fn new(key: &DataKey) -> Self {
        Self(WrapKey::expand(key.bytes(), &[], Purpose::Secret.label()))
    }

    fn seal(&self, sources: &Sources, name: &str, secret: &str) -> String {
        let mut nonce = [0; NONCE];
        sources.fill(&mut nonce);
        // In memory that zeroes itself until it is encrypted.
        let mut text = Zeroizing::new(secret.as_bytes().to_vec());
        #[expect(clippy::expect_used, reason = "only a message of 2³⁸ bytes would be too long")]
        let tag = cipher(&self.0)
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                name.as_bytes(),
                text.as_mut_slice().into(),
            )
            .expect("a secret can be encrypted");
        BASE64.encode([nonce.as_slice(), &text, &tag].concat())
    }

    fn open(&self, name: &str, sealed: &str) -> Option<Zeroizing<String>> {
        let sealed = BASE64.decode(sealed).ok()?;
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (text, tag) = rest.split_last_chunk::<TAG>()?;
        let mut text = text.to_vec();
        let opened = cipher(&self.0).decrypt_inout_detached(
            &XNonce::from(*nonce),
            name.as_bytes(),
            text.as_mut_slice().into(),
            &Tag::from(*tag),
        );
        opened.ok()?;
        String::from_utf8(text).ok().map(Zeroizing::new)
    }
}

/// The secret of this name, if there is one.
pub(crate) async fn get(
    db: &mut SqliteConnection,
    sealer: &Sealer,
    name: &str,
) -> Result<Option<Zeroizing<String>>, sqlx::Error> {
    let sealed: Option<String> = sqlx::query_scalar("SELECT sealed FROM secret WHERE name = ?")
        .bind(name)
        .fetch_optional(db)
        .await?;
    Ok(sealed.and_then(|sealed| sealer.open(name, &sealed)))
}

/// Keeps a secret under this name, whatever was kept under it before.
pub(crate) async fn put(
    db: &mut SqliteConnection,
    sources: &Sources,
    sealer: &Sealer,
    name: &str,
    secret: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO secret (name, sealed) VALUES (?, ?)
         ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
    )
    .bind(name)
    .bind(sealer.seal(sources, name, secret))
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the secret of this name; there may be none.
pub(crate) async fn remove(db: &mut SqliteConnection, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM secret WHERE name = ?").bind(name).execute(db).await?;
    Ok(())
}

/// Seals all secrets of a database anew whose key was exchanged.
pub(super) async fn reseal(
    db: &mut SqliteConnection,
    sources: &Sources,
    old: &DataKey,
    new: &DataKey,
) -> Result<(), StoreError> {
    if !database::has_table(db, "secret").await? {
        // Of an older program, in a backup.
        return Ok(());
    }
    let (old, new) = (Sealer::new(old), Sealer::new(new));
    let all: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sealed FROM secret").fetch_all(&mut *db).await?;
    for (name, sealed) in all {
        // What the old key doesn't open is lost already.
        if let Some(secret) = old.open(&name, &sealed) {
            put(db, sources, &new, &name, &secret).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_under_its_own_name_and_key_alone() {
        let sources = Sources::system();
        let sealer = Sealer::new(&DataKey::generate(&sources));
        let sealed = sealer.seal(&sources, "gemini", "AIza-secret");
        assert!(
            !sealed.contains("AIza") && sealed != sealer.seal(&sources, "gemini", "AIza-secret")
        );
        assert_eq!(sealer.open("gemini", &sealed).unwrap().as_str(), "AIza-secret");
        assert!(sealer.open("another", &sealed).is_none());
        let stranger = Sealer::new(&DataKey::generate(&sources));
        assert!(stranger.open("gemini", &sealed).is_none());
        for bad in ["", "AIza-secret", &sealed[4..]] {
            assert!(sealer.open("gemini", bad).is_none(), "{bad}");
        }
    }
}
