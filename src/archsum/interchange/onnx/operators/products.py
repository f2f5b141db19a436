"""Operators that multiply matrices, and that look up rows of one."""

from math import prod

from archsum.interchange.onnx.call import Call
from archsum.interchange.onnx.operators.table import Rule
from archsum.interchange.onnx.plan import Use, Weight
from archsum.interchange.onnx.values import ModelError, RefusedError, Sized


def gemm(call: Call) -> None:
    """Add a dense layer, or a product of two matrices and what is added to it."""
    if call.operator.integer("transA", 0):
        raise RefusedError("its first matrix is transposed")
    weight = call.weight(1)
    turned = bool(call.operator.integer("transB", 0))
    if weight is None or len(weight.shape) != 2 or len(call.given().shape) != 2:
        raise RefusedError("its second matrix is no weight")
    features, units = weight.shape[::-1] if turned else weight.shape
    kernel = Use("kernel", Weight(weight.source, (features, units)))
    offset = call.weight(2)
    if call.has(2) and call.plan.is_data(call.name(2)):
        raise RefusedError("what it adds depends on data")
    if offset is None or prod(offset.shape) == units:
        bias = [] if offset is None else [Use("bias", Weight(offset.source, (units,)))]
        call.add("dense", {"units": units, "bias": "tied" if bias else False}, uses=[kernel, *bias])
        return
    made = call.made()
    product = call.add("dense", {"units": units, "bias": False}, uses=[kernel], shape=made.sample)
    call.add("add", {}, [product, *call.aligned([2])])


def matmul(call: Call, first: int = 0, second: int = 1) -> None:
    """Add a dense layer where a matrix of weights is multiplied with, or a product of matrices."""
    weight, given = call.weight(second), call.given(first)
    if weight and len(weight.shape) == 2 and call.weight(first) is None and _has_features(given):
        units = weight.shape[1]
        fields = {"units": units, "bias": False}
        call.add("dense", fields, [call.data(first)], [Use("kernel", weight)])
        return
    if min(len(given.shape), len(call.given(second).shape)) < 2:
        call.add("matmul", {}, [call.data(first), call.data(second)])
        return
    call.add("matmul", {}, call.aligned([first, second]))


def _has_features(given: Sized) -> bool:
    """Whether the last axis is one of a sample."""
    return len(given.shape) - 1 in given.axes and len(given.sample) > 0


def gather(call: Call) -> None:
    """Add an embedding where a row of weights is looked up, or what takes elements along an axis."""
    data, indices = call.given(), call.given(1)
    axis = data.normalized(call.operator.integer("axis", 0))
    weight = call.weight(0)
    if weight and len(weight.shape) == 2 and axis == 0 and call.plan.is_data(call.name(1)):
        rows, length = weight.shape
        call.add("embedding", {"input_dim": rows, "output_dim": length}, [call.data(1)], [Use("embeddings", weight)])
        return
    position = data.axis(axis)
    if call.plan.is_data(call.name(1)):
        if data.batch is not None and indices.batch is not None:
            raise RefusedError("it takes other elements of each sample")
        call.add("gather", {"axis": position}, [call.data(), call.data(1)])
        return
    if indices.shape:
        if None in indices.sample:
            raise RefusedError("it takes an unknown number of elements")
        call.add("gather", {"axis": position, "size": list(indices.sample)})
        return
    sizes = list(data.sample)
    sizes[position - 1] = 1
    found = call.values(1)
    start = 0 if found is None else int(found)
    stop = None if start == -1 else start + 1
    one = call.add("slice", {"axis": position, "start": start, "stop": stop}, shape=tuple(sizes))
    target = call.made().sample
    if target.count(None) <= 1:
        call.add("reshape", {"target_shape": [-1 if size is None else size for size in target]}, [one])
    else:
        call.add("squeeze", {"axis": position}, [one])


def einsum(call: Call) -> None:
    """Add a product of tensors by an equation, without the letter of the batch."""
    equation = call.operator.text("equation", "").replace(" ", "")
    terms, arrow, result = equation.partition("->")
    parts = terms.split(",")
    if not arrow or len(parts) != len(call.operator.inputs) or "." in equation:
        raise RefusedError("its equation leaves axes out")
    for number, term in enumerate(parts):
        if len(term) != len(call.given(number).shape):
            raise ModelError(f"has an equation with {len(term)} axes for an input of {len(call.given(number).shape)}")
    batches = {
        term[sized.batch]
        for number, term in enumerate(parts)
        if (sized := call.given(number)).batch is not None and sized.times == 1
    }
    made = call.made()
    if len(batches) > 1 or (batches and (made.batch is None or result[made.batch] not in batches)):
        raise RefusedError("the batch is lost in it")
    is_first = made.batch == 0 and all(call.given(number).batch in (0, None) for number in range(len(parts)))
    if batches and is_first:
        call.add("einsum", {"equation": equation}, [call.data(number) for number in range(len(parts))])
        return
    kept = ["".join(term[axis] for axis in call.given(number).axes) for number, term in enumerate(parts)]
    written = "".join(result[axis] for axis in made.axes)
    call.add(
        "einsum", {"equation": f"{','.join(kept)}->{written}"}, [call.data(number) for number in range(len(parts))]
    )


RULES: dict[str, Rule] = {
    "Einsum": einsum,
    "Gather": gather,
    "Gemm": gemm,
    "MatMul": matmul,
    "MatMulInteger": matmul,
    "QLinearMatMul": lambda call: matmul(call, 0, 3),
}
