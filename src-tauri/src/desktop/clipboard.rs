//! The system's clipboard: what is put on it, and taken off again.
//!
//! What one person copied isn't for the next. The program remembers a digest of what it copied last,
//! and takes that off when the person goes, unless something else has taken its place meanwhile.

use std::sync::{Mutex, MutexGuard, PoisonError};

use algoagent_api::{Copied, Forget};
use arboard::Error;
#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
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
    copies: u64,
    last: Option<Copy>,
}

/// What was copied last.
struct Copy {
    number: u64,
    what: Copied,
    digest: [u8; 32],
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
    pub(super) fn copy(&self, text: &str, what: Copied) -> Result<u64, Error> {
        let mut state = self.lock();
        let set = state.system()?.set();
        let set = if what == Copied::Secret { set.exclude_from_history() } else { set };
        #[cfg(windows)]
        let set = if what == Copied::Secret { set.exclude_from_cloud() } else { set };
        set.text(text)?;
        state.copies += 1;
        let number = state.copies;
        state.last = Some(Copy { number, what, digest: digest(text) });
        Ok(number)
    }

    /// Takes what was copied last off the clipboard, if it is `which` and is there still.
    pub(super) fn forget(&self, which: Forget) -> Result<(), Error> {
        let mut state = self.lock();
        let is_meant = |last: &Copy| match which {
            Forget::Last => true,
            Forget::Copy(number) => last.number == number,
            Forget::Secret => last.what == Copied::Secret,
        };
        let Some(wanted) = state.last.as_ref().filter(|last| is_meant(last)) else {
            return Ok(());
        };
        let wanted = wanted.digest;
        let system = state.system()?;
        match system.get_text() {
            Ok(text) if digest(&text) == wanted => system.clear()?,
            // Something else has taken its place.
            Ok(_) | Err(Error::ContentNotAvailable) => {}
            Err(fault) => return Err(fault),
        }
        state.last = None;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
