//! How often a word stands in the memory of a process, read from outside.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

/// No more of a process's memory is read at a time.
const PIECE: usize = 16 << 20;
const PAGE: usize = 4096;
static ZEROS: [u8; PAGE] = [0; PAGE];

/// How often a word stands in a process's writable memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// As the core and the disk write it.
    pub utf8: usize,
    /// As a webview may write it.
    pub utf16: usize,
}

impl Copies {
    /// In either writing.
    pub fn all(self) -> usize {
        self.utf8 + self.utf16
    }
}

/// Counts these words in the writable memory of a process, one after the other.
pub fn copies(pid: u32, words: &[&str]) -> Vec<Copies> {
    let needles: Vec<[Vec<u8>; 2]> = words
        .iter()
        .map(|word| {
            let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [word.as_bytes().to_vec(), wide]
        })
        .collect();
    let longest = needles.iter().flatten().map(Vec::len).max().unwrap_or_default();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).expect("the process lives");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("its memory can be read");
    let pages = File::open(format!("/proc/{pid}/pagemap")).expect("its pages can be listed");
    let mut found = vec![Copies::default(); words.len()];
    let mut piece = vec![0; PIECE + longest];
    let mut read = 0;
    for line in
        maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|may| may.starts_with("rw")))
    {
        for (mut at, end) in range(line).into_iter().flat_map(|range| written(&pages, range)) {
            while at < end {
                // Each piece is read up to a word's length into the next, and counts what begins in it.
                let length = usize::try_from(end - at).unwrap_or(usize::MAX).min(piece.len());
                let Ok(length) = memory.read_at(&mut piece[..length], at) else { break };
                if length == 0 {
                    break;
                }
                read += length;
                let own = length.min(PIECE);
                count(&piece[..length], own, &needles, &mut found);
                at += own as u64;
            }
        }
    }
    assert!(read > 1 << 17, "only {read} bytes of process {pid} could be read");
    found
}

fn range(line: &str) -> Option<(u64, u64)> {
    let (from, to) = line.split(' ').next()?.split_once('-')?;
    Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
}

/// The parts of a range whose pages were ever written: most of what a process reserves never is. See
/// <https://docs.kernel.org/admin-guide/mm/pagemap.html>: a page is in memory or in the swap by its
/// two highest bits.
fn written(pages: &File, (from, to): (u64, u64)) -> Vec<(u64, u64)> {
    const ENTRIES: u64 = 1 << 16;
    let mut parts: Vec<(u64, u64)> = Vec::new();
    let mut entries = vec![0; usize::try_from(8 * ENTRIES).unwrap_or(PAGE)];
    let mut page = from / PAGE as u64;
    while page < to / PAGE as u64 {
        let wanted = ENTRIES.min(to / PAGE as u64 - page);
        let bytes = &mut entries[..usize::try_from(8 * wanted).unwrap_or(PAGE)];
        if pages.read_exact_at(bytes, page * 8).is_err() {
            break;
        }
        for (number, entry) in bytes.chunks_exact(8).enumerate() {
            if entry[7] & 0xc0 == 0 {
                continue;
            }
            let at = (page + number as u64) * PAGE as u64;
            match parts.last_mut() {
                Some((_, end)) if *end == at => *end += PAGE as u64,
                _ => parts.push((at, at + PAGE as u64)),
            }
        }
        page += wanted;
    }
    parts
}

/// Counts what begins in the first `own` bytes.
fn count(hay: &[u8], own: usize, needles: &[[Vec<u8>; 2]], found: &mut [Copies]) {
    let mut starts = [false; 256];
    for needle in needles.iter().flatten() {
        starts[usize::from(needle[0])] = true;
    }
    for page in (0..own).step_by(PAGE) {
        let end = own.min(page + PAGE);
        // Most of what a process has reserved was never written.
        if hay[page..end] == ZEROS[..end - page] {
            continue;
        }
        for at in page..end {
            if starts[usize::from(hay[at])] {
                for (needles, found) in needles.iter().zip(&mut *found) {
                    found.utf8 += usize::from(hay[at..].starts_with(&needles[0]));
                    found.utf16 += usize::from(hay[at..].starts_with(&needles[1]));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_a_process_is_counted_as_often_as_it_is_there() {
        let (own, word) = (std::process::id(), "peregrinecloister");
        let before = copies(own, &[word])[0].all();
        let kept: Vec<String> = (0..3).map(|_| word.to_owned()).collect();
        let after = copies(own, &[word])[0].all();
        // The search itself leaves some, as does the allocator.
        assert!(after >= before + 2, "{before} before, {after} after, {kept:?}");
    }
}
