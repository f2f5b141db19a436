"""How to draw what changes images at random, and what makes vectors of categories, which Keras has too."""

from hypothesis import strategies as st

from tests.support.parity.cases import DATA_FORMATS, Case, Fields, Strategy, counts, fields_of, rarely, sizes

PART = rarely(st.floats(0, 1) | st.lists(st.floats(0, 1), min_size=2, max_size=2), st.sampled_from([1.5, [0.1]]))
SIGNED = rarely(st.floats(-1, 1) | st.lists(st.floats(-1, 1), min_size=2, max_size=2), st.sampled_from([-1.5, [0.1]]))
ABOVE_MINUS_1 = rarely(st.floats(-0.5, 1), st.just(-1))
BITS = st.integers(1, 8)
NUMBER = st.floats(0, 1)
TURN = rarely(PART | st.tuples(st.floats(-1, 1), NUMBER).map(list), st.just(-0.5) | st.just([-0.5, -0.2]))
VALUES = st.just([0, 1]) | st.just([0, 255])
INTERPOLATION = st.sampled_from(["nearest", "bilinear"])
MOVED: dict[str, Strategy] = {
    "fill_mode": st.sampled_from(["reflect", "wrap", "constant", "nearest"]),
    "fill_value": NUMBER,
    "interpolation": INTERPOLATION,
}
RANGED: dict[str, Strategy] = {"value_range": VALUES}
OFTEN: dict[str, Strategy] = {"factor": PART, **RANGED}

ANY, COLOURED, COLOURED_OR_GREY = st.sampled_from([1, 2, 3, 4]), rarely(st.just(3), st.just(4)), st.sampled_from([1, 3])


@st.composite
def _images(draw: st.DrawFn, fields: Strategy, channels: Strategy = ANY) -> Case:
    """Draw a layer on images; others Keras takes for one image, and what it makes of that is no network's."""
    drawn: Fields = draw(fields)
    drawn |= draw(fields_of({}, {"data_format": DATA_FORMATS}))
    several = rarely(st.integers(4, 20), st.none())  # some of Keras's fail on images of one row
    spatial, many = draw(st.tuples(several, several)), draw(channels)
    is_first = drawn.get("data_format") == "channels_first"
    return Case(drawn, (many, *spatial) if is_first else (*spatial, many))


@st.composite
def _encodings(draw: st.DrawFn, fields: Strategy, *, any_rank: bool) -> Case:
    drawn: Fields = draw(fields)
    one_axis = st.tuples(sizes(6))
    ranks = st.lists(sizes(6), min_size=1, max_size=3).map(tuple)
    several = any_rank or drawn.get("output_mode") == "one_hot"
    return Case(drawn, draw(ranks if several else one_axis))


CASES: dict[str, Strategy] = {
    "random_flip": _images(
        fields_of({}, {"mode": st.sampled_from(["horizontal", "vertical", "horizontal_and_vertical"])})
    ),
    "random_rotation": _images(fields_of({"factor": SIGNED}, MOVED)),
    "random_zoom": _images(fields_of({"height_factor": ABOVE_MINUS_1}, {"width_factor": ABOVE_MINUS_1, **MOVED})),
    "random_translation": _images(fields_of({"height_factor": SIGNED, "width_factor": SIGNED}, MOVED)),
    "random_shear": _images(fields_of({}, {"x_factor": PART, "y_factor": PART, **MOVED})),
    "random_elastic_transform": _images(fields_of({}, {"scale": PART, **MOVED, **OFTEN})),
    "random_perspective": _images(
        fields_of({}, {"factor": PART, "scale": NUMBER, "interpolation": INTERPOLATION, "fill_value": NUMBER})
    ),
    "random_erasing": _images(fields_of({}, {"scale": PART, "fill_value": NUMBER | st.none(), **OFTEN})),
    "random_gaussian_blur": _images(
        fields_of({}, {"kernel_size": rarely(st.just(3) | st.just([1, 5]), st.just(2)), "sigma": PART, **OFTEN})
    ),
    "random_brightness": _images(fields_of({"factor": SIGNED}, RANGED)),
    "random_contrast": _images(fields_of({"factor": PART}, RANGED)),
    "random_sharpness": _images(fields_of({"factor": PART}, RANGED)),
    "random_posterization": _images(fields_of({"factor": rarely(BITS, st.just(9))}, RANGED)),
    "random_invert": _images(fields_of({}, OFTEN)),
    "random_hue": _images(fields_of({"factor": TURN}, RANGED), COLOURED),
    "random_saturation": _images(fields_of({"factor": SIGNED}, RANGED), COLOURED),
    "random_color_degeneration": _images(fields_of({"factor": SIGNED}, RANGED), COLOURED),
    "random_grayscale": _images(fields_of({}, {"factor": rarely(NUMBER, st.just(2))}), COLOURED_OR_GREY),
    "random_color_jitter": _images(
        fields_of(
            {},
            {
                **{"brightness_factor": SIGNED, "contrast_factor": PART},
                **{"saturation_factor": SIGNED, "hue_factor": TURN, **RANGED},
            },
        ),
        COLOURED,
    ),
    "random_crop": _images(fields_of({"height": counts(9), "width": counts(9)})),
    "category_encoding": _encodings(
        fields_of({"num_tokens": counts(9)}, {"output_mode": st.sampled_from(["one_hot", "multi_hot", "count"])}),
        any_rank=False,
    ),
    "discretization": _encodings(
        rarely(
            fields_of(
                {"bin_boundaries": st.lists(st.floats(-1, 1), max_size=4).map(sorted)},
                {"epsilon": NUMBER, "output_mode": st.sampled_from(["int", "one_hot", "multi_hot", "count"])},
            ),
            fields_of({}, {"num_bins": counts(5), "bin_boundaries": st.just([0.0])}),
        ),
        any_rank=True,
    ),
}
