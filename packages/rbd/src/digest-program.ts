/**
 * Reads a snapshot where it lies and prints a digest of every chunk, or compares such digests from stdin with its own.
 * Handed over as an argument, so that nothing has to be installed: Debian, Proxmox and Rook ship these bindings with rbd.
 * What was never written reads as zeros, so an absent block and one of zeros have the same digest.
 */
export const DIGEST_PROGRAM = `
import collections, concurrent.futures, hashlib, json, sys, time
try:
    import rados, rbd
except ImportError as error:
    sys.exit("python3-rbd is missing: %s" % error)

CHUNK = 4 << 20
AHEAD = 16
SHOWN = 16
ZEROS = bytes(CHUNK)
asked = json.loads(sys.argv[1])

def allocated(image, base):
    found = []
    note = lambda offset, length, exists: found.append((offset, length))
    image.diff_iterate(0, image.size(), base, note)
    return sorted(found)

def cut(ranges, size):
    for offset, length in ranges:
        end = min(offset + length, size)
        while offset < end:
            stop = min(end, offset - offset % CHUNK + CHUNK)
            yield offset, stop - offset
            offset = stop

def share(size):
    first, count, of = asked["first"], asked["count"], asked["of"]
    for number in range((size + CHUNK - 1) // CHUNK):
        if (number - first) % of < count:
            yield number * CHUNK, min(CHUNK, size - number * CHUNK)

def digest(image, size, chunk):
    offset, length = chunk
    length = min(length, size - offset)
    if length <= 0:
        return "outside"
    data = image.read(offset, length)
    if len(data) != length:
        raise Exception("%d bytes at %d instead of %d" % (len(data), offset, length))
    zeros = ZEROS if length == CHUNK else ZEROS[:length]
    return "-" if data == zeros else hashlib.blake2b(data, digest_size=16).hexdigest()

def digests(image, chunks):
    size = image.size()
    waiting = collections.deque()
    with concurrent.futures.ThreadPoolExecutor(AHEAD // 2) as pool:
        for chunk in chunks:
            waiting.append((chunk, pool.submit(digest, image, size, chunk[:2])))
            if len(waiting) >= AHEAD:
                done, result = waiting.popleft()
                yield done, result.result()
        while waiting:
            done, result = waiting.popleft()
            yield done, result.result()

def show(image):
    size = image.size()
    chunks = share(size) if "of" in asked else cut(allocated(image, asked.get("base")), size)
    print("size", size)
    count = 0
    for (offset, length), own in digests(image, chunks):
        print(offset, length, own)
        count += 1
    print("end", count)

def received(lines, covered):
    count = 0
    for line in lines:
        words = line.split()
        if words[0] == "end":
            if int(words[1]) != count:
                break
            return
        chunk = int(words[0]), int(words[1]), words[2]
        covered.append(chunk[:2])
        count += 1
        yield chunk
    raise Exception("the digests of the source ended early")

def without(ranges, covered):
    at = 0
    for offset, length in ranges:
        end = offset + length
        while at < len(covered) and sum(covered[at]) <= offset:
            at += 1
        next = at
        while offset < end and next < len(covered) and covered[next][0] < end:
            if covered[next][0] > offset:
                yield offset, covered[next][0] - offset
            offset = max(offset, sum(covered[next]))
            next += 1
        if offset < end:
            yield offset, end - offset

def compare(image):
    size, covered, found = image.size(), [], []
    result = {"bytes": 0, "different": 0, "ranges": found}
    told = time.monotonic()

    def differs(offset, length):
        result["different"] += 1
        if found and sum(found[-1]) == offset:
            found[-1][1] += length
        elif len(found) < SHOWN:
            found.append([offset, length])

    head = sys.stdin.readline().split()
    if len(head) != 2 or head[0] != "size":
        raise Exception("the source sent no digests")
    theirs = int(head[1])
    for (offset, length, wanted), own in digests(image, received(sys.stdin, covered)):
        result["bytes"] += length
        if own != wanted:
            differs(offset, length)
        if asked.get("progress") and time.monotonic() - told > 0.5:
            told = time.monotonic()
            print("compared", result["bytes"], file=sys.stderr, flush=True)
    if asked.get("stray"):
        stray = cut(without(allocated(image, None), sorted(covered)), size)
        for (offset, length), own in digests(image, stray):
            result["bytes"] += length
            if own != "-":
                differs(offset, length)
    if size != theirs:
        differs(min(size, theirs), abs(size - theirs))
    print(json.dumps(result))

cluster = rados.Rados(conffile=asked.get("conf", ""), rados_id=asked.get("id"))
cluster.conf_parse_env("CEPH_ARGS")
cluster.connect()
try:
    pool = cluster.open_ioctx(asked["pool"])
    pool.set_namespace(asked.get("namespace", ""))
    with rbd.Image(pool, asked["image"], snapshot=asked["snapshot"], read_only=True) as image:
        compare(image) if asked.get("compare") else show(image)
    pool.close()
finally:
    cluster.shutdown()
`;
