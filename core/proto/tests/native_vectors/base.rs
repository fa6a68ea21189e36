//! Primitives.

use crate::{array, bytes, text, vectors};
use dayfly_proto::crypto::{self, PublicKey, SigningKey};
use dayfly_proto::secret::SecretBytes;

#[test]
fn hash_kdf_and_seal() {
    let all = vectors("base");
    let parts: Vec<_> = all["hash"]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(bytes)
        .collect();
    let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
    assert_eq!(crypto::hash(&parts), array(&all["hash"]["out"]));

    let case = &all["hmac"];
    let out = crypto::hmac(&bytes(&case["key"]), &[&bytes(&case["message"])]);
    assert_eq!(out, array(&case["out"]));

    for case in all["kdf"].as_array().unwrap() {
        let [salt, ikm, x] = ["salt", "ikm", "x"].map(|name| bytes(&case[name]));
        let out = crypto::kdf(&salt, &ikm, text(&case["label"]), &x);
        assert_eq!(*out.expose(), array(&case["out"]), "{}", case["label"]);
    }

    let case = &all["seal"];
    let [ad, plain, sealed] = ["ad", "plain", "out"].map(|name| bytes(&case[name]));
    let key = || SecretBytes::new(array(&case["key"]));
    assert_eq!(crypto::seal_once(key(), &ad, &plain), sealed);
    assert_eq!(*crypto::open_once(&key(), &ad, &sealed).unwrap(), plain);
}

#[test]
fn signatures_and_the_ones_that_only_a_strict_check_refuses() {
    let all = vectors("base");
    let case = &all["sign"];
    let key = SigningKey::from_seed(&array(&case["seed"]));
    let (context, message) = (text(&case["context"]), bytes(&case["message"]));
    assert_eq!(key.public().0, array(&case["public"]));
    let signature = key.sign(context, &[&message]);
    assert_eq!(signature, array(&case["signature"]));
    assert!(key.public().verifies(context, &[&message], &signature));

    let weak = &all["small_order"];
    let public = PublicKey(array(&weak["public"]));
    assert!(!public.verifies(context, &[&message], &array(&weak["signature"])));
}
