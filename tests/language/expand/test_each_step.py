"""`time_distributed` around several layers: each becomes the `time_distributed` of it."""

import io

import pytest

import archsum
from archsum import Summary
from tests.support.written_out import connections, nodes


def summarize(text: str) -> Summary:
    return archsum.summarize(io.StringIO(text))


def test_each_layer_is_put_into_one_of_its_own() -> None:
    text = "input: [5, 8]\nlayers: [time_distributed: [dense: 4, relu]]\n"
    assert [(node.layer.model_dump()["layer"]["type"], name) for name, node in nodes(text).items()] == [
        ("dense", "dense"),
        ("relu", "relu"),
    ]
    assert {type(node.layer).__name__ for node in nodes(text).values()} == {"TimeDistributed"}


def test_around_one_kind_of_layer_it_is_a_layer() -> None:
    for spelling in ("{layer: {dense: 4}}", "{layer: {dense: {units: 4}}}"):
        assert list(nodes(f"input: [5, 8]\nlayers: [time_distributed: {spelling}]\n")) == ["time_distributed"]


def test_names_inside_are_those_of_a_block_or_of_the_surroundings() -> None:
    text = """
        input: [5, 8]
        blocks: {part: {layers: [dense: {name: one, units: 8}, relu]}}
        layers:
          - time_distributed: {layer: {part: {name: part}}}
          - time_distributed: {name: named, layer: {part: {name: inner}}}
          - time_distributed: [dense: {name: own, units: 8}, add: {name: sum, inputs: [own, part/one]}]
          - add: {inputs: [own, sum, inner/one]}
    """
    assert list(connections(text)) == [
        *("part/one", "part/relu", "named/inner/one", "named/inner/relu", "own", "sum", "add"),
    ]


def test_formulas_know_the_sizes_of_a_step() -> None:
    text = """
        input: [10, 16, 12, 3]
        blocks:
          part:
            parameters: {units: =input_height}
            layers: [conv2d: {name: seen, filters: =input_channels, kernel_size: 1}, dense: =units]
        layers:
          - time_distributed: {layer: {part: {name: part}}}
          - time_distributed: [conv2d: {name: last, filters: =input_width, kernel_size: 1}]
          - time_distributed: [dense: =last.height * last.width * last.channels, flatten, dense: 7]
          - dense: =last.depth + part.seen.depth
    """
    found = {layer.name: layer.output_shape for layer in summarize(text).layers}
    assert found == {
        "part/seen": (10, 16, 12, 3),
        "part/dense": (10, 16, 12, 16),
        "last": (10, 16, 12, 12),
        "dense": (10, 16, 12, 16 * 12 * 12),
        "flatten": (10, 16 * 12 * 16 * 12 * 12),
        "dense_1": (10, 7),
        # From outside it has the steps, too.
        "dense_2": (10, 10 + 10),
    }


def test_a_residual_and_a_repeat_are_written_out_inside() -> None:
    text = """
        input: [10, 8, 8, 4]
        layers:
          - time_distributed:
              - repeat:
                  over: {filters: [4, 8]}
                  layers:
                    - residual:
                        layers: [conv2d: {filters: =filters, kernel_size: 3, padding: same}]
                        shortcut: [conv2d: {filters: =filters, kernel_size: 1}]
                        shortcut_when: shape_changes
    """
    assert connections(text) == {
        "conv2d": ("input",),
        "add": ("input", "conv2d"),
        "conv2d_1": ("add",),
        "conv2d_2": ("add",),
        "add_1": ("conv2d_2", "conv2d_1"),
    }
    assert summarize(text).layers[-1].output_shape == (10, 8, 8, 8)


def test_what_takes_no_input_has_the_steps_of_what_is_before_it() -> None:
    text = """
        input: [10, 16, 8]
        layers:
          - time_distributed:
              - identity: {name: patches}
              - parameter: {name: token, shape: [1, 8]}
              - concatenate: {inputs: [token, patches], axis: 1}
    """
    summary = summarize(text)
    assert [layer.output_shape for layer in summary.layers] == [(10, 16, 8), (10, 1, 8), (10, 17, 8)]
    assert (summary.params, summary.layers[1].node.inputs) == (8, ("patches",))


