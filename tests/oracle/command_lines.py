"""Has the AWS CLI itself read commands, without sending anything.

    command_lines.py < ["aws kms list-keys --region eu-central-1", …]

Prints for each {"operation": "ListKeys", "parameters": {…}}, or {"refused": "why"}.
"""

import contextlib
import io
import json
import os
import shlex
import sys

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull, AWS_EC2_METADATA_DISABLED="true")

from awscli import clidriver  # noqa: E402  the environment comes first


def invoke(caller, service, operation, parameters, _globals):
    """Stands for the call: holds the parameters against the service model and keeps what would be sent."""
    from botocore.validate import ParamValidator

    model = caller._session.get_service_model(service)
    shape = model.operation_model(operation).input_shape
    # Paging is the AWS CLI's business, and that an example's ARN is short is no matter.
    parameters.pop("PaginationConfig", None)
    errors = ParamValidator().validate(parameters, shape)._errors if shape else []
    faults = [str(error) for error in errors if error[0] != "invalid length"]
    made.append({"refused": faults} if faults else {"operation": operation, "parameters": parameters})
    return 0


clidriver.CLIOperationCaller.invoke = invoke
driver = clidriver.create_clidriver()
answers = []
for command in json.load(sys.stdin):
    made, errors = [], io.StringIO()
    words = shlex.split(command)
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(errors):
        try:
            status = driver.main(words[1:]) if words[0] == "aws" else "no `aws`"
        except SystemExit as end:
            status = end.code
    answers.append(made[0] if status == 0 and len(made) == 1 else {"refused": errors.getvalue() or str(status)})
json.dump(answers, sys.stdout, default=str)
