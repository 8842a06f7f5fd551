"""Estimate and test: arrays in, NamedTuples out.

No function here sees a table, a file or a wave. Missing values are dropped; a figure that can't be computed
is nan and `reason` says why; nothing warns. Only scipy's special functions are used: importing `scipy.stats`
takes three times as long, and every report starts a fresh interpreter. Names are imported when they are first
used, for the same reason.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coursewaves.stats.agreement import KrippendorffAlpha, krippendorff_alpha
    from coursewaves.stats.casemix import CaseMix, Standardised, case_mix, standardised_mean
    from coursewaves.stats.changes import Change, change, overall_change
    from coursewaves.stats.drivers import Importance, importance, relative_weights
    from coursewaves.stats.factors import FactorStructure, ParallelAnalysis, factor_structure, parallel_analysis
    from coursewaves.stats.funnels import Funnel, funnel, funnel_limits
    from coursewaves.stats.groups import (
        BrunnerMunzel,
        CliffsDelta,
        MannWhitney,
        brunner_munzel,
        cliffs_delta,
        mann_whitney,
    )
    from coursewaves.stats.intervals import (
        MeanInterval,
        ShareDifference,
        ShareInterval,
        difference_of_options,
        difference_of_shares,
        mean_interval,
        share_interval,
    )
    from coursewaves.stats.intraclass import IntraclassCorrelation, intraclass_correlation
    from coursewaves.stats.linkage import LinkedChange, linked_change
    from coursewaves.stats.multiplicity import Gated, benjamini_hochberg, gatekeep, holm
    from coursewaves.stats.nested import NestedShrunk, shrink_nested
    from coursewaves.stats.nonresponse import Collapsed, NonresponseBounds, collapse_strata, nonresponse_bounds
    from coursewaves.stats.omega import OmegaInterval, OmegaTotal, omega_interval, omega_total
    from coursewaves.stats.ordinal import Polychoric, PolychoricMatrix, polychoric, polychoric_matrix
    from coursewaves.stats.outcomes import OutcomeRates, outcome_rates
    from coursewaves.stats.pooled import GapDecomposition, ImportanceInterval, gap_decomposition, importance_interval
    from coursewaves.stats.power import detectable_effect
    from coursewaves.stats.ranks import RankBiserialInterval, SignedRank, rank_biserial_interval, signed_rank
    from coursewaves.stats.related import CochranQ, Friedman, McNemar, cochran_q, friedman, mcnemar
    from coursewaves.stats.reliability import (
        CronbachAlpha,
        ItemStatistics,
        cronbach_alpha,
        item_statistics,
        spearman_brown,
    )
    from coursewaves.stats.sampling import Allocation, allocate, draw_order, invitations, sample_size
    from coursewaves.stats.scales import NetPromoter, interpolated_median, net_promoter
    from coursewaves.stats.shrinkage import (
        Heterogeneity,
        Shrunk,
        ShrunkDifference,
        heterogeneity,
        probability_below,
        shrink,
        shrunken_difference,
    )
    from coursewaves.stats.straightlining import longstring, mahalanobis, within_person_deviation
    from coursewaves.stats.survey import Stratified, stratified_mean, stratified_share, stratified_total
    from coursewaves.stats.trends import LinearTrend, ShareTrend, linear_trend, share_trend
    from coursewaves.stats.verdicts import LowRated, low_rated
    from coursewaves.stats.weights import Raked, kish_effect, rake, thin_cells

__all__ = [
    "Allocation",
    "BrunnerMunzel",
    "CaseMix",
    "Change",
    "CliffsDelta",
    "CochranQ",
    "Collapsed",
    "CronbachAlpha",
    "FactorStructure",
    "Friedman",
    "Funnel",
    "GapDecomposition",
    "Gated",
    "Heterogeneity",
    "Importance",
    "ImportanceInterval",
    "IntraclassCorrelation",
    "ItemStatistics",
    "KrippendorffAlpha",
    "LinearTrend",
    "LinkedChange",
    "LowRated",
    "MannWhitney",
    "McNemar",
    "MeanInterval",
    "NestedShrunk",
    "NetPromoter",
    "NonresponseBounds",
    "OmegaInterval",
    "OmegaTotal",
    "OutcomeRates",
    "ParallelAnalysis",
    "Polychoric",
    "PolychoricMatrix",
    "Raked",
    "RankBiserialInterval",
    "ShareDifference",
    "ShareInterval",
    "ShareTrend",
    "Shrunk",
    "ShrunkDifference",
    "SignedRank",
    "Standardised",
    "Stratified",
    "allocate",
    "benjamini_hochberg",
    "brunner_munzel",
    "case_mix",
    "change",
    "cliffs_delta",
    "cochran_q",
    "collapse_strata",
    "cronbach_alpha",
    "detectable_effect",
    "difference_of_options",
    "difference_of_shares",
    "draw_order",
    "factor_structure",
    "friedman",
    "funnel",
    "funnel_limits",
    "gap_decomposition",
    "gatekeep",
    "heterogeneity",
    "holm",
    "importance",
    "importance_interval",
    "interpolated_median",
    "intraclass_correlation",
    "invitations",
    "item_statistics",
    "kish_effect",
    "krippendorff_alpha",
    "linear_trend",
    "linked_change",
    "longstring",
    "low_rated",
    "mahalanobis",
    "mann_whitney",
    "mcnemar",
    "mean_interval",
    "net_promoter",
    "nonresponse_bounds",
    "omega_interval",
    "omega_total",
    "outcome_rates",
    "overall_change",
    "parallel_analysis",
    "polychoric",
    "polychoric_matrix",
    "probability_below",
    "rake",
    "rank_biserial_interval",
    "relative_weights",
    "sample_size",
    "share_interval",
    "share_trend",
    "shrink",
    "shrink_nested",
    "shrunken_difference",
    "signed_rank",
    "spearman_brown",
    "standardised_mean",
    "stratified_mean",
    "stratified_share",
    "stratified_total",
    "thin_cells",
    "within_person_deviation",
]

_PLACES = {
    "agreement": "KrippendorffAlpha krippendorff_alpha",
    "casemix": "CaseMix Standardised case_mix standardised_mean",
    "changes": "Change change overall_change",
    "drivers": "Importance importance relative_weights",
    "factors": "FactorStructure ParallelAnalysis factor_structure parallel_analysis",
    "funnels": "Funnel funnel funnel_limits",
    "groups": "BrunnerMunzel CliffsDelta MannWhitney brunner_munzel cliffs_delta mann_whitney",
    "intervals": "MeanInterval ShareDifference ShareInterval difference_of_options difference_of_shares "
    "mean_interval share_interval",
    "intraclass": "IntraclassCorrelation intraclass_correlation",
    "linkage": "LinkedChange linked_change",
    "multiplicity": "Gated benjamini_hochberg gatekeep holm",
    "nested": "NestedShrunk shrink_nested",
    "nonresponse": "Collapsed NonresponseBounds collapse_strata nonresponse_bounds",
    "omega": "OmegaInterval OmegaTotal omega_interval omega_total",
    "ordinal": "Polychoric PolychoricMatrix polychoric polychoric_matrix",
    "outcomes": "OutcomeRates outcome_rates",
    "pooled": "GapDecomposition ImportanceInterval gap_decomposition importance_interval",
    "power": "detectable_effect",
    "ranks": "RankBiserialInterval SignedRank rank_biserial_interval signed_rank",
    "related": "CochranQ Friedman McNemar cochran_q friedman mcnemar",
    "reliability": "CronbachAlpha ItemStatistics cronbach_alpha item_statistics spearman_brown",
    "sampling": "Allocation allocate draw_order invitations sample_size",
    "scales": "NetPromoter interpolated_median net_promoter",
    "shrinkage": "Heterogeneity Shrunk ShrunkDifference heterogeneity probability_below shrink shrunken_difference",
    "straightlining": "longstring mahalanobis within_person_deviation",
    "survey": "Stratified stratified_mean stratified_share stratified_total",
    "trends": "LinearTrend ShareTrend linear_trend share_trend",
    "verdicts": "LowRated low_rated",
    "weights": "Raked kish_effect rake thin_cells",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module, and keep it."""
    for module, names in _PLACES.items():
        if name in names.split():
            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
