import { hostname } from "node:os";
import { join } from "node:path";
import { destinationOf, type Destination } from "@backurne/cluster";
import {
  applyCounts,
  emptyTrash,
  examine,
  explainImage,
  forgetImage,
  holdImage,
  inspectGuest,
  inspectImage,
  LEASE_TIMES,
  listGuestProfiles,
  listGuests,
  listImages,
  listPoints,
  listTrash,
  listUsage,
  mapImages,
  measureSpace,
  mend,
  precheck,
  previewRun,
  releaseImage,
  restoreImage,
  restoreTrashed,
  runBackup,
  setGuestProfiles,
  unmapImages,
  verifyImages,
  whileThereIsRoom,
  type House,
  type Site,
} from "@backurne/engine";
import { createExecutor } from "@backurne/exec";
import type { MappedFiles } from "@backurne/mapped";
import type { PoolAddress, RunEvent, Settings } from "@backurne/model";
import type { ProfilesApi } from "@backurne/profiles-api";
import { openCeph, openObjects, openPool, openTrash, type PoolAccess, type Run } from "@backurne/rbd";
import { exitCodeOfVerification, foldReport } from "@backurne/reports";
import { hearZstd, localTransport } from "@backurne/ssh";
import type { Backurne, OpenOptions } from "./api.ts";
import { keepPrecheck } from "./check-file.ts";
import { openCluster } from "./clusters.ts";
import { hookRunner } from "./hook.ts";
import { openMapping } from "./mapping.ts";
import { PATIENCE, watchRoom } from "./room.ts";
import { definedOnly, digestOf } from "./tools.ts";
import { VERSION } from "./version.ts";

/** ms; every object of a large image is removed by itself. */
const REMOVAL = 12 * 3_600_000;

/** Composes the house: the only place that knows every adapter. Nothing is contacted yet, but for `get_helper`. */
export async function openBackurne(settings: Settings, options: OpenOptions = {}): Promise<Backurne> {
  const env = definedOnly(options.env ?? {});
  const executor = createExecutor({ env });
  const opened = await Promise.all(
    settings.liveClusters.map((cluster) => openCluster(cluster, { settings, executor, env })),
  );
  const profilesApi = await openProfiles(settings, options);
  const host = options.host ?? hostname();
  const roomWatch = watchRoom(settings, { executor, silence: options.silence });
  const run: Run = (command, _lane, input) =>
    whileThereIsRoom(roomWatch, (signal) => executor.run([command], { timeout: PATIENCE, input, signal }));
  const accessOf = (address: PoolAddress) => ({ address, run, place: `${address.pool} on ${host}` });
  const access = accessOf(settings.backup);
  const openBackup = (address: PoolAddress): Destination => {
    const reach = (at: PoolAddress) => ({
      pool: openPool(accessOf(at)),
      objects: openObjects(accessOf(at)),
      bulk: localTransport(),
    });
    const { pool, ...rest } = destinationOf(address, { reach, digest: digestOf(settings) });
    return { ...rest, pool, sink: (image) => pool.importDiff(image) };
  };
  const { mapper, files } = openMapping(settings, { executor, env, host, now: options.now ?? Date.now, roomWatch });
  const house: House = {
    settings,
    executor,
    backup: openPool(access),
    trash: openTrash(access, (command) => executor.run([command], { timeout: REMOVAL })),
    objects: openObjects(access),
    mapper,
    roomWatch,
    clusters: opened.map(({ reached }) => reached),
    openBackup,
    host,
    version: VERSION,
    now: options.now ?? Date.now,
    leaseTimes: options.leaseTimes ?? LEASE_TIMES,
    hearPacking: hearZstd,
    runHook: hookRunner(executor),
    keepCheck: (found) => keepPrecheck(settings.stateDir, found),
    askProfiles: profilesApi?.ask,
    digest: digestOf(settings),
    sites: () => [hereOf(access, settings), ...opened.flatMap(({ sites }) => sites())],
  };

  const close = async () => {
    await Promise.all([...opened, ...(profilesApi ? [profilesApi] : [])].map((one) => one.close()));
  };
  return openDoor(house, { files, close });
}

/** What can be asked of a house, and of the files in what it has mapped. Tests furnish one of their own. */
export function openDoor(house: House, { files, close }: { files: MappedFiles; close: () => Promise<void> }): Backurne {
  return {
    plan: (planOptions = {}) => previewRun(house, planOptions),
    async backup({ onEvent, ...runOptions } = {}) {
      const events: RunEvent[] = [];
      await runBackup(house, runOptions, (event) => {
        // Progress is for those who watch; a report of a long run would drown in it.
        if (event.kind !== "progress") events.push(event);
        onEvent?.(event);
      });
      return foldReport(events);
    },
    list: () => listImages(house),
    points: (reference) => listPoints(house, reference),
    inspect: (reference) => inspectImage(house, reference),
    stats: () => listUsage(house),
    space: () => measureSpace(house),
    explain: (reference) => explainImage(house, reference),
    async verify(verifyOptions) {
      const report = await verifyImages(house, verifyOptions);
      return { ...report, exit: exitCodeOfVerification(report, verifyOptions.image !== undefined) };
    },
    restore: (request, restoreOptions) => restoreImage(house, request, restoreOptions),
    precheck: () => precheck(house),
    examine: () => examine(house),
    mend: (fix) => mend(house, fix),
    hold: (request) => holdImage(house, request),
    release: (request) => releaseImage(house, request),
    applyCounts: (request) => applyCounts(house, request),
    forget: (reference) => forgetImage(house, reference),
    trash: () => listTrash(house),
    restoreTrashed: (reference) => restoreTrashed(house, reference),
    emptyTrash: (request = {}) => emptyTrash(house, request),
    map: (request, mapOptions) => mapImages(house, request, mapOptions),
    unmap: (request, mapOptions) => unmapImages(house, request, mapOptions),
    listMapped: () => house.mapper.list(),
    sweepMapped: () => house.mapper.sweep(),
    files,
    guests: () => listGuests(house),
    guest: (reference) => inspectGuest(house, reference),
    guestProfiles: () => listGuestProfiles(house),
    setGuestProfiles: (guest, answer) => setGuestProfiles(house, guest, answer),
    [Symbol.asyncDispose]: close,
  };
}

function hereOf({ address, run }: PoolAccess, { backupWorker }: Settings): Site {
  const ceph = openCeph({ address, run });
  const place = { side: "backup", cluster: "backup", host: "this host" } as const;
  return { ...place, address, run, ceph, compressed: false, connections: backupWorker };
}

/** Loaded only where there is one to ask. */
async function openProfiles(
  { profilesApi, stateDir }: Settings,
  { now }: OpenOptions,
): Promise<ProfilesApi | undefined> {
  if (!profilesApi) return undefined;
  const { openProfilesApi } = await import("@backurne/profiles-api");
  return openProfilesApi(profilesApi, { stateFile: join(stateDir, "profiles-api.json"), now });
}
