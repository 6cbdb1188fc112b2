//! Ticker symbols in what a person wrote.
//!
//! Nothing reaches generated code that is not a symbol: `A-Z 0-9 . ^ = / -`, 15 at most.

use super::words::readable;

/// How many symbols one strategy names.
pub(super) const MOST: usize = 10;

/// Upper-case words of the field that are not symbols.
const NOT: &[&str] = &[
    "A", "AI", "ADX", "ALL", "AM", "AND", "API", "APP", "ARE", "AT", "ATR", "BB", "BUY", "CAGR",
    "CAN", "CCI", "CODE", "CSV", "DCA", "DD", "DMA", "DO", "EMA", "ETF", "ETFS", "EUR", "FOR",
    "FX", "GBP", "GO", "HELLO", "HELP", "HI", "HMA", "I", "IF", "IN", "IS", "IT", "KPI", "LLM",
    "LONG", "LSTM", "MA", "MACD", "MAKE", "ME", "ML", "MOM", "MY", "NEW", "NO", "NOT", "NOW",
    "OBV", "OF", "OHLC", "OK", "ON", "ONLY", "OR", "PDF", "PL", "PLEASE", "PM", "PNL", "PNG",
    "RAM", "RISK", "ROC", "RSI", "SELL", "SHORT", "SIZE", "SL", "SMA", "STOCH", "STOP", "THE",
    "TO", "TP", "TREND", "UI", "UK", "UP", "US", "USA", "USD", "USE", "VAR", "VWAP", "WITH", "WMA",
    "YES", "YOU", "DMI", "DI", "SAR", "PSAR", "NR", "IB", "TK", "TSL", "TSMOM", "BPS", "WPR",
    "MAX", "HODL", "RR", "EOM", "ADR", "AF", "CREATE", "STRATEGY", "MOMENTUM", "DAILY", "EXPLAIN",
    "RTL", "UTC",
];

/// Names that people use instead of a symbol.
const NAMES: &[(&str, &str)] = &[
    ("apple", "AAPL"),
    ("microsoft", "MSFT"),
    ("tesla", "TSLA"),
    ("nvidia", "NVDA"),
    ("amazon", "AMZN"),
    ("google", "GOOG"),
    ("bitcoin", "BTC-USD"),
    ("ethereum", "ETH-USD"),
    ("btc", "BTC-USD"),
    ("eth", "ETH-USD"),
    ("aapl", "AAPL"),
    ("msft", "MSFT"),
    ("goog", "GOOG"),
    ("googl", "GOOGL"),
    ("amzn", "AMZN"),
    ("tsla", "TSLA"),
    ("nvda", "NVDA"),
    ("spy", "SPY"),
    ("qqq", "QQQ"),
    ("ibm", "IBM"),
    ("netflix", "NFLX"),
    ("nflx", "NFLX"),
    ("amd", "AMD"),
    ("iwm", "IWM"),
    ("dia", "DIA"),
    ("gld", "GLD"),
    ("tlt", "TLT"),
    ("pltr", "PLTR"),
    ("solana", "SOL-USD"),
    ("sol", "SOL-USD"),
    ("dogecoin", "DOGE-USD"),
    ("doge", "DOGE-USD"),
    ("xrp", "XRP-USD"),
    ("dax", "^GDAXI"),
    ("btc-usd", "BTC-USD"),
    ("eth-usd", "ETH-USD"),
];

/// Well-known symbols that are no words, which people write in small letters.
const SMALL: &[&str] = &[
    "abbv", "arkk", "avgo", "bac", "csco", "cvx", "eem", "efa", "googl", "gme", "ibm", "intc",
    "jpm", "mrk", "nke", "orcl", "pep", "pfe", "pypl", "qcom", "slv", "smh", "soxl", "sqqq",
    "tqqq", "upro", "uso", "voo", "vti", "wmt", "xle", "xlf", "xlk", "xom",
];

/// Currencies and metals that make up pairs.
const CURRENCIES: &[&str] =
    &["usd", "eur", "gbp", "jpy", "chf", "aud", "nzd", "cad", "xau", "xag", "sek", "nok", "mxn"];

/// `EURUSD`, `eur/usd`.
fn is_pair(lower: &str) -> bool {
    let letters: String = lower.chars().filter(|c| *c != '/').collect();
    letters.is_ascii()
        && letters.len() == 6
        && CURRENCIES.contains(&&letters[..3])
        && CURRENCIES.contains(&&letters[3..])
        && letters[..3] != letters[3..]
}

/// True for what may stand in generated code as a symbol.
pub(super) fn valid(symbol: &str) -> bool {
    (1..=15).contains(&symbol.len())
        && symbol
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b".^=/-".contains(&b))
        && symbol.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// True for coins, which trade on weekends and in small parts.
pub(super) fn is_coin(symbol: &str) -> bool {
    ["-USD", "-USDT", "-EUR", "-BTC", "USDT", "/USD", "/USDT"]
        .iter()
        .any(|end| symbol.ends_with(end))
        || ["BTC", "ETH", "SOL"].contains(&symbol)
}

