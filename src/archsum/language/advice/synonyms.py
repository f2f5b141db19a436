"""Words of PyTorch, of Keras's Python and of older tools: what they are called here, or why they are not needed."""

from archsum.language.advice.absent import ABSENT
from archsum.language.spec.items import PLACEMENT

_OF_EACH_RANK = {
    "adaptive_average_pooling{}d": "adaptiveavgpool{}d",
    "adaptive_max_pooling{}d": "adaptivemaxpool{}d",
    "average_pooling{}d": "avgpool{}d",
    "circular_padding{}d": "circularpad{}d",
    "conv_lstm{}d": "convlstm{}d",
    "conv{}d": "convolution{}d lazyconv{}d",
    "conv{}d_transpose": "convtranspose{}d convolution{}dtranspose lazyconvtranspose{}d",
    "global_average_pooling{}d": "globalavgpool{}d",
    "global_max_pooling{}d": "globalmaxpool{}d",
    "max_pooling{}d": "maxpool{}d",
    "max_unpooling{}d": "maxunpool{}d",
    "reflection_padding{}d": "reflectionpad{}d",
    "replication_padding{}d": "replicationpad{}d",
    "spatial_dropout{}d": "dropout{}d",
    "separable_conv{}d": "separableconvolution{}d",
    "zero_padding{}d": "zeropad{}d constantpad{}d",
}
"""Kinds for data of one, two and three axes, and what PyTorch and others call them."""

_KINDS = {
    "add": "eltwise sum plus",
    "alpha_dropout": "featurealphadropout",
    "average": "mean avg",
    "average_pooling2d": "avgpool averagepooling",
    "batch_normalization": "batchnorm batchnorm1d batchnorm2d batchnorm3d bn syncbatchnorm "
    "lazybatchnorm1d lazybatchnorm2d lazybatchnorm3d",
    "bidirectional": "bilstm bigru",
    "branch": "parallel branches",
    "category_encoding": "multihot",
    "concatenate": "cat concat",
    "constant": "buffer registerbuffer",
    "conv2d": "conv convolution",
    "conv_lstm2d": "convlstm convlstmcell",
    "conv2d_transpose": "deconv2d",
    "dense": "linear lazylinear fullyconnected fc innerproduct",
    "depth_to_space": "pixelshuffle",
    "divide": "div truediv truedivide",
    "dot": "batchdot",
    "elementwise: abs": "abs absolute",
    "elementwise: clamp": "clamp clip clipbyvalue",
    "elementwise: cos": "cos",
    "elementwise: equal": "equal eq",
    "elementwise: erf": "erf",
    "elementwise: exp": "exp",
    "elementwise: floor": "floor",
    "elementwise: greater": "greater gt",
    "elementwise: less": "less lt",
    "elementwise: log": "log",
    "elementwise: negative": "negative neg",
    "elementwise: pow": "pow power",
    "elementwise: reciprocal": "reciprocal",
    "elementwise: rsqrt": "rsqrt",
    "elementwise: sin": "sin",
    "elementwise: sqrt": "sqrt",
    "elementwise: square": "square",
    "elementwise: where": "where select maskedfill",
    "expand": "broadcastto expandas",
    "expand_dims": "unsqueeze newaxis",
    "gather": "indexselect take gathernd embeddinglookup",
    "group_normalization": "groupnorm",
    "grouped_query_attention": "gqa groupqueryattention multiqueryattention",
    "gru": "grucell cudnngru",
    "instance_normalization": "instancenorm instancenorm1d instancenorm2d instancenorm3d "
    "lazyinstancenorm1d lazyinstancenorm2d lazyinstancenorm3d",
    "layer_normalization": "layernorm",
    "local_response_normalization": "localresponsenorm crossmaplrn2d lrn responsenormalization",
    "lstm": "lstmcell cudnnlstm",
    "matmul": "bmm mm batchmatmul matrixmultiply",
    "max_pooling2d": "maxpool maxpooling pool",
    "max_unpooling2d": "maxunpool unpool unpooling unpooling2d",
    "maximum": "max",
    "minimum": "min",
    "multi_head_attention": "mha selfattention multiheadselfattention",
    "multiply": "mul product",
    "pad": "constantpadnd",
    "parameter": "classtoken positionembedding",
    "reduce: all": "reduceall",
    "reduce: any": "reduceany",
    "reduce: argmax": "argmax",
    "reduce: argmin": "argmin",
    "reduce: logsumexp": "logsumexp reducelogsumexp",
    "reduce: mean": "reducemean",
    "reduce: prod": "prod reduceprod",
    "reduce: sum": "reducesum",
    "reduce: max": "amax reducemax",
    "reduce: min": "amin reducemin",
    "reduce: norm": "norm vectornorm reducel2",
    "reduce: std": "std reducestd",
    "reduce: variance": "var variance reducevariance",
    "relative_position_bias": "relativepositionalbias relativeattentionbias",
    "repeat": "loop for foreach",
    "random_color_jitter": "colorjitter",
    "random_gaussian_blur": "gaussianblur",
    "replication_padding2d": "replicatepad",
    "reflection_padding2d": "reflectpad",
    "reshape": "unflatten view",
    "residual": "skip skipconnection shortcut resblock residualblock",
    "resizing": "interpolate resize resizebilinear upsamplingbilinear2d",
    "rms_normalization": "rmsnorm",
    "roll": "circshift cyclicshift",
    "simple_rnn": "rnn rnncell simplernncell",
    "slice": "narrow stridedslice",
    "space_to_depth": "pixelunshuffle",
    "spectral_normalization": "spectralnorm",
    "split": "chunk",
    "stack": "pack",
    "stochastic_depth": "droppath",
    "subtract": "sub",
    "up_sampling2d": "upsample upsamplingnearest2d",
    "weight_normalization": "weightnorm",
}
"""Other kinds, and their other names."""

