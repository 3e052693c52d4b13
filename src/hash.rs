//! Hashes that are the same on every machine and in every release.

/// FNV-1a, 64 bits.
pub(crate) fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let bytes = bytes.into_iter();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A bijection after which every bit depends on every bit of `hash` (the finalizer of `SplitMix64`). So sums of the hashes of
/// similar texts are as good as random.
pub(crate) fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::{fnv1a, mixed};

    /// Each step is invertible, so different hashes stay different. A flipped bit flips about half of all bits.
    #[test]
    fn flipped_bit_changes_about_half_of_the_mixed_hash() {
        let flips = (0..64).map(|bit| {
            let (one, other) = (
                mixed(0x1234_5678_9abc_def0),
                mixed(0x1234_5678_9abc_def0 ^ (1 << bit)),
            );
            (one ^ other).count_ones()
        });
        assert!(
            flips.clone().all(|flipped| (12..=52).contains(&flipped)),
            "{:?}",
            flips.collect::<Vec<_>>()
        );
        // `SplitMix64` of seed 0 starts with the finalizer of its increment, as its author publishes.
        assert_eq!(mixed(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn fnv1a_matches_the_published_vectors() {
        // The test vectors that its authors publish.
        for (text, hash) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv1a(text.bytes()), hash, "{text}");
        }
    }
}
