//! Writing one answer: asks the model, tells who listens, saves what came.
//!
//! What was written is saved every second while it grows and at every end, whatever the end is.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::store::{self, Progress};
use super::{Chat, ChatError, ChatEvent, Message, MessageState, Role, ops};
use crate::account::{Locked, Session, Unlocked};
use crate::context::{self, Context};
use crate::ids::{ChatId, ContextId, MessageId};
use crate::model::brief::system_prompt;
use crate::model::builtin::BuiltIn;
use crate::model::gemini::{self, Gemini};
use crate::model::{Answer, Delta, Model, Problem, ProblemCode, Request, Speaker, Turn, Usage};
use crate::profile::{self, ProfileDraft};
use crate::render::{Renderer, Step};
use crate::settings::{self, Chosen};
use crate::strategy;
use crate::vault::Transaction;

/// How often what is on the screen changes at most.
const FRAME: Duration = Duration::from_millis(33);
/// Messages of a branch that are told to the model.
const LONGEST_HISTORY: u32 = 10_000;
const SAVE_TRIES: u32 = 3;
/// Bytes; every checkpoint writes the whole answer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// One answer being written.
pub(super) struct Writer {
    session: Session,
    unlocked: Arc<Unlocked>,
    chat_id: ChatId,
    context_id: Option<ContextId>,
    question: Option<MessageId>,
    answer: MessageId,
    model: String,
    text: String,
    thoughts: String,
    usage: Option<Usage>,
    opaque: Option<serde_json::Value>,
    renderer: Renderer,
    blocks: u32,
    told: ProfileDraft,
}

impl Writer {
    pub(super) fn new(session: Session, chat: &Chat, answer: &Message) -> Self {
        Self {
            unlocked: Arc::clone(session.unlocked()),
            session,
            chat_id: chat.id,
            context_id: chat.context_id,
            question: answer.parent_id,
            answer: answer.id,
            model: String::new(),
            text: String::new(),
            thoughts: String::new(),
            usage: None,
            opaque: None,
            renderer: Renderer::default(),
            blocks: 0,
            told: ProfileDraft::default(),
        }
    }

