//! Relays as the command line names them.

use crate::args::RelayArgs;
use crate::password;
use dayfly_core::engine::{Error, RelayConfig};
use dayfly_core::link::IceServer;
use dayfly_core::proto::secret::SecretString;

/// The TURN servers named, each with what it asks of its users. A pin goes to those over TLS.
///
/// # Errors
/// When a file cannot be read.
pub fn servers(args: &RelayArgs) -> Result<Vec<IceServer>, Error> {
    if args.turn.is_empty() {
        return Ok(Vec::new());
    }
    let from = |file: &Option<_>| file.as_deref().map(password::from_file).transpose();
    let password = from(&args.turn_password_file)?;
    let secret = from(&args.turn_secret_file)?;
    let server = |url: &String| IceServer {
        secret: secret.clone(),
        pin: args.turn_pin.clone().filter(|_| url.starts_with("turns:")),
        ..IceServer::turn(
            url.clone(),
            args.turn_user.clone().unwrap_or_default(),
            password
                .clone()
                .unwrap_or_else(|| SecretString::new(String::new())),
        )
    };
    Ok(args.turn.iter().map(server).collect())
}

/// The list of relays, if one is named.
pub fn list(args: &RelayArgs) -> Option<RelayConfig> {
    Some(RelayConfig {
        url: args.relay_config.clone()?,
        pin: args.relay_pin.clone()?,
    })
}