KINDS = {
    **{
        other.format(rank): kind.format(rank)
        for kind, others in _OF_EACH_RANK.items()
        for other in others.split()
        for rank in (1, 2, 3)
    },
    **{other: kind for kind, others in _KINDS.items() for other in others.split()},
    **{f"random{mode}flip": f"random_flip: {{mode: {mode}}}" for mode in ("horizontal", "vertical")},
}
"""Kinds by another name, without case and punctuation."""

KIND_REASONS = {name.lower(): instead for instead, names in ABSENT.items() for name in names}
"""What to write instead of what is no kind, by its name without case."""

_FIELDS = {
    "activation": "function nonlinearity",
    "axis": "dim concat_axis",
    "axis axes": "dims",
    "batch": "batch_size",
    "bias": "use_bias untie_biases tied_biases",
    "block_size": "upscale_factor downscale_factor",
    "budget": "limits",
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
    "keepdims": "keepdim keep_dims",
    "key_dim": "head_dim",
    "key_dim head_dim": "head_size",
    "layers": "body main paths model architecture network",
    "layers paths": "path",
    "max_flops": "flops",
    "max_macs": "macs",
    "max_params": "parameters",
    "max_params parameters": "params",
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
    "shape": "size",
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
    "units": "out_features filters hidden_size hidden_dim",
    "variables": "vars constants",
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

FIELD_REASONS = {
    **dict.fromkeys(
        ("in_channels", "num_features", "num_parameters", "input_channels"),
        "leave it out: the channels come from the layer before",
    ),
    **dict.fromkeys(
        ("in_features", "input_dim", "input_size"), "leave it out: the features come from the layer before"
    ),
    **dict.fromkeys(
        ("embed_dim", "d_model"),
        "leave it out: the features come from the layer before; each head has `key_dim`, mostly features / heads",
    ),
    **dict.fromkeys(("kdim", "vdim"), "leave it out: the features come from the layers before"),
    "num_layers": "`repeat` the layer, with `return_sequences: true` in all but the last",
    "bidirectional": "write a layer that holds this one: `bidirectional: {layer: {lstm: {units: 64}}}`",
    "backward_layer": "write both layers by themselves, and `concatenate` what they give",
    "proj_size": "leave it out: of the recurrent layers only `lstm` projects its state",
    "return_state": "leave it out: a layer that begins with this one's last state says so, `initial_state: name`",
    "batch_first": "leave it out: shapes are without the batch",
    **dict.fromkeys(
        ("input_shape", "batch_input_shape", "batch_shape"),
        "leave it out: the shape comes from the layer before, the first from `input` at the top of the file",
    ),
    "normalized_shape": "leave it out: the sizes come from the layer before; `axis` says which axes are normalized",
    **dict.fromkeys(
        ("affine", "elementwise_affine"),
        "write `center` and `scale`: both true for a normalization with weights, both false for one without",
    ),
    **dict.fromkeys(PLACEMENT, "write it in the layers themselves: it says where one of them is"),
    "name": "a name belongs to one layer",
    **dict.fromkeys(
        ("untied", "untied_axes"), "a bias is untied: `bias: untied`, or along some axes `bias: {untied: [height]}`"
    ),
    "shared_axes": "`bias: {untied: [height]}` names the axes along which a bias is not shared",
    **dict.fromkeys(
        (
            "padding_mode", "inplace", "start_dim", "end_dim", "track_running_stats", "return_indices",
            "count_include_pad", "divisor_override", "align_corners", "mode", "dtype", "device", "seed",
            "synchronized", "sparse", "max_norm", "init_values", "projection_dim",
            "go_backwards", "stateful", "unroll", "implementation", "use_cudnn", "zero_output_for_mask", "time_major",
            "unit_forget_bias", "sliding_window", "flash_attention", "use_causal_mask", "is_causal",
            "return_attention_scores", "need_weights", "logit_soft_cap", "reverse_dtype", "input_length",
        ),
        "leave it out: it does not change the counts",
    ),
}  # fmt: skip
"""Why there is no such field: most often because it is not needed."""

ENDINGS_WITHOUT_COUNTS = ("_initializer", "_regularizer", "_constraint")

VALUES = {
    "no": "false", "off": "false", "none": "false", "yes": "tied", "on": "tied",
    "nchw": "channels_first", "nhwc": "channels_last", "channel_first": "channels_first",
    "channel_last": "channels_last", "shared": "tied", "unshared": "untied",
    "fp32": "float32", "float": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16", "amp": "mixed",
    "mixed_float16": "mixed", "mixed_bfloat16": "mixed",
}  # fmt: skip
"""Values by another name."""
