//! Chats on their way out: read from the vault page by page, written by a thread of their own.
//!
//! The vault's connection is taken anew for each page, so that answers save themselves meanwhile,
//! and what waits to be written is a page at most. A chat that is deleted meanwhile is refused.

use std::io::{self, BufWriter, Seek, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::types::Json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::document::{self, Numbers, Origins};
use super::names::{date, moment, slug};
use super::store::{self, ChatRow};
use super::{Format, TransferError, markdown};
use crate::account::{Session, Under, WorkKind};
use crate::clock::Timestamp;
use crate::ids::{ChatId, MessageId};

/// Messages on a page, and bytes of text in it, unless one message alone has more.
const PAGE: usize = 64;
const PAGE_BYTES: i64 = 2 * 1024 * 1024;
/// How often whoever waits for the thread looks whether it was given up.
const LOOK: Duration = Duration::from_millis(200);
/// Contexts or profiles that are read together.
const FEW: usize = 8;
/// Bytes that are gathered before they are handed to the thread that writes.
const PORTION: usize = 256 * 1024;

const README: &str = "These are chats of AlgoAgent.

Each is here twice, under the day on which it began and its title: the .md file to read, with the
branch that was shown last, and the .json file with all of its messages and branches, with what
was typed and not sent, and with the contexts and the trading profile that its answers were made
with.

To bring them back, choose \"Import chats\" in AlgoAgent and choose this zip file as it is, or one
of the .json files. Chats that are there already stay as they are.

Nothing here is encrypted: keep it where nobody else reads it.
";

/// A file name for a chat as `format`.
///
/// # Errors
/// [`TransferError::NotFound`].
pub async fn suggested_name(
    session: &Session,
    id: ChatId,
    format: Format,
) -> Result<String, TransferError> {
    let chat = store::chat(&mut *session.vault().await?, id).await?;
    let title = chat.ok_or(TransferError::NotFound)?.title;
    Ok(format!("{}.{}", slug(&title), ending(format)))
}

/// A file name for all chats.
pub fn suggested_archive(session: &Session) -> String {
    format!("algoagent-chats-{}.zip", date(session.core().sources.now()))
}

/// Writes a chat to `out`, and gives `out` back.
///
/// # Errors
/// [`TransferError::NotFound`]; [`TransferError::File`] when `out` takes no more.
pub async fn write_chat<W: Write + Send + 'static>(
    session: &Session,
    id: ChatId,
    format: Format,
    out: W,
) -> Result<W, TransferError> {
    let mut pieces = Pieces::begin(move |pieces| one_file(out, pieces));
    let filled = fill(session, id, format, &mut pieces).await;
    pieces.end(filled).await
}

/// Writes all chats that were not deleted to `out`, as a zip, and gives `out` back.
///
/// # Errors
/// [`TransferError::Busy`] while other long work is under way; [`TransferError::Cancelled`] when
/// the person gave it up; [`TransferError::File`] when `out` takes no more.
pub async fn write_chats<W: Write + Seek + Send + 'static>(
    session: &Session,
    out: W,
) -> Result<W, TransferError> {
    session.check()?;
    let under = session.unlocked().work.begin(WorkKind::Export).ok_or(TransferError::Busy)?;
    let mut pieces = Pieces::begin(move |pieces| zip_file(out, pieces));
    pieces.given_up = Some(under.given_up());
    let filled = fill_all(session, &mut pieces, &under).await;
    // Nobody who closes the vault waits for a disk that hangs.
    drop(under);
    pieces.end(filled).await
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        Format::Json => "json",
    }
}

async fn fill_all<W>(
    session: &Session,
    pieces: &mut Pieces<W>,
    under: &Under<'_>,
) -> Result<(), TransferError> {
    let now = session.core().sources.now();
    pieces.file("README.txt".to_owned(), now).await?;
    pieces.buffer.extend_from_slice(README.as_bytes());
    let ids = store::chats(&mut *session.vault().await?).await?;
    let total = ids.len() as u64;
    for (id, done) in ids.into_iter().zip(0..) {
        under.at("Exporting chats", done, total);
        if under.is_cancelled() {
            return Err(TransferError::Cancelled);
        }
        let Some(chat) = store::chat(&mut *session.vault().await?, id).await? else { continue };
        let stem = format!("chats/{}-{}-{id}", date(Timestamp(chat.created_at)), slug(&chat.title));
        for format in [Format::Json, Format::Markdown] {
            let name = format!("{stem}.{}", ending(format));
            pieces.file(name, Timestamp(chat.updated_at)).await?;
            match fill(session, id, format, pieces).await {
                // It was deleted meanwhile.
                Err(TransferError::NotFound) => pieces.take_back().await?,
                filled => filled?,
            }
        }
    }
    Ok(())
}

