//! Splitting an amount by weights, exactly.

use crate::money::{Amount, Money, PLACES, places};

/// Splits an amount by whole weights with the largest-remainder method, in the finer of the currency's minor unit and the
/// unit of the amount. The shares sum to the amount. Without weights there are no shares.
pub(crate) fn split(money: Money, weights: &[u128]) -> Vec<Amount> {
    let total: u128 = weights.iter().sum();
    if total == 0 {
        return Vec::new();
    }
    let millionths = u128::from(money.amount.millionths().unsigned_abs());
    let unit = 10_u128.pow(PLACES - places(millionths, money.currency.minor_unit()));
    let units = millionths / unit;
    // Fewer than 2^60 units times weights of at most 2^67 fit into 128 bits.
    let mut shares: Vec<(u128, u128)> = weights
        .iter()
        .map(|weight| units * weight)
        .map(|product| (product / total, product % total))
        .collect();
    let given: u128 = shares.iter().map(|(share, _)| share).sum();
    let left =
        usize::try_from(units - given).expect("rounding down loses less than one unit a share");
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|index| std::cmp::Reverse(shares[*index].1));
    for index in by_remainder.into_iter().take(left) {
        shares[index].0 += 1;
    }
    shares
        .into_iter()
        .map(|(share, _)| {
            let share = i64::try_from(share * unit);
            Amount::from_millionths(share.expect("a share is at most the amount"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(amount: &str, currency: &str, weights: &[u128]) -> Vec<String> {
        let money = Money::new(amount.parse().unwrap(), currency.parse().unwrap());
        let shares = split(money, weights);
        let sum: i64 = shares.iter().map(|share| share.millionths()).sum();
        assert_eq!(
            sum,
            if weights.is_empty() {
                0
            } else {
                money.amount.millionths()
            }
        );
        shares
            .iter()
            .map(|share| Money::new(*share, money.currency).to_string())
            .collect()
    }

    #[test]
    fn left_over_cents_go_to_the_largest_remainders_then_to_the_first() {
        // 46.666… each: 3 × 46.66 leaves 2 cents, equal remainders.
        assert_eq!(
            shares("140.00", "EUR", &[1, 1, 1]),
            ["46.67 EUR", "46.67 EUR", "46.66 EUR"]
        );
        assert_eq!(
            shares("100.00", "EUR", &[4, 1, 1, 4]),
            ["40.00 EUR", "10.00 EUR", "10.00 EUR", "40.00 EUR"]
        );
        // 1/7, 2/7, 4/7 of 100.00: 14.285…, 28.571…, 57.142…: the cent goes to the first, whose remainder is the largest.
        assert_eq!(
            shares("100.00", "EUR", &[1, 2, 4]),
            ["14.29 EUR", "28.57 EUR", "57.14 EUR"]
        );
        // 0.01 by 1:2: remainders 1/3 and 2/3.
        assert_eq!(shares("0.01", "EUR", &[1, 2]), ["0.00 EUR", "0.01 EUR"]);
    }

    #[test]
    fn unit_is_the_finer_of_currency_and_amount() {
        assert_eq!(
            shares("100", "JPY", &[1, 1, 1]),
            ["34 JPY", "33 JPY", "33 JPY"]
        );
        assert_eq!(
            shares("100", "KWD", &[1, 1, 1]),
            ["33.334 KWD", "33.333 KWD", "33.333 KWD"]
        );
        assert_eq!(shares("0.5", "JPY", &[1, 1]), ["0.3 JPY", "0.2 JPY"]);
        assert_eq!(
            shares("10.0001", "EUR", &[1, 1]),
            ["5.0001 EUR", "5.00 EUR"]
        );
    }

    #[test]
    fn zero_splits_into_zeros() {
        assert_eq!(shares("0", "EUR", &[1, 1]), ["0.00 EUR", "0.00 EUR"]);
        assert!(shares("1", "EUR", &[]).is_empty());
    }
}
