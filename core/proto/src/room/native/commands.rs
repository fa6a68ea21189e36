//! What a person asks for beyond talking, taken apart and handed to whoever does it.

use super::super::Room;
use super::super::command::{Command, CommandError};
use super::super::event::{Event, RoomOp};
use super::roster::Act;
use crate::crypto::PublicKey;
use crate::id::MemberId;
use crate::secret::SecretString;
use crate::timer::Now;
use crate::wire::native::{Content, is_emoji};

impl Room {
    /// Does what a person asks for beyond talking.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn command(&mut self, now: Now, command: Command) -> Result<(), CommandError> {
        if self.ended {
            return Err(CommandError::Ended);
        }
        match command {
            Command::Block { member, on } => {
                let (_, key) = self.native_member(&member)?;
                self.block(now, &key, on);
                Ok(())
            }
            Command::Remove { member } => {
                let (_, id) = self.native_member(&member)?;
                let last = self.native.ledger.last_of(&id);
                self.owner_act(now, Act::Remove { id, last })
            }
            Command::Mute { member, on } => {
                let (_, id) = self.native_member(&member)?;
                self.owner_act(now, Act::Mute { id, on })
            }
            Command::HandOver { member } => {
                let (_, id) = self.native_member(&member)?;
                self.owner_act(now, Act::HandOver(id))
            }
            Command::Slow { seconds } => self.owner_act(now, Act::Slow(seconds)),
            Command::Expire { seconds } => self.owner_act(now, Act::Expire(seconds)),
            Command::Lock { on } => self.owner_act(now, Act::Lock(on)),
            Command::Close => self.owner_act(now, Act::Close),
            Command::React { id, emoji, on } => {
                if !is_emoji(&emoji) {
                    return Err(CommandError::BadValue("a reaction is one emoji"));
                }
                self.speak_about(now, &id, Content::Reaction { emoji, on })
            }
            Command::Edit { id, text } => {
                let text = SecretString::new(text);
                self.speak_about(now, &id, Content::Edit { text })
            }
            Command::Unsend { id } => self.speak_about(now, &id, Content::Unsend),
            Command::View { id } => {
                let effects = self.native.ledger.view(now, &id).ok_or(CommandError::NoMessage)?;
                self.effects(effects);
                Ok(())
            }
            Command::Read { id } => self.has_read(now, &id),
            Command::Receipts { on } => {
                if !self.is_native() {
                    return Err(CommandError::NotNative);
                }
                if self.native.receipts != on {
                    self.native.receipts = on;
                    let options = self.info();
                    self.event(Event::RoomChanged {
                        options,
                        by: None,
                        op: RoomOp::Receipts,
                    });
                }
                Ok(())
            }
        }
    }

    /// The native member a person names.
    pub(super) fn native_member(&self, to: &str) -> Result<(MemberId, PublicKey), CommandError> {
        let member = self.member(to)?;
        let key = self.native.key_of(&member).ok_or(CommandError::NotNative)?;
        Ok((member, key))
    }

    fn owner_act(&mut self, now: Now, act: Act) -> Result<(), CommandError> {
        if !self.is_native() {
            return Err(CommandError::NotNative);
        }
        if !self.native.owns() {
            return Err(CommandError::NotOwner);
        }
        match act {
            Act::Slow(seconds) if seconds > 3_600 => {
                return Err(CommandError::BadValue("slow mode is 0 to 3,600 seconds"));
            }
            Act::Expire(seconds) if seconds != 0 && !(5..=86_400).contains(&seconds) => {
                return Err(CommandError::BadValue(
                    "messages live 5 to 86,400 seconds, or 0 for ever",
                ));
            }
            _ => {}
        }
        self.act(now, act)
    }

    /// Ceases to hear a member and to speak to it, or begins again.
    fn block(&mut self, now: Now, key: &PublicKey, on: bool) {
        let Some(peer) = self.native.peers.get_mut(key) else {
            return;
        };
        if peer.blocked == on {
            return;
        }
        peer.blocked = on;
        peer.has_key = 0;
        if on {
            // What is said from now on is sealed under a key it is not given.
            self.native.chain = None;
            self.relays_part(key);
        }
        self.show_peer(key);
        if !on {
            self.greet_member(now, key);
            self.lends_relay(now, key);
        }
    }
}
