//! The values of a survey answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::FieldError;

pub(crate) const RATING_ALLOWED: &str = "an integer from 1 to 5";

/// 1 to 5 stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl Rating {
    /// Every rating, from 1 star to 5.
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    /// Creates a rating of 1 to 5 stars.
    ///
    /// # Errors
    /// A [`FieldError`] that names `rating` for any other number.
    pub fn new(stars: u8) -> Result<Self, FieldError> {
        if (1..=5).contains(&stars) {
            Ok(Self(stars))
        } else {
            Err(FieldError::new("rating", stars, RATING_ALLOWED))
        }
    }

    /// Returns the number of stars.
    #[must_use]
    pub const fn stars(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Rating {
    type Error = FieldError;

    fn try_from(stars: u8) -> Result<Self, FieldError> {
        Self::new(stars)
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.0
    }
}

/// How the visitor left the form of a survey (`outcome`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SurveyOutcome {
    /// `submitted`: the visitor sent the form.
    Submitted,
    /// `closed`: the visitor closed the form without sending it. Values given until then count.
    Closed,
}

impl SurveyOutcome {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Closed => "closed",
        }
    }
}
