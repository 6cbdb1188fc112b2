//! The trading profile.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::house::House;

const CHANGE: &str = "/api/auth/profiles/update_me/";

#[tokio::test]
async fn a_profile_is_changed_field_by_field() {
    let house = House::open().await;
    let client = house.person("ada").await;
    house.pass(60);
    let changed = client
        .patch(
            CHANGE,
            json!({
                "default_risk_tolerance": "aggressive",
                "default_timeframe": "4h",
                "preferred_symbols": ["aapl", "MSFT"],
                "trading_goals": "Sleep well.",
                "risk_parameters": { "max_drawdown": 0.2, "own_rule": 3.0 },
                "id": 99,
                "username": "somebody else",
            }),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.body["preferred_symbols"], json!(["AAPL", "MSFT"]));
    assert_eq!(changed.text("/updated_at"), "2027-01-15T08:01:00Z");
    assert_eq!(changed.text("/created_at"), "2027-01-15T08:00:00Z");
    assert_eq!(changed.text("/username"), "ada", "what belongs to the account stays");
    let again = client.patch(CHANGE, json!({ "risk_parameters": { "stop_loss_pct": 0.1 } })).await;
    assert_eq!(again.body["risk_parameters"], json!({ "stop_loss_pct": 0.1 }), "replaced whole");
    assert_eq!(again.text("/trading_goals"), "Sleep well.", "the rest stays");
    assert_eq!(client.get("/api/auth/profiles/me/").await.body, again.body);
    let list = client.get("/api/auth/profiles/").await;
    assert_eq!((list.number("/count"), &list.body["results"][0]), (1, &again.body));
    assert_eq!(list.body["next"], json!(null));
}

#[tokio::test]
async fn of_changes_at_once_none_is_lost() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for n in 1..=5 {
        let changes = [
            ("default_risk_tolerance", json!(["conservative", "aggressive"][n % 2])),
            ("default_timeframe", json!(["1h", "4h"][n % 2])),
            ("preferred_symbols", json!([format!("S{n}")])),
            ("trading_goals", json!(format!("Goals {n}"))),
            ("strategy_preferences", json!(format!("Preferences {n}"))),
            ("risk_parameters", json!({ "own_rule": f64::from(u32::try_from(n).unwrap()) })),
        ];
        let change = async |(field, value): &(&str, Value)| {
            let answer = client.patch(CHANGE, json!({ *field: value })).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        join_all(changes.iter().map(change)).await;
        let kept = client.get("/api/auth/profiles/me/").await;
        for (field, value) in &changes {
            assert_eq!(&kept.body[field], value, "{field} in round {n}");
        }
    }
}

#[tokio::test]
async fn what_no_strategy_could_be_checked_against_is_refused_by_its_own_name() {
    let house = House::open().await;
    let client = house.person("ada").await;
    for (field, value) in [
        ("default_risk_tolerance", json!("reckless")),
        ("default_risk_tolerance", json!(1)),
        ("default_timeframe", json!("2h")),
        ("preferred_symbols", json!("AAPL")),
        ("preferred_symbols", json!(["not a symbol"])),
        ("preferred_symbols", json!([1])),
        ("trading_goals", json!("x".repeat(16 * 1024 + 1))),
        ("strategy_preferences", json!({})),
        ("risk_parameters", json!({ "max_drawdown": 5 })),
        ("risk_parameters", json!({ "max_drawdown": "5" })),
        ("risk_parameters", json!([])),
    ] {
        client.patch(CHANGE, json!({ field: value })).await.refuses(field);
    }
}
