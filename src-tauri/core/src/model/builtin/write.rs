//! From a [`Plan`] to one runnable Python file on the contract of the house module.

use std::collections::BTreeSet;

use super::family::Code;
use super::plan::{Plan, capital, percent};
use super::understand::plain;
use super::wish::Direction;

/// Stands in every file, so that a later turn knows its own work.
pub(super) const MARK: &str = "Written by the rules of AlgoAgent built-in (offline).";

/// The whole file.
pub(super) fn python(plan: &Plan) -> String {
    let spec = plan.family.value.spec();
    let mut file = Vec::<String>::new();
    let symbols = if plan.symbols.value.is_empty() {
        "any symbol".to_owned()
    } else {
        plan.symbols.value.join(", ")
    };
    file.push(format!(
        "\"\"\"{} on {symbols}, {}.",
        capital(spec.name),
        plan.timeframe.value.bars()
    ));
    file.push(String::new());
    file.push(MARK.to_owned());
    file.push("A backtest shows the past; it is not a promise.".to_owned());
    file.push("\"\"\"".to_owned());
    file.push(String::new());
    if matches!(spec.code, Code::Allocation(_)) && spec.imports.contains(&"STDDEV") {
        file.push("import math".to_owned());
        file.push(String::new());
    }
    if matches!(spec.code, Code::Signals { before, .. } if before.iter().any(|l| l.contains("timedelta")))
    {
        file.push("from datetime import timedelta".to_owned());
        file.push(String::new());
    }
    file.push(format!("from algoagent import {}", imports(plan)));
    file.push(String::new());
    file.push(String::new());
    file.push(format!("class {}(Strategy):", spec.class));
    docstring(plan, &mut file);
    file.push(String::new());
    for row in plan.rows() {
        file.push(format!("    {} = {}", row.name, row.code));
    }
    file.push(String::new());
    file.push("    def init(self):".to_owned());
    let mut init: Vec<String> = spec.init.iter().map(|line| plan.fill(line)).collect();
    if plan.trend_filter.is_some() {
        init.push("self.trend = self.I(SMA, self.data.Close, self.trend_filter)".to_owned());
    }
    if plan.atr_stop.is_some() {
        init.push(
            "self.atr = self.I(ATR, self.data.High, self.data.Low, self.data.Close, 14)".to_owned(),
        );
    }
    if let Code::Signals { lasting: true, .. } = spec.code {
        if goes_long(plan) {
            init.push("self.was_up = False".to_owned());
        }
        if goes_short(plan) {
            init.push("self.was_down = False".to_owned());
        }
    }
    if plan.drawdown.is_some() {
        init.push("self.peak = 0.0".to_owned());
    }
    if init.is_empty() {
        init.push("pass  # No indicator is needed.".to_owned());
    }
    file.extend(indent(&init));
    file.push(String::new());
    file.push("    def next(self):".to_owned());
    let body = match &spec.code {
        Code::Signals { .. } => signals(plan),
        Code::Allocation(lines) => allocation(plan, lines),
    };
    file.extend(indent(&body));
    file.push(String::new());
    file.push(String::new());
    file.push("if __name__ == \"__main__\":".to_owned());
    file.push(format!("    main({})", spec.class));
    file.push(String::new());
    file.join("\n")
}

fn indent(lines: &[String]) -> impl Iterator<Item = String> {
    lines.iter().map(|line| if line.is_empty() { String::new() } else { format!("        {line}") })
}

fn goes_long(plan: &Plan) -> bool {
    plan.direction.value != Direction::ShortOnly
}

fn goes_short(plan: &Plan) -> bool {
    plan.direction.value != Direction::LongOnly
}

