//! The attribution engine: growth, one hot visitor, and the table of windows and models.
//!
//! ```text
//! cargo bench --package convometrics-benches --bench attribution
//! ```
//!
//! What it showed, on two cores of a shared machine, so that ratios say more than times:
//!
//! **Growth** (`growth/*`): 10^3 to 10^6 conversions, each of another who, with three touches each, in no order, over a
//! year. n log n would double the cost of one conversion from 10^3 to 10^6.
//!
//! | conversions | `last_touch`, instructions each | time each | `time_decay`, instructions each | time each |
//! | --- | --- | --- | --- | --- |
//! | 10^3 | 3 417 | 0.5 µs | 3 680 | 0.5 µs |
//! | 10^4 | 3 919 | 0.7 µs | 4 193 | 0.6 µs |
//! | 10^5 | 4 366 | 1.2 µs | 4 641 | 0.8 µs |
//! | 10^6 | 4 819 | 1.5 µs | 5 093 | 1.1 µs |
//! | 10^6 to 10^3 | 1.41 | 3.0 | 1.38 | 2.1 |
//!
//! The instructions grow by less than n log n; the rest of the time is touches that no longer lie in the caches. They
//! were counted with `valgrind --tool=callgrind --toggle-collect='convometrics::attribution::credit::for_each_who*'` over
//! the bench's program with `--bench --test growth/last_touch/1000$`.
//!
//! **One hot visitor** (`hot_visitor/*`): 10^5 touches and 10^4 conversions of one who over a year, window of 30 days
//! (some 8 200 touches in each conversion's window), and a half and a quarter of both.
//!
//! | | quarter | half | all | all to quarter |
//! | --- | --- | --- | --- | --- |
//! | `last_touch` | 5.6 ms | 10.9 ms | 23.5 ms | 4.2 |
//! | `first_touch` | 5.2 ms | 11.0 ms | 23.0 ms | 4.4 |
//! | `first_touch`, last path of 20 labels | 5.3 ms | 11.1 ms | 22.7 ms | 4.3 |
//! | `linear`, last path of 20 labels | 8.1 ms | 18.0 ms | 35.3 ms | 4.4 |
//! | `last_touch`, 30 days and 3 days by channel | 5.4 ms | 13.7 ms | 28.8 ms | 5.3 |
//! | a report, `last_touch` | 6.1 ms | 13.5 ms | 30.7 ms | 5.0 |
//! | a report, `linear` | 17.3 ms | 54.2 ms | 174.1 ms | 10.1 |
//!
//! Four times as much costs four times as much and a little: no join of touches with conversions, which would cost
//! sixteen times as much. The last row is what its shares cost: 2 000 conversations, of which some 160 are in the window
//! of each of 10 000 orders, make 16 times the shares of a quarter. (A report reads 2 × 10^5 messages, half of them the
//! visitor's and so touches.)
//!
//! **Table** (`what_if/*`) of 6 windows × 5 models, in one run:
//!
//! | | `last_touch` | `first_touch` | `linear` | `position_based` | `time_decay` | table | in mean reports |
//! | --- | --- | --- | --- | --- | --- | --- | --- |
//! | a shop's 360 000 events | 46.3 ms | 46.5 ms | 57.4 ms | 53.2 ms | 50.9 ms | 70.9 ms | 1.4 |
//! | one visitor, 10^4 touches, 10^3 orders | 2.4 ms | 2.3 ms | 4.6 ms | 4.7 ms | 9.6 ms | 63.3 ms | 13.4 |
//!
//! Of a shop's log the table costs far less than five reports, where thirty reports would cost thirty. Where a report is
//! nothing but shares, as of the one visitor, the table is what its shares cost: those of 90 days are three times those
//! of 30.

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::{Path, Rules, Window};
use convometrics::event::{Author, ChatEvent, NdjsonReader, OrderEvent, PlacedOrder};
use convometrics::explain::WhatIf;
use convometrics::{Event, EventKind, Ledger, Model, Money, Options, Query, Zone};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fastrand::Rng;

type Touch = (u32, DateTime<Utc>, u32, u8);
type Conversion = (u32, DateTime<Utc>, Money);

const YEAR_SECONDS: i64 = 365 * 86_400;

fn at(rng: &mut Rng) -> DateTime<Utc> {
    let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_454);
    start + TimeDelta::seconds(rng.i64(0..YEAR_SECONDS))
}

fn touches(rng: &mut Rng, whos: u32, labels: u32, count: usize) -> Vec<Touch> {
    let touch = |rng: &mut Rng| (rng.u32(0..whos), at(rng), rng.u32(0..labels), rng.u8(0..2));
    std::iter::repeat_with(|| touch(rng)).take(count).collect()
}

fn conversions(rng: &mut Rng, whos: u32, count: usize) -> Vec<Conversion> {
    let conversion = |rng: &mut Rng| {
        let amount = format!("{}.{:02}", rng.u32(5..500), rng.u32(0..100));
        let money = Money::new(amount.parse().unwrap(), "EUR".parse().unwrap());
        (rng.u32(0..whos), at(rng), money)
    };
    std::iter::repeat_with(|| conversion(rng))
        .take(count)
        .collect()
}

/// A conversion and three touches a who, over a year; window of 30 days.
fn growth(criterion: &mut Criterion) {
    for model in [Model::LastTouch, Model::TimeDecay] {
        let mut group = criterion.benchmark_group(format!("growth/{model}"));
        for count in [1_000_usize, 10_000, 100_000, 1_000_000] {
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                let mut rng = Rng::with_seed(7);
                let whos = u32::try_from(count).unwrap();
                let touches = touches(&mut rng, whos, 20, 3 * count);
                let conversions = conversions(&mut rng, whos, count);
                let rules = Rules::new().with_model(model);
                bencher.iter(|| black_box(rules.attribute(&touches, &conversions)));
            });
        }
        group.finish();
    }
}

