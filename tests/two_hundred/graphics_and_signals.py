# %% ray_sphere · decisions, tuples as vectors
import math

def dot(a, b):
    return sum(x * y for x, y in zip(a, b))

def sub(a, b):
    return tuple(x - y for x, y in zip(a, b))

def shade(center, radius):
    origin, direction, light = (0.0, 0.0, -3.0), (0.0, 0.1, 1.0), (0.6, 0.6, -0.5)
    oc = sub(origin, center)
    a = dot(direction, direction)
    b = 2 * dot(oc, direction)
    c = dot(oc, oc) - radius**2
    disc = b * b - 4 * a * c
    if disc < 0:
        return 0.0 * radius
    t = (-b - math.sqrt(disc)) / (2 * a)
    hit = tuple(o + t * d for o, d in zip(origin, direction))
    normal = [n / radius for n in sub(hit, center)]
    return max(0.0, dot(normal, light))
# %% at
center = [0.1, 0.2, 0.0]
radius = 1.0

# %% vector_class_reflection · operator overloading, __slots__
import math

class Vec:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y, self.z + o.z)

    def __sub__(self, o):
        return Vec(self.x - o.x, self.y - o.y, self.z - o.z)

    def __rmul__(self, k):
        return Vec(k * self.x, k * self.y, k * self.z)

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    def unit(self):
        return (1 / math.sqrt(self.dot(self))) * self


def specular(nx, ny, shininess):
    n = Vec(nx, ny, 1.0).unit()
    light = Vec(0.3, 0.5, 0.9).unit()
    view = Vec(0.1, 0.0, 1.0).unit()
    reflected = 2 * n.dot(light) * n - light
    return max(reflected.dot(view), 0.0) ** shininess
# %% at
nx = 0.2
ny = -0.1
shininess = 8.0

# %% camera_projection · homogeneous coordinates, rotation by Rodrigues
import numpy as np

def rodrigues(r):
    theta = np.linalg.norm(r)
    k = r / theta
    K = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return np.eye(3) + np.sin(theta) * K + (1 - np.cos(theta)) * K @ K

def reprojection(r, t, focal):
    points = np.array([[0.1, 0.2, 2.0], [-0.5, 0.3, 3.0]])
    seen = np.array([[0.1, 0.15], [-0.2, 0.05]])
    cam = points @ rodrigues(r).T + t
    uv = focal * cam[:, :2] / cam[:, 2:]
    return np.sum((uv - seen) ** 2)
# %% at
r = [0.1, -0.2, 0.05]
t = [0.0, 0.1, 0.2]
focal = 1.2

# %% bezier_length · de Casteljau by recursion on arrays
import numpy as np

def de_casteljau(points, t):
    if len(points) == 1:
        return points[0]
    return de_casteljau((1 - t) * points[:-1] + t * points[1:], t)

def arc_length(P):
    samples = [de_casteljau(P, t) for t in np.linspace(0, 1, 6)]
    return sum(np.linalg.norm(b - a) for a, b in zip(samples, samples[1:]))
# %% at
P = [[0.0, 0.0], [0.3, 1.0], [0.9, 0.8], [1.2, -0.1]]

# %% cubic_spline_natural · tridiagonal matrix by np.diag, solve
import numpy as np

def spline_energy(y):
    n = len(y)
    main = np.full(n - 2, 4.0)
    A = np.diag(main) + np.diag(np.ones(n - 3), 1) + np.diag(np.ones(n - 3), -1)
    rhs = 6 * (y[2:] - 2 * y[1:-1] + y[:-2])
    m = np.linalg.solve(A, rhs)
    full = np.concatenate(([0.0], m, [0.0]))
    return np.sum(full[:-1] ** 2 + full[:-1] * full[1:] + full[1:] ** 2) / 3
# %% at
y = [0.0, 0.8, 0.3, 1.1, 0.5]

# %% linear_interpolation · np.interp
import numpy as np

def looked_up(y):
    xs = np.array([0.0, 1.0, 2.0, 4.0])
    return np.sum(np.interp(np.array([0.5, 1.75, 3.0]), xs, y) ** 2)
# %% at
y = [0.3, 1.2, -0.4, 0.9]

# %% bilinear_sampling · np.floor, integer indices
import numpy as np

