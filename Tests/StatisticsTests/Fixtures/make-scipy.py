"""Writes scipy.json: reference values of the statistics, from SciPy. Run: python3 make-scipy.py"""
import json, pathlib
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
                   "xoshiro": xoshiro(0, 3)}, indent=1)
pathlib.Path(__file__).with_name("scipy.json").write_text(text + "\n")
