//! Which backups stay: of the last seven days and the last four weeks that have any the newest
//! each, what a person made, and no more than two gigabytes for an account.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::{BackupInfo, BackupKind};

const DAYS: usize = 7;
const WEEKS: usize = 4;
/// Of what restores replaced.
const REPLACED: usize = 3;
/// How the names begin of folders with what a restore replaced and couldn't pack.
pub(super) const REPLACED_FOLDER: &str = "replaced-";
const MOST_BYTES: u64 = 2 << 30;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// Removes what needn't stay of `all`, the newest first. `made`, which was made just now, stays.
pub(super) fn prune(folder: &Path, all: &[BackupInfo], made: &str) {
    for backup in superfluous(all).into_iter().filter(|backup| backup.id != made) {
        if let Err(fault) = fs::remove_file(folder.join(&backup.id)) {
            tracing::warn!(%fault, backup = backup.id, "an old backup was not removed");
        }
    }
}

/// Removes all but the newest of the folders in which restores kept what couldn't be packed.
pub(super) fn prune_replaced(folder: &Path) {
    let mut kept: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(REPLACED_FOLDER))
        .map(|entry| entry.path())
        .collect();
    kept.sort_unstable_by(|a, b| b.cmp(a));
    for old in kept.into_iter().skip(REPLACED) {
        if let Err(fault) = fs::remove_dir_all(&old) {
            tracing::warn!(%fault, "what an old restore replaced was not removed");
        }
    }
}

/// What needn't stay. The newest good one always stays.
fn superfluous(all: &[BackupInfo]) -> Vec<&BackupInfo> {
    let kept = kept(all);
    let newest = all.iter().find(|backup| backup.kind != BackupKind::Restore).map(|b| &b.id);
    let mut bytes = 0_u64;
    let stays = |backup: &&BackupInfo| {
        if !kept.contains(&backup.id) {
            return false;
        }
        bytes = bytes.saturating_add(backup.bytes);
        bytes <= MOST_BYTES || newest == Some(&backup.id)
    };
    let staying: HashSet<_> = all.iter().filter(stays).map(|backup| &backup.id).collect();
    all.iter().filter(|backup| !staying.contains(&backup.id)).collect()
}

fn kept(all: &[BackupInfo]) -> HashSet<String> {
    let mut kept = HashSet::new();
    // Days and weeks by UTC; 1970 began on a Thursday, so that weeks here begin on Mondays.
    let day = |backup: &BackupInfo| backup.made_at.0.div_euclid(DAY_MS);
    let week = |backup: &BackupInfo| (day(backup) + 3).div_euclid(7);
    let automatic =
        |backup: &&BackupInfo| matches!(backup.kind, BackupKind::Daily | BackupKind::Migration);
    let mut newest_of = |period: &dyn Fn(&BackupInfo) -> i64, most: usize| {
        let mut seen = Vec::new();
        for backup in all.iter().filter(automatic) {
            let period = period(backup);
            if !seen.contains(&period) && seen.len() < most {
                seen.push(period);
                kept.insert(backup.id.clone());
            }
        }
    };
    newest_of(&day, DAYS);
    newest_of(&week, WEEKS);
    kept.extend(all.iter().filter(|b| b.kind == BackupKind::Manual).map(|b| b.id.clone()));
    let replaced = all.iter().filter(|b| b.kind == BackupKind::Restore);
    kept.extend(replaced.take(REPLACED).map(|b| b.id.clone()));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    /// `number` days after some Monday at noon.
    fn backup(number: i64, kind: BackupKind, bytes: u64) -> BackupInfo {
        let made_at = Timestamp((20_000 - 20_000 % 7 + 4 + number) * DAY_MS + DAY_MS / 2);
        let id = format!("{number}-{}", kind.word());
        BackupInfo { id, path: String::new(), made_at, kind, bytes }
    }

    fn left(all: &[BackupInfo]) -> Vec<i64> {
        let gone: Vec<_> = superfluous(all).into_iter().map(|b| b.id.clone()).collect();
        let stays = all.iter().filter(|b| !gone.contains(&b.id));
        stays.map(|b| b.id.split('-').next().unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn seven_days_and_four_weeks_stay() {
        let all: Vec<_> = (0..60).rev().map(|day| backup(day, BackupKind::Daily, 1)).collect();
        // Day 59 is a Thursday: its week, and the Sundays of the three weeks before.
        assert_eq!(left(&all), [59, 58, 57, 56, 55, 54, 53, 48, 41]);
    }

    #[test]
    fn days_without_a_backup_do_not_use_up_the_seven() {
        let all: Vec<_> = (0..20).rev().map(|day| backup(day * 10, BackupKind::Daily, 1)).collect();
        assert_eq!(left(&all).len(), 7);
    }

    #[test]
    fn what_a_person_made_stays_until_there_is_no_room() {
        let gigabyte = 1 << 30;
        let all: Vec<_> = (0..10).rev().map(|day| backup(day, BackupKind::Manual, 1)).collect();
        assert_eq!(left(&all).len(), 10);
        let large: Vec<_> =
            (0..5).rev().map(|day| backup(day, BackupKind::Manual, gigabyte)).collect();
        assert_eq!(left(&large), [4, 3]);
        let huge = [backup(1, BackupKind::Daily, 5 * gigabyte), backup(0, BackupKind::Daily, 1)];
        assert_eq!(left(&huge), [1], "the newest good one stays whatever its size");
    }

    #[test]
    fn of_what_restores_replaced_three_stay() {
        let all: Vec<_> = (0..6).rev().map(|day| backup(day, BackupKind::Restore, 1)).collect();
        assert_eq!(left(&all), [5, 4, 3]);
    }
}
