"""Tables of sweeps as `needlework sweep collect` writes them, from given values: for tests of what reads them."""
import h5py
import numpy as np


class Factor:
    """A dimension of the design with one key: from low to high [unit], or listed values (numbers or words)."""

    def __init__(self, name, low=0.0, high=1.0, unit="1", values=None):
        self.name, self.low, self.high, self.unit, self.values = name, low, high, unit, values

    def at(self, place):
        if self.values is not None:
            return [self.values[min(int(u * len(self.values)), len(self.values) - 1)] for u in place]
        return self.low + (self.high - self.low) * np.asarray(place)


def saltelli(n, factors, seed=1):
    """(unit, sample, block): A, B and A with each column from B, sample after sample."""
    random, k = np.random.default_rng(seed), len(factors)
    unit = []
    for _ in range(n):
        a, b = random.random(k), random.random(k)
        unit += [a, b] + [np.where(np.arange(k) == i, b, a) for i in range(k)]
    return np.array(unit), np.repeat(np.arange(n), k + 2), np.tile(np.arange(k + 2), n)


def morris(n, factors, seed=1):
    """(unit, sample, block): trajectories on four levels."""
    random, k = np.random.default_rng(seed), len(factors)
    unit = []
    for _ in range(n):
        at = random.integers(0, 4, k) / 3
        unit.append(at)
        for i in random.permutation(k):
            at = at.copy()
            at[i] += 2 / 3 if at[i] < 0.5 else -2 / 3
            unit.append(at)
    return np.array(unit), np.repeat(np.arange(n), k + 1), np.tile(np.arange(k + 1), n)


def grid(*counts):
    """(unit, sample, block): every combination, the last factor fastest; the places are the middles of equal parts."""
    unit = np.stack(np.meshgrid(*[(np.arange(n) + 0.5) / n for n in counts], indexing="ij"), -1).reshape(-1, len(counts))
    return unit, np.arange(len(unit)), np.zeros(len(unit), int)


def write(path, design, factors, plan, outcomes, status=None, replicate=None, variable=True):
    """outcomes: {name: (unit, values or function of the columns)}; status: {row: code}."""
    unit, sample, block = plan
    n = len(unit)
    codes = np.zeros(n, int)
    for row, code in (status or {}).items():
        codes[row] = code
    columns = {factor.name: factor.at(unit[:, i]) for i, factor in enumerate(factors)}
    order = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    order.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    with h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, order)) as file:
        def column(name, values, role, unit_="1", **attributes):
            text = len(values) and isinstance(values[0], str)
            kind = (h5py.string_dtype() if variable else "S64") if text else None
            node = file.create_dataset(name, data=np.array([v.encode() for v in values], dtype="S64") if text and not variable else values,
                                       dtype=kind)
            for key, value in {"role": role, "units": unit_, "long_name": name, **attributes}.items():
                node.attrs[key] = np.bytes_(value) if isinstance(value, str) else value

        for key, value in {"design": design, "title": "a sweep", "source": "needlework test", "model": "dermis", "sweep": "study",
                           "lower_is_better": "scar_index downtime"}.items():
            file.attrs[key] = np.bytes_(value)
        for key, value in {"samples": int(sample.max()) + 1, "replicates": 1, "seed": 1, "dimensions": len(factors), "runs": n,
                           "done": int((codes == 0).sum()), "failed": int((codes > 0).sum()), "missing": int((codes < 0).sum())}.items():
            file.attrs[key] = value
        column("run", np.arange(n), "index")
        column("sample", sample, "design")
        column("block", block, "design")
        column("replicate", np.zeros(n, int) if replicate is None else replicate, "design")
        column("dimension", [factor.name for factor in factors], "dimension")
        column("unit_value", unit, "design")
        for i, factor in enumerate(factors):
            column(factor.name, columns[factor.name], "factor", factor.unit, dimension=i, low=factor.low, high=factor.high,
                   scale="list" if factor.values is not None else "linear")
        for name, (unit_, values) in outcomes.items():
            values = np.array(values(*columns.values()) if callable(values) else values, float)
            values[codes != 0] = np.nan
            column(name, values, "outcome", unit_)
        column("status", codes, "status")
        column("seconds", np.full(n, 0.5), "status", "s")
        column("message", ["" if code == 0 else "step underflow" for code in codes], "status")
    return path


def ishigami(x1, x2, x3):
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


ANGLES = [Factor(f"parameters.x{i}", -np.pi, np.pi) for i in (1, 2, 3)]
