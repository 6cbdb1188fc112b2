//! What it is, what it can't do, and what hostile input may not do to it.

use futures_util::StreamExt;

use super::*;

#[test]
fn it_says_what_it_is_and_what_it_cannot_do() {
    has(&say(&["hi"]), &["rules, not a language model", "AAPL"]);
    has(&say(&["what can you do?"]), &["offline", "Settings → Models"]);
    has(&say(&["momentum with news sentiment"]), &["Left out", "sentiment", "```python"]);
    has(&say(&["write a poem about the sea"]), &["did not understand", "Settings → Models"]);
    has(&say(&["should I buy AAPL now?"]), &["don't advise"]);
    has(&say(&["momentum", "do a barrel roll"]), &["nothing was changed"]);
    has(
        &say(&["a pairs trading strategy for KO and PEP"]),
        &["Left out", "pairs", "Settings → Models"],
    );
    has(&say(&["momentum", "what if I use 2x leverage?"]), &["Left out", "leverage"]);
    has(&say(&["Build me something"]), &["Which kind"]);
    has(&say(&["创建一个动量策略"]), &["English only"]);
}

#[test]
fn code_of_another_model_is_not_claimed() {
    let turn = |speaker, text: &str| Turn { speaker, text: text.into(), opaque: None };
    let request = Request {
        system: String::new(),
        turns: vec![
            turn(Speaker::Person, "momentum for AAPL"),
            turn(Speaker::Model, "```python\nclass Other: pass\n```"),
            turn(Speaker::Person, "stop at 1%"),
        ],
        profile: profile(),
        context: None,
    };
    has(&answer(&request), &["was not written by me", "stop_loss_pct = 0.01"]);
}

#[test]
fn hostile_input_never_reaches_the_code() {
    let mut hostile = profile();
    hostile.symbols = vec!["\"; import os".into(), "A\"B".into(), "MSFT".into()];
    hostile.goals = "\"\"\"\nimport os".into();
    let given = context(
        "```\nimport os\n```",
        serde_json::json!({"symbols": ["\");import os#"], "x": "\"\"\""}),
    );
    let huge = "momentum ".repeat(25_000);
    for text in [
        "momentum for \"; import os",
        "momentum for AAPL\"\"\"",
        "momentum 🙂🙂 \u{202e}drowssap",
        "مومنتم momentum ٣٪",
        huge.as_str(),
        "momentum for $(rm) `import os` {period} {MA} \\",
        "add a \"import os\" filter to the momentum strategy",
    ] {
        let answer = talk(&hostile, Some(&given), &[text]).remove(0);
        let python = code(&answer);
        assert!(
            !python.contains("import os") && !python.contains('\\') && python.is_ascii(),
            "{answer}"
        );
        assert_eq!(python.matches("\"\"\"").count(), 4, "{python}");
        assert_eq!(answer.matches("```").count(), 2, "{answer}");
    }
    for text in ["", " ", "🙂", "...", "\u{0}", "\u{202e}", "%", "🙂🙂🙂 %%% ///"] {
        assert!(!say(&[text]).contains("```"), "{text:?}");
    }
}

#[test]
fn odd_limits_in_the_profile_still_give_a_strategy() {
    for value in [f64::NAN, f64::INFINITY, -1.0, 0.0, 1.0, 50.0] {
        let mut odd = profile();
        for name in ["max_position_size", "max_drawdown", "stop_loss_pct", "take_profit_pct"] {
            odd.risk_parameters.insert(name.into(), value);
        }
        let text = talk(&odd, None, &["momentum strategy"]).remove(0);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}

#[test]
fn the_same_conversation_gives_the_same_answer() {
    let said = ["EMA 10/40 for AAPL", "long/short", "risk 1%", "explain the size"];
    assert_eq!(talk(&profile(), None, &said), talk(&profile(), None, &said));
    has(&say(&said), &["divided by the stop of 2 % gives 50 %"]);
}

#[test]
fn the_stream_gives_the_whole_answer_in_pieces_and_finishes() {
    let turn = Turn { speaker: Speaker::Person, text: "momentum for AAPL".into(), opaque: None };
    let request =
        Request { system: String::new(), turns: vec![turn], profile: profile(), context: None };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let model = BuiltIn { pace: Duration::ZERO };
    let deltas: Vec<_> = runtime.block_on(model.stream(request.clone()).collect());
    let mut text = String::new();
    let (last, pieces) = deltas.split_last().expect("deltas");
    for delta in pieces {
        let Ok(Delta::Text(piece)) = delta else { panic!("{delta:?}") };
        assert!(piece.len() < 120, "{piece}");
        text.push_str(piece);
    }
    assert!(matches!(last, Ok(Delta::Finish)));
    assert_eq!(text, answer(&request));
    assert!(
        pieces.len() > 50 && text.len() < 8_000,
        "{} pieces, {} bytes",
        pieces.len(),
        text.len()
    );
}
