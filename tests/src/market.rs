//! Prices that nobody ever paid, for strategies to trade on.

use std::fmt::Write as _;

/// How many daily bars there are.
pub const DAYS: usize = 336;

/// A CSV of daily bars that rise in waves, so that every trend begins and ends a few times.
pub fn daily_bars() -> String {
    let mut csv = "Date,Open,High,Low,Close,Volume\n".to_owned();
    let mut open = 100.0;
    for day in 0..DAYS {
        // A strategy knows no calendar: twelve months of 28 days are dates enough.
        let date = format!("2023-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
        let at = f64::from(u32::try_from(day).unwrap_or_default());
        let close = 100.0 * (1.0 + 0.0006 * at) * (1.0 + 0.08 * (at / 17.0).sin());
        let (high, low) = (f64::max(open, close) * 1.004, f64::min(open, close) * 0.996);
        // Writing to a String can't fail.
        let _ = writeln!(csv, "{date},{open:.4},{high:.4},{low:.4},{close:.4},1000000");
        open = close;
    }
    csv
}
