"""Normalizations, as modules and as functions."""

from typing import Any

from archsum.interchange.torch.batch import NotUnderstoodError
from archsum.interchange.torch.steps import Step, Steps, View, without_defaults
from archsum.interchange.torch.values import Value

_SCALED = {"scale": True, "center": True}


def batch_norm(view: View) -> Steps:
    """Read a batch normalization, a module."""
    it = view.module
    if not it.track_running_stats:
        raise NotUnderstoodError("has no running statistics", macs=0)
    return _by_batch(view, it.running_mean.shape, it.eps, it.momentum, view.weights(gamma="weight", beta="bias"))


def batch_norm_function(view: View) -> Steps:
    """Read a batch normalization, a function."""
    mean = view.argument(1, "running_mean")
    if mean is None:
        raise NotUnderstoodError("has no running statistics", macs=0)
    weights = view.given_weights(gamma=(3, "weight"), beta=(4, "bias"))
    return _by_batch(view, mean.shape, view.argument(7, "eps", 1e-5), view.argument(6, "momentum", 0.1), weights)


def _by_batch(
    view: View, shape: tuple[int, ...], epsilon: float, momentum: float | None, weights: dict[str, Value]
) -> Steps:
    fields = {"axis": channel_axis(view), "epsilon": epsilon, **_scaled(weights)}
    if momentum is not None:
        fields["momentum"] = 1 - momentum
    return [Step("batch_normalization", fields, weights=weights, statistics=(tuple(shape),) * 2)]


def instance_norm(view: View) -> Steps:
    """Read an instance normalization."""
    it = view.module
    fields = {"axis": channel_axis(view), "epsilon": it.eps, "scale": it.affine, "center": it.affine}
    statistics: tuple[tuple[int, ...], ...] = ()
    if it.track_running_stats:
        fields["track_running_stats"] = True
        statistics = (tuple(it.running_mean.shape), tuple(it.running_var.shape))
    weights = view.weights(gamma="weight", beta="bias")
    return [Step("instance_normalization", fields, weights=weights, statistics=statistics)]


def group_norm(view: View) -> Steps:
    """Read a group normalization, a module."""
    return _by_group(view, view.module.num_groups, view.module.eps, view.weights(gamma="weight", beta="bias"))


def group_norm_function(view: View) -> Steps:
    """Read a group normalization, a function."""
    weights = view.given_weights(gamma=(2, "weight"), beta=(3, "bias"))
    return _by_group(view, view.argument(1, "num_groups"), view.argument(4, "eps", 1e-5), weights)


def _by_group(view: View, groups: int, epsilon: float, weights: dict[str, Value]) -> Steps:
    fields = {"groups": groups, "axis": channel_axis(view), "epsilon": epsilon, **_scaled(weights)}
    return [Step("group_normalization", fields, weights=weights)]


def layer_norm(view: View) -> Steps:
    """Read a layer normalization, a module."""
    weights = view.weights(gamma="weight", beta="bias")
    return _by_last_axes(view.module.normalized_shape, view.module.eps, weights)


def layer_norm_function(view: View) -> Steps:
    """Read a layer normalization, a function."""
    weights = view.given_weights(gamma=(2, "weight"), beta=(3, "bias"))
    return _by_last_axes(view.argument(1, "normalized_shape"), view.argument(4, "eps", 1e-5), weights)


def _by_last_axes(shape: Any, epsilon: float, weights: dict[str, Value]) -> Steps:
    return [
        Step("layer_normalization", {"axis": _last(shape), "epsilon": epsilon, **_scaled(weights)}, weights=weights)
    ]


def rms_norm(view: View) -> Steps:
    """Read a normalization by the mean square, a module."""
    return _by_mean_square(view.module.normalized_shape, view.module.eps, view.weights(scale="weight"))


def rms_norm_function(view: View) -> Steps:
    """Read a normalization by the mean square, a function."""
    weights = view.given_weights(scale=(2, "weight"))
    return _by_mean_square(view.argument(1, "normalized_shape"), view.argument(3, "eps"), weights)


def _by_mean_square(shape: Any, epsilon: float | None, weights: dict[str, Value]) -> Steps:
    if not weights:
        raise NotUnderstoodError("has no factors")
    fields = {"axis": _last(shape), **({} if epsilon is None else {"epsilon": epsilon})}
    return [Step("rms_normalization", fields, weights=weights)]


def local_response(view: View) -> Steps:
    """Read a local response normalization."""
    it = view.module
    fields = {"size": it.size, "alpha": it.alpha, "beta": it.beta, "k": it.k, "axis": channel_axis(view)}
    return [Step("local_response_normalization", fields)]


def normalized(view: View) -> Steps:
    """Read what brings vectors to length 1."""
    if view.argument(1, "p", 2.0) != 2:
        raise NotUnderstoodError("is of another norm than the square")
    return [Step("unit_normalization", {"axis": view.axis(view.argument(2, "dim", 1))})]


def weight_norm(view: View) -> Steps:
    """Refuse what makes a kernel of its length and its direction: it multiplies nothing with weights."""
    raise NotUnderstoodError("makes weights of others", macs=0)


def channel_axis(view: View) -> int:
    """Return the axis of the channels, PyTorch's second, for a sample."""
    layout = view.layout(view.input)
    if layout.batch not in (0, None):
        raise NotUnderstoodError("takes data whose first axis is not the batch")
    return layout.axis(1)


def _last(shape: Any) -> Any:
    return -1 if len(shape) == 1 else [*range(-len(shape), 0)]


def _scaled(weights: dict[str, Value]) -> dict[str, Any]:
    return without_defaults({"scale": "gamma" in weights, "center": "beta" in weights}, _SCALED)
