//! The demo account, so that anyone can try the program at once. Its password is public.

use super::audit::{Action, Entry};
use super::{Account, AccountError, DoorKind, audit, register, store};
use crate::Invalid;
use crate::core::Core;
use crate::ids::AccountId;
use crate::profile::{ProfileDraft, RiskTolerance, Timeframe};
use crate::vault::{DataKey, Header, RecoveryCode, Secret};

/// The demo account's user name.
pub const DEMO_USERNAME: &str = "algotrader";
/// Its password, known to everybody.
pub const DEMO_PASSWORD: &str = "Trading@2024";
const EMAIL: &str = "algotrader@example.com";

/// Makes the demo account again for whoever deleted it; `false` when an account of its name is
/// here.
///
/// # Errors
/// [`AccountError::Invalid`] when another account has its address; those of the store.
pub async fn make_demo_again(core: &Core, door: DoorKind) -> Result<bool, AccountError> {
    let (name_taken, email_taken) =
        store::taken(&mut *core.accounts().await?, DEMO_USERNAME, EMAIL).await?;
    if name_taken {
        return Ok(false);
    }
    if email_taken {
        let why = format!("Another account has the demo account's address, {EMAIL}.");
        return Err(Invalid::new("email", why).into());
    }
    let account = make(core).await?;
    audit::note(core, Entry::about(&account, door, Action::AccountCreated)).await;
    Ok(true)
}

pub(super) async fn make(core: &Core) -> Result<Account, AccountError> {
    let account = Account {
        id: AccountId(0),
        uuid: core.sources.uuid(),
        username: DEMO_USERNAME.to_owned(),
        email: EMAIL.to_owned(),
        administrator: false,
        disabled: false,
        demo: true,
        claimed: true,
        created_at: core.sources.now(),
    };
    let password = Secret::new(DEMO_PASSWORD.to_owned());
    let holder = account.clone().into();
    let (key, code) = (DataKey::generate(&core.sources), RecoveryCode::generate(&core.sources));
    let header = Header::seal(
        &core.kdf,
        &core.sources,
        holder,
        &password,
        Some(&code),
        register::FIRST_GENERATION,
        &key,
    )
    .await?;
    let role = register::Role::Ordinary;
    let (account, _) =
        register::make(core, account, role, header, &key, Some(&demo_profile())).await?;
    Ok(account)
}

/// The profile that the demo account is made with.
pub fn demo_profile() -> ProfileDraft {
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
