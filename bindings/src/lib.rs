//! Dayfly for Kotlin and Swift: objects, listeners and error kinds over `dayfly-core`.

uniffi::setup_scaffolding!("dayfly");