def sample(image, x, y):
    x0, y0 = int(np.floor(x)), int(np.floor(y))
    a, b = x - x0, y - y0
    return ((1 - a) * (1 - b) * image[y0, x0] + a * (1 - b) * image[y0, x0 + 1]
            + (1 - a) * b * image[y0 + 1, x0] + a * b * image[y0 + 1, x0 + 1])
# %% at
image = [[0.1, 0.5, 0.3], [0.4, 0.2, 0.9], [0.8, 0.6, 0.7]]
x = 0.6
y = 1.3

# %% signed_distance_scene · np.minimum.reduce, hypot, abs
import numpy as np

def circle(p, c, r):
    return np.hypot(p[0] - c[0], p[1] - c[1]) - r

def box(p, half):
    q = np.abs(p) - half
    return np.linalg.norm(np.maximum(q, 0.0)) + min(max(q[0], q[1]), 0.0)

def smooth_union(a, b, k):
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0.0, 1.0)
    return b * (1 - h) + a * h - k * h * (1 - h)

def scene(p, r):
    return smooth_union(circle(p, (0.8, 0.1), r), box(p, np.array([0.3, 0.4])), 0.5)
# %% at
p = [0.7, 0.6]
r = 0.35

# %% soft_rasterizer · meshgrid, sigmoid edges, cross products
import numpy as np

def coverage(tri):
    ys, xs = np.mgrid[0:1:3j, 0:1:3j]
    inside = 1.0
    for a, b in zip(tri, np.roll(tri, -1, axis=0)):
        edge = (b[0] - a[0]) * (ys - a[1]) - (b[1] - a[1]) * (xs - a[0])
        inside = inside * (1 / (1 + np.exp(-10 * edge)))
    return inside.mean()
# %% at
tri = [[0.1, 0.1], [0.9, 0.2], [0.4, 0.8]]

# %% quaternion_rotation · tuple unpacking, nested tuples to an array
import numpy as np

def to_matrix(q):
    w, x, y, z = q / np.sqrt(np.sum(q**2))
    return np.array((
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    ))

def angle(q):
    R = to_matrix(q)
    return np.arccos((np.trace(R) - 1) / 2) + R[0] @ np.array([0.2, 0.5, 0.1])
# %% at
q = [0.9, 0.2, -0.3, 0.1]

# %% image_gradients · slices, total variation, np.pad
import numpy as np

def total_variation(img):
    dx = img[:, 1:] - img[:, :-1]
    dy = img[1:, :] - img[:-1, :]
    padded = np.pad(img, ((1, 1), (1, 1)), mode="constant")
    blur = sum(padded[i:i + 3, j:j + 3] for i in range(3) for j in range(3)) / 9
    return np.abs(dx).sum() + np.abs(dy).sum() + np.sum((img - blur) ** 2)
# %% at
img = [[0.1, 0.5, 0.3], [0.4, 0.2, 0.9], [0.8, 0.6, 0.7]]

# %% sinc_filter · np.sinc, np.hanning, dot
import numpy as np

def attenuation(cutoff):
    n = np.arange(-3, 4)
    taps = cutoff * np.sinc(cutoff * n) * np.hanning(9)[1:-1]
    signal = np.cos(0.8 * np.pi * n)
    return (taps @ signal) ** 2
# %% at
cutoff = 0.4

# %% fm_synthesis · nested sine, cumulative phase
import numpy as np

def spectrum_loss(index, ratio, freq):
    t = np.linspace(0, 1, 8, endpoint=False)
    modulator = index * np.sin(2 * np.pi * freq * ratio * t)
    phase = np.cumsum(np.ones_like(t) * freq / 8)
    voice = np.sin(2 * np.pi * phase + modulator) * np.exp(-3 * t)
    return np.mean((voice - 0.3 * np.sin(2 * np.pi * 2 * t)) ** 2)
# %% at
index = 0.8
ratio = 1.5
freq = 2.0

# %% hsv_to_rgb · elif chain, modulo and floor
def brightness(h, s, v):
    i = h * 6 // 1
    f = h * 6 - i
    p, q, t = v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f))
    if i == 0:
        r, g, b = v, t, p
    elif i == 1:
        r, g, b = q, v, p
    elif i == 2:
        r, g, b = p, v, t
    else:
        r, g, b = p, q, v
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
# %% at
h = 0.3
s = 0.7
v = 0.9
