//! What the page and the program say to each other, sealed.
//!
//! Between a page and the program a webview copies everything through buffers of its own, in this
//! process too. Nobody wipes them: a password or a recovery code would stay there long after its
//! page has gone. So both ends encrypt, with keys that each page agrees on anew and that go with
//! it: ECDH on P-256, which every webview has, HKDF-SHA-256 and AES-256-GCM. `ui/src/lib/api/line.ts`
//! is the other end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use algoagent_core::Core;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const TAG: usize = 16;
const TO_CORE: &[u8] = b"algoagent line 1 page to core";
const TO_PAGE: &[u8] = b"algoagent line 1 core to page";

/// The line to the page that is shown. Managed by the app.
pub(super) struct Sealing {
    core: Core,
    line: Mutex<Option<Arc<Line>>>,
}

/// The keys of one page.
pub(super) struct Line {
    core: Core,
    to_core: Aes256Gcm,
    to_page: Aes256Gcm,
}

impl Sealing {
    pub(super) fn new(core: Core) -> Self {
        Self { core, line: Mutex::default() }
    }

    /// Agrees on keys with a page, by its public key; answers the program's own. `None` when it is
    /// no public key.
    pub(super) fn meet(&self, page: &[u8]) -> Option<Vec<u8>> {
        let (line, own) = Line::agree(&self.core, page)?;
        *self.lock() = Some(Arc::new(line));
        Some(own)
    }

    /// The line to the page that is shown, if it has met the program.
    pub(super) fn line(&self) -> Option<Arc<Line>> {
        self.lock().clone()
    }

    /// The page goes, and its keys with it.
    pub(super) fn hang_up(&self) {
        self.lock().take();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Line>>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn agree(core: &Core, page: &[u8]) -> Option<(Self, Vec<u8>)> {
        let theirs = PublicKey::from_sec1_bytes(page).ok()?;
        let secret = secret_key(core);
        let own = secret.public_key().to_encoded_point(false).as_bytes().to_vec();
        let shared = ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
        let salt = [page, &own].concat();
        let derived = Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes());
        let cipher = |purpose| {
            let mut key = Zeroizing::new([0; 32]);
            derived.expand(purpose, key.as_mut_slice()).ok()?;
            Some(Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key)))
        };
        let (to_core, to_page) = (cipher(TO_CORE)?, cipher(TO_PAGE)?);
        Some((Self { core: core.clone(), to_core, to_page }, own))
    }

    /// What the page said; `None` when it wasn't said by this page, or was changed on its way.
    pub(super) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unseal(&self.to_core, sealed)
    }

    /// What only the page can read.
    pub(super) fn seal(&self, mut plain: Vec<u8>) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        self.core.fill(&mut nonce);
        #[expect(clippy::expect_used, reason = "only a message of 64 GiB would be too long")]
        let tag = self
            .to_page
            .encrypt_inout_detached(&Nonce::from(nonce), &[], plain.as_mut_slice().into())
            .expect("it can be encrypted");
        [nonce.as_slice(), &plain, &tag].concat()
    }
}

fn unseal(cipher: &Aes256Gcm, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
    let (text, tag) = rest.split_last_chunk::<TAG>()?;
    let mut plain = Zeroizing::new(text.to_vec());
    cipher
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            &[],
            plain.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .ok()?;
    Some(plain)
}

/// A secret key at random. Nearly every number of 32 bytes is one.
fn secret_key(core: &Core) -> SecretKey {
    loop {
        let mut bytes = Zeroizing::new([0; 32]);
        core.fill(bytes.as_mut_slice());
        if let Ok(key) = SecretKey::from_slice(bytes.as_slice()) {
            return key;
        }
    }
}

#[cfg(test)]
mod tests {
    use algoagent_core::Config;
    use algoagent_core::vault::KdfParams;

    use super::*;

    async fn open_core(folder: &tempfile::TempDir) -> Core {
        let mut config = Config::new(folder.path().to_owned());
        config.kdf = KdfParams::FLOOR;
        Core::open(config).await.unwrap()
    }

    /// The page's end, as the page makes it.
    fn page(core: &Core, sealing: &Sealing) -> Line {
        let secret = secret_key(core);
        let own = secret.public_key().to_encoded_point(false).as_bytes().to_vec();
        let program = sealing.meet(&own).expect("a public key");
        let theirs = PublicKey::from_sec1_bytes(&program).unwrap();
        let shared = ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
        let salt = [own, program].concat();
        let derived = Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes());
        let cipher = |purpose| {
            let mut key = [0; 32];
            derived.expand(purpose, &mut key).unwrap();
            Aes256Gcm::new(&Key::<Aes256Gcm>::from(key))
        };
        // Its own way out is the program's way in.
        Line { core: core.clone(), to_core: cipher(TO_PAGE), to_page: cipher(TO_CORE) }
    }

    #[tokio::test]
    async fn only_the_two_ends_of_a_line_read_what_is_said_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let core = open_core(&folder).await;
        let sealing = Sealing::new(core.clone());
        assert!(sealing.line().is_none() && sealing.meet(&[4; 65]).is_none());
        let page_end = page(&core, &sealing);
        let line = sealing.line().expect("they have met");
        let said = page_end.seal(b"a password".to_vec());
        assert!(!said.windows(8).any(|part| b"a password".windows(8).any(|word| word == part)));
        assert_eq!(line.open(&said).unwrap().as_slice(), b"a password");
        let answered = line.seal(b"a code".to_vec());
        assert_eq!(page_end.open(&answered).unwrap().as_slice(), b"a code");
        assert_ne!(line.seal(b"a code".to_vec()), answered, "nothing is sealed alike twice");
        // Changed, cut off, sent back, or said by the page before.
        let mut changed = said.clone();
        changed[NONCE] ^= 1;
        for bad in [&changed[..], &said[..said.len() - 1], &said[..10], &[], &answered] {
            assert!(line.open(bad).is_none());
        }
        page(&core, &sealing);
        assert!(sealing.line().unwrap().open(&said).is_none());
        sealing.hang_up();
        assert!(sealing.line().is_none());
        core.shut_down().await;
    }
}
