//! Writing one answer: asks the model, tells who listens, saves what came.
//!
//! What was written is saved every second while it grows and at every end, whatever the end is.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use sqlx::SqliteConnection;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::asking::{Material, Prepared};
use super::store::{self, Progress};
use super::{Chat, ChatError, ChatEvent, Message, MessageState, Role, ops, summary};
use crate::account::{Locked, Session, Unlocked};
use crate::context;
use crate::ids::{MessageId, ServiceId};
use crate::model::builtin::BuiltIn;
use crate::model::service::short_name;
use crate::model::window::{self, Plan};
use crate::model::wire::Remote;
use crate::model::{
    Answer, Delta, Model, ModelInfo, Problem, ProblemCode, ServiceKind, Usage, catalog,
};
use crate::profile::ProfileDraft;
use crate::render::{Renderer, Step};
use crate::settings::{self, Chosen};
use crate::strategy;
use crate::vault::Transaction;

/// How often what is on the screen changes at most.
const FRAME: Duration = Duration::from_millis(33);
const SAVE_TRIES: u32 = 3;
/// Bytes; every checkpoint writes the whole answer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// One answer being written.
pub(super) struct Writer {
    session: Session,
    unlocked: Arc<Unlocked>,
    chat: Chat,
    question: Option<MessageId>,
    answer: MessageId,
    model: String,
    by: Option<By>,
    text: String,
    thoughts: String,
    usage: Option<Usage>,
    opaque: Option<serde_json::Value>,
    notice: Option<Problem>,
    left_out: u32,
    /// About how many tokens the model was sent.
    sent: u32,
    renderer: Renderer,
    blocks: u32,
    told: ProfileDraft,
}

/// Which model of which service answers.
struct By {
    service: ServiceId,
    kind: ServiceKind,
    /// The service as the person calls it.
    name: String,
    asked: ModelInfo,
    /// The model that really answers, by its id.
    answers: String,
    listed: Vec<ModelInfo>,
    local: bool,
}

impl Writer {
    pub(super) fn new(session: Session, chat: &Chat, answer: &Message) -> Self {
        Self {
            unlocked: Arc::clone(session.unlocked()),
            session,
            chat: chat.clone(),
            question: answer.parent_id,
            answer: answer.id,
            model: String::new(),
            by: None,
            text: String::new(),
            thoughts: String::new(),
            usage: None,
            opaque: None,
            notice: None,
            left_out: 0,
            sent: 0,
            renderer: Renderer::default(),
            blocks: 0,
            told: ProfileDraft::default(),
        }
    }

