//! Looks for words where no word may be: in every file, and in every file's name.
//!
//! It reads bytes as they are on the disk, as someone with the files but no password
//! would. Case doesn't matter, and text is looked for in UTF-8 and in UTF-16.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A word in a place where it must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file (or the folder whose name it is).
    pub path: PathBuf,
    /// The word as it was asked for.
    pub word: String,
    /// Where and how it stands there.
    pub place: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' in {} ({})", self.word, self.path.display(), self.place)
    }
}

struct Needle<'a> {
    word: &'a str,
    bytes: Vec<u8>,
    encoding: &'static str,
}

/// Searches everything under `roots`, leaving out what lies under `except`.
pub fn scan(roots: &[PathBuf], words: &[&str], except: &[PathBuf]) -> Vec<Finding> {
    let needles: Vec<Needle<'_>> = words
        .iter()
        .flat_map(|word| {
            assert!(word.len() >= 6, "'{word}' is too short to be looked for");
            let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [
                Needle { word, bytes: word.as_bytes().to_vec(), encoding: "UTF-8" },
                Needle { word, bytes: wide, encoding: "UTF-16" },
            ]
        })
        .collect();
    let mut findings = Vec::new();
    let mut folders: Vec<PathBuf> = roots.to_vec();
    while let Some(folder) = folders.pop() {
        // What vanishes while we look was never left behind.
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if except.iter().any(|left_out| path.starts_with(left_out)) {
                continue;
            }
            let name = entry.file_name();
            search(name.as_encoded_bytes(), &needles, &path, "its name", &mut findings);
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let Ok(bytes) = fs::read(&path) else {
                    continue;
                };
                search(&bytes, &needles, &path, "its bytes", &mut findings);
            }
        }
    }
    findings
}

/// Panics with every finding, so that a story ends in one sentence per leak.
pub fn assert_nothing_found(roots: &[PathBuf], words: &[&str], except: &[PathBuf]) {
    for root in roots {
        assert!(root.is_dir(), "{} isn't there to be searched", root.display());
    }
    let findings = scan(roots, words, except);
    let sentences: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(sentences.is_empty(), "left readable on the disk:\n{}", sentences.join("\n"));
}

fn search(
    hay: &[u8],
    needles: &[Needle<'_>],
    path: &Path,
    part: &str,
    findings: &mut Vec<Finding>,
) {
    let mut starts = [false; 256];
    for needle in needles {
        starts[usize::from(needle.bytes[0].to_ascii_lowercase())] = true;
        starts[usize::from(needle.bytes[0].to_ascii_uppercase())] = true;
    }
    let mut found = vec![false; needles.len()];
    for (at, byte) in hay.iter().enumerate() {
        if !starts[usize::from(*byte)] {
            continue;
        }
        for (index, needle) in needles.iter().enumerate() {
            let stands_here = hay[at..]
                .get(..needle.bytes.len())
                .is_some_and(|slice| slice.eq_ignore_ascii_case(&needle.bytes));
            if stands_here && !found[index] {
                found[index] = true;
                findings.push(Finding {
                    path: path.to_path_buf(),
                    word: needle.word.to_owned(),
                    place: format!("{part}, {}, byte {at}", needle.encoding),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_in(folder: &Path) -> Vec<String> {
        let words = ["quetzalharbour", "Straße-7"];
        let mut found: Vec<String> = scan(&[folder.to_path_buf()], &words, &[])
            .into_iter()
            .map(|finding| finding.place)
            .collect();
        found.sort();
        found
    }

    #[test]
    fn a_word_is_found_in_bytes_in_utf_16_and_in_a_name() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("deep")).expect("a folder in it");
        fs::write(folder.path().join("deep/a"), b"\x00\xffQuetzalHarbour\x00").expect("a file");
        let wide: Vec<u8> = "x Straße-7".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(folder.path().join("b"), wide).expect("a file");
        fs::write(folder.path().join("quetzalharbour.log"), b"").expect("a file");
        assert_eq!(
            words_in(folder.path()),
            ["its bytes, UTF-16, byte 4", "its bytes, UTF-8, byte 2", "its name, UTF-8, byte 0"]
        );
    }

    #[test]
    fn a_part_of_a_word_is_no_finding_and_an_exception_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a"), b"quetzalharbou").expect("a file");
        assert!(words_in(folder.path()).is_empty());
        let saved = folder.path().join("saved");
        fs::create_dir(&saved).expect("a folder");
        fs::write(saved.join("x.py"), b"quetzalharbour").expect("a file");
        let found = scan(&[folder.path().to_path_buf()], &["quetzalharbour"], &[saved]);
        assert!(found.is_empty());
    }
}
