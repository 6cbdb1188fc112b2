//! How full the window of a chat's model is.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use ts_rs::TS;

use super::asking::{LONGEST_HISTORY, Linked, Material};
use super::{ChatError, store, summary};
use crate::account::Session;
use crate::ids::ChatId;
use crate::model::window::{Budget, tokens};
use crate::settings;

/// How full the window of a chat's model is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Meter {
    /// Tokens that the next question would have, without itself. Where there is no limit, nobody
    /// asks for it: then those of the newest messages alone.
    pub used: u32,
    /// Whether the service counted them; else they are estimated.
    pub counted: bool,
    /// Tokens that the model takes, less what is kept free for its answer. None when that isn't
    /// known, or there is no limit.
    pub limit: Option<u32>,
    /// Messages that a summary stands for.
    pub summarised: u32,
    /// Messages that the newest answer was given without.
    pub left_out: u32,
}

/// Messages that are read first.
const RECENT: u32 = 50;

/// How full the window of a chat's model is. Nothing is asked of the service.
///
/// # Errors
/// [`ChatError::NotFound`].
pub async fn meter(session: &Session, id: ChatId) -> Result<Meter, ChatError> {
    let mut db = session.vault().await?;
    let chat = store::chat(&mut db, id).await?.ok_or(ChatError::NotFound)?;
    let head = store::head(&mut db, id).await?;
    let gather = async |db: &mut SqliteConnection, most| {
        Material::gather(db, Linked::from(&chat), head, most).await
    };
    // Mostly the service has counted not long ago: then nothing above that is read.
    let most = if summary::any(&mut db, id).await? { LONGEST_HISTORY } else { RECENT };
    let mut material = gather(&mut db, most).await?;
    let model = settings::known_model(session, &mut db, material.wishes.clone()).await?;
    let by = model.as_ref().map(|(service, model)| (*service, &*model.id));
    let limit = model.as_ref().and_then(|(_, model)| Budget::of(model).input());
    let mut counted = material.counted(by);
    if counted.is_none() && limit.is_some() && chat.message_count > most {
        material = gather(&mut db, LONGEST_HISTORY).await?;
        counted = material.counted(by);
    }
    drop(db);
    let estimated = || {
        let turns = material.turns.iter().map(|turn| tokens(&turn.turn.text));
        turns.fold(tokens(&material.system()), u32::saturating_add)
    };
    let newest = material.turns.last();
    Ok(Meter {
        used: counted.unwrap_or_else(estimated),
        counted: counted.is_some(),
        limit,
        summarised: material.summary.as_ref().map_or(0, |summary| summary.messages),
        left_out: newest.map_or(0, |turn| turn.left_out),
    })
}
