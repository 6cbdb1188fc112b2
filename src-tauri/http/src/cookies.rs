//! Cookie sessions, for clients that asked for one when they signed in: a random word that page
//! scripts can't read, and a second one that every change has to repeat in a header.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use algoagent_core::Core;
use algoagent_core::account::Session;
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue, SET_COOKIE};

const SESSION: &str = "sessionid";
const CSRF: &str = "csrftoken";

/// What is remembered of cookie sessions. Clones are the same one: given to the next server of this
/// process, they go on there.
#[derive(Clone, Default)]
pub struct Cookies(Arc<Mutex<HashMap<String, Kept>>>);

impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies").finish_non_exhaustive()
    }
}

struct Kept {
    session: Session,
    csrf: String,
}

/// The caller that a cookie stands for, and what its changes must repeat.
pub(crate) struct Known {
    pub(crate) session: Session,
    pub(crate) csrf: String,
}

impl Cookies {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a cookie session, and writes its cookies.
    pub(crate) fn start(&self, core: &Core, session: Session, headers: &mut HeaderMap) {
        let (id, csrf) = (word(core), word(core));
        for cookie in [
            format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Strict"),
            format!("{CSRF}={csrf}; Path=/; SameSite=Strict"),
        ] {
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        self.forget_ended();
        self.all().insert(id, Kept { session, csrf });
    }

    /// Lets go of the sessions that have ended.
    pub(crate) fn forget_ended(&self) {
        self.all().retain(|_, kept| kept.session.check().is_ok());
    }

    /// Who calls, by the cookie that came with the call.
    pub(crate) fn find(&self, headers: &HeaderMap) -> Option<Known> {
        let id = cookie(headers, SESSION)?;
        let all = self.all();
        let kept = all.get(id)?;
        kept.session.check().ok()?;
        Some(Known { session: kept.session.clone(), csrf: kept.csrf.clone() })
    }

    /// Tells a browser to forget its cookies.
    pub(crate) fn forget(headers: &mut HeaderMap) {
        for name in [SESSION, CSRF] {
            let cookie = format!("{name}=; Path=/; Max-Age=0; SameSite=Strict");
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
    }
}

fn word(core: &Core) -> String {
    let mut bytes = [0_u8; 32];
    core.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim())
}
