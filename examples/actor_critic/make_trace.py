"""Writes trace.csv: episodes of gymnasium's CartPole-v1, which the physics of the example must repeat.

Made with gymnasium 1.4.0 and numpy from `pip install gymnasium==1.4.0`: `python make_trace.py > trace.csv`.
"""

import random

import gymnasium

# Every so many pushes the state is noted: the pole is unstable, so that rounding errors grow e-fold in a quarter of a second.
NOTED = 10


def episode(seed, policy):
    env = gymnasium.make("CartPole-v1")
    env.reset(seed=seed)

    def note(pushes, end):
        print(",".join([pushes, *(repr(float(number)) for number in env.unwrapped.state), end]))

    note("", "start")
    pushes, terminated, truncated = "", False, False
    while not (terminated or truncated):
        push = policy(env.unwrapped.state)
        _, reward, terminated, truncated, _ = env.step(push)
        assert reward == 1.0
        pushes += str(push)
        end = "fallen" if terminated else "time up" if truncated else "goes on"
        if len(pushes) == NOTED or end != "goes on":
            note(pushes, end)
            pushes = ""


random.seed(1)
episode(1, lambda state: 1)
episode(2, lambda state: 0)
for seed in range(3, 6):
    episode(seed, lambda state: random.randrange(2))
# A policy that keeps the pole up until time is up.
episode(7, lambda state: int(state[2] + 0.5 * state[3] + 0.1 * state[0] + 0.2 * state[1] > 0))
# Leaning poles, which must be driven after: out of the track, to the right and to the left.
episode(8, lambda state: int(state[2] + 0.5 * state[3] > 0.05))
episode(9, lambda state: int(state[2] + 0.5 * state[3] > -0.05))
