#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""AuthZEN clients of others, as they come from PyPI: decern and apparitor, each of its own authors, against the
fixture of the certification scenario. SPEC: authzen 1.0"""

import asyncio
import json
import os
import subprocess

from packages import ROOT, run_with

run_with("authzen", "decern==0.6.0", "apparitor==0.1.1")

import decern  # noqa: E402
from apparitor.client import AuthZENClient  # noqa: E402
from apparitor.config import ScannerConfig  # noqa: E402
from apparitor.errors import AuthZENClientError  # noqa: E402
from apparitor.models import (  # noqa: E402
    Action, BatchEvaluationRequest, EvaluationItem, EvaluationRequest, EvaluationSemantic, EvaluationsOptions,
    Resource, Subject)

EXAMPLE = os.path.join(ROOT, "examples", "authzen-certification")
server = subprocess.Popen([os.path.join(EXAMPLE, "serve"), "0"], stdout=subprocess.PIPE, text=True)
url = server.stdout.readline().strip()

# SPEC: authzen certification 1.4: subject, its properties, action, its properties, resource, its status, expected
RULES = [
    ("alice", {}, "read", {}, "record-1", None, True),
    ("alice", {}, "write", {}, "record-1", None, True),
    ("bob", {}, "read", {}, "record-1", None, True),
    ("bob", {}, "write", {}, "record-1", None, False),
    ("alice", {}, "write", {}, "record-2", "archived", False),
    ("bob", {"role": "admin"}, "write", {}, "record-2", "archived", True),
    ("alice", {}, "delete", {"soft": True}, "record-1", None, True),
    ("alice", {}, "delete", {"soft": False}, "record-1", None, False),
]


def parts(rule):
    subject, role, action, how, resource, status, _ = rule
    return ({"type": "user", "id": subject, "properties": role}, {"name": action, "properties": how},
            {"type": "record", "id": resource, "properties": {"status": status} if status else {}})


def test_decern():
    client = decern.Client(url)
    for rule in RULES:
        subject, action, resource = parts(rule)
        answer = client.evaluate(subject, action, resource, {"ip": "192.168.1.1"})
        assert answer.allowed is rule[-1], (rule, answer)
        assert answer.context["ztauth"]["leg"] == "policy", answer
    try:
        client.evaluate({"type": "user"}, "read", {"type": "record", "id": "record-1"})
    except decern.DecernError as e:
        assert e.status_code == 400 and json.loads(e.body)["error"]["at"].startswith("/subject"), e.body
    else:
        raise AssertionError("half a subject was decided about")


async def ask_apparitor():
    async with AuthZENClient(ScannerConfig(pdp_url=url, allow_insecure_pdp=True, read_timeout_s=20,
                                           request_budget_s=30)) as client:
        cases = [(Subject(**s), Action(**a), Resource(**r)) for s, a, r in map(parts, RULES)]
        for (s, a, r), rule in zip(cases, RULES):
            answer = await client.evaluate(EvaluationRequest(subject=s, action=a, resource=r))
            assert answer.decision is rule[-1], (rule, answer)
        items = [EvaluationItem(subject=s, action=a, resource=r) for s, a, r in cases]
        answer = await client.evaluate_batch(BatchEvaluationRequest(evaluations=items))
        assert [e.decision for e in answer.evaluations] == [rule[-1] for rule in RULES], answer
        for semantic, count in ((EvaluationSemantic.EXECUTE_ALL, 8), (EvaluationSemantic.DENY_ON_FIRST_DENY, 4),
                                (EvaluationSemantic.PERMIT_ON_FIRST_PERMIT, 1)):
            answer = await client.evaluate_batch(BatchEvaluationRequest(
                evaluations=items, options=EvaluationsOptions(evaluations_semantic=semantic)))
            assert len(answer.evaluations) == count, (semantic, answer)
        # What stands beside them is given to each.
        answer = await client.evaluate_batch(BatchEvaluationRequest(
            subject=cases[3][0], resource=cases[3][2],
            evaluations=[EvaluationItem(action=Action(name=n)) for n in ("read", "write")]))
        assert [e.decision for e in answer.evaluations] == [True, False], answer
        try:
            await client.evaluate(EvaluationRequest(subject=Subject(type="user", id="alice"), action=Action(name=""),
                                                    resource=cases[0][2]))
        except AuthZENClientError:
            return
        raise AssertionError("an action without a name was decided about")


def test_apparitor():
    asyncio.run(ask_apparitor())


try:
    for test in (test_decern, test_apparitor):
        test()
        print("ok", test.__name__)
finally:
    server.terminate()
    server.wait(30)
