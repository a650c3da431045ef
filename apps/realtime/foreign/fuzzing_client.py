"""Autobahn's fuzzing client (Python 2) against a WebSocket server that wants to know who connects.

Arguments: the folder with the suite and what it needs, its specification (a file), an access token for every connection.

The suite can set no header, so this adds one; nothing else of it is changed. Its reports go where the specification says.
"""

import site
import sys

packages, specification, token = sys.argv[1:4]
site.addsitedir(packages)

from autobahntestsuite import fuzzing, wstest  # noqa: E402

set_parameters = fuzzing.FuzzingClientFactory.setSessionParameters


def with_token(self, *ignored, **parameters):
    """Called once by the constructor, with positions, and then for each case, by name."""
    if ignored:
        return set_parameters(self, *ignored)
    return set_parameters(self, headers={"Authorization": "Bearer " + token}, **parameters)


fuzzing.FuzzingClientFactory.setSessionParameters = with_token
sys.argv = ["wstest", "-m", "fuzzingclient", "-s", specification]
wstest.run()
