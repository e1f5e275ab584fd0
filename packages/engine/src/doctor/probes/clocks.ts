import { CLOCK_LIMIT, measureSkew } from "../../clock.ts";
import { forEachOf, type Found, type Probe, type Scene } from "../probe.ts";
import { placeOf, uniqueBy, type Site } from "../site.ts";

/** ms; `date` says whole seconds, and ssh takes its time. */
const NOTABLE = 5_000;

export const clocks: Probe = {
  name: "clocks",
  async look(scene) {
    const [backup, live] = await Promise.all([
      forEachOf(
        [scene.house],
        () => "the backup cluster",
        async ({ objects, now }) => judgeSkew("this host", await measureSkew(objects, now)),
      ),
      forEachOf(
        uniqueBy(
          scene.sites.filter(({ side }) => side === "live"),
          placeOf,
        ),
        ({ host }) => host,
        (site) => askHost(site, scene),
      ),
    ]);
    return [...backup, ...live];
  },
};

async function askHost({ run, host, ceph }: Site, { house }: Scene): Promise<readonly Found[]> {
  const before = house.now();
  const { stdout } = await run({ file: "date", args: ["+%s"] }, "read");
  const theirs = Number(stdout.trim()) * 1000;
  const after = house.now();
  const skew = theirs + 1000 < before ? before - theirs : Math.min(0, after - theirs);
  const among = (await ceph.monitorSkew()) * 1000;
  return [...judgeSkew(`this host, by the clock of ${host}`, skew), ...judgeSkew(`a monitor behind ${host}`, among)];
}

/** Findings about a clock that is ahead by `skew` ms. */
function judgeSkew(about: string, skew: number): readonly Found[] {
  const size = Math.abs(skew);
  if (size < NOTABLE) return [];
  return [
    {
      severity: size > CLOCK_LIMIT ? "error" : "warning",
      about,
      what: `its clock is ${Math.round(size / 1000)} s ${skew > 0 ? "ahead" : "behind"}`,
      why: `beyond ${CLOCK_LIMIT / 1000} s no backup is made and nothing is removed`,
      how: "let chrony or ntpd set it",
    },
  ];
}
