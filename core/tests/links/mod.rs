//! Two links in one process and the signalling between them, for the tests of `link`.

#![allow(dead_code, reason = "each test file uses its own part of this module")]

pub mod sim;

use dayfly_core::link::{Link, LinkConfig, LinkSink, Stack, WebRtcStack};
use dayfly_core::proto::id::LinkId;
use dayfly_core::proto::room::{Binding, LinkEvent};
use std::time::Duration;
use tokio::sync::mpsc;

/// Longest any single step of a test may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// One end of a connection and what it reports.
pub struct End {
    pub link: Option<Box<dyn Link>>,
    pub events: mpsc::Receiver<(LinkId, LinkEvent)>,
}

impl End {
    pub fn link(&self) -> &dyn Link {
        self.link.as_deref().expect("the link was not closed")
    }

    /// The next event.
    pub async fn next(&mut self) -> LinkEvent {
        let next = tokio::time::timeout(PATIENCE, self.events.recv()).await;
        next.expect("an event in time").expect("the link reports").1
    }

    pub async fn described(&mut self) -> String {
        match self.next().await {
            LinkEvent::Described { sdp } => sdp,
            other => panic!("expected a description, got {other:?}"),
        }
    }

    pub async fn opened(&mut self) -> Binding {
        match self.next().await {
            LinkEvent::Open { binding, .. } => binding,
            other => panic!("expected the channel to open, got {other:?}"),
        }
    }

    pub async fn frame(&mut self) -> Vec<u8> {
        match self.next().await {
            LinkEvent::Frame(frame) => frame,
            other => panic!("expected a frame, got {other:?}"),
        }
    }

    pub async fn closed(&mut self) -> String {
        match self.next().await {
            LinkEvent::Closed { reason } => reason,
            other => panic!("expected the end, got {other:?}"),
        }
    }

    /// Sends, waiting while the link is full.
    pub async fn send(&self, frame: Vec<u8>) {
        while self.link().capacity() < frame.len() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.link().send(frame).expect("there was room for it");
    }
}

/// Within this machine only, with a native channel.
pub fn loopback() -> LinkConfig {
    LinkConfig {
        loopback: true,
        native: true,
        ..LinkConfig::default()
    }
}

/// A stack bound to 127.0.0.1 alone: what else the machine has does not matter to a test.
pub fn stack() -> WebRtcStack {
    WebRtcStack::new().with_interfaces(vec!["127.0.0.1".parse().expect("an address")])
}

pub fn sink() -> (LinkSink, mpsc::Receiver<(LinkId, LinkEvent)>) {
    mpsc::channel(64)
}

pub fn offer(stack: &WebRtcStack, config: &LinkConfig) -> End {
    let (sink, events) = sink();
    End {
        link: Some(stack.offer(LinkId(1), config, sink)),
        events,
    }
}

pub fn answer(stack: &WebRtcStack, config: &LinkConfig, offer: String) -> End {
    let (sink, events) = sink();
    End {
        link: Some(stack.answer(LinkId(2), offer, config, sink)),
        events,
    }
}

/// Both ends, their descriptions exchanged.
pub async fn negotiated(stack: &WebRtcStack) -> (End, End) {
    let mut ours = offer(stack, &loopback());
    let text = ours.described().await;
    let mut theirs = answer(stack, &loopback(), text);
    ours.link().accept(theirs.described().await);
    (ours, theirs)
}

/// Both ends, open.
pub async fn connected(stack: &WebRtcStack) -> (End, End) {
    let (mut ours, mut theirs) = negotiated(stack).await;
    ours.opened().await;
    theirs.opened().await;
    (ours, theirs)
}

/// Makes `offer` and meets it with `answer`; the two may be changed on their way.
pub async fn met(
    stack: &WebRtcStack,
    change_offer: impl FnOnce(String) -> String,
    change_answer: impl FnOnce(String) -> String,
) -> (End, End) {
    let mut ours = offer(stack, &loopback());
    let mut theirs = answer(stack, &loopback(), change_offer(described(&mut ours).await));
    let text = described(&mut theirs).await;
    ours.link().accept(change_answer(text));
    (ours, theirs)
}

/// The next event's description, in whatever time the test lives in.
async fn described(end: &mut End) -> String {
    match end.events.recv().await {
        Some((_, LinkEvent::Described { sdp })) => sdp,
        other => panic!("expected a description, got {other:?}"),
    }
}

/// Waits until both ends are open, in whatever time the test lives in.
pub async fn both_open(a: &mut End, b: &mut End) {
    for end in [a, b] {
        match end.events.recv().await {
            Some((_, LinkEvent::Open { .. })) => {}
            other => panic!("expected the channel to open, got {other:?}"),
        }
    }
}

/// A stack in a world of its own.
pub fn stack_in(world: &sim::World) -> WebRtcStack {
    WebRtcStack::on(world.runtime()).with_interfaces(vec!["127.0.0.1".parse().expect("an address")])
}
