"""What Keras and PyTorch have and the language lacks, by what to write instead."""

_IN_A_ROW = "write the layers one after another, or as a block under `blocks`, which is used like a layer"
_IMAGES = "leave it out: it changes the values of images before anything is trained, has no weights and keeps the shape"
_TEXTS = "leave it out, and give `input` the shape of what it gives: it turns texts and categories into numbers"
_SOUNDS = "leave it out, and give `input` the shape of the spectrogram"
_CODE = "write it as a `custom` layer: what it computes is in its code"
_LOSS = "leave it out: a loss is what training does with the output, and no layer"
_PYTHON = "leave it out: it is a part of the framework, and no layer"
_OWN_NUMBERS = "write it as a `custom` layer, which states its own shape and numbers"

ABSENT: dict[str, tuple[str, ...]] = {
    "leave it out: the input is not a layer here, `input` at the top of the file states it": ("Input", "InputLayer"),
    _IN_A_ROW: ("Sequential", "ModuleList", "ModuleDict", "Container", "Pipeline"),
    "write its layers in a block: `multi_head_attention`, `layer_normalization` and `dense`": (
        "Transformer", "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder", "TransformerDecoderLayer",
    ),
    "write what merges them: `add`, `multiply`, `concatenate` …": ("Merge",),
    "write `category_encoding` with `output_mode: one_hot`": ("OneHot",),
    "write a layer for each cell, with `return_sequences: true` in all but the last": ("StackedRNNCells",),
    "write `simple_rnn`, `lstm` or `gru`": ("RNNBase", "RNNCellBase"),
    "write `branch: {paths: [[split: {parts: 2, part: 0}], [split: {parts: 2, part: 1}, sigmoid]], merge: multiply}`": (
        "GLU",
    ),
    "write `embedding`, and `global_average_pooling1d` behind it": ("EmbeddingBag",),
    "write `softmax` with the `axis` of the channels": ("Softmax2d",),
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
"""The names of the frameworks' classes, by what to write instead."""
