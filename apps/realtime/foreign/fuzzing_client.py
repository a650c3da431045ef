"""Autobahn's fuzzing client (Python 2) against a WebSocket server with authentication.

Arguments: the folder with the suite and its dependencies, its specification (a file), an access token for every connection.

The suite cannot set a header, so this adds one and changes nothing else. The specification names the folder of the reports.
"""

import site
import sys

packages, specification, token = sys.argv[1:4]
site.addsitedir(packages)

from autobahntestsuite import fuzzing, wstest  # noqa: E402

set_parameters = fuzzing.FuzzingClientFactory.setSessionParameters


def with_token(self, *ignored, **parameters):
    """The constructor calls it with positional arguments, each case with named ones."""
    if ignored:
        return set_parameters(self, *ignored)
    return set_parameters(self, headers={"Authorization": "Bearer " + token}, **parameters)


fuzzing.FuzzingClientFactory.setSessionParameters = with_token
sys.argv = ["wstest", "-m", "fuzzingclient", "-s", specification]
wstest.run()
