//! The file of a header: read with suspicion, replaced whole, the one before it erased when it is
//! needed no more.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::files;
use super::{FORMAT, Header, HeaderError, Holder, Tombstone};
use crate::clock::Sources;

const FILE: &str = "header";
const PREVIOUS: &str = "header.previous";
/// A header is a few hundred bytes; a larger file is no header and is not read into memory.
const LARGEST: u64 = 64 * 1024;
/// No header comes near so many changes.
const HIGHEST: u64 = 1 << 48;

#[derive(Serialize, Deserialize)]
struct Deleted {
    format: u32,
    deleted: Tombstone,
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
    ///
    /// For whoever has the right to change the account's header.
    pub(crate) fn prevail(&self, sources: &Sources, folder: &Path) -> io::Result<()> {
        match Self::read_file(folder, FILE) {
            Ok(newest) if newest.mac.0 == self.mac.0 => {}
            Err(HeaderError::Damaged) => self.write(sources, folder)?,
            Err(HeaderError::Io(fault)) if fault.kind() == io::ErrorKind::NotFound => {
                self.write(sources, folder)?;
            }
            // Another one, or a tombstone, has come since this one was read.
            _ => return Ok(()),
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
