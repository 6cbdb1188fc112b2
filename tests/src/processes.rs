//! Processes that a world started, found again by a mark in their environment.
//!
//! A webview is a family of processes, and a killed parent leaves orphans. Each world
//! therefore gives everything it starts a variable of its own, and ends what still bears
//! it, one process id at a time. Nothing without the mark is ever touched.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use crate::eventually;

/// The variable that bears the mark.
pub(crate) const MARK: &str = "ALGOAGENT_TEST_WORLD";

/// Ids of all living processes that bear this mark.
pub(crate) fn marked(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            // A zombie's environment is empty, so the dead don't count.
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environ| {
                environ.split(|byte| *byte == 0).any(|pair| pair == wanted.as_bytes())
            })
        })
        .collect()
}

/// The file that a process runs.
pub(crate) fn executable(pid: u32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// The marked process that runs this file and isn't the child of another such process.
pub(crate) fn running(mark: &str, program: &Path) -> Option<u32> {
    marked(mark).into_iter().filter(|pid| executable(*pid).as_deref() == Some(program)).min()
}

/// Whether a process lives.
pub(crate) fn alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        // "pid (name) state": the name may hold anything, so look behind its last bracket.
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

/// Sends a signal by name to one process.
pub(crate) fn signal(pid: u32, name: &str) {
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$1\" \"$2\"", "kill", name, &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Ends everything that bears the mark: politely, then surely.
pub(crate) fn end_all(mark: &str) {
    for (name, patience) in [("TERM", 3), ("KILL", 5)] {
        let gone = eventually(Duration::from_secs(patience), || {
            let left = marked(mark);
            for pid in &left {
                signal(*pid, name);
            }
            left.is_empty().then_some(())
        });
        if gone.is_some() {
            return;
        }
    }
}

/// Runs a command to its end; kills it and panics when it doesn't end in time.
pub(crate) fn finish(command: &mut Command, deadline: Duration) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} can't be started: {error}"));
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = eventually(deadline, || child.try_wait().ok().flatten());
    let ended = status.is_some();
    if !ended {
        end(&mut child);
    }
    // A grandchild may hold the pipes open for ever: what was read by then has to do.
    let stdout = stdout.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
    let stderr = stderr.recv_timeout(Duration::from_secs(5)).unwrap_or_default();
    let Some(status) = status else {
        panic!(
            "{command:?} didn't end within {deadline:?}.\nstdout: {}\nstderr: {}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
    };
    Output { status, stdout, stderr }
}

/// Kills one child and takes its exit status, so that no zombie stays.
pub(crate) fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// Asks one child to end, as the system does, and waits for that; kills it when it doesn't.
pub fn end_politely(child: &mut Child) {
    signal(child.id(), "TERM");
    let ended = eventually(Duration::from_secs(20), || child.try_wait().ok().flatten());
    if ended.is_none() {
        end(child);
    }
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}
