"""The Kubernetes manifests say what the product says: valid against the schemas of Kubernetes, on settings, addresses and columns that exist."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.bootstrap.version import app_version
from app.infrastructure.web.application import openapi_document
from app.settings import Settings

FOLDER = Path(__file__).parents[2] / "docs" / "operations" / "kubernetes"
VERSIONS = ("1.32", "1.37")
"""The oldest that has the preStop sleep on by default and is still about, and the newest the validator knows."""

CUSTOM = {"kustomize.config.k8s.io/v1beta1", "keda.sh/v1alpha1"}
"""Kinds that are not in Kubernetes itself."""

Document = dict[str, Any]


def documents() -> Iterator[tuple[str, Document]]:
    for file in sorted(FOLDER.glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            yield f"{file.name}:{document['kind']}", document


ALL = dict(documents())
DEPLOYMENTS = {name: document for name, document in ALL.items() if document["kind"] == "Deployment"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", [name for name, document in ALL.items() if document["apiVersion"] not in CUSTOM])
def test_a_manifest_is_valid(name: str, version: str) -> None:
    kubernetes_validate.validate(ALL[name], version, strict=True)


def test_a_wrong_manifest_is_refused() -> None:
    wrong = DEPLOYMENTS["api.yaml:Deployment"] | {"spec": {"replicas": "two"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_the_kustomization_names_files_that_exist() -> None:
    for resource in ALL["kustomization.yaml:Kustomization"]["resources"]:
        assert (FOLDER / resource).is_file()


def test_every_setting_exists() -> None:
    known = {name.upper() for name in Settings.model_fields}
    named = set(ALL["config.yaml:ConfigMap"]["data"]) | set(ALL["secret.example.yaml:Secret"]["stringData"])
    named |= {variable["name"] for deployment in DEPLOYMENTS.values() for variable in container(deployment).get("env", [])}
    assert named <= known


def test_probes_ask_addresses_that_exist() -> None:
    api = container(DEPLOYMENTS["api.yaml:Deployment"])
    asked = {api[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert asked == {"/health", "/ready"}
    assert asked <= set(openapi_document(app_version())["paths"])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_is_not_killed_while_it_drains(name: str) -> None:
    pod = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    before = container(DEPLOYMENTS[name]).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    grace = float(ALL["config.yaml:ConfigMap"]["data"]["SHUTDOWN_GRACE"])
    assert pod["terminationGracePeriodSeconds"] >= before + grace + 10


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_may_do_no_more_than_it_needs(name: str) -> None:
    pod = DEPLOYMENTS[name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container(DEPLOYMENTS[name])["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def container(deployment: Document) -> Document:
    (only,) = deployment["spec"]["template"]["spec"]["containers"]
    return only
