//! A chat as JSON: what it is, then its messages one a line, each after the one that it follows,
//! then what was typed and not sent, what was summarised, and what the answers were made with.
//!
//! The ids in it are those of the file alone. It holds no key and no part that only a service
//! understands.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::store::{ChatRow, DraftRow, MessageRow, SnapshotRow, SummaryRow, WordsRow};
use super::{FORMAT, VERSION};
use crate::clock::Timestamp;
use crate::ids::MessageId;
use crate::model::{Problem, Usage};

#[derive(Serialize)]
struct Head<'a> {
    format: &'static str,
    version: u32,
    session_id: &'a str,
    title: &'a str,
    titled: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    pinned: bool,
    archived: bool,
    context: Option<Named<'a>>,
    model: Option<Chosen<'a>>,
    /// The message that the shown branch ends in.
    shown: Option<usize>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

/// The model that was chosen for the chat; nothing in it is the built-in one.
#[derive(Serialize)]
struct Chosen<'a> {
    service: Option<&'a str>,
    model: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: usize,
    parent: Option<usize>,
    role: &'a str,
    state: &'a str,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    text: &'a str,
    thoughts: Option<&'a str>,
    model: Option<&'a str>,
    service_kind: Option<&'a str>,
    model_id: Option<&'a str>,
    usage: Option<Usage>,
    /// In US dollars.
    cost: Option<f64>,
    finish: Option<&'a str>,
    parameters: Option<&'a Value>,
    left_out: u32,
    goes_on: bool,
    /// Which of `contexts` the model was told.
    context: Option<usize>,
    /// Which of `profiles` it was told.
    profile: Option<usize>,
    problem: Option<&'a Problem>,
}

/// What a context said at one time.
#[derive(Serialize)]
struct Worded<'a> {
    id: usize,
    number: u32,
    created_at: Timestamp,
    name: &'a str,
    instructions: &'a str,
    data: &'a Value,
}

/// The profile at one time.
#[derive(Serialize)]
struct Snapshot<'a> {
    id: usize,
    created_at: Timestamp,
    profile: &'a Value,
}

/// What was typed and not sent.
#[derive(Serialize)]
struct Unsent<'a> {
    /// The question that it would change; nothing for the next one.
    message: Option<usize>,
    updated_at: Timestamp,
    text: &'a str,
}

/// What stood for a message and those above it when a model was asked.
#[derive(Serialize)]
struct Summed<'a> {
    message: usize,
    messages: u32,
    created_at: Timestamp,
    model: &'a str,
    text: &'a str,
}

/// The numbers of a file's messages: their places among `ids`, from 1.
pub(super) struct Numbers<'a>(pub(super) &'a [MessageId]);

impl Numbers<'_> {
    fn of(&self, id: MessageId) -> Option<usize> {
        self.0.binary_search(&id).ok().map(|place| place + 1)
    }
}

/// Things that messages name, numbered from 1 as they are named first.
#[derive(Default)]
pub(super) struct Numbered {
    pub(super) ids: Vec<i64>,
    numbers: HashMap<i64, usize>,
}

impl Numbered {
    fn number(&mut self, id: i64) -> usize {
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.ids.len()
        })
    }
}

/// What the answers of a chat were made with.
#[derive(Default)]
pub(super) struct Origins {
    pub(super) contexts: Numbered,
    pub(super) profiles: Numbered,
}

fn begin_line(out: &mut Vec<u8>, first: bool) {
    out.extend_from_slice(if first { b"\n" } else { b",\n" });
}

/// All that stands before the first message.
pub(super) fn open(
    out: &mut Vec<u8>,
    chat: &ChatRow,
    numbers: &Numbers<'_>,
) -> Result<(), serde_json::Error> {
    let head = Head {
        format: FORMAT,
        version: VERSION,
        session_id: &chat.session_id,
        title: &chat.title,
        titled: chat.titled,
        created_at: Timestamp(chat.created_at),
        updated_at: Timestamp(chat.updated_at),
        pinned: chat.pinned,
        archived: chat.archived,
        context: chat.context_name.as_deref().map(|name| Named { name }),
        model: chat.model.as_ref().map(|chosen| Chosen {
            service: chat.service_name.as_deref(),
            model: chosen.0.model.as_deref(),
        }),
        shown: chat.head_id.and_then(|head| numbers.of(head)),
    };
    serde_json::to_writer(&mut *out, &head)?;
    // The list goes in where the object would end.
    out.pop();
    out.extend_from_slice(b",\"messages\":[");
    Ok(())
}

