"""Activations: a = f(z), and below each the slope f'(z), written in z, in a, or in both.

``z`` is the pre-activation, ``a`` the output; every slope takes both and uses what is cheapest. No formula
overflows for abs(z) up to 1e4, and at a kink the slope is the one that PyTorch chooses.
"""

from __future__ import annotations

from typing import Any

from glassnet.formulas.elementary import (
    absolute,
    erf,
    exp,
    expm1,
    log1p,
    maximum,
    minimum,
    positive,
    tanh,
    where,
)

SQRT_HALF = 0.7071067811865476
INVERSE_SQRT_TWO_PI = 0.3989422804014327
NOT_A_NUMBER = float("nan")
SQRT_TWO_OVER_PI = 0.7978845608028654
# What keep the mean at 0 and the variance at 1 from layer to layer.
SELU_SCALE = 1.0507009873554805
SELU_LIMIT = 1.7580993408473766


def linear(z: Any) -> Any:
    """f(z) = z, range (-inf, inf)."""
    return z


def linear_slope(z: Any, a: Any) -> Any:
    """f'(z) = 1."""
    return z * 0 + 1


def relu(z: Any) -> Any:
    """f(z) = max(z, 0), range [0, inf). Nair and Hinton, ICML 2010."""
    return maximum(z, 0)


def relu_slope(z: Any, a: Any) -> Any:
    """f'(z) = 1 where z > 0, else 0; at z = 0 it is 0."""
    return positive(z)


def leaky_relu(z: Any, slope: Any) -> Any:
    """f(z) = z where z > 0, else slope * z, range (-inf, inf). Maas et al., ICML 2013."""
    return maximum(z, 0) + slope * minimum(z, 0)


def leaky_relu_slope(z: Any, a: Any, slope: Any) -> Any:
    """f'(z) = 1 where z > 0, else slope; at z = 0 it is slope."""
    return slope + (1 - slope) * positive(z)


def elu(z: Any, alpha: Any) -> Any:
    """f(z) = z where z > 0, else alpha (exp(z) - 1), range (-alpha, inf). Clevert et al., ICLR 2016."""
    return maximum(z, 0) + alpha * expm1(minimum(z, 0))


def elu_slope(z: Any, a: Any, alpha: Any) -> Any:
    """f'(z) = 1 where z > 0, else alpha exp(z) = a + alpha."""
    return where(z > 0, z * 0 + 1, a + alpha)


def gelu(z: Any) -> Any:
    """f(z) = z Phi(z), Phi the normal distribution function, exact; range [-0.17, inf). Hendrycks, Gimpel 2016."""
    return z * (0.5 * (1 + erf(z * SQRT_HALF)))


def gelu_slope(z: Any, a: Any) -> Any:
    """f'(z) = Phi(z) + z phi(z), phi the normal density, which is 0 from abs(z) = 40 on."""
    size = minimum(absolute(z), 40)
    return 0.5 * (1 + erf(z * SQRT_HALF)) + z * INVERSE_SQRT_TWO_PI * exp(-0.5 * size * size)


def sigmoid(z: Any) -> Any:
    """f(z) = 1 / (1 + exp(-z)), range (0, 1); exp is only taken of -abs(z), and e <= 1."""
    e = exp(-absolute(z))
    return maximum(e, positive(z)) / (1 + e)


def sigmoid_slope(z: Any, a: Any) -> Any:
    """f'(z) = a (1 - a)."""
    return a * (1 - a)


def silu(z: Any) -> Any:
    """f(z) = z sigmoid(z), range [-0.28, inf). Elfwing et al., Neural Networks 107 (2018)."""
    return z * sigmoid(z)


def silu_slope(z: Any, a: Any) -> Any:
    """f'(z) = s + a (1 - s) with s = sigmoid(z)."""
    s = sigmoid(z)
    return s + a * (1 - s)


def softplus(z: Any) -> Any:
    """f(z) = log(1 + exp(z)) = max(z, 0) + log(1 + exp(-abs(z))), range (0, inf). Dugas et al., NIPS 2000."""
    return maximum(z, 0) + log1p(exp(-absolute(z)))


