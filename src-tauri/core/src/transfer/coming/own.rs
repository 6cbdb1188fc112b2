//! Our own JSON, as `document` writes it.
//!
//! It refuses another format, a version that this program doesn't know, and messages without an id
//! or of somebody that this program doesn't know. Any other odd field is nothing.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::{FORMAT, VERSION};
use super::loose::{Loose, MOST, Many, Perhaps, Small};
use super::origins::{Believed, Named, Told};
use super::tree::{Chosen, Draft, Node, Said, StandIn, Unsent};
use crate::clock::Timestamp;
use crate::context::{self, ContextDraft, ContextVersion};
use crate::model::{ServiceKind, Usage};
use crate::profile;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    format: Loose,
    version: Loose,
    session_id: Loose,
    title: Loose,
    titled: Loose,
    created_at: Loose,
    updated_at: Loose,
    pinned: Loose,
    archived: Loose,
    context: Perhaps<Linked>,
    model: Perhaps<Asked>,
    shown: Loose,
    messages: Many<Line>,
    drafts: Many<Typed>,
    summaries: Many<Summed>,
    contexts: Many<Worded>,
    profiles: Many<Snapshot>,
}

/// What a context said at one time.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Worded {
    id: Loose,
    number: Loose,
    created_at: Loose,
    name: Loose,
    instructions: Loose,
    data: Small,
}

/// A profile as it was at one time.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Snapshot {
    id: Loose,
    created_at: Loose,
    profile: Small,
}

/// What was typed and not sent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    message: Loose,
    updated_at: Loose,
    text: Loose,
}

/// What stands for a message and those above it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Summed {
    message: Loose,
    messages: Loose,
    created_at: Loose,
    model: Loose,
    text: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Linked {
    name: Loose,
}

