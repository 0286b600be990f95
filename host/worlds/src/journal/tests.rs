use agent::Arrangement;

use super::*;
use crate::fixture::{mp3, trio};

#[test]
fn a_world_comes_back_where_it_was_and_goes_on_the_same() {
    let mut world = Journal::new(trio(Arrangement::PerWorkload));
    world.reset(9).unwrap();
    for turn in 0..8_u16 {
        world.step(&[turn % 2, (turn + 1) % 2, 0]).unwrap();
    }
    let mut other = Journal::new(trio(Arrangement::PerWorkload));
    other.replay(world.record()).unwrap();
    assert_eq!(other.record(), world.record());
    loop {
        assert_eq!(other.turn(), world.turn());
        assert_eq!(other.lessons(), world.lessons());
        let goes_on = world.step(&[0, 1, 0]).unwrap();
        assert_eq!(other.step(&[0, 1, 0]).unwrap(), goes_on);
        if !goes_on {
            break;
        }
    }
    assert_eq!(format!("{:?}", other.measures()), format!("{:?}", world.measures()));
}

#[test]
fn a_record_of_another_world_is_refused() {
    let mut world = Journal::new(mp3(3));
    let strange = Record { seed: Some(1), choices: vec![vec![0, 0]] };
    let refused = world.replay(&strange).unwrap_err();
    assert!(refused.cause.contains("turn 0"), "{refused}");
    let longer = Record { seed: Some(1), choices: vec![vec![0]; 4] };
    let refused = world.replay(&longer).unwrap_err();
    assert!(refused.cause.contains("turn 3"), "{refused}");
}
