//! Integer ids, each a type of its own, so that a chat's id is never taken for a message's.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, TS)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[ts(type = "number")]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// An account on this computer. What leaves the computer uses its UUID instead.
    AccountId,
    /// An AI context, unique inside one vault.
    ContextId,
    /// A chat, unique inside one vault.
    ChatId,
    /// A message, unique inside one vault.
    MessageId,
    /// A service with an AI model, unique inside one vault.
    ServiceId,
    /// A strategy, unique inside one vault.
    StrategyId,
}