    /// Writes the answer to its end, whatever that is.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let asked = tokio::select! {
            () = stop.cancelled() => Ok(None),
            asked = self.ask() => asked.map(Some),
        };
        let (state, problem) = match asked {
            Ok(Some(stream)) => match self.listen(stream, &stop).await {
                Ok(state) => (state, None),
                Err(problem) => (MessageState::Failed, Some(problem)),
            },
            Ok(None) => (MessageState::Stopped, None),
            Err(problem) => (MessageState::Failed, Some(problem)),
        };
        self.end(state, problem).await;
    }

    /// Gathers what the model is told, and asks it.
    async fn ask(&mut self) -> Result<Answer, Problem> {
        let chosen = settings::model(&self.session).await.map_err(|fault| match fault {
            settings::SettingsError::Model(problem) => problem,
            fault => unreadable(&fault),
        })?;
        let request = self.request().await.map_err(|fault| unreadable(&fault))?;
        let model: Box<dyn Model> = match chosen {
            Chosen::BuiltIn => Box::new(BuiltIn::default()),
            Chosen::Gemini(access, model) => {
                let model = match model {
                    Some(model) => model,
                    None => self.newest(&access).await?,
                };
                let sources = self.session.core().sources.clone();
                Box::new(Gemini { access, model, sources })
            }
        };
        self.model = model.label();
        Ok(model.stream(request))
    }

    async fn newest(&self, access: &gemini::Access) -> Result<String, Problem> {
        let desk = &self.unlocked.desk;
        if let Some(known) = desk.newest_model() {
            return Ok(known);
        }
        let models = gemini::list(access).await?;
        let newest = gemini::default_model(&models).ok_or_else(gemini::none_offered)?;
        desk.remember_newest_model(newest.id.clone());
        Ok(newest.id.clone())
    }

    async fn request(&mut self) -> Result<Request, ChatError> {
        let now = self.session.core().sources.now();
        // Also behind a lock: what was asked before it is answered.
        let mut db = self.unlocked.connection().await.ok_or(Locked)?;
        let profile = profile::read(&mut db).await?.draft;
        let context: Option<Context> = match self.context_id {
            Some(id) => context::read(&mut db, id).await?,
            None => None,
        };
        if let Some(context) = &context {
            context::mark_used(&mut db, context.id, now).await?;
        }
        let branch = match self.question {
            Some(question) => store::branch(&mut db, question, LONGEST_HISTORY).await?,
            None => Vec::new(),
        };
        drop(db);
        let context = context.map(|context| context.draft);
        self.told = profile.clone();
        Ok(Request {
            system: system_prompt(&profile, context.as_ref()),
            turns: branch.into_iter().filter_map(turn).collect(),
            profile,
            context,
        })
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
                _ = frame.tick(), if shown < self.text.len() => {
                    self.unlocked.desk.tell(ChatEvent::Text {
                        chat_id: self.chat_id,
                        message_id: self.answer,
                        text: self.text[shown..].to_owned(),
                    });
                    shown = self.text.len();
                    let steps = self.renderer.steps();
                    self.show(steps);
                }
                delta = stream.next() => match delta {
                    None => return Err(Problem::new(
                        ProblemCode::StreamBroken,
                        "The answer broke off. What arrived is kept; try again for a whole one.",
                    )),
                    Some(Err(problem)) => return Err(problem),
                    Some(Ok(Delta::Finish)) => return Ok(MessageState::Done),
                    Some(Ok(delta)) => self.take(delta)?,
                },
            }
        }
    }

    fn take(&mut self, delta: Delta) -> Result<(), Problem> {
        match delta {
            Delta::Text(text) => {
                if self.text.len() + text.len() > LONGEST_ANSWER {
                    return Err(Problem::new(
                        ProblemCode::NotTheService,
                        "The answer grew past 4 MB without an end, which no model's answer does. What arrived is kept.",
                    ));
                }
                self.renderer.push(&text);
                self.text.push_str(&text);
            }
            Delta::Thought(text) => self.thoughts.push_str(&text),
            Delta::Opaque(parts) => self.opaque = Some(parts),
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Model(model) => self.model = format!("Gemini · {model}"),
            Delta::Waiting { seconds, reason } => {
                // The next try thinks anew.
                self.thoughts.clear();
                self.unlocked.desk.tell(ChatEvent::Waiting {
                    chat_id: self.chat_id,
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
            let (chat_id, message_id) = (self.chat_id, self.answer);
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
        let progress = Progress {
            state,
            text: &self.text,
            thoughts: &self.thoughts,
            model: &self.model,
            usage: self.usage,
            problem,
            opaque: self.opaque.as_ref(),
            now,
        };
        if !store::save(&mut row, self.answer, &progress).await? {
            return Err(ChatError::NotFound);
        }
        if state != MessageState::Writing {
            let origin = strategy::Origin {
                chat_id: self.chat_id,
                message_id: self.answer,
                context_id: self.context_id,
                model: &self.model,
                profile: &self.told,
                now,
            };
            strategy::record(&mut row, &origin, &self.text).await?;
        }
        row.commit().await?;
        Ok(())
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
        let (chat_id, message_id) = (self.chat_id, self.answer);
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
        if let Some(chat) = store::chat(&mut db, self.chat_id).await? {
            self.unlocked.desk.tell(ChatEvent::Chat { chat });
        }
        ops::reread(db, self.answer).await
    }

    /// The answer as it stands on the screen while the disk doesn't take it.
    fn unsaved(&self) -> Message {
        Message {
            id: self.answer,
            chat_id: self.chat_id,
            parent_id: self.question,
            role: Role::Assistant,
            state: MessageState::Failed,
            text: self.text.clone(),
            blocks: Renderer::whole(&self.text),
            strategies: Vec::new(),
            model: Some(self.model.clone()),
            usage: self.usage,
            problem: Some(Problem::new(
                ProblemCode::NotSaved,
                "This answer could not be saved: the disk is full or can't be written. Copy what you need, make room, then try again.",
            )),
            created_at: self.session.core().sources.now(),
        }
    }
}

/// A stored message as the model is told it. An answer that failed or is empty is not history;
/// one that only grew too long is, so that the model can go on.
fn turn(stored: store::Stored) -> Option<Turn> {
    let message = stored.message;
    let long = message.problem.is_some_and(|problem| problem.code == ProblemCode::TooLong);
    let whole = long || matches!(message.state, MessageState::Done | MessageState::Stopped);
    let speaker = match message.role {
        Role::User => Speaker::Person,
        Role::Assistant if whole && !message.text.trim().is_empty() => Speaker::Model,
        _ => return None,
    };
    Some(Turn { speaker, text: message.text, opaque: stored.opaque })
}

fn unreadable(fault: &dyn std::error::Error) -> Problem {
    tracing::error!(%fault, "a question could not be prepared");
    Problem::new(
        ProblemCode::RequestRefused,
        "The question could not be put together from your vault. Try again; if it stays so, restart the program.",
    )
}
