//! Lines over a stream of bytes. They may hold passwords: every buffer is wiped.
//!
//! A line that doesn't end in time for its bound is refused, and half a line at the end of
//! the stream is none.

use std::io;

use serde::Serialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use zeroize::{Zeroize as _, Zeroizing};

/// One line, read without its end or to be written with it.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// What fits here is never copied by a buffer that grows; a sign-in does.
const USUAL: usize = 8 * 1024;

pub(super) struct Lines<R> {
    from: R,
    longest: usize,
    held: Bytes,
    /// Where the next line begins; what stands before it is wiped.
    start: usize,
    /// Up to where no line end is.
    searched: usize,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Lines of at most `longest` bytes.
    pub(super) fn new(from: R, longest: usize) -> Self {
        let held = Zeroizing::new(Vec::with_capacity(USUAL));
        Self { from, longest, held, start: 0, searched: 0 }
    }

    /// Waits until a line has begun; `false` when the stream ended instead.
    pub(super) async fn begin(&mut self) -> io::Result<bool> {
        Ok(self.start < self.held.len() || self.fill().await? > 0)
    }

    /// The next line; `None` at the end of the stream. Nothing is lost when it isn't awaited
    /// to its end.
    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let rest = self.held.get(self.searched..).unwrap_or_default();
            let end = rest.iter().position(|byte| *byte == b'\n').map(|at| self.searched + at);
            let length = end.unwrap_or(self.held.len()) - self.start;
            if length > self.longest {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is too long"));
            }
            if let Some(end) = end {
                let line = Zeroizing::new(self.held[self.start..end].to_vec());
                self.held[self.start..end].zeroize();
                self.start = end + 1;
                self.searched = self.start;
                return Ok(Some(line));
            }
            self.searched = self.held.len();
            if self.fill().await? == 0 {
                return Ok(None);
            }
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.held.copy_within(self.start.., 0);
            let left = self.held.len() - self.start;
            self.held[left..].zeroize();
            self.held.truncate(left);
            self.searched -= self.start;
            self.start = 0;
        }
        if self.held.len() == self.held.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * self.held.capacity()));
            larger.extend_from_slice(&self.held);
            self.held = larger;
        }
        self.from.read_buf(&mut *self.held).await
    }
}

/// `message` as a line, with its end.
pub(super) fn line(message: &impl Serialize) -> serde_json::Result<Bytes> {
    let mut line = Zeroizing::new(Vec::with_capacity(USUAL));
    serde_json::to_writer(&mut *line, message)?;
    line.push(b'\n');
    Ok(line)
}

/// Writes what is queued until the queue is closed or nobody takes it any more.
pub(super) async fn pour(mut queue: mpsc::Receiver<Bytes>, mut to: impl AsyncWrite + Unpin) {
    while let Some(line) = queue.recv().await {
        let written = async {
            to.write_all(&line).await?;
            to.flush().await
        };
        if written.await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that `pieces` say, each piece in a read of its own.
    async fn read(pieces: &[&[u8]], longest: usize) -> (Vec<String>, Option<io::ErrorKind>) {
        let (mut to, from) = tokio::io::duplex(64);
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        tokio::spawn(async move {
            for piece in pieces {
                // The reader may have refused what came before.
                to.write_all(&piece).await.ok();
                tokio::task::yield_now().await;
            }
        });
        let mut lines = Lines::new(from, longest);
        let mut said = Vec::new();
        loop {
            match lines.next().await {
                Ok(Some(line)) => said.push(String::from_utf8_lossy(&line).into_owned()),
                Ok(None) => return (said, None),
                Err(fault) => return (said, Some(fault.kind())),
            }
        }
    }

    #[tokio::test]
    async fn lines_are_the_same_however_they_are_cut() {
        let text = "one\n\ntwo is longer\nünï\n".as_bytes();
        let whole = read(&[text], 100).await;
        assert_eq!(whole.0, ["one", "", "two is longer", "ünï"]);
        for size in 1..text.len() {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(read(&pieces, 100).await, whole, "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn half_a_line_at_the_end_is_none() {
        assert_eq!(read(&[b"one\nhal", b"f"], 100).await, (vec!["one".to_owned()], None));
    }

    #[tokio::test]
    async fn a_line_may_be_as_long_as_its_bound_and_no_longer() {
        let long = [vec![b'x'; 3 * USUAL], b"\nend\n".to_vec()].concat();
        let (said, fault) = read(&[&long], 3 * USUAL).await;
        assert_eq!((said.len(), fault), (2, None));
        let (said, fault) = read(&[b"one\n", &long], 3 * USUAL - 1).await;
        assert_eq!((said, fault), (vec!["one".to_owned()], Some(io::ErrorKind::InvalidData)));
        let endless = vec![b'x'; 4 * USUAL];
        assert_eq!(read(&[&endless], USUAL).await.1, Some(io::ErrorKind::InvalidData));
    }

    #[tokio::test]
    async fn what_was_read_is_wiped() {
        let mut lines = Lines::new(&b"{\"password\":\"velvet\"}\nnext\n"[..], 100);
        lines.next().await.expect("a stream").expect("a line");
        let held = String::from_utf8_lossy(&lines.held);
        assert!(!held.contains("velvet") && held.contains("next"), "{held}");
    }
}
