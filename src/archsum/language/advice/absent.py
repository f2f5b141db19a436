"""What other tools have and the language lacks, or has several kinds for, by what to write instead."""

_IN_A_ROW = "write the layers one after another, or as a block under `blocks`, which is used like a layer"
_IMAGES = "leave it out: it changes the values of images before anything is trained, has no weights and keeps the shape"
_TEXTS = "leave it out, and give `input` the shape of what it gives: it turns texts and categories into numbers"
_SOUNDS = "leave it out, and give `input` the shape of the spectrogram"
_CODE = "write it as a `custom` layer: what it computes is in its code"
_LOSS = "leave it out: a loss is what training does with the output, and no layer"
_DATA = "leave it out: the input is not a layer here, `input` at the top of the file states it"
_PYTHON = "leave it out: it is a part of the framework, and no layer"
_OWN_NUMBERS = "write it as a `custom` layer, which states its own shape and numbers"
_BOXES = "leave it out: it reads boxes from what the convolution before it gives, and has no weights"
_UPSAMPLED = "write `up_sampling2d: {size: 2}` for a factor, or `resizing: {height: 64, width: 64}` for a stated size"
_SMOOTH = (
    "write `up_sampling2d: {size: 2, interpolation: bilinear}` for a factor, "
    "or `resizing: {height: 64, width: 64}` for a stated size"
)
_MERGED = "write what merges them, with `inputs: [a, b]`: `add`, `multiply`, `concatenate` …"

