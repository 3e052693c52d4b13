//! The counters of events read and set aside.
//!
//! They do not depend on the period, except the last two. `duplicates`, `conflicts` and `superseded` count all arrivals,
//! and `linked` all visitor ids that sent events; the other counters count the events visible at `as_of`. With a filter,
//! all events of the selected visitors count, but only the selected calls in `connected_unannounced`.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `events` | – | events | Distinct survivors at or before `as_of`, events that are set aside included. | total | `0` |
//! | `duplicates` | – | events | Further arrivals of a survivor's revision and content, of all that arrived. | total | `0` |
//! | `conflicts` | – | events | Arrivals of a survivor's revision with other content, of all that arrived. | total | `0` |
//! | `superseded` | – | events | Arrivals of a lower revision than the survivor's, of all that arrived. | total | `0` |
//! | `retracted` | – | events | Visible events of type `retracted`: events that were taken back. Without `as_of`, one that is later than all other events is not visible. | total | `0` |
//! | `linked` | – | visitors | Visitor ids that sent events, at any time, and are not the name of their merged visitor. | total | `0` |
//! | `redundant` | – | events | Each `order_placed` of an order after its first, each `call_requested` of a call after its first. | total | `0` |
//! | `orphans` | – | events | Call events without a request, refunds and cancellations without an order, and refunds in another currency than their order's. | total | `0` |
//! | `over_refunds` | – | events | Refunds that exceed what is left of their order, of all visible orders. | total | `0` |
//! | `connected_unannounced` | – | calls | Calls requested in the period that connected without a `call_answered` (inbound) or a `call_accepted` (proactive). | total | `0` |
//! | `outside_sessions` | – | events | Messages of humans and requests for chats in the period that belong to no session. | total | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: a log of 5 arrivals: an order placed, the same again, the same id with another seq (later in canonical
//! order), a refund of more than the order's value, and a `call_ended` of a call never requested. `events` 3,
//! `duplicates` 1, `conflicts` 1, `superseded` 0, `redundant` 0, `orphans` 1, `over_refunds` 1. One more `order_placed` of
//! that order, under another id, would make `events` 4 and `redundant` 1. If the first order then arrives with revision
//! 1, it replaces three arrivals: `duplicates` 0, `conflicts` 0, `superseded` 3. If it is retracted with revision 2,
//! `superseded` is 4, `retracted` 1, and the second `order_placed` stands.

use super::cells::{Cell, Cells};
use super::family::{Family, Reads, Sink, Unit};
use super::registry::family;
use super::{AllTimeFigures, CALLS, CORRECTIONS, ORDERS, TALKS, VisitorView};
use crate::journey::{Extras, Remark};
use crate::ledger::Arrived;
use crate::sums::counts;

counts! {
    /// Sums of events, arrivals and visitor ids.
    pub(crate) struct DataQualityState {
        events, duplicates, conflicts, superseded, retracted, linked, redundant, orphans, over_refunds,
        connected_unannounced, outside_sessions
    }
}

impl DataQualityState {
    pub(crate) fn add_events(&mut self, events: u64) {
        self.events += events;
    }

    pub(crate) fn add_linked(&mut self, ids: u64) {
        self.linked += ids;
    }

    pub(crate) fn add_remark(&mut self, remark: Remark) {
        match remark {
            Remark::Redundant => self.redundant += 1,
            Remark::Orphan => self.orphans += 1,
            Remark::OverRefund => self.over_refunds += 1,
            Remark::Retracted => self.retracted += 1,
            Remark::Link => {}
        }
    }

    /// Adds the arrivals under the id of one survivor.
    pub(crate) fn add_arrived(&mut self, arrived: Arrived) {
        self.duplicates = self.duplicates.saturating_add(arrived.duplicates());
        self.conflicts = self.conflicts.saturating_add(arrived.other);
        self.superseded = self.superseded.saturating_add(arrived.superseded);
    }
}