fn imports(plan: &Plan) -> String {
    let mut names: BTreeSet<String> =
        plan.family.value.spec().imports.iter().map(|name| plan.fill(name)).collect();
    names.extend(["Strategy".to_owned(), "main".to_owned()]);
    if plan.trend_filter.is_some() {
        names.insert("SMA".to_owned());
    }
    if plan.atr_stop.is_some() {
        names.insert("ATR".to_owned());
    }
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn docstring(plan: &Plan, file: &mut Vec<String>) {
    let spec = plan.family.value.spec();
    let side = match plan.direction.value {
        Direction::LongOnly => "Long only",
        Direction::ShortOnly => "Short only",
        Direction::Both => "Long and short",
    };
    file.push(format!("    \"\"\"{}.", capital(spec.name)));
    file.push(String::new());
    let mut lines = Vec::new();
    if goes_long(plan) {
        lines.extend([spec.entry_long, spec.exit_long]);
    }
    if goes_short(plan) {
        lines.extend([spec.entry_short, spec.exit_short]);
    }
    for line in lines {
        file.extend(wrap(&format!("{}.", capital(&plan.fill(line)))));
    }
    file.extend(wrap(&format!(
        "{side}. Stop {}{}, at most {} of equity.",
        plan.atr_stop
            .as_ref()
            .map_or_else(String::new, |atr| format!("{} ATR, at most ", plain(atr.value))),
        percent(plan.stop.value),
        percent(plan.size.value)
    )));
    file.push("    \"\"\"".to_owned());
}

/// Lines of at most 88 columns.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::from("   ")];
    for word in text.split(' ') {
        let line = lines.last_mut().filter(|line| line.len() + word.len() < 88);
        match line {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(format!("    {word}")),
        }
    }
    lines
}

fn signals(plan: &Plan) -> Vec<String> {
    let Code::Signals { lasting, before, enter_long, leave_long, enter_short, leave_short } =
        &plan.family.value.spec().code
    else {
        return Vec::new();
    };
    let (long, short) = (goes_long(plan), goes_short(plan));
    let mut out = vec!["price = self.data.Close[-1]".to_owned()];
    distance(plan, &mut out);
    let may = guard(plan, &mut out);
    out.extend(before.iter().map(|line| plan.fill(line)));
    let mut side = |goes: bool, name: &str, was: &str, enter: &str, leave: &str, sign: &str| {
        if !goes {
            return;
        }
        let filter = if plan.trend_filter.is_some() {
            format!(" and price {sign} self.trend[-1]")
        } else {
            String::new()
        };
        if *lasting {
            out.push(format!("{was} = {enter}{filter}"));
            out.push(format!("enter_{name} = {was} and not self.was_{was}"));
            out.push(format!("self.was_{was} = {was}"));
        } else {
            out.push(format!("enter_{name} = {enter}{filter}"));
        }
        out.push(format!("leave_{name} = {leave}"));
    };
    side(long, "long", "up", enter_long, leave_long, ">");
    side(short, "short", "down", enter_short, leave_short, "<");
    out.push(String::new());
    out.push("flat = not self.position".to_owned());
    let leave = match (long, short) {
        (true, false) => "self.position.is_long and leave_long".to_owned(),
        (false, _) => "self.position.is_short and leave_short".to_owned(),
        _ => "(self.position.is_long and leave_long) or (\n            self.position.is_short and leave_short\n        )".to_owned(),
    };
    out.push(format!("if {leave}:"));
    out.push("    self.position.close()".to_owned());
    out.push("    flat = True".to_owned());
    let size = if plan.risk.is_some() {
        out.push(risk_size(plan));
        "size"
    } else {
        "self.position_size"
    };
    let may = if may { "may_open and " } else { "" };
    let mut word = "if";
    if long {
        out.push(format!("{word} flat and {may}enter_long:"));
        order(&mut out, "buy", size, &exits(plan, true));
        word = "elif";
    }
    if short {
        out.push(format!("{word} flat and {may}enter_short:"));
        out.push(format!("    self.sell(size={size}, {})", exits(plan, false)));
    }
    trail(plan, &mut out);
    out
}

