//! Lines and server-sent events from bytes, however the network cuts them.
//!
//! Lines end with LF, CRLF or CR; the last one may have no end. Events take `data:` with and
//! without a space, data over several lines, comments and keep-alives. What isn't an event at
//! all (a JSON error, a page of HTML) is kept aside for the wire to explain.

use memchr::memchr2;

/// No line and no event of a model's answer comes near this; a longer one is an attack or a fault.
pub(crate) const LONGEST_LINE: usize = 8 * 1024 * 1024;
/// What is no event is kept up to here.
const LONGEST_STRAY: usize = 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Why bytes are read no further.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A line or an event of over 8 MiB.
    TooLong,
    /// Over 1 MiB, and not one event among it.
    NoEvents,
}

/// Whole lines from pieces of them.
#[derive(Default)]
pub(crate) struct Lines {
    begun: Vec<u8>,
    after_cr: bool,
}

impl Lines {
    /// Takes bytes; hands each line that they complete to `take`, without its end.
    pub(crate) fn push<E: From<Refused>>(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            let line = &bytes[..end];
            if self.begun.len() + line.len() > LONGEST_LINE {
                return Err(Refused::TooLong.into());
            }
            if self.begun.is_empty() {
                take(line)?;
            } else {
                self.begun.extend_from_slice(line);
                let taken = take(&self.begun);
                self.begun.clear();
                taken?;
            }
            let cr = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if cr {
                self.after_cr = bytes.is_empty();
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
        }
        if self.begun.len() + bytes.len() > LONGEST_LINE {
            return Err(Refused::TooLong.into());
        }
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    /// A last line that has no end.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.begun
    }
}

/// The data of server-sent events.
#[derive(Default)]
pub(crate) struct Events {
    lines: Lines,
    event: Event,
}

/// The event whose lines are coming.
#[derive(Default)]
struct Event {
    data: Vec<u8>,
    has_data: bool,
    /// Whether the body has shown itself to be a stream of events.
    seen: bool,
    stray: Vec<u8>,
}

impl Events {
    /// Takes bytes; hands the data of each event that they complete to `take`.
    pub(crate) fn push<E: From<Refused>>(
        &mut self,
        bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { lines, event } = self;
        lines.push(bytes, |line| {
            if !line.is_empty() {
                return Ok(event.line(line)?);
            }
            if std::mem::take(&mut event.has_data) {
                let taken = take(&event.data);
                event.data.clear();
                taken?;
            }
            Ok(())
        })
    }

    /// The end of the body: the data of an event whose end never came, and what was no event.
    pub(crate) fn finish(self) -> Result<(Option<Vec<u8>>, Vec<u8>), Refused> {
        let Self { lines, mut event } = self;
        let last = lines.finish();
        if !last.is_empty() {
            event.line(&last)?;
        }
        Ok((event.has_data.then_some(event.data), event.stray))
    }
}

impl Event {
    fn line(&mut self, line: &[u8]) -> Result<(), Refused> {
        let line = match self.seen {
            true => line,
            false => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
        };
        if let Some(value) = line.strip_prefix(b"data:") {
            self.data(value.strip_prefix(b" ").unwrap_or(value))
        } else if line == b"data" {
            self.data(b"")
        } else if line.starts_with(b":")
            || [b"event:".as_slice(), b"id:", b"retry:"].iter().any(|name| line.starts_with(name))
            || [b"event".as_slice(), b"id", b"retry"].contains(&line)
        {
            self.seen = true;
            Ok(())
        } else {
            self.stray(line)
        }
    }

    fn data(&mut self, value: &[u8]) -> Result<(), Refused> {
        self.seen = true;
        if self.data.len() + value.len() > LONGEST_LINE {
            return Err(Refused::TooLong);
        }
        if self.has_data {
            self.data.push(b'\n');
        }
        self.has_data = true;
        self.data.extend_from_slice(value);
        Ok(())
    }

    fn stray(&mut self, line: &[u8]) -> Result<(), Refused> {
        if self.stray.len() + line.len() <= LONGEST_STRAY {
            self.stray.extend_from_slice(line);
            self.stray.push(b'\n');
            return Ok(());
        }
        // Beside events it is noise; alone it is no answer and may never end.
        if self.seen { Ok(()) } else { Err(Refused::NoEvents) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &[u8], size: usize) -> (Vec<String>, String) {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let mut framer = Events::default();
        let mut events = Vec::new();
        for chunk in body.chunks(size) {
            let taken = framer.push(chunk, |data| {
                events.push(text(data.to_vec()));
                Ok::<_, Refused>(())
            });
            taken.unwrap();
        }
        let (last, stray) = framer.finish().unwrap();
        events.extend(last.map(text));
        (events, text(stray))
    }

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let body = "\u{feff}: hi\r\n\r\ndata: {\"a\":\"ü🎉\"}\r\n\r\n\r\ndata:b\ndata: c\n\nevent: ping\n\ndata: d\r\rid\ndata\n\ndata: last".as_bytes();
        for size in [1, 2, 3, 5, 1000] {
            let (events, stray) = frame(body, size);
            assert_eq!(events, ["{\"a\":\"ü🎉\"}", "b\nc", "d", "", "last"], "pieces of {size}");
            assert_eq!(stray, "");
        }
    }

    #[test]
    fn what_is_no_event_is_kept_aside() {
        let (events, stray) = frame(b"data: x\n\n{\"error\":\n {\"code\": 503}}\n", 4);
        assert_eq!(events, ["x"]);
        assert_eq!(stray, "{\"error\":\n {\"code\": 503}}\n");
    }

    #[test]
    fn an_endless_line_an_endless_event_and_an_endless_page_are_refused() {
        for (piece, why) in [
            (vec![b'x'; 1024 * 1024], Refused::TooLong),
            ([b"data:".as_slice(), &[b'x'; 1024 * 1024], b"\n"].concat(), Refused::TooLong),
            (b"<p>on and on</p>\n".repeat(50_000), Refused::NoEvents),
        ] {
            let mut framer = Events::default();
            let refused = (0..9).find_map(|_| framer.push(&piece, |_| Ok::<_, Refused>(())).err());
            assert_eq!(refused, Some(why));
        }
    }
}
