"""Figures computed in R beside ours: the tables of tests/reference go in, one row a figure comes out.

    python tests/figures.py

prints the table of docs/methods.md. The R calls, versions and tolerances stand in reference/figures.json.
Tables longer than a page are kept by what the statistic depends on (counts, means, variances, correlations);
where the environment names a folder REFERENCE_DATA with the whole tables, tests use these too.
"""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves import stats

REFERENCE = Path(__file__).parent / "reference"
AGREEABLENESS = ["A1", "A2", "A3", "A4", "A5"]


class Figure(NamedTuple):
    """One figure: R's value, ours, and how far they may differ."""

    figure_id: str
    field: str
    r: float
    ours: float
    tolerance: float
    r_call: str


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"{name}.csv", comment="#")


def known_figures() -> list[dict[str, Any]]:
    return json.loads((REFERENCE / "figures.json").read_text(encoding="utf-8"))


def known(figure_id: str) -> dict[str, float]:
    """R's values of one figure."""
    return next(figure["value"] for figure in known_figures() if figure["id"] == figure_id)


def with_moments(n: int, mean: float, variance: float) -> np.ndarray:
    """Make n values of exactly this mean and variance."""
    steps = np.arange(n) - (n - 1) / 2
    return mean + steps / steps.std(ddof=1) * math.sqrt(variance)


def with_covariances(n: int, covariances: np.ndarray) -> np.ndarray:
    """Make n rows of exactly these covariances, from waves that are at right angles."""
    waves = np.cos(np.pi * np.outer(np.arange(n) + 0.5, np.arange(1, len(covariances) + 1)) / n)
    waves = waves / waves.std(axis=0, ddof=1)
    return waves @ np.linalg.cholesky(covariances).T


def api(name: str) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """The schools' marks with the type of each, and the table of the types."""
    types = table(name)
    marks = [with_moments(row.n, row["mean"], row.variance) for _, row in types.iterrows()]
    return np.concatenate(marks), np.repeat(types.stype.to_numpy(), types.n), types


def agreeableness() -> pd.DataFrame:
    items = table("bfi_n40")
    return items.assign(A1=7 - items.A1)


def lecturers() -> tuple[pd.DataFrame, float]:
    """Lecturers with their marks' count, mean and variance; and the pooled variance of one mark."""
    found = table("insteval")
    return found, float(((found.n - 1) * found.variance).sum() / (found.n - 1).sum())


def wine() -> list[np.ndarray]:
    counts = table("wine").set_index("temp")
    return [np.repeat(np.arange(1, 6), counts.loc[temperature]) for temperature in ("cold", "warm")]


def treated() -> list[np.ndarray]:
    people = table("obrienkaiser")
    return [people.post_1[people.treatment == name].to_numpy() for name in ("control", "B")]


def attitude() -> tuple[pd.Series, pd.DataFrame]:
    departments = table("attitude")
    return departments.rating, departments.drop(columns="rating")


def a01() -> dict[str, float]:
    marks, kinds, types = api("api_strat")
    found = stats.stratified_mean(marks, kinds, dict(zip(types.stype, types.population, strict=True)))
    return {"mean": found.estimate, "se": found.se, "df": found.df, "lo": found.low, "hi": found.high}


def a05() -> dict[str, float]:
    types = table("api_strat")
    met = np.concatenate([np.arange(row.n) < row.sch_wide for _, row in types.iterrows()])
    sizes = dict(zip(types.stype, types.population, strict=True))
    found = stats.stratified_share(met, np.repeat(types.stype.to_numpy(), types.n), sizes)
    return {"p": found.estimate, "se": found.se, "logit_lo": found.low, "logit_hi": found.high}


def a06() -> dict[str, float]:
    marks, kinds, types = api("api_srs")
    found = stats.rake(marks, [kinds], [dict(zip(types.stype, types.population, strict=True))])
    weights = {f"w.{kind}": float(found.weights[kinds == kind][0]) for kind in types.stype}
    return {"mean": found.estimate, "se": found.se, **weights}


def b01() -> dict[str, float]:
    items = with_covariances(60, table("bfi_covariances").set_index("item").to_numpy())
    found, alpha = stats.item_statistics(items), stats.cronbach_alpha(items).alpha
    parts = zip(AGREEABLENESS, found.alpha_without, found.rest_correlations, strict=True)
    each = {
        f"{kind}.{item}": value for item, *both in parts for kind, value in zip(("drop", "rdrop"), both, strict=True)
    }
    return {"raw": alpha, "mean_r": found.mean_correlation, **each}


