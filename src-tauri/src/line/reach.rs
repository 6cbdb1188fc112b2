//! How a second start reaches the program that holds the data directory.
//!
//! It talks to a program of its own version only, and waits for nobody who doesn't greet.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::timeout;

use super::lines::{Lines, line};
use super::place::{self, Stream};
use super::protocol::{Greeting, LONGEST_RESPONSE, Request, Response};

/// How long an answer to the first words is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the program that holds the directory can't be talked to.
pub(super) enum Unreachable {
    /// Nobody answers, as while it starts or ends.
    Silent,
    /// It talks to as many as it can.
    Full,
    /// It is of this other version.
    OtherVersion(String),
}

/// A connection on which both have greeted.
pub(super) async fn connect(
    data_dir: &Path,
) -> Result<(Lines<ReadHalf<Stream>>, WriteHalf<Stream>), Unreachable> {
    let stream = place::connect(data_dir).await.map_err(|_| Unreachable::Silent)?;
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = Lines::new(reader, LONGEST_RESPONSE);
    greet(&mut lines).await?;
    // Who says nothing is hung up on, and a password is typed slowly.
    say(&mut writer, &Request::Hello(Greeting::ours())).await?;
    Ok((lines, writer))
}

/// Who holds a data directory.
pub enum Holder {
    /// Nobody.
    Nobody,
    /// A program that says who it is.
    Answers {
        /// Of that program.
        version: String,
        /// Its id, where the system tells.
        process: Option<u32>,
    },
    /// A process that says nothing.
    Silent,
}

/// Who holds `data_dir`. It is neither made nor held for that.
pub(super) async fn holder(data_dir: &Path) -> Holder {
    let process = place::connect(data_dir).await.ok().and_then(|stream| place::process(&stream));
    match connect(data_dir).await {
        Ok(_) => Holder::Answers { version: Greeting::ours().version, process },
        Err(Unreachable::OtherVersion(version)) => Holder::Answers { version, process },
        Err(Unreachable::Full) => Holder::Silent,
        Err(Unreachable::Silent) if is_locked(data_dir) => Holder::Silent,
        Err(Unreachable::Silent) => Holder::Nobody,
    }
}

/// Asked for by a look that is over at once: who starts just then tries again.
fn is_locked(data_dir: &Path) -> bool {
    let Ok(lock) = File::open(data_dir.join("lock")) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

async fn greet<R: AsyncRead + Unpin>(lines: &mut Lines<R>) -> Result<(), Unreachable> {
    let first = timeout(PATIENCE, lines.next()).await;
    let Ok(Ok(Some(first))) = first else { return Err(Unreachable::Silent) };
    match serde_json::from_slice(&first) {
        Ok(Response::Hello(greeting)) if greeting == Greeting::ours() => Ok(()),
        Ok(Response::Hello(greeting)) => Err(Unreachable::OtherVersion(greeting.version)),
        Ok(Response::Full {}) => Err(Unreachable::Full),
        _ => Err(Unreachable::OtherVersion("unknown".to_owned())),
    }
}

async fn say(writer: &mut WriteHalf<Stream>, request: &Request) -> Result<(), Unreachable> {
    let line = line(request).map_err(|_| Unreachable::Silent)?;
    writer.write_all(&line).await.map_err(|_| Unreachable::Silent)
}

/// Asks for the window to come to the front; `false` when there is none.
pub(super) async fn raise(data_dir: &Path) -> Result<bool, Unreachable> {
    let (mut lines, mut writer) = connect(data_dir).await?;
    say(&mut writer, &Request::Raise {}).await?;
    let answer = timeout(PATIENCE, lines.next()).await;
    let Ok(Ok(Some(answer))) = answer else { return Err(Unreachable::Silent) };
    Ok(matches!(serde_json::from_slice(&answer), Ok(Response::Ok(true))))
}
