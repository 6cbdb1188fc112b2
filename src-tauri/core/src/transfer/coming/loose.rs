//! Fields of files, read leniently: what has another type than it should is nothing, never an
//! error. What is passed over is not kept, so that a file takes no more room than its words.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

use crate::clock::Timestamp;

/// The last millisecond that can be written as a date.
const LAST: f64 = 253_402_300_799_000.0;
/// Nodes and bytes of a value that is kept as it is.
const LARGEST_VALUE: usize = 64 * 1024;

/// A text, a number or a truth value; lists and objects are nothing.
#[derive(Debug, Default)]
pub(super) enum Loose {
    #[default]
    Nothing,
    Text(String),
    Number(f64),
    Flag(bool),
}

impl Loose {
    /// The text, if there is any.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// A name for something: a text, or a number as it is written.
    pub(super) fn id(self) -> Option<String> {
        match self {
            Self::Number(number) => Some(number.to_string()),
            other => other.text(),
        }
    }

    pub(super) fn flag(&self) -> bool {
        matches!(self, Self::Flag(true))
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) if number.is_finite() => Some(*number),
            _ => None,
        }
    }

    /// A count that isn't negative.
    pub(super) fn count(&self) -> Option<u32> {
        // A cast from a float stops at the largest value.
        self.number().filter(|number| *number >= 0.0).map(|number| number as u32)
    }

    /// A time: seconds since 1970, or RFC 3339.
    pub(super) fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => serde_json::from_value(text.as_str().into()).ok(),
            other => {
                let ms = (other.number()? * 1000.0).round();
                (0.0..=LAST).contains(&ms).then_some(Timestamp(ms as i64))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Loose;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Loose, E> {
                Ok(Loose::Flag(flag))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Loose, E> {
                Ok(Loose::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Loose, E> {
                Ok(Loose::Number(number as f64))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Loose, E> {
                Ok(Loose::Number(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Loose, E> {
                Ok(Loose::Text(text))
            }

            fn visit_unit<E>(self) -> Result<Loose, E> {
                Ok(Loose::Nothing)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Loose, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Loose::Nothing)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Loose, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Loose::Nothing)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Reads whatever stands there and makes one kind of it something; the rest is passed over.
macro_rules! only {
    ($($text:ident)?; $($seq:ident)?; $($map:ident)?) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("anything")
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        fn visit_unit<E>(self) -> Result<Self::Value, E> { Ok(Self::Value::default()) }
        $(fn visit_str<E>(self, $text: &str) -> Result<Self::Value, E> { Ok(Self::Value::default()) })?
        $(fn visit_seq<A: SeqAccess<'de>>(self, mut $seq: A) -> Result<Self::Value, A::Error> {
            while $seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        })?
        $(fn visit_map<A: MapAccess<'de>>(self, mut $map: A) -> Result<Self::Value, A::Error> {
            while $map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        })?
    };
}
pub(super) use only;

/// An object, or nothing.
#[derive(Debug)]
pub(super) struct Perhaps<T>(pub(super) Option<T>);

impl<T> Default for Perhaps<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Perhaps<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Perhaps<T>;

            only! { _text; seq; }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|found| Perhaps(Some(found)))
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// What a list or an object of many things may hold.
pub(super) const MOST: usize = 250_000;

/// A list of objects. Of more than [`MOST`] the rest is counted and not kept.
#[derive(Debug)]
pub(super) struct Many<T> {
    pub(super) kept: Vec<T>,
    pub(super) more: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), more: false }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Many<T>;

            only! { _text; ; map }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut many = Many::default();
                while many.kept.len() < MOST {
                    match seq.next_element::<Perhaps<T>>()? {
                        Some(found) => many.kept.extend(found.0),
                        None => return Ok(many),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    many.more = true;
                }
                Ok(many)
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// A small value as it is; a large one is nothing.
#[derive(Debug, Default)]
pub(super) struct Small(pub(super) Option<Value>);

impl<'de> Deserialize<'de> for Small {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut room = LARGEST_VALUE;
        let value = Within(&mut room).deserialize(deserializer)?;
        Ok(Self((room > 0 && !value.is_null()).then_some(value)))
    }
}

/// A value for which there is so much room. Once that is used up, nothing more is kept.
struct Within<'a>(&'a mut usize);

impl Within<'_> {
    fn take(self, bytes: usize, value: impl FnOnce() -> Value) -> Value {
        *self.0 = self.0.saturating_sub(bytes + 1);
        if *self.0 == 0 { Value::Null } else { value() }
    }
}

impl<'de> DeserializeSeed<'de> for Within<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Within<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(self.take(0, || flag.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(self.take(0, || number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(self.take(0, || number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(self.take(0, || number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(self.take(text.len(), || text.into()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(self.take(0, || Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while *self.0 > 0 {
            match seq.next_element_seed(Within(&mut *self.0))? {
                Some(value) => list.push(value),
                None => return Ok(self.take(0, || Value::Array(list))),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while *self.0 > 0 {
            let Some(key) = map.next_key::<String>()? else {
                return Ok(self.take(0, || Value::Object(object)));
            };
            *self.0 = self.0.saturating_sub(key.len());
            let value = map.next_value_seed(Within(&mut *self.0))?;
            object.insert(key, value);
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_that_no_calendar_has_are_nothing() {
        let time = |value: Value| serde_json::from_value::<Loose>(value).unwrap().time();
        assert_eq!(time(json!(1_700_000_000.5)), Some(Timestamp(1_700_000_000_500)));
        assert_eq!(time(json!("2027-01-15T08:00:00Z")), Some(Timestamp(1_800_000_000_000)));
        for odd in [json!(1e300), json!(-5), json!(null), json!("soon"), json!([1]), json!(true)] {
            assert_eq!(time(odd.clone()), None, "{odd}");
        }
    }

    #[test]
    fn a_value_is_kept_while_it_is_small() {
        let read = |text: &str| serde_json::from_str::<Small>(text).unwrap().0;
        assert_eq!(read(r#"{"a":[1,null,"b"]}"#), Some(json!({ "a": [1, null, "b"] })));
        assert_eq!(read(&format!("[{}1]", "[],".repeat(LARGEST_VALUE))), None);
        assert_eq!(read(&format!("{{\"a\":{:?}}}", "x".repeat(LARGEST_VALUE))), None);
        assert_eq!(read("null"), None);
    }
}
