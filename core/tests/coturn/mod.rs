//! A real TURN server, the system package `coturn`, on this machine's loopback.

#![allow(dead_code, reason = "each test file uses its part")]

use dayfly_core::link::IceServer;
use dayfly_core::proto::secret::SecretString;
use dayfly_core::tls::Pin;
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const USER: &str = "ada";
pub const PASSWORD: &str = "of-the-relay";

/// A running server. It ends with this value.
pub struct Coturn {
    child: Child,
    folder: tempfile::TempDir,
    /// TCP and UDP.
    pub port: u16,
    pub tls_port: u16,
    /// Of the server's key.
    pub pin: String,
}

/// A port that is free for UDP and TCP.
fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = tcp.local_addr().expect("a port").port();
        if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

impl Coturn {
    /// With a user and a password.
    pub fn start(more: &[&str]) -> Self {
        let user = format!("{USER}:{PASSWORD}");
        let mut flags = vec!["--lt-cred-mech", "--user", &user];
        flags.extend(more);
        Self::with(&flags)
    }

    /// With these flags for who may use it.
    pub fn with(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).expect("a file");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("a file");
        let pin = Pin::of(made.cert.der()).expect("a certificate").to_string();
        let (port, tls_port) = (free_port(), free_port());
        let path = |name: &str| folder.path().join(name).display().to_string();
        let child = Command::new("turnserver")
            .args([
                "-n",
                "--log-file",
                "stdout",
                "--simple-log",
                "--no-cli",
                "--no-dtls",
            ])
            .args(["--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1"])
            .args(["--allow-loopback-peers", "--realm", "test"])
            .args(["--listening-port", &port.to_string()])
            .args(["--tls-listening-port", &tls_port.to_string()])
            .args(["--cert", &path("cert.pem"), "--pkey", &path("key.pem")])
            .args(["--pidfile", &path("pid"), "--userdb", &path("db")])
            .args(flags)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.expect("the system package coturn");
        let mut log = BufReader::new(child.stdout.take().expect("a log"));
        std::thread::spawn(move || {
            // Read on, or the server would wait for it. With RUST_LOG=coturn it is shown.
            let show = std::env::var("RUST_LOG").is_ok_and(|what| what.contains("coturn"));
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|n| n > 0) {
                if show {
                    eprint!("coturn: {line}");
                }
                line.clear();
            }
        });
        let mut server = Self {
            child,
            folder,
            port,
            tls_port,
            pin,
        };
        server.wait(if flags.contains(&"--no-tcp") {
            tls_port
        } else {
            port
        });
        server
    }

    /// Until it takes connections.
    fn wait(&mut self, port: u16) {
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < until, "the TURN server does not start");
            assert!(
                self.child.try_wait().expect("a child").is_none(),
                "the TURN server ended"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child");
        self.child.wait().expect("a child");
    }

    pub fn udp(&self) -> IceServer {
        self.at(format!("turn:127.0.0.1:{}?transport=udp", self.port))
    }

    pub fn tcp(&self) -> IceServer {
        self.at(format!("turn:127.0.0.1:{}?transport=tcp", self.port))
    }

    pub fn tls(&self) -> IceServer {
        IceServer {
            pin: Some(self.pin.clone()),
            ..self.at(format!("turns:localhost:{}", self.tls_port))
        }
    }

    pub fn all(&self) -> [IceServer; 3] {
        [self.udp(), self.tcp(), self.tls()]
    }

    fn at(&self, url: String) -> IceServer {
        IceServer::turn(url, USER.into(), SecretString::new(PASSWORD.into()))
    }
}

impl Drop for Coturn {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address everything here is bound to.
pub fn here() -> IpAddr {
    Ipv4Addr::LOCALHOST.into()
}
