import pytest


@pytest.fixture(scope="session")
def alone(request):
    """The process that runs the notebooks alone."""
    return request.config.alone
