//! The attribution engine: growth, one hot visitor, and the table of windows and models.
//!
//! ```text
//! cargo bench --bench attribution
//! ```

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use convometrics::attribution::{Path, Rules, Window};
use convometrics::report::WhatIf;
use convometrics::{Ledger, Model, Money, NdjsonReader, Options, Zone};
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
            let mut rng = Rng::with_seed(7);
            let whos = u32::try_from(count).unwrap();
            let touches = touches(&mut rng, whos, 20, 3 * count);
            let conversions = conversions(&mut rng, whos, count);
            let rules = Rules::new().with_model(model);
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
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
            let mut rng = Rng::with_seed(7);
            let touches = touches(&mut rng, 1, 20, 100_000 / parts);
            let conversions = conversions(&mut rng, 1, 10_000 / parts);
            group.throughput(Throughput::Elements((110_000 / parts) as u64));
            group.bench_function(BenchmarkId::from_parameter(110_000 / parts), |bencher| {
                bencher.iter(|| black_box(rules.attribute(&touches, &conversions)));
            });
        }
        group.finish();
    }
}

/// A made-up shop's fortnight, so many times with other visitors.
fn shop(times: usize) -> Ledger {
    let sample = include_bytes!("../examples/data/fortnight.ndjson");
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

/// A report, and the table of 6 windows × 5 models, of some 340 000 events.
fn what_if(criterion: &mut Criterion) {
    let ledger = shop(100);
    let options = Options::new();
    let period = ledger.whole_period(&Zone::utc(), &options).unwrap();
    let mut group = criterion.benchmark_group("what_if");
    group.bench_function("report", |bencher| {
        bencher.iter(|| black_box(ledger.report(&period, &options)));
    });
    group.bench_function("table_of_30", |bencher| {
        bencher.iter(|| {
            let windows = &WhatIf::WINDOWS_SECONDS;
            black_box(ledger.what_if(&period, &options, windows, &Model::ALL))
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = growth, hot_visitor, what_if
}
criterion_main!(benches);
