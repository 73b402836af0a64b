//! The one clock: CLOCK_MONOTONIC, which every process of a host shares, so that ledgers of several clients can be compared.

/// Microseconds of CLOCK_MONOTONIC. `std::time::Instant` uses the same clock but does not give its value away.
pub fn now_us() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live timespec, and this clock exists on every Linux.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    assert_eq!(status, 0, "CLOCK_MONOTONIC cannot be read");
    time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000
}
