//! The file that chats come in: what it is, and its chats one by one.
//!
//! Nothing is unpacked to the disk. It refuses what is no file, more than 1 GiB of text in all,
//! more than 256 MiB of it in one chat, and whatever holds no chats.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use zip::ZipArchive;

use super::super::FORMAT;
use super::chatgpt::Conversation;
use super::loose::Perhaps;
use super::mended::Mended;
use super::meter::{Meter, Metered, Progress};
use super::own::Document;
use super::tree::{Draft, Incoming, called};
use crate::clock::Timestamp;

/// MiB of text that are read in all.
const MOST: u64 = 1024;
/// MiB of text in one chat: a hundred thousand messages of a usual length have less.
const LARGEST_CHAT: u64 = 256;
/// Files in a zip.
const MOST_FILES: usize = 200_000;
/// Bytes in which a file says what it is.
const START: usize = 256;

/// What is found in a file: chats, and why others are none, in words for a person.
pub(super) enum Found {
    Chat(Box<Incoming>),
    Refused(String),
}

/// Takes what is found; `false` when no more is wanted.
pub(super) type Take<'a> = dyn FnMut(Found) -> bool + 'a;

/// Reads the chats in the file at `path`, tells `progress` how far that is, and answers why it could
/// not be read on.
pub(super) fn read(
    path: &Path,
    now: Timestamp,
    progress: &Arc<Progress>,
    take: &mut Take<'_>,
) -> Result<(), String> {
    let unreadable = |fault: io::Error| {
        format!("The file can't be read: {fault}. Check that it is there and that you may read it.")
    };
    let kind = std::fs::metadata(path).map_err(unreadable)?;
    if kind.is_dir() {
        return Err("This is a folder. Choose a .json or .zip file.".to_owned());
    }
    // A pipe or a device may have no end.
    if !kind.is_file() {
        return Err("This is no file. Choose a .json or .zip file.".to_owned());
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(4).read_to_end(&mut start).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    progress.total.store(kind.len(), Relaxed);
    let meter = Meter::up_to(MOST, LARGEST_CHAT, Arc::clone(progress));
    let mut reading = Reading { now, meter: Rc::new(meter), take };
    match start[..] {
        [] => Err("The file is empty. Choose another one.".to_owned()),
        [b'P', b'K', 3 | 5 | 7, _] => reading.zip(file),
        _ => reading.json(file, "The file"),
    }
}

/// What has been read so far.
struct Reading<'a, 'b> {
    now: Timestamp,
    meter: Rc<Meter>,
    take: &'a mut Take<'b>,
}

impl Reading<'_, '_> {
    /// What is found in a JSON file: one chat of ours, or conversations of ChatGPT.
    fn json(&mut self, file: impl Read, called: &str) -> Result<(), String> {
        self.meter.begin();
        let text = Mended::new(Metered(file, Rc::clone(&self.meter)));
        let mut text = BufReader::with_capacity(64 * 1024, text);
        skip_blank(&mut text).map_err(|fault| format!("{called} can't be read: {fault}."))?;
        let first = text.fill_buf().ok().and_then(|bytes| bytes.first().copied());
        match first {
            Some(b'{') => self.own(text).map_err(|why| format!("{called} can't be taken: {why}.")),
            Some(b'[') => self.conversations(text, called),
            _ => Err(format!(
                "{called} holds no chats. Choose a chat or a zip file that AlgoAgent exported, or the zip file that ChatGPT exports."
            )),
        }
    }

    /// One chat of ours.
    fn own(&mut self, text: impl Read) -> Result<(), String> {
        let mut json = serde_json::Deserializer::from_reader(text);
        let document = Document::deserialize(&mut json).and_then(|read| json.end().map(|()| read));
        let document = document.map_err(|fault| told(&fault))?;
        let title = document.title().map(ToOwned::to_owned);
        let draft = document.draft()?;
        self.give(title.as_deref(), draft);
        Ok(())
    }

    /// A list of ChatGPT's conversations.
    fn conversations(&mut self, text: impl Read, called: &str) -> Result<(), String> {
        let mut json = serde_json::Deserializer::from_reader(text);
        let mut list = List { reading: self, read: 0, stopped: false };
        let read = (&mut list).deserialize(&mut json);
        let (count, stopped) = (list.read, list.stopped);
        match read.and_then(|()| json.end()) {
            Ok(()) if count == 0 => {
                Err(format!("{called} holds an empty list: there are no chats."))
            }
            Err(fault) if !stopped => {
                Err(format!("{called} can't be read on after {count} chats: {}.", told(&fault)))
            }
            _ => Ok(()),
        }
    }

    /// Hands a chat over, or why it is none; `false` when no more is wanted.
    fn give(&mut self, title: Option<&str>, draft: Draft) -> bool {
        let found = match draft.planted(self.now) {
            Ok(chat) => Found::Chat(Box::new(chat)),
            Err(why) => Found::Refused(format!("{}: {why}.", called(title))),
        };
        (self.take)(found)
    }

    /// What is found in a zip: chats of ours, or what ChatGPT exports.
    fn zip(&mut self, file: File) -> Result<(), String> {
        let broken = |fault: zip::result::ZipError| {
            format!(
                "The zip file is damaged or of a kind that can't be read: {fault}. Fetch or export it again."
            )
        };
        let mut zip = ZipArchive::new(file).map_err(broken)?;
        if zip.len() > MOST_FILES {
            return Err(format!(
                "The zip file holds more than {MOST_FILES} files. Choose another one."
            ));
        }
        if let Some(total) = zip.decompressed_size() {
            self.meter.progress.total.store(u64::try_from(total).unwrap_or(u64::MAX), Relaxed);
        }
        let mut any = false;
        // What is passed over counts as read.
        let mut passed = 0_u64;
        for index in 0..zip.len() {
            self.meter.progress.done.store(passed, Relaxed);
            if self.meter.is_full() {
                return Err(format!(
                    "The file holds more than {} MiB of text. What came before that was taken.",
                    self.meter.most
                ));
            }
            let entry = match zip.by_index(index) {
                Ok(entry) => entry,
                Err(fault) => {
                    any = true;
                    if !(self.take)(Found::Refused(format!(
                        "A file in the zip can't be read: {fault}."
                    ))) {
                        return Ok(());
                    }
                    continue;
                }
            };
            passed = passed.saturating_add(entry.size());
            let Ok(name) = entry.name().map(|name| name.into_owned()) else { continue };
            let own = name.rsplit('/').next().unwrap_or_default().to_owned();
            if entry.is_dir() || !own.ends_with(".json") {
                continue;
            }
            let called = format!("{:?} in the zip", own.chars().take(80).collect::<String>());
            let read = if own.starts_with("conversations") {
                self.json(entry, &called)
            } else {
                let mut entry = entry;
                let mut start = Vec::new();
                // What can't be read here can't be read below either, and is told there.
                Read::by_ref(&mut entry).take(START as u64).read_to_end(&mut start).ok();
                let ours = start.windows(FORMAT.len()).any(|bytes| bytes == FORMAT.as_bytes());
                // Other files of ChatGPT's.
                if !ours && !name.split('/').any(|folder| folder == "chats") {
                    continue;
                }
                self.json(start.chain(entry), &called)
            };
            any = true;
            if let Err(why) = read
                && !(self.take)(Found::Refused(why))
            {
                return Ok(());
            }
        }
        if any {
            return Ok(());
        }
        Err("There are no chats in this zip file. Choose one that AlgoAgent exported, or the one that ChatGPT exports.".to_owned())
    }
}

/// Passes over what some programs put before the text.
fn skip_blank(text: &mut impl BufRead) -> io::Result<()> {
    let bytes = text.fill_buf()?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        text.consume(3);
    }
    loop {
        let bytes = text.fill_buf()?;
        let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let (all, none) = (blank == bytes.len(), bytes.is_empty());
        text.consume(blank);
        if none || !all {
            return Ok(());
        }
    }
}

