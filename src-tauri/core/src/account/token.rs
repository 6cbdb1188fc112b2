//! JWTs for doors whose clients can't hold a session: access for an hour, refresh for a week.
//!
//! The signing key is random per process, so no token outlives the program, as no open vault
//! does; what was used up is therefore remembered in memory. Every token is checked against
//! its live session, never by signature alone.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::audit::{Action, Entry};
use super::{AccountError, Session, audit};
use crate::clock::{Sources, Timestamp};
use crate::core::Core;

const ISSUER: &str = "algoagent";
const AUDIENCE: &str = "algoagent-api";
const ACCESS_S: i64 = 3600;
const REFRESH_S: i64 = 7 * 24 * 3600;
/// A lost reply is no theft: the predecessor of the token in force answers again this long.
const GRACE_S: i64 = 30;

/// A pair of tokens. They open nothing once their session ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Tokens {
    /// For calls, one hour.
    pub access: String,
    /// For the next pair, seven days, once.
    pub refresh: String,
}

/// Signs and checks the tokens of this process.
pub(crate) struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    rules: Validation,
}

/// The refresh tokens of one session.
#[derive(Default)]
pub(super) struct Refreshing {
    current: Option<Uuid>,
    previous: Option<(Uuid, Timestamp)>,
    tokens: Option<Tokens>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Access,
    Refresh,
}

impl Kind {
    fn header_type(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Refresh => "rt+jwt",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// For clients of the older service.
    user_id: i64,
    token_type: Kind,
}

impl Signer {
    pub(crate) fn new(sources: &Sources) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        sources.fill(key.as_mut_slice());
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        // The times are checked when a token is read, against the clock of core.
        rules.validate_exp = false;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        Self {
            encoding: EncodingKey::from_secret(key.as_slice()),
            decoding: DecodingKey::from_secret(key.as_slice()),
            rules,
        }
    }

    fn sign(&self, kind: Kind, claims: &Claims) -> Result<String, AccountError> {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(kind.header_type().to_owned());
        encode(&header, claims, &self.encoding).map_err(|_| AccountError::InvalidToken)
    }

    fn read(&self, kind: Kind, token: &str, now: Timestamp) -> Result<Claims, AccountError> {
        let token = decode::<Claims>(token, &self.decoding, &self.rules)
            .map_err(|_| AccountError::InvalidToken)?;
        let claims = token.claims;
        let now = now.seconds();
        let in_time = claims.nbf <= now && claims.iat <= now && now < claims.exp;
        let right =
            token.header.typ.as_deref() == Some(kind.header_type()) && claims.token_type == kind;
        if in_time && right { Ok(claims) } else { Err(AccountError::InvalidToken) }
    }
}

/// The first pair of tokens of `session`.
///
/// # Errors
/// [`AccountError::Locked`] when it ended.
pub fn issue(session: &Session) -> Result<Tokens, AccountError> {
    session.check()?;
    make(session, &mut session.refreshing())
}

fn make(session: &Session, state: &mut Refreshing) -> Result<Tokens, AccountError> {
    let core = session.core();
    let now = core.sources.steady();
    let claims = |kind, seconds| Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: session.account().uuid,
        sid: session.id(),
        jti: core.sources.uuid(),
        iat: now.seconds(),
        nbf: now.seconds(),
        exp: now.seconds() + seconds,
        user_id: session.account().id.0,
        token_type: kind,
    };
    let refresh = claims(Kind::Refresh, REFRESH_S);
    let tokens = Tokens {
        access: core.signer.sign(Kind::Access, &claims(Kind::Access, ACCESS_S))?,
        refresh: core.signer.sign(Kind::Refresh, &refresh)?,
    };
    state.previous = state.current.map(|jti| (jti, now));
    state.current = Some(refresh.jti);
    state.tokens = Some(tokens.clone());
    Ok(tokens)
}

/// The live session that an access token stands for.
///
/// # Errors
/// [`AccountError::InvalidToken`] for anything but a good token of a live session.
pub fn authenticate(core: &Core, access: &str) -> Result<Session, AccountError> {
    let claims = core.signer.read(Kind::Access, access, core.sources.steady())?;
    live(core, &claims)
}

fn live(core: &Core, claims: &Claims) -> Result<Session, AccountError> {
    core.live_session(claims.sid)
        .filter(|session| session.account().uuid == claims.sub && session.check().is_ok())
        .ok_or(AccountError::InvalidToken)
}

/// The next pair of tokens. The presented one is used up; its immediate predecessor answers the
/// same pair again for 30 s; any other reuse ends the session and is audited.
///
/// # Errors
/// [`AccountError::InvalidToken`] for anything but the token in force or its predecessor.
pub async fn refresh(core: &Core, refresh: &str) -> Result<Tokens, AccountError> {
    let now = core.sources.steady();
    let claims = core.signer.read(Kind::Refresh, refresh, now)?;
    let session = live(core, &claims)?;
    {
        let mut state = session.refreshing();
        // Asked under the lock: whoever waited for it must not look earlier than the one before.
        let now = core.sources.steady();
        if state.current == Some(claims.jti) {
            session.touch()?;
            return make(&session, &mut state);
        }
        if let (Some((jti, at)), Some(tokens)) = (state.previous, &state.tokens)
            && jti == claims.jti
            && (at.0..=at.plus_seconds(GRACE_S).0).contains(&now.0)
        {
            return Ok(tokens.clone());
        }
    }
    session.end().await;
    audit::note(core, Entry::about(session.account(), session.door(), Action::RefreshTokenReused))
        .await;
    Err(AccountError::InvalidToken)
}
