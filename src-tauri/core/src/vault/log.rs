//! The write-ahead log that a killed program left beside a vault.
//!
//! SQLite takes the log up to the first frame that isn't right, and drops what comes after without
//! a word: a torn end is usual. But a bent frame in the middle would take acknowledged messages
//! with it, and that is damage. Format: <https://sqlite.org/fileformat2.html#the_write_ahead_log>;
//! SQLCipher sums the encrypted pages, so that no key is needed.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME: usize = 24;
/// Sums are made of big-endian words with the magic number's last bit set, else of little-endian.
const MAGIC: u32 = 0x377f_0682;
const LARGEST_PAGE: usize = 65_536;

/// Whether something in the middle of the log at `path` is damaged. An end that was never
/// acknowledged may be torn.
pub(super) fn is_damaged(path: &Path) -> io::Result<bool> {
    match File::open(path) {
        Ok(file) => is_bent(BufReader::with_capacity(1 << 16, file)),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// The checksum of a log, which goes on from frame to frame.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sum {
    first: u32,
    second: u32,
    big: bool,
}

impl Sum {
    fn over(mut self, bytes: &[u8]) -> Self {
        for pair in bytes.chunks_exact(8) {
            let [one, two] = [0, 4].map(|at| word(pair, at));
            let turned = |word: u32| if self.big { word } else { word.swap_bytes() };
            self.first = self.first.wrapping_add(turned(one)).wrapping_add(self.second);
            self.second = self.second.wrapping_add(turned(two)).wrapping_add(self.first);
        }
        self
    }

    fn is_at(self, bytes: &[u8], at: usize) -> bool {
        (self.first, self.second) == (word(bytes, at), word(bytes, at + 4))
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let mut word = [0; 4];
    word.copy_from_slice(&bytes[at..at + 4]);
    u32::from_be_bytes(word)
}

fn is_bent(mut log: impl Read) -> io::Result<bool> {
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        // Not even one page was acknowledged.
        return Ok(false);
    }
    let page = usize::try_from(word(&header, 8)).unwrap_or(usize::MAX);
    let magic = word(&header, 0);
    let start = Sum { first: 0, second: 0, big: magic & 1 == 1 };
    let mut sum = start.over(&header[..24]);
    if magic & !1 != MAGIC
        || !page.is_power_of_two()
        || page > LARGEST_PAGE
        || !sum.is_at(&header, 24)
    {
        // Its 32 bytes are flushed before any frame, in one sector: they are never torn.
        return fill(&mut log, &mut [0; FRAME]);
    }
    let mut frame = vec![0; FRAME + page];
    // Whether a frame was wrong, and the sum of a commit after it: what goes on from there was written
    // when that commit had been flushed and acknowledged.
    let mut wrong = false;
    let mut committed: Option<Sum> = None;
    while fill(&mut log, &mut frame)? {
        if frame[8..16] != header[16..24] {
            // Of an earlier round of the log, and in the database long since; or never written.
            continue;
        }
        let goes_on = |sum: Sum| sum.over(&frame[..8]).over(&frame[FRAME..]).is_at(&frame, 16);
        if committed.is_some_and(goes_on) {
            return Ok(true);
        }
        if !wrong {
            let next = sum.over(&frame[..8]).over(&frame[FRAME..]);
            wrong = !next.is_at(&frame, 16);
            sum = next;
        }
        let told = Sum { first: word(&frame, 16), second: word(&frame, 20), ..sum };
        committed = (wrong && word(&frame, 4) != 0).then_some(told);
    }
    Ok(false)
}

/// Fills `buffer`; `false` where the log ends before.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Err(fault) if fault.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};

    use super::*;

    const PAGE: usize = 4096;
    const WHOLE: usize = FRAME + PAGE;

    /// The log of a few commits, as a killed program leaves it.
    async fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut db = options.journal_mode(SqliteJournalMode::Wal).connect().await.unwrap();
        sqlx::raw_sql("CREATE TABLE word (text TEXT)").execute(&mut db).await.unwrap();
        for text in ["one", "two", "three"] {
            sqlx::query("INSERT INTO word VALUES (?)").bind(text).execute(&mut db).await.unwrap();
        }
        let bytes = std::fs::read(folder.path().join("some.db-wal")).unwrap();
        sqlx::Connection::close(db).await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn a_whole_log_and_one_with_a_torn_end_are_not_damaged() {
        let log = log().await;
        assert!((log.len() - HEADER).is_multiple_of(WHOLE) && log.len() > HEADER + 4 * WHOLE);
        assert!(!is_bent(&*log).unwrap(), "whole");
        for length in [0, 5, HEADER, HEADER + 7, log.len() - 1, log.len() - WHOLE] {
            assert!(!is_bent(&log[..length]).unwrap(), "{length} bytes of it");
        }
        let mut torn = log.clone();
        let last = torn.len() - 100;
        torn[last] ^= 1;
        assert!(
            !is_bent(&*torn).unwrap(),
            "the last commit, which may never have been acknowledged"
        );
        let mut older = log.clone();
        older.extend_from_slice(&[vec![0; 8], vec![9; WHOLE - 8]].concat());
        assert!(!is_bent(&*older).unwrap(), "a frame of an earlier round after it");
    }

    #[tokio::test]
    async fn a_bit_that_changed_in_the_middle_of_a_log_is_damage() {
        let log = log().await;
        for at in [0, 9, 20, 30, HEADER + 2, HEADER + 18, HEADER + FRAME + 1, HEADER + WHOLE + 999]
        {
            let mut bent = log.clone();
            bent[at] ^= 1;
            assert!(is_bent(&*bent).unwrap(), "byte {at}");
        }
    }
}
