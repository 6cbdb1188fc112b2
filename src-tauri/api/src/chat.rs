//! Chats, questions and answers.

use algoagent_core::chat as core;
pub use algoagent_core::chat::{Chat, ChatPage, Cursor, Meter, OpenChat, Sent};
use algoagent_core::ids::{ChatId, ContextId, MessageId};
use algoagent_core::model::ModelRef;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Nothing;
use crate::door::Door;
use crate::error::ApiError;

/// A page of the chat list.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChatsRequest {
    /// The `next` of the page before; null for the first page.
    pub after: Option<Cursor>,
    /// 1 to 200.
    pub limit: u32,
}

/// A chat by id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ChatRequest {
    /// The chat.
    pub chat_id: ChatId,
}

/// A message by id.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct MessageRequest {
    /// The message.
    pub message_id: MessageId,
}

/// A page of a chat's messages.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct OpenChatRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// Only messages before this one; null for the newest.
    pub before: Option<MessageId>,
}

/// A question.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct SendRequest {
    /// The chat; null starts a new one.
    pub chat_id: Option<ChatId>,
    /// The context that a new chat is linked to. Ignored for an existing chat.
    pub context_id: Option<ContextId>,
    /// The model that answers in a new chat; null for that of its context or the person's default.
    #[serde(default)]
    pub model: Option<ModelRef>,
    /// The question, at most 256 KiB.
    pub text: String,
}

/// A link between a chat and a context.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct LinkContextRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// The context; null unlinks.
    pub context_id: Option<ContextId>,
}

/// The model that answers in a chat.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct ChatModelRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// The model; null for that of its context or the person's default.
    pub model: Option<ModelRef>,
}

/// A title.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct RenameChatRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// 1 to 200 characters.
    pub title: String,
}

pub(crate) async fn chats(door: &Door, request: ChatsRequest) -> Result<ChatPage, ApiError> {
    Ok(core::list(&door.session()?, request.after, request.limit).await?)
}

pub(crate) async fn open_chat(door: &Door, request: OpenChatRequest) -> Result<OpenChat, ApiError> {
    Ok(core::open(&door.session()?, request.chat_id, request.before).await?)
}

pub(crate) async fn send(door: &Door, request: SendRequest) -> Result<Sent, ApiError> {
    let new = core::New { context_id: request.context_id, model: request.model };
    Ok(core::send(&door.session()?, request.chat_id, new, request.text).await?)
}

pub(crate) async fn stop(door: &Door, request: MessageRequest) -> Result<Nothing, ApiError> {
    core::stop(&door.session()?, request.message_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn try_again(door: &Door, request: MessageRequest) -> Result<Sent, ApiError> {
    Ok(core::try_again(&door.session()?, request.message_id).await?)
}

pub(crate) async fn go_on(door: &Door, request: MessageRequest) -> Result<Sent, ApiError> {
    Ok(core::go_on(&door.session()?, request.message_id).await?)
}

pub(crate) async fn set_chat_model(
    door: &Door,
    request: ChatModelRequest,
) -> Result<Chat, ApiError> {
    Ok(core::set_model(&door.session()?, request.chat_id, request.model).await?)
}

pub(crate) async fn chat_meter(door: &Door, request: ChatRequest) -> Result<Meter, ApiError> {
    Ok(core::meter(&door.session()?, request.chat_id).await?)
}

pub(crate) async fn link_context(
    door: &Door,
    request: LinkContextRequest,
) -> Result<Chat, ApiError> {
    Ok(core::link_context(&door.session()?, request.chat_id, request.context_id).await?)
}

pub(crate) async fn rename_chat(door: &Door, request: RenameChatRequest) -> Result<Chat, ApiError> {
    Ok(core::rename(&door.session()?, request.chat_id, &request.title).await?)
}

pub(crate) async fn delete_chat(door: &Door, request: ChatRequest) -> Result<Nothing, ApiError> {
    core::delete(&door.session()?, request.chat_id).await?;
    Ok(Nothing {})
}
