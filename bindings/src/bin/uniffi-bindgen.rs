//! Writes the Kotlin and Swift bindings from the built library (uniffi's own command line).

fn main() {
    uniffi::uniffi_bindgen_main();
}
