"""The bounds of every stage: far beyond any network, and near enough that no file takes long or much memory.

How much of something a text or a picture shows is said where it is drawn.
"""

# A file's text.

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_FILE_DEPTH = 64
"""Levels of lists and mappings, aliases written out."""
MAX_FILE_NODES = 2_000_000
"""Scalars, lists and mappings in a file, each alias counted as what it stands for, and long texts as several."""
NODE_LENGTH = 100
"""The characters of a text that count as one."""
MAX_KEY_LENGTH = 200
MAX_NUMBER_LENGTH = 1000
"""Characters."""

# Formulas.

MAX_FORMULA_LENGTH = 500
MAX_FORMULA_NODES = 200
MAX_FORMULA_DEPTH = 40
MAX_DIGITS = 18
MAX_MAGNITUDE = 10**MAX_DIGITS
"""The largest number that a formula computes with."""
MAX_EXPONENT = 64

# What a file may say.

MAX_HEAD_VALUES = 100_000
"""The most values beside layers and blocks: variables, for the most part."""
MAX_VARIABLES = 1_000
"""Each use of a block knows them all."""
MAX_PARAMETERS = 100
"""Of a block."""
MAX_BLOCK_INPUTS = 100
MAX_ARGUMENT_VALUES = 100
"""The most values in what a block is given; each of its uses computes them anew."""
MAX_SHARED_WEIGHTS = 100
"""The most single weights of a layer that are shared."""
MAX_PATHS = 1_000
"""The most paths side by side."""
MAX_TIMES = 200_000
"""The most repetitions."""

# Work: see `archsum.work`.

MAX_STEPS = 3_600_000
"""The most steps, each about a microsecond, that even the smallest file may take: 100,000 equal layers are as many."""
SMALL_FILE = 64 * 1024
"""Characters."""
STEPS_PER_CHARACTER = 20
"""The steps more that each character beyond allows: a layer takes at least ten to write, and 200 steps to train."""
STEPS = {
    "layers": 35,
    "different layers": 20,
    "inputs": 5,
    "weights": 6,
    "values": 1,
    "layers to train": 180,
    "gradients": 15,
    "layers to explain": 10,
    "derivations": 180,
    "lines": 4,
    "operators": 90,
}
"""What each takes. Layers are blocks and containers too, and those that an `if` leaves out; inputs are those of what
takes several, weights those of each use of a layer; values are in layers, and parts of formulas count as such."""

MAX_KNOWN = 300_000
"""Layers, those in blocks again, and what they give, kept for other variants of a file: about 200 MB. Of more, those
asked for longest ago are found anew."""

CHARACTERS_PER_STEP = 25
"""Of texts that are gone through each time."""

# The network that is written out.

MAX_NESTING = 64
"""The most blocks and containers in one another."""
MAX_PATH_LENGTH = 1_000
"""The most characters in the names of blocks in one another."""
MAX_INPUTS = 1_000
"""The most inputs of a layer, a block or a container."""
MAX_OUTPUTS = 1_000
"""The most outputs of a layer of another framework."""
MAX_IMPORTED_LAYERS = 100_000
"""The most layers of a model of another framework, those of models in it each time that they are called."""
MAX_LAYER_VALUES = 100_000
"""The most values in one layer; a connection table has many."""
MAX_DEFAULT_VALUES = 100
"""The most values in a kind's defaults, which are checked with every layer of the kind."""
MAX_COMPARED_ITEMS = 64
"""The most items of a list that a formula compares, or by which the layers that formulas make of it are told apart."""
MAX_COMPARED_CHARACTERS = 100
"""The most characters of a text, likewise."""

# Layers and their shapes.

MAX_SIZE = 10**12
"""The largest size that a field takes."""
MAX_AXES = 64
"""The most axes of a shape, as in PyTorch and NumPy."""
MAX_ELEMENTS = 10**30
"""The largest tensor: totals of such are numbers that can be printed."""
MAX_COMPARED_MEMORY = 10_000
"""The most layers of networks whose memory is compared, as it takes long to find."""
MAX_BATCH = 2**30
"""No larger batch is looked for."""
MAX_TRIED_BLOCKS = 10
"""The most blocks that are tried for checkpointing."""
MAX_TRIED_LAYERS = 20_000
"""The layers, each time all of the network, that are trained to try blocks; one block always is."""

# What is written.

MAX_FOLDED_LAYERS = 20_000
"""The most layers that are folded; of more, each has a line."""

# Pictures.

MAX_LAYOUT_SECONDS = 60
"""What Graphviz lays out for longer is no picture that anyone takes in."""

MAX_PICTURE_INCHES = 80
"""The width and the height of a png; what is larger is drawn smaller, as each dot takes memory."""

# What is found wrong.

MAX_FOUND = 200
"""Diagnostics after which a stage stops looking for more."""
MAX_REPORTED = 5_000
"""The most problems, those that repeats have often counted as often."""
MAX_SHOWN = 50
"""Diagnostics that are printed in full; a generated file can have thousands of the same kind."""
MAX_NOTES = 8
"""The most notes of a diagnostic."""
MAX_WORD_LENGTH = 40
"""The longest word that is compared with known ones."""
MAX_SUGGESTED = 10_000
"""The known words that are looked through for one that may have been meant."""
MAX_COMPARED_WORDS = 200
MAX_COMPARED_LETTER_BY_LETTER = 5
"""The known words that are compared with an unknown one at length."""
MAX_NODES_TRIED = 5_000
"""The layers of a network that is tried with other sizes where some do not fit."""

# Sweeps.

MAX_VARIANTS = 10**9
"""The most variants of a sweep: a day's work of ten cores."""
MAX_PROCESSES = 1_000
MAX_SORTED = 1_000_000
"""The most rows that are held to be sorted."""
MAX_DRAWN_ROWS = 20_000
"""The most rows that a picture shows as points."""
MAX_SCANNED = 20_000
"""The most values that are computed one by one to find one."""
MAX_FITTED = 20_000
"""The most values by which it is told how a metric grows."""
