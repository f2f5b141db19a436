"""Depthwise and separable convolutions over three axes, which Keras lacks."""

from tests.support.layers import layer

VIDEO = (8, 16, 16, 6)


def test_a_depthwise_convolution_of_a_video_is_one_with_a_group_for_each_channel() -> None:
    depthwise = layer("depthwise_conv3d", kernel_size=[3, 5, 5], strides=[1, 2, 2], padding="same")
    grouped = layer("conv3d", filters=6, groups=6, kernel_size=[3, 5, 5], strides=[1, 2, 2], padding="same")
    assert depthwise.output_shape(VIDEO) == grouped.output_shape(VIDEO) == (8, 8, 8, 6)
    assert depthwise.macs(VIDEO) == grouped.macs(VIDEO) == 8 * 8 * 8 * 3 * 5 * 5 * 6
    kernel, bias = depthwise.weights(VIDEO)
    assert (kernel.shape, bias.shape) == ((3, 5, 5, 6, 1), (6,))


def test_a_separable_convolution_of_a_video_is_a_depthwise_one_and_one_of_size_1() -> None:
    separable = layer("separable_conv3d", filters=4, kernel_size=3, depth_multiplier=2)
    depthwise = layer("depthwise_conv3d", kernel_size=3, depth_multiplier=2, bias=False)
    pointwise = layer("conv3d", filters=4, kernel_size=1)
    between = depthwise.output_shape(VIDEO)
    assert separable.output_shape(VIDEO) == pointwise.output_shape(between) == (6, 14, 14, 4)
    both = (depthwise.macs(VIDEO), pointwise.macs(between))
    assert separable.macs(VIDEO) == sum(macs or 0 for macs in both) == 6 * 14 * 14 * (27 * 12 + 12 * 4)
    shapes = [weight.shape for weight in separable.weights(VIDEO)]
    assert shapes == [(3, 3, 3, 6, 2), (1, 1, 1, 12, 4), (4,)]
