//! Writing one answer: asks the model, tells who listens, saves what came.
//!
//! What was written is saved every second while it grows and at every end, whatever the end is.

mod checkpoints;
mod held;
mod preparing;
mod saving;
mod thinking;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

pub(crate) use self::checkpoints::Checkpoints;
pub(super) use self::held::Held;
use self::thinking::Thinking;
use super::{Chat, ChatEvent, Message, MessageState};
use crate::account::{Session, Unlocked};
use crate::ids::{MessageId, ServiceId};
use crate::model::service::short_name;
use crate::model::{Answer, Delta, ModelInfo, Problem, ProblemCode, ServiceKind, Usage};
use crate::profile::ProfileDraft;
use crate::render::{Renderer, Step};

/// How often what is on the screen changes at most.
const FRAME: Duration = Duration::from_millis(33);
/// Bytes; every checkpoint writes the whole answer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// One answer being written.
pub(in crate::chat) struct Writer {
    session: Session,
    unlocked: Arc<Unlocked>,
    chat: Chat,
    question: Option<MessageId>,
    answer: MessageId,
    model: String,
    by: Option<By>,
    text: String,
    thoughts: String,
    thinking: Thinking,
    usage: Option<Usage>,
    parameters: Option<serde_json::Value>,
    finish: Option<String>,
    opaque: Option<serde_json::Value>,
    notice: Option<Problem>,
    left_out: u32,
    /// About how many tokens the model was sent.
    sent: u32,
    renderer: Renderer,
    blocks: u32,
    /// Bytes of the text that were told to whoever listens.
    shown: usize,
    /// Bytes of the text that are on the disk.
    saved: Arc<AtomicUsize>,
    told: Told,
}

/// What the model was told beside the conversation.
#[derive(Default)]
struct Told {
    profile: ProfileDraft,
    context_version: Option<i64>,
    profile_version: Option<i64>,
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
    pub(in crate::chat) fn new(session: Session, chat: &Chat, answer: &Message) -> Self {
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
            thinking: Thinking::default(),
            usage: None,
            parameters: None,
            finish: None,
            opaque: None,
            notice: None,
            left_out: 0,
            sent: 0,
            renderer: Renderer::default(),
            blocks: 0,
            shown: 0,
            saved: Arc::default(),
            told: Told::default(),
        }
    }

    /// Writes the answer to its end, whatever that is.
    pub(in crate::chat) async fn run(mut self, stop: CancellationToken) {
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
        let mut thought = 0;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(MessageState::Stopped),
                _ = checkpoint.tick(), if self.saved.load(Ordering::Acquire) < self.length() => {
                    self.unlocked.checkpoints.put(&self.unlocked, self.answer, self.snapshot());
                }
                _ = frame.tick(), if self.shown < self.text.len() || thought < self.thoughts.len() => {
                    let (chat_id, message_id) = (self.chat.id, self.answer);
                    if let Some(text) = self.thoughts.get(thought..).filter(|text| !text.is_empty()) {
                        let text = text.to_owned();
                        self.unlocked.desk.tell(ChatEvent::Thought { chat_id, message_id, text });
                    }
                    thought = self.thoughts.len();
                    if let Some(thought_ms) = self.thinking.told() {
                        let blocks = Renderer::whole(&self.thoughts);
                        self.unlocked.desk.tell(ChatEvent::Thoughts { chat_id, message_id, blocks, thought_ms });
                    }
                    if self.tell_text() {
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
                        match delta {
                            Delta::Waiting { .. } => thought = 0,
                            Delta::Anew { .. } => thought = 0,
                            _ => {}
                        }
                        self.take(delta)?;
                    }
                },
            }
        }
    }

    /// Bytes of all that was written.
    fn length(&self) -> usize {
        self.text.len() + self.thoughts.len()
    }

    fn take(&mut self, delta: Delta) -> Result<(), Problem> {
        let now = self.session.core().sources.now();
        match delta {
            Delta::Text(text) => {
                if self.text.len() + text.len() > LONGEST_ANSWER {
                    return Err(endless("The answer"));
                }
                self.thinking.answers(now);
                self.renderer.push(&text);
                self.text.push_str(&text);
            }
            Delta::Thought(text) => {
                if self.thoughts.len() + text.len() > LONGEST_ANSWER {
                    return Err(endless("The reasoning"));
                }
                self.thinking.thinks(now);
                self.thoughts.push_str(&text);
            }
            Delta::Anew { thoughts, text } => {
                self.thinking.anew(!thoughts.is_empty(), now);
                self.thoughts = thoughts;
                self.renderer = Renderer::default();
                self.renderer.push(&text);
                self.text = text;
                self.blocks = 0;
                self.shown = 0;
                // What is being saved is of before.
                self.saved = Arc::default();
                let (chat_id, message_id) = (self.chat.id, self.answer);
                self.unlocked.desk.tell(ChatEvent::Anew { chat_id, message_id });
            }
            Delta::Notice(problem) => self.notice = Some(problem),
            Delta::Opaque(parts) => self.opaque = Some(parts),
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Parameters(parameters) => self.parameters = Some(parameters),
            Delta::Ended(word) => self.finish = Some(word),
            Delta::Model(model) => {
                if let Some(by) = &mut self.by {
                    self.model = format!("{} · {}", by.name, short_name(&model));
                    by.answers = model;
                }
            }
            Delta::Waiting { seconds, reason } => {
                // The next try thinks anew.
                self.thoughts.clear();
                self.saved = Arc::default();
                self.thinking = Thinking::default();
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

    /// Tells whoever listens what came since the last time; whether there was anything.
    fn tell_text(&mut self) -> bool {
        let text = self.text.get(self.shown..).unwrap_or_default();
        if text.is_empty() {
            return false;
        }
        let (chat_id, message_id, text) = (self.chat.id, self.answer, text.to_owned());
        self.unlocked.desk.tell(ChatEvent::Text { chat_id, message_id, text });
        self.shown = self.text.len();
        true
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
}

fn endless(what: &str) -> Problem {
    Problem::new(
        ProblemCode::NotTheService,
        format!(
            "{what} grew past 4 MB without an end, which no model's does. What arrived is kept."
        ),
    )
}