/// The drawdown guard; true when there is one.
fn guard(plan: &Plan, out: &mut Vec<String>) -> bool {
    if plan.drawdown.is_some() {
        out.push("self.peak = max(self.peak, self.equity)".to_owned());
        out.push("may_open = self.equity > self.peak * (1 - self.max_drawdown)".to_owned());
    }
    plan.drawdown.is_some()
}

/// One call, over several lines where it is long.
fn order(out: &mut Vec<String>, call: &str, size: &str, exits: &str) {
    let line = format!("    self.{call}(size={size}, {exits})");
    if line.len() <= 80 {
        out.push(line);
        return;
    }
    out.push(format!("    self.{call}("));
    out.push(format!("        size={size},"));
    out.extend(exits.split(", ").map(|part| format!("        {part},")));
    out.push("    )".to_owned());
}

fn exits(plan: &Plan, long: bool) -> String {
    let (stop, target) = if long { ('-', '+') } else { ('+', '-') };
    let mut text = stop_level(plan, stop);
    text.insert_str(0, "sl=");
    if plan.take_profit.is_some() {
        text.push_str(&format!(", tp=price * (1 {target} self.take_profit_pct)"));
    }
    text
}

/// The stop below (`-`) or above (`+`) the price.
fn stop_level(plan: &Plan, sign: char) -> String {
    if plan.atr_stop.is_some() {
        format!("price {sign} distance")
    } else {
        format!("price * (1 {sign} self.stop_loss_pct)")
    }
}

/// How far away a stop in ATRs stands: never farther than its limit, never at the price.
fn distance(plan: &Plan, out: &mut Vec<String>) {
    if plan.atr_stop.is_some() {
        out.push(
            "distance = min(self.atr_stop * self.atr[-1], self.stop_loss_pct * price)".to_owned(),
        );
        out.push("distance = max(distance, 0.001 * price)".to_owned());
    }
}

fn risk_size(plan: &Plan) -> String {
    let loss = if plan.atr_stop.is_some() { "(distance / price)" } else { "self.stop_loss_pct" };
    format!("size = min(self.position_size, self.risk_per_trade / {loss})")
}

fn trail(plan: &Plan, out: &mut Vec<String>) {
    if !plan.trailing.value {
        return;
    }
    out.push("for trade in self.trades:".to_owned());
    let below = format!("trade.sl = max(trade.sl, {})", stop_level(plan, '-'));
    let above = format!("trade.sl = min(trade.sl, {})", stop_level(plan, '+'));
    match plan.direction.value {
        Direction::LongOnly => out.push(format!("    {below}")),
        Direction::ShortOnly => out.push(format!("    {above}")),
        Direction::Both => {
            out.push("    if trade.is_long:".to_owned());
            out.push(format!("        {below}"));
            out.push("    else:".to_owned());
            out.push(format!("        {above}"));
        }
    }
}

fn allocation(plan: &Plan, lines: &[&str]) -> Vec<String> {
    let mut may = String::new();
    let mut out = Vec::new();
    for line in lines {
        if *line == "{PEAK}" {
            distance(plan, &mut out);
            // The stop trails on every bar, not only on those of a rebalancing.
            if guard(plan, &mut out) {
                may.push_str("may_open and ");
            }
            if plan.trend_filter.is_some() {
                may.push_str("price > self.trend[-1] and ");
            }
            trail(plan, &mut out);
            continue;
        }
        let Some(size) = line.strip_prefix("{BUY} ") else {
            out.push(line.replace("{MAY}", &may));
            continue;
        };
        order(&mut out, "buy", size, &exits(plan, true));
    }
    if plan.risk.is_some() {
        let at = if plan.atr_stop.is_some() { 3 } else { 1 };
        out.insert(at, risk_size(plan));
        for line in &mut out[at + 1..] {
            *line = line.replace("self.position_size", "size");
        }
    }
    out
}
