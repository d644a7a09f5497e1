"""Expected values of paired tests and bootstrap intervals, by counting every case in exact arithmetic; needs Python only.

usage: python make_statistics.py OUTPUT_FOLDER [--seed 0]
"""
import argparse
import itertools
import json
import math
import pathlib
import random
from fractions import Fraction
from statistics import NormalDist, fmean


def binomial(n, k):
    return Fraction(math.comb(n, k), 2**n)


def mcnemar(b, c):
    n, k = b + c, min(b, c)
    tail = sum(binomial(n, i) for i in range(k + 1))
    return {"first_only": b, "second_only": c, "exact": float(min(1, 2 * tail)), "mid": float(min(1, 2 * tail - binomial(n, k)))}


def ranks(differences):
    sizes = sorted(abs(d) for d in differences)
    return [Fraction(sum(s < abs(d) for s in sizes) * 2 + sum(s == abs(d) for s in sizes) + 1, 2) for d in differences]


def signed_rank(differences, exact):
    differences = [d for d in differences if d != 0]
    r = ranks(differences)
    plus = sum(x for x, d in zip(r, differences) if d > 0)
    minus = sum(r) - plus
    if exact:
        low = min(plus, minus)
        hits = sum(sum(itertools.compress(r, signs)) <= low for signs in itertools.product([0, 1], repeat=len(r)))
        p = float(min(1, Fraction(2 * hits, 2 ** len(r))))
    else:
        n = len(r)
        groups = [sum(1 for x in r if x == value) for value in set(r)]
        variance = n * (n + 1) * (2 * n + 1) / 24 - sum(t**3 - t for t in groups) / 48
        p = math.erfc(abs(float(plus) - n * (n + 1) / 4) / math.sqrt(variance) / math.sqrt(2))
    return {"positive": float(plus), "negative": float(minus), "p": p}


def sign_flip(differences):
    exact = [Fraction(str(d)) for d in differences]
    seen = abs(sum(exact))
    hits = sum(abs(sum(s * d for s, d in zip(signs, exact))) >= seen for signs in itertools.product([1, -1], repeat=len(exact)))
    return float(Fraction(hits, 2 ** len(exact)))


def quantile(ordered, share):
    """Linear between order statistics, as numpy.quantile."""
    position = share * (len(ordered) - 1)
    below = min(int(position), len(ordered) - 2)
    return ordered[below] + (position - below) * (ordered[below + 1] - ordered[below])


def interval(values, resamples, level, corrected):
    estimate, ordered, normal = fmean(values), sorted(resamples), NormalDist()
    shares = [(1 - level) / 2, (1 + level) / 2]
    if corrected:
        bias = normal.inv_cdf((sum(r < estimate for r in ordered) + sum(r == estimate for r in ordered) / 2) / len(ordered))
        out = [(sum(values) - v) / (len(values) - 1) for v in values]
        center = fmean(out)
        a = sum((center - x) ** 3 for x in out) / (6 * sum((center - x) ** 2 for x in out) ** 1.5)
        shifted = [bias + normal.inv_cdf(s) for s in shares]
        shares = [normal.cdf(bias + z / (1 - a * z)) for z in shifted]
    return [quantile(ordered, share) for share in shares]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    darwin = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    small = {
        "darwin": darwin,
        "ties": [1, -1, 2, 2, -2, 3, 3, 3, 0, 0, -1, 4],
        "one": [2.5],
        "balanced": [1, -1, 2, -2],
        "random": [round(chance.gauss(0.4, 1), 2) for _ in range(14)],
    }
    large = [round(chance.gauss(0.1, 1), 1) for _ in range(400)]
    values = [round(chance.expovariate(1), 3) for _ in range(25)]
    resamples = [fmean(chance.choices(values, k=len(values))) for _ in range(400)]
    document = {
        "made_with": {"python": "standard library", "seed": options.seed},
        "mcnemar": [mcnemar(b, c) for b, c in [(0, 0), (1, 0), (3, 3), (2, 9), (121, 59), (5, 6), (480, 560), (0, 40)]],
        "signed_rank": [{"name": k, "differences": d, **signed_rank(d, True)} for k, d in small.items()]
        + [{"name": "large", "differences": large, **signed_rank(large, False)}],
        "sign_flip": [{"name": k, "differences": d, "p": sign_flip(d)} for k, d in small.items()],
        "bootstrap": {
            "values": values,
            "resamples": resamples,
            "intervals": [
                {"level": level, "percentile": interval(values, resamples, level, False), "bca": interval(values, resamples, level, True)}
                for level in (0.5, 0.9, 0.95)
            ],
        },
        "normal": [{"x": x, "below": math.erfc(-x / math.sqrt(2)) / 2} for x in [-37, -8, -3, -2.5, -2.4999, -1, -0.1, 0, 0.3, 2, 2.5, 3, 6]],
    }
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "statistics.json").write_text(json.dumps(document) + "\n")


main()
