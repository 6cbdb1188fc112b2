//! Server-sent events from bytes, however the network cuts them.
//!
//! It takes LF, CRLF and CR, `data:` with and without a space, data over several lines,
//! comments and keep-alives, a last event without an end. What isn't an event at all (a JSON
//! error, a page of HTML) is kept aside for the wire to explain.

/// No line and no event of a model's answer comes near this; a longer one is an attack or a fault.
const LONGEST_LINE: usize = 8 * 1024 * 1024;
const LONGEST_STRAY: usize = 1024 * 1024;

/// A line over 8 MiB.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LineTooLong;

#[derive(Default)]
pub(super) struct Framer {
    line: Vec<u8>,
    after_cr: bool,
    data: Option<String>,
    stray: String,
}

impl Framer {
    /// Takes bytes; returns the data of each event that they complete.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<String>, LineTooLong> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            match bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
                Some(end) => {
                    self.line.extend_from_slice(&bytes[..end]);
                    self.after_cr = bytes[end] == b'\r';
                    bytes = &bytes[end + 1..];
                    events.extend(self.end_line());
                }
                None => {
                    self.line.extend_from_slice(bytes);
                    bytes = &[];
                }
            }
            let event = self.data.as_ref().map_or(0, String::len);
            if self.line.len() > LONGEST_LINE || event > LONGEST_LINE {
                return Err(LineTooLong);
            }
        }
        Ok(events)
    }

    /// The end of the body: the data of an event whose end never came, and what was no event.
    pub(super) fn finish(mut self) -> (Option<String>, String) {
        if !self.line.is_empty() {
            self.end_line();
        }
        (self.data, self.stray)
    }

    fn end_line(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        if line.is_empty() {
            return self.data.take();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        match field {
            "data" => {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match &mut self.data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(value);
                    }
                    None => self.data = Some(value.to_owned()),
                }
            }
            "" | "event" | "id" | "retry" => {}
            _ if self.stray.len() < LONGEST_STRAY => {
                self.stray.push_str(line);
                self.stray.push('\n');
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(body: &[u8], size: usize) -> (Vec<String>, String) {
        let mut framer = Framer::default();
        let mut events = Vec::new();
        for chunk in body.chunks(size) {
            events.extend(framer.push(chunk).unwrap());
        }
        let (last, stray) = framer.finish();
        events.extend(last);
        (events, stray)
    }

    #[test]
    fn events_are_the_same_however_the_bytes_are_cut() {
        let body = ": hi\r\n\r\ndata: {\"a\":\"ü🎉\"}\r\n\r\n\r\ndata:b\ndata: c\n\nevent: ping\n\ndata: d\r\rdata: last".as_bytes();
        for size in [1, 2, 3, 5, 1000] {
            let (events, stray) = frame(body, size);
            assert_eq!(events, ["{\"a\":\"ü🎉\"}", "b\nc", "d", "last"], "pieces of {size}");
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
    fn an_endless_line_is_refused() {
        let mut framer = Framer::default();
        let piece = vec![b'x'; 1024 * 1024];
        let refused = (0..9).any(|_| framer.push(&piece).is_err());
        assert!(refused);
    }
}
