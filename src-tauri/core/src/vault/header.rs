//! A vault's header: who it belongs to, and its data key wrapped under password, recovery code
//! and, for somebody who stays signed in, an unlock secret. Unwrapping is the password check;
//! there is no second verifier to crack.
//!
//! What the data key vouches for (everything but role and state, which an administrator changes
//! without it) is bound by a MAC, so that no envelope of an older header passes in a newer one.

use std::fs;
use std::io;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;

use super::envelope::{Binding, Envelope, Hidden, Purpose};
use super::kdf::{Kdf, KdfParams, Overloaded};
use super::key::{DataKey, Secret, WrapKey};
use super::recovery::RecoveryCode;
use super::{OpenError, UnlockSecret, files};
use crate::clock::{Sources, Timestamp};
use crate::ids::AccountId;

const FORMAT: u32 = 1;
const FILE: &str = "header";
const PREVIOUS: &str = "header.previous";
/// A header is a few hundred bytes; a larger file is no header and is not read into memory.
const LARGEST: u64 = 64 * 1024;
/// No header comes near so many changes.
const HIGHEST: u64 = 1 << 48;

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

#[derive(Serialize, Deserialize)]
struct Deleted {
    format: u32,
    deleted: Tombstone,
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
    /// Reads the header of the vault in `folder`, whose name must be the header's UUID. The one
    /// before it is taken when a fault of the disk damaged the newest.
    pub(crate) fn read(folder: &Path) -> Result<Self, HeaderError> {
        match Self::read_file(folder, FILE) {
            Err(fault @ HeaderError::Damaged) => Self::read_file(folder, PREVIOUS).or(Err(fault)),
            Err(HeaderError::Io(fault)) if fault.kind() == io::ErrorKind::NotFound => {
                Self::read_file(folder, PREVIOUS).or(Err(fault.into()))
            }
            read => read,
        }
    }

    fn read_file(folder: &Path, name: &str) -> Result<Self, HeaderError> {
        let named = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let path = folder.join(name);
        if fs::metadata(&path)?.len() > LARGEST {
            return Err(HeaderError::Damaged);
        }
        Self::parse(&fs::read(&path)?, named)
    }

    /// Reads the header of a vault that isn't in its folder.
    pub(crate) fn parse_any(bytes: &[u8]) -> Result<Self, HeaderError> {
        #[derive(Deserialize)]
        struct Named {
            holder: Holder,
        }
        let named: Option<Named> = serde_json::from_slice(bytes).ok();
        let uuid = named.map(|named| named.holder.uuid.to_string()).unwrap_or_default();
        Self::parse(bytes, &uuid)
    }

    /// Reads a header that must belong to the vault named `uuid`.
    fn parse(bytes: &[u8], uuid: &str) -> Result<Self, HeaderError> {
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } = serde_json::from_slice(bytes).map_err(|_| HeaderError::Damaged)?;
        if format > FORMAT {
            return Err(HeaderError::Newer);
        }
        if let Ok(Deleted { deleted, .. }) = serde_json::from_slice(bytes) {
            return Err(if deleted.uuid.to_string() == uuid {
                HeaderError::Deleted(deleted)
            } else {
                HeaderError::Swapped
            });
        }
        let header: Self = serde_json::from_slice(bytes).map_err(|_| HeaderError::Damaged)?;
        if header.holder.uuid.to_string() != uuid {
            return Err(HeaderError::Swapped);
        }
        if !header.kdf.acceptable() {
            return Err(HeaderError::Kdf);
        }
        if header.generation > HIGHEST {
            return Err(HeaderError::Damaged);
        }
        Ok(header)
    }

    /// The file's bytes. There are none of a header that couldn't be read again.
    pub(crate) fn bytes(&self) -> io::Result<Vec<u8>> {
        if self.generation > HIGHEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(serde_json::to_vec_pretty(self)?)
    }

    /// Writes the header of a folder that has none yet, or whose key material doesn't change.
    pub(crate) fn write(&self, sources: &Sources, folder: &Path) -> io::Result<()> {
        files::replace(sources, folder, FILE, &self.bytes()?)
    }

    /// Puts this header in the place of the old one, which stays beside it until
    /// [`Header::forget_previous`].
    pub(crate) fn succeed(&self, sources: &Sources, folder: &Path) -> io::Result<()> {
        keep_previous(sources, folder)?;
        match self.write(sources, folder) {
            Err(fault) if self.is_in_force(folder) => {
                // It has its place; what failed came after.
                tracing::warn!(%fault, "a new header's place was not flushed to the disk");
                Ok(())
            }
            written => written,
        }
    }

    /// Whether this is the header in `folder`.
    fn is_in_force(&self, folder: &Path) -> bool {
        Self::read_file(folder, FILE).is_ok_and(|newest| newest.mac.0 == self.mac.0)
    }

    /// This header has opened the vault: no other is needed any more. Where a fault of the disk
    /// damaged the newest one, the one before it, which this is then, takes its place again.
    pub(super) fn prevail(&self, sources: &Sources, folder: &Path) -> io::Result<()> {
        if !self.is_in_force(folder) {
            self.write(sources, folder)?;
        }
        Self::forget_previous(sources, folder)
    }

    /// Erases the header before this one, once this one has opened the vault.
    pub(crate) fn forget_previous(sources: &Sources, folder: &Path) -> io::Result<()> {
        let previous = folder.join(PREVIOUS);
        // Killed before the new one took its place, both are names of one file.
        let read = |path: &Path| match fs::read(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        };
        let before = read(&previous)?;
        if before.is_some() && before == read(&folder.join(FILE))? {
            files::remove(sources, &previous)?;
        }
        for left in [PREVIOUS.to_owned(), format!("{PREVIOUS}.new"), format!("{FILE}.new")] {
            files::erase(sources, &folder.join(left))?;
        }
        Ok(())
    }

    /// Leaves a tombstone where a header was: nothing opens the vault from here on.
    pub(crate) fn bury(
        sources: &Sources,
        folder: &Path,
        deleted: Tombstone,
    ) -> Result<(), HeaderError> {
        // That of a vault that was lost has to be made for it.
        files::create_private_dir(folder)?;
        Self::forget_previous(sources, folder)?;
        let stone = serde_json::to_vec(&Deleted { format: FORMAT, deleted })
            .map_err(|_| HeaderError::Damaged)?;
        keep_previous(sources, folder)?;
        files::replace(sources, folder, FILE, &stone)?;
        // Unlinked bytes stay on many disks; written over, they don't on some.
        Ok(Self::forget_previous(sources, folder)?)
    }

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

/// Gives the header in force a second name, under which its own bytes can be erased later; where
/// the file system knows no second names, a copy.
fn keep_previous(sources: &Sources, folder: &Path) -> io::Result<()> {
    let (newest, previous) = (folder.join(FILE), folder.join(PREVIOUS));
    if Header::read_file(folder, FILE).is_err() {
        // Then the one before it is all there is.
        return Ok(());
    }
    Header::forget_previous(sources, folder)?;
    sources.step("a header gets a second name");
    match fs::hard_link(&newest, &previous) {
        Ok(()) => files::sync_dir(folder),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => files::replace(sources, folder, PREVIOUS, &fs::read(&newest)?),
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
