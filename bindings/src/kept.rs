//! Kept identities, and the app's store of keys that seals them. Each call is the engine's own.

use crate::error::wait;
use crate::{Cancel, DayflyError, Live};
use dayfly_core::engine::{
    KeptIdentity as Kept, KeyStore as CoreKeyStore, KeyStoreError as CoreKeyStoreError,
};
use dayfly_core::proto::secret::SecretString;
use std::sync::Arc;

/// Why the device's store gave nothing. The engine's own, named again: what a foreign trait throws
/// must be of the crate that exports the trait, or the Kotlin that uniffi writes does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyStoreError {
    /// The key that sealed it is gone for good: the fingers or faces of this device changed, or
    /// its lock was taken off.
    #[error("the key of this device that sealed it is gone")]
    Invalidated,
    /// The person did not unlock it.
    #[error("it was not unlocked")]
    Refused,
    /// Anything else; trying again may help.
    #[error("the key store of this device failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyStoreError {
    /// What it threw is not looked at: it may hold anything.
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl From<KeyStoreError> for CoreKeyStoreError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            KeyStoreError::Invalidated => Self::Invalidated,
            KeyStoreError::Refused => Self::Refused,
            KeyStoreError::Failed => Self::Failed,
        }
    }
}

/// The device's store of keys: hardware where there is any. It seals and opens opaque blobs with
/// a key that never leaves it, and may ask the person first. It may block and may throw
/// [`KeyStoreError`]; whatever else it throws counts as a failure of the store.
#[uniffi::export(callback_interface)]
pub trait KeyStore: Send + Sync {
    /// Seals `secret` into a blob that only `unwrap` of this device opens.
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;

    /// Opens a blob.
    fn unwrap(&self, blob: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;
}

/// A foreign store as the core takes it.
struct Foreign(Box<dyn KeyStore>);

impl CoreKeyStore for Foreign {
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, CoreKeyStoreError> {
        Ok(self.0.wrap(secret)?)
    }

    fn unwrap(&self, blob: Vec<u8>) -> Result<Vec<u8>, CoreKeyStoreError> {
        Ok(self.0.unwrap(blob)?)
    }
}

/// A key that a person chooses to carry from room to room, open in memory. Freeing it wipes it.
#[derive(Debug, uniffi::Object)]
pub struct KeptIdentity {
    pub(crate) identity: Kept,
    _live: Live,
}

impl KeptIdentity {
    fn new(identity: Kept) -> Arc<Self> {
        let _live = crate::live();
        Arc::new(Self { identity, _live })
    }
}

#[uniffi::export]
impl KeptIdentity {
    /// A new identity.
    #[uniffi::constructor]
    pub fn create() -> Result<Arc<Self>, DayflyError> {
        Ok(Self::new(Kept::create()?))
    }

    /// Opens a blob of `seal`. Waits for the store, on the caller's thread.
    #[uniffi::constructor]
    pub fn unseal(blob: Vec<u8>, store: Box<dyn KeyStore>) -> Result<Arc<Self>, DayflyError> {
        Ok(Self::new(Kept::unseal(blob, &Foreign(store))?))
    }

    /// Opens a blob of `export`. Takes up to two seconds.
    #[uniffi::constructor(default(cancel = None))]
    pub async fn read_export(
        blob: Vec<u8>,
        passphrase: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Arc<Self>, DayflyError> {
        let reading = Kept::read_export(&blob, SecretString::new(passphrase));
        Ok(Self::new(wait(cancel, reading).await?))
    }

    /// Seals it in the store: a blob to keep. Waits for the store, on the caller's thread.
    pub fn seal(&self, store: Box<dyn KeyStore>) -> Result<Vec<u8>, DayflyError> {
        Ok(self.identity.seal(&Foreign(store))?)
    }

    /// Seals it under a passphrase, to be carried to another device. Whoever has the blob can try
    /// passphrases: only a long one keeps it. Takes up to two seconds.
    #[uniffi::method(default(cancel = None))]
    pub async fn export(
        &self,
        passphrase: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Vec<u8>, DayflyError> {
        wait(cancel, self.identity.export(SecretString::new(passphrase))).await
    }

    /// What it is called, the same in every room: a did:key.
    pub fn did(&self) -> String {
        self.identity.did()
    }
}
