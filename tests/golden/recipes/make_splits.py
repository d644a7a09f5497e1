"""Divisions into train and test by scikit-learn, for the reader that must repeat them; needs scikit-learn and NumPy.

usage: python make_splits.py OUTPUT_FOLDER
"""
import json
import pathlib
import sys

import numpy
import sklearn
from sklearn.model_selection import train_test_split

HAM = [1099, 6705, 115, 1113, 142, 514, 327]  # pictures of each class of HAM10000, in the order of its table


def case(labels, share, seed):
    train, test = train_test_split(numpy.arange(len(labels)), test_size=share, stratify=labels, random_state=seed)
    return {
        "test_share": share,
        "seed": seed,
        "labels": [int(label) for label in labels],
        "train": sorted(int(index) for index in train),
        "test": sorted(int(index) for index in test),
    }


def spread(counts, seed):
    return numpy.random.RandomState(seed).permutation(numpy.repeat(numpy.arange(len(counts)), counts))


def summary(counts, labels):
    whole = case(labels, 0.2, 42)
    return {
        "counts": counts,
        "train_counts": [int(n) for n in numpy.bincount(numpy.asarray(whole["labels"])[whole["train"]])],
        "first_test": whole["test"][:50],
        "test_sum": sum(whole["test"]),
    }


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
content = {
    "versions": {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__},
    "permutation_of_20_seed_42": [int(n) for n in numpy.random.RandomState(42).permutation(20)],
    "cases": [
        case(spread([7, 20, 3, 11], 0), 0.2, 42),
        case(spread([5, 5, 5, 5, 5], 1), 0.3, 7),  # equal remainders, given out at random
        case(spread([400, 300, 2, 299], 2), 0.25, 0),  # beyond the first 624 numbers
    ],
    "ham_sorted_by_class": summary(HAM, numpy.repeat(numpy.arange(7), HAM)),
}
(folder / "stratified.json").write_text(json.dumps(content) + "\n")
