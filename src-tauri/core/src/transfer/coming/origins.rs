//! What the answers of a chat that comes in were made with: each once, however many answers it has.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::context::ContextVersion;
use crate::profile::ProfileDraft;

/// What an answer was made with, by what `K` names.
#[derive(Debug)]
pub(in crate::transfer) struct Told<K> {
    pub(in crate::transfer) context: Option<K>,
    pub(in crate::transfer) profile: Option<K>,
}

impl<K> Default for Told<K> {
    fn default() -> Self {
        Self { context: None, profile: None }
    }
}

/// A profile as it was at one time.
#[derive(Debug)]
pub(in crate::transfer) struct Believed {
    pub(in crate::transfer) created_at: Timestamp,
    pub(in crate::transfer) profile: ProfileDraft,
}

/// All that answers were made with, as `T` holds it.
#[derive(Debug, Default)]
pub(in crate::transfer) struct Origins<C, P> {
    pub(in crate::transfer) contexts: C,
    pub(in crate::transfer) profiles: P,
}

/// As a file names it.
pub(super) type Named = Origins<HashMap<String, ContextVersion>, HashMap<String, Believed>>;
/// In the places by which messages know it.
pub(in crate::transfer) type Placed = Origins<Vec<ContextVersion>, Vec<Believed>>;
/// Where they are stored.
pub(in crate::transfer) type Stored = Origins<Vec<i64>, Vec<i64>>;
/// On the way from one to the other: what no message names is left out.
pub(super) type Picking = Origins<Picked<ContextVersion>, Picked<Believed>>;

/// Things that get a place when they are asked for first.
pub(super) struct Picked<T> {
    named: HashMap<String, T>,
    places: HashMap<String, usize>,
    picked: Vec<T>,
}

impl<T> Picked<T> {
    fn of(named: HashMap<String, T>) -> Self {
        Self { named, places: HashMap::new(), picked: Vec::new() }
    }

    fn place(&mut self, name: String) -> Option<usize> {
        if let Some(place) = self.places.get(&name) {
            return Some(*place);
        }
        let place = self.picked.len();
        self.picked.push(self.named.remove(&name)?);
        self.places.insert(name, place);
        Some(place)
    }
}

impl Picking {
    /// Of all that a file names, nothing of it later than `now`.
    pub(super) fn of(mut named: Named, now: Timestamp) -> Self {
        for version in named.contexts.values_mut() {
            version.created_at = version.created_at.min(now);
        }
        for believed in named.profiles.values_mut() {
            believed.created_at = believed.created_at.min(now);
        }
        Self { contexts: Picked::of(named.contexts), profiles: Picked::of(named.profiles) }
    }

    /// The places of what a message names.
    pub(super) fn places(&mut self, told: Told<String>) -> Told<usize> {
        Told {
            context: told.context.and_then(|name| self.contexts.place(name)),
            profile: told.profile.and_then(|name| self.profiles.place(name)),
        }
    }

    pub(super) fn done(self) -> Placed {
        Origins { contexts: self.contexts.picked, profiles: self.profiles.picked }
    }
}

impl Placed {
    /// Bytes of its texts.
    pub(super) fn bytes(&self) -> usize {
        let contexts = self.contexts.iter().map(context_bytes);
        contexts.sum::<usize>() + self.profiles.len() * PROFILE_BYTES
    }
}

/// About as many as a profile has.
const PROFILE_BYTES: usize = 4 * 1024;

/// About as many as a context has.
pub(super) fn context_bytes(version: &ContextVersion) -> usize {
    let data = serde_json::to_string(&version.data).map_or(0, |json| json.len());
    version.name.len() + version.instructions.len() + data
}