/// The symbols that a text names, in its order. `known` are the person's own, which are
/// recognised in any case.
pub(super) fn named(text: &str, known: &[String]) -> Vec<String> {
    let text = readable(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let shouting = {
        let upper = text.chars().filter(|c| c.is_uppercase()).count();
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        words.len() > 3 && upper * 10 > letters * 7
    };
    let mut found: Vec<String> = Vec::new();
    let mut after = false;
    for word in words {
        let tagged = word.starts_with('$');
        let inner = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '^');
        // Slashes join numbers and directions as well as pairs of currencies.
        let parts: Vec<&str> = if valid(inner) && !inner.contains(',') {
            vec![inner]
        } else {
            inner.split([',', '/', '&', '+']).collect()
        };
        for part in parts {
            if let Some(symbol) = one(part, known, tagged, after, shouting)
                && !found.contains(&symbol)
                && found.len() < MOST
            {
                found.push(symbol);
            }
        }
        let lower = inner.to_ascii_lowercase();
        after = matches!(
            lower.as_str(),
            "for" | "on" | "trade" | "trading" | "symbol" | "symbols" | "ticker"
        ) || (after && (word.ends_with(',') || lower == "and"));
    }
    found
}

fn one(part: &str, known: &[String], tagged: bool, after: bool, shouting: bool) -> Option<String> {
    let upper = part.to_ascii_uppercase();
    if !valid(&upper) {
        return None;
    }
    if known.contains(&upper) && (part == upper || part.len() > 2) {
        return Some(upper);
    }
    let lower = part.to_ascii_lowercase();
    if let Some((_, symbol)) = NAMES.iter().find(|(name, _)| *name == lower) {
        return Some((*symbol).to_owned());
    }
    let letters = upper.bytes().filter(u8::is_ascii_uppercase).count();
    let coins = lower.ends_with("-usd")
        || lower.ends_with("=f")
        || lower.ends_with("=x")
        || (lower.ends_with("usdt") && lower.len() > 5);
    let pair = coins || is_pair(&lower);
    if SMALL.contains(&lower.as_str()) && (after || part == upper) {
        return Some(upper);
    }
    if tagged && letters > 0 || pair {
        return Some(upper);
    }
    let plausible = part == upper && letters > 0 && !NOT.contains(&part) && !is_timeframe(part);
    let length = letters >= 2 || after;
    let mixed = upper.bytes().any(|b| b.is_ascii_digit()) && !upper.contains(['.', '-', '=', '^']);
    (plausible && length && (after || !shouting) && (!mixed || after)).then_some(upper)
}

/// `4H`, `EMA20`: letters and digits of the field, not of an exchange.
fn is_timeframe(part: &str) -> bool {
    let head = part.trim_start_matches(|c: char| c.is_ascii_digit());
    let tail = part.trim_end_matches(|c: char| c.is_ascii_digit());
    (head != part && ["H", "M", "D", "W", "MO", "X"].contains(&head))
        || (tail != part && (NOT.contains(&tail) || ["H", "M", "D", "W"].contains(&tail)))
        || part.split(['/', '-']).all(|half| NOT.contains(&half))
        || part.bytes().filter(u8::is_ascii_digit).count() * 2 > part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_found_and_words_of_the_field_are_not() {
        for (text, want) in [
            ("Create a momentum strategy for AAPL", vec!["AAPL"]),
            ("RSI on BTC-USD and MSFT, 4H", vec!["BTC-USD", "MSFT"]),
            ("EMA/SMA cross, ATR stop, LONG/SHORT", vec![]),
            ("try it on ^GSPC or BRK.B or ES=F", vec!["^GSPC", "BRK.B", "ES=F"]),
            ("$tsla please", vec!["TSLA"]),
            ("bitcoin and apple", vec!["BTC-USD", "AAPL"]),
            ("on F", vec!["F"]),
            ("MAKE IT LOUD AND PROUD FOR AAPL", vec!["AAPL"]),
            ("eurusd and EUR/USD, btcusdt", vec!["EURUSD", "EUR/USD", "BTCUSDT"]),
        ] {
            assert_eq!(named(text, &[]), want, "{text}");
        }
        assert_eq!(named("something on ko", &["KO".into(), "PEP".into()]), Vec::<String>::new());
        assert_eq!(named("something on pep", &["KO".into(), "PEP".into()]), ["PEP"]);
    }

    #[test]
    fn what_is_not_a_symbol_is_refused() {
        for bad in [
            "",
            "\"; import os",
            "AAPL\n",
            "aapl",
            "ABCDEFGHIJKLMNOP",
            "A'B",
            "../..",
            "Ä",
            "\u{202e}AAPL",
        ] {
            assert!(!valid(bad) || bad == "../..", "{bad}");
        }
        assert!(!valid("../.."));
    }
}
