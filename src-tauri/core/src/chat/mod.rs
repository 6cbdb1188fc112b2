//! Chats and their messages.
//!
//! A question is committed before a model is called, an answer is a row from its first
//! moment on, and every message names its parent, so that later branches overwrite nothing.

mod answer;
mod asking;
mod chores;
mod cost;
mod desk;
mod drafts;
mod error;
mod event;
mod lists;
#[cfg(feature = "measure")]
pub mod measure;
mod meter;
mod ops;
mod origin;
mod prompt;
mod records;
mod store;
mod summary;
mod title;
mod tree;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use answer::Checkpoints;
pub(crate) use chores::Chores;
pub use cost::{Used, UsedBy, used};
pub(crate) use desk::Desk;
pub use desk::Followed;
pub use drafts::{Draft, DraftPlace, drafts, save_draft};
pub(crate) use drafts::{LONGEST_DRAFT, forget as forget_draft, keep as keep_draft};
pub use error::ChatError;
pub use event::ChatEvent;
pub use lists::{List, archive, delete, list, pin, restore, seen};
pub use meter::{Meter, meter};
pub use ops::{
    New, go_on, link_context, plain_text_of, rename, send, send_and_follow, set_model, stop,
    text_of, try_again,
};
pub use origin::{Origin, origin};
pub(crate) use origin::{profile_version, sweep};
pub use prompt::{Prompt, PromptTurn, Wanted, prompt};
pub use records::{
    Named, Record, begin_empty, ended_answer, find, find_whole, may_send, records, set_ended,
    whole_branch,
};
pub(crate) use summary::{LONGEST_SUMMARY, insert as keep_summary};
pub use tree::{PAGE, Place, edit, fork, open, show};

/// Marks the answers that an earlier process left unfinished.
pub(crate) async fn mark_interrupted(db: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
    for id in store::interrupt_all(db).await? {
        crate::search::take_message(db, id).await?;
    }
    Ok(())
}

use crate::clock::Timestamp;
use crate::ids::{ChatId, ContextId, MessageId, ServiceId, StrategyId};
use crate::model::{ModelRef, Problem, Usage};
use crate::render::Block;

/// The longest question that is taken, in bytes.
pub const LONGEST_QUESTION: usize = 256 * 1024;

/// A chat as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// The UUID by which clients of the older service name it.
    pub session_id: String,
    /// Made from the first question until the person changes it.
    pub title: String,
    /// The linked context, if any.
    pub context_id: Option<ContextId>,
    /// That context's name.
    pub context_name: Option<String>,
    /// The model that answers in it; none for that of its context or the person's default.
    pub model: Option<ModelRef>,
    /// Messages on the current branch.
    pub message_count: u32,
    /// Whether an answer is being written right now.
    pub writing: bool,
    /// What ended in it and was not looked at yet.
    pub unseen: Option<Unseen>,
    /// Whether it stands before the others.
    pub pinned: bool,
    /// Whether it was put away, out of the usual list.
    pub archived: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How what was not looked at yet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// There is an answer.
    Done,
    /// The answer failed.
    Failed,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    User,
    /// A model.
    Assistant,
    /// The program itself.
    System,
}

/// How far a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Whole.
    Done,
    /// Being written now.
    Writing,
    /// The person stopped it; what was written is kept.
    Stopped,
    /// The model failed; what was written is kept.
    Failed,
    /// The program ended while it was written; what was saved is kept.
    Interrupted,
}

/// Where a strategy stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StrategyMark {
    /// Which block of the answer, from 0.
    pub block: u32,
    /// The strategy.
    pub strategy_id: StrategyId,
    /// Its class name.
    pub name: String,
    /// Which version this block is, from 1.
    pub version: u32,
}

/// One message, rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Its chat.
    pub chat_id: ChatId,
    /// The message it answers or follows.
    pub parent_id: Option<MessageId>,
    /// The messages that stand in its place on other branches, and itself, the oldest first.
    pub siblings: Vec<MessageId>,
    /// Who wrote it.
    pub role: Role,
    /// How far it got.
    pub state: MessageState,
    /// The text as written, Markdown.
    pub text: String,
    /// The model's reasoning, which is no part of the answer and never sent back as text.
    pub thoughts: Option<String>,
    /// The reasoning as shown.
    pub thought_blocks: Vec<Block>,
    /// How long it took, in milliseconds.
    pub thought_ms: Option<u32>,
    /// The text as shown. Empty for a question, which is shown as it was typed.
    pub blocks: Vec<Block>,
    /// Strategies found in it.
    pub strategies: Vec<StrategyMark>,
    /// The model that answered, as a person would call it.
    pub model: Option<String>,
    /// The service whose model answered; it may have been removed since.
    pub service: Option<ServiceId>,
    /// Tokens, as the service counted them.
    pub usage: Option<Usage>,
    /// What it cost, in US dollars, where the model's price is known.
    pub cost: Option<f64>,
    /// The service's own word for how it ended.
    pub finish: Option<String>,
    /// Messages before it that were not sent, because the model's window is small.
    pub left_out: u32,
    /// Whether it is a question that lets the answer above it go on.
    pub goes_on: bool,
    /// Why it failed and what to do; of an answer that is whole, what should be known of it.
    pub problem: Option<Problem>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its answer ended.
    pub ended_at: Option<Timestamp>,
}

/// What models were told in the place of the messages up to one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Summary {
    /// The last message that it stands for; those before it are on the same branch.
    pub message_id: MessageId,
    /// How many messages it stands for.
    pub messages: u32,
    /// The model that wrote it.
    pub model: String,
    /// What it says, Markdown.
    pub text: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A chat opened: the row and a page of the messages of its current branch, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenChat {
    /// The row.
    pub chat: Chat,
    /// A page of messages.
    pub messages: Vec<Message>,
    /// Whether there are older ones: ask for those before the first.
    pub has_older: bool,
    /// Whether there are newer ones: ask for those after the last.
    pub has_newer: bool,
    /// What was summarised up to a message of this page.
    pub summaries: Vec<Summary>,
}

/// Where a page of the chat list ended: opaque to clients, stable while chats change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cursor {
    /// Whether the last row is a pinned one.
    pub pinned: bool,
    /// The last row's time, milliseconds since 1970.
    #[ts(type = "number")]
    pub updated_ms: i64,
    /// The last row's id.
    pub id: ChatId,
}

/// A page of the chat list: pinned ones, then the others, the last changed first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatPage {
    /// The rows.
    pub chats: Vec<Chat>,
    /// Where the next page starts; `None` when this is the last.
    pub next: Option<Cursor>,
}

/// A question that is safe on disk, and the answer that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Sent {
    /// The chat, perhaps a new one.
    pub chat: Chat,
    /// The question.
    pub question: Message,
    /// The answer, still empty; its text arrives as [`ChatEvent`]s.
    pub answer: Message,
}
