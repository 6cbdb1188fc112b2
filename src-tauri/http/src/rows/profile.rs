//! The trading profile: one for each person.

use std::collections::BTreeMap;

use algoagent_core::Counted;
use algoagent_core::account::Session;
use algoagent_core::clock::Timestamp;
use algoagent_core::profile::{self, ProfileDraft, RISK_BOUNDS, RiskTolerance, Timeframe};
use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};

use crate::body::Body;
use crate::caller::Caller;
use crate::numbered::{Asked, Numbered, Paging};
use crate::refusal::Refusal;

/// How much loss a person is ready to live with.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the schema's words for core's type")]
pub(crate) enum Tolerance {
    Conservative,
    Moderate,
    Aggressive,
}

/// The length of one bar.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema's words for core's type")]
pub(crate) enum Bars {
    #[schema(rename = "1m")]
    M1,
    #[schema(rename = "5m")]
    M5,
    #[schema(rename = "15m")]
    M15,
    #[schema(rename = "30m")]
    M30,
    #[schema(rename = "1h")]
    H1,
    #[schema(rename = "4h")]
    H4,
    #[schema(rename = "1d")]
    D1,
    #[schema(rename = "1w")]
    W1,
    #[schema(rename = "1mo")]
    Mo1,
}

/// A trading profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profile {
    id: i64,
    username: String,
    email: String,
    #[schema(value_type = Tolerance)]
    default_risk_tolerance: RiskTolerance,
    #[schema(value_type = Bars)]
    default_timeframe: Timeframe,
    #[schema(example = json!(["AAPL", "MSFT"]))]
    preferred_symbols: Vec<String>,
    trading_goals: String,
    strategy_preferences: String,
    /// Fractions of one, by name.
    #[schema(example = json!({ "max_position_size": 0.1, "stop_loss_pct": 0.02 }))]
    risk_parameters: BTreeMap<String, f64>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last_active: Timestamp,
}

impl Profile {
    pub(crate) async fn of(session: &Session) -> Result<Self, Refusal> {
        Ok(Self::shown(session, profile::get(session).await?))
    }

    pub(super) fn shown(session: &Session, kept: profile::Profile) -> Self {
        let account = session.account();
        Self {
            id: account.id.0,
            username: account.username.clone(),
            email: account.email.clone(),
            default_risk_tolerance: kept.draft.risk_tolerance,
            default_timeframe: kept.draft.timeframe,
            preferred_symbols: kept.draft.symbols,
            trading_goals: kept.draft.goals,
            strategy_preferences: kept.draft.preferences,
            risk_parameters: kept.draft.risk_parameters,
            created_at: account.created_at,
            updated_at: kept.updated_at,
            last_active: session.last_used_at(),
        }
    }
}

/// What changes; everything else stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ProfileChange {
    #[serde(default)]
    #[schema(value_type = Option<Tolerance>)]
    default_risk_tolerance: Option<RiskTolerance>,
    #[serde(default)]
    #[schema(value_type = Option<Bars>)]
    default_timeframe: Option<Timeframe>,
    /// At most 100 different ones. They are kept in upper case.
    #[serde(default)]
    #[schema(schema_with = symbols)]
    preferred_symbols: Option<Vec<String>>,
    /// At most 16 KiB.
    #[serde(default)]
    #[schema(max_length = 16384)]
    trading_goals: Option<String>,
    /// At most 16 KiB.
    #[serde(default)]
    #[schema(max_length = 16384)]
    strategy_preferences: Option<String>,
    /// Replaced whole.
    #[serde(default)]
    #[schema(schema_with = risks)]
    risk_parameters: Option<BTreeMap<String, f64>>,
}

impl ProfileChange {
    fn made_to(self, draft: ProfileDraft) -> ProfileDraft {
        ProfileDraft {
            risk_tolerance: self.default_risk_tolerance.unwrap_or(draft.risk_tolerance),
            timeframe: self.default_timeframe.unwrap_or(draft.timeframe),
            symbols: self.preferred_symbols.unwrap_or(draft.symbols),
            goals: self.trading_goals.unwrap_or(draft.goals),
            preferences: self.strategy_preferences.unwrap_or(draft.preferences),
            risk_parameters: self.risk_parameters.unwrap_or(draft.risk_parameters),
        }
    }
}

fn symbols() -> Array {
    // Each with a letter or digit in it; space around it is taken off.
    let symbol = r"^\s*(?=.*[A-Za-z0-9])[A-Za-z0-9.^=/-]{1,15}\s*$";
    let symbol = ObjectBuilder::new().schema_type(Type::String).pattern(Some(symbol));
    let types = SchemaType::from_iter([Type::Array, Type::Null]);
    ArrayBuilder::new().schema_type(types).items(symbol).build()
}

fn risks() -> Object {
    let number = || ObjectBuilder::new().schema_type(Type::Number);
    let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Za-z0-9_]{1,64}$"));
    let types = SchemaType::from_iter([Type::Object, Type::Null]);
    let mut all = ObjectBuilder::new().schema_type(types).property_names(Some(name.build()));
    for (known, least, most) in RISK_BOUNDS {
        all = all.property(known, number().minimum(Some(least)).maximum(Some(most)));
    }
    all.additional_properties(Some(number())).max_properties(Some(50)).build()
}

/// The caller's profile, as a list of one
#[utoipa::path(get, path = "/api/auth/profiles/", tag = "profile", params(Paging),
    operation_id = "profiles_list",
    responses((status = 200, body = Numbered<Profile>),
        (status = 404, body = crate::refusal::Error, description = "No such page")))]
pub(crate) async fn list(
    Caller(session): Caller,
    asked: Asked,
) -> Result<Json<Numbered<Profile>>, Refusal> {
    let own = vec![Profile::of(&session).await?];
    asked.answer(Counted::of(own, asked.slice()))
}

/// The caller's profile
#[utoipa::path(get, path = "/api/auth/profiles/me/", tag = "profile",
    operation_id = "profiles_me",
    responses((status = 200, body = Profile)))]
pub(crate) async fn me(Caller(session): Caller) -> Result<Json<Profile>, Refusal> {
    Profile::of(&session).await.map(Json)
}

/// Changes the caller's profile
#[utoipa::path(patch, path = "/api/auth/profiles/update_me/", tag = "profile",
    operation_id = "profiles_update_me",
    request_body = ProfileChange, responses((status = 200, body = Profile)))]
pub(crate) async fn update_me(
    Caller(session): Caller,
    Body(change): Body<ProfileChange>,
) -> Result<Json<Profile>, Refusal> {
    let kept = profile::change(&session, |draft| change.made_to(draft)).await?;
    Ok(Json(Profile::shown(&session, kept)))
}
