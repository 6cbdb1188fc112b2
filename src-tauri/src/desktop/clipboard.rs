//! The system's clipboard: what is put on it, and taken off again.
//!
//! What one person copied isn't for the next. The program remembers a digest of what it copied last,
//! and takes that off when the person goes, unless something else has taken its place meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};

use algoagent_api::Copied;
use arboard::Error;
#[cfg(target_os = "linux")]
use arboard::SetExtLinux as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;
use sha2::{Digest as _, Sha256};

#[derive(Default)]
pub(super) struct Clipboard(Mutex<State>);

#[derive(Default)]
struct State {
    /// Made when it is used first, and kept: on X11 whoever copied something hands it out.
    system: Option<arboard::Clipboard>,
    copied: Option<[u8; 32]>,
}

impl State {
    fn system(&mut self) -> Result<&mut arboard::Clipboard, Error> {
        match &mut self.system {
            Some(system) => Ok(system),
            empty => Ok(empty.insert(arboard::Clipboard::new()?)),
        }
    }
}

impl Clipboard {
    pub(super) fn copy(&self, text: &str, what: Copied) -> Result<(), Error> {
        let mut state = self.lock();
        let set = state.system()?.set();
        #[cfg(any(windows, target_os = "linux"))]
        let set = if what == Copied::Secret { set.exclude_from_history() } else { set };
        #[cfg(not(any(windows, target_os = "linux")))]
        let _ = what;
        set.text(text)?;
        state.copied = Some(digest(text));
        Ok(())
    }

    /// Takes what was copied last off the clipboard, if that holds it still.
    pub(super) fn forget(&self) -> Result<(), Error> {
        let mut state = self.lock();
        let Some(copied) = state.copied.take() else { return Ok(()) };
        let system = state.system()?;
        match system.get_text() {
            Ok(text) if digest(&text) == copied => system.clear(),
            // Something else has taken its place.
            Ok(_) | Err(Error::ContentNotAvailable) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
