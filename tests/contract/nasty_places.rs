//! The generator of random logs reaches the places where logs are hard to read.

use crate::queries::seconds;
use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::event::OrderEvent;
use convometrics::{EventKind, Model};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::nasty::{Case, case};
#[test]
fn the_generator_reaches_the_nasty_places() {
    let mut runner = TestRunner::deterministic();
    let mut reached = std::collections::BTreeMap::new();
    for _ in 0..400 {
        let case = case().new_tree(&mut runner).unwrap().current();
        let report = case.report();
        let quality = report.data_quality;
        let settings = &case.options;
        let flipped = match settings.window_edge() {
            WindowEdge::Inclusive => WindowEdge::Exclusive,
            _ => WindowEdge::Inclusive,
        };
        let other_edge = Case {
            options: case.options.clone().with_window_edge(flipped),
            ..case.clone()
        };
        let other_lapse = match settings.lapsed_touch() {
            LapsedTouch::Blocks => LapsedTouch::PassedOver,
            _ => LapsedTouch::Blocks,
        };
        let other_lapse = Case {
            options: case.options.clone().with_lapsed_touch(other_lapse),
            ..case.clone()
        };
        let ends = |first, last| {
            let ends = PositionEnds::new(first, last).unwrap();
            let options = case.options.clone().with_model(Model::PositionBased);
            let report = Case {
                options: options.with_position_ends(ends),
                ..case.clone()
            };
            report.report().leaderboard
        };
        let timeout = settings.session_timeout().as_secs();
        let longer = case
            .options
            .clone()
            .with_session_timeout(seconds(timeout + 1))
            .unwrap();
        let longer_sessions = Case {
            options: longer,
            ..case.clone()
        };
        let free = case.events.iter().any(|event| {
            matches!(event.kind(), EventKind::Order(OrderEvent::Placed(order)) if order.value().amount.is_zero())
        });
        let instants: Vec<_> = case
            .ledger()
            .events()
            .map(|event| (event.visitor().clone(), event.at()))
            .collect();
        for (place, met) in [
            ("duplicates", quality.duplicates > 0),
            ("conflicts", quality.conflicts > 0),
            ("redundant", quality.redundant > 0),
            ("orphans", quality.orphans > 0),
            ("over-refunds", quality.over_refunds > 0),
            ("free orders", free),
            (
                "one instant twice",
                instants.windows(2).any(|pair| pair[0] == pair[1]),
            ),
            ("a window's edge", other_edge.report().gmv != report.gmv),
            ("a lapsed touch", other_lapse.report().gmv != report.gmv),
            ("ends of a path", ends(100, 0) != ends(0, 100)),
            (
                "a gap of the timeout",
                longer_sessions.report().engage != report.engage,
            ),
            ("text and video", report.conversations.both > 0),
            ("orders", report.gmv.orders > 0),
            ("video orders", report.gmv.gmv_orders > 0),
            ("several currencies", report.gmv.attributed_sales.len() > 1),
            (
                "several agents credited",
                report
                    .leaderboard
                    .agents
                    .iter()
                    .filter(|row| row.attributed_orders > 0)
                    .count()
                    > 1,
            ),
            (
                "credit without agent",
                report.leaderboard.unassigned.attributed_orders > 0,
            ),
            ("missed calls", report.engage.calls.organization.missed > 0),
            (
                "pending chats",
                report.engage.chats.organization.pending > 0,
            ),
            (
                "answered chats",
                report.engage.chats.organization.answered > 0,
            ),
            ("conversions", report.gmv.conversion_rate.numerator > 0),
        ] {
            *reached.entry(place).or_insert(0_u32) += u32::from(met);
        }
    }
    assert!(reached.values().all(|count| *count >= 5), "{reached:?}");
}
