import { forEachOf, type Found, type Probe } from "../probe.ts";
import { placeOf, uniqueBy, type Site } from "../site.ts";

type Version = readonly [major: number, minor: number, patch: number];

interface Bug {
  readonly tracker: string;
  /** The first good release of each series; a series that is not named here is good from this major on. */
  readonly fixed: readonly Version[];
  readonly goodFrom: number;
  readonly what: string;
  readonly severity: Found["severity"];
}

/**
 * Bugs of librbd's differences. By default the exact difference is used, which most of them do not touch.
 * 42248: https://tracker.ceph.com/issues/42248, backported to nautilus by ceph/ceph#32469.
 * 53784: ceph/ceph#44483, to pacific by #44547. 63770: ceph/ceph#56064, to quincy by #56212, to reef by #56213.
 * 61472, 61616, 54970: reported against whole-object differences; as far as their trackers say.
 */
const BUGS: readonly Bug[] = [
  {
    tracker: "63770",
    fixed: [
      [17, 2, 8],
      [18, 2, 4],
    ],
    goodFrom: 19,
    what: "a discard that cuts an object short can be missing from differences",
    severity: "warning",
  },
  {
    tracker: "61472, 61616, 54970",
    fixed: [
      [16, 2, 14],
      [17, 2, 7],
    ],
    goodFrom: 18,
    what: "whole-object differences can miss changes",
    severity: "info",
  },
  {
    tracker: "53784",
    fixed: [[16, 2, 8]],
    goodFrom: 17,
    what: "whole-object differences name wrong offsets",
    severity: "info",
  },
  {
    tracker: "42248",
    fixed: [[14, 2, 8]],
    goodFrom: 15,
    what: "whole-object differences of clones miss the parent",
    severity: "info",
  },
];

const OLDEST = 14;

export const versions: Probe = {
  name: "versions",
  look: ({ sites }) => forEachOf(uniqueBy(sites, placeOf), ({ host }) => host, lookAt),
};

/** The client reads differences, so its version counts; of the daemons only whether they agree. */
async function lookAt(site: Site): Promise<readonly Found[]> {
  const [{ stdout }, daemons] = await Promise.all([
    site.run({ file: "rbd", args: ["--version"] }, "read"),
    site.ceph.versions(),
  ]);
  const client = /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  const { host, cluster } = site;
  const mixed = new Set(daemons).size > 1;
  return [
    ...(client === undefined ? [] : judgeClient(host, client)),
    ...(mixed
      ? [
          {
            severity: "info",
            about: cluster,
            what: `daemons of several versions: ${[...new Set(daemons)].join(", ")}`,
            why: "an upgrade is under way, or was left halfway",
            how: "finish it",
          } as const,
        ]
      : []),
  ];
}

/** Findings about one version of librbd. */
export function judgeClient(host: string, client: string): readonly Found[] {
  const version = client.split(".").map(Number) as unknown as Version;
  const how = "upgrade ceph-common there; `backurne verify` finds what went wrong";
  if (version[0] < OLDEST) {
    const what = `rbd is ${client}, older than anything that was tried`;
    return [{ severity: "warning", about: host, what, why: "its output may be another one", how }];
  }
  return BUGS.filter((bug) => isBad(version, bug)).map(({ tracker, what, severity }) => ({
    severity,
    about: host,
    what: `rbd ${client}: ${what} (tracker.ceph.com ${tracker})`,
    why: "a backup would not be what its source was",
    how,
  }));
}

function isBad(version: Version, { fixed, goodFrom }: Bug): boolean {
  const [major] = version;
  if (major >= goodFrom) return false;
  const first = fixed.find((one) => one[0] === major);
  return !first || version[1] < first[1] || (version[1] === first[1] && version[2] < first[2]);
}
