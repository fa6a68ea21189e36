//! What an app must not do: it writes to a lease it has let go of, once the pool is gone too.
//! scripts/asan runs it and expects to be told, so that its silence about the tests means something.

#![allow(unsafe_code, reason = "the fault")]

use dayfly_lent::Pool;

fn main() {
    let pool = Pool::new(4096, 1).expect("a size that can be");
    let lease = pool.lend().expect("it is open").expect("one is free");
    let late = std::ptr::with_exposed_provenance_mut::<u8>(lease.address());
    drop(pool);
    drop(lease);
    // SAFETY: none. The memory is gone; without a sanitizer nothing may be seen of this.
    unsafe { late.write_volatile(1) };
}
