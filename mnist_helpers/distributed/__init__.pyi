from .checkpoint import Checkpoint as Checkpoint
from .checkpoint import load as load
from .cluster import ClusterError as ClusterError
from .launch import Workers as Workers
from .launch import commands as commands
