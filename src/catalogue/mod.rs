//! Every metric as data: what it is called, what it means, where it stands in a report.
//!
//! [`METRICS`] lists all figures of a [`Report`](crate::Report), by **id**: the family's name in the report and the
//! figure's, as in `engage.calls.held`. An id never changes its meaning. Each [`Metric`] says in words and, where it is
//! made of other figures, as a [`Formula`] what it is; in which unit, of which kind; for which [scopes](ScopeKind) it
//! exists, and where each of them stands in the report; over what it adds up, and what it is over nothing.
//!
//! [`Report::figures`](crate::Report::figures) lists a report's figures under these ids, one by one.
//!
//! ```
//! use convometrics::catalogue::{self, Kind, Scope, ScopeKind};
//!
//! let held = catalogue::metric("engage.calls.held").unwrap();
//! assert_eq!(held.term(ScopeKind::Total), Some("Website Calls Held"));
//! assert_eq!(held.kind(), Kind::Count);
//! assert_eq!(held.formula().unwrap().to_string(), "engage.calls.attempted + engage.calls.answered");
//! assert!(held.has(ScopeKind::Agent));
//! // Nobody knows whose miss it was.
//! let missed = catalogue::metric("engage.calls.missed").unwrap();
//! assert!(!missed.has(ScopeKind::Agent));
//! // Where it stands, as a JSON path (RFC 9535).
//! let scope = Scope::Agent("ada".parse()?);
//! assert_eq!(held.json_path(&scope).as_deref(), Some("$.engage.calls.agents[?@.agent == 'ada'].held"));
//! # Ok::<(), convometrics::FieldError>(())
//! ```
//!
//! # Adding up
//!
//! A metric is **additive** over days, agents, pages or visitors when the figures of parts that have nothing in common
//! add up to the figure of the parts together: counts by themselves, money by currency, ratios and means by their parts.
//! A record without a page (or without an agent) is in none of the parts, so the parts can add up to less than the
//! total.
//! Lists that are cut at the option `top` add up when they are not cut.

mod entries;
mod error;
mod formula;
mod scope;
mod value;

use std::fmt;

use serde::Serialize;

pub use entries::METRICS;
pub use error::MetricError;
pub use formula::Formula;
pub use scope::{Scope, ScopeError, ScopeKind};
pub use value::Value;

/// The metric of an id; `None` where there is none.
#[must_use]
pub fn metric(id: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.id == id)
}

/// The metric of an id, which must exist for scopes of this kind.
pub(crate) fn metric_in_scope(id: &str, scope: &Scope) -> Result<&'static Metric, MetricError> {
    let found = metric(id).ok_or_else(|| MetricError::unknown(id))?;
    if found.has(scope.kind()) {
        return Ok(found);
    }
    Err(MetricError::NotInScope {
        metric: found,
        found: scope.kind(),
    })
}

/// What is known of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    id: &'static str,
    name: &'static str,
    family: Family,
    definition: &'static str,
    formula: Option<Formula>,
    unit: Unit,
    kind: Kind,
    counted_at: CountedAt,
    scopes: &'static [(ScopeKind, Option<&'static str>)],
    additive_over: &'static [Dimension],
}

impl Metric {
    /// The stable id, as in `engage.calls.held`.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// A name for people, as in `Website calls held`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The family, which is a module of [`metrics`](crate::metrics).
    #[must_use]
    pub const fn family(&self) -> Family {
        self.family
    }

    /// The glossary that defines it; `None` where the metric is ours.
    #[must_use]
    pub fn glossary(&self) -> Option<Glossary> {
        let is_defined = self.scopes.iter().any(|(_, term)| term.is_some());
        self.family.glossary().filter(|_| is_defined)
    }

    /// The glossary's own name for it in this scope; `None` where it has none.
    #[must_use]
    pub fn term(&self, scope: ScopeKind) -> Option<&'static str> {
        let mut scopes = self.scopes.iter();
        scopes.find(|(kind, _)| *kind == scope)?.1
    }

    /// What is counted, added or divided, in words; where it has a [formula](Self::formula), this says why.
    #[must_use]
    pub const fn definition(&self) -> &'static str {
        self.definition
    }

    /// How it is made of other figures of the same scope.
    #[must_use]
    pub const fn formula(&self) -> Option<Formula> {
        self.formula
    }

    /// What one of it is.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// What kind of figure it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whose instant decides on the period, the day and the hour in which it counts.
    #[must_use]
    pub const fn counted_at(&self) -> CountedAt {
        self.counted_at
    }

    /// The scopes that it exists for. In all others it does not exist, which is not 0.
    pub fn scopes(&self) -> impl Iterator<Item = ScopeKind> + use<> {
        self.scopes.iter().map(|(kind, _)| *kind)
    }

    /// Whether it exists for this scope.
    #[must_use]
    pub fn has(&self, scope: ScopeKind) -> bool {
        self.scopes().any(|kind| kind == scope)
    }

    /// Over what it [adds up](self#adding-up).
    #[must_use]
    pub const fn additive_over(&self) -> &'static [Dimension] {
        self.additive_over
    }

    /// What it is where there is nothing, as the report's JSON has it: `0`, `null` or `{}`.
    #[must_use]
    pub const fn empty(&self) -> &'static str {
        match (self.kind, self.unit) {
            (Kind::Count, _) => "0",
            (Kind::Money, _) | (Kind::Mean, Unit::Money) => "{}",
            (Kind::Ratio | Kind::Mean, _) => "null",
            (Kind::Records, _) => "[]",
        }
    }

    /// Where the figure stands in a report's JSON, as a JSON path ([RFC 9535](https://www.rfc-editor.org/rfc/rfc9535));
    /// `None` where it does not exist for the scope.
    #[must_use]
    pub fn json_path(&self, scope: &Scope) -> Option<String> {
        self.has(scope.kind())
            .then(|| scope.json_path(self.family, self.field()))
    }

    /// The name within the family.
    fn field(&self) -> &'static str {
        let rest = self.id.strip_prefix(self.family.name());
        let field = rest.and_then(|rest| rest.strip_prefix('.'));
        field.expect("an id is its family's name, a dot and the field")
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Json<'a> {
            id: &'a str,
            name: &'a str,
            family: Family,
            glossary: Option<Glossary>,
            definition: &'a str,
            formula: Option<String>,
            unit: Unit,
            kind: Kind,
            counted_at: CountedAt,
            scopes: Vec<ScopeJson<'a>>,
            additive_over: &'a [Dimension],
            empty: &'a str,
        }
        #[derive(Serialize)]
        struct ScopeJson<'a> {
            scope: ScopeKind,
            term: Option<&'a str>,
            path: String,
        }
        let scope = |(scope, term): &(ScopeKind, Option<&'static str>)| ScopeJson {
            scope: *scope,
            term: *term,
            path: scope.json_path(self.family, self.field()),
        };
        let json = Json {
            id: self.id,
            name: self.name,
            family: self.family,
            glossary: self.glossary(),
            definition: self.definition,
            formula: self.formula.map(|formula| formula.to_string()),
            unit: self.unit,
            kind: self.kind,
            counted_at: self.counted_at,
            scopes: self.scopes.iter().map(scope).collect(),
            additive_over: self.additive_over,
            empty: self.empty(),
        };
        json.serialize(serializer)
    }
}

