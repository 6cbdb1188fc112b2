//! Recovery codes: 128 random bits that open a vault when the password is lost.
//!
//! Written in Crockford's base 32, seven groups of four: 26 symbols of code and two of
//! checksum. The checksum is Σ (i+1)·vᵢ mod 1021; as every weight times every difference of
//! two symbols stays below that prime, one wrong symbol or two swapped ones always show.

use zeroize::Zeroizing;

use crate::clock::Sources;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 26;
const PRIME: usize = 1021;

/// A recovery code in memory.
pub(crate) struct RecoveryCode(Box<Zeroizing<[u8; 16]>>);

/// The checksum is wrong, or it isn't a recovery code at all.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistyped;

impl RecoveryCode {
    pub(crate) fn generate(sources: &Sources) -> Self {
        let mut code = Self(Box::new(Zeroizing::new([0; 16])));
        sources.fill(code.0.as_mut_slice());
        code
    }

    pub(super) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The code as it is shown: `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut symbols = Zeroizing::new([0_usize; SYMBOLS]);
        let mut bits = Zeroizing::new(u128::from_be_bytes(**self.0));
        for symbol in symbols.iter_mut().rev() {
            *symbol = (*bits & 31) as usize;
            *bits >>= 5;
        }
        let check = checksum(symbols.as_slice());
        let mut text = Zeroizing::new(String::with_capacity(34));
        for (i, symbol) in symbols.iter().copied().chain([check >> 5, check & 31]).enumerate() {
            if i > 0 && i % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[symbol]));
        }
        text
    }

    /// Reads a code as a person types it: case, spaces and dashes don't matter, O is 0, I and L
    /// are 1.
    pub(crate) fn parse(text: &str) -> Result<Self, Mistyped> {
        let mut symbols = Zeroizing::new([0_usize; SYMBOLS + 2]);
        let mut count = 0;
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|a| char::from(*a) == c).ok_or(Mistyped)?;
            *symbols.get_mut(count).ok_or(Mistyped)? = value;
            count += 1;
        }
        let (code, check) = symbols.split_at(SYMBOLS);
        if count != SYMBOLS + 2 || checksum(code) != check[0] << 5 | check[1] || code[0] > 7 {
            return Err(Mistyped);
        }
        let mut read = Self(Box::new(Zeroizing::new([0; 16])));
        let bits =
            Zeroizing::new(code.iter().fold(0_u128, |bits, symbol| bits << 5 | *symbol as u128));
        read.0.copy_from_slice(&bits.to_be_bytes());
        Ok(read)
    }
}

fn checksum(symbols: &[usize]) -> usize {
    symbols.iter().enumerate().map(|(i, v)| (i + 1) * v).sum::<usize>() % PRIME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_written_down_and_typed_in_lower_case_without_dashes() {
        let code = RecoveryCode::generate(&Sources::system());
        let typed = code.to_text().replace('-', " ").to_lowercase();
        assert_eq!(RecoveryCode::parse(&typed).unwrap().bytes(), code.bytes());
    }

    #[test]
    fn every_single_wrong_symbol_and_every_swap_of_neighbours_is_told() {
        let text = RecoveryCode::generate(&Sources::system()).to_text().replace('-', "");
        for at in 0..text.len() {
            for other in ALPHABET {
                let mut typed = text.clone().into_bytes();
                if typed[at] == *other {
                    continue;
                }
                typed[at] = *other;
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(RecoveryCode::parse(&typed).err(), Some(Mistyped), "{typed}");
            }
            let mut swapped = text.clone().into_bytes();
            if at + 1 < SYMBOLS && swapped[at] != swapped[at + 1] {
                swapped.swap(at, at + 1);
                let swapped = String::from_utf8(swapped).unwrap();
                assert_eq!(RecoveryCode::parse(&swapped).err(), Some(Mistyped));
            }
        }
    }

    #[test]
    fn what_is_no_code_is_mistyped() {
        for text in ["", "hello", "0000", "💥💥💥💥", &"0".repeat(400)] {
            assert_eq!(RecoveryCode::parse(text).err(), Some(Mistyped));
        }
    }
}
