//! A log of any events: what a report says of it depends on the set alone, and adds up.

use arbitrary::Unstructured;
use convometrics::attribution::LapsedTouch;
use convometrics::event::NdjsonReader;
use convometrics::money::ExactSum;
use convometrics::{Event, Ledger, Model, Options, Report};

use super::generator::{Log, log};
use super::queries::{explanations, query};

fn ledger<'a>(events: impl IntoIterator<Item = &'a Event>) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.record_all(events).unwrap();
    ledger
}

fn json(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

/// The events in another order: by bytes that the log did not need, those of equal bytes backwards.
fn shuffled<'a>(events: &'a [Event], bytes: &[u8]) -> Vec<&'a Event> {
    let mut order: Vec<usize> = (0..events.len()).rev().collect();
    order.sort_by_key(|place| bytes.get(*place % bytes.len().max(1)));
    order.into_iter().map(|place| &events[place]).collect()
}

fn assert_adds_up(report: &Report) {
    let conversations = &report.conversations;
    let (text, video) = (conversations.text, conversations.video);
    assert_eq!(conversations.total + conversations.both, text + video);
    let daily: u64 = conversations.daily.iter().map(|row| row.total).sum();
    assert_eq!(daily, conversations.total);

    let requests = &report.requests;
    assert_eq!(requests.total, requests.text + requests.video);
    assert_eq!(requests.total, requests.by_visitor + requests.by_agent);
    assert_eq!(requests.total, requests.accepted + requests.unsuccessful);
    let by_hour: u64 = requests
        .by_hour
        .iter()
        .map(|row| row.text + row.video)
        .sum();
    let daily: u64 = requests.daily.iter().map(|row| row.text + row.video).sum();
    assert_eq!((by_hour, daily), (requests.total, requests.total));

    let calls = &report.engage.calls.organization;
    let inbound = calls.answered + calls.missed + calls.cancelled + calls.pending;
    assert_eq!(calls.requested, inbound);
    assert_eq!(calls.held, calls.attempted + calls.answered);
    let chats = &report.engage.chats.organization;
    assert_eq!(
        chats.requested,
        chats.answered + chats.missed + chats.pending
    );
    assert_eq!(chats.held, chats.accepted + chats.answered);

    let gmv = &report.gmv;
    // A message whose own window has passed can block `orders`, but not the call of its conversation.
    let is_blocked = report.options.lapsed_touch() == LapsedTouch::Blocks;
    if !is_blocked && report.options.orders_window().is_none() {
        assert!(gmv.gmv_orders <= gmv.orders);
    }
    let gone_and_left = gmv.refunded_gmv.clone() + gmv.net_gmv.clone();
    assert_eq!(gone_and_left, gmv.attributed_gmv);
    assert_eq!(gmv.average_order_value.sums(), gmv.attributed_sales);

    // Whatever the model, the shares of all orders sum to their values.
    let board = &report.leaderboard;
    let mut credited = board.unassigned.attributed_sales.clone();
    let mut credits = board.unassigned.attributed_orders;
    for row in &board.agents {
        credited += row.attributed_sales.clone();
        credits += row.attributed_orders;
    }
    assert_eq!(credited, gmv.attributed_sales);
    if report.options.model() == Model::LastTouch {
        assert_eq!(credits, gmv.orders);
    }
}

/// What the log says beside its report.
fn assert_explained(ledger: &Ledger, report: &Report, options: &Options) {
    for explanation in explanations(ledger, options) {
        assert!(!explanation.to_string().is_empty());
        let credits = explanation.touches.iter();
        let credits = credits.filter_map(|touch| touch.credit.as_ref());
        let (mut sales, mut net) = (ExactSum::ZERO, ExactSum::ZERO);
        for credit in credits {
            sales += credit.sales.amount.into();
            net += credit.net_sales.amount.into();
        }
        if explanation.is_attributed {
            assert_eq!(sales, explanation.value.amount.into());
            assert_eq!(net, explanation.net_value.amount.into());
        }
    }
    let (window, model) = (report.options.window(), report.options.model());
    let table = ledger
        .view(query(&report.period, options))
        .what_if(&[window], &[model])
        .unwrap();
    let cell = table.cell(window, model).unwrap();
    assert_eq!(cell.gmv, report.gmv);
    assert_eq!(cell.unassigned, report.leaderboard.unassigned);
}

pub(crate) fn body(data: &[u8]) {
    let mut u = Unstructured::new(data);
    let Ok(Log {
        events,
        period,
        options,
    }) = log(&mut u)
    else {
        return;
    };
    let whole = ledger(&events);
    let report = whole.report(&period, &options);
    assert_adds_up(&report);
    assert_explained(&whole, &report, &options);
    let written = json(&report);
    assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report);

    // In another order, with a report asked for on the way.
    let shuffled = shuffled(&events, data);
    let (mine, theirs) = shuffled.split_at(shuffled.len() / 2);
    let mut again = ledger(mine.iter().copied());
    let half = again.report(&period, &options);
    assert_adds_up(&half);
    again.record_all(theirs.iter().copied()).unwrap();
    assert_eq!(json(&again.report(&period, &options)), written);

    // Of two halves, in either order.
    let (mine, theirs) = (ledger(mine.iter().copied()), ledger(theirs.iter().copied()));
    for (mut one, other) in [(mine.clone(), &theirs), (theirs.clone(), &mine)] {
        one.merge(other).unwrap();
        assert_eq!(json(&one.report(&period, &options)), written);
        assert!(one.events().eq(whole.events()));
    }

    // Written out and read back, the report is the same, apart from the counters of arrivals.
    let lines = whole.events().map(|event| serde_json::to_string(&event));
    let lines: Vec<String> = lines.map(Result::unwrap).collect();
    let text = lines.join("\n");
    let mut back = Ledger::new();
    for event in NdjsonReader::new(text.as_bytes()) {
        back.record(&event.unwrap()).unwrap();
    }
    assert!(back.events().eq(whole.events()));
    let mut found = back.report(&period, &options);
    found.data_quality.duplicates = whole.duplicates();
    found.data_quality.conflicts = whole.conflicts();
    found.data_quality.superseded = whole.superseded();
    assert_eq!(json(&found), written);

    // The period that the events themselves give, where they give one.
    if let Ok(own) = whole.whole_period(period.zone(), &options) {
        let (first, last) = whole.span(&options).unwrap();
        assert!(own.start() <= first && last < own.end());
        assert_adds_up(&whole.report(&own, &options));
    }
}