/// Enums whose values have a name, in the order in which they are listed.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident => $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $type {
            /// Every value.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// The name, as in JSON.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}
use names;

names! {
    /// A family of metrics: the first part of an id, and a field of the report.
    Family {
        /// [`conversation`](crate::metrics::conversation).
        Conversations => "conversations",
        /// [`request`](crate::metrics::request).
        Requests => "requests",
        /// [`visitor`](crate::metrics::visitor).
        Visitors => "visitors",
        /// [`gmv`](crate::metrics::gmv).
        Gmv => "gmv",
        /// [`csat`](crate::metrics::csat).
        Csat => "csat",
        /// [`leaderboard`](crate::metrics::leaderboard).
        Leaderboard => "leaderboard",
        /// [`engage::calls`](crate::metrics::engage::calls).
        Calls => "engage.calls",
        /// [`engage::chats`](crate::metrics::engage::chats).
        Chats => "engage.chats",
        /// [`DataQuality`](crate::query::DataQuality).
        DataQuality => "data_quality",
    }
}

impl Family {
    /// The glossary that the family is of; `None` of what is ours.
    #[must_use]
    pub const fn glossary(self) -> Option<Glossary> {
        match self {
            Self::DataQuality => None,
            Self::Calls | Self::Chats => Some(Glossary::Engage),
            _ => Some(Glossary::OneToOne),
        }
    }
}

names! {
    /// One of the two published glossaries.
    Glossary {
        /// One-to-One Virtual Shopping Analytics Glossary.
        OneToOne => "one_to_one",
        /// Engage performance metric definitions.
        Engage => "engage",
    }
}

names! {
    /// What one of a metric is.
    Unit {
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
        /// Money, per currency, in its major unit.
        Money => "money",
        /// Stars of a rating, 1 to 5.
        Stars => "stars",
        /// Answers of surveys.
        Answers => "answers",
        /// Website calls.
        Calls => "calls",
        /// Visitor sessions.
        Sessions => "sessions",
        /// Events of the log.
        Events => "events",
        /// Minutes of 60 seconds.
        Minutes => "minutes",
        /// A pure number, 1 being all.
        Share => "ratio",
    }
}

names! {
    /// What kind of figure a metric is.
    Kind {
        /// A whole number of something.
        Count => "count",
        /// A [`Ratio`](crate::Ratio): so many of so many.
        Ratio => "ratio",
        /// A [`Mean`](crate::Mean), [`MeanMinutes`](crate::ratio::MeanMinutes) or
        /// [`AverageByCurrency`](crate::money::AverageByCurrency): a sum over a count.
        Mean => "mean",
        /// [`MoneyByCurrency`](crate::money::MoneyByCurrency).
        Money => "money",
        /// A list of records; its figure is how many there are.
        Records => "records",
    }
}

names! {
    /// Whose instant decides on the period, the day and the hour in which something counts.
    CountedAt {
        /// The conversation's opening.
        Opening => "opening",
        /// The text or video request.
        Request => "request",
        /// The impression or click itself.
        Event => "event",
        /// The `order_placed`.
        Order => "order",
        /// The last event of the survey.
        Answer => "answer",
        /// The `call_requested`.
        CallRequest => "call_request",
        /// The first human message of the session.
        FirstMessage => "first_message",
        /// None: it counts whatever the period.
        Always => "always",
    }
}

names! {
    /// What a metric may add up over.
    Dimension {
        /// Local days, and any stretches of time without overlap.
        Days => "days",
        /// Agents.
        Agents => "agents",
        /// Pages.
        Pages => "pages",
        /// Visitors: logs of different visitors.
        Visitors => "visitors",
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// The JSON schema of the id of a metric.
#[cfg(feature = "schema")]
pub(crate) struct MetricId;

#[cfg(feature = "schema")]
impl schemars::JsonSchema for MetricId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Metric")
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed(concat!(module_path!(), "::MetricId"))
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let ids: Vec<&str> = METRICS.iter().map(Metric::id).collect();
        schemars::json_schema!({
            "type": "string", "enum": ids, "description": "The id of a metric in the catalogue.",
        })
    }
}
