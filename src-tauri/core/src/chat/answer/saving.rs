//! Saving an answer as it ended.

use std::sync::Arc;
use std::time::Duration;

use sqlx::SqliteConnection;

use super::Writer;
use super::checkpoints::Snapshot;
use crate::account::Locked;
use crate::chat::store::{self, Progress};
use crate::chat::{ChatError, ChatEvent, Message, MessageState, Role, ops, title};
use crate::model::{Problem, ProblemCode, Usage};
use crate::render::Renderer;
use crate::vault::Transaction;
use crate::{search, settings, strategy};

/// How often an ended answer is tried to be saved before whoever waits is told that it isn't.
const SAVE_TRIES: u32 = 3;
/// How long until it is tried again, then and from then on.
const SAVE_AGAIN: Duration = Duration::from_secs(1);
const SAVE_LATER: Duration = Duration::from_secs(5);

/// Whether it may be taken another time.
fn refused(saved: &Result<(), ChatError>) -> bool {
    !matches!(saved, Ok(()) | Err(ChatError::NotFound | ChatError::Locked(_)))
}

impl Writer {
    /// How far it has got, to be saved with the others.
    pub(super) fn snapshot(&self) -> Snapshot {
        let by = self.by.as_ref();
        Snapshot {
            text: self.text.clone(),
            thoughts: self.thoughts.clone(),
            thought_ms: self.thinking.took,
            model: self.model.clone(),
            service: by.map(|by| (by.service, by.kind, by.answers.clone())),
            usage: self.usage,
            left_out: self.left_out,
            context_version: self.told.context_version,
            profile_version: self.told.profile_version,
            parameters: self.parameters.clone(),
            now: self.session.core().sources.now(),
            saved: Arc::clone(&self.saved),
        }
    }

    /// Saves it as it ended.
    async fn save(&self, state: MessageState, problem: Option<&Problem>) -> Result<(), ChatError> {
        let now = self.session.core().sources.now();
        let Some(mut db) = self.unlocked.connection().await else {
            return Err(Locked.into());
        };
        let mut row = Transaction::begin(&mut db).await?;
        let cost = match self.usage {
            Some(usage) => self.cost(&mut row, usage).await?,
            None => None,
        };
        let progress = Progress {
            state,
            text: &self.text,
            thoughts: &self.thoughts,
            thought_ms: self.thinking.took,
            model: &self.model,
            service: self.by.as_ref().map(|by| (by.service, by.kind, by.answers.as_str())),
            usage: self.usage,
            cost,
            left_out: self.left_out,
            context_version: self.told.context_version,
            profile_version: self.told.profile_version,
            finish: self.finish.as_deref(),
            parameters: self.parameters.as_ref(),
            problem,
            opaque: self.opaque.as_ref(),
            now,
        };
        if !store::save(&mut row, self.answer, &progress).await? {
            return Err(ChatError::NotFound);
        }
        let origin = strategy::Origin {
            chat_id: self.chat.id,
            message_id: self.answer,
            context_id: self.chat.context_id,
            model: &self.model,
            profile: &self.told.profile,
            now,
        };
        strategy::record(&mut row, &origin, &self.text).await?;
        search::take_message(&mut row, self.answer).await?;
        self.entitle(&mut row).await?;
        row.commit().await?;
        Ok(())
    }

    /// Names the chat after its first exchange, unless the person named it.
    async fn entitle(&self, db: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Some((question, first)) = store::first_question(db, self.answer).await? else {
            return Ok(());
        };
        if first {
            let title = title::of_exchange(&question, &self.text);
            if store::set_made_title(db, self.chat.id, &title).await? {
                search::take_chat(db, self.chat.id, &title).await?;
            }
        }
        Ok(())
    }

