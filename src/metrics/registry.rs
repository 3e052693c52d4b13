//! The macro that declares a family's metrics and rows.

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
        #[derive(Debug, Clone, Default)]
        pub(crate) struct $family;

        impl $crate::metrics::cells::MetricList for $family {
            type State = $State;
            type Metrics = $Metrics;

            const METRICS: &'static [$crate::metric::Metric] = METRICS;
            const READ: &'static [fn(&$State) -> $crate::metric::Value] = &[$(|state| {
                let read: fn(&$State) -> $Type = $read;
                $crate::metric::FigureType::figure(&read(state))
            },)*];
        }

        const FAMILY: $crate::metric::Family =
            $crate::metrics::registry::variant!(Family $family $($named)?);

        /// The family's metrics.
        pub(crate) const METRICS: &[$crate::metric::Metric] = &[$(
            $crate::metric::Metric {
                id: concat!($id, ".", $crate::metrics::registry::field_of!($name $($list)?)),
                name: $title,
                family: FAMILY,
                definition: concat!($($doc),+).trim_ascii_start(),
                formula: $crate::metrics::registry::or_none!($($formula)?),
                unit: $crate::metric::Unit::$unit,
                kind: <$Type as $crate::metric::FigureType>::KIND,
                records: $crate::metrics::registry::variant!(Unit $unit $($records)?),
                counted_at: $crate::metric::CountedAt::$at,
                scopes: $crate::metrics::registry::scopes!($scopes),
                additive_over: &[$($crate::metric::Dimension::$over),*],
                empty: <$Type as $crate::metric::FigureType>::EMPTY,
            },
        )*];

        $crate::metrics::registry::rows! {
            [$family $State] { $($rows)* }
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
        $crate::metric::$of::$variant
    };
    ($of:ident $other:ident $variant:ident) => {
        $crate::metric::$of::$variant
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
            $crate::metric::ScopeKind::$scope,
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

/// The scope of a row, as a pattern of its keys.
macro_rules! scope_pattern {
    (AgentDay $date:ident) => {
        $crate::metric::Scope::Day($date)
    };
    ($Scope:ident) => {
        $crate::metric::Scope::$Scope
    };
    ($Scope:ident $($key:ident)+) => {
        $crate::metric::Scope::$Scope($($key),+)
    };
}

/// The scope of a row with its keys.
macro_rules! scope_of {
    (AgentDay $row:ident $outer:ident date) => {
        match $outer {
            $crate::metric::Scope::Agent(agent) => {
                $crate::metric::Scope::AgentDay(agent.clone(), $row.date)
            }
            other => other.clone(),
        }
    };
    ($Scope:ident $row:ident $outer:ident) => {
        $crate::metric::Scope::$Scope
    };
    ($Scope:ident $row:ident $outer:ident $($key:ident)+) => {
        $crate::metric::Scope::$Scope($($row.$key.clone()),+)
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
        $crate::metrics::registry::keyed! { with Total {} $($rest)* }
    };
    // A row without figures of its own.
    (Whole $count:tt $family:tt $doc:tt $Row:ident $lists:tt $metrics:tt) => {
        $crate::metrics::registry::keyed! { with Total {} $count $family $doc $Row $lists {} }
    };
    (Unassigned $($rest:tt)*) => {
        $crate::metrics::registry::keyed! { with Unassigned {} $($rest)* }
    };
    (Day $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Day {
                /// The local date.
                date: chrono::NaiveDate
            } $($rest)*
        }
    };
    (Hour $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Hour {
                /// The local hour of the day, 0 to 23.
                hour: u8
            } $($rest)*
        }
    };
    (WeekHour $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with WeekHour {
                /// The day of the week and the hour; in JSON `"weekday": "Mon", "hour": 9`.
                #[serde(flatten)]
                at: $crate::metric::WeekHour
            } $($rest)*
        }
    };
    (Step $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Step {
                /// The step.
                step: $crate::metric::FunnelStep
            } $($rest)*
        }
    };
    (Agent $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Agent {
                /// The agent.
                agent: $crate::id::AgentId
            } $($rest)*
        }
    };
    (AgentDay $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with AgentDay {
                /// The local date.
                date: chrono::NaiveDate
            } $($rest)*
        }
    };
    (Page $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Page {
                /// The page, as grouped.
                page: $crate::id::PageUrl
            } $($rest)*
        }
    };
    (Trigger $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with Trigger {
                /// The trigger.
                trigger: $crate::id::TriggerId
            } $($rest)*
        }
    };
    (AutoMessage $($rest:tt)*) => {
        $crate::metrics::registry::keyed! {
            with AutoMessage {
                /// The message.
                auto_message: $crate::id::AutoMessageId,
                /// The link in the message.
                url: $crate::id::LinkUrl
            } $($rest)*
        }
    };
    (with $Scope:ident $keys:tt $count:tt $family:tt $doc:tt $Row:ident $lists:tt $metrics:tt) => {
        $crate::metrics::registry::row! { $Scope ($family $doc $Row $keys $lists $count) [] $metrics }
    };
}

