//! What the server answers: a recorded body, cut anew, and perhaps broken off.

use std::time::Duration;

use serde_json::json;

use crate::recordings::recording;

/// Where a body is cut. Recorders lose the places, so stories choose them.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Whole,
    Events,
    Bytes,
    Random(u64),
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As recorded.
    Whole,
    /// An orderly end after so many bytes, as if the rest had never existed.
    Short(usize),
    /// The connection is reset after so many bytes.
    Reset(usize),
    /// Nothing more comes after so many bytes.
    Stall(usize),
    /// Not even headers come.
    Silence,
}

/// One scripted answer.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) delay: Duration,
    pub(super) ending: Ending,
    cut: Cut,
}

impl Reply {
    /// The recording of this name, whole.
    pub fn recorded(name: &str) -> Self {
        let recording = recording(name);
        Self::of(recording.status, recording.headers, recording.body)
    }

    /// A stream of our own in the recorded framing, one event for each text.
    pub fn saying<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut body: String =
            texts.into_iter().map(|text| event(&json!({"text": text}), false)).collect();
        body.push_str(&event(&json!({"text": ""}), true));
        let headers = vec![("content-type".to_owned(), "text/event-stream".to_owned())];
        Self::of(200, headers, body.into_bytes())
    }

    /// No answer at all, as long as the client waits.
    pub fn silence() -> Self {
        let mut reply = Self::of(200, Vec::new(), Vec::new());
        reply.ending = Ending::Silence;
        reply
    }

    /// A JSON body of our own.
    pub fn json(body: &str) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Self::of(200, headers, body.as_bytes().to_vec())
    }

    fn of(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self {
            status,
            headers,
            body,
            delay: Duration::ZERO,
            ending: Ending::Whole,
            cut: Cut::Whole,
        }
    }

    /// The same with one text in its body replaced by another.
    pub fn with(mut self, old: &str, new: &str) -> Self {
        let text = String::from_utf8(self.body).expect("a body of text");
        assert!(text.contains(old), "the recording doesn't hold {old:?}");
        self.body = text.replace(old, new).into_bytes();
        self
    }

    /// One event at a time.
    pub fn by_event(mut self) -> Self {
        self.cut = Cut::Events;
        self
    }

    /// One byte at a time.
    pub fn by_byte(mut self) -> Self {
        self.cut = Cut::Bytes;
        self
    }

    /// In pieces of 1 to 64 bytes; the same seed cuts at the same places.
    pub fn in_random_pieces(mut self, seed: u64) -> Self {
        self.cut = Cut::Random(seed);
        self
    }

    /// With so much time between two pieces.
    pub fn every(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Ends in good order after half of its events: no finish marker.
    pub fn ends_half_way(mut self) -> Self {
        self.ending = Ending::Short(self.half());
        self
    }

    /// Breaks off with a connection reset after half of its events.
    pub fn resets_half_way(mut self) -> Self {
        self.ending = Ending::Reset(self.half());
        self
    }

    /// Gives the recorded error of a cancelled call after half of its events.
    pub fn fails_half_way(mut self) -> Self {
        let cancelled = recording("error-mid-stream").body;
        let events = event_ends(&cancelled);
        let error = &cancelled[events[events.len() - 1]..];
        self.body.truncate(self.half());
        self.body.extend_from_slice(error);
        self
    }

    /// Falls silent after half of its events.
    pub fn stalls_half_way(mut self) -> Self {
        self.ending = Ending::Stall(self.half());
        self
    }

    /// The byte after the event in the middle.
    fn half(&self) -> usize {
        let ends = event_ends(&self.body);
        ends[ends.len() / 2]
    }

    /// The body's pieces, up to where it ends.
    pub(super) fn pieces(&self) -> Vec<&[u8]> {
        let end = match self.ending {
            Ending::Whole => self.body.len(),
            Ending::Short(bytes) | Ending::Reset(bytes) | Ending::Stall(bytes) => bytes,
            Ending::Silence => 0,
        };
        let mut rest = &self.body[..end];
        let ends = event_ends(rest);
        let mut luck = Luck(match self.cut {
            Cut::Random(seed) => seed,
            Cut::Whole | Cut::Events | Cut::Bytes => 1,
        });
        let mut pieces = Vec::new();
        let mut at = 0;
        while !rest.is_empty() {
            let length = match self.cut {
                Cut::Whole => rest.len(),
                Cut::Bytes => 1,
                Cut::Random(_) => luck.up_to(64),
                Cut::Events => {
                    ends.iter().find(|end| **end > at).map_or(rest.len(), |end| end - at)
                }
            };
            let (piece, left) = rest.split_at(length.min(rest.len()));
            at += piece.len();
            pieces.push(piece);
            rest = left;
        }
        pieces
    }
}