async fn fill<W>(
    session: &Session,
    id: ChatId,
    format: Format,
    pieces: &mut Pieces<W>,
) -> Result<(), TransferError> {
    let mut db = session.vault().await?;
    let chat = store::chat(&mut db, id).await?.ok_or(TransferError::NotFound)?;
    let ids = match (format, chat.head_id) {
        (Format::Json, _) => store::tree(&mut db, id).await?,
        (Format::Markdown, Some(head)) => store::branch(&mut db, head).await?,
        (Format::Markdown, None) => Vec::new(),
    };
    drop(db);
    match format {
        Format::Json => {
            let mut origins = Origins::default();
            fill_from(session, &chat, &ids, Some(&mut origins), pieces).await?;
            fill_rest(session, id, &ids, &origins, pieces).await?;
        }
        Format::Markdown => fill_from(session, &chat, &ids, None, pieces).await?,
    }
    // What was deleted in between is missing above.
    let there = store::chat(&mut *session.vault().await?, id).await?;
    there.map(drop).ok_or(TransferError::NotFound)
}

/// Up to the last message: as JSON where what answers were made with is to be numbered, else to
/// read.
async fn fill_from<W>(
    session: &Session,
    chat: &ChatRow,
    ids: &[MessageId],
    mut origins: Option<&mut Origins>,
    pieces: &mut Pieces<W>,
) -> Result<(), TransferError> {
    let numbers = Numbers(ids);
    match origins {
        Some(_) => document::open(&mut pieces.buffer, chat, &numbers).map_err(io::Error::from)?,
        None => markdown::open(&mut pieces.buffer, chat),
    }
    let (mut rest, mut first) = (ids, true);
    while !rest.is_empty() {
        let mut db = session.vault().await?;
        let page = &rest[..rest.len().min(PAGE)];
        let page = &page[..store::fitting(&mut db, page, PAGE_BYTES).await?.min(page.len())];
        let mut rows = store::messages(&mut db, page).await?;
        drop(db);
        for row in &mut rows {
            // One that the disk doesn't take leaves whole all the same.
            if let Some(held) = session.unlocked().desk.unsaved(row.id) {
                (row.text, row.thoughts) = (held.text, held.thoughts);
                row.state = "failed".to_owned();
                row.problem = held.problem.map(Json);
            }
            match &mut origins {
                Some(origins) => {
                    document::message(&mut pieces.buffer, row, &numbers, origins, first)
                        .map_err(io::Error::from)?;
                }
                None => markdown::message(&mut pieces.buffer, row),
            }
            first = false;
            pieces.hand_over(PORTION).await?;
        }
        rest = &rest[page.len()..];
    }
    Ok(())
}

/// What stands after the last message in JSON.
async fn fill_rest<W>(
    session: &Session,
    id: ChatId,
    ids: &[MessageId],
    origins: &Origins,
    pieces: &mut Pieces<W>,
) -> Result<(), TransferError> {
    let mut db = session.vault().await?;
    let (drafts, summaries) =
        (store::drafts(&mut db, id).await?, store::summaries(&mut db, id).await?);
    drop(db);
    document::close(&mut pieces.buffer, &drafts, &summaries, &Numbers(ids))
        .map_err(io::Error::from)?;
    let mut first = true;
    for (some, before) in origins.contexts.ids.chunks(FEW).zip((0..).step_by(FEW)) {
        let rows = store::contexts_told(&mut *session.vault().await?, some).await?;
        for row in &rows {
            let number = before + row.place as usize + 1;
            document::context(&mut pieces.buffer, row, number, first).map_err(io::Error::from)?;
            first = false;
        }
        pieces.hand_over(PORTION).await?;
    }
    document::turn(&mut pieces.buffer);
    first = true;
    for (some, before) in origins.profiles.ids.chunks(FEW).zip((0..).step_by(FEW)) {
        let rows = store::profiles_told(&mut *session.vault().await?, some).await?;
        for row in &rows {
            let number = before + row.place as usize + 1;
            document::profile(&mut pieces.buffer, row, number, first).map_err(io::Error::from)?;
            first = false;
        }
        pieces.hand_over(PORTION).await?;
    }
    document::end(&mut pieces.buffer);
    Ok(())
}