def b05() -> dict[str, float]:
    found = stats.omega_total(agreeableness())
    loadings = zip(AGREEABLENESS, found.loadings, strict=True)
    return {"omega_total": found.omega} | {f"loading.{item}": value for item, value in loadings}


def c02() -> dict[str, float]:
    people = table("obrienkaiser")
    differences = people.post_1 - people.pre_1
    exact = stats.signed_rank(differences).p_value
    pratt = stats.signed_rank(differences, zeros="pratt").p_value
    return {"p_exact_wilcoxon": exact, "p_exact_wilcoxon_coin": exact, "p_exact_pratt": pratt}


def c03() -> dict[str, float]:
    people = table("obrienkaiser")
    return {"r": stats.signed_rank(people.post_1 - people.pre_1).rank_biserial}


def c08() -> dict[str, float]:
    found = stats.brunner_munzel(*wine())
    return {"p": found.p_value, "phat": found.superiority, "lo.lower": found.low, "hi.upper": found.high}


def c09() -> dict[str, float]:
    control, other = treated()
    found, by_t = stats.brunner_munzel(control, other), stats.brunner_munzel(control, other, permutation=False)
    sizes = {"nx": len(control), "ny": len(other)}
    return {"p_perm": found.p_value, "p_asym": by_t.p_value, "phat": found.superiority, **sizes}


def c10() -> dict[str, float]:
    found = stats.cliffs_delta(*wine())
    return {"delta": found.delta, "lo_t_unb": found.low, "hi_t_unb": found.high, "rb": found.delta}


def c14() -> dict[str, float]:
    people = table("obrienkaiser")
    found = stats.change(people.pre_1.where(people.in1 == 1), people.post_1.where(people.in2 == 1))
    counts = {"n_pairs": found.n_both, "n_only1": found.n_first_only, "n_only2": found.n_second_only}
    # R subtracts the second occasion from the first
    tested = {"t2": -found.t, "df2": found.df, "p2": found.p_value, "lo2": -found.high, "hi2": -found.low}
    return {"diff1": -found.difference, **counts, **tested}


def d01() -> dict[str, float]:
    found = stats.friedman(table("obrienkaiser")[["pre_1", "post_1", "fup_1"]])
    return {"Q": found.q, "df": found.df, "p": found.p_value, "W": found.w, "W_irr": found.w}


def d05() -> dict[str, float]:
    counts = table("bfi").set_index(["item", "gender"])
    p_values = {}
    for item in counts.index.unique("item"):
        men, women = (np.repeat(np.arange(1, 7), counts.loc[item, gender]) for gender in (1, 2))
        p_values[item] = stats.mann_whitney(men, women).p_value
    raw = pd.Series(p_values)
    by_holm, by_bh = (pd.Series(adjust(raw), raw.index) for adjust in (stats.holm, stats.benjamini_hochberg))
    each = {f"{name}.{item}": found[item] for name, found in (("bh", by_bh), ("holm", by_holm)) for item in raw.index}
    found = {"n_raw": raw, "n_holm": by_holm, "n_bh": by_bh}
    return each | {name: int((values < 0.05).sum()) for name, values in found.items()} | {"holm_max": by_holm.max()}


def d12() -> dict[str, float]:
    top = table("bfi_n40").A2 >= 5
    found = stats.share_interval(int(top.sum()), len(top))
    trend = stats.share_trend([83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4], least=4)
    shares = {"k": int(top.sum()), "n": found.n, "wilson_lo": found.low, "wilson_hi": found.high}
    return {**shares, "trend_chi2": trend.chi2, "trend_p": trend.p_value}


def e05() -> dict[str, float]:
    found = stats.factor_structure(with_covariances(301, table("hs1939").set_index("test").to_numpy()), 3)
    shared = {f"comm.x{place}": value for place, value in enumerate(found.communalities, 1)}
    names = ("MR3", "MR1", "MR2")  # R's names of the visual, the textual and the speed factor
    loadings = {f"x{item}.{name}": found.loadings[item - 1, i] for item in (1, 5, 8) for i, name in enumerate(names)}
    phi = {f"phi{i + 1}{j + 1}": found.correlations[i, j] for i, j in ((0, 1), (0, 2), (1, 2))}
    return {**shared, **loadings, **phi, "rmsr": found.rmsr, "tli": found.tli}


