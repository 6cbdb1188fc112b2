//! Locking a door, coming back to it, and staying signed in.
//!
//! What locks decides here and not in the webview: a page that hangs locks nothing and opens
//! nothing. A locked door has no session; the password opens a new one.

use algoagent_core::account::{self as core, Action, Session, WorkKind};
use algoagent_core::settings;
use serde::{Deserialize, Serialize};
use tracing::warn;
use ts_rs::TS;
use uuid::Uuid;

use crate::Nothing;
use crate::account::SignedIn;
use crate::door::Door;
use crate::error::ApiError;
use crate::keychain;

/// Why a door was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The person asked for it.
    Asked,
    /// Nobody had touched it for long.
    Idle,
    /// The computer slept.
    Asleep,
}

/// Whom a door is locked for.
pub(crate) struct LockedSeat {
    uuid: Uuid,
    username: String,
    demo: bool,
    why: Why,
    idle_minutes: u32,
    /// Ended gently: its answers may still be written.
    pub(crate) session: Session,
    /// Whether they may not: the computer slept or somebody locked it at once, meanwhile.
    stop: bool,
}

/// Who locked a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LockedBy {
    /// The user name.
    pub username: String,
    /// Whether this is the demo account, which needs no password.
    pub demo: bool,
    /// Why.
    pub why: Why,
    /// The minutes that its person chose.
    pub idle_minutes: u32,
    /// How many other sessions of the account are live.
    pub other_sessions: u32,
    /// Whether an answer is still being written behind the lock.
    pub finishing: bool,
}

/// How the last session at a door ended, when its person didn't lock it or sign out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Its time was over.
    Expired,
    /// It was ended from elsewhere: by another session of the person, or an administrator.
    Elsewhere,
    /// The account was deleted by its owner.
    Deleted,
}

/// What a window shows when nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gate {
    /// Who locked it; `None` shows all accounts.
    pub locked: Option<LockedBy>,
    /// How the last session here ended, if the person may wonder.
    pub ended: Option<Ended>,
    /// Whether somebody chose to stay signed in, so that `resume` may bring them back.
    pub resumable: bool,
}

/// How to lock.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct LockRequest {
    /// Shows all accounts afterwards, for somebody else.
    pub switch: bool,
}

/// Where the secret of somebody who stays signed in is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeptIn {
    /// In the system's keychain.
    Keychain,
    /// Nowhere: there is no keychain, and the next start asks for the password.
    Memory,
}

const NOT_KEPT: &str = "This computer's keychain holds no secret of yours now. It gets one when you sign in with your password.";

/// When the window locks, and whether its person stays signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Locking {
    /// Minutes without a key or a movement, 1 to 240.
    pub idle_minutes: u32,
    /// Whether the next start needs no password.
    pub stay_signed_in: bool,
    /// Where the secret is; `None` when there is none.
    pub kept_in: Option<KeptIn>,
    /// Why it isn't in a keychain, for a person.
    pub note: Option<String>,
    /// Another account has come since the person chose to stay: they are asked again.
    pub ask_again: bool,
}

/// Minutes until the window locks.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct IdleRequest {
    /// 1 to 240.
    pub idle_minutes: u32,
}

/// A choice.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, TS)]
pub struct OnRequest {
    /// Whether it is on.
    pub on: bool,
}

/// Answers that end when a vault is closed now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AtStake {
    /// Answers that are being written: what was written is kept.
    pub writing: u32,
    /// Answers that the disk doesn't take: they are lost.
    pub unsaved: u32,
}

