"""Writes scipy.json: reference values of the statistics, from SciPy. Run: python3 make-scipy.py"""
import itertools, json, pathlib
import numpy as np
import scipy
from scipy import stats

rng = np.random.default_rng(20261122)
samples = {
    "ten lognormal": np.round(rng.lognormal(5, 0.3, 10), 3),
    "seven exponential": np.round(rng.exponential(100, 7), 3),
    "twenty normal": np.round(rng.normal(1000, 10, 20), 3),
    "two modes": np.round(np.concatenate([rng.normal(100, 1, 6), rng.normal(200, 1, 6)]), 3),
    "one": np.array([42.0]),
    "two": np.array([3.0, 5.0]),
}

quantiles = [
    {"name": name, "values": list(v), "p": p, "expected": float(np.quantile(v, p))}
    for name, v in samples.items() for p in (0, 0.025, 0.25, 0.5, 0.9, 0.975, 1)
]

bootstraps = []
for name, v in samples.items():
    if len(v) < 2:
        continue
    interval = stats.bootstrap(
        (v,), np.median, n_resamples=400_000, batch=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    bootstraps.append({"name": name, "values": list(v), "median": float(np.median(v)),
                       "low": float(interval.low), "high": float(interval.high)})

ratios = []
for n, shift in ((10, 1.0), (12, 1.2), (9, 0.5)):
    base = np.round(rng.lognormal(6, 0.4, n), 3)
    head = np.round(base * shift * rng.lognormal(0, 0.05, n), 3)
    logs = np.log(head / base)
    interval = stats.bootstrap(
        (logs,), np.median, n_resamples=400_000, batch=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    ratios.append({"base": list(base), "head": list(head), "median": float(np.exp(np.median(logs))),
                   "low": float(np.exp(interval.low)), "high": float(np.exp(interval.high))})

wilcoxon = []
differences = {
    "six positive": [1, 2, 3, 4, 5, 6],
    "mixed": list(np.round(rng.normal(0.5, 1, 15), 4)),
    "twenty-five": list(np.round(rng.normal(0.2, 1, 25), 4)),
    "ties": [1, 1, -1, 2, 2, 2, -3, 4, 4, 5],
    "zeros and ties": [0, 0, 1, -1, 2, 2, 3, -3, 3, 4],
    "one": [2.5],
    "symmetric": [-2, -1, 1, 2],
}
for name, d in differences.items():
    d = np.array(d, dtype=float)
    nonzero = np.abs(d[d != 0])
    ties = len(np.unique(nonzero)) < len(nonzero)
    method = stats.PermutationMethod(n_resamples=np.inf) if ties else "exact"
    result = stats.wilcoxon(d, zero_method="wilcox", alternative="two-sided", method=method)
    wilcoxon.append({"name": name, "differences": list(d), "pValue": float(result.pvalue)})

families = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.6, 0.7], [0.001, 0.001, 0.2, 0.04, 1.0], [0.02], []]
def holm(p):
    # SciPy has no Holm; this is its definition, term by term.
    order = np.argsort(p, kind="stable")
    out = np.empty(len(p))
    for k, i in enumerate(order):
        out[i] = min(1.0, max((len(p) - j) * p[order[j]] for j in range(k + 1)))
    return list(out)
holms = [{"pValues": p, "adjusted": holm(p)} for p in families]

pairs_of_samples = {
    "four and five": ([1.1, 2.2, 3.3, 4.4], [2.5, 3.5, 4.5, 5.5, 6.5]),
    "apart": ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]),
    "normal": (list(np.round(rng.normal(0, 1, 12), 4)), list(np.round(rng.normal(1, 1, 9), 4))),
    "ties": ([1, 2, 2, 3, 3, 3], [2, 3, 4, 4, 5]),
    "all alike": ([1, 1, 1], [1, 1, 1, 1]),
    "many": (list(np.round(rng.normal(0, 1, 60), 2)), list(np.round(rng.normal(0.4, 1, 55), 2))),
}

def all_splits(base, head):
    # Every choice of the head's places among all values, and Mann and Whitney's statistic for each.
    ranks = stats.rankdata(list(base) + list(head))
    n = len(head)
    sums = np.array([ranks[list(c)].sum() for c in itertools.combinations(range(len(ranks)), n)])
    return ranks[len(base):].sum() - n * (n + 1) / 2, sums - n * (n + 1) / 2

mann_whitney = []
for name, (base, head) in pairs_of_samples.items():
    if len(base) + len(head) > 80:
        p = stats.mannwhitneyu(head, base, method="asymptotic").pvalue
    elif len(set(base + head)) == len(base + head):
        p = stats.mannwhitneyu(head, base, method="exact").pvalue
    else:
        found, every = all_splits(base, head)
        p = min(1.0, 2 * min(np.mean(every <= found + 1e-9), np.mean(every >= found - 1e-9)))
    mann_whitney.append({"name": name, "base": base, "head": head, "pValue": float(p),
                         "wins": float(stats.mannwhitneyu(head, base).statistic)})

