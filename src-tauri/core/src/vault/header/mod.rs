//! A vault's header: who it belongs to, and its data key wrapped under password, recovery code
//! and, for somebody who stays signed in, an unlock secret. Unwrapping is the password check;
//! there is no second verifier to crack.
//!
//! What the data key vouches for (everything but role and state, which an administrator changes
//! without it) is bound by a MAC, so that no envelope of an older header passes in a newer one.

mod file;

use std::io;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::envelope::{Binding, Envelope, Hidden, Purpose};
use super::kdf::{Kdf, KdfParams, Overloaded};
use super::key::{DataKey, Secret, WrapKey};
use super::recovery::RecoveryCode;
use super::{OpenError, UnlockSecret};
use crate::clock::{Sources, Timestamp};
use crate::ids::AccountId;

const FORMAT: u32 = 1;

/// Who a vault belongs to: enough to rebuild the account's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) uuid: Uuid,
    pub(crate) id: AccountId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) demo: bool,
    /// Whether its owner has signed in yet: an account that was made for somebody else has no
    /// database before.
    pub(crate) claimed: bool,
    pub(crate) created_at: Timestamp,
    /// Not bound: an administrator changes it without the data key.
    pub(crate) administrator: bool,
    /// Not bound either.
    pub(crate) disabled: bool,
}

/// The file `header`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    format: u32,
    /// Raised by every change that needs the data key; the vault remembers the highest.
    pub(crate) generation: u64,
    pub(crate) holder: Holder,
    kdf: KdfParams,
    password: Envelope,
    recovery: Option<Envelope>,
    unlock: Option<Envelope>,
    mac: Hidden<32>,
}

/// What a deleted account leaves behind: enough to keep it deleted and its id unused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tombstone {
    pub(crate) uuid: Uuid,
    pub(crate) id: AccountId,
    pub(crate) demo: bool,
    pub(crate) deleted_at: Timestamp,
}

/// Why a header can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the header can't be read: {0}")]
    Io(#[from] io::Error),
    #[error("the header is damaged")]
    Damaged,
    #[error("the header belongs to another vault")]
    Swapped,
    #[error("the header was changed by somebody without the key")]
    Tampered,
    #[error("the header was written by a newer program")]
    Newer,
    #[error("the header asks for key derivation out of bounds")]
    Kdf,
    #[error("the account was deleted")]
    Deleted(Tombstone),
}

