//! A SOCKS5 and a CONNECT proxy of the tests' own. They know one name, whatever it is called, and
//! count what they are asked: only by them is it resolved.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// The name that leads to the target, and only through the proxy (RFC 6761: no server has it).
pub const NAME: &str = "tracker.invalid";

/// How a proxy speaks and whom it lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    Socks5,
    Connect,
    /// The same, and it wants these.
    Socks5For(&'static str, &'static str),
    ConnectFor(&'static str),
    /// Accepts and says what no proxy says.
    Nonsense,
}

/// A proxy that runs until it is dropped.
pub struct TestProxy {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl TestProxy {
    /// Whoever asks for [`NAME`] at any port is led to `target`.
    pub async fn start(manners: Manners, target: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let heard = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let heard = Arc::clone(&heard);
                tokio::spawn(async move {
                    let _ = serve(stream, manners, target, &heard).await;
                });
            }
        });
        Self { address, asked, task }
    }

    /// `HOST:PORT` of every connection asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for TestProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    manners: Manners,
    target: SocketAddr,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let wanted = match manners {
        Manners::Nonsense => return stream.write_all(b"220 mail.example ESMTP\r\n\r\n").await,
        Manners::Socks5 => socks5(&mut stream, None).await?,
        Manners::Socks5For(user, password) => socks5(&mut stream, Some((user, password))).await?,
        Manners::Connect => connect(&mut stream, None).await?,
        Manners::ConnectFor(basic) => connect(&mut stream, Some(basic)).await?,
    };
    let Some(wanted) = wanted else { return Ok(()) };
    heard.lock().unwrap().push(wanted.clone());
    let known = wanted.starts_with(NAME);
    let socks = matches!(manners, Manners::Socks5 | Manners::Socks5For(..));
    let answer: &[u8] = match (socks, known) {
        (true, true) => &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        (true, false) => &[5, 4, 0, 1, 0, 0, 0, 0, 0, 0],
        (false, true) => b"HTTP/1.1 200 OK\r\n\r\n",
        (false, false) => b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    };
    stream.write_all(answer).await?;
    if known {
        let mut onward = TcpStream::connect(target).await?;
        copy_bidirectional(&mut stream, &mut onward).await?;
    }
    Ok(())
}

/// RFC 1928; what was asked for, unless the client was sent away.
async fn socks5(stream: &mut TcpStream, wants: Option<(&str, &str)>) -> std::io::Result<Option<String>> {
    assert_eq!(stream.read_u8().await?, 5);
    let mut methods = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut methods).await?;
    let method = if wants.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        stream.write_all(&[5, 0xff]).await?;
        return Ok(None);
    }
    stream.write_all(&[5, method]).await?;
    if let Some((user, password)) = wants {
        assert_eq!(stream.read_u8().await?, 1);
        let (given_user, given_password) = (text(stream).await?, text(stream).await?);
        let right = given_user == user && given_password == password;
        stream.write_all(&[1, u8::from(!right)]).await?;
        if !right {
            return Ok(None);
        }
    }
    let mut head = [0; 3];
    stream.read_exact(&mut head).await?;
    assert_eq!(head, [5, 1, 0]);
    let host = match stream.read_u8().await? {
        1 => Ipv4Addr::from(stream.read_u32().await?).to_string(),
        3 => text(stream).await?,
        other => panic!("no test asks for kind {other}"),
    };
    Ok(Some(format!("{host}:{}", stream.read_u16().await?)))
}

async fn text(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(String::from_utf8(bytes).unwrap())
}

/// RFC 9110 section 9.3.6.
async fn connect(stream: &mut TcpStream, wants: Option<&str>) -> std::io::Result<Option<String>> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(char::from(stream.read_u8().await?));
    }
    let mut words = head.split(' ');
    assert_eq!(words.next(), Some("CONNECT"));
    if let Some(basic) = wants
        && !head.contains(&format!("Proxy-Authorization: Basic {basic}\r\n"))
    {
        stream
            .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            .await?;
        return Ok(None);
    }
    Ok(words.next().map(str::to_owned))
}