def softplus_slope(z: Any, a: Any) -> Any:
    """f'(z) = sigmoid(z)."""
    return sigmoid(z)


def hyperbolic_tangent(z: Any) -> Any:
    """f(z) = tanh(z), range (-1, 1)."""
    return tanh(z)


def hyperbolic_tangent_slope(z: Any, a: Any) -> Any:
    """f'(z) = 1 - a^2."""
    return 1 - a * a


def selu(z: Any) -> Any:
    """f(z) = scale z where z > 0, else limit (exp(z) - 1), range (-1.76, inf). Klambauer et al., NIPS 2017."""
    return SELU_SCALE * maximum(z, 0) + SELU_LIMIT * expm1(minimum(z, 0))


def selu_slope(z: Any, a: Any) -> Any:
    """f'(z) = scale where z > 0, else limit exp(z) = a + limit."""
    return where(z > 0, z * 0 + SELU_SCALE, a + SELU_LIMIT)


def mish(z: Any) -> Any:
    """f(z) = z tanh(softplus(z)), range [-0.31, inf). Misra, BMVC 2020."""
    return z * tanh(softplus(z))


def mish_slope(z: Any, a: Any) -> Any:
    """f'(z) = t + z sigmoid(z) (1 - t^2), t = tanh(softplus(z)); 1 - t^2 is written so that nothing cancels."""
    e = exp(-absolute(z))
    q, m = (1 + e) * (1 + e), where(z > 0, e * e, z * 0 + 1)
    return tanh(softplus(z)) + z * sigmoid(z) * (4 * q * m / ((q + m) * (q + m)))


def gelu_tanh(z: Any) -> Any:
    """f(z) = z (1 + tanh(u)) / 2 = z sigmoid(2 u), u = sqrt(2 / pi) (z + 0.044715 z^3). Hendrycks, Gimpel 2016."""
    near = maximum(minimum(z, 20), -20)
    return z * sigmoid(2 * SQRT_TWO_OVER_PI * (near + 0.044715 * near * near * near))


def gelu_tanh_slope(z: Any, a: Any) -> Any:
    """f'(z) = s + z s (1 - s) 2 u', s = sigmoid(2 u), u' = sqrt(2 / pi) (1 + 3 0.044715 z^2)."""
    near = maximum(minimum(z, 20), -20)
    s = sigmoid(2 * SQRT_TWO_OVER_PI * (near + 0.044715 * near * near * near))
    return s + 2 * SQRT_TWO_OVER_PI * near * s * (1 - s) * (1 + 0.134145 * near * near)


def hard_sigmoid(z: Any) -> Any:
    """f(z) = z / 6 + 1/2, limited to [0, 1]. Courbariaux et al., NIPS 2015, with the slope of MobileNetV3."""
    return maximum(minimum(z / 6 + 0.5, 1), 0)


def hard_sigmoid_slope(z: Any, a: Any) -> Any:
    """f'(z) = 1/6 where abs(z) < 3, else 0."""
    return where(absolute(z) < 3, z * 0 + 1 / 6, z * 0)


def hard_swish(z: Any) -> Any:
    """f(z) = z hard_sigmoid(z), range [-0.375, inf). Howard et al., ICCV 2019."""
    return z * hard_sigmoid(z)


def hard_swish_slope(z: Any, a: Any) -> Any:
    """f'(z) = 0 where z <= -3, z/3 + 1/2 where z < 3, else 1."""
    return where(absolute(z) < 3, z / 3 + 0.5, positive(z))


def exponential(z: Any) -> Any:
    """f(z) = exp(z), range (0, inf); infinite where the dtype holds no such number."""
    return exp(z)


def exponential_slope(z: Any, a: Any) -> Any:
    """f'(z) = a."""
    return a


def step(z: Any) -> Any:
    """f(z) = 1 where z > 0, else 0. McCulloch, Pitts 1943."""
    return where(z == z, positive(z), z)


def step_slope(z: Any, a: Any) -> Any:
    """None that training could follow: not a number, so that nothing is trained by mistake."""
    return z * NOT_A_NUMBER
