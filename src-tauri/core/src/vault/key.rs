//! Secrets in memory that zeroes itself. None of them can be printed or serialised.

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::clock::Sources;

/// The 32 bytes that encrypt a vault's database.
pub(crate) struct DataKey(Box<Zeroizing<[u8; 32]>>);

impl DataKey {
    pub(crate) fn generate(sources: &Sources) -> Self {
        let mut key = Self::empty();
        sources.fill(key.0.as_mut_slice());
        key
    }

    /// All zeroes, to be filled in place.
    pub(super) fn empty() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// Another copy, for whoever holds the vault open.
    pub(crate) fn copied(&self) -> Self {
        let mut copy = Self::empty();
        copy.0.copy_from_slice(self.0.as_slice());
        copy
    }

    /// Whether it is the same key, told in the same time wherever they differ.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0.iter()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }

    /// SQLCipher's raw form, `x'<64 hex digits>'`: 67 bytes. A key of any other length would
    /// silently be taken as a passphrase, so the length is part of the type.
    pub(super) fn sqlcipher_form(&self) -> Box<Zeroizing<[u8; 67]>> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut form = Box::new(Zeroizing::new([b'\''; 67]));
        form[0] = b'x';
        for (i, byte) in self.0.iter().enumerate() {
            form[2 + 2 * i] = DIGITS[usize::from(byte >> 4)];
            form[3 + 2 * i] = DIGITS[usize::from(byte & 15)];
        }
        form
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// A password on its way to the key derivation.
pub(crate) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes `text` over; its buffer is zeroed when the secret is dropped.
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text.into_bytes()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What opens the vault of somebody who stays signed in. It is kept in the system's keychain and
/// nowhere else.
pub struct UnlockSecret(Box<Zeroizing<[u8; 32]>>);

impl UnlockSecret {
    pub(crate) fn generate(sources: &Sources) -> Self {
        let mut secret = Self(Box::new(Zeroizing::new([0; 32])));
        sources.fill(secret.0.as_mut_slice());
        secret
    }

    /// The secret that a keychain gave back; `None` when it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self(Box::new(Zeroizing::new([0; 32])));
        (bytes.len() == secret.0.len()).then(|| secret.0.copy_from_slice(bytes))?;
        Some(secret)
    }

    /// Its bytes, for the keychain alone.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for UnlockSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnlockSecret(…)")
    }
}

/// A key that wraps a data key for one purpose.
pub(super) struct WrapKey(Box<Zeroizing<[u8; 32]>>);

impl WrapKey {
    /// HKDF-SHA-256 of `input`, bound to `purpose`.
    pub(super) fn expand(input: &[u8], salt: &[u8], purpose: &str) -> Self {
        let mut key = Box::new(Zeroizing::new([0; 32]));
        #[expect(
            clippy::expect_used,
            reason = "HKDF-SHA-256 gives up to 8160 bytes; 32 always fit"
        )]
        Hkdf::<Sha256>::new(Some(salt), input)
            .expand(purpose.as_bytes(), key.as_mut_slice())
            .expect("32 bytes fit");
        Self(key)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raw_form_is_what_sqlcipher_asks_for() {
        let mut key = DataKey::empty();
        key.bytes_mut()[0] = 0xab;
        key.bytes_mut()[31] = 0x01;
        let form = key.sqlcipher_form();
        let text = std::str::from_utf8(form.as_slice()).unwrap();
        assert_eq!(text, format!("x'ab{}01'", "00".repeat(30)));
    }

    #[test]
    fn keys_and_passwords_do_not_print() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(format!("{:?}", DataKey::empty()), "DataKey(…)");
    }
}
