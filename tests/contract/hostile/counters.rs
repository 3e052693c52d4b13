//! Counters near their greatest value, a ledger merged with itself, amounts at their limits.

use convometrics::ledger::{Arrival, Survivor};
use convometrics::money::{Amount, AverageAmount, ExactSum, MoneyByCurrency};
use convometrics::ratio::MeanMinutes;
use convometrics::{Event, Ledger, Mean, Money, Options, Ratio};

use super::BEFORE;
use crate::logs::{Log, days};

fn before() -> Ledger {
    let mut ledger = Ledger::new();
    ledger
        .record_all(BEFORE.map(|line| Event::from_json(line).unwrap()))
        .unwrap();
    ledger
}

#[test]
fn a_ledger_merged_with_its_clone_says_the_same_but_for_duplicates() {
    let once = before();
    let mut twice = once.clone();
    twice.merge(&once).unwrap();
    let period = days("2026-03-02", "2026-03-02", "UTC");
    let mut expected = once.report(&period, &Options::new());
    assert_eq!(expected.gmv.orders, 1);
    expected.data_quality.duplicates = 3;
    assert_eq!(twice.report(&period, &Options::new()), expected);
    assert!(twice.events().eq(once.events()));
}

/// Each merge with a clone doubles how often an event arrived: 64 of them pass 2^64. So these two counters, what
/// `Arrivals` adds up and the sums below can be filled; they stay at their greatest value. What is counted one by one
/// cannot: survivors and all figures made of them lie in memory, lines and bytes would have to be read, 2^64 of them.
#[test]
fn counters_of_arrivals_stay_at_their_greatest_value() {
    let mut ledger = before();
    for doublings in 1..=70_u32 {
        let clone = ledger.clone();
        ledger.merge(&clone).unwrap();
        // 3 × 2^n arrivals of three survivors, as far as the counter goes.
        let arrivals = 3_u64.checked_mul(1_u64.checked_shl(doublings).unwrap_or(0));
        let expected = match arrivals {
            Some(arrivals) if doublings <= 62 => arrivals - 3,
            _ => u64::MAX,
        };
        assert_eq!(ledger.duplicates(), expected, "{doublings}");
        assert_eq!((ledger.len(), ledger.conflicts()), (3, 0));
    }
    // Two survivors, each of which arrived as often as can be counted, are replaced by earlier ones.
    for line in &BEFORE[..2] {
        let earlier = line.replace("2026-03-02", "2026-03-01");
        let earlier = Event::from_json(&earlier).unwrap();
        assert_eq!(
            ledger.record(&earlier).unwrap(),
            Arrival::Conflict(Survivor::Arrived)
        );
        assert_eq!(ledger.record(&earlier).unwrap(), Arrival::Duplicate);
    }
    assert_eq!((ledger.len(), ledger.conflicts()), (3, u64::MAX));
    // And the counters go on being merged.
    let clone = ledger.clone();
    ledger.merge(&clone).unwrap();
    assert_eq!((ledger.len(), ledger.conflicts()), (3, u64::MAX));
    let report = ledger.report(&days("2026-03-01", "2026-03-02", "UTC"), &Options::new());
    assert_eq!(report.data_quality.conflicts, u64::MAX);
    assert_eq!(report.gmv.orders, 1);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(
        serde_json::from_str::<convometrics::Report>(&json).unwrap(),
        report
    );
}

#[test]
fn sums_ratios_and_means_stay_at_their_greatest_value() {
    let full = Ratio::new(u64::MAX, u64::MAX);
    assert_eq!(full + full, full);
    assert_eq!(full.value(), Some(1.0));
    let mean = Mean::new(u64::MAX, 1);
    assert_eq!(mean + mean, Mean::new(u64::MAX, 2));
    // 2^64 - 1 is midway to no other double than 2^64.
    assert_eq!(mean.value(), Some(18_446_744_073_709_551_616.0));
    assert_eq!(
        Mean::new(1, u64::MAX).value(),
        Some(1.0 / 18_446_744_073_709_551_616.0)
    );

    // 30 digits are the most that a sum is read from; 400 of them are more than it holds.
    let most: ExactSum = format!("{}.999999", "9".repeat(30)).parse().unwrap();
    let sum = (0..400).fold(ExactSum::ZERO, |sum, _| sum + most);
    assert_eq!(sum, sum + most);
    assert_eq!(sum.to_text(2), "340282366920938463463374607431768.211455");
    let minutes = MeanMinutes::new(sum, u64::MAX);
    assert_eq!((minutes + minutes).count, u64::MAX);
    assert!(minutes.value().unwrap() > 0.0);
    assert!(MeanMinutes::new(ExactSum::ZERO, u64::MAX).value() == Some(0.0));
    let eur = "EUR".parse().unwrap();
    let average = AverageAmount::new(sum, 1);
    assert_eq!(average.value_text(eur), Some(sum.to_text(2)));
    assert_eq!((average + average).value_text(eur).unwrap().len(), 40);
    assert!(AverageAmount::new(sum, u64::MAX).value_text(eur).is_some());

    let mut money = MoneyByCurrency::from_iter([(eur, sum)]);
    money += Money::new("999999999999.999999".parse().unwrap(), eur);
    assert_eq!(money.get(eur), Some(sum));
}

