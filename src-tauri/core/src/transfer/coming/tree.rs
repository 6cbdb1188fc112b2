//! A chat that comes in as a tree that can be stored: its messages in an order in which each
//! follows the one that it answers, with the branch that is shown.
//!
//! It refuses ids that stand for two messages, messages that follow each other in a circle, texts
//! that no answer has, and a chat without a message.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::LONGEST_TEXT;
use super::origins::{Named, Picking, Placed, Told};
use crate::chat::{LONGEST_DRAFT, LONGEST_SUMMARY};
use crate::clock::Timestamp;
use crate::model::{Problem, ServiceKind, Usage};
use crate::search;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 200;
/// The longest that is made of a first message.
const LONGEST_MADE: usize = 60;

/// A chat as it is read, in any order.
#[derive(Default)]
pub(in crate::transfer) struct Draft {
    /// A UUID, or what one is made of.
    pub(super) session_id: Option<String>,
    pub(super) title: Option<String>,
    pub(super) titled: bool,
    pub(super) created_at: Option<Timestamp>,
    pub(super) updated_at: Option<Timestamp>,
    pub(super) pinned: bool,
    pub(super) archived: bool,
    pub(super) context: Option<String>,
    pub(super) model: Option<Chosen>,
    pub(super) shown: Option<String>,
    pub(super) nodes: Vec<Node>,
    pub(super) drafts: Vec<Unsent<Option<String>>>,
    pub(super) summaries: Vec<StandIn<String>>,
    pub(super) origins: Named,
    /// Whether a message may follow one that isn't there.
    pub(super) torn: bool,
}

/// A place in the tree that is read.
#[derive(Default)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) parent: Option<String>,
    /// Of places that are free at once, the earliest comes first; without a time the time of the
    /// one above counts.
    pub(super) time: Option<Timestamp>,
    /// None where nothing is said that is kept: what is below it follows what is above it.
    pub(super) said: Option<Said>,
    /// What it was made with.
    pub(super) told: Told<String>,
    /// Reasoning that belongs to the next answer below.
    pub(super) thoughts: Option<String>,
}

/// The model that was chosen for a chat: that of the service of a name, or without one the
/// built-in one.
#[derive(Debug)]
pub(in crate::transfer) struct Chosen {
    pub(in crate::transfer) service: Option<String>,
    pub(in crate::transfer) model: Option<String>,
}

/// What was typed and not sent. `Q` names the question that it would change, nothing the next one.
#[derive(Debug)]
pub(in crate::transfer) struct Unsent<Q> {
    pub(in crate::transfer) question: Q,
    pub(in crate::transfer) updated_at: Timestamp,
    pub(in crate::transfer) text: String,
}

/// A summary. `M` names the last message that it stands for.
#[derive(Debug)]
pub(in crate::transfer) struct StandIn<M> {
    pub(in crate::transfer) last: M,
    /// How many messages it stands for.
    pub(in crate::transfer) messages: u32,
    pub(in crate::transfer) created_at: Timestamp,
    pub(in crate::transfer) model: String,
    pub(in crate::transfer) text: String,
}

/// What a message says, and how it came about.
#[derive(Debug)]
pub(in crate::transfer) struct Said {
    /// As the vault writes it.
    pub(in crate::transfer) role: &'static str,
    pub(in crate::transfer) state: &'static str,
    pub(in crate::transfer) created_at: Timestamp,
    pub(in crate::transfer) ended_at: Option<Timestamp>,
    pub(in crate::transfer) text: String,
    pub(in crate::transfer) thoughts: Option<String>,
    pub(in crate::transfer) model: Option<String>,
    pub(in crate::transfer) service_kind: Option<ServiceKind>,
    pub(in crate::transfer) model_id: Option<String>,
    pub(in crate::transfer) usage: Option<Usage>,
    pub(in crate::transfer) cost: Option<i64>,
    pub(in crate::transfer) finish: Option<String>,
    pub(in crate::transfer) parameters: Option<Value>,
    pub(in crate::transfer) left_out: u32,
    pub(in crate::transfer) goes_on: bool,
    pub(in crate::transfer) problem: Option<Problem>,
}

/// A chat that can be stored.
#[derive(Debug)]
pub(in crate::transfer) struct Incoming {
    pub(in crate::transfer) session_id: String,
    pub(in crate::transfer) title: String,
    pub(in crate::transfer) titled: bool,
    pub(in crate::transfer) created_at: Timestamp,
    pub(in crate::transfer) updated_at: Timestamp,
    pub(in crate::transfer) pinned: bool,
    pub(in crate::transfer) archived: bool,
    pub(in crate::transfer) context: Option<String>,
    pub(in crate::transfer) model: Option<Chosen>,
    /// Each after the one that it follows.
    pub(in crate::transfer) messages: Vec<NewMessage>,
    /// The one that the shown branch ends in; none in a chat in which nothing was said yet.
    pub(in crate::transfer) shown: Option<usize>,
    /// What was typed at a message or, without one, as the next question: one draft at each.
    pub(in crate::transfer) drafts: Vec<Unsent<Option<usize>>>,
    pub(in crate::transfer) summaries: Vec<StandIn<usize>>,
    /// What its answers were made with.
    pub(in crate::transfer) origins: Placed,
}

