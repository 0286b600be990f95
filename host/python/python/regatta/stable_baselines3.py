"""Stable-Baselines3: from one of its models to an agent. Nothing of it is imported: whoever has a model
has it already.
"""

from regatta._regatta import AgentError
from regatta.agent import Agent

ACTIVATIONS = {"ReLU": "relu", "Tanh": "tanh"}
# Of regatta's normaliser, as of VecNormalize unless told otherwise.
EPSILON = 1e-8


def from_stable_baselines3(model, card=None, **facts):
    """The agent that a PPO, A2C, DQN or MaskablePPO with an MLP policy has become.

    card: what it looks at and what it can do; that of its environment without.
    facts: how it came to be, for people: `steps="100000"`.
    """
    env = model.get_env()
    if card is None:
        if env is None:
            raise AgentError("the model has no environment to take the card of: give one")
        card = env.get_attr("card")[0]
    if card is None:
        raise AgentError("the model's environment has no card, so that nobody else could race it")
    card = {**card, "facts": {**card.get("facts", {}), "algorithm": type(model).__name__, **facts}}
    return Agent(card, _normaliser(model), layers(_modules(model.policy)))


def layers(modules):
    """The layers of torch modules that follow each other: Linear, ReLU and Tanh."""
    found = []
    for module in modules:
        kind = type(module).__name__
        if kind == "Linear":
            weights = module.weight.detach().cpu().numpy()
            found.append((weights, module.bias.detach().cpu().numpy(), "linear"))
        elif kind in ACTIVATIONS and found and found[-1][2] == "linear":
            found[-1] = (*found[-1][:2], ACTIVATIONS[kind])
        elif kind not in ("Flatten", "Identity", "Dropout"):
            raise AgentError(f"an agent's network has Linear, ReLU and Tanh layers, and no {kind}")
    return found


def _modules(policy):
    if hasattr(policy, "q_net"):
        modules = [policy.q_net.features_extractor, *policy.q_net.q_net]
    elif hasattr(policy, "mlp_extractor") and hasattr(policy, "action_net"):
        modules = [policy.pi_features_extractor, *policy.mlp_extractor.policy_net, policy.action_net]
    else:
        raise AgentError(f"{type(policy).__name__} is no policy whose layers are known")
    extractor, *rest = modules
    if type(extractor).__name__ != "FlattenExtractor":
        raise AgentError(f"the policy extracts features by {type(extractor).__name__}, not by an MLP alone")
    return rest


def _normaliser(model):
    env = model.get_vec_normalize_env()
    if env is None or not env.norm_obs:
        return None
    if env.epsilon != EPSILON:
        raise AgentError(f"VecNormalize has an epsilon of {env.epsilon}, and agents have {EPSILON}")
    return env.obs_rms.mean, env.obs_rms.var, env.clip_obs
