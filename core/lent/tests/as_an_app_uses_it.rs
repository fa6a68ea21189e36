//! An app writes by address, whenever it likes, and hands in whatever it likes. scripts/asan runs this
//! under AddressSanitizer, where a write to memory that is gone ends the run.

#![allow(unsafe_code, reason = "plays the app, which writes by address")]

use dayfly_lent::{Lease, LentError, MAX_BUFFERS, MAX_CAPACITY, Pool};
use std::sync::atomic::{AtomicBool, Ordering};

/// What foreign code does: it knows an address and a number of bytes.
fn fill(address: usize, length: usize, with: u8) {
    let to = std::ptr::with_exposed_provenance_mut::<u8>(address);
    // SAFETY: within a lease that exists, of at least `length` bytes.
    unsafe { to.write_bytes(with, length) };
}

fn lent(pool: &Pool) -> Lease {
    pool.lend().expect("it is open").expect("one is free")
}

#[test]
fn what_was_written_is_taken() {
    let pool = Pool::new(1001, 1).unwrap();
    let lease = lent(&pool);
    assert_eq!(lease.capacity(), 1001);
    fill(lease.address(), 1001, 7);
    fill(lease.address() + 1000, 1, 9);
    let bytes = pool.take(&lease, 1001).unwrap();
    assert_eq!(bytes.len(), 1001);
    assert_eq!((bytes[0], bytes[999], bytes[1000]), (7, 7, 9));
}

#[test]
fn a_write_after_the_pool_is_gone_hits_memory_that_is_there() {
    let pool = Pool::new(4096, 2).unwrap();
    let (one, other) = (lent(&pool), lent(&pool));
    fill(one.address(), 4096, 1);
    pool.close();
    fill(one.address(), 4096, 2);
    assert_eq!(pool.take(&one, 4096), Err(LentError::Closed));
    assert_eq!(pool.lend().err(), Some(LentError::Closed));
    drop(pool);
    fill(one.address(), 4096, 3);
    drop(one);
    fill(other.address(), 4096, 4);
}

#[test]
fn a_lease_is_handed_in_once_and_where_it_came_from() {
    let (pool, stranger) = (Pool::new(64, 1).unwrap(), Pool::new(64, 1).unwrap());
    let lease = lent(&pool);
    let theirs = lent(&stranger);
    assert_eq!(pool.take(&theirs, 64), Err(LentError::Spent));
    assert_eq!(pool.take(&lease, 65), Err(LentError::TooLong));
    assert!(pool.take(&lease, 64).is_ok(), "a wrong length costs nothing");
    assert_eq!(pool.take(&lease, 64), Err(LentError::Spent));
    // The buffer is lent again; the old lease neither hands it in nor gives it back.
    let next = lent(&pool);
    assert_eq!(next.address(), lease.address());
    assert!(next.generation() > lease.generation());
    assert_eq!(pool.take(&lease, 64), Err(LentError::Spent));
    drop(lease);
    assert!(pool.lend().unwrap().is_none(), "it is still out");
    assert!(pool.take(&next, 64).is_ok());
}

#[test]
fn what_is_written_too_late_changes_nothing_that_was_taken() {
    let pool = Pool::new(64, 1).unwrap();
    let lease = lent(&pool);
    fill(lease.address(), 64, 1);
    let bytes = pool.take(&lease, 64).unwrap();
    fill(lease.address(), 64, 2);
    assert_eq!(bytes, [1; 64]);
}

#[test]
fn when_all_are_out_nothing_is_lent_until_one_comes_back() {
    let pool = Pool::new(64, 2).unwrap();
    let (one, two) = (lent(&pool), lent(&pool));
    assert!(pool.lend().unwrap().is_none());
    drop(one);
    let three = lent(&pool);
    assert!(pool.lend().unwrap().is_none());
    assert!(pool.take(&two, 1).is_ok());
    assert!(pool.lend().unwrap().is_some());
    drop(three);
}

#[test]
fn sizes_have_bounds() {
    for (capacity, most) in [
        (0, 1),
        (1, 0),
        (MAX_CAPACITY + 1, 1),
        (1, MAX_BUFFERS + 1),
        (usize::MAX, 1),
    ] {
        assert_eq!(Pool::new(capacity, most).err(), Some(LentError::Size));
    }
}

#[test]
fn one_writes_one_hands_in_and_one_closes_at_once() {
    for _ in 0..200 {
        let pool = Pool::new(512, 3).unwrap();
        let closed = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !closed.load(Ordering::Relaxed) {
                        let Ok(Some(lease)) = pool.lend() else { continue };
                        fill(lease.address(), 512, 5);
                        if let Ok(bytes) = pool.take(&lease, 512) {
                            assert_eq!(bytes, [5; 512]);
                        }
                        fill(lease.address(), 512, 5);
                    }
                });
            }
            scope.spawn(|| {
                pool.close();
                closed.store(true, Ordering::Relaxed);
            });
        });
    }
}
