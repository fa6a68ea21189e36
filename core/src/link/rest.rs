//! Credentials for a relay made from a secret shared with it (draft-uberti-behave-turn-rest-00,
//! coturn's `use-auth-secret`): a user name that says when it ends, and its MAC as the password.
//!
//! They are made anew for each connection, so nothing has to be renewed; whoever learns one pair
//! can use the relay for a day and not longer.

use data_encoding::BASE64;
use dayfly_proto::secret::SecretString;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// How long made credentials are good for, in seconds: longer than a connection lasts. It has to
/// outlast clocks that are wrong by hours.
pub(crate) const LIFETIME: u64 = 24 * 60 * 60;

/// A user name and password good until `expires` (Unix time in seconds), for `user` where the
/// relay is to tell users apart.
///
/// # Panics
/// Never: a MAC takes a key of any length.
pub(crate) fn credentials(secret: &SecretString, user: &str, expires: u64) -> (String, SecretString) {
    let username = if user.is_empty() {
        expires.to_string()
    } else {
        format!("{expires}:{user}")
    };
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.expose().as_bytes())
        .expect("HMAC takes a key of any length (RFC 2104)");
    mac.update(username.as_bytes());
    let password = BASE64.encode(&mac.finalize().into_bytes());
    (username, SecretString::new(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python's `hmac.new(b"north", name, "sha1")` has it.
    #[test]
    fn made_as_others_make_them() {
        let secret = SecretString::new("north".into());
        let (name, password) = credentials(&secret, "ada", 1_700_000_000);
        assert_eq!(name, "1700000000:ada");
        assert_eq!(password.expose(), "ndZ88ryT1whVxdkcRLepT9D1MpM=");
        let (name, password) = credentials(&secret, "", 1_700_000_000);
        assert_eq!(name, "1700000000");
        assert_eq!(password.expose(), "CWyHi3zCeWqXBir9thl4m+iZPRY=");
    }
}
