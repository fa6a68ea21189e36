//! The room's options, in words: what its owner did, what holds now, and who may change it.

use super::said::duration;
use super::{Line, Model};
use dayfly_core::proto::id::MemberId;
use dayfly_core::proto::room::{HistoryPolicy, RoomInfo, RoomOp};

impl Model {
    /// The room's options.
    pub fn room(&self) -> &RoomInfo {
        &self.room
    }

    /// This person owns the room.
    pub fn is_owner(&self) -> bool {
        let me = self.me.as_ref().map(|me| &me.id);
        self.room.native && me.is_some() && self.room.owner.as_ref() == me
    }

    /// Why this person may not do what only the owner does; `None` if it may.
    pub fn not_owner(&self) -> Option<String> {
        if !self.room.native {
            return Some("This works in native rooms only; this is a web room.".into());
        }
        if self.room.frozen {
            return Some(FROZEN.into());
        }
        if self.is_owner() {
            return None;
        }
        Some(match &self.room.owner {
            Some(owner) => format!(
                "Only the room's owner can do this: {}{}.",
                self.who(owner),
                if self.room.owner_here {
                    ""
                } else {
                    ", who is away. Until then nobody can; /block works for you alone"
                }
            ),
            None => {
                "Only the room's owner can do this, and the owner has not been here. /block works for you \
                 alone."
                    .into()
            }
        })
    }

    /// The room's state in a few words, for a line at the top; empty where there is nothing to say.
    pub fn room_words(&self) -> String {
        if !self.room.native {
            return String::new();
        }
        let mut words = vec!["native room".to_owned()];
        if self.room.frozen {
            words.push("frozen".into());
        } else if self.is_owner() {
            words.push("yours".into());
        } else if !self.room.owner_here {
            words.push("owner away, nobody can moderate".into());
        }
        if self.room.locked {
            words.push("locked".into());
        }
        if self.room.expire_seconds > 0 {
            words.push(format!(
                "vanishing after {}",
                duration(self.room.expire_seconds.into())
            ));
        }
        words.join(", ")
    }

    pub(super) fn room_changed(&mut self, room: &RoomInfo, by: Option<&MemberId>, op: RoomOp) -> Vec<Line> {
        let old = std::mem::replace(&mut self.room, room.clone());
        let by = by.map_or_else(String::new, |by| format!(" by {}", self.who(by)));
        let line = match op {
            RoomOp::Remove => Some(Line::info(format!(
                "Somebody was removed{by}. The room has a new secret: links handed out before are dead, \
                 /link shows the new one."
            ))),
            RoomOp::Slow => Some(Line::info(match room.slow_seconds {
                0 => format!("Slow mode was switched off{by}."),
                s => format!(
                    "Slow mode was set{by}: one message every {} from each.",
                    duration(s.into())
                ),
            })),
            RoomOp::Expire => Some(Line::info(match room.expire_seconds {
                0 => format!("Messages no longer vanish; set{by}."),
                s => format!(
                    "From now on messages vanish {} after they were sent; set{by}.",
                    duration(s.into())
                ),
            })),
            RoomOp::Lock if room.locked => Some(Line::info(format!(
                "The room was locked{by}: nobody new is let in."
            ))),
            RoomOp::Lock => Some(Line::info(format!(
                "The room was unlocked{by}: whoever has the link can come in."
            ))),
            RoomOp::HandOver => Some(Line::info(match &room.owner {
                Some(owner) if self.is_owner() || self.who(owner) == "you" => {
                    format!("You own the room now; handed over{by}.")
                }
                Some(owner) => format!("{} owns the room now; handed over{by}.", self.who(owner)),
                None => format!("The room was handed over{by}."),
            })),
            RoomOp::Owner => self.owner_came_or_went(&old),
            RoomOp::Freeze => Some(Line::warning(FROZEN)),
            RoomOp::Receipts if room.receipts => Some(Line::info(
                "Others who do the same see what you have read, and you see what they have.",
            )),
            RoomOp::Receipts => Some(Line::info("Nobody is told what you have read.")),
            // The member's row tells the one, the room's end the other.
            RoomOp::Mute | RoomOp::Close => None,
        };
        line.into_iter().collect()
    }

    fn owner_came_or_went(&self, old: &RoomInfo) -> Option<Line> {
        let owner = self.room.owner.as_ref();
        if self.is_owner() || (old.owner_here == self.room.owner_here && old.owner == self.room.owner) {
            return None;
        }
        let who = owner.map_or_else(
            || "The owner".into(),
            |id| format!("{}, the owner,", self.who(id)),
        );
        Some(Line::info(if self.room.owner_here {
            format!("{who} is here.")
        } else {
            format!("{who} is away: nobody can moderate until then. /block works for you alone.")
        }))
    }

    /// The answer to `/room`.
    pub fn room_lines(&self) -> Vec<Line> {
        if !self.room.native {
            return vec![Line::info(
                "This is a web room: any browser that has the link can come in, and the pages decide \
                 what they show. It has no owner and none of a native room's options.",
            )];
        }
        let room = &self.room;
        let owner = match &room.owner {
            Some(_) if self.is_owner() => "You own this room.".into(),
            Some(owner) if room.owner_here => format!("{} owns this room and is here.", self.who(owner)),
            Some(owner) => format!(
                "{} owns this room and is away: nobody can moderate.",
                self.who(owner)
            ),
            None => "The owner has not been here: nobody can moderate.".into(),
        };
        let mut lines = vec![
            Line::info(owner),
            Line::info(match (room.locked, room.password) {
                (true, _) => "It is locked: nobody new is let in.",
                (false, true) => "Whoever has the link and knows the password can come in.",
                (false, false) => "Whoever has the link can come in.",
            }),
            Line::info(match room.history {
                HistoryPolicy::Off => "Nothing is told again to anybody who was away.".into(),
                HistoryPolicy::Members => {
                    "Members who were away are told what they missed; newcomers are not.".into()
                }
                HistoryPolicy::Items(n) => format!("Newcomers are told the last {n} messages."),
            }),
            Line::info(match room.expire_seconds {
                0 => "Messages stay until the room ends.".into(),
                s => format!("Messages vanish {} after they were sent.", duration(s.into())),
            }),
        ];
        if room.slow_seconds > 0 {
            lines.push(Line::info(format!(
                "Slow mode: one message every {} from each.",
                duration(room.slow_seconds.into())
            )));
        }
        lines.push(Line::info(if room.receipts {
            "Others who do the same see what you have read."
        } else {
            "Nobody is told what you have read; /receipts on changes that."
        }));
        lines.push(Line::info(match room.generation {
            0 => "Nobody was removed so far.".into(),
            1 => "Once somebody was removed; the room has its second secret.".into(),
            n => format!("{n} times somebody was removed, each time with a new secret."),
        }));
        if room.frozen {
            lines.push(Line::warning(FROZEN));
        }
        lines
    }
}

const FROZEN: &str = "The owner's record contradicts itself: two different orders bear one number. Nothing \
                      in this room can be changed any more; open a new one for what matters.";
