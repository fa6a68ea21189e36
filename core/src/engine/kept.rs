//! A kept identity: a key that a person chooses to carry from room to room, and the store of the
//! device that seals it.
//!
//! The engine stores nothing. What is to be kept is sealed by the device's own store
//! ([`KeyStore`]) and handed to the shell as a blob; what is to leave the device is sealed under
//! a passphrase. Open it is in memory only, while it is in use.

use super::{Error, ErrorKind, setup};
use crate::thread;
use dayfly_proto::identity::native::did;
use dayfly_proto::identity::native::kept::{ImportError, KeptKey, new_salt, salt};
use dayfly_proto::invite::InviteError;
use dayfly_proto::invite::native::stretch;
use dayfly_proto::secret::{SecretBytes, SecretString};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// Largest blob looked at, in bytes. A store adds some tens to what it seals.
const MAX_BLOB: usize = 4096;

/// Why the device's store gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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

/// The device's store of keys: hardware where there is any. It seals and opens opaque blobs with
/// a key that never leaves it, and may ask the person first. Called on a thread that may wait.
pub trait KeyStore: Send + Sync {
    /// Seals `secret` into a blob that only [`KeyStore::unwrap`] of this device opens.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;

    /// Opens a blob.
    ///
    /// # Errors
    /// [`KeyStoreError`].
    fn unwrap(&self, blob: Vec<u8>) -> Result<Vec<u8>, KeyStoreError>;
}

/// A kept identity, open in memory. Wiped when dropped.
#[derive(Debug, Clone)]
pub struct KeptIdentity {
    key: KeptKey,
}

impl KeptIdentity {
    /// A new identity.
    ///
    /// # Errors
    /// [`ErrorKind::System`] without entropy.
    pub fn create() -> Result<Self, Error> {
        let mut rng = ChaCha20Rng::from_seed(setup::entropy()?);
        let key = KeptKey::generate(&mut rng);
        Ok(Self { key })
    }

    /// Seals it in the store: a blob to keep wherever the shell keeps things.
    ///
    /// # Errors
    /// [`ErrorKind::KeyStore`].
    pub fn seal(&self, store: &dyn KeyStore) -> Result<Vec<u8>, Error> {
        Ok(store.wrap(self.key.seed().expose().to_vec())?)
    }

    /// Opens a blob of [`KeptIdentity::seal`].
    ///
    /// # Errors
    /// [`ErrorKind::KeyStore`], also for a blob that is none.
    pub fn unseal(blob: Vec<u8>, store: &dyn KeyStore) -> Result<Self, Error> {
        if blob.len() > MAX_BLOB {
            return Err(strange());
        }
        let opened = Zeroizing::new(store.unwrap(blob)?);
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(opened.as_slice().try_into().map_err(|_| strange())?);
        let key = KeptKey::from_seed(&SecretBytes::new(*seed));
        Ok(Self { key })
    }

    /// What it is called, the same in every room: a did:key.
    #[must_use]
    pub fn did(&self) -> String {
        did::encode(&self.key.public())
    }

    /// Seals it under a passphrase, to be carried to another device. Whoever has the blob can try
    /// passphrases, some per second: only a long one keeps it.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an empty or over-long passphrase, [`ErrorKind::System`].
    pub async fn export(&self, passphrase: SecretString) -> Result<Vec<u8>, Error> {
        let mut rng = ChaCha20Rng::from_seed(setup::entropy()?);
        let salt = new_salt(&mut rng);
        let word = stretched(passphrase, salt).await?;
        Ok(self.key.export(&salt, &word))
    }

    /// Opens a blob of [`KeptIdentity::export`].
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for a blob that is none or a passphrase that is not its own,
    /// [`ErrorKind::System`].
    pub async fn read_export(blob: &[u8], passphrase: SecretString) -> Result<Self, Error> {
        let word = stretched(passphrase, salt(blob)?).await?;
        let key = KeptKey::import(blob, &word)?;
        Ok(Self { key })
    }

    pub(super) fn into_key(self) -> KeptKey {
        self.key
    }
}