/// The model that was chosen for it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    service: Loose,
    model: Loose,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Line {
    id: Loose,
    parent: Loose,
    role: Loose,
    state: Loose,
    created_at: Loose,
    ended_at: Loose,
    text: Loose,
    thoughts: Loose,
    model: Loose,
    service_kind: Loose,
    model_id: Loose,
    usage: Perhaps<Counted>,
    cost: Loose,
    finish: Loose,
    parameters: Small,
    left_out: Loose,
    goes_on: Loose,
    context: Loose,
    profile: Loose,
    problem: Small,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Counted {
    input: Loose,
    output: Loose,
    cached: Loose,
}

impl Document {
    /// The title, to call the chat by.
    pub(super) fn title(&self) -> Option<&str> {
        match &self.title {
            Loose::Text(title) => Some(title),
            _ => None,
        }
    }

    /// The chat as it was read.
    pub(super) fn draft(self) -> Result<Draft, String> {
        if self.format.text().as_deref() != Some(FORMAT) {
            return Err("it is no chat of AlgoAgent: it doesn't say that it is one".to_owned());
        }
        match self.version.count() {
            Some(VERSION) => {}
            Some(version) if version > VERSION => {
                return Err(format!(
                    "a newer version of AlgoAgent wrote it (format {version}; this one reads {VERSION}). Install that version"
                ));
            }
            _ => return Err("it doesn't say which version of the format it has".to_owned()),
        }
        if self.messages.more {
            return Err(format!("it has more than {MOST} messages"));
        }
        let created_at = self.created_at.time();
        let drafts = self.drafts.kept.into_iter().filter_map(Typed::unsent).collect();
        let summaries = self.summaries.kept.into_iter().filter_map(Summed::summary).collect();
        let origins = Named {
            contexts: self.contexts.kept.into_iter().filter_map(Worded::version).collect(),
            profiles: self.profiles.kept.into_iter().filter_map(Snapshot::believed).collect(),
        };
        let mut nodes = Vec::with_capacity(self.messages.kept.len());
        for line in self.messages.kept {
            nodes.push(line.node(created_at)?);
        }
        Ok(Draft {
            session_id: self.session_id.text(),
            title: self.title.text(),
            titled: self.titled.flag(),
            created_at,
            updated_at: self.updated_at.time(),
            pinned: self.pinned.flag(),
            archived: self.archived.flag(),
            context: self.context.0.and_then(|context| context.name.text()),
            model: self.model.0.map(|chosen| Chosen {
                service: chosen.service.text(),
                model: chosen.model.text(),
            }),
            shown: self.shown.id(),
            nodes,
            drafts,
            summaries,
            origins,
            torn: false,
        })
    }
}

impl Typed {
    /// What was typed; nothing when there is nothing in it.
    fn unsent(self) -> Option<Unsent<Option<String>>> {
        Some(Unsent {
            question: self.message.id(),
            updated_at: self.updated_at.time().unwrap_or(Timestamp(0)),
            text: self.text.text()?,
        })
    }
}

impl Summed {
    /// The summary; nothing when it says nothing or of nothing.
    fn summary(self) -> Option<StandIn<String>> {
        Some(StandIn {
            last: self.message.id()?,
            messages: self.messages.count().unwrap_or(u32::MAX),
            created_at: self.created_at.time().unwrap_or(Timestamp(0)),
            model: self.model.text().unwrap_or_default(),
            text: self.text.text()?,
        })
    }
}

impl Worded {
    /// What it said, under its name in the file; nothing when no context could say it.
    fn version(self) -> Option<(String, ContextVersion)> {
        let draft = context::check(ContextDraft {
            name: self.name.text()?,
            instructions: self.instructions.text().unwrap_or_default(),
            data: match self.data.0 {
                Some(Value::Object(data)) => data,
                _ => Map::new(),
            },
            active: true,
            model: None,
        });
        let ContextDraft { name, instructions, data, .. } = draft.ok()?;
        let number = self.number.count().unwrap_or(1);
        let created_at = self.created_at.time().unwrap_or(Timestamp(0));
        Some((self.id.id()?, ContextVersion { number, created_at, name, instructions, data }))
    }
}

impl Snapshot {
    /// The profile, under its name in the file; nothing when nobody could have it.
    fn believed(self) -> Option<(String, Believed)> {
        let profile = serde_json::from_value(self.profile.0?).ok()?;
        let profile = profile::check(profile).ok()?;
        let created_at = self.created_at.time().unwrap_or(Timestamp(0));
        Some((self.id.id()?, Believed { created_at, profile }))
    }
}

impl Line {
    fn node(self, earliest: Option<Timestamp>) -> Result<Node, String> {
        let id = self.id.id().ok_or("a message in it has no id")?;
        let role = match self.role.text().as_deref() {
            Some("user") => "user",
            Some("assistant") => "assistant",
            Some("system") => "system",
            _ => return Err("a message in it says nothing of who wrote it".to_owned()),
        };
        let state = match self.state.text().as_deref() {
            Some("stopped") => "stopped",
            Some("failed") => "failed",
            // Nobody writes it here.
            Some("interrupted" | "writing") => "interrupted",
            _ => "done",
        };
        let kind = self.service_kind.text();
        let said = Said {
            role,
            state,
            created_at: self.created_at.time().or(earliest).unwrap_or(Timestamp(0)),
            ended_at: self.ended_at.time(),
            text: self.text.text().unwrap_or_default(),
            thoughts: self.thoughts.text(),
            model: self.model.text(),
            service_kind: kind
                .and_then(|kind| serde_json::from_value::<ServiceKind>(kind.into()).ok()),
            model_id: self.model_id.text(),
            usage: self.usage.0.and_then(|usage| {
                Some(Usage {
                    input: usage.input.count()?,
                    output: usage.output.count()?,
                    cached: usage.cached.count().unwrap_or(0),
                })
            }),
            // Millionths of a dollar; a cast from a float stops at the largest value.
            cost: self.cost.number().map(|dollars| (dollars * 1e6).round() as i64),
            finish: self.finish.text(),
            parameters: self.parameters.0,
            left_out: self.left_out.count().unwrap_or(0),
            goes_on: self.goes_on.flag(),
            problem: self.problem.0.and_then(|problem| serde_json::from_value(problem).ok()),
        };
        let told = Told { context: self.context.id(), profile: self.profile.id() };
        Ok(Node { id, parent: self.parent.id(), said: Some(said), told, ..Node::default() })
    }
}
