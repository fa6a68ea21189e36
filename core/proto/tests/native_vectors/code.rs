//! Short codes: keys, topics, boxes, whole exchanges.

use crate::{Scripted, array, bytes, text, vectors};
use dayfly_proto::identity::code::{Answered, CodeKeys, Joining, Message, Nameplate, open, seal, slots};
use dayfly_proto::secret::SecretString;
use serde_json::Value;

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn code(value: &Value) -> SecretString {
    SecretString::new(text(value).to_owned())
}

#[test]
fn exchanges_are_the_same_to_the_byte() {
    for case in vectors("code")["cases"].as_array().unwrap() {
        let both = |one: &str, two: &str| Scripted::new([bytes(&case[one]), bytes(&case[two])].concat());
        let (host, joiner) = (array(&case["host"]), array(&case["joiner"]));
        let joining = Joining::start(&code(&case["typed"]), host, joiner, &mut both("wide_j", "seed"));
        let c1 = joining.c1().clone();
        assert_eq!(Message::C1(c1.clone()).encode(), bytes(&case["c1"]));
        let answer = Answered::answer(&code(&case["code"]), &c1, &mut both("wide_h", "m"));
        let (c2, answered) = answer.unwrap();
        assert_eq!(Message::C2(c2.clone()).encode(), bytes(&case["c2"]));
        let joined = joining.read(&c2).unwrap();
        let tag = joined.tag();
        assert_eq!(Message::C3 { host, joiner, tag }.encode(), bytes(&case["c3"]));
        let confirmed = answered.confirm(&tag);
        assert_eq!(Some(confirmed.is_ok()), case["right"].as_bool());
        if let Ok(confirmed) = confirmed {
            let record = bytes(&case["record"]);
            let sealed = confirmed.seal(&record);
            assert_eq!(joined.open(&sealed).unwrap()[..], record);
            assert_eq!(Message::C4 { joiner, sealed }.encode(), bytes(&case["c4"]));
        }
    }
}

#[test]
fn numbers_lead_to_the_same_places_and_boxes() {
    let all = vectors("code");
    for case in all["cases"].as_array().unwrap() {
        let number_of_code = text(&case["code"])[..4].parse().unwrap();
        let keys = CodeKeys::of(Nameplate::new(number_of_code).unwrap());
        for at in case["topics"].as_array().unwrap() {
            let topic = keys.topic(text(&at["backend"]), number(&at["slot"]));
            assert_eq!(topic.as_str(), text(&at["topic"]));
        }
        let sealed = &case["box"];
        let topic = keys.topic("tracker", number(&case["topics"][0]["slot"]));
        assert_eq!(topic.as_str(), text(&sealed["topic"]));
        let message = Message::decode(&bytes(&sealed["message"])).unwrap();
        assert_eq!(open(&keys, &topic, text(&sealed["text"])), Ok(message.clone()));
        let mut salt = Scripted::new(bytes(&sealed["salt"]));
        assert_eq!(seal(&keys, &topic, &message, &mut salt), text(&sealed["text"]));
    }
    for at in all["slots"].as_array().unwrap() {
        let mut expected: Vec<u64> = at["slots"].as_array().unwrap().iter().map(number).collect();
        let mut found = slots(number(&at["unix"]) * 1000).to_vec();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{at}");
    }
}
