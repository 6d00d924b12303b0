//! Values with a distinct canary in every field: a deserializer that invents the data a type asks for.
//!
//! It asks the type itself, through serde, so a field that is added to a document tomorrow gets its canary without a change here.

use std::cell::RefCell;

use serde::de::DeserializeOwned;
use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::IntoDeserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde::de::value::Error;
use serde::de::value::StringDeserializer;
use serde_json::Value;

/// The canaries that were planted, each with the field it sits in.
#[derive(Default)]
pub struct Nest(RefCell<Vec<(String, String)>>);

impl Nest {
    /// A JSON value of the type `T` in which every text and number is a canary, every list has one row, and nothing is absent.
    pub fn fill<T: DeserializeOwned + serde::Serialize>(&self, name: &str) -> Value {
        let filled = T::deserialize(Planter { nest: self, path: name.to_owned() }).unwrap();
        serde_json::to_value(filled).unwrap()
    }

    /// A new canary for a field. Lower-case letters and digits survive every escaping unchanged.
    pub fn plant(&self, path: &str) -> String {
        let mut planted = self.0.borrow_mut();
        let canary = format!("chimvang{:04}k", planted.len());
        planted.push((path.to_owned(), canary.clone()));
        canary
    }

    fn plant_number(&self, path: &str) -> i64 {
        let mut planted = self.0.borrow_mut();
        let canary = 731_000_000 + i64::try_from(planted.len()).unwrap();
        planted.push((path.to_owned(), canary.to_string()));
        canary
    }

    /// Field and canary, in order of planting.
    pub fn canaries(&self) -> Vec<(String, String)> {
        self.0.borrow().clone()
    }
}

struct Planter<'n> {
    nest: &'n Nest,
    path: String,
}

impl<'n> Planter<'n> {
    fn below(&self, name: &str) -> Planter<'n> {
        Planter { nest: self.nest, path: format!("{}.{name}", self.path) }
    }
}

impl<'de> Deserializer<'de> for Planter<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.nest.plant(&self.path))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(true)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(self.nest.plant_number(&self.path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Once(Some(self)))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let key = self.nest.plant(&format!("{}.key", self.path));
        visitor.visit_map(Fields { planter: self, names: vec![key].into_iter(), now: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
        visitor.visit_map(Fields { planter: self, names: names.into_iter(), now: None })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first: StringDeserializer<Error> = variants[0].to_owned().into_deserializer();
        visitor.visit_enum(first)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        tuple tuple_struct identifier ignored_any
    }
}

struct Once<'n>(Option<Planter<'n>>);

impl<'de> SeqAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.take().map(|planter| seed.deserialize(planter)).transpose()
    }
}

struct Fields<'n> {
    planter: Planter<'n>,
    names: std::vec::IntoIter<String>,
    now: Option<String>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.now = self.names.next();
        let key = self.now.clone().map(IntoDeserializer::<Error>::into_deserializer);
        key.map(|key: StringDeserializer<Error>| seed.deserialize(key)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let name = self.now.take().unwrap();
        seed.deserialize(self.planter.below(&name))
    }
}
