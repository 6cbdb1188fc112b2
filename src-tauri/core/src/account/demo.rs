//! The demo account, so that anyone can try the program at once. Its password is public.

use super::{Account, AccountError, DoorKind, register};
use crate::core::Core;
use crate::ids::AccountId;
use crate::profile::{ProfileDraft, RiskTolerance, Timeframe};
use crate::vault::Secret;

/// The demo account's user name.
pub const DEMO_USERNAME: &str = "algotrader";
/// Its password, known to everybody.
pub const DEMO_PASSWORD: &str = "Trading@2024";
const EMAIL: &str = "algotrader@example.com";

pub(super) async fn make(core: &Core) -> Result<(), AccountError> {
    let account = Account {
        id: AccountId(0),
        uuid: core.sources.uuid(),
        username: DEMO_USERNAME.to_owned(),
        email: EMAIL.to_owned(),
        administrator: false,
        disabled: false,
        demo: true,
        created_at: core.sources.now(),
    };
    let password = Secret::new(DEMO_PASSWORD.to_owned());
    register::make(core, DoorKind::Terminal, account, &password, profile()).await?;
    Ok(())
}

fn profile() -> ProfileDraft {
    ProfileDraft {
        risk_tolerance: RiskTolerance::Moderate,
        timeframe: Timeframe::D1,
        symbols: ["AAPL", "GOOGL", "MSFT", "TSLA"].map(str::to_owned).to_vec(),
        goals: "Learn how systematic strategies behave, with small and steady drawdowns."
            .to_owned(),
        preferences: "Rules that can be explained: trend and momentum on daily bars, long only."
            .to_owned(),
        risk_parameters: [
            ("max_position_size", 0.1),
            ("max_drawdown", 0.15),
            ("stop_loss_pct", 0.02),
            ("take_profit_pct", 0.05),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
    }
}
