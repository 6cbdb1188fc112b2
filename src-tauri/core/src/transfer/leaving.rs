//! Chats on their way out: read from the vault page by page, written by a thread of their own.
//!
//! The vault's connection is taken anew for each page, so that answers save themselves meanwhile,
//! and what waits to be written is a page at most. A chat that is deleted meanwhile is refused.

use std::io::{self, BufWriter, Seek, Write};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::document::{self, Numbers};
use super::names::{date, moment, slug};
use super::store::{self, ChatRow};
use super::{Format, TransferError, markdown};
use crate::account::Session;
use crate::clock::Timestamp;
use crate::ids::{ChatId, MessageId};

/// Messages on a page, and bytes of text in it, unless one message alone has more.
const PAGE: usize = 64;
const PAGE_BYTES: i64 = 2 * 1024 * 1024;
/// Bytes that are gathered before they are handed to the thread that writes.
const PORTION: usize = 256 * 1024;

const README: &str = "These are chats of AlgoAgent.

Each is here twice, under the day on which it began and its title: the .md file to read, with the
branch that was shown last, and the .json file with all of its messages and branches, and with what
was typed and not sent.

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
/// [`TransferError::File`] when `out` takes no more.
pub async fn write_chats<W: Write + Seek + Send + 'static>(
    session: &Session,
    out: W,
) -> Result<W, TransferError> {
    let mut pieces = Pieces::begin(move |pieces| zip_file(out, pieces));
    let filled = fill_all(session, &mut pieces).await;
    pieces.end(filled).await
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Markdown => "md",
        Format::Json => "json",
    }
}

async fn fill_all<W>(session: &Session, pieces: &mut Pieces<W>) -> Result<(), TransferError> {
    let now = session.core().sources.now();
    pieces.file("README.txt".to_owned(), now).await?;
    pieces.buffer.extend_from_slice(README.as_bytes());
    let ids = store::chats(&mut *session.vault().await?).await?;
    for id in ids {
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
    let beside = match format {
        Format::Json => {
            Some((store::drafts(&mut db, id).await?, store::summaries(&mut db, id).await?))
        }
        Format::Markdown => None,
    };
    drop(db);
    fill_from(session, &chat, &ids, format, pieces).await?;
    if let Some((drafts, summaries)) = beside {
        document::close(&mut pieces.buffer, &drafts, &summaries, &Numbers(&ids))
            .map_err(io::Error::from)?;
    }
    // What was deleted in between is missing above.
    let there = store::chat(&mut *session.vault().await?, id).await?;
    there.map(drop).ok_or(TransferError::NotFound)
}

async fn fill_from<W>(
    session: &Session,
    chat: &ChatRow,
    ids: &[MessageId],
    format: Format,
    pieces: &mut Pieces<W>,
) -> Result<(), TransferError> {
    let numbers = Numbers(ids);
    match format {
        Format::Json => {
            document::open(&mut pieces.buffer, chat, &numbers).map_err(io::Error::from)?
        }
        Format::Markdown => markdown::open(&mut pieces.buffer, chat),
    }
    let (mut rest, mut first) = (ids, true);
    while !rest.is_empty() {
        let mut db = session.vault().await?;
        let page = &rest[..rest.len().min(PAGE)];
        let page = &page[..store::fitting(&mut db, page, PAGE_BYTES).await?.min(page.len())];
        let rows = store::messages(&mut db, page).await?;
        drop(db);
        for row in rows {
            match format {
                Format::Json => document::message(&mut pieces.buffer, &row, &numbers, first)
                    .map_err(io::Error::from)?,
                Format::Markdown => markdown::message(&mut pieces.buffer, &row),
            }
            first = false;
            pieces.hand_over(PORTION).await?;
        }
        rest = &rest[page.len()..];
    }
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
    writing: JoinHandle<io::Result<W>>,
}

impl<W: Send + 'static> Pieces<W> {
    fn begin(write: impl FnOnce(mpsc::Receiver<Piece>) -> io::Result<W> + Send + 'static) -> Self {
        let (sender, pieces) = mpsc::channel(2);
        let writing = tokio::task::spawn_blocking(move || write(pieces));
        Self { buffer: Vec::new(), sender, writing }
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
        Ok(self.sender.send(piece).await.map_err(gone)?)
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