# By enumeration of all signs and of all choices: another way than the counting in the Swift code.
centers = []
for name in ("six positive", "mixed", "one"):
    d = np.array(differences[name], dtype=float)
    n = len(d)
    means = np.sort([(d[i] + d[j]) / 2 for i in range(n) for j in range(i, n)])
    signs = np.array(list(itertools.product((0, 1), repeat=n)))
    sums = signs @ np.arange(1, n + 1)
    cut = next(k for k in range(len(means) + 1) if np.mean(sums <= k) > 0.025)
    centers.append({"name": name, "differences": list(d), "median": float(np.median(means)),
                    "low": float(means[cut - 1]) if cut else None, "high": float(means[-cut]) if cut else None})

shifts = []
for name in ("four and five", "normal", "many"):
    base, head = pairs_of_samples[name]
    between = np.sort([h - b for h in head for b in base])
    if len(base) + len(head) > 80:
        m, n = len(base), len(head)
        cut = int(np.floor(m * n / 2 + stats.norm.ppf(0.025) * np.sqrt(m * n * (m + n + 1) / 12)))
    else:
        _, every = all_splits(np.arange(len(base)), np.arange(len(head)) + 0.5)
        cut = next(k for k in range(len(between) + 1) if np.mean(every <= k) > 0.025)
    shifts.append({"name": name, "base": base, "head": head, "median": float(np.median(between)),
                   "low": float(between[cut - 1]) if cut else None, "high": float(between[-cut]) if cut else None})

students = [{"p": p, "degrees": df, "expected": float(stats.t.ppf(p, df))}
            for df in (1, 2, 3, 4, 9, 10, 19, 31, 200) for p in (0.005, 0.2, 0.5, 0.8, 0.975)]

# The true power, by the noncentral t distribution, at the effect of Bloom's formula.
effects = []
for n in (6, 10, 20, 32):
    effect = (stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)) * 0.03 / np.sqrt(n)
    power = 1 - stats.nct.cdf(stats.t.ppf(0.975, n - 1), n - 1, effect / (0.03 / np.sqrt(n)))
    effects.append({"pairs": n, "deviation": 0.03, "effect": float(effect), "power": float(power)})

unpaired = []
for m, n, shift in ((10, 10, 1.1), (12, 8, 0.7)):
    base = np.round(rng.lognormal(6, 0.1, m), 3)
    head = np.round(rng.lognormal(6, 0.1, n) * shift, 3)
    interval = stats.bootstrap(
        (base, head), lambda a, b, axis=-1: np.log(np.median(b, axis=axis) / np.median(a, axis=axis)),
        n_resamples=200_000, batch=20_000, method="percentile", rng=np.random.default_rng(1), vectorized=True,
    ).confidence_interval
    unpaired.append({"base": list(base), "head": list(head), "median": float(np.median(head) / np.median(base)),
                     "low": float(np.exp(interval.low)), "high": float(np.exp(interval.high))})

def energy(values, shortest=3):
    # The best single cut by the energy statistic, each term as Matteson and James define it.
    best = (-np.inf, None)
    for cut in range(shortest, len(values) - shortest + 1):
        a, b = np.array(values[:cut]), np.array(values[cut:])
        m, n = len(a), len(b)
        across = 2 / (m * n) * np.abs(a[:, None] - b[None, :]).sum()
        within = lambda v, k: np.abs(v[:, None] - v[None, :]).sum() / 2 / (k * (k - 1) / 2)
        best = max(best, (m * n / (m + n) * (across - within(a, m) - within(b, n)), cut))
    return best

cuts = []
for level in (0, 1, 5):
    series = list(np.round(np.concatenate([rng.normal(10, 1, 14), rng.normal(10 + level, 1, 11)]), 4))
    statistic, cut = energy(series)
    cuts.append({"values": series, "statistic": float(statistic), "index": int(cut), "changed": level == 5})

def xoshiro(seed, count):
    # Written from the algorithms' definitions, independently of the Swift code.
    mask = (1 << 64) - 1
    state = []
    for _ in range(4):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        state.append(z ^ (z >> 31))
    rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & mask
    out = []
    for _ in range(count):
        out.append((rotate((state[1] * 5) & mask, 7) * 9) & mask)
        t = (state[1] << 17) & mask
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= t
        state[3] = rotate(state[3], 45)
    return out

text = json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, "quantiles": quantiles, "bootstraps": bootstraps,
                   "ratios": ratios, "wilcoxon": wilcoxon, "holm": holms,
                   "mannWhitney": mann_whitney, "centers": centers, "shifts": shifts, "students": students,
                   "effects": effects, "unpaired": unpaired, "cuts": cuts,
                   "xoshiro": xoshiro(0, 3)}, indent=1)
pathlib.Path(__file__).with_name("scipy.json").write_text(text + "\n")
