"""Why a network does not learn: everything measured once, then one small rule for each finding."""

from glassnet.insight.diagnosis.adapters import adapt
from glassnet.insight.diagnosis.callback import Diagnosis, DiagnosisWarning
from glassnet.insight.diagnosis.diagnose import diagnose
from glassnet.insight.diagnosis.report import DiagnosisReport, Finding

__all__ = ["Diagnosis", "DiagnosisReport", "DiagnosisWarning", "Finding", "adapt", "diagnose"]
