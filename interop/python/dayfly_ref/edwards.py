"""The curve edwards25519 (RFC 8032) and the group ristretto255 on it (RFC 9496), in plain integers.

Points are extended coordinates (X, Y, Z, T). Not in constant time.
"""

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
Dc = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def _negative(x):
    return x % P & 1


def _abs(x):
    x %= P
    return P - x if x & 1 else x


def sqrt_ratio(u, v):
    """(whether u/v is a square, the non-negative root of u/v or of i·u/v); RFC 9496, section 4.2."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    u %= P
    correct, flipped, flipped_i = check == u, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, _abs(r)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * Dc % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def mul(k, p):
    out = IDENTITY
    while k:
        if k & 1:
            out = add(out, p)
        p = add(p, p)
        k >>= 1
    return out


def decode(data):
    """The point an Ed25519 encoding names, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square, x = sqrt_ratio(y * y - 1, Dc * y * y + 1)
    if not square or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def is_small(p):
    x, y, z, _ = mul(8, p)
    return x % P == 0 and (y - z) % P == 0


# --- ristretto255 ---------------------------------------------------------------------------------

_INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - Dc)[1]
_SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
_ONE_MINUS_D_SQ = (1 - Dc * Dc) % P
_D_MINUS_ONE_SQ = (Dc - 1) ** 2 % P
if _SQRT_AD_MINUS_ONE**2 % P != (-Dc - 1) % P:
    raise AssertionError("a constant of RFC 9496 was mistyped")


def ristretto_decode(data):
    """The element 32 bytes name, or None."""
    s = int.from_bytes(data, "little")
    if s >= P or s & 1:
        return None
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-(Dc * u1 * u1) - u2 * u2) % P
    square, inv = sqrt_ratio(1, v * u2 * u2)
    den_x = inv * u2 % P
    den_y = inv * den_x * v % P
    x = _abs(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not square or _negative(t) or y == 0:
        return None
    return (x, y, 1, t)


def ristretto_encode(p):
    x0, y0, z0, t0 = p
    u1, u2 = (z0 + y0) * (z0 - y0) % P, x0 * y0 % P
    _, inv = sqrt_ratio(1, u1 * u2 * u2)
    den1, den2 = inv * u1 % P, inv * u2 % P
    z_inv = den1 * den2 * t0 % P
    if _negative(t0 * z_inv):
        x, y, den_inv = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P, den1 * _INVSQRT_A_MINUS_D % P
    else:
        x, y, den_inv = x0, y0, den2
    if _negative(x * z_inv):
        y = -y % P
    return _abs(den_inv * (z0 - y)).to_bytes(32, "little")


def _map(t):
    r = SQRT_M1 * t * t % P
    u = (r + 1) * _ONE_MINUS_D_SQ % P
    v = (-1 - r * Dc) * (r + Dc) % P
    square, s = sqrt_ratio(u, v)
    c = P - 1
    if not square:
        s, c = -_abs(s * t) % P, r
    n = (c * (r - 1) * _D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * _SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return (w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P)


def ristretto_from_uniform(data):
    """The element that 64 uniform bytes give."""
    halves = (int.from_bytes(half, "little") & (2**255 - 1) for half in (data[:32], data[32:]))
    return add(*(_map(half % P) for half in halves))


def ristretto_is_identity(p):
    return ristretto_encode(p) == bytes(32)
