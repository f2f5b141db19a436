"""With the weights of a Keras model, the PyTorch model gives what it gives, in whatever order either flattens."""

from typing import Any

import numpy
import pytest

import archsum
from tests.support.parity.copied_weights import draw_weights

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

CONV = "conv2d: {filters: 4, kernel_size: 3}"
CUT = "reshape: [60, 2], permute: [2, 1], slice: {axis: 1, stop: 1}"
EQUAL = "input: [4, 4, 4]"
LAST, FIRST = "input: [8, 7, 3]", "input: [3, 8, 7]\ndata_format: channels_first"
NETWORKS = {
    "flatten": f"{LAST}\nlayers: [flatten, dense: 10]",
    "flatten_channels_first": f"{FIRST}\nlayers: [flatten, dense: 10]",
    "flatten_behind_dropout": f"{LAST}\nlayers: [dropout: 0.1, flatten, dense: 10]",
    "flatten_of_equal_sizes": f"{EQUAL}\nlayers: [flatten, dense: 10]",
    "flatten_of_equal_sizes_channels_first": f"{EQUAL}\ndata_format: channels_first\nlayers: [flatten, dense: 10]",
    "reshape": f"{LAST}\nlayers: [reshape: [-1], dense: 10]",
    "reshape_channels_first": f"{FIRST}\nlayers: [reshape: [-1], dense: 10]",
    "conv_flatten": f"{LAST}\nlayers: [{CONV}, relu, flatten, dense: 10]",
    "conv_flatten_channels_first": f"{FIRST}\nlayers: [{CONV}, relu, flatten, dense: 10]",
    "conv_reshape": f"{LAST}\nlayers: [{CONV}, reshape: [-1], dense: 10]",
    "conv_reshape_channels_first": f"{FIRST}\nlayers: [{CONV}, reshape: [-1], dense: 10]",
    "conv_reshape_to_rows": f"{LAST}\nlayers: [{CONV}, reshape: [30, 4], dense: 6, flatten, dense: 10]",
    "conv1d_flatten": "input: [10, 3]\nlayers: [conv1d: {filters: 4, kernel_size: 3}, flatten, dense: 10]",
    "lstm_flatten": "input: [10, 3]\nlayers: [lstm: {units: 4, return_sequences: true}, flatten, dense: 10]",
    "several_dense": f"{LAST}\nlayers: [{CONV}, flatten, dense: 120, relu, dense: 120, dense: 10]",
    "normalized": f"{LAST}\nlayers: [{CONV}, flatten, batch_normalization, layer_normalization, prelu, dense: 10]",
    "conv_normalized": f"{LAST}\nlayers: [{CONV}, batch_normalization, spatial_dropout2d: 0.1, flatten, dense: 10]",
    "conv_normalized_channels_first": f"{FIRST}\nlayers: [{CONV}, batch_normalization, flatten, dense: 10]",
    "cut": f"{LAST}\nlayers: [{CONV}, slice: {{axis: 1, stop: 3}}, flatten, dense: 10]",
    "concatenated_channels": f"""{LAST}
layers:
  - branch: {{paths: [[{CONV}], [{CONV}]], merge: concatenate}}
  - flatten
  - dense: 10""",
    "squeezed": f"""{LAST}
layers:
  - {CONV}
  - residual:
      layers: [global_average_pooling2d: {{keepdims: true}}, conv2d: {{filters: 4, kernel_size: 1}}]
      merge: multiply
  - flatten
  - dense: 10""",
    "reshaped_to_image": f"{LAST}\nlayers: [flatten, dense: 60, reshape: [6, 5, 2], {CONV}, flatten, dense: 10]",
    "pooled": f"{FIRST}\nlayers: [{CONV}, global_average_pooling2d, dense: 10]",
    "residual": f"{LAST}\nlayers: [{CONV}, residual: {{layers: [relu]}}, flatten, dense: 10]",
    "concatenated": f"""{LAST}
layers:
  - {CONV}
  - branch: {{paths: [[flatten], [global_average_pooling2d]], merge: concatenate}}
  - dense: 10""",
    "input_taken_twice": """input: [6, 6, 6]
layers:
  - branch: {paths: [[conv2d: {filters: 2, kernel_size: 3}, flatten], [flatten]], merge: concatenate}
  - dense: 10""",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_values_are_those_of_keras(name: str) -> None:
    keras_model, torch_model = archsum.to_keras(NETWORKS[name]), archsum.to_torch(NETWORKS[name]).eval()
    draw_weights(keras_model)
    archsum.copy_weights(keras_model, torch_model)
    data = torch.rand(3, *torch_model.input_shape, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = torch_model(data).numpy()
    is_as_given = torch_model.input_shape == tuple(keras_model.inputs[0].shape[1:]) and name != "input_taken_twice"
    expected = keras_model((data if is_as_given else data.movedim(1, -1)).numpy())
    assert numpy.allclose(found, numpy.asarray(expected), atol=1e-5)


def test_a_model_written_by_hand_flattens_channels_first() -> None:
    keras_model = archsum.to_keras(NETWORKS["flatten"])
    draw_weights(keras_model)
    torch_model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(168, 10))
    archsum.copy_weights(keras_model, torch_model, (3, 8, 7))
    data = torch.rand(3, 3, 8, 7, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        found = torch_model(data).numpy()
    assert numpy.allclose(found, numpy.asarray(keras_model(data.movedim(1, -1).numpy())), atol=1e-5)


def test_what_is_not_trained_of_a_custom_layer_is_copied_too() -> None:
    weights = "{down: [2, 4], running_mean: {shape: [4], trainable: false}, up: [4, 2]}"
    network = f"input: [2]\nlayers: [custom: {{name: own, output_shape: [2], weights: {weights}}}, dense: 3]"
    keras_model, torch_model = archsum.to_keras(network), archsum.to_torch(network)
    draw_weights(keras_model)
    archsum.copy_weights(keras_model, torch_model)
    for name in ("down", "running_mean", "up"):
        expected = getattr(keras_model.get_layer("own"), name)
        assert numpy.array_equal(getattr(torch_model.own, name).detach().numpy(), expected.numpy())


class _Cut(torch.nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = torch.nn.Conv2d(3, 4, 3), torch.nn.Linear(60, 10)

    def forward(self, x: Any) -> Any:
        return self.head(self.conv(x).flatten(1).view(-1, 60, 2).transpose(1, 2)[:, 0])


def test_an_order_that_is_not_known_is_refused() -> None:
    network = f"{LAST}\nlayers: [{CONV}, {CUT}, flatten, dense: 10]"
    with pytest.raises(archsum.SpecError, match="takes features whose order in the PyTorch model is not known"):
        archsum.copy_weights(archsum.to_keras(network), _Cut(), (3, 8, 7))


class _Rows(torch.nn.Module):  # type: ignore[misc,name-defined]
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.lstm = torch.nn.Conv2d(3, 4, 3), torch.nn.LSTM(30, 4, batch_first=True)

    def forward(self, x: Any) -> Any:
        return self.lstm(self.conv(x).flatten(1).view(-1, 4, 30))[0]


def test_a_layer_whose_weights_cannot_follow_is_refused() -> None:
    network = f"{FIRST}\nlayers: [{CONV}, flatten, reshape: [4, 30], lstm: {{units: 4, return_sequences: true}}]"
    with pytest.raises(
        archsum.SpecError, match=r"`lstm.*` takes features whose order in the PyTorch model is not known"
    ):
        archsum.copy_weights(archsum.to_keras(network), _Rows(), (3, 8, 7))
