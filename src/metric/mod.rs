//! What a metric is: its unit, kind and scopes, and the values of its figures.

mod formula;
pub(crate) mod parts;
mod scope;
mod step;
mod value;
mod week_hour;

use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::error::choices;
use crate::families::families;

pub use formula::Formula;
pub use scope::{Scope, ScopeError, ScopeKind};
pub use step::FunnelStep;
pub use value::Value;
pub(crate) use value::{FigureType, Records};
pub use week_hour::WeekHour;

/// A metric of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The stable id, as in `engage.calls.held`.
    pub id: &'static str,
    /// The display name, as in `Website calls held`.
    pub name: &'static str,
    /// The family: what precedes the last part of the id.
    pub family: Family,
    /// The definition in words: what is counted, added or divided. If there is a [formula](Self::formula), it gives the
    /// reason for it.
    pub definition: &'static str,
    /// The formula that computes the metric from other figures of the same scope, in the scopes that have all of them.
    pub formula: Option<Formula>,
    /// The unit.
    pub unit: Unit,
    /// The kind of figure.
    pub kind: Kind,
    /// What the [records](crate::View::drill_down) behind a figure are: for a count its [unit](Self::unit), otherwise
    /// what is compared, such as visitors for a conversion rate.
    pub records: Unit,
    /// The event whose instant determines the period, the day and the hour in which the metric counts.
    pub counted_at: CountedAt,
    /// The scopes for which the metric exists, with the glossary's term.
    pub(crate) scopes: &'static [(ScopeKind, Option<&'static str>)],
    /// The dimensions over which the metric [adds up](crate::catalogue#adding-up).
    pub additive_over: &'static [Dimension],
    /// The value for no data, as written in the report's JSON: `0`, `null`, `{}` or `[]`. A ratio, a mean and a lift are
    /// objects whose `value` it is.
    pub empty: &'static str,
}

impl Metric {
    /// Returns the glossary that defines the metric; `None` if no glossary does.
    #[must_use]
    pub fn glossary(&self) -> Option<Glossary> {
        let is_defined = self.scopes.iter().any(|(_, term)| term.is_some());
        self.family.glossary().filter(|_| is_defined)
    }

    /// Returns the glossary's name for the metric in this scope; `None` if it has none.
    #[must_use]
    pub fn term(&self, scope: ScopeKind) -> Option<&'static str> {
        let mut scopes = self.scopes.iter();
        scopes.find(|(kind, _)| *kind == scope)?.1
    }

    /// Returns the scopes for which the metric exists. In other scopes it has no value, which is not the same as 0.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeKind> + use<> {
        self.scopes.iter().map(|(kind, _)| *kind)
    }

    /// Returns whether the metric exists for this scope.
    #[must_use]
    pub const fn has(&self, scope: ScopeKind) -> bool {
        let mut at = 0;
        while at < self.scopes.len() {
            if self.scopes[at].0 as usize == scope as usize {
                return true;
            }
            at += 1;
        }
        false
    }

    /// Returns the place of the figure in a report's JSON, as a JSON path ([RFC
    /// 9535](https://www.rfc-editor.org/rfc/rfc9535)); `None` if the metric does not exist for the scope.
    #[must_use]
    pub fn json_path(&self, scope: &Scope) -> Option<String> {
        self.has(scope.kind())
            .then(|| scope.json_path(self.family, self.field()))
    }

    /// Returns the last part of the id.
    fn field(&self) -> &'static str {
        self.id.rsplit_once('.').map_or(self.id, |(_, field)| field)
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct ScopeJson<'a> {
            scope: ScopeKind,
            term: Option<&'a str>,
            path: String,
        }
        let scopes = self.scopes.iter().map(|(scope, term)| ScopeJson {
            scope: *scope,
            term: *term,
            path: scope.json_path(self.family, self.field()),
        });
        let mut json = serializer.serialize_struct("Metric", 13)?;
        json.serialize_field("id", self.id)?;
        json.serialize_field("name", self.name)?;
        json.serialize_field("family", &self.family)?;
        json.serialize_field("glossary", &self.glossary())?;
        json.serialize_field("definition", self.definition)?;
        json.serialize_field("formula", &self.formula.map(|it| it.to_string()))?;
        json.serialize_field("unit", &self.unit)?;
        json.serialize_field("kind", &self.kind)?;
        json.serialize_field("records", &self.records)?;
        json.serialize_field("counted_at", &self.counted_at)?;
        json.serialize_field("scopes", &scopes.collect::<Vec<_>>())?;
        json.serialize_field("additive_over", self.additive_over)?;
        json.serialize_field("empty", self.empty)?;
        json.end()
    }
}

