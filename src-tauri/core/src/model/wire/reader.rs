//! From the bytes of a body to the steps of an answer.

use std::borrow::Cow;

use serde_json::Value;

use super::fault::{Judge, broke_off, not_the_service};
use super::{Decode, Framing, Read, wire};
use crate::model::lines::{Events, Lines, Refused};
use crate::model::{Delta, Problem, ProblemCode, Usage};

enum Framer {
    Events(Events),
    Lines(Lines),
}

/// Reads the body of one answer.
pub(super) struct Reader<'a> {
    framer: Framer,
    body: Body<'a>,
}

struct Body<'a> {
    judge: Judge<'a>,
    decoder: Box<dyn Decode>,
    /// Whether anything was what this service says.
    known: bool,
    strange: Option<String>,
}

/// Why reading stops.
enum Stop {
    Refused(Refused),
    Problem(Box<Problem>),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(judge: Judge<'a>) -> Self {
        let wire = wire(judge.kind);
        let framer = match wire.framing() {
            Framing::Events => Framer::Events(Events::default()),
            Framing::Lines => Framer::Lines(Lines::default()),
        };
        let body = Body { judge, decoder: wire.decoder(), known: false, strange: None };
        Self { framer, body }
    }

    /// Whether the service said that the answer is over.
    pub(super) fn finished(&mut self) -> bool {
        self.body.decoder.gathered().finished()
    }

    /// What was counted so far.
    pub(super) fn usage(&mut self) -> Option<Usage> {
        self.body.decoder.gathered().usage
    }

    /// Takes bytes. What they say is in `to` even where they end in a problem.
    pub(super) fn push(&mut self, bytes: &[u8], to: &mut Vec<Delta>) -> Result<(), Problem> {
        let Self { framer, body } = self;
        let pushed = match framer {
            Framer::Events(events) => events.push(bytes, |data| Ok(body.take(data, to)?)),
            Framer::Lines(lines) => lines.push(bytes, |line| Ok(body.take(line, to)?)),
        };
        pushed.map_err(|stop| {
            body.decoder.gathered().settle(to);
            match stop {
                Stop::Problem(problem) => *problem,
                Stop::Refused(refused) => body.refused(&refused),
            }
        })
    }

    /// The end of the body.
    pub(super) fn finish(self, to: &mut Vec<Delta>) -> Result<(), Problem> {
        let Self { framer, mut body } = self;
        let rest = body.rest(framer, to);
        body.decoder.gathered().settle(to);
        rest?;
        body.end(to)
    }
}

impl Body<'_> {
    /// What no later byte completes.
    fn rest(&mut self, framer: Framer, to: &mut Vec<Delta>) -> Result<(), Problem> {
        match framer {
            Framer::Lines(lines) => self.take(&lines.finish(), to),
            Framer::Events(events) => {
                let (last, stray) = events.finish().map_err(|refused| self.refused(&refused))?;
                if let Some(last) = last {
                    self.take(&last, to)?;
                }
                self.stray(&stray, to)
            }
        }
    }

    fn refused(&self, refused: &Refused) -> Problem {
        let name = self.judge.name;
        let what = match refused {
            Refused::TooLong => "sends lines of over 8 MB",
            Refused::NoEvents => "sends page after page",
        };
        Problem::new(
            ProblemCode::NotTheService,
            format!(
                "What answers at this address {what}; that isn't {name}. Check the address in Settings → Models."
            ),
        )
    }

    /// One event or line.
    fn take(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<(), Problem> {
        let data = data.trim_ascii();
        if data.is_empty() {
            return Ok(());
        }
        // A list in the place of one value.
        if data[0] == b'[' && data != b"[DONE]" {
            return self.stray(data, to);
        }
        match self.read(data, to) {
            Ok(Read::Taken) => self.known = true,
            Ok(Read::Strange) => self.is_strange(data),
            Ok(Read::Error) => return Err(self.error(data)),
            // A service that says [DONE] although it never does ends its answer there.
            Err(_) if data == b"[DONE]" || self.decoder.gathered().finished() => {}
            Err(_) if !self.known && data[0] != b'{' => {
                return Err(not_the_service(self.judge.name, &String::from_utf8_lossy(data)));
            }
            Err(_) => {
                let name = self.judge.name;
                let problem = broke_off(&format!("{name} sent something that can't be read."));
                return Err(problem.with_raw(String::from_utf8_lossy(data)));
            }
        }
        Ok(())
    }

    /// Bytes that are no UTF-8 become the sign for that, and the rest is read.
    fn read(&mut self, data: &[u8], to: &mut Vec<Delta>) -> Result<Read, serde_json::Error> {
        match self.decoder.event(data, to) {
            Err(fault) => match String::from_utf8_lossy(data) {
                Cow::Owned(mended) => self.decoder.event(mended.as_bytes(), to),
                Cow::Borrowed(_) => Err(fault),
            },
            read => read,
        }
    }

    /// Also after a word for the end: the service itself takes its word back.
    fn error(&self, data: &[u8]) -> Problem {
        let error: Value = serde_json::from_str(&String::from_utf8_lossy(data)).unwrap_or_default();
        self.judge.interjected(&error)
    }

    fn is_strange(&mut self, data: &[u8]) {
        self.strange.get_or_insert_with(|| String::from_utf8_lossy(data).into_owned());
    }

    /// What was no event: an error, the answer in one piece, or its pieces as a list.
    fn stray(&mut self, bytes: &[u8], to: &mut Vec<Delta>) -> Result<(), Problem> {
        if bytes.trim_ascii().is_empty() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(bytes);
        for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            let Ok(value) = value else {
                self.is_strange(bytes);
                break;
            };
            let values = match value {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                let data = value.to_string();
                match self.read(data.as_bytes(), to) {
                    Ok(Read::Taken) => self.known = true,
                    Ok(Read::Error) => return Err(self.error(data.as_bytes())),
                    Ok(Read::Strange) | Err(_) => self.is_strange(data.as_bytes()),
                }
            }
        }
        Ok(())
    }

    fn end(mut self, to: &mut Vec<Delta>) -> Result<(), Problem> {
        let name = self.judge.name;
        if let Some(strange) = self.strange.filter(|_| !self.known) {
            return Err(not_the_service(name, &strange));
        }
        let opaque = self.decoder.opaque();
        let gathered = std::mem::take(self.decoder.gathered());
        to.extend(gathered.word().map(|word| Delta::Ended(word.to_owned())));
        gathered.end(name)?;
        to.extend(opaque.map(Delta::Opaque));
        to.push(Delta::Finish);
        Ok(())
    }
}
