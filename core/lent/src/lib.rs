//! Memory that foreign code fills in by its address, lent for a time and handed back.
//!
//! Across the FFI large data costs many times what copying it costs, unless it goes by address: a
//! [`Pool`] lends a buffer, the app writes a frame to its address, and [`Pool::take`] gives the bytes
//! to Rust. It owns the buffers and who has them now; it refuses to know what is in them.
//!
//! What an app may do with a [`Lease`], in any order and from any thread, and what comes of it:
//!
//! - Writing within it is always memory that is there, also after the pool was closed or dropped: the
//!   lease keeps its buffer. What is written once the buffer was taken changes nothing that was taken,
//!   for taking copies; at worst it spoils the picture of whoever was lent the buffer next.
//! - Handing it in twice, to another pool, or after the pool was closed, is an error.
//! - Dropping it gives the buffer back.
//! - Writing outside of it, or after the lease was dropped, is the one thing nobody here can prevent.
//!
//! None of this takes `unsafe`: a buffer is made of atomics, so Rust never assumes that it stays as it
//! is, and giving out an address is safe. Only the app's side of it is not.

#![forbid(unsafe_code)]

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of one word of a buffer.
const WORD: usize = 8;

/// The most bytes of one buffer: a frame of 8K, 4:2:0.
pub const MAX_CAPACITY: usize = 64 << 20;

/// The most buffers of one pool.
pub const MAX_BUFFERS: usize = 16;

/// Why nothing is lent or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LentError {
    /// A pool of no buffers, of empty ones, or of more than [`MAX_BUFFERS`] or [`MAX_CAPACITY`].
    Size,
    /// The pool was closed.
    Closed,
    /// The lease was handed in before, or is another pool's.
    Spent,
    /// More bytes than the buffer holds.
    TooLong,
}

impl fmt::Display for LentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Size => "so many or so large buffers cannot be lent",
            Self::Closed => "what lent this buffer was closed",
            Self::Spent => "this buffer was handed in already, or to somebody who did not lend it",
            Self::TooLong => "the buffer holds fewer bytes than that",
        })
    }
}

impl std::error::Error for LentError {}

/// Buffers of one size. When all are out nothing is lent until one comes back: whoever makes frames
/// drops that one.
pub struct Pool {
    shared: Arc<Shared>,
}

/// A buffer that somebody may write to. Dropping it gives the buffer back.
pub struct Lease {
    shared: Arc<Shared>,
    buffer: Arc<Buffer>,
    /// Which buffer of the pool.
    place: usize,
    generation: u64,
}

struct Shared {
    capacity: usize,
    state: Mutex<State>,
}

struct State {
    closed: bool,
    /// How often something was lent.
    generation: u64,
    /// Every buffer, and the generation it is lent in.
    buffers: Vec<(Arc<Buffer>, Option<u64>)>,
    most: usize,
}

/// Somebody outside may write at any time: hence atomics.
struct Buffer(Box<[AtomicU64]>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// A pool of at most `most` buffers of `capacity` bytes. They are made when they are first needed.
    ///
    /// # Errors
    /// [`LentError::Size`].
    pub fn new(capacity: usize, most: usize) -> Result<Self, LentError> {
        if !(1..=MAX_CAPACITY).contains(&capacity) || !(1..=MAX_BUFFERS).contains(&most) {
            return Err(LentError::Size);
        }
        let state = State {
            closed: false,
            generation: 0,
            buffers: Vec::new(),
            most,
        };
        let state = Mutex::new(state);
        Ok(Self {
            shared: Arc::new(Shared { capacity, state }),
        })
    }

    /// Lends a buffer; `None` while all are out.
    ///
    /// # Errors
    /// [`LentError::Closed`].
    pub fn lend(&self) -> Result<Option<Lease>, LentError> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(LentError::Closed);
        }
        let place = match state.buffers.iter().position(|(_, lent)| lent.is_none()) {
            Some(place) => place,
            None if state.buffers.len() < state.most => {
                let words = (0..self.shared.capacity.div_ceil(WORD)).map(|_| AtomicU64::new(0));
                let buffer = Arc::new(Buffer(words.collect()));
                state.buffers.push((buffer, None));
                state.buffers.len() - 1
            }
            None => return Ok(None),
        };
        state.generation += 1;
        let generation = state.generation;
        state.buffers[place].1 = Some(generation);
        Ok(Some(Lease {
            shared: Arc::clone(&self.shared),
            buffer: Arc::clone(&state.buffers[place].0),
            place,
            generation,
        }))
    }

    /// Takes the first `length` bytes of what was written, and the buffer back. What is written to it
    /// from now on changes nothing of them.
    ///
    /// # Errors
    /// [`LentError::Closed`], [`LentError::Spent`]; [`LentError::TooLong`], after which the lease is as
    /// good as before.
    pub fn take(&self, lease: &Lease, length: usize) -> Result<Vec<u8>, LentError> {
        let state = self.shared.lock();
        if state.closed {
            return Err(LentError::Closed);
        }
        let ours = Arc::ptr_eq(&self.shared, &lease.shared);
        if !ours || state.buffers[lease.place].1 != Some(lease.generation) {
            return Err(LentError::Spent);
        }
        if length > self.shared.capacity {
            return Err(LentError::TooLong);
        }
        // Nobody else is lent it meanwhile, and nobody waits for a copy.
        drop(state);
        let bytes = lease.buffer.read(length);
        match self.shared.lock().buffers.get_mut(lease.place) {
            Some((_, lent)) if *lent == Some(lease.generation) => {
                *lent = None;
                Ok(bytes)
            }
            // Two handed in one lease at once, and this one was late.
            Some(_) => Err(LentError::Spent),
            None => Err(LentError::Closed),
        }
    }

    /// Lends and takes no more. Leases keep their buffers; the others are freed.
    pub fn close(&self) {
        let mut state = self.shared.lock();
        state.closed = true;
        state.buffers.clear();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

impl Lease {
    /// Where to write, until the lease is dropped.
    #[must_use]
    pub fn address(&self) -> usize {
        self.buffer.0.as_ptr().expose_provenance()
    }

    /// How many bytes may be written.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.capacity
    }

    /// Which lending of the pool this is; no two have the same.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if let Some((_, lent)) = state.buffers.get_mut(self.place)
            && *lent == Some(self.generation)
        {
            *lent = None;
        }
    }
}

impl Buffer {
    /// Word by word: a write that goes on meanwhile is seen in part, and that is all.
    fn read(&self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length.next_multiple_of(WORD));
        for word in &self.0[..length.div_ceil(WORD)] {
            bytes.extend_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

// What is in a buffer is nobody's to print, and an address helps an attacker.
impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").finish_non_exhaustive()
    }
}
