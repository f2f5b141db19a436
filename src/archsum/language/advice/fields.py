"""Fields and values in words of PyTorch, of Keras's Python and of older tools: what they are here, or why none."""

from archsum.language.spec.items import PLACEMENT

_FIELDS = {
    "activation": "function nonlinearity",
    "axis": "dim concat_axis",
    "axis axes": "dims",
    "batch": "batch_size",
    "bias": "use_bias untie_biases tied_biases",
    "block_size": "upscale_factor downscale_factor",
    "budget": "limits",
    "causal": "is_causal use_causal_mask",
    "checkpointing": "gradient_checkpointing",
    "dilation_rate": "dilation",
    "epsilon": "eps",
    "equation": "subscripts",
    "filters": "num_filters units",
    "filters units": "out_channels num_output",
    "groups": "num_groups",
    "head_dim": "key_dim",
    "initial_state": "hx initial_states hidden_state",
    "if": "when condition",
    "input": "input_shape inputs",
    "input_dim": "num_embeddings vocab_size",
    "inputs": "input from",
    "kernel_size": "pool_size",
    "kernel_size pool_size": "kernel filter_size",
    "kernel_size pool_size shape": "size",
    "keepdims": "keepdim keep_dims",
    "key_dim": "head_dim",
    "key_dim head_dim": "head_size",
    "layers": "body main paths model architecture network",
    "layers paths": "path",
    "max_flops": "flops",
    "max_macs": "macs",
    "max_params variables": "parameters",
    "max_params parameters variables": "params",
    "max_sram": "max_ram",
    "max_weight_memory": "memory max_memory max_size",
    "merge": "merge_mode",
    "merge interpolation": "mode",
    "name": "id",
    "num_buckets": "relative_attention_num_buckets",
    "num_heads num_query_heads": "nhead heads",
    "num_key_value_heads": "num_kv_heads",
    "num_query_heads": "num_heads",
    "num_tokens": "num_classes",
    "output_dim": "embedding_dim",
    "outputs": "collect collects",
    "over": "for each items",
    "padding": "pad border_mode",
    "parameters": "args arguments",
    "part": "index",
    "parts": "chunks",
    "paths": "branches layers",
    "pool_size": "kernel_size",
    "power_iterations": "n_power_iterations",
    "precision": "dtype",
    "repeats": "reps multiples",
    "rate": "p drop_prob drop_rate",
    "shared": "share shares",
    "shift": "shifts",
    "shortcut": "skip identity projection downsample",
    "size": "local_size",
    "size block_size factor": "scale_factor",
    "stop": "end",
    "strides": "stride subsample",
    "target_shape": "output_size shape",
    "trainable": "requires_grad freeze frozen",
    "proj_size": "projection_size num_proj",
    "times": "count n num number repeats",
    "units": "out_features filters hidden_size hidden_dim num_units",
    "variables": "vars variable constants constant consts define defines hyperparameters",
}
"""Fields, or the one of several that the layer has, and their other names."""

OPPOSITES = ("freeze", "frozen")
"""Words that say the opposite of the field that is meant."""

FIELDS: dict[str, tuple[str, ...]] = {
    **{other: tuple(fields.split()) for fields, others in _FIELDS.items() for other in others.split()},
    **{f"{word}: true": ("trainable: false",) for word in OPPOSITES},
    **{f"{word}: false": ("trainable: true",) for word in OPPOSITES},
    "requires_grad: false": ("trainable: false",),
    "use_bias: false": ("bias: false",),
    "untie_biases: false": ("bias: tied",),
    "tied_biases: true": ("bias: tied",),
    "use_bias: true": ("bias: true",),
    "untie_biases: true": ("bias: untied",),
    "tied_biases: false": ("bias: untied",),
}
"""What to write for a field by another name, or for one with a certain value; of several, what the layer has."""

FIELD_REMARKS = {
    **dict.fromkeys(
        ((kind, "hidden_size") for kind in ("lstm", "simple_rnn")), ", and `bias: double`: PyTorch's has two biases"
    ),
    **dict.fromkeys(
        ((kind, "dim") for kind in ("concatenate", "softmax", "log_softmax", "stack", "split")),
        "; PyTorch's counts axes with the channels first",
    ),
}
"""What else to write where a kind has a field by another name, so that the network is the one that was meant."""

NOT_COUNTED = "leave it out: it does not change the counts"
"""Said only of what a test with the frameworks' own layers proves: weights, shapes and multiply-accumulates stay."""

WITHOUT_COUNTS = frozenset((
    "padding_mode", "inplace", "return_indices", "count_include_pad", "divisor_override", "align_corners", "dtype",
    "device", "seed", "synchronized", "sparse", "max_norm", "go_backwards", "stateful", "unroll", "use_cudnn",
    "zero_output_for_mask", "unit_forget_bias", "sliding_window", "flash_attention", "use_causal_mask", "is_causal",
    "return_attention_scores", "need_weights", "logit_soft_cap", "reverse_dtype",
))  # fmt: skip
"""Fields of Keras and PyTorch of which that is true, whatever their value and whichever kind has them."""

ENDINGS_WITHOUT_COUNTS = ("_initializer", "_regularizer", "_constraint")
"""The ends of others of which it is."""

