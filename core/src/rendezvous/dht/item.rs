//! What members write into the DHT, and where (BEP 44, mutable items).
//!
//! ```text
//! key of writer w = Ed25519 from H("dayfly/1 dht" ‖ 00 ‖ topic[20] ‖ w u8), w = 0 … 15
//! salt            = "offer" or "answer"
//! seq             = milliseconds since the Unix epoch, and more than what stood there
//! value           = 01 ‖ kind u8 ‖ from[20] ‖ to[20] ‖ offer id[20] ‖ box[900]
//! kind            = 1 offer, 2 answer
//! ```
//! A value is 962 bytes, 966 as bencoded text: BEP 44 allows less than 1,000. An empty value says
//! that the slot is free again. `to` is zeros for whoever reads it.
//!
//! Whoever knows the topic can write every slot: that is whoever has the link, of this hour and
//! generation. A node of the DHT does not know the topic, only public keys: it can withhold a value
//! or return an older one, but write none.
//!
//! Anything of another form is nobody's: dropped without a look at the box.

use data_encoding::BASE64;
use dayfly_proto::crypto::hash;
use dayfly_proto::id::PeerId;
use dayfly_proto::wire::web::topic::InfoHash;
use mainline::SigningKey;

/// The slots of a topic.
pub(super) const SLOTS: u8 = 16;
/// The only box that fits: the least there is.
const BOX_LEN: usize = 900;
/// The first byte of a value.
const FORM: u8 = 1;
/// The length of a value that says something.
pub(super) const VALUE_LEN: usize = 2 + 3 * 20 + BOX_LEN;

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Offer,
    Answer,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::Offer => 1,
            Self::Answer => 2,
        }
    }

    pub(super) fn salt(self) -> &'static [u8] {
        match self {
            Self::Offer => b"offer",
            Self::Answer => b"answer",
        }
    }
}

/// One place in the DHT: an offer's, or that of the answer to the offer in the same slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell {
    pub slot: u8,
    pub kind: Kind,
}

/// The key that writes a slot.
pub(super) fn key(topic: &InfoHash, slot: u8) -> SigningKey {
    SigningKey::from_bytes(&hash(&[b"dayfly/1 dht\0", topic.as_bytes(), &[slot]]))
}

/// One value. The box is a text, as in every back end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub kind: Kind,
    pub from: PeerId,
    pub to: Option<PeerId>,
    pub offer_id: PeerId,
    pub sealed: String,
}

impl Item {
    /// `None` for a box that does not fit.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        if !fits(&self.sealed) {
            return None;
        }
        let sealed = BASE64.decode(self.sealed.as_bytes()).ok()?;
        let mut value = Vec::with_capacity(VALUE_LEN);
        value.extend([FORM, self.kind.code()]);
        value.extend(self.from.as_str().as_bytes());
        value.extend(self.to.as_ref().map_or(&[0; 20][..], |to| to.as_str().as_bytes()));
        value.extend(self.offer_id.as_str().as_bytes());
        value.extend(sealed);
        Some(value)
    }

    /// `None` for anything of another form.
    pub(super) fn parse(kind: Kind, value: &[u8]) -> Option<Self> {
        if value.len() != VALUE_LEN || value[..2] != [FORM, kind.code()] {
            return None;
        }
        let id = |at: usize| PeerId::parse(str::from_utf8(value.get(at..at + 20)?).ok()?);
        let to = if value[22..42] == [0; 20] {
            None
        } else {
            Some(id(22)?)
        };
        Some(Self {
            kind,
            from: id(2)?,
            to,
            offer_id: id(42)?,
            sealed: BASE64.encode(&value[62..]),
        })
    }
}

/// Whether a sealed box has the length that fits, looked at before anything is decoded.
pub(super) fn fits(sealed: &str) -> bool {
    sealed.len() == BASE64.encode_len(BOX_LEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(to: Option<&str>) -> Item {
        let id = |text: &str| PeerId::parse(text).unwrap();
        Item {
            kind: Kind::Offer,
            from: id("from-0123456789-from"),
            to: to.map(id),
            offer_id: id("offer-0123456789-off"),
            sealed: BASE64.encode(&[7; 900]),
        }
    }

    #[test]
    fn a_value_comes_back_and_fits_bep_44() {
        for to in [None, Some("to---0123456789---to")] {
            let value = item(to).encode().unwrap();
            assert_eq!(value.len(), VALUE_LEN);
            assert!(format!("{VALUE_LEN}:").len() + VALUE_LEN < 1000);
            assert_eq!(Item::parse(Kind::Offer, &value), Some(item(to)));
            assert_eq!(Item::parse(Kind::Answer, &value), None);
        }
        let long = Item {
            sealed: BASE64.encode(&[7; 2000]),
            ..item(None)
        };
        assert_eq!(long.encode(), None);
    }

    #[test]
    fn what_is_cut_or_altered_is_refused_or_another_value() {
        let value = item(None).encode().unwrap();
        for len in 0..value.len() {
            assert_eq!(Item::parse(Kind::Offer, &value[..len]), None);
        }
        assert_eq!(Item::parse(Kind::Offer, &[&value[..], &[0]].concat()), None);
        for bit in 0..value.len() * 8 {
            let mut other = value.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Some(parsed) = Item::parse(Kind::Offer, &other) {
                assert_eq!(parsed.encode(), Some(other));
            }
        }
    }

    #[test]
    fn the_second_implementation_writes_the_same() {
        let vectors = include_str!("../../../proto/tests/vectors/native-invite.json");
        let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        assert!(cases.len() > 2);
        for case in cases {
            let given = |name: &str| case["dht"][name].as_str();
            let bytes = |name| {
                data_encoding::HEXLOWER
                    .decode(given(name).unwrap().as_bytes())
                    .unwrap()
            };
            let id = |text| PeerId::parse(text).unwrap();
            let topic = InfoHash::parse(given("topic").unwrap()).unwrap();
            let writer = u8::try_from(case["dht"]["writer"].as_u64().unwrap()).unwrap();
            let public = key(&topic, writer).verifying_key().to_bytes();
            assert_eq!(public.to_vec(), bytes("public"));
            let item = Item {
                kind: Kind::Offer,
                from: id(given("from").unwrap()),
                to: given("to").map(id),
                offer_id: id(given("offer_id").unwrap()),
                sealed: given("sealed").unwrap().to_owned(),
            };
            assert_eq!(item.encode(), Some(bytes("value")));
            assert_eq!(Item::parse(Kind::Offer, &bytes("value")), Some(item));
        }
    }

    #[test]
    fn slots_and_topics_have_keys_of_their_own() {
        let topics = ["00000000000000000000", "00000000000000000001"];
        let keys: std::collections::BTreeSet<_> = topics
            .iter()
            .flat_map(|topic| {
                let topic = InfoHash::parse(topic).unwrap();
                (0..SLOTS).map(move |slot| key(&topic, slot).verifying_key().to_bytes())
            })
            .collect();
        assert_eq!(keys.len(), 2 * usize::from(SLOTS));
    }
}
