//! What the product is called wherever the outside world must recognise it.
//!
//! The one place for the link host, the URI scheme and the application ids. It refuses addresses
//! of third parties: those are the engine's defaults.

/// The URI scheme of invites, without the colon. Parsers accept it in either case.
pub const URI_SCHEME: &str = "dayfly";

/// The host of `https://HOST/#PAYLOAD` invites, such as `example.org`. Empty: no host is owned,
/// and invites are plain [`URI_SCHEME`] links.
pub const LINK_HOST: &str = "";

/// The Android application id.
pub const ANDROID_APPLICATION_ID: &str = "app.dayfly";

/// The iOS bundle identifier.
pub const IOS_BUNDLE_ID: &str = "app.dayfly.ios";

/// The name shown to people.
pub const PRODUCT_NAME: &str = "Dayfly";
