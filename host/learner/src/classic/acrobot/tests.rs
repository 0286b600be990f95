use super::*;
use crate::Purpose;

fn near(found: [f64; 4], wanted: [f64; 4]) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-9, "{found} instead of {wanted}");
    }
}

fn start() -> (Acrobot, Chance) {
    let acrobot = Acrobot { state: [0.05, -0.06, 0.07, -0.08], steps: 0 };
    (acrobot, Chance::new(1, Purpose::Episodes))
}

#[test]
fn it_swings_as_gymnasiums_does() {
    let (mut acrobot, mut chance) = start();
    let mut states = Vec::new();
    for step in 0..25 {
        acrobot.step(step / 3 % 3, &mut chance);
        states.push(acrobot.state);
    }
    near(states[0], [0.069_397_218_537, -0.098_478_539_827, 0.118_719_098_125, -0.294_902_157_988]);
    near(states[9], [-0.241_804_945_228, 0.525_233_229_039, 0.292_792_028_284, -0.126_503_159_885]);
    near(
        states[24],
        [0.412_536_839_252, -0.793_848_406_199, 0.197_417_359_346, -0.106_694_748_524],
    );
}

#[test]
fn an_episode_ends_when_the_tip_is_high_enough_or_after_500_steps() {
    let (mut acrobot, mut chance) = start();
    let mut steps = 0;
    let last = loop {
        let pumping = if acrobot.state[3] > 0.0 { 2 } else { 0 };
        steps += 1;
        let (reward, ending) = acrobot.step(pumping, &mut chance);
        if ending != Ending::Running {
            break (steps, reward, ending);
        }
        assert_eq!(reward, -1.0);
    };
    assert_eq!(last, (74, 0.0, Ending::Terminated));
    let (mut idle, _) = start();
    let endings: Vec<Ending> = (0..500).map(|_| idle.step(1, &mut chance).1).collect();
    assert!(endings[..499].iter().all(|&ending| ending == Ending::Running));
    assert_eq!(endings[499], Ending::Truncated);
}
