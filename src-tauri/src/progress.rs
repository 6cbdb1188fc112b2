//! How far long work in a vault is, told beside the output.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use algoagent_api::Nothing;
use algoagent_api::account::WorkInfo;
use tokio::time::interval;

use crate::line::Line;
use crate::output::{harmless, remark};

const LOOK: Duration = Duration::from_millis(200);

/// Does `work`, and tells how far it is: on a terminal in one line, elsewhere each step in one.
pub(crate) async fn watched<T>(line: &Line, work: impl Future<Output = T>) -> T {
    let terminal = std::io::stderr().is_terminal();
    let mut work = std::pin::pin!(work);
    let mut looks = interval(LOOK);
    let mut told = String::new();
    let done = loop {
        tokio::select! {
            biased;
            done = &mut work => break done,
            _ = looks.tick() => {
                // While the session is exchanged for another, there is nothing to be seen.
                let info = line.ask::<Option<WorkInfo>>("work", Nothing {}).await.ok().flatten();
                let Some(info) = info.filter(|info| !info.step.is_empty()) else { continue };
                let now = if terminal { percent(&info) } else { harmless(&info.step).into_owned() };
                if now != told && terminal {
                    overwrite(&now);
                } else if now != told {
                    remark(&now);
                }
                told = now;
            }
        }
    };
    if terminal && !told.is_empty() {
        remark("");
    }
    done
}

/// Over what stands in the line already.
fn overwrite(text: &str) {
    let mut beside = std::io::stderr().lock();
    write!(beside, "\r{text:<40}").and_then(|()| beside.flush()).ok();
}

fn percent(info: &WorkInfo) -> String {
    let step = harmless(&info.step);
    match (info.done * 100).checked_div(info.total) {
        Some(percent) => format!("{step} {percent} %"),
        None => step.into_owned(),
    }
}
