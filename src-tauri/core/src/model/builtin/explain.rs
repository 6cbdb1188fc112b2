//! What a plan does, in plain English.

use super::family::Family;
use super::plan::{Plan, Source, capital, percent};
use super::understand::plain;
use super::wish::Direction;

/// What somebody asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Whole,
    Entry,
    Exit,
    Stop,
    Size,
    Risks,
    Costs,
    Parameters,
}

/// The answer about one topic, as Markdown.
pub(super) fn explain(plan: &Plan, topic: Topic) -> String {
    let spec = plan.family.value.spec();
    match topic {
        Topic::Whole => {
            format!("{}\n\n{}\n\n**Weakness.** {}", spec.about, how_it_trades(plan), spec.weakness)
        }
        Topic::Entry => format!("**Entry.** {}{}", entry(plan), filter(plan)),
        Topic::Exit => format!("**Exit.** {}\n\n**Stop.** {}", exit(plan), stop(plan)),
        Topic::Stop => format!("**Stop.** {}", stop(plan)),
        Topic::Size => format!("**Size.** {}", size(plan)),
        Topic::Costs => format!("**Cost.** {COST}"),
        Topic::Risks => format!(
            "What can go wrong here:\n\n- {}\n- A stop is not a guarantee: if a bar opens \
                beyond it, the exit is at that open, and the loss is more than {}.\n- {}\n- The \
                parameters are usual values, not proven ones: look at neighbouring values and \
                at data that were not used to choose them.\n- {}",
            spec.weakness,
            percent(plan.stop.value),
            drawdown(plan),
            COST,
        ),
        Topic::Parameters => format!("These are its parameters:\n\n{}", table(plan)),
    }
}

const COST: &str = "By default a run charges 0.1 % commission per fill, half of a 0.02 % \
    spread, and 0.05 % slippage on market and stop fills.";

/// The list "How it trades".
pub(super) fn how_it_trades(plan: &Plan) -> String {
    let mut list = format!(
        "**How it trades**\n\n- **Entry:** {}{}\n- **Exit:** {}\n- **Stop:** {}\n- **Size:** \
            {}\n- **Cost:** {COST}",
        entry(plan),
        filter(plan),
        exit(plan),
        stop(plan),
        size(plan)
    );
    if plan.symbols.value.len() > 1 {
        list.push_str(
            "\n- **Symbols:** each is tested on its own; nothing is shared between them.",
        );
    }
    list
}

fn sides(plan: &Plan, long: &str, short: &str) -> String {
    let mut text = Vec::new();
    if plan.direction.value != Direction::ShortOnly {
        text.push(long);
    }
    if plan.direction.value != Direction::LongOnly {
        text.push(short);
    }
    let text = plan.fill(&text.join("; "));
    format!("{}.", capital(&text))
}

fn entry(plan: &Plan) -> String {
    let spec = plan.family.value.spec();
    let text = sides(plan, spec.entry_long, spec.entry_short);
    format!("{text} The order is filled at the next bar's open.")
}

fn filter(plan: &Plan) -> String {
    plan.trend_filter.as_ref().map_or_else(String::new, |set| {
        let side = match plan.direction.value {
            Direction::LongOnly => "only while the close is above",
            Direction::ShortOnly => "only while the close is below",
            Direction::Both => "long only above and short only below",
        };
        format!(" It opens {side} the {}-bar SMA.", set.value)
    })
}

fn exit(plan: &Plan) -> String {
    let spec = plan.family.value.spec();
    let mut text = sides(plan, spec.exit_long, spec.exit_short);
    if let Some(target) = &plan.take_profit {
        text.push_str(&format!(
            " A take-profit closes it {} from the signal's close.",
            percent(target.value)
        ));
    }
    text
}

fn stop(plan: &Plan) -> String {
    let trailing = if plan.trailing.value { " and follows the close, never back" } else { "" };
    let atr = plan.atr_stop.as_ref().map_or_else(String::new, |atr| {
        format!("{} ATR (14 bars), but at most ", plain(atr.value))
    });
    format!(
        "It stands {atr}{} from the signal's close{trailing}; a bar that opens beyond it fills at \
            that open.",
        percent(plan.stop.value)
    )
}

fn size(plan: &Plan) -> String {
    let from = match plan.size.source {
        Source::Conversation => "as you said",
        Source::Context => "from the context",
        Source::Profile => "from your profile",
        Source::Standard => "the standard value for your risk tolerance",
    };
    let mut text =
        format!("At most {} of equity in one position ({from})", percent(plan.size.value));
    if let Some(risk) = &plan.risk {
        text.push_str(&format!(
            "; {} of equity at risk divided by the stop of {} gives {}, and the smaller of the \
                two is used",
            percent(risk.value),
            percent(plan.stop.value),
            percent((risk.value / plan.stop.value * 1e3).round() / 1e3)
        ));
    }
    text.push_str(&format!(
        ". A stopped-out position then costs about {} of equity, before costs and gaps.",
        percent(
            plan.stop.value
                * plan.risk.as_ref().map_or(plan.size.value, |risk| plan
                    .size
                    .value
                    .min(risk.value / plan.stop.value))
        )
    ));
    if let Some(limit) = &plan.drawdown {
        text.push_str(&format!(
            " Nothing is opened while equity is more than {} below its peak; once flat there, \
                it stays flat.",
            percent(limit.value)
        ));
    }
    text
}

fn drawdown(plan: &Plan) -> String {
    plan.drawdown.as_ref().map_or_else(
        || {
            "No drawdown limit is set, so it goes on opening positions however much was lost; \
            \"max drawdown 20 %\" adds one."
                .to_owned()
        },
        |limit| {
            format!(
                "The drawdown limit of {} only stops new positions; what is open may \
            lose more.",
                percent(limit.value)
            )
        },
    )
}

/// The parameters as a Markdown table.
pub(super) fn table(plan: &Plan) -> String {
    let mut text =
        String::from("| Parameter | Value | Meaning | From |\n| --- | --- | --- | --- |\n");
    for row in plan.rows() {
        // `|` never occurs: names are ours and symbols are validated.
        text.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            row.name,
            row.shown,
            row.label,
            row.source.name()
        ));
    }
    text
}

/// What a family is, for somebody who asks before there is a strategy.
pub(super) fn about(family: Family) -> String {
    let spec = family.spec();
    format!(
        "{}\n\n**Weakness.** {}\n\nSay \"create {} {} strategy\" and I will write it.",
        spec.about,
        spec.weakness,
        article(spec.name),
        spec.name
    )
}

/// "an RSI", "a momentum".
pub(super) fn article(name: &str) -> &'static str {
    if ["ATR", "RSI", "MACD", "ADX", "Ichimoku", "inside"]
        .iter()
        .any(|letters| name.starts_with(letters))
    {
        "an"
    } else {
        "a"
    }
}
