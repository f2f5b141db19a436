"""Kinds by the words of PyTorch, of Keras's Python, and of Caffe, Darknet and Lasagne: what they are called here."""

from archsum.language.advice.absent import ABSENT, ELSEWHERE

_OF_EACH_RANK = {
    "adaptive_average_pooling{}d": "adaptiveavgpool{}d",
    "adaptive_max_pooling{}d": "adaptivemaxpool{}d adaptivemaxpool{}dwithindices",
    "average_pooling{}d": "avgpool{}d",
    "circular_padding{}d": "circularpad{}d",
    "conv{}d": "convolution{}d lazyconv{}d conv{}ddnn",
    "conv{}d_transpose": "convtranspose{}d convolution{}dtranspose lazyconvtranspose{}d "
    "transposedconv{}d deconv{}d deconvolution{}d",
    "global_average_pooling{}d": "globalavgpool{}d gap{}d",
    "global_max_pooling{}d": "globalmaxpool{}d gmp{}d",
    "max_pooling{}d": "maxpool{}d maxpool{}dwithindices maxpool{}ddnn",
    "max_unpooling{}d": "maxunpool{}d",
    "reflection_padding{}d": "reflectionpad{}d",
    "replication_padding{}d": "replicationpad{}d",
    "spatial_dropout{}d": "dropout{}d",
    "separable_conv{}d": "separableconvolution{}d",
    "up_sampling{}d": "upscale{}d",
    "zero_padding{}d": "zeropad{}d constantpad{}d",
}
"""Kinds for data of one, two and three axes, and what PyTorch and others call them."""

_ELEMENTWISE = (
    "abs angle arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_invert bitwise_left_shift "
    "bitwise_not bitwise_or bitwise_right_shift bitwise_xor cbrt ceil clamp conj cos cosh deg2rad divide_no_nan equal "
    "erf erfc erfinv exp exp2 expm1 fabs floor floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot "
    "i0 imag isclose isfinite isin isinf isnan isneginf isposinf isreal lcm ldexp left_shift less less_equal log log10 "
    "log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor mod nan_to_num negative nextafter "
    "not_equal pow rad2deg real reciprocal right_shift round rsqrt sign signbit sin sinc sinh sqrt square tan trunc "
    "where"
)
"""Functions of `elementwise`, by the names that they have there."""

