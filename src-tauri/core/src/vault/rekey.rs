//! Another data key for a vault: every page is encrypted anew.
//!
//! The new database is made and checked aside. Writing the new header is the one moment at
//! which the new key takes over: killed before it, the old header opens the old database; after
//! it, the new header opens the new one, which the next opening puts in its place.

use std::fs;
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::Connection as _;

use super::folder::with_end;
use super::key::DataKey;
use super::{Folder, Header, Open, OpenError, StoreError, Vault, files, whole};
use crate::clock::Sources;

/// How far long work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Copying, in bytes.
    Copying(u64),
    /// Encrypting, in bytes.
    Encrypting(u64),
    /// Reading everything back.
    Checking,
}

/// Whether work goes on. It ends where nothing has changed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Go {
    On,
    Back,
}

const LOOK: Duration = Duration::from_millis(100);

impl Vault {
    /// Encrypts the vault with `key`, which `header` wraps. Nobody else can use the vault
    /// meanwhile: they wait.
    pub(crate) async fn rekey(
        &self,
        sources: &Sources,
        key: &DataKey,
        header: &Header,
        progress: impl Fn(Stage, u64) -> Go,
    ) -> Result<(), OpenError> {
        let mut place = self.open.lock().await;
        let open = place.as_mut().ok_or(OpenError::Closed)?;
        super::roll_back(&mut open.connection).await;
        let made = make(&self.folder, sources, open, key, header, progress).await;
        let written = made
            .and_then(|()| header.succeed(sources, self.folder.path()).map_err(OpenError::from));
        if let Err(fault) = written {
            let copy = self.folder.copied_database();
            self.folder.remove_with_logs(sources, &copy).ok();
            // Not without proof that the old key is in force: else the next opening decides.
            let in_force = self.folder.header();
            if in_force.is_ok_and(|header| header.assert_vouched(&open.key).is_ok()) {
                self.folder.remove_with_logs(sources, &self.folder.next_database()).ok();
            }
            return Err(fault);
        }
        self.put_in_force(header, Some(key));
        // From here on the old key opens nothing. If the rest fails, the vault stays closed, and
        // the next sign-in ends what was begun.
        let Some(old) = place.take() else { return Err(OpenError::Closed) };
        let mut exchange = Exchange { vault: self, done: false };
        let Open { connection, lock, .. } = old;
        connection.close().await.map_err(StoreError::from)?;
        self.folder.promote(sources)?;
        let mut next =
            self.folder.connect(&self.folder.database(), lock, key, header, false).await?;
        if let Some(open) = next.open.get_mut() {
            self.changes.watch(&mut open.connection).await.map_err(StoreError::from)?;
        }
        *place = next.open.get_mut().take();
        exchange.done = true;
        Ok(Header::forget_previous(sources, self.folder.path())?)
    }
}

/// The moment between two connections. Given up in the middle, the vault is closed: the next
/// sign-in opens it anew.
struct Exchange<'a> {
    vault: &'a Vault,
    done: bool,
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.vault.in_force.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }
}

/// Makes the database with the new key, whole and checked, beside the old one.
async fn make(
    folder: &Folder,
    sources: &Sources,
    open: &mut Open,
    key: &DataKey,
    header: &Header,
    progress: impl Fn(Stage, u64) -> Go,
) -> Result<(), OpenError> {
    let goes_on = |go: Go| if go == Go::On { Ok(()) } else { Err(OpenError::Cancelled) };
    whole::checkpoint(&mut open.connection).await?;
    let (source, copy) = (folder.database(), folder.copied_database());
    folder.remove_with_logs(sources, &copy)?;
    let total = fs::metadata(&source)?.len();
    sources.step("a vault is copied");
    copy_file(&source, &copy).await?;
    goes_on(progress(Stage::Copying(total), total))?;
    let (old, new, path) = (open.key.copied(), key.copied(), copy.clone());
    sources.step("a copy is encrypted anew");
    let mut work = tokio::task::spawn_blocking(move || whole::rekey(&path, &old, &new));
    let journal = with_end(&copy, "-journal");
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(LOOK) => {
                let written = fs::metadata(&journal).map_or(0, |file| file.len());
                progress(Stage::Encrypting(written.min(total)), total);
            }
        }
    };
    done.map_err(|_| StoreError::Damaged)??;
    goes_on(progress(Stage::Checking, total))?;
    sources.step("a copy is checked");
    whole::check_exchanged(sources, &copy, &open.key, key).await?;
    super::record(&copy, key, header).await?;
    goes_on(progress(Stage::Checking, total))?;
    Ok(folder.offer(sources)?)
}

/// Copies a file, off the async threads, for its owner alone, and flushes it to the disk.
pub(super) async fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    let paths = Arc::new((from.to_owned(), to.to_owned()));
    let copied = tokio::task::spawn_blocking(move || {
        let (from, to) = &*paths;
        let mut source = fs::File::open(from)?;
        let mut file = files::open_private(to)?;
        file.set_len(0)?;
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()
    });
    Ok(copied.await.map_err(|_| StoreError::Damaged)??)
}
