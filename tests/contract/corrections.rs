//! Corrections and linked visitors: any order of arrival and any merge give the same ledger.

use std::collections::BTreeMap;

use convometrics::event::{CorrectionEvent, EventKind, VisitorEvent};
use convometrics::id::VisitorId;
use convometrics::{Event, Ledger, Options, Report};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::logs::{days, instant};
use crate::nasty::{self, case};
use crate::queries::query;

/// The events of a random log, each sent again with other revisions, and some of them taken back.
fn arrivals() -> impl Strategy<Value = Vec<Event>> {
    let again =
        proptest::collection::vec((any::<Index>(), any::<Index>(), 0..4_u64, 0..3_u8), 0..40);
    (case(), again).prop_map(|(case, again)| {
        let events: Vec<Event> = case.ledger().events().collect();
        let mut arrivals = events.clone();
        for (one, other, revision, what) in again {
            if events.is_empty() {
                break;
            }
            let (one, other) = (
                &events[one.index(events.len())],
                &events[other.index(events.len())],
            );
            let (id, visitor) = (one.id().clone(), one.visitor().clone());
            let event = match what {
                // The content of another event, of any type, under the id of this one.
                0 => Event::new(id, other.at(), visitor, other.kind().clone())
                    .and_then(|it| it.with_revision(revision)),
                1 => Event::retraction(id, other.at(), visitor, revision),
                _ => one.clone().with_revision(revision),
            };
            // A retraction needs a revision of at least 1.
            arrivals.extend(event.ok());
        }
        arrivals
    })
}

fn is_retracted(event: &Event) -> bool {
    matches!(
        event.kind(),
        EventKind::Correction(CorrectionEvent::Retracted)
    )
}

/// What is held of a ledger: its events, and the three counters.
fn held(ledger: &Ledger) -> (Vec<Event>, [u64; 3]) {
    let counters = [ledger.duplicates(), ledger.conflicts(), ledger.superseded()];
    (ledger.events().collect(), counters)
}

fn recorded<'e>(events: impl IntoIterator<Item = &'e Event>) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.record_all(events).unwrap();
    ledger
}

/// All figures, the optional families included.
fn report(ledger: &Ledger) -> Report {
    let options = Options::new()
        .with_as_of(instant("2030-01-01T00:00:00Z"))
        .unwrap();
    let query = query(&days("2026-02-01", "2026-04-30", "Europe/Paris"), &options);
    ledger
        .view(query.with_families(convometrics::catalogue::Family::ALL))
        .report()
}

