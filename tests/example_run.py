"""Results files made by hand, for tests of what reads them: a whole run from golden table G1 of the reference model, and bare ones.

The file of the run is written as the interface says: dimension scales on every axis, fixed-length string attributes, creation order tracked.
    example_run.py FILE [STEP]      writes one"""
import sys

import h5py
import numpy as np

# Golden table G1 (one session, 250/cm2, phi = 0.6).  Its row at 0 is just after the session, that of a results file just before: see HEALTHY.
G1 = np.array([
    # t    F1 %    F2 %    F3 %    n/n0    z/z0     F8      fib     a        m        B          T          Q          E
    # then te, el-1 %, V, F9b, F10
    [0,   -2.249, -2.249, -2.249, 0.9775, 0.97751, 0.8691, 0.9461, 0,       0,       0.0714,    0.01956,   0.05241,   0,
     0.978, -2.249, 0.9430, 0.0308, 1],
    [1,   -2.552, -2.515, -2.750, 0.7840, 0.97699, 0.3798, 0.9527, 0.00287, 0.00304, 0.05609,   0.05729,   0.1263,    0.05972,
     1.014, -2.344, 0.9456, 0.00775, 0.9987],
    [3,   -3.069, -3.022, -3.316, 0.6363, 0.97358, 0.7084, 0.9939, 0.01184, 0.01078, 0.02277,   0.04691,   0.0864,    0.09585,
     1.126, -2.975, 0.9584, 2.33e-05, 1.0011],
    [7,   -2.816, -2.967, -2.022, 1.0308, 0.96965, 1.5158, 1.1635, 0.04811, 0.01312, 0.002411,  0.02474,   0.01897,   0.01828,
     1.426, -3.669, 0.9827, 0, 1.0189],
    [14,  -0.952, -1.462, 1.726,  1.8339, 0.96918, 2.3138, 1.4192, 0.12978, 0.00987, 0.0001676, 0.01197,   0.001953,  0.000337,
     1.965, -3.612, 0.9960, 0, 1.0913],
    [28,   2.052,  1.321,  5.888, 1.9176, 0.97045, 2.2359, 1.4298, 0.16774, 0.00296, 9.57e-06,  0.0018,    6.454e-05, 2.5e-07,
     2.169, -3.067, 0.9992, 0, 1.2248],
    [42,   4.236,  3.472,  8.249, 1.6731, 0.97312, 1.9297, 1.3240, 0.15056, 0.00074, 9.19e-07,  0.000328,  5.19e-06,  1.2e-09,
     2.003, -2.541, 0.9996, 0, 1.2723],
    [90,   8.974,  8.247, 12.788, 1.2578, 0.98843, 1.4048, 1.1231, 0.09078, 0.00001, 3.4e-10,   2.36e-06,  1.87e-09,  0,
     1.527, -1.298, 1, 0, 1.2245],
    [180, 12.618, 12.164, 14.998, 1.0543, 1.02435, 1.1164, 1.0221, 0.03547, 0,       0,         0,         0,         0,
     1.177, -0.231, 1, 0, 1.1039],
    [270, 13.636, 13.449, 14.616, 1.0140, 1.05619, 1.0414, 1.0040, 0.01424, 0,       0,         0,         0,         0,
     1.066, 0.180, 1, 0, 1.0446],
    [365, 13.734, 13.741, 13.695, 1.0044, 1.08132, 1.0161, 1.0007, 0.00554, 0,       0,         0,         0,         0,
     1.025, 0.356, 1, 0, 1.0178]])
COLUMNS = "t F1 F2 F3 n z F8 fib a m B T Q E te el V F9b F10".split()
HEALTHY = dict.fromkeys("F1 F2 F3 a m B T Q E el F9b".split(), 0) | dict.fromkeys("n z F8 fib te V F10".split(), 1)
NEW_SHARE = 0.0131338  # n1b + n3b, labile share of healthy collagen
MOUTHS = 0.0308        # area share of the channel mouths
CONFIGURATION = """\
model: dermis
skin: {site: cheek, age: 45 years, conditions: []}
treatment:
  device: roller_1.5
  needle: {length: 1.5 mm, diameter: 0.25 mm, reach: 0.6}
  density: 2.5 /mm2
  sessions: 1
  interval: 42 day
"""


def monotone(x, y, at):
    """Piecewise cubic through the points without overshoot (Fritsch and Carlson 1980)."""
    h, slope = np.diff(x), np.diff(y) / np.diff(x)
    d = np.zeros_like(y)
    same = slope[:-1] * slope[1:] > 0
    w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    d[1:-1][same] = (w1 + w2)[same] / (w1[same] / slope[:-1][same] + w2[same] / slope[1:][same])
    d[0], d[-1] = slope[0], slope[-1]
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(h) - 1)
    u = (at - x[i]) / h[i]
    return ((1 + 2 * u) * (1 - u) ** 2 * y[i] + u * (1 - u) ** 2 * h[i] * d[i] + u**2 * (3 - 2 * u) * y[i + 1]
            + u**2 * (u - 1) * h[i] * d[i + 1])


