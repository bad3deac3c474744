"""Writes noise.json: quantiles of heavy-tailed noise, from SciPy. Run: python3 make-noise.py

Student's t with 2.5 degrees of freedom has no finite fourth moment, as the times of legs on shared machines. The middles of
1,000 equal parts of its probability, scaled so that half of all values lie within 3 % of the middle.
"""
import json, pathlib
import numpy as np
import scipy
from scipy import stats

places = (np.arange(1000) + 0.5) / 1000
noise = stats.t(2.5).ppf(places)
scaled = 0.03 * noise / stats.t(2.5).ppf(0.75)
text = json.dumps({"scipy": scipy.__version__, "quantiles": [round(float(v), 6) for v in scaled]})
pathlib.Path(__file__).with_name("noise.json").write_text(text + "\n")