/// Selects the metrics that have the row's scope, and then declares the row.
macro_rules! row {
    // All metrics are selected.
    ($Scope:ident ([$family:ident $State:ty] [$($doc:tt)*] $Row:ident
        { $($(#[$key_doc:meta])* $key:ident: $Key:ty),* }
        { $($(#[$list_doc:meta])* $list:ident: $List:ty),* $(,)? }
        [$($count:expr)?])
        [$([$($metric_doc:tt)*] $name:ident $of:tt ($Type:ty) ($read:expr)
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

        impl $crate::metrics::cells::Row for $Row {
            type Family = $family;

            const SCOPE: $crate::metric::ScopeKind = $crate::metric::ScopeKind::$Scope;
            const MOST: Option<$crate::metrics::cells::CountOf<$family>> = $crate::metrics::registry::or_none!($($count)?);

            fn new(
                scope: $crate::metric::Scope,
                cells: &mut $crate::metrics::cells::Cells<$family>,
                _context: &$crate::metrics::ReportContext,
            ) -> Option<Self> {
                let $crate::metrics::registry::scope_pattern!($Scope $($key)*) = scope else {
                    return None;
                };
                $(let $list = $crate::metrics::cells::Part::read(cells, _context);)*
                let _state = &cells.total;
                Some(Self {
                    $($key,)*
                    $($name: {
                        let read: fn(&$State) -> $Type = $read;
                        read(_state)
                    },)*
                    $($list,)*
                })
            }

            fn scope(&self, _outer: &$crate::metric::Scope) -> $crate::metric::Scope {
                let _row = self;
                $crate::metrics::registry::scope_of!($Scope _row _outer $($key)*)
            }

            fn figures(&self, _add: &mut dyn FnMut($crate::metric::Value)) {
                $(_add($crate::metric::FigureType::figure(&self.$name));)*
            }

            fn list_parts(
                &self,
                _scope: &$crate::metric::Scope,
                _add: &mut $crate::metrics::cells::AddFigure<'_>,
            ) {
                $($crate::metrics::cells::Part::list(&self.$list, _scope, _add);)*
            }
        }
    };
    // The number of a list's rows is no field.
    ($Scope:ident $row:tt $out:tt { { $docs:tt rows $of:tt $T:tt $r:tt $u:tt $s:tt } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { $Scope $row $out { $($rest)* } }
    };
    // The metric has no further scope.
    ($Scope:ident $row:tt $out:tt { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [$(,)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row! { $Scope $row $out { $($rest)* } }
    };
    ($Scope:ident $row:tt [$($out:tt)*]
        { { $docs:tt $name:ident $of:tt $T:tt $r:tt $u:tt [$next:ident $(: $term:literal)? $(, $($s:tt)*)?] } $($rest:tt)* }) => {
        $crate::metrics::registry::row_if_same! {
            $Scope $next
            { $Scope $row [$($out)* $docs $name $of $T $r $u [$($term)?]] { $($rest)* } }
            { $Scope $row [$($out)*] { { $docs $name $of $T $r $u [$($($s)*)?] } $($rest)* } }
        }
    };
}

/// Selects a metric if its next scope is the row's.
macro_rules! row_if_same {
    (Total Total { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Day Day { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Hour Hour { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Agent Agent { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (AgentDay AgentDay { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Unassigned Unassigned { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Page Page { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Trigger Trigger { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (AutoMessage AutoMessage { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (Step Step { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    (WeekHour WeekHour { $($row:tt)* } $other:tt) => { $crate::metrics::registry::row! { $($row)* } };
    ($one:ident $next:ident $same:tt { $($row:tt)* }) => { $crate::metrics::registry::row! { $($row)* } };
}

pub(crate) use {
    family, field_of, keyed, or_none, row, row_if_same, rows, scope_of, scope_pattern, scopes,
    unit_doc, variant,
};
