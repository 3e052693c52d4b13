//! The enum of currency codes, as a macro of the table.

/// Declares the enum `Code` from a table: codes in alphabetical order, each with the decimal places of its minor
/// unit.
macro_rules! iso_4217 {
    (@places -) => { None };
    (@places $places:literal) => { Some($places) };
    ($($code:ident $places:tt)*) => {
        /// A code of ISO 4217. Codes are ordered alphabetically.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(clippy::upper_case_acronyms, reason = "codes are capitals")]
        pub(super) enum Code {
            $($code,)*
        }

        impl Code {
            /// All codes, in alphabetical order.
            pub(super) const TABLE: &[Self] = &[$(Self::$code),*];

            /// Returns the three letters.
            pub(super) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }

            /// Decimal places of the minor unit; `None` for a code without a minor unit.
            pub(super) const fn minor_unit(self) -> Option<u32> {
                match self {
                    $(Self::$code => iso_4217!(@places $places),)*
                }
            }
        }
    };
}
pub(super) use iso_4217;
