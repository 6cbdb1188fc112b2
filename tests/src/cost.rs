//! What a process costs, and what a window does: when its page was painted, and the memory and
//! processor time of its processes.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::processes;
use crate::window::Window;

impl Window<'_> {
    /// From the start of the program until this screen of its page was painted.
    pub fn painted_after(&self, screen: &str) -> Duration {
        const PAINTED: &str = "
            const first = performance.getEntriesByName('first-contentful-paint')[0];
            const shown = performance.getEntriesByName(`screen ${arguments[0]}`)[0];
            return first ? performance.timeOrigin + Math.max(first.startTime, shown?.startTime ?? 0) : null;";
        let painted =
            self.eventually("the first paint", || self.script(PAINTED, &[json!(screen)]).as_f64());
        let painted = UNIX_EPOCH + Duration::from_secs_f64(painted / 1e3);
        painted.duration_since(started(self.pid())).unwrap_or_default()
    }

    /// The memory of the program and its webview, in bytes: what is shared is counted by share.
    pub fn memory(&self) -> u64 {
        self.own_processes().into_iter().map(|pid| memory(pid).proportional).sum()
    }

    /// The processor time that the program and its webview have had.
    pub fn processor_time(&self) -> Duration {
        self.own_processes().into_iter().map(processor_time).sum()
    }

    /// Everything that was started for the window, but what drives it.
    fn own_processes(&self) -> Vec<u32> {
        let mut all = processes::marked(self.mark());
        all.retain(|pid| {
            processes::executable(*pid).is_some_and(|file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
                !name.contains("driver") && name != "sh" && name != "dash"
            })
        });
        all
    }
}

/// The fields of a process from its third on, as the system tells them.
fn fields(pid: u32) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    rest.split_whitespace().map(str::to_owned).collect()
}

/// A field in hundredths of a second.
fn time(fields: &[String], at: usize) -> Duration {
    let ticks = fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(ticks.unwrap_or_default() * 10)
}

/// Processor time in the process's own code and in the system's for it.
pub fn processor_time(pid: u32) -> Duration {
    let fields = fields(pid);
    time(&fields, 11) + time(&fields, 12)
}

/// When a process was started.
#[expect(clippy::disallowed_methods, reason = "the page reads this clock too")]
fn started(pid: u32) -> SystemTime {
    let uptime = fs::read_to_string("/proc/uptime").expect("the system tells");
    let uptime = uptime.split(' ').next().and_then(|seconds| seconds.parse::<f64>().ok());
    let age = uptime.expect("an uptime") - time(&fields(pid), 19).as_secs_f64();
    SystemTime::now() - Duration::from_secs_f64(age.max(0.0))
}

/// The memory of a process, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// All that it has in memory, whoever else has it too.
    pub resident: u64,
    /// The same, where what is shared counts by share.
    pub proportional: u64,
    /// What it wrote: no file has that, and nobody else.
    pub own: u64,
}

/// The memory of a process; nothing of one that has ended.
pub fn memory(pid: u32) -> Memory {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let bytes = |name: &str| {
        let line = maps.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kilobytes.map_or(0, |kilobytes: u64| kilobytes * 1024)
    };
    Memory { resident: bytes("Rss:"), proportional: bytes("Pss:"), own: bytes("Private_Dirty:") }
}