def f01() -> dict[str, float]:
    rating, factors = attitude()
    found = stats.importance(rating, factors)
    shares = {f"lmg.{name}": share for name, share in zip(factors.columns, found.shares, strict=True)}
    first = {f"first.{name}": stats.importance(rating, factors[[name]]).r_squared for name in factors}
    rest = {name: stats.importance(rating, factors.drop(columns=name)).r_squared for name in factors}
    last = {f"last.{name}": found.r_squared - without for name, without in rest.items()}
    return {"R2": found.r_squared, **shares, **first, **last}


def f04() -> dict[str, float]:
    rating, factors = attitude()
    groups = [["complaints", "critical"], ["learning", "raises", "advance"]]
    found = stats.importance(rating, factors, groups)
    return {"R2": found.r_squared} | dict(zip(("G1", "G2", "privileges"), found.shares, strict=True))


def f05() -> dict[str, float]:
    rating, factors = attitude()
    names = ["complaints", "learning", "advance"]
    unit = int(rating.argmin())
    found = stats.gap_decomposition(rating, factors[names], unit)
    parts = {f"part.{name}": part for name, part in zip(names, found.parts, strict=True)}
    return {"unit": unit + 1, "gap": found.gap, "unexplained": found.unexplained, **parts}


def g03() -> dict[str, float]:
    found, pooled = lecturers()
    variances = pooled / found.n
    shrunk, spread = stats.shrink(found["mean"], variances), stats.heterogeneity(found["mean"], variances)
    lowest = int(found["mean"].argmin())
    blup = {"blup_low": shrunk.estimates[lowest], "blup_se": shrunk.errors[lowest]}
    means = {"mu": shrunk.grand_mean, "se_mu": shrunk.grand_error, "tau2_reml": shrunk.tau2}
    return {"pooled_s2": pooled, **means, "I2": 100 * spread.i2, "Q": spread.q, **blup}


def g06() -> dict[str, float]:
    found, pooled = lecturers()
    seen = stats.funnel(found["mean"], found.n, math.sqrt(pooled))
    out = {"n_out95": (seen.z < -1.959964).sum(), "n_out998": (seen.z < -3.090232).sum()}
    adjusted = int((seen.z_adjusted < -3.090232).sum())
    return {"grand": seen.target, "phi_winsor10": seen.phi, "n_out998_phi": adjusted, **out}


def s01() -> dict[str, float]:
    sizes = [420, 260, 180, 120, 80, 45, 24, 9]
    found = {
        f"p{percent}{place}": stats.sample_size(size, percent)
        for percent in (30, 35, 40)
        for place, size in enumerate(sizes, 1)
    }
    needed = enumerate(zip(stats.sample_size(sizes, 40), sizes, strict=True), 1)
    return found | {f"draw_rr55{place}": stats.invitations(n, 0.55, population=size) for place, (n, size) in needed}


OURS: dict[str, Callable[[], dict[str, float]]] = {
    "A01_strat_mean_fpc": a01,
    "A05_prop_ci": a05,
    "A06_poststrat": a06,
    "B01_alpha_missing": b01,
    "B05_omega_onefactor": b05,
    "C02_wsr_exact_ties": c02,
    "C03_rank_biserial_paired": c03,
    "C08_brunner_munzel": c08,
    "C09_bm_permutation": c09,
    "C10_cliff_delta": c10,
    "C14_partover": c14,
    "D01_friedman": d01,
    "D05_padjust": d05,
    "D12_prop_ci": d12,
    "E05_efa_minres_oblimin": e05,
    "F01_lmg": f01,
    "F04_lmg_groups": f04,
    "F05_gap_decomposition": f05,
    "G03_meta_eb": g03,
    "G06_funnel": g06,
    "S01_alloc": s01,
}

NOT_OURS = {
    "A05_prop_ci": {"beta_lo beta_hi": "another interval; the logit one is used"},
    "B01_alpha_missing": {"std": "not reported; it follows from the mean correlation"},
    "C02_wsr_exact_ties": {"z_pratt p_asym_pratt": "exact up to 60 differences; the approximation begins beyond"},
    "C03_rank_biserial_paired": {"lo hi": "Fisher's z; the bootstrap over persons is used"},
    "C08_brunner_munzel": {"stat df": "not returned; the p-value and the ends rest on them"},
    "C09_bm_permutation": {"stat": "not returned; the p-values rest on it"},
    "C10_cliff_delta": {"lo_z_cons hi_z_cons rb_lo rb_hi": "other intervals; Cliff's unbiased one with t is used"},
    "C14_partover": {"t1 df1 p1": "equal variances are never assumed"},
    "D05_padjust": {"n_by": "Benjamini and Yekutieli's method is not used"},
    "D12_prop_ci": {"cp_lo cp_hi": "Clopper and Pearson's interval; Wilson's is used"},
    "G03_meta_eb": {"tau2_dl tau2_pm": "other estimators; REML is used"},
}
"""Fields of a figure that no function gives, and why."""


