//! JSON in which half of a character is written as an escape: programs that cut texts by UTF-16
//! leave `\ud83d` without the half that follows. No text can hold that, and a whole file would be
//! refused for it. The half becomes the mark of what can't be read; the length stays.

use std::io::{self, Read};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// The bytes of two escapes.
const PAIR: usize = 12;
const MARK: &[u8; 4] = b"fffd";

/// A reader of JSON that mends it.
pub(super) struct Mended<R> {
    from: R,
    bytes: Vec<u8>,
    /// What of `bytes` was given on, and up to where they are mended.
    given: usize,
    mended: usize,
    ended: bool,
}

impl<R: Read> Mended<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, bytes: Vec::new(), given: 0, mended: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.bytes.drain(..self.mended);
        (self.given, self.mended) = (0, 0);
        while self.mended == 0 && !self.ended {
            let known = self.bytes.len();
            self.bytes.resize(known + PIECE, 0);
            let read = self.from.read(&mut self.bytes[known..]);
            self.bytes.truncate(known + read.as_ref().map_or(0, |read| *read));
            self.ended = read? == 0;
            self.mended = mend(&mut self.bytes, self.ended);
        }
        Ok(())
    }
}

impl<R: Read> Read for Mended<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.mended {
            self.fill()?;
        }
        let read = (&self.bytes[self.given..self.mended]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

/// Mends `bytes`, and answers up to where: an escape at the end may go on in what follows.
fn mend(bytes: &mut [u8], ended: bool) -> usize {
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        if !ended && bytes.len() - at < PAIR {
            return at;
        }
        at += match half(&bytes[at..]) {
            None => 2,
            Some(0xd800..=0xdbff) if half(&bytes[at + 6..]).is_some_and(is_low) => PAIR,
            Some(half) => {
                if (0xd800..=0xdfff).contains(&half) {
                    bytes[at + 2..at + 6].copy_from_slice(MARK);
                }
                6
            }
        };
        if at >= bytes.len() {
            return bytes.len();
        }
    }
    bytes.len()
}

/// The number that an escape stands for.
fn half(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn is_low(half: u32) -> bool {
    (0xdc00..=0xdfff).contains(&half)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    #[test]
    fn halves_of_characters_are_marked_and_all_else_stays() {
        for (text, mended) in [
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ude00\ud83d\n""#, r#""\ufffd\ufffd\n""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud83d \" \u00e9""#, r#""\\ud83d \" \u00e9""#),
            (r"\", r"\"),
            (r"\ud8", r"\ud8"),
            (r"\ud83d", r"\ufffd"),
            ("", ""),
        ] {
            let (mut whole, mut slow) = (String::new(), String::new());
            Mended::new(text.as_bytes()).read_to_string(&mut whole).unwrap();
            Mended::new(Slow(text.as_bytes())).read_to_string(&mut slow).unwrap();
            assert_eq!((whole.as_str(), slow.as_str()), (mended, mended), "{text}");
        }
        let long = format!("{}\\ud83d", "x\\n".repeat(PIECE));
        let mut read = String::new();
        Mended::new(long.as_bytes()).read_to_string(&mut read).unwrap();
        assert_eq!(read, long.replace("d83d", "fffd"));
    }
}
