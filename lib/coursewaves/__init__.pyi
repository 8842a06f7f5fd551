"""The public names and their modules; each is imported when it is first used."""

from . import archive as archive
from . import councils as councils
from . import field as field
from . import letters as letters
from . import lookup as lookup
from . import regulation as regulation
from . import reports_of as reports_of
from . import sections as sections
from . import stats as stats
from .analysis.careless import flag_careless as flag_careless, with_and_without as with_and_without
from .analysis.coding import (
    coder_agreement as coder_agreement,
    codes_of_keywords as codes_of_keywords,
    read_coding as read_coding,
)
from .analysis.compare import compare_pair as compare_pair, compare_waves as compare_waves, find_pair as find_pair
from .analysis.coverage import cover_wave as cover_wave
from .analysis.estimate import WaveEstimates as WaveEstimates, estimate_wave as estimate_wave
from .analysis.quality import (
    invalid_answers as invalid_answers,
    item_correlations as item_correlations,
    item_quality as item_quality,
    item_structure as item_structure,
    scale_items as scale_items,
    scale_quality as scale_quality,
)
from .analysis.rate import rate_programmes as rate_programmes
from .analysis.sample import (
    Completers as Completers,
    SamplePlan as SamplePlan,
    find_completers as find_completers,
    plan_sample as plan_sample,
)
from .analysis.spoken import tell_language as tell_language
from .analysis.summarise import (
    count_answers as count_answers,
    mean_scores as mean_scores,
    option_shares as option_shares,
)
from .analysis.themes import (
    count_languages as count_languages,
    count_themes as count_themes,
    load_codebook as load_codebook,
    mark_themes as mark_themes,
    quotations as quotations,
)
from .analysis.versions import compare_versions as compare_versions
from .analysis.years import (
    decision_effects as decision_effects,
    gather_decisions as gather_decisions,
    gather_ratings as gather_ratings,
    programme_trends as programme_trends,
    programme_years as programme_years,
    run_means as run_means,
)
from .deadlines.due import find_due as find_due
from .errors import CoursewavesError as CoursewavesError
from .intake.check_digits import with_check as with_check
from .load import load_year as load_year
from .processed.query import query as query
from .processed.year import Year as Year, open_year as open_year
from .score import score_responses as score_responses
from .standing.regulation_page import find_standing as find_standing
from .survey.files import load_survey as load_survey
from .survey.instruments import Survey as Survey
from .views.opening import (
    CentreView as CentreView,
    CourseView as CourseView,
    DirectionView as DirectionView,
    ProgrammeView as ProgrammeView,
    YearView as YearView,
    open_centre as open_centre,
    open_course as open_course,
    open_direction as open_direction,
    open_programme as open_programme,
    open_whole as open_whole,
)
