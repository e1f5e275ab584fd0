import type { AnsweredProfile, GuestListing, GuestProfiles, ProfilesAnswer } from "@backurne/model";
import { BackurneError, PROFILE_NAME } from "@backurne/model";
import { guestDisk, guestMoment, imageListings, warning } from "@backurne/reports/schemas";
import { parseDuration } from "@backurne/retention";
import { z } from "zod";
import { guestHold, guestRelease } from "../documents.ts";
import { endpoint } from "../endpoint.ts";
import { formatEvery } from "../every.ts";
import { disksOf, findMoment, holdMoment, lookAtGuest, releaseMoment } from "../moments.ts";
import type { Scene } from "../scene.ts";
import { guestName, instant, word } from "./words.ts";

const profile = z.strictObject({
  count: z.int().min(1).max(999_999_999).optional(),
  max_on_live: z.int().min(0).max(999_999_999).optional(),
  priority: z.enum(["high", "normal"]).optional(),
  every: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'expected a duration like "6h"')
    .optional(),
});

/** The words of the profiles API: what such a server answers can be set here as it is. */
const policy = z.strictObject({
  backup: z.boolean().optional(),
  profiles: z.record(z.string().max(64).regex(PROFILE_NAME), profile).optional(),
});

/** What somebody has set, and when. */
const noted = z.strictObject({ at: z.string(), by: z.string(), ...policy.shape });
const setForGuest = z.strictObject({ cluster: z.string(), vmid: z.int(), ...noted.shape });

/** Without a name: policies are set for it, and nothing else is known. */
const guest = z.strictObject({
  cluster: z.string(),
  name: z.string().optional(),
  ident: z.string().optional(),
  vmid: z.int().optional(),
  kind: z.enum(["qemu", "lxc"]).optional(),
  disks: z.array(guestDisk.readonly()).readonly(),
  policies: noted.optional(),
});

const which = z.object({
  cluster: word,
  vmid: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
});

/**
 * What stands in the backup pool and is not what is written there is the pool's trouble, as one of its programs failing is:
 * whoever asks can mend it, and this server cannot.
 */
async function ofPool<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof BackurneError) || error.code !== "unexpected") throw error;
    throw new BackurneError("command", error.message, { cause: error, hint: error.hint });
  });
}

const allSet = ({ backurne, reads }: Scene) => reads.share("guest profiles", () => ofPool(backurne.guestProfiles()));

const listed = endpoint({
  method: "get",
  path: "/guests",
  scope: "read",
  summary: "Every guest that is there or has backups: its disks with their newest backups, and its own policies if any",
  answer: z.strictObject({ version: z.literal(1), kind: z.literal("guests"), guests: z.array(guest) }),
  async run(_, { backurne, reads }) {
    const guests = await reads.share("guests", () => ofPool(backurne.guests()));
    return { version: 1, kind: "guests", guests: guests.map(showGuest) };
  },
});

const inspected = endpoint({
  method: "get",
  path: "/guests/{guest}",
  scope: "read",
  summary: "One guest: the images of its disks, and its points, each with what every disk has of it",
  params: guestName,
  answer: z.strictObject({
    version: z.literal(1),
    kind: z.literal("guest"),
    guest,
    images: imageListings,
    moments: z.array(guestMoment.readonly()).readonly(),
    warnings: z.array(warning.readonly()).readonly(),
  }),
  async run({ params }, scene) {
    const one = await lookAtGuest(params.guest, scene);
    return { ...one, guest: showGuest(one.guest) };
  },
});

const held = endpoint({
  method: "post",
  path: "/guests/{guest}/holds",
  scope: "backup",
  summary: "Keep all disks of one moment of a guest from expiring; where one cannot be held, the problem names it",
  params: guestName,
  body: z.strictObject({ at: instant, until: instant.optional(), reason: word.optional() }),
  answer: guestHold,
  async run({ params, body: { at: asked, until, reason } }, scene) {
    const { moment } = await findMoment(params.guest, asked, scene);
    const wanted = { reason, ...(until !== undefined && { until: Date.parse(until) }) };
    const disks = await holdMoment(moment, wanted, scene);
    const { at, lacks } = moment;
    return { version: 1, kind: "guest-hold", at, ...(until && { until }), ...(reason && { reason }), disks, lacks };
  },
});

