//! The identities of the definitions, each a property over nasty logs: for the period, per day, per page and per agent.

use crate::options::without;
use crate::queries::{seconds, whole_log};
use convometrics::attribution::LapsedTouch;
use convometrics::event::CallEvent;
use convometrics::metrics::engage::calls::AgentCalls;
use convometrics::metrics::engage::chats::AgentChats;
use convometrics::metrics::gmv::GmvScope;
use convometrics::money::{ExactSum, MoneyByCurrency};
use convometrics::query::OptionName;
use convometrics::{Event, EventKind, Ledger, Model, Options, Report};
use proptest::prelude::*;

use crate::nasty::{MODELS, case};

/// Runs checks for the organization, each page and each day of calls or of chats.
macro_rules! each_scope {
    ($family:expr, $row:ident => $checks:block) => {{
        let family = &$family;
        {
            let $row = &family.organization;
            $checks
        }
        for $row in &family.pages $checks
        for $row in &family.daily $checks
    }};
}

/// Runs checks for these, and for each agent.
macro_rules! each_scope_and_agent {
    ($family:expr, $row:ident => $checks:block) => {{
        each_scope!($family, $row => $checks);
        for $row in &$family.agents $checks
    }};
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.sum()
}

proptest! {
    #[test]
    fn website_calls_held_is_proactive_attempted_plus_inbound_answered(case in case()) {
        each_scope_and_agent!(case.report().engage.calls, row => {
            prop_assert_eq!(row.held, row.attempted + row.answered);
        });
    }

    #[test]
    fn chats_held_is_proactive_accepted_plus_inbound_answered(case in case()) {
        each_scope_and_agent!(case.report().engage.chats, row => {
            prop_assert_eq!(row.held, row.accepted + row.answered);
        });
    }

    #[test]
    fn calls_requested_is_answered_plus_missed_plus_cancelled_plus_pending(case in case()) {
        each_scope!(case.report().engage.calls, row => {
            prop_assert_eq!(row.requested, row.answered + row.missed + row.cancelled + row.pending);
        });
    }

    #[test]
    fn chats_requested_is_answered_plus_missed_plus_pending(case in case()) {
        each_scope!(case.report().engage.chats, row => {
            prop_assert_eq!(row.requested, row.answered + row.missed + row.pending);
        });
    }

    #[test]
    fn accepted_is_at_most_attempted_in_every_scope(case in case()) {
        let report = case.report();
        each_scope!(report.engage.calls, row => {
            prop_assert!(row.connected <= row.attempted + row.requested);
        });
        each_scope_and_agent!(report.engage.calls, row => {
            prop_assert!(row.accepted <= row.attempted);
        });
        each_scope_and_agent!(report.engage.chats, row => {
            prop_assert!(row.accepted <= row.attempted);
        });
        for agent in &report.leaderboard.agents {
            prop_assert!(agent.acceptance_rate.numerator <= agent.acceptance_rate.denominator);
        }
    }

    #[test]
    fn conversations_total_is_text_plus_video_minus_both(case in case()) {
        let conversations = case.report().conversations;
        prop_assert_eq!(conversations.total + conversations.both, conversations.text + conversations.video);
        for day in &conversations.daily {
            prop_assert_eq!(day.total + day.both, day.text + day.video);
        }
        prop_assert_eq!(conversations.average_duration_minutes.count, conversations.total);
    }

    #[test]
    fn requests_total_is_accepted_plus_unsuccessful_and_text_plus_video_and_by_visitor_plus_by_agent(case in case()) {
        let requests = case.report().requests;
        prop_assert_eq!(requests.total, requests.accepted + requests.unsuccessful);
        prop_assert_eq!(requests.total, requests.text + requests.video);
        prop_assert_eq!(requests.total, requests.by_visitor + requests.by_agent);
        prop_assert_eq!(
            requests.by_visitor,
            requests.visitor_acceptance_rate.numerator
                + requests.answered_without_conversation
                + requests.unanswered_from_visitor
        );
        for day in &requests.daily {
            prop_assert_eq!(day.text + day.video, day.by_visitor + day.by_agent);
            prop_assert!(day.visitor_acceptance_rate.numerator <= day.visitor_acceptance_rate.denominator);
            prop_assert_eq!(day.visitor_acceptance_rate.denominator, day.by_visitor);
        }
        for page in &requests.top_pages {
            prop_assert_eq!(page.total, page.text + page.video);
        }
    }

    #[test]
    fn days_and_hours_add_up_to_the_period(case in case()) {
        let report = case.report();
        let requests = &report.requests;
        prop_assert_eq!(requests.total, sum(requests.daily.iter().map(|day| day.text + day.video)));
        prop_assert_eq!(requests.text, sum(requests.by_hour.iter().map(|hour| hour.text)));
        prop_assert_eq!(requests.video, sum(requests.by_hour.iter().map(|hour| hour.video)));
        prop_assert_eq!(report.conversations.total, sum(report.conversations.daily.iter().map(|day| day.total)));
        prop_assert_eq!(report.csat.average_rating.count, sum(report.csat.daily.iter().map(|day| day.average_rating.count)));
        prop_assert_eq!(report.engage.calls.organization.held, sum(report.engage.calls.daily.iter().map(|day| day.held)));
        prop_assert_eq!(report.engage.chats.organization.held, sum(report.engage.chats.daily.iter().map(|day| day.held)));
        for agent in &report.leaderboard.agents {
            prop_assert_eq!(agent.requests, sum(agent.daily.iter().map(|day| day.requests)));
            prop_assert_eq!(agent.conversations, sum(agent.daily.iter().map(|day| day.conversations)));
        }
        let dates = report.period.dates();
        prop_assert!(report.requests.daily.iter().map(|day| day.date).eq(dates.iter().copied()));
    }

    #[test]
    fn agents_sum_to_the_organization(case in case()) {
        let report = case.report();
        let (calls, chats) = (&report.engage.calls, &report.engage.chats);
        let of = |figure: fn(&AgentCalls) -> u64| sum(calls.agents.iter().map(figure));
        prop_assert_eq!(of(|row| row.attempted), calls.organization.attempted);
        prop_assert_eq!(of(|row| row.accepted), calls.organization.accepted);
        // An inbound call that connected without a known agent is no agent's.
        let unannounced = report.data_quality.connected_unannounced;
        prop_assert!(of(|row| row.answered) <= calls.organization.answered);
        prop_assert!(of(|row| row.answered) + unannounced >= calls.organization.answered);
        prop_assert_eq!(of(|row| row.held), of(|row| row.attempted) + of(|row| row.answered));
        prop_assert!(of(|row| row.connected) <= calls.organization.connected);
        let of = |figure: fn(&AgentChats) -> u64| sum(chats.agents.iter().map(figure));
        prop_assert_eq!(of(|row| row.attempted), chats.organization.attempted);
        prop_assert_eq!(of(|row| row.accepted), chats.organization.accepted);
        // Nor is a chat that such a call answers. Each `call_connected` can answer one.
        prop_assert!(of(|row| row.answered) <= chats.organization.answered);
        let whole = case.ledger().view(whole_log(&case.ledger(), &case.options)).data_quality();
        let connections = if whole.connected_unannounced == 0 {
            0
        } else {
            let is_connection = |event: &&Event| matches!(event.kind(), EventKind::Call(CallEvent::Connected { .. }));
            case.events.iter().filter(is_connection).count() as u64
        };
        prop_assert!(of(|row| row.answered) + connections >= chats.organization.answered);
        prop_assert_eq!(of(|row| row.held), of(|row| row.accepted) + of(|row| row.answered));
        prop_assert_eq!(sum(report.leaderboard.agents.iter().map(|row| row.requests)), report.requests.by_agent);
    }

    #[test]
    fn pages_sum_to_at_most_the_organization_and_to_it_where_every_event_has_one(mut case in case()) {
        let of = |report: &Report| {
            let (calls, chats) = (&report.engage.calls, &report.engage.chats);
            let pages = [
                sum(calls.pages.iter().map(|row| row.held)),
                sum(calls.pages.iter().map(|row| row.requested)),
                sum(calls.pages.iter().map(|row| row.connected)),
                sum(chats.pages.iter().map(|row| row.held)),
                sum(chats.pages.iter().map(|row| row.requested)),
                sum(report.requests.top_pages.iter().map(|row| row.total)),
            ];
            let all = [
                calls.organization.held,
                calls.organization.requested,
                calls.organization.connected,
                chats.organization.held,
                chats.organization.requested,
                report.requests.total,
            ];
            (pages, all)
        };
        let (pages, all) = of(&case.report());
        prop_assert!(pages.iter().zip(&all).all(|(pages, all)| pages <= all));
        case.options = case.options.with_top(1_000).unwrap();
        for (number, event) in case.events.iter_mut().enumerate() {
            *event = event.clone().with_page(format!("/{}", number % 3).parse().unwrap());
        }
        let (pages, all) = of(&case.report());
        prop_assert_eq!(pages, all);
    }

    #[test]
    fn shares_sum_to_the_amount_under_every_model(case in case()) {
        let ledger = case.ledger();
        for model in MODELS {
            let report = ledger.report(&case.period, &case.options.clone().with_model(model));
            prop_assert_eq!(credited_sales(&report), report.gmv.attributed_sales);
        }
    }

    #[test]
    fn leaderboard_and_unassigned_are_the_orders_and_sales_under_last_touch(case in case()) {
        let report = case.ledger().report(&case.period, &case.options.clone().with_model(Model::LastTouch));
        let orders = sum(report.leaderboard.agents.iter().map(|row| row.attributed_orders));
        prop_assert_eq!(orders + report.leaderboard.unassigned.attributed_orders, report.gmv.orders);
        prop_assert_eq!(credited_sales(&report), report.gmv.attributed_sales);
    }

    #[test]
    fn net_sales_of_the_leaderboard_sum_to_the_whole_under_every_model(case in case()) {
        let ledger = case.ledger();
        for model in MODELS {
            // With a scope of any channel and one window, the orders of GMV are the attributed ones.
            let options = without(&case.options, OptionName::OrdersWindow).with_model(model).with_gmv_scope(GmvScope::Any);
            let report = ledger.report(&case.period, &options);
            prop_assert_eq!(report.gmv.gmv_orders, report.gmv.orders);
            let board = &report.leaderboard;
            let rows = board.agents.iter().map(|row| row.net_attributed_sales.clone());
            let net = rows.fold(board.unassigned.net_attributed_sales.clone(), |sum, row| sum + row);
            prop_assert_eq!(net, report.gmv.net_gmv);
        }
    }

    /// Unless a message whose own window has passed hides the call of its conversation from `orders`.
    #[test]
    fn orders_that_count_for_gmv_are_attributed_orders(case in case()) {
        let options = without(&case.options, OptionName::OrdersWindow).with_lapsed_touch(LapsedTouch::PassedOver);
        let gmv = case.ledger().report(&case.period, &options).gmv;
        prop_assert!(gmv.gmv_orders <= gmv.orders);
        for (currency, sum) in gmv.attributed_gmv.iter() {
            prop_assert!(Some(sum) <= gmv.attributed_sales.get(currency));
        }
    }

    #[test]
    fn gmv_never_shrinks_as_the_window_grows(case in case()) {
        let ledger = case.ledger();
        let mut before: Option<Report> = None;
        for window in [0, 899, 900, 3_600, 86_400, 259_200, 2_592_000] {
            let report = ask(&ledger, &case.period, case.options.clone().with_window(seconds(window)).unwrap());
            if let Some(before) = before {
                prop_assert!(before.gmv.orders <= report.gmv.orders);
                prop_assert!(before.gmv.gmv_orders <= report.gmv.gmv_orders);
                prop_assert!(before.gmv.conversion_rate.numerator <= report.gmv.conversion_rate.numerator);
                for (currency, sum) in before.gmv.attributed_gmv.iter() {
                    prop_assert!(Some(sum) <= report.gmv.attributed_gmv.get(currency));
                }
                for (currency, sum) in before.gmv.attributed_sales.iter() {
                    prop_assert!(Some(sum) <= report.gmv.attributed_sales.get(currency));
                }
            }
            before = Some(report);
        }
    }

    #[test]
    fn net_gmv_and_refunded_gmv_are_attributed_gmv(case in case()) {
        let gmv = case.report().gmv;
        for (currency, sum) in gmv.attributed_gmv.iter() {
            let (back, net) = (gmv.refunded_gmv.get(currency).unwrap(), gmv.net_gmv.get(currency).unwrap());
            let decimal = |sum: ExactSum| sum.to_decimal().unwrap();
            prop_assert_eq!(decimal(net) + decimal(back), decimal(sum));
        }
        prop_assert_eq!(gmv.refunded_gmv.len(), gmv.attributed_gmv.len());
        prop_assert_eq!(gmv.average_order_value.sums(), gmv.attributed_sales);
        prop_assert_eq!(sum(gmv.average_order_value.iter().map(|(_, average)| average.count)), gmv.orders);
    }
}

fn ask(ledger: &Ledger, period: &convometrics::Period, options: Options) -> Report {
    ledger.report(period, &options)
}

/// What agents and nobody are credited with, together.
fn credited_sales(report: &Report) -> MoneyByCurrency {
    let board = &report.leaderboard;
    let rows = board.agents.iter().map(|row| row.attributed_sales.clone());
    rows.fold(board.unassigned.attributed_sales.clone(), |sum, row| {
        sum + row
    })
}