/// One message; `first` of the file or not.
pub(super) fn message(
    out: &mut Vec<u8>,
    row: &MessageRow,
    numbers: &Numbers<'_>,
    origins: &mut Origins,
    first: bool,
) -> Result<(), serde_json::Error> {
    let line = Line {
        id: numbers.of(row.id).unwrap_or_default(),
        parent: row.parent_id.and_then(|parent| numbers.of(parent)),
        role: &row.role,
        state: &row.state,
        created_at: Timestamp(row.created_at),
        ended_at: row.ended_at.map(Timestamp),
        text: &row.text,
        thoughts: row.thoughts.as_deref(),
        model: row.model.as_deref(),
        service_kind: row.service_kind.as_deref(),
        model_id: row.model_id.as_deref(),
        usage: row.input_tokens.zip(row.output_tokens).map(|(input, output)| Usage {
            input,
            output,
            cached: row.cached_tokens.unwrap_or(0),
        }),
        // Exact up to nine billion dollars.
        cost: row.cost.map(|millionths| millionths as f64 / 1e6),
        finish: row.finish.as_deref(),
        parameters: row.parameters.as_ref().map(|json| &json.0),
        left_out: row.left_out,
        goes_on: row.goes_on,
        context: row.context_version_id.map(|id| origins.contexts.number(id)),
        profile: row.profile_version_id.map(|id| origins.profiles.number(id)),
        problem: row.problem.as_ref().map(|json| &json.0),
    };
    begin_line(out, first);
    serde_json::to_writer(out, &line)
}

/// What stands after the last message, up to what the answers were made with.
pub(super) fn close(
    out: &mut Vec<u8>,
    drafts: &[DraftRow],
    summaries: &[SummaryRow],
    numbers: &Numbers<'_>,
) -> Result<(), serde_json::Error> {
    let drafts: Vec<_> = drafts
        .iter()
        .map(|row| Unsent {
            message: numbers.of(row.message_id),
            updated_at: Timestamp(row.updated_at),
            text: &row.text,
        })
        .collect();
    let summaries: Vec<_> = summaries
        .iter()
        .filter_map(|row| {
            Some(Summed {
                message: numbers.of(row.message_id)?,
                messages: row.messages,
                created_at: Timestamp(row.created_at),
                model: &row.model,
                text: &row.text,
            })
        })
        .collect();
    out.extend_from_slice(b"\n],\"drafts\":");
    serde_json::to_writer(&mut *out, &drafts)?;
    out.extend_from_slice(b",\"summaries\":");
    serde_json::to_writer(&mut *out, &summaries)?;
    out.extend_from_slice(b",\"contexts\":[");
    Ok(())
}

/// What a context said; `first` of them or not.
pub(super) fn context(
    out: &mut Vec<u8>,
    row: &WordsRow,
    id: usize,
    first: bool,
) -> Result<(), serde_json::Error> {
    let worded = Worded {
        id,
        number: row.number,
        created_at: Timestamp(row.created_at),
        name: &row.name,
        instructions: &row.instructions,
        data: &row.data.0,
    };
    begin_line(out, first);
    serde_json::to_writer(out, &worded)
}

/// What stands between the contexts and the profiles.
pub(super) fn turn(out: &mut Vec<u8>) {
    out.extend_from_slice(b"],\"profiles\":[");
}

/// What the profile was; `first` of them or not.
pub(super) fn profile(
    out: &mut Vec<u8>,
    row: &SnapshotRow,
    id: usize,
    first: bool,
) -> Result<(), serde_json::Error> {
    let (created_at, profile) = (Timestamp(row.created_at), &row.profile.0);
    begin_line(out, first);
    serde_json::to_writer(out, &Snapshot { id, created_at, profile })
}

/// The end.
pub(super) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"]}\n");
}
