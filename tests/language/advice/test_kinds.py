"""What other tools call their layers: each is a kind by this or another name, or it is said what to write instead."""

import io
import re
from collections.abc import Iterator

import pytest
import yaml

import archsum
from archsum import SpecError
from archsum.language.advice.absent import ABSENT, ELSEWHERE
from archsum.language.advice.spelling import meant_kind, suggest_kind
from archsum.language.advice.synonyms import KIND_REASONS, KIND_REMARKS, KINDS
from archsum.language.spec.containers import CONTAINERS, class_of
from archsum.layers import KINDS as OURS
from archsum.layers.documentation import example
from archsum.layers.fields import named_fields

WORDS = (*OURS, *CONTAINERS)
OTHERS = suggest_kind("no such kind at all", WORDS)

CAFFE = (
    "AbsVal Accuracy ArgMax BNLL BatchNorm BatchReindex Bias Clip Concat ContrastiveLoss Convolution Crop Data "
    "Deconvolution Dropout DummyData ELU Eltwise Embed EuclideanLoss Exp Filter Flatten HDF5Data HDF5Output HingeLoss "
    "Im2col ImageData InfogainLoss InnerProduct Input LRN LSTM LSTMUnit Log MVN MemoryData MultinomialLogisticLoss "
    "PReLU Parameter Pooling Power Python RNN ReLU Reduction Reshape SPP Scale Sigmoid SigmoidCrossEntropyLoss Silence "
    "Slice Softmax SoftmaxWithLoss Split Swish TanH Threshold Tile WindowData"
)
"""Source: the layer types of https://github.com/BVLC/caffe/tree/master/src/caffe/layers."""

DARKNET = (
    "shortcut scale_channels sam crop cost detection region yolo Gaussian_yolo iseg local conv convolutional deconv "
    "deconvolutional activation logistic l2norm net network crnn gru lstm conv_lstm rnn conn connected max maxpool "
    "local_avg local_avgpool reorg reorg3d avg avgpool dropout lrn normalization batchnorm soft softmax route upsample "
    "empty"
)
"""Source: `string_to_layer_type` of https://github.com/pjreddie/darknet/blob/master/src/parser.c and its forks."""

LASAGNE = (
    "Layer MergeLayer InputLayer DenseLayer NINLayer Conv1DLayer Conv2DLayer Conv3DLayer TransposedConv1DLayer "
    "TransposedConv2DLayer TransposedConv3DLayer Deconv1DLayer Deconv2DLayer Deconv3DLayer DilatedConv2DLayer "
    "LocallyConnected2DLayer MaxPool1DLayer MaxPool2DLayer MaxPool3DLayer Pool1DLayer Pool2DLayer Pool3DLayer "
    "Upscale1DLayer Upscale2DLayer Upscale3DLayer GlobalPoolLayer FeaturePoolLayer FeatureWTALayer "
    "SpatialPyramidPoolingLayer CustomRecurrentLayer RecurrentLayer LSTMLayer GRULayer Gate DropoutLayer dropout "
    "dropout_channels spatial_dropout dropout_locations GaussianNoiseLayer ReshapeLayer reshape FlattenLayer flatten "
    "DimshuffleLayer dimshuffle PadLayer pad SliceLayer ConcatLayer concat ElemwiseMergeLayer ElemwiseSumLayer "
    "LocalResponseNormalization2DLayer BatchNormLayer batch_norm EmbeddingLayer NonlinearityLayer BiasLayer ScaleLayer "
    "standardize ExpressionLayer InverseLayer TransformerLayer TPSTransformerLayer ParametricRectifierLayer prelu "
    "RandomizedRectifierLayer rrelu corrmm.Conv2DMMLayer cuda_convnet.Conv2DCCLayer cuda_convnet.MaxPool2DCCLayer "
    "cuda_convnet.ShuffleBC01ToC01BLayer cuda_convnet.bc01_to_c01b cuda_convnet.ShuffleC01BToBC01Layer "
    "cuda_convnet.c01b_to_bc01 cuda_convnet.NINLayer_c01b dnn.Conv2DDNNLayer dnn.Conv3DDNNLayer dnn.MaxPool2DDNNLayer "
    "dnn.Pool2DDNNLayer dnn.MaxPool3DDNNLayer dnn.Pool3DDNNLayer dnn.SpatialPyramidPoolingDNNLayer "
    "dnn.BatchNormDNNLayer dnn.batch_norm_dnn"
)
"""Source: https://lasagne.readthedocs.io/en/latest/modules/layers.html."""