def golden(time):
    column = {name: monotone(np.log1p(G1[:, 0]), G1[:, i], np.log1p(time)) for i, name in enumerate(COLUMNS)}
    for name, value in HEALTHY.items():
        column[name] = np.where(time > 0, column[name], value)
    gain = column["F1"] / 100
    inflammation = np.maximum(column["Q"], 0)
    return {
        "collagen_gain": gain, "collagen_I_gain": column["F2"] / 100, "collagen_III_gain": column["F3"] / 100,
        "new_collagen_fraction": NEW_SHARE * column["n"] / (1 + gain), "mature_collagen_gain": column["z"] - 1,
        "collagen_synthesis": column["F8"], "elastin_gain": column["el"] / 100, "tropoelastin_ratio": column["te"],
        "tgfb": 1 + column["T"] / 0.146, "inflammation": inflammation, "mmp": column["E"], "fibroblasts": column["fib"],
        "activated_fibroblasts": column["a"], "myofibroblasts": column["m"], "perfusion": column["V"],
        "epidermal_closure": np.where((time > 0) & (time < 0.67), time / 0.67 * 0.95, 1.0),
        "barrier_deficit": np.where(time < 1, 1 - 0.75 * time, np.maximum(column["F9b"], 0) / MOUTHS) * (time > 0),
        "epidermal_thickness": column["F10"], "erythema": inflammation / (inflammation + 0.05), "clot": np.maximum(column["B"], 0)}


def attribute(node, name, value):
    node.attrs[name] = np.bytes_(value) if isinstance(value, str) else value


def write_run(path, end=365, step=1.0, complete=1.0, units="days", scale=1.0, drop=(), rows_ahead=0, planned=(0,), performed=(0,)):
    """A results file of one session; `scale` days per unit of time, `rows_ahead` rows written before their time."""
    time = np.arange(0, end + step / 2, step)
    values = golden(time)
    order = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    order.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    order.set_attr_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
    order.set_attr_phase_change(64, 32)  # h5py cannot add more than 8 tracked attributes otherwise
    with h5py.File(h5py.h5f.create(str(path).encode(), h5py.h5f.ACC_TRUNC, order)) as file:
        for name, value in (("Conventions", "CF-1.10"), ("title", "Healing after one session"), ("source", "needlework 0.1.0"),
                            ("history", "made by a test")):
            attribute(file, name, value)
        for name, value in (("collagen_onset", 22.4), ("collagen_time_to_90_percent", 169.6), ("peak_collagen_gain", 0.1374),
                            ("final_collagen_gain", 0.1373), ("epidermal_closure_time", 0.67), ("barrier_recovery_time", 1.9),
                            ("sessions_performed", 1.0), ("complete", complete)):
            file.attrs[name] = value

        def dataset(group, name, data, axes, unit="1"):
            node = group.create_dataset(name, data=data)
            attribute(node, "units", unit)
            attribute(node, "long_name", name.replace("_", " "))
            for i, axis in enumerate(axes):
                if axis == name:
                    node.make_scale(axis)
                else:
                    node.dims[i].attach_scale(group[axis])

        def clock(group, at):
            dataset(group, "time", at / scale, ["time"], units)

        clock(file, time)
        for name, value in values.items():
            if name not in drop and name != "clot":
                value = np.concatenate([value, np.full(rows_ahead, np.nan)])
                node = file.create_dataset(name, data=value)
                attribute(node, "units", "1")
                attribute(node, "long_name", name.replace("_", " "))
                if not rows_ahead:
                    node.dims[0].attach_scale(file["time"])
        if "means" not in drop:
            clock(file.create_group("means"), time)
            dataset(file["means"], "clot", values["clot"], ["time"])
        z, x = np.linspace(0.03, 1.47, 12), np.linspace(0.01, 0.31, 5)
        for name, times, axes, shape in (("profiles", time[::7], ["time", "z"], (12,)),
                                         ("fields", np.array([0.0, 7.0, 28.0]), ["time", "z", "y", "x"], (12, 5, 5)),
                                         ("surface", np.array([0.0, 7.0, 28.0]), ["time", "y", "x"], (5, 5))):
            group = file.create_group(name)
            clock(group, times)
            for axis in axes[1:]:
                dataset(group, axis, z if axis == "z" else x, [axis], "mm")
            dataset(group, "barrier" if name == "surface" else "tgfb1", np.ones((len(times), *shape), np.float32), axes)
        sessions = file.create_group("sessions")
        for name, value in (("number", np.arange(1, len(planned) + 1)), ("scheduled", planned), ("performed", performed),
                            ("closure", np.ones(len(planned))), ("deficit", np.zeros(len(planned)))):
            node = sessions.create_dataset(name, data=np.array(value, float) / (scale if name in ("scheduled", "performed") else 1))
            attribute(node, "units", units if name in ("scheduled", "performed") else "1")
        provenance = file.create_group("provenance")
        provenance["configuration_resolved"] = np.bytes_(CONFIGURATION)
        for name, value in (("configuration_sha256", "0123456789abcdef" * 4),
                            ("version", "0.1.0"), ("git_commit", "ad6de08aaaabbbb"), ("git_dirty", "no")):
            attribute(provenance, name, value)
        attribute(provenance.create_group("host"), "name", "secret.example")
    return path


def bare(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, value in datasets.items():
            file[name] = value
    return path


if __name__ == "__main__":  # for looking at the figure
    write_run(sys.argv[1], step=float(sys.argv[2]) if len(sys.argv) > 2 else 0.25)
