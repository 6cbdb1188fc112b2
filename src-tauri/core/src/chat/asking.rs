//! What a question is put together from, and what of it fits into the model's window.

use futures_util::StreamExt as _;
use sqlx::SqliteConnection;

use super::store::{self, Stored};
use super::summary::{self, LONGEST_SUMMARY};
use super::{Chat, ChatError, MessageState, Role, Summary};
use crate::clock::Timestamp;
use crate::context::{self, Context};
use crate::ids::{ChatId, ContextId, MessageId, ServiceId};
use crate::model::brief::system_prompt;
use crate::model::window::{self, Budget, Length, Plan, tokens};
use crate::model::wire::Remote;
use crate::model::{
    Delta, Model as _, ModelInfo, ModelRef, Problem, ProblemCode, Request, ServiceKind, Speaker,
    Turn, Usage,
};
use crate::profile::{self, ProfileDraft};

/// Messages of a branch that are told to the model.
pub(super) const LONGEST_HISTORY: u32 = 10_000;
/// Of a model's input, in percent: what it is told at once to summarise.
const PIECE: u32 = 50;

const SUMMARISE: &str = "You keep the memory of a conversation between a trader and a strategy developer. Summarise what you are given so that the developer can go on without having read it. Keep every decision, symbol, timeframe, parameter with its value, risk rule, result and open question; keep names and numbers exact. Leave out code, greetings and repetitions. Write at most 600 words in short Markdown lists, in the language of the conversation, and nothing else.";

/// A turn of the conversation, with what is known of it beside its words.
pub(super) struct Told {
    pub(super) turn: Turn,
    id: MessageId,
    usage: Option<Usage>,
    /// By which wire and model it was answered.
    by: Option<(ServiceKind, String)>,
    service: Option<ServiceId>,
    pub(super) left_out: u32,
    answered_at: Timestamp,
}

/// What a question is put together from.
pub(super) struct Material {
    pub(super) profile: ProfileDraft,
    pub(super) context: Option<Context>,
    /// The models that were chosen for the chat and for its context.
    pub(super) wishes: Vec<ModelRef>,
    /// What follows the summary.
    pub(super) turns: Vec<Told>,
    pub(super) summary: Option<Summary>,
    /// The newest strategy code among what the summary stands for.
    pub(super) code: Option<String>,
}

/// A request, and what was left out of it.
pub(super) struct Prepared {
    pub(super) request: Request,
    pub(super) left_out: u32,
}

/// The start of a conversation that is to be summarised.
pub(super) struct Middle {
    text: Vec<String>,
    pub(super) messages: u32,
    last: MessageId,
}

/// What a chat is linked to.
#[derive(Clone, Default)]
pub(super) struct Linked {
    /// None for one that begins.
    pub(super) chat: Option<ChatId>,
    pub(super) context: Option<ContextId>,
    pub(super) model: Option<ModelRef>,
}

impl From<&Chat> for Linked {
    fn from(chat: &Chat) -> Self {
        Self { chat: Some(chat.id), context: chat.context_id, model: chat.model.clone() }
    }
}

impl Material {
    /// Reads what the branch that ends in `newest` would be asked with: at most so many messages.
    pub(super) async fn gather(
        db: &mut SqliteConnection,
        linked: Linked,
        newest: Option<MessageId>,
        most: u32,
    ) -> Result<Self, ChatError> {
        let profile = profile::read(db).await?.draft;
        let context: Option<Context> = match linked.context {
            Some(id) => context::read(db, id).await?,
            None => None,
        };
        let mut branch = match newest {
            Some(newest) => store::branch(db, newest, most).await?,
            None => Vec::new(),
        };
        let summary = match linked.chat.zip(branch.first().zip(branch.last())) {
            Some((chat, (first, last))) => {
                let made = summary::between(db, chat, first.message.id..=last.message.id).await?;
                let there = |one: &Summary| branch.iter().any(|m| m.message.id == one.message_id);
                made.into_iter().rfind(there)
            }
            None => None,
        };
        let mut code = None;
        if let Some(summary) = &summary {
            let last = branch.iter().position(|m| m.message.id == summary.message_id);
            let before = told(branch.drain(..=last.unwrap_or(0)).collect());
            code = before.iter().rev().find_map(Told::code);
        }
        let of_context = context.as_ref().and_then(|context| context.draft.model.clone());
        let wishes = linked.model.into_iter().chain(of_context).collect();
        Ok(Self { profile, context, wishes, turns: told(branch), summary, code })
    }

    /// The system prompt, with the summary at its end.
    pub(super) fn system(&self) -> String {
        let context = self.context.as_ref().map(|context| &context.draft);
        let mut system = system_prompt(&self.profile, context);
        if let Some(summary) = &self.summary {
            system.push_str("\n## Earlier in this conversation (a summary)\n");
            system.push_str(summary.text.trim());
            system.push('\n');
        }
        system
    }

