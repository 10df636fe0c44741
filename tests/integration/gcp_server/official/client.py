"""Asks the test server with Google's own Python client and prints what the client understood.

Arguments: the base URL of the server, and a file with a credential as Google hands it out. The
client signs, exchanges and impersonates by itself, and takes its methods from the discovery
documents that it ships with.
"""

import json
import sys

import google.auth
import googleapiclient.discovery
import googleapiclient.errors

CLOUD = "https://www.googleapis.com/auth/cloud-platform"


def service(base, credentials, name, version):
    """A client for one service, with its methods from the document in the package."""
    return googleapiclient.discovery.build(
        name,
        version,
        credentials=credentials,
        static_discovery=True,
        client_options={"api_endpoint": base},
    )


def answer(request):
    """What the client makes of an answer: the value, or the error with its reason."""
    try:
        return request.execute()
    except googleapiclient.errors.HttpError as error:
        return {"status": error.status_code, "reason": error.reason}


def main(base, path):
    credentials, project = google.auth.load_credentials_from_file(path, scopes=[CLOUD])
    project = project or "remotion-test"
    manager = service(base, credentials, "cloudresourcemanager", "v3").projects()
    iam = service(base, credentials, "iam", "v1").projects()
    run = service(base, credentials, "run", "v2").projects().locations().services()
    buckets = service(base + "/storage/v1/", credentials, "storage", "v1").buckets()
    usage = service(base, credentials, "serviceusage", "v1").services()

    def test(permissions):
        name = f"projects/{project}"
        return answer(manager.testIamPermissions(resource=name, body={"permissions": permissions}))

    region = f"projects/{project}/locations/us-east1"
    answers = {
        "held": test(["run.services.list", "storage.objects.create", "storage.buckets.list"]),
        "nothing": test(["logging.logEntries.download"]),
        "invalid": test(["run.services.list", "run.services.paint"]),
        "missing": answer(manager.get(name="projects/remotion-tset")),
        "services": [],
        "buckets": [],
    }
    request = run.list(parent=region)
    while request is not None:
        page = answer(request)
        answers["services"] += [found["name"] for found in page.get("services", [])]
        request = run.list_next(request, page)
    request = buckets.list(project=project, prefix="remotioncloudrun-")
    while request is not None:
        page = answer(request)
        answers["buckets"] += [found["name"] for found in page.get("items", [])]
        request = buckets.list_next(request, page)
    answers["bucket"] = answer(
        buckets.testIamPermissions(
            bucket=answers["buckets"][0],
            permissions=["storage.objects.create", "storage.objects.list"],
        )
    )
    answers["service"] = answer(
        run.testIamPermissions(
            resource=answers["services"][0], body={"permissions": ["run.services.get"]}
        )
    )
    account = f"projects/-/serviceAccounts/remotion-sa@{project}.iam.gserviceaccount.com"
    answers["account"] = answer(
        iam.serviceAccounts().testIamPermissions(
            resource=account, body={"permissions": ["iam.serviceAccounts.actAs"]}
        )
    )
    answers["usage"] = answer(
        usage.batchGet(
            parent=f"projects/{project}",
            names=[f"projects/{project}/services/run.googleapis.com"],
        )
    )
    answers["role"] = answer(
        iam.roles().create(
            parent=f"projects/{project}",
            body={"roleId": "RemotionSA", "role": {"title": "T", "permissions": []}},
        )
    )
    json.dump(answers, sys.stdout)


main(*sys.argv[1:])