/// What opens a vault.
pub(crate) enum Opener<'a> {
    Password(&'a Secret),
    Recovery(&'a RecoveryCode),
    Unlock(&'a UnlockSecret),
}

impl Header {
    /// A header for a new data key, its envelopes made now.
    pub(crate) async fn seal(
        kdf: &Kdf,
        sources: &Sources,
        holder: Holder,
        password: &Secret,
        recovery: Option<&RecoveryCode>,
        generation: u64,
        key: &DataKey,
    ) -> Result<Self, OpenError> {
        let params = kdf.params();
        let password = seal_password(kdf, sources, holder.uuid, password, generation, key).await?;
        let header = Self {
            format: FORMAT,
            generation,
            kdf: params,
            password,
            recovery: None,
            unlock: None,
            mac: Hidden([0; 32]),
            holder,
        };
        Ok(header.with_envelopes(sources, recovery, None, key).vouched(key))
    }

    /// The next header: another password, and another recovery code when there is one. Whoever
    /// stayed signed in by the old one doesn't any more.
    pub(crate) async fn with_password(
        &self,
        kdf: &Kdf,
        sources: &Sources,
        password: &Secret,
        recovery: Option<&RecoveryCode>,
        key: &DataKey,
    ) -> Result<Self, OpenError> {
        let mut next = self.next();
        next.kdf = kdf.params();
        next.password =
            seal_password(kdf, sources, self.holder.uuid, password, next.generation, key).await?;
        next.unlock = None;
        Ok(next.with_envelopes(sources, recovery, None, key).vouched(key))
    }

    /// The next header: another recovery code.
    pub(crate) fn with_recovery(
        &self,
        sources: &Sources,
        code: &RecoveryCode,
        key: &DataKey,
    ) -> Self {
        self.next().with_envelopes(sources, Some(code), None, key).vouched(key)
    }

    /// The next header: an unlock secret that opens the vault too, or none.
    pub(crate) fn with_unlock(
        &self,
        sources: &Sources,
        secret: Option<&UnlockSecret>,
        key: &DataKey,
    ) -> Self {
        let mut next = self.next();
        next.unlock = None;
        next.with_envelopes(sources, None, secret, key).vouched(key)
    }

    /// This header, of the same generation, for `holder`.
    pub(crate) fn held_by(self, holder: Holder, key: &DataKey) -> Self {
        Self { holder, ..self }.vouched(key)
    }

    /// This header for `holder`, newer than `generation` and than itself.
    pub(crate) fn newer_than(&self, generation: u64, holder: Holder, key: &DataKey) -> Self {
        let generation = self.generation.max(generation) + 1;
        Self { generation, holder, unlock: None, ..self.clone() }.vouched(key)
    }

    /// Whether an unlock secret opens this vault.
    pub(crate) fn has_unlock(&self) -> bool {
        self.unlock.is_some()
    }

    fn next(&self) -> Self {
        Self { generation: self.generation + 1, ..self.clone() }
    }

    fn with_envelopes(
        mut self,
        sources: &Sources,
        recovery: Option<&RecoveryCode>,
        unlock: Option<&UnlockSecret>,
        key: &DataKey,
    ) -> Self {
        let binding = |purpose| Binding {
            purpose,
            uuid: self.holder.uuid,
            kdf: None,
            epoch: self.generation,
        };
        let seal = |purpose: Purpose, input: &[u8]| {
            let salt = Envelope::salt(sources);
            let wrap = WrapKey::expand(input, &salt, purpose.label());
            Envelope::seal(sources, &wrap, salt, &binding(purpose), key)
        };
        let recovery = recovery.map(|code| seal(Purpose::Recovery, code.bytes()));
        let unlock = unlock.map(|secret| seal(Purpose::Unlock, secret.bytes()));
        self.recovery = recovery.or(self.recovery);
        self.unlock = unlock.or(self.unlock);
        self
    }

    /// The data key, and proof that the whole header is the key holder's.
    pub(crate) async fn open(&self, kdf: &Kdf, opener: Opener<'_>) -> Result<DataKey, OpenError> {
        let key = match opener {
            Opener::Password(password) => {
                let derived = kdf
                    .derive(password, self.password.own_salt(), self.kdf)
                    .await
                    .map_err(|Overloaded| OpenError::Overloaded)?;
                self.unwrap(Purpose::Password, Some(&self.password), derived.as_slice())
            }
            Opener::Recovery(code) => {
                self.unwrap(Purpose::Recovery, self.recovery.as_ref(), code.bytes())
            }
            Opener::Unlock(secret) => {
                self.unwrap(Purpose::Unlock, self.unlock.as_ref(), secret.bytes())
            }
        };
        let key = key.ok_or(OpenError::WrongSecret)?;
        self.assert_vouched(&key)?;
        Ok(key)
    }

    /// Refuses a header that the holder of `key` didn't write.
    pub(crate) fn assert_vouched(&self, key: &DataKey) -> Result<(), HeaderError> {
        self.mac_of(key).verify_slice(&self.mac.0).map_err(|_| HeaderError::Tampered)
    }

    fn unwrap(&self, purpose: Purpose, sealed: Option<&Envelope>, input: &[u8]) -> Option<DataKey> {
        let sealed = sealed?;
        let kdf = matches!(purpose, Purpose::Password).then_some(self.kdf);
        let wrap = WrapKey::expand(input, &sealed.own_salt(), purpose.label());
        sealed.open(&wrap, purpose, self.holder.uuid, kdf)
    }

    fn vouched(mut self, key: &DataKey) -> Self {
        self.mac = Hidden(self.mac_of(key).finalize().into_bytes().into());
        self
    }

    /// The MAC over all that the key holder decides, in the file's own words.
    fn mac_of(&self, key: &DataKey) -> Hmac<Sha256> {
        let Holder { uuid, id, username, email, demo, claimed, created_at, .. } = &self.holder;
        let holder = (uuid, id, username, email, demo, claimed, created_at);
        let envelopes = (&self.password, &self.recovery, &self.unlock);
        let bound = (self.format, self.generation, holder, self.kdf, envelopes);
        #[expect(clippy::expect_used, reason = "numbers, texts and base64 are always JSON")]
        let bytes = serde_json::to_vec(&bound).expect("a header is JSON");
        let wrap = WrapKey::expand(key.bytes(), &[], Purpose::Header.label());
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(wrap.bytes()).expect("any length will do");
        mac.update(&bytes);
        mac
    }
}

async fn seal_password(
    kdf: &Kdf,
    sources: &Sources,
    uuid: Uuid,
    password: &Secret,
    epoch: u64,
    key: &DataKey,
) -> Result<Envelope, OpenError> {
    let params = kdf.params();
    let salt = Envelope::salt(sources);
    let derived =
        kdf.derive(password, salt, params).await.map_err(|Overloaded| OpenError::Overloaded)?;
    let wrap = WrapKey::expand(derived.as_slice(), &salt, Purpose::Password.label());
    let binding = Binding { purpose: Purpose::Password, uuid, kdf: Some(params), epoch };
    Ok(Envelope::seal(sources, &wrap, salt, &binding, key))
}