def test_a_block_of_several_inputs() -> None:
    text = """
        input: {left: [10, 8], right: [10, 8]}
        blocks: {pair: {inputs: [a, b], layers: [subtract: {inputs: [a, b]}, dense: 4]}}
        layers: [time_distributed: {inputs: [left, right], layer: pair}]
    """
    assert connections(text)["pair/subtract"] == ("left", "right")
    assert summarize(text).layers[-1].output_shape == (10, 4)


def test_weights_are_shared_by_what_sees_each_step_and_what_sees_the_whole() -> None:
    # Keras: encoder = Model(…); TimeDistributed(encoder)(video); encoder(image)
    text = """
        input: {video: [10, 8], image: [8]}
        blocks: {encoder: {layers: [dense: {units: 4, trainable: false}, batch_normalization]}}
        layers:
          - encoder: {name: one, inputs: image, shared: a}
          - time_distributed: {inputs: video, layer: {encoder: {name: other, shared: a}}}
          - global_average_pooling1d: {name: mean}
          - add: {inputs: [one, mean]}
    """
    summary = summarize(text)
    assert (summary.params, summary.trainable_params) == (8 * 4 + 4 + 16, 8)
    assert [layer.shared_with for layer in summary.layers[2:4]] == ["one/dense", "one/batch_normalization"]


@pytest.mark.parametrize(
    ("layers", "trainable"),
    [
        ("{layers: [dense: 4, dense: 4], trainable: false}", 0),
        ("[dense: {units: 4, trainable: false}, dense: 4]", 20),
        ("{layer: {part: {trainable: false}}}", 0),
        ("{layer: part}", 56),
    ],
)
def test_frozen_layers(layers: str, trainable: int) -> None:
    text = f"input: [5, 8]\nblocks: {{part: {{layers: [dense: 4, dense: 4]}}}}\nlayers: [time_distributed: {layers}]\n"
    if "part" not in layers:
        text = text.replace("blocks: {part: {layers: [dense: 4, dense: 4]}}\n", "")
    summary = summarize(text)
    assert (summary.params, summary.trainable_params, summary.torch_params) == (56, trainable, 56)


def test_states_and_indices_inside() -> None:
    text = """
        input: [10, 8, 8, 3]
        layers:
          - time_distributed:
              - max_pooling2d: {name: pool}
              - relu: {name: relu}
              - max_unpooling2d: {inputs: [relu, pool]}
              - reshape: {target_shape: [8, -1]}
              - lstm: {name: encoder, units: 4, return_sequences: true}
              - lstm: {units: 4, initial_state: encoder}
    """
    summary = summarize(text)
    assert summary.layers[2].output_shape == (10, 8, 8, 3)
    assert summary.layers[-1].input_shapes == ((10, 8, 4), (10, 4), (10, 4))
    assert summary.layers[-1].output_shape == (10, 4)


def test_defaults_are_those_of_the_layers_inside_and_of_what_is_around_them() -> None:
    text = """
        input: [10, 8, 8, 3]
        defaults:
          conv2d: {padding: same, kernel_size: 3}
          time_distributed: {trainable: false, layer: flatten}
        layers: [time_distributed: [conv2d: {filters: 4}], time_distributed]
    """
    summary = summarize(text)
    assert [layer.output_shape for layer in summary.layers] == [(10, 8, 8, 4), (10, 256)]
    assert (summary.params, summary.trainable_params) == (112, 0)


def test_what_does_not_fit_is_said_of_the_layer_inside() -> None:
    text = "input: [10, 8, 8, 3]\nlayers: [time_distributed: [flatten, conv2d: {filters: 4, kernel_size: 3}]]\n"
    with pytest.raises(archsum.SpecError, match=r"`conv2d` takes an input of 3 axes .* not \[192\]"):
        summarize(text)
