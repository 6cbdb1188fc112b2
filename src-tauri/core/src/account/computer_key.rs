//! Who may use the key for a model service that belongs to the computer.

use std::sync::PoisonError;

use uuid::Uuid;

use super::administration::{AccountInfo, allowed, info};
use super::audit::{self, Action, Entry};
use super::{AccountError, Session, store};

/// Lets an account use the computer's own key, or not any more, from its next question on.
///
/// # Errors
/// [`AccountError::Forbidden`], [`AccountError::NoAccount`].
pub async fn set_computer_key(
    session: &Session,
    uuid: Uuid,
    may: bool,
) -> Result<AccountInfo, AccountError> {
    let core = session.core();
    let mut db = allowed(session).await?;
    let account = store::by_uuid(&mut db, uuid).await?.ok_or(AccountError::NoAccount)?;
    store::set_computer_key(&mut db, uuid, may).await?;
    let last = store::last_signed_in_at(&mut db, uuid).await?;
    drop(db);
    {
        let mut withheld = core.key_withheld.lock().unwrap_or_else(PoisonError::into_inner);
        if may {
            withheld.remove(&uuid)
        } else {
            withheld.insert(uuid)
        };
    }
    let action = if may { Action::ComputerKeyGranted } else { Action::ComputerKeyWithheld };
    audit::note(core, Entry::by(session, &account, action)).await;
    Ok(info(core, account, last))
}