_CHANNELS_COME = "leave it out: the channels come from the layer before"
_FEATURES_COME = "leave it out: the features come from the layer before"
_WITHOUT_BATCH = "leave it out: shapes are without the batch"
_IN_CODE = "leave it out: it says how steps are computed, and not what"
_FLAT = "`flatten` takes all axes together; `reshape` some of them, as in `reshape: [64, -1]`"
_INTERPOLATED = "leave it out: the shape is the same, and no weights; only FLOPs differ, which are 0 for the nearest"
_UNTRACKED = (
    "leave it out, and count 2 × channels non-trainable parameters less: "
    "a `batch_normalization` always has a moving mean and variance"
)
_CENTER_AND_SCALE = "write `center` and `scale`: both true for a normalization with weights, both false for one without"

FIELD_REASONS: dict[tuple[str, str], str] = {
    **{
        ("", word): reason
        for reason, words in {
            _CHANNELS_COME: ("in_channels", "num_channels", "num_features", "num_parameters", "input_channels"),
            _FEATURES_COME: ("in_features", "input_dim", "input_size"),
            f"{_FEATURES_COME}; each head has `key_dim`, mostly features / heads": ("embed_dim", "d_model"),
            "leave it out: the features come from the layers before": ("kdim", "vdim"),
            _WITHOUT_BATCH: ("batch_first", "time_major"),
            _IN_CODE: ("implementation",),
            "leave it out: the shape comes from the layer before, the first from `input` at the top of the file": (
                "input_shape", "batch_input_shape", "batch_shape", "input_length",
            ),
            _CENTER_AND_SCALE: ("affine", "elementwise_affine"),
            "write it in the layers themselves: it says where one of them is": PLACEMENT,
            "a bias is untied: `bias: untied`, or along some axes `bias: {untied: [height]}`": (
                "untied", "untied_axes",
            ),
        }.items()
        for word in words
    },
    ("", "num_layers"): "`repeat` the layer, with `return_sequences: true` in all but the last",
    ("", "bidirectional"): "write a layer that holds this one: `bidirectional: {layer: {lstm: {units: 64}}}`",
    ("", "backward_layer"): "write both layers by themselves, and `concatenate` what they give",
    ("", "proj_size"): "leave it out: of the recurrent layers only `lstm` projects its state",
    ("", "return_state"): "leave it out: a layer that begins with this one's last state says so, `initial_state: name`",
    ("", "normalized_shape"): (
        "leave it out: the sizes come from the layer before; `axis` says which axes are normalized"
    ),
    ("", "name"): "a name belongs to one layer",
    ("", "merge"): (
        "what merges is a layer by itself, as in `add: {inputs: [a, b]}`; `branch` and `residual` have `merge`"
    ),
    ("repeat", "merge"): (
        "write what merges behind the repeat, which gives it what its `outputs` name in each repetition"
    ),
    ("", "shared_axes"): "`bias: {untied: [height]}` names the axes along which a bias is not shared",
    **dict.fromkeys((("flatten", word) for word in ("start_dim: 1", "end_dim: -1")), NOT_COUNTED),
    **dict.fromkeys((("flatten", word) for word in ("start_dim", "end_dim", "axis")), _FLAT),
    ("batch_normalization", "track_running_stats: true"): NOT_COUNTED,
    ("batch_normalization", "track_running_stats"): _UNTRACKED,
    **dict.fromkeys(((f"up_sampling{rank}d", "mode") for rank in (1, 3)), _INTERPOLATED),
    **{(f"max_pooling{rank}d", "mode"): f"write `average_pooling{rank}d` for an average" for rank in (1, 2, 3)},
    ("prelu", "num_parameters: 1"): "write `shared_axes` with all axes, as in `shared_axes: [1, 2, 3]` of an image",
    ("prelu", "num_parameters"): "write `shared_axes: [1, 2]` of an image, so that each channel has one",
    ("layer_scale", "init_values"): NOT_COUNTED,
    ("stochastic_depth", "mode"): NOT_COUNTED,
    **dict.fromkeys(
        ((kind, word) for kind in ("layer_scale", "layer_normalization", "rms_normalization") for word in (
            "dim", "projection_dim", "hidden_size",
        )),
        _FEATURES_COME,
    ),
}  # fmt: skip
"""Why a kind has no such field, or with "" none has it, where it is by another name nowhere.

Behind the word can be its value, which is looked for first.
"""

VALUES = {
    "no": "false", "off": "false", "none": "false", "yes": "tied", "on": "tied",
    "nchw": "channels_first", "nhwc": "channels_last", "channel_first": "channels_first",
    "channel_last": "channels_last", "shared": "tied", "unshared": "untied",
    "fp32": "float32", "float": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16", "amp": "mixed",
    "mixed_float16": "mixed", "mixed_bfloat16": "mixed",
}  # fmt: skip
"""Values by another name."""

YES_OR_NO = {
    **dict.fromkeys(("no", "off", "n", "0", "none"), "false"),
    **dict.fromkeys(("yes", "on", "y", "1"), "true"),
}
"""What to write for a word of YAML 1.1, or a number, that stands for true or false."""
