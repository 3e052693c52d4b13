//! Sums from which a part can be subtracted.

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
}

/// Implements `+` for types that have `+=`.
macro_rules! add_as_assigned {
    ($type:ident $(<$value:ident: $($bound:path),*>)?) => {
        impl $(<$value: $($bound +)*>)? std::ops::Add for $type $(<$value>)? {
            type Output = Self;

            fn add(mut self, other: Self) -> Self {
                self += other;
                self
            }
        }
    };
}

/// Implements addition for structs of counts, field by field. Counts saturate; no log is that long.
macro_rules! add_up_by_field {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl std::ops::AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                $(self.$field = self.$field.saturating_add(other.$field);)*
            }
        }

        $crate::sums::add_as_assigned!($name);

        impl $crate::sums::Additive for $name {
            fn without(&self, part: &Self) -> Option<Self> {
                Some(Self {
                    $($field: self.$field.checked_sub(part.$field)?,)*
                })
            }

            fn is_nothing(&self) -> bool {
                $(self.$field == 0)&&*
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
        }
    };
}

pub(crate) use {add_as_assigned, add_up_by_field, add_up_sums, counts};
