//! What this process has used, and how many files it may open.

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Usage {
    cpu_seconds: f64,
    max_rss_kb: i64,
}

impl Usage {
    pub fn so_far() -> Self {
        // SAFETY: all zeros is a valid rusage, and the pointer is to a live one.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(libc::RUSAGE_SELF, &mut usage);
            usage
        };
        let ms = |time: libc::timeval| time.tv_sec * 1_000 + time.tv_usec / 1_000;
        Self {
            cpu_seconds: (ms(usage.ru_utime) + ms(usage.ru_stime)) as f64 / 1e3,
            max_rss_kb: usage.ru_maxrss,
        }
    }
}

/// Raises the soft limit as far as a process may do by itself, and says how far that is.
pub fn open_files() -> u64 {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointers are to a live rlimit.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit);
        let wanted = libc::rlimit {
            rlim_cur: limit.rlim_max,
            ..limit
        };
        if libc::setrlimit(libc::RLIMIT_NOFILE, &wanted) == 0 {
            limit = wanted;
        }
    }
    limit.rlim_cur
}

#[cfg(test)]
mod tests {
    use super::{open_files, Usage};

    #[test]
    fn a_process_uses_processor_and_memory() {
        let before = Usage::so_far();
        let busy = std::hint::black_box(vec![1_u8; 64 << 20]);
        while Usage::so_far().cpu_seconds < before.cpu_seconds + 0.02 {}
        assert!(busy.len() == 64 << 20 && Usage::so_far().max_rss_kb >= 64 << 10);
        assert!(open_files() > 100);
    }
}
