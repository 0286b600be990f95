use agent::Arrangement;

use super::*;
use crate::fixture::{mp3, trio};

/// The turns and lessons of some steps, as text.
fn lived(threads: usize) -> Vec<String> {
    let worlds = (0..4).map(|_| trio(Arrangement::PerWorkload)).collect();
    let mut worlds = Worlds::new(worlds, threads).unwrap();
    let mut seed = 0;
    let mut next = |_| {
        seed += 1;
        seed
    };
    worlds.begin(&mut next).unwrap();
    (0..30_u16)
        .map(|step| {
            let choices: Vec<u16> = (0..12).map(|row| (row + step) % 2).collect();
            worlds.step(&choices, &mut next).unwrap();
            format!("{:?} {:?} {:?}", worlds.turn(), worlds.lessons(), worlds.finished())
        })
        .collect()
}

#[test]
fn threads_change_nothing() {
    assert_eq!(lived(1), lived(3));
}

#[test]
fn a_world_that_is_over_begins_anew_and_its_last_lessons_are_kept() {
    let mut worlds = Worlds::new(vec![mp3(2), mp3(3)], 1).unwrap();
    worlds.begin(|world| world as u64).unwrap();
    worlds.step(&[1, 1], |_| unreachable!("nobody is over")).unwrap();
    let mut asked = Vec::new();
    let seed = |world| {
        asked.push(world);
        7
    };
    worlds.step(&[1, 1], seed).unwrap();
    assert_eq!(asked, [0]);
    let ended: Vec<usize> = worlds.finished().iter().map(|finished| finished.world).collect();
    assert_eq!(ended, [0]);
    let lessons = worlds.lessons();
    assert_eq!(lessons.rows, [0, 1]);
    assert_eq!(lessons.endings, [scaling::Ending::Truncated, scaling::Ending::Running]);
    // Three replicas at the end of the first world's episode, one at the start of the next.
    assert_eq!((lessons.after[0], worlds.turn().inputs[0]), (0.3, 0.1));
    assert_eq!(worlds.turn().ids[1].world, 1);
}

#[test]
fn worlds_come_back_where_they_were() {
    let make = || {
        let worlds = (0..3).map(|_| Journal::new(mp3(5))).collect();
        Worlds::new(worlds, 1).unwrap()
    };
    let mut worlds = make();
    worlds.begin(|world| world as u64).unwrap();
    for _ in 0..7 {
        worlds.step(&[1, 0, 1], |world| 10 + world as u64).unwrap();
    }
    let state = serde_json::to_string(&worlds.state()).unwrap();
    let mut other = make();
    other.restore(&serde_json::from_str(&state).unwrap()).unwrap();
    assert_eq!(other.turn(), worlds.turn());
    worlds.step(&[0, 1, 0], |_| 3).unwrap();
    other.step(&[0, 1, 0], |_| 3).unwrap();
    assert_eq!(other.lessons(), worlds.lessons());
    assert!(make().restore(&WorldsState::default()).is_err());
}

#[test]
fn worlds_of_several_shapes_are_refused() {
    let worlds = vec![trio(Arrangement::PerWorkload), trio(Arrangement::Joint { workloads: 3 })];
    assert!(Worlds::new(worlds, 1).is_err());
    assert!(Worlds::<crate::ClusterWorld>::new(Vec::new(), 1).is_err());
}
