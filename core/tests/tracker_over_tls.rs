//! A `wss` tracker is spoken to over TLS with a certificate that is checked: one from the given
//! roots is taken, one from nowhere is refused in words, and the default roots refuse both.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod tracker_support;

use dayfly_core::rendezvous::Rendezvous;
use dayfly_core::rendezvous::tracker::ClientOptions;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc;
use tracker_support::{Meeter, PATIENCE, brisk, peer, topic};

/// A TLS WebSocket server; its port, its certificate, and what clients said to it.
fn server() -> (u16, CertificateDer<'static>, mpsc::Receiver<String>) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind(("localhost", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (said, heard) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let stream = rustls::StreamOwned::new(tls, stream);
            let Ok(mut socket) = tokio_tungstenite::tungstenite::accept(stream) else {
                continue;
            };
            while let Ok(message) = socket.read() {
                drop(said.send(message.to_string()));
            }
        }
    });
    (port, certificate, heard)
}

fn trusting(certificate: CertificateDer<'static>) -> ClientOptions {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let tls = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    ClientOptions {
        tls: Some(Arc::new(tls)),
        ..brisk()
    }
}

#[tokio::test]
async fn a_good_certificate_is_taken() {
    let (port, certificate, heard) = server();
    let mut a = Meeter::with(&format!("wss://localhost:{port}/announce"), trusting(certificate));
    a.up().await;
    a.client.announce(topic(1), peer(1), Vec::new());
    let said = tokio::task::spawn_blocking(move || heard.recv_timeout(PATIENCE))
        .await
        .unwrap()
        .unwrap();
    assert!(
        said.contains(topic(1).as_str()) && said.contains(peer(1).as_str()),
        "{said}"
    );
}

#[tokio::test]
async fn any_other_is_refused_in_words() {
    let (port, _, _) = server();
    let (_, foreign, _) = server();
    for options in [trusting(foreign), brisk()] {
        let sentence = Meeter::with(&format!("wss://localhost:{port}"), options)
            .waiting()
            .await;
        assert!(
            sentence.starts_with("localhost shows no valid certificate;"),
            "{sentence}"
        );
    }
}
