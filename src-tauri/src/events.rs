//! What happens to a person's chats, for whoever listens: the window, a terminal, the line
//! between two programs. It goes on no longer than the session that it was asked for.

use std::future::pending;

use algoagent_api::ApiError;
use algoagent_core::account::Session;
use algoagent_core::chat::ChatEvent;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// What one person's chats do, one after another.
pub struct Events {
    source: Receiver<ChatEvent>,
    /// `None` when whoever feeds the source watches over the session.
    session: Option<Session>,
}

impl Events {
    /// From now on, until `session` ends.
    pub fn of(session: Session) -> Result<Self, ApiError> {
        Ok(Self { source: session.events()?, session: Some(session) })
    }

    /// From a source that closes when the session ends.
    pub fn from(source: Receiver<ChatEvent>) -> Self {
        Self { source, session: None }
    }

    /// The next one; `Resync` where some were missed, `None` when the session ended.
    pub async fn next(&mut self) -> Option<ChatEvent> {
        let ended = async {
            match &self.session {
                Some(session) => session.ended().await,
                None => pending().await,
            }
        };
        let event = tokio::select! {
            biased;
            () = ended => return None,
            event = self.source.recv() => event,
        };
        match event {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(_)) => Some(ChatEvent::Resync),
            Err(RecvError::Closed) => None,
        }
    }
}