/// One event in the framing of `newest.sse`.
fn event(part: &serde_json::Value, last: bool) -> String {
    let finish = if last { r#","finishReason": "STOP""# } else { "" };
    format!(
        "data: {{\"candidates\": [{{\"content\": {{\"parts\": [{part}],\"role\": \"model\"}}{finish},\"index\": 0}}],\
         \"usageMetadata\": {{\"promptTokenCount\": 900,\"candidatesTokenCount\": 40,\"totalTokenCount\": 940}},\
         \"modelVersion\": \"gemini-3.7-flash\"}}\r\n\r\n"
    )
}

/// The places right after each blank line.
fn event_ends(body: &[u8]) -> Vec<usize> {
    let blank = |at: usize| body[..at].ends_with(b"\r\n\r\n") || body[..at].ends_with(b"\n\n");
    let mut ends: Vec<usize> = (1..=body.len()).filter(|at| blank(*at)).collect();
    if ends.is_empty() {
        ends.push(body.len());
    }
    ends
}

/// The text of every whole event in a body's beginning: what a client can know by then.
pub(super) fn text_in(beginning: &[u8]) -> String {
    let text = String::from_utf8_lossy(beginning).replace("\r\n", "\n");
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    whole
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data:"))
        .filter_map(|data| serde_json::from_str::<serde_json::Value>(data).ok())
        .filter_map(|value| {
            let part = &value["candidates"][0]["content"]["parts"][0];
            let visible = part["thought"] != true;
            visible.then(|| part["text"].as_str().unwrap_or_default().to_owned())
        })
        .collect()
}

/// Luck that a seed repeats (xorshift).
struct Luck(u64);

impl Luck {
    fn up_to(&mut self, most: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most + 1).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recordings::expected;

    #[test]
    fn however_a_body_is_cut_it_stays_the_same_body() {
        let whole = Reply::recorded("strategy-stream");
        for reply in [
            whole.clone(),
            whole.clone().by_byte(),
            whole.clone().by_event(),
            whole.clone().in_random_pieces(7),
        ] {
            assert_eq!(reply.pieces().concat(), whole.body);
        }
        assert_eq!(whole.clone().by_byte().pieces().len(), whole.body.len());
        assert!(whole.in_random_pieces(7).pieces().iter().all(|piece| piece.len() <= 64));
    }

    #[test]
    fn a_beginning_holds_the_text_of_its_whole_events_only() {
        let body = Reply::recorded("strategy-stream").body;
        assert_eq!(text_in(&body), expected("strategy-stream").text);
        assert_eq!(
            text_in(&body[..body.len() / 2 + 3]),
            text_in(&body)[..text_in(&body[..body.len() / 2 + 3]).len()]
        );
        assert_eq!(text_in(b"data: {\"candidates\""), "");
    }

    #[test]
    fn half_a_stream_has_no_finish_marker() {
        let half = Reply::saying(["one ", "two ", "three ", "four "]).ends_half_way();
        let sent = half.pieces().concat();
        assert_eq!(text_in(&sent), "one two three ");
        assert!(!String::from_utf8_lossy(&sent).contains("finishReason"));
        let failed = Reply::saying(["one ", "two ", "three ", "four "]).fails_half_way();
        let (events, error) = failed.body.split_at(sent.len());
        assert_eq!(events, sent);
        let error: serde_json::Value = serde_json::from_slice(error).expect("a bare error object");
        assert_eq!(error["error"]["status"], "CANCELLED");
    }
}
