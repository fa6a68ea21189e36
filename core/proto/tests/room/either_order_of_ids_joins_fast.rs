//! A room and a page meet within a second and a half, whoever came first and whatever the page's
//! id is.
//!
//! Page to page this takes up to 20 s whenever the newcomer's id is the greater one.

use crate::world::{each_seed, ms, secs};

#[test]
fn a_room_comes_to_a_page() {
    each_seed(100, |world| {
        let id = ["0", "5", "A", "z"][usize::try_from(world.random(4)).unwrap()];
        let page = world.open_page(id, "Page", 9);
        let phase = world.random(20_000);
        world.run(secs(3) + ms(phase));
        let room = world.enter("Ada");
        world.meet(&[page, room], ms(1_500));
    });
}

#[test]
fn a_page_comes_to_a_room() {
    each_seed(100, |world| {
        let id = ["0", "5", "A", "z"][usize::try_from(world.random(4)).unwrap()];
        let room = world.enter("Ada");
        let phase = world.random(20_000);
        world.run(secs(3) + ms(phase));
        let page = world.open_page(id, "Page", 9);
        world.meet(&[page, room], ms(1_500));
    });
}
