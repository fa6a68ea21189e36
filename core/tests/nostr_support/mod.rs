//! A stand-in for a Nostr relay, of the tests' own: it passes ephemeral events on by their `t` and
//! `p` tags, stores nothing, checks no signature, and writes down what each connection showed.
//! Against a real relay the same rooms are tried in `interop`.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

/// What one connection showed the relay.
#[derive(Debug, Default, Clone)]
pub struct Shown {
    pub keys: BTreeSet<String>,
    pub topics: BTreeSet<String>,
    pub subscriptions: BTreeSet<String>,
    pub events: usize,
    pub bytes: usize,
}

type Filters = BTreeMap<String, Vec<Value>>;

#[derive(Default)]
struct State {
    shown: Vec<Shown>,
    /// By connection: where its events go, and its filters by subscription.
    here: BTreeMap<usize, (mpsc::Sender<Message>, Filters)>,
    /// Lets nobody hear anybody.
    deaf: bool,
}

/// A relay that runs until it is dropped.
pub struct StandInRelay {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

impl StandInRelay {
    pub async fn start() -> Self {
        Self::at((Ipv4Addr::LOCALHOST, 0).into()).await
    }

    pub async fn at(address: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).unwrap();
        let listener = socket.listen(64).unwrap();
        Self::on(listener)
    }

    fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let (stop, mut stopped) = tokio::sync::oneshot::channel();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            loop {
                tokio::select! {
                    _ = &mut stopped => return,
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { return };
                        connections.spawn(serve(stream, Arc::clone(&shared)));
                    }
                }
            }
        });
        Self {
            address,
            state,
            stop: Some(stop),
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// What each connection has shown so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.state.lock().unwrap().shown.clone()
    }

    /// From now on it takes everything and passes nothing on.
    pub fn lie_by_omission(&self) {
        self.state.lock().unwrap().deaf = true;
    }

    /// Ends it, connections and all.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        let task = std::mem::replace(&mut self.task, tokio::spawn(async {}));
        let _ = task.await;
    }
}

impl Drop for StandInRelay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let Ok(socket) = tokio_tungstenite::accept_async(stream).await else {
        return;
    };
    let (mut sink, mut source) = socket.split();
    let (out, mut outgoing) = mpsc::channel(1024);
    let me = {
        let mut state = state.lock().unwrap();
        state.shown.push(Shown::default());
        let me = state.shown.len() - 1;
        state.here.insert(me, (out, BTreeMap::new()));
        me
    };
    loop {
        tokio::select! {
            message = outgoing.recv() => {
                let Some(message) = message else { break };
                if sink.send(message).await.is_err() {
                    break;
                }
            }
            message = source.next() => match message {
                Some(Ok(Message::Text(text))) => state.lock().unwrap().hear(me, text.as_str()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            }
        }
    }
    state.lock().unwrap().here.remove(&me);
}

impl State {
    fn hear(&mut self, me: usize, text: &str) {
        let message: Value = serde_json::from_str(text).unwrap();
        self.shown[me].bytes += text.len();
        match message[0].as_str() {
            Some("REQ") => {
                let id = message[1].as_str().unwrap().to_owned();
                let filters: Vec<Value> = message.as_array().unwrap()[2..].to_vec();
                let topics = filters
                    .iter()
                    .flat_map(|f| f["#t"].as_array().cloned().unwrap_or_default());
                self.shown[me]
                    .topics
                    .extend(topics.map(|t| t.as_str().unwrap().to_owned()));
                self.shown[me].subscriptions.insert(id.clone());
                let (out, subscriptions) = self.here.get_mut(&me).unwrap();
                let _ = out.try_send(Message::text(json!(["EOSE", id]).to_string()));
                subscriptions.insert(id, filters);
            }
            Some("CLOSE") => {
                let (_, subscriptions) = self.here.get_mut(&me).unwrap();
                subscriptions.remove(message[1].as_str().unwrap());
            }
            Some("EVENT") => {
                let event = &message[1];
                self.shown[me].events += 1;
                self.shown[me]
                    .keys
                    .insert(event["pubkey"].as_str().unwrap().to_owned());
                let (out, _) = &self.here[&me];
                let _ = out.try_send(Message::text(json!(["OK", event["id"], true, ""]).to_string()));
                if self.deaf {
                    return;
                }
                for (out, subscriptions) in self.here.values() {
                    for (id, filters) in subscriptions {
                        if filters.iter().any(|filter| fits(filter, event)) {
                            let _ = out.try_send(Message::text(json!(["EVENT", id, event]).to_string()));
                        }
                    }
                }
            }
            other => panic!("no client of ours says {other:?}"),
        }
    }
}

/// NIP-01, as far as our filters go.
fn fits(filter: &Value, event: &Value) -> bool {
    let empty = Vec::new();
    let tagged = |name: &str| {
        let Some(wanted) = filter[format!("#{name}")].as_array() else {
            return true;
        };
        let tags = event["tags"].as_array().unwrap_or(&empty);
        tags.iter().any(|tag| tag[0] == *name && wanted.contains(&tag[1]))
    };
    filter["kinds"].as_array().unwrap().contains(&event["kind"]) && tagged("t") && tagged("p")
}
