//! Notices that the computer goes to sleep, or has slept, so that the window can be locked.
//!
//! On Linux logind says so before, and is held up until the window is locked, as long as it lets
//! itself be held up. Everywhere, a clock that jumped ahead says so afterwards: that
//! is all there is where no system bus is, and what catches a sleep that nobody announced.

use std::time::Duration;

use algoagent_core::clock::{Sources, Timestamp};

const TICK: Duration = Duration::from_secs(5);

/// How far the clock may run ahead of a tick. Setting it by hand further than this locks, too.
const SLACK: Duration = Duration::from_secs(60);

/// Calls `on_sleep` whenever the computer goes to sleep or has slept; for one sleep maybe twice.
/// Never ends.
pub async fn watch<F: Future<Output = ()>>(on_sleep: impl Fn() -> F) {
    #[cfg(target_os = "linux")]
    let announced = async {
        if let Err(fault) = logind::listen(&on_sleep).await {
            tracing::info!(%fault, "nothing announces that the computer goes to sleep");
        }
    };
    #[cfg(not(target_os = "linux"))]
    let announced = std::future::ready(());
    let noticed = async {
        let clock = Sources::system();
        let mut before = clock.now();
        loop {
            tokio::time::sleep(TICK).await;
            let (before_that, now) = (before, clock.now());
            before = now;
            if slept(before_that, now) {
                on_sleep().await;
                // What that took is no sleep.
                before = clock.now();
            }
        }
    };
    tokio::join!(announced, noticed);
}

/// Whether more lies between two ticks than one tick takes. What a tick took is counted as
/// [`TICK`] rather than measured, for on some systems the measuring clock runs on in sleep.
fn slept(before: Timestamp, now: Timestamp) -> bool {
    let between = u64::try_from(now.0.saturating_sub(before.0)).unwrap_or_default();
    Duration::from_millis(between) > TICK + SLACK
}

#[cfg(target_os = "linux")]
mod logind {
    use std::time::Duration;

    use futures_util::StreamExt as _;
    use zbus::message::Type;
    use zbus::zvariant::OwnedFd;
    use zbus::{Connection, MatchRule, MessageStream};

    const NAME: &str = "org.freedesktop.login1";
    const PATH: &str = "/org/freedesktop/login1";
    const MANAGER: &str = "org.freedesktop.login1.Manager";
    /// How long an answer is waited for.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Returns when the system bus goes away, at once where there is none.
    pub(super) async fn listen<F: Future<Output = ()>>(
        on_sleep: &impl Fn() -> F,
    ) -> zbus::Result<()> {
        let bus = Connection::system().await?;
        let sleep = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(NAME)?
            .path(PATH)?
            .interface(MANAGER)?
            .member("PrepareForSleep")?
            .build();
        let mut signals = MessageStream::for_match_rule(sleep, &bus, None).await?;
        let mut held = hold_up(&bus).await;
        while let Some(signal) = signals.next().await {
            // True before, false after.
            if signal?.body().deserialize::<bool>()? {
                on_sleep().await;
                held = None;
            } else if held.is_none() {
                held = hold_up(&bus).await;
            }
        }
        drop(held);
        Ok(())
    }

    /// Has the computer wait, some seconds at most, before it sleeps: until what is answered is
    /// dropped.
    async fn hold_up(bus: &Connection) -> Option<OwnedFd> {
        let asked = ("sleep", "AlgoAgent", "Locks the open vault", "delay");
        let said = bus.call_method(Some(NAME), PATH, Some(MANAGER), "Inhibit", &asked);
        let Ok(said) = tokio::time::timeout(PATIENCE, said).await else {
            tracing::info!("nothing holds sleep up: logind doesn't answer");
            return None;
        };
        let held = said.and_then(|said| said.body().deserialize());
        held.inspect_err(|fault| tracing::info!(%fault, "nothing holds sleep up")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_os = "linux")]
    use crate::system::private_bus::block_on;

