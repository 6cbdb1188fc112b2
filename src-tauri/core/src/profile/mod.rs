//! The trading profile: one per person, made at registration, told to every model.
//!
//! It refuses values that no strategy could be checked against: unknown timeframes,
//! risk parameters outside their bounds, symbols that are not symbols.

mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Invalid;
use crate::account::{Locked, Session};
use crate::clock::Timestamp;
use crate::vault::StoreError;

/// How much loss a person is ready to live with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RiskTolerance {
    /// Small positions, tight stops.
    Conservative,
    /// The middle, and what a new profile starts with.
    #[default]
    Moderate,
    /// Larger positions, wider stops.
    Aggressive,
}

/// The length of one bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum Timeframe {
    /// One minute.
    #[serde(rename = "1m")]
    M1,
    /// Five minutes.
    #[serde(rename = "5m")]
    M5,
    /// Fifteen minutes.
    #[serde(rename = "15m")]
    M15,
    /// Thirty minutes.
    #[serde(rename = "30m")]
    M30,
    /// One hour.
    #[serde(rename = "1h")]
    H1,
    /// Four hours.
    #[serde(rename = "4h")]
    H4,
    /// One day, and what a new profile starts with.
    #[default]
    #[serde(rename = "1d")]
    D1,
    /// One week.
    #[serde(rename = "1w")]
    W1,
    /// One month.
    #[serde(rename = "1mo")]
    Mo1,
}

impl Timeframe {
    /// Every timeframe, shortest first.
    pub const ALL: [Self; 9] = [
        Self::M1,
        Self::M5,
        Self::M15,
        Self::M30,
        Self::H1,
        Self::H4,
        Self::D1,
        Self::W1,
        Self::Mo1,
    ];

    /// The field's short form, such as `1d`.
    pub fn code(self) -> &'static str {
        match self {
            Self::M1 => "1m",
            Self::M5 => "5m",
            Self::M15 => "15m",
            Self::M30 => "30m",
            Self::H1 => "1h",
            Self::H4 => "4h",
            Self::D1 => "1d",
            Self::W1 => "1w",
            Self::Mo1 => "1mo",
        }
    }

    /// Its bars, inside a sentence.
    pub fn bars(self) -> &'static str {
        match self {
            Self::M1 => "1-minute bars",
            Self::M5 => "5-minute bars",
            Self::M15 => "15-minute bars",
            Self::M30 => "30-minute bars",
            Self::H1 => "hourly bars",
            Self::H4 => "4-hour bars",
            Self::D1 => "daily bars",
            Self::W1 => "weekly bars",
            Self::Mo1 => "monthly bars",
        }
    }
}

impl RiskTolerance {
    /// The word that the wires and the prompt use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Conservative => "conservative",
            Self::Moderate => "moderate",
            Self::Aggressive => "aggressive",
        }
    }
}

/// Fractions of one (0.02 is 2 %), by name.
///
/// Known names: `max_position_size`, `max_drawdown`, `stop_loss_pct`, `take_profit_pct`.
/// Other names are kept and told to the model as they are.
pub type RiskParameters = BTreeMap<String, f64>;

/// What a person told us about how they trade.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct ProfileDraft {
    /// How much loss they are ready to live with.
    pub risk_tolerance: RiskTolerance,
    /// The bars they usually trade on.
    pub timeframe: Timeframe,
    /// Upper-case ticker symbols, in the person's order.
    pub symbols: Vec<String>,
    /// Free text.
    pub goals: String,
    /// Free text.
    pub preferences: String,
    /// Fractions of one, by name.
    pub risk_parameters: RiskParameters,
}

/// The profile as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Profile {
    /// What the person told us.
    #[serde(flatten)]
    pub draft: ProfileDraft,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Why a profile was refused.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// A field can't be taken.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody is signed in.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// The vault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for ProfileError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Store(fault.into())
    }
}

/// The profile of the person signed in.
///
/// # Errors
/// [`ProfileError::Locked`] and those of the store.
pub async fn get(session: &Session) -> Result<Profile, ProfileError> {
    let mut db = session.vault().await?;
    Ok(store::get(&mut db).await?)
}

/// The profile of the person signed in, and what they are called.
///
/// # Errors
/// [`ProfileError::Locked`] and those of the store.
pub async fn with_names(session: &Session) -> Result<Arc<(Profile, Names)>, ProfileError> {
    const KEPT: &str = "profile";
    if let Some(kept) = session.kept(KEPT)? {
        return Ok(kept);
    }
    let changes = session.changes();
    let mut db = session.vault().await?;
    let both = Arc::new((store::get(&mut db).await?, store::names(&mut db).await?));
    session.keep(KEPT.to_owned(), changes, LONGEST_TEXT, Arc::clone(&both));
    Ok(both)
}

/// Replaces the profile.
///
/// # Errors
/// [`ProfileError::Invalid`] with the first field that can't be taken.
pub async fn update(session: &Session, draft: ProfileDraft) -> Result<Profile, ProfileError> {
    change(session, |_| draft).await
}

/// Makes the profile what `change` makes of it. Nobody writes it in between, so that of changes at
/// once none is lost.
///
/// # Errors
/// As [`update`].
pub async fn change(
    session: &Session,
    change: impl FnOnce(ProfileDraft) -> ProfileDraft,
) -> Result<Profile, ProfileError> {
    let now = session.core().sources.now();
    let mut db = session.vault().await?;
    let draft = check(change(store::get(&mut db).await?.draft))?;
    store::put(&mut db, &draft, now).await?;
    Ok(store::get(&mut db).await?)
}

