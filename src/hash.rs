//! A hash that is the same everywhere: on every machine, in every release.

/// FNV-1a, 64 bits.
pub(crate) fn fnv1a(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let bytes = bytes.into_iter();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A hash whose every bit depends on every bit of another, one to one: sums of hashes of like texts are then as good as
/// random. (The finalizer of `SplitMix64`.)
pub(crate) fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::{fnv1a, mixed};

    /// Each step can be undone, so no two hashes become one; and a flipped bit flips about half of all.
    #[test]
    fn a_mixed_hash_is_another_in_every_bit() {
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
    fn it_is_fnv_1a() {
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