    #[test]
    fn a_clock_that_jumps_ahead_means_sleep_and_one_that_lags_does_not() {
        let at = |seconds: i64| Timestamp(0).plus_seconds(seconds);
        assert!(!slept(at(0), at(5)));
        assert!(!slept(at(0), at(65)));
        assert!(slept(at(0), at(66)));
        assert!(slept(at(0), at(86_400)));
        assert!(!slept(at(86_400), at(0)), "a clock that was set back");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_logind_announces_is_heard_and_nobody_else_is() {
        use std::io::Read as _;
        use std::os::fd::OwnedFd;
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

        use crate::system::private_bus::{Computer, soon};

        /// What holds sleep up: logind learns that it was dropped by the other end of a pipe.
        struct Manager(Arc<AtomicBool>);

        #[zbus::interface(name = "org.freedesktop.login1.Manager")]
        impl Manager {
            fn inhibit(
                &self,
                what: &str,
                _who: &str,
                _why: &str,
                mode: &str,
            ) -> zbus::fdo::Result<zbus::zvariant::OwnedFd> {
                assert_eq!((what, mode), ("sleep", "delay"));
                let (mut ours, theirs) = std::io::pipe().expect("a pipe");
                self.0.store(true, Ordering::Release);
                let holds = Arc::clone(&self.0);
                std::thread::spawn(move || {
                    ours.read_to_end(&mut Vec::new()).expect("it ends");
                    holds.store(false, Ordering::Release);
                });
                Ok(OwnedFd::from(theirs).into())
            }
        }

        async fn announce(bus: &zbus::Connection, sleeps: bool) {
            let (path, manager) = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
            let said = bus.emit_signal(None::<()>, path, manager, "PrepareForSleep", &sleeps);
            said.await.expect("a signal");
        }

        let name = "system::suspend::tests::what_logind_announces_is_heard_and_nobody_else_is";
        let prepare = || Computer::new().with_bus("DBUS_SYSTEM_BUS_ADDRESS");
        Computer::runs(prepare, name, || {
            block_on(async {
                let logind = zbus::Connection::system().await.expect("a bus");
                let holds = Arc::new(AtomicBool::new(false));
                let manager = Manager(Arc::clone(&holds));
                let server = logind.object_server();
                server.at("/org/freedesktop/login1", manager).await.expect("served");
                logind.request_name("org.freedesktop.login1").await.expect("its name");
                let stranger = zbus::Connection::system().await.expect("a bus");
                let heard = Arc::new(AtomicUsize::new(0));
                let count = Arc::clone(&heard);
                let held = Arc::clone(&holds);
                tokio::spawn(watch(move || {
                    let (count, held) = (Arc::clone(&count), Arc::clone(&held));
                    async move {
                        // Locking takes a moment, and sleep is held up as long.
                        let first = count.load(Ordering::Acquire) == 0;
                        tokio::time::sleep(Duration::from_millis(100)).await;
                        assert!(
                            !first || held.load(Ordering::Acquire),
                            "sleep came before the lock"
                        );
                        count.fetch_add(1, Ordering::AcqRel);
                    }
                }));
                let heard = || heard.load(Ordering::Acquire);
                // It may take a moment until somebody listens.
                while heard() == 0 {
                    announce(&logind, true).await;
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
                let held = || holds.load(Ordering::Acquire);
                assert!(soon(|| !held()), "the computer can't sleep though the window is locked");
                announce(&logind, false).await;
                assert!(soon(held), "the next sleep isn't held up");
                tokio::time::sleep(Duration::from_millis(300)).await;
                let before = heard();
                announce(&stranger, true).await;
                announce(&logind, false).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
                assert_eq!(heard(), before, "a stranger was heard, or waking up");
                announce(&logind, true).await;
                assert!(soon(|| heard() == before + 1), "it stopped listening");
            });
        });
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_a_system_bus_nothing_happens() {
        use crate::system::private_bus::Computer;

        let name = "system::suspend::tests::without_a_system_bus_nothing_happens";
        let prepare = || Computer::new().naming("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere");
        Computer::runs(prepare, name, || {
            block_on(async {
                let listens =
                    logind::listen(&|| -> std::future::Ready<()> { panic!("nobody sleeps") });
                let ended = tokio::time::timeout(Duration::from_secs(10), listens).await;
                ended.expect("it ends at once").expect_err("there is no bus");
            });
        });
    }
}
