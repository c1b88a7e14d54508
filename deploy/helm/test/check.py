"""Renders a chart with the values of several cases, and checks each object against the schema of its kind.

stdin:  {"chart": folder, "crds": [CustomResourceDefinition], "cases": {name: {"values": {}, "release": {}}}}
stdout: {name: {"refused": why} or {"objects": [], "faults": [], "notes": text}}; helm lint's errors are among the faults
"""

import functools
import json
import sys

import helm_python as helm
import jsonschema
import yaml
from kubernetes_validate import utils

KUBERNETES = "1.37"
utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)


def closed(schema):
    """The schema of a CRD, but refusing fields that it does not name, as --strict does."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(one) for key, one in schema.items()}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object" and not open_ended:
        made["additionalProperties"] = False
    return made


def validators(crds):
    made = {}
    for crd in crds:
        spec, version = crd["spec"], crd["spec"]["versions"][0]
        schema = closed(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        made[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = jsonschema.Draft202012Validator(schema)
    return made


@functools.lru_cache(maxsize=None)
def faults_of(text):
    item = json.loads(text)
    own = custom.get((item["apiVersion"], item["kind"]))
    name = f"{item['kind']} {item['metadata']['name']}"
    if own:
        return [f"{name}: {fault.json_path}: {fault.message}" for fault in own.iter_errors(item)]
    try:
        utils.validate(item, KUBERNETES, strict=True)
        return []
    except utils.ValidationError as fault:
        return [f"{name}: {'.'.join(map(str, fault.path))}: {fault.message}"]
    except utils.SchemaNotFoundError as fault:
        return [f"{name}: {fault.message}"]


def rendered(chart, values, release):
    try:
        files = chart.render(values, **{"name": "wbiz", "namespace": "prod", "is_install": True, **release})
    except helm.HelmError as fault:
        return {"refused": str(fault)}
    notes = "".join(text for path, text in files.items() if path.endswith("NOTES.txt"))
    # In the order of file names, since Helm runs hooks of the same weight in this order.
    texts = [text for path, text in sorted(files.items()) if path.endswith(".yaml")]
    objects = [item for text in texts for item in yaml.load_all(text, yaml.CSafeLoader) if item]
    faults = [fault for item in objects for fault in faults_of(json.dumps(item, default=str))]
    return {"objects": objects, "faults": faults, "notes": notes}


asked = json.load(sys.stdin)
custom = validators(asked["crds"])
with helm.Chart.load(asked["chart"]) as chart:
    answer = {name: rendered(chart, **case) for name, case in asked["cases"].items()}
for name, case in asked["cases"].items():
    if "refused" in answer[name]:
        continue
    said = helm.lint(asked["chart"], case["values"], strict=True, namespace="prod")
    answer[name]["faults"] += [one["error"] for one in said["messages"] if one["severity"] > 1] + said["errors"]
json.dump(answer, sys.stdout, default=str)