/// Writes the first profile of a new vault.
pub(crate) async fn create(
    db: &mut sqlx::SqliteConnection,
    draft: &ProfileDraft,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    store::put(db, draft, now).await
}

/// What a person is called beside the user name. No model is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The first name; may be empty.
    pub first: String,
    /// The last name; may be empty.
    pub last: String,
}

const LONGEST_NAME: usize = 150;

/// What the person signed in is called.
///
/// # Errors
/// [`ProfileError::Locked`] and those of the store.
pub async fn names(session: &Session) -> Result<Names, ProfileError> {
    Ok(store::names(&mut *session.vault().await?).await?)
}

/// Names that can be kept, without the space around them.
///
/// # Errors
/// [`Invalid`] with the first field that can't be taken.
pub fn check_names(names: Names) -> Result<Names, Invalid> {
    let Names { first, last } = names;
    for (field, name) in [("first_name", &first), ("last_name", &last)] {
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Invalid::new(
                field,
                format!("At most {LONGEST_NAME} letters on one line."),
            ));
        }
    }
    Ok(Names { first: first.trim().to_owned(), last: last.trim().to_owned() })
}

/// Keeps what the person signed in is called.
///
/// # Errors
/// [`ProfileError::Invalid`] with the first field that can't be taken.
pub async fn set_names(session: &Session, names: Names) -> Result<Names, ProfileError> {
    let names = check_names(names)?;
    store::put_names(&mut *session.vault().await?, &names).await?;
    Ok(names)
}

pub(crate) use store::get as read;

const LONGEST_TEXT: usize = 16 * 1024;
const MOST_SYMBOLS: usize = 100;
const MOST_PARAMETERS: usize = 50;

/// The known risk parameters and their bounds, both taken.
pub const RISK_BOUNDS: [(&str, f64, f64); 4] = [
    ("max_position_size", 0.001, 1.0),
    ("max_drawdown", 0.01, 1.0),
    ("stop_loss_pct", 0.001, 0.5),
    ("take_profit_pct", 0.001, 5.0),
];

/// The profile as it is kept, if it can be.
pub(crate) fn check(mut draft: ProfileDraft) -> Result<ProfileDraft, Invalid> {
    let mut symbols: Vec<String> = Vec::new();
    for symbol in draft.symbols {
        let symbol = symbol.trim().to_uppercase();
        if !is_symbol(&symbol) {
            return Err(Invalid::new("symbols", format!("“{symbol}” is not a ticker symbol.")));
        }
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    if symbols.len() > MOST_SYMBOLS {
        return Err(Invalid::new("symbols", format!("At most {MOST_SYMBOLS} symbols.")));
    }
    draft.symbols = symbols;
    for (field, text) in [("goals", &draft.goals), ("preferences", &draft.preferences)] {
        if text.len() > LONGEST_TEXT {
            return Err(Invalid::new(field, "At most 16 KiB of text."));
        }
    }
    if draft.risk_parameters.len() > MOST_PARAMETERS {
        return Err(Invalid::new("risk_parameters", format!("At most {MOST_PARAMETERS} of them.")));
    }
    for (name, value) in &draft.risk_parameters {
        let named = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !named || !value.is_finite() {
            return Err(Invalid::new("risk_parameters", format!("“{name}” can't be taken.")));
        }
        let bounds = RISK_BOUNDS.iter().find(|(known, ..)| known == name);
        if let Some((_, low, high)) = bounds
            && !(*low..=*high).contains(value)
        {
            return Err(Invalid::new(
                "risk_parameters",
                format!("{name} is from {} % to {} %.", low * 100.0, high * 100.0),
            ));
        }
    }
    Ok(draft)
}

/// Whether `symbol` is written like a ticker: `AAPL`, `BRK.B`, `BTC-USD`, `^GSPC`, `EURUSD=X`.
pub fn is_symbol(symbol: &str) -> bool {
    (1..=15).contains(&symbol.len())
        && symbol
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b".-^=/".contains(&b))
        && symbol.bytes().any(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_upper_case_and_each_stands_once() {
        let draft = ProfileDraft {
            symbols: ["aapl", " MSFT ", "AAPL", "btc-usd", "^gspc"].map(str::to_owned).to_vec(),
            ..ProfileDraft::default()
        };
        assert_eq!(check(draft).unwrap().symbols, ["AAPL", "MSFT", "BTC-USD", "^GSPC"]);
    }

    #[test]
    fn what_is_no_symbol_and_what_is_out_of_bounds_is_refused() {
        for symbol in ["", "A B", "\"; import os", "😀", "..", "ABCDEFGHIJKLMNOP"] {
            let draft = ProfileDraft { symbols: vec![symbol.to_owned()], ..Default::default() };
            assert_eq!(check(draft).unwrap_err().field, "symbols", "{symbol:?}");
        }
        for (name, value) in
            [("max_drawdown", 1.5), ("stop_loss_pct", 0.0), ("x", f64::NAN), ("a b", 1.0)]
        {
            let draft = ProfileDraft {
                risk_parameters: [(name.to_owned(), value)].into(),
                ..Default::default()
            };
            assert_eq!(check(draft).unwrap_err().field, "risk_parameters", "{name}");
        }
    }
}