const released = endpoint({
  method: "delete",
  path: "/guests/{guest}/holds",
  scope: "admin",
  summary: "End the holds on one moment of a guest; what holds a whole image stays, and is named",
  params: guestName,
  query: z.object({ at: instant }),
  answer: guestRelease,
  async run({ params, query }, scene) {
    const found = await findMoment(params.guest, query.at, scene);
    const disks = await releaseMoment(found, scene);
    const whole = new Set(found.images.filter(({ hold }) => hold).map(({ uuid }) => uuid));
    const stay = disksOf(found.moment).flatMap(({ disk, image }) => (whole.has(image) ? [{ disk, image }] : []));
    return { version: 1, kind: "guest-release", at: found.moment.at, disks, stay };
  },
});

const found = endpoint({
  method: "get",
  path: "/guests/{cluster}/{vmid}/profiles",
  scope: "read",
  summary: "What is set for one guest",
  params: which,
  answer: setForGuest,
  async run({ params: { cluster, vmid } }, scene) {
    const one = (await allSet(scene)).find((other) => other.cluster === cluster && other.vmid === vmid);
    if (!one) throw new BackurneError("not-found", "nothing is set for this guest: what is configured applies");
    return show(one);
  },
});

const set = endpoint({
  method: "post",
  path: "/guests/{cluster}/{vmid}/profiles",
  scope: "admin",
  summary: "Set the policies of one guest, in the words of the profiles API: they add, and keep more, never less",
  params: which,
  body: policy,
  answer: setForGuest,
  async run({ params, body }, { backurne }) {
    return show((await ofPool(backurne.setGuestProfiles(params, read(body)))) as GuestProfiles);
  },
});

const removed = endpoint({
  method: "delete",
  path: "/guests/{cluster}/{vmid}/profiles",
  scope: "admin",
  summary: "What is configured applies again",
  params: which,
  answer: z.strictObject({ version: z.literal(1), kind: z.literal("guest-reset"), cluster: z.string(), vmid: z.int() }),
  async run({ params }, { backurne }) {
    await ofPool(backurne.setGuestProfiles(params, undefined));
    return { version: 1, kind: "guest-reset", ...params };
  },
});

function read({ backup, profiles }: z.output<typeof policy>): ProfilesAnswer {
  const named = Object.entries(profiles ?? {}).map(([name, { max_on_live: maxOnLive, every, ...rest }]) => {
    const interval = every === undefined ? undefined : parseDuration(every);
    return [name, { ...rest, maxOnLive, interval } satisfies AnsweredProfile] as const;
  });
  return { ...(backup === false && { backup }), ...(profiles && { profiles: Object.fromEntries(named) }) };
}

function show({ cluster, vmid, ...own }: GuestProfiles): z.output<typeof setForGuest> {
  return { cluster, vmid, ...note(own) };
}

function showGuest({ policies, ...known }: GuestListing): z.output<typeof guest> {
  return { ...known, ...(policies && { policies: note(policies) }) };
}

/** As it was set, in the words of the profiles API. */
export function note({ at, by, answer: { backup, profiles } }: Omit<GuestProfiles, "cluster" | "vmid">) {
  const named = Object.entries(profiles ?? {}).map(([name, { count, maxOnLive, priority, interval }]) => {
    const every = interval === undefined ? undefined : formatEvery(interval);
    return [name, { count, max_on_live: maxOnLive, priority, every }] as const;
  });
  return {
    at,
    by,
    ...(backup === false && { backup }),
    ...(profiles && { profiles: Object.fromEntries(named) }),
  };
}

export const guestRoutes = [listed, inspected, held, released, found, set, removed];
