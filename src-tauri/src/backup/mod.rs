//! `algoagent backup`: making a backup of one's vault, taking a copy of it away, listing them,
//! checking one.

mod verify;

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use algoagent_api::Nothing;
use algoagent_api::data::{BackupInfo, DataInfo};
use algoagent_api::saving::{self, Readers};
use serde_json::{Value, json};

use crate::cli::{BackupCommand, BackupOptions, MakingOptions, OwnerOptions};
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{moment, print, print_json, table};
use crate::progress::watched;
use crate::restore;
use crate::signing_in::{Owner, sign_in_named, sign_out};

pub(crate) const WHICH_PASSWORD: &str = "Password of the account, of today or of the backup's time";

pub(crate) async fn run(line: &Line, options: BackupOptions) -> Result<(), Failure> {
    match options.command {
        Some(BackupCommand::Create(making)) => make(line, making).await,
        Some(BackupCommand::Verify(options)) => verify::run(line, options).await,
        Some(BackupCommand::Restore(options)) => restore::run(line, options).await,
        None if options.list => list(line, options.making).await,
        None => make(line, options.making).await,
    }
}

async fn sign_in(line: &Line, owner: &OwnerOptions) -> Result<Owner, Failure> {
    let on_stdin = owner.password.password_stdin;
    sign_in_named(line, owner.user.as_deref(), "--user", on_stdin).await
}

async fn list(line: &Line, options: MakingOptions) -> Result<(), Failure> {
    sign_in(line, &options.owner).await?;
    let data: DataInfo = line.ask("data", Nothing {}).await?;
    sign_out(line).await?;
    if options.json { print_json(&data) } else { print(&shown(&data)) }
}

async fn make(line: &Line, options: MakingOptions) -> Result<(), Failure> {
    let owner = sign_in(line, &options.owner).await?;
    let making = line.ask::<BackupInfo>("back_up", Nothing {});
    // Who reads a log wants to hear of what went wrong alone.
    let made = if io::stderr().is_terminal() { watched(line, making).await } else { making.await }?;
    let copied = options.to.map(|to| take(&made, &to, &owner.account.username)).transpose()?;
    sign_out(line).await?;
    if options.json {
        let mut document = json!(made);
        document["copied_to"] = copied.map_or(Value::Null, |to| json!(to.display().to_string()));
        return print_json(&document);
    }
    let BackupInfo { made_at, bytes, path, .. } = made;
    let mut text = format!("Backup of {} UTC, {}: {path}\n", moment(made_at), size(bytes));
    if let Some(to) = copied {
        text.push_str(&format!("Copied to {}\n", to.display()));
    }
    print(&text)
}

fn shown(data: &DataInfo) -> String {
    let row = |backup: &BackupInfo| {
        let kind = json!(backup.kind).as_str().unwrap_or_default().to_owned();
        [moment(backup.made_at), kind, size(backup.bytes), backup.path.clone()]
    };
    let rows: Vec<_> = data.backups.iter().map(row).collect();
    if rows.is_empty() {
        return "There is no backup yet.\n".to_owned();
    }
    table(["MADE (UTC)", "WHY", "SIZE", "FILE"], rows)
}

fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..10_485_760 => format!("{} KiB", bytes.div_ceil(KIB)),
        _ => format!("{} MiB", bytes.div_ceil(KIB * KIB)),
    }
}

/// Copies a backup to `to`, or into it when it is a folder: whole or not at all, and in the place
/// of no other file.
fn take(backup: &BackupInfo, to: &Path, username: &str) -> Result<PathBuf, Failure> {
    let to = if to.is_dir() { to.join(format!("{username}-{}", backup.id)) } else { to.to_owned() };
    let from = Path::new(&backup.path);
    let fault = |fault: io::Error| {
        Failure::Other(format!(
            "{} could not be written: {fault}. Choose another place.",
            to.display()
        ))
    };
    if to.exists() {
        // An unchanged vault answers the backup that was copied before.
        return if alike(from, &to).map_err(fault)? {
            Ok(to)
        } else {
            Err(Failure::Other(format!(
                "There is another file at {}; it is left as it is. The backup is at {}.",
                to.display(),
                backup.path
            )))
        };
    }
    copy(from, &to).map_err(fault)?;
    Ok(to)
}

/// Whole or not at all, for its owner alone, and read back.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut beside = saving::beside(to, Readers::Owner)?;
    io::copy(&mut File::open(from)?, &mut beside)?;
    beside.as_file().sync_all()?;
    if !alike(from, beside.path())? {
        return Err(io::Error::other("the copy isn't what was written"));
    }
    saving::take_place(beside, to, false)
}

/// Whether two files hold the same.
fn alike(one: &Path, other: &Path) -> io::Result<bool> {
    if fs::metadata(one)?.len() != fs::metadata(other)?.len() {
        return Ok(false);
    }
    let open = |path| File::open(path).map(io::BufReader::new);
    let (mut one, mut other) = (open(one)?.bytes(), open(other)?.bytes());
    loop {
        match (one.next().transpose()?, other.next().transpose()?) {
            (None, None) => return Ok(true),
            (a, b) if a != b => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use algoagent_core::backup::BackupKind;
    use algoagent_core::clock::Timestamp;

    use super::*;

    #[test]
    fn a_copy_replaces_no_other_file_and_may_be_there_already() {
        let folder = tempfile::tempdir().expect("a folder");
        let from = folder.path().join("backup");
        fs::write(&from, "sealed").expect("a file");
        let backup = BackupInfo {
            id: "20270115T080000Z-manual".into(),
            path: from.display().to_string(),
            made_at: Timestamp(0),
            kind: BackupKind::Manual,
            bytes: 6,
        };
        let to = take(&backup, folder.path(), "ada").ok().expect("a copy");
        assert!(to.ends_with("ada-20270115T080000Z-manual"), "{}", to.display());
        assert!(take(&backup, &to, "ada").is_ok(), "the same is there already");
        for other in ["sealeD", "sealed and more"] {
            fs::write(&to, other).expect("a file");
            assert!(take(&backup, &to, "ada").is_err());
            assert_eq!(fs::read_to_string(&to).expect("a file"), other);
        }
        assert!(take(&backup, &folder.path().join("no/such/folder"), "ada").is_err());
        assert_eq!(
            fs::read_dir(folder.path()).expect("a folder").count(),
            2,
            "a half copy is left"
        );
    }

    #[test]
    fn sizes_are_told_in_a_unit_that_fits() {
        let told = [0, 1023, 1024, 10_485_760].map(size);
        assert_eq!(told, ["0 B", "1023 B", "1 KiB", "10 MiB"]);
    }
}
