#!/usr/bin/env python3
"""How fast Stable-Baselines3 learns on CartPole, beside which the host's benches are read.

    python3 -m pip install torch==2.13.0 stable-baselines3 gymnasium
    OMP_NUM_THREADS=1 python3 tests/proof/learner_peers.py [dqn] [ppo]

One thread, the hyperparameters of `host/learner/benches`, the processor's time and not the clock's. The fastest of
many stretches counts, as in the benches, because what else runs on a machine only ever adds.
"""

import sys
import time

import gymnasium
import stable_baselines3
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

# As long as the benches' stretches: short, so that some pass undisturbed.
STRETCH, STEPS = 50, 4000


class Clock(BaseCallback):
    """How much of the processor's time had been spent at each step."""

    def _init_callback(self):
        self.times = []

    def _on_step(self):
        self.times.append(time.process_time())
        return True

    def fastest(self, skip):
        """Steps per second of the fastest stretch after the first `skip` steps."""
        times = self.times[skip:]
        return STRETCH / min(end - start for start, end in zip(times, times[STRETCH:]))


def dqn():
    """128-128, batch 128, one update a step, soft target: what SCARLET has but for its clipped gradients."""
    for name, tau, interval in [("soft target", 0.005, 1), ("target copied every 10,000", 1.0, 10_000)]:
        model = stable_baselines3.DQN(
            "MlpPolicy",
            gymnasium.make("CartPole-v1"),
            learning_rate=1e-4,
            buffer_size=1_000_000,
            learning_starts=200,
            batch_size=128,
            tau=tau,
            gamma=0.99,
            train_freq=1,
            gradient_steps=1,
            target_update_interval=interval,
            max_grad_norm=10.0,
            policy_kwargs={"net_arch": [128, 128]},
            seed=1,
            device="cpu",
        )
        clock = Clock()
        model.learn(STEPS, callback=clock)
        steps = clock.fastest(1000)
        times = []
        for _ in range(200):
            start = time.process_time()
            model.train(gradient_steps=1, batch_size=128)
            times.append(time.process_time() - start)
        observation = model.get_env().reset()
        decisions = []
        for _ in range(500):
            start = time.process_time()
            model.predict(observation, deterministic=True)
            decisions.append(time.process_time() - start)
        print(
            f"dqn, {name}: {steps:.0f} steps/s, an update {min(times) * 1e6:.0f} µs, "
            f"a decision {min(decisions) * 1e6:.0f} µs"
        )


def ppo():
    """64-64 tanh, 8 worlds, 128 turns, batch 256, 4 epochs: its defaults but for the turns and the batch."""
    worlds, turns, updates = 8, 128, 12
    env = make_vec_env("CartPole-v1", n_envs=worlds, seed=1)
    model = stable_baselines3.PPO(
        "MlpPolicy", env, n_steps=turns, batch_size=256, n_epochs=4, seed=1, device="cpu"
    )
    # In processor time of the thread, as the bench: a stretch is a rollout with the update after it.
    times = []
    learn = model.train
    model.train = lambda: (learn(), times.append(time.thread_time()))
    model.learn(worlds * turns * updates)
    fastest = min(end - start for start, end in zip(times, times[1:]))
    observation = env.reset()[:1]
    decisions = []
    for _ in range(500):
        start = time.thread_time()
        model.predict(observation, deterministic=True)
        decisions.append(time.thread_time() - start)
    print(
        f"ppo: {worlds * turns / fastest:.0f} steps/s, {fastest / worlds / turns * 1e6:.1f} µs a step, "
        f"a decision {min(decisions) * 1e6:.0f} µs"
    )


PEERS = {"dqn": dqn, "ppo": ppo}


def main():
    torch.set_num_threads(1)
    print(f"stable-baselines3 {stable_baselines3.__version__}, torch {torch.__version__}, one thread")
    for name in sys.argv[1:] or PEERS:
        PEERS[name]()


if __name__ == "__main__":
    main()