def printed() -> list[Figure]:
    """Figures that R's documentation, or a book, prints: true to their last digit."""
    sleep, lambs, judges = table("sleep"), table("lambs"), table("judges").to_numpy()
    coders = table("coders").drop(columns="coder")
    linked = stats.change(sleep["first"], sleep["second"])
    nothing = [math.nan] * len(sleep)
    apart = stats.change([*sleep["first"], *nothing], [*nothing, *sleep["second"]])
    gained = stats.mean_interval(sleep["second"] - sleep["first"])
    first, second = (index.ravel() for index in np.indices((3, 3)))
    births = lambs.drop(columns="second").to_numpy().ravel()
    lambing = stats.polychoric(np.repeat(first, births), np.repeat(second, births))
    agreed = {
        level: stats.krippendorff_alpha(coders, level).alpha for level in ("nominal", "ordinal", "interval", "ratio")
    }
    alike = stats.intraclass_correlation(judges.ravel(), np.repeat(np.arange(6), 4))
    weights = stats.relative_weights(*attitude())
    paired, welch = "t.test(first, second, paired = TRUE)", "t.test(first, second)"
    kripp, icc = "irr::kripp.alpha(nmm, method)", "psych::ICC(sf)"
    rows = [
        ("sleep, paired", "t", 4.0621, linked.t, 5e-5, paired),
        ("sleep, paired", "p", 0.002833, linked.p_value, 5e-7, paired),
        ("sleep, paired", "lo", 0.7001142, gained.low, 5e-8, paired),
        ("sleep, paired", "hi", 2.4598858, gained.high, 5e-8, paired),
        ("sleep, Welch", "t", 1.8608, apart.t, 5e-5, welch),
        ("sleep, Welch", "df", 17.776, apart.df, 5e-4, welch),
        ("sleep, Welch", "p", 0.07939, apart.p_value, 5e-6, welch),
        ("sleep, Welch", "lo", -0.2054832, apart.low, 5e-8, welch),
        ("sleep, Welch", "hi", 3.3654832, apart.high, 5e-8, welch),
        ("four coders", "nominal", 0.743, agreed["nominal"], 5e-4, kripp),
        ("four coders", "ordinal", 0.815, agreed["ordinal"], 5e-4, kripp),
        ("four coders", "interval", 0.849, agreed["interval"], 5e-4, kripp),
        ("four coders", "ratio", 0.797, agreed["ratio"], 5e-4, kripp),
        ("lambs", "rho", 0.4199, lambing.rho, 5e-5, "Olsson (1979), table 2"),
        ("six targets", "ICC1", 0.17, alike.icc, 5e-3, icc),
        ("six targets", "p", 0.16477, alike.p_value, 5e-6, icc),
        ("six targets", "lo", -0.133, alike.low, 5e-4, icc),
        ("six targets", "hi", 0.72, alike.high, 5e-3, icc),
        ("attitude", "relative weight of complaints", 0.363, weights.shares[0], 5e-4, "Johnson (2000) in R"),
    ]
    return [Figure(*row) for row in rows]


def computed() -> list[Figure]:
    """All figures of figures.json that a function gives."""
    found = []
    for figure in known_figures():
        ours = OURS[figure["id"]]()
        left = not_ours(figure["id"])
        call = f"{figure['r_prep']}; {figure['r_call']}"
        found += [
            Figure(figure["id"], field, r, float(ours[field]), figure["tol"], call)
            for field, r in figure["value"].items()
            if field not in left
        ]
    return found


def not_ours(figure_id: str) -> dict[str, str]:
    """The fields of a figure that no function gives, with the reason of each."""
    return {field: why for fields, why in NOT_OURS.get(figure_id, {}).items() for field in fields.split()}


def markdown() -> str:
    """All figures as a table for docs/methods.md."""
    lines = ["| figure | field | R | ours | difference | tolerance |", "|---|---|---|---|---|---|"]
    for one in [*computed(), *printed()]:
        away = f"{abs(one.ours - one.r):.1e}" if one.ours != one.r else "0"
        lines.append(f"| {one.figure_id} | {one.field} | {one.r:.12g} | {one.ours:.12g} | {away} | {one.tolerance:g} |")
    lines += ["", "| figure | field | why it is not ours |", "|---|---|---|"]
    lines += [
        f"| {figure_id} | {fields} | {why} |" for figure_id, left in NOT_OURS.items() for fields, why in left.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(markdown() + "\n")
