//! Sums from which a part can be subtracted.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// A sum from which a part can be subtracted.
pub(crate) trait Additive: Sized {
    /// Subtracts `part`; `None` if it is not a part of the sum.
    fn without(&self, part: &Self) -> Option<Self>;

    /// Returns whether the sum is zero.
    fn is_nothing(&self) -> bool;

    /// Returns the number of bytes allocated on the heap.
    fn heap_bytes(&self) -> usize {
        0
    }

    /// Writes what the sum consists of. Sums that are serialised differently have different shapes.
    fn shape(shape: &mut String);
}

/// A sum that there is if the query asks for it. Sums of equal queries both are, or neither is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IfAsked<T>(pub(crate) Option<T>);

impl<T: AddAssign> AddAssign for IfAsked<T> {
    fn add_assign(&mut self, other: Self) {
        if let (Some(mine), Some(theirs)) = (&mut self.0, other.0) {
            *mine += theirs;
        }
    }
}

impl<T: Additive> Additive for IfAsked<T> {
    fn without(&self, part: &Self) -> Option<Self> {
        match (&self.0, &part.0) {
            (Some(all), Some(part)) => all.without(part).map(|left| Self(Some(left))),
            _ => Some(Self(None)),
        }
    }

    fn is_nothing(&self) -> bool {
        self.0.as_ref().is_none_or(T::is_nothing)
    }

    fn heap_bytes(&self) -> usize {
        self.0.as_ref().map_or(0, T::heap_bytes)
    }

    fn shape(shape: &mut String) {
        T::shape(shape);
    }
}

/// Writes the shape of a field.
pub(crate) fn shape_of<S, T: Additive>(_: fn(&S) -> &T, shape: &mut String) {
    T::shape(shape);
}

/// Implements addition for structs of counts, field by field. Counts saturate; no log is that long.
macro_rules! add_up_by_field {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl std::ops::AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }
        }

        impl std::ops::Add for $name {
            type Output = Self;

            fn add(mut self, other: Self) -> Self {
                self += other;
                self
            }
        }

        impl $crate::sums::Additive for $name {
            fn without(&self, part: &Self) -> Option<Self> {
                Some(Self {
                    $($field: self.$field.checked_sub(part.$field)?,)*
                })
            }

            fn is_nothing(&self) -> bool {
                $(self.$field == 0)&&*
            }

            fn shape(shape: &mut String) {
                $(shape.push_str(concat!(stringify!($field), " "));)*
            }
        }
    };
}

/// Declares a struct of counts, which add up field by field.
macro_rules! counts {
    ($(#[$doc:meta])* $vis:vis struct $name:ident { $($field:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        $vis struct $name {
            $($field: u64,)*
        }

        $crate::sums::add_up_by_field!($name { $($field),* });
    };
}

/// Implements addition for structs of sums, field by field.
macro_rules! add_up_sums {
    ($name:ident $(<$($life:lifetime),* $(,)? $($figures:ident: $bound:path),*>)? { $($field:tt),* $(,)? }) => {
        impl $(<$($life,)* $($figures: $bound),*>)? std::ops::AddAssign for $name $(<$($life,)* $($figures),*>)? {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)*
            }
        }

        impl $(<$($life,)* $($figures: $bound),*>)? $crate::sums::Additive for $name $(<$($life,)* $($figures),*>)? {
            fn without(&self, part: &Self) -> Option<Self> {
                Some(Self {
                    $($field: $crate::sums::Additive::without(&self.$field, &part.$field)?,)*
                })
            }

            fn is_nothing(&self) -> bool {
                $($crate::sums::Additive::is_nothing(&self.$field))&&*
            }

            fn heap_bytes(&self) -> usize {
                0 $(+ $crate::sums::Additive::heap_bytes(&self.$field))*
            }

            fn shape(shape: &mut String) {
                $(
                    shape.push_str(concat!(stringify!($field), "{ "));
                    $crate::sums::shape_of(|sums: &Self| &sums.$field, shape);
                    shape.push_str("} ");
                )*
            }
        }
    };
}

pub(crate) use {add_up_by_field, add_up_sums, counts};