    /// What so many tokens cost, in millionths of a US dollar, where the model's price is known.
    pub(super) async fn cost(
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
    pub(super) async fn end(mut self, state: MessageState, problem: Option<Problem>) {
        self.thinking.rests(self.session.core().sources.now());
        // Whoever follows needn't wait for the disk to hear the last words.
        self.tell_text();
        let steps = std::mem::take(&mut self.renderer).finish();
        self.show(steps);
        self.unlocked.checkpoints.forget(self.answer);
        let mut saved = self.save(state, problem.as_ref()).await;
        for _ in 1..SAVE_TRIES {
            if !refused(&saved) {
                break;
            }
            tokio::time::sleep(SAVE_AGAIN).await;
            saved = self.save(state, problem.as_ref()).await;
        }
        if refused(&saved) {
            if let Err(fault) = &saved {
                tracing::error!(%fault, "an ended answer isn't saved; it is held and tried again");
            }
            saved = self.save_later(state, problem.as_ref()).await;
        }
        match saved {
            Ok(()) => self.tell_end(state, problem).await,
            Err(ChatError::NotFound | ChatError::Locked(_)) => {}
            Err(fault) => tracing::error!(%fault, "an answer was not saved"),
        }
    }

    /// Tells who listens that it ended, as it is stored.
    async fn tell_end(self, state: MessageState, problem: Option<Problem>) {
        let message = match self.read_back().await {
            Ok(message) => message,
            Err(ChatError::NotFound | ChatError::Locked(_)) => return,
            Err(fault) => {
                tracing::error!(%fault, "a saved answer can't be read again");
                self.as_ended(state, problem)
            }
        };
        let (chat_id, message_id) = (self.chat.id, self.answer);
        let desk = &self.unlocked.desk;
        for mark in message.strategies.clone() {
            desk.tell(ChatEvent::Strategy { chat_id, message_id, mark });
        }
        desk.tell(ChatEvent::Ended { chat_id, message });
    }

    /// Says that it isn't saved, keeps it for whoever reads it, and saves it once the disk takes it
    /// or the vault is closed.
    async fn save_later(
        &self,
        state: MessageState,
        problem: Option<&Problem>,
    ) -> Result<(), ChatError> {
        let (unsaved, desk) = (self.unsaved(), &self.unlocked.desk);
        desk.held.put(unsaved.clone());
        desk.tell(ChatEvent::Ended { chat_id: self.chat.id, message: unsaved });
        let saved = loop {
            let last = tokio::time::timeout(SAVE_LATER, desk.closes()).await.is_ok();
            let saved = self.save(state, problem).await;
            if last || !refused(&saved) {
                break saved;
            }
        };
        desk.held.forget(self.answer);
        saved
    }

    async fn read_back(&self) -> Result<Message, ChatError> {
        let Some(mut db) = self.unlocked.connection().await else {
            return Err(Locked.into());
        };
        if let Some(chat) = store::chat(&mut db, self.chat.id).await? {
            self.unlocked.desk.tell(ChatEvent::Chat { chat });
        }
        ops::reread(db, self.answer).await
    }

    /// The answer as it stands on the screen while the disk doesn't take it.
    fn unsaved(&self) -> Message {
        let problem = Problem::new(
            ProblemCode::NotSaved,
            "This answer isn't saved: the disk is full or can't be written. Make room, and it is saved by itself. Until then it is lost when AlgoAgent locks or ends: copy what you need.",
        );
        self.as_ended(MessageState::Failed, Some(problem))
    }

    /// The answer as it is here.
    fn as_ended(&self, state: MessageState, problem: Option<Problem>) -> Message {
        Message {
            id: self.answer,
            chat_id: self.chat.id,
            parent_id: self.question,
            siblings: vec![self.answer],
            role: Role::Assistant,
            state,
            text: self.text.clone(),
            thoughts: Some(self.thoughts.clone()).filter(|text| !text.is_empty()),
            thought_blocks: Renderer::whole(&self.thoughts),
            thought_ms: self.thinking.took,
            blocks: Renderer::whole(&self.text),
            strategies: Vec::new(),
            model: Some(self.model.clone()),
            service: self.by.as_ref().map(|by| by.service),
            usage: self.usage,
            cost: None,
            finish: self.finish.clone(),
            left_out: self.left_out,
            goes_on: false,
            problem,
            created_at: self.session.core().sources.now(),
            ended_at: None,
        }
    }
}