SEEN = "GLU interpolate cls_token squeeze stack gap InstanceNorm2d Hardswish log_softmax transpose mean"
"""Other words that people have written."""


LSTM = (
    "write `lstm`, and `bias: double`: PyTorch's has two biases; it gives every step, as `return_sequences: true` does"
)


@pytest.mark.parametrize("words", [CAFFE, DARKNET, LASAGNE, SEEN], ids=["caffe", "darknet", "lasagne", "seen"])
def test_layers_of_other_tools(words: str) -> None:
    cures = {word: suggest_kind(word, WORDS) for word in words.split()}
    assert not [word for word, cure in cures.items() if cure == OTHERS or "did you mean" in cure]


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("transpose", "write `permute`"),
        ("log_softmax", "write `log_softmax`"),
        ("mean", "write `reduce: mean`"),
        ("GAP", "write `global_average_pooling2d`"),
        ("nn.GAP1d", "write `global_average_pooling1d`"),
        ("Conv2DLayer", "write `conv2d`"),
        ("TransformerLayer", "write it as a `custom` layer, which states its own shape and numbers"),
        ("nn.LSTM", LSTM),
        ("torch.nn.LSTM(4)", LSTM),
        ("LSTM", "write `lstm`"),
        ("BatchNorm", "write `batch_normalization`; Caffe's has no weights that are trained: "
         "`center: false` and `scale: false`"),
        ("conv2d {filters", "write a `:` and a space behind it: `conv2d: {…}`"),
        # misspelt
        ("con2d", "did you mean `conv2d`?"),
        ("InstaceNorm2d", "did you mean `instance_normalization`?"),
        ("max_poling2d", "did you mean `max_pooling2d`?"),
        ("transposee", "did you mean `permute`?"),
        # what is a part of a kind's name alone
        ("pooling3d", OTHERS),
        ("foo", OTHERS),
        ("conv3d_transpose_upsampled", OTHERS),
        (None, OTHERS),
    ],
)  # fmt: skip
def test_what_is_written_instead(word: str | None, cure: str) -> None:
    assert suggest_kind(word, WORDS) == cure


SNIPPET = re.compile(r"`([^`]+)`")


def snippets() -> Iterator[str]:
    yield from KINDS.values()
    for text in (*ABSENT, *ELSEWHERE, *KIND_REMARKS.values()):
        yield from SNIPPET.findall(text)


def codes(text: str) -> set[str]:
    """Return the codes of what is wrong with a file."""
    try:
        archsum.summarize(io.StringIO(text))
    except SpecError as error:
        return {problem.code for problem in error.diagnostics}
    return set()


NO_LAYERS = ("blocks", "input", "tokens")
"""Words of a file's head that cures name, and a layer's own name."""


@pytest.mark.parametrize("snippet", sorted({*snippets()} - {*NO_LAYERS}))
def test_every_layer_that_is_suggested_can_be_read(snippet: str) -> None:
    """It is a kind, and what it has for fields they are; or it is a field of one of the kinds beside it."""
    word, colon, _ = snippet.partition(":")
    if word not in WORDS:
        owners = [text for text in (*ABSENT, *ELSEWHERE, *KIND_REMARKS.values()) if f"`{snippet}`" in text]
        known = {field for kind in WORDS for field in (*named_fields(class_of(kind)), "inputs")}
        assert owners
        assert word in known
        return
    stated = yaml.safe_load(snippet)
    fields = stated[word] if colon else example(class_of(word))
    layer = {word: fields} if fields else word
    # Whether a shape fits, which inputs it takes and how many, is another matter.
    others = {"shape", "unused", "unknown-name"} if "inputs" in snippet else {"shape", "unused"}
    assert codes(yaml.safe_dump({"input": [8, 8, 4], "layers": [layer]})) <= others


def test_what_is_absent_is_no_kind() -> None:
    assert not [name for names in (*ABSENT.values(), *ELSEWHERE.values()) for name in names if meant_kind(name, WORDS)]
    assert not KIND_REASONS.keys() & KINDS.keys()


def test_no_other_name_is_that_of_a_kind() -> None:
    assert not [name for name in KINDS if name in [kind.replace("_", "") for kind in WORDS]]