/// A message in its place.
#[derive(Debug)]
pub(in crate::transfer) struct NewMessage {
    pub(in crate::transfer) parent: Option<usize>,
    /// The one that is shown below it.
    pub(in crate::transfer) chosen: Option<usize>,
    pub(in crate::transfer) depth: u32,
    pub(in crate::transfer) has_code: bool,
    pub(in crate::transfer) told: Told<usize>,
    pub(in crate::transfer) said: Said,
}

/// A name for a chat in words for a person.
pub(super) fn called(title: Option<&str>) -> String {
    match title.map(|title| cut(title, LONGEST_MADE)).filter(|title| !title.is_empty()) {
        Some(title) => format!("“{title}”"),
        None => "A chat without a title".to_owned(),
    }
}

/// At most so many characters of a title, on one line.
fn cut(title: &str, longest: usize) -> String {
    let mut line = title.split_whitespace().flat_map(|word| word.chars().chain([' ']));
    let line: String = line.by_ref().filter(|c| !c.is_control()).take(longest + 1).collect();
    let line = line.trim_end();
    if line.chars().count() <= longest {
        line.to_owned()
    } else {
        line.chars().take(longest - 1).chain(['…']).collect()
    }
}

/// Why a chat can't be stored, in words for a person.
pub(super) type Why = &'static str;

impl Draft {
    /// The chat as it can be stored; nothing in it is later than `now`.
    pub(super) fn planted(mut self, now: Timestamp) -> Result<Incoming, Why> {
        let parents = self.parents()?;
        let order = self.order(&parents);
        if order.len() < self.nodes.len() {
            return Err("its messages follow each other in a circle");
        }
        let shown = self.shown.take();
        let shown = shown.and_then(|id| self.nodes.iter().position(|node| node.id == id));
        let earliest = self.created_at.or_else(|| self.nodes.iter().find_map(|node| node.time));
        // For each place: the message that stands there or above it, and reasoning that waits.
        let mut above: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let mut waiting: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let mut messages: Vec<NewMessage> = Vec::new();
        let mut origins = Picking::of(std::mem::take(&mut self.origins), now);
        for place in order {
            let parent = parents[place].and_then(|parent| above[parent]);
            let pending = parents[place].and_then(|parent| waiting[parent].take());
            let Some(mut said) = self.nodes[place].said.take() else {
                above[place] = parent;
                let own = self.nodes[place].thoughts.is_some().then_some(place);
                waiting[place] = own.or(pending);
                continue;
            };
            if let Some(from) = pending.filter(|_| said.thoughts.is_none()) {
                said.thoughts = self.nodes[from].thoughts.take();
            }
            let length = said.text.len().max(said.thoughts.as_ref().map_or(0, String::len));
            if length > LONGEST_TEXT {
                return Err("a message in it is longer than 4 MiB");
            }
            said.created_at = said.created_at.min(now);
            said.ended_at = said.ended_at.map(|at| at.min(now));
            let depth = parent.map_or(0, |parent| messages[parent].depth + 1);
            let new = messages.len();
            if let Some(parent) = parent {
                messages[parent].chosen = Some(new);
            }
            above[place] = Some(new);
            let has_code = search::has_code(&said.text);
            let told = origins.places(std::mem::take(&mut self.nodes[place].told));
            messages.push(NewMessage { parent, chosen: None, depth, has_code, told, said });
        }
        // What was typed in a chat is kept before anything is said in it.
        if messages.is_empty() && self.drafts.is_empty() {
            return Err("there is no message in it");
        }
        let shown = shown.and_then(|place| above[place]).or(messages.len().checked_sub(1));
        let shown = shown.map(|shown| choose(&mut messages, shown));
        let drafts = std::mem::take(&mut self.drafts);
        let summaries = std::mem::take(&mut self.summaries);
        let named = self.named(&above);
        let drafts = unsent(drafts, &messages, &named, now);
        let summaries = stand_ins(summaries, &messages, &named, now);
        drop(named);
        let first = messages.first().map(|first| first.said.created_at);
        let created_at = earliest.or(first).unwrap_or(now).min(now);
        let last = messages.iter().map(|message| message.said.created_at).max();
        let title = self.title.as_deref().map(|title| cut(title, LONGEST_TITLE));
        let title = title.filter(|title| !title.is_empty());
        Ok(Incoming {
            session_id: self.uuid(created_at, &messages),
            titled: self.titled && title.is_some(),
            title: title.unwrap_or_else(|| made_title(&messages)),
            created_at,
            updated_at: self.updated_at.or(last).unwrap_or(created_at).min(now),
            pinned: self.pinned,
            archived: self.archived,
            context: self.context,
            model: self.model,
            shown,
            messages,
            drafts,
            summaries,
            origins: origins.done(),
        })
    }

