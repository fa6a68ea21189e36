//! A panic in a room's task arrives at the listener as its last event and at later requests as an
//! error, whatever the listener itself does.

use dayfly::{Dayfly, DayflyError, ForeignError, Invite, Listener};
use dayfly_core::engine::{ErrorKind, RoomOptions};
use dayfly_core::proto::room::{EndReason, Event};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// Longer than anything on this machine takes, even a busy one.
const PATIENCE: Duration = Duration::from_secs(30);

struct Tells(Sender<Event>);

impl Listener for Tells {
    fn on_event(&self, event: Event) -> Result<(), ForeignError> {
        // Whether the test still listens is its own business.
        let _ = self.0.send(event);
        Err(ForeignError::Thrown)
    }
}

struct Panics;

impl Listener for Panics {
    fn on_event(&self, _: Event) -> Result<(), ForeignError> {
        panic!("this listener always does");
    }
}

#[tokio::test]
async fn each_task_that_runs_for_the_whole_of_a_room() {
    let dayfly = Dayfly::start().unwrap();
    for task in ["room", "tracker client"] {
        let options = RoomOptions {
            local: true,
            no_lan: true,
            embedded_tracker: Some(([127, 0, 0, 1], 0).into()),
            ..RoomOptions::default()
        };
        let invite = Invite::new_web_room(vec!["http://localhost:3000".into()], None, None).unwrap();
        let room = dayfly.enter(invite, options, None, None).await.unwrap();
        let (tell, told) = channel();
        let _panics = room.subscribe(Box::new(Panics)).unwrap();
        let _tells = room.subscribe(Box::new(Tells(tell))).unwrap();
        assert!(matches!(told.recv_timeout(PATIENCE), Ok(Event::Reset { .. })));

        room.inject_panic(task);
        let last = std::iter::from_fn(|| told.recv_timeout(PATIENCE).ok()).last();
        assert_eq!(
            last,
            Some(Event::Left {
                reason: EndReason::Stopped
            }),
            "{task}"
        );
        room.over(None).await.unwrap();
        let Err(DayflyError::Refused { kind, .. }) = room.say("anyone?".into(), Default::default()).await
        else {
            panic!("the room took a message after {task} had stopped");
        };
        assert_eq!(kind, ErrorKind::Ended);
    }
}
