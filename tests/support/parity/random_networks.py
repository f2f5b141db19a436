"""Random networks with skips and shared weights, written in our language: the same for the same seed."""

from random import Random


def network(seed: int) -> str:
    """Write a network of images or, for every third seed, of vectors."""
    return vectors(seed) if seed % 3 == 0 else images(seed)


class _Images:
    """A network of images that grows layer by layer; each is known by its name, its channels and its size."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.size = self.random.choice([16, 32])
        self.lines: list[str] = []
        self.made: list[tuple[str, int, int]] = []
        self.shared: dict[tuple[int, int], str] = {}

    def add(self, kind: str, channels: int, size: int, *inputs: str, **fields: object) -> str:
        """Add a layer, which later ones may take."""
        name = self.write(kind, *inputs, **fields)
        self.made.append((name, channels, size))
        return name

    def write(self, kind: str, *inputs: str, **fields: object) -> str:
        """Add a layer that only the next one takes."""
        name = f"layer_{len(self.lines) + 1}"
        if inputs:
            fields["inputs"] = f"[{', '.join(inputs)}]"
        written = ", ".join(f"{field}: {value}" for field, value in {"name": name, **fields}.items())
        self.lines.append(f"  - {kind}: {{{written}}}")
        return name

    def activation(self) -> dict[str, object]:
        """Draw an activation, or none."""
        functions = ["relu", "silu", "gelu", "tanh"]
        return {"activation": self.random.choice(functions)} if self.random.random() < 0.4 else {}

    def convolve(self, channels: int, size: int) -> None:
        """Add a convolution, which may share its weights with another on as many channels."""
        filters = self.random.choice([16, 32, 64, 128])
        fields = {"filters": filters, "kernel_size": 3, "padding": 1, **self.activation()}
        if self.random.random() < 0.4:
            label = self.shared.setdefault((channels, filters), f"weights_{len(self.shared)}")
            fields["shared"] = label
        self.add("conv2d", filters, size, **fields)

    def excite(self, last: str, channels: int, size: int) -> None:
        """Multiply by a gate for each channel."""
        self.write("global_average_pooling2d", keepdims="true")
        gate = self.write("conv2d", filters=channels, kernel_size=1, activation="sigmoid")
        self.add("multiply", channels, size, last, gate)

    def merge(self, last: str, channels: int, size: int) -> None:
        """Merge with an earlier layer of the same size, if there is one."""
        same = [(name, other) for name, other, length in self.made[:-1] if length == size]
        if not same:
            return
        name, other = self.random.choice(same)
        if other != channels:
            self.add("concatenate", channels + other, size, name, last)
        else:
            kind = self.random.choice(["add", "add", "add", "multiply", "average", "subtract", "concatenate"])
            self.add(kind, channels * (2 if kind == "concatenate" else 1), size, name, last)

    def grow(self) -> None:
        """Add a layer or two."""
        last, channels, size = self.made[-1]
        kind = self.random.choices(
            ["conv", "norm", "relu", "pool", "up", "excite", "dropout", "average", "transpose", "merge"],
            [6, 2, 2, 2, 1, 1, 1, 1, 1, 4],
        )[0]
        match kind:
            case "conv":
                self.convolve(channels, size)
            case "norm":
                self.add("batch_normalization", channels, size)
            case "relu":
                self.add("relu", channels, size)
            case "pool" if size > 4:
                self.add("max_pooling2d", channels, size // 2)
            case "up" if size < 32:
                self.add("up_sampling2d", channels, size * 2)
            case "excite":
                self.excite(last, channels, size)
            case "dropout":
                self.add("dropout", channels, size, rate=0.2)
            case "average":
                self.add("average_pooling2d", channels, size, pool_size=3, strides=1, padding=1)
            case "transpose":
                filters = self.random.choice([16, 32])
                self.add("conv2d_transpose", filters, size, filters=filters, kernel_size=3, padding=1)
            case "merge":
                self.merge(last, channels, size)


def images(seed: int) -> str:
    """Write a network of images that begins with a convolution and ends with classes."""
    grown = _Images(seed)
    channels = grown.random.choice([16, 32, 64])
    grown.add("conv2d", channels, grown.size, filters=channels, kernel_size=3, padding=1)
    for _ in range(grown.random.randint(4, 14)):
        grown.grow()
    grown.write("global_average_pooling2d")
    grown.write("dense", units=10)
    head = ["data_format: channels_first", f"input: [3, {grown.size}, {grown.size}]", "layers:"]
    return "\n".join([*head, *grown.lines]) + "\n"


def vectors(seed: int) -> str:
    """Write a network of two vectors and dense layers, half of which share their weights."""
    random = Random(seed)
    features = random.choice([256, 512])
    lines = [f"input: {{a: [{features}], b: [{features}]}}", "layers:"]
    names, unused = ["a", "b"], {"a", "b"}
    for number in range(random.randint(4, 10)):
        name, kind = f"layer_{number}", random.choices(["dense", "relu", "merge"], [6, 1, 3])[0]
        first = random.choice(sorted(unused)) if random.random() < 0.6 else random.choice(names)
        taken = [first]
        if kind == "dense":
            fields = random.choice(["shared: u", "shared: v, bias: false", "activation: relu", "bias: tied"])
            lines.append(f"  - dense: {{name: {name}, units: {features}, {fields}, inputs: {first}}}")
        elif kind == "relu":
            lines.append(f"  - relu: {{name: {name}, inputs: {first}}}")
        else:
            taken.append(random.choice([other for other in names if other != first]))
            merge = random.choice(["add", "multiply", "subtract", "average"])
            lines.append(f"  - {merge}: {{name: {name}, inputs: [{', '.join(taken)}]}}")
        unused = (unused - set(taken)) | {name}
        names.append(name)
    if len(unused) > 1:
        lines.append(f"  - concatenate: {{inputs: [{', '.join(sorted(unused))}]}}")
    return "\n".join([*lines, "  - dense: {units: 10}"]) + "\n"
