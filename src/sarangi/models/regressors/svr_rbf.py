"""Support vector regression with a radial basis function as its kernel."""

from sarangi.models.classifier import RBF
from sarangi.models.regressors import svr_linear


class Regressor(svr_linear.Regressor):
    """Support vector regression on the values of its kernel, whose width is ``gamma`` of the settings."""

    takes = RBF
