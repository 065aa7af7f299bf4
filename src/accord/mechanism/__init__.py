"""WHY IT WORKS: a simulated course of therapy that reproduces the published statistics, with its rivals.

    courses = simulate(therapists=200, clients_per_therapist=40, sessions=16, seed=1)
    courses.to_frame()              the course table, as a practice could have sent it
    courses.truth.to_frame()        what truly happened: alliance, threat, ruptures, repairs
    courses.truth.clients()         what people brought, how long they stayed and why they left
    check()                         every statistic beside what was published
    ablations()                     what is left when a cause is switched off
    calibrate()                     parameters that reproduce given statistics
    crowd(courses.truth)            many courses at a glance; compare(usual, changed) says what a change does
    judge(signals, courses)         how good a detector of ruptures is
    power("within", clients=[100])  how large a study must be
    known_truth(runs=100)           what the estimators of the evidence room make of a known truth

Fitted, sufficient, not proven: docs/mechanism.md says what may be concluded.
"""

from accord.mechanism.ablation import ABLATIONS, AblationRow, ablations
from accord.mechanism.calibration import Calibrated, Step, calibrate
from accord.mechanism.crowds import Comparison, Crowd, Difference, compare, crowd
from accord.mechanism.estimators import statistics
from accord.mechanism.feedback import Effect, feedback_effect, told
from accord.mechanism.judging import Judged, judge
from accord.mechanism.parameters import CAUSES, Known, ParameterError, Parameters, known_parameters
from accord.mechanism.power import Power, power
from accord.mechanism.record import REASONS
from accord.mechanism.recovery import Recovered, known_truth
from accord.mechanism.scenario import Feedback, Scenario
from accord.mechanism.simulation import Simulated, simulate
from accord.mechanism.targets import TARGETS, Row, Target, check
from accord.mechanism.truth import Truth

__all__ = [
    "ABLATIONS", "CAUSES", "REASONS", "TARGETS",
    "AblationRow", "Calibrated", "Comparison", "Crowd", "Difference", "Effect", "Feedback", "Judged", "Known",
    "ParameterError", "Parameters", "Power", "Recovered", "Row", "Scenario", "Simulated", "Step", "Target", "Truth",
    "ablations", "calibrate", "check", "compare", "crowd", "feedback_effect", "judge", "known_parameters",
    "known_truth", "power", "simulate", "statistics", "told",
]  # fmt: skip
