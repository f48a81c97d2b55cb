# %% spring_chain_energy · loop over pairs
import numpy as np

def energy(x):
    rest, k = 1.0, 2.5
    total = 0.0
    for i in range(len(x) - 1):
        stretch = np.sqrt((x[i + 1][0] - x[i][0]) ** 2 + (x[i + 1][1] - x[i][1]) ** 2) - rest
        total += 0.5 * k * stretch**2
    return total + 0.3 * sum(p[1] for p in x)
# %% at
x = [[0.0, 0.0], [0.8, 0.3], [2.1, -0.2]]

# %% damped_oscillator · closed form, np.exp
import numpy as np

def displacement(m, c, k):
    t = np.linspace(0, 2, 5)
    gamma = c / (2 * m)
    omega = np.sqrt(k / m - gamma**2)
    x = np.exp(-gamma * t) * (np.cos(omega * t) + gamma / omega * np.sin(omega * t))
    return np.sum((x - np.array([1.0, 0.4, -0.3, -0.5, 0.1])) ** 2)
# %% at
m = 1.0
c = 0.4
k = 4.0

# %% pendulum_rk4_tuple · Runge-Kutta with tuples
import math

def derivs(state, length):
    theta, omega = state
    return omega, -9.81 / length * math.sin(theta)

def rk4(state, dt, length):
    k1 = derivs(state, length)
    k2 = derivs(tuple(s + dt / 2 * k for s, k in zip(state, k1)), length)
    k3 = derivs(tuple(s + dt / 2 * k for s, k in zip(state, k2)), length)
    k4 = derivs(tuple(s + dt * k for s, k in zip(state, k3)), length)
    return tuple(s + dt / 6 * (a + 2 * b + 2 * c + d) for s, a, b, c, d in zip(state, k1, k2, k3, k4))

def final_angle(theta0, length):
    state = (theta0, 0.0)
    for _ in range(6):
        state = rk4(state, 0.05, length)
    return state[0]
# %% at
theta0 = 0.5
length = 1.2

# %% n_body_forces · broadcasting with a mask on the diagonal
import numpy as np

def accelerations(pos, mass, soft=0.1):
    d = pos[None, :, :] - pos[:, None, :]
    r2 = np.sum(d**2, axis=-1) + soft**2
    return np.sum(d * (mass[None, :] / r2**1.5)[:, :, None], axis=1)

def after_leapfrog(pos, vel, mass):
    dt = 0.05
    for _ in range(2):
        vel = vel + 0.5 * dt * accelerations(pos, mass)
        pos = pos + dt * vel
        vel = vel + 0.5 * dt * accelerations(pos, mass)
    return np.sum(pos**2) + np.sum(mass[:, None] * vel**2)
# %% at
pos = [[0.0, 0.1], [1.0, 0.0], [-0.4, 0.9]]
vel = [[0.1, 0.0], [0.0, 0.3], [-0.2, 0.0]]
mass = [1.0, 0.5, 0.8]

# %% potential_triu · np.triu_indices
import numpy as np

def coulomb(X, q):
    i, j = np.triu_indices(len(q), 1)
    r = np.sqrt(np.sum((X[i] - X[j]) ** 2, axis=1))
    return np.sum(q[i] * q[j] / r)
# %% at
X = [[0.0, 0.1], [1.0, 0.0], [-0.4, 0.9]]
q = [1.0, -0.5, 0.8]

# %% lennard_jones_pairs · itertools.combinations
from itertools import combinations

def lj(points, eps, sigma):
    total = 0.0
    for a, b in combinations(points, 2):
        r2 = sum((ai - bi) ** 2 for ai, bi in zip(a, b))
        s6 = (sigma**2 / r2) ** 3
        total += 4 * eps * (s6**2 - s6)
    return total
# %% at
points = [[0.0, 0.0, 0.0], [1.1, 0.1, 0.0], [0.3, 1.2, -0.2]]
eps = 0.8
sigma = 1.0

# %% gravitational_lens · point mass and shear, NumPy
import numpy as np

def deflection(theta, einstein, shear):
    r2 = theta @ theta
    G = np.array([[shear, 0.0], [0.0, -shear]])
    return einstein**2 * theta / r2 + G @ theta

def magnification_proxy(theta, einstein, shear):
    beta = theta - deflection(theta, einstein, shear)
    return np.log(1 + beta @ beta) * np.hypot(theta[0], theta[1])
# %% at
theta = [1.1, 0.4]
einstein = 0.9
shear = 0.05

# %% sersic_profile · ellipse, rotation
import numpy as np

def sersic(params):
    x0, y0, q, phi, r_eff, n = params
    x, y = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(-1, 1, 3))
    dx, dy = x - x0, y - y0
    xr = np.cos(phi) * dx + np.sin(phi) * dy
    yr = -np.sin(phi) * dx + np.cos(phi) * dy
    r = np.sqrt(q * xr**2 + yr**2 / q)
    b = 1.999 * n - 0.327
    return np.sum(np.exp(-b * ((r / r_eff) ** (1 / n) - 1)))
# %% at
params = [0.1, -0.05, 0.8, 0.4, 0.7, 1.5]

# %% projectile_drag · while until it lands
import math

def landing(v0, angle):
    x, y = 0.0, 0.0
    vx, vy = v0 * math.cos(angle), v0 * math.sin(angle)
    dt = 0.05
    while y >= 0:
        speed = math.sqrt(vx**2 + vy**2)
        vx -= 0.02 * speed * vx * dt
        vy -= (9.81 + 0.02 * speed * vy) * dt
        x += vx * dt
        y += vy * dt
    return x - y * vx / vy