family! {
    /// The family of the counters of events.
    EventCounters of DataQuality "data_quality" from DataQualityState => DataQuality;
    rows {
        /// The counters of events read and set aside; see [the module](self) for their definitions.
        Total => DataQuality {}
    }
    metrics {
        /// Distinct survivors at or before `as_of`, events that are set aside included.
        events: u64 = |state| state.events, "Events", Events at Always,
        for [Total] over [Visitors];

        /// Further arrivals of a survivor's revision and content, of all that arrived.
        duplicates: u64 = |state| state.duplicates, "Duplicates", Events at Always,
        for [Total] over [Visitors];

        /// Arrivals of a survivor's revision with other content, of all that arrived.
        conflicts: u64 = |state| state.conflicts, "Conflicts", Events at Always,
        for [Total] over [Visitors];

        /// Arrivals of a lower revision than the survivor's, of all that arrived.
        superseded: u64 = |state| state.superseded, "Superseded", Events at Always,
        for [Total] over [Visitors];

        /// Visible events of type `retracted`: events that were taken back. Without `as_of`, one that is later than all
        /// other events is not visible.
        retracted: u64 = |state| state.retracted, "Retracted events", Events at Always,
        for [Total] over [Visitors];

        /// Visitor ids that sent events, at any time, and are not the name of their merged visitor.
        linked: u64 = |state| state.linked, "Linked visitor ids", Visitors at Always,
        for [Total] over [Visitors];

        /// Each `order_placed` of an order after its first, each `call_requested` of a call after its first.
        redundant: u64 = |state| state.redundant, "Redundant events", Events at Always,
        for [Total] over [Visitors];

        /// Call events without a request, refunds and cancellations without an order, and refunds in another currency than
        /// their order's.
        orphans: u64 = |state| state.orphans, "Orphans", Events at Always,
        for [Total] over [Visitors];

        /// Refunds that exceed what is left of their order, of all visible orders.
        over_refunds: u64 = |state| state.over_refunds, "Over-refunds", Events at Always,
        for [Total] over [Visitors];

        /// Calls requested in the period that connected without a `call_answered` (inbound) or a `call_accepted`
        /// (proactive).
        connected_unannounced: u64 = |state| state.connected_unannounced,
        "Unannounced connections", Calls at CallRequest,
        for [Total] over [Days, Visitors];

        /// Messages of humans and requests for chats in the period that belong to no session.
        outside_sessions: u64 = |state| state.outside_sessions, "Events outside sessions", Events at Event,
        for [Total] over [Days, Visitors];
    }
}

impl Family for EventCounters {
    const READS: Reads = Reads {
        event_count: true,
        extras: Extras::SESSIONS,
        types: TALKS.or(ORDERS).or(CORRECTIONS),
        ..Reads::always(CALLS.or(ORDERS).or(CORRECTIONS))
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        sink.change(Cell::Total, |state| {
            state.add_events(visitor.journey.events);
            state.add_linked(visitor.journey.linked);
            for (_, remark) in &visitor.journey.remarks {
                state.add_remark(*remark);
            }
        });
        for call in &visitor.journey.calls {
            sink.record(Unit::Call(call));
            if call.is_unannounced() && sink.day(call.opening.at()).is_some() {
                sink.change(Cell::Total, |state| state.connected_unannounced += 1);
            }
        }
        for moment in &visitor.journey.outside_sessions {
            sink.record(Unit::Event(*moment));
            if sink.day(moment.at).is_some() {
                sink.change(Cell::Total, |state| state.outside_sessions += 1);
            }
        }
    }

    fn add_arrived(cells: &mut Cells<EventCounters>, arrived: Arrived) {
        cells.total.add_arrived(arrived);
    }

    fn all_time(cells: &Cells<EventCounters>, all_time: &mut AllTimeFigures) {
        all_time.data_quality = cells.total;
    }

    fn set_all_time(cells: &mut Cells<EventCounters>, known: &AllTimeFigures) {
        cells.total = DataQualityState {
            connected_unannounced: cells.total.connected_unannounced,
            outside_sessions: cells.total.outside_sessions,
            ..known.data_quality
        };
    }
}