impl AtStake {
    /// Those of a session's vault.
    pub(crate) fn of(session: &Session) -> Self {
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        Self {
            writing: count(session.answers_under_way()),
            unsaved: count(session.answers_unsaved()),
        }
    }

    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Door {
    /// Locks the door, if somebody sits at it. Asked for or asleep, everything stops at once
    /// (what was written is kept); idle, answers that are being written may end first.
    pub async fn lock(&self, why: Why) {
        self.leave(why, false).await;
    }

    /// Locks the door when its person has not touched it for as long as they chose.
    pub async fn lock_if_idle(&self) {
        let idle = {
            let seat = self.seat();
            let rest = i64::from(seat.seated.idle_minutes.max(1)) * 60;
            seat.active_at.is_some_and(|at| self.core().steady() >= at.plus_seconds(rest))
        };
        let Some(session) = self.session().ok().filter(|_| idle) else { return };
        // A new recovery code would never be seen: that work ends first.
        let rekeys = core::work(&session).ok().flatten();
        if rekeys.is_none_or(|work| work.kind != WorkKind::Rekey) {
            self.lock(Why::Idle).await;
        }
    }

    async fn leave(&self, why: Why, switch: bool) {
        let Some(session) = self.lock_seat(|session, seat| {
            (!switch).then(|| LockedSeat {
                uuid: session.account().uuid,
                username: session.account().username.clone(),
                demo: session.account().demo,
                why,
                idle_minutes: seat.seated.idle_minutes,
                session: session.clone(),
                stop: false,
            })
        }) else {
            // Locked when idle: what was left to end then must not go on through a sleep.
            self.stop_finishing(why).await;
            return;
        };
        // The window is covered by now; all else follows.
        if session.check().is_ok() {
            core::note_own(&session, Action::Locked).await;
        }
        // Whoever starts the program anew must not get past the lock.
        keychain::suspend(self, &session).await;
        let stop = self.seat().locked.as_ref().is_some_and(|locked| locked.stop);
        if why == Why::Idle && !stop {
            session.end_gently().await;
        } else {
            session.end().await;
        }
    }

    async fn stop_finishing(&self, why: Why) {
        if why == Why::Idle {
            return;
        }
        let finishing = self.seat().locked.as_mut().map(|locked| {
            locked.stop = true;
            locked.session.clone()
        });
        if let Some(session) = finishing {
            self.core().stop_finishing(session.account()).await;
        }
    }
}

pub(crate) async fn gate(door: &Door, _: Nothing) -> Result<Gate, ApiError> {
    let gone = unlock_for_nobody(door).await?;
    let locked = door.seat().locked.as_ref().map(|locked| LockedBy {
        username: locked.username.clone(),
        demo: locked.demo,
        why: locked.why,
        idle_minutes: locked.idle_minutes,
        other_sessions: u32::try_from(door.core().sessions_of(locked.uuid)).unwrap_or(u32::MAX),
        finishing: locked.session.answers_under_way() > 0,
    });
    let ready = !door.seat().resumed && door.session().is_err() && door.host().keychain().is_some();
    let resumable = ready && !core::staying::candidates(door.core()).await?.is_empty();
    let ended = {
        let seat = door.seat();
        let dead = seat.session.as_ref().filter(|session| session.check().is_err());
        match dead {
            Some(_) if seat.seated.deleting => Some(Ended::Deleted),
            Some(session) if door.core().steady() >= session.expires_at() => Some(Ended::Expired),
            Some(_) => Some(Ended::Elsewhere),
            None if gone => Some(Ended::Elsewhere),
            None => seat.deleted.then_some(Ended::Deleted),
        }
    };
    Ok(Gate { locked, ended, resumable })
}

/// A lock whose person's account was disabled or deleted meanwhile waits for nobody; `true` when
/// there was one.
async fn unlock_for_nobody(door: &Door) -> Result<bool, ApiError> {
    let named = door.seat().locked.as_ref().map(|locked| locked.username.clone());
    let Some(name) = named else { return Ok(false) };
    if core::tiles(door.core()).await?.iter().any(|tile| tile.username == name) {
        return Ok(false);
    }
    door.seat().locked = None;
    Ok(true)
}

pub(crate) async fn lock(door: &Door, request: LockRequest) -> Result<Nothing, ApiError> {
    if let Err(fault) = door.session() {
        // A command that is about to seat somebody finds the door locked.
        door.stand_up().await;
        // Asked twice, it is locked still.
        return if door.seat().locked.is_some() { Ok(Nothing {}) } else { Err(fault) };
    }
    door.leave(Why::Asked, request.switch).await;
    Ok(Nothing {})
}

pub(crate) async fn answers_at_stake(door: &Door, _: Nothing) -> Result<AtStake, ApiError> {
    let session = door.session()?;
    Ok(if session.is_last() { AtStake::of(&session) } else { AtStake::default() })
}

pub(crate) async fn end_locked_sessions(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    let uuid = door.seat().locked.as_ref().map(|locked| locked.uuid);
    if let Some(uuid) = uuid {
        door.core().end_sessions_of(door.kind(), uuid).await;
    }
    Ok(Nothing {})
}

pub(crate) async fn leave_lock(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    door.seat().locked = None;
    Ok(Nothing {})
}

pub(crate) async fn still_here(door: &Door, _: Nothing) -> Result<Nothing, ApiError> {
    door.session()?.touch()?;
    door.seat().active_at = Some(door.core().steady());
    Ok(Nothing {})
}

pub(crate) async fn locking(door: &Door, _: Nothing) -> Result<Locking, ApiError> {
    let session = door.session()?;
    let choice = core::staying::choice(&session).await?;
    // Chosen, and yet there is no secret: no keychain took it at the last sign-in.
    let kept = choice.is_some_and(|(_, again)| again) || core::staying::is_kept(&session)?;
    Ok(Locking {
        idle_minutes: settings::idle_minutes(&session).await?,
        stay_signed_in: choice.is_some(),
        kept_in: choice.map(|_| if kept { KeptIn::Keychain } else { KeptIn::Memory }),
        note: (choice.is_some() && !kept).then(|| NOT_KEPT.to_owned()),
        ask_again: choice.is_some_and(|(_, again)| again),
    })
}

pub(crate) async fn set_idle_minutes(
    door: &Door,
    request: IdleRequest,
) -> Result<Locking, ApiError> {
    let session = door.session()?;
    settings::set_idle_minutes(&session, request.idle_minutes).await?;
    door.amend(&session, |seated| seated.idle_minutes = request.idle_minutes);
    locking(door, Nothing {}).await
}

pub(crate) async fn stay_signed_in(door: &Door, request: OnRequest) -> Result<Locking, ApiError> {
    let session = door.session()?;
    if !request.on {
        core::staying::leave(&session).await?;
        keychain::forget_later(door, session.account().uuid);
        return locking(door, Nothing {}).await;
    }
    match keychain::keep(door, &session).await? {
        None => locking(door, Nothing {}).await,
        Some(why) => Ok(Locking {
            kept_in: Some(KeptIn::Memory),
            note: Some(why),
            ..locking(door, Nothing {}).await?
        }),
    }
}

pub(crate) async fn resume(door: &Door, _: Nothing) -> Result<Option<SignedIn>, ApiError> {
    let visit = door.visit();
    if door.session().is_ok() || std::mem::replace(&mut door.seat().resumed, true) {
        return crate::account::me(door, Nothing {}).await;
    }
    for (uuid, _) in core::staying::candidates(door.core()).await? {
        let Some(secret) = keychain::secret(door, uuid).await else { continue };
        match core::staying::resume(door.core(), door.kind(), uuid, &secret).await {
            // Somebody may have signed in meanwhile: the seat is theirs.
            Ok(session) => return Ok(crate::account::seat(door, visit, session).await.ok()),
            Err(fault) => warn!(%fault, "somebody who stayed signed in must sign in again"),
        }
    }
    Ok(None)
}

pub(crate) async fn accept_older(door: &Door, _: Nothing) -> Result<SignedIn, ApiError> {
    let session = door.session()?;
    keychain::remember_anyway(door, &session).await;
    door.amend(&session, |seated| seated.older_than_seen = false);
    Ok(crate::account::signed_in(door, &session).await)
}
