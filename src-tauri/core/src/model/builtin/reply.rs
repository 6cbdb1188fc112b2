//! The words of an answer.

use super::explain::{about, article, explain, how_it_trades, table};
use super::family::Family;
use super::ground::{Ground, ground};
use super::lists::OFFERED;
use super::plan::{Plan, Source, percent, settle};
use super::relative;
use super::talk::{Move, Talk};
use super::wish::Direction;
use super::words::{READ, readable};
use super::write::{MARK, python};
use crate::model::{Request, Speaker};

/// The whole answer to a request, as Markdown. The same request gives the same answer.
pub(super) fn reply(request: &Request) -> String {
    let ground = ground(&request.profile, request.context.as_ref());
    let person = |speaker| speaker == Speaker::Person;
    let turns: Vec<&str> = request
        .turns
        .iter()
        .filter(|turn| person(turn.speaker))
        .map(|turn| turn.text.as_str())
        .collect();
    let Some((question, earlier)) = turns.split_last() else {
        return lost(&ground, false);
    };
    let mut talk = Talk::default();
    for turn in earlier {
        talk.hear(turn, &ground);
    }
    let before = talk.begun.then(|| settle(&talk.wish, &ground)).flatten();
    let done = talk.hear(question, &ground);
    let mut text = match done {
        Move::Build | Move::Change => match settle(&talk.wish, &ground) {
            Some(plan) => {
                let before = before.filter(|_| done == Move::Change);
                strategy(&plan, before.as_ref(), &talk.wish.left_out)
            }
            None => ask(&ground, &talk.choices(&ground)),
        },
        Move::Explain(topic) => {
            before.map_or_else(|| lost(&ground, false), |plan| explain(&plan, topic))
        }
        Move::About(family) => about(family),
        Move::Greeting => format!("Hello. {}", what_i_am(&ground)),
        Move::Thanks => "You are welcome. The strategy can be changed at any time, for example \
            \"long only\" or \"make it 4h\"."
            .to_owned(),
        Move::WhatAreYou => what_i_am(&ground),
        Move::Ask if !talk.wish.left_out.is_empty() => {
            format!("{}\n\n{}", beyond(&talk.wish.left_out), ask(&ground, &talk.choices(&ground)))
        }
        Move::Ask => ask(&ground, &talk.choices(&ground)),
        Move::AskValue(value) => relative::question(value, before.as_ref()),
        Move::AskBetter => BETTER.to_owned(),
        Move::Restart => {
            format!("Everything said so far is forgotten. {}", ask(&ground, &OFFERED))
        }
        Move::NothingToUndo => "There is nothing to undo. Nothing was changed.".to_owned(),
        Move::Advice => format!(
            "I can't say what a market will do, and I don't advise on \
            single trades. I can write rules that you can test on past data. {}",
            examples(&ground)
        ),
        Move::Beyond => {
            let kept = if talk.begun { "Nothing was changed." } else { "" };
            format!("{} {CONNECT} {kept}", beyond(&talk.wish.left_out)).trim_end().to_owned()
        }
        Move::Foreign => format!(
            "I read English only: I am a set of rules, not a language \
            model. {CONNECT} {}",
            examples(&ground)
        ),
        Move::Empty => {
            format!("There was nothing in the message that I can read. {}", examples(&ground))
        }
        Move::Lost => lost(&ground, talk.begun),
    };
    if matches!(done, Move::Change | Move::Build | Move::Explain(_) | Move::Lost)
        && foreign_code(request)
    {
        text = format!(
            "The last code in this chat was not written by me, and I can't read Python back. \
                What follows comes from your own words by my rules, so it differs from that \
                code.\n\n{text}"
        );
    }
    if readable(question).len() < question.len() {
        text.push_str(&format!("\n\nThe message was long: I read its first {READ} characters."));
    }
    text
}

const CONNECT: &str = "For anything beyond these rules, connect a model in Settings → Models.";

/// True when the newest Python of a model is not the rules' own.
fn foreign_code(request: &Request) -> bool {
    let code = |text: &str| text.contains("```python") || text.contains("```py\n");
    request
        .turns
        .iter()
        .rev()
        .find(|turn| turn.speaker == Speaker::Model && code(&turn.text))
        .is_some_and(|turn| !turn.text.contains(MARK))
}

fn strategy(plan: &Plan, before: Option<&Plan>, left_out: &[String]) -> String {
    let mut text = before.map_or_else(|| opening(plan), |before| changes(before, plan));
    for note in &plan.notes {
        text.push_str(&format!("\n\nNote: {note}"));
    }
    if !left_out.is_empty() {
        text.push_str(&format!("\n\n{} {CONNECT}", beyond(left_out)));
    }
    text.push_str(&format!(
        "\n\n```python\n{}```\n\n{}\n\n{}",
        python(plan),
        how_it_trades(plan),
        table(plan)
    ));
    text.push_str(&format!("\n{}\n\n", sources(plan)));
    let spec = plan.family.value.spec();
    let second = if plan.trend_filter.is_none() && !plan.family.value.long_only() {
        "add a trend filter"
    } else {
        "explain the exit"
    };
    text.push_str(&format!(
        "Next, try \"{}\" or \"{second}\". A backtest shows the past; it is not a promise.",
        spec.try_next
    ));
    text
}

fn opening(plan: &Plan) -> String {
    let spec = plan.family.value.spec();
    let symbols = if plan.symbols.value.is_empty() {
        "the symbol of the data you load".to_owned()
    } else {
        plan.symbols.value.join(", ")
    };
    let side = match plan.direction.value {
        Direction::LongOnly => "long only",
        Direction::ShortOnly => "short only",
        Direction::Both => "long and short",
    };
    let article = article(spec.name);
    format!(
        "Here is {article} **{}** strategy for **{symbols}** on **{}**, {side}. {}\n\n\
            **Weakness.** {}",
        spec.name,
        plan.timeframe.value.bars(),
        spec.about,
        spec.weakness
    )
}