_KINDS = {
    "activation": "nonlinearity",
    "add": "plus elemwisesum",
    "alpha_dropout": "featurealphadropout",
    "average_pooling2d": "avgpool averagepooling averagepool localavg localavgpool",
    "adaptive_average_pooling2d": "adaptiveaveragepool",
    "adaptive_max_pooling2d": "adaptivemaxpool",
    "batch_normalization": "batchnorm batchnorm1d batchnorm2d batchnorm3d bn syncbatchnorm batchnormdnn "
    "lazybatchnorm1d lazybatchnorm2d lazybatchnorm3d",
    "bidirectional": "bilstm bigru",
    "branch": "parallel branches",
    "category_encoding": "multihot",
    "channel_shuffle": "nativechannelshuffle",
    "concatenate": "cat concat concatv2 route append hstack vstack dstack",
    "constant": "buffer registerbuffer arange array bartlett blackman empty emptylike eye full fulllike geomspace "
    "hamming hanning kaiser linspace logspace meshgrid ones oneslike tri vander zeros zeroslike",
    "conv1d": "convtbc",
    "conv2d": "conv convolution convolutional conv2dmm conv2dcc",
    "conv2d_transpose": "deconv deconvolution deconvolutional convtranspose",
    "conv_lstm2d": "convlstm convlstmcell",
    "dense": "linear lazylinear fullyconnected fc innerproduct conn connected",
    "depth_to_space": "pixelshuffle",
    "depthwise_conv2d": "depthwiseconv depthwiseconvolution convolutiondepthwise",
    "discretization": "digitize",
    "divide": "div truediv truedivide",
    "dot": "batchdot vdot",
    "einsum": "outer inner tensordot",
    "elementwise: abs": "absolute absval",
    "elementwise: clamp": "clip clipbyvalue",
    "elementwise: conj": "conjugate",
    "elementwise: equal": "eq",
    "elementwise: greater": "gt",
    "elementwise: less": "lt",
    "elementwise: negative": "neg",
    "elementwise: pow": "power",
    "elementwise: where": "select maskedfill",
    "embedding": "embed",
    "expand": "broadcastto expandas",
    "expand_dims": "unsqueeze newaxis",
    "flatten": "ravel",
    "gather": "indexselect take gathernd embeddinglookup batchreindex",
    "global_average_pooling2d": "gap globalaveragepool globalavgpool globalaveragepooling globalpool",
    "global_max_pooling2d": "gmp globalmaxpool globalmaxpooling",
    "group_normalization": "groupnorm",
    "grouped_query_attention": "gqa groupqueryattention multiqueryattention",
    "gru": "grucell cudnngru",
    "identity": "cast saturatecast copy stopgradient detach contiguous",
    "instance_normalization": "instancenorm instancenorm1d instancenorm2d instancenorm3d "
    "lazyinstancenorm1d lazyinstancenorm2d lazyinstancenorm3d mvn",
    "layer_normalization": "layernorm",
    "local_response_normalization": "localresponsenorm crossmaplrn2d lrn responsenormalization "
    "localresponsenormalization2d",
    "locally_connected2d": "local",
    "lstm": "lstmcell cudnnlstm",
    "matmul": "bmm mm batchmatmul matrixmultiply groupedmm scaledmm scaledgroupedmm",
    "max_pooling2d": "maxpool maxpooling maxpool2dcc",
    "max_unpooling2d": "maxunpool unpool unpooling unpooling2d",
    "multi_head_attention": "mha selfattention multiheadselfattention multiheadattentionforward",
    "multiply": "mul product scalechannels sam",
    "pad": "constantpadnd",
    "permute": "transpose swapaxes swapdims moveaxis movedim dimshuffle permutedims t",
    "prelu": "parametricrectifier",
    "random_color_jitter": "colorjitter",
    "random_gaussian_blur": "gaussianblur",
    "reduce: all": "all reduceall",
    "reduce: any": "any reduceany",
    "reduce: argmax": "argmax",
    "reduce: argmin": "argmin",
    "reduce: logsumexp": "logsumexp reducelogsumexp",
    "reduce: max": "amax reducemax",
    "reduce: mean": "mean reducemean reduction",
    "reduce: min": "amin reducemin",
    "reduce: norm": "norm vectornorm reducel2",
    "reduce: prod": "prod reduceprod",
    "reduce: std": "std reducestd",
    "reduce: sum": "reducesum",
    "reduce: variance": "var variance reducevariance",
    "reflection_padding2d": "reflectpad",
    "relative_position_bias": "relativepositionalbias relativeattentionbias",
    "repeat": "loop for foreach",
    "replication_padding2d": "replicatepad",
    "reshape": "unflatten view",
    "residual": "skip skipconnection shortcut resblock residualblock",
    "resizing": "resize resizebilinear",
    "rms_normalization": "rmsnorm",
    "roll": "circshift cyclicshift",
    "separable_conv2d": "separableconv separableconvolution",
    "sigmoid": "logistic",
    "simple_rnn": "rnn rnncell simplernncell recurrent",
    "slice": "narrow stridedslice getitem",
    "softmax": "soft softmaxwithloss",
    "softplus": "bnll",
    "space_to_depth": "pixelunshuffle reorg reorg3d",
    "spatial_dropout2d": "dropoutchannels spatialdropout",
    "spectral_normalization": "spectralnorm",
    "split": "chunk unstack unbind arraysplit hsplit vsplit dsplit",
    "stack": "pack",
    "stochastic_depth": "droppath",
    "subtract": "sub",
    "unit_normalization": "normalize l2normalize l2norm",
    "up_sampling2d": "upsamplingnearest2d upsamplenearest",
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
    **{name.replace("_", ""): f"elementwise: {name}" for name in _ELEMENTWISE.split()},
    **{other: kind for kind, others in _KINDS.items() for other in others.split()},
    **{f"random{mode}flip": f"random_flip: {{mode: {mode}}}" for mode in ("horizontal", "vertical")},
}
"""Kinds by another name, without case and punctuation."""

MERGES = {
    **{"sum": "add", "plus": "add", "eltwise": "add", "ave": "average", "avg": "average", "mean": "average"},
    **{"max": "maximum", "min": "minimum", "mul": "multiply", "prod": "multiply", "concat": "concatenate"},
}
"""What merges several inputs, by the words of Keras's Python and others."""

KIND_REASONS = {
    name.lower().replace("_", ""): instead for instead, names in (*ABSENT.items(), *ELSEWHERE.items()) for name in names
}
"""What to write instead of what is no kind, or one of several, by its name without case and punctuation."""

KIND_REMARKS = {
    "avgpool": "; Darknet's is `global_average_pooling2d`",
    "batchnorm": "; Caffe's has no weights that are trained: `center: false` and `scale: false`",
    "nngru": ", and `return_sequences: true`, where every step is taken: PyTorch's gives them all",
    "nnlstm": ", and `bias: double`: PyTorch's has two biases; it gives every step, as `return_sequences: true` does",
    "nnrnn": ", and `bias: double`: PyTorch's has two biases; it gives every step, as `return_sequences: true` does",
    "nnprelu": ", and `shared_axes: [1, 2, 3]` of an image: PyTorch's has one weight",
    "recurrentlayer": ", and `return_sequences: true`: Lasagne's gives every step",
    "grulayer": ", and `return_sequences: true`: Lasagne's gives every step",
}
"""What else to write for a kind by another name, so that the layer is the one that was meant."""
