//! What adds up part by part, and what can be taken out of a sum again.

/// A sum that a part can be taken out of.
pub(crate) trait Additive: Sized {
    /// What is left without `part`; `None` where that is no part of it.
    fn without(&self, part: &Self) -> Option<Self>;

    /// Whether nothing was added, or all was taken out.
    fn is_nothing(&self) -> bool;

    /// How many bytes of memory it takes beside its own.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// Adds structs of counts part by part. A count that would leave its range stays at its greatest value; no log is that
/// long.
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
        }
    };
}

/// Adds structs of sums sum by sum.
macro_rules! add_up_sums {
    ($name:ident $(<$life:lifetime $(, $figures:ident)*>)? { $($field:tt),* $(,)? }) => {
        impl $(<$life $(, $figures: $crate::metrics::sums::Figures)*>)? std::ops::AddAssign for $name $(<$life $(, $figures)*>)? {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)*
            }
        }

        impl $(<$life $(, $figures: $crate::metrics::sums::Figures)*>)? $crate::sums::Additive for $name $(<$life $(, $figures)*>)? {
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

pub(crate) use {add_up_by_field, add_up_sums};
