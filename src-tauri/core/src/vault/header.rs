//! A vault's header: who it belongs to, and its data key wrapped under password and recovery
//! code. Unwrapping is the password check; there is no second verifier to crack.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::kdf::{Kdf, KdfParams, Overloaded};
use super::key::{DataKey, Secret, WrapKey};
use super::recovery::RecoveryCode;
use super::{OpenError, open_private, sync_dir};
use crate::clock::{Sources, Timestamp};
use crate::ids::AccountId;

const FORMAT: u32 = 1;
const FILE: &str = "header";
/// A header is a few hundred bytes; a larger file is no header and is not read into memory.
const LARGEST: u64 = 64 * 1024;

/// Who a vault belongs to: enough to rebuild the account's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) uuid: Uuid,
    pub(crate) id: AccountId,
    pub(crate) username: String,
    pub(crate) email: String,
    pub(crate) administrator: bool,
    pub(crate) disabled: bool,
    pub(crate) demo: bool,
    pub(crate) created_at: Timestamp,
}

/// The file `header`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    format: u32,
    /// Raised by every change of the header; the vault remembers the highest.
    pub(crate) generation: u64,
    pub(crate) holder: Holder,
    kdf: KdfParams,
    password: Envelope,
    recovery: Envelope,
}

/// The data key, wrapped.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Envelope {
    /// The header's generation when this envelope was made.
    epoch: u64,
    salt: Hidden<16>,
    nonce: Hidden<24>,
    sealed: Hidden<32>,
    tag: Hidden<16>,
}

/// Why a header can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("the header can't be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("the header is damaged")]
    Damaged,
    #[error("the header belongs to another vault")]
    Swapped,
    #[error("the header was written by a newer program")]
    Newer,
    #[error("the header asks for key derivation out of bounds")]
    Kdf,
}

#[derive(Clone, Copy)]
enum Purpose {
    Password,
    Recovery,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::Password => "algoagent vault 1 password",
            Self::Recovery => "algoagent vault 1 recovery",
        }
    }
}

impl Header {
    /// Reads the header of the vault in `folder`, whose name must be the header's UUID.
    pub(crate) fn read(folder: &Path) -> Result<Self, HeaderError> {
        let path = folder.join(FILE);
        if fs::metadata(&path)?.len() > LARGEST {
            return Err(HeaderError::Damaged);
        }
        let bytes = fs::read(&path)?;
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let Format { format } = serde_json::from_slice(&bytes).map_err(|_| HeaderError::Damaged)?;
        if format > FORMAT {
            return Err(HeaderError::Newer);
        }
        let header: Self = serde_json::from_slice(&bytes).map_err(|_| HeaderError::Damaged)?;
        let named = folder.file_name().and_then(|name| name.to_str());
        if named != Some(header.holder.uuid.to_string().as_str()) {
            return Err(HeaderError::Swapped);
        }
        if !header.kdf.acceptable() {
            return Err(HeaderError::Kdf);
        }
        // The epochs are bound to their envelopes, so that an old header can't be made to look
        // new by raising the number that the vault compares, or the epoch of the envelope that
        // isn't opened.
        if [header.password.epoch, header.recovery.epoch] != [header.generation; 2] {
            return Err(HeaderError::Damaged);
        }
        Ok(header)
    }

