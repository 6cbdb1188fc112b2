//! Chats, questions and answers.

use algoagent_core::chat as core;
pub use algoagent_core::chat::{
    Chat, ChatPage, Cursor, Draft, List, Meter, OpenChat, Origin, Prompt, Sent,
};
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
    /// Which chats.
    #[serde(default)]
    pub list: List,
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
    /// Only messages before this one.
    #[serde(default)]
    pub before: Option<MessageId>,
    /// Only messages after this one. With neither: the newest.
    #[serde(default)]
    pub after: Option<MessageId>,
}

/// A question in other words.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct EditRequest {
    /// The question as it was.
    pub message_id: MessageId,
    /// The question, at most 256 KiB.
    pub text: String,
}

/// A chat, and whether something is so.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct ChatOnRequest {
    /// The chat.
    pub chat_id: ChatId,
    /// Whether.
    pub on: bool,
}

/// What the next question would be asked with.
#[derive(Clone, Serialize, Deserialize, TS)]
pub struct PromptRequest {
    /// The chat; null for one that begins.
    pub chat_id: Option<ChatId>,
    /// The context of a chat that begins.
    #[serde(default)]
    pub context_id: Option<ContextId>,
    /// The model of a chat that begins.
    #[serde(default)]
    pub model: Option<ModelRef>,
    /// What is typed; may be empty.
    pub text: String,
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
    /// Whether it is what was typed as the chat's next question, whose draft is forgotten with it.
    #[serde(default)]
    pub from_draft: bool,
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
    Ok(core::list(&door.session()?, request.list, request.after, request.limit).await?)
}

pub(crate) async fn open_chat(door: &Door, request: OpenChatRequest) -> Result<OpenChat, ApiError> {
    let place = match (request.before, request.after) {
        (None, None) => core::Place::Newest,
        (Some(before), None) => core::Place::Before(before),
        (None, Some(after)) => core::Place::After(after),
        (Some(_), Some(_)) => return Err(ApiError::bad_request("one of before and after")),
    };
    Ok(core::open(&door.session()?, request.chat_id, place).await?)
}

pub(crate) async fn show_message(
    door: &Door,
    request: MessageRequest,
) -> Result<OpenChat, ApiError> {
    Ok(core::show(&door.session()?, request.message_id).await?)
}

pub(crate) async fn edit(door: &Door, request: EditRequest) -> Result<Sent, ApiError> {
    Ok(core::edit(&door.session()?, request.message_id, request.text).await?)
}

pub(crate) async fn fork(door: &Door, request: MessageRequest) -> Result<Chat, ApiError> {
    Ok(core::fork(&door.session()?, request.message_id).await?)
}

pub(crate) async fn origin(door: &Door, request: MessageRequest) -> Result<Origin, ApiError> {
    Ok(core::origin(&door.session()?, request.message_id).await?)
}

pub(crate) async fn prompt(door: &Door, request: PromptRequest) -> Result<Prompt, ApiError> {
    let wanted = core::Wanted {
        chat_id: request.chat_id,
        context_id: request.context_id,
        model: request.model,
        text: request.text,
    };
    Ok(core::prompt(&door.session()?, wanted).await?)
}

pub(crate) async fn drafts(door: &Door, _: Nothing) -> Result<Vec<Draft>, ApiError> {
    Ok(core::drafts(&door.session()?).await?)
}

pub(crate) async fn save_draft(door: &Door, draft: Draft) -> Result<Nothing, ApiError> {
    core::save_draft(&door.session()?, draft).await?;
    Ok(Nothing {})
}

pub(crate) async fn pin_chat(door: &Door, request: ChatOnRequest) -> Result<Chat, ApiError> {
    Ok(core::pin(&door.session()?, request.chat_id, request.on).await?)
}

pub(crate) async fn archive_chat(door: &Door, request: ChatOnRequest) -> Result<Chat, ApiError> {
    Ok(core::archive(&door.session()?, request.chat_id, request.on).await?)
}

pub(crate) async fn seen(door: &Door, request: ChatRequest) -> Result<Nothing, ApiError> {
    core::seen(&door.session()?, request.chat_id).await?;
    Ok(Nothing {})
}

pub(crate) async fn restore_chat(door: &Door, request: ChatRequest) -> Result<Chat, ApiError> {
    Ok(core::restore(&door.session()?, request.chat_id).await?)
}

pub(crate) async fn send(door: &Door, request: SendRequest) -> Result<Sent, ApiError> {
    let SendRequest { chat_id, context_id, model, text, from_draft } = request;
    let new = core::New { context_id, model, title: None, from_draft };
    Ok(core::send(&door.session()?, chat_id, new, text).await?)
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