#[test]
fn amounts_at_their_limits_are_added_split_and_given_back_exactly() {
    const MOST: &str = "999999999999.999999";
    // A thousand orders of the greatest amount, of three conversations.
    let log = ["c1", "c2", "c3"]
        .into_iter()
        .fold(Log::new(), |log, conversation| {
            log.message("ann", "09:00", conversation, "visitor")
                .message("ann", "09:01", conversation, &format!("a-{conversation}"))
                .message("ann", "09:02", conversation, "visitor")
        });
    let log = (0..1_000).fold(log, |log, order| {
        log.order("ann", "10:00", &format!("o{order}"), "EUR", MOST)
    });
    let refund = |log: Log, order: &str, amount: &str| {
        let own = serde_json::json!({"order": order, "amount": amount});
        log.event("ann", "11:00", "order_refunded", own)
    };
    // Of one all goes back, a hundred times over; of another the least there is.
    let log = (0..100).fold(log, |log, _| refund(log, "o1", MOST));
    let log = refund(log, "o2", "0.000001");
    let options = Options::new()
        .with_model(convometrics::Model::Linear)
        .with_gmv_scope(convometrics::metrics::gmv::GmvScope::Any);
    let report = log.report_with(&options);

    let (eur, gmv) = ("EUR".parse().unwrap(), report.gmv);
    assert_eq!(gmv.orders, 1_000);
    assert_eq!(gmv.attributed_gmv.to_string(), "999999999999999.999 EUR");
    assert_eq!(gmv.refunded_gmv.to_string(), "1000000000000.00 EUR");
    assert_eq!(gmv.net_gmv.to_string(), "998999999999999.999 EUR");
    assert_eq!(report.data_quality.over_refunds, 99);
    let average = gmv.average_order_value.get(eur).unwrap();
    // 999 999 999 999.999 999 with the three digits of the sum.
    assert_eq!(
        average.value_text(eur).as_deref(),
        Some("1000000000000.000")
    );
    // A third each: 333 333 333 333.333 333 exactly.
    for row in &report.leaderboard.agents {
        let third = row.attributed_sales.to_string();
        assert_eq!(third, "333333333333333.333 EUR", "{}", row.agent);
        assert_eq!(row.attributed_orders, 1_000);
    }
    assert_eq!(report.leaderboard.agents.len(), 3);
}

#[test]
fn an_amount_beyond_its_limits_is_refused_by_its_field() {
    let line = |fields: &str| {
        let envelope =
            r#""id":"1","at":"2026-03-02T09:00:00Z","visitor":"ann","order":"o","currency":"EUR""#;
        Event::from_json(&format!("{{{envelope},{fields}}}")).map_err(|error| error.to_string())
    };
    let placed = |fields: &str| line(&format!(r#""type":"order_placed",{fields}"#));
    let most = "999999999999.999999";
    let beyond = [
        "1000000000000",
        "999999999999.9999999",
        "-0.000001",
        "0.0000001",
        "99999999999999999999999999999999999999999999",
    ];
    for text in beyond {
        let error = placed(&format!(r#""subtotal":"{text}""#)).unwrap_err();
        assert!(error.starts_with(&format!(
            "`subtotal` is \"{text}\"; allowed: a decimal from 0"
        )));
        let refund = format!(r#""type":"order_refunded","amount":"{text}""#);
        assert!(line(&refund).unwrap_err().starts_with("`amount` is "));
        assert!(text.parse::<Amount>().is_err());
    }
    // As much again is taken off twice: the value would be as far below 0 as can be.
    let less = format!(r#""subtotal":"0","discount":"{most}","included_tax":"{most}""#);
    let error = placed(&less).unwrap_err();
    assert_eq!(
        error,
        "`subtotal` is 0.00; allowed: at least discount + included_tax = 1999999999999.999998, so that the value is not negative"
    );
    let free = placed(&format!(r#""subtotal":"{most}","discount":"{most}""#));
    assert!(free.is_ok());
    // Zeros before and behind are free, however many.
    let zeros = "0".repeat(100_000);
    let long = placed(&format!(r#""subtotal":"{zeros}{most}{zeros}""#)).unwrap();
    assert_eq!(long, placed(&format!(r#""subtotal":"{most}""#)).unwrap());
}