    /// The length of the whole, where this model's service counted most of it.
    pub(super) fn counted(&self, by: Option<(ServiceKind, &str)>) -> Option<u32> {
        let (kind, model) = by?;
        // What answers may be called by its edition.
        let alike = |id: &str| id.starts_with(model) || model.starts_with(id);
        let same = |told: &Told| told.by.as_ref().is_some_and(|(k, id)| *k == kind && alike(id));
        let since = self.summary.as_ref().map(|summary| summary.created_at);
        let at = self.turns.iter().rposition(|told| {
            told.left_out == 0 && same(told) && since.is_none_or(|since| since <= told.answered_at)
        })?;
        let usage = self.turns[at].usage.filter(|usage| usage.input > 0)?;
        let after = self.turns[at + 1..].iter().map(|told| tokens(&told.turn.text));
        Some(after.fold(usage.input.saturating_add(usage.output), u32::saturating_add))
    }

    /// Adds a question that is not asked yet.
    pub(super) fn ask(&mut self, text: String, now: Timestamp) {
        self.turns.push(Told {
            turn: Turn { speaker: Speaker::Person, text, opaque: None },
            id: MessageId(0),
            usage: None,
            by: None,
            service: None,
            left_out: 0,
            answered_at: now,
        });
    }

    /// What of it this model is sent. `narrow`: the service refused the whole, and takes this much.
    pub(super) fn plan(&self, remote: &Remote, narrow: Option<u32>) -> Plan {
        self.plan_for(remote.endpoint.kind, &remote.model, narrow)
    }

    /// The same for a model that is only known.
    pub(super) fn plan_for(
        &self,
        kind: ServiceKind,
        model: &ModelInfo,
        narrow: Option<u32>,
    ) -> Plan {
        let budget = Budget::of(model);
        let budget = narrow.map_or(budget, |window| budget.narrowed(window));
        let lengths: Vec<Length> = self.turns.iter().map(Told::length).collect();
        let counted = self.counted(Some((kind, &model.id)));
        window::plan(budget, tokens(&self.system()), &lengths, counted, narrow.is_some())
    }

    /// Forgets what only other services understand.
    pub(super) fn for_service(&mut self, service: ServiceId) {
        for told in self.turns.iter_mut().filter(|told| told.service != Some(service)) {
            told.turn.opaque = None;
        }
    }

    /// The whole as a request.
    pub(super) fn whole(self) -> Prepared {
        self.from(0, None)
    }

    /// What is left from the turn `from` on, with the code of the turn `pinned`.
    pub(super) fn from(mut self, from: usize, pinned: Option<usize>) -> Prepared {
        let mut system = self.system();
        let later = self.turns[from..].iter().any(|told| told.code().is_some());
        let pinned = pinned.and_then(|at| self.turns[at].code());
        if let Some(code) = pinned.or_else(|| self.code.take()).filter(|_| !later) {
            system.push_str("\n## The newest strategy code of this conversation\n");
            system.push_str(&code);
            system.push('\n');
        }
        let turns = self.turns.drain(from..).map(|told| told.turn).collect();
        let left_out = u32::try_from(from).unwrap_or(u32::MAX);
        let context = self.context.map(|context| context.draft);
        Prepared { request: Request { system, turns, profile: self.profile, context }, left_out }
    }

    /// What stands before the turn `from`, in pieces that the model can read at once.
    pub(super) fn middle(&self, from: usize, remote: &Remote) -> Option<Middle> {
        let before = self.turns.get(..from)?;
        let input = Budget::of(&remote.model).input()?;
        let room = u32::try_from(u64::from(input) * u64::from(PIECE) / 100).unwrap_or(u32::MAX);
        let mut text = vec![String::new()];
        for told in before {
            let speaker = match told.turn.speaker {
                Speaker::Person => "Trader",
                Speaker::Model => "Developer",
            };
            let said = format!("{speaker}:\n{}\n\n", cut(&told.turn.text, room));
            let full = text.last().is_some_and(|last| {
                !last.is_empty() && tokens(last).saturating_add(tokens(&said)) > room
            });
            if full {
                text.push(String::new());
            }
            if let Some(last) = text.last_mut() {
                last.push_str(&said);
            }
        }
        let earlier = self.summary.as_ref().map_or(0, |summary| summary.messages);
        let messages = u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(earlier);
        Some(Middle { text, messages, last: before.last()?.id })
    }

    /// The request that asks for a summary of a piece.
    fn to_summarise(&self, so_far: &str, piece: &str) -> Request {
        let text = match so_far {
            "" => format!("The conversation:\n\n{piece}"),
            so_far => {
                format!("The summary of what came before:\n\n{so_far}\n\nWhat followed:\n\n{piece}")
            }
        };
        Request {
            system: SUMMARISE.to_owned(),
            turns: vec![Turn { speaker: Speaker::Person, text, opaque: None }],
            profile: self.profile.clone(),
            context: None,
        }
    }

