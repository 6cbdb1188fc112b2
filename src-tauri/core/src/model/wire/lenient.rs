//! Fields of chunks, read leniently: what has another type than it should is nothing, never an
//! error, for services add, drop and rename. All of them borrow where they can.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Calls a visitor's method for whatever stands there, with a default for all that is not meant.
macro_rules! nothing {
    ($($method:ident($type:ty);)*) => {
        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
    };
    (unit) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

fn expecting(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("anything")
}

/// A string, or a number or truth value as it is written; else nothing.
#[derive(Debug, Default)]
pub(super) struct Text<'a>(pub(super) Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, if there is any.
    pub(super) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(f)
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(text.to_owned()))))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Some(Cow::Owned(number.to_string()))))
            }

            nothing! { visit_bool(bool); }
            nothing! { unit }
            nothing! { seq }
            nothing! { map }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// A count that isn't negative; else nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count(pub(super) Option<u32>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(f)
            }

            fn visit_u64<E>(self, number: u64) -> Result<Count, E> {
                Ok(Count(Some(u32::try_from(number).unwrap_or(u32::MAX))))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Count, E> {
                let whole = number.is_finite() && number >= 0.0;
                // A cast from a float stops at the largest value.
                Ok(Count(whole.then_some(number as u32)))
            }

            nothing! { visit_bool(bool); visit_i64(i64); visit_str(&str); }
            nothing! { unit }
            nothing! { seq }
            nothing! { map }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// `true`, or anything else.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Flag;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(f)
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            nothing! { visit_i64(i64); visit_u64(u64); visit_f64(f64); visit_str(&str); }
            nothing! { unit }
            nothing! { seq }
            nothing! { map }
        }
        deserializer.deserialize_any(Reader)
    }
}

/// Whether anything but null stands there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Present(pub(super) bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<IgnoredAny>::deserialize(deserializer).map(|there| Self(there.is_some()))
    }
}

/// An object; what is none is nothing.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(f)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| Object(Some(value)))
            }

            nothing! { visit_bool(bool); visit_i64(i64); visit_u64(u64); visit_f64(f64); visit_str(&str); }
            nothing! { unit }
            nothing! { seq }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// A list; what is none is empty.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(f)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(List)
            }

            nothing! { visit_bool(bool); visit_i64(i64); visit_u64(u64); visit_f64(f64); visit_str(&str); }
            nothing! { unit }
            nothing! { map }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct All<'a> {
        #[serde(borrow)]
        text: Text<'a>,
        count: Count,
        flag: Flag,
        there: Present,
        inner: Object<Inner>,
        list: List<Object<Inner>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Inner {
        count: Count,
    }

    #[test]
    fn what_is_meant_is_read() {
        let json = r#"{"text":"a","count":7,"flag":true,"there":{},"inner":{"count":1},"list":[{"count":2},null,3],"new":[1]}"#;
        let all: All<'_> = serde_json::from_str(json).unwrap();
        assert!(matches!(all.text.0, Some(Cow::Borrowed("a"))));
        assert_eq!((all.count.0, all.flag.0, all.there.0), (Some(7), true, true));
        assert_eq!(all.inner.0.unwrap().count.0, Some(1));
        let counts: Vec<_> =
            all.list.0.iter().map(|one| one.0.as_ref().and_then(|one| one.count.0)).collect();
        assert_eq!(counts, [Some(2), None, None]);
    }

    #[test]
    fn whatever_stands_in_its_place_is_nothing_and_no_error() {
        for value in ["null", "true", "-1", "1", "1.5", "1e99", "\"x\\n\"", "[1,[2]]", "{\"a\":{}}"]
        {
            let json = format!(
                r#"{{"text":{value},"count":{value},"flag":{value},"there":{value},"inner":{value},"list":{value}}}"#
            );
            serde_json::from_str::<All<'_>>(&json).expect(value);
        }
        let all: All<'_> =
            serde_json::from_str(r#"{"text":42,"count":1e99,"there":null}"#).unwrap();
        assert_eq!((all.text.get(), all.count.0, all.there.0), (Some("42"), Some(u32::MAX), false));
    }
}
