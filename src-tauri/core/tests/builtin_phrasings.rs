//! What people say, and what the built-in model makes of it, over the public interface.
//!
//! The rows are in `data/phrasings.json` and `data/conversations.json`. A row that is known to fail says why in `miss`;
//! such a row has to go on failing, or the list would not be true.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use algoagent_core::context::ContextDraft;
use algoagent_core::model::builtin::BuiltIn;
use algoagent_core::model::{Delta, Model, Request, Speaker, Turn};
use algoagent_core::profile::{ProfileDraft, RiskTolerance};
use futures_util::StreamExt;
use ruff_python_ast::{Expr, Number, Stmt, StmtClassDef, UnaryOp};
use serde_json::{Map, Value, json};

/// Class attributes that every family may have and that are looked at by name.
const SHARED: [(&str, &str); 8] = [
    ("stop", "stop_loss_pct"),
    ("take_profit", "take_profit_pct"),
    ("size", "position_size"),
    ("risk", "risk_per_trade"),
    ("drawdown", "max_drawdown"),
    ("trend_filter", "trend_filter"),
    ("atr_stop", "atr_stop"),
    ("timeframe", "timeframe"),
];

/// A strategy as its Python states it.
struct Strategy {
    class: String,
    about: String,
    text: String,
    attributes: BTreeMap<String, Value>,
}

fn value(expression: &Expr) -> Value {
    match expression {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(whole) => json!(whole.as_i64()),
            Number::Float(float) => json!(float),
            Number::Complex { .. } => Value::Null,
        },
        Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => {
            json!(value(&minus.operand).as_f64().map(|number| -number))
        }
        Expr::StringLiteral(text) => json!(text.value.to_str()),
        Expr::Tuple(list) => list.elts.iter().map(value).collect(),
        _ => Value::Null,
    }
}

/// What the contract asks of a file: known imports, one class, `init` and `next`.
fn contract(body: &[Stmt]) -> Result<&StmtClassDef, String> {
    let mut classes = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::ClassDef(class) => classes.push(class),
            Stmt::Import(import) => {
                if let Some(name) = import.names.iter().find(|name| &*name.name != "math") {
                    return Err(format!("it imports {}", name.name.as_str()));
                }
            }
            Stmt::ImportFrom(from) => {
                let module = from.module.as_ref().map_or("", |module| module.as_str());
                if !matches!(module, "algoagent" | "datetime") {
                    return Err(format!("it imports from {module:?}"));
                }
            }
            _ => {}
        }
    }
    let [class] = classes[..] else { return Err(format!("{} classes", classes.len())) };
    for name in ["init", "next"] {
        let has = |stmt: &Stmt| matches!(stmt, Stmt::FunctionDef(f) if f.name.as_str() == name);
        if !class.body.iter().any(has) {
            return Err(format!("it has no {name}"));
        }
    }
    Ok(class)
}

/// The code of an answer, parsed; nothing when there is none.
fn strategy(answer: &str) -> Result<Option<Strategy>, String> {
    let Some((_, rest)) = answer.split_once("```python\n") else {
        return Ok(None);
    };
    let (code, _) = rest.split_once("```").ok_or("the code block is not closed")?;
    let module = ruff_python_parser::parse_module(code).map_err(|fault| fault.to_string())?;
    let class = contract(&module.syntax().body)?;
    let mut found = Strategy {
        class: class.name.to_string(),
        about: String::new(),
        text: code.to_owned(),
        attributes: BTreeMap::new(),
    };
    for stmt in &class.body {
        match stmt {
            Stmt::Expr(text) => {
                found.about = value(&text.value).as_str().unwrap_or_default().to_owned();
            }
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice() {
                    found.attributes.insert(name.id.to_string(), value(&assign.value));
                }
            }
            _ => {}
        }
    }
    Ok(Some(found))
}

fn same(a: Option<&Value>, b: &Value) -> bool {
    match (a.and_then(Value::as_f64), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        _ => a.unwrap_or(&Value::Null) == b,
    }
}

/// The table, and what holds where a row says nothing.
struct Table {
    standard: Value,
    stops: Value,
    rows: Vec<Value>,
}

impl Table {
    /// Every way in which an answer is not what a row wants.
    fn faults(&self, want: &Value, answer: &str, profile: &ProfileDraft) -> Vec<String> {
        let mut faults = Vec::new();
        for part in want["says"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !answer.to_lowercase().contains(&part.to_lowercase()) {
                faults.push(format!("it does not say {part:?}"));
            }
        }
        match (strategy(answer), want["family"].as_str()) {
            (Err(fault), _) => faults.push(fault),
            (Ok(None), None) => faults.extend(spoken(want, answer)),
            (Ok(Some(got)), None) => faults.push(format!("wrote {}", got.class)),
            (Ok(None), Some(family)) => {
                let start: String = answer.chars().take(90).collect();
                faults.push(format!("no {family}: {start:?}"));
            }
            (Ok(Some(got)), Some(family)) if got.class != family => {
                faults.push(format!("{} instead of {family}", got.class));
            }
            (Ok(Some(got)), Some(_)) => faults.extend(self.values(want, &got, profile)),
        }
        faults
    }

