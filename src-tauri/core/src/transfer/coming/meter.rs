//! How much of a file was read, and when that is too much.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// How many bytes of text were read, and how many there are.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) done: AtomicU64,
    pub(super) total: AtomicU64,
}

impl Progress {
    /// Bytes read, and bytes in all.
    pub(super) fn told(&self) -> (u64, u64) {
        let (done, total) = (self.done.load(Relaxed), self.total.load(Relaxed));
        (done.min(total), total)
    }
}

/// What is read of a file, and how much of it may be.
pub(super) struct Meter {
    /// In MiB.
    pub(super) most: u64,
    largest: u64,
    all: Cell<u64>,
    /// Where the chat that is being read began.
    began: Cell<u64>,
    pub(super) progress: Arc<Progress>,
}

impl Meter {
    pub(super) fn up_to(most: u64, largest: u64, progress: Arc<Progress>) -> Self {
        Self { most, largest, all: Cell::new(0), began: Cell::new(0), progress }
    }

    pub(super) fn begin(&self) {
        self.began.set(self.all.get());
    }

    pub(super) fn is_full(&self) -> bool {
        self.all.get() > self.most << 20
    }

    fn count(&self, bytes: usize) -> io::Result<usize> {
        self.all.set(self.all.get() + bytes as u64);
        self.progress.done.fetch_add(bytes as u64, Relaxed);
        if self.is_full() {
            return Err(io::Error::other(format!("it holds more than {} MiB of text", self.most)));
        }
        if self.all.get() - self.began.get() > self.largest << 20 {
            return Err(io::Error::other(format!(
                "a chat in it has more than {} MiB",
                self.largest
            )));
        }
        Ok(bytes)
    }
}

/// A reader that ends with a fault when there is too much.
pub(super) struct Metered<R>(pub(super) R, pub(super) Rc<Meter>);

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.count(self.0.read(buffer)?)
    }
}
