"""A support vector machine with a radial basis function as its kernel."""

from sarangi.models.classifier import RBF
from sarangi.models.classifiers import svm_linear


class Classifier(svm_linear.Classifier):
    """A support vector machine on the values of its kernel, whose width is ``gamma`` of the settings."""

    takes = RBF
    cost = 2
