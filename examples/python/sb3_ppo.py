"""Trains Stable-Baselines3's PPO on a race file's training split and enters it in the race.

    make python                                            # installs the package into .toolchain/learning
    .toolchain/learning/bin/pip install stable-baselines3
    .toolchain/learning/bin/python examples/python/sb3_ppo.py --steps 100000

Writes policy.wasm and race.yaml, the experiment with the trained policy among its entrants, to --out, and
races it if --regatta names the program.
"""

import argparse
import json
import pathlib
import subprocess

import regatta
from stable_baselines3 import PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

HERE = pathlib.Path(__file__).parent


def card(experiment):
    """The default card, but for a decision in five seconds and larger changes: flash crowds are fast."""
    changes = [{"replicas": replicas} if replicas else {} for replicas in (-4, -1, 0, 1, 4)]
    default = regatta.AutoscalingEnv(experiment).card
    return {**default, "name": "sb3-ppo", "period_milliseconds": 5_000, "changes": changes}


def train(experiment, steps, seed, reward=None):
    """A model that has seen so many steps, with the normaliser of its inputs."""
    asked = {"card": card(experiment), "reward": reward}
    worlds = [lambda: Monitor(regatta.AutoscalingEnv(experiment, **asked))] * 4
    env = VecNormalize(DummyVecEnv(worlds), norm_reward=True, gamma=0.95)
    model = PPO("MlpPolicy", env, n_steps=256, batch_size=256, gamma=0.95, ent_coef=0.003, seed=seed, device="cpu")
    return model.learn(steps)


def enter(experiment, policy, out):
    """The race file with one entrant more; what it names beside itself is named from its new place."""
    lines = pathlib.Path(experiment).read_text().splitlines(keepends=True)
    start = lines.index("policies:\n") + 1
    # After the others, of which the first is whom all are compared with.
    last = (number for number, line in enumerate(lines) if number >= start and line[0] not in " #\n")
    place = next(last, len(lines))
    # JSON is YAML.
    entrant = json.dumps({"name": "sb3-ppo", "module": str(policy.resolve())})
    lines.insert(place, f"  - {entrant}\n")
    for number, line in enumerate(lines):
        if line.startswith("profile: "):
            profile = experiment.parent / line.removeprefix("profile: ").strip()
            lines[number] = f"profile: {profile.resolve()}\n"
    race = out / "race.yaml"
    race.write_text("".join(lines))
    return race


def main():
    """Trains, exports and races."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiment", default=HERE.parent / "flash-crowd.yaml", type=pathlib.Path)
    parser.add_argument("--steps", default=100_000, type=int)
    parser.add_argument("--seed", default=1, type=int)
    parser.add_argument("--reward", help="the experiment's reward to learn from; its first one without")
    parser.add_argument("--out", default=pathlib.Path("results/sb3-ppo"), type=pathlib.Path)
    parser.add_argument("--regatta", help="the program, say target/debug/regatta")
    asked = parser.parse_args()

    asked.out.mkdir(parents=True, exist_ok=True)
    model = train(asked.experiment, asked.steps, asked.seed, asked.reward)
    agent = regatta.from_stable_baselines3(model, steps=str(asked.steps), seed=str(asked.seed))
    agent.save(asked.out / "ppo.agent")
    regatta.export(agent, asked.out / "policy.wasm")
    race = enter(asked.experiment, asked.out / "policy.wasm", asked.out)
    print(f"trained for {asked.steps} steps; the race is {race}")
    if asked.regatta:
        subprocess.run([asked.regatta, "race", race, "--out", asked.out / "race"], check=True)


if __name__ == "__main__":
    main()