    /// Writes the answer to its end, whatever that is.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut narrow = None;
        let (state, problem) = loop {
            let asked = tokio::select! {
                () = stop.cancelled() => Ok(None),
                asked = self.ask(narrow) => asked.map(Some),
            };
            let ended = match asked {
                Ok(Some(stream)) => self.listen(stream, &stop).await,
                Ok(None) => Ok(MessageState::Stopped),
                Err(problem) => Err(problem),
            };
            match ended {
                Ok(state) => break (state, self.notice.take()),
                // Once more with less of the conversation.
                Err(problem)
                    if problem.code == ProblemCode::ContextTooLong
                        && self.text.is_empty()
                        && narrow.is_none()
                        && self.by.is_some() =>
                {
                    narrow = Some(self.narrower(&problem).await);
                }
                Err(problem) => break (MessageState::Failed, Some(self.explained(problem).await)),
            }
        };
        self.end(state, problem).await;
    }

    /// The window to try after the service refused the whole: what it named, else half of what it
    /// was sent.
    async fn narrower(&mut self, problem: &Problem) -> u32 {
        if let Some((window, by)) = problem.window.zip(self.by.as_ref())
            && let Some(mut db) = self.unlocked.connection().await
        {
            let kept = settings::remember_window(&mut db, by.service, &by.asked.id, window).await;
            if let Err(fault) = kept {
                tracing::warn!(%fault, "a model's window was not remembered");
            }
        }
        problem.window.unwrap_or(self.sent / 2)
    }

    /// The same problem, with the nearest of the service's models where one is gone.
    async fn explained(&self, mut problem: Problem) -> Problem {
        if problem.code == ProblemCode::ModelGone
            && let Some(by) = &self.by
        {
            // What it lists now counts more than what it listed once.
            let listed = settings::models(&self.session, by.service).await;
            let listed = listed.unwrap_or_else(|_| by.listed.clone());
            let Some(nearest) = catalog::nearest(&by.asked.id, &listed) else { return problem };
            problem.message = format!(
                "{} doesn't have {} (any more). The nearest that it has is {}.",
                by.name, by.asked.id, nearest.name
            );
            problem.nearest = Some(nearest.id.clone());
        }
        if self.text.trim().is_empty() { problem.without_text() } else { problem }
    }

    /// Gathers what the model is told, and asks it.
    async fn ask(&mut self, narrow: Option<u32>) -> Result<Answer, Problem> {
        let material = self.gather().await.map_err(|fault| unreadable(&fault))?;
        self.told = material.profile.clone();
        let chosen = settings::resolve(&self.session, material.wishes.clone()).await;
        let chosen = chosen.map_err(|fault| match fault {
            settings::SettingsError::Model(problem) => problem,
            fault => unreadable(&fault),
        })?;
        match chosen {
            Chosen::BuiltIn => {
                let model = BuiltIn::default();
                self.model = model.label();
                Ok(model.stream(material.whole().request))
            }
            Chosen::Remote { remote, service, listed, local } => {
                let mut material = material;
                material.for_service(service);
                self.model = remote.label();
                self.by = Some(By {
                    service,
                    kind: remote.endpoint.kind,
                    name: remote.endpoint.name.clone(),
                    asked: remote.model.clone(),
                    answers: remote.model.id.clone(),
                    listed,
                    local,
                });
                let prepared = self.fit(material, &remote, narrow).await?;
                self.left_out = prepared.left_out;
                self.sent = window::estimate(&prepared.request);
                Ok(remote.stream(prepared.request))
            }
        }
    }

    async fn gather(&mut self) -> Result<Material, ChatError> {
        let now = self.session.core().sources.now();
        // Also behind a lock: what was asked before it is answered.
        let mut db = self.unlocked.connection().await.ok_or(Locked)?;
        if let Some(context) = self.chat.context_id {
            context::mark_used(&mut db, context, now).await?;
        }
        Material::gather(&mut db, &self.chat, self.question).await
    }

    /// As much of the conversation as the model's window holds.
    async fn fit(
        &mut self,
        material: Material,
        remote: &Remote,
        narrow: Option<u32>,
    ) -> Result<Prepared, Problem> {
        let (from, pinned) = match material.plan(remote, narrow) {
            Plan::Whole => return Ok(material.whole()),
            Plan::Rolling { from, pinned } => return Ok(material.from(from, pinned)),
            Plan::Summary { from, pinned } => (from, pinned),
        };
        let Some(middle) = material.middle(from, remote) else { return Ok(material.whole()) };
        let (chat_id, message_id) = (self.chat.id, self.answer);
        let messages = middle.messages;
        self.unlocked.desk.tell(ChatEvent::Summarising { chat_id, message_id, messages });
        let now = self.session.core().sources.now();
        let (summary, used) = match material.summarise(remote, &middle, now).await {
            Ok((summary, used)) if !summary.text.trim().is_empty() => (summary, used),
            // Without one the newest is told alone, and the person sees that.
            Ok(_) => return Ok(material.from(from, pinned)),
            Err(problem) => {
                tracing::warn!(%problem, "a conversation could not be summarised");
                return Ok(material.from(from, pinned));
            }
        };
        let stored = async {
            let mut db = self.unlocked.connection().await.ok_or(Locked)?;
            let cost = self.cost(&mut db, used).await?;
            Ok::<_, ChatError>(summary::insert(&mut db, chat_id, &summary, used, cost).await?)
        };
        if let Err(fault) = stored.await {
            tracing::warn!(%fault, "a summary was not stored");
        }
        self.unlocked.desk.tell(ChatEvent::Summarised { chat_id, summary: summary.clone() });
        let material = Material { summary: Some(summary), ..material };
        Ok(Prepared { left_out: 0, ..material.from(from, pinned) })
    }

    /// Takes what the model says until it ends or is stopped.
    async fn listen(
        &mut self,
        mut stream: Answer,
        stop: &CancellationToken,
    ) -> Result<MessageState, Problem> {
        let mut frame = tokio::time::interval(FRAME);
        frame.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut checkpoint = tokio::time::interval(self.session.core().checkpoint);
        checkpoint.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut saved = 0;
        let mut shown = 0;
        let mut thought = 0;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(MessageState::Stopped),
                _ = checkpoint.tick(), if saved < self.text.len() => {
                    match self.save(MessageState::Writing, None).await {
                        Ok(()) => saved = self.text.len(),
                        // Tried again at the next tick; the end reports what still fails then.
                        Err(fault) => tracing::warn!(%fault, "a growing answer was not saved"),
                    }
                }
                _ = frame.tick(), if shown < self.text.len() || thought < self.thoughts.len() => {
                    let (chat_id, message_id) = (self.chat.id, self.answer);
                    if let Some(text) = self.thoughts.get(thought..).filter(|text| !text.is_empty()) {
                        let text = text.to_owned();
                        self.unlocked.desk.tell(ChatEvent::Thought { chat_id, message_id, text });
                    }
                    thought = self.thoughts.len();
                    if shown < self.text.len() {
                        let text = self.text[shown..].to_owned();
                        self.unlocked.desk.tell(ChatEvent::Text { chat_id, message_id, text });
                        shown = self.text.len();
                        let steps = self.renderer.steps();
                        self.show(steps);
                    }
                }
                delta = stream.next() => match delta {
                    None => return Err(Problem::new(
                        ProblemCode::StreamBroken,
                        "The answer broke off. What arrived is kept; try again for a whole one.",
                    )),
                    Some(Err(problem)) => return Err(problem),
                    Some(Ok(Delta::Finish)) => return Ok(MessageState::Done),
                    Some(Ok(delta)) => {
                        if matches!(delta, Delta::Waiting { .. }) {
                            thought = 0;
                        }
                        self.take(delta)?;
                    }
                },
            }
        }
    }

    fn take(&mut self, delta: Delta) -> Result<(), Problem> {
        match delta {
            Delta::Text(text) => {
                if self.text.len() + text.len() > LONGEST_ANSWER {
                    return Err(endless("The answer"));
                }
                self.renderer.push(&text);
                self.text.push_str(&text);
            }
            Delta::Thought(text) => {
                if self.thoughts.len() + text.len() > LONGEST_ANSWER {
                    return Err(endless("The reasoning"));
                }
                self.thoughts.push_str(&text);
            }
            Delta::Notice(problem) => self.notice = Some(problem),
            Delta::Opaque(parts) => self.opaque = Some(parts),
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Model(model) => {
                if let Some(by) = &mut self.by {
                    self.model = format!("{} · {}", by.name, short_name(&model));
                    by.answers = model;
                }
            }
            Delta::Waiting { seconds, reason } => {
                // The next try thinks anew.
                self.thoughts.clear();
                self.unlocked.desk.tell(ChatEvent::Waiting {
                    chat_id: self.chat.id,
                    message_id: self.answer,
                    seconds,
                    reason,
                });
            }
            Delta::Finish => {}
        }
        Ok(())
    }

    fn show(&mut self, steps: Vec<Step>) {
        for step in steps {
            let (chat_id, message_id) = (self.chat.id, self.answer);
            self.unlocked.desk.tell(match step {
                Step::Block(block) => {
                    let index = self.blocks;
                    self.blocks += 1;
                    ChatEvent::Block { chat_id, message_id, index, block }
                }
                Step::Tail(tail) => {
                    ChatEvent::Tail { chat_id, message_id, index: self.blocks, tail }
                }
            });
        }
    }

    async fn save(&self, state: MessageState, problem: Option<&Problem>) -> Result<(), ChatError> {
        let now = self.session.core().sources.now();
        let Some(mut db) = self.unlocked.connection().await else {
            return Err(crate::account::Locked.into());
        };
        let mut row = Transaction::begin(&mut db).await?;
        let ended = state != MessageState::Writing;
        let cost = match self.usage.filter(|_| ended) {
            Some(usage) => self.cost(&mut row, usage).await?,
            None => None,
        };
        let progress = Progress {
            state,
            text: &self.text,
            thoughts: &self.thoughts,
            model: &self.model,
            service: self.by.as_ref().map(|by| (by.service, by.kind, by.answers.as_str())),
            usage: self.usage,
            cost,
            left_out: self.left_out,
            problem,
            opaque: self.opaque.as_ref(),
            now,
        };
        if !store::save(&mut row, self.answer, &progress).await? {
            return Err(ChatError::NotFound);
        }
        if ended {
            let origin = strategy::Origin {
                chat_id: self.chat.id,
                message_id: self.answer,
                context_id: self.chat.context_id,
                model: &self.model,
                profile: &self.told,
                now,
            };
            strategy::record(&mut row, &origin, &self.text).await?;
        }
        row.commit().await?;
        Ok(())
    }

    /// What so many tokens cost, in millionths of a US dollar, where the model's price is known.
    async fn cost(
        &self,
        db: &mut SqliteConnection,
        usage: Usage,
    ) -> Result<Option<i64>, sqlx::Error> {
        let Some(by) = &self.by else { return Ok(None) };
        let ids = [by.answers.as_str(), by.asked.id.as_str()];
        let price = settings::price_of(db, by.kind, ids, by.local, usage.input).await?;
        Ok(price.map(|price| price.cost(usage)))
    }

    /// Saves the answer as it ended, and tells who listens.
    async fn end(mut self, state: MessageState, problem: Option<Problem>) {
        let steps = std::mem::take(&mut self.renderer).finish();
        self.show(steps);
        let mut saved = self.save(state, problem.as_ref()).await;
        for _ in 1..SAVE_TRIES {
            match &saved {
                Ok(()) | Err(ChatError::NotFound | ChatError::Locked(_)) => break,
                Err(fault) => {
                    tracing::error!(%fault, "an ended answer was not saved; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    saved = self.save(state, problem.as_ref()).await;
                }
            }
        }
        let message = match saved {
            Ok(()) => self.read_back().await,
            Err(fault) => Err(fault),
        };
        let (chat_id, message_id) = (self.chat.id, self.answer);
        let desk = &self.unlocked.desk;
        match message {
            Ok(message) => {
                for mark in message.strategies.clone() {
                    desk.tell(ChatEvent::Strategy { chat_id, message_id, mark });
                }
                desk.tell(ChatEvent::Ended { chat_id, message });
            }
            Err(ChatError::NotFound | ChatError::Locked(_)) => {}
            Err(fault) => {
                tracing::error!(%fault, "an answer was not saved");
                desk.tell(ChatEvent::Ended { chat_id, message: self.unsaved() });
            }
        }
    }

    async fn read_back(&self) -> Result<Message, ChatError> {
        let Some(mut db) = self.unlocked.connection().await else {
            return Err(crate::account::Locked.into());
        };
        if let Some(chat) = store::chat(&mut db, self.chat.id).await? {
            self.unlocked.desk.tell(ChatEvent::Chat { chat });
        }
        ops::reread(db, self.answer).await
    }

    /// The answer as it stands on the screen while the disk doesn't take it.
    fn unsaved(&self) -> Message {
        Message {
            id: self.answer,
            chat_id: self.chat.id,
            parent_id: self.question,
            role: Role::Assistant,
            state: MessageState::Failed,
            text: self.text.clone(),
            thoughts: Some(self.thoughts.clone()).filter(|text| !text.is_empty()),
            blocks: Renderer::whole(&self.text),
            strategies: Vec::new(),
            model: Some(self.model.clone()),
            service: self.by.as_ref().map(|by| by.service),
            usage: self.usage,
            cost: None,
            left_out: self.left_out,
            goes_on: false,
            problem: Some(Problem::new(
                ProblemCode::NotSaved,
                "This answer could not be saved: the disk is full or can't be written. Copy what you need, make room, then try again.",
            )),
            created_at: self.session.core().sources.now(),
            ended_at: None,
        }
    }
}

fn endless(what: &str) -> Problem {
    Problem::new(
        ProblemCode::NotTheService,
        format!(
            "{what} grew past 4 MB without an end, which no model's does. What arrived is kept."
        ),
    )
}

fn unreadable(fault: &dyn std::error::Error) -> Problem {
    tracing::error!(%fault, "a question could not be prepared");
    Problem::new(
        ProblemCode::RequestRefused,
        "The question could not be put together from your vault. Try again; if it stays so, restart the program.",
    )
}