/// What is different now, each thing once.
fn changes(before: &Plan, now: &Plan) -> String {
    let mut list = Vec::new();
    let mut changed = |label: &str, was: &str, is: &str| {
        if was != is {
            list.push(format!("- {label}: {was} → **{is}**"));
        }
    };
    changed("family", before.family.value.spec().name, now.family.value.spec().name);
    let sides = |plan: &Plan| match plan.direction.value {
        Direction::LongOnly => "long only",
        Direction::ShortOnly => "short only",
        Direction::Both => "long and short",
    };
    changed("direction", sides(before), sides(now));
    let uses_average = |plan: &Plan| plan.family.value.spec().imports.contains(&"{MA}");
    if uses_average(before) && uses_average(now) {
        changed("average", before.average.value.name(), now.average.value.name());
    }
    let trails = |plan: &Plan| {
        if plan.trailing.value { "trailing" } else { "fixed" }
    };
    changed("kind of stop", trails(before), trails(now));
    let (old, new) = (before.rows(), now.rows());
    let same_family = before.family.value == now.family.value;
    let own = |plan: &Plan, name: &str| plan.knob(name).is_some() || name == "bars_per_year";
    for row in &new {
        match old.iter().find(|was| was.name == row.name) {
            Some(was) => changed(row.label, &was.shown, &row.shown),
            None if same_family || !own(now, row.name) => changed(row.label, "none", &row.shown),
            None => {}
        }
    }
    for was in &old {
        if new.iter().all(|row| row.name != was.name) && (same_family || !own(before, was.name)) {
            changed(was.label, &was.shown, "none");
        }
    }
    if list.is_empty() && now.notes != before.notes {
        return "Nothing changed, for the reason in the note. Here it is again.".to_owned();
    }
    if list.is_empty() {
        return "Nothing changed: the strategy already is as you say. Here it is again.".to_owned();
    }
    format!("What changed:\n\n{}\n\nEverything else is as before.", list.join("\n"))
}

fn sources(plan: &Plan) -> String {
    let mut rows = vec![(plan.family.source, "family"), (plan.direction.source, "direction")];
    rows.extend(plan.rows().iter().map(|row| (row.source, row.label)));
    let mut parts = Vec::new();
    for source in [Source::Conversation, Source::Context, Source::Profile] {
        let names: Vec<&str> = rows.iter().filter(|row| row.0 == source).map(|row| row.1).collect();
        if !names.is_empty() {
            parts.push(format!("{} ({})", source.name(), names.join("; ")));
        }
    }
    parts.push("everything else is a standard value".to_owned());
    format!("Taken from: {}.", parts.join(", "))
}

fn beyond(left_out: &[String]) -> String {
    format!("Left out, because it is past my rules: {}.", left_out.join("; "))
}

const BETTER: &str = "In which way: smaller losses (\"tighter stop\"), fewer false entries \
    (\"add a trend filter\"), less at stake (\"half the size\"), or other values of a parameter \
    (name it with its number)? Nothing was changed so far.";

/// The one question about the family.
fn ask(ground: &Ground, choices: &[Family]) -> String {
    if let [family] = choices {
        return format!(
            "Do you mean {}? It is the one such family that I know: answer with yes, or name \
                another kind.",
            family.spec().name
        );
    }
    let mut text =
        String::from("Which kind of strategy shall it be? Answer with a name or a number:\n\n");
    for (at, family) in choices.iter().enumerate() {
        text.push_str(&format!("{}. {}\n", at + 1, family.spec().name));
    }
    let others: Vec<&str> =
        Family::ALL.iter().filter(|f| !choices.contains(f)).map(|f| f.spec().name).collect();
    text.push_str(&format!("\nI know as well: {}. {}", others.join(", "), examples(ground)));
    text
}

fn symbol(ground: &Ground, at: usize) -> &str {
    ground.symbols.get(at).or(ground.symbols.first()).map_or("AAPL", String::as_str)
}

fn examples(ground: &Ground) -> String {
    format!(
        "For example: \"Create a momentum strategy for {}\" or \"RSI mean reversion on {}, stop \
            at {}\".",
        symbol(ground, 0),
        symbol(ground, 1),
        percent(ground.max_stop.map_or(0.03, |most| most.min(0.03)))
    )
}

fn what_i_am(ground: &Ground) -> String {
    let families: Vec<&str> = Family::ALL.iter().map(|family| family.spec().name).collect();
    format!(
        "I am AlgoAgent's built-in model: a set of rules, not a language model. I work offline \
            and need no key. I write strategies of {} families ({}), change them when you say so \
            (\"use RSI 21\", \"long only\", \"make it 4h\", \"undo that\"), and explain what they \
            do. {}\n\n{CONNECT}",
        families.len(),
        families.join(", "),
        examples(ground)
    )
}

fn lost(ground: &Ground, begun: bool) -> String {
    if begun {
        return format!(
            "I did not understand that, so nothing was changed. I can change the parameters \
                (\"use a 40-day lookback\"), the risk (\"tighter stop\", \"position size 5 %\", \
                \"take profit 8 %\"), the sides (\"long only\"), the bars (\"make it 4h\"), the \
                symbols and the trend filter, and explain the entry, exit, size and risks. \
                {CONNECT}"
        );
    }
    format!("I did not understand that. {} {CONNECT}", examples(ground))
}
