//! The file of one backup: a tar archive of a manifest, the vault's header and its database,
//! encrypted as the vault is. Any tar program takes it apart.
//!
//! It refuses entries of other names, links, and anything longer than the file itself.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{BackupError, BackupKind};
use crate::clock::Timestamp;
use crate::vault;

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const HEADER: &str = "header";
const DATABASE: &str = "vault.db";
/// A manifest and a header are a few hundred bytes each.
const LARGEST_TEXT: u64 = 64 * 1024;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: u32,
    pub(super) made_at: Timestamp,
    pub(super) kind: BackupKind,
    /// SHA-256 of the header and of the database.
    pub(super) header: String,
    pub(super) database: String,
}

impl Manifest {
    pub(super) fn new(
        made_at: Timestamp,
        kind: BackupKind,
        header: &[u8],
        database: String,
    ) -> Self {
        Self { format: FORMAT, made_at, kind, header: digest(header), database }
    }
}

/// Writes a backup to `path`, whole or not at all, and reads it back.
pub(super) fn write(
    path: &Path,
    manifest: &Manifest,
    header: &[u8],
    database: &Path,
) -> Result<(), BackupError> {
    let partial = path.with_extension("partial");
    let written = fill(&partial, manifest, header, database).and_then(|()| verify(&partial));
    if let Err(fault) = written {
        fs::remove_file(&partial).ok();
        return Err(fault);
    }
    fs::rename(&partial, path)?;
    Ok(vault::sync_dir(path.parent().unwrap_or(path))?)
}

fn fill(
    path: &Path,
    manifest: &Manifest,
    header: &[u8],
    database: &Path,
) -> Result<(), BackupError> {
    let file = vault::open_private(path)?;
    file.set_len(0)?;
    let mut archive = tar::Builder::new(io::BufWriter::new(file));
    let text = serde_json::to_vec_pretty(manifest).map_err(io::Error::from)?;
    let seconds = u64::try_from(manifest.made_at.seconds()).unwrap_or(0);
    let entry = |bytes: u64| {
        let mut entry = tar::Header::new_gnu();
        entry.set_size(bytes);
        entry.set_mode(0o600);
        entry.set_mtime(seconds);
        entry
    };
    archive.append_data(&mut entry(text.len() as u64), MANIFEST, text.as_slice())?;
    archive.append_data(&mut entry(header.len() as u64), HEADER, header)?;
    let source = File::open(database)?;
    archive.append_data(&mut entry(source.metadata()?.len()), DATABASE, source)?;
    let mut out = archive.into_inner()?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(())
}

fn read_manifest(mut entry: tar::Entry<'_, impl Read>) -> Result<Manifest, BackupError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let text = read_text(&mut entry, MANIFEST)?;
    let format: Format = serde_json::from_slice(&text).map_err(|_| BackupError::Damaged)?;
    if format.format > FORMAT {
        return Err(BackupError::Newer);
    }
    serde_json::from_slice(&text).map_err(|_| BackupError::Damaged)
}

fn read_text(entry: &mut tar::Entry<'_, impl Read>, name: &str) -> Result<Vec<u8>, BackupError> {
    expect(entry, name)?;
    if entry.size() > LARGEST_TEXT {
        return Err(BackupError::Damaged);
    }
    let mut text = Vec::new();
    entry.read_to_end(&mut text)?;
    Ok(text)
}

fn expect(entry: &tar::Entry<'_, impl Read>, name: &str) -> Result<(), BackupError> {
    let right = entry.path()? == Path::new(name) && entry.header().entry_type().is_file();
    if right { Ok(()) } else { Err(BackupError::Damaged) }
}

/// The manifest and the header of the backup at `path`.
pub(super) fn peek(path: &Path) -> Result<(Manifest, Vec<u8>), BackupError> {
    read(path, io::sink(), false)
}

/// Writes the database of the backup at `path` to `out`; every byte is what it was when the
/// backup was made, or it is refused.
pub(super) fn extract(path: &Path, out: &Path) -> Result<(Manifest, Vec<u8>), BackupError> {
    let file = vault::open_private(out)?;
    file.set_len(0)?;
    let found = read(path, &file, true)?;
    file.sync_all()?;
    Ok(found)
}

fn verify(path: &Path) -> Result<(), BackupError> {
    verified(path).map(drop)
}

/// The manifest of a backup whose every byte is what it was when it was made.
pub(super) fn verified(path: &Path) -> Result<Manifest, BackupError> {
    read(path, io::sink(), true).map(|(manifest, _)| manifest)
}

fn read(path: &Path, out: impl Write, whole: bool) -> Result<(Manifest, Vec<u8>), BackupError> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut archive = tar::Archive::new(io::BufReader::new(file));
    // Raw: long names and the like, of any length, would be read into memory.
    let mut entries = archive.entries()?.raw(true);
    let mut next = || Ok::<_, BackupError>(entries.next().ok_or(BackupError::Damaged)??);
    let manifest = read_manifest(next()?)?;
    let header = read_text(&mut next()?, HEADER)?;
    if digest(&header) != manifest.header {
        return Err(BackupError::Damaged);
    }
    let mut database = next()?;
    expect(&database, DATABASE)?;
    if database.size() > length {
        return Err(BackupError::Damaged);
    }
    if whole && hash(&mut database, out)? != manifest.database {
        return Err(BackupError::Damaged);
    }
    Ok((manifest, header))
}

/// Copies `from` to `out`, and gives the SHA-256 of what was copied.
pub(crate) fn hash(mut from: impl Read, mut out: impl Write) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(&buffer[..read]);
        out.write_all(&buffer[..read])?;
    }
}

/// The SHA-256 of a header, as the manifest has it.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