# %% at
v0 = 10.0
angle = 0.7

# %% ising_mean_field · self-consistency loop
import numpy as np

def magnetisation(beta, h):
    m = 0.5
    for i in range(20):
        m = np.tanh(beta * (4 * 0.2 * m + h))
    return m
# %% at
beta = 1.1
h = 0.1

# %% wave_equation_leapfrog · np.roll, swapping states
import numpy as np

def wave(u):
    c2 = 0.25
    previous, current = u, u
    for _ in range(4):
        laplacian = np.roll(current, 1) + np.roll(current, -1) - 2 * current
        previous, current = current, 2 * current - previous + c2 * laplacian
    return np.sum(current**2)
# %% at
u = [0.0, 0.5, 1.0, 0.4, -0.1]

# %% advection_2d · np.roll along two axes
import numpy as np

def advect(f, vx, vy):
    for _ in range(2):
        f = f - 0.1 * (vx * (f - np.roll(f, 1, axis=0)) + vy * (f - np.roll(f, 1, axis=1)))
    return np.sum(f * np.arange(9.0).reshape(3, 3))
# %% at
f = [[0.1, 0.5, 0.3], [-0.4, 0.3, 0.9], [0.8, -0.6, 0.2]]
vx = 0.7
vy = -0.3

# %% robertson_kinetics · chemistry, implicit Euler with Newton
import numpy as np

def rhs(y, k):
    a, b, c = y
    return np.array([-k[0] * a + k[2] * b * c, k[0] * a - k[1] * b**2 - k[2] * b * c, k[1] * b**2])

def jacobian(y, k):
    a, b, c = y
    return np.array([[-k[0], k[2] * c, k[2] * b],
                     [k[0], -2 * k[1] * b - k[2] * c, -k[2] * b],
                     [0.0, 2 * k[1] * b, 0.0]])

def implicit_euler(k):
    y = np.array([1.0, 0.1, 0.0])
    h = 0.2
    for _ in range(2):
        new = y
        for _ in range(3):
            r = new - y - h * rhs(new, k)
            new = new - np.linalg.solve(np.eye(3) - h * jacobian(new, k), r)
        y = new
    return y[2] + 0.1 * y[1]
# %% at
k = [0.5, 2.0, 0.8]

# %% michaelis_menten · dataclass state, Euler
from dataclasses import dataclass, replace

@dataclass
class Cell:
    substrate: float
    product: float = 0.0

    def react(self, vmax, km, dt):
        rate = vmax * self.substrate / (km + self.substrate)
        return replace(self, substrate=self.substrate - rate * dt, product=self.product + rate * dt)


def yield_after(vmax, km):
    cell = Cell(2.0)
    for _ in range(10):
        cell = cell.react(vmax, km, 0.1)
    return cell.product
# %% at
vmax = 1.5
km = 0.7

# %% arrhenius_fit · np.log, polyfit
import numpy as np

def activation(log_rates):
    inverse_t = 1 / np.array([300.0, 320.0, 350.0, 400.0])
    slope, intercept = np.polyfit(inverse_t, log_rates, 1)
    return -8.314e-3 * slope
# %% at
log_rates = [-2.0, -1.1, 0.2, 1.9]

# %% van_der_waals · np.roots-free, polyval
import numpy as np

def pressure(coefficients, V):
    T = 300.0
    a, b = coefficients
    ideal = 0.08206 * T / (V - b) - a / V**2
    virial = np.polyval([a * b, -a, b, 1.0], 1 / V)
    return ideal * virial
# %% at
coefficients = [1.4, 0.039]
V = 1.2

# %% huckel_energy · eigvalsh of a tridiagonal matrix
import numpy as np

def pi_energy(alpha, beta):
    n = 4
    H = alpha * np.eye(n) + np.diag(beta, 1) + np.diag(beta, -1)
    return 2 * np.sum(np.linalg.eigvalsh(H)[:2])
# %% at
alpha = -0.5
beta = [-1.0, -0.8, -1.1]

# %% blackbody_colour · np.trapezoid, expm1
import numpy as np

def ratio(T):
    x = np.linspace(0.5, 5.0, 9)
    planck = x**3 / np.expm1(x / T)
    return np.trapezoid(planck[4:], x[4:]) / np.trapezoid(planck, x)
# %% at
T = 1.2

# %% lorenz_sensitivity · list state, Euler
def lorenz(sigma, rho, beta):
    s = [1.0, 1.0, 1.0]
    for _ in range(15):
        x, y, z = s
        ds = [sigma * (y - x), x * (rho - z) - y, x * y - beta * z]
        s = [si + 0.01 * di for si, di in zip(s, ds)]
    return s[2]
# %% at
sigma = 10.0
rho = 28.0
beta = 2.6667

# %% variational_hydrogen · complex numbers
import numpy as np

def transmission(k):
    wave = np.exp(1j * k) + 0.5 * np.exp(2j * k)
    return np.abs(wave) ** 2
# %% at
k = 0.7

# %% ode_event_bounce · decisions within a loop
def bouncing(h, e):
    y, v = h, 0.0
    for _ in range(40):
        v -= 9.81 * 0.02
        y += v * 0.02
        if y < 0:
            y = -e * y
            v = -e * v
    return y
# %% at
h = 0.6
e = 0.8