/// Stretches a passphrase on a thread of its own: it takes up to two seconds and 64 MiB.
async fn stretched(passphrase: SecretString, salt: [u8; 16]) -> Result<SecretBytes<32>, Error> {
    let (done, word) = oneshot::channel();
    thread::run("dayfly-passphrase", move || {
        let _ = done.send(stretch(&passphrase, &salt));
    })
    .map_err(|error| Error::system("No thread could be started for the passphrase", &error))?;
    let word = word.await.map_err(|_| {
        Error::new(
            ErrorKind::System,
            "The passphrase could not be worked on: there is too little memory.",
        )
    })?;
    word.map_err(|error| match error {
        InviteError::EmptyPassword => Error::new(ErrorKind::BadOption, "The passphrase is empty."),
        error => Error::new(ErrorKind::BadOption, error.to_string()),
    })
}

fn strange() -> Error {
    Error::new(ErrorKind::KeyStore, "What was kept is not an identity.")
        .hint("Import it again, or make a new one.")
}

impl From<KeyStoreError> for Error {
    fn from(error: KeyStoreError) -> Self {
        let hint = match error {
            KeyStoreError::Invalidated => "Import the identity again, or make a new one.",
            KeyStoreError::Refused | KeyStoreError::Failed => "Unlock this device and try again.",
        };
        Self::new(
            ErrorKind::KeyStore,
            format!("The identity cannot be used: {error}."),
        )
        .hint(hint)
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        Self::new(ErrorKind::BadOption, super::error::sentence(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A store whose key can be lost, as on a device whose fingers changed.
    #[derive(Default)]
    struct Device {
        key: Mutex<Option<u8>>,
    }

    impl Device {
        fn masked(&self, bytes: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
            let key = *self.key.lock().expect("nobody panicked");
            let key = key.ok_or(KeyStoreError::Invalidated)?;
            Ok(bytes.into_iter().map(|byte| byte ^ key).collect())
        }
    }

    impl KeyStore for Device {
        fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
            self.masked(secret)
        }

        fn unwrap(&self, blob: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
            self.masked(blob)
        }
    }

    #[test]
    fn a_device_keeps_it_until_its_key_is_lost() {
        let device = Device {
            key: Mutex::new(Some(0x5a)),
        };
        let identity = KeptIdentity::create().unwrap();
        assert!(identity.did().starts_with("did:key:z6Mk"), "{}", identity.did());
        let blob = identity.seal(&device).unwrap();
        assert_eq!(
            KeptIdentity::unseal(blob.clone(), &device).unwrap().did(),
            identity.did()
        );
        assert_ne!(KeptIdentity::create().unwrap().did(), identity.did());
        *device.key.lock().unwrap() = None;
        let error = KeptIdentity::unseal(blob.clone(), &device).unwrap_err();
        assert_eq!(error.kind, ErrorKind::KeyStore);
        assert!(error.message.contains("is gone"), "{error}");
        assert!(identity.seal(&device).is_err());
    }

    #[test]
    fn what_a_store_gives_back_is_looked_at() {
        let device = Device {
            key: Mutex::new(Some(0)),
        };
        for blob in [Vec::new(), vec![0; 31], vec![0; 33], vec![0; MAX_BLOB + 1]] {
            let error = KeptIdentity::unseal(blob, &device).unwrap_err();
            assert_eq!(error.kind, ErrorKind::KeyStore);
        }
    }

    #[tokio::test]
    async fn a_passphrase_carries_it_over() {
        let secret = |text: &str| SecretString::new(text.into());
        let identity = KeptIdentity::create().unwrap();
        let blob = identity.export(secret("four long plain words")).await.unwrap();
        let over = KeptIdentity::read_export(&blob, secret("four long plain words")).await;
        assert_eq!(over.unwrap().did(), identity.did());
        let error = KeptIdentity::read_export(&blob, secret("five"))
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadOption);
        assert!(error.message.contains("does not open"), "{error}");
        assert_eq!(
            identity.export(secret("")).await.unwrap_err().kind,
            ErrorKind::BadOption
        );
        assert!(KeptIdentity::read_export(&blob[1..], secret("x")).await.is_err());
    }
}
