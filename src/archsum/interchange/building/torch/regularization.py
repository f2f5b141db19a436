"""What acts in training alone: dropout, noise, stochastic depth."""

from archsum.interchange.building.torch.steps import Kind, LayerUse, Made, function, module, same


def _dropout(name: str) -> Kind:
    def write(use: LayerUse) -> Made:
        noise_shape = getattr(use.layer, "noise_shape", None)
        if noise_shape is not None:
            made = f"SharedDropout({use['rate']}, {tuple(noise_shape)})"
            return same(use, module(made, helpers=["SharedDropout"]))
        return same(use, module(f"nn.{name}({use['rate']})"))

    return Kind(write)


def _spatial_dropout(use: LayerUse) -> Made:
    return same(use, module(f"nn.Dropout{use.input.rank - 1}d({use['rate']})"))


def _own(name: str, field: str) -> Kind:
    return Kind(lambda use: same(use, module(f"{name}({use[field]})", helpers=[name])))


KINDS: dict[str, Kind] = {
    "dropout": _dropout("Dropout"),
    "alpha_dropout": _dropout("AlphaDropout"),
    "gaussian_dropout": _own("GaussianDropout", "rate"),
    "gaussian_noise": _own("GaussianNoise", "stddev"),
    "stochastic_depth": _own("StochasticDepth", "rate"),
    "activity_regularization": Kind(lambda use: same(use, function("{0}", "nn.Identity()"))),
    **{f"spatial_dropout{rank}d": Kind(_spatial_dropout, channels_first=True) for rank in (1, 2, 3)},
}
