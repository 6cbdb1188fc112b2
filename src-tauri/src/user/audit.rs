//! The audit log in a terminal.

use algoagent_api::administration::AuditPage;
use algoagent_core::account::{AuditEntry, audit_csv};
use serde_json::json;

use super::Who;
use crate::cli::AuditOptions;
use crate::exit::Failure;
use crate::line::Line;
use crate::output::{moment, print, print_json, remark, table};
use crate::signing_in::sign_out;

/// What a person reads unless they ask for more.
const USUAL: u32 = 50;
/// The longest page that core gives.
const PAGE: u32 = 500;

pub(super) async fn audit(line: &Line, who: &Who, options: AuditOptions) -> Result<(), Failure> {
    who.sign_in(line).await?;
    let all = options.csv || options.json;
    let limit = options.limit.unwrap_or(if all { u32::MAX } else { USUAL });
    let (entries, more) = newest(line, limit, all).await?;
    sign_out(line).await?;
    if options.json {
        return print_json(&entries);
    }
    if options.csv {
        return print(&audit_csv(&entries));
    }
    print(&shown(&entries))?;
    if more {
        remark("There are older lines: --limit N shows more of them.");
    }
    Ok(())
}

/// The newest entries, and whether there are older ones.
async fn newest(line: &Line, limit: u32, export: bool) -> Result<(Vec<AuditEntry>, bool), Failure> {
    let mut entries: Vec<AuditEntry> = Vec::new();
    let mut left = limit;
    loop {
        let before = entries.last().map(|entry| entry.id);
        let request = json!({ "before": before, "limit": left.min(PAGE), "export": export });
        let page: AuditPage = line.ask("audit", request).await?;
        left = left.saturating_sub(u32::try_from(page.entries.len()).unwrap_or(u32::MAX));
        entries.extend(page.entries);
        if !page.more || left == 0 {
            return Ok((entries, page.more));
        }
    }
}

fn shown(entries: &[AuditEntry]) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let row = |entry: &AuditEntry| {
        let door = json!(entry.door).as_str().unwrap_or_default().to_owned();
        let action = entry.action.replace('_', " ");
        [moment(entry.at), name(&entry.actor), action, name(&entry.subject), door]
    };
    table(["TIME (UTC)", "WHO", "WHAT", "WHOSE", "DOOR"], entries.iter().map(row).collect())
}