proptest! {
    /// Of the arrivals under one id, the highest revision survives; of these a retraction, or the first in order.
    #[test]
    fn the_highest_revision_survives(arrivals in arrivals()) {
        let mut by_id: BTreeMap<_, Vec<&Event>> = BTreeMap::new();
        for event in &arrivals {
            by_id.entry((event.visitor(), event.id())).or_default().push(event);
        }
        let ledger = recorded(&arrivals);
        let (events, counters) = held(&ledger);
        prop_assert_eq!(events.len(), by_id.len());
        let mut expected = [0_u64; 3];
        for survivor in &events {
            let all = &by_id[&(survivor.visitor(), survivor.id())];
            let highest = all.iter().map(|event| event.revision()).max().unwrap();
            prop_assert_eq!(survivor.revision(), highest);
            let of_highest = || all.iter().filter(|event| event.revision() == highest);
            prop_assert_eq!(is_retracted(survivor), of_highest().any(|event| is_retracted(event)));
            let rivals = of_highest().filter(|event| is_retracted(event) == is_retracted(survivor));
            prop_assert!(rivals.clone().all(|event| survivor.canonical_cmp(event).is_le()));
            for arrival in all {
                expected[0] += u64::from(*arrival == survivor);
                expected[1] += u64::from(arrival.revision() == highest && *arrival != survivor);
                expected[2] += u64::from(arrival.revision() < highest);
            }
            // The survivor's own first arrival is no duplicate.
            expected[0] -= 1;
        }
        prop_assert_eq!(counters, expected);
    }

    /// Any order of arrival and any merge give the same events, counters, file and report.
    #[test]
    fn order_and_merging_change_nothing(
        (arrivals, shuffled) in arrivals().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        cut: Index,
    ) {
        let ledger = recorded(&arrivals);
        let cut = cut.index(arrivals.len() + 1);
        let mut merged = recorded(&shuffled[cut..]);
        merged.merge(&recorded(&shuffled[..cut])).unwrap();
        for other in [recorded(&shuffled), merged] {
            prop_assert_eq!(held(&other), held(&ledger));
            prop_assert_eq!(nasty::json(&report(&other)), nasty::json(&report(&ledger)));
            #[cfg(feature = "snapshot")]
            {
                let file = |ledger: &Ledger| {
                    let mut file = Vec::new();
                    ledger.write_snapshot(&mut file).unwrap();
                    file
                };
                prop_assert_eq!(file(&other), file(&ledger));
                let restored = Ledger::read_snapshot(&file(&ledger)[..]).unwrap();
                prop_assert_eq!(held(&restored), held(&ledger));
            }
        }
    }

    /// A ledger with links gives the report of a log in which every event was sent under its visitor's name.
    #[test]
    fn links_are_a_log_of_merged_visitors(
        case in case(),
        pairs in proptest::collection::vec((any::<Index>(), any::<Index>()), 0..6),
        unknown in proptest::option::of(select(vec!["a", "zz"])),
    ) {
        let mut ledger = recorded(&case.ledger().events().collect::<Vec<_>>());
        let visitors: Vec<VisitorId> = ledger.events().map(|event| event.visitor().clone()).collect();
        for (number, (one, other)) in pairs.iter().enumerate() {
            if visitors.is_empty() {
                break;
            }
            let visitor = visitors[one.index(visitors.len())].clone();
            let to = match unknown {
                Some(unknown) if number == 0 => unknown.parse().unwrap(),
                _ => visitors[other.index(visitors.len())].clone(),
            };
            let id = format!("link-{number}").parse().unwrap();
            let link = Event::new(id, instant("2029-01-01T00:00:00Z"), visitor, VisitorEvent::Linked { to });
            ledger.record(&link.unwrap()).unwrap();
        }
        let is_link = |event: &Event| matches!(event.kind(), EventKind::Visitor(VisitorEvent::Linked { .. }));
        let events: Vec<Event> = ledger.events().collect();
        let standing = events.iter().filter(|event| !is_link(event) && !is_retracted(event));
        let renamed = standing.map(|event| {
            // The ids of different senders stay distinct, and in their order.
            let id = format!("{}\u{1}{}", event.id(), event.visitor());
            let name = ledger.visitor_of(event.visitor()).clone();
            let mut same = Event::new(id.parse().unwrap(), event.at(), name, event.kind().clone())
                .unwrap()
                .with_seq(event.seq());
            if let Some(session) = event.session() {
                same = same.with_session(session.clone());
            }
            if let Some(page) = event.page() {
                same = same.with_page(page.clone());
            }
            same
        });
        let others = |report: Report| {
            let mut json = serde_json::to_value(&report).unwrap();
            for counter in ["events", "duplicates", "conflicts", "superseded", "linked", "retracted"] {
                json["data_quality"].as_object_mut().unwrap().remove(counter);
            }
            // Answers of the same instant are ordered by the ids of their events, which differ here.
            let details = json["csat"]["details"].as_array_mut().unwrap();
            details.sort_by_key(ToString::to_string);
            json
        };
        let renamed = recorded(&renamed.collect::<Vec<_>>());
        prop_assert_eq!(others(report(&ledger)), others(report(&renamed)));
        let names: std::collections::BTreeSet<_> = visitors.iter().map(|id| ledger.visitor_of(id)).collect();
        prop_assert_eq!(ledger.visitor_count(), names.len());
        let ids: std::collections::BTreeSet<_> = visitors.iter().collect();
        let linked = ids.iter().filter(|id| ledger.visitor_of(id) != **id).count();
        prop_assert_eq!(report(&ledger).data_quality.linked, linked as u64);
    }
}

/// A link that is retracted connects nothing any more, and one that is corrected connects others.
#[test]
fn a_link_can_be_taken_back_and_corrected() {
    let id = |text: &str| text.parse::<VisitorId>().unwrap();
    let link = |to: &str, revision: u64| {
        let kind = VisitorEvent::Linked { to: id(to) };
        let at = instant("2026-03-02T09:00:00Z");
        Event::new("l".parse().unwrap(), at, id("cookie"), kind)
            .unwrap()
            .with_revision(revision)
            .unwrap()
    };
    let mut ledger = recorded(&[link("ann", 0)]);
    assert_eq!(ledger.visitor_of(&id("cookie")), &id("ann"));
    ledger.record(&link("ben", 2)).unwrap();
    assert_eq!(ledger.visitor_of(&id("cookie")), &id("ben"));
    assert_eq!(ledger.visitor_of(&id("ann")), &id("ann"));
    // Late, and lower.
    ledger.record(&link("cat", 1)).unwrap();
    assert_eq!(ledger.visitor_of(&id("cookie")), &id("ben"));
    let retraction = Event::retraction(
        "l".parse().unwrap(),
        instant("2026-03-02T09:00:00Z"),
        id("cookie"),
        3,
    );
    ledger.record(&retraction.unwrap()).unwrap();
    assert_eq!(ledger.visitor_of(&id("cookie")), &id("cookie"));
}