ABSENT: dict[str, tuple[str, ...]] = {
    _DATA: ("Input", "InputLayer"),
    _IN_A_ROW: ("Sequential", "ModuleList", "ModuleDict", "Container", "Pipeline"),
    "write its layers in a block: `multi_head_attention`, `layer_normalization` and `dense`": (
        "Transformer", "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder",
        "TransformerDecoderLayer",
    ),
    _MERGED: ("Merge",),
    "write `category_encoding` with `output_mode: one_hot`": ("OneHot",),
    "write a layer for each cell, with `return_sequences: true` in all but the last": ("StackedRNNCells",),
    "write `simple_rnn`, `lstm` or `gru`": ("RNNBase", "RNNCellBase"),
    "write `branch: {paths: [[split: {parts: 2, part: 0}], [split: {parts: 2, part: 1}, sigmoid]], merge: multiply}`": (
        "GLU",
    ),
    "write `embedding`, and `global_average_pooling1d` behind it": ("EmbeddingBag",),
    "write `softmax` with the `axis` of the channels": ("Softmax2d",),
    _UPSAMPLED: ("Upsample",),
    _SMOOTH: ("UpsamplingBilinear2d",),
    _IMAGES: (
        "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "Equalization",
        "MaxNumBoundingBoxes", "MixUp", "RandAugment", "Solarization",
    ),
    _TEXTS: ("HashedCrossing", "Hashing", "IntegerLookup", "StringLookup", "TextVectorization"),
    _SOUNDS: ("MelSpectrogram", "STFTSpectrogram"),
    _CODE: ("Lambda", "Layer", "Module", "Wrapper", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"),
    _OWN_NUMBERS: (
        "AdaptiveLogSoftmaxWithLoss", "Bilinear", "CosineSimilarity", "Fold", "Unfold", "FractionalMaxPool2d",
        "FractionalMaxPool3d", "LPPool1d", "LPPool2d", "LPPool3d", "PairwiseDistance", "Softmin", "RReLU",
    ),
    "write `parameter` for each tensor": ("ParameterDict", "ParameterList"),
    _PYTHON: ("DataParallel", "InputSpec"),
    _LOSS: (
        "BCELoss", "BCEWithLogitsLoss", "CTCLoss", "CosineEmbeddingLoss", "CrossEntropyLoss", "GaussianNLLLoss",
        "HingeEmbeddingLoss", "HuberLoss", "KLDivLoss", "L1Loss", "LinearCrossEntropyLoss", "MSELoss",
        "MarginRankingLoss", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss",
        "NLLLoss2d", "PoissonNLLLoss", "SmoothL1Loss", "SoftMarginLoss", "TripletMarginLoss",
        "TripletMarginWithDistanceLoss",
    ),
}  # fmt: skip
"""The names of Keras's and PyTorch's classes, by what to write instead."""

ELSEWHERE: dict[str, tuple[str, ...]] = {
    _DATA: ("Data", "DummyData", "HDF5Data", "ImageData", "MemoryData", "WindowData", "net", "network"),
    "it is a field of the next layer: `inputs: a`, or `inputs: [a, b]`; `identity` with it takes what is there": (
        "inputs", "from",
    ),
    _MERGED: (
        "MergeLayer", "Eltwise", "ElemwiseMerge", "ElemwiseMergeLayer",
    ),
    "write `reduce: max` along axes, `maximum` of several inputs, or `max_pooling2d`": ("max",),
    "write `reduce: min` along axes, or `minimum` of several inputs": ("min",),
    "write `reduce: sum` along axes, or `add` of several inputs": ("sum",),
    "write `average` of several inputs, `reduce: mean` along axes, or `global_average_pooling2d`": ("avg",),
    "write `max_pooling2d` or `average_pooling2d`": ("Pooling", "Pool", "Pool2D", "Pool2DLayer", "Pool2DDNNLayer"),
    "write `max_pooling1d` or `average_pooling1d`": ("Pool1D", "Pool1DLayer"),
    "write `max_pooling3d` or `average_pooling3d`": ("Pool3D", "Pool3DLayer", "Pool3DDNNLayer"),
    "write a `branch` of `adaptive_max_pooling2d`, each with `flatten` behind it, with `merge: concatenate`": (
        "SPP", "SpatialPyramidPooling", "SpatialPyramidPoolingLayer", "SpatialPyramidPoolingDNNLayer",
    ),
    "write `cropping2d` for so many on each side, or `center_crop` and `random_crop` for a stated size": ("Crop",),
    "write `simple_rnn`, `lstm` or `gru`": ("CustomRecurrentLayer",),
    "write `lstm: {units: 64, return_sequences: true}`; Lasagne's peepholes, 3 × units more weights, it lacks": (
        "LSTMLayer",
    ),
    "write `attention` with `inputs: [query, value, key]`, in this order": (
        "scaled_dot_product_attention", "dot_product_attention",
    ),
    "write `parameter: {shape: [1, 768]}`, and `concatenate` it with the tokens": (
        "class_token", "cls_token", "ClassToken",
    ),
    "write `parameter: {name: positions, shape: [256, 128]}` with the sizes of what it is added to, "
    "and behind it `add: {inputs: [tokens, positions]}`, where `tokens` is the name of the layer before": (
        "position_embedding", "positional_embedding", "pos_embed", "pos_embedding",
    ),
    "write `parameter` with the sizes of the offsets, and `add` it": ("Bias", "BiasLayer"),
    "write `conv2d: {filters: 64, kernel_size: 1}`, which is the same": ("NINLayer", "NIN", "NINLayer_c01b"),
    "write `conv2d` with a `dilation_rate`": ("DilatedConv2D", "DilatedConv2DLayer"),
    "write `reshape` to take the channels apart, and `reduce: max`": ("Maxout", "FeaturePool", "FeaturePoolLayer"),
    "write `dropout` with a `noise_shape`": ("dropout_locations",),
    "write `reshape`, and `permute` where axes change places": ("rearrange", "Rearrange"),
    _UPSAMPLED: ("interpolate",),
    _SMOOTH: ("upsample_bilinear",),
    _BOXES: ("detection", "region", "yolo", "Gaussian_yolo", "iseg"),
    _CODE: (
        "Python", "ExpressionLayer", "Expression", "cond", "switch", "while_loop", "fori_loop", "scan",
        "associative_scan", "map", "vectorize", "vectorized_map",
    ),
    _OWN_NUMBERS: (
        "fractional_max_pool2d_with_indices", "fractional_max_pool3d_with_indices", "pdist", "CReLU", "affine_grid",
        "grid_sample", "gumbel_softmax", "Filter", "Im2col", "LSTMUnit", "crnn", "FeatureWTALayer", "FeatureWTA",
        "Gate", "InverseLayer", "Inverse", "TransformerLayer", "TPSTransformerLayer", "RandomizedRectifierLayer",
        "RandomizedRectifier", "standardize", "argpartition", "argsort", "bincount", "cdist", "cholesky",
        "cholesky_inverse", "corrcoef", "correlate", "count_nonzero", "cross", "ctc_decode", "cumprod", "cumsum",
        "det", "diag", "diagflat", "diagonal", "diff", "eig", "eigh", "extract_sequences", "fft", "fft2", "flip",
        "fliplr", "flipud", "histogram", "ifft2", "in_top_k", "inv", "irfft", "istft", "kron", "logdet", "lstsq",
        "lu_factor", "matrix_rank", "median", "moments", "nanargmax", "nanargmin", "nancumprod", "nancumsum",
        "nanmax", "nanmean", "nanmedian", "nanmin", "nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum",
        "nanvar", "nonzero", "percentile", "pinv", "polar", "psnr", "ptp", "qr", "quantile", "rfft", "rot90",
        "scatter", "scatter_update", "searchsorted", "segment_max", "segment_min", "segment_prod", "segment_sum",
        "slice_update", "slogdet", "solve", "solve_triangular", "sort", "stft", "svd", "take_along_axis", "top_k",
        "trace", "trapezoid", "tril", "triu", "unique", "unravel_index", "view_as_complex", "view_as_real",
    ),
    _PYTHON: (
        "Silence", "HDF5Output", "convert_to_numpy", "convert_to_tensor", "custom_gradient", "dtype", "is_tensor",
        "jvp", "ndim", "shape", "size", "allclose", "ShuffleBC01ToC01BLayer", "ShuffleC01BToBC01Layer",
        "bc01_to_c01b", "c01b_to_bc01",
    ),
    "leave it out: it measures how well the network does, and is no layer": ("Accuracy",),
    _LOSS: (
        "cross_entropy", "binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div", "linear_cross_entropy",
        "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy", "cost",
        "ContrastiveLoss", "EuclideanLoss", "HingeLoss", "InfogainLoss", "MultinomialLogisticLoss",
        "SigmoidCrossEntropyLoss",
    ),
}  # fmt: skip
"""Those of functions, and of the layers of Caffe, Darknet and Lasagne, likewise."""
