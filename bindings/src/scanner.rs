//! Frames that the app writes to memory lent by address, and the QR code in them.

use crate::{DayflyError, Live};
use dayfly_core::engine::{Error, ErrorKind};
use dayfly_core::proto::invite::qr::{self, Luma};
use dayfly_lent::{LentError, Pool};
use std::sync::Arc;

/// Reads QR codes from frames that outlive the camera's own: it lends the app a buffer, which is
/// filled by address, and reads it when it is handed in. A frame that stays where it is during the
/// call goes to `qr_read` instead, without being copied.
///
/// Freeing it, or `stop`, takes nothing away from leases: their memory stays until each is freed.
#[derive(Debug, uniffi::Object)]
pub struct Scanner {
    pool: Pool,
    _live: Live,
}

/// Memory lent to the app. `address` and `capacity` say where to write, from any thread, until this is
/// freed; what is written after it was handed in is not read. Keep it as long as anything that points
/// into its memory (in Kotlin a `ByteBuffer` of the address does not keep it by itself).
#[derive(Debug, uniffi::Object)]
pub struct Lease {
    lease: dayfly_lent::Lease,
    _live: Live,
}

#[uniffi::export]
impl Scanner {
    /// Lends at most `most` buffers of `capacity` bytes: 1–16, of up to 64 MiB. They are made when they
    /// are first needed.
    #[uniffi::constructor]
    pub fn new(capacity: u64, most: u32) -> Result<Arc<Self>, DayflyError> {
        let size = |_| refused(LentError::Size);
        let capacity = usize::try_from(capacity).map_err(size)?;
        let most = usize::try_from(most).map_err(size)?;
        let pool = Pool::new(capacity, most).map_err(refused)?;
        let _live = crate::live();
        Ok(Arc::new(Self { pool, _live }))
    }

    /// Lends a buffer; nothing while all are out: drop that frame.
    pub fn lend(&self) -> Result<Option<Arc<Lease>>, DayflyError> {
        let lent = self.pool.lend().map_err(refused)?;
        Ok(lent.map(|lease| {
            let _live = crate::live();
            Arc::new(Lease { lease, _live })
        }))
    }

    /// Takes the frame in a lease back, a brightness plane, and gives the text of the QR code in it.
    /// A lease is handed in once.
    pub fn read(
        &self,
        lease: Arc<Lease>,
        width: u32,
        height: u32,
        stride: u32,
    ) -> Result<String, DayflyError> {
        // The last row may end with its last pixel.
        let rows = u64::from(height).saturating_sub(1);
        let length = rows.saturating_mul(stride.into()).saturating_add(width.into());
        let length = usize::try_from(length).map_err(|_| refused(LentError::TooLong))?;
        let data = self.pool.take(&lease.lease, length).map_err(refused)?;
        Ok(qr::decode_luma(&Luma {
            data: &data,
            width,
            height,
            stride,
        })?)
    }

    /// Lends and reads no more.
    pub fn stop(&self) {
        self.pool.close();
    }
}

#[uniffi::export]
impl Lease {
    /// Where to write.
    pub fn address(&self) -> u64 {
        self.lease.address() as u64
    }

    /// How many bytes may be written.
    pub fn capacity(&self) -> u64 {
        self.lease.capacity() as u64
    }

    /// Which lending of its scanner this is: no two have the same.
    pub fn generation(&self) -> u64 {
        self.lease.generation()
    }
}

fn refused(error: LentError) -> DayflyError {
    let (kind, message) = match error {
        LentError::Size => (
            ErrorKind::BadOption,
            "A scanner lends 1 to 16 buffers of at most 64 MiB.",
        ),
        LentError::Closed => (ErrorKind::Ended, "The scanner was stopped."),
        LentError::Spent => (
            ErrorKind::BadRequest,
            "This frame was handed in already, or was lent by another scanner.",
        ),
        LentError::TooLong => (
            ErrorKind::BadRequest,
            "The frame is larger than the buffer it is said to be in.",
        ),
    };
    let (message, hint) = (message.into(), None);
    DayflyError::from(Error { kind, message, hint })
}