/// What is wrong with a JSON file, in words.
fn told(fault: &serde_json::Error) -> String {
    match fault.classify() {
        serde_json::error::Category::Io => fault.to_string(),
        serde_json::error::Category::Eof => "it ends in the middle".to_owned(),
        _ => format!("it is damaged at line {}, column {}", fault.line(), fault.column()),
    }
}

/// A list of conversations, each handed over before the next is read.
struct List<'r, 'a, 'b> {
    reading: &'r mut Reading<'a, 'b>,
    read: usize,
    stopped: bool,
}

impl<'de> DeserializeSeed<'de> for &mut List<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut List<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of conversations")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            self.reading.meter.begin();
            let Some(Perhaps(found)) = seq.next_element::<Perhaps<Conversation>>()? else {
                return Ok(());
            };
            self.read += 1;
            let more = match found {
                None => {
                    let why = format!("What stands at place {} of the list is no chat.", self.read);
                    (self.reading.take)(Found::Refused(why))
                }
                Some(conversation) => {
                    let title = conversation.title().map(ToOwned::to_owned);
                    match conversation.draft() {
                        Ok(draft) => self.reading.give(title.as_deref(), draft),
                        Err(why) => {
                            let why = format!("{}: {why}.", called(title.as_deref()));
                            (self.reading.take)(Found::Refused(why))
                        }
                    }
                }
            };
            if !more {
                self.stopped = true;
                return Err(serde::de::Error::custom("no more is wanted"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A file of zeros that swells to so many MiB inside a list, in a zip.
    fn swelling(mib: usize, entries: usize) -> File {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for entry in 0..entries {
            let name = format!("conversations-{entry:03}.json");
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"[{\"title\":\"").unwrap();
            for _ in 0..mib {
                zip.write_all(&[b'x'; 1 << 20]).unwrap();
            }
            zip.write_all(b"\"}]").unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 1 << 20);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        file.rewind().unwrap();
        file
    }

    fn refusals(zip: File, most: u64, largest: u64) -> Vec<String> {
        let mut told = Vec::new();
        let mut take = |found| {
            match found {
                Found::Refused(why) => told.push(why),
                Found::Chat(chat) => panic!("{chat:?}"),
            }
            true
        };
        let meter = Rc::new(Meter::up_to(most, largest, Arc::default()));
        let mut reading = Reading { now: Timestamp(0), meter, take: &mut take };
        let ended = reading.zip(zip);
        told.extend(ended.err());
        told
    }

    #[test]
    fn a_zip_that_swells_is_given_up() {
        let told = refusals(swelling(3, 1), 16, 2);
        assert!(told[0].contains("a chat in it has more than 2 MiB"), "{told:?}");
        let told = refusals(swelling(2, 9), 4, 3);
        assert!(told.iter().any(|why| why.contains("more than 4 MiB of text")), "{told:?}");
        assert!(told.len() <= 4, "it is read no further: {told:?}");
    }
}
