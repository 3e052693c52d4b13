//! The macro that declares a family's metrics and rows.

use super::ReportContext;
use crate::catalogue::{Family, Metric, Scope, Value};

/// The list of a family's metrics.
pub(crate) trait MetricList {
    /// The sums of one cell, from which all figures are read.
    type State: Send + 'static;

    /// The figures of all cells.
    type Metrics: Row;

    const FAMILY: Family;

    const METRICS: &'static [Metric];

    /// Reads the figure of each metric, in the order of `METRICS`.
    const READ: &'static [fn(&Self::State) -> Value];
}

/// A row of figures of one scope, with its lists of other rows.
pub(crate) trait Row {
    /// Calls `add` for each figure of the row and of its lists. `outer` is the scope of the row that lists this one.
    fn list(&self, outer: &Scope, add: &mut dyn FnMut(&'static Metric, &Scope, Value));
}

/// A part of a family's figures that is read from cells: a row, or a list of rows.
pub(crate) trait FromCells<C> {
    /// Reads the part. Cells that no other part reads are taken.
    fn from_cells(cells: &mut C, context: &ReportContext) -> Self;
}

impl<R: Row> Row for Option<R> {
    fn list(&self, outer: &Scope, add: &mut dyn FnMut(&'static Metric, &Scope, Value)) {
        if let Some(row) = self {
            row.list(outer, add);
        }
    }
}

/// Declares the rows of a family and its list of metrics. The fields of a row are the keys of its scope, the metrics
/// that have the scope, in the order of the list, and the row's lists of other rows.
///
/// Each row is read from the cells of its scope, and a list of rows of names is sorted by name, or cut at `top` with the
/// greatest first (`by most count`).
///
/// A metric `name of list` is named by the list: the only figure of the list's rows, or `rows of list`, their number.
macro_rules! family {
    (
        $(#[$family_doc:meta])*
        $family:ident $(of $named:ident)? $id:literal from $State:ty => $Metrics:ty;
        rows { $($rows:tt)* }
        metrics { $(
            $(#[doc = $doc:expr])+
            $name:ident $(of $list:ident)?: $Type:ty = $read:expr, $title:expr,
            $unit:ident $(of $records:ident)? at $at:ident,
            $(is $formula:expr,)?
            for $scopes:tt over [$($over:ident),*];
        )* }
    ) => {
        $(#[$family_doc])*
        #[derive(Debug, Clone)]
        pub(crate) struct $family;

        impl $crate::metrics::registry::MetricList for $family {
            type State = $State;
            type Metrics = $Metrics;

            const FAMILY: $crate::catalogue::Family = FAMILY;
            const METRICS: &'static [$crate::catalogue::Metric] = METRICS;
            const READ: &'static [fn(&$State) -> $crate::catalogue::Value] = &[$(|state| {
                let read: fn(&$State) -> $Type = $read;
                $crate::catalogue::FigureType::figure(&read(state))
            },)*];
        }

        const FAMILY: $crate::catalogue::Family =
            $crate::metrics::registry::variant!(Family $family $($named)?);

        /// The family's metrics.
        pub(crate) const METRICS: &[$crate::catalogue::Metric] = &[$(
            $crate::catalogue::Metric {
                id: concat!($id, ".", $crate::metrics::registry::field_of!($name $($list)?)),
                name: $title,
                family: FAMILY,
                definition: concat!($($doc),+).trim_ascii_start(),
                formula: $crate::metrics::registry::or_none!($($formula)?),
                unit: $crate::catalogue::Unit::$unit,
                kind: <$Type as $crate::catalogue::FigureType>::KIND,
                records: $crate::metrics::registry::variant!(Unit $unit $($records)?),
                counted_at: $crate::catalogue::CountedAt::$at,
                scopes: $crate::metrics::registry::scopes!($scopes),
                additive_over: &[$($crate::catalogue::Dimension::$over),*],
            },
        )*];

        $crate::metrics::registry::rows! {
            [$State] { $($rows)* }
            { $({ [$(#[doc = $doc])+] $name [$($list)?] ($Type) ($read) ($unit $scopes) $scopes })* }
        }
    };
}

/// The last part of a metric's id.
macro_rules! field_of {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $list:ident) => {
        stringify!($list)
    };
}

/// A variant of an enum of the catalogue: the last one given.
macro_rules! variant {
    ($of:ident $variant:ident) => {
        $crate::catalogue::$of::$variant
    };
    ($of:ident $other:ident $variant:ident) => {
        $crate::catalogue::$of::$variant
    };
}

macro_rules! or_none {
    () => {
        None
    };
    ($some:expr) => {
        Some($some)
    };
}

macro_rules! scopes {
    ([$($scope:ident $(: $term:literal)?),* $(,)?]) => {
        &[$((
            $crate::catalogue::ScopeKind::$scope,
            $crate::metrics::registry::or_none!($($term)?),
        )),*]
    };
}

/// The line of a field's documentation that gives the glossary's term, if there is one, the unit and the scopes.
macro_rules! unit_doc {
    ($unit:ident [$($term:literal)?] $first:ident $($scope:ident)*) => {
        concat!(
            "\n\n", $("Glossary: *", $term, "*. ",)? "Unit: ", stringify!($unit),
            ". Scopes: ", stringify!($first), $(", ", stringify!($scope),)* "."
        )
    };
}

/// The scope of a row with its keys. `Whole` is that of a row without figures of its own.
macro_rules! scope_of {
    (Whole $row:ident $outer:ident) => {
        $crate::catalogue::Scope::Total
    };
    (AgentDay $row:ident $outer:ident date) => {
        match $outer {
            $crate::catalogue::Scope::Agent(agent) => {
                $crate::catalogue::Scope::AgentDay(agent.clone(), $row.date)
            }
            other => other.clone(),
        }
    };
    ($Scope:ident $row:ident $outer:ident) => {
        $crate::catalogue::Scope::$Scope
    };
    ($Scope:ident $row:ident $outer:ident $($key:ident)+) => {
        $crate::catalogue::Scope::$Scope($($row.$key.clone()),+)
    };
}

/// Reads a row from the cell of its scope, or a list of rows from the cells of their scope.
macro_rules! from_cells {
    (agents [] [$State:ty] $Row:ident $keys:tt { $($(#[$doc:meta])* $list:ident: $List:ty),* $(,)? }) => {
        impl $crate::metrics::registry::FromCells<$crate::metrics::cells::Cells<$State>> for Vec<$Row> {
            fn from_cells(
                cells: &mut $crate::metrics::cells::Cells<$State>,
                _context: &$crate::metrics::ReportContext,
            ) -> Self {
                let agents = cells.by_agent();
                let rows = agents.map(|(agent, cells)| {
                    let cells = &mut { cells };
                    $(let $list = $crate::metrics::registry::FromCells::from_cells(cells, _context);)*
                    $Row::new(agent, &cells.total $(, $list)*)
                });
                rows.collect()
            }
        }
    };
    (agent_days [] [$State:ty] $Row:ident $keys:tt {}) => {
        impl $crate::metrics::registry::FromCells<$crate::metrics::cells::AgentCells<$State>> for Vec<$Row> {
            fn from_cells(
                cells: &mut $crate::metrics::cells::AgentCells<$State>,
                context: &$crate::metrics::ReportContext,
            ) -> Self {
                let days = cells.by_day(context);
                days.map(|(date, state)| $Row::new(date, &state)).collect()
            }
        }
    };
    (one $cell:ident [] [$State:ty] $Row:ident {} { $($(#[$doc:meta])* $list:ident: $List:ty),* $(,)? }) => {
        impl $crate::metrics::registry::FromCells<$crate::metrics::cells::Cells<$State>> for $Row {
            fn from_cells(
                cells: &mut $crate::metrics::cells::Cells<$State>,
                _context: &$crate::metrics::ReportContext,
            ) -> Self {
                $(let $list = $crate::metrics::registry::FromCells::from_cells(cells, _context);)*
                Self::new(&cells.$cell $(, $list)*)
            }
        }
    };
    (list $cells:ident [$($count:expr)?] [$State:ty] $Row:ident
        { $($(#[$doc:meta])* $key:ident: $Key:ty),* $(,)? } {}) => {
        impl $crate::metrics::registry::FromCells<$crate::metrics::cells::Cells<$State>> for Vec<$Row> {
            fn from_cells(
                cells: &mut $crate::metrics::cells::Cells<$State>,
                context: &$crate::metrics::ReportContext,
            ) -> Self {
                let most: Option<fn(&$State) -> u64> = $crate::metrics::registry::or_none!($($count)?);
                let cells = cells.$cells(context, most);
                cells.map(|($($key,)* state)| $Row::new($($key,)* &state)).collect()
            }
        }
    };
}

/// Declares each row, with the keys of its scope.
macro_rules! rows {
    ($family:tt {} $metrics:tt) => {};
    ($family:tt {
        $(#[$doc:meta])*
        $Scope:ident $(by most $count:expr)? => $Row:ident { $($lists:tt)* }
        $($rest:tt)*
    } $metrics:tt) => {
        $crate::metrics::registry::keyed! {
            $Scope [$($count)?] $family [$(#[$doc])*] $Row { $($lists)* } $metrics
        }
        $crate::metrics::registry::rows! { $family { $($rest)* } $metrics }
    };
}

/// Adds the keys of the row's scope, and how rows are read from cells.
macro_rules! keyed {
    (Total $($rest:tt)*) => {
        $crate::metrics::registry::keyed! { with Total {} [one total] $($rest)* }
    };
    (Whole $($rest:tt)*) => {
        $crate::metrics::registry::keyed! { with Whole {} [one total] $($rest)* }
    };
    (Unassigned $($rest:tt)*) => {
        $crate::metrics::registry::keyed! { with Unassigned {} [one unassigned] $($rest)* }
    };
    (Day $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Day {
                /// The local date.
                date: chrono::NaiveDate
            } [list by_day] $($rest)*
        }
    };
    (Hour $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Hour {
                /// The local hour of the day, 0 to 23.
                hour: u8
            } [list by_hour] $($rest)*
        }
    };
    (WeekHour $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with WeekHour {
                /// The day of the week and the hour; in JSON `"weekday": "Mon", "hour": 9`.
                #[serde(flatten)]
                at: $crate::catalogue::WeekHour
            } [list by_week_hour] $($rest)*
        }
    };
    (Agent $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Agent {
                /// The agent.
                agent: $crate::id::AgentId
            } [agents] $($rest)*
        }
    };
    (AgentDay $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with AgentDay {
                /// The local date.
                date: chrono::NaiveDate
            } [agent_days] $($rest)*
        }
    };
    (Page $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Page {
                /// The page, as grouped.
                page: $crate::id::PageUrl
            } [list by_page] $($rest)*
        }
    };
    (Trigger $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Trigger {
                /// The trigger.
                trigger: $crate::id::TriggerId
            } [list by_trigger] $($rest)*
        }
    };
    (AutoMessage $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with AutoMessage {
                /// The message.
                auto_message: $crate::id::AutoMessageId,
                /// The link in the message.
                url: $crate::id::LinkUrl
            } [list by_auto_message] $($rest)*
        }
    };
    (with $Scope:ident $keys:tt [$($cells:ident)+] $count:tt $family:tt $doc:tt $Row:ident $lists:tt $metrics:tt) => {
        $crate::metrics::registry::from_cells! { $($cells)+ $count $family $Row $keys $lists }
        $crate::metrics::registry::row! { $Scope $family $doc $Row $keys $lists [] $metrics }
    };
}

/// Selects the metrics that have the row's scope, and then declares the row.
macro_rules! row {
    // All metrics are selected.
    ($Scope:ident [$State:ty] [$($doc:tt)*] $Row:ident
        { $($(#[$key_doc:meta])* $key:ident: $Key:ty),* }
        { $($(#[$list_doc:meta])* $list:ident: $List:ty),* $(,)? }
        [$([$($metric_doc:tt)*] $name:ident [$($of:ident)?] ($Type:ty) ($read:expr)
            ($unit:ident [$($scope:ident $(: $_term:literal)?),* $(,)?]) [$($term:literal)?])*] {}
    ) => {
        $($doc)*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct $Row {
            $($(#[$key_doc])* pub $key: $Key,)*
            $(
                $($metric_doc)*
                #[doc = $crate::metrics::registry::unit_doc!($unit [$($term)?] $($scope)*)]
                pub $name: $Type,
            )*
            $($(#[$list_doc])* pub $list: $List,)*
        }

        impl $Row {
            fn new($($key: $Key,)* _state: &$State $(, $list: $List)*) -> Self {
                Self {
                    $($key,)*
                    $($name: {
                        let read: fn(&$State) -> $Type = $read;
                        read(_state)
                    },)*
                    $($list,)*
                }
            }
        }

        impl $crate::metrics::registry::Row for $Row {
            fn list(
                &self,
                _outer: &$crate::catalogue::Scope,
                add: &mut dyn FnMut(
                    &'static $crate::catalogue::Metric,
                    &$crate::catalogue::Scope,
                    $crate::catalogue::Value,
                ),
            ) {
                let _row = self;
                let scope = $crate::metrics::registry::scope_of!($Scope _row _outer $($key)*);
                $({
                    const AT: usize = $crate::catalogue::position(
                        METRICS,
                        $crate::metrics::registry::field_of!($name $($of)?),
                    );
                    add(&METRICS[AT], &scope, $crate::catalogue::FigureType::figure(&self.$name));
                })*
                $($crate::metrics::registry::Row::list(&self.$list, &scope, add);)*
            }
        }

        impl $crate::metrics::registry::Row for Vec<$Row> {
            fn list(
                &self,
                outer: &$crate::catalogue::Scope,
                add: &mut dyn FnMut(
                    &'static $crate::catalogue::Metric,
                    &$crate::catalogue::Scope,
                    $crate::catalogue::Value,
                ),
            ) {
                for row in self {
                    $crate::metrics::registry::Row::list(row, outer, add);
                }
            }
        }
    };
    // The number of a list's rows is no field.
    ($Scope:ident $f:tt $d:tt $Row:ident $k:tt $l:tt $out:tt
        { { $docs:tt rows $of:tt $T:tt $r:tt $u:tt $s:tt } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { $Scope $f $d $Row $k $l $out { $($rest)* } }
    };
    // The metric has no further scope.
    ($Scope:ident $f:tt $d:tt $Row:ident $k:tt $l:tt $out:tt
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [$(,)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { $Scope $f $d $Row $k $l $out { $($rest)* } }
    };
    (Total $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Total $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Total $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Day $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Day $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Day $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Hour $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Hour $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Hour $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Page $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Page $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Page $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Agent $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Agent $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Agent $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (AgentDay $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [AgentDay $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { AgentDay $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Unassigned $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Unassigned $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Unassigned $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (Trigger $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [Trigger $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { Trigger $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (AutoMessage $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [AutoMessage $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { AutoMessage $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    (WeekHour $f:tt $d:tt $Row:ident $k:tt $l:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [WeekHour $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { WeekHour $f $d $Row $k $l [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
    };
    // The metric's next scope is another.
    ($Scope:ident $f:tt $d:tt $Row:ident $k:tt $l:tt $out:tt
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [$other:ident $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { $Scope $f $d $Row $k $l $out { { $docs $name $of $T $r $u [$($($s)*)?] } $($rest)* } }
    };
}

pub(crate) use {
    family, field_of, from_cells, keyed, or_none, row, rows, scope_of, scopes, unit_doc, variant,
};
