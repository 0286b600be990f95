"""Registration: the environments as Gymnasium knows them."""

import gymnasium

ENVIRONMENTS = {
    "regatta/Autoscaling-v0": ("environment:AutoscalingEnv", "vector:AutoscalingVectorEnv"),
    "regatta/Mp3-v0": ("environment:Mp3Env", "vector:Mp3VectorEnv"),
}


def register_envs():
    """Tells Gymnasium of the environments, once."""
    for name, (single, vector) in ENVIRONMENTS.items():
        if name not in gymnasium.registry:
            gymnasium.register(
                id=name,
                entry_point=f"regatta.{single}",
                vector_entry_point=f"regatta.{vector}",
            )
