//! What Linux tells about a process.

use std::time::Duration;

/// A line of `/proc/PID/status` that is told in kB, such as `VmRSS` or `VmHWM`, in MiB.
pub(crate) fn mib(process: &str, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let told = status.lines().find_map(|told| told.strip_prefix(line)?.strip_prefix(':')).unwrap();
    told.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
}

/// What all threads of this process have used of the processors.
pub(crate) fn cpu_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let used = |thread: std::io::Result<std::fs::DirEntry>| {
        let told = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        told.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(used).sum())
}