    /// Values that are not as the row says, or not standard where it says nothing.
    fn values(&self, want: &Value, got: &Strategy, profile: &ProfileDraft) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |name: &str, want: &Value, got: Option<&Value>| {
            if !same(got, want) {
                let got = got.unwrap_or(&Value::Null);
                faults.push(format!("{name} is {got}, not {want}"));
            }
        };
        let mut parameters = self.standard[&got.class].as_object().cloned().unwrap_or_default();
        // A level that is not used on one side stands in no code.
        parameters.retain(|name, _| got.attributes.contains_key(name));
        let said = want["parameters"].as_object().cloned().unwrap_or_default();
        parameters.extend(said);
        for (name, want) in &parameters {
            check(name, want, got.attributes.get(name));
        }
        let limit = |name: &str| profile.risk_parameters.get(name).copied();
        let (size, stop) = match profile.risk_tolerance {
            RiskTolerance::Conservative => (0.05, 0.02),
            RiskTolerance::Moderate => (0.10, 0.03),
            RiskTolerance::Aggressive => (0.20, 0.05),
        };
        let stop = self.stops[&got.class].as_f64().unwrap_or(stop);
        for (said, name) in SHARED {
            let usual = match said {
                "stop" => json!(limit("stop_loss_pct").unwrap_or(stop)),
                "size" => json!(limit("max_position_size").unwrap_or(size)),
                "drawdown" => json!(limit("max_drawdown")),
                "timeframe" => json!(profile.timeframe.code()),
                _ => Value::Null,
            };
            check(name, want.get(said).unwrap_or(&usual), got.attributes.get(name));
        }
        let usual = json!(profile.symbols);
        check("symbols", want.get("symbols").unwrap_or(&usual), got.attributes.get("symbols"));
        let side = match want["direction"].as_str() {
            Some("both") => "Long and short.",
            Some("short") => "Short only.",
            _ => "Long only.",
        };
        if !got.about.contains(side) {
            faults.push(format!("it is not {side:?}"));
        }
        if (want["trailing"] == true) != got.text.contains("for trade in self.trades:") {
            faults.push("the trailing stop".to_owned());
        }
        if let Some(average) = want["average"].as_str()
            && !got.text.contains(&format!("self.I({average}, self.data.Close"))
        {
            faults.push(format!("the average is not {average}"));
        }
        faults
    }
}

/// What is wrong with an answer that rightly has no code.
fn spoken(want: &Value, answer: &str) -> Option<String> {
    let start: String = answer.chars().take(120).collect();
    match want["answer"].as_str() {
        Some("asks") if answer.matches('?').count() != 1 => {
            Some(format!("{} questions: {start:?}", answer.matches('?').count()))
        }
        Some("declines") if !answer.contains("Settings → Models") => {
            Some(format!("it names no way on: {start:?}"))
        }
        Some("declines") if !answer.contains("past my rules") => {
            Some(format!("it does not say that this is past its rules: {start:?}"))
        }
        _ => None,
    }
}

fn profile(row: &Value) -> ProfileDraft {
    let mut whole = serde_json::to_value(ProfileDraft::default()).expect("a profile");
    if let (Some(whole), Some(given)) = (whole.as_object_mut(), row["profile"].as_object()) {
        whole.extend(given.clone());
    }
    serde_json::from_value(whole).expect("the row's profile")
}

fn context(row: &Value) -> Option<ContextDraft> {
    let given = row.get("context")?;
    Some(ContextDraft {
        name: "Mine".to_owned(),
        instructions: given["instructions"].as_str().unwrap_or_default().to_owned(),
        data: given["data"].as_object().cloned().unwrap_or_else(Map::new),
        active: true,
        model: None,
    })
}

async fn ask(request: &Request) -> String {
    let mut text = String::new();
    let mut answer = BuiltIn { pace: Duration::ZERO }.stream(request.clone());
    while let Some(step) = answer.next().await {
        if let Delta::Text(more) = step.expect("the built-in model has no faults") {
            text.push_str(&more);
        }
    }
    text
}

fn read(file: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file);
    let text = std::fs::read_to_string(file).expect("the table");
    serde_json::from_str(&text).expect("the table is JSON")
}

fn table() -> Table {
    let (single, longer) = (read("phrasings.json"), read("conversations.json"));
    let rows = [&single, &longer].map(|part| part["rows"].as_array().cloned().expect("rows"));
    Table {
        standard: single["standard"].clone(),
        stops: single["stops"].clone(),
        rows: rows.concat(),
    }
}

#[tokio::test]
async fn what_people_say_becomes_what_they_mean() {
    let table = table();
    let (mut right, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    for row in &table.rows {
        let single = [row.clone()];
        let turns = row["conversation"].as_array().map_or(&single[..], Vec::as_slice);
        let mut request = Request {
            system: String::new(),
            turns: Vec::new(),
            profile: profile(row),
            context: context(row),
        };
        let mut faults = Vec::new();
        for want in turns {
            let said = want["text"].as_str().expect("a text").to_owned();
            request.turns.push(Turn { speaker: Speaker::Person, text: said, opaque: None });
            let answer = ask(&request).await;
            for fault in table.faults(want, &answer, &request.profile) {
                faults.push(format!("{}\n      {fault}", want["text"]));
            }
            request.turns.push(Turn { speaker: Speaker::Model, text: answer, opaque: None });
        }
        match (faults.is_empty(), row["miss"].as_str()) {
            (true, None) => right += 1,
            (true, Some(why)) => {
                wrong.push(format!("{} is right now; it is listed as a miss: {why}", turns[0]));
            }
            (false, Some(why)) => {
                missed.push(format!("{}\n      known: {why}", faults.join("\n    ")));
            }
            (false, None) => wrong.push(faults.join("\n    ")),
        }
    }
    let share = 100.0 * f64::from(right) / table.rows.len() as f64;
    println!("{right} of {} rows right ({share:.1} %)", table.rows.len());
    for row in &missed {
        println!("  miss {row}");
    }
    assert!(table.rows.len() >= 200, "{} rows", table.rows.len());
    assert!(
        wrong.is_empty(),
        "{} rows, {right} right, not as listed: {}\n  {}",
        table.rows.len(),
        wrong.len(),
        wrong.join("\n  ")
    );
    assert!(share >= 95.0, "only {share:.1} % of the rows are right");
}