    /// The messages that were read under these ids.
    fn named<'a>(&'a self, above: &'a [Option<usize>]) -> impl Fn(&str) -> Option<usize> + 'a {
        let places: HashMap<&str, usize> =
            self.nodes.iter().zip(0..).map(|(node, place)| (&*node.id, place)).collect();
        move |id| places.get(id).and_then(|place| above[*place])
    }

    /// For each place the one above it.
    fn parents(&self) -> Result<Vec<Option<usize>>, Why> {
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(self.nodes.len());
        for (place, node) in self.nodes.iter().enumerate() {
            if places.insert(&node.id, place).is_some() {
                return Err("two messages in it have the same id");
            }
        }
        let find = |node: &Node| match node.parent.as_deref().map(|parent| places.get(parent)) {
            None => Ok(None),
            Some(Some(place)) => Ok(Some(*place)),
            Some(None) if self.torn => Ok(None),
            Some(None) => Err("a message in it follows one that is missing"),
        };
        self.nodes.iter().map(find).collect()
    }

    /// The places in an order in which each comes after the one above it, the earliest first. What
    /// stands in a circle is not among them.
    fn order(&self, parents: &[Option<usize>]) -> Vec<usize> {
        let mut below: Vec<Vec<usize>> = vec![Vec::new(); parents.len()];
        let mut free = BinaryHeap::new();
        for (place, parent) in parents.iter().enumerate() {
            match parent {
                Some(parent) => below[*parent].push(place),
                None => free.push(Reverse((self.nodes[place].time, place))),
            }
        }
        let mut order = Vec::with_capacity(parents.len());
        while let Some(Reverse((time, place))) = free.pop() {
            order.push(place);
            for next in &below[place] {
                free.push(Reverse((self.nodes[*next].time.or(time), *next)));
            }
        }
        order
    }

    /// The chat's name among chats: its own, or one that is always made of the same chat.
    fn uuid(&self, created_at: Timestamp, messages: &[NewMessage]) -> String {
        if let Some(uuid) = self.session_id.as_deref().and_then(|id| id.parse::<uuid::Uuid>().ok())
        {
            return uuid.to_string();
        }
        let mut hash = Sha256::new();
        match &self.session_id {
            Some(id) => hash.update(format!("chat {id}")),
            None => {
                hash.update(format!("nameless {}", created_at.0));
                hash.update(messages.first().map_or("", |first| &first.said.text));
            }
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
    }
}

/// What was typed, at the questions that it would change. What names none of them is left out, what
/// is too long to be a draft, and all but the last of one place.
fn unsent(
    drafts: Vec<Unsent<Option<String>>>,
    messages: &[NewMessage],
    named: impl Fn(&str) -> Option<usize>,
    now: Timestamp,
) -> Vec<Unsent<Option<usize>>> {
    let mut kept = BTreeMap::new();
    let fitting = drafts.into_iter().filter(|draft| draft.text.len() <= LONGEST_DRAFT);
    for Unsent { question, updated_at, text } in fitting {
        let at = question.as_deref().and_then(&named);
        let at = at.filter(|at| messages[*at].said.role == "user");
        if question.is_none() || at.is_some() {
            kept.insert(at, Unsent { question: at, updated_at: updated_at.min(now), text });
        }
    }
    kept.into_values().collect()
}

/// What was summarised, of messages that are there and no longer than a summary is.
fn stand_ins(
    summaries: Vec<StandIn<String>>,
    messages: &[NewMessage],
    named: impl Fn(&str) -> Option<usize>,
    now: Timestamp,
) -> Vec<StandIn<usize>> {
    let mut kept = Vec::new();
    let fitting = summaries.into_iter().filter(|summary| summary.text.len() <= LONGEST_SUMMARY);
    for StandIn { last, messages: count, created_at, model, text } in fitting {
        if let Some(last) = named(&last) {
            let count = count.min(messages[last].depth.saturating_add(1));
            let created_at = created_at.min(now);
            kept.push(StandIn { last, messages: count, created_at, model, text });
        }
    }
    kept
}

/// Lets each message above one show the way down to it, and answers the end of its branch.
fn choose(messages: &mut [NewMessage], shown: usize) -> usize {
    let mut at = shown;
    while let Some(parent) = messages[at].parent {
        messages[parent].chosen = Some(at);
        at = parent;
    }
    let mut end = shown;
    while let Some(below) = messages[end].chosen {
        end = below;
    }
    end
}

fn made_title(messages: &[NewMessage]) -> String {
    let lines = messages.iter().filter_map(|message| message.said.text.trim().lines().next());
    let title = lines.map(|line| cut(line, LONGEST_MADE)).find(|line| !line.is_empty());
    title.unwrap_or_else(|| "Imported chat".to_owned())
}