/// One who with 10^5 touches and 10^4 conversions, and half and a quarter of both.
fn hot_visitor(criterion: &mut Criterion) {
    let cases = [
        ("last_touch", Rules::new().with_model(Model::LastTouch)),
        ("first_touch", Rules::new().with_model(Model::FirstTouch)),
        (
            "first_touch_last_path",
            Rules::new()
                .with_model(Model::FirstTouch)
                .with_path(Path::Last),
        ),
        (
            "linear_last_path",
            Rules::new().with_model(Model::Linear).with_path(Path::Last),
        ),
        (
            "last_touch_windows_by_channel",
            Rules::new().with_channel_window(1, Window::days(3)),
        ),
    ];
    for (name, rules) in cases {
        let mut group = criterion.benchmark_group(format!("hot_visitor/{name}"));
        for parts in [4_usize, 2, 1] {
            group.throughput(Throughput::Elements((110_000 / parts) as u64));
            group.bench_function(BenchmarkId::from_parameter(110_000 / parts), |bencher| {
                let mut rng = Rng::with_seed(7);
                let touches = touches(&mut rng, 1, 20, 100_000 / parts);
                let conversions = conversions(&mut rng, 1, 10_000 / parts);
                bencher.iter(|| black_box(rules.attribute(&touches, &conversions)));
            });
        }
        group.finish();
    }
}

/// One visitor over a year: a message after another, half of them the visitor's and so touches, a hundred a conversation,
/// and an order after every twenty.
fn hot_ledger(messages: usize) -> Ledger {
    let start = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_454);
    let step = TimeDelta::seconds(YEAR_SECONDS / i64::try_from(messages).unwrap());
    let mut ledger = Ledger::new();
    let mut at = start;
    for number in 0..messages {
        at += step;
        let by = match number % 2 {
            0 => Author::Visitor,
            _ => Author::Agent(format!("a-{}", number % 7).parse().unwrap()),
        };
        let conversation = format!("c-{}", number / 100).parse().unwrap();
        let mut events = vec![EventKind::from(ChatEvent::MessageSent { conversation, by })];
        if number % 20 == 19 {
            let order = format!("o-{number}").parse().unwrap();
            let placed = PlacedOrder::new(order, "EUR".parse().unwrap(), "35.10".parse().unwrap());
            events.push(OrderEvent::Placed(placed).into());
        }
        for (place, kind) in events.into_iter().enumerate() {
            let id = format!("{number}-{place}").parse().unwrap();
            let event = Event::new(id, at, "ann".parse().unwrap(), kind).unwrap();
            ledger.record(&event).unwrap();
        }
    }
    ledger
}

/// The report of one visitor with 10^5 touches and 10^4 orders, and of half and a quarter of both.
fn hot_report(criterion: &mut Criterion) {
    for model in [Model::LastTouch, Model::Linear] {
        let mut group = criterion.benchmark_group(format!("hot_visitor/report_{model}"));
        for parts in [4_usize, 2, 1] {
            group.throughput(Throughput::Elements((210_000 / parts) as u64));
            group.bench_function(BenchmarkId::from_parameter(210_000 / parts), |bencher| {
                let ledger = hot_ledger(200_000 / parts);
                let options = Options::new().with_model(model);
                let period = ledger.whole_period(&Zone::utc(), &options).unwrap();
                bencher.iter(|| black_box(ledger.report(&period, &options)));
            });
        }
        group.finish();
    }
}

/// A made-up shop's fortnight, so many times with other visitors.
fn shop(times: usize) -> Ledger {
    let sample = include_bytes!("../../../examples/data/fortnight.ndjson");
    let mut ledger = Ledger::new();
    for copy in 0..times {
        for event in NdjsonReader::new(&sample[..]) {
            let mut event = serde_json::to_value(event.unwrap()).unwrap();
            event["visitor"] = format!("{} {copy}", event["visitor"].as_str().unwrap()).into();
            let event = serde_json::from_value(event).unwrap();
            ledger.record(&event).unwrap();
        }
    }
    ledger
}

/// A report under one model, and the table of 6 windows × 5 models: of some 360 000 events of a shop, and of one visitor
/// with 10^4 touches and 10^3 orders, whose report is attribution alone.
fn what_if(criterion: &mut Criterion) {
    for name in ["shop", "visitor"] {
        let ledger = || match name {
            "shop" => shop(100),
            _ => hot_ledger(20_000),
        };
        let mut group = criterion.benchmark_group(format!("what_if/{name}"));
        for model in Model::ALL {
            group.bench_function(format!("report_{model}"), |bencher| {
                let ledger = ledger();
                let options = Options::new().with_model(model);
                let period = ledger.whole_period(&Zone::utc(), &options).unwrap();
                bencher.iter(|| black_box(ledger.report(&period, &options)));
            });
        }
        group.bench_function("table_of_30", |bencher| {
            let ledger = ledger();
            let options = Options::new();
            let period = ledger.whole_period(&Zone::utc(), &options).unwrap();
            let windows = &WhatIf::WINDOWS;
            bencher.iter(|| {
                black_box(
                    ledger
                        .view(Query::new(period.clone()))
                        .what_if(windows, &Model::ALL),
                )
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = growth, hot_visitor, hot_report, what_if
}
criterion_main!(benches);