    /// Lets the model summarise the start of the conversation.
    pub(super) async fn summarise(
        &self,
        remote: &Remote,
        middle: &Middle,
        now: Timestamp,
    ) -> Result<(Summary, Usage), Problem> {
        let mut used = Usage::default();
        let mut text =
            self.summary.as_ref().map_or_else(String::new, |summary| summary.text.clone());
        for piece in &middle.text {
            let (summary, usage) = answer(remote, self.to_summarise(&text, piece)).await?;
            text = summary;
            used.input = used.input.saturating_add(usage.input);
            used.output = used.output.saturating_add(usage.output);
            used.cached = used.cached.saturating_add(usage.cached);
        }
        let (message_id, messages) = (middle.last, middle.messages);
        let summary =
            Summary { message_id, messages, model: remote.label(), text, created_at: now };
        Ok((summary, used))
    }
}

impl Told {
    fn length(&self) -> Length {
        Length {
            speaker: self.turn.speaker,
            tokens: tokens(&self.turn.text),
            code: self.code().is_some(),
        }
    }

    /// The strategy code of a model's turn.
    fn code(&self) -> Option<String> {
        newest_code(&self.turn.text).filter(|_| self.turn.speaker == Speaker::Model)
    }
}

/// The whole answer to a request of the program's own, and what it used.
async fn answer(remote: &Remote, request: Request) -> Result<(String, Usage), Problem> {
    let mut stream = remote.stream(request);
    let mut text = String::new();
    let mut usage = Usage::default();
    while let Some(delta) = stream.next().await {
        match delta {
            Ok(Delta::Text(more)) if text.len() + more.len() <= LONGEST_SUMMARY => {
                text.push_str(&more)
            }
            Ok(Delta::Anew { text: anew, .. }) => {
                text = anew;
                text.truncate(text.floor_char_boundary(LONGEST_SUMMARY));
            }
            Ok(Delta::Usage(latest)) => usage = latest,
            Ok(_) => {}
            // A summary that grew too long is one all the same.
            Err(problem) if problem.code == ProblemCode::TooLong && !text.is_empty() => break,
            Err(problem) => return Err(problem),
        }
    }
    Ok((text, usage))
}

/// A text that isn't longer than so many tokens: its start and its end.
fn cut(text: &str, room: u32) -> String {
    let bytes = usize::try_from(room).unwrap_or(usize::MAX).saturating_mul(2);
    if tokens(text) <= room || text.len() <= bytes {
        return text.to_owned();
    }
    let start = text.floor_char_boundary(bytes / 2);
    let end = text.ceil_char_boundary(text.len() - bytes / 2);
    format!("{}\n…\n{}", &text[..start], &text[end..])
}

/// The last fenced Python block of a text that holds a class.
fn newest_code(text: &str) -> Option<String> {
    let (_, rest) = text.rsplit_once("```python\n")?;
    let (code, _) = rest.split_once("\n```")?;
    code.contains("class ").then(|| format!("```python\n{code}\n```"))
}

/// A branch as the model is told it. An answer that failed or is empty is not history, unless a
/// question lets it go on; one that only grew too long is, so that the model can go on.
fn told(branch: Vec<Stored>) -> Vec<Told> {
    let mut turns: Vec<Told> = Vec::with_capacity(branch.len());
    let mut branch = branch.into_iter().peekable();
    while let Some(stored) = branch.next() {
        let message = stored.message;
        let goes_on = branch.peek().is_some_and(|next| next.message.goes_on);
        let long = message.problem.is_some_and(|problem| problem.code == ProblemCode::TooLong);
        let whole =
            goes_on || long || matches!(message.state, MessageState::Done | MessageState::Stopped);
        let speaker = match message.role {
            Role::User => Speaker::Person,
            Role::Assistant if whole && !message.text.trim().is_empty() => Speaker::Model,
            _ => continue,
        };
        // An answer between them failed: to the model they are one, for some take turns only in
        // turn.
        if let Some(Told { turn: last, id, .. }) = turns.last_mut()
            && (last.speaker, speaker) == (Speaker::Person, Speaker::Person)
        {
            last.text = format!("{}\n\n{}", last.text, message.text);
            *id = message.id;
            continue;
        }
        turns.push(Told {
            turn: Turn { speaker, text: message.text, opaque: stored.opaque },
            id: message.id,
            usage: message.usage,
            by: stored.by,
            service: message.service,
            left_out: message.left_out,
            answered_at: message.ended_at.unwrap_or(message.created_at),
        });
    }
    turns
}
