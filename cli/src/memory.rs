//! What becomes of this program's memory: freed blocks are cleared, and the system writes none
//! of it to a core file nor shows it to other programs of the same user.

use rustix::process::{Resource, Rlimit, setrlimit};

#[global_allocator]
static MEMORY: dayfly_wipe::ClearOnFree = dayfly_wipe::ClearOnFree(std::alloc::System);

/// Asks the system to keep this program's memory to itself. A build for developers stays open to
/// their debuggers; root sees everything always.
pub fn keep_private() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if setrlimit(Resource::Core, none).is_err() {
        log::warn!("the system may write this program's memory to a file if it crashes");
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if !cfg!(debug_assertions) {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err() {
            log::warn!("other programs of this user can read this program's memory");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::getrlimit;

    #[test]
    fn no_core_file_is_written() {
        keep_private();
        let limit = getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
    }
}