    /// Writes the header: a new file, flushed, put in the place of the old one.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        let fresh = folder.join("header.new");
        match fs::remove_file(&fresh) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let mut file = open_private(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&fresh, folder.join(FILE))?;
        sync_dir(folder)
    }

    pub(super) async fn seal(
        kdf: &Kdf,
        sources: &Sources,
        holder: Holder,
        password: &Secret,
        code: &RecoveryCode,
        generation: u64,
        key: &DataKey,
    ) -> Result<Self, OpenError> {
        let params = kdf.params();
        let mut salt = [0; 16];
        sources.fill(&mut salt);
        let derived =
            kdf.derive(password, salt, params).await.map_err(|Overloaded| OpenError::Overloaded)?;
        let seal = |purpose: Purpose, input: &[u8], salt: [u8; 16]| {
            let wrap = WrapKey::expand(input, &salt, purpose.label());
            let bound = bound(&holder, params, generation, purpose);
            Envelope::seal(sources, &wrap, salt, generation, &bound, key)
        };
        let password = seal(Purpose::Password, derived.as_slice(), salt);
        let mut salt = [0; 16];
        sources.fill(&mut salt);
        let recovery = seal(Purpose::Recovery, code.bytes(), salt);
        Ok(Self { format: FORMAT, generation, holder, kdf: params, password, recovery })
    }

    /// The data key, by password.
    pub(crate) async fn unseal(&self, kdf: &Kdf, password: &Secret) -> Result<DataKey, OpenError> {
        let derived = kdf
            .derive(password, self.password.salt.0, self.kdf)
            .await
            .map_err(|Overloaded| OpenError::Overloaded)?;
        self.unwrap(Purpose::Password, &self.password, derived.as_slice())
    }

    /// The data key, by recovery code.
    pub(crate) fn recover(&self, code: &RecoveryCode) -> Result<DataKey, OpenError> {
        self.unwrap(Purpose::Recovery, &self.recovery, code.bytes())
    }

    fn unwrap(
        &self,
        purpose: Purpose,
        envelope: &Envelope,
        input: &[u8],
    ) -> Result<DataKey, OpenError> {
        let wrap = WrapKey::expand(input, &envelope.salt.0, purpose.label());
        let bound = bound(&self.holder, self.kdf, envelope.epoch, purpose);
        envelope.open(&wrap, &bound).ok_or(OpenError::WrongSecret)
    }
}

/// What an envelope is bound to: changing any of it in the file makes the envelope useless.
fn bound(holder: &Holder, kdf: KdfParams, epoch: u64, purpose: Purpose) -> Vec<u8> {
    let mut bound = purpose.label().as_bytes().to_vec();
    bound.push(0);
    bound.extend_from_slice(holder.uuid.as_bytes());
    for number in [kdf.memory_kib, kdf.passes, kdf.lanes] {
        bound.extend_from_slice(&number.to_be_bytes());
    }
    bound.extend_from_slice(&epoch.to_be_bytes());
    bound
}

impl Envelope {
    fn seal(
        sources: &Sources,
        wrap: &WrapKey,
        salt: [u8; 16],
        epoch: u64,
        bound: &[u8],
        key: &DataKey,
    ) -> Self {
        let mut nonce = [0; 24];
        sources.fill(&mut nonce);
        let mut sealed = *key.bytes();
        #[expect(clippy::expect_used, reason = "only a message of 2³⁸ bytes would be too long")]
        let tag = cipher(wrap)
            .encrypt_inout_detached(&XNonce::from(nonce), bound, sealed.as_mut_slice().into())
            .expect("32 bytes can be encrypted");
        Self {
            epoch,
            salt: Hidden(salt),
            nonce: Hidden(nonce),
            sealed: Hidden(sealed),
            tag: Hidden(tag.into()),
        }
    }

    fn open(&self, wrap: &WrapKey, bound: &[u8]) -> Option<DataKey> {
        let mut key = DataKey::empty();
        *key.bytes_mut() = self.sealed.0;
        cipher(wrap)
            .decrypt_inout_detached(
                &XNonce::from(self.nonce.0),
                bound,
                key.bytes_mut().as_mut_slice().into(),
                &Tag::from(self.tag.0),
            )
            .ok()?;
        Some(key)
    }
}

fn cipher(wrap: &WrapKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*wrap.bytes()))
}

/// Bytes of a fixed length, base64 in the file, unreadable in logs.
#[derive(Clone)]
struct Hidden<const N: usize>([u8; N]);

impl<const N: usize> std::fmt::Debug for Hidden<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{N} bytes]")
    }
}

impl<const N: usize> Serialize for Hidden<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hidden<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let text = String::deserialize(deserializer)?;
        let bytes = BASE64.decode(text).map_err(D::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| D::Error::custom("wrong length"))
    }
}
