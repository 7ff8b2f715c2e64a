# SPDX-License-Identifier: Apache-2.0
"""Run under a Python that has ocsf-json-schema, jsonschema and opentelemetry-proto: a line of
standard input is an event of OCSF, or a request of OTLP."""

import json
import sys

import jsonschema
from google.protobuf import json_format
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest


def validators():
    for version in ("1.5.0", "1.6.0", "1.7.0", "1.8.0"):
        schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
        yield version, jsonschema.Draft202012Validator(
            schema.get_class_schema(schema.lookup_class_name_from_uid(6003), ["security_control"]))


judges = list(validators())
events = records = 0
for line in sys.stdin:
    value = json.loads(line)
    if "resourceLogs" in value:
        # A member that the messages do not have is an error.
        request = json_format.Parse(line, ExportLogsServiceRequest())
        for found in request.resource_logs[0].scope_logs[0].log_records:
            assert found.time_unix_nano > 10**18 and found.severity_number in (9, 13), found
            assert found.body.string_value and found.event_name.startswith("ztauth."), found
            records += 1
        continue
    for version, judge in judges:
        for error in judge.iter_errors(value):
            sys.exit(f"{version}: {error.json_path}: {error.message}\n{line}")
    assert value["type_uid"] == 100 * value["class_uid"] + value["activity_id"], line
    events += 1
print(events, records)
