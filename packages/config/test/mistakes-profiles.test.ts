import { expect, test } from "vitest";
import { compose, plain, problemsIn } from "./texts.ts";

const alpha = (more: string) => ({ clusters: [`{ ${plain}, ${more} }`] });

/** What stands in the file, and every problem with it: `line:column: path: message`. */
const rows: [string, string, string[]][] = [
  [
    "a name with a space",
    compose({ profiles: "{ da ily: { count: 3 } }" }),
    ["2:13: profiles.da ily: a profile's name is made of letters, digits, _ and -"],
  ],
  [
    "a name with ;",
    compose({ profiles: '{ "a;b": { count: 3, every: 6h } }' }),
    ["2:13: profiles.a;b: a profile's name is made of letters, digits, _ and -"],
  ],
  [
    "no interval",
    compose({ profiles: "{ dayly: { count: 3 }, six: { count: 3 } }" }),
    [
      '2:13: profiles.dayly: needs "every" (only hourly, daily, weekly, monthly, yearly do without); did you mean "daily"?',
      '2:34: profiles.six: needs "every" (only hourly, daily, weekly, monthly, yearly do without)',
    ],
  ],
  [
    "an interval for a standard name",
    compose({ profiles: "{ daily: { count: 3, every: 1d } }" }),
    ["2:39: profiles.daily.every: daily has its own interval; give the profile another name"],
  ],
  [
    "an interval that is none",
    compose({ profiles: "{ six: { count: 3, every: 6x } }" }),
    ['2:37: profiles.six.every: "6x" is not a duration; write "30m", "6h", "2d" or "1w"'],
  ],
  [
    "count 0",
    compose({ profiles: "{ daily: { count: 0 } }" }),
    ["2:29: profiles.daily.count: expected a whole number, 1 or more"],
  ],
  ["no count", compose({ profiles: "{ daily: {} }" }), ["2:13: profiles.daily.count: is missing"]],
  [
    "a count beyond all reason",
    compose({ profiles: "{ daily: { count: 1000000000 } }" }),
    ["2:29: profiles.daily.count: expected a smaller number"],
  ],
  [
    "max_on_live below 0",
    compose({ profiles: "{ daily: { count: 1, max_on_live: -1 } }" }),
    ["2:45: profiles.daily.max_on_live: expected a whole number, 0 or more"],
  ],
  [
    "a priority nobody knows",
    compose({ profiles: "{ daily: { count: 1, priority: highest } }" }),
    ["2:42: profiles.daily.priority: expected high or normal"],
  ],
  [
    "a time there is not",
    compose({ profiles: '{ daily: { count: 1, at: "25:00" } }' }),
    ['2:36: profiles.daily.at: there is no such time as "25:00"'],
  ],
  [
    "a weekday for a daily",
    compose({ profiles: '{ daily: { count: 1, at: "Sun 02:00" } }' }),
    ['2:36: profiles.daily.at: expected "01:00" for this interval, not "Sun 02:00"'],
  ],
  [
    "slots of an interval without any",
    compose({ profiles: '{ odd: { count: 1, every: 7h, at: "01:00" } }' }),
    [
      '2:45: profiles.odd.at: "at" needs an interval of hours that divide a day, or of whole days, weeks, months (30 days) or years (365 days)',
    ],
  ],
  [
    "the name of the prototype",
    compose({ profiles: "{ daily: { count: 1 }, __proto__: { count: 1, every: 6h } }" }),
    ["2:34: profiles.__proto__: this name cannot be used"],
  ],
  [
    "none at all",
    compose({ profiles: "{}" }),
    ["4:5: live_clusters[0]: no profile applies to this cluster; give it `profiles`, or the file"],
  ],
  [
    "none left for one cluster",
    compose(alpha("profiles: { daily: false }")),
    ["4:5: live_clusters[0]: no profile applies to this cluster; give it `profiles`, or the file"],
  ],
  [
    "switched off, but not there",
    compose(alpha("profiles: { dail: false }")),
    ['4:69: live_clusters[0].profiles.dail: there is no such profile to switch off; did you mean "daily"?'],
  ],
  [
    "of a cluster, new and without count",
    compose(alpha("profiles: { weekly: {} }")),
    ["4:69: live_clusters[0].profiles.weekly.count: is missing (the profile is not among those of the whole file)"],
  ],
  [
    "of a cluster, new and without interval",
    compose(alpha("profiles: { six: { count: 3 } }")),
    ['4:69: live_clusters[0].profiles.six: needs "every" (only hourly, daily, weekly, monthly, yearly do without)'],
  ],
  [
    "of a cluster, a slot that does not fit what it inherits",
    compose(alpha('profiles: { daily: { at: "Sun 02:00" } }')),
    ['4:82: live_clusters[0].profiles.daily.at: expected "01:00" for this interval, not "Sun 02:00"'],
  ],
  [
    "of a cluster, true",
    compose(alpha("profiles: { daily: true }")),
    ["4:76: live_clusters[0].profiles.daily: expected false or a profile like {count: 30}"],
  ],
  [
    "of a cluster, an unknown key",
    compose(alpha("profiles: { daily: { cuont: 3 } }")),
    ['4:78: live_clusters[0].profiles.daily.cuont: unknown key; did you mean "count"?'],
  ],
];

test.each(rows)("profiles: %s", (_, text, problems) => {
  expect(problemsIn(text)).toEqual(problems.map((problem) => `b.yaml:${problem}`));
});
