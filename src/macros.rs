//! Macros without imports, so that every module can use them.

/// Implements serde for types that are written and read as text.
macro_rules! serde_as_text {
    ($type:ident) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::macros::from_text(deserializer)
            }
        }
    };
}

/// Deserialises a value from its text.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
    D: serde::Deserializer<'de>,
{
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// Implements `Display`, `Debug` and serde for a type that is written and read as text.
macro_rules! text_form {
    ($type:ident($value:ident) => $text:expr) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let $value = self;
                write!(f, "{}", $text)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        $crate::macros::serde_as_text!($type);
    };
}

/// Implements `Serialize` for a figure: its fields, and what follows from them. Input may leave the latter out, as
/// deserialising ignores it.
macro_rules! serialize_figure {
    ($type:ident($figure:ident) { $($name:ident: $value:expr,)* }) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;

                let $figure = self;
                let names = [$(stringify!($name)),*];
                let mut fields = serializer.serialize_struct(stringify!($type), names.len())?;
                $(fields.serialize_field(stringify!($name), &$value)?;)*
                fields.end()
            }
        }
    };
}

/// Implements `JsonSchema` for types whose `Serialize` is written by hand.
#[cfg(feature = "schema")]
macro_rules! json_schema {
    ($($type:ident => $schema:expr),* $(,)?) => {$(
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($type))
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(concat!(module_path!(), "::", stringify!($type)))
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema = $schema;
                schema(generator)
            }
        }
    )*};
}
#[cfg(feature = "schema")]
pub(crate) use json_schema;
pub(crate) use {serde_as_text, serialize_figure, text_form};
