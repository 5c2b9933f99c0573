from . import fashion_mnist as fashion_mnist
from . import mnist as mnist
from .spec import DataError as DataError
from .spec import DataSet as DataSet
from .spec import Source as Source
from .spec import Training as Training
from .spec import scale as scale
