//! The second channel of a link, for native sessions in rooms that pages share.
//!
//! Both sides make it under the same number without a word over the wire (negotiated out of
//! band, RFC 8832, section 6): a page never learns that it is there, and a frame that overtakes
//! the agreement to use it finds a channel. Nothing is given to the owner before the owner asks;
//! what comes until then is kept within a bound, beyond which the link ends.

use super::Shared;
use super::task::{Out, Over, because};
use dayfly_proto::room::LinkEvent;
use rtc::data_channel::RTCDataChannelInit;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::watch;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::peer_connection::PeerConnection;

/// The channel's stream: the last of those a browser allows.
const STREAM: u16 = 1023;

/// What the channel is called; no peer ever sees it.
const LABEL: &str = "dayfly";

/// Frames kept until the owner asks for the channel. A handshake's first frame may come as soon
/// as the peer knows of us, and nothing follows it before our answer.
const EARLY_FRAMES: usize = 4;

/// Bytes of those frames.
const EARLY_BYTES: usize = 64 * 1024;

/// Makes the channel; it opens with the connection.
///
/// # Errors
/// The crate's, when the connection is closed.
pub(super) async fn make(connection: &dyn PeerConnection) -> webrtc::error::Result<Arc<dyn DataChannel>> {
    let init = RTCDataChannelInit {
        ordered: true,
        negotiated: Some(STREAM),
        ..RTCDataChannelInit::default()
    };
    connection.create_data_channel(LABEL, Some(init)).await
}

/// Moves messages from the channel to the owner, once the owner has asked for it.
pub(super) async fn receive(
    out: &Out<'_>,
    channel: Option<&dyn DataChannel>,
    shared: &Shared,
    mut wanted: watch::Receiver<bool>,
) -> Over {
    let Some(channel) = channel else {
        return pending().await;
    };
    let (mut open, mut asked) = (false, false);
    let mut early = Vec::new();
    loop {
        let event = tokio::select! {
            asking = async { wanted.wait_for(|wanted| *wanted).await.is_ok() }, if !asked => {
                if !asking {
                    return pending().await;
                }
                asked = true;
                None
            }
            event = channel.poll() => Some(event),
        };
        let told = match event {
            None => Ok(()),
            Some(Some(DataChannelEvent::OnOpen)) => {
                open = true;
                Ok(())
            }
            Some(Some(DataChannelEvent::OnMessage(message))) if asked && open => {
                out.tell(LinkEvent::NativeFrame(message.data.into())).await
            }
            Some(Some(DataChannelEvent::OnMessage(message))) => {
                early.push(Vec::from(message.data));
                if early.len() > EARLY_FRAMES || early.iter().map(Vec::len).sum::<usize>() > EARLY_BYTES {
                    return because("the other side spoke before anything was agreed");
                }
                Ok(())
            }
            Some(None | Some(DataChannelEvent::OnClose | DataChannelEvent::OnError)) => {
                return because("the other side closed the connection");
            }
            Some(Some(_)) => Ok(()),
        };
        if let Err(over) = told {
            return over;
        }
        if asked && open && !shared.native.swap(true, Ordering::Relaxed) {
            let mut told = out.tell(LinkEvent::NativeOpen).await;
            for frame in early.drain(..) {
                if told.is_ok() {
                    told = out.tell(LinkEvent::NativeFrame(frame)).await;
                }
            }
            if let Err(over) = told {
                return over;
            }
        }
    }
}