/// Returns 1 if every report has the family, otherwise 0.
macro_rules! is_always {
    (Always) => {
        1
    };
    (IfAsked) => {
        0
    };
}

macro_rules! family_names {
    ($($(#[$doc:meta])* $if:ident $family:ident $field:ident $name:literal $title:literal $glossary:expr, $list:ty => $metrics:ty, $($path:ident).+;)*) => {
        choices! {
            "family",
            /// A family of metrics. Its name is what precedes the last part of the ids of its metrics, and the place of its
            /// figures in a report's JSON.
            pub enum Family {
                $($(#[$doc])* $family => $name,)*
            }
        }

        impl Family {
            /// Returns the title, as in `Website calls`.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$family => $title,)* }
            }

            /// Returns the glossary that defines the family; `None` if no glossary does.
            #[must_use]
            pub const fn glossary(self) -> Option<Glossary> {
                match self { $(Self::$family => $glossary,)* }
            }

            /// The families that a report has only if its [query](crate::Query::with_families) asks for them.
            pub const OPTIONAL: &'static [Self] = {
                const ALWAYS: usize = 0 $(+ is_always!($if))*;
                Self::ALL.split_at(ALWAYS).1
            };
        }
    };
}
families!(family_names);

choices! {
    "glossary",
    /// One of the two published glossaries.
    pub enum Glossary {
        /// One-to-One Virtual Shopping Analytics Glossary.
        OneToOne => "one_to_one",
        /// Engage performance metric definitions.
        Engage => "engage",
    }
}

choices! {
    "unit",
    /// The unit of a metric.
    pub enum Unit {
        /// Two-way conversations.
        Conversations => "conversations",
        /// Text and video requests.
        Requests => "requests",
        /// Clicks.
        Clicks => "clicks",
        /// Distinct visitors.
        Visitors => "visitors",
        /// Orders.
        Orders => "orders",
        /// Money, per currency, in the currency's major unit.
        Money => "money",
        /// Stars of a rating, 1 to 5.
        Stars => "stars",
        /// Survey answers.
        Answers => "answers",
        /// Website calls.
        Calls => "calls",
        /// Visitor sessions.
        Sessions => "sessions",
        /// Events of the log.
        Events => "events",
        /// Minutes of 60 seconds.
        Minutes => "minutes",
        /// Seconds.
        Seconds => "seconds",
        /// The first of a visitor's messages that await a reply.
        Turns => "turns",
        /// A dimensionless number; 1 is 100 %.
        Share => "ratio",
    }
}

choices! {
    "kind",
    /// The kind of figure of a metric.
    pub enum Kind {
        /// A count.
        Count => "count",
        /// A [`Ratio`](crate::Ratio): a numerator over a denominator.
        Ratio => "ratio",
        /// A [`Mean`](crate::Mean), [`MeanMinutes`](crate::ratio::MeanMinutes),
        /// [`MeanSeconds`](crate::ratio::MeanSeconds) or
        /// [`AverageByCurrency`](crate::money::AverageByCurrency): a sum over a count.
        Mean => "mean",
        /// [`MoneyByCurrency`](crate::money::MoneyByCurrency).
        Money => "money",
        /// A list of records; its figure is the number of records.
        Records => "records",
        /// A quantile of durations: the least that a given share of all does not exceed.
        Quantile => "quantile",
        /// A [`Lift`](crate::ratio::Lift) or [`LiftByCurrency`](crate::ratio::LiftByCurrency): a quotient of two
        /// ratios or means, less 1.
        Lift => "lift",
    }
}

choices! {
    "counted_at",
    /// The event whose instant determines the period, the day and the hour in which something counts.
    pub enum CountedAt {
        /// The conversation's opening.
        Opening => "opening",
        /// The text or video request.
        Request => "request",
        /// The impression or click itself; for [`conversation_lift`](crate::metrics::conversation_lift), any event of the
        /// visitor.
        Event => "event",
        /// The `order_placed`.
        Order => "order",
        /// The last event of the survey.
        Answer => "answer",
        /// The `call_requested`.
        CallRequest => "call_request",
        /// The first chat act of the session.
        FirstChatAct => "first_chat_act",
        /// The message that awaits a reply.
        Message => "message",
        /// None: it counts regardless of the period.
        Always => "always",
    }
}

choices! {
    "dimension",
    /// A dimension over which a metric can add up.
    pub enum Dimension {
        /// Local days, and any other stretches of time without overlap.
        Days => "days",
        /// Agents.
        Agents => "agents",
        /// Pages.
        Pages => "pages",
        /// Visitors: logs of disjoint sets of visitors.
        Visitors => "visitors",
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
