//! What a model would be told if the next question were asked now.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::asking::{LONGEST_HISTORY, Linked, Material};
use super::{ChatError, Role, store};
use crate::account::Session;
use crate::context;
use crate::ids::{ChatId, ContextId};
use crate::model::builtin::BuiltIn;
use crate::model::window::{Budget, Plan, tokens};
use crate::model::{Model as _, ModelRef, Speaker};
use crate::settings;

/// What the next question would be asked with.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The chat; none for one that begins.
    pub chat_id: Option<ChatId>,
    /// The context of a chat that begins.
    pub context_id: Option<ContextId>,
    /// The model of a chat that begins.
    pub model: Option<ModelRef>,
    /// What is typed.
    pub text: String,
}

/// What a model would be told if the next question were asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Prompt {
    /// The model that would answer, as a person would call it.
    pub model: String,
    /// The system prompt, to the letter.
    pub system: String,
    /// What would be sent of the conversation, the oldest first; the last is what is typed.
    pub turns: Vec<PromptTurn>,
    /// Turns before them that would not be sent.
    pub left_out: u32,
    /// Turns before them that would be summarised first; the summary is made when it is needed.
    pub to_summarise: u32,
    /// About how many tokens all of it has.
    pub tokens: u32,
    /// Tokens that the model takes, where that is known.
    pub limit: Option<u32>,
}

/// One turn of what would be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PromptTurn {
    /// Who speaks.
    pub role: Role,
    /// The words, Markdown.
    pub text: String,
}

/// What a model would be told if the next question were asked now. Nothing is asked of a service.
///
/// # Errors
/// [`ChatError::NotFound`] when there is no such chat or context.
pub async fn prompt(session: &Session, wanted: Wanted) -> Result<Prompt, ChatError> {
    let mut db = session.vault().await?;
    let (linked, head) = match wanted.chat_id {
        Some(id) => {
            let chat = store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
            (Linked::from(&chat), store::head(&mut db, id).await?)
        }
        None => {
            if let Some(id) = wanted.context_id {
                context::read(&mut db, id).await?.ok_or(ChatError::NotFound)?;
            }
            (Linked { chat: None, context: wanted.context_id, model: wanted.model }, None)
        }
    };
    let mut material = Material::gather(&mut db, linked, head, LONGEST_HISTORY).await?;
    if !wanted.text.trim().is_empty() {
        material.ask(wanted.text, session.core().sources.now());
    }
    let known = settings::known_model(session, &mut db, material.wishes.clone()).await?;
    drop(db);
    let info = known.as_ref().map(|(_, model)| model);
    let plan = match known.as_ref() {
        Some((kind, model)) => material.plan_for(*kind, model, None),
        None => Plan::Whole,
    };
    let to_summarise = match plan {
        Plan::Summary { from, .. } => u32::try_from(from).unwrap_or(u32::MAX),
        _ => 0,
    };
    let prepared = match plan {
        Plan::Whole => material.whole(),
        Plan::Rolling { from, pinned } | Plan::Summary { from, pinned } => {
            material.from(from, pinned)
        }
    };
    let turns = prepared.request.turns.iter().map(|turn| tokens(&turn.text));
    Ok(Prompt {
        model: info.map_or_else(|| BuiltIn::default().label(), |model| model.name.clone()),
        tokens: turns.fold(tokens(&prepared.request.system), u32::saturating_add),
        limit: info.and_then(|model| Budget::of(model).input()),
        system: prepared.request.system,
        left_out: if to_summarise > 0 { 0 } else { prepared.left_out },
        to_summarise,
        turns: prepared
            .request
            .turns
            .into_iter()
            .map(|turn| PromptTurn {
                role: match turn.speaker {
                    Speaker::Person => Role::User,
                    Speaker::Model => Role::Assistant,
                },
                text: turn.text,
            })
            .collect(),
    })
}
