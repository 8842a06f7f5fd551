"""The statistics and their modules; each is imported when it is first used."""

from .agreement import KrippendorffAlpha as KrippendorffAlpha, krippendorff_alpha as krippendorff_alpha
from .casemix import (
    CaseMix as CaseMix,
    Standardised as Standardised,
    case_mix as case_mix,
    standardised_mean as standardised_mean,
)
from .changes import Change as Change, change as change, overall_change as overall_change
from .drivers import Importance as Importance, importance as importance, relative_weights as relative_weights
from .factors import (
    FactorStructure as FactorStructure,
    ParallelAnalysis as ParallelAnalysis,
    factor_structure as factor_structure,
    parallel_analysis as parallel_analysis,
)
from .funnels import Funnel as Funnel, funnel as funnel, funnel_limits as funnel_limits
from .groups import (
    BrunnerMunzel as BrunnerMunzel,
    CliffsDelta as CliffsDelta,
    MannWhitney as MannWhitney,
    brunner_munzel as brunner_munzel,
    cliffs_delta as cliffs_delta,
    mann_whitney as mann_whitney,
)
from .intervals import (
    MeanInterval as MeanInterval,
    ShareDifference as ShareDifference,
    ShareInterval as ShareInterval,
    difference_of_options as difference_of_options,
    difference_of_shares as difference_of_shares,
    mean_interval as mean_interval,
    share_interval as share_interval,
)
from .intraclass import IntraclassCorrelation as IntraclassCorrelation, intraclass_correlation as intraclass_correlation
from .linkage import LinkedChange as LinkedChange, linked_change as linked_change
from .multiplicity import Gated as Gated, benjamini_hochberg as benjamini_hochberg, gatekeep as gatekeep, holm as holm
from .nested import NestedShrunk as NestedShrunk, shrink_nested as shrink_nested
from .nonresponse import (
    Collapsed as Collapsed,
    NonresponseBounds as NonresponseBounds,
    collapse_strata as collapse_strata,
    nonresponse_bounds as nonresponse_bounds,
)
from .omega import (
    OmegaInterval as OmegaInterval,
    OmegaTotal as OmegaTotal,
    omega_interval as omega_interval,
    omega_total as omega_total,
)
from .ordinal import (
    Polychoric as Polychoric,
    PolychoricMatrix as PolychoricMatrix,
    polychoric as polychoric,
    polychoric_matrix as polychoric_matrix,
)
from .outcomes import OutcomeRates as OutcomeRates, outcome_rates as outcome_rates
from .pooled import (
    GapDecomposition as GapDecomposition,
    ImportanceInterval as ImportanceInterval,
    gap_decomposition as gap_decomposition,
    importance_interval as importance_interval,
)
from .power import detectable_effect as detectable_effect
from .ranks import (
    RankBiserialInterval as RankBiserialInterval,
    SignedRank as SignedRank,
    rank_biserial_interval as rank_biserial_interval,
    signed_rank as signed_rank,
)
from .related import (
    CochranQ as CochranQ,
    Friedman as Friedman,
    McNemar as McNemar,
    cochran_q as cochran_q,
    friedman as friedman,
    mcnemar as mcnemar,
)
from .reliability import (
    CronbachAlpha as CronbachAlpha,
    ItemStatistics as ItemStatistics,
    cronbach_alpha as cronbach_alpha,
    item_statistics as item_statistics,
    spearman_brown as spearman_brown,
)
from .sampling import (
    Allocation as Allocation,
    allocate as allocate,
    draw_order as draw_order,
    invitations as invitations,
    sample_size as sample_size,
)
from .scales import NetPromoter as NetPromoter, interpolated_median as interpolated_median, net_promoter as net_promoter
from .shrinkage import (
    Heterogeneity as Heterogeneity,
    Shrunk as Shrunk,
    ShrunkDifference as ShrunkDifference,
    heterogeneity as heterogeneity,
    probability_below as probability_below,
    shrink as shrink,
    shrunken_difference as shrunken_difference,
)
from .straightlining import (
    longstring as longstring,
    mahalanobis as mahalanobis,
    within_person_deviation as within_person_deviation,
)
from .survey import (
    Stratified as Stratified,
    stratified_mean as stratified_mean,
    stratified_share as stratified_share,
    stratified_total as stratified_total,
)
from .trends import (
    LinearTrend as LinearTrend,
    ShareTrend as ShareTrend,
    linear_trend as linear_trend,
    share_trend as share_trend,
)
from .verdicts import LowRated as LowRated, low_rated as low_rated
from .weights import Raked as Raked, kish_effect as kish_effect, rake as rake, thin_cells as thin_cells