/// What is handed to the thread that writes.
enum Piece {
    /// A file inside the zip begins.
    File(String, Timestamp),
    /// More of it.
    Bytes(Vec<u8>),
    /// The file that began last is none after all.
    TakeBack,
}

/// The way to the thread that writes.
struct Pieces<W> {
    buffer: Vec<u8>,
    sender: mpsc::Sender<Piece>,
    /// Rises when the person gives it up.
    given_up: Option<Arc<AtomicBool>>,
    writing: JoinHandle<io::Result<W>>,
}

impl<W: Send + 'static> Pieces<W> {
    fn begin(write: impl FnOnce(mpsc::Receiver<Piece>) -> io::Result<W> + Send + 'static) -> Self {
        let (sender, pieces) = mpsc::channel(2);
        let writing = tokio::task::spawn_blocking(move || write(pieces));
        Self { buffer: Vec::new(), sender, given_up: None, writing }
    }

    /// What was written, once all of it is. What the writer says counts before what was noticed
    /// here: that it is gone.
    async fn end(mut self, filled: Result<(), TransferError>) -> Result<W, TransferError> {
        let filled = match filled {
            Ok(()) => self.hand_over(0).await,
            fault => fault,
        };
        drop(self.sender);
        let written = self.writing.await.map_err(io::Error::other)?;
        let out = written?;
        filled.map(|()| out)
    }
}

impl<W> Pieces<W> {
    async fn send(&self, piece: Piece) -> Result<(), TransferError> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        loop {
            if self.given_up.as_ref().is_some_and(|given_up| given_up.load(Ordering::Acquire)) {
                return Err(TransferError::Cancelled);
            }
            if let Ok(room) = tokio::time::timeout(LOOK, self.sender.reserve()).await {
                room.map_err(gone)?.send(piece);
                return Ok(());
            }
        }
    }

    /// Hands over what was gathered, if it is more than `least`.
    async fn hand_over(&mut self, least: usize) -> Result<(), TransferError> {
        if self.buffer.len() > least {
            let bytes = std::mem::take(&mut self.buffer);
            self.send(Piece::Bytes(bytes)).await?;
        }
        Ok(())
    }

    async fn file(&mut self, name: String, at: Timestamp) -> Result<(), TransferError> {
        self.hand_over(0).await?;
        self.send(Piece::File(name, at)).await
    }

    async fn take_back(&mut self) -> Result<(), TransferError> {
        self.buffer.clear();
        self.send(Piece::TakeBack).await
    }
}

fn one_file<W: Write>(out: W, mut pieces: mpsc::Receiver<Piece>) -> io::Result<W> {
    let mut out = BufWriter::new(out);
    while let Some(piece) = pieces.blocking_recv() {
        if let Piece::Bytes(bytes) = piece {
            out.write_all(&bytes)?;
        }
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

fn zip_file<W: Write + Seek>(out: W, mut pieces: mpsc::Receiver<Piece>) -> io::Result<W> {
    let mut zip = ZipWriter::new(out).set_auto_large_file();
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name, at) => zip.start_file(name, options(at))?,
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
            Piece::TakeBack => zip.abort_file()?,
        }
    }
    Ok(zip.finish()?)
}

fn options(at: Timestamp) -> SimpleFileOptions {
    let at = moment(at);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    // What is older than the format has no time.
    let time = u16::try_from(at.year()).ok().and_then(|year| {
        let (month, day) = (u8::from(at.month()), at.day());
        let (hour, minute, second) = (at.hour(), at.minute(), at.second());
        zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).ok()
    });
    match time {
        Some(time) => options.last_modified_time(time),
        None => options,
    }
}
