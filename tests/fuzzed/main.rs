//! The bodies of the fuzz targets in `fuzz/`, on random bytes, and what the fuzzer found with them.

mod bodies;
mod found;
mod properties;
