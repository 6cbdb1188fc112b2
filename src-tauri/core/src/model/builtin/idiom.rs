//! Other ways to say a thing, put into the words that the rules read: spelled-out numbers,
//! short forms, frequent slips, and the field's words in German, French and Spanish.

use super::words::{Token, split};

/// What is said, and how the rules say it. The first that fits a place is taken.
const IDIOMS: &[(&str, &str)] = &[
    // Short forms of the field.
    ("tsl", "trailing stop"),
    ("atr period", "atr"),
    ("atr length", "atr"),
    ("all in", "position size 100 percent"),
    ("half my account", "position size 50 percent"),
    ("half my capital", "position size 50 percent"),
    ("half my equity", "position size 50 percent"),
    ("half of my account", "position size 50 percent"),
    ("half of my capital", "position size 50 percent"),
    ("stop and reverse", "long and short"),
    ("mean rev", "mean reversion"),
    ("hodl", "buy and hold"),
    ("hodling", "buy and hold"),
    ("once a year", "yearly"),
    ("every year", "yearly"),
    ("once a quarter", "quarterly"),
    ("every quarter", "quarterly"),
    ("once a month", "monthly"),
    ("every month", "monthly"),
    ("once a week", "weekly"),
    ("every week", "weekly"),
    ("r : r", "reward to risk"),
    ("rr", "reward to risk"),
    ("r / r", "reward to risk"),
    ("risk reward", "reward to risk"),
    ("risk to reward", "reward to risk"),
    ("emas", "ema"),
    ("smas", "sma"),
    ("wmas", "wma"),
    ("system two", "system 2"),
    ("system one", "system 1"),
    // Slips that one letter does not explain.
    ("brekout", "breakout"),
    ("brakeout", "breakout"),
    ("donchain", "donchian"),
    ("bolliger", "bollinger"),
    ("supertrnd", "supertrend"),
    ("stochastich", "stochastic"),
    ("strat", "strategy"),
    ("strats", "strategy"),
    // Numbers in letters.
    ("one percent", "1 percent"),
    ("two percent", "2 percent"),
    ("three percent", "3 percent"),
    ("five percent", "5 percent"),
    ("ten percent", "10 percent"),
    ("half a percent", "0.5 percent"),
    ("one minute", "1 minute"),
    ("five minute", "5 minute"),
    ("fifteen minute", "15 minute"),
    ("thirty minute", "30 minute"),
    ("one hour", "1 hour"),
    ("four hour", "4 hour"),
    ("four hours", "4 hour"),
    // German.
    ("gleitende durchschnitte", "moving averages"),
    ("gleitender durchschnitt", "moving average"),
    ("gleitenden durchschnitt", "moving average"),
    ("gleitenden durchschnitten", "moving averages"),
    ("nur long", "long only"),
    ("nur short", "short only"),
    ("nur longs", "long only"),
    ("long und short", "long and short"),
    ("periode", "period"),
    ("stochastik", "stochastic"),
    ("überverkauft", "oversold"),
    ("überkauft", "overbought"),
    ("unter", "below"),
    ("über", "above"),
    ("ausbruch", "breakout"),
    ("tage hoch", "day high"),
    ("tage", "days"),
    ("tagen", "days"),
    ("wochen", "weeks"),
    ("täglich", "daily"),
    ("tagesbasis", "daily"),
    ("wöchentlich", "weekly"),
    ("wochenbasis", "weekly"),
    ("stündlich", "hourly"),
    ("volatilitätsziel", "volatility target"),
    ("kaufen und halten", "buy and hold"),
    ("standardabweichungen", "standard deviations"),
    ("bänder", "bands"),
    ("strategie", "strategy"),
    ("erstelle", "create"),
    ("schreibe", "write"),
    ("gewinnmitnahme", "take profit"),
    ("risiko", "risk"),
    // French.
    ("croisement de moyennes mobiles", "crossover of moving averages"),
    ("moyennes mobiles", "moving averages"),
    ("moyenne mobile", "moving average"),
    ("acheter et conserver", "buy and hold"),
    ("achat uniquement", "long only"),
    ("période", "period"),
    ("survente", "oversold"),
    ("surachat", "overbought"),
    ("sous", "below"),
    ("cassure", "breakout"),
    ("plus haut de", "high of"),
    ("plus bas de", "low of"),
    ("jours", "days"),
    ("journalier", "daily"),
    ("quotidien", "daily"),
    ("hebdomadaire", "weekly"),
    ("bandes de bollinger", "bollinger bands"),
    ("écarts types", "deviations"),
    ("écart type", "deviation"),
    ("stratégie", "strategy"),
    ("une stratégie", "a strategy"),
    // Spanish.
    ("cruce de medias móviles", "crossover of moving averages"),
    ("medias móviles", "moving averages"),
    ("media móvil", "moving average"),
    ("solo largos", "long only"),
    ("sólo largos", "long only"),
    ("solo cortos", "short only"),
    ("periodo", "period"),
    ("período", "period"),
    ("sobreventa", "oversold"),
    ("sobrecompra", "overbought"),
    ("estocástico", "stochastic"),
    ("ruptura", "breakout"),
    ("máximos", "highs"),
    ("mínimos", "lows"),
    ("días", "days"),
    ("diario", "daily"),
    ("semanal", "weekly"),
    ("bandas de bollinger", "bollinger bands"),
    ("comprar y mantener", "buy and hold"),
    ("estrategia", "strategy"),
];

/// The tokens in the words of the rules.
pub(super) fn rewrite(tokens: Vec<Token>) -> Vec<Token> {
    let mut found = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        // "12-1 momentum" is twelve months without the last one.
        if [12.0, 1.0] == [number(&tokens, at), number(&tokens, at + 1)]
            && tokens.get(at + 2).is_some_and(|token| token.word() == "momentum")
        {
            found.push(Token::Word("tsmom".to_owned()));
            at += 3;
            continue;
        }
        let idiom = IDIOMS.iter().filter_map(|(said, meant)| {
            let mut words = said.split(' ').enumerate();
            let fits =
                words.all(|(k, word)| tokens.get(at + k).is_some_and(|token| token.word() == word));
            fits.then(|| (said.split(' ').count(), *meant))
        });
        // The longest one, so that a part never hides the whole.
        match idiom.max_by_key(|(length, _)| *length) {
            Some((length, meant)) => {
                found.extend(split(meant));
                at += length;
            }
            None => {
                found.push(tokens[at].clone());
                at += 1;
            }
        }
    }
    found
}

fn number(tokens: &[Token], at: usize) -> f64 {
    match tokens.get(at) {
        Some(Token::Number { value, percent: false, .. }) => *value,
        _ => 0.0,
    }
}
