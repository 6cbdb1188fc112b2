//! Who is connected.
//!
//! When all places are taken, somebody whom nothing is done for gives way: whoever has rested
//! longest since it came or was last answered, whatever it asked before, and otherwise whoever
//! doesn't take what it asked for. So a crowd that only sits there keeps nobody out. A call is
//! under way from when its body has come until its answer is handed over.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Every client falls behind for a moment: one that takes nothing for so long does more than that.
const MOMENT: Duration = Duration::from_secs(1);

/// All places.
pub(crate) struct Places {
    most: usize,
    guests: Mutex<Guests>,
}

#[derive(Default)]
struct Guests {
    next: u64,
    all: HashMap<u64, Guest>,
}

struct Guest {
    leave: CancellationToken,
    /// Calls under way.
    calls: usize,
    /// Since when there has been none.
    rests: Instant,
    /// Since when it has taken nothing of what is written to it.
    stuck: Option<Instant>,
}

impl Guests {
    fn who_gives_way(&self) -> Option<u64> {
        let resting = self.all.iter().filter(|(_, one)| one.calls == 0 && one.stuck.is_none());
        let resting = resting.map(|(number, one)| (one.rests, *number)).min();
        let stuck = self.all.iter().filter_map(|(number, one)| Some((one.stuck?, *number))).min();
        let stuck = stuck.filter(|(since, _)| since.elapsed() >= MOMENT);
        resting.or(stuck).map(|(_, number)| number)
    }
}

impl Places {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, guests: Mutex::default() })
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place, perhaps that of somebody who gives way; none where everybody is being served.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Arc<Place>> {
        let mut guests = self.guests();
        if guests.all.len() >= self.most {
            let number = guests.who_gives_way()?;
            guests.all.remove(&number)?.leave.cancel();
        }
        let leave = CancellationToken::new();
        let guest = Guest { leave: leave.clone(), calls: 0, rests: Instant::now(), stuck: None };
        let number = guests.next;
        guests.next += 1;
        guests.all.insert(number, guest);
        drop(guests);
        Some(Arc::new(Place { places: Arc::clone(self), number, leave }))
    }
}

/// The place of one connection.
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
    /// Cancelled when it has to give way.
    pub(crate) leave: CancellationToken,
}

impl Place {
    fn change(&self, change: impl FnOnce(&mut Guest)) {
        // Whoever gave way is no guest any more.
        if let Some(guest) = self.places.guests().all.get_mut(&self.number) {
            change(guest);
        }
    }

    /// Tells whether what is written to it is taken.
    pub(crate) fn set_stuck(&self, stuck: bool) {
        self.change(|guest| guest.stuck = stuck.then(Instant::now));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.guests().all.remove(&self.number);
    }
}

/// One call of a connection, until the last that holds it lets go.
pub(crate) struct Call {
    place: Arc<Place>,
    begun: AtomicBool,
}

impl Call {
    pub(crate) fn new(place: Arc<Place>) -> Arc<Self> {
        Arc::new(Self { place, begun: AtomicBool::new(false) })
    }

    fn begin(&self) {
        if !self.begun.swap(true, Ordering::AcqRel) {
            self.place.change(|guest| guest.calls += 1);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if *self.begun.get_mut() {
            self.place.change(|guest| {
                guest.calls = guest.calls.saturating_sub(1);
                guest.rests = Instant::now();
            });
        }
    }
}

/// The body of a call. When it is let go, all of it has come, or no more of it is wanted: the call
/// is under way.
pub(crate) struct Arriving {
    pub(crate) body: Incoming,
    pub(crate) call: Arc<Call>,
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.call.begin();
    }
}

/// The body of an answer. With it the call ends.
pub(crate) struct Leaving {
    pub(crate) body: Body,
    pub(crate) _call: Arc<Call>,
}

macro_rules! passes_on {
    ($body:ty, $error:ty) => {
        impl HttpBody for $body {
            type Data = Bytes;
            type Error = $error;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, $error>>> {
                Pin::new(&mut self.body).poll_frame(context)
            }

            fn is_end_stream(&self) -> bool {
                self.body.is_end_stream()
            }

            fn size_hint(&self) -> SizeHint {
                self.body.size_hint()
            }
        }
    };
}

passes_on!(Arriving, hyper::Error);
passes_on!(Leaving, axum::Error);
