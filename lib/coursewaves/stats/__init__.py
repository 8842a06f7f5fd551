"""Estimate and test: arrays in, NamedTuples out.

No function here sees a table, a file or a wave. Missing values are dropped; a figure that can't be computed
is nan and `reason` says why; nothing warns. Only scipy's special functions are used: importing `scipy.stats`
takes three times as long, and every report starts a fresh interpreter.
"""

from coursewaves.stats.changes import Change, change
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
    difference_of_shares,
    mean_interval,
    share_interval,
)
from coursewaves.stats.multiplicity import benjamini_hochberg, holm
from coursewaves.stats.power import detectable_effect
from coursewaves.stats.ranks import RankBiserialInterval, SignedRank, rank_biserial_interval, signed_rank
from coursewaves.stats.scales import NetPromoter, interpolated_median, net_promoter
from coursewaves.stats.straightlining import longstring

__all__ = [
    "BrunnerMunzel",
    "Change",
    "CliffsDelta",
    "MannWhitney",
    "MeanInterval",
    "NetPromoter",
    "RankBiserialInterval",
    "ShareDifference",
    "ShareInterval",
    "SignedRank",
    "benjamini_hochberg",
    "brunner_munzel",
    "change",
    "cliffs_delta",
    "detectable_effect",
    "difference_of_shares",
    "holm",
    "interpolated_median",
    "longstring",
    "mann_whitney",
    "mean_interval",
    "net_promoter",
    "rank_biserial_interval",
    "share_interval",
    "signed_rank",
]
