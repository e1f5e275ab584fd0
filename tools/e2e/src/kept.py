# Answers questions about one cluster, a JSON object a line on either side, for as long as somebody asks. An `rbd` or a `ceph` of
# its own for each of them costs more than the answer.
import hashlib, json, os, sys, threading
from concurrent.futures import ThreadPoolExecutor
import rados, rbd

STEP = 4 << 20
cluster = rados.Rados(conffile=sys.argv[1], rados_id="admin")
cluster.connect()
lock = threading.Lock()


def opened(ioctx, ask):
    ioctx.set_namespace(ask.get("namespace", ""))
    return rbd.Image(ioctx, ask["image"], ask.get("snapshot"), read_only=True)


def digest(ask):
    with cluster.open_ioctx(ask["pool"]) as ioctx, opened(ioctx, ask) as image:
        size, sha = image.size(), hashlib.sha256()
        for at in range(0, size, STEP):
            sha.update(image.read(at, min(STEP, size - at)))
        return sha.hexdigest()


def snapshots(ask):
    with cluster.open_ioctx(ask["pool"]) as ioctx, opened(ioctx, ask) as image:
        kinds = [(one, image.snap_get_namespace_type(one["id"])) for one in image.list_snaps()]
        users = [one for one, kind in kinds if kind == rbd.RBD_SNAP_NAMESPACE_TYPE_USER]
        return [{"id": one["id"], "name": one["name"], "size": one["size"]} for one in users]


def pool(ask):
    command = {"prefix": "osd pool create", "pool": ask["pool"], "pg_num": 1, "pgp_num": 1}
    code, _, said = cluster.mon_command(json.dumps(command), b"")
    if code != 0:
        raise RuntimeError(said)
    with cluster.open_ioctx(ask["pool"]) as ioctx:
        rbd.RBD().pool_init(ioctx, False)


def answer(ask):
    try:
        said = {"value": globals()[ask["do"]](ask)}
    except Exception as error:
        said = {"error": f"{type(error).__name__}: {error}"}
    with lock:
        print(json.dumps({"number": ask["number"], **said}), flush=True)


workers = ThreadPoolExecutor(6)
for line in sys.stdin:
    workers.submit(answer, json.loads(line))
os._exit(0)
