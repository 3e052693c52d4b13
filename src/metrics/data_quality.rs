//! The counters of events read and set aside.
//!
//! They do not depend on the period. `duplicates` and `conflicts` count all arrivals; the other counters count the
//! events visible at `as_of`. With a filter, all events of the selected visitors count.
//!
//! <!-- catalogue -->
//!
//! | figure | glossary (–) | unit | definition | scopes | empty |
//! | --- | --- | --- | --- | --- | --- |
//! | `events` | – | events | Distinct survivors at or before `as_of`, redundant events and orphans included. | total | `0` |
//! | `duplicates` | – | events | Further arrivals of a survivor's content, of all that arrived. | total | `0` |
//! | `conflicts` | – | events | Arrivals of other content under a survivor's id, of all that arrived. | total | `0` |
//! | `redundant` | – | events | Each `order_placed` of an order after its first, each `call_requested` of a call after its first. | total | `0` |
//! | `orphans` | – | events | Call events without a request, refunds and cancellations without an order. | total | `0` |
//! | `over_refunds` | – | events | Refunds that exceed what is left of their order, of all visible orders. | total | `0` |
//!
//! <!-- end of catalogue -->
//!
//! Worked example: a log of 5 arrivals: an order placed, the same again, the same id with another subtotal (later in
//! canonical order), a refund of more than the order's value, and a `call_ended` of a call never requested. `events` 3,
//! `duplicates` 1, `conflicts` 1, `redundant` 0, `orphans` 1, `over_refunds` 1. One more `order_placed` of that order,
//! under another id, would make `events` 4 and `redundant` 1.

use super::cells::{Cell, Cells};
use super::family::{Family, Reads, Sink};
use super::registry::family;
use super::{AllTimeFigures, CALLS, ORDERS, VisitorView};
use crate::journey::Fault;
use crate::ledger::Arrived;
use crate::sums::counts;

counts! {
    /// Sums of events.
    pub(crate) struct DataQualityState { events, duplicates, conflicts, redundant, orphans, over_refunds }
}

impl DataQualityState {
    pub(crate) fn add_events(&mut self, events: u64) {
        self.events += events;
    }

    pub(crate) fn add_fault(&mut self, fault: Fault) {
        match fault {
            Fault::Redundant => self.redundant += 1,
            Fault::Orphan => self.orphans += 1,
            Fault::OverRefund => self.over_refunds += 1,
        }
    }

    /// Adds the arrivals under the id of one survivor.
    pub(crate) fn add_arrived(&mut self, arrived: Arrived) {
        self.duplicates = self.duplicates.saturating_add(arrived.same - 1);
        self.conflicts = self.conflicts.saturating_add(arrived.other);
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
        /// Distinct survivors at or before `as_of`, redundant events and orphans included.
        events: u64 = |state| state.events, "Events", Events at Always,
        for [Total] over [Visitors];

        /// Further arrivals of a survivor's content, of all that arrived.
        duplicates: u64 = |state| state.duplicates, "Duplicates", Events at Always,
        for [Total] over [Visitors];

        /// Arrivals of other content under a survivor's id, of all that arrived.
        conflicts: u64 = |state| state.conflicts, "Conflicts", Events at Always,
        for [Total] over [Visitors];

        /// Each `order_placed` of an order after its first, each `call_requested` of a call after its first.
        redundant: u64 = |state| state.redundant, "Redundant events", Events at Always,
        for [Total] over [Visitors];

        /// Call events without a request, refunds and cancellations without an order.
        orphans: u64 = |state| state.orphans, "Orphans", Events at Always,
        for [Total] over [Visitors];

        /// Refunds that exceed what is left of their order, of all visible orders.
        over_refunds: u64 = |state| state.over_refunds, "Over-refunds", Events at Always,
        for [Total] over [Visitors];
    }
}

impl Family for EventCounters {
    const READS: Reads = Reads {
        event_count: true,
        ..Reads::always(CALLS.or(ORDERS))
    };

    fn observe(visitor: &VisitorView<'_, '_>, sink: &mut impl Sink<Self>) {
        sink.change(Cell::Total, |state| {
            state.add_events(visitor.journey.events);
            for (_, fault) in &visitor.journey.faults {
                state.add_fault(*fault);
            }
        });
    }

    fn add_arrived(cells: &mut Cells<EventCounters>, arrived: Arrived) {
        cells.total.add_arrived(arrived);
    }

    fn all_time(cells: &Cells<EventCounters>, all_time: &mut AllTimeFigures) {
        all_time.data_quality = cells.total;
    }

    fn set_all_time(cells: &mut Cells<EventCounters>, known: &AllTimeFigures) {
        cells.total = known.data_quality;
    }
}
