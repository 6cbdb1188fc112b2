//! A data key wrapped under one secret, for one purpose, in one vault.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::kdf::KdfParams;
use super::key::{DataKey, WrapKey};
use crate::clock::Sources;

/// What a wrap key is for. No key serves two purposes.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Password,
    Recovery,
    Unlock,
    /// The MAC over the header.
    Header,
    /// Small secrets inside the vault.
    Secret,
}

impl Purpose {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Password => "algoagent vault 1 password",
            Self::Recovery => "algoagent vault 1 recovery",
            Self::Unlock => "algoagent vault 1 unlock",
            Self::Header => "algoagent vault 1 header",
            Self::Secret => "algoagent vault 1 secret",
        }
    }
}

/// What an envelope is bound to: changing any of it in the file makes the envelope useless.
pub(super) struct Binding {
    pub(super) purpose: Purpose,
    pub(super) uuid: Uuid,
    /// For a password, which alone is derived.
    pub(super) kdf: Option<KdfParams>,
    /// The header's generation when the envelope was made.
    pub(super) epoch: u64,
}

impl Binding {
    fn bytes(&self) -> Vec<u8> {
        let mut bound = self.purpose.label().as_bytes().to_vec();
        bound.push(0);
        bound.extend_from_slice(self.uuid.as_bytes());
        if let Some(kdf) = self.kdf {
            for number in [kdf.memory_kib, kdf.passes, kdf.lanes] {
                bound.extend_from_slice(&number.to_be_bytes());
            }
        }
        bound.extend_from_slice(&self.epoch.to_be_bytes());
        bound
    }
}

/// The data key, wrapped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Envelope {
    epoch: u64,
    salt: Hidden<16>,
    nonce: Hidden<24>,
    sealed: Hidden<32>,
    tag: Hidden<16>,
}

impl Envelope {
    /// A new salt.
    pub(super) fn salt(sources: &Sources) -> [u8; 16] {
        let mut salt = [0; 16];
        sources.fill(&mut salt);
        salt
    }

    pub(super) fn seal(
        sources: &Sources,
        wrap: &WrapKey,
        salt: [u8; 16],
        binding: &Binding,
        key: &DataKey,
    ) -> Self {
        let mut nonce = [0; 24];
        sources.fill(&mut nonce);
        // In memory that zeroes itself until it is encrypted.
        let mut sealed = key.copied();
        #[expect(clippy::expect_used, reason = "only a message of 2³⁸ bytes would be too long")]
        let tag = cipher(wrap)
            .encrypt_inout_detached(
                &XNonce::from(nonce),
                &binding.bytes(),
                sealed.bytes_mut().as_mut_slice().into(),
            )
            .expect("32 bytes can be encrypted");
        Self {
            epoch: binding.epoch,
            salt: Hidden(salt),
            nonce: Hidden(nonce),
            sealed: Hidden(*sealed.bytes()),
            tag: Hidden(tag.into()),
        }
    }

    pub(super) fn open(
        &self,
        wrap: &WrapKey,
        purpose: Purpose,
        uuid: Uuid,
        kdf: Option<KdfParams>,
    ) -> Option<DataKey> {
        let bound = Binding { purpose, uuid, kdf, epoch: self.epoch }.bytes();
        let mut key = DataKey::empty();
        *key.bytes_mut() = self.sealed.0;
        cipher(wrap)
            .decrypt_inout_detached(
                &XNonce::from(self.nonce.0),
                &bound,
                key.bytes_mut().as_mut_slice().into(),
                &Tag::from(self.tag.0),
            )
            .ok()?;
        Some(key)
    }

    pub(super) fn own_salt(&self) -> [u8; 16] {
        self.salt.0
    }
}

pub(super) fn cipher(wrap: &WrapKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*wrap.bytes()))
}

/// Bytes of a fixed length, base64 in the file, unreadable in logs.
#[derive(Clone)]
pub(super) struct Hidden<const N: usize>(pub(super) [u8; N]);

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
