//! TLS as this device speaks it to servers: by the public roots, or by one pinned key.
//!
//! It opens no connection. A pin names the key itself, so whoever pins needs no authority and no
//! name: a relay at home with a certificate of its own making is as good as any.

use dayfly_proto::crypto::hash;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::{Arc, OnceLock};

/// SHA-256 over a key as certificates carry it (SubjectPublicKeyInfo, RFC 7469 section 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// Not a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pin is the SHA-256 of the server's public key, 64 hexadecimal digits")]
pub struct PinError;

impl Pin {
    /// Reads 64 hexadecimal digits; colons and spaces between them do not count.
    ///
    /// # Errors
    /// [`PinError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
            .take(65)
            .collect::<Option<_>>()
            .ok_or(PinError)?;
        let (pairs, rest) = digits.as_chunks::<2>();
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        match (rest, bytes.try_into()) {
            ([], Ok(bytes)) => Ok(Self(bytes)),
            _ => Err(PinError),
        }
    }

    /// The pin of a certificate in DER, if it is one.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        let key = parsed.subject_public_key_info();
        Some(Self(hash(&[&key])))
    }
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    Arc::clone(PROVIDER.get_or_init(|| Arc::new(ring::default_provider())))
}

/// How to speak TLS with a server whose key is `pin`, or, without one, with a server whose
/// certificate and name the public roots vouch for.
///
/// # Panics
/// Never: the versions and ciphers asked for are the library's own.
#[must_use]
pub fn client(pin: Option<Pin>) -> Arc<ClientConfig> {
    static PUBLIC: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    let builder = || {
        ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("ring has ciphers for the versions that are built in")
    };
    match pin {
        None => Arc::clone(PUBLIC.get_or_init(|| {
            let mut roots = RootCertStore::empty();
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            Arc::new(builder().with_root_certificates(roots).with_no_client_auth())
        })),
        Some(pin) => Arc::new(
            builder()
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Pinned(pin)))
                .with_no_client_auth(),
        ),
    }
}

/// Takes the pinned key and no other, and has it prove itself in the handshake.
#[derive(Debug)]
struct Pinned(Pin);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if Pin::of(end_entity) == Some(self.0) {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_of_the_key_and_nothing_else() {
        let made = rcgen::generate_simple_self_signed(vec!["one.example".into()]).unwrap();
        let again = rcgen::CertificateParams::new(vec!["two.example".into()])
            .unwrap()
            .self_signed(&made.signing_key)
            .unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["one.example".into()]).unwrap();
        let pin = Pin::of(made.cert.der()).unwrap();
        assert_eq!(Pin::of(again.der()), Some(pin));
        assert_ne!(Pin::of(other.cert.der()), Some(pin));
        assert_eq!(Pin::of(&CertificateDer::from(vec![1, 2, 3])), None);
        assert_eq!(Pin::parse(&pin.to_string()), Ok(pin));
    }

    #[test]
    fn pins_are_sixty_four_digits() {
        let hex = "00:11 22".to_owned() + &"ab".repeat(29);
        assert!(Pin::parse(&hex).is_ok());
        for bad in ["", "ab", "zz", &"ab".repeat(33), &"a".repeat(63), &"a".repeat(65)] {
            assert_eq!(Pin::parse(bad), Err(PinError), "{bad}");
        }
    }
}
